/** Values in queries, and their types. */
import type { Decimal } from './decimal.ts';
import type { Kind } from './schema.ts';

/** A value in a query; decimals are texts in rows, and exact numbers where something is computed. */
export type Value = null | boolean | number | bigint | string | Date | Decimal;

/** One that is not NULL. */
export type Known = Exclude<Value, null>;

/** The type of an expression; `digits`: how many its units may have, so that nothing overflows. */
export interface Type {
  readonly kind: Kind;
  /** Of a decimal, those after the point. */
  readonly scale: number;
  readonly digits: number;
}
