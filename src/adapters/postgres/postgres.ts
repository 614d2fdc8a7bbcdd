import { Socket } from 'node:net';
import { userInfo } from 'node:os';
import type { Client, ClientConfig, Connection } from 'pg';
import { PostgresDialect } from '../../dialects/postgres/postgres.ts';
import { DriverMissingError } from '../../utils/errors.ts';
import type { ConnectionConfig } from '../config.ts';
import { ServerAdapter } from '../server-adapter.ts';
import { tlsOptions } from '../tls.ts';
import { arrayQueries } from './array-query.ts';
import type { MakeArrayQuery } from './array-query.ts';
import { cancelTarget } from './cancel-request.ts';
import { destroy, PostgresConnection } from './connection.ts';
import type { SessionTerms } from './connection.ts';
import { openError } from './errors.ts';
import { corrections, QUESTION } from './session-settings.ts';
import { rowConnections } from './wire.ts';
import type { MakeConnection } from './wire.ts';

type Tls = Awaited<ReturnType<typeof tlsOptions>>;

/** What is used of `pg`. */
interface Driver {
  readonly Client: new (config: ClientConfig) => Client;
  readonly makeConnection: MakeConnection;
  readonly makeQuery: MakeArrayQuery;
}

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
  #pipelines = false;

  get pipelines(): boolean {
    return this.#pipelines;
  }

  protected async opener(config: ConnectionConfig): Promise<() => Promise<PostgresConnection>> {
    this.#pipelines = config.server.pipeline;
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
    const tls = await tlsOptions(config, 'host' in host ? host.host : undefined);
    // A copy, because the driver hides the key in what it is given.
    const options = clientConfig(config, host, tls && { ...tls });
    const client = withoutEnvironment(new Client({ ...options, connection: makeConnection(options) } as ClientConfig));
    // An error of a connection that is idle has nobody to be told to.
    client.on('error', () => undefined);
    let limit: NodeJS.Timeout | undefined;
    try {
      await client.connect();
      // The driver's own limit ends with the greeting.
      limit = setTimeout(() => destroy(client), config.server.connectTimeout);
      return new PostgresConnection(client, makeQuery, await prepareSession(client, config), {
        target: cancelTarget(client, tls),
        limit: config.server.connectTimeout,
      });
    } catch (error) {
      failure = error;
      hangUp(client);
    } finally {
      clearTimeout(limit);
    }
  }
  throw openError(failure);
}

function clientConfig(config: ConnectionConfig, host: ConnectionConfig['hosts'][number], ssl: Tls): ClientConfig {
  const { connectTimeout, applicationName, pipeline } = config.server;
  const options = {
    ...('socket' in host ? socketOf(host.socket) : placeOf(host, ssl)),
    user: config.user ?? systemUser(),
    // A function, since for an empty text the driver would look into the environment and into files.
    password: () => config.password() ?? '',
    database: config.database ?? config.user ?? systemUser(),
    ssl: ssl ?? false,
    connectionTimeoutMillis: connectTimeout,
    application_name: applicationName ?? 'blazeorm',
    pipeline,
    keepAlive: true,
    sslnegotiation: 'postgres',
  };
  return options as ClientConfig;
}

/** Without waiting for the other side, which may be no PostgreSQL and never hang up. */
function hangUp(client: Client): void {
  void client.end().catch(() => undefined);
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream.destroySoon(); // Named cast: not among its types.
}

/** As libpq does it; the driver would take `PGUSER`. */
function systemUser(): string {
  try {
    return userInfo().username;
  } catch {
    // A process may run under a number that has no name.
    return 'postgres';
  }
}

/** The driver takes settings from the environment that nobody gave to this connection. */
function withoutEnvironment(client: Client): Client {
  const { connectionParameters } = client as unknown as { readonly connectionParameters: object }; // Named cast: not among its types.
  Object.assign(connectionParameters, { options: undefined, replication: undefined });
  return client;
}

/** The driver checks certificates against its `host`: where that has to be another name, it is connected for it. */
function placeOf({ host, port }: { readonly host: string; readonly port: number }, tls: Tls): object {
  const name = tls?.servername ?? host;
  if (name === host) return { host, port };
  const stream = (): Socket => {
    const socket = new Socket();
    const connect = socket.connect.bind(socket);
    return Object.assign(socket, { connect: () => connect(port, host) });
  };
  return { host: name, port, stream };
}

/** A socket is named by its folder, or whole: `/run/postgresql/.s.PGSQL.5433`. */
function socketOf(path: string): { host: string; port?: number } {
  const [, folder, port] = /^(.*)\/\.s\.PGSQL\.(\d+)$/.exec(path) ?? [];
  return folder === undefined ? { host: path } : { host: folder, port: Number(port) };
}

/** What the library relies on, and what was asked for, set: once, or behind a pooler in each transaction. */
async function prepareSession(client: Client, config: ConnectionConfig): Promise<SessionTerms> {
  const { rows } = await client.query<[...string[], number]>({
    text: `${QUESTION}, pg_backend_pid()`,
    rowMode: 'array',
  });
  const found = rows[0]!.map(String);
  const corrected = corrections(found);
  const { pooler, prepare, pipeline } = config.server;
  // A pooler gives its clients process numbers of its own.
  const { processID } = client as unknown as { readonly processID: number }; // Named cast: its types leave it out.
  if (pooler === 'transaction' || (pooler === 'auto' && String(processID) !== found.at(-1)))
    return {
      pipeline,
      named: false,
      eachTransaction: [...corrected, ...settings(config, 'transaction_read_only')],
      perTransaction: true,
    };
  const once = [...corrected, ...settings(config, 'default_transaction_read_only')];
  if (once.length > 0) await client.query(once.map((setting) => `SET ${setting}`).join('; '));
  return { pipeline, named: prepare, eachTransaction: [], perTransaction: false };
}

function settings({ server }: ConnectionConfig, readOnlySetting: string): string[] {
  const { statementTimeout, lockTimeout, readOnly } = server;
  return [
    ...(statementTimeout > 0 ? [`statement_timeout = ${statementTimeout}`] : []),
    ...(lockTimeout > 0 ? [`lock_timeout = ${lockTimeout}`] : []),
    ...(readOnly ? [`${readOnlySetting} = on`] : []),
  ];
}
