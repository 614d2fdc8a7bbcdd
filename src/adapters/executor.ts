import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Adapter, AcquireOptions, BatchResult, BeginOptions, Connection, Rows, WriteResult } from './adapter.ts';
import { observe, observeRows, statementChannel } from './statement-events.ts';
import { Turns } from './turns.ts';

/** What all executors of one adapter have in common. */
interface Shared {
  readonly adapter: Adapter;
  readonly turns: Turns;
  statements: number;
}

/**
 * The only caller of adapters: queries, flushes and schema changes come through here, so that they are counted, timed,
 * published and cancelled in one place.
 */
export class Executor {
  protected readonly shared: Shared;

  constructor(source: Adapter | Executor) {
    this.shared = source instanceof Executor ? source.shared : { adapter: source, turns: new Turns(), statements: 0 };
  }

  /** Statements run so far; a batch counts one for each list of parameters that the driver was given. */
  get statements(): number {
    return this.shared.statements;
  }

  get prepared(): number {
    return this.shared.adapter.prepared;
  }

  acquire(options: AcquireOptions): MaybePromise<Connection> {
    return this.shared.adapter.acquire(options);
  }

  release(connection: Connection): void {
    this.shared.adapter.release(connection);
  }

  query(connection: Connection, sql: string, parameters: readonly unknown[]): MaybePromise<Rows> {
    const { shared } = this;
    shared.statements++;
    if (shared.turns.size === 0 && !statementChannel.hasSubscribers) return connection.query(sql, parameters);
    return this.run(connection, sql, 1, 'read', () => connection.query(sql, parameters));
  }

  queryNamed(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
  ): ReturnType<Connection['queryNamed']> {
    this.shared.statements++;
    return this.run(connection, sql, 1, 'read', () => connection.queryNamed(sql, parameters));
  }

  execute(connection: Connection, sql: string, parameters: readonly unknown[]): MaybePromise<WriteResult> {
    this.shared.statements++;
    return this.run(connection, sql, 1, 'write', () => connection.execute(sql, parameters));
  }

  executeMany(
    connection: Connection,
    sql: string,
    batches: readonly (readonly unknown[])[],
  ): MaybePromise<BatchResult> {
    this.shared.statements += batches.length;
    return this.run(connection, sql, batches.length, 'write', () => connection.executeMany(sql, batches));
  }

  iterate(connection: Connection, sql: string, parameters: readonly unknown[]): ReturnType<Connection['iterate']> {
    this.shared.statements++;
    const rows = connection.iterate(sql, parameters);
    const inOrder =
      Symbol.iterator in rows ? rows : inTurn(rows[Symbol.asyncIterator](), this.shared.turns, connection);
    return observeRows(sql, inOrder);
  }

  script(connection: Connection, sql: string): MaybePromise<void> {
    this.shared.statements++;
    return this.run(connection, sql, 1, 'write', () => connection.script(sql));
  }

  begin(connection: Connection, options: BeginOptions): MaybePromise<void> {
    return this.control(connection, 'BEGIN', () => connection.begin(options));
  }

  commit(connection: Connection): MaybePromise<void> {
    return this.control(connection, 'COMMIT', () => connection.commit());
  }

  rollback(connection: Connection): MaybePromise<void> {
    return this.send(connection, 'ROLLBACK', 1, () => connection.rollback());
  }

  savepoint(connection: Connection, name: string): MaybePromise<void> {
    return this.control(connection, 'SAVEPOINT', () => connection.savepoint(name));
  }

  releaseSavepoint(connection: Connection, name: string): MaybePromise<void> {
    return this.control(connection, 'RELEASE SAVEPOINT', () => connection.releaseSavepoint(name));
  }

  rollbackToSavepoint(connection: Connection, name: string): MaybePromise<void> {
    return this.send(connection, 'ROLLBACK TO SAVEPOINT', 1, () => connection.rollbackToSavepoint(name));
  }

  /** A statement that may take long. */
  protected run<T>(
    connection: Connection,
    sql: string,
    runs: number,
    _kind: 'read' | 'write',
    run: () => MaybePromise<T>,
  ): MaybePromise<T> {
    return this.send(connection, sql, runs, run);
  }

  /** A statement that begins, divides or commits a transaction. */
  protected control(connection: Connection, sql: string, run: () => MaybePromise<void>): MaybePromise<void> {
    return this.send(connection, sql, 1, run);
  }

  /** After whoever has the connection for himself. */
  protected send<T>(connection: Connection, sql: string, runs: number, run: () => MaybePromise<T>): MaybePromise<T> {
    const { turns } = this.shared;
    const turn = turns.size === 0 ? undefined : turns.of(connection);
    if (turn === undefined) return observe(sql, runs, run);
    return turn.then(() => this.send(connection, sql, runs, run));
  }
}

/** Rows of a stream; none is asked for while somebody has the connection for himself. */
function inTurn(
  rows: AsyncIterator<unknown[]>,
  turns: Turns,
  connection: Connection,
): AsyncIterableIterator<unknown[]> {
  const after = <T>(run: () => Promise<T>): Promise<T> => {
    const turn = turns.size === 0 ? undefined : turns.of(connection);
    return turn === undefined ? run() : turn.then(() => after(run));
  };
  return {
    next: () => (turns.size === 0 ? rows.next() : after(() => rows.next())),
    return: () => after(() => endRows(rows)),
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

/** Tell a stream that no more rows are wanted. */
export async function endRows(rows: AsyncIterator<unknown[]>): Promise<IteratorResult<unknown[], undefined>> {
  await rows.return?.();
  return { done: true, value: undefined };
}
