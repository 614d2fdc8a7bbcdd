import { narrow } from './narrow.ts';
import type { SQLiteDriver, SQLiteHandle, SQLiteStatement } from './driver.ts';

/** The part of Node's built-in module that is used; its types came with a later Node than the one we compile for. */
export interface NodeSqlite {
  readonly DatabaseSync: new (
    path: string,
    options: { readOnly?: boolean; timeout?: number; enableForeignKeyConstraints?: boolean },
  ) => NodeDatabase;
}

interface NodeDatabase {
  prepare(sql: string): NodeStatement;
  exec(sql: string): void;
  function(name: string, options: { deterministic: boolean }, fn: (...args: never[]) => unknown): void;
  close(): void;
  readonly isTransaction: boolean;
}

interface NodeStatement {
  all(...parameters: readonly unknown[]): unknown[][];
  run(...parameters: readonly unknown[]): { changes: number | bigint; lastInsertRowid: number | bigint };
  iterate(...parameters: readonly unknown[]): IterableIterator<unknown[]>;
  columns(): readonly { readonly name: string }[];
  setReturnArrays(enabled: boolean): void;
  setReadBigInts(enabled: boolean): void;
}

/** Node's own `node:sqlite` (22.16 and 24) behind the common face. */
export function nodeSqlite({ DatabaseSync }: NodeSqlite): SQLiteDriver {
  return {
    name: 'node:sqlite',
    open(path, { readOnly, busyTimeout }) {
      return handleOf(new DatabaseSync(path, { readOnly, timeout: busyTimeout }));
    },
  };
}

function handleOf(db: NodeDatabase): SQLiteHandle {
  return {
    prepare: (sql) => statementOf(db.prepare(sql)),
    exec: (sql) => db.exec(sql),
    function: (name, fn) => db.function(name, { deterministic: true }, fn),
    close: () => db.close(),
    get inTransaction() {
      return db.isTransaction;
    },
  };
}

function statementOf(statement: NodeStatement): SQLiteStatement {
  const reader = statement.columns().length > 0;
  if (reader) statement.setReturnArrays(true);
  return {
    reader,
    // The module does not say.
    readOnly: false,
    all: (parameters) => statement.all(...parameters),
    allExact: (parameters) => {
      statement.setReadBigInts(true);
      try {
        return narrow(statement.all(...parameters));
      } finally {
        statement.setReadBigInts(false);
      }
    },
    run: (parameters) => {
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { changes: Number(changes), lastInsertRowid };
    },
    iterate: (parameters) => statement.iterate(...parameters),
    columns: () => statement.columns().map((column) => column.name),
  };
}
