/**
 * What a model's fields become: names, attributes, instances, constructor input. `F` is the object of fields as given to
 * `model`. Nothing here looks inside a relation's target: the phantom members of relations do, when they are asked.
 */
import type { Fields } from './columns.ts';
import type { ATTRIBUTES, FAMILY, FIELDS, Model, NotAnEntity, SHAPE } from './entity.ts';

/**
 * The fields of a model, and their names by what they can do. In `K & F[K]['~flag']` the flag is `string` or `never`, so it
 * is the name or nothing: five instantiations for a field. A mapped type with an `as` clause takes six, and takes them again
 * for every type that is mapped over it. An interface, and not aliases, so that errors list the names.
 *
 * Types ask the instance for them, `NamesOf<M>['column']`: that is a few lookups. `Names<F, Keys>['column']` would be
 * written out by the compiler wherever it stands, and instantiated there.
 */
export interface Names<F extends Fields, Keys extends string> {
  readonly relation: { [K in keyof F]: K & F[K]['~relation'] }[keyof F] & string;
  readonly toOne: { [K in keyof F]: K & F[K]['~toOne'] }[keyof F] & string;
  readonly column: ({ [K in keyof F]: K & F[K]['~column'] }[keyof F] & string) | Keys;
  readonly settable: ({ [K in keyof F]: K & F[K]['~settable'] }[keyof F] & string) | Keys;
  readonly required: { [K in keyof F]: K & F[K]['~required'] }[keyof F] & string;
  readonly optional: { [K in keyof F]: K & F[K]['~optional'] }[keyof F] & string;
}

/**
 * The fields of a model and their names. The names are a member of an object, because a subclass has those of its parent
 * and its own: an intersection of two such objects has both, where one of two unions would have what they share.
 */
export interface Shape<F extends Fields, Keys extends string, Scopes = {}> {
  readonly scopes: Scopes;
  readonly names: { readonly own: Names<F, Keys> };
  readonly relation: { readonly [K in Names<F, Keys>['relation']]: F[K]['~shape']['relation'] };
  readonly toOne: { readonly [K in Names<F, Keys>['toOne']]: F[K]['~shape']['toOne'] };
}

/** The names of the fields of a model by what they can do. */
export type NamesOf<M extends Model> = M[typeof SHAPE]['names'][keyof M[typeof SHAPE]['names']];

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

export type Properties<F extends Fields> = [F[keyof F]['~generated']] extends [never]
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
export type Init<M extends Model> = {
  readonly [K in NamesOf<M>['required']]: M[typeof FIELDS][K]['~init'];
} & {
  readonly [K in NamesOf<M>['optional']]?: M[typeof FIELDS][K]['~init'];
};

/** What `create` of a collection takes: `Via`, the relation back, may be left out. */
export type CreateInit<M extends Model, Via extends string> = {
  readonly [K in Exclude<NamesOf<M>['required'], Via>]: M[typeof FIELDS][K]['~init'];
} & {
  readonly [K in NamesOf<M>['optional'] | (NamesOf<M>['required'] & Via)]?: M[typeof FIELDS][K]['~init'];
};

/** The columns of a model inside a check constraint: expressions, foreign keys under the name of their value. */
export type ColumnRefs<F extends Fields> = {
  readonly [K in Names<F, KeyName<F>>['column']]: K extends keyof F ? F[K]['~expr'] : KeyRef<F, K>;
};
type KeyRef<F extends Fields, K> = K extends `${infer N}Id` ? F[N]['~key']['~expr'] : never;
