import { connect as connectSocket } from 'node:net';
import type { Socket } from 'node:net';
import type { Connection as Client, ConnectionOptions } from 'mysql2';
import type mysql from 'mysql2';
import { MariaDBDialect } from '../../dialects/mysql/mariadb.ts';
import { MySQLDialect } from '../../dialects/mysql/mysql.ts';
import { ConnectionError, DriverMissingError } from '../../utils/errors.ts';
import type { ConnectionConfig } from '../config.ts';
import { ServerAdapter } from '../server-adapter.ts';
import { tlsOptions } from '../tls.ts';
import { MySQLConnection } from './connection.ts';
import { beside, connected, killer, plain } from './kill.ts';
import { openError } from './errors.ts';
import { readServer, sessionSettings } from './session-settings.ts';
import type { Server } from './session-settings.ts';

type Driver = typeof mysql;
type Tls = Awaited<ReturnType<typeof tlsOptions>>;

/** Statements that are kept prepared on a connection. */
const MAX_STATEMENTS = 250;

/**
 * MySQL and MariaDB, through `mysql2`, with a pool of connections. Which of the two it is the server says, when the
 * first connection is opened.
 *
 * @example
 * ```ts
 * import { ConnectionConfig, Session } from 'blazeorm';
 * import { MySQLAdapter } from 'blazeorm/mysql';
 * const config = ConnectionConfig.fromDsn('mysql://app:secret@localhost/shop?poolSize=20');
 * export const session = new Session(new MySQLAdapter(), { config });
 * ```
 */
export class MySQLAdapter extends ServerAdapter<MySQLConnection> {
  #dialect = new MySQLDialect();
  #maxBytes: number | undefined;
  protected readonly schemes = ['mysql', 'mariadb'];
  protected readonly title = 'MySQL';

  /** That of the server, once one is connected to. */
  get dialect(): MySQLDialect {
    return this.#dialect;
  }

  /** That of the server which takes the least. */
  get maxBytes(): number | undefined {
    return this.#maxBytes;
  }

  protected async opener(config: ConnectionConfig): Promise<() => Promise<MySQLConnection>> {
    const driver = await loadDriver();
    return () => this.#open(driver, config);
  }

  /** Try the hosts in their order. */
  async #open(driver: Driver, config: ConnectionConfig): Promise<MySQLConnection> {
    let failure: unknown;
    for (const host of config.hosts) {
      const tls = await tlsOptions(config, 'host' in host ? host.host : undefined);
      const options = clientOptions(config, host, tls);
      const client = driver.createConnection(options);
      // An error of a connection that is idle has nobody to be told to.
      client.on('error', () => undefined);
      try {
        await connected(client);
        return await this.#greet(client, driver, config, options);
      } catch (error) {
        failure = error;
        client.destroy();
      }
    }
    throw openError(failure);
  }

  /** Learn what the server is, and bring the session into the state that the library relies on. */
  async #greet(
    client: Client,
    driver: Driver,
    config: ConnectionConfig,
    options: ConnectionOptions,
  ): Promise<MySQLConnection> {
    const ask = (sql: string): Promise<unknown[][]> => plain(client, sql);
    const server = await readServer(ask);
    this.#follow(server);
    this.#maxBytes = Math.min(this.#maxBytes ?? server.maxPacket, server.maxPacket);
    const settings = sessionSettings(server, this.#dialect.types.collation, config.server);
    for (const setting of settings) await ask(setting);
    return new MySQLConnection(client, {
      prepare: config.server.prepare,
      maxStatements: MAX_STATEMENTS,
      settings,
      keyStep: server.keyStep,
      maxPacket: server.maxPacket,
      typed: driver.TypedParameter,
      kill: killer(client, server.identity, (signal) => beside(driver, options, signal)),
      cancelLimit: config.server.connectTimeout,
    });
  }

  #follow({ mariadb }: Server): void {
    if (this.#dialect instanceof MariaDBDialect === mariadb) return;
    if (this.isConnected)
      throw new ConnectionError('The hosts are of two kinds: MySQL and MariaDB.', {
        remedy: 'Name servers of one kind.',
      });
    this.#dialect = mariadb ? new MariaDBDialect() : new MySQLDialect();
  }
}

async function loadDriver(): Promise<Driver> {
  try {
    const { default: driver } = await import('mysql2');
    return driver;
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    throw new DriverMissingError('The driver of MySQL and MariaDB is not installed.', {
      remedy: 'Run: npm install mysql2',
      cause: error,
    });
  }
}

function clientOptions(config: ConnectionConfig, host: ConnectionConfig['hosts'][number], tls: Tls): ConnectionOptions {
  const { connectTimeout, applicationName } = config.server;
  const { database, user } = config;
  const password = config.password();
  return {
    ...('socket' in host ? { socketPath: host.socket } : placeOf(host, tls)),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
    ...(database === undefined ? {} : { database }),
    ...(tls === undefined ? {} : { ssl: sslOptions(tls) }),
    connectTimeout,
    connectAttributes: { program_name: applicationName ?? 'blazeorm' },
    charset: 'utf8mb4',
    timezone: 'Z',
    maxPreparedStatements: MAX_STATEMENTS,
    // Nothing is rounded on its way: what a number cannot hold comes as text.
    supportBigNumbers: true,
    dateStrings: true,
    jsonStrings: true,
    flags: ['FOUND_ROWS'],
  } as ConnectionOptions; // Named cast: `jsonStrings` is not among the driver's types.
}

/** The driver checks certificates against its `host`, whatever the socket is connected to. */
function placeOf({ host, port }: { readonly host: string; readonly port: number }, tls: Tls): ConnectionOptions {
  if (tls === undefined) return { host, port };
  return {
    host: tls.servername ?? host,
    port,
    stream: () => tlsReady(connectSocket({ port, host, noDelay: true, keepAlive: true }), tls),
  };
}

/**
 * For an address the driver gives Node no host to check, and then Node takes what the socket was connected to by name, or
 * else `localhost` (`_host` in https://github.com/nodejs/node/blob/v20.x/lib/_tls_wrap.js): the address it is.
 */
function tlsReady(socket: Socket, { host }: NonNullable<Tls>): Socket {
  return host === undefined ? socket : Object.assign(socket, { _host: host });
}

function sslOptions({ ca, cert, key, rejectUnauthorized, checkServerIdentity }: NonNullable<Tls>): object {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    rejectUnauthorized,
    // Left to Node unless it was replaced by one that lets all pass.
    verifyIdentity: rejectUnauthorized === true && checkServerIdentity === undefined,
  };
}
