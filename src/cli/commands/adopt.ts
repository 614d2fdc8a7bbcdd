import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze adopt`: a database that was not made by migrations is remembered as migrated, if it has what they would have made. */
export const adopt: CommandDefinition<{ readonly scratch?: string }> = {
  name: 'adopt',
  about: 'Take over a database that has already what the migrations up to one would make',
  examples: ['adopt 0001_initial', 'adopt 0004_slugs --scratch postgres://localhost/empty'],
  define: (command) =>
    command
      .argument('<to>', 'the last migration that it has already')
      .option('--scratch <dsn>', 'an empty database of the same kind, to compare with'),
  run: (context, { scratch: given }, to) =>
    context.withEngine((engine) =>
      context.withScratch(given, async (_, scratch) => {
        await engine.adopt(scratch, { to: to! });
        context.output.line(`The database is remembered as migrated to ${to}.`);
        context.output.json({ adopted: to });
        return EXIT.ok;
      }),
    ),
};
