import { belongsTo } from '../core/at-hand.ts';
import { EntityCollection } from '../core/collection.ts';
import { knownValue } from '../core/field-values.ts';
import { isOf, rootOf } from '../core/inheritance.ts';
import { fieldKey, mapKey, sameKey } from '../core/keys.ts';
import type { ChangingCollection } from '../core/loader.ts';
import type { KeyMeta, LinkMeta, RelationMeta } from '../core/metadata.ts';
import { createReference } from '../core/references.ts';
import { State } from '../core/state.ts';
import { initialState } from '../query/state.ts';
import type { BatchLoader } from './loading/batched.ts';
import { keyOrdering } from './loading/conditions.ts';
import { ownValue } from './stored-value.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import { keysLeft, linkedByRows } from './unwritten-rows.ts';
import type { Workspace } from './workspace.ts';

/**
 * Collections that were set, or cleared, before they were loaded: before a flush writes them it asks what the database has of
 * them, by one query for each relation, inside of its transaction. Of rows that refer to the owner the entities are read,
 * which are to be changed or deleted; of links the keys.
 */
export class Replacements {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  readonly #batch: BatchLoader;

  constructor(workspace: Workspace, work: UnitOfWork, batch: BatchLoader) {
    this.#workspace = workspace;
    this.#work = work;
    this.#batch = batch;
  }

  get isConcerned(): boolean {
    for (const { pending } of this.#work.collections) if (pending?.replaces === true) return true;
    return false;
  }

  /** `into`: those of which it is known; what takes back what followed from that. */
  async find(into: Map<ChangingCollection, () => void>): Promise<void> {
    const wanted = new Map<RelationMeta, ChangingCollection[]>();
    for (const collection of this.#work.collections) {
      if (collection.pending?.replaces !== true || into.has(collection)) continue;
      const { relation } = collection;
      wanted.set(relation, [...(wanted.get(relation) ?? []), collection]);
    }
    for (const [relation, collections] of wanted) {
      const stored = await this.#stored(
        relation,
        collections.map(({ owner }) => owner),
      );
      for (const collection of collections) into.set(collection, collection.found(stored.get(collection.owner)!));
    }
  }

  /** What the database has of them, by owner. */
  async #stored(relation: RelationMeta, owners: readonly object[]): Promise<Map<object, Set<object>>> {
    const values = await storedValues(this.#workspace, relation.sourceField, owners);
    const found = new Map(owners.map((owner) => [owner, new Set<object>()]));
    if (values.size === 0) return found;
    const byKey = new Map(
      Array.from(values, ([value, owner]) => [fieldKey(relation.sourceField, value), found.get(owner)!]),
    );
    for (const [key, item] of relation.link === undefined
      ? await this.#referring(relation, [...values.keys()])
      : await this.#linked(relation, [...values.keys()]))
      byKey.get(key)?.add(item);
    // Rows of a model between two that the other side takes out are no links that could stay.
    if (relation.link?.implicit === false)
      for (const [owner, items] of found)
        for (const item of items) if (isTakenOutAt(item, relation.inverse, owner)) items.delete(item);
    return found;
  }

  async #referring({ target, targetField }: RelationMeta, keys: readonly unknown[]): Promise<[unknown, object][]> {
    const state = { ...initialState(target, this.#workspace.scopes), order: keyOrdering(target) };
    const items = await this.#batch.entities(state, targetField, keys);
    return items.map((item) => [this.#batch.storedKey(target, item, targetField), item]);
  }

  async #linked(relation: RelationMeta, keys: readonly unknown[]): Promise<[unknown, object][]> {
    const { target, targetField, link } = relation;
    const here = this.#workspace.identityMap.of(target);
    const pairs = await this.#batch.linkedKeys({ relation, onDemand: false }, keys);
    if (!link!.implicit) for (const left of keysLeft(this.#workspace, link!)) takeOut(pairs, link!, left);
    return pairs.map(([from, to]) => [
      fieldKey(link!.source, from),
      // A stranger is to be taken out: its key is enough for that.
      here.get(mapKey(target, to)) ?? createReference(target, targetField, to, null),
    ]);
  }
}

/** One row of a pair is to lead to others: it is no link of these two any more. */
function takeOut(pairs: unknown[][], { source, target }: LinkMeta, [from, to]: readonly unknown[]): void {
  const at = pairs.findIndex((pair) => sameKey(source, pair[0], from) && sameKey(target, pair[1], to));
  if (at >= 0) pairs.splice(at, 1);
}

/** What rows have in a field, each with its entity; read where it is not known. Left out is what has no value. */
export async function storedValues(
  workspace: Workspace,
  key: KeyMeta,
  entities: readonly object[],
): Promise<Map<unknown, object>> {
  const { compiled } = workspace;
  const lacking = entities.filter((entity) => ownValue(compiled, entity, key) === undefined);
  if (lacking.length > 0) await workspace.refresh(rootOf(key.model), lacking);
  const values = new Map<unknown, object>();
  for (const entity of entities) {
    const value = ownValue(compiled, entity, key);
    if (value !== undefined && value !== null) values.set(value, entity);
  }
  return values;
}

/** What a session knows of as members of a collection that is not loaded: what says so itself, or on the other side. */
export function membersAtHand(workspace: Workspace, work: UnitOfWork, owner: object, relation: RelationMeta): object[] {
  const { inverse, link, target } = relation;
  const { added, removed } = collectionAt(owner, relation)?.pending ?? { added: [], removed: undefined };
  const found = new Set<object>(added);
  if (link?.implicit === false) {
    const isTakenOut = (item: object): boolean => removed?.has(item) === true || isTakenOutAt(item, inverse, owner);
    for (const item of linkedByRows(workspace, work, owner, link, isTakenOut)) found.add(item);
  }
  if (inverse === undefined) return [...found];
  const isMember = (item: object): boolean =>
    inverse.many
      ? shows(collectionAt(item, inverse), owner)
      : (knownValue(item, inverse.sourceField) ?? null) !== null && belongsTo(item, inverse, owner);
  for (const items of [workspace.identityMap.of(target).values(), work.added])
    for (const item of items) if (isOf(item, target) && isMember(item)) found.add(item);
  return [...found];
}

/** Whether the other side of links has taken an entity out, or left it out when it was set. */
function isTakenOutAt(item: object, inverse: RelationMeta | undefined, owner: object): boolean {
  const other = inverse === undefined ? undefined : collectionAt(item, inverse);
  return other !== undefined && (other.pending?.removed.has(owner) === true || other.leavesOut(owner));
}

function collectionAt(entity: object, { index }: RelationMeta): EntityCollection | undefined {
  const link = State.link(entity, index);
  return link instanceof EntityCollection ? link : undefined;
}

function shows(collection: EntityCollection | undefined, item: object): boolean {
  if (collection === undefined) return false;
  return collection.isLoaded ? collection.includes(item) : collection.pending?.added.has(item) === true;
}
