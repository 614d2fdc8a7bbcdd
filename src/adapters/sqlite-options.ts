import { ConfigError } from '../utils/errors.ts';
import { flag, milliseconds, oneOf } from './option-parsers.ts';
import type { OptionParser } from './option-parsers.ts';

/** Settings of a connection to SQLite. */
export interface SQLiteOptions {
  /** How long a statement waits for another process's lock, in milliseconds. Default 5000. */
  readonly busyTimeout?: number;
  /** How long a session waits for the write connection, in milliseconds. Default 10000. */
  readonly acquireTimeout?: number;
  /** Open the file for reading only. */
  readonly readOnly?: boolean;
  /** Which driver; by default the first that is there. */
  readonly driver?: 'better-sqlite3' | 'node:sqlite';
  /** `wal` for files, so that readers and the writer do not wait for each other. */
  readonly journalMode?: 'wal' | 'delete' | 'truncate' | 'memory';
  readonly synchronous?: 'off' | 'normal' | 'full' | 'extra';
}

export const SQLITE_PARSERS: Readonly<Record<keyof SQLiteOptions, OptionParser>> = {
  busyTimeout: milliseconds,
  acquireTimeout: milliseconds,
  readOnly: flag,
  driver: oneOf('better-sqlite3', 'node:sqlite'),
  journalMode: oneOf('wal', 'delete', 'truncate', 'memory'),
  synchronous: oneOf('off', 'normal', 'full', 'extra'),
};

export function parseSqliteOptions(path: string, given: Readonly<Record<string, string>>): SQLiteOptions {
  const options: SQLiteOptions = Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, SQLITE_PARSERS[name as keyof SQLiteOptions](text, name)]),
  );
  refuseConflicts(path, options);
  return Object.freeze(options);
}

function refuseConflicts(path: string, { readOnly, journalMode }: SQLiteOptions): void {
  if (readOnly !== true) return;
  if (path === ':memory:')
    throw new ConfigError("A database in memory is empty, and 'readOnly' would keep it so.", {
      field: 'readOnly',
      remedy: 'Leave one of them out.',
    });
  if (journalMode !== undefined)
    throw new ConfigError("The option 'journalMode' changes the file, which 'readOnly' forbids.", {
      fields: ['readOnly', 'journalMode'],
      remedy: 'Leave one of them out.',
    });
}
