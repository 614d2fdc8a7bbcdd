import type { Client, ClientConfig, Connection } from 'pg';
import { PostgresDialect } from '../../dialects/postgres/postgres.ts';
import { ConnectionError, DriverMissingError } from '../../utils/errors.ts';
import type { ConnectionConfig } from '../config.ts';
import { ServerAdapter } from '../server-adapter.ts';
import { tlsOptions } from '../tls.ts';
import { arrayQueries } from './array-query.ts';
import type { MakeArrayQuery } from './array-query.ts';
import { destroy, PostgresConnection } from './connection.ts';
import type { SessionTerms } from './connection.ts';
import { openError } from './errors.ts';
import { rowConnections } from './wire.ts';
import type { MakeConnection } from './wire.ts';

/** What is used of `pg`. */
interface Driver {
  readonly Client: new (config: ClientConfig) => Client;
  readonly makeConnection: MakeConnection;
  readonly makeQuery: MakeArrayQuery;
}

/** The oldest version that is tested. */
const MINIMUM = 15;

/**
 * PostgreSQL, through `pg`, with a pool of connections.
 *
 * @example
 * ```ts
 * import { ConnectionConfig, Session } from 'blazeorm';
 * import { PostgresAdapter } from 'blazeorm/postgres';
 * const config = ConnectionConfig.fromDsn('postgres://app:secret@localhost/shop?poolSize=20');
 * export const session = new Session(new PostgresAdapter(), { config });
 * ```
 */
export class PostgresAdapter extends ServerAdapter<PostgresConnection> {
  readonly dialect = new PostgresDialect();
  protected readonly schemes = ['postgres'];
  protected readonly title = 'PostgreSQL';

  protected async opener(config: ConnectionConfig): Promise<() => Promise<PostgresConnection>> {
    const driver = await loadDriver();
    return () => open(driver, config);
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    const { default: pg } = await import('pg');
    // Named casts: the driver's types know the other forms of these constructors only.
    return {
      Client: pg.Client,
      makeConnection: rowConnections(pg.Connection as unknown as new (config: object) => Connection),
      makeQuery: arrayQueries(pg.Query as unknown as new (text: string) => object),
    };
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new DriverMissingError('The PostgreSQL driver is not installed.', {
      remedy: 'Run: npm install pg',
      cause: error,
    });
  }
}

/** Try the hosts in their order. */
async function open(
  { Client, makeConnection, makeQuery }: Driver,
  config: ConnectionConfig,
): Promise<PostgresConnection> {
  let failure: unknown;
  for (const host of config.hosts) {
    const options = clientConfig(config, host, await tlsOptions(config, 'host' in host ? host.host : undefined));
    const client = new Client({ ...options, connection: makeConnection(options) } as ClientConfig);
    // An error of a connection that is idle has nobody to be told to.
    client.on('error', () => undefined);
    let limit: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      // The driver's own limit ends with the greeting.
      limit = setTimeout(() => destroy(client), config.server.connectTimeout);
      return new PostgresConnection(client, makeQuery, await prepareSession(client, config));
    } catch (error) {
      failure = error;
      await client.end().catch(() => undefined);
    } finally {
      clearTimeout(limit);
    }
  }
  throw openError(failure);
}

function clientConfig(
  config: ConnectionConfig,
  host: ConnectionConfig['hosts'][number],
  ssl: ClientConfig['ssl'],
): ClientConfig {
  const { connectTimeout, applicationName, pipeline } = config.server;
  const password = config.password();
  const options = {
    ...('socket' in host ? socketOf(host.socket) : { host: host.host, port: host.port }),
    user: config.user,
    // Not undefined, which would make the driver look into the environment and into files.
    password: password ?? '',
    database: config.database ?? config.user,
    ssl: ssl ?? false,
    connectionTimeoutMillis: connectTimeout,
    application_name: applicationName ?? 'blazeorm',
    pipeline,
    keepAlive: true,
  };
  return options as ClientConfig;
}

/** A socket is named by its folder, or whole: `/run/postgresql/.s.PGSQL.5433`. */
function socketOf(path: string): { host: string; port?: number } {
  const [, folder, port] = /^(.*)\/\.s\.PGSQL\.(\d+)$/.exec(path) ?? [];
  return folder === undefined ? { host: path } : { host: folder, port: Number(port) };
}

/** What the library relies on, the version, UTF-8, dates in the ISO form; and what was asked for, set. */
async function prepareSession(client: Client, config: ConnectionConfig): Promise<SessionTerms> {
  const { rows } = await client.query<[string, string, string, number]>({
    text: "SELECT current_setting('server_version_num'), current_setting('server_encoding'), current_setting('DateStyle'), pg_backend_pid()",
    rowMode: 'array',
  });
  const [version, encoding, dateStyle, backend] = rows[0]!;
  if (Number(version) < MINIMUM * 10_000)
    throw new ConnectionError(`PostgreSQL ${MINIMUM} or later is needed.`, { remedy: 'Upgrade the server.' });
  if (encoding !== 'UTF8')
    throw new ConnectionError(`The database stores text as ${encoding}, which cannot hold every text.`, {
      remedy: "Create it with ENCODING 'UTF8'.",
    });
  const { pooler, prepare, pipeline } = config.server;
  const dates = dateStyle.startsWith('ISO') ? [] : ["DateStyle = 'ISO'"];
  // A pooler gives its clients process numbers of its own.
  const { processID } = client as unknown as { readonly processID: number }; // Named cast: its types leave it out.
  if (pooler === 'transaction' || (pooler === 'auto' && processID !== backend))
    return { pipeline, named: false, eachTransaction: [...dates, ...settings(config, 'transaction_read_only')] };
  const once = [...dates, ...settings(config, 'default_transaction_read_only')];
  if (once.length > 0) await client.query(once.map((setting) => `SET ${setting}`).join('; '));
  return { pipeline, named: prepare, eachTransaction: [] };
}

function settings({ server }: ConnectionConfig, readOnlySetting: string): string[] {
  const { statementTimeout, lockTimeout, readOnly } = server;
  return [
    ...(statementTimeout > 0 ? [`statement_timeout = ${statementTimeout}`] : []),
    ...(lockTimeout > 0 ? [`lock_timeout = ${lockTimeout}`] : []),
    ...(readOnly ? [`${readOnlySetting} = on`] : []),
  ];
}
