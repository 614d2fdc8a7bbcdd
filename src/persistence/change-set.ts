import { loadedLink } from '../core/at-hand.ts';
import { hasKey } from '../core/keys.ts';
import { isOf, modelOf, sameTable } from '../core/inheritance.ts';
import type { LinkMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { comesAfter, isAmong, readKey, referTo, sidesOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { SessionStateError } from '../utils/errors.ts';
import type { ChangedFields } from './changed-fields.ts';
import type { CompiledCache } from './compiled.ts';
import { gone } from './gone.ts';
import { syncLinks } from './flush-links.ts';
import type { IdentityMap } from './identity-map.ts';
import type { LinkChange } from './link-change.ts';
import { fieldRelations, syncTold } from './retold.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { endAt, isStoredBetween, leadsToBoth } from './unwritten-rows.ts';
import { withArticle } from '../utils/naming.ts';

/** What differs between memory and the database, by model. */
export interface ChangeSet {
  readonly inserts: ReadonlyMap<ModelMeta, readonly object[]>;
  /** Stored entities by the fields that changed: each set is one statement. */
  readonly updates: ReadonlyMap<ModelMeta, ReadonlyMap<ChangedFields, readonly object[]>>;
  readonly deletes: ReadonlyMap<ModelMeta, readonly object[]>;
  /** Rows whose place others are to take: deleted before anything is inserted. */
  readonly earlyDeletes: ReadonlyMap<ModelMeta, readonly object[]>;
  readonly linked: readonly LinkChange[];
  readonly unlinked: readonly LinkChange[];
  /** Rows of `through` models that go before others of the same pairs come. */
  readonly replaced: readonly LinkChange[];
}

/** Compare every tracked entity with its row, and gather what was added, deleted and linked. */
export function collectChanges(
  identityMap: IdentityMap,
  work: UnitOfWork,
  compiled: CompiledCache,
  early: ReadonlySet<object> = NONE,
): ChangeSet {
  for (const entity of work.added) {
    syncTold(compiled.codec(modelOf(entity)), entity);
    refuseUnsaved(modelOf(entity), entity, work);
  }
  const updates = collectUpdates(identityMap, work, compiled);
  const { linked, unlinked, replaced } = collectLinks(work, (link) => ownRows(link, identityMap, work, updates));
  const pairs = [...unlinked, ...replaced];
  const first = deletedBoth(
    work,
    early,
    pairs,
    (row, pair) => leadsToBoth(identityMap, row, pair) || isStoredBetween(compiled, row, pair),
  );
  const through = linked.filter(({ link }) => !link.implicit).map(linkRow);
  return {
    inserts: byModel([...work.added, ...through]),
    updates,
    deletes: byModel(first.size === 0 ? work.deleted : [...work.deleted].filter((entity) => !first.has(entity))),
    earlyDeletes: byModel(first),
    linked: linked.filter(({ link }) => link.implicit),
    unlinked,
    replaced,
  };
}

const NONE: ReadonlySet<object> = new Set();

/**
 * The row of a `through` model for a new link: an entity of that model, with its defaults and its rules. Its relations
 * are not set through their accessors, which would show it on the other sides before it is written.
 */
export function linkRow({ link, source, target }: LinkChange): object {
  const Through = link.model.modelClass as unknown as new (init: object) => object;
  const entity = new Through({});
  const [from, to] = sidesOf(link);
  for (const [relation, end] of [
    [from, source],
    [to, target],
  ] as const) {
    referTo(entity, relation, end);
    State.setLink(entity, relation.index, end);
  }
  return entity;
}

function byModel(entities: Iterable<object>): Map<ModelMeta, object[]> {
  const groups = new Map<ModelMeta, object[]>();
  for (const entity of entities) {
    const meta = modelOf(entity);
    const group = groups.get(meta);
    if (group === undefined) groups.set(meta, [entity]);
    else group.push(entity);
  }
  return groups;
}

function collectUpdates(identityMap: IdentityMap, work: UnitOfWork, compiled: CompiledCache): ChangeSet['updates'] {
  const updates = new Map<ModelMeta, Map<ChangedFields, object[]>>();
  for (const [meta, entities] of identityMap.entries()) {
    const codec = compiled.codec(meta);
    const { diff } = codec;
    const mayFollow = fieldRelations(meta).length > 0;
    const found = new Map<ChangedFields, object[]>();
    for (const entity of entities) {
      const row = State.row(entity);
      if (row === null || work.deleted.has(entity)) continue;
      if (syncLinks(meta, entity)) refuseUnsaved(meta, entity, work);
      if (mayFollow) syncTold(codec, entity);
      const changed = diff(entity, row);
      if (changed === null) continue;
      if (work.deleted.size > 0) refuseDeleted(meta, entity, changed, work);
      const alike = found.get(changed);
      if (alike === undefined) found.set(changed, [entity]);
      else alike.push(entity);
    }
    if (found.size > 0) updates.set(meta, found);
  }
  return updates;
}

/** Entities that differ from their row, for models that a query is about to read. */
export function hasChanges(identityMap: IdentityMap, models: Iterable<ModelMeta>, compiled: CompiledCache): boolean {
  for (const meta of models) {
    if (identityMap.of(meta).size === 0) continue;
    for (const [model, entities] of identityMap.classes(meta)) {
      const { diff } = compiled.codec(model);
      for (const entity of entities) {
        const row = State.row(entity);
        if (row !== null && diff(entity, row) !== null) return true;
      }
    }
  }
  return false;
}

/** @throws SessionStateError if a relation leads to an entity that will have no key, and would be written as NULL. */
function refuseUnsaved(meta: ModelMeta, entity: object, work: UnitOfWork): void {
  const links = State.links(entity);
  if (links === null) return;
  for (const relation of meta.relations) {
    const target = relation.owning ? links[relation.index] : undefined;
    // Where the row of an entity leads the database lets go, or does not: it is asked of what has changed, elsewhere.
    const isKept = State.row(entity) !== null && readKey(entity, relation.sourceField) !== undefined;
    if (State.is(target) && work.deleted.has(target) && !isKept) throw toBeDeleted(relation);
    if (State.is(target) && State.group(target) === null && gone.has(target)) throw deletedTarget(relation);
    if (!State.is(target) || work.added.has(target) || readKey(entity, relation.sourceField) !== undefined) continue;
    if (readKey(target, relation.targetField) === undefined) throw notSaved(relation);
  }
}

/** @throws SessionStateError if a relation was changed to lead to an entity that the same flush deletes. */
function refuseDeleted(meta: ModelMeta, entity: object, changed: ChangedFields, work: UnitOfWork): void {
  for (const relation of meta.relations) {
    if (!relation.owning || !isAmong(relation.sourceField, changed.indexes)) continue;
    const target = loadedLink(entity, relation);
    if (target !== undefined && work.deleted.has(target)) throw toBeDeleted(relation);
  }
}

/**
 * Pairs in the order of the link table; a pair that both sides noted is one row. `ownRows`: the pairs of rows of `through`
 * models that are written for themselves, which need no other, and are not taken out with those that were there.
 */
function collectLinks(
  work: UnitOfWork,
  ownRows: (link: LinkMeta) => PairSet,
): Pick<ChangeSet, 'linked' | 'unlinked' | 'replaced'> {
  const linked = new PairSet();
  const unlinked = new PairSet();
  const written = new Map<ModelMeta, PairSet>();
  for (const collection of work.collections) {
    const { owner, relation, pending } = collection;
    if (relation.link === undefined || pending === undefined) continue;
    const { link } = relation;
    if (!link.implicit && !written.has(link.model)) written.set(link.model, ownRows(link));
    for (const item of pending.added) {
      if (State.group(item) === null && !hasKey(modelOf(item), item)) throw notSaved(relation);
      if (written.get(link.model)?.has(link, owner, item) !== true) linked.add(link, owner, item);
    }
    for (const item of pending.removed) {
      if (isWritten(owner, work) && isWritten(item, work)) unlinked.add(link, owner, item);
    }
  }
  const isReplaced = ({ link, source, target }: LinkChange): boolean =>
    !link.implicit && (linked.has(link, source, target) || written.get(link.model)!.has(link, source, target));
  return {
    linked: linked.pairs,
    unlinked: unlinked.pairs.filter((pair) => !isReplaced(pair)),
    replaced: unlinked.pairs.filter(isReplaced),
  };
}

/** The pairs of new rows of a `through` model, and of those that are given another end. */
function ownRows(link: LinkMeta, identityMap: IdentityMap, work: UnitOfWork, updates: ChangeSet['updates']): PairSet {
  const pairs = new PairSet();
  const add = (entity: object): void => {
    const [source, target] = sidesOf(link).map((side) => endAt(identityMap, entity, side));
    if (source !== undefined && target !== undefined) pairs.add(link, source, target);
  };
  for (const entity of work.added) if (isOf(entity, link.model)) add(entity);
  for (const [meta, groups] of updates)
    for (const [changed, entities] of sameTable(meta, link.model) ? groups : [])
      if ([link.source, link.target].some((key) => isAmong(key, changed.indexes))) entities.forEach(add);
  return pairs;
}

/** `early`, and rows of `through` models that are deleted by themselves and with all of their pair: by themselves, first. */
function deletedBoth(
  work: UnitOfWork,
  early: ReadonlySet<object>,
  pairs: readonly LinkChange[],
  isRowOf: (row: object, pair: LinkChange) => boolean,
): ReadonlySet<object> {
  if (work.deleted.size === 0) return early;
  const found = new Set(early);
  for (const link of new Set(pairs.map((pair) => pair.link)))
    for (const entity of link.implicit ? NONE : work.deleted)
      if (pairs.some((pair) => pair.link === link && isRowOf(entity, pair))) found.add(entity);
  return found;
}

/** Whether link rows may lead to an entity: not if it is still to be inserted, or has no key. */
function isWritten(entity: object, work: UnitOfWork): boolean {
  return !work.added.has(entity) && hasKey(modelOf(entity), entity);
}

function toBeDeleted({ model, name, target }: RelationMeta): SessionStateError {
  return new SessionStateError(`${model.name}.${name} leads to ${withArticle(target.name)} that is to be deleted.`, {
    model: model.name,
    field: name,
    remedy: 'Let it lead to another, or take the deletion back with session.add().',
  });
}

function deletedTarget({ model, name, target }: RelationMeta): SessionStateError {
  return new SessionStateError(`${model.name}.${name} leads to ${withArticle(target.name)} whose row was deleted.`, {
    model: model.name,
    field: name,
    remedy: `Let it lead to another, or take the ${model.name} out with session.delete().`,
  });
}

function notSaved({ model, name, target }: RelationMeta): SessionStateError {
  return new SessionStateError(
    `${model.name}.${name} holds ${withArticle(target.name)} that the session does not save.`,
    {
      model: model.name,
      field: name,
      remedy: 'Add it to the session, or take it out.',
    },
  );
}

class PairSet {
  readonly pairs: LinkChange[] = [];
  readonly #seen = new Map<ModelMeta, Map<object, Set<object>>>();

  has(link: LinkMeta, source: object, target: object): boolean {
    const [first, second] = inOrder(link, source, target);
    return this.#seen.get(link.model)?.get(first)?.has(second) === true;
  }

  add(link: LinkMeta, source: object, target: object): void {
    const [first, second] = inOrder(link, source, target);
    let sources = this.#seen.get(link.model);
    if (sources === undefined) this.#seen.set(link.model, (sources = new Map()));
    let targets = sources.get(first);
    if (targets === undefined) sources.set(first, (targets = new Set()));
    if (targets.has(second)) return;
    targets.add(second);
    this.pairs.push({ link, source, target });
  }
}

/** The inverse side sees the same table the other way round: its columns say which end is which. */
function inOrder(link: LinkMeta, source: object, target: object): readonly [object, object] {
  return comesAfter(link.source, link.target) ? [target, source] : [source, target];
}
