import type { EntityGroup } from '../../core/loader.ts';
import { mapKey } from '../../core/keys.ts';
import type { RelationMeta } from '../../core/metadata.ts';
import { createReference, notLoaded, referenceGroup } from '../../core/references.ts';
import { State } from '../../core/state.ts';
import { NotFoundError } from '../../utils/errors.ts';
import type { Workspace } from '../workspace.ts';
import type { FetchMode } from '../options.ts';
import type { BatchLoader } from './batched.ts';

/**
 * Loading on demand without N+1: an entity's relation is loaded for every sibling that lacks it, in one query. Calls
 * that come while that query is under way wait for it.
 */
export class PeerLoader {
  readonly #workspace: Workspace;
  readonly #batch: BatchLoader;
  readonly #mode: FetchMode;
  readonly #underWay = new WeakMap<EntityGroup, Map<RelationMeta, Promise<void>>>();
  readonly #references = new WeakMap<EntityGroup, Map<RelationMeta, EntityGroup>>();

  constructor(workspace: Workspace, batch: BatchLoader, mode: FetchMode) {
    this.#workspace = workspace;
    this.#batch = batch;
    this.#mode = mode;
  }

  /** The one object for a row: the session's, or a new reference on guard. */
  reference(relation: RelationMeta, key: unknown, from: object): object {
    const { target, targetField } = relation;
    const group = State.group(from)!;
    if (!targetField.primaryKey) return createReference(target, targetField, key, this.#referenceGroup(group, relation));
    const map = this.#workspace.identityMap.of(target);
    const name = mapKey(target, key);
    let entity = map.get(name);
    if (entity === undefined) {
      entity = createReference(target, targetField, key, this.#referenceGroup(group, relation));
      map.set(name, entity);
    }
    return entity;
  }

  async loadRelation(entity: object, relation: RelationMeta): Promise<void> {
    const group = State.group(entity)!;
    this.#refuseIfStrict(relation);
    const peers = this.#mode === 'peers' && group.members.includes(entity) ? group.members : [entity];
    await this.#once(group, relation, () => this.#batch.loadRelation(relation, peers.filter((peer) => this.#workspace.isFull(peer))));
    // One that joined the group after the query had begun.
    if (relation.many && !(entity as Record<string, { isLoaded: boolean }>)[relation.name]!.isLoaded) await this.#batch.loadRelation(relation, [entity]);
  }

  /** Load a reference, with all that the same relation of the same query led to. */
  async loadEntity(entity: object): Promise<void> {
    const { origin, meta } = State.group(entity)!;
    if (origin !== undefined) {
      this.#refuseIfStrict(origin.relation);
      const owners = this.#mode === 'peers' ? origin.group.members : [];
      if (owners.length > 0) await this.#once(origin.group, origin.relation, () => this.#batch.loadRelation(origin.relation, owners.filter((owner) => this.#workspace.isFull(owner))));
    }
    if (!this.#workspace.isFull(entity)) await this.#workspace.reload(entity);
    if (!this.#workspace.isFull(entity)) throw new NotFoundError(`The row of a ${meta.name} that is referred to does not exist.`, { model: meta.name });
  }

  #refuseIfStrict(relation: RelationMeta): void {
    if (this.#mode === 'raise') throw notLoaded(relation.model, relation.name, null);
  }

  async #once(group: EntityGroup, relation: RelationMeta, load: () => Promise<void>): Promise<void> {
    let running = this.#underWay.get(group);
    if (running === undefined) this.#underWay.set(group, (running = new Map()));
    let promise = running.get(relation);
    if (promise === undefined) {
      const began = running;
      promise = load().finally(() => began.delete(relation));
      running.set(relation, promise);
    }
    await promise;
  }

  #referenceGroup(group: EntityGroup, relation: RelationMeta): EntityGroup {
    let groups = this.#references.get(group);
    if (groups === undefined) this.#references.set(group, (groups = new Map()));
    let found = groups.get(relation);
    if (found === undefined) groups.set(relation, (found = referenceGroup(group, relation)));
    return found;
  }
}
