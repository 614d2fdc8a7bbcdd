import type { ColumnSchema, ForeignKeySchema, IndexSchema, TableSchema } from '../core/ast/schema.ts';
import type { ValueType } from '../core/value-types.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { keyOf } from './creation-order.ts';

/**
 * When two parts of a schema are the same. `stored` asks what the database can tell apart; otherwise what the models say counts,
 * also where this database stores it in the same way.
 */
export interface Comparison {
  readonly dialect: Dialect;
  readonly stored: boolean;
}

export function isSameColumn(
  { dialect, stored }: Comparison,
  [fromTable, from]: readonly [TableSchema, ColumnSchema],
  [toTable, to]: readonly [TableSchema, ColumnSchema],
): boolean {
  const sameType = stored
    ? dialect.columnType(fromTable, from) === dialect.columnType(toTable, to)
    : typeKey(from.type) === typeKey(to.type);
  return (
    (sameType || typeKey(from.type) === typeKey(to.type)) &&
    from.nullable === to.nullable &&
    from.identity === to.identity &&
    from.default === to.default &&
    generatedKey(from) === generatedKey(to) &&
    (from.comment === to.comment || (stored && dialect.features.comments === false))
  );
}

/** What a foreign key does, whatever it is called. */
export function foreignKeyKey(
  how: Comparison,
  { columns, table, targets, onDelete, onUpdate }: ForeignKeySchema,
): string {
  return JSON.stringify([columns, keyOf(table), targets, action(how, onDelete), action(how, onUpdate)]);
}

/** RESTRICT is NO ACTION where nothing is checked at the end of a statement, or of a transaction. */
function action({ dialect, stored }: Comparison, value: ForeignKeySchema['onDelete']): string {
  return stored && !dialect.features.checksLater && value === 'restrict' ? 'no action' : value;
}

/** What an index covers, whatever it is called. */
export function indexKey({ dialect }: Comparison, { parts, unique, fullText, where }: IndexSchema): string {
  const columns = parts.map(({ column, expression, descending }) => [
    column ?? null,
    expression === undefined ? null : dialect.inline(expression),
    descending,
  ]);
  return JSON.stringify([columns, unique, fullText ?? null, where === undefined ? null : dialect.inline(where)]);
}

/** A type as it is compared: without code. */
export function typeKey(type: ValueType): string {
  if (type.kind === 'custom') return JSON.stringify(['custom', type.columnType]);
  if (type.kind === 'array') return `[${typeKey(type.of)}]`;
  // What an embedded value consists of is nothing to the database.
  if (type.kind === 'json') return 'json';
  return JSON.stringify(type, Object.keys(type).toSorted());
}

/** How a column is computed; an empty text where it is not. */
export function generatedKey({ generated }: ColumnSchema): string {
  return generated === undefined ? '' : JSON.stringify([generated.sql, generated.stored]);
}
