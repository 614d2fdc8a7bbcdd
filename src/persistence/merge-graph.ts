import { knownValue } from '../core/field-values.ts';
import { EntityCollection } from '../core/collection.ts';
import { modelOf } from '../core/inheritance.ts';
import { hasKey, sameKey } from '../core/keys.ts';
import { isPartOf, writeKey } from '../core/relation-keys.ts';
import type { RelationLoader } from '../core/loader.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { isReference } from '../core/references.ts';
import { State } from '../core/state.ts';
import { InvalidValueError } from '../utils/errors.ts';
import { describe } from '../core/value-types.ts';

/** One entity that is to be merged, and what of it. */
export interface MergeNode {
  readonly given: object;
  readonly meta: ModelMeta;
  /** What is copied onto the row's own entity. */
  readonly fields: readonly FieldMeta[];
  /** The version that the row must have, if it says one. */
  readonly version: unknown;
  /** Whether it was read from a row. */
  readonly isStored: boolean;
  readonly one: Map<RelationMeta, object>;
  readonly many: Map<RelationMeta, readonly object[]>;
  /** The session's own entity: found, loaded or made. */
  target: object | undefined;
}

/** All that is to be merged with one entity: what it leads to over relations that are loaded, each once. */
export class MergeGraph {
  readonly nodes = new Map<object, MergeNode>();
  readonly #loader: RelationLoader;

  /** `loader`: the session that takes it all; what belongs to it already is where the walk ends. */
  constructor(loader: RelationLoader) {
    this.#loader = loader;
  }

  /** An entity of another session, of none any more, or new. */
  addEntity(start: object): MergeNode {
    const root = this.#note(start);
    for (const node of this.nodes.values()) if (!this.#isOwn(node.given)) this.#walk(node);
    return root;
  }

  /**
   * The values of a row, by the names that the constructor of its class takes: these alone are copied.
   *
   * @throws UnknownFieldError, InvalidValueError
   */
  addValues(meta: ModelMeta, values: unknown): MergeNode {
    if (typeof values !== 'object' || values === null || Array.isArray(values) || State.is(values))
      throw new InvalidValueError(`merge(${meta.name}, …) takes an object of field values, not ${describe(values)}.`, {
        model: meta.name,
      });
    const linked = meta.relations.filter(({ owning, name }) => owning && State.is((values as Values)[name]));
    const one = new Map(linked.map((relation) => [relation, (values as Values)[relation.name] as object]));
    // A new entity that leads to others would be saved with them.
    const plain: Values = { ...(values as Values) };
    for (const { name } of linked) delete plain[name];
    const given = new (meta.modelClass as unknown as new (init: Values) => object)(plain); // Named cast: any model's constructor.
    for (const relation of linked) setKey(given, relation, one.get(relation)!);
    const named = new Set(Object.keys(values));
    const fields = meta.fields.filter(
      (field) =>
        named.has(field.relation?.model === meta ? field.relation.name : field.path[0]!) || isPartOf(field, named),
    );
    const version =
      meta.version !== undefined && named.has(meta.version.name) ? valueOf(given, meta.version) : undefined;
    const node: MergeNode = { given, meta, fields, version, isStored: false, one, many: new Map(), target: undefined };
    this.nodes.set(given, node);
    for (const target of one.values()) this.addEntity(target);
    return node;
  }

  #note(given: object): MergeNode {
    let node = this.nodes.get(given);
    if (node !== undefined) return node;
    const meta = modelOf(given);
    const row = State.row(given);
    const fields = meta.fields.filter(
      (field) => isKnown(given, field) && (row === null || field.generation !== 'now on save'),
    );
    const version = row === null || meta.version === undefined ? undefined : valueOf(given, meta.version);
    const target = this.#isOwn(given) ? given : undefined;
    node = { given, meta, fields, version, isStored: row !== null, one: new Map(), many: new Map(), target };
    this.nodes.set(given, node);
    return node;
  }

  #walk({ given, meta, one, many }: MergeNode): void {
    for (const relation of meta.relations) {
      if (relation.many) {
        const items = loadedItems(given, relation);
        if (items === undefined) continue;
        many.set(relation, items);
        for (const item of items) this.#note(item);
      } else {
        const other = atHand(given, relation);
        if (other === undefined) continue;
        one.set(relation, other);
        this.#note(other);
      }
    }
  }

  #isOwn(entity: object): boolean {
    return State.group(entity)?.loader === this.#loader;
  }
}

type Values = Record<string, unknown>;

/** The members of a collection that is loaded. A new entity's collection that holds nothing says nothing. */
function loadedItems(given: object, { index }: RelationMeta): readonly object[] | undefined {
  const link = State.link(given, index);
  if (!(link instanceof EntityCollection) || !link.isLoaded) return undefined;
  const items = link.toArray();
  return items.length === 0 && State.row(given) === null ? undefined : items;
}

/** The entity at the other end, if more of it is there than its key. */
function atHand(given: object, relation: RelationMeta): object | undefined {
  const { owning, sourceField, targetField, index } = relation;
  const link = State.link(given, index);
  if (!owning) return State.is(link) && isThere(link) ? link : undefined;
  const key = knownValue(given, sourceField);
  if (key === undefined && !State.is(link)) return undefined;
  const own =
    State.is(link) && (key === undefined || sameKey(targetField, knownValue(link, targetField), key))
      ? link
      : undefined;
  const found =
    own ?? (key === null || key === undefined ? undefined : State.group(given)?.loader.loadedTarget(relation, key));
  return found !== undefined && isThere(found) ? found : undefined;
}

function isThere(entity: object): boolean {
  return State.row(entity) !== null || !isReference(entity);
}

function setKey(given: object, { sourceField, targetField }: RelationMeta, target: object): void {
  writeKey(given, sourceField, hasKey(modelOf(target), target) ? knownValue(target, targetField) : undefined);
}

/** Whether a field of an entity has a value that can be copied: one that was read, or given. */
function isKnown(entity: object, field: FieldMeta): boolean {
  const descriptor = Object.getOwnPropertyDescriptor(entity, field.path[0]!);
  return descriptor !== undefined && descriptor.value !== undefined;
}

function valueOf(entity: object, field: FieldMeta): unknown {
  return Object.getOwnPropertyDescriptor(entity, field.name)?.value as unknown;
}
