/**
 * What a query is filtered by: filter objects, `Q`, and callbacks with the model's columns as expressions. All of them
 * are mapped types over a model's attributes that only index into its fields, so a relation's filter is resolved when
 * somebody filters by it.
 */
import type { ATTRIBUTES, FIELDS, Model, ModelType, NotAnEntity, SHAPE } from './entity.ts';
import type { AggregateOptions } from './aggregates.ts';
import type { Averageable, Comparable, Cond, ExprOf, NumExpr, Order, StrExpr, Summable } from './expressions.ts';
import type { LookupOf } from './lookups.ts';
import type { OneOrMore } from './windows.ts';

/** The model that a condition is about. */
export declare const CONDITION: unique symbol;

/**
 * Conditions on a model by field name: a value, a lookup, `null`; for a relation a nested filter, an entity or a key.
 *
 * @example const popular: Filter<Post> = { views: gte(100), author: { role: 'admin' } };
 */
export type Filter<M extends Model> = {
  readonly [K in keyof M[typeof ATTRIBUTES]]?: M[typeof ATTRIBUTES][K]['~filter'];
};

/**
 * A model inside a query's callback: its columns as expressions, its to-one relations as further such models, its
 * to-many relations as `Many`.
 */
export type Refs<M extends Model> = {
  readonly [K in keyof M[typeof ATTRIBUTES]]: M[typeof ATTRIBUTES][K]['~expr'];
};

/** The same behind a relation that may be null: so may every value be. */
export type MaybeRefs<M extends Model> = {
  readonly [K in keyof M[typeof ATTRIBUTES]]: M[typeof ATTRIBUTES][K]['~maybe'];
};

/** A combined condition, as a parameter: without the methods, which don't belong into the completion of a filter. */
export interface QOf<in M extends Model> {
  readonly [CONDITION]: (model: M) => void;
}

/** Whatever can filter a model: a filter object, a `Q`, a callback. `E` are the annotations that the callback sees. */
export type Condition<M extends Model, E = unknown> =
  | Filter<M>
  | QOf<M>
  | ((model: Refs<M> & E) => ExprOf<boolean | null>);

/**
 * A condition on a model that can be combined.
 *
 * @example Q.of(Post, { title: icontains('orm') }).or({ views: gte(100) }).not()
 */
export interface Q<M extends Model> extends QOf<M> {
  and(...conditions: readonly Condition<M>[]): Q<M>;
  or(...conditions: readonly Condition<M>[]): Q<M>;
  not(): Q<M>;
}

/** The type of the value `Q`. */
export interface QConstructor {
  /** A condition on `model`. */
  of<M extends Model>(model: ModelType<M>, condition: Condition<M>): Q<M>;
}

/** A model without fields: what a condition is about whose model is not known, so that nothing goes unchecked. */
interface NoModel extends Model {
  readonly [FIELDS]: {};
  readonly [ATTRIBUTES]: NotAnEntity;
  readonly [SHAPE]: {};
}

/**
 * The type of `and` and `or`. The model comes from where the result is used; elsewhere it has to be named (`or<Post>(…)`).
 *
 * @example session.query(Post).filter(or({ title: 'x' }, { views: gt(3) }))
 */
export type CombineFunction = <M extends Model = NoModel>(...conditions: readonly Condition<M>[]) => Q<M>;

/**
 * The type of `not`: of a condition, or of a lookup. Not two overloads, because one that is tried in vain fixes the types
 * of the calls and callbacks in its argument.
 *
 * @example session.query(Post).filter(not({ title: not(contains('x')) }))
 */
export type NotFunction = <M extends Model = NoModel, V = never>(
  condition: Condition<M> | LookupOf<V>,
) => [V] extends [never] ? Q<M> : LookupOf<V>;

/** The type of `some`, `none` and `every`: lookups on a to-many relation. */
export type CollectionLookupFunction = <M extends Model = NoModel>(condition?: Condition<M>) => LookupOf<Many<M>>;

/**
 * A to-many relation inside a query's callback.
 *
 * @example session.query(Author).annotate((a) => ({ n: a.posts.count(), last: a.posts.max((p) => p.createdAt) }))
 */
export interface Many<M extends Model> {
  /** Only those members, for the aggregate that follows. */
  filter(condition: Condition<M>): Many<M>;
  /** The number of members, or of those for which the value is not NULL. */
  count(value?: (model: Refs<M>) => ExprOf<unknown>): NumExpr<number>;
  /** The number of different values. */
  count(value: (model: Refs<M>) => ExprOf<unknown>, options: AggregateOptions): NumExpr<number>;
  /** NULL for no members. */
  sum<S>(value: (model: Refs<M>) => Summable<S>, options?: AggregateOptions): S;
  /** NULL for no members. */
  avg<S>(value: (model: Refs<M>) => Averageable<S>, options?: AggregateOptions): S;
  /** NULL for no members. */
  min<S>(value: (model: Refs<M>) => Comparable<S>): S;
  /** NULL for no members. */
  max<S>(value: (model: Refs<M>) => Comparable<S>): S;
  /** The texts of the members in a row; NULL for none. @example a.tags.stringAgg((t) => t.name, ', ', { orderBy: (t) => t.name.asc() }) */
  stringAgg(
    value: (model: Refs<M>) => StrExpr<unknown>,
    separator: string,
    options?: AggregateOptions & { readonly orderBy?: (model: Refs<M>) => OneOrMore<Order | ExprOf<unknown>> },
  ): StrExpr<string | null>;
  /** True if a member fulfils the condition; without one, if there is a member. */
  some(condition?: Condition<M>): Cond;
  none(condition?: Condition<M>): Cond;
  every(condition: Condition<M>): Cond;
}
