import type { ConnectionOptions } from '../adapters/config.ts';
import { describe } from '../core/value-types.ts';
import { ConfigError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { own } from '../utils/own.ts';

/** What the command line knows of a project: what `blaze.config.ts` exports by default. */
export interface BlazeConfig {
  /** Where the database is. Default: the environment's `DATABASE_URL`. */
  readonly url?: string | undefined;
  /** Settings of the connection, which override those of the URL. */
  readonly connection?: ConnectionOptions | undefined;
  /** The models: classes, or paths of modules and folders that export them, from the folder of the file. */
  readonly models: string | readonly unknown[];
  /** Folder of the migrations. Default `migrations`. */
  readonly migrations?: string | undefined;
  /** Table that remembers what was applied. Default `blaze_migration`. */
  readonly table?: string | undefined;
  /** The schema of tables whose models name none. */
  readonly schema?: string | undefined;
  /** Module whose default export fills the database: `(session) => …`. */
  readonly seed?: string | undefined;
  /** An empty database of the same kind, in which `verify` and `drift` apply the migrations. Default: one in memory, for SQLite. */
  readonly scratchUrl?: string | undefined;
  /** Milliseconds to wait for a lock on a table, and for the end of a statement. */
  readonly lockTimeout?: number | undefined;
  readonly statementTimeout?: number | undefined;
}

const OPTIONS: readonly (keyof BlazeConfig)[] = [
  'url',
  'connection',
  'models',
  'migrations',
  'table',
  'schema',
  'seed',
  'scratchUrl',
  'lockTimeout',
  'statementTimeout',
];

/**
 * The configuration of the command line, checked.
 *
 * @throws ConfigError for an option that there is not.
 * @example
 * ```ts
 * import { defineConfig } from 'blazeorm/schema';
 * export default defineConfig({ url: 'sqlite:app.db', models: './src/models.ts' });
 * ```
 */
export function defineConfig(config: BlazeConfig): BlazeConfig {
  if (typeof config !== 'object' || config === null)
    throw new ConfigError(`defineConfig() takes an object, not ${describe(config)}.`);
  const given = own(config);
  for (const name of Object.keys(given))
    if (!OPTIONS.includes(name as keyof BlazeConfig))
      throw new ConfigError(`The configuration has no option '${name}'.`, {
        field: name,
        remedy: suggest(name, OPTIONS),
      });
  if (typeof given.models !== 'string' && !Array.isArray(given.models))
    throw new ConfigError("The configuration says 'models': classes, or paths of modules that export them.", {
      field: 'models',
    });
  return Object.freeze(given);
}
