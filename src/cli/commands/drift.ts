import { describeOperation } from '../../schema/describe.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze drift`: what somebody has changed in the database by other means. */
export const drift: CommandDefinition<{ readonly scratch?: string }> = {
  name: 'drift',
  about: `Exit with ${EXIT.pending} if the database is not what its migrations have made`,
  examples: ['drift', 'drift --scratch postgres://localhost/scratch'],
  define: (command) =>
    command.option('--scratch <dsn>', 'an empty database (default: scratchUrl, or one in memory for SQLite)'),
  async run(context, { scratch }) {
    const { output } = context;
    const found = await context.withScratch(scratch, (_, empty) => context.withEngine((engine) => engine.drift(empty)));
    const operations = found.map(describeOperation);
    if (found.length === 0) output.line('The database is what its migrations have made.');
    else
      output.line(
        `To be what its migrations have made, the database lacks:\n${operations.map((text) => `  ${text}`).join('\n')}`,
      );
    output.json({ drift: operations });
    return found.length === 0 ? EXIT.ok : EXIT.pending;
  },
};
