/**
 * What a model's fields become: names, attributes, instances, constructor input. `F` is the object of fields as given to
 * `model`. Nothing here looks inside a relation's target: the phantom members of relations do, when they are asked.
 */
import type { Fields } from './columns.ts';
import type { ATTRIBUTES, FIELDS, Model, NotAnEntity } from './entity.ts';

/**
 * The names of a model's fields by what they can do. In `K & F[K]['~flag']` the flag is `string` or `never`, so it is the
 * name or nothing: five instantiations for a field. A mapped type with an `as` clause takes six, and takes them again for
 * every type that is mapped over it. An interface, and not aliases, so that errors list the names.
 */
export interface Names<F extends Fields> {
  readonly foreignKey: { [K in keyof F]: K & F[K]['~foreignKey'] }[keyof F] & string;
  readonly relation: { [K in keyof F]: K & F[K]['~relation'] }[keyof F] & string;
  readonly toOne: { [K in keyof F]: K & F[K]['~toOne'] }[keyof F] & string;
  readonly column: ({ [K in keyof F]: K & F[K]['~column'] }[keyof F] & string) | KeyName<F>;
  readonly settable: ({ [K in keyof F]: K & F[K]['~settable'] }[keyof F] & string) | KeyName<F>;
  readonly required: { [K in keyof F]: K & F[K]['~required'] }[keyof F];
  readonly optional: { [K in keyof F]: K & F[K]['~optional'] }[keyof F];
}

/** The names of the values of a model's foreign keys: `'authorId'`. */
type KeyName<F extends Fields> = `${Names<F>['foreignKey']}Id`;

/** The fields of a model and the values of its foreign keys. */
export type AttributesOf<F extends Fields> = F &
  NotAnEntity & { [K in KeyName<F>]: K extends `${infer N}Id` ? F[N]['~key'] : never };

/** The primary key's type: `K` is the tuple of names of a composite key, `never` if a column says `primaryKey`. */
export type KeyValue<F extends Fields, K> = [K] extends [never]
  ? F[keyof F]['~primary']
  : { readonly [I in keyof K]: F[K[I] & keyof F]['~keyValue'] };

type Properties<F extends Fields> = [F[keyof F]['~generated']] extends [never]
  ? { -readonly [K in keyof F]: F[K]['~value'] }
  : { -readonly [K in keyof F as K & F[K]['~writable']]: F[K]['~value'] } & {
      readonly [K in keyof F as K & F[K]['~generated']]: F[K]['~value'];
    };

type KeyProperties<F extends Fields> = {
  [K in KeyName<F>]: K extends `${infer N}Id` ? F[N]['~key']['~value'] : never;
};

/** The members that every entity has besides its fields. */
export interface Entity {
  /** Loads what is not loaded of this entity. */
  load(): Promise<this>;
  /** The loaded fields, as plain data. */
  toJSON(): Record<string, unknown>;
}

/** An instance of a model with fields `F`; `K` are the names of a composite primary key. */
export type Instance<F extends Fields, K> = Entity & {
  readonly [FIELDS]: F;
  readonly [ATTRIBUTES]: AttributesOf<F>;
  /** The primary key: a value, or a tuple for a composite key. */
  readonly pk: KeyValue<F, K>;
} & Properties<F> &
  KeyProperties<F>;

/**
 * What a model's constructor takes. A relation takes an entity, a reference or a key.
 *
 * @example function draft(init: Init<Post>) { return new Post(init); }
 */
export type Init<M extends Model> = {
  readonly [K in Names<M[typeof FIELDS]>['required']]: M[typeof FIELDS][K]['~init'];
} & {
  readonly [K in Names<M[typeof FIELDS]>['optional']]?: M[typeof FIELDS][K]['~init'];
};

/** What `create` of a collection takes: `Via`, the relation back, may be left out. */
export type CreateInit<F extends Fields, Via extends string> = {
  readonly [K in Exclude<Names<F>['required'], Via>]: F[K]['~init'];
} & { readonly [K in Names<F>['optional'] | (Names<F>['required'] & Via)]?: F[K]['~init'] };

/** The columns of a model inside a check constraint: expressions, foreign keys under the name of their value. */
export type ColumnRefs<F extends Fields> = {
  readonly [K in Names<F>['column']]: K extends keyof F ? F[K]['~expr'] : KeyRef<F, K>;
};
type KeyRef<F extends Fields, K> = K extends `${infer N}Id` ? F[N]['~key']['~expr'] : never;
