import { channel } from 'node:diagnostics_channel';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { Adapter, AcquireOptions, BatchResult, BeginOptions, Connection, Rows, WriteResult } from './adapter.ts';

/** What one statement was: published after each, to whoever listens. Parameters are not part of it. */
export interface StatementEvent {
  readonly sql: string;
  readonly durationMs: number;
  /** How often it ran: the number of parameter lists. */
  readonly runs: number;
  readonly error: unknown;
}

/** `diagnostics_channel` of statements; nobody listening costs one check. */
export const statementChannel = channel('blazeorm:statement');

/**
 * The only caller of adapters: queries, flushes and schema changes come through here, so that they are counted, timed
 * and published in one place.
 */
export class Executor {
  readonly #adapter: Adapter;
  #statements = 0;

  constructor(adapter: Adapter) {
    this.#adapter = adapter;
  }

  /** Statements run so far; a batch counts one for each list of parameters that the driver was given. */
  get statements(): number {
    return this.#statements;
  }

  get prepared(): number {
    return this.#adapter.prepared;
  }

  acquire(options: AcquireOptions): MaybePromise<Connection> {
    return this.#adapter.acquire(options);
  }

  release(connection: Connection): void {
    this.#adapter.release(connection);
  }

  query(connection: Connection, sql: string, parameters: readonly unknown[]): MaybePromise<Rows> {
    this.#statements++;
    if (!statementChannel.hasSubscribers) return connection.query(sql, parameters);
    return observe(sql, 1, () => connection.query(sql, parameters));
  }

  queryNamed(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
  ): ReturnType<Connection['queryNamed']> {
    this.#statements++;
    return observe(sql, 1, () => connection.queryNamed(sql, parameters));
  }

  execute(connection: Connection, sql: string, parameters: readonly unknown[]): MaybePromise<WriteResult> {
    this.#statements++;
    return observe(sql, 1, () => connection.execute(sql, parameters));
  }

  executeMany(
    connection: Connection,
    sql: string,
    batches: readonly (readonly unknown[])[],
  ): MaybePromise<BatchResult> {
    this.#statements += batches.length;
    return observe(sql, batches.length, () => connection.executeMany(sql, batches));
  }

  iterate(connection: Connection, sql: string, parameters: readonly unknown[]): ReturnType<Connection['iterate']> {
    this.#statements++;
    return connection.iterate(sql, parameters);
  }

  script(connection: Connection, sql: string): MaybePromise<void> {
    this.#statements++;
    return observe(sql, 1, () => connection.script(sql));
  }

  begin(connection: Connection, options: BeginOptions): MaybePromise<void> {
    return observe('BEGIN', 1, () => connection.begin(options));
  }

  commit(connection: Connection): MaybePromise<void> {
    return observe('COMMIT', 1, () => connection.commit());
  }

  rollback(connection: Connection): MaybePromise<void> {
    return observe('ROLLBACK', 1, () => connection.rollback());
  }

  savepoint(connection: Connection, name: string): MaybePromise<void> {
    return observe('SAVEPOINT', 1, () => connection.savepoint(name));
  }

  releaseSavepoint(connection: Connection, name: string): MaybePromise<void> {
    return observe('RELEASE SAVEPOINT', 1, () => connection.releaseSavepoint(name));
  }

  rollbackToSavepoint(connection: Connection, name: string): MaybePromise<void> {
    return observe('ROLLBACK TO SAVEPOINT', 1, () => connection.rollbackToSavepoint(name));
  }
}

/** Run and publish what happened, if anybody listens. */
function observe<T>(sql: string, runs: number, run: () => MaybePromise<T>): MaybePromise<T> {
  if (!statementChannel.hasSubscribers) return run();
  const start = performance.now();
  const publish = (error?: unknown): void =>
    statementChannel.publish({ sql, runs, durationMs: performance.now() - start, error } satisfies StatementEvent);
  let result: MaybePromise<T>;
  try {
    result = run();
  } catch (error) {
    publish(error);
    throw error;
  }
  if (!isPromise(result)) {
    publish();
    return result;
  }
  return result.then(
    (value) => {
      publish();
      return value;
    },
    (error: unknown) => {
      publish(error);
      throw error;
    },
  );
}
