/** Functions that belong to no column, as types. Types only. */
import type { Cond, DateExpr, DECIMAL, DecExpr, ExprFor, ExprOf, NumExpr, StrExpr, TYPE } from './expressions.ts';

/** A plain value that stands for itself in a query. */
export type PlainValue = string | number | bigint | boolean | Date;

/** The value of an expression or of a plain value. */
export type ValueOf<W> = W extends { readonly [TYPE]: infer V } ? V : W;

/** `'decimal'` for what is computed as a decimal. */
type DecimalIn<W> = W extends { readonly [DECIMAL]: unknown } ? 'decimal' : never;

/** The expression of a value, a decimal where one of its alternatives is. */
export type Chosen<V, D> = [D] extends [never] ? ExprFor<V> : DecExpr<string | (V & null)>;

/** What a column type such as `f.int()` is inside of a query. */
interface CastTarget {
  readonly '~expr': unknown;
  readonly '~maybe': unknown;
}

/** Null where all of a list may be. */
type NullOfAll<W extends readonly unknown[]> = {
  [I in keyof W]: null extends ValueOf<W[I]> ? never : true;
}[number] extends never
  ? null
  : never;

/** Null where one may be. */
type NullOfAny<W> = W & null extends never ? (null extends ValueOf<W> ? null : never) : null;

/** Types that databases sort alike. */
type Sortable = string | number | bigint | Date;

/** A text or a number without its exact value. */
type Widened<V> = V extends string
  ? string
  : V extends number
    ? number
    : V extends bigint
      ? bigint
      : V extends boolean
        ? boolean
        : V;

/** The functions. */
export interface FreeFunctions {
  readonly value: {
    <const V extends PlainValue>(given: V): ExprFor<Widened<V>>;
    /** As a value of a type. @example value('0.20', f.decimal({ precision: 4, scale: 2 })) */
    <C extends CastTarget & { readonly '~value': unknown }>(given: C['~value'] & {}, type: C): C['~expr'];
  };
  readonly coalesce: <const W extends readonly [PlainValue | ExprOf<unknown>, ...(PlainValue | ExprOf<unknown>)[]]>(
    ...values: W
  ) => Chosen<Widened<NonNullable<ValueOf<W[number]>>> | NullOfAll<W>, DecimalIn<W[number]>>;
  readonly concat: (...texts: readonly (string | ExprOf<string | null>)[]) => StrExpr<string>;
  readonly greatest: ExtremeFunction;
  readonly least: ExtremeFunction;
  readonly now: () => DateExpr<Date>;
  readonly cast: CastFunction;
}

type ExtremeFunction = <W extends readonly (Sortable | ExprOf<Sortable | null>)[]>(
  ...values: W
) => Chosen<Widened<NonNullable<ValueOf<W[number]>>> | NullOfAny<ValueOf<W[number]>>, DecimalIn<W[number]>>;

/** What a text says may be no value of the type; numbers and dates may be too great for it. */
type CastFunction = <V, C extends CastTarget>(value: ExprOf<V>, type: C) => C['~maybe'];

/** A choice: NULL where no condition is true, until `otherwise` says what. */
export interface CaseOf<out V, out D> {
  when<const W extends PlainValue | ExprOf<unknown>>(
    condition: ExprOf<boolean | null>,
    value: W,
  ): Case<V | ValueOf<W>, D | DecimalIn<W>>;
  otherwise<const W extends PlainValue | ExprOf<unknown>>(value: W): Chosen<V | ValueOf<W>, D | DecimalIn<W>>;
  otherwise(value: null): Chosen<V | null, D>;
}

/** A choice under construction is an expression at any time. */
export type Case<V, D> = Chosen<V | null, D> & CaseOf<V, D>;

/** The type of `caseWhen`. */
export type CaseFunction = <const W extends PlainValue | ExprOf<unknown>>(
  condition: ExprOf<boolean | null>,
  value: W,
) => Case<ValueOf<W>, DecimalIn<W>>;

/** For the documentation of what a condition is. */
export type { Cond, NumExpr };
