import { AcquireTimeoutError, ConfigError, ConnectionError } from '../utils/errors.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { emitWarning } from '../utils/warnings.ts';
import type { Warn } from '../utils/warnings.ts';
import type { AcquireOptions, Adapter, Connection } from './adapter.ts';
import type { ConnectionConfig } from './config.ts';
import type { PoolState } from './connection-events.ts';
import type { Position, ReplicationConnection, Replication } from './replication.ts';

/** An adapter of a server that can be a replica. */
export interface ReplicaSource extends Adapter {
  acquire(options: AcquireOptions): MaybePromise<ReplicationConnection>;
  /** Whether a connection is being opened: who waits may wait for the server. */
  readonly isOpening: boolean;
}

// Milliseconds.
/** Between two looks at a replica that is read from, unless the lag is bounded more tightly. */
const LOOK_EVERY = 5_000;
/** Between two looks at one that lacks what was written. */
const LOOK_SOON = 20;
/** How long the answer to a look, or a new connection, may take before reads go elsewhere. */
const PATIENCE = 500;
/** Until a replica that is down is tried again: first, doubled each time, at most. */
const FIRST_RETRY = 250;
const LAST_RETRY = 30_000;

/**
 * One replica: whether it can be read from, and how far it has come. It is looked at beside the reads, and only when there
 * are some: a read waits neither for a look nor for a server that is down.
 */
export class Replica {
  readonly config: ConnectionConfig;
  warn: Warn = emitWarning;
  readonly #source: ReplicaSource;
  readonly #replication: Replication;
  readonly #lookEvery: number;
  #position: Position = -1;
  #state: 'new' | 'up' | 'suspected' | 'down' = 'new';
  #error: Error | undefined;
  #failures = 0;
  #looking: Promise<void> | undefined;
  #lookedAt = 0;
  #lookAt = 0;
  /** When it was asked what it has not answered yet. */
  #askedAt = Infinity;
  /** New connections that somebody waited for longer than he should. */
  #stalled = 0;
  /** What its primary's data is called. */
  #data = '';
  #closed = false;

  constructor(source: ReplicaSource, config: ConnectionConfig, replication: Replication, maxLag: number | undefined) {
    this.config = config;
    this.#source = source;
    this.#replication = replication;
    this.#lookEvery = Math.min(LOOK_EVERY, (maxLag ?? Infinity) / 4);
  }

  get prepared(): number {
    return this.#source.prepared;
  }

  get pools(): readonly PoolState[] {
    return this.#source.pools ?? [];
  }

  /** All that is in the primary's log before it can be read here. */
  get position(): Position {
    return this.#position;
  }

  /** Why it is not read from. */
  get error(): Error | undefined {
    return this.#error;
  }

  /**
   * Look at it for the first time. One that cannot be reached is tried again later.
   *
   * @param data What the primary's data is called.
   * @throws ConfigError if it is no replica of that.
   */
  async start(data: string): Promise<void> {
    this.#data = data;
    await this.look();
    if (this.#error instanceof ConfigError) throw this.#error;
  }

  /** Look at it again if it is time to. */
  refresh(now: number): void {
    if (now >= this.#lookAt) void this.look();
  }

  /** It lacks something: look again soon. */
  refreshSoon(now: number): void {
    if (this.#state === 'up' && now >= this.#lookedAt + LOOK_SOON) void this.look();
  }

  isUp(now: number): boolean {
    return this.#state === 'up' && this.#stalled === 0 && now - this.#askedAt <= PATIENCE;
  }

  /** A connection; undefined if there is none in time, or the server is not there. @throws AcquireTimeoutError */
  lend(options: AcquireOptions): MaybePromise<Connection | undefined> {
    const lent = this.#source.acquire(options);
    return isPromise(lent) ? this.#inTime(lent) : lent;
  }

  release(connection: Connection): void {
    const { broken } = connection as ReplicationConnection;
    this.#source.release(connection);
    if (broken) this.#suspect();
  }

  /** Something went wrong on it: it is not read from until it has been looked at. */
  #suspect(): void {
    if (this.#closed || this.#state !== 'up') return;
    this.#state = 'suspected';
    void this.look();
  }

  /** Ask it what it is and how far it has come; one look at a time. Never rejects. */
  look(): Promise<void> {
    if (this.#looking === undefined) {
      this.#lookedAt = performance.now();
      this.#looking = this.#look().finally(() => (this.#looking = undefined));
    }
    return this.#looking;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#source.close();
  }

  async #look(): Promise<void> {
    try {
      await this.#source.connect(this.config);
      if (this.#closed) return await this.#source.close();
      this.#position = await this.#ask();
      this.#state = 'up';
      this.#error = undefined;
      this.#failures = 0;
      this.#lookAt = performance.now() + this.#lookEvery;
    } catch (error) {
      this.#failed(error as Error);
    }
  }

  async #ask(): Promise<Position> {
    const connection = await this.#source.acquire({ mode: 'read', purpose: 'a look at the replica' });
    this.#askedAt = performance.now();
    // A network that swallows everything: its connection would never say so.
    const limit = setTimeout(() => connection.abandon(), this.config.server.connectTimeout);
    try {
      if (this.#state !== 'up') await this.#identify(connection);
      const position = await this.#replication.replayed(connection);
      if (position === undefined) throw this.#unfit('it follows no primary');
      return position;
    } finally {
      clearTimeout(limit);
      this.#askedAt = Infinity;
      this.#source.release(connection);
    }
  }

  /** @throws ConfigError if it is a primary, or has other data. */
  async #identify(connection: Connection): Promise<void> {
    const { standby, data } = await this.#replication.identity(connection);
    if (!standby) throw this.#unfit('it follows no primary');
    if (data !== this.#data) throw this.#unfit('its data is not that of the primary');
  }

  #unfit(why: string): ConfigError {
    return new ConfigError(`${this.config.toString()} is no replica of this database: ${why}.`, {
      field: 'replicas',
      remedy: "Give the DSN of a standby, and the same database's, or leave it out of 'replicas'.",
    });
  }

  #failed(error: Error): void {
    // All of its connections are lent: that says nothing about the server.
    if (this.#closed || (error instanceof AcquireTimeoutError && this.#state === 'up')) return;
    const wait = Math.min(FIRST_RETRY * 2 ** this.#failures++, LAST_RETRY);
    // Half of it by chance, so that not all processes come back at once.
    this.#lookAt = performance.now() + wait * (0.5 + Math.random() / 2);
    this.#error = error;
    const isMistake = this.#state === 'new' && error instanceof ConfigError;
    if (this.#state !== 'down' && !isMistake)
      this.warn(
        'BLAZE_REPLICA',
        `The replica ${this.config.toString()} is not read from: ${error.message} Reads go to other servers until it is back.`,
      );
    this.#state = 'down';
  }

  async #inTime(lent: Promise<Connection>): Promise<Connection | undefined> {
    try {
      // Who waits for others to give a connection back waits as for any server.
      return this.#source.isOpening ? await this.#orNone(lent) : await lent;
    } catch (error) {
      if (!(error instanceof ConnectionError) || error instanceof AcquireTimeoutError) throw error;
      this.#suspect();
      return undefined;
    }
  }

  async #orNone(lent: Promise<Connection>): Promise<Connection | undefined> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), PATIENCE);
    });
    const first = await Promise.race([lent, late]).finally(() => clearTimeout(timer));
    if (first !== undefined) return first;
    this.#stalled++;
    void this.#takeBack(lent);
    return undefined;
  }

  /** Nobody waits for this connection any more. */
  async #takeBack(lent: Promise<Connection>): Promise<void> {
    try {
      this.#source.release(await lent);
    } catch {
      this.#suspect();
    } finally {
      this.#stalled--;
    }
  }
}
