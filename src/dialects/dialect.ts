import type {
  Expression,
  ListParam,
  ParamExpression,
  RawExpression,
  SelectStatement,
} from '../core/ast/expressions.ts';
import type { DdlStatement } from '../core/ast/ddl.ts';
import type { ColumnSchema, TableSchema } from '../core/ast/schema.ts';
import type { Statement } from '../core/ast/statements.ts';
import type { ValueType } from '../core/value-types.ts';
import type { DialectFeatures } from './features.ts';

export type DialectId = 'sqlite' | 'postgres' | 'mysql' | 'mariadb';

/** Between a value of the application and what the driver stores; never called with null. */
export interface Codec {
  readonly encode: (value: never) => unknown;
  /** `undefined`: the driver's value is the application's. */
  readonly decode: ((raw: never) => unknown) | undefined;
  /** SQL around a selected column whose plain form the driver would spoil. */
  readonly select?: (sql: string) => string;
}

/** One placeholder of a statement: which value goes there, and in what form. */
export interface Slot {
  readonly bound: ParamExpression | ListParam;
  readonly encode: (value: unknown) => unknown;
}

/** A statement as text, with its placeholders in order. */
export interface CompiledStatement {
  readonly sql: string;
  readonly slots: readonly Slot[];
}

/** A database's SQL. Knows no connection, no driver, no entity. */
export interface Dialect {
  /** For messages. */
  readonly name: string;
  /** For what is said of one database in models, migrations and options. */
  readonly id: DialectId;
  readonly features: DialectFeatures;
  /** Where tables are whose models name no schema; undefined: where the connection looks. */
  readonly schema: string | undefined;
  /**
   * The same dialect for tables of another schema.
   *
   * @throws UnsupportedError where there are none; ConfigError for what is no name of one.
   */
  inSchema(schema: string): Dialect;
  codec(type: ValueType): Codec;
  /** @throws UnsupportedError naming the dialect and what it lacks. */
  compile(statement: Statement): CompiledStatement;
  /** A whole statement from the `sql` tag. */
  compileRaw(node: RawExpression): CompiledStatement;
  /** The SQL of one DDL statement: often one, sometimes several, none where the database has no such thing. */
  ddl(statement: DdlStatement): string[];
  /** The type of a column as DDL writes it. */
  columnType(table: TableSchema, column: ColumnSchema): string;
  /**
   * SQL that makes a value of a column one of another type, when the column becomes one of that: nothing is cut, and what cannot be
   * is NULL or an error. @throws UnsupportedError where there are no words for it.
   */
  conversion(column: ColumnSchema, to: ValueType): string;
  /**
   * A condition for the values of a column that are none of another type, though the database would take them for some when the column
   * becomes one of that; undefined where it refuses them itself, or `conversion` makes NULL of them.
   */
  misfits(column: ColumnSchema, to: ValueType): string | undefined;
  /** A condition on a table's own columns with its values written out, as constraints have them. */
  inline(condition: Expression): string;
  /** A value written out, as a column of this type stores it. @throws UnsupportedError for one that has no such form. */
  literal(type: ValueType, value: unknown): string;
  /** A query in the same way, as views have them; `types` are those of its columns. */
  inlineQuery(query: SelectStatement | RawExpression, types: readonly ValueType[]): string;
  /** An identifier in quotes; parts are joined by dots. */
  quote(...names: readonly string[]): string;
}
