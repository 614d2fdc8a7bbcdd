import type { Connection, Rows } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { ColumnSchema, Schema, ViewSchema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';

/** A live database: a connection to it that somebody else acquired and gives back. */
export interface Source {
  readonly executor: Executor;
  readonly connection: Connection;
  readonly dialect: Dialect;
}

/** What of a database is read. */
export interface IntrospectOptions {
  /** The schema (on MySQL and MariaDB the database, on SQLite the attached file) to look in; by default where the connection looks. */
  readonly schema?: string | undefined;
  /** The tables and views to read, by name; by default all. */
  readonly tables?: readonly string[] | undefined;
  /** Tables and views to leave out, by name; by default the table in which migrations are recorded. */
  readonly except?: readonly string[] | undefined;
}

/** A view with what its query gives. */
export interface IntrospectedView extends ViewSchema {
  readonly columns: readonly ColumnSchema[];
}

/** What a database has and a `Schema` cannot say: it stays in the database as it is. */
export interface Note {
  readonly table: string;
  readonly text: string;
}

/** The schema of a live database. */
export interface IntrospectedSchema extends Schema {
  readonly views: readonly IntrospectedView[];
  readonly notes: readonly Note[];
}

/** What is known while the tables of one schema are read. */
export interface Reading {
  /** The schema, where the options name one. */
  readonly schema: string | undefined;
  readonly dialect: Dialect;
  /** Says of a table what no model can say. */
  readonly note: (table: string, text: string) => void;
}

/** What a reader of one database gives; names are sorted and left out afterwards. */
export type Found = IntrospectedSchema;

/** Rows of a query on the catalog. */
export async function rowsOf(source: Source, sql: string, parameters: readonly unknown[] = []): Promise<Rows> {
  return source.executor.query(source.connection, sql, parameters);
}

/** What a driver gives for a name or a number. */
export function textOf(value: unknown): string {
  return String(value as string | number | bigint | null);
}

/** A list of texts that a query gave as JSON. */
export function textsIn(json: string): string[] {
  return JSON.parse(json) as string[];
}

/** Rows by the text in their first column, in the order in which they came. */
export function byFirst(rows: Rows): Map<string, Rows> {
  const groups = new Map<string, Rows>();
  for (const row of rows) {
    const name = textOf(row[0]);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return groups;
}
