/** JSON and arrays in a query, as types. Types only. */
import type { Cond, Expr, NULLABLE, NumExpr, StrExpr } from './expressions.ts';
import type { JsonScalar } from './lookups.ts';

/**
 * JSON in a query, whole or a part of it.
 *
 * @example session.query(Author).filter((a) => a.settings.path('sizes', 0).gte(3).and(a.settings.hasKey('theme')))
 */
export interface JsonExpr<out V> extends Expr<V> {
  readonly [NULLABLE]: JsonExpr<V | null>;
  /** A part: a text is a key of an object, a number a position in an array. */
  path(...steps: (string | number)[]): JsonPart;
  /** True for an object with this key, whatever its value. */
  hasKey(key: string): Cond;
  /** True where all parts of the value are there: keys of objects, items of arrays in any order. */
  jsonContains(value: unknown): Cond;
  /** The text; NULL where it is none. */
  asText(): StrExpr<string | null>;
  /** The number; NULL where it is none. */
  asNumber(): NumExpr<number | null>;
  /** The boolean; NULL where it is none. */
  asBool(): Cond<boolean | null>;
}

/**
 * An array of items `I` in a query.
 *
 * @example session.query(Post).filter((p) => p.labels.arrayContains(['orm']).and(p.labels.arrayLength().gt(1)))
 */
export interface ArrayExpr<out V, I> extends Expr<V> {
  readonly [NULLABLE]: ArrayExpr<V | null, I>;
  /** True where all of these items are there. */
  arrayContains(items: readonly I[]): Cond;
  /** True where any of these items is there. */
  arrayOverlaps(items: readonly I[]): Cond;
  /** The number of items. */
  arrayLength(): NumExpr<number | (V & null)>;
}

/** A part of JSON: it is compared with what it is, `'1'` is not `1`. `isNull` asks whether there is nothing. */
export interface JsonPart extends Omit<
  JsonExpr<unknown>,
  'eq' | 'ne' | 'gt' | 'gte' | 'lt' | 'lte' | 'between' | 'oneOf' | 'notOneOf' | 'coalesce'
> {
  /** With `null`: whether it is JSON's null. */
  eq(value: JsonScalar): Cond;
  ne(value: JsonScalar): Cond;
  gt(value: string | number): Cond;
  gte(value: string | number): Cond;
  lt(value: string | number): Cond;
  lte(value: string | number): Cond;
}
