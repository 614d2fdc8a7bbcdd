import type { Dialect } from '../dialects/dialect.ts';
import { ConfigError, ConnectionError, DeadlockError, SerializationError } from '../utils/errors.ts';
import { chain } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Warn } from '../utils/warnings.ts';
import type { AcquireOptions, Adapter, Connection } from './adapter.ts';
import type { ConnectionConfig } from './config.ts';
import type { PoolState } from './connection-events.ts';
import { healthOf } from './health.ts';
import type { ServerHealth } from './health.ts';
import { PrimaryLog } from './primary-log.ts';
import type { Replica } from './replica.ts';
import type { Position, Replication, ReplicationConnection } from './replication.ts';

/**
 * A primary and replicas of it as one database. Reads outside of transactions go to the replicas in turn, to those that
 * are up, have all that this process wrote, and lag no more than they may; if there is none, to the primary. Everything
 * else goes to the primary.
 *
 * After a write the position of the primary's log is asked for, on the connection of the write before it goes back to the
 * pool; until the answer is there, reads go to the primary. So nobody waits for it.
 */
export class ReplicatedAdapter implements Adapter {
  readonly #primary: Adapter;
  readonly #replicas: readonly Replica[];
  readonly #replication: Replication;
  readonly #log: PrimaryLog;
  readonly #lent = new Map<Connection, Replica>();
  /** Connections to the primary on which something may be written. */
  readonly #writing = new Set<Connection>();
  #config: ConnectionConfig | undefined;
  #turn = 0;
  #observing = false;

  constructor(primary: Adapter, replicas: readonly Replica[], replication: Replication, maxLag: number | undefined) {
    this.#primary = primary;
    this.#replicas = replicas;
    this.#replication = replication;
    this.#log = new PrimaryLog(maxLag);
  }

  get dialect(): Dialect {
    return this.#primary.dialect;
  }

  get prepared(): number {
    return this.#replicas.reduce((sum, replica) => sum + replica.prepared, this.#primary.prepared);
  }

  get pools(): readonly PoolState[] {
    return [this.#primary, ...this.#replicas].flatMap(({ pools = [] }) => pools);
  }

  set warn(warn: Warn) {
    for (const replica of this.#replicas) replica.warn = warn;
  }

  /** @throws ConfigError if a replica is none; one that does not answer is tried again later. */
  async connect(config: ConnectionConfig): Promise<void> {
    this.#config = config;
    await this.#primary.connect(config);
    try {
      const { standby, data } = await this.#askPrimary((connection) => this.#replication.identity(connection));
      if (standby)
        throw new ConfigError(`${config.toString()} is a standby: nothing can be written there.`, {
          remedy: "Give the primary's DSN to connect(), and that of the standby in 'replicas'.",
        });
      await this.#observe();
      await Promise.all(this.#replicas.map((replica) => replica.start(data)));
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  acquire(options: AcquireOptions): MaybePromise<Connection> {
    if (options.mode === 'write')
      return chain(this.#primary.acquire(options), (connection) => {
        this.#writing.add(connection);
        return connection;
      });
    const replica = options.server === 'primary' ? undefined : this.#choose(options.server === 'replica');
    if (replica === undefined) return this.#primary.acquire(options);
    return chain(replica.lend(options), (connection) => {
      // It is not up any more: the next one, or the primary.
      if (connection === undefined) return this.acquire(options);
      this.#lent.set(connection, replica);
      return connection;
    });
  }

  release(connection: Connection): void {
    const replica = this.#lent.get(connection);
    if (replica !== undefined) {
      this.#lent.delete(connection);
      replica.release(connection);
    } else if ((this.#writing.delete(connection) && mayHaveWritten(connection)) || this.#log.isLost)
      void this.#follow(connection);
    else this.#primary.release(connection);
  }

  isReplica(connection: Connection): boolean {
    return this.#lent.has(connection);
  }

  async health(timeout: number): Promise<readonly ServerHealth[]> {
    const primary = healthOf('primary', String(this.#config), timeout, () =>
      this.#askPrimary((connection) => this.#replication.written(connection)),
    );
    const replicas = this.#replicas.map((replica) =>
      healthOf('replica', replica.config.toString(), timeout, async () => {
        await replica.look();
        if (replica.error !== undefined) throw replica.error;
        if (!this.#log.isRecent(replica.position, performance.now())) throw lagging();
      }),
    );
    return Promise.all([primary, ...replicas]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#primary.close(), ...this.#replicas.map((replica) => replica.close())]);
  }

  /** The next replica that can be read from. `anyState`: even one that lacks what this process wrote. */
  #choose(anyState: boolean): Replica | undefined {
    const now = performance.now();
    const { written } = this.#log;
    if (this.#log.isStale(now)) void this.#observe();
    const count = this.#replicas.length;
    for (let i = 0; i < count; i++) {
      const turn = (this.#turn + i) % count;
      const replica = this.#replicas[turn]!;
      replica.refresh(now);
      if (!replica.isUp(now)) continue;
      const complete = anyState || (written !== undefined && replica.position >= written);
      if (!complete || !this.#log.isRecent(replica.position, now)) {
        replica.refreshSoon(now);
        continue;
      }
      this.#turn = (turn + 1) % count;
      return replica;
    }
    return undefined;
  }

  /** Where did the write end? Then back to the others with the connection. */
  async #follow(connection: Connection): Promise<void> {
    await this.#log.follow(() => this.#replication.written(connection));
    this.#primary.release(connection);
  }

  /** Note where the primary's log ends now. Without an answer replicas count as lagging, which is all there is to do. */
  async #observe(): Promise<void> {
    if (this.#observing) return;
    this.#observing = true;
    const ask = (): Promise<Position> => this.#askPrimary((connection) => this.#replication.written(connection));
    await this.#log.observe(ask).catch(() => undefined);
    this.#observing = false;
  }

  async #askPrimary<T>(ask: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await this.#primary.acquire({ mode: 'read', purpose: 'a look at the primary' });
    try {
      return await ask(connection);
    } finally {
      this.#primary.release(connection);
    }
  }
}

/** All but one that was lost before it could commit. */
function mayHaveWritten(connection: Connection): boolean {
  const { broken, uncertain } = connection as ReplicationConnection;
  return !broken || uncertain;
}

/** Whether a read failed because of the replica that it ran on: it was lost, or its replay got in the way. */
export function isReplicasFault(error: unknown): boolean {
  return error instanceof ConnectionError || error instanceof SerializationError || error instanceof DeadlockError;
}

function lagging(): ConnectionError {
  return new ConnectionError("The replica lags more than 'maxReplicaLag'.", {
    remedy: 'Reads go to other servers until it has caught up.',
  });
}
