import type { FetchMode } from '../core/fetch-mode.ts';
import type {
  Expression,
  LockStrength,
  LockWait,
  OrderNode,
  Origin,
  ParamExpression,
  SetOperator,
} from '../core/ast/expressions.ts';
import type { Bounds } from '../core/bounds.ts';
import type { RelationTree } from '../core/loader.ts';
import type { FieldMeta, KeyMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import type { ServerRole } from '../core/types/index.ts';
import type { KeyList } from './key-lists.ts';
import type { ScopeConditions } from './scope-conditions.ts';
import type { Tags } from './tags.ts';

/** An annotation or a value column: a name and what it is. */
export interface NamedExpression {
  readonly name: string;
  readonly expression: Expression;
}

/** Rows to lock as a query set was told to: each table as the steps that lead to it, none for the model's own. */
export interface LockState {
  readonly strength: LockStrength;
  readonly wait: LockWait;
  /** `undefined`: the rows of the model itself. */
  readonly of: readonly (readonly RelationMeta[])[] | undefined;
}

/** A query set inside of another: one of entities, or of these columns. */
export interface SetState {
  readonly state: QueryState;
  readonly columns: readonly NamedExpression[] | undefined;
}

/** Sets as one set. Those of entities are combined by their keys, those of values by their rows. */
export interface CombinedSource {
  readonly kind: 'combined';
  readonly operator: SetOperator;
  readonly all: boolean;
  readonly sides: readonly SetState[];
}

/** The rows of a set, those that a relation leads to from there, and so on. */
export interface RecursiveSource {
  readonly kind: 'recursive';
  readonly start: QueryState;
  readonly relation: RelationMeta;
  /** Whether it is asked how many steps lead to a row. */
  readonly depth: boolean;
  readonly maxDepth: ParamExpression | undefined;
}

/** Relations to load by a query that was told more than which. */
export interface PrefetchState {
  /** The steps that lead to the owners. */
  readonly steps: readonly RelationMeta[];
  readonly relation: RelationMeta;
  /** Where it goes: to an array of this name, or into the relation itself. */
  readonly as: string | undefined;
  /** How many for each owner at most. */
  readonly limit: ParamExpression | undefined;
  /** In terms of the relation's target; its order leaves no two rows equal. */
  readonly state: QueryState;
}

/** Of the rows that have one of these values in a field, so many at most for each. */
export interface PerParent {
  readonly field: KeyMeta;
  readonly owners: KeyList;
  /** Whether the values are so few that to look for the rows of one after the other is worth while. */
  readonly few: boolean;
  readonly limit: ParamExpression;
}

/** What is loaded beside the queries of the application: with the query that asked for it, or when an entity was asked for it. */
export interface Loading {
  /** `undefined`: rows that the session has, in whole or in part, are read again. */
  readonly relation: RelationMeta | undefined;
  readonly onDemand: boolean;
}

/** What a query set has been told so far. Immutable; every method of a query set makes a new one. */
export interface QueryState {
  readonly meta: ModelMeta;
  /** Where its rows come from; `undefined`: from the whole table. */
  readonly source: CombinedSource | RecursiveSource | undefined;
  /** The tokens of the callbacks that it was told by: columns under them are its own, wherever it stands. */
  readonly origins: readonly Origin[];
  /** Who runs it, so that sets of two sessions are not put together. No part of the shape. */
  readonly owner: object | undefined;
  /** The conditions of models that are in force in this query and in those that load for it. */
  readonly scopes: ScopeConditions;
  readonly where: readonly Expression[];
  /** What rows are grouped by, if that was said; their values are grouped by the plain ones beside aggregates otherwise. */
  readonly groups: readonly Expression[] | undefined;
  /** Conditions on groups. */
  readonly having: readonly Expression[];
  /** `undefined`: the model's own ordering. */
  readonly order: readonly OrderNode[] | undefined;
  readonly reversed: boolean;
  readonly limit: ParamExpression | undefined;
  readonly offset: ParamExpression | undefined;
  readonly distinct: boolean;
  /** To-one relations to load with the query. */
  readonly joined: RelationTree;
  /** Relations to load by further queries. */
  readonly batched: RelationTree;
  /** Those of them that have a query set of their own. */
  readonly prefetches: readonly PrefetchState[];
  readonly perParent: PerParent | undefined;
  readonly annotations: readonly NamedExpression[];
  /** Fields to read; `undefined`: all. The key is always among them. */
  readonly fields: readonly FieldMeta[] | undefined;
  /** Known to have no rows: nothing is sent. */
  readonly empty: boolean;
  /** Writes to all rows are meant. */
  readonly unfiltered: boolean;
  /** Rows to lock until the transaction ends. */
  readonly lock: LockState | undefined;
  /** Entities that the session has already take what the database says now, in fields that were not changed. */
  readonly fresh: boolean;
  /** The values that rows are sorted by are read with them, for the cursors of a page. */
  readonly keyed: boolean;
  /** Entities are no part of the session. No part of the shape: the statement is the same. */
  readonly readOnly: boolean;
  /** What stands in a comment behind the statement. No part of the shape. */
  readonly tags: Tags | undefined;
  /** When it has to stop. No part of the shape: the statement is the same. */
  readonly bounds: Bounds | undefined;
  /** How the entities load on demand: no part of the shape. `undefined`: what relation and session say. */
  readonly fetchMode: FetchMode | undefined;
  /** What its rows are loaded for: no part of the shape. `undefined`: it is a query of the application's own. */
  readonly loads: Loading | undefined;
  /** Which server to read from: no part of the shape. `undefined`: what the session says. */
  readonly using: ServerRole | undefined;
  /** Keys, where its one condition is that rows have one of them: no part of the shape, which has that condition. */
  readonly byKey: readonly (readonly unknown[])[] | undefined;
  /** Whether a second-level cache may keep its rows: no part of the shape. */
  readonly cached: CachedQuery | undefined;
}

/** How long a result is kept, in milliseconds, and by which names it can be forgotten. */
export interface CachedQuery {
  readonly ttl: number;
  readonly tags: readonly string[];
}

const NOTHING: RelationTree = new Map();

/** All rows of a model that its scopes leave. */
export function initialState(meta: ModelMeta, scopes: ScopeConditions, owner?: object): QueryState {
  return {
    meta,
    scopes,
    source: undefined,
    origins: [],
    owner,
    where: [],
    groups: undefined,
    having: [],
    order: undefined,
    reversed: false,
    limit: undefined,
    offset: undefined,
    distinct: false,
    joined: NOTHING,
    batched: NOTHING,
    prefetches: [],
    perParent: undefined,
    annotations: [],
    fields: undefined,
    empty: false,
    unfiltered: false,
    lock: undefined,
    fresh: false,
    keyed: false,
    readOnly: false,
    tags: undefined,
    bounds: undefined,
    fetchMode: undefined,
    loads: undefined,
    using: undefined,
    byKey: undefined,
    cached: undefined,
  };
}

/** What is asked of the database: the closed union that the planner and the cache key switch over. */
export type QueryRequest =
  | { readonly kind: 'entities'; readonly state: QueryState }
  | { readonly kind: 'values'; readonly state: QueryState; readonly columns: readonly NamedExpression[] }
  | { readonly kind: 'count'; readonly state: QueryState; readonly columns: readonly NamedExpression[] | undefined }
  | { readonly kind: 'exists'; readonly state: QueryState }
  | { readonly kind: 'aggregate'; readonly state: QueryState; readonly columns: readonly NamedExpression[] }
  | LinksRequest
  | { readonly kind: 'update'; readonly state: QueryState; readonly changes: readonly FieldChange[] }
  | { readonly kind: 'delete'; readonly state: QueryState }
  | {
      readonly kind: 'insertFrom';
      /** What is read. */
      readonly state: QueryState;
      readonly into: ModelMeta;
      readonly changes: readonly FieldChange[];
    };

/** Pairs of keys of a many-to-many relation: of these owners, and of the targets that `state` is about, in its order. */
export interface LinksRequest {
  readonly kind: 'links';
  readonly state: QueryState;
  readonly relation: RelationMeta;
  readonly owners: KeyList;
  /** How many for each owner at most. */
  readonly limit: ParamExpression | undefined;
}

export interface FieldChange {
  readonly field: FieldMeta;
  readonly value: Expression;
}
