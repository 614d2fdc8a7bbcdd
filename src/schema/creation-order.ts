import type { ForeignKeySchema, TableName, TableSchema } from '../core/ast/schema.ts';

/** Tables in an order in which each comes after those that its foreign keys refer to; circles in the order given. */
export function creationOrder(tables: readonly TableSchema[]): TableSchema[] {
  const byKey = new Map(tables.map((table) => [keyOf(table), table]));
  const placed = new Set<TableSchema>();
  const place = (table: TableSchema, trail: readonly TableSchema[]): void => {
    if (placed.has(table) || trail.includes(table)) return;
    for (const key of table.foreignKeys) {
      const target = byKey.get(keyOf(key.table));
      if (target !== undefined) place(target, [...trail, table]);
    }
    placed.add(table);
  };
  for (const table of tables) place(table, []);
  return [...placed];
}

/** The foreign keys that, in that order, refer to a table that comes later. */
export function forwardReferences(ordered: readonly TableSchema[]): ForeignKeySchema[] {
  const all = new Set(ordered.map(keyOf));
  const placed = new Set<string>();
  return ordered.flatMap((table) => {
    placed.add(keyOf(table));
    return table.foreignKeys.filter(({ table: target }) => all.has(keyOf(target)) && !placed.has(keyOf(target)));
  });
}

/** A table's name with its schema, to look it up by. */
export function keyOf({ schema, name }: TableName): string {
  return JSON.stringify([schema ?? null, name]);
}
