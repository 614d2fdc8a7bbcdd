import type { Schema, TableName, TableSchema, ViewSchema } from '../core/ast/schema.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { suggest } from '../utils/naming.ts';
import { keyOf } from './creation-order.ts';

/** A schema that has nothing in it. */
export const EMPTY: Schema = Object.freeze({ tables: Object.freeze([]), views: Object.freeze([]) });

export function findTable({ tables }: Schema, name: TableName): TableSchema | undefined {
  const key = keyOf(name);
  return tables.find((table) => keyOf(table) === key);
}

/** @throws MigrationError if there is none. */
export function tableIn(schema: Schema, name: TableName): TableSchema {
  const table = findTable(schema, name);
  if (table !== undefined) return table;
  const names = schema.tables.map((other) => other.name);
  throw new MigrationError(`There is no table '${name.name}' at this point.`, { remedy: suggest(name.name, names) });
}

export function withTable(schema: Schema, table: TableSchema): Schema {
  return { ...schema, tables: [...schema.tables, Object.freeze(table)] };
}

export function withoutTable(schema: Schema, name: TableName): Schema {
  const key = keyOf(name);
  return { ...schema, tables: schema.tables.filter((table) => keyOf(table) !== key) };
}

/** With a table changed, in its place. */
export function changeTable(schema: Schema, name: TableName, change: (table: TableSchema) => TableSchema): Schema {
  const found = tableIn(schema, name);
  return { ...schema, tables: schema.tables.map((table) => (table === found ? Object.freeze(change(table)) : table)) };
}

export function findView({ views }: Schema, name: TableName): ViewSchema | undefined {
  const key = keyOf(name);
  return views.find((view) => keyOf(view) === key);
}
