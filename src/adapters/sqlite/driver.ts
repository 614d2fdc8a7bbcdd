/** What BlazeORM needs of a SQLite driver: the part that `better-sqlite3` and `node:sqlite` have in common, evened out. */
export interface SQLiteDriver {
  readonly name: 'better-sqlite3' | 'node:sqlite';
  open(path: string, options: { readonly readOnly: boolean; readonly busyTimeout: number }): SQLiteHandle;
}

export interface SQLiteHandle {
  prepare(sql: string): SQLiteStatement;
  exec(sql: string): void;
  /** Register a function of SQL; it is deterministic. */
  function(name: string, fn: (...args: never[]) => unknown): void;
  close(): void;
  readonly inTransaction: boolean;
}

export interface SQLiteStatement {
  /** All rows as arrays. */
  all(parameters: readonly unknown[]): unknown[][];
  /** The same, with whole numbers beyond 53 bits as bigints. */
  allExact(parameters: readonly unknown[]): unknown[][];
  run(parameters: readonly unknown[]): { readonly changes: number; readonly lastInsertRowid: number | bigint };
  iterate(parameters: readonly unknown[]): IterableIterator<unknown[]>;
  columns(): readonly string[];
  /** Whether it gives rows. */
  readonly reader: boolean;
  /** Whether it is known to write nothing. */
  readonly readOnly: boolean;
}
