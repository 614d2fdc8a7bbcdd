import type { EntityCollection } from '../../core/collection.ts';
import { fieldPath } from '../../core/ast/expressions.ts';
import type { OrderNode } from '../../core/ast/expressions.ts';
import type { ChangingCollection, RelationTree } from '../../core/loader.ts';
import type { KeyMeta, LinkMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { receiveLink } from '../../core/receive-link.ts';
import { isPrimaryKey, partsOf, readKey, sidesOf } from '../../core/relation-keys.ts';
import { State } from '../../core/state.ts';
import { atHand } from '../../core/at-hand.ts';
import { isOf, rootOf } from '../../core/inheritance.ts';
import { fieldKey } from '../../core/keys.ts';
import type { ScopeConditions } from '../../query/scope-conditions.ts';
import { keyList, KEYS_AT_ONCE } from '../../query/key-lists.ts';
import type { QueryRunner } from '../../query/runner.ts';
import { initialState } from '../../query/state.ts';
import type { Loading, PrefetchState, QueryState } from '../../query/state.ts';
import { ownValue } from '../stored-value.ts';
import type { Workspace } from '../workspace.ts';
import { ascending, keyIn, keyOrdering, modelOrdering, visible } from './conditions.ts';
import { byKey, collection, hasLink, keysOf, lackingCollection, targetsOf } from './owners.ts';
import { slicesOf } from './slices.ts';

interface RelationLoading extends Loading {
  readonly relation: RelationMeta;
}

/** Up to so many owners it was faster to look for the first rows of one after the other: see the compiler of PostgreSQL. */
const FEW = 1_000;
type Reader = Pick<QueryRunner, 'entities' | 'rows'>;

/** What a unit of work has to do with what is loaded into its session. */
export interface Receiving {
  /** A collection is about to be filled. */
  readonly before: (collection: EntityCollection) => void;
  /** Those with changes that are not written yet. */
  readonly changed: ReadonlySet<ChangingCollection>;
  /** Rows of a model between two that lead to others than the database says. */
  readonly rows: (link: LinkMeta) => Iterable<MovedRow>;
}

/** A row of a model between two: the ends that it has in the database, and those that it is to have. */
export interface MovedRow {
  readonly from: readonly [source: object | undefined, target: object | undefined];
  readonly to: readonly [source: object | undefined, target: object | undefined];
}

const APART: Receiving = { before: () => undefined, changed: new Set(), rows: () => [] };

/** What holds for a query and for those that load for it. */
type Inherited = Pick<QueryState, 'using' | 'scopes' | 'fetchMode' | 'tags' | 'cached'>;

/**
 * Relations loaded by further queries: one for each relation, whatever the number of entities; keys that the session
 * has already are not fetched again. Works through a tree of paths, so that what paths share is loaded once.
 */
export class BatchLoader {
  readonly #workspace: Workspace;
  readonly #receiving: Receiving;
  #runner: Reader | undefined;

  constructor(workspace: Workspace, receiving: Receiving) {
    this.#workspace = workspace;
    this.#receiving = receiving;
  }

  /** The runner asks the loader, and the loader the runner: they are introduced when both exist. */
  use(runner: Reader): void {
    this.#runner = runner;
  }

  /** The same by another way to the database. */
  through(workspace: Workspace): BatchLoader {
    return new BatchLoader(workspace, this.#receiving);
  }

  /** For entities that no transaction brings back to what they were. */
  apart(workspace: Workspace): BatchLoader {
    return new BatchLoader(workspace, APART);
  }

  /** The same for a query that says where to read from, or which scopes are in force, or how to load on demand. */
  within({ using, scopes, fetchMode, tags, cached }: Inherited): BatchLoader {
    const others = [using, fetchMode, tags, cached];
    if (others.every((other) => other === undefined) && scopes === this.#workspace.scopes) return this;
    const runner = this.#runner!;
    const loader = new BatchLoader(this.#workspace, this.#receiving);
    // A prefetch may have said which scopes are in force for itself.
    const own = (state: QueryState): ScopeConditions =>
      state.scopes === this.#workspace.scopes ? scopes : state.scopes;
    loader.use({
      entities: (state) =>
        runner.entities({
          ...state,
          tags: state.tags ?? tags,
          using: using ?? state.using,
          scopes: own(state),
          fetchMode: state.fetchMode ?? fetchMode,
          cached: state.cached ?? cached,
        }),
      rows: (request) =>
        runner.rows({ ...request, state: { ...request.state, using, tags, cached, scopes: own(request.state) } }),
    });
    return loader;
  }

  /** Load a tree of relations of entities of one model, level by level. */
  async load(meta: ModelMeta, entities: readonly object[], tree: RelationTree): Promise<void> {
    let level = stepsOf(meta, entities, tree);
    while (level.length > 0) {
      await this.#loadLevel(level);
      level = level.flatMap(({ relation, entities: owners, below }) => {
        const targets = below.size === 0 ? [] : targetsOf(relation, owners);
        return targets.length === 0 ? [] : stepsOf(relation.target, targets, below);
      });
    }
  }

  /** Side by side where that saves time; but relations to one model after each other, so that no row comes twice. */
  async #loadLevel(level: readonly Step[]): Promise<void> {
    const lanes = new Map<ModelMeta | undefined, Step[]>();
    for (const step of level) {
      const lane = this.#workspace.pipelines ? step.relation.target : undefined;
      lanes.set(lane, [...(lanes.get(lane) ?? []), step]);
    }
    const settled = await Promise.allSettled([...lanes.values()].map((lane) => this.#loadLane(lane)));
    for (const result of settled) if (result.status === 'rejected') throw result.reason;
  }

  async #loadLane(lane: readonly Step[]): Promise<void> {
    for (const { relation, entities } of lane) await this.loadRelation(relation, entities);
  }

  /** Load one relation of many entities; those that have it already are left alone. */
  async loadRelation(relation: RelationMeta, peers: readonly object[], onDemand = false): Promise<void> {
    const { model } = relation;
    // Where classes share a table, not all that came from one query have a relation that one of them adds.
    const entities = model.inheritance === undefined ? peers : peers.filter((entity) => isOf(entity, model));
    const loads = { relation, onDemand };
    const flushed = this.beforeKeys(relation);
    if (flushed !== undefined) await flushed;
    if (relation.link !== undefined) await this.#loadManyToMany(loads, entities);
    else if (relation.many) await this.#loadReverse(loads, entities);
    else if (!relation.owning) await this.#loadReverseOne(loads, entities);
    else if (relation.toKey) await this.#loadByKey(loads, keysOf(relation, entities));
    else await this.#loadByField(loads, entities);
  }

  /**
   * By the values of fields that are not keys: a flush that comes before the query changes them, so it has to come before they are
   * asked for.
   */
  beforeKeys({ model, target, sourceField, toKey }: RelationMeta): Promise<void> | undefined {
    const areKeys = toKey || isPrimaryKey(sourceField);
    return areKeys ? undefined : this.#workspace.beforeRead(new Set([rootOf(model), rootOf(target)]));
  }

  /** Entities of these keys, all of them loaded in full afterwards. */
  async #loadByKey(loads: RelationLoading, keys: ReadonlyMap<unknown, unknown>): Promise<void> {
    const { target } = loads.relation;
    const map = this.#workspace.identityMap.of(target);
    const missing: unknown[] = [];
    for (const [name, key] of keys) {
      const known = map.get(name);
      if (known === undefined || !this.#workspace.isFull(known)) missing.push(key);
    }
    if (missing.length > 0) await this.#fetch(loads, target.identity, missing, []);
  }

  /** A foreign key to a unique column that is not the key: found by value, and linked. */
  async #loadByField(loads: RelationLoading, entities: readonly object[]): Promise<void> {
    const { relation } = loads;
    const { sourceField, targetField } = relation;
    const lacking = entities.filter((entity) => !hasLink(entity, relation));
    const keys = keysOf(relation, lacking);
    if (keys.size === 0) return;
    const found = new Map(
      (await this.#fetch(loads, targetField, [...keys.values()], [])).map((item) => [
        this.storedKey(relation.target, item, targetField),
        item,
      ]),
    );
    for (const entity of lacking) {
      const key = readKey(entity, sourceField);
      const item = found.get(fieldKey(sourceField, key)) ?? atHand(entity, relation, key);
      if (item !== undefined) receiveLink(entity, relation, item);
    }
  }

  async #loadReverseOne(loads: RelationLoading, entities: readonly object[]): Promise<void> {
    const { relation } = loads;
    const lacking = entities.filter((entity) => State.link(entity, relation.index) === undefined);
    const owners = this.#byKey(relation.sourceField, lacking);
    if (owners.size === 0) return;
    for (const item of await this.#fetch(
      loads,
      relation.targetField,
      this.#valuesOf(relation.sourceField, owners.values()),
      [],
    )) {
      const owner = owners.get(this.storedKey(relation.target, item, relation.targetField));
      if (owner !== undefined) receiveLink(owner, relation, item);
    }
    for (const owner of owners.values())
      if (State.link(owner, relation.index) === undefined) State.setLink(owner, relation.index, null);
  }

  async #loadReverse(loads: RelationLoading, entities: readonly object[]): Promise<void> {
    const { relation } = loads;
    const { sourceField, targetField, target } = relation;
    const owners = this.#byKey(sourceField, lackingCollection(relation, entities));
    if (owners.size === 0) return;
    const lists = new Map<unknown, object[]>();
    for (const key of owners.keys()) lists.set(key, []);
    const order = target.ordering.length > 0 ? modelOrdering([], target) : keyOrdering(target);
    for (const item of await this.#fetch(loads, targetField, this.#valuesOf(sourceField, owners.values()), order)) {
      lists.get(this.storedKey(target, item, targetField))?.push(item);
    }
    for (const [key, owner] of owners) this.receive(collection(owner, relation), lists.get(key)!);
  }

  /** Links first, then the targets that are not there yet, each once, however often it is linked. */
  async #loadManyToMany(loads: RelationLoading, entities: readonly object[]): Promise<void> {
    const { relation } = loads;
    const { link, target, sourceField } = relation;
    const { source, target: toTarget } = link!;
    const owners = this.#byKey(sourceField, lackingCollection(relation, entities));
    if (owners.size === 0) return;
    const rows = await this.linkedKeys(loads, this.#valuesOf(sourceField, owners.values()));
    // A model between the two may link them twice.
    const lists = new Map<unknown, Set<object>>();
    const doubles = new Map<unknown, Map<object, number>>();
    for (const key of owners.keys()) lists.set(key, new Set());
    // The second half of one load.
    await this.#loadByKey({ relation, onDemand: false }, new Map(rows.map(([, to]) => [fieldKey(toTarget, to), to])));
    const map = this.#workspace.identityMap.of(target);
    for (const [from, to] of rows) {
      const item = map.get(fieldKey(toTarget, to));
      const list = item === undefined ? undefined : lists.get(fieldKey(source, from))!;
      if (list?.has(item!) === true) double(doubles, fieldKey(source, from), item!);
      else list?.add(item!);
    }
    for (const [key, owner] of owners)
      this.receive(collection(owner, relation), [...lists.get(key)!], doubles.get(key));
    this.showOtherSide(relation, owners.values());
  }

  /** The keys at both ends of the links of these owners, in the order in which their collections have them. */
  linkedKeys(loads: RelationLoading, keys: readonly unknown[]): Promise<unknown[][]> {
    const { link, target } = loads.relation;
    const { model, source, target: toTarget } = link!;
    const [, side] = sidesOf(link!);
    const columns = [...partsOf(source), ...partsOf(toTarget)].map((field, i) => ({
      name: `k${i}`,
      expression: fieldPath(field),
    }));
    const order =
      target.ordering.length > 0
        ? modelOrdering([side], target)
        : columns.map(({ expression }) => ascending(expression));
    const state = { ...initialState(model, this.#workspace.scopes), order, loads };
    return this.#inSlices(source, keys, async (slice) => {
      const where = [keyIn(source, slice), ...visible(side)];
      return pairsOf(link!, await this.#runner!.rows({ kind: 'values', state: { ...state, where }, columns }));
    });
  }

  /** Fill a collection; what it waits to have written stays. */
  receive(into: EntityCollection, items: readonly object[], doubles?: Map<object, number>): void {
    this.#receiving.before(into);
    into.receive(items, doubles);
  }

  /** Links that the other side of a many-to-many relation is to write are shown in collections that were just filled. */
  showOtherSide(relation: RelationMeta, filled: Iterable<object>): void {
    const { changed } = this.#receiving;
    const owners = new Set(filled);
    const others = [...changed].filter(
      (other) => relation.inverse?.many === true && other.relation === relation.inverse,
    );
    for (const other of others) {
      for (const owner of other.pending?.removed ?? [])
        if (owners.has(owner)) collection(owner, relation).showOther(other.owner, false);
      if (other.pending?.replaces !== true) continue;
      for (const owner of owners) if (other.leavesOut(owner)) collection(owner, relation).showOther(other.owner, false);
    }
    // All rows of a pair go with its link: those that are there now have come since.
    if (relation.link?.implicit === false) this.#showRows(relation, relation.link, owners);
    for (const other of others)
      for (const owner of other.pending?.added ?? [])
        if (owners.has(owner)) collection(owner, relation).showOther(other.owner, true);
  }

  /** So are rows of a model between the two that the session itself is to write. */
  #showRows(relation: RelationMeta, link: LinkMeta, filled: ReadonlySet<object>): void {
    for (const { from, to } of this.#receiving.rows(link))
      for (const [[source, target], joined] of [
        [from, false],
        [to, true],
      ] as const)
        if (source !== undefined && target !== undefined && filled.has(source))
          collection(source, relation).showRow(target, joined);
  }

  #fetch(
    loads: RelationLoading,
    field: KeyMeta,
    keys: readonly unknown[],
    order: readonly OrderNode[],
  ): Promise<object[]> {
    const { target } = loads.relation;
    return this.entities({ ...initialState(target, this.#workspace.scopes), order, loads }, field, keys);
  }

  /** The rows of a query that have one of these values in a field; so many for each at most. */
  entities(
    state: QueryState,
    field: KeyMeta,
    keys: readonly unknown[],
    limit?: PrefetchState['limit'],
  ): Promise<object[]> {
    return this.#inSlices(field, keys, (slice) =>
      this.#runner!.entities(
        limit === undefined
          ? { ...state, where: [...state.where, keyIn(field, slice)], byKey: keysIn(field, slice) }
          : { ...state, perParent: { field, owners: keyList(field, slice), few: slice.length <= FEW, limit } },
      ),
    );
  }

  /** Pairs of keys that join these owners to the rows of a query. */
  links(
    state: QueryState,
    relation: RelationMeta,
    keys: readonly unknown[],
    limit: PrefetchState['limit'],
  ): Promise<unknown[][]> {
    const link = relation.link!;
    return this.#inSlices(link.source, keys, async (slice) => {
      const owners = keyList(link.source, slice);
      return pairsOf(link, await this.#runner!.rows({ kind: 'links', state, relation, owners, limit }));
    });
  }

  async #inSlices<T>(
    key: KeyMeta,
    keys: readonly unknown[],
    ask: (slice: readonly unknown[]) => Promise<T[]>,
  ): Promise<T[]> {
    const slices =
      key.parts === undefined ? slicesOf(keys, this.#workspace.engine.adapter.maxBytes) : inGroups(keys, KEYS_AT_ONCE);
    if (slices.length === 1) return ask(slices[0]!);
    const found: T[][] = [];
    for (const slice of slices) found.push(await ask(slice));
    return found.flat();
  }

  #byKey(field: KeyMeta, owners: readonly object[]): Map<unknown, object> {
    return byKey(field, owners, (owner) => this.ownValue(owner, field));
  }

  #valuesOf(field: KeyMeta, owners: Iterable<object>): unknown[] {
    return Array.from(owners, (owner) => this.ownValue(owner, field));
  }

  /** By what others refer to an owner. A field that is not the key may have been given another value, which is not written. */
  ownValue(owner: object, key: KeyMeta): unknown {
    const { compiled } = this.#workspace;
    return (isPrimaryKey(key) ? undefined : ownValue(compiled, owner, key)) ?? readKey(owner, key);
  }

  /** What the database says, not what an unwritten change says. */
  storedKey(meta: ModelMeta, item: object, key: KeyMeta): unknown {
    const row = State.row(item);
    return fieldKey(key, row === null ? readKey(item, key) : this.#workspace.compiled.codec(meta).keyIn(row, key));
  }
}

function double(counts: Map<unknown, Map<object, number>>, owner: unknown, item: object): void {
  const own = counts.get(owner) ?? new Map<object, number>();
  counts.set(owner, own.set(item, (own.get(item) ?? 0) + 1));
}

/** Values as keys of rows, if they are. */
function keysIn(key: KeyMeta, values: readonly unknown[]): QueryState['byKey'] {
  if (key !== key.model.identity) return undefined;
  return key.parts === undefined ? values.map((value) => [value]) : (values as readonly (readonly unknown[])[]);
}

/** Rows of links as the keys at both ends: those of several columns are tuples. */
function pairsOf({ source, target }: LinkMeta, rows: unknown[][]): unknown[][] {
  if (source.parts === undefined && target.parts === undefined) return rows;
  const width = partsOf(source).length;
  const valueOf = (key: KeyMeta, values: unknown[]): unknown => (key.parts === undefined ? values[0] : values);
  return rows.map((row) => [valueOf(source, row.slice(0, width)), valueOf(target, row.slice(width))]);
}

function inGroups<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) => items.slice(i * size, (i + 1) * size));
}

/** One relation of some entities, and what is to be loaded of those at its other end. */
interface Step {
  readonly relation: RelationMeta;
  readonly entities: readonly object[];
  readonly below: RelationTree;
}

function stepsOf(meta: ModelMeta, entities: readonly object[], tree: RelationTree): Step[] {
  return Array.from(tree, ([name, below]) => ({ relation: meta.relationByName.get(name)!, entities, below }));
}
