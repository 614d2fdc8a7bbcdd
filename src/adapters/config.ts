import { inspect } from 'node:util';
import { parseDsn, redactDsn } from '../security/dsn.ts';
import { ConfigError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';

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

/** What timers and SQLite take: 32 bits. */
const MAX_MILLISECONDS = 2_147_483_647;

type OptionParser = (text: string, name: string) => string | number | boolean;

const number: OptionParser = (text, name) => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isInteger(value) || value < 0 || value > MAX_MILLISECONDS)
    throw new ConfigError(`The option '${name}' is a whole number of milliseconds.`, { field: name });
  return value;
};

const flag: OptionParser = (text, name) => {
  if (text === 'true' || text === '1') return true;
  if (text === 'false' || text === '0') return false;
  throw new ConfigError(`The option '${name}' is true or false.`, { field: name });
};

const oneOf =
  (...allowed: readonly string[]): OptionParser =>
  (text, name) => {
    if (allowed.includes(text)) return text;
    throw new ConfigError(`The option '${name}' is one of: ${allowed.join(', ')}.`, { field: name });
  };

const SQLITE_OPTIONS: Readonly<Record<keyof SQLiteOptions, OptionParser>> = {
  busyTimeout: number,
  acquireTimeout: number,
  readOnly: flag,
  driver: oneOf('better-sqlite3', 'node:sqlite'),
  journalMode: oneOf('wal', 'delete', 'truncate', 'memory'),
  synchronous: oneOf('off', 'normal', 'full', 'extra'),
};

/**
 * Where a database is and how to talk to it. Made from a DSN or the environment; shows itself redacted, whatever looks.
 *
 * @example
 * ```ts
 * import { ConnectionConfig } from 'blazeorm';
 * export const config = ConnectionConfig.fromDsn('sqlite:app.db?busyTimeout=2000');
 * export const same = ConnectionConfig.fromEnv('DATABASE_URL', { DATABASE_URL: 'sqlite:app.db' });
 * ```
 */
export class ConnectionConfig {
  /** `sqlite`, `postgres`, `mysql` or `mariadb`. */
  readonly scheme: string;
  readonly #dsn: string;
  readonly #path: string;
  readonly #options: SQLiteOptions;

  private constructor(dsn: string, scheme: string, path: string, options: SQLiteOptions) {
    this.scheme = scheme;
    this.#dsn = dsn;
    this.#path = path;
    this.#options = Object.freeze(options);
    Object.freeze(this);
  }

  /**
   * @param dsn For example `sqlite:app.db?busyTimeout=2000`.
   * @param options Override what the DSN says.
   * @throws ConfigError for a DSN or option that cannot be used; never quotes the DSN.
   */
  static fromDsn(dsn: string, options: SQLiteOptions = {}): ConnectionConfig {
    const parsed = parseDsn(dsn);
    const given = Object.fromEntries(
      Object.entries(options)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => [name, String(value)]),
    );
    const merged = { ...(parsed.scheme === 'sqlite' ? parseOptions(parsed.options) : {}), ...parseOptions(given) };
    refuseConflicts(parsed.path, merged);
    return new ConnectionConfig(dsn, parsed.scheme, parsed.path, merged);
  }

  /**
   * @param name The variable that holds the DSN. Default `DATABASE_URL`.
   * @param env Where to look. Default `process.env`.
   * @throws ConfigError if it is not set.
   */
  static fromEnv(
    name = 'DATABASE_URL',
    env: Readonly<Record<string, string | undefined>> = process.env,
  ): ConnectionConfig {
    const dsn = env[name];
    if (dsn === undefined || dsn === '')
      throw new ConfigError(`The environment variable ${name} is not set.`, {
        remedy: `Set it to a DSN, as in ${name}=sqlite:app.db.`,
      });
    return ConnectionConfig.fromDsn(dsn);
  }

  /** SQLite's file, or `:memory:`. */
  get path(): string {
    return this.#path;
  }

  get options(): SQLiteOptions {
    return this.#options;
  }

  /** The DSN without what is secret. */
  toString(): string {
    return redactDsn(this.#dsn);
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `ConnectionConfig(${this.toString()})`;
  }
}

function parseOptions(given: Readonly<Record<string, string>>): SQLiteOptions {
  return Object.fromEntries(Object.entries(given).map(([name, text]) => [name, parserOf(name)(text, name)]));
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

function parserOf(name: string): OptionParser {
  if (Object.hasOwn(SQLITE_OPTIONS, name)) return SQLITE_OPTIONS[name as keyof SQLiteOptions];
  throw new ConfigError(`There is no connection option '${name}'.`, {
    field: name,
    remedy: suggest(name, Object.keys(SQLITE_OPTIONS)),
  });
}
