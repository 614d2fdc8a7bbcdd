/** Aggregates as types. Types only. */
import type { Averageable, Comparable, Cond, ExprOf, NumExpr, Order, StrExpr, Summable } from './expressions.ts';
import type { OneOrMore, WindowOptions } from './windows.ts';

/** How `count`, `sum` and `avg` take their values. */
export interface AggregateOptions {
  /** Each value once, however many rows have it. @example count(p.authorId, { distinct: true }) */
  readonly distinct?: boolean;
}

/** Which rows an aggregate takes. */
export interface FilterOptions {
  /** Those for which it is true. @example sum(o.total, { filter: o.paid }) */
  readonly filter?: ExprOf<boolean | null>;
}

/** How `stringAgg` takes its texts. */
export interface StringAggOptions extends AggregateOptions, FilterOptions {
  /** In which order they stand. With `distinct` only by the text itself. */
  readonly orderBy?: OneOrMore<Order | ExprOf<unknown>>;
}

/** What an aggregate of the query has beside its value: it can be a value of each row, over the rows around it. */
export interface Windowed<out S> {
  /** The aggregate of the rows that belong to each row. @example sum(p.views).over({ partitionBy: p.authorId }) */
  over(window?: WindowOptions): S;
}

/**
 * The free aggregate functions, for `values` and `aggregate`.
 *
 * @example session.query(InvoiceLine).aggregate((l) => ({ n: count(), total: sum(l.unitPrice.times(l.quantity)) }))
 */
export interface AggregateFunctions {
  /** The number of rows, or of rows in which the expression is not NULL. */
  readonly count: {
    (value?: ExprOf<unknown>): NumExpr<number> & Windowed<NumExpr<number>>;
    /** The number of rows that fulfil a condition. */
    (options: FilterOptions): NumExpr<number> & Windowed<NumExpr<number>>;
    /** The number of different values, or of those in some rows. */
    (value: ExprOf<unknown>, options: AggregateOptions & FilterOptions): NumExpr<number> & Windowed<NumExpr<number>>;
  };
  /** NULL for no rows. */
  readonly sum: <S>(value: Summable<S>, options?: AggregateOptions & FilterOptions) => S & Windowed<S>;
  /** NULL for no rows. */
  readonly avg: <S>(value: Averageable<S>, options?: AggregateOptions & FilterOptions) => S & Windowed<S>;
  /** NULL for no rows. */
  readonly min: <S>(value: Comparable<S>, options?: FilterOptions) => S & Windowed<S>;
  /** NULL for no rows. */
  readonly max: <S>(value: Comparable<S>, options?: FilterOptions) => S & Windowed<S>;
  /** Whether it is true wherever it is not NULL; NULL for no rows. */
  readonly boolAnd: (
    condition: ExprOf<boolean | null>,
    options?: FilterOptions,
  ) => Cond<boolean | null> & Windowed<Cond<boolean | null>>;
  /** Whether it is true anywhere; NULL for no rows. */
  readonly boolOr: (
    condition: ExprOf<boolean | null>,
    options?: FilterOptions,
  ) => Cond<boolean | null> & Windowed<Cond<boolean | null>>;
  /** Texts in a row with another between them; NULL for no rows. */
  readonly stringAgg: (
    value: StrExpr<unknown>,
    separator: string,
    options?: StringAggOptions,
  ) => StrExpr<string | null>;
}
