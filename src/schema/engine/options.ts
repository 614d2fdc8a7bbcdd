import type { Acknowledgement } from '../safety/refuse.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { suggest } from '../../utils/naming.ts';
import { own } from '../../utils/own.ts';
import type { Progress } from './progress.ts';

export interface EngineOptions {
  /** Name of the table that remembers what was applied. Default `blaze_migration`. */
  readonly table?: string | undefined;
  /** Milliseconds to wait for the end of others that migrate. Default a minute. */
  readonly wait?: number | undefined;
  /** Milliseconds to wait for a lock on a table. Default five seconds: whoever waits for a lock holds up all behind him. */
  readonly lockTimeout?: number | undefined;
  /** How often a step is tried again whose lock could not be had. Default 5. */
  readonly retries?: number | undefined;
  /** Milliseconds that a statement may take. Default 0: for ever. SQLite has no such limit. */
  readonly statementTimeout?: number | undefined;
  /** Told of each step, before and after it. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Of a Galera cluster: every migrator connects to the same server of it, because only there its lock is known. */
  readonly sameServer?: boolean | undefined;
}

export interface ApplyOptions extends Acknowledgement {
  /** The last migration to apply; what stays applied on the way back. */
  readonly to?: string | undefined;
  /** How many, at most, in their order; on the way back from the last one. */
  readonly count?: number | undefined;
  /** Remember them as applied without doing anything: for a database that has it all already. */
  readonly fake?: boolean | undefined;
  /** What to do about SQL of the application of which nobody knows whether it was done, because the process died meanwhile. */
  readonly resume?: 'done' | 'again' | undefined;
}

const ENGINE_OPTIONS: Readonly<Record<keyof EngineOptions, 'string' | 'number' | 'boolean' | 'function'>> = {
  table: 'string',
  wait: 'number',
  lockTimeout: 'number',
  retries: 'number',
  statementTimeout: 'number',
  onProgress: 'function',
  sameServer: 'boolean',
};

/** @throws MigrationError for an option that does not exist, or is of another type. */
export function checkedOptions(options: EngineOptions): EngineOptions {
  const given = own(options);
  for (const [name, value] of Object.entries(given)) {
    const type = (ENGINE_OPTIONS as Readonly<Record<string, string>>)[name];
    if (type === undefined) throw noOption('MigrationEngine', name, Object.keys(ENGINE_OPTIONS));
    if (value === undefined) continue;
    const isNumber = typeof value === 'number' && Number.isFinite(value) && value >= 0;
    if (type === 'number' ? !isNumber : typeof value !== type)
      throw new MigrationError(
        `The option '${name}' takes ${type === 'number' ? 'a number of at least 0' : `a ${type}`}.`,
        { field: name },
      );
  }
  return given;
}

const APPLY_OPTIONS = ['to', 'count', 'fake', 'resume', 'confirm', 'acknowledge', 'force'] as const;

/** @throws MigrationError for an option that does not exist, or means nothing. */
export function checkedApplyOptions(options: ApplyOptions): ApplyOptions {
  const given = own(options);
  for (const name of Object.keys(given))
    if (!(APPLY_OPTIONS as readonly string[]).includes(name)) throw noOption('migrate()', name, APPLY_OPTIONS);
  const { resume, count } = given;
  if (count !== undefined && !(Number.isInteger(count) && count > 0))
    throw new MigrationError("The option 'count' takes a whole number of at least 1.", { field: 'count' });
  if (resume !== undefined && resume !== 'done' && resume !== 'again')
    throw new MigrationError("The option 'resume' takes 'done' or 'again'.", { field: 'resume' });
  return given;
}

function noOption(call: string, name: string, known: readonly string[]): MigrationError {
  return new MigrationError(`${call} has no option '${name}'.`, { field: name, remedy: suggest(name, known) });
}
