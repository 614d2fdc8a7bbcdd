import type { EntityCollection } from '../../core/collection.ts';
import { fieldPath } from '../../core/ast/expressions.ts';
import type { Expression, OrderNode } from '../../core/ast/expressions.ts';
import type { RelationTree } from '../../core/loader.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import { State } from '../../core/state.ts';
import { fieldKey } from '../../core/keys.ts';
import type { ScopeConditions } from '../../query/scope-conditions.ts';
import { path } from '../../query/nodes.ts';
import type { QueryRunner } from '../../query/runner.ts';
import { initialState } from '../../query/state.ts';
import type { QueryState } from '../../query/state.ts';
import type { Workspace } from '../workspace.ts';

type Values = Record<string, unknown>;
export type Reader = Pick<QueryRunner, 'entities' | 'rows'>;

/**
 * Relations loaded by further queries: one for each relation, whatever the number of entities; keys that the session
 * has already are not fetched again. Works through a tree of paths, so that what paths share is loaded once.
 */
export class BatchLoader {
  readonly #workspace: Workspace;
  readonly #beforeReceive: (collection: EntityCollection) => void;
  #runner: Reader | undefined;

  constructor(workspace: Workspace, beforeReceive: (collection: EntityCollection) => void) {
    this.#workspace = workspace;
    this.#beforeReceive = beforeReceive;
  }

  /** The runner asks the loader, and the loader the runner: they are introduced when both exist. */
  use(runner: Reader): void {
    this.#runner = runner;
  }

  /** What this loader asks. */
  get reader(): Reader {
    return this.#runner!;
  }

  /** The same by another way to the database. */
  through(workspace: Workspace): BatchLoader {
    return new BatchLoader(workspace, this.#beforeReceive);
  }

  /** For entities that no transaction brings back to what they were. */
  apart(workspace: Workspace): BatchLoader {
    return new BatchLoader(workspace, () => undefined);
  }

  /** The same for a query that says where to read from, or which scopes are in force. */
  within({ using, scopes }: Pick<QueryState, 'using' | 'scopes'>): BatchLoader {
    if (using === undefined && scopes === this.#workspace.scopes) return this;
    const runner = this.#runner!;
    const loader = new BatchLoader(this.#workspace, this.#beforeReceive);
    // A prefetch may have said which scopes are in force for itself.
    const own = (state: QueryState): ScopeConditions =>
      state.scopes === this.#workspace.scopes ? scopes : state.scopes;
    loader.use({
      entities: (state) => runner.entities({ ...state, using, scopes: own(state) }),
      rows: (request) => runner.rows({ ...request, state: { ...request.state, using, scopes: own(request.state) } }),
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
  async loadRelation(relation: RelationMeta, entities: readonly object[]): Promise<void> {
    if (relation.link !== undefined) await this.#loadManyToMany(relation, entities);
    else if (relation.many) await this.#loadReverse(relation, entities);
    else if (!relation.owning) await this.#loadReverseOne(relation, entities);
    else if (relation.targetField.primaryKey) await this.#loadByKey(relation.target, keysOf(relation, entities));
    else await this.#loadByField(relation, entities);
  }

  /** Entities of these keys, all of them loaded in full afterwards. */
  async #loadByKey(target: ModelMeta, keys: ReadonlyMap<unknown, unknown>): Promise<void> {
    const map = this.#workspace.identityMap.of(target);
    const missing: unknown[] = [];
    for (const [name, key] of keys) {
      const known = map.get(name);
      if (known === undefined || !this.#workspace.isFull(known)) missing.push(key);
    }
    if (missing.length > 0) await this.#fetch(target, target.key[0]!, missing, []);
  }

  /** A foreign key to a unique column that is not the key: found by value, and linked. */
  async #loadByField(relation: RelationMeta, entities: readonly object[]): Promise<void> {
    const { sourceField, targetField, target } = relation;
    const lacking = entities.filter((entity) => !hasLink(entity, relation));
    const keys = keysOf(relation, lacking);
    if (keys.size === 0) return;
    const found = new Map(
      (await this.#fetch(target, targetField, [...keys.values()], [])).map((item) => [
        fieldKey(targetField, (item as Values)[targetField.name]),
        item,
      ]),
    );
    for (const entity of lacking) {
      const item = found.get(fieldKey(sourceField, (entity as Values)[sourceField.name]));
      if (item !== undefined) State.setLink(entity, relation.index, item);
    }
  }

  async #loadReverseOne(relation: RelationMeta, entities: readonly object[]): Promise<void> {
    const lacking = entities.filter((entity) => State.link(entity, relation.index) === undefined);
    const owners = byKey(relation.sourceField, lacking);
    if (owners.size === 0) return;
    for (const item of await this.#fetch(
      relation.target,
      relation.targetField,
      valuesOf(relation.sourceField, owners.values()),
      [],
    )) {
      const owner = owners.get(this.storedKey(relation.target, item, relation.targetField));
      if (owner !== undefined) State.setLink(owner, relation.index, item);
    }
    for (const owner of owners.values())
      if (State.link(owner, relation.index) === undefined) State.setLink(owner, relation.index, null);
  }

  async #loadReverse(relation: RelationMeta, entities: readonly object[]): Promise<void> {
    const { sourceField, targetField, target } = relation;
    const owners = byKey(sourceField, lackingCollection(relation, entities));
    if (owners.size === 0) return;
    const lists = new Map<unknown, object[]>();
    for (const key of owners.keys()) lists.set(key, []);
    const order = target.ordering.length > 0 ? modelOrdering([], target) : keyOrdering(target);
    for (const item of await this.#fetch(target, targetField, valuesOf(sourceField, owners.values()), order)) {
      lists.get(this.storedKey(target, item, targetField))?.push(item);
    }
    for (const [key, owner] of owners) this.receive(collection(owner, relation), lists.get(key)!);
  }

  /** Links first, then the targets that are not there yet, each once, however often it is linked. */
  async #loadManyToMany(relation: RelationMeta, entities: readonly object[]): Promise<void> {
    const { link, target, sourceField } = relation;
    const { model, source, target: toTarget } = link!;
    const owners = byKey(sourceField, lackingCollection(relation, entities));
    if (owners.size === 0) return;
    const order =
      target.ordering.length > 0
        ? modelOrdering([toTarget.relation!], target)
        : [ascending(fieldPath(source)), ascending(fieldPath(toTarget))];
    const rows = await this.#runner!.rows({
      kind: 'values',
      state: {
        ...initialState(model, this.#workspace.scopes),
        where: [inList(source, valuesOf(sourceField, owners.values())), ...visible(toTarget.relation!)],
        order,
      },
      columns: [
        { name: 'source', expression: fieldPath(source) },
        { name: 'target', expression: fieldPath(toTarget) },
      ],
    });
    const lists = new Map<unknown, object[]>();
    for (const key of owners.keys()) lists.set(key, []);
    await this.#loadByKey(target, new Map(rows.map(([, to]) => [fieldKey(toTarget, to), to])));
    const map = this.#workspace.identityMap.of(target);
    for (const [from, to] of rows) {
      const item = map.get(fieldKey(toTarget, to));
      if (item !== undefined) lists.get(fieldKey(source, from))!.push(item);
    }
    for (const [key, owner] of owners) this.receive(collection(owner, relation), lists.get(key)!);
  }

  /** Fill a collection; what it waits to have written stays. */
  receive(into: EntityCollection, items: readonly object[]): void {
    this.#beforeReceive(into);
    into.receive(items);
  }

  #fetch(
    target: ModelMeta,
    field: FieldMeta,
    keys: readonly unknown[],
    order: readonly OrderNode[],
  ): Promise<object[]> {
    return this.#runner!.entities({
      ...initialState(target, this.#workspace.scopes),
      where: [inList(field, keys)],
      order,
    });
  }

  /** What the database says, not what an unwritten change says. */
  storedKey(meta: ModelMeta, item: object, field: FieldMeta): unknown {
    const row = State.row(item);
    return fieldKey(
      field,
      row === null
        ? (item as Values)[field.name]
        : this.#workspace.compiled.codec(meta).decodeField(field, row[field.index]),
    );
  }
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

/** The loaded entities at the other end of a relation, each once. */
export function targetsOf(relation: RelationMeta, entities: readonly object[]): object[] {
  const targets = new Set<object>();
  for (const entity of entities) {
    const value = (entity as Values)[relation.name];
    if (value === null || value === undefined) continue;
    if (relation.many) for (const item of value as Iterable<object>) targets.add(item);
    else targets.add(value as object);
  }
  return [...targets];
}

export function collection(owner: object, relation: RelationMeta): EntityCollection {
  return (owner as Record<string, EntityCollection>)[relation.name]!;
}

export function lackingCollection(relation: RelationMeta, entities: readonly object[]): object[] {
  return entities.filter((entity) => !collection(entity, relation).isLoaded);
}

export function hasLink(entity: object, relation: RelationMeta): boolean {
  const linked = State.link(entity, relation.index);
  return linked !== undefined && linked !== null && State.row(linked as object) !== null;
}

/** Values of a foreign key by what a Map compares, without NULL and what is not saved yet. */
export function keysOf({ sourceField }: RelationMeta, entities: readonly object[]): Map<unknown, unknown> {
  const keys = new Map<unknown, unknown>();
  for (const entity of entities) {
    const key = (entity as Values)[sourceField.name];
    if (key !== null && key !== undefined) keys.set(fieldKey(sourceField, key), key);
  }
  return keys;
}

/** Entities by the value of a field that identifies them, as a Map compares it. */
function byKey(field: FieldMeta, entities: readonly object[]): Map<unknown, object> {
  const map = new Map<unknown, object>();
  for (const entity of entities) {
    const key = (entity as Values)[field.name];
    if (key !== null && key !== undefined) map.set(fieldKey(field, key), entity);
  }
  return map;
}

/** The values of a field of some entities. */
function valuesOf({ name }: FieldMeta, entities: Iterable<object>): unknown[] {
  return Array.from(entities, (entity) => (entity as Values)[name]);
}

export function inList(field: FieldMeta, values: readonly unknown[]): Expression {
  return {
    kind: 'inList',
    operand: fieldPath(field),
    list: { kind: 'list', values, type: field.type, label: { model: field.model.name, field: field.name } },
  };
}

/** Of links, those whose target a scope does not hide: it may be at hand all the same. */
function visible(toTarget: RelationMeta): Expression[] {
  const { target, targetField } = toTarget;
  if (!target.restricted) return [];
  return [{ kind: 'isNull', operand: path([toTarget], targetField), negated: true }];
}

function ascending(expression: Expression): OrderNode {
  return { expression, descending: false, nulls: undefined };
}

/** The model's own ordering, and the key where it leaves rows equal. */
function modelOrdering(steps: readonly RelationMeta[], target: ModelMeta): OrderNode[] {
  const own = target.ordering.map(({ field, descending }): OrderNode => ({
    expression: path(steps, field),
    descending,
    nulls: undefined,
  }));
  return [...own, ...target.key.map((field) => ascending(path(steps, field)))];
}

function keyOrdering(target: ModelMeta): OrderNode[] {
  return target.key.map((field) => ascending(fieldPath(field)));
}
