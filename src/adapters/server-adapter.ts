import type { Dialect } from '../dialects/dialect.ts';
import { ConfigError, ConnectionError } from '../utils/errors.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { AcquireOptions, Adapter, Connection } from './adapter.ts';
import type { ConnectionConfig } from './config.ts';
import type { PoolState } from './connection-events.ts';
import { Pool } from './pool.ts';
import type { Pooled } from './pool.ts';

/** What adapters of servers have in common: a pool of connections. What is a server's own is how one is opened. */
export abstract class ServerAdapter<C extends Connection & Pooled> implements Adapter {
  abstract readonly dialect: Dialect;
  /** The schemes of the DSNs that it takes, and what it is called. */
  protected abstract readonly schemes: readonly string[];
  protected abstract readonly title: string;
  #pool: Pool<C> | undefined;
  /** The pool while it is being closed: what is still lent comes back to it. */
  #closing: Pool<C> | undefined;
  /** Of connections that are closed by now. */
  #prepared = 0;

  /** Load the driver; gives what opens one connection. @throws DriverMissingError */
  protected abstract opener(config: ConnectionConfig): Promise<() => Promise<C>>;

  protected get isConnected(): boolean {
    return this.#pool !== undefined;
  }

  get prepared(): number {
    let sum = this.#prepared;
    for (const connection of this.#pool?.connections ?? []) sum += connection.prepared;
    return sum;
  }

  get pools(): readonly PoolState[] {
    return this.#pool === undefined ? [] : [this.#pool];
  }

  /** Whether a connection is being opened: who waits may wait for the server. */
  get isOpening(): boolean {
    return this.#pool?.isOpening === true;
  }

  /** @throws ConnectionError, DriverMissingError, ConfigError */
  async connect(config: ConnectionConfig): Promise<void> {
    if (this.#pool !== undefined) return;
    if (!this.schemes.includes(config.scheme))
      throw new ConfigError(`The ${this.title} adapter was given a DSN for ${config.scheme}.`);
    const open = await this.opener(config);
    const { poolSize: size, acquireTimeout, idleTimeout, maxLifetime } = config.server;
    const name = poolName(config);
    const pool = new Pool(open, { name, size, acquireTimeout, idleTimeout, maxLifetime });
    // The first connection shows at once whether the server is there, the DSN is right, and what the server speaks.
    pool.release(await pool.acquire('the first connection'));
    this.#pool = pool;
  }

  acquire({ purpose, signal }: AcquireOptions): MaybePromise<C> {
    if (this.#pool === undefined)
      throw new ConnectionError('The database is closed, or was never opened.', {
        remedy: 'Await Database.connect() first.',
      });
    return this.#pool.acquire(purpose, signal);
  }

  release(connection: Connection): void {
    (this.#pool ?? this.#closing)?.release(connection as C);
  }

  /** Lets transactions that are under way end first, for as long as others would wait for them. */
  async close(): Promise<void> {
    const pool = this.#pool;
    this.#prepared = this.prepared;
    this.#closing = pool ?? this.#closing;
    this.#pool = undefined;
    await pool?.close();
  }
}

/** Where it is and what, as OpenTelemetry proposes it for pools: `db.example.org:5432/app`. */
function poolName({ hosts, database = '' }: ConnectionConfig): string {
  const places = hosts.map((place) => ('socket' in place ? place.socket : `${place.host}:${place.port}`));
  return `${places.join(',')}/${database}`;
}
