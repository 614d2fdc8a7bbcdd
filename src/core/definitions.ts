import type { FetchMode } from './fetch-mode.ts';
import type { Cascade, ReferentialAction, RelationKind, ScopeCondition } from './metadata.ts';
import type { ValueType } from './value-types.ts';

/** What the builders of `f` make: plain descriptions, which the registry turns into metadata when all models are known. */
export type Definition = ColumnDefinition | RelationDefinition | EmbeddedDefinition;

export interface ColumnOptions {
  readonly nullable?: boolean;
  readonly default?: unknown;
  readonly dbDefault?: string | number | boolean | null;
  readonly unique?: boolean;
  readonly index?: boolean;
  readonly primaryKey?: boolean;
  readonly column?: string;
  readonly sensitive?: boolean;
  readonly comment?: string;
  readonly generated?: string | { readonly sql: string; readonly stored?: boolean };
  readonly validators?: readonly unknown[];
  /** Of JSON: the schema of its values. */
  readonly schema?: unknown;
  readonly renamedFrom?: string;
}

export class ColumnDefinition {
  readonly kind = 'column';
  readonly type: ValueType;
  readonly options: ColumnOptions;
  readonly generation: 'identity' | 'now on insert' | 'now on save' | 'version' | undefined;

  constructor(type: ValueType, options: ColumnOptions = {}, generation?: ColumnDefinition['generation']) {
    this.type = Object.freeze(type);
    this.options = Object.freeze({ ...options });
    this.generation = generation;
    Object.freeze(this);
  }
}

export interface RelationOptions {
  readonly nullable?: boolean;
  readonly unique?: boolean;
  readonly index?: boolean;
  readonly primaryKey?: boolean;
  readonly column?: string;
  readonly comment?: string;
  readonly renamedFrom?: string;
  readonly default?: unknown;
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
  /** Unique field of the target that the key refers to, instead of its primary key. */
  readonly to?: string;
  /** Fields of this model that hold a composite key, in its order. */
  readonly fields?: readonly string[];
  readonly through?: () => unknown;
  readonly table?: string;
  readonly fetchMode?: FetchMode;
  readonly cascade?: Cascade;
}

export class RelationDefinition {
  readonly kind: 'one' | 'many';
  readonly relation: RelationKind;
  /** Gives the target's class; called when the models are resolved, never before. */
  readonly target: () => unknown;
  /** Name of the relation on the other side, for `reverse` and `reverseOne`. */
  readonly via: string | undefined;
  readonly options: RelationOptions;

  constructor(relation: RelationKind, target: unknown, options: RelationOptions = {}, via?: string) {
    this.kind = relation === 'manyToMany' || relation === 'reverse' ? 'many' : 'one';
    this.relation = relation;
    this.target = target as () => unknown;
    this.via = via;
    this.options = Object.freeze({ ...options });
    Object.freeze(this);
  }
}

export class EmbeddedDefinition {
  readonly kind = 'embedded';
  readonly fields: Readonly<Record<string, ColumnDefinition>>;
  readonly prefix: string | undefined;
  readonly nullable: boolean;

  constructor(
    fields: Readonly<Record<string, ColumnDefinition>>,
    options: { prefix?: string; nullable?: boolean } = {},
  ) {
    this.fields = Object.freeze({ ...fields });
    this.prefix = options.prefix;
    this.nullable = options.nullable ?? false;
    Object.freeze(this);
  }
}

/** `index('author', '-createdAt', { where: { published: true } })` */
export interface IndexDefinition {
  readonly kind: 'index';
  /** Names of fields, and callbacks. */
  readonly fields: readonly unknown[];
  readonly options: {
    readonly name?: string;
    readonly unique?: boolean;
    readonly where?: unknown;
    readonly fullText?: boolean | string;
  };
}

/** `unique('author', 'title')` */
export interface UniqueDefinition {
  readonly kind: 'unique';
  readonly fields: readonly string[];
  readonly name: string | undefined;
}

/** `check('views_positive', (p) => p.views.gte(0))` */
export interface CheckDefinition {
  readonly kind: 'check';
  readonly name: string;
  readonly condition: unknown;
}

/** `scope((p, tenantId: number) => p.tenantId.eq(tenantId), { required: true })`, or the callback alone. */
export interface ScopeDefinition {
  readonly kind: 'scope';
  readonly condition: ScopeCondition;
  readonly options: ScopeOptions;
}

export interface ScopeOptions {
  readonly default?: boolean;
  readonly required?: boolean;
  readonly check?: boolean;
}

/** Rows that a second-level cache keeps by their keys. */
export interface CacheOptions {
  readonly ttl: number;
  readonly sensitive?: boolean;
}

export interface ModelOptions {
  readonly table?: string;
  readonly schema?: string;
  readonly primaryKey?: readonly string[];
  readonly ordering?: readonly string[];
  readonly indexes?: readonly IndexDefinition[];
  readonly constraints?: readonly (UniqueDefinition | CheckDefinition)[];
  readonly scopes?: Readonly<Record<string, ScopeDefinition | ScopeCondition>>;
  /** A view: its query, as a callback or raw SQL; `true` for one that is made elsewhere. */
  readonly view?: unknown;
  readonly readOnly?: boolean;
  readonly comment?: string;
  readonly renamedFrom?: string;
  readonly cache?: CacheOptions;
  /** The field that says of which class a row is, where classes share the table. */
  readonly discriminator?: string;
  /** What it says of the model itself; without it there are rows of subclasses only. */
  readonly discriminatorValue?: string | number;
  /** Gives the classes that share the table; called when the models are resolved, never before. */
  readonly subclasses?: () => unknown;
}

/** What `subModel()` adds to a definition, whose fields and options have those of the parent in front. */
export interface SubclassDefinition {
  /** The class that it extends. */
  readonly root: unknown;
  readonly value: string | number;
  /** What the root lacks. */
  readonly own: Readonly<Record<string, Definition>>;
  /** The index of its first own relation: no two of one table have the same. */
  readonly firstRelation: number;
}

/** What a model's base class remembers of the call of `model()`. */
export interface ModelDefinition {
  readonly name: string;
  readonly fields: Readonly<Record<string, Definition>>;
  readonly options: ModelOptions;
  readonly subclass?: SubclassDefinition;
}
