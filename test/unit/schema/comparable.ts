import type { Schema } from '../../../src/core/ast/schema.ts';
import { shapeOf } from '../../../src/schema/print/conditions.ts';

/** A schema in the order of names, without code, labels and what is not compared. */
export function comparable({ tables, views }: Schema): unknown {
  return JSON.parse(
    shapeOf({
      tables: sorted(tables).map((table) => ({
        ...table,
        columns: sorted(table.columns).map(({ fill: _fill, ...column }) => column),
        foreignKeys: sorted(table.foreignKeys),
        indexes: sorted(table.indexes),
        checks: sorted(table.checks),
      })),
      views: sorted(views),
    }),
  );
}

function sorted<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
