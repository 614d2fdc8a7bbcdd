/**
 * Query sets, what they give (loaded entities), and the collections of entities, which give query sets: three things that
 * need each other, and so share a file.
 */
import type { FetchMode } from '../fetch-mode.ts';
import type { Condition, Refs } from './conditions.ts';
import type { BulkCreateOptions, NewRow } from './creation.ts';
import type { ATTRIBUTES, EntityOf, FIELDS, Member, Model, PkOf, SHAPE } from './entity.ts';
import type { COLUMN, ExprOf, ExprRecord, NumExpr, Order, Values } from './expressions.ts';
import type { CreateInit, Init } from './instance.ts';
import type { AlwaysRead, LeftOut } from './left-out.ts';
import type { CountedPage, Page, PageOptions } from './pages.ts';
import type { AnyPrefetched, Claims, Loadable, ToOnePaths } from './paths.ts';
import type { Prefetchables, Prefetched } from './prefetched.ts';
import type { OptionalScopeName, ScopeArgs, ScopeName } from './scopes.ts';
import type { CompiledSql, ExplainOptions, ValuesSet } from './values-set.ts';

type Head<P extends string> = P extends `${infer H}.${string}` ? H : P;
type Tail<P> = P extends `${string}.${infer R}` ? R : never;

/** The same where relations go to names of their own. */
type AnyHead<P> = P extends AnyPrefetched ? (P['~path'] extends `${infer H}.${string}` ? H : never) : Head<P & string>;
type AnyTail<P> = P extends AnyPrefetched ? Renamed<Tail<P['~path']>, P> : Tail<P>;
type Renamed<R, P extends AnyPrefetched> = R extends string ? Prefetched<R, P['~as'], P['~item']> : never;

/** The names that relations of the model itself are loaded to. */
type Named<M extends Model, P> = { [N in P as NameOf<N>]: LoadedAs<M, N> };
type NameOf<P> = P extends AnyPrefetched ? (P['~path'] extends `${string}.${string}` ? never : P['~as']) : never;
type LoadedAs<M extends Model, P> = P extends AnyPrefetched
  ? M[typeof FIELDS][P['~path']]['kind'] extends 'many'
    ? P['~item'][]
    : P['~item'] | null
  : never;

/**
 * A model whose relations in `P` are loaded: `Loaded<Post, 'author' | 'comments.author'>`. It is a `Post`, too.
 *
 * @example function byline(post: Loaded<Post, 'author'>) { return post.author.name; }
 */
// With `''` nothing distributes, and no tuples are compared.
export type Loaded<M extends Model, P extends Loadable> = P | '' extends ''
  ? Member<M>
  : P | '' extends string
    ? Member<M> & { readonly [N in P & string as Head<N>]: LoadedField<M[typeof FIELDS][Head<N>], Tail<N>> }
    : Member<M> & { readonly [N in P as AnyHead<N>]: LoadedField<M[typeof FIELDS][AnyHead<N>], AnyTail<N>> } & Named<
          M,
          P
        >;

type LoadedField<R extends LoadableField, Rest extends Loadable> = R['kind'] extends 'many'
  ? LoadedCollection<Loaded<R['~model'], Rest>, R['~via']>
  : Loaded<R['~model'], Rest> | R['~null'];

interface LoadableField {
  readonly kind: string;
  readonly '~model': Model;
  readonly '~via': string;
  readonly '~null': null;
}

/** The entity that a query set gives: a model with loaded relations `L` and annotations `E`. */
export type Row<M extends Model, L extends Loadable, E> = unknown extends E
  ? Loaded<M, L>
  : E extends LeftOut<infer Columns>
    ? Omit<Loaded<M, L>, keyof Columns> & Values<Pick<E, keyof E & string>>
    : Loaded<M, L> & Values<E>;

/**
 * The many side of a relation. Changes are kept in memory and written by the next flush.
 *
 * @example post.tags.add(tag); for (const comment of await post.comments.load()) console.log(comment.body);
 */
export interface Collection<M extends Model, Via extends string = string> {
  /** Loads the collection, for all siblings that came from the same query. */
  load(): Promise<LoadedCollection<Member<M>, Via>>;
  /** A query for the collection's members. */
  query(): QuerySet<M>;
  add(...items: readonly EntityOf<M>[]): void;
  remove(...items: readonly EntityOf<M>[]): void;
  /**
   * Makes these the only members, loaded or not: of what is not loaded the next flush finds out what it has to take out.
   *
   * @throws InvalidValueError where it is not loaded, and a member could not be without its owner.
   */
  set(items: Iterable<EntityOf<M>>): void;
  /** Takes out all members. The same as to set none. */
  clear(): void;
  /** Makes a new entity that belongs to the collection; the relation back is filled in. */
  create(init: CreateInit<M, Via>): M;
}

/** A collection that is loaded: it also reads like an array. */
export interface LoadedCollection<M extends Model, Via extends string = string> extends Collection<M, Via> {
  readonly length: number;
  [Symbol.iterator](): ArrayIterator<M>;
  /** Negative indexes count from the end. */
  at(index: number): M | undefined;
  map<U>(fn: (item: M, index: number) => U): U[];
  filter<S extends M>(fn: (item: M, index: number) => item is S): S[];
  filter(fn: (item: M, index: number) => unknown): M[];
  find(fn: (item: M, index: number) => unknown): M | undefined;
  some(fn: (item: M, index: number) => unknown): boolean;
  every(fn: (item: M, index: number) => unknown): boolean;
  forEach(fn: (item: M, index: number) => void): void;
  flatMap<U>(fn: (item: M, index: number) => U | readonly U[]): U[];
  reduce<U>(fn: (sum: U, item: M, index: number) => U, initial: U): U;
  slice(start?: number, end?: number): M[];
  includes(item: EntityOf<M>): boolean;
  toArray(): M[];
}

/** Where there are replicas, the kind of server that a query reads from. */
export type ServerRole = 'primary' | 'replica';

/**
 * The names of a model's columns, foreign keys under the name of their value (`authorId`). Not an alias of the intersection
 * itself, and in the file that uses it: errors would show `ColumnKey<Post>`, and not the names.
 */
export type ColumnKey<M extends Model> = { readonly key: keyof M[typeof SHAPE]['column'] & string }['key'];

/** A column or an annotation to sort by, `-` for descending. */
export type OrderKey<M extends Model, E = unknown> = {
  readonly key: ColumnKey<M> | (keyof E & string) | `-${ColumnKey<M> | (keyof E & string)}`;
}['key'];

/** The value of a column or an annotation in a row. */
type Cell<M, E, K> = K extends keyof M ? M[K] : K extends keyof E ? Values<E>[K & keyof Values<E>] : never;

/** The fields of the entities of a query set. */
export declare const ENTITIES: unique symbol;

/** Any query for entities of a model, whatever it loads. */
export interface EntitiesOf<M extends Model> {
  readonly [ENTITIES]: M[typeof FIELDS];
}

/** A relation's name, if it leads to the model itself. */
type ToItself<M extends Model, K extends keyof M[typeof FIELDS]> = M[typeof FIELDS][K] extends {
  readonly '~model': infer T extends Model;
}
  ? [T[typeof FIELDS], M[typeof FIELDS]] extends [M[typeof FIELDS], T[typeof FIELDS]]
    ? K
    : never
  : never;

/** Names that are taken in a model cannot be an annotation's. */
type Free<X, M> = { readonly [K in keyof X & keyof M]: never };

/** What `update` takes: a value, or a callback that gives an expression. */
export type Changes<M extends Model> = {
  readonly [K in keyof M[typeof SHAPE]['settable']]?:
    | M[typeof ATTRIBUTES][K]['~set']
    | ((model: Refs<M>) => ExprOf<M[typeof ATTRIBUTES][K]['~set']>);
};

/** What `insertFrom` sets: a value, or an expression of what is read; the same for each part of an embedded value. */
export type InsertedValues<M extends Model> = {
  readonly [K in keyof M[typeof SHAPE]['settable']]?:
    | M[typeof ATTRIBUTES][K]['~set']
    | ExprOf<M[typeof ATTRIBUTES][K]['~set']>
    | (M[typeof ATTRIBUTES][K] extends { readonly kind: 'embedded' }
        ? InsertedParts<M[typeof ATTRIBUTES][K]['~set']>
        : never);
};

type InsertedParts<V> = V extends object ? { readonly [P in keyof V]: V[P] | ExprOf<V[P]> } : never;

/** A query in groups: conditions on them, and what they give. */
export interface GroupedSet<M extends Model, E = unknown> {
  /** Keeps the groups that fulfil the condition. @example .having((p) => max(p.views).gt(100)) */
  having(condition: (model: Refs<M> & E) => ExprOf<boolean | null>): GroupedSet<M, E>;
  values<K extends ColumnKey<M> | (keyof E & string)>(
    ...keys: readonly K[]
  ): ValuesSet<{ [X in K]: Cell<M, E, X> }, K, (Refs<M> & E)[K]>;
  values<X extends ExprRecord>(fn: (model: Refs<M> & E) => X): ValuesSet<Values<X>, keyof X & string, X[keyof X]>;
  /** The values of one column. */
  valuesList<K extends ColumnKey<M> | (keyof E & string)>(
    key: K,
    options: { readonly flat: true },
  ): ValuesSet<Cell<M, E, K>, K, (Refs<M> & E)[K]>;
}

/** A path, and those on the way to it. */
type Prefixes<P> = P extends `${infer H}.${infer R}` ? H | `${H}.${Prefixes<R>}` : P & string;

/** How rows are locked; `L` are the relations that the query selects. */
export interface LockOptions<L = string> {
  /** Leaves out rows that somebody else has locked. */
  readonly skipLocked?: boolean;
  /** Fails at rows that somebody else has locked, in place of waiting for them. */
  readonly noWait?: boolean;
  /** Whose rows: `'self'`, the model's own, which is the default, and relations of `selectRelated`. */
  readonly of?: LockTarget<L> | readonly LockTarget<L>[];
}

/** What `of` can name. */
export type LockTarget<L> = 'self' | Prefixes<L>;

/**
 * A query for entities of a model. Immutable: every method gives a new one. Nothing is sent until it is awaited or
 * iterated over.
 *
 * `M` is the model, `L` the loaded relation paths, `E` the annotations.
 *
 * @example const posts = await session.query(Post).filter({ published: true }).selectRelated('author').orderBy('-createdAt');
 */
export interface QuerySet<M extends Model, L extends Loadable = never, E = unknown> {
  readonly [COLUMN]: ExprOf<PkOf<M>>;
  readonly [ENTITIES]: M[typeof FIELDS];
  then<R1 = Row<M, L, E>[], R2 = never>(
    onfulfilled?: ((rows: Row<M, L, E>[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2>;
  [Symbol.asyncIterator](): AsyncIterator<Row<M, L, E>, undefined, undefined>;

  /** Keeps the rows that fulfil the condition. @example .filter({ views: gte(100) }).filter((p) => p.title.contains('x')) */
  filter(condition: Condition<M, E>): QuerySet<M, L, E>;
  /** The same as `filter`. */
  where(condition: Condition<M, E>): QuerySet<M, L, E>;
  /** Drops the rows that fulfil the condition; a row for which it is NULL stays. */
  exclude(condition: Condition<M, E>): QuerySet<M, L, E>;
  /** Sorts, in place of any earlier order. @example .orderBy('-createdAt', 'title', (p) => p.author.name.asc()) */
  orderBy(...keys: readonly (OrderKey<M, E> | ((model: Refs<M> & E) => Order | ExprOf<unknown>))[]): QuerySet<M, L, E>;
  /** The opposite order. */
  reverse(): QuerySet<M, L, E>;
  limit(count: number): QuerySet<M, L, E>;
  offset(count: number): QuerySet<M, L, E>;
  /** For `values`: each row once. Entities are distinct as they are. */
  distinct(): QuerySet<M, L, E>;
  /** Loads to-one relations with the query. @example .selectRelated('author.company', 'reviewer') */
  selectRelated<const P extends readonly string[]>(...paths: ToOnePaths<M, P>): QuerySet<M, L | Claims<P>, E>;
  /** Loads relations of any kind by one further query each. @example .prefetchRelated('comments.author', 'tags') */
  prefetchRelated<const P extends readonly unknown[]>(...paths: Prefetchables<M, P>): QuerySet<M, L | Claims<P>, E>;
  /** Adds computed values to the entities. @example .annotate((a) => ({ n: a.posts.count() })) */
  annotate<X extends ExprRecord>(fn: (model: Refs<M> & E) => X & Free<X, M>): QuerySet<M, L, E & X>;
  /**
   * The entities of both, each once; with `all`, one that is in both comes twice. It loads what the first one loads, and is
   * in no order but the model's. @example published.union(session.query(Post).filter({ authorId: me })).orderBy('-createdAt')
   */
  union(other: EntitiesOf<M>, options?: { readonly all?: boolean }): QuerySet<M, L, E>;
  /** The entities that are in both. */
  intersection(other: EntitiesOf<M>): QuerySet<M, L, E>;
  /** The entities that are not in the other. */
  difference(other: EntitiesOf<M>): QuerySet<M, L, E>;
  /**
   * These entities, and all that a relation of the model to itself leads to from there, each once; circles in the data end
   * it. `maxDepth`: so many steps at most. `depth`: a name for how many steps led to each, at the least.
   *
   * @example session.query(Employee).filter({ id }).recursive('reports', { depth: 'level' }).orderBy('level')
   */
  recursive<K extends keyof M[typeof FIELDS] & string>(
    relation: ToItself<M, K>,
    options?: { readonly maxDepth?: number },
  ): QuerySet<M, L>;
  recursive<K extends keyof M[typeof FIELDS] & string, D extends string>(
    relation: ToItself<M, K>,
    options: { readonly depth: D; readonly maxDepth?: number },
  ): QuerySet<M, L, { readonly [X in D]: NumExpr<number> }>;
  /**
   * Rows in groups, for `having` and `values`; nothing else of a group can be read but aggregates and what it is grouped by.
   *
   * @example session.query(Post).groupBy('authorId').having(() => count().gt(3)).values((p) => ({ authorId: p.authorId, n: count() }))
   */
  groupBy(
    ...keys: readonly (ColumnKey<M> | (keyof E & string) | ((model: Refs<M> & E) => ExprOf<unknown>))[]
  ): GroupedSet<M, E>;
  /**
   * Reads no other columns than these and the key. The rows have the others no more: they are no `Post`, and to read a column that was
   * left out does not compile, and throws. @example const [{ title }] = await session.query(Post).only('title').limit(1);
   */
  only<const K extends readonly ColumnKey<M>[]>(
    ...keys: K
  ): QuerySet<M, L, E & LeftOut<{ readonly [X in Exclude<ColumnKey<M>, Claims<K> | AlwaysRead<M>>]: true }>>;
  /** Leaves out these columns, as `only` the others. */
  defer<const K extends readonly ColumnKey<M>[]>(
    ...keys: K
  ): QuerySet<M, L, E & LeftOut<{ readonly [X in Exclude<K[number], AlwaysRead<M>>]: true }>>;
  /** Lets `update` and `delete` write to all rows. */
  unfiltered(): QuerySet<M, L, E>;
  /**
   * Locks the rows until the transaction ends, so that nobody else changes, deletes or locks them meanwhile. Only inside a
   * transaction. Entities that the session has already take what the database says now, in fields that were not changed.
   * Throws `LockTimeoutError` where `noWait` finds one locked.
   *
   * @example const [job] = await session.query(Job).filter({ done: false }).forUpdate({ skipLocked: true }).limit(1);
   */
  forUpdate(options?: LockOptions<L>): QuerySet<M, L, E>;
  /** The same for reading: others may lock the rows so as well, and nobody changes or deletes them. */
  forShare(options?: LockOptions<L>): QuerySet<M, L, E>;
  /**
   * Entities that the session has already, joined ones included, take what the database says now, in fields that were not
   * changed. @example const [post] = await session.query(Post).filter({ id }).fresh();
   */
  fresh(): QuerySet<M, L, E>;
  /**
   * Entities that are no part of the session: plain instances, detached, with what the query loads and nothing more. Changes of
   * them are not written; to load a relation of them throws. They cost less, and each query makes its own.
   *
   * @example const report = await session.query(Post).selectRelated('author').readOnly();
   */
  readOnly(): QuerySet<M, L, E>;
  /**
   * Lets a second-level cache keep the rows of the query, and of those that load for it, for `ttl` milliseconds, or until a table
   * that was read changes, or one of its `tags` is named: `db.cache.invalidate({ tags })`. Where the database has no cache, in
   * transactions, with locks and with `fresh()` the database is asked. Tables in raw SQL are not known: give these a tag.
   *
   * @example await session.query(Post).filter({ published: true }).cache({ ttl: 60_000, tags: ['feed'] });
   */
  cache(options: { readonly ttl: number; readonly tags?: readonly string[] }): QuerySet<M, L, E>;
  /**
   * Stops after so many milliseconds, in the database too, with a `QueryTimeoutError`. The time begins when the query is
   * awaited; the wait for a connection and the queries of `prefetchRelated` are part of it. @example .timeout(2_000)
   */
  timeout(milliseconds: number): QuerySet<M, L, E>;
  /** Stops when the signal is aborted, in the database too, with a `QueryAbortedError`. @example .signal(request.signal) */
  signal(signal: AbortSignal): QuerySet<M, L, E>;
  /**
   * Where there are replicas, outside of transactions: reads from the `primary`, or from any `replica`, even one that lacks
   * what this process wrote. Relations that are prefetched come from there too. @example .using('primary')
   */
  using(server: ServerRole): QuerySet<M, L, E>;
  /**
   * Leaves out scopes by name, wherever their models appear in this query and in what it loads; without a name all that are
   * not required. @example await session.query(Post).unscoped('alive')
   */
  unscoped(...names: readonly ScopeName<M>[]): QuerySet<M, L, E>;
  /**
   * Keeps the rows that a scope leaves which is not in force by itself. @example .scoped('published').scoped('since', day)
   */
  scoped<N extends OptionalScopeName<M>>(name: N, ...value: ScopeArgs<M, N>): QuerySet<M, L, E>;
  /**
   * What a function makes of this query: so that fragments of queries stand in the chain. @example .pipe(newest(10))
   */
  pipe<R>(fn: (query: QuerySet<M, L, E>) => R): R;
  /**
   * How its entities, and those that are loaded with them, load relations on demand; before what relation and session say.
   * `'raise'` lets no `load()` through that was forgotten here. @example .selectRelated('author').fetchMode('raise')
   */
  fetchMode(mode: FetchMode): QuerySet<M, L, E>;
  /** A query that has no rows and is never sent. */
  none(): QuerySet<M, L, E>;

  /** Plain rows of some columns. @example .values('id', 'authorId') */
  values<K extends ColumnKey<M> | (keyof E & string)>(
    ...keys: readonly K[]
  ): ValuesSet<{ [X in K]: Cell<M, E, X> }, K, (Refs<M> & E)[K]>;
  /** Plain rows of expressions; aggregates are taken per group of the others. @example .values((p) => ({ role: p.author.role, n: count() })) */
  values<X extends ExprRecord>(fn: (model: Refs<M> & E) => X): ValuesSet<Values<X>, keyof X & string, X[keyof X]>;
  /** Plain rows as tuples. @example .valuesList('id', 'title') */
  valuesList<const K extends readonly (ColumnKey<M> | (keyof E & string))[]>(
    ...keys: { [I in keyof K]: K[I] | ColumnKey<M> | (keyof E & string) }
  ): ValuesSet<{ -readonly [I in keyof K]: Cell<M, E, K[I]> }, K[number]>;
  /** The values of one column. @example .valuesList('title', { flat: true }) */
  valuesList<K extends ColumnKey<M> | (keyof E & string)>(
    key: K,
    options: { readonly flat: true },
  ): ValuesSet<Cell<M, E, K>, K, (Refs<M> & E)[K]>;
  /** Aggregates over all rows. @example .aggregate((p) => ({ n: count(), views: sum(p.views) })) */
  aggregate<X extends ExprRecord>(fn: (model: Refs<M> & E) => X): Promise<Values<X>>;
  count(): Promise<number>;
  exists(): Promise<boolean>;
  first(): Promise<Row<M, L, E> | null>;
  last(): Promise<Row<M, L, E> | null>;
  /** The only row. Throws `NotFoundError` or `MultipleResultsError`. */
  one(): Promise<Row<M, L, E>>;
  /** The only row that fulfils the condition. Throws `NotFoundError` or `MultipleResultsError`. */
  get(condition?: Condition<M, E>): Promise<Row<M, L, E>>;
  all(): Promise<Row<M, L, E>[]>;
  /**
   * Entities by their keys, or by the values of a unique field, in the order in which these were given; those that are not
   * there are left out. However many, single keys are one query. @example const posts = await session.query(Post).inBulk(ids)
   */
  inBulk(keys: Iterable<PkOf<M>>): Promise<Map<PkOf<M>, Row<M, L, E>>>;
  inBulk<K extends ColumnKey<M> & keyof M>(
    keys: Iterable<M[K] & {}>,
    options: { readonly field: K },
  ): Promise<Map<M[K] & {}, Row<M, L, E>>>;
  /**
   * A page of the rows in their order, found by the values that they are sorted by and not by their number: however deep it is,
   * no row comes twice or is missed. `after` and `before` take a cursor of another page of the same order. Throws
   * `InvalidCursorError` for anything else.
   *
   * @example const { items, pageInfo } = await session.query(Post).orderBy('-createdAt').page({ first: 20, after: cursor });
   */
  page(options: PageOptions & { readonly totalCount: true }): Promise<CountedPage<Row<M, L, E>>>;
  page(options: PageOptions): Promise<Page<Row<M, L, E>>>;
  /**
   * The rows one by one, read in batches of `batchSize` rows, 1,000 by default. The session keeps the entities of two batches, and
   * those with changes until they are written; the others leave it, detached and frozen, so that memory is bounded.
   *
   * @example for await (const post of session.query(Post).iterate()) console.log(post.title);
   */
  iterate(options?: { readonly batchSize?: number }): AsyncIterableIterator<Row<M, L, E>>;
  /** Changes all rows by one statement; gives their number. Throws `UnfilteredWriteError` without a filter. */
  update(changes: Changes<M>): Promise<number>;
  /** Deletes all rows; gives their number. Throws `UnfilteredWriteError` without a filter. */
  delete(): Promise<number>;
  /**
   * Inserts a row for each one of a query, by one statement; gives their number. Fields that are not named take their
   * defaults, made once for all rows.
   *
   * @example await session.query(Archive).insertFrom(old, (p) => ({ title: p.title, views: p.views.plus(1), reason: 'old' }))
   */
  insertFrom<S extends Model, SL extends string, SE, X extends InsertedValues<M>>(
    query: QuerySet<S, SL, SE>,
    mapping: (model: Refs<S> & SE) => X & { readonly [K in Exclude<keyof X, keyof InsertedValues<M>>]: never },
  ): Promise<number>;
  /**
   * Inserts many rows at once, all or none, and gives their entities in the order of `rows`. What exists already is an
   * error, is left as it is, or is updated. Throws `InvalidQueryError` where no unique key says what exists.
   *
   * @example await session.query(Tag).bulkCreate([{ name: 'orm' }, { name: 'sql' }], { onConflict: 'ignore' })
   */
  bulkCreate(rows: Iterable<NewRow<M>>, options?: BulkCreateOptions<M>): Promise<M[]>;
  /**
   * Writes some fields of entities of the session at once, all or none, and gives their number. Throws `StaleObjectError` for
   * a row that is gone. @example await session.query(Post).bulkUpdate(posts, ['views'])
   */
  bulkUpdate(
    entities: Iterable<EntityOf<M>>,
    fields: readonly (keyof M[typeof SHAPE]['settable'] | keyof M[typeof SHAPE]['toOne'])[],
  ): Promise<number>;
  /**
   * The row with these values of a unique key, made with them and the `defaults` where there is none; and whether it was
   * made. However many call it at once, one row is made. @example const [tag, created] = await session.query(Tag).getOrCreate({ name: 'orm' })
   */
  getOrCreate(by: Partial<Init<M>>, options?: { readonly defaults?: Partial<Init<M>> }): Promise<[M, boolean]>;
  /** The same; a row that exists takes the `defaults`, too. @example await session.query(Page).updateOrCreate({ path }, { defaults: { body } }) */
  updateOrCreate(by: Partial<Init<M>>, options?: { readonly defaults?: Partial<Init<M>> }): Promise<[M, boolean]>;
  /**
   * Notes in a comment behind the statement who asks, in the form of sqlcommenter, so that the server's logs and tools show it. Each
   * text is a statement of its own to the database: give few values, such as routes, and no ids.
   *
   * @example session.query(Post).tag('feed'); session.query(Post).tag({ route: '/posts/:id', controller: 'posts' });
   */
  tag(tags: string | Readonly<Record<string, string>>): QuerySet<M, L, E>;
  /**
   * The database's plan for the query. `analyze` runs it. Throws `UnsupportedError` for what the database does not show.
   *
   * @example console.log(await session.query(Post).filter({ views: gte(100) }).explain({ analyze: true }));
   */
  explain(options: ExplainOptions & { readonly format: 'json' }): Promise<unknown>;
  explain(options?: ExplainOptions): Promise<string>;
  toSQL(): CompiledSql;
}
