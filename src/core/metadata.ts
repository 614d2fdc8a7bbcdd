import type { FetchMode } from './fetch-mode.ts';
import type { ValueType } from './value-types.ts';

/** What the database does to rows that point at a deleted (or re-keyed) one. */
export type ReferentialAction = 'cascade' | 'restrict' | 'set null' | 'set default' | 'no action';

/** What the session deletes with an entity, or when it has left one: the entities at the other end of a relation. */
export type Cascade = 'delete' | 'delete-orphan';

export type RelationKind = 'foreignKey' | 'oneToOne' | 'manyToMany' | 'reverse' | 'reverseOne';

/** How the value of a column comes to be when the application gives none. */
export type Generation = 'identity' | 'now on insert' | 'now on save' | 'version' | 'database' | undefined;

/** One column of a model. Frozen; made by the registry. */
export interface FieldMeta {
  /** Of several fields that count as one: see `CompositeMeta`. */
  readonly parts?: undefined;
  readonly model: ModelMeta;
  /** Attribute of the instance: `authorId`, or `address.city` for a part of an embedded value. */
  readonly name: string;
  /** The attribute as steps from the instance: `['address', 'city']`. */
  readonly path: readonly string[];
  readonly column: string;
  /** Position in `model.fields`, and of the value in a row. */
  readonly index: number;
  /** Names this field in structural cache keys; unique in the process. */
  readonly id: string;
  readonly type: ValueType;
  readonly nullable: boolean;
  readonly primaryKey: boolean;
  readonly unique: boolean;
  readonly indexed: boolean;
  /** A value, or a function that is called for each new entity. `undefined`: none. */
  readonly default: unknown;
  readonly dbDefault: string | number | boolean | null | undefined;
  /** SQL of a generated column. */
  readonly generatedAs: string | undefined;
  /** Whether a generated column is kept, or computed at each read. */
  readonly generatedStored: boolean;
  readonly generation: Generation;
  readonly sensitive: boolean;
  /** Functions and Standard Schemas that look at its values, in order. */
  readonly validators: readonly unknown[];
  readonly comment: string | undefined;
  /** The column's name before, for migrations. */
  readonly renamedFrom: string | undefined;
  /** The relation whose key this column holds, where it was made for that one. */
  readonly relation: RelationMeta | undefined;
}

/**
 * Fields that count as one: a composite key, or those that refer to one. Its value is the tuple of theirs in this order, null
 * where one of them is, and undefined where one is not known.
 */
export interface CompositeMeta {
  readonly model: ModelMeta;
  /** Two or more. */
  readonly parts: readonly FieldMeta[];
}

/** What a relation goes by on one side; `keys.ts` and `relation-keys.ts` read and compare it, whatever it is. */
export type KeyMeta = FieldMeta | CompositeMeta;

/** One side of a relation. `sourceField` of this model equals `targetField` of the other, or a link row joins them. */
export interface RelationMeta {
  readonly model: ModelMeta;
  readonly name: string;
  readonly kind: RelationKind;
  /** Whether the accessor is a collection. */
  readonly many: boolean;
  /** Position in `model.relations`; among all relations of the table where classes share it. */
  readonly index: number;
  readonly id: string;
  readonly target: ModelMeta;
  readonly nullable: boolean;
  /** Whether this side holds the key column. */
  readonly owning: boolean;
  readonly sourceField: KeyMeta;
  readonly targetField: KeyMeta;
  /** Whether the other side is found by its primary key, and not by another unique field. */
  readonly toKey: boolean;
  /** Of an owning side: what is set to null with the relation. */
  readonly cleared: readonly FieldMeta[];
  readonly link: LinkMeta | undefined;
  readonly inverse: RelationMeta | undefined;
  readonly onDelete: ReferentialAction;
  readonly onUpdate: ReferentialAction;
  /** Of the other side of a foreign key: what the session deletes with an entity. */
  readonly cascade: Cascade | undefined;
  /** What it says of loading on demand, before the session is asked. */
  readonly fetchMode: FetchMode | undefined;
}

/** The table between the two sides of a many-to-many relation. */
export interface LinkMeta {
  readonly model: ModelMeta;
  /** What holds the key of this side. */
  readonly source: KeyMeta;
  readonly target: KeyMeta;
  /** Whether the library made the table, rather than a `through` model. */
  readonly implicit: boolean;
}

export interface OrderMeta {
  readonly field: FieldMeta;
  readonly descending: boolean;
}

export interface IndexMeta {
  readonly name: string;
  /** What it is sorted by. */
  readonly parts: readonly IndexPartMeta[];
  readonly unique: boolean;
  /** For an index of words: how they are read, `simple` or a language. */
  readonly fullText: string | undefined;
  /** Filter or callback that says which rows a partial index covers; read by the schema builder. */
  readonly where: unknown;
}

/** A field, or a value that is computed of fields. */
export type IndexPartMeta = OrderMeta | ComputedPartMeta;

export interface ComputedPartMeta {
  readonly field?: undefined;
  /** Callback over the model's columns; read by the schema builder. */
  readonly expression: unknown;
}

export interface CheckMeta {
  readonly name: string;
  /** Callback over the model's columns; read by the schema builder. */
  readonly condition: unknown;
}

/** One class of a table that several share, as rows of a query for another class bring it. */
export interface VariantMeta {
  readonly meta: ModelMeta;
  /** Where each of its fields stands in a row of that query. */
  readonly positions: readonly number[];
}

/** Single-table inheritance: what a model has to do with the others of its table. */
export interface InheritanceMeta {
  /** The model that the table belongs to. */
  readonly root: ModelMeta;
  /** The field that says of which class a row is. */
  readonly discriminator: FieldMeta;
  /** What it says of this class; undefined if there are only subclasses. */
  readonly value: string | number | undefined;
  /** What a query for this model reads: its fields, then those that subclasses add. */
  readonly columns: readonly FieldMeta[];
  /** The classes that its rows can be of, by the value of the discriminator. */
  readonly variants: ReadonlyMap<unknown, VariantMeta>;
}

/** Columns and relations of the model, and the value that the session gives, where there is one. */
export type ScopeCondition = (refs: object, value?: unknown) => unknown;

/** A named condition of a model. */
export interface ScopeMeta {
  readonly name: string;
  readonly condition: ScopeCondition;
  /** In force wherever the model appears; otherwise a query set asks for it by name. */
  readonly default: boolean;
  /** Whether the condition is about a value; a session gives it. */
  readonly takesValue: boolean;
  /** Without the value every query of the model fails. */
  readonly required: boolean;
  /** Whether rows that are written have to meet it. */
  readonly check: boolean;
}

/** How rows are kept outside of sessions. `sensitive`: although some fields are, in a server too. */
export interface CacheMeta {
  readonly ttl: number;
  readonly sensitive: boolean;
}

/** Everything known of a model, frozen. `Post.meta` shows it. */
export interface ModelMeta {
  /** Name of the class, for messages. */
  readonly name: string;
  readonly table: string;
  readonly schema: string | undefined;
  readonly id: number;
  /** The class; `undefined` for a link table that the library made. */
  readonly modelClass: ModelClassValue | undefined;
  readonly fields: readonly FieldMeta[];
  readonly relations: readonly RelationMeta[];
  readonly fieldByName: ReadonlyMap<string, FieldMeta>;
  readonly relationByName: ReadonlyMap<string, RelationMeta>;
  /** Embedded attributes, with the fields under them. */
  readonly embeddedByName: ReadonlyMap<string, EmbeddedMeta>;
  readonly key: readonly FieldMeta[];
  /** The key as what relations go by: its field, or all of them as one. */
  readonly identity: KeyMeta;
  /** Names of the key's fields. */
  readonly primaryKey: readonly string[];
  readonly keyIndexes: readonly number[];
  /** Optimistic-lock column. */
  readonly version: FieldMeta | undefined;
  readonly ordering: readonly OrderMeta[];
  readonly indexes: readonly IndexMeta[];
  readonly checks: readonly CheckMeta[];
  readonly scopes: readonly ScopeMeta[];
  /**
   * Whether a query has to look for conditions that hold wherever the model appears: `scopes` that are so by default, or
   * that its rows are those of one class.
   */
  readonly restricted: boolean;
  /** Rows are never written. */
  readonly readOnly: boolean;
  /** For a view, what it shows: a callback, raw SQL, or `true` where it is made elsewhere; read by the schema builder. */
  readonly view: unknown;
  readonly comment: string | undefined;
  /** The table's name before, for migrations. */
  readonly renamedFrom: string | undefined;
  /** Whether a second-level cache keeps its rows, and how; `ttl`: milliseconds. */
  readonly cache: CacheMeta | undefined;
  /** The other classes of its table, where there are any. */
  readonly inheritance: InheritanceMeta | undefined;
}

export interface EmbeddedMeta {
  readonly name: string;
  readonly nullable: boolean;
  readonly fields: readonly FieldMeta[];
}

/** A model class as a value: a constructor with a prototype, whatever its type parameters. */
export interface ModelClassValue {
  readonly prototype: object;
  readonly name: string;
  new (init: never): object;
}
