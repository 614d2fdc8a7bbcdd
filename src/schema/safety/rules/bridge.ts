import type { ColumnSchema, TableName, TableSchema } from '../../../core/ast/schema.ts';
import type { Dialect } from '../../../dialects/dialect.ts';
import { shortName } from '../../../utils/naming.ts';
import type { Operation } from '../../operations/operation.ts';

/** Two columns of a table that hold the same for a while, kept in step by triggers. */
export interface Bridge {
  readonly table: TableSchema;
  readonly from: ColumnSchema;
  readonly to: ColumnSchema;
  /** SQL that makes a value of the new column from the old one. */
  readonly value: string;
  /** Whether what is written into the new column comes back into the old one. */
  readonly both: boolean;
}

/** The column that takes the place of another one of the same name. */
export function nextOf(column: ColumnSchema): ColumnSchema {
  return { ...column, name: shortName(`${column.name}_next`) };
}

/** The name of what keeps two columns in step. */
export function bridgeName(table: TableName, from: ColumnSchema, kind?: string): string {
  return shortName([table.name, from.name, 'bridge', ...(kind === undefined ? [] : [kind])].join('_'));
}

export function quotedTable(dialect: Dialect, { schema, name }: TableName): string {
  return schema === undefined ? dialect.quote(name) : dialect.quote(schema, name);
}

/** SQL that was looked at here. */
export function ownSql(
  up: string | readonly string[],
  down: string | readonly string[],
  more: { readonly operations?: readonly Operation[]; readonly repeatable?: true } = {},
): Operation {
  const { operations = [], ...rest } = more;
  return { kind: 'runSql', up, down, operations, outside: false, reviewed: true, ...rest };
}

export function alter(table: TableName, column: ColumnSchema): Operation {
  return { kind: 'alterColumn', table, column, fill: undefined, using: undefined };
}

/** Operations name tables, and hold no others. */
export function plainTable(operation: Operation): Operation {
  if (!('table' in operation) || operation.kind === 'createTable') return operation;
  const { schema, name } = operation.table;
  return { ...operation, table: { schema, name } };
}
