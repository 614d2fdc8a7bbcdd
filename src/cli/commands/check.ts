import { openAdapter } from '../../adapters/open.ts';
import { makeMigration } from '../../schema/makemigrations.ts';
import { describeOperation } from '../../schema/describe.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze check`: models and migrations agree, and the files fit together. Touches no database. */
export const check: CommandDefinition = {
  name: 'check',
  about: `Exit with ${EXIT.pending} if the models have something that no migration makes`,
  examples: ['check', '--json check'],
  define: (command) => command,
  async run(context) {
    const { output } = context;
    const { dialect } = await openAdapter(context.connection);
    const made = makeMigration(await context.models(), await context.migrations(), dialect);
    const operations = made?.operations.map(describeOperation) ?? [];
    if (made === undefined) output.line('Models and migrations agree.');
    else output.line(`The models have what no migration makes:\n${operations.map((text) => `  ${text}`).join('\n')}`);
    output.json({ pending: operations });
    return made === undefined ? EXIT.ok : EXIT.pending;
  },
};
