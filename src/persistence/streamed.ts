import { EntityCollection } from '../core/collection.ts';
import { mapKey } from '../core/keys.ts';
import { modelOf, rootOf } from '../core/inheritance.ts';
import type { EntityGroup } from '../core/loader.ts';
import type { KeyMeta, ModelMeta } from '../core/metadata.ts';
import { isRead, readKey } from '../core/relation-keys.ts';
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
    const batch = new Batch(this.#workspace.identityMap, (meta, key) => this.#isInUse(meta, key));
    this.#batches.push(batch);
    return this.#workspace.withEntities(batch);
  }

  #release(batch: Batch): void {
    const { identityMap } = this.#workspace;
    const needed = this.#needed(batch);
    const left = new IdentityMap();
    const gone: [ModelMeta, ReadonlySet<unknown>][] = [];
    const leave = new Leaving(new ApartLoader(left, this.#workspace.loader, STREAMED));
    for (const [meta, brought] of batch.brought()) {
      const map = identityMap.of(meta);
      const leaving = new Set<unknown>();
      for (const [key, entity] of brought) {
        if (needed.has(entity) || map.get(key) !== entity) continue;
        keepTargets(entity, identityMap);
        if (this.#isInUse(meta, key)) continue;
        leaving.add(key);
        this.#forgetReferences(modelOf(entity), entity);
        left.of(meta).set(key, entity);
        leave.entity(entity);
      }
      gone.push([meta, leaving]);
    }
    for (const [meta, keys] of gone) identityMap.without(meta, keys);
    leave.groups();
  }

  /** Whether a batch that is kept has brought it, or met it. */
  #isInUse(meta: ModelMeta, key: unknown): boolean {
    return this.#batches.some((batch) => batch.holds(meta, key));
  }

  /** What has to stay: what is to be written, and whatever of the batch it leads to. */
  #needed(batch: Batch): ReadonlySet<object> {
    const { compiled, identityMap } = this.#workspace;
    const mayNotLeave = this.#workspace.mayNotLeave();
    const needed = new Set<object>();
    for (const [meta, brought] of batch.brought()) {
      const map = identityMap.of(meta);
      for (const [key, entity] of brought) {
        if (map.get(key) !== entity) continue;
        const row = State.row(entity);
        if (row === null || mayNotLeave(entity) || compiled.codec(modelOf(entity)).diff(entity, row) !== null)
          needed.add(entity);
      }
    }
    for (const entity of needed) for (const other of reachedFrom(entity, identityMap)) needed.add(other);
    return needed;
  }

  /** References that were made by reading the relations of an entity stand for nothing that anybody could load from there. */
  #forgetReferences({ relations }: ModelMeta, entity: object): void {
    for (const { owning, target, toKey, sourceField } of relations) {
      if (!owning || !toKey) continue;
      const map = this.#workspace.identityMap.of(target);
      const value = valueAt(entity, sourceField);
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

/** What is found by its key in the session is linked: it may leave, with this batch or another, and is to be found then, too. */
function keepTargets(entity: object, identityMap: IdentityMap): void {
  for (const { index, owning, target, toKey, sourceField } of State.group(entity)!.meta.relations) {
    if (!owning || !toKey || State.link(entity, index) !== undefined) continue;
    const key = valueAt(entity, sourceField);
    if (key === undefined || key === null) continue;
    const found = identityMap.of(target).get(mapKey(target, key));
    if (found !== undefined && State.row(found) !== null) State.setLink(entity, index, found);
  }
}

/** A key's value; undefined where it was not read. */
function valueAt(entity: object, key: KeyMeta): unknown {
  return isRead(State.row(entity), key) ? readKey(entity, key) : undefined;
}

/** The entities at the other ends of an entity's relations, as far as they are at hand. */
function reachedFrom(entity: object, identityMap: IdentityMap): object[] {
  return modelOf(entity).relations.flatMap(({ index, owning, target, toKey, sourceField }) => {
    const link = State.link(entity, index);
    if (link instanceof EntityCollection) return link.isLoaded ? link.toArray() : [];
    if (State.is(link)) return [link];
    const key = owning && toKey ? valueAt(entity, sourceField) : undefined;
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
  readonly #cameBefore: (meta: ModelMeta, key: unknown) => boolean;
  readonly #maps = new Map<ModelMeta, NotingMap>();

  constructor(session: IdentityMap, cameBefore: (meta: ModelMeta, key: unknown) => boolean) {
    super();
    this.#session = session;
    this.#cameBefore = cameBefore;
  }

  /** Whether an entity came with this batch, or was met in it. */
  holds(meta: ModelMeta, key: unknown): boolean {
    return this.#maps.get(meta)?.has(key) === true;
  }

  override of(model: ModelMeta): Map<unknown, object> {
    const meta = rootOf(model);
    let map = this.#maps.get(meta);
    if (map === undefined) {
      map = new NotingMap(this.#session, meta, (key) => this.#cameBefore(meta, key));
      this.#maps.set(meta, map);
    }
    return map;
  }

  /** What the batch has brought. */
  brought(): IterableIterator<[ModelMeta, Map<unknown, object>]> {
    return this.#maps.entries();
  }
}

/** Looks up what the session has, and holds what came through it, or through the batch before and was met again. */
class NotingMap extends Map<unknown, object> {
  readonly #session: IdentityMap;
  readonly #meta: ModelMeta;
  readonly #cameBefore: (key: unknown) => boolean;

  constructor(session: IdentityMap, meta: ModelMeta, cameBefore: (key: unknown) => boolean) {
    super();
    this.#session = session;
    this.#meta = meta;
    this.#cameBefore = cameBefore;
  }

  override get(key: unknown): object | undefined {
    const found = this.#session.of(this.#meta).get(key);
    if (found !== undefined && !this.has(key) && this.#cameBefore(key)) super.set(key, found);
    return found;
  }

  override set(key: unknown, entity: object): this {
    this.#session.of(this.#meta).set(key, entity);
    return super.set(key, entity);
  }
}
