import { chain } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Adapter, AcquireOptions, BatchResult, BeginOptions, Connection, Rows, WriteResult } from './adapter.ts';
import { observed } from './observed.ts';
import { observedRows } from './observed-rows.ts';
import { Observers } from './observers.ts';
import { statementDatabase } from './statement-database.ts';
import { statementChannel } from './statement-events.ts';
import type { StatementDatabase } from './statement-events.ts';
import { StatementRecord } from './statement-record.ts';
import { StatementSource } from './statement-source.ts';
import type { Describe, Sending } from './statement-source.ts';
import { Turns } from './turns.ts';

/** What all executors of one adapter have in common. */
interface Shared {
  readonly adapter: Adapter;
  readonly turns: Turns;
  readonly observers: Observers;
  readonly database: StatementDatabase;
  readonly describe: Describe | undefined;
  /** The numbers of transactions that are under way, while anybody listens. */
  readonly transactions: WeakMap<Connection, number>;
  /** How many these are: while there is none, no statement looks for its own. */
  underWay: number;
  begun: number;
  statements: number;
}

/** What listeners are told of a database. */
export interface ExecutorOptions {
  readonly database?: StatementDatabase;
  readonly describe?: Describe;
}

/**
 * The only caller of adapters: queries, flushes and schema changes come through here, so that they are counted, timed,
 * published and cancelled in one place.
 */
export class Executor {
  /** Whose statements these are, for listeners. */
  readonly source: StatementSource;
  protected readonly shared: Shared;

  /**
   * @param of An adapter, or an executor to share it with.
   * @param source By default that of the other executor, or nobody in particular.
   */
  constructor(of: Adapter | Executor, source?: StatementSource, options?: ExecutorOptions) {
    if (of instanceof Executor) {
      this.source = source ?? of.source;
      this.shared = of.shared;
      return;
    }
    this.source = source ?? new StatementSource();
    this.shared = {
      adapter: of,
      turns: new Turns(),
      observers: new Observers(),
      database: options?.database ?? statementDatabase(of),
      describe: options?.describe,
      transactions: new WeakMap(),
      underWay: 0,
      begun: 0,
      statements: 0,
    };
  }

  /** Statements run so far; a batch counts one for each list of parameters that the driver was given. */
  get statements(): number {
    return this.shared.statements;
  }

  /** Count from 0 again. */
  reset(): void {
    this.shared.statements = 0;
  }

  get prepared(): number {
    return this.shared.adapter.prepared;
  }

  /** Who listens to the statements of this database. */
  get observers(): Observers {
    return this.shared.observers;
  }

  get database(): StatementDatabase {
    return this.shared.database;
  }

  acquire(options: AcquireOptions): MaybePromise<Connection> {
    return this.shared.adapter.acquire(options);
  }

  release(connection: Connection): void {
    this.shared.adapter.release(connection);
  }

  query(connection: Connection, sql: string, parameters: readonly unknown[], origin?: object): MaybePromise<Rows> {
    const { shared } = this;
    this.count(1);
    if (shared.turns.size === 0 && !shared.observers.any && !statementChannel.hasSubscribers)
      return connection.query(sql, parameters);
    return this.run(connection, { sql, runs: 1, kind: undefined, parameters, origin }, 'read', () =>
      connection.query(sql, parameters),
    );
  }

  queryNamed(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    origin?: object,
  ): ReturnType<Connection['queryNamed']> {
    this.count(1);
    return this.run(connection, { sql, runs: 1, kind: undefined, parameters, origin }, 'read', () =>
      connection.queryNamed(sql, parameters),
    );
  }

  execute(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    origin?: object,
  ): MaybePromise<WriteResult> {
    this.count(1);
    return this.run(connection, { sql, runs: 1, kind: undefined, parameters, origin }, 'write', () =>
      connection.execute(sql, parameters),
    );
  }

  executeMany(
    connection: Connection,
    sql: string,
    batches: readonly (readonly unknown[])[],
  ): MaybePromise<BatchResult> {
    this.count(batches.length);
    const sending = { sql, runs: batches.length, kind: undefined, parameters: undefined, origin: undefined };
    return this.run(connection, sending, 'write', () => connection.executeMany(sql, batches));
  }

  iterate(
    connection: Connection,
    sql: string,
    parameters: readonly unknown[],
    origin?: object,
  ): ReturnType<Connection['iterate']> {
    this.count(1);
    const rows = connection.iterate(sql, parameters);
    const inOrder =
      Symbol.iterator in rows ? rows : inTurn(rows[Symbol.asyncIterator](), this.shared.turns, connection);
    return this.heardRows(connection, { sql, runs: 1, kind: undefined, parameters, origin }, inOrder);
  }

  script(connection: Connection, sql: string): MaybePromise<void> {
    this.count(1);
    return this.run(
      connection,
      { sql, runs: 1, kind: 'script', parameters: undefined, origin: undefined },
      'write',
      () => connection.script(sql),
    );
  }

  begin(connection: Connection, options: BeginOptions): MaybePromise<void> {
    const { shared } = this;
    this.#ended(connection);
    if (this.isHeard) {
      shared.transactions.set(connection, ++shared.begun);
      shared.underWay++;
    }
    return this.control(connection, 'BEGIN', () => connection.begin(options));
  }

  commit(connection: Connection): MaybePromise<void> {
    return this.control(connection, 'COMMIT', () => chain(connection.commit(), () => this.#ended(connection)));
  }

  rollback(connection: Connection): MaybePromise<void> {
    return this.send(connection, controlling('ROLLBACK'), () =>
      chain(connection.rollback(), () => this.#ended(connection)),
    );
  }

  /** The number of the transaction on a connection, if anybody listened when it began. */
  transactionOf(connection: Connection): number | undefined {
    return this.shared.transactions.get(connection);
  }

  savepoint(connection: Connection, name: string): MaybePromise<void> {
    return this.control(connection, 'SAVEPOINT', () => connection.savepoint(name));
  }

  releaseSavepoint(connection: Connection, name: string): MaybePromise<void> {
    return this.control(connection, 'RELEASE SAVEPOINT', () => connection.releaseSavepoint(name));
  }

  rollbackToSavepoint(connection: Connection, name: string): MaybePromise<void> {
    return this.send(connection, controlling('ROLLBACK TO SAVEPOINT'), () => connection.rollbackToSavepoint(name));
  }

  protected count(runs: number): void {
    this.shared.statements += runs;
    this.source.sent += runs;
  }

  /** A statement that may take long. */
  protected run<T>(
    connection: Connection,
    sending: Sending,
    _kind: 'read' | 'write',
    run: () => MaybePromise<T>,
  ): MaybePromise<T> {
    return this.send(connection, sending, run);
  }

  /** A statement that begins, divides or commits a transaction. */
  protected control(connection: Connection, sql: string, run: () => MaybePromise<void>): MaybePromise<void> {
    return this.send(connection, controlling(sql), run);
  }

  /** After whoever has the connection for himself. */
  protected send<T>(connection: Connection, sending: Sending, run: () => MaybePromise<T>): MaybePromise<T> {
    const { turns } = this.shared;
    const turn = turns.size === 0 ? undefined : turns.of(connection);
    if (turn === undefined) return this.heard(connection, sending, run);
    return turn.then(() => this.send(connection, sending, run));
  }

  /** Run now, and tell whoever listens. */
  protected heard<T>(connection: Connection, sending: Sending, run: () => MaybePromise<T>): MaybePromise<T> {
    return this.isHeard ? observed(this.#record(connection, sending), this.observers, this.source, run) : run();
  }

  protected heardRows(
    connection: Connection,
    sending: Sending,
    rows: ReturnType<Connection['iterate']>,
  ): ReturnType<Connection['iterate']> {
    return this.isHeard ? observedRows(this.#record(connection, sending), this.observers, this.source, rows) : rows;
  }

  protected get isHeard(): boolean {
    return this.shared.observers.any || statementChannel.hasSubscribers;
  }

  #record(connection: Connection, sending: Sending): StatementRecord {
    const { database, describe, transactions, underWay } = this.shared;
    const transaction = underWay === 0 ? undefined : transactions.get(connection);
    return new StatementRecord(sending, database, describe, this.source.session, transaction);
  }

  /** Its transaction has. */
  #ended(connection: Connection): void {
    if (this.shared.transactions.delete(connection)) this.shared.underWay--;
  }
}

function controlling(sql: string): Sending {
  return { sql, runs: 1, kind: 'control', parameters: undefined, origin: undefined };
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
