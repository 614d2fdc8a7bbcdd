import { resolve } from 'node:path';
import type { Session } from '../../persistence/session.ts';
import { ConfigError } from '../../utils/errors.ts';
import { EXIT } from '../output.ts';
import type { CommandDefinition } from '../command.ts';

/** `blaze seed`: run the project's own module that fills the database, in one transaction. */
export const seed: CommandDefinition = {
  name: 'seed',
  about: "Run the configuration's module that fills the database, in one transaction",
  examples: ['seed'],
  define: (command) => command,
  async run(context) {
    const { config, folder, load } = context.project;
    if (config.seed === undefined)
      throw new ConfigError('The configuration names no module that fills the database.', {
        field: 'seed',
        remedy: "Say { seed: './seed.ts' }, which exports by default: async (session) => { … }.",
      });
    const module = (await load(resolve(folder, config.seed))) as { readonly default?: unknown };
    if (typeof module.default !== 'function')
      throw new ConfigError(`${config.seed} exports no function by default.`, { field: 'seed' });
    const fill = module.default as (session: Session) => unknown;
    await context.withDatabase(
      (db) => db.transaction((session) => fill(session) as Promise<void>),
      await context.models(),
    );
    context.output.line('The database is filled.');
    context.output.json({ seeded: true });
    return EXIT.ok;
  },
};
