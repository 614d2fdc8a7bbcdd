/**
 * What a model's fields become: names, attributes, instances, constructor input. `F` is the object of fields as given to
 * `model`. Nothing here looks inside a relation's target: the phantom members of relations do, when they are asked.
 */
import type { Fields } from './columns.ts';
import type { ATTRIBUTES, FAMILY, FIELDS, Model, NotAnEntity, SHAPE } from './entity.ts';

/**
 * What a model has by name. In `K & F[K]['~flag']` the flag is `string` or `never`, so it is the name or nothing: five
 * instantiations for a field. A mapped type with an `as` clause takes six, and takes them again for every type that is
 * mapped over it.
 *
 * Objects and not unions, because a subclass has what its parent has and more: an intersection of two objects has the keys
 * of both, where one of two unions would have what they share.
 */
export interface Shape<F extends Fields, Keys extends string, Scopes = {}> {
  readonly scopes: Scopes;
  /** Relations, each with those of its target. */
  readonly relation: { readonly [K in { [X in keyof F]: X & F[X]['~relation'] }[keyof F]]: F[K]['~shape']['relation'] };
  readonly toOne: { readonly [K in { [X in keyof F]: X & F[X]['~toOne'] }[keyof F]]: F[K]['~shape']['toOne'] };
  /** Columns, foreign keys under the name of their value. */
  readonly column: { readonly [K in { [X in keyof F]: X & F[X]['~column'] }[keyof F] | Keys]: unknown };
  readonly settable: { readonly [K in { [X in keyof F]: X & F[X]['~settable'] }[keyof F] | Keys]: unknown };
  /** What a constructor takes. */
  readonly required: {
    readonly [K in Without<{ [X in keyof F]: X & F[X]['~required'] }[keyof F], F[keyof F]['~named']>]: F[K]['~init'];
  };
  readonly optional: {
    readonly [K in { [X in keyof F]: X & F[X]['~optional'] }[keyof F] | F[keyof F]['~named']]?: F[K]['~init'];
  };
}

/** Fields that a relation names are set with it. Of most models there are none. */
type Without<Names, Named> = Named | '' extends '' ? Names : Exclude<Names, Named>;

/**
 * The names of the values of a model's foreign keys: `'authorId'`. `model` finds them once and hands them on as literals
 * (`Keys`): the compiler makes a copy of `F` for every `this` that a class is seen with, and would find them again.
 */
export type KeyName<F extends Fields> = `${{ [K in keyof F]: K & F[K]['~foreignKey'] }[keyof F] & string}Id`;

/** The fields of a model and the values of its foreign keys. */
export type AttributesOf<F extends Fields, Keys extends string> = F &
  NotAnEntity & { [K in Keys]: K extends `${infer N}Id` ? F[N]['~key'] : never };

/**
 * The primary key's type. `Primary` is the tuple of names that the model's options give, `never` where a field says
 * `primaryKey`. A key of one field is its value, a key of several is a tuple.
 */
export type KeyValue<F extends Fields, Primary> = [Primary] extends [never]
  ? F[keyof F]['~primary']
  : Primary extends readonly [infer Single]
    ? F[Single & keyof F]['~keyValue']
    : { readonly [I in keyof Primary]: F[Primary[I] & keyof F]['~keyValue'] };

export type Properties<F extends Fields> = F[keyof F]['~generated'] extends never
  ? { -readonly [K in keyof F]: F[K]['~value'] }
  : { -readonly [K in keyof F as K & F[K]['~writable']]: F[K]['~value'] } & {
      readonly [K in keyof F as K & F[K]['~generated']]: F[K]['~value'];
    };

export type KeyProperties<F extends Fields, Keys extends string> = {
  [K in Keys]: K extends `${infer N}Id` ? F[N]['~key']['~value'] : never;
};

/** The members that every entity has besides its fields. */
export interface Entity {
  /** Loads what is not loaded of this entity. */
  load(): Promise<this>;
  /** The loaded fields, as plain data. */
  toJSON(): Record<string, unknown>;
}

/** An instance of a model with fields `F`; `Primary` are the names of a composite primary key, `Scopes` its named scopes. */
export type Instance<F extends Fields, Keys extends string, Primary, Scopes = {}> = Entity & {
  readonly [FIELDS]: F;
  readonly [ATTRIBUTES]: AttributesOf<F, Keys>;
  readonly [SHAPE]: Shape<F, Keys, Scopes>;
  readonly [FAMILY]: unknown;
  /** The primary key: a value, or a tuple for a composite key. */
  readonly pk: KeyValue<F, Primary>;
} & Properties<F> &
  KeyProperties<F, Keys>;

/**
 * What a model's constructor takes. A relation takes an entity, a reference or a key.
 *
 * @example function draft(init: Init<Post>) { return new Post(init); }
 */
export type Init<M extends Model> = M[typeof SHAPE]['required'] & M[typeof SHAPE]['optional'];

/** What `create` of a collection takes: `Via`, the relation back, may be left out. */
export type CreateInit<M extends Model, Via extends string> = {
  readonly [K in Exclude<keyof M[typeof SHAPE]['required'], Via>]: M[typeof FIELDS][K]['~init'];
} & {
  readonly [
    K in keyof M[typeof SHAPE]['optional'] | (keyof M[typeof SHAPE]['required'] & Via)
  ]?: M[typeof FIELDS][K]['~init'];
};

/** The columns of a model inside a check constraint: expressions, foreign keys under the name of their value. */
export type ColumnRefs<F extends Fields> = {
  readonly [K in keyof Shape<F, KeyName<F>>['column']]: K extends keyof F ? F[K]['~expr'] : KeyRef<F, K>;
};
type KeyRef<F extends Fields, K> = K extends `${infer N}Id` ? F[N]['~key']['~expr'] : never;
