import type { ServerRole } from '../core/types/index.ts';
import type { Dialect } from '../dialects/dialect.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Warn } from '../utils/warnings.ts';
import type { ConnectionConfig } from './config.ts';
import type { PoolState } from './connection-events.ts';
import type { ServerHealth } from './health.ts';

/** Rows as arrays of the driver's values, in the order of the columns. */
export type Rows = unknown[][];

/** What a write did. */
export interface WriteResult {
  readonly changes: number;
  /**
   * Key that the database generated; meaningless where it generated none. Of several rows in one statement: that of the
   * last, or of the first where the connection has a `keyStep`.
   */
  readonly lastInsertId: number | bigint;
}

/** What a batch of writes did, by position: a list for each figure rather than an object for each row. */
export interface BatchResult {
  readonly changes: readonly number[];
  /** Keys that the database generated; meaningless where it generated none. */
  readonly lastInsertIds: readonly (number | bigint)[];
}

/**
 * One connection. Synchronous drivers answer at once; others with promises. Parameters are driver values: the codecs
 * of the dialect have been applied.
 */
export interface Connection {
  query(sql: string, parameters: readonly unknown[]): MaybePromise<Rows>;
  /** Like `query`, with the names of the columns. */
  queryNamed(
    sql: string,
    parameters: readonly unknown[],
  ): MaybePromise<{ readonly columns: readonly string[]; readonly rows: Rows }>;
  execute(sql: string, parameters: readonly unknown[]): MaybePromise<WriteResult>;
  /** One statement once for each list of parameters; results in the same order. */
  executeMany(sql: string, batches: readonly (readonly unknown[])[]): MaybePromise<BatchResult>;
  /** Rows one by one, in memory for one at a time. Ends the statement when the caller stops early. */
  iterate(sql: string, parameters: readonly unknown[]): Iterable<unknown[]> | AsyncIterable<unknown[]>;
  /** Several statements without parameters or rows. */
  script(sql: string): MaybePromise<void>;
  begin(options: BeginOptions): MaybePromise<void>;
  commit(): MaybePromise<void>;
  rollback(): MaybePromise<void>;
  savepoint(name: string): MaybePromise<void>;
  releaseSavepoint(name: string): MaybePromise<void>;
  rollbackToSavepoint(name: string): MaybePromise<void>;
  /** Distinct statements that were prepared on this connection. */
  readonly prepared: number;
  /** How far apart the keys are that one statement generates for several rows; 0 if nobody can say. */
  readonly keyStep?: number;
  /**
   * Have the server stop what runs on this connection. It fails then, in its own promise. Settled when nothing runs any
   * more and nothing of this can meet a later statement; where that is not to be had, the connection is closed instead.
   * Never rejects. A driver that is synchronous has nothing to stop.
   */
  cancel?(): Promise<void>;
  /** Settled when what was sent so far has been answered; undefined if it has been. Wanted of whoever has `cancel`. */
  idle?(): Promise<void> | undefined;
  /** Bytes that one statement may have, with its values; without it, any number. */
  readonly maxBytes?: number;
  /** A pooler stands between, which lends a session of the server for one transaction: what is set or locked for longer is lost. */
  readonly perTransaction?: boolean;
}

export interface BeginOptions {
  readonly readOnly?: boolean;
  readonly isolation?: string;
}

/** Who wants a connection, for the error of whoever waits for it in vain. */
export interface AcquireOptions {
  /** `stream`: rows that are read one by one, while others may use the connection where the database allows it. */
  readonly mode: 'read' | 'write' | 'stream';
  /** Shown as the holder when others wait too long. */
  readonly purpose: string;
  /** Ends the wait for a connection, with its reason as the error. */
  readonly signal?: AbortSignal;
  /**
   * Where there are replicas, which server to read from: the primary, or any replica, even one that lacks what this process
   * wrote. By default a replica that has it.
   */
  readonly server?: ServerRole | undefined;
}

/** A database that sessions connect to: opens connections and lends them. */
export interface Adapter {
  readonly dialect: Dialect;
  connect(config: ConnectionConfig): MaybePromise<void>;
  acquire(options: AcquireOptions): MaybePromise<Connection>;
  release(connection: Connection): void;
  close(): MaybePromise<void>;
  /** Distinct statements that were prepared on any connection. */
  readonly prepared: number;
  /** Whether a statement may be sent before the one before it on the same connection is answered, and saves time so. */
  readonly pipelines?: boolean;
  /** How many bytes a statement may have, its values included, where a server says so; known once one is connected to. */
  readonly maxBytes?: number | undefined;
  /** Its pools, to be looked at; none before it is connected. Only where there are some. */
  readonly pools?: readonly PoolState[];
  /** Where warnings go that are about no statement, of a replica that is down for example. Set by whoever opens it. */
  warn?: Warn;
  /** Whether it is a connection to a replica. Only where there are replicas. */
  isReplica?(connection: Connection): boolean;
  /** Asks each server, for so many milliseconds. Only where there are replicas. */
  health?(timeout: number): Promise<readonly ServerHealth[]>;
}
