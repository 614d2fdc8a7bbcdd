import type { EntityGroup } from '../../core/loader.ts';
import { mapKey } from '../../core/keys.ts';
import { scopeNames } from '../../core/scopes.ts';
import type { KeyMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { hasOwnKey, isRead } from '../../core/relation-keys.ts';
import { createReference, referenceGroup } from '../../core/references.ts';
import { State } from '../../core/state.ts';
import { NotFoundError, NotLoadedError } from '../../utils/errors.ts';
import type { Workspace } from '../workspace.ts';
import type { FetchMode } from '../../core/fetch-mode.ts';
import type { BatchLoader } from './batched.ts';
import { Tick } from './tick.ts';
import { withArticle } from '../../utils/naming.ts';

const RAISE = "(fetchMode 'raise')";

/**
 * Loading on demand without N+1: an entity's relation is loaded for every sibling that lacks it, in one query. Calls
 * that come while that query is under way wait for it.
 */
export class PeerLoader {
  readonly #workspace: Workspace;
  readonly #mode: FetchMode;
  /** What is asked for in this tick: relations of entities, and rows. */
  readonly #relations: Tick<RelationMeta>;
  readonly #rows: Tick<ModelMeta>;
  readonly #underWay = new WeakMap<EntityGroup, Map<RelationMeta, Promise<void>>>();
  readonly #references = new WeakMap<EntityGroup, Map<RelationMeta, EntityGroup>>();

  constructor(workspace: Workspace, batch: BatchLoader, mode: FetchMode) {
    this.#workspace = workspace;
    this.#mode = mode;
    this.#relations = new Tick((relation, entities) => batch.loadRelation(relation, entities, true));
    this.#rows = new Tick((meta, entities) => workspace.reload(meta, entities));
  }

  /** The one object for a row: the session's, or a new reference on guard. */
  reference(relation: RelationMeta, key: unknown, from: object): object {
    const { target, targetField } = relation;
    const group = State.group(from)!;
    if (!relation.toKey) return this.#referenceByField(relation, key, from, group);
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
    const mode = this.#modeOf(group, relation);
    if (mode === 'peers' && group.members.includes(entity)) await this.#once(group, relation);
    // One that joined the group after the query had begun, or has no peers.
    if (lacks(entity, relation)) await this.#relations.join(relation, [entity]);
  }

  /** Load a reference, with all that the same relation of the same query led to. */
  async loadEntity(entity: object): Promise<void> {
    const group = State.group(entity)!;
    const { origin, meta } = group;
    if (origin === undefined) this.#refusePart(group);
    else {
      const mode = this.#modeOf(origin.group, origin.relation);
      if (mode === 'peers' && origin.group.members.length > 0) await this.#once(origin.group, origin.relation);
    }
    if (!this.#workspace.isFull(entity)) await this.#rows.join(meta, [entity]);
    if (!this.#workspace.isFull(entity)) throw missing(meta);
  }

  /**
   * How a relation of these entities is loaded: the query has the first word, then the relation, then the session.
   *
   * @throws NotLoadedError where that is not at all.
   */
  #modeOf({ fetchMode }: EntityGroup, relation: RelationMeta): FetchMode {
    const mode = fetchMode ?? relation.fetchMode ?? this.#mode;
    if (mode !== 'raise') return mode;
    const { model, name, many } = relation;
    const by =
      fetchMode !== undefined ? 'the query' : relation.fetchMode !== undefined ? 'the relation' : 'the session';
    throw new NotLoadedError(`${model.name}.${name} is not loaded, and ${by} lets nothing load on demand ${RAISE}.`, {
      model: model.name,
      field: name,
      remedy: many
        ? `Add .prefetchRelated('${name}') to the query.`
        : `Add .selectRelated('${name}') or .prefetchRelated('${name}') to the query.`,
    });
  }

  /** Rows that were read in part. */
  #refusePart({ fetchMode, meta }: EntityGroup): void {
    if ((fetchMode ?? this.#mode) !== 'raise') return;
    const by = fetchMode === undefined ? 'the session' : 'the query';
    throw new NotLoadedError(`This ${meta.name} was read in part, and ${by} lets nothing load on demand ${RAISE}.`, {
      model: meta.name,
      remedy: 'Read the fields in the query, or call session.refresh(entity).',
    });
  }

  /** Load for all members of a group; once, however many ask for it meanwhile. */
  async #once(group: EntityGroup, relation: RelationMeta): Promise<void> {
    let running = this.#underWay.get(group);
    if (running === undefined) this.#underWay.set(group, (running = new Map()));
    let promise = running.get(relation);
    if (promise === undefined) {
      const began = running;
      const members = group.members.filter((member) => knows(member, relation.sourceField));
      promise = this.#relations.join(relation, members).finally(() => began.delete(relation));
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

/** Whether the value of a key is at hand: not so for parts of a row that were not read. */
function knows(entity: object, key: KeyMeta): boolean {
  const row = State.row(entity);
  return row === null ? hasOwnKey(entity, key) : isRead(row, key);
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
