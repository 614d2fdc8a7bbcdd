import { SQLiteDialect } from '../../dialects/sqlite/sqlite.ts';
import { ConfigError, ConnectionError } from '../../utils/errors.ts';
import type { MaybePromise } from '../../utils/maybe-promise.ts';
import type { AcquireOptions, Adapter, Connection } from '../adapter.ts';
import type { ConnectionConfig } from '../config.ts';
import { Lease } from '../lease.ts';
import { SQLiteConnection } from './connection.ts';
import type { SQLiteDriver } from './driver.ts';
import { wrapError } from './errors.ts';
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
    this.#writer = new Lease(open(driver, config, memory), wait);
    this.#reader = memory ? this.#writer : new Lease(open(driver, config, memory), wait);
  }

  acquire({ mode, purpose }: AcquireOptions): MaybePromise<Connection> {
    const lease = mode === 'write' ? this.#writer : this.#reader;
    if (lease === undefined) throw new ConnectionError('The SQLite adapter is not connected.', { remedy: 'Await connect() first.' });
    return lease.take(purpose);
  }

  release(connection: Connection): void {
    const lease = connection === this.#writer?.item ? this.#writer : this.#reader;
    if (connection === this.#writer?.item && this.#writer.item.inTransaction) this.#writer.item.rollback();
    lease?.give();
  }

  close(): void {
    const [writer, reader] = [this.#writer, this.#reader];
    this.#writer = undefined;
    this.#reader = undefined;
    if (reader !== writer) reader?.close((connection) => connection.close());
    writer?.close((connection) => connection.close());
  }
}

function open(driver: SQLiteDriver, { path, options }: ConnectionConfig, memory: boolean): SQLiteConnection {
  try {
    const handle = driver.open(path, { readOnly: options.readOnly ?? false, busyTimeout: options.busyTimeout ?? BUSY_TIMEOUT });
    if (!memory && options.readOnly !== true) handle.exec(`PRAGMA journal_mode = ${options.journalMode ?? 'wal'}`);
    handle.exec(`PRAGMA foreign_keys = ON; PRAGMA synchronous = ${options.synchronous ?? 'normal'}`);
    registerFunctions(handle);
    return new SQLiteConnection(handle);
  } catch (error) {
    throw wrapError(error, undefined);
  }
}
