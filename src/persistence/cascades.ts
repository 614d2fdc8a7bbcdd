import { belongsTo } from '../core/at-hand.ts';
import { knownValue } from '../core/field-values.ts';
import { modelOf } from '../core/inheritance.ts';
import { fieldKey, hasKey } from '../core/keys.ts';
import type { ChangingCollection } from '../core/loader.ts';
import type { KeyMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { isPrimaryKey, isWhole, readKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import { UNSCOPED } from '../query/active-scopes.ts';
import { initialState } from '../query/state.ts';
import type { BatchLoader } from './loading/batched.ts';
import { keyOrdering } from './loading/conditions.ts';
import { Replacements, storedValues } from './replacements.ts';
import { holdsOrphans } from './unit-of-work.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/** What a flush does because a relation says so, beside what it was asked for. */
export interface Cascaded {
  readonly deleted: Set<object>;
  /** New entities that are not saved after all. */
  readonly unsaved: Set<object>;
  /** Of the deleted ones, those that have to go first: another is to take their place in a one-to-one relation. */
  readonly early: Set<object>;
  /** Why each of the deleted is one, for those who ask. */
  readonly why: Map<object, string>;
  /** Collections of which it was found out what the database has, and what takes back what followed from that. */
  readonly found: Map<ChangingCollection, () => void>;
}

export function nothingCascaded(): Cascaded {
  return { deleted: new Set(), unsaved: new Set(), early: new Set(), why: new Map(), found: new Map() };
}

/**
 * The relations with `cascade: 'delete'` and `'delete-orphan'`: before a flush, what goes with an entity that is to be
 * deleted, and what has been taken out of its collection, is marked as deleted too, so that it has its hooks, its place in
 * the order and its version checked. One query for each relation and level, whatever the number of entities.
 */
export class Cascades {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  readonly #batch: BatchLoader;
  readonly #replacements: Replacements;

  constructor(workspace: Workspace, work: UnitOfWork, batch: BatchLoader) {
    this.#workspace = workspace;
    this.#work = work;
    this.#batch = batch;
    this.#replacements = new Replacements(workspace, work, batch);
  }

  /** Whether anything is to be followed. */
  get isConcerned(): boolean {
    for (const entity of this.#work.deleted) if (cascadesOf(modelOf(entity)).length > 0) return true;
    return this.#replacements.isConcerned || !this.#orphans().next().done;
  }

  /** Mark all that goes with what is marked already. */
  async follow(into: Cascaded): Promise<void> {
    const followed = new Set<object>();
    for (;;) {
      await this.#replacements.find(into.found);
      for (const [orphan, relation] of this.#orphans()) {
        this.#drop(orphan, into, 'orphan of', relation.inverse!);
        if (relation.kind === 'oneToOne') into.early.add(orphan);
      }
      const parents = [...this.#work.deleted].filter((entity) => !followed.has(entity));
      if (parents.length === 0) return;
      for (const [relation, owners] of byCascade(parents)) await this.#followOne(relation, owners, into);
      for (const entity of parents) followed.add(entity);
    }
  }

  /** The flush failed: what it marked is as it was. */
  restore({ deleted, unsaved, found }: Cascaded): void {
    for (const takeBack of [...found.values()].toReversed()) takeBack();
    found.clear();
    for (const entity of deleted) this.#work.deleted.delete(entity);
    for (const entity of unsaved) this.#work.keep(entity, this.#workspace.pendingGroup(modelOf(entity)));
  }

  /** New entities that are saved with another, and not without it. */
  unsavedWith(owner: object): Set<object> {
    const found = new Set<object>([owner]);
    for (const entity of found)
      for (const relation of cascadesOf(modelOf(entity)))
        for (const child of this.#work.added) if (leadsTo(child, relation.inverse!, entity)) found.add(child);
    found.delete(owner);
    return found;
  }

  async #followOne(relation: RelationMeta, owners: readonly object[], into: Cascaded): Promise<void> {
    const early = owners.filter((owner) => into.early.has(owner));
    const children = [...this.#atHand(relation, owners), ...(await this.#stored(relation, owners))];
    for (const child of children) {
      this.#drop(child, into, 'goes with', relation);
      if (early.some((owner) => leadsTo(child, relation.inverse!, owner))) into.early.add(child);
    }
  }

  /** What the session has of them, as it is now: a child that has been given another parent stays. */
  *#atHand(relation: RelationMeta, owners: readonly object[]): Generator<object> {
    const forward = relation.inverse!;
    const keys = keysOf(relation.sourceField, owners);
    const known = this.#workspace.identityMap.of(relation.target).values();
    for (const child of [...this.#work.added, ...known]) {
      if (!(child instanceof (relation.target.modelClass as unknown as new () => object))) continue; // Named cast: `instanceof` needs no more.
      const key = knownValue(child, forward.sourceField);
      if (key === undefined || !forward.toKey) {
        if (owners.some((owner) => leadsTo(child, forward, owner))) yield child;
      } else if (keys.has(fieldKey(forward.sourceField, key))) yield child;
    }
  }

  /** The rows that refer to them, whatever scopes hide. */
  async #stored(
    { sourceField, targetField, target, inverse }: RelationMeta,
    owners: readonly object[],
  ): Promise<object[]> {
    const keys = [...(await storedValues(this.#workspace, sourceField, owners)).keys()];
    if (keys.length === 0) return [];
    const state = { ...initialState(target, UNSCOPED), order: keyOrdering(target) };
    const rows = await this.#batch.entities(state, targetField, keys);
    if (!isPrimaryKey(sourceField)) return rows.filter((row) => owners.some((owner) => leadsTo(row, inverse!, owner)));
    const wanted = new Set(keys.map((key) => fieldKey(targetField, key)));
    return rows.filter((row) => wanted.has(fieldKey(targetField, readKey(row, targetField))));
  }

  /** Entities that are nobody's any more, with the relation that says that they must be somebody's. */
  *#orphans(): Generator<readonly [object, RelationMeta]> {
    for (const collection of this.#work.collections) {
      if (!holdsOrphans(collection)) continue;
      for (const item of collection.pending!.removed)
        if (this.#isLeft(item) && isOrphanOf(item, collection)) yield [item, collection.relation.inverse!];
    }
    const { identityMap } = this.#workspace;
    for (const root of identityMap.models())
      for (const [meta, entities] of hasOwned(root) ? identityMap.classes(root) : [])
        for (const relation of ownedOnly(meta))
          for (const entity of entities)
            if (this.#isLeft(entity) && State.row(entity) !== null && this.#hasLost(entity, relation))
              yield [entity, relation];
  }

  /** Whether an entity is here and not marked. */
  #isLeft(entity: object): boolean {
    return State.group(entity)?.loader === this.#workspace.loader && !this.#work.deleted.has(entity);
  }

  #hasLost(entity: object, { sourceField }: RelationMeta): boolean {
    if (knownValue(entity, sourceField) !== null) return false;
    return isWhole(this.#workspace.compiled.codec(modelOf(entity)).keyIn(State.row(entity), sourceField));
  }

  #drop(entity: object, into: Cascaded, how: 'orphan of' | 'goes with', { model, name }: RelationMeta): void {
    if (this.#work.deleted.has(entity)) return;
    if (this.#work.added.has(entity)) {
      this.#work.withdraw(entity);
      into.unsaved.add(entity);
    } else if (State.row(entity) !== null || hasKey(modelOf(entity), entity)) {
      this.#work.deleted.add(entity);
      into.deleted.add(entity);
      into.why.set(entity, `${how} ${model.name}.${name}`);
    }
  }
}

function byCascade(entities: readonly object[]): Map<RelationMeta, object[]> {
  const found = new Map<RelationMeta, object[]>();
  for (const entity of entities)
    for (const relation of cascadesOf(modelOf(entity))) found.set(relation, [...(found.get(relation) ?? []), entity]);
  return found;
}

/** The relations whose other side is deleted with an entity of a model. */
function cascadesOf({ relations }: ModelMeta): readonly RelationMeta[] {
  return relations.filter(({ cascade }) => cascade !== undefined);
}

/** The relations of a model without whose other side its entities are not to be. */
function ownedOnly({ relations }: ModelMeta): readonly RelationMeta[] {
  return relations.filter(({ owning, inverse }) => owning && inverse?.cascade === 'delete-orphan');
}

/** The same of a table, whatever class its rows are of. */
function hasOwned(root: ModelMeta): boolean {
  let known = withOwned.get(root);
  if (known === undefined) {
    const classes =
      root.inheritance === undefined ? [root] : [...root.inheritance.variants.values()].map(({ meta }) => meta);
    withOwned.set(root, (known = classes.some((meta) => ownedOnly(meta).length > 0)));
  }
  return known;
}

const withOwned = new WeakMap<ModelMeta, boolean>();

/** Whether what was taken out of a collection has not found another owner. */
function isOrphanOf(item: object, { owner, relation }: ChangingCollection): boolean {
  const forward = relation.inverse!;
  return knownValue(item, forward.sourceField) === null || leadsTo(item, forward, owner);
}

function leadsTo(item: object, relation: RelationMeta, owner: object): boolean {
  const key = knownValue(item, relation.sourceField);
  if (key === undefined) return State.link(item, relation.index) === owner;
  return key !== null && belongsTo(item, relation, owner);
}

function keysOf(field: KeyMeta, entities: readonly object[]): Set<unknown> {
  const keys = entities.map((entity) => knownValue(entity, field));
  return new Set(keys.filter((key) => key !== undefined && key !== null).map((key) => fieldKey(field, key)));
}
