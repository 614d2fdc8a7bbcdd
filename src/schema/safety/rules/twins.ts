import type { ColumnSchema, IndexSchema, TableSchema } from '../../../core/ast/schema.ts';
import { shortName } from '../../../utils/naming.ts';
import { keyOf } from '../../creation-order.ts';
import { readsColumn } from '../../operations/conditions.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place } from '../finding.ts';

/** An index of a column, and the same one of the column that takes its place. */
export interface Twin {
  readonly old: IndexSchema;
  readonly fresh: IndexSchema;
}

/** The indexes that a column beside another one needs before it can take its place. */
export function twinsOf({ indexes }: TableSchema, from: string, to: string): Twin[] {
  return indexes
    .filter(({ parts }) => parts.some(({ column }) => column === from))
    .map((old) => ({
      old,
      fresh: {
        ...old,
        name: shortName(`${old.name}_next`),
        parts: old.parts.map((part) => (part.column === from ? { ...part, column: to } : part)),
      },
    }));
}

/** The new indexes, built while others write. */
export function addTwins(table: TableSchema, twins: readonly Twin[], concurrently: boolean): Operation[] {
  return twins.map(({ fresh }) => ({ kind: 'addIndex', table, index: fresh, concurrently }));
}

/** The new indexes in the place of the old ones. */
export function swapTwins(table: TableSchema, twins: readonly Twin[]): { drops: Operation[]; renames: Operation[] } {
  return {
    drops: twins.map(({ old }) => ({ kind: 'dropIndex', table, name: old.name, concurrently: false })),
    renames: twins.map(({ old, fresh }) => ({ kind: 'renameIndex', table, from: fresh.name, to: old.name })),
  };
}

/**
 * What holds on to a column, so that no other one can take its place while others write; undefined where nothing does, or only indexes
 * that can be made of the other one as well.
 */
export function holderOf(
  place: Place,
  table: TableSchema,
  { name }: ColumnSchema,
  to: ColumnSchema,
): string | undefined {
  const { before } = place;
  if (table.primaryKey.includes(name)) return 'the primary key';
  const check = table.checks.find(({ condition }) => readsColumn(condition, name));
  if (check !== undefined) return `the check '${check.name}'`;
  const index = table.indexes.find((other) => isOdd(place, table, other, name, to));
  if (index !== undefined) return `the index '${index.name}'`;
  const computed = table.columns.find(({ generated }) => generated !== undefined);
  if (computed !== undefined) return `the computed column '${computed.name}'`;
  const view = before.views.find(({ sql }) => JSON.stringify(sql).includes(table.name));
  if (view !== undefined) return `the view '${view.name}'`;
  for (const { foreignKeys, ...other } of before.tables)
    for (const key of foreignKeys)
      if (
        (keyOf(other) === keyOf(table) && key.columns.includes(name)) ||
        (keyOf(key.table) === keyOf(table) && key.targets.includes(name))
      )
        return `the foreign key '${key.name}'`;
  return undefined;
}

/** Whether an index reads a column in an expression, or for its words; or needs another type of it than it has without an index. */
function isOdd(
  { dialect }: Place,
  table: TableSchema,
  { parts, where, fullText }: IndexSchema,
  name: string,
  to: ColumnSchema,
): boolean {
  const expressions = [...parts.map(({ expression }) => expression), where].filter((node) => node !== undefined);
  if (expressions.some((node) => readsColumn(node, name))) return true;
  if (!parts.some(({ column }) => column === name)) return false;
  const column = { ...to, name };
  const indexed = { ...table, columns: table.columns.map((other) => (other.name === name ? column : other)) };
  return (
    fullText !== undefined ||
    dialect.columnType(indexed, column) !== dialect.columnType({ ...indexed, indexes: [] }, column)
  );
}

/** What is said of a column that cannot be moved by itself. */
export function noStages(holder: string | undefined): string {
  return holder === undefined ? '' : `It cannot be done in stages by itself: ${holder} holds on to the column. `;
}
