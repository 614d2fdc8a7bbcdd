/**
 * Single-table inheritance as types. A subclass is its parent and more: an intersection, so that methods of the parent stay
 * methods, which can be overridden, and an entity of the subclass can stand for one of the parent.
 */
import type { ModelMeta } from '../metadata.ts';
import type { Fields } from './columns.ts';
import type { ATTRIBUTES, FAMILY, FIELDS, Model, ModelType, SHAPE, TargetFunction } from './entity.ts';
import type { AttributesOf, Entity, KeyProperties, KeyValue, Properties, Shape } from './instance.ts';
import type { EntityEvent, EntityHook } from './hooks.ts';
import type { QuerySet } from './queryset.ts';

/** The field that says of which class a row is. Only the constructor sets it; in `Root` it is a column like others. */
export interface Discriminator<V> {
  readonly '~required': never;
  readonly '~optional': never;
  readonly '~writable': never;
  readonly '~settable': never;
  readonly '~generated': string;
  readonly '~value': V;
}

/** The fields of a root, with `D` as the discriminator. */
export type RootFields<F extends Fields, D extends keyof F> = {
  readonly [K in keyof F]: K extends D
    ? Omit<F[K], keyof Discriminator<unknown>> & Discriminator<F[K]['~value']>
    : F[K];
};

/** The entities of the classes that a function names. */
type Members<T> = T extends () => readonly (infer C)[]
  ? C extends { readonly prototype: infer M }
    ? M
    : never
  : never;

/**
 * An instance of a root. Each of its members stands once, so that nobody looks at the classes that share the table while
 * these are being defined. `V` is `never` where there are no rows of the root itself.
 */
type RootInstance<F extends Fields, Keys extends string, Primary, T extends TargetFunction, V, Scopes> = Entity &
  Rows<T, V> & {
    readonly [FIELDS]: F;
    readonly [ATTRIBUTES]: AttributesOf<F, Keys>;
    readonly [SHAPE]: Shape<F, Keys, Scopes>;
    readonly pk: KeyValue<F, Primary>;
  } & Properties<F> &
  KeyProperties<F, Keys>;

interface Rows<T extends TargetFunction, V> {
  readonly [FAMILY]: Members<T> | ([V] extends [never] ? never : this);
}

/** What every class of a model has. */
interface ClassMembers {
  /** A query in the current session. Throws `NoSessionError` outside of one. */
  objects<M extends Model>(this: ModelType<M>): QuerySet<M>;
  /** The model's table, fields, relations and key. */
  readonly meta: ModelMeta;
  /** Calls a function at an event of this model's entities, and of those of models that extend it. Gives what takes it back. */
  on<M extends Model>(this: ModelType<M>, event: EntityEvent, hook: EntityHook<M>): () => void;
}

/** What `model()` returns for a model that others extend by `subModel()`. */
export interface RootClass<
  F extends Fields,
  Keys extends string,
  D extends keyof F,
  T extends TargetFunction,
  V = never,
  Primary = never,
  Scopes = {},
> extends ClassMembers {
  new (init: Shape<F, Keys>['required'] & Shape<F, Keys>['optional']): RootInstance<F, Keys, Primary, T, V, Scopes>;
  readonly '~discriminator': D;
}

/** What a subclass adds to the entities of its parent. */
export type SubInstance<G extends Fields, Keys extends string, Id extends PropertyKey, D extends string> = {
  readonly [FIELDS]: G & { readonly [K in D]: Discriminator<Id> };
  readonly [ATTRIBUTES]: AttributesOf<G, Keys> & { readonly [K in D]: Discriminator<Id> };
  readonly [SHAPE]: Omit<Shape<G, Keys>, 'scopes'>;
} & { readonly [K in D]: Id } & Properties<G> &
  KeyProperties<G, Keys>;

/** What `subModel()` returns: a class to extend. */
export interface SubClass<
  P extends Extensible,
  G extends Fields,
  Keys extends string,
  Id extends PropertyKey,
  D extends string,
> extends ClassMembers {
  new (
    init: P[typeof SHAPE]['required'] &
      P[typeof SHAPE]['optional'] &
      Shape<G, Keys>['required'] &
      Shape<G, Keys>['optional'],
  ): P & SubInstance<G, Keys, Id, D>;
}

/** The fields and the shape of any model: `any`, for the same reason as in `Model`. */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type Unseen = any;

/** An entity whose class can be extended: less than `Model`, so that the classes that share the table are not looked at. */
interface Extensible {
  readonly [FIELDS]: Unseen;
  readonly [SHAPE]: Unseen;
}

/** A class that can be extended by `subModel()`: a root, and not what extends one. */
export interface Parent<D extends string> extends ModelType<Extensible> {
  readonly '~discriminator': D;
}

/** What the application's own class has besides: its static methods and properties. */
export type Statics<B> = Pick<B, Exclude<keyof B, 'prototype' | '~discriminator' | keyof ClassMembers>>;
