import { SQLiteDialect } from '../../dialects/sqlite/sqlite.ts';
import { ConfigError, ConnectionError } from '../../utils/errors.ts';
import { chain } from '../../utils/maybe-promise.ts';
import type { MaybePromise } from '../../utils/maybe-promise.ts';
import type { AcquireOptions, Adapter, Connection } from '../adapter.ts';
import type { ConnectionConfig } from '../config.ts';
import { Lease } from '../lease.ts';
import { SQLiteConnection } from './connection.ts';
import type { SQLiteDriver, SQLiteHandle } from './driver.ts';
import { openError } from './errors.ts';
import { registerFunctions } from './functions.ts';
import { loadDriver } from './load-driver.ts';

const BUSY_TIMEOUT = 5_000;
const ACQUIRE_TIMEOUT = 10_000;

/**
 * SQLite. A file has one connection that writes and one that reads, so that readers never wait for a transaction (WAL);
 * a database in memory has one connection for both.
 *
 * @example
 * ```ts
 * import { ConnectionConfig, Session } from 'blazeorm';
 * import { SQLiteAdapter } from 'blazeorm/sqlite';
 * export const session = new Session(new SQLiteAdapter(), { config: ConnectionConfig.fromDsn('sqlite:app.db') });
 * ```
 */
export class SQLiteAdapter implements Adapter {
  readonly dialect = new SQLiteDialect();
  #writer: Lease<SQLiteConnection> | undefined;
  #reader: Lease<SQLiteConnection> | undefined;

  get prepared(): number {
    const [writer, reader] = [this.#writer?.item, this.#reader?.item];
    return (writer?.prepared ?? 0) + (reader === undefined || reader === writer ? 0 : reader.prepared);
  }

  /** @throws ConnectionError, DriverMissingError, ConfigError */
  async connect(config: ConnectionConfig): Promise<void> {
    if (this.#writer !== undefined) return;
    if (config.scheme !== 'sqlite') throw new ConfigError(`The SQLite adapter was given a DSN for ${config.scheme}.`);
    const driver = await loadDriver(config.options.driver);
    const wait = config.options.acquireTimeout ?? ACQUIRE_TIMEOUT;
    const memory = config.path === ':memory:' || config.path === '';
    const writer = open(driver, config, memory);
    const reader = memory ? writer : openBeside(writer, driver, config);
    this.#writer = new Lease(writer, wait);
    this.#reader = memory ? this.#writer : new Lease(reader, wait);
  }

  acquire({ mode, purpose, signal }: AcquireOptions): MaybePromise<Connection> {
    const lease = mode === 'write' ? this.#writer : this.#reader;
    if (lease === undefined)
      throw new ConnectionError('The database is closed, or was never opened.', {
        remedy: 'Await Database.connect() first.',
      });
    const connection = lease.take(purpose, signal);
    if (mode !== 'stream') return connection;
    // It waits for its turn, and then keeps nobody out: a cursor and other statements go together.
    return chain(connection, (own) => {
      lease.give();
      return own.beside();
    });
  }

  release(connection: Connection): void {
    const lease = [this.#writer, this.#reader].find((item) => item?.item === connection);
    // A connection is never given back with a transaction open.
    if (lease?.item.inTransaction === true) lease.item.rollback();
    lease?.give();
  }

  /** Lets transactions that are under way end first, for as long as others would wait for them. */
  async close(): Promise<void> {
    const leases = new Set([this.#reader, this.#writer]);
    await Promise.all([...leases].map(async (lease) => lease?.close((connection) => connection.close())));
    this.#writer = undefined;
    this.#reader = undefined;
  }
}

/** The second connection; without it the first is of no use. */
function openBeside(first: SQLiteConnection, driver: SQLiteDriver, config: ConnectionConfig): SQLiteConnection {
  try {
    return open(driver, config, false);
  } catch (error) {
    first.close();
    throw error;
  }
}

function open(driver: SQLiteDriver, { path, options }: ConnectionConfig, memory: boolean): SQLiteConnection {
  let handle: SQLiteHandle | undefined;
  try {
    handle = driver.open(path, {
      readOnly: options.readOnly ?? false,
      busyTimeout: options.busyTimeout ?? BUSY_TIMEOUT,
    });
    if (!memory && options.readOnly !== true) handle.exec(`PRAGMA journal_mode = ${options.journalMode ?? 'wal'}`);
    handle.exec(`PRAGMA foreign_keys = ON; PRAGMA synchronous = ${options.synchronous ?? 'normal'}`);
    // The header of a file is read at the first question about its content: a file of another kind is found now.
    handle.exec('SELECT 1 FROM sqlite_schema LIMIT 0');
    registerFunctions(handle);
    return new SQLiteConnection(handle);
  } catch (error) {
    handle?.close();
    throw openError(error);
  }
}
