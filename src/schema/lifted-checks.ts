import type { CheckSchema, Schema, TableSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { keyOf } from './creation-order.ts';
import { readsColumn } from './operations/conditions.ts';

/** Types whose values are compared by the settings of a session, so that MySQL looks at a check of them each time. */
const TIMES: ReadonlySet<string> = new Set(['datetime', 'time', 'date']);

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
  const times = table.columns.filter(({ type }) => TIMES.has(type.kind)).map(({ name }) => name);
  const known = [...read, ...times];
  return isKey ? table.checks.filter(({ condition }) => known.some((name) => readsColumn(condition, name))) : [];
}
