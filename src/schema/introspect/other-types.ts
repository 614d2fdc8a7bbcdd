import type { ColumnSchema, TableSchema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';

/**
 * The columns of a table that a new database would give another type, as a note: what reads and writes them is the same, but what
 * they can hold, or how much, is not.
 *
 * @param declared Types by columns, as the database has them.
 * @param isSame Whether a type of the database is what this library calls so.
 */
export function otherTypes(
  dialect: Dialect,
  table: TableSchema,
  declared: ReadonlyMap<string, string>,
  isSame: (declared: string, wanted: string, column: ColumnSchema) => boolean,
): string | undefined {
  const others = table.columns.flatMap((column) => {
    const [own, wanted] = [declared.get(column.name), dialect.columnType(table, column)];
    const same = own === undefined || column.type.kind === 'custom' || isSame(own, wanted, column);
    return same ? [] : [`${column.name} is ${wanted}, not ${own === '' ? 'untyped' : own}`];
  });
  return others.length === 0
    ? undefined
    : `In a new database types are others, unless a migration sets them with runSql(): ${others.join('; ')}.`;
}
