/** Entities, seen from outside: what every model has, its key, a reference to it, and how a relation finds its target. */

/** A model's fields, as given. */
export declare const FIELDS: unique symbol;
/** A model's fields and the values of its foreign keys: `author` and `authorId`. */
export declare const ATTRIBUTES: unique symbol;

/** What a model has by name: its `Shape`. */
export declare const SHAPE: unique symbol;

/** The classes that share a model's table. */
export declare const FAMILY: unique symbol;

/** The fields, or the shape, of any model: `any`, so that a class that is checked against `Model` is not compared field by field. */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
type FieldsOfAny = any;

/** Any entity. Kept small: every class that is handed to a query is checked against it. */
export interface Model {
  readonly [FIELDS]: FieldsOfAny;
  readonly [ATTRIBUTES]: FieldsOfAny;
  readonly [SHAPE]: FieldsOfAny;
  readonly [FAMILY]: unknown;
  /** The primary key: a value, or a tuple for a composite key. */
  readonly pk: unknown;
  /** The loaded fields, as plain data. */
  toJSON(): Record<string, unknown>;
}

/** What a row of a model is: the model, or one of the classes that share its table. */
export type Member<M extends Model> = M & M[typeof FAMILY];

/** A model class, as a value: what `session.query(Post)` takes. */
export interface ModelType<M> {
  readonly prototype: M;
}

/**
 * Part of every model's attributes: makes a filter refuse entities. Without it, any entity with an `id` and a `name` would
 * pass for a filter on a model with an `id` and a `name`.
 */
export interface NotAnEntity {
  readonly [FIELDS]: { readonly '~filter': never; readonly '~expr': never; readonly '~maybe': never };
}

/** The type of a model's primary key: `PkOf<Post>` is `string`; of a composite key it is a readonly tuple. */
export type PkOf<M extends Model> = M['pk'];

/** An entity of `M`, loaded or not. */
export interface EntityOf<M extends Model> {
  readonly [FIELDS]: M[typeof FIELDS];
}

/**
 * A related entity that is not loaded: its key is known, its fields are not.
 *
 * @example const author = await post.author.load();
 */
export interface Ref<out M extends Model> {
  readonly [FIELDS]: M[typeof FIELDS];
  readonly pk: PkOf<M>;
  /** The entity, loaded for all siblings that came from the same query. Throws `NotFoundError` if its row is gone. */
  load(): Promise<Member<M>>;
}

/** The other side of a one-to-one relation, not loaded: not even whether it exists is known. */
export interface ReverseRef<out M extends Model> {
  readonly [FIELDS]: M[typeof FIELDS];
  load(): Promise<Member<M> | null>;
}

/**
 * A function that returns a model class. It has no call signature here on purpose: with one, the compiler would resolve
 * the target while it still checks the class that names it, and circular models would not compile.
 */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- see above
export type TargetFunction = Function;

/** The model that a target function returns; resolved only where a relation is used, never where it is defined. */
export type Target<T> = T extends () => { readonly prototype: infer M extends Model } ? M : never;
