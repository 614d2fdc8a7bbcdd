import type { OrderNode } from '../../core/ast/expressions.ts';
import { fieldKey } from '../../core/keys.ts';
import type { RelationTree } from '../../core/loader.ts';
import type { KeyMeta, RelationMeta } from '../../core/metadata.ts';
import { receiveLink } from '../../core/receive-link.ts';
import { partsOf, readKey } from '../../core/relation-keys.ts';
import { State } from '../../core/state.ts';
import { mergeTrees } from '../../query/paths.ts';
import type { PrefetchState, QueryState } from '../../query/state.ts';
import type { Workspace } from '../workspace.ts';
import type { BatchLoader } from './batched.ts';
import { byKey, collection, hasLink, lackingCollection, targetsOf } from './owners.ts';

type Asked = Pick<QueryState, 'meta' | 'batched' | 'prefetches'>;

/** What was found for each owner, by the key of the owner as a Map compares it. */
type Found = ReadonlyMap<unknown, object[]>;

const NO_ORDER: readonly OrderNode[] = [];

/** Everything that comes by further queries: relations by their paths, and those that have a query set of their own. */
export async function loadRelations(
  workspace: Workspace,
  batch: BatchLoader,
  asked: Asked,
  entities: readonly object[],
): Promise<void> {
  if (asked.prefetches.length === 0) await batch.load(asked.meta, entities, asked.batched);
  else await new PrefetchLoader(workspace, batch).load(asked, entities);
}

/**
 * Relations by query sets. What goes into the relations themselves comes first, so that the paths that lead through them find
 * them loaded; what goes to a name of its own comes last, when its owners are there.
 */
class PrefetchLoader {
  readonly #workspace: Workspace;
  readonly #batch: BatchLoader;

  constructor(workspace: Workspace, batch: BatchLoader) {
    this.#workspace = workspace;
    this.#batch = batch;
  }

  async load({ meta, batched, prefetches }: Asked, entities: readonly object[]): Promise<void> {
    const whole = prefetches.filter(({ as }) => as === undefined);
    for (const prefetch of whole.toSorted((a, b) => a.steps.length - b.steps.length)) {
      await this.#batch.load(meta, entities, treeOf(prefetch.steps));
      await this.#fill(prefetch, ownersOf(prefetch, entities));
    }
    await this.#batch.load(meta, entities, batched);
    for (const prefetch of prefetches)
      if (prefetch.as !== undefined) await this.#name(prefetch, prefetch.as, ownersOf(prefetch, entities));
  }

  /** Into an attribute of this name. */
  async #name(prefetch: PrefetchState, as: string, owners: readonly object[]): Promise<void> {
    const { sourceField, many } = prefetch.relation;
    const found = await this.#find(prefetch, owners);
    for (const owner of owners) {
      const items = found.get(fieldKey(sourceField, this.#keyOf(prefetch.relation, owner))) ?? [];
      (owner as Record<string, unknown>)[as] = many ? items : (items[0] ?? null);
    }
  }

  /** Into the relation itself, of those owners that lack it. */
  async #fill(prefetch: PrefetchState, owners: readonly object[]): Promise<void> {
    const { relation, state } = prefetch;
    const lacking = this.#lacking(relation, owners);
    const found = lacking.length === 0 ? undefined : await this.#find(prefetch, lacking);
    if (found !== undefined) {
      for (const owner of lacking) this.#receive(relation, owner, found);
      this.#batch.showOtherSide(relation, lacking);
    }
    // Those that were there already have what the query set asked for besides, too.
    const all = targetsOf(relation, owners);
    const batched = mergeTrees(state.joined, state.batched);
    await this.load({ meta: relation.target, batched, prefetches: state.prefetches }, all);
  }

  #lacking(relation: RelationMeta, owners: readonly object[]): object[] {
    if (relation.many) return lackingCollection(relation, owners);
    if (!relation.owning) return owners.filter((owner) => State.link(owner, relation.index) === undefined);
    if (!relation.toKey) return owners.filter((owner) => !hasLink(owner, relation));
    const known = this.#workspace.identityMap.of(relation.target);
    return owners.filter((owner) => {
      const target = known.get(fieldKey(relation.sourceField, readKey(owner, relation.sourceField)));
      return target === undefined || !this.#workspace.isFull(target);
    });
  }

  #receive(relation: RelationMeta, owner: object, found: Found): void {
    const items = found.get(fieldKey(relation.sourceField, this.#keyOf(relation, owner))) ?? [];
    if (relation.many) this.#batch.receive(collection(owner, relation), items);
    // Others are found by their key.
    else if (!relation.owning || !relation.toKey) receiveLink(owner, relation, items[0] ?? null);
  }

  async #find(asked: PrefetchState, owners: readonly object[]): Promise<Found> {
    const prefetch = { ...asked, state: { ...asked.state, loads: { relation: asked.relation, onDemand: false } } };
    const flushed = this.#batch.beforeKeys(asked.relation);
    if (flushed !== undefined) await flushed;
    const { sourceField } = asked.relation;
    const keys = byKey(sourceField, owners, (owner) => this.#keyOf(asked.relation, owner));
    const found = new Map<unknown, object[]>();
    for (const key of keys.keys()) found.set(key, []);
    if (keys.size === 0 || prefetch.state.empty) return found;
    const values = Array.from(keys.values(), (owner) => this.#keyOf(asked.relation, owner));
    if (prefetch.relation.link === undefined) await this.#findByField(prefetch, values, found);
    else await this.#findByLinks(prefetch, values, found);
    return found;
  }

  #keyOf({ owning, sourceField }: RelationMeta, owner: object): unknown {
    return owning ? readKey(owner, sourceField) : this.#batch.ownValue(owner, sourceField);
  }

  /** The rows that refer to the owners, or that they refer to: one statement. */
  async #findByField({ relation, state, limit }: PrefetchState, keys: unknown[], found: Found): Promise<void> {
    const { target, targetField } = relation;
    const items = await this.#batch.entities(withField(state, targetField), targetField, keys, limit);
    for (const item of items) found.get(this.#batch.storedKey(target, item, targetField))?.push(item);
  }

  /** Pairs of keys in their order, then the rows of those that are not there yet. */
  async #findByLinks({ relation, state, limit }: PrefetchState, keys: unknown[], found: Found): Promise<void> {
    const { target, targetField, link } = relation;
    const pairs = await this.#batch.links(state, relation, keys, limit);
    const wanted = new Map(pairs.map(([, key]) => [fieldKey(targetField, key), key]));
    const known = this.#workspace.identityMap.of(target);
    const there = [...wanted.keys()].filter((name) => this.#serves(state, known.get(name)));
    const missing = new Map(wanted);
    for (const name of there) missing.delete(name);
    const rows = { ...withField(state, targetField), where: [], order: NO_ORDER };
    if (missing.size > 0) await this.#batch.entities(rows, targetField, [...missing.values()]);
    if (there.length > 0)
      await this.load(
        { ...state, meta: target },
        there.map((name) => known.get(name)!),
      );
    const lists = new Map([...found.keys()].map((key) => [key, new Set<object>()]));
    for (const [owner, key] of pairs) {
      const item = known.get(fieldKey(targetField, key));
      if (item !== undefined) lists.get(fieldKey(link!.source, owner))?.add(item);
    }
    for (const [owner, items] of lists) found.get(owner)!.push(...items);
  }

  /** Whether an entity that is there already is all that a query set wants of it. */
  #serves({ annotations, joined, fresh }: QueryState, known: object | undefined): boolean {
    return (
      known !== undefined && this.#workspace.isFull(known) && annotations.length === 0 && joined.size === 0 && !fresh
    );
  }
}

function ownersOf({ steps }: PrefetchState, entities: readonly object[]): readonly object[] {
  let owners = entities;
  for (const step of steps) owners = targetsOf(step, owners);
  return owners;
}

function treeOf(steps: readonly RelationMeta[]): RelationTree {
  let tree: RelationTree = new Map();
  for (const { name } of steps.toReversed()) tree = new Map([[name, tree]]);
  return tree;
}

/** Rows of which only some fields are read have the field that says whose they are. */
function withField(state: QueryState, key: KeyMeta): QueryState {
  const { fields, meta } = state;
  const parts = partsOf(key);
  return fields === undefined || parts.every((part) => fields.includes(part))
    ? state
    : { ...state, fields: meta.fields.filter((other) => parts.includes(other) || fields.includes(other)) };
}
