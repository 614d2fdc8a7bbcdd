import { safeCause } from '../../security/driver-errors.ts';
import { ConnectionError, TransactionAbortedError, UnsupportedError } from '../../utils/errors.ts';
import type { BatchResult, BeginOptions, Connection, Rows, WriteResult } from '../adapter.ts';
import { isolationLevel } from '../isolation.ts';
import type { SQLiteHandle, SQLiteStatement } from './driver.ts';
import { wrapError } from './errors.ts';
import { RowStream } from './row-stream.ts';

const MAX_STATEMENTS = 500;

/** One open handle and its prepared statements. */
export class SQLiteConnection implements Connection {
  readonly #handle: SQLiteHandle;
  readonly #statements = new Map<string, SQLiteStatement>();
  /** Of everything that runs on this handle. */
  readonly #streams: Set<RowStream>;
  #prepared = 0;
  #readOnly = false;
  #closed = false;
  #begun = false;
  /** SQLite has ended the transaction by itself: what came after would be no part of one. */
  #aborted = false;

  constructor(handle: SQLiteHandle, streams = new Set<RowStream>()) {
    this.#handle = handle;
    this.#streams = streams;
  }

  /** The same handle for a stream of rows, which others need not wait for. */
  beside(): SQLiteConnection {
    return new SQLiteConnection(this.#handle, this.#streams);
  }

  get prepared(): number {
    return this.#prepared;
  }

  get inTransaction(): boolean {
    return this.#handle.inTransaction;
  }

  query(sql: string, parameters: readonly unknown[]): Rows {
    try {
      const statement = this.#prepare(sql);
      if (this.#streams.size > 0 && !statement.readOnly) this.#spill();
      if (statement.reader) return statement.all(parameters);
      statement.run(parameters);
      return [];
    } catch (error) {
      throw this.#failed(error, sql, parameters);
    }
  }

  queryNamed(sql: string, parameters: readonly unknown[]): { columns: readonly string[]; rows: Rows } {
    try {
      const statement = this.#prepare(sql);
      if (this.#streams.size > 0 && !statement.readOnly) this.#spill();
      if (statement.reader) return { columns: statement.columns(), rows: statement.allExact(parameters) };
      statement.run(parameters);
      return { columns: [], rows: [] };
    } catch (error) {
      throw this.#failed(error, sql, parameters);
    }
  }

  execute(sql: string, parameters: readonly unknown[]): WriteResult {
    try {
      const statement = this.#prepare(sql);
      this.#spill();
      const { changes, lastInsertRowid } = statement.run(parameters);
      return { changes, lastInsertId: lastInsertRowid };
    } catch (error) {
      throw this.#failed(error, sql, parameters);
    }
  }

  executeMany(sql: string, batches: readonly (readonly unknown[])[]): BatchResult {
    try {
      const statement = this.#prepare(sql);
      this.#spill();
      const changes: number[] = [];
      const lastInsertIds: (number | bigint)[] = [];
      for (const parameters of batches) {
        const result = statement.run(parameters);
        changes.push(result.changes);
        lastInsertIds.push(result.lastInsertRowid);
      }
      return { changes, lastInsertIds };
    } catch (error) {
      throw this.#failed(error, sql, batches);
    }
  }

  *iterate(sql: string, parameters: readonly unknown[]): Generator<unknown[], undefined, undefined> {
    let stream: RowStream | undefined;
    try {
      this.#refuseAborted();
      // A statement of its own: a shared one is busy while its rows are being read.
      stream = new RowStream(this.#handle.prepare(sql).iterate(parameters));
      this.#prepared++;
      this.#streams.add(stream);
      yield* stream;
    } catch (error) {
      throw this.#failed(error, sql, parameters);
    } finally {
      if (stream !== undefined) this.#streams.delete(stream);
    }
    return undefined;
  }

  script(sql: string): void {
    this.#refuseAborted();
    this.#exec(sql);
  }

  begin({ readOnly = false, isolation }: BeginOptions): void {
    if (isolation !== undefined && isolationLevel(isolation, 'SQLite') !== 'SERIALIZABLE') {
      throw new UnsupportedError(`SQLite has one isolation level, 'serializable', and cannot give '${isolation}'.`, {
        feature: 'isolation levels but serializable',
      });
    }
    // IMMEDIATE takes the write lock now, where waiting for it is possible, and not at the first write, where it is not.
    this.#exec(readOnly ? 'BEGIN DEFERRED' : 'BEGIN IMMEDIATE');
    this.#begun = true;
    this.#readOnly = readOnly;
    if (readOnly) this.#exec('PRAGMA query_only = ON');
  }

  commit(): void {
    this.script('COMMIT');
    this.#end();
  }

  rollback(): void {
    // An error may have ended the transaction already (https://sqlite.org/lang_transaction.html).
    if (this.#handle.inTransaction) this.#exec('ROLLBACK');
    this.#end();
  }

  savepoint(name: string): void {
    this.script(`SAVEPOINT ${name}`);
  }

  releaseSavepoint(name: string): void {
    this.script(`RELEASE ${name}`);
  }

  rollbackToSavepoint(name: string): void {
    this.script(`ROLLBACK TO ${name}; RELEASE ${name}`);
  }

  close(): void {
    this.#closed = true;
    this.#statements.clear();
    this.#handle.close();
  }

  #exec(sql: string): void {
    try {
      this.#spill();
      this.#handle.exec(sql);
    } catch (error) {
      throw this.#failed(error, sql);
    }
  }

  #end(): void {
    this.#begun = false;
    this.#aborted = false;
    if (!this.#readOnly) return;
    this.#readOnly = false;
    this.#exec('PRAGMA query_only = OFF');
  }

  /** Streams that are open read to their end before anything is written. */
  #spill(): void {
    for (const stream of this.#streams) stream.spill();
  }

  #failed(error: unknown, sql: string, parameters?: readonly unknown[]): Error {
    if (this.#closed)
      return new ConnectionError('The database was closed while this was under way.', {
        remedy: 'Close it when all that uses it has ended.',
        cause: safeCause(error, sql, parameters),
      });
    if (this.#begun && !this.#handle.inTransaction) this.#aborted = true;
    return wrapError(error, sql, parameters);
  }

  #refuseAborted(): void {
    if (this.#aborted)
      throw new TransactionAbortedError('SQLite has ended this transaction: nothing of it is kept.', {
        remedy: 'Let its function throw, and run it again.',
      });
  }

  #prepare(sql: string): SQLiteStatement {
    this.#refuseAborted();
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#handle.prepare(sql);
      this.#prepared++;
      // The oldest goes first: a program has its statements, and what exceeds them is made up.
      if (this.#statements.size >= MAX_STATEMENTS) this.#statements.delete(this.#statements.keys().next().value!);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}
