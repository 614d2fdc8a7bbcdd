import { ConfigError } from '../utils/errors.ts';
import { atLeastOne, flag, milliseconds, oneOf, someMilliseconds, someText } from './option-parsers.ts';
import type { OptionParser } from './option-parsers.ts';
import { tlsMode } from './tls-mode.ts';
import type { TlsMode } from './tls-mode.ts';

/** What stands before the server, and for how long it lends one of its connections. */
export type Pooler = 'auto' | 'transaction' | 'session';

/** Settings of a connection to PostgreSQL, MySQL or MariaDB. Times are in milliseconds. */
export interface ServerOptions {
  /** How many connections there may be at once. Default 10. */
  readonly poolSize?: number;
  /** How long a session waits for a connection. Default 10000. */
  readonly acquireTimeout?: number;
  /** How long connecting to the server may take. Default 10000. */
  readonly connectTimeout?: number;
  /** A connection that nobody used for so long is closed. Default 30000; 0 for never. */
  readonly idleTimeout?: number;
  /** A connection that is so old is closed, once it is given back. Default 0, for ever. */
  readonly maxLifetime?: number;
  /** How long a statement may run; on MySQL, a query. Default 0, as long as it takes. */
  readonly statementTimeout?: number;
  /** How long a statement waits for a lock; on MySQL and MariaDB in whole seconds. Default 0, what the server says. */
  readonly lockTimeout?: number;
  /** Shown by the server beside the connection. */
  readonly applicationName?: string;
  /** Prepare statements, so that the server parses them once. Default true; false with `pooler: 'transaction'`. */
  readonly prepare?: boolean;
  /**
   * What stands before PostgreSQL: a pooler such as PgBouncer that lends a connection for one `transaction`, or for a whole
   * `session`. With the first nothing is left on a connection: statements are not kept prepared, and settings such as
   * `statementTimeout` are sent with each transaction. Default `auto`: where a pooler is found, it is taken for the first
   * kind, which suits both.
   */
  readonly pooler?: Pooler;
  /** Send several statements without waiting for each answer, where the driver can. Default true. */
  readonly pipeline?: boolean;
  /** Refuse to write. */
  readonly readOnly?: boolean;
  /**
   * `verify-full` checks that the certificate is trusted and is this host's, `verify-ca` that `tlsCa` signed it, `require`
   * nothing. Default `disable`, or `verify-full` if any other option of TLS is given.
   */
  readonly tls?: TlsMode;
  /** Certificates to trust instead of the system's: a file, or its text (PEM). */
  readonly tlsCa?: string;
  /** The client's own certificate: a file, or its text (PEM). */
  readonly tlsCert?: string;
  /** The key of `tlsCert`: a file, or its text (PEM). */
  readonly tlsKey?: string;
  /** The name that the certificate has to have, if it is not the host's. */
  readonly tlsServerName?: string;
}

type WithoutDefault = 'applicationName' | 'tlsCa' | 'tlsCert' | 'tlsServerName';

/** What holds for a connection to a server, defaults filled in. The key of TLS is not among it. */
export interface ServerSettings
  extends Required<Omit<ServerOptions, WithoutDefault | 'tlsKey'>>, Pick<ServerOptions, WithoutDefault> {}

export const SERVER_PARSERS: Readonly<Record<keyof ServerOptions, OptionParser>> = {
  poolSize: atLeastOne,
  acquireTimeout: milliseconds,
  connectTimeout: someMilliseconds,
  idleTimeout: milliseconds,
  maxLifetime: milliseconds,
  statementTimeout: milliseconds,
  lockTimeout: milliseconds,
  applicationName: someText,
  prepare: flag,
  pooler: oneOf('auto', 'transaction', 'session'),
  pipeline: flag,
  readOnly: flag,
  tls: tlsMode,
  tlsCa: someText,
  tlsCert: someText,
  tlsKey: someText,
  tlsServerName: someText,
};

const DEFAULTS = {
  poolSize: 10,
  acquireTimeout: 10_000,
  connectTimeout: 10_000,
  idleTimeout: 30_000,
  maxLifetime: 0,
  statementTimeout: 0,
  lockTimeout: 0,
  prepare: true,
  pooler: 'auto',
  pipeline: true,
  readOnly: false,
} as const;

/** The settings that options, by their names here, make; the key apart, so that nobody prints it. */
export function parseServerOptions(
  scheme: string,
  given: Readonly<Record<string, string>>,
): {
  readonly settings: ServerSettings;
  readonly tlsKey: string | undefined;
} {
  const parsed: ServerOptions = Object.fromEntries(
    Object.entries(given).map(([name, text]) => [name, SERVER_PARSERS[name as keyof ServerOptions](text, name)]),
  );
  const { tlsKey, ...shown } = parsed;
  const settings = { ...DEFAULTS, ...shown, prepare: checkedPrepare(scheme, parsed), tls: checkedTls(parsed) };
  return { settings: Object.freeze(settings), tlsKey };
}

function checkedPrepare(scheme: string, { pooler, prepare }: ServerOptions): boolean {
  if (pooler !== undefined && pooler !== 'auto' && scheme !== 'postgres')
    throw new ConfigError(`The option 'pooler' is PostgreSQL's, not for ${scheme}.`, { field: 'pooler' });
  if (pooler === 'transaction' && prepare === true)
    throw conflict(
      'A pooler that lends a connection for one transaction does not keep prepared statements.',
      ['pooler', 'prepare'],
      "Leave 'prepare' out.",
    );
  return prepare ?? pooler !== 'transaction';
}

const TLS_DETAILS = ['tlsCa', 'tlsCert', 'tlsKey', 'tlsServerName'] as const;

/** What is asked for must have an effect: nobody should think that something is checked which is not. */
function checkedTls(options: ServerOptions): TlsMode {
  const details = TLS_DETAILS.filter((name) => options[name] !== undefined);
  const mode = options.tls ?? (details.length === 0 ? 'disable' : 'verify-full');
  const [first] = details;
  if (mode === 'disable' && first !== undefined)
    throw conflict(`The option '${first}' has no effect without TLS.`, ['tls', first], 'Say tls=verify-full.');
  if (mode === 'require' && options.tlsCa !== undefined)
    throw conflict("With tls=require no certificate is checked, so 'tlsCa' has no effect.", ['tls', 'tlsCa'], VERIFY);
  if (mode === 'verify-ca' && options.tlsCa === undefined)
    throw conflict(
      "With tls=verify-ca any name passes, so it needs a 'tlsCa' that signs for nobody else.",
      ['tls', 'tlsCa'],
      'Give one, or say tls=verify-full.',
    );
  if ((options.tlsCert === undefined) !== (options.tlsKey === undefined))
    throw conflict("The options 'tlsCert' and 'tlsKey' need each other.", ['tlsCert', 'tlsKey'], 'Give both.');
  for (const name of ['tlsCa', 'tlsCert'] as const)
    if (/PRIVATE KEY/.test(options[name] ?? ''))
      throw conflict(`The option '${name}' holds a private key.`, [name, 'tlsKey'], "Give that as 'tlsKey'.");
  return mode;
}

const VERIFY = 'Say tls=verify-ca or tls=verify-full.';

function conflict(message: string, fields: readonly string[], remedy: string): ConfigError {
  return new ConfigError(message, { fields, remedy });
}
