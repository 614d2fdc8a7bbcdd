import { relink } from '../core/accessors.ts';
import { collectionOf } from '../core/collection-of.ts';
import { isOf, rootOf } from '../core/inheritance.ts';
import { checkKey, hasKey, keyOf, mapKey, sameKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { holdsKey, partsOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { QueryRunner } from '../query/runner.ts';
import { InvalidValueError, SessionStateError, StaleObjectError } from '../utils/errors.ts';
import { withArticle, withCapitalArticle } from '../utils/naming.ts';
import { copyOf } from './copy-value.ts';
import { readField, writeField } from './entity-codec.ts';
import { rowsByKey } from './key-query.ts';
import type { BatchLoader } from './loading/batched.ts';
import type { MergeGraph, MergeNode } from './merge-graph.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/** What a merge needs of its session. */
interface MergeParts {
  readonly workspace: Workspace;
  readonly work: UnitOfWork;
  readonly batch: BatchLoader;
  readonly runner: Pick<QueryRunner, 'entities'>;
  readonly add: (entity: object) => void;
}

/**
 * Brings entities of other sessions, or of none, into this one: their state is copied onto the session's own entities of
 * the same rows. Everything is read, one query for each model and relation, and checked before anything is changed.
 */
export class Merger {
  readonly #parts: MergeParts;

  constructor(parts: MergeParts) {
    this.#parts = parts;
  }

  /** @throws StaleObjectError, SessionStateError, InvalidValueError before anything is changed. */
  async merge(graph: MergeGraph, root: MergeNode): Promise<object> {
    const nodes = [...graph.nodes.values()];
    const foreign = nodes.filter(({ target }) => target === undefined);
    await this.#find(foreign);
    for (const node of nodes) this.#check(node);
    const stored = foreign.filter(({ target }) => target !== undefined);
    await this.#loadOtherSides(stored);
    const targetOf = (given: object): object => graph.nodes.get(given)!.target!;
    for (const node of stored) checkRemoved(node, graph);
    const made = foreign.filter(({ target }) => target === undefined);
    for (const node of made) node.target = make(node);
    for (const node of stored) copy(node);
    for (const { target } of made) this.#parts.add(target!);
    for (const node of foreign) link(node, targetOf);
    return root.target!;
  }

  /** The session's own entities of the rows, all fields loaded. */
  async #find(nodes: readonly MergeNode[]): Promise<void> {
    const { workspace, runner } = this.#parts;
    const keyed = nodes.filter(({ meta, given }) => hasKey(meta, given));
    const byRoot = new Map<ModelMeta, MergeNode[]>();
    for (const { meta, given } of keyed) checkKey(meta, keyOf(meta, given));
    for (const node of keyed) byRoot.set(rootOf(node.meta), [...(byRoot.get(rootOf(node.meta)) ?? []), node]);
    for (const [meta, group] of byRoot) {
      const nameOf = ({ given }: MergeNode): unknown => mapKey(meta, keyOf(meta, given));
      const isFull = (node: MergeNode): boolean => {
        const known = workspace.identityMap.of(meta).get(nameOf(node));
        return known !== undefined && workspace.isFull(known);
      };
      const keys = group
        .filter((node) => !isFull(node))
        .map(({ given }) => meta.key.map((field) => readField(given, field)));
      // As `refresh` does: what the database says now, not what a replica has heard.
      if (keys.length > 0)
        await runner.entities({ ...rowsByKey(meta, keys, workspace.scopes).state, using: 'primary' });
      for (const node of group) if (isFull(node)) node.target = workspace.identityMap.of(meta).get(nameOf(node));
    }
  }

  #check({ given, meta, target, version, isStored }: MergeNode): void {
    if (target === undefined) {
      // Who says of which version the row is has seen it.
      if (version !== undefined && (isStored || hasKey(meta, given))) throw stale(meta, given);
      return;
    }
    if (this.#parts.work.deleted.has(target))
      throw new SessionStateError(`${withCapitalArticle(meta.name)} that is to be deleted cannot be merged with.`, {
        model: meta.name,
        remedy: 'Take its deletion back with session.add(), or leave it out.',
      });
    if (given === target) return;
    if (!isOf(target, meta))
      throw new SessionStateError(`The row of ${withArticle(meta.name)} that was to be merged is of another class.`, {
        model: meta.name,
      });
    if (version !== undefined && version !== readField(target, meta.version!)) throw stale(meta, given);
  }

  async #loadOtherSides(nodes: readonly MergeNode[]): Promise<void> {
    const owners = new Map<RelationMeta, object[]>();
    for (const { one, many, target } of nodes)
      for (const relation of [...many.keys(), ...[...one.keys()].filter(({ owning }) => !owning)])
        owners.set(relation, [...(owners.get(relation) ?? []), target!]);
    for (const [relation, entities] of owners) await this.#parts.batch.loadRelation(relation, entities);
  }
}

/** @throws InvalidValueError where a member of a collection would be left without an owner that it needs. */
function checkRemoved({ many, target }: MergeNode, graph: MergeGraph): void {
  for (const [relation, items] of many) {
    const { inverse, model, name, cascade } = relation;
    if (inverse === undefined || inverse.many || inverse.nullable || cascade === 'delete-orphan') continue;
    const wanted = new Set(items.map((item) => graph.nodes.get(item)!.target));
    if (
      collectionOf(target!, relation)
        .toArray()
        .every((item) => wanted.has(item))
    )
      continue;
    throw new InvalidValueError(
      `${model.name}.${name} as it is to be merged lacks ${withArticle(inverse.model.name)} that cannot be without its ${inverse.name}.`,
      {
        model: model.name,
        field: name,
        remedy: `Delete it first, or declare ${name} with { cascade: 'delete-orphan' }.`,
      },
    );
  }
}

/** A new entity of the given state. No constructor of the application's runs, as for one that is read. */
function make({ given, meta, one }: MergeNode): object {
  const target = Object.create(meta.modelClass!.prototype as object) as object;
  // Relations are assigned when all that they lead to is there, so that the other sides hear of it.
  const waits = ({ relation, primaryKey }: FieldMeta): boolean =>
    relation?.model === meta && (!primaryKey || one.has(relation));
  for (const field of meta.fields) writeField(target, field, waits(field) ? undefined : copied(given, field));
  for (const { name, nullable, fields } of meta.embeddedByName.values())
    if (nullable && fields.every((field) => (readField(target, field) ?? null) === null))
      (target as Record<string, unknown>)[name] = null;
  new State(target, null, null);
  return target;
}

function copied(given: object, field: FieldMeta): unknown {
  return Object.hasOwn(given, field.path[0]!) ? copyOf(readField(given, field), field.type.kind) : undefined;
}

/** What the row's own entity takes over. Keys of relations are for `link`. */
function copy({ given, meta, fields, one, target }: MergeNode): void {
  if (given === target) return;
  for (const relation of meta.relations)
    if (relation.owning && relation.sourceField.parts !== undefined && !one.has(relation))
      copyKey(given, target!, relation, fields);
  for (const field of fields) {
    if (field.primaryKey || field === meta.version || field.generatedAs !== undefined) continue;
    if (field === meta.inheritance?.discriminator || field.relation?.model === meta) continue;
    const value = copied(given, field);
    if (value !== undefined) writeField(target!, field, value);
  }
  for (const { name, nullable, fields: parts } of meta.embeddedByName.values())
    if (nullable && fields.includes(parts[0]!) && (given as Record<string, unknown>)[name] === null)
      (target as Record<string, unknown>)[name] = null;
}

/** A key of several fields, some of which may be all that is to be copied: the other side of the relation follows. */
function copyKey(given: object, target: object, relation: RelationMeta, fields: readonly FieldMeta[]): void {
  const parts = partsOf(relation.sourceField);
  if (!parts.some((part) => fields.includes(part) && !part.primaryKey)) return;
  const values = parts.map((part) => {
    const value = fields.includes(part) ? copied(given, part) : undefined;
    return value === undefined ? readField(target, part) : value;
  });
  if (parts.some((part, i) => !sameKey(part, readField(target, part), values[i]))) relink(target, relation, values);
}

function link({ given, meta, fields, one, many, target }: MergeNode, targetOf: (given: object) => object): void {
  if (given === target) return;
  for (const field of fields) {
    const { relation } = field;
    if (relation === undefined || relation.model !== meta || field.primaryKey || one.has(relation)) continue;
    const key = readField(given, field);
    if (!sameKey(field, readField(target!, field), key)) relink(target!, relation, [key]);
  }
  const values = target as Record<string, unknown>;
  for (const [relation, other] of one) {
    const wanted = targetOf(other);
    if (
      !(relation.owning && holdsKey(relation.sourceField) && State.row(target!) !== null) &&
      values[relation.name] !== wanted
    )
      values[relation.name] = wanted;
  }
  for (const [relation, items] of many) collectionOf(target!, relation).set(items.map(targetOf));
}

function stale({ name }: ModelMeta, given: object): StaleObjectError {
  return new StaleObjectError(
    `${withCapitalArticle(name)} that was to be merged has been changed or deleted by another transaction.`,
    { model: name, remedy: 'Read it again, and apply the changes to that one.' },
    [given],
  );
}
