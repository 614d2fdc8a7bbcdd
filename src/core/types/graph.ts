/**
 * Models, relations, filters and query sets as types. They are mutually recursive (a relation's filter is its target's
 * filter, a collection gives a query set …), so they live in one file, from the inside out: keys, relations, instances,
 * loaded relations, filters, callbacks, query sets.
 */
import type { Fields } from './columns.ts';
import type {
  Averageable,
  Comparable,
  ExprFor,
  ExprOf,
  ExprRecord,
  NumExpr,
  Order,
  Summable,
  Cond,
  Values,
} from './expressions.ts';
import type { LookupOf } from './lookups.ts';

/* ---------- keys ---------- */

/** A model's fields, as given. */
export declare const FIELDS: unique symbol;
/** A model's fields and the values of its foreign keys (`author` and `authorId`). */
export declare const ATTRIBUTES: unique symbol;
/** The model that a condition is about. */
export declare const MODEL: unique symbol;

/** Any entity. Kept small: every class that is handed to a query is checked against it. */
export interface Model {
  readonly [FIELDS]: AnyOf;
  readonly [ATTRIBUTES]: AnyOf;
  /** The primary key: a value, or a tuple for a composite key. */
  readonly pk: unknown;
  /** The loaded fields, as plain data. */
  toJSON(): Record<string, unknown>;
}

/** The fields of any model; `any`, and not `Fields`, so that they are not compared field by field. */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type AnyOf = any;

/** A model class, as a value: `typeof Post`. Any class whose instances are entities. */
export interface ModelType<M> {
  readonly prototype: M;
}

/** The type of a model's primary key: `PkOf<Post>` is `string`; of a composite key a readonly tuple. */
export type PkOf<M extends Model> = M['pk'];

/**
 * A function that returns a model class. It has no call signature here on purpose: with one, the compiler would resolve
 * the target while it still checks the class that names it, and circular models would not compile.
 */
// oxlint-disable-next-line typescript/no-unsafe-function-type, typescript/ban-types -- see above
export type TargetFunction = Function;

/** The model that a target function returns; resolved only where a relation is used. */
export type Target<T> = T extends () => { readonly prototype: infer M extends Model } ? M : never;

/* ---------- relations ---------- */

/** `f.foreignKey` and `f.oneToOne`: a relation to one, with a key column. `Null` is `null` or `never`. */
export interface ToOne<T extends TargetFunction, Null = never, To extends string = 'pk'> {
  readonly kind: 'one';
  readonly '~id': 'Id';
  readonly '~column': 'Id';
  readonly '~required': [Null] extends [never] ? string : never;
  readonly '~optional': [Null] extends [never] ? never : string;
  readonly '~writable': string;
  readonly '~generated': never;
  readonly '~relation': string;
  readonly '~toOne': string;
  readonly '~key': KeyColumn<T, Null, To>;
  readonly '~model': Target<T>;
  readonly '~null': Null;
  readonly '~primary': never;
  readonly '~value': Ref<Target<T>> | Null;
  readonly '~keyValue': KeyOf<T, To>;
  readonly '~init': Ref<Target<T>> | KeyOf<T, To> | Null;
  readonly '~set': Ref<Target<T>> | KeyOf<T, To> | Null;
  readonly '~filter': Filter<Target<T>> | Ref<Target<T>> | KeyOf<T, To> | LookupOf<Ref<Target<T>> | KeyOf<T, To>> | null;
  readonly '~check': ExprFor<KeyOf<T, To> | Null>;
  readonly '~expr': [Null] extends [never] ? Refs<Target<T>> : MaybeRefs<Target<T>>;
  readonly '~maybe': MaybeRefs<Target<T>>;
}

/** The value of a foreign key: `authorId`. */
export interface KeyColumn<T extends TargetFunction, Null, To extends string> {
  readonly kind: 'column';
  readonly '~id': never;
  readonly '~column': '';
  readonly '~required': never;
  readonly '~optional': never;
  readonly '~writable': string;
  readonly '~generated': never;
  readonly '~relation': never;
  readonly '~toOne': never;
  readonly '~key': never;
  readonly '~primary': never;
  readonly '~value': KeyOf<T, To> | Null;
  readonly '~init': never;
  readonly '~set': KeyOf<T, To> | Null;
  readonly '~filter': KeyOf<T, To> | Null | LookupOf<KeyOf<T, To> | Null>;
  readonly '~expr': ExprFor<KeyOf<T, To> | Null>;
  readonly '~maybe': ExprFor<KeyOf<T, To> | null>;
}

type KeyOf<T extends TargetFunction, To extends string> = Target<T> extends { readonly [X in To]: infer V } ? V : never;

/** `f.reverseOne`: the other side of a one-to-one relation. */
export interface ReverseOne<T extends TargetFunction> {
  readonly kind: 'one';
  readonly '~id': never;
  readonly '~column': never;
  readonly '~required': never;
  readonly '~optional': never;
  readonly '~writable': string;
  readonly '~generated': never;
  readonly '~relation': string;
  readonly '~toOne': string;
  readonly '~key': never;
  readonly '~primary': never;
  readonly '~model': Target<T>;
  readonly '~null': null;
  readonly '~value': ReverseRef<Target<T>> | null;
  readonly '~init': never;
  readonly '~set': never;
  readonly '~filter': Filter<Target<T>> | Ref<Target<T>> | null;
  readonly '~expr': MaybeRefs<Target<T>>;
  readonly '~maybe': MaybeRefs<Target<T>>;
}

/** `f.manyToMany` and `f.reverse`: a relation to many. `Via` is the relation of the target that `reverse` names. */
export interface ToMany<T extends TargetFunction, Via extends string = never> {
  readonly kind: 'many';
  readonly '~id': never;
  readonly '~column': never;
  readonly '~required': never;
  readonly '~optional': never;
  readonly '~writable': string;
  readonly '~generated': never;
  readonly '~relation': string;
  readonly '~toOne': never;
  readonly '~key': never;
  readonly '~primary': never;
  readonly '~model': Target<T>;
  readonly '~via': Via;
  readonly '~value': Collection<Target<T>, Via>;
  readonly '~init': never;
  readonly '~set': never;
  readonly '~filter': Filter<Target<T>> | LookupOf<Collection<Target<T>>>;
  readonly '~expr': Many<Target<T>>;
  readonly '~maybe': Many<Target<T>>;
}

/**
 * A related entity that is not loaded: its key is known, its fields are not.
 *
 * @example const author = await post.author.load();
 */
export interface Ref<out T extends Model> {
  readonly pk: PkOf<T>;
  /** The entity, loaded for all siblings that came from the same query. Throws `NotFoundError` if the row is gone. */
  load(): Promise<T>;
}

/** The other side of a one-to-one relation, not loaded: not even whether it exists is known. */
export interface ReverseRef<out T extends Model> {
  load(): Promise<T | null>;
}

/**
 * The many side of a relation. Changes are kept in memory and written by the next flush.
 *
 * @example post.tags.add(tag); for (const comment of await post.comments.load()) …
 */
export interface Collection<T extends Model, Via extends string = string> {
  /** Loads the collection, for all siblings that came from the same query. */
  load(): Promise<LoadedCollection<T, Via>>;
  /** A query over the collection's members. */
  query(): QuerySet<T>;
  add(...items: readonly Ref<T>[]): void;
  remove(...items: readonly Ref<T>[]): void;
  /** Makes these the only members. */
  set(items: Iterable<Ref<T>>): void;
  clear(): void;
  /** Makes a new entity that belongs to the collection; the relation back is filled in. */
  create(init: CreateInit<T[typeof FIELDS], Via>): T;
}

/** A collection that is loaded: it also reads like an array. */
export interface LoadedCollection<T extends Model, Via extends string = string> extends Collection<T, Via> {
  readonly length: number;
  [Symbol.iterator](): ArrayIterator<T>;
  /** Negative indexes count from the end. */
  at(index: number): T | undefined;
  map<U>(fn: (item: T, index: number) => U): U[];
  filter<S extends T>(fn: (item: T, index: number) => item is S): S[];
  filter(fn: (item: T, index: number) => unknown): T[];
  find(fn: (item: T, index: number) => unknown): T | undefined;
  some(fn: (item: T, index: number) => unknown): boolean;
  every(fn: (item: T, index: number) => unknown): boolean;
  forEach(fn: (item: T, index: number) => void): void;
  flatMap<U>(fn: (item: T, index: number) => U | readonly U[]): U[];
  reduce<U>(fn: (sum: U, item: T, index: number) => U, initial: U): U;
  slice(start?: number, end?: number): T[];
  includes(item: Ref<T>): boolean;
  toArray(): T[];
}

/* ---------- instances ---------- */

/** The columns of a model by name, foreign keys under the name of their value: what rows, orders and updates speak of. */
export type ColumnsOf<F extends Fields> = { [K in keyof F as `${K & string}${F[K]['~column']}`]: F[K] };

type KeysOf<F extends Fields> = { [K in keyof F as `${K & string}${F[K]['~id']}`]: F[K]['~key'] };

/** The fields of a model and the values of its foreign keys. */
export type AttributesOf<F extends Fields> = F & KeysOf<F>;

/** The primary key's type: `K` is the tuple of names of a composite key, `never` if a column says `primaryKey`. */
export type KeyValue<F extends Fields, K> = [K] extends [never]
  ? F[keyof F]['~primary']
  : { readonly [I in keyof K]: F[K[I] & keyof F]['~keyValue'] };

type Properties<F extends Fields> = [F[keyof F]['~generated']] extends [never]
  ? { -readonly [K in keyof F]: F[K]['~value'] }
  : { -readonly [K in keyof F as K & F[K]['~writable']]: F[K]['~value'] } & {
      readonly [K in keyof F as K & F[K]['~generated']]: F[K]['~value'];
    };

type KeyProperties<F extends Fields> = ValuesOf<KeysOf<F>>;
type ValuesOf<F extends Fields> = { -readonly [K in keyof F]: F[K]['~value'] };

/** What a model's own classes inherit. */
export interface Entity {
  /** Loads what is not loaded of this entity. */
  load(): Promise<this>;
  /** The loaded fields, as plain data. */
  toJSON(): Record<string, unknown>;
}

/** An instance of a model with fields `F`. */
export type Instance<F extends Fields, K> = Entity & {
  readonly [FIELDS]: F;
  readonly [ATTRIBUTES]: AttributesOf<F>;
  /** The primary key: a value, or a tuple for a composite key. */
  readonly pk: KeyValue<F, K>;
} & Properties<F> & KeyProperties<F>;

/** What a model's constructor takes: required fields, and optional ones. A relation takes an entity, a reference or a key. */
export type Init<F extends Fields> = { readonly [K in keyof F as K & F[K]['~required']]: F[K]['~init'] } & {
  readonly [K in keyof F as K & F[K]['~optional']]?: F[K]['~init'];
};

/** What `create` of a collection takes: the relation back (`Via`) may be left out. */
type CreateInit<F extends Fields, Via extends string> = {
  readonly [K in keyof F as Exclude<K & F[K]['~required'], Via>]: F[K]['~init'];
} & { readonly [K in keyof F as (K & F[K]['~optional']) | (K & Via & F[K]['~required'])]?: F[K]['~init'] };

/* ---------- loaded relations ---------- */

type RelationKey<F extends Fields> = { [K in keyof F]: K & F[K]['~relation'] }[keyof F] & string;
type ToOneKey<F extends Fields> = { [K in keyof F]: K & F[K]['~toOne'] }[keyof F] & string;
type Head<P> = P extends `${infer H}.${string}` ? H : P;
type Tail<P, H extends string> = P extends `${H}.${infer R}` ? R : never;

/**
 * A model whose relations in `P` are loaded: `Loaded<Post, 'author' | 'comments.author'>`. It is a `Post`, too.
 *
 * @example function byline(post: Loaded<Post, 'author'>) { return post.author.name; }
 */
export type Loaded<M extends Model, P extends string> = [P] extends [never]
  ? M
  : M & { readonly [K in Head<P> & keyof M[typeof FIELDS]]: LoadedField<M[typeof FIELDS][K], Tail<P, K & string>> };
type LoadedField<R extends Fields, Rest extends string> = R['kind'] extends 'many'
  ? LoadedCollection<Loaded<R['~model'], Rest>, R['~via']>
  : Loaded<R['~model'], Rest> | R['~null'];

/** `P` if it is a relation path of `M`, else the paths that it could be. */
export type Path<M extends Model, P extends string> = P extends `${infer H}.${infer R}`
  ? H extends RelationKey<M[typeof FIELDS]>
    ? `${H}.${Path<M[typeof FIELDS][H]['~model'], R>}`
    : RelationKey<M[typeof FIELDS]>
  : P extends RelationKey<M[typeof FIELDS]>
    ? P
    : RelationKey<M[typeof FIELDS]>;

/** `P` if it is a path of to-one relations of `M`, else the paths that it could be. */
export type ToOnePath<M extends Model, P extends string> = P extends `${infer H}.${infer R}`
  ? H extends ToOneKey<M[typeof FIELDS]>
    ? `${H}.${ToOnePath<M[typeof FIELDS][H]['~model'], R>}`
    : ToOneKey<M[typeof FIELDS]>
  : P extends ToOneKey<M[typeof FIELDS]>
    ? P
    : ToOneKey<M[typeof FIELDS]>;

/** `P` if it is one literal; `never` if it is a union: nobody knows which of them was loaded. */
export type One<P, All = P> = P extends unknown ? ([All] extends [P] ? P : never) : never;

export type Paths<M extends Model, P extends readonly string[]> = { [I in keyof P]: Path<M, P[I]> };
export type ToOnePaths<M extends Model, P extends readonly string[]> = { [I in keyof P]: ToOnePath<M, P[I]> };
export type Claims<P extends readonly string[]> = number extends P['length'] ? never : { [I in keyof P]: One<P[I]> }[number];

/* ---------- filters ---------- */

/**
 * Conditions on a model by field name: a value, a lookup, `null`; for a relation a nested filter, an entity or a key.
 *
 * @example const popular: Filter<Post> = { views: gte(100), author: { role: 'admin' } };
 */
export type Filter<M extends Model> = FilterOf<M[typeof ATTRIBUTES]>;
type FilterOf<F extends Fields> = { readonly [K in keyof F]?: F[K]['~filter'] };

/**
 * A condition on a model that can be combined.
 *
 * @example Q.of(Post, { title: icontains('orm') }).or({ views: gte(100) }).not()
 */
export interface Q<M extends Model> {
  readonly [MODEL]: (model: M) => void;
  and(...conditions: readonly Condition<M>[]): Q<M>;
  or(...conditions: readonly Condition<M>[]): Q<M>;
  not(): Q<M>;
}

/** Whatever can filter a model: a filter object, a `Q`, a callback. */
export type Condition<M extends Model> = Filter<M> | Q<M> | ((model: Refs<M>) => ExprOf<boolean | null>);

/** The type of the value `Q`. */
export interface QConstructor {
  /** A condition on `model`. */
  of<M extends Model>(model: ModelType<M>, condition: Condition<M>): Q<M>;
}

/** The type of `and` and `or`. */
export type CombineFunction = <M extends Model>(...conditions: readonly Condition<M>[]) => Q<M>;

/** The type of `not`: of a lookup, or of a condition. */
export interface NotFunction {
  <V>(lookup: LookupOf<V>): LookupOf<V>;
  <M extends Model>(condition: Condition<M>): Q<M>;
}

/** The type of `some`, `none` and `every`: lookups on a to-many relation. */
export type CollectionLookupFunction = <M extends Model>(condition?: Condition<M>) => LookupOf<Collection<M>>;

/* ---------- callbacks ---------- */

/** A model inside a query's callback: its columns as expressions, its relations as further such models. */
export type Refs<M extends Model> = RefsOf<M[typeof ATTRIBUTES]>;
type RefsOf<F extends Fields> = { readonly [K in keyof F]: F[K]['~expr'] };

/** The same behind a relation that may be null: so may every value be. */
export type MaybeRefs<M extends Model> = MaybeRefsOf<M[typeof ATTRIBUTES]>;
type MaybeRefsOf<F extends Fields> = { readonly [K in keyof F]: F[K]['~maybe'] };

/**
 * A to-many relation inside a query's callback.
 *
 * @example session.query(Author).annotate((a) => ({ n: a.posts.count(), last: a.posts.max((p) => p.createdAt) }))
 */
export interface Many<M extends Model> {
  /** Only those members, for the aggregate that follows. */
  filter(condition: Condition<M>): Many<M>;
  count(value?: (model: Refs<M>) => ExprOf<unknown>): NumExpr<number>;
  sum<S>(value: (model: Refs<M>) => Summable<S>): S;
  avg<S>(value: (model: Refs<M>) => Averageable<S>): S;
  min<S>(value: (model: Refs<M>) => Comparable<S>): S;
  max<S>(value: (model: Refs<M>) => Comparable<S>): S;
  /** True if a member fulfils the condition; without one, if there is a member. */
  some(condition?: Condition<M>): Cond;
  none(condition?: Condition<M>): Cond;
  every(condition: Condition<M>): Cond;
}

/** A model's columns inside a check constraint or an index: relations by their key only. */
export type ColumnRefs<F extends Fields> = ChecksOf<ColumnsOf<F>>;
type ChecksOf<F extends Fields> = { readonly [K in keyof F]: F[K]['~check'] };

/* ---------- query sets ---------- */

/** The names of a model's columns, foreign keys under the name of their value (`authorId`). */
export type ColumnKey<M extends Model> = keyof ColumnsOf<M[typeof FIELDS]> & string;

type Direction = '' | '-';

/** A column or an annotation to sort by, `-` for descending; or a callback. */
export type OrderKey<M extends Model, E> = `${Direction}${ColumnKey<M> | (keyof E & string)}`;

/** The entity that a query set gives: a model with loaded relations `L` and annotations `E`. */
export type Row<M extends Model, L extends string, E> = Loaded<M, L> & Values<E>;

/** The value of a column or an annotation in a row. */
type Cell<M, E, K> = K extends keyof M ? M[K] : K extends keyof E ? Values<E>[K & keyof Values<E>] : never;

/** What `update` takes: a value, or a callback that gives an expression. */
export type Changes<M extends Model> = ChangesOf<M, M[typeof ATTRIBUTES]>;
type ChangesOf<M extends Model, F extends Fields> = {
  readonly [K in keyof F]?: F[K]['~set'] | ((model: Refs<M>) => ExprOf<F[K]['~set']>);
};

/** The SQL of a query and its parameters in the order of their placeholders. */
export interface CompiledSql {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * A query for entities of a model. Immutable: every method gives a new one. Nothing is sent until it is awaited or
 * iterated over.
 *
 * `M` is the model, `L` the loaded relation paths, `E` the annotations.
 *
 * @example const posts = await session.query(Post).filter({ published: true }).selectRelated('author').orderBy('-createdAt');
 */
export interface QuerySet<M extends Model, L extends string = never, E = unknown> {
  then<R1 = Row<M, L, E>[], R2 = never>(
    onfulfilled?: ((rows: Row<M, L, E>[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2>;
  [Symbol.asyncIterator](): AsyncIterator<Row<M, L, E>, undefined, undefined>;

  /** Keeps the rows that fulfil the condition. @example .filter({ views: gte(100) }).filter((p) => p.title.contains('x')) */
  filter(condition: Condition<M> | ((model: Refs<M> & E) => ExprOf<boolean | null>)): QuerySet<M, L, E>;
  /** The same as `filter`. */
  where(condition: Condition<M> | ((model: Refs<M> & E) => ExprOf<boolean | null>)): QuerySet<M, L, E>;
  /** Drops the rows that fulfil the condition; a row for which it is NULL stays. */
  exclude(condition: Condition<M> | ((model: Refs<M> & E) => ExprOf<boolean | null>)): QuerySet<M, L, E>;
  /** Sorts, in place of any earlier order. @example .orderBy('-createdAt', 'title', (p) => p.author.name.asc()) */
  orderBy(...keys: readonly (OrderKey<M, E> | ((model: Refs<M> & E) => Order | ExprOf<unknown>))[]): QuerySet<M, L, E>;
  /** The opposite order. */
  reverse(): QuerySet<M, L, E>;
  limit(count: number): QuerySet<M, L, E>;
  offset(count: number): QuerySet<M, L, E>;
  distinct(): QuerySet<M, L, E>;
  /** Loads to-one relations with the query. @example .selectRelated('author.company', 'reviewer') */
  selectRelated<const P extends readonly string[]>(...paths: ToOnePaths<M, P>): QuerySet<M, L | Claims<P>, E>;
  /** Loads relations of any kind by one further query each. @example .prefetchRelated('comments.author', 'tags') */
  prefetchRelated<const P extends readonly string[]>(...paths: Paths<M, P>): QuerySet<M, L | Claims<P>, E>;
  /** Adds computed values to the entities. @example .annotate((a) => ({ n: a.posts.count() })) */
  annotate<X extends ExprRecord>(fn: (model: Refs<M> & E) => X): QuerySet<M, L, E & X>;
  /** Leaves columns out; reading one that is left out throws. */
  only(...keys: readonly ColumnKey<M>[]): QuerySet<M, L, E>;
  defer(...keys: readonly ColumnKey<M>[]): QuerySet<M, L, E>;
  /** Writes to all rows, without a filter, on purpose. */
  unfiltered(): QuerySet<M, L, E>;
  /** A query that has no rows and is never sent. */
  none(): QuerySet<M, L, E>;

  /** Plain rows of some columns. @example .values('id', 'authorId') */
  values<K extends ColumnKey<M> | (keyof E & string)>(
    ...keys: readonly K[]
  ): ValuesSet<{ [X in K]: Cell<M, E, X> }>;
  /** Plain rows of expressions; aggregates are taken per group of the others. */
  values<X extends ExprRecord>(fn: (model: Refs<M> & E) => X): ValuesSet<Values<X>>;
  /** The values of one column. @example .valuesList('title', { flat: true }) */
  valuesList<K extends ColumnKey<M> | (keyof E & string)>(
    key: K,
    options: { readonly flat: true },
  ): ValuesSet<Cell<M, E, K>>;
  /** Plain rows as tuples. @example .valuesList('id', 'title') */
  valuesList<const K extends readonly (ColumnKey<M> | (keyof E & string))[]>(
    ...keys: K
  ): ValuesSet<{ -readonly [I in keyof K]: Cell<M, E, K[I]> }>;
  /** Aggregates over all rows. @example .aggregate((p) => ({ n: count(), views: sum(p.views) })) */
  aggregate<X extends ExprRecord>(fn: (model: Refs<M> & E) => X): Promise<Values<X>>;
  count(): Promise<number>;
  exists(): Promise<boolean>;
  first(): Promise<Row<M, L, E> | null>;
  last(): Promise<Row<M, L, E> | null>;
  /** The only row. Throws `NotFoundError` or `MultipleResultsError`. */
  one(): Promise<Row<M, L, E>>;
  /** The only row that fulfils the condition. Throws `NotFoundError` or `MultipleResultsError`. */
  get(condition?: Condition<M>): Promise<Row<M, L, E>>;
  all(): Promise<Row<M, L, E>[]>;
  /** The rows one by one, in bounded memory. */
  iterate(options?: { readonly batchSize?: number }): AsyncIterableIterator<Row<M, L, E>>;
  /** Changes all rows by one statement; gives their number. Throws `UnfilteredWriteError` without a filter. */
  update(changes: Changes<M>): Promise<number>;
  /** Deletes all rows; gives their number. Throws `UnfilteredWriteError` without a filter. */
  delete(): Promise<number>;
  toSQL(): CompiledSql;
}

/** A query for plain rows. */
export interface ValuesSet<out T> {
  then<R1 = T[], R2 = never>(
    onfulfilled?: ((rows: T[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2>;
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, undefined>;
  /** Sorts by columns of the rows. */
  orderBy(...keys: readonly `${Direction}${keyof T & string}`[]): ValuesSet<T>;
  limit(count: number): ValuesSet<T>;
  offset(count: number): ValuesSet<T>;
  distinct(): ValuesSet<T>;
  first(): Promise<T | null>;
  all(): Promise<T[]>;
  count(): Promise<number>;
  toSQL(): CompiledSql;
}
