import { inspect } from 'node:util';
import { describe } from '../core/value-types.ts';
import { parseDsn } from '../security/dsn.ts';
import type { ParsedDsn } from '../security/dsn.ts';
import { formatDsn } from '../security/format-dsn.ts';
import { redactDsn } from '../security/redact.ts';
import { ConfigError } from '../utils/errors.ts';
import { checkNames } from './option-names.ts';
import { texts } from './option-parsers.ts';
import { parsePgEnv } from './pg-env.ts';
import type { Environment } from './pg-env.ts';
import { withoutAliases } from './server-aliases.ts';
import { parseServerOptions } from './server-options.ts';
import type { ServerOptions, ServerSettings } from './server-options.ts';
import { parseSqliteOptions } from './sqlite-options.ts';
import type { SQLiteOptions } from './sqlite-options.ts';

/** Settings of a connection: SQLite's, or a server's. Which of them count is the DSN's scheme to say. */
export type ConnectionOptions = SQLiteOptions | ServerOptions;

/**
 * Where a server is. For PostgreSQL a socket is what libpq takes: its directory, or, if a port was given, the file in it
 * (`/tmp/.s.PGSQL.5433`).
 */
export type ServerHost = { readonly host: string; readonly port: number } | { readonly socket: string };

const PORTS: Readonly<Record<string, number>> = { postgres: 5432, mysql: 3306, mariadb: 3306 };

/**
 * Where a database is and how to talk to it. Made from a DSN or the environment; shows itself redacted, whatever looks.
 *
 * @example
 * ```ts
 * import { ConnectionConfig } from 'blazeorm';
 * export const config = ConnectionConfig.fromDsn('sqlite:app.db?busyTimeout=2000');
 * export const same = ConnectionConfig.fromEnv('DATABASE_URL', { DATABASE_URL: 'sqlite:app.db' });
 * export const server = ConnectionConfig.fromDsn('postgres://ann@db.example.org/app?tls=verify-full', { poolSize: 5 });
 * ```
 */
export class ConnectionConfig {
  /** `sqlite`, `postgres`, `mysql` or `mariadb`. */
  readonly scheme: string;
  readonly #shown: string;
  readonly #place: ParsedDsn;
  readonly #hosts: readonly ServerHost[];
  /** What was asked for, as texts: `with` starts from it. */
  readonly #given: Readonly<Record<string, string>>;
  readonly #options: SQLiteOptions;
  readonly #server: ServerSettings;
  readonly #tlsKey: string | undefined;

  private constructor(shown: string, place: ParsedDsn, given: Readonly<Record<string, string>>) {
    const sqlite = place.scheme === 'sqlite';
    const { settings, tlsKey } = parseServerOptions(place.scheme, sqlite ? {} : given);
    this.scheme = place.scheme;
    this.#shown = shown;
    this.#place = place;
    this.#hosts = sqlite ? [] : serverHosts(place, settings);
    this.#given = given;
    this.#options = parseSqliteOptions(place.path, sqlite ? given : {});
    this.#server = settings;
    this.#tlsKey = tlsKey;
    Object.freeze(this);
  }

  /**
   * @param dsn For example `sqlite:app.db?busyTimeout=2000` or `postgres://ann:secret@db.example.org/app?tls=verify-full`.
   * @param options Override what the DSN says.
   * @throws ConfigError for a DSN or option that cannot be used; never quotes the DSN.
   */
  static fromDsn(dsn: string, options: ConnectionOptions = {}): ConnectionConfig {
    const place = parseDsn(dsn);
    const given = withoutAliases(place.scheme, place.options);
    checkNames(place.scheme, Object.keys(given), 'dsn');
    return new ConnectionConfig(redactDsn(dsn), place, overridden(place.scheme, given, options));
  }

  /**
   * @param name The variable that holds the DSN. Default `DATABASE_URL`.
   * @param env Where to look. Default `process.env`.
   * @throws ConfigError if it is not set.
   */
  static fromEnv(name = 'DATABASE_URL', env: Environment = process.env): ConnectionConfig {
    const dsn = env[name];
    if (dsn === undefined || dsn === '')
      throw new ConfigError(`The environment variable ${name} is not set.`, {
        remedy: `Set it to a DSN, as in ${name}=sqlite:app.db.`,
      });
    return ConnectionConfig.fromDsn(dsn);
  }

  /**
   * PostgreSQL by libpq's variables: `PGHOST`, `PGPORT`, `PGUSER`, `PGPASSWORD`, `PGDATABASE`, `PGAPPNAME`,
   * `PGCONNECT_TIMEOUT`, `PGSSLMODE`, `PGSSLROOTCERT`, `PGSSLCERT`, `PGSSLKEY`. Nothing else looks at them.
   *
   * @param env Where to look. Default `process.env`.
   * @throws ConfigError if none of them is set, one cannot be used, or another one is set that says where or how safely
   *   to connect, as `PGSERVICE` does.
   */
  static fromPgEnv(env: Environment = process.env): ConnectionConfig {
    const { place, given } = parsePgEnv(env);
    return new ConnectionConfig(redactDsn(formatDsn(place)), place, given);
  }

  /** The same place with other settings, over those that were given. */
  with(options: ConnectionOptions): ConnectionConfig {
    return new ConnectionConfig(this.#shown, this.#place, overridden(this.scheme, this.#given, options));
  }

  /** SQLite's file, or `:memory:`. Empty for servers. */
  get path(): string {
    return this.#place.path;
  }

  /** SQLite's settings. Empty for servers. */
  get options(): SQLiteOptions {
    return this.#options;
  }

  /** Where the server is: one place, or several to try in turn. None for SQLite. */
  get hosts(): readonly ServerHost[] {
    return this.#hosts;
  }

  get user(): string | undefined {
    return this.#place.user;
  }

  get database(): string | undefined {
    return this.#place.database;
  }

  /** A server's settings, defaults filled in. */
  get server(): ServerSettings {
    return this.#server;
  }

  /** A method, so that nothing prints it. */
  password(): string | undefined {
    return this.#place.password;
  }

  /** The option `tlsKey`, a file or a text. A method, so that nothing prints it. */
  tlsKey(): string | undefined {
    return this.#tlsKey;
  }

  /** The DSN without what is secret. */
  toString(): string {
    return this.#shown;
  }

  toJSON(): string {
    return this.toString();
  }

  [inspect.custom](): string {
    return `ConnectionConfig(${this.toString()})`;
  }
}

function overridden(
  scheme: string,
  given: Readonly<Record<string, string>>,
  options: ConnectionOptions,
): Readonly<Record<string, string>> {
  if (typeof options !== 'object' || options === null)
    throw new ConfigError(`Settings of a connection are an object, not ${describe(options)}.`, { field: 'connection' });
  const own = texts(options);
  checkNames(scheme, Object.keys(own), 'code');
  return { ...given, ...own };
}

function serverHosts({ scheme, hosts }: ParsedDsn, { tls }: ServerSettings): readonly ServerHost[] {
  const port = PORTS[scheme] ?? 0;
  const all = hosts.length === 0 ? [{ host: 'localhost' }] : hosts;
  if (scheme === 'postgres' && tls !== 'disable' && all.some((host) => 'socket' in host))
    throw new ConfigError('PostgreSQL has no TLS on a Unix socket.', {
      fields: ['host', 'tls'],
      remedy: 'Name a host, or leave TLS out.',
    });
  return Object.freeze(all.map((host) => Object.freeze('socket' in host ? host : { port, ...host })));
}
