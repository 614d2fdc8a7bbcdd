import { AsyncLocalStorage } from 'node:async_hooks';
import type { KeyMeta, LinkMeta, ModelMeta, RelationMeta } from './metadata.ts';
import type { FetchMode } from './fetch-mode.ts';

/**
 * What entities may ask of the session that they belong to. It stands between `core` and `persistence`, so that models
 * never import the session.
 */
export interface RelationLoader {
  /** False once the session has been closed or cleared: entities stay readable, and load no more. */
  readonly open: boolean;
  /** Entities of a model by their key: what the session has. */
  entitiesOf(meta: ModelMeta): ReadonlyMap<unknown, object>;
  /** The one object for a row: loaded, or standing on guard until it is. */
  reference(relation: RelationMeta, key: unknown, from: object): object;
  /** The loaded entity for a key value of the relation, if the session has it in full. */
  loadedTarget(relation: RelationMeta, key: unknown): object | undefined;
  /** What the database has as a key of an entity; undefined where it has no row, or that is not known. */
  storedValue(entity: object, key: KeyMeta): unknown;
  /** Load an entity that is a reference or partial, with its peers. */
  loadEntity(entity: object): Promise<void>;
  /** Load one relation of an entity, with its peers. */
  loadRelation(entity: object, relation: RelationMeta): Promise<void>;
  /** A lazy query over the rows of a to-many relation. */
  queryRelation(entity: object, relation: RelationMeta): unknown;
  /** What the session knows of as members of a collection that is not loaded. */
  membersAtHand(owner: object, relation: RelationMeta): object[];
  /** All links between two are taken out: rows of the model between them that are not written as such are not to be. */
  unlinked(link: LinkMeta, source: object, target: object): void;
  /** Called before a collection changes, so that a rollback can put it back and a flush can find it. */
  collectionChanges(collection: ChangingCollection): void;
  /** New entities that are reachable are saved: tell the unit of work of one. `owner`: the entity that leads to it; if that is to be deleted, nothing is saved with it. */
  cascadeSave(entity: object, owner: object): void;
}

/** The part of a collection that the unit of work sees. */
export interface ChangingCollection {
  readonly owner: object;
  readonly relation: RelationMeta;
  readonly pending: PendingLinks | undefined;
  /** Set before it was loaded, and not with this one: no member any more, if the database has it as one. */
  leavesOut(item: object): boolean;
  /** What the database has, of one that was set before it was loaded; the result takes back what followed from it. */
  found(stored: Iterable<object>): () => void;
  /** Whether any of these is a member, or waits to be one or none. */
  mentions(items: ReadonlySet<object>): boolean;
  /** These are no more: nothing of them shows, or is to be written. */
  drop(gone: ReadonlySet<object>): void;
  /** Remember the whole state; the result puts it back. */
  snapshot(): () => void;
  /** The rows of an owner that has one are not known any more, and nothing waits. */
  forget(): void;
  /** These changes are written; those that came since are still to be. */
  settle(written: PendingLinks): void;
  /** A new item is not saved after all; the result puts it back. */
  withdraw(item: object): (() => void) | undefined;
}

/** Changes of a collection that are not written. */
export interface PendingLinks {
  readonly added: ReadonlySet<object>;
  readonly removed: ReadonlySet<object>;
  /** What else the database has goes too. */
  readonly replaces?: boolean;
}

export type GroupKind = 'pending' | 'loaded' | 'reference';

/** Entities that came from one query (or one flush): they know their siblings, so a relation loads for all of them. */
export interface EntityGroup {
  readonly kind: GroupKind;
  readonly loader: RelationLoader;
  readonly meta: ModelMeta;
  readonly members: object[];
  /**
   * Where the targets of to-one relations are found by key, by `relation.index`: filled at the first read of each
   * relation, so that the others are one look-up in a map.
   */
  readonly targets: (ReadonlyMap<unknown, object> | undefined)[];
  /** Relations that the query was asked to load: what `toJSON` shows. */
  readonly requested: RelationTree | undefined;
  /** What the query says of loading on demand, before relation and session are asked. */
  readonly fetchMode: FetchMode | undefined;
  /** For references: whose relation led here. */
  readonly origin: { readonly group: EntityGroup; readonly relation: RelationMeta } | undefined;
}

/** Paths to load, as a tree by relation name. */
export interface RelationTree extends ReadonlyMap<string, RelationTree> {}

/** What a model class may ask of the current session: `Post.objects()`. */
export interface CurrentSession {
  query(modelClass: never): unknown;
}

/** The session of the running async scope: set by `transaction` and `run`. */
export const currentSession = new AsyncLocalStorage<CurrentSession>();
