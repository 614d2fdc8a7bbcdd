/** The types of `model`, of the classes that it makes, and of what its options are made of. */
import type { ModelMeta } from '../metadata.ts';
import type { Fields, ModelFields } from './columns.ts';
import type { ExprOf, Order } from './expressions.ts';
import type { FIELDS, Model, ModelType, TargetFunction } from './entity.ts';
import type { Parent, RootClass, RootFields, Statics, SubClass } from './inheritance.ts';
import type { ColumnRefs, Instance, KeyName, Shape } from './instance.ts';
import type { EntityEvent, EntityHook } from './hooks.ts';
import type { QuerySet } from './queryset.ts';
import type { ScopesOf } from './scopes.ts';
import type { ViewDefinition } from './views.ts';

/** Options of an index. `W` are the names of the fields in `where`, `R` the columns that it gets as a callback. */
export interface IndexOptions<W extends string = never, in R = unknown> {
  /** Needed where a part of the index is computed. */
  readonly name?: string;
  readonly unique?: boolean;
  /**
   * Makes it an index of words, for `search`, over one field. On PostgreSQL the name of a language tells how words are
   * reduced to their stems; `true` takes them as they are.
   */
  readonly fullText?: boolean | string;
  /** Makes it a partial index: only rows with these values, or that meet the condition of a callback. */
  readonly where?: ({ readonly [K in W]: unknown } & NoFunction) | ((columns: R) => ExprOf<boolean | null>);
}

/** What no function is, which would pass for an object without fields. */
interface NoFunction {
  readonly [Symbol.hasInstance]?: never;
}

/**
 * An index over the fields `N`, made by `index()`. `W` are the names of the fields in its `where`, `R` the columns that its
 * callbacks get.
 */
export interface Index<out N extends string, out W extends string = never, in R = unknown> {
  readonly kind: 'index';
  readonly fields: readonly (N | ((columns: R) => unknown))[];
  readonly '~where': W;
}

/** A value that an index is sorted by: `(p) => p.title.lower()`, `(p) => p.views.desc()`. */
export type IndexCallback<in R> = (columns: R) => ExprOf<unknown> | Order;

/** A unique constraint over the fields `N`, made by `unique()`. */
export interface Unique<out N extends string> {
  readonly kind: 'unique';
  readonly fields: readonly N[];
  readonly name: string | undefined;
}

/** A check constraint, made by `check()`. `R` are the columns that its callback gets. */
export interface Check<in R> {
  readonly kind: 'check';
  readonly name: string;
  readonly condition: (columns: R) => ExprOf<boolean | null>;
}

/** The type of `index`. @example index('author', '-createdAt') · index('title', { where: { published: true } }) */
export interface IndexFunction {
  <const N extends string>(...fields: readonly N[]): Index<N>;
  <R, const P extends readonly (string | IndexCallback<R>)[], const W extends string = never>(
    ...args: readonly [...parts: P, options: IndexOptions<W, R>]
  ): Index<Extract<P[number], string>, W, R>;
}

/** The type of `unique`. @example unique('author', 'title') */
export interface UniqueFunction {
  <const N extends string>(...fields: readonly N[]): Unique<N>;
  <const N extends readonly string[]>(
    ...args: readonly [...fields: N, options: { readonly name: string }]
  ): Unique<N[number]>;
}

/** The type of `check`. @example check('views_positive', (p) => p.views.gte(0)) */
export type CheckFunction = <R>(name: string, condition: (columns: R) => ExprOf<boolean | null>) => Check<R>;

type NameOf<F extends Fields> = (keyof F & string) | KeyName<F>;

/** Options of `model`. `Primary` are the names of a composite primary key, `Scopes` its named scopes. */
export interface ModelOptions<F extends Fields, Primary, Scopes = ScopesOf<F>> {
  /** The table, where it is not the model's name. */
  readonly table?: string;
  /** The schema of the table. */
  readonly schema?: string;
  /** The names of the fields of a composite primary key: columns, or relations for their key. */
  readonly primaryKey?: Primary;
  /** The order of queries that give none. */
  readonly ordering?: readonly `${'' | '-'}${keyof Shape<F, KeyName<F>>['column'] & string}`[];
  readonly indexes?: readonly Index<`${'' | '-'}${NameOf<F>}`, NameOf<F>, ColumnRefs<F>>[];
  readonly constraints?: readonly (Unique<NameOf<F>> | Check<ColumnRefs<F>>)[];
  /**
   * Named conditions, in force wherever the model appears: a callback each, or `scope()` for one with a value or options.
   *
   * @example scopes: { alive: (p) => p.deletedAt.isNull() }
   */
  readonly scopes?: Scopes & ScopesOf<F>;
  /**
   * Makes it a view, whose rows are read only: its query, with a column for each field, or raw SQL whose columns have the
   * names of the model's, in their order. `true` for one that is made elsewhere.
   *
   * @example view: (query) => query(Author).values((a) => ({ authorId: a.id, posts: a.posts.count() }))
   */
  readonly view?: ViewDefinition<F>;
  /** Rows are read and never written. */
  readonly readOnly?: boolean;
  readonly comment?: string;
  /**
   * Lets a second-level cache keep its rows by their keys, for `ttl` milliseconds at most, where the database has one.
   * `sensitive: true` says that this is meant for a cache in a server too, although fields of it are sensitive.
   *
   * @example cache: { ttl: 60_000 }
   */
  readonly cache?: { readonly ttl: number; readonly sensitive?: boolean };
  /** What the table was called before: a migration renames it then, instead of making another one. */
  readonly renamedFrom?: string;
}

/** What makes a model the root of classes that share its table, besides its other options. */
export interface RootOptions<D, T extends TargetFunction, V> {
  /** The field that says of which class a row is. Constructors set it, and it never changes. */
  readonly discriminator: D;
  /** What it says of the model itself. Without it there are rows of subclasses only. */
  readonly discriminatorValue?: V;
  /** All classes that share the table. @example () => [Cat, Dog] */
  readonly subclasses: T;
}

/**
 * What `model()` returns: a class to extend. `Keys` are the names of its foreign keys' values (`'authorId'`), `Primary` are
 * the names of a composite primary key.
 */
export interface ModelClass<F extends Fields, Keys extends string, Primary = never, Scopes = {}> {
  // The parameter is `Init`, written out: an error then shows the fields, and not the alias with all its arguments.
  new (init: Shape<F, Keys>['required'] & Shape<F, Keys>['optional']): Instance<F, Keys, Primary, Scopes>;
  /** A query in the current session. Throws `NoSessionError` outside of one. */
  objects<M extends Model>(this: ModelType<M>): QuerySet<M>;
  /** The model's table, fields, relations and key. */
  readonly meta: ModelMeta;
  /**
   * Calls a function at an event of this model's entities, and of those of models that extend it. Gives what takes it back.
   *
   * @example const stop = Post.on('beforeSave', (post, { created }) => { if (created) post.slug = slugOf(post.title); });
   */
  on<M extends Model>(this: ModelType<M>, event: EntityEvent, hook: EntityHook<M>): () => void;
  /** A model is a Standard Schema (https://standardschema.dev): it makes valid entities of plain objects. */
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'blazeorm';
    readonly validate: (value: unknown) => Promise<SchemaResult<Instance<F, Keys, Primary, Scopes>>>;
    readonly types?: { readonly input: unknown; readonly output: Instance<F, Keys, Primary, Scopes> } | undefined;
  };
}

/** What a Standard Schema answers. */
export type SchemaResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string; readonly path: readonly PropertyKey[] }[] };

/**
 * The type of `model`.
 *
 * @example class Author extends model('author', { id: f.auto(), name: f.string() }) {}
 */
export interface ModelFunction {
  <F extends ModelFields>(name: string, fields: F): ModelClass<F, KeyName<F>>;
  <F extends ModelFields, const Primary extends readonly (keyof F & string)[] = never, Scopes = {}>(
    name: string,
    fields: F,
    options: ModelOptions<F, Primary, Scopes>,
  ): ModelClass<F, KeyName<F>, Primary, Scopes>;
  <
    F extends ModelFields,
    const D extends keyof F & string,
    T extends TargetFunction,
    const V extends string | number = never,
    const Primary extends readonly (keyof F & string)[] = never,
    Scopes = {},
  >(
    name: string,
    fields: F,
    options: ModelOptions<F, Primary, Scopes> & RootOptions<D, T, V>,
  ): RootClass<RootFields<F, D>, KeyName<F>, D, T, V, Primary, Scopes>;
}

/** Options of `subModel`; those of its parent hold as well. */
export type SubModelOptions<F extends Fields> = Pick<ModelOptions<F, never>, 'ordering' | 'indexes' | 'constraints'>;

/**
 * The type of `subModel`.
 *
 * @example class Cat extends subModel(Animal, 'cat', { lives: f.int() }) {}
 */
export interface SubModelFunction {
  <B extends Parent<string>, const Id extends string | number, G extends ModelFields = {}>(
    parent: B,
    value: Id,
    fields?: G,
    options?: SubModelOptions<G & B['prototype'][typeof FIELDS]>,
  ): SubClass<B['prototype'], G, KeyName<G>, Id, B['~discriminator']> & Statics<B>;
}
