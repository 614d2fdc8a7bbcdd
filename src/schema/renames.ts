import type { Schema, TableName, TableSchema } from '../core/ast/schema.ts';
import { snakeCase } from '../utils/naming.ts';
import { keyOf } from './creation-order.ts';
import type { Operation } from './operations/operation.ts';

type RenameTable = Extract<Operation, { kind: 'renameTable' }>;
type RenameColumn = Extract<Operation, { kind: 'renameColumn' }>;

/** The tables that only get another name, as `renamedFrom` of models says, in an order in which each name is free. */
export function tableRenames(from: Schema, to: Schema): RenameTable[] {
  const names = new Map(from.tables.map(({ schema, name }) => [keyOf({ schema, name }), { schema, name }]));
  const renames: RenameTable[] = [];
  const rename = ({ schema, name, renamedFrom }: TableSchema): boolean => {
    if (renamedFrom === undefined || names.has(keyOf({ schema, name }))) return false;
    const table: TableName = { schema, name: renamedFrom };
    if (!names.delete(keyOf(table))) return false;
    names.set(keyOf({ schema, name }), { schema, name });
    renames.push({ kind: 'renameTable', table, to: name });
    return true;
  };
  const wanted = to.tables.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  while (wanted.some(rename));
  return renames;
}

/** The same for the columns of a table. */
export function columnRenames(now: TableSchema, wanted: TableSchema): RenameColumn[] {
  const names = new Set(now.columns.map(({ name }) => name));
  const renames: RenameColumn[] = [];
  const rename = ({ name, renamedFrom }: TableSchema['columns'][number]): boolean => {
    if (renamedFrom === undefined || names.has(name)) return false;
    const from = formerNames(renamedFrom).find((old) => names.has(old));
    if (from === undefined) return false;
    names.delete(from);
    names.add(name);
    renames.push({ kind: 'renameColumn', table: { schema: wanted.schema, name: wanted.name }, from, to: name });
    return true;
  };
  while (wanted.columns.some(rename));
  return renames;
}

/** The names that a column may have had: what a model says is the name of the field, or of the column. */
function formerNames(given: string): string[] {
  return [given, snakeCase(given), `${snakeCase(given)}_id`];
}
