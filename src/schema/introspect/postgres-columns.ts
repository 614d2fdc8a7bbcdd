import type { Rows } from '../../adapters/adapter.ts';
import type { ColumnSchema } from '../../core/ast/schema.ts';
import { defaultOf } from './parts.ts';
import { postgresType } from './postgres-types.ts';
import type { OwnTypes } from './postgres-types.ts';
import type { Reading } from './source.ts';
import { unwrapped } from './tokens.ts';

export interface PostgresReading extends Reading {
  readonly types: OwnTypes;
}

/** What a column counts by. */
export const SEQUENCE = /^nextval\('((?:[^']|'')*)'::regclass\)$/;

/** A key that counts up by a sequence, as `serial` does, is one that counts up. */
export function settled(
  { note }: PostgresReading,
  table: string,
  column: ColumnSchema,
  primaryKey: readonly string[],
): ColumnSchema {
  const isKey = primaryKey.length === 1 && primaryKey[0] === column.name;
  const counts = column.identity || (typeof column.default === 'string' && SEQUENCE.test(column.default));
  if (!counts) return column;
  if (!isKey) {
    if (column.identity)
      note(table, `The column '${column.name}' counts up and is not the key, which no model can say.`);
    return { ...column, identity: false };
  }
  const type = column.type.kind === 'bigint' ? column.type : ({ kind: 'int' } as const);
  return { ...column, type, identity: true, default: undefined };
}

export function columnOf(reading: PostgresReading, row: Rows[number]): ColumnSchema {
  const [table, name, typeName, notNull, identity, computed, expression, comment, collation] = row as [
    ...[string, string, string, boolean, string, string, string | null, string | null, string | null],
  ];
  const type = postgresType(typeName, reading.types);
  if (collation !== null)
    reading.note(table, `The column '${name}' has the collation '${collation}', which no model can say.`);
  const base = reading.types.domains.get(typeName);
  if (base !== undefined) reading.note(table, `The column '${name}' is of the domain ${typeName}, read as ${base}.`);
  return {
    name,
    type,
    nullable: !notNull,
    identity: identity !== '',
    default: expression === null || computed !== '' ? undefined : defaultOf(plainLiteral(expression, typeName), type),
    generated:
      expression === null || computed === '' ? undefined : { sql: plain(expression), stored: computed === 's' },
    comment: comment ?? undefined,
  };
}

/** An expression on one line, without brackets around all of it. */
export function plain(expression: string): string {
  const line = expression.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+/g, (part) => (part.trim() === '' ? ' ' : part));
  return unwrapped(line.trim());
}

const CAST = /^('(?:[^']|'')*')::(.+)$/;

/** `'draft'::text` as `'draft'`, and `'-1'::integer` as `-1`: the server adds the type of the column. */
function plainLiteral(expression: string, typeName: string): string {
  const bare = plain(expression);
  const [, literal, cast] = CAST.exec(bare) ?? [];
  if (literal === undefined || cast === undefined) return bare;
  const sizeless = typeName.replace(/\(\d+(?:,\d+)?\)/, '');
  if (NUMERIC.has(cast) && NUMERIC.has(sizeless)) return literal.slice(1, -1);
  return cast === typeName || cast === (ALIASES[sizeless] ?? sizeless) ? literal : bare;
}

/** Types that the server itself casts to under another name. */
const ALIASES: Readonly<Record<string, string>> = { character: 'bpchar' };

const NUMERIC = new Set(['smallint', 'integer', 'bigint', 'numeric', 'real', 'double precision']);
