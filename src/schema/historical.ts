import type { ColumnSchema, TableSchema } from '../core/ast/schema.ts';
import { ColumnDefinition } from '../core/definitions.ts';
import type { ModelClassValue } from '../core/metadata.ts';
import { model } from '../core/model.ts';

/** Names that instances need for themselves. */
const TAKEN = new Set(['pk', 'load', 'toJSON', '__proto__']);

/** What a column is called in a model that is made of its table: as in the database, with a `_` where that is taken. */
export function attributeOf(column: string): string {
  return TAKEN.has(column) || column in Object.prototype ? `${column}_` : column;
}

const made = new WeakMap<TableSchema, ModelClassValue>();

/**
 * A model of a table as it is at some point of its history: fields have the names of the columns, and there are no relations.
 * Conditions of migrations are written in its terms, and steps of code read and write rows by it.
 */
export function modelOfTable(table: TableSchema): ModelClassValue {
  let modelClass = made.get(table);
  if (modelClass === undefined) made.set(table, (modelClass = makeModel(table)));
  return modelClass;
}

function makeModel({ schema, name, columns, primaryKey }: TableSchema): ModelClassValue {
  // A table without a key can be looked at, if not tracked.
  const key = primaryKey.length > 0 ? primaryKey : columns.slice(0, 1).map((column) => column.name);
  const fields = columns.map((column) => [attributeOf(column.name), definitionOf(column, key.includes(column.name))]);
  const options = {
    table: name,
    ...(schema === undefined ? {} : { schema }),
    primaryKey: key.map(attributeOf),
  };
  // Named cast: the fields are known at run time only.
  const make = model as unknown as (name: string, fields: object, options: object) => ModelClassValue;
  return class extends make(name, Object.fromEntries(fields), options) {};
}

function definitionOf(column: ColumnSchema, isKey: boolean): ColumnDefinition {
  const { name, type, nullable, identity, generated } = column;
  return new ColumnDefinition(
    type,
    {
      column: name,
      nullable: nullable && !isKey,
      ...(identity ? { primaryKey: true } : {}),
      ...(column.default === undefined ? {} : { dbDefault: column.default }),
      ...(generated === undefined ? {} : { generated }),
    },
    identity ? 'identity' : undefined,
  );
}
