import type { CheckSchema, ColumnSchema, Schema, TableSchema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { keyOf } from '../creation-order.ts';
import { readsColumn } from '../operations/conditions.ts';

/** Types whose checks MySQL lets alone when something else changes; with one of times or of long values it copies the table. */
const PLAIN: ReadonlySet<string> = new Set([
  'int',
  'smallInt',
  'bigint',
  'float',
  'decimal',
  'bool',
  'uuid',
  'enum',
  'json',
]);

function isPlain({ type }: ColumnSchema): boolean {
  return PLAIN.has(type.kind) || (type.kind === 'string' && type.maxLength !== undefined);
}

/**
 * Checks that go before a column of a foreign key gets another name, or is required from now on, and come back after: with some
 * checks MySQL copies the table for any change, and refuses to copy it for these two (errors 1846 and 1832).
 *
 * @param read Columns whose checks would have to change as well.
 */
export function checksToLift(
  { tables }: Schema,
  table: TableSchema,
  column: string,
  read: readonly string[],
  { features }: Dialect,
): readonly CheckSchema[] {
  if (features.changesCheckedKeys) return [];
  const isKey = tables.some(({ foreignKeys, ...other }) =>
    foreignKeys.some(
      (key) =>
        (keyOf(other) === keyOf(table) && key.columns.includes(column)) ||
        (keyOf(key.table) === keyOf(table) && key.targets.includes(column)),
    ),
  );
  const others = table.columns.filter((other) => !isPlain(other)).map(({ name }) => name);
  const known = [...read, ...others];
  return isKey ? table.checks.filter(({ condition }) => known.some((name) => readsColumn(condition, name))) : [];
}
