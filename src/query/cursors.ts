import { createHash } from 'node:crypto';
import type { Expression, OrderNode } from '../core/ast/expressions.ts';
import { typeOf } from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { comparisonProblem } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidCursorError, InvalidQueryError } from '../utils/errors.ts';

/** A cursor is a part of an address as a rule: servers and browsers take so many characters of those. */
const MAX_LENGTH = 4_096;
const DECIMAL = /^-?\d{1,200}(?:\.\d{1,200})?$/;

/**
 * What an order sorts by, as a short text: equal in every process for equal orders of one model. It stands in each cursor,
 * so that one of another order is not taken for a place in this one.
 */
export function orderSignature({ schema, table }: ModelMeta, order: readonly OrderNode[]): string {
  const keys = order.map(({ expression, descending, nulls }) => [expression, descending, nulls ?? null]);
  const text = JSON.stringify([schema ?? null, table, keys], structureOf);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

/** Definitions by their names in the database, values as they are; names of classes change with a bundler. */
function structureOf(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value !== 'object' || value === null) return value;
  if ('table' in value && 'fields' in value) return value.table;
  if ('column' in value && 'model' in value) return [value.model, value.column];
  if ('sourceField' in value && 'model' in value) return [value.model, (value as { name?: unknown }).name];
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64url') : value;
}

/**
 * The values by which a row is sorted, as an opaque text that may stand in an address. Exact: what comes back from `readCursor`
 * is what went in.
 *
 * @throws InvalidQueryError for a value that has no such form, or is too long for one.
 */
export function writeCursor(meta: ModelMeta, signature: string, values: readonly unknown[]): string {
  const text = Buffer.from(JSON.stringify([signature, ...values.map((value) => written(meta, value))])).toString(
    'base64url',
  );
  if (text.length <= MAX_LENGTH) return text;
  throw new InvalidQueryError(`page() of ${meta.name} sorts by a value that is too long for a cursor.`, {
    model: meta.name,
    remedy: 'Sort by something shorter.',
  });
}

function written(meta: ModelMeta, value: unknown): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  if (typeof value === 'bigint') return { n: String(value) };
  if (value instanceof Date) return { d: value.getTime() };
  if (value instanceof Uint8Array) return { b: Buffer.from(value).toString('base64url') };
  throw new InvalidQueryError(`page() of ${meta.name} sorts by a value that has no place in a cursor.`, {
    model: meta.name,
    remedy: 'Sort by numbers, texts, dates, booleans or bytes.',
  });
}

/**
 * The values of a cursor, one for each expression of the order.
 *
 * @throws InvalidCursorError for whatever `writeCursor` has not made for this very order.
 */
export function readCursor(
  meta: ModelMeta,
  signature: string,
  expressions: readonly Expression[],
  cursor: unknown,
): unknown[] {
  const [given, ...values] = listIn(meta, cursor);
  if (given !== signature)
    throw refused(meta, 'belongs to another query, or to another order of it', 'Begin again without a cursor.');
  const read = values.map(valueOf);
  const fits =
    read.length === expressions.length && expressions.every((expression, i) => isOf(typeOf(expression), read[i]));
  if (!fits) throw refused(meta, 'does not hold what this order sorts by');
  return read;
}

function listIn(meta: ModelMeta, cursor: unknown): unknown[] {
  if (typeof cursor !== 'string') throw refused(meta, 'is no text');
  if (cursor.length > MAX_LENGTH) throw refused(meta, 'is too long');
  const bytes = Buffer.from(cursor, 'base64url');
  if (bytes.toString('base64url') !== cursor) throw refused(meta, 'is no cursor of this page');
  const list = parsed(bytes.toString());
  if (!Array.isArray(list)) throw refused(meta, 'is no cursor of this page');
  return list;
}

/** Undefined for what is no JSON. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Undefined for what `written` does not make. */
function valueOf(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const [[kind, value] = [], ...more] = Object.entries(item);
  if (more.length > 0) return undefined;
  if (kind === 'n' && typeof value === 'string' && /^-?\d{1,20}$/.test(value)) return BigInt(value);
  if (kind === 'd' && typeof value === 'number') return new Date(value);
  return kind === 'b' && typeof value === 'string' ? new Uint8Array(Buffer.from(value, 'base64url')) : undefined;
}

function isOf({ type, nullable }: { readonly type: ValueType; readonly nullable: boolean }, value: unknown): boolean {
  if (value === null) return nullable;
  // What is computed may have more digits than a column of its type.
  if (type.kind === 'decimal') return typeof value === 'string' && DECIMAL.test(value);
  return comparisonProblem(type, value) === undefined;
}

function refused(
  meta: ModelMeta,
  what: string,
  remedy = 'Give a startCursor or endCursor that page() gave, unchanged.',
) {
  return new InvalidCursorError(`The cursor for page() of ${meta.name} ${what}.`, { model: meta.name, remedy });
}
