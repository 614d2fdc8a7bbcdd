import { InvalidQueryError } from '../../utils/errors.ts';
import type { BeginOptions, Connection, Rows, WriteResult } from '../adapter.ts';
import type { SQLiteHandle, SQLiteStatement } from './driver.ts';
import { wrapError } from './errors.ts';

const MAX_STATEMENTS = 500;

/** One open handle and its prepared statements. */
export class SQLiteConnection implements Connection {
  readonly #handle: SQLiteHandle;
  readonly #statements = new Map<string, SQLiteStatement>();
  #prepared = 0;
  #readOnly = false;

  constructor(handle: SQLiteHandle) {
    this.#handle = handle;
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
      if (statement.reader) return statement.all(parameters);
      statement.run(parameters);
      return [];
    } catch (error) {
      throw wrapError(error, sql);
    }
  }

  queryNamed(sql: string, parameters: readonly unknown[]): { columns: readonly string[]; rows: Rows } {
    const rows = this.query(sql, parameters);
    return { columns: this.#statements.get(sql)?.columns() ?? [], rows };
  }

  execute(sql: string, parameters: readonly unknown[]): WriteResult {
    try {
      return resultOf(this.#prepare(sql).run(parameters));
    } catch (error) {
      throw wrapError(error, sql);
    }
  }

  executeMany(sql: string, batches: readonly (readonly unknown[])[]): WriteResult[] {
    try {
      const statement = this.#prepare(sql);
      return batches.map((parameters) => resultOf(statement.run(parameters)));
    } catch (error) {
      throw wrapError(error, sql);
    }
  }

  *iterate(sql: string, parameters: readonly unknown[]): Generator<unknown[], undefined, undefined> {
    try {
      // A statement of its own: a shared one is busy while its rows are being read.
      const statement = this.#handle.prepare(sql);
      this.#prepared++;
      yield* statement.iterate(parameters);
    } catch (error) {
      throw wrapError(error, sql);
    }
    return undefined;
  }

  script(sql: string): void {
    try {
      this.#handle.exec(sql);
    } catch (error) {
      throw wrapError(error, sql);
    }
  }

  begin({ readOnly = false, isolation }: BeginOptions): void {
    if (isolation !== undefined && isolation !== 'serializable') {
      throw new InvalidQueryError(`SQLite has one isolation level, 'serializable', and cannot give '${isolation}'.`);
    }
    // IMMEDIATE takes the write lock now, where waiting for it is possible, and not at the first write, where it is not.
    this.script(readOnly ? 'BEGIN DEFERRED' : 'BEGIN IMMEDIATE');
    if (readOnly) this.script('PRAGMA query_only = ON');
    this.#readOnly = readOnly;
  }

  commit(): void {
    this.script('COMMIT');
    this.#endReadOnly();
  }

  rollback(): void {
    // An error may have ended the transaction already (https://sqlite.org/lang_transaction.html).
    if (this.#handle.inTransaction) this.script('ROLLBACK');
    this.#endReadOnly();
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
    this.#statements.clear();
    this.#handle.close();
  }

  #endReadOnly(): void {
    if (!this.#readOnly) return;
    this.#readOnly = false;
    this.script('PRAGMA query_only = OFF');
  }

  #prepare(sql: string): SQLiteStatement {
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

function resultOf(result: { readonly changes: number; readonly lastInsertRowid: number | bigint }): WriteResult {
  return { changes: result.changes, lastInsertId: result.lastInsertRowid };
}
