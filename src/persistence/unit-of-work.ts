import { collectionOf } from '../core/collection-of.ts';
import { EntityCollection } from '../core/collection.ts';
import type { ChangingCollection, EntityGroup, PendingLinks } from '../core/loader.ts';
import { modelOf, rootOf } from '../core/inheritance.ts';
import { metaOfEntity } from '../core/model.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { isThrough, showLinkRow } from '../core/through.ts';
import { rejoin } from './rejoin.ts';
import { withdrawn } from './withdrawn.ts';

/** The three sets of a unit of work. */
export interface Pending {
  readonly added: ReadonlySet<object>;
  readonly deleted: ReadonlySet<object>;
  readonly collections: ReadonlySet<ChangingCollection>;
}

/** What one flush writes. */
export interface Taken extends Pending {
  readonly links: ReadonlyMap<ChangingCollection, PendingLinks>;
}

/** What a session has been told to write and has not written yet: three sets, and no SQL. */
export class UnitOfWork {
  readonly added = new Set<object>();
  readonly deleted = new Set<object>();
  /** Collections with changes. */
  readonly collections = new Set<ChangingCollection>();
  /** Of new entities that are not saved after all: what puts them back where they were shown. */
  #withdrawn: WeakMap<object, readonly (() => void)[]> | undefined;

  get isEmpty(): boolean {
    if (this.added.size > 0 || this.deleted.size > 0) return false;
    for (const collection of this.collections) {
      const { pending, relation } = collection;
      if (pending?.replaces === true || (relation.link !== undefined && pending !== undefined)) return false;
      if (holdsOrphans(collection)) return false;
    }
    return true;
  }

  /** Whether any of it concerns these models. */
  concerns(models: ReadonlySet<ModelMeta>): boolean {
    for (const entity of this.added) if (models.has(rootOf(metaOfEntity(entity)))) return true;
    if (this.deleted.size > 0) {
      const deleted = new Set(Array.from(this.deleted, (entity) => metaOfEntity(entity)));
      for (const meta of withCascades(deleted)) if (models.has(rootOf(meta))) return true;
    }
    for (const collection of this.collections) {
      const { link, target } = collection.relation;
      if (link !== undefined && models.has(rootOf(link.model))) return true;
      const leaves = collection.pending?.replaces === true || holdsOrphans(collection);
      if (leaves && models.has(rootOf(target))) return true;
    }
    return false;
  }

  /** Tells whether an entity is to be inserted or deleted, or has changed collections. */
  pending(): (entity: object) => boolean {
    const owners = new Set([...this.collections].map(({ owner }) => owner));
    return (entity) => this.added.has(entity) || this.deleted.has(entity) || owners.has(entity);
  }

  /** An entity is no longer cared for. */
  forget(entity: object): void {
    this.added.delete(entity);
    this.deleted.delete(entity);
    for (const collection of this.collections) if (collection.owner === entity) this.collections.delete(collection);
  }

  /** A new entity is not saved after all: nothing of the session shows it any more. What it collects meanwhile a rollback takes back. */
  withdraw(entity: object): void {
    const loader = State.group(entity)?.loader;
    for (const relation of modelOf(entity).relations)
      if (relation.many) loader?.collectionChanges(collectionOf(entity, relation));
    if (isThrough(metaOfEntity(entity))) showLinkRow(entity, false);
    (this.#withdrawn ??= new WeakMap()).set(entity, withdrawn(entity, this.collections));
    this.forget(entity);
    State.setGroup(entity, null);
  }

  /** A rollback has taken a new entity out of the session, and of what showed it there. */
  leave(entity: object): void {
    State.setGroup(entity, null);
    (this.#withdrawn ??= new WeakMap()).set(entity, [() => rejoin(entity)]);
  }

  /** A new entity is cared for, or is again, with what its collections hold. */
  keep(entity: object, group: EntityGroup): void {
    if (this.added.has(entity)) return;
    State.setGroup(entity, group);
    this.added.add(entity);
    for (const collection of changedCollections(entity)) this.collections.add(collection);
    for (const putBack of this.#withdrawn?.get(entity) ?? []) putBack();
    this.#withdrawn?.delete(entity);
    if (isThrough(metaOfEntity(entity))) showLinkRow(entity, true);
  }

  /** What a flush that begins now has to write. `found`: collections of which it knows what the database has. */
  take(found: { has(collection: ChangingCollection): boolean }): Taken {
    const links = new Map<ChangingCollection, PendingLinks>();
    for (const collection of this.collections) {
      const { pending } = collection;
      const replaces = pending?.replaces === true && found.has(collection);
      links.set(collection, { added: new Set(pending?.added), removed: new Set(pending?.removed), replaces });
    }
    return { ...this.copy(), links };
  }

  /** What was taken is written; what has come since is still to be. */
  settle({ added, deleted, links }: Taken): void {
    for (const entity of added) this.added.delete(entity);
    for (const entity of deleted) this.deleted.delete(entity);
    for (const [collection, written] of links) {
      collection.settle(written);
      if (collection.pending === undefined) this.collections.delete(collection);
    }
  }

  /** What was taken could not be written. A new entity that was deleted meanwhile is simply forgotten. */
  undoTaken({ added }: Taken): void {
    for (const entity of added) {
      if (this.deleted.delete(entity)) this.withdraw(entity);
    }
  }

  clear(): void {
    this.added.clear();
    this.deleted.clear();
    this.collections.clear();
  }

  /** The sets as they are now. */
  copy(): Pending {
    return { added: new Set(this.added), deleted: new Set(this.deleted), collections: new Set(this.collections) };
  }

  /** Put the sets back to what they were. */
  reset({ added, deleted, collections }: Pending): void {
    this.clear();
    for (const entity of added) this.added.add(entity);
    for (const entity of deleted) this.deleted.add(entity);
    for (const collection of collections) this.collections.add(collection);
  }
}

/**
 * An entity and all new ones that can be reached from it over links that are at hand, each once, with those at which the
 * search ends: what belongs to a session has had its new ones taken in when they came.
 */
export function reachable(start: object): object[] {
  const found = new Set<object>([start]);
  for (const entity of found) {
    if (entity !== start && State.group(entity) !== null) continue;
    for (const link of State.links(entity) ?? []) {
      if (link instanceof EntityCollection) for (const item of link.pending?.added ?? []) found.add(item);
      else if (State.is(link)) found.add(link);
    }
  }
  return [...found];
}

/** Whether entities have been taken out of a collection without which they are not to be. */
export function holdsOrphans({ relation, pending }: ChangingCollection): boolean {
  return relation.cascade === 'delete-orphan' && pending !== undefined && pending.removed.size > 0;
}

/** Models, and those whose rows go with theirs because a relation says so. */
function withCascades(models: ReadonlySet<ModelMeta>): ReadonlySet<ModelMeta> {
  const found = new Set(models);
  for (const { relations } of found)
    for (const { cascade, target } of relations) if (cascade !== undefined) found.add(target);
  return found;
}

/** Collections of an entity that hold unwritten links. */
export function changedCollections(entity: object): EntityCollection[] {
  return (State.links(entity) ?? []).filter(
    (link): link is EntityCollection => link instanceof EntityCollection && link.pending !== undefined,
  );
}
