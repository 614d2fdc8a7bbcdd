import { EntityCollection } from '../core/collection.ts';
import { mapKey } from '../core/keys.ts';
import type { EntityGroup } from '../core/loader.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { ApartLoader, STREAMED } from './apart.ts';
import { IdentityMap } from './identity-map.ts';
import type { Workspace } from './workspace.ts';

/** The batch that a loop is at and the one before it, so that an entity may be changed when the next one is known. */
const BATCHES_KEPT = 2;

/**
 * What a stream brings into the session, batch by batch. A batch leaves when two more have come, so that a stream of any length
 * takes the memory of two; but for entities with changes, which stay until these are written, and what they lead to.
 *
 * An entity that leaves is detached and frozen: it stays readable, with the relations that were loaded, and to change it throws,
 * because nobody would write that. What the session had before the stream stays, and so does what the application reads beside it.
 */
export class StreamedBatches {
  readonly #workspace: Workspace;
  readonly #batches: Batch[] = [];

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  /** Where the entities of the next batch are made. */
  next(): Workspace {
    if (this.#batches.length === BATCHES_KEPT) this.#release(this.#batches.shift()!);
    const batch = new Batch(this.#workspace.identityMap);
    this.#batches.push(batch);
    return this.#workspace.withEntities(batch);
  }

  #release(batch: Batch): void {
    const { identityMap } = this.#workspace;
    const needed = this.#needed(batch);
    const left = new IdentityMap();
    const leave = new Leaving(new ApartLoader(left, this.#workspace.loader, STREAMED));
    for (const [meta, brought] of batch.entries()) {
      const map = identityMap.of(meta);
      const leaving = new Set<unknown>();
      for (const [key, entity] of brought) {
        if (needed.has(entity) || map.get(key) !== entity) continue;
        leaving.add(key);
        this.#forgetReferences(meta, entity);
        left.of(meta).set(key, entity);
        leave.entity(entity);
      }
      identityMap.without(meta, leaving);
    }
    leave.groups();
  }

  /** What has to stay: what is to be written, and whatever of the batch it leads to. */
  #needed(batch: Batch): ReadonlySet<object> {
    const { compiled, identityMap } = this.#workspace;
    const mayNotLeave = this.#workspace.mayNotLeave();
    const needed = new Set<object>();
    for (const [meta, brought] of batch.entries()) {
      const { diff } = compiled.codec(meta);
      const map = identityMap.of(meta);
      for (const [key, entity] of brought) {
        if (map.get(key) !== entity) continue;
        const row = State.row(entity);
        if (row === null || mayNotLeave(entity) || diff(entity, row) !== null) needed.add(entity);
      }
    }
    for (const entity of needed) for (const other of reachedFrom(entity, identityMap)) needed.add(other);
    return needed;
  }

  /** References that were made by reading the relations of an entity stand for nothing that anybody could load from there. */
  #forgetReferences({ relations }: ModelMeta, entity: object): void {
    for (const { owning, target, targetField, sourceField } of relations) {
      if (!owning || !targetField.primaryKey) continue;
      const map = this.#workspace.identityMap.of(target);
      const value = (entity as Record<string, unknown>)[sourceField.name];
      if (map.size === 0 || value === null || value === undefined) continue;
      const key = mapKey(target, value);
      const reference = map.get(key);
      if (reference !== undefined && State.row(reference) === null && isFrom(reference, State.group(entity)))
        map.delete(key);
    }
  }
}

function isFrom(reference: object, group: EntityGroup | null): boolean {
  const { kind, origin } = State.group(reference) ?? {};
  return kind === 'reference' && origin?.group === group;
}

/** The entities at the other ends of an entity's relations, as far as they are at hand. */
function reachedFrom(entity: object, identityMap: IdentityMap): object[] {
  const { meta } = State.group(entity)!;
  return meta.relations.flatMap(({ index, owning, target, targetField, sourceField }) => {
    const link = State.link(entity, index);
    if (link instanceof EntityCollection) return link.isLoaded ? link.toArray() : [];
    if (State.is(link)) return [link];
    const key = owning && targetField.primaryKey ? (entity as Record<string, unknown>)[sourceField.name] : undefined;
    const found = key === undefined || key === null ? undefined : identityMap.of(target).get(mapKey(target, key));
    return found === undefined ? [] : [found];
  });
}

/** Entities on their way out of the session: each gets a group like its own, whose loader loads nothing more. */
class Leaving {
  readonly #loader: ApartLoader;
  readonly #groups = new Map<EntityGroup, EntityGroup>();

  constructor(loader: ApartLoader) {
    this.#loader = loader;
  }

  entity(entity: object): void {
    const group = State.group(entity)!;
    let apart = this.#groups.get(group);
    if (apart === undefined)
      this.#groups.set(group, (apart = { ...group, loader: this.#loader, members: [], targets: [] }));
    State.setGroup(entity, apart);
    Object.freeze(entity);
  }

  /** Those that stay have peers no more that left. */
  groups(): void {
    for (const group of this.#groups.keys()) {
      const staying = group.members.filter((member) => State.group(member) === group);
      group.members.splice(0, group.members.length, ...staying);
    }
  }
}

/** The session's identity map, as one batch sees it: what is new in it is noted. */
class Batch extends IdentityMap {
  readonly #session: IdentityMap;
  readonly #maps = new Map<ModelMeta, NotingMap>();

  constructor(session: IdentityMap) {
    super();
    this.#session = session;
  }

  override of(meta: ModelMeta): Map<unknown, object> {
    let map = this.#maps.get(meta);
    if (map === undefined) this.#maps.set(meta, (map = new NotingMap(this.#session, meta)));
    return map;
  }

  /** What the batch has brought. */
  override entries(): IterableIterator<[ModelMeta, Map<unknown, object>]> {
    return this.#maps.entries();
  }
}

/** Looks up what the session has, and holds what came through it. */
class NotingMap extends Map<unknown, object> {
  readonly #session: IdentityMap;
  readonly #meta: ModelMeta;

  constructor(session: IdentityMap, meta: ModelMeta) {
    super();
    this.#session = session;
    this.#meta = meta;
  }

  override get(key: unknown): object | undefined {
    return this.#session.of(this.#meta).get(key);
  }

  override set(key: unknown, entity: object): this {
    this.#session.of(this.#meta).set(key, entity);
    return super.set(key, entity);
  }
}
