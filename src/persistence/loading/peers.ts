import type { EntityGroup } from '../../core/loader.ts';
import { mapKey } from '../../core/keys.ts';
import { scopeNames } from '../../core/scopes.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { createReference, referenceGroup } from '../../core/references.ts';
import { State } from '../../core/state.ts';
import { NotFoundError, NotLoadedError } from '../../utils/errors.ts';
import type { Workspace } from '../workspace.ts';
import type { FetchMode } from '../options.ts';
import type { BatchLoader } from './batched.ts';
import { withArticle } from '../../utils/naming.ts';

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
    if (!targetField.primaryKey) return this.#referenceByField(relation, key, from, group);
    const map = this.#workspace.identityMap.of(target);
    const name = mapKey(target, key);
    let entity = map.get(name);
    if (entity === undefined) {
      entity = createReference(target, targetField, key, this.#referenceGroup(group, relation));
      map.set(name, entity);
    }
    return entity;
  }

  /**
   * A reference by a unique field that is not the key: which object it will be is known when it is loaded, so `load()`
   * gives that one, and the owner is linked to it.
   */
  #referenceByField(relation: RelationMeta, key: unknown, from: object, group: EntityGroup): object {
    const reference = createReference(
      relation.target,
      relation.targetField,
      key,
      this.#referenceGroup(group, relation),
    );
    Object.defineProperty(reference, 'load', {
      value: async (): Promise<unknown> => {
        await this.loadRelation(from, relation);
        const found = State.link(from, relation.index);
        if (found === reference || found === undefined) throw missing(relation.target);
        return found;
      },
    });
    State.setLink(from, relation.index, reference);
    return reference;
  }

  async loadRelation(entity: object, relation: RelationMeta): Promise<void> {
    const group = State.group(entity)!;
    this.#refuseIfStrict(relation);
    if (this.#mode === 'peers' && group.members.includes(entity)) await this.#once(group, relation);
    // One that joined the group after the query had begun, or has no peers.
    if (lacks(entity, relation)) await this.#batch.loadRelation(relation, [entity]);
  }

  /** Load a reference, with all that the same relation of the same query led to. */
  async loadEntity(entity: object): Promise<void> {
    const { origin, meta } = State.group(entity)!;
    if (origin !== undefined) {
      this.#refuseIfStrict(origin.relation);
      if (this.#mode === 'peers' && origin.group.members.length > 0) await this.#once(origin.group, origin.relation);
    }
    if (!this.#workspace.isFull(entity)) await this.#workspace.reload(entity);
    if (!this.#workspace.isFull(entity)) throw missing(meta);
  }

  #refuseIfStrict(relation: RelationMeta): void {
    if (this.#mode !== 'raise') return;
    const { model, name, many } = relation;
    throw new NotLoadedError(
      `${model.name}.${name} is not loaded, and this session loads nothing on demand (fetchMode 'raise').`,
      {
        model: model.name,
        field: name,
        remedy: many
          ? `Add .prefetchRelated('${name}') to the query.`
          : `Add .selectRelated('${name}') or .prefetchRelated('${name}') to the query.`,
      },
    );
  }

  /** Load for all members of a group; once, however many ask for it meanwhile. */
  async #once(group: EntityGroup, relation: RelationMeta): Promise<void> {
    let running = this.#underWay.get(group);
    if (running === undefined) this.#underWay.set(group, (running = new Map()));
    let promise = running.get(relation);
    if (promise === undefined) {
      const began = running;
      const members = group.members.filter((member) => knows(member, relation.sourceField));
      promise = this.#batch.loadRelation(relation, members).finally(() => began.delete(relation));
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

/** Whether the value of a field is at hand: not so for parts of a row that were not read. */
function knows(entity: object, field: FieldMeta): boolean {
  const row = State.row(entity);
  return row === null ? Object.hasOwn(entity, field.name) : row[field.index] !== undefined;
}

function lacks(entity: object, relation: RelationMeta): boolean {
  if (relation.many) return !(entity as Record<string, { isLoaded: boolean }>)[relation.name]!.isLoaded;
  const link = State.link(entity, relation.index);
  return link === undefined || (State.is(link) && State.group(link)?.kind === 'reference');
}

function missing(meta: ModelMeta): NotFoundError {
  const { name: model } = meta;
  const scopes = scopeNames(meta);
  return scopes === ''
    ? new NotFoundError(`The row of ${withArticle(model)} that is referred to does not exist.`, { model })
    : new NotFoundError(
        `The row of ${withArticle(model)} that is referred to does not exist, or a scope hides it (${scopes}).`,
        { model, remedy: 'Query with .unscoped(…) where all rows are meant.' },
      );
}
