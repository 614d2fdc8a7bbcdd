import type { ReferentialAction } from '../metadata.ts';
import type { ValueType } from '../value-types.ts';
import type { Expression, ParamLabel } from './expressions.ts';

/**
 * A schema as data, without a word on models or any one database. Models give it, migrations replay to it, a live database
 * is read into it; two of them can be compared, and each part of it can be written as DDL.
 */
export interface Schema {
  readonly tables: readonly TableSchema[];
  readonly views: readonly ViewSchema[];
}

/** Which table: `schema` where it is not the one in which the connection looks. */
export interface TableName {
  readonly schema: string | undefined;
  readonly name: string;
}

export interface TableSchema extends TableName {
  readonly columns: readonly ColumnSchema[];
  /** Names of its columns. */
  readonly primaryKey: readonly string[];
  readonly foreignKeys: readonly ForeignKeySchema[];
  /** Unique constraints as well: those are unique indexes. */
  readonly indexes: readonly IndexSchema[];
  readonly checks: readonly CheckSchema[];
  readonly comment: string | undefined;
  /** What it was called before, where a model says so: not part of what is compared. */
  readonly renamedFrom?: string | undefined;
}

export interface ColumnSchema {
  readonly name: string;
  readonly type: ValueType;
  readonly nullable: boolean;
  /** A key that the database counts up; the whole primary key then. */
  readonly identity: boolean;
  /** What the database puts where nothing is given: SQL as a text, or a plain value; `undefined`: nothing. */
  readonly default: string | number | boolean | null | undefined;
  readonly generated: GeneratedColumn | undefined;
  readonly comment: string | undefined;
  /** What it was called before, where a model says so: not part of what is compared. */
  readonly renamedFrom?: string | undefined;
  /** What rows that are there get when it comes, or a function that gives it, where a model says so: not compared. */
  readonly fill?: unknown;
}

/** A column that the database computes from others. */
export interface GeneratedColumn {
  readonly sql: string;
  /** Whether it is kept, or computed at each read. */
  readonly stored: boolean;
}

export interface ForeignKeySchema {
  readonly name: string;
  readonly columns: readonly string[];
  readonly table: TableName;
  /** The columns of that table, in the same order. */
  readonly targets: readonly string[];
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** Whose it is, for messages. */
  readonly label?: ParamLabel | undefined;
}

export interface IndexSchema {
  readonly name: string;
  readonly parts: readonly IndexPart[];
  readonly unique: boolean;
  /** For an index of words: how they are read, `simple` or a language. */
  readonly fullText: string | undefined;
  /** The rows that a partial index covers, in terms of the table's own columns. */
  readonly where: Expression | undefined;
}

/** What an index is sorted by: a column, or a value that is computed of the table's own columns. */
export type IndexPart =
  | { readonly column: string; readonly expression?: undefined; readonly descending: boolean }
  | { readonly column?: undefined; readonly expression: Expression; readonly descending: boolean };

export interface CheckSchema {
  readonly name: string;
  /** In terms of the table's own columns, whose alias is empty. */
  readonly condition: Expression;
}

export interface ViewSchema extends TableName {
  /** Its query: one text, or one for each database by its name (`sqlite`, `postgres`, `mysql`, `mariadb`). */
  readonly sql: string | Readonly<Record<string, string>>;
}
