/** Functions over the rows around a row, as types. Types only. */
import type { Comparable, ExprOf, NumExpr, Order, TYPE } from './expressions.ts';

/** One, or a list of several. */
export type OneOrMore<T> = T | readonly T[];

/** Bounds of a frame, counted from the row: -2 is two before it, 0 itself, 2 two after it, null the first or the last. */
export type FrameBounds = readonly [from: number | null, to: number | null];

/** Which of the rows of the partition: so many rows, values so far away, or so many groups of equal rows. */
export type WindowFrame =
  | { readonly rows: FrameBounds }
  | { readonly range: FrameBounds }
  | { readonly groups: FrameBounds };

/**
 * The rows that a function looks at: those that are equal in `partitionBy`, sorted, from one to another.
 *
 * @example sum(p.views).over({ partitionBy: p.authorId, orderBy: p.createdAt.asc(), frame: { rows: [-2, 0] } })
 */
export interface WindowOptions {
  readonly partitionBy?: OneOrMore<ExprOf<unknown>>;
  readonly orderBy?: OneOrMore<Order | ExprOf<unknown>>;
  /** Without one: all rows, or with an order those from the first to the last that is equal to this one. */
  readonly frame?: WindowFrame;
}

/** The rows of a function that goes by their order. */
export interface OrderedWindow extends Omit<WindowOptions, 'frame'> {
  readonly orderBy: OneOrMore<Order | ExprOf<unknown>>;
}

/** A function of all rows of a partition. */
export interface Ranking<out S> {
  over(window: OrderedWindow): S;
}

/** A function of the rows of a frame. */
export interface FrameFunction<out S> {
  over(window: OrderedWindow & Pick<WindowOptions, 'frame'>): S;
}

/**
 * The window functions.
 *
 * @example session.query(Post).annotate((p) => ({ place: rank().over({ partitionBy: p.authorId, orderBy: p.views.desc() }) }))
 */
export interface WindowFunctions {
  readonly rowNumber: () => Ranking<NumExpr<number>>;
  readonly rank: () => Ranking<NumExpr<number>>;
  readonly denseRank: () => Ranking<NumExpr<number>>;
  readonly percentRank: () => Ranking<NumExpr<number>>;
  readonly cumeDist: () => Ranking<NumExpr<number>>;
  readonly ntile: (groups: number) => Ranking<NumExpr<number>>;
  readonly lag: NeighbourFunction;
  readonly lead: NeighbourFunction;
  readonly firstValue: <S>(value: Comparable<S>) => FrameFunction<S>;
  readonly lastValue: <S>(value: Comparable<S>) => FrameFunction<S>;
  readonly nthValue: <S>(value: Comparable<S>, nth: number) => FrameFunction<S>;
}

/** `lag` and `lead`: NULL where there is no such row, unless a value is given for it. */
export interface NeighbourFunction {
  <S>(value: Comparable<S>, offset?: number): Ranking<S>;
  <X extends ExprOf<unknown>>(
    value: X,
    offset: number,
    otherwise: (X[typeof TYPE] & {}) | ExprOf<X[typeof TYPE]>,
  ): Ranking<X>;
}
