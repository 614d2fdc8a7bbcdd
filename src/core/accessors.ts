import { atHand, isLed, loadedLink } from './at-hand.ts';
import { InvalidValueError } from '../utils/errors.ts';
import { EntityCollection } from './collection.ts';
import { collectionOf } from './collection-of.ts';
import { RelationDefinition } from './definitions.ts';
import type { Definition } from './definitions.ts';
import { modelOf, rootOf } from './inheritance.ts';
import type { RelationMeta } from './metadata.ts';
import { writeField } from './field-values.ts';
import { sameKey } from './keys.ts';
import { hasOwnKey, keyName, partsOf, readKey, referTo, writeKey } from './relation-keys.ts';
import { createReference, createUnresolved } from './references.ts';
import { State } from './state.ts';
import { moveLinkRow } from './through.ts';
import { tell } from './told.ts';
import { describe } from './value-types.ts';
import { canCompile, compileFunction, quoted } from '../utils/codegen.ts';
import { withArticle } from '../utils/naming.ts';

/** Relation attributes live on the prototype: the instance holds columns only, and a relation is derived from its key. */
export function defineAccessors(prototype: object, fields: Readonly<Record<string, Definition>>, first: number): void {
  let index = first;
  for (const [name, field] of Object.entries(fields)) {
    if (!(field instanceof RelationDefinition)) continue;
    let relation: RelationMeta | undefined;
    const relationOf = (entity: object): RelationMeta => (relation ??= relationNamed(entity, name));
    const accessor =
      field.kind === 'many'
        ? collectionAccessor(relationOf)
        : toOneAccessor(relationOf, name, index, field.via === undefined);
    Object.defineProperty(prototype, name, accessor);
    index++;
  }
}

/** A relation as the model has it that declares it, whichever subclass the entity is of. */
function relationNamed(entity: object, name: string): RelationMeta {
  const meta = modelOf(entity);
  return rootOf(meta).relationByName.get(name) ?? meta.relationByName.get(name)!;
}

function toOneAccessor(
  relationOf: (entity: object) => RelationMeta,
  name: string,
  index: number,
  owning: boolean,
): PropertyDescriptor & ThisType<object> {
  return {
    configurable: true,
    get:
      owning && canCompile
        ? directGetter(relationOf, name, index)
        : function (this: object) {
            return readToOne(this, relationOf(this));
          },
    set(value: unknown) {
      assignRelation(this, relationOf(this), value);
    },
  };
}

/**
 * The usual read of a foreign key's target, with its names written in, so that it is two property loads and one look-up
 * in a map; everything else goes the long way. A relation's index is its place among the relations of the definition.
 */
function directGetter(relationOf: (entity: object) => RelationMeta, name: string, index: number): () => unknown {
  const slow = (entity: object): unknown => readToOne(entity, relationOf(entity));
  return compileFunction(
    { State, slow },
    `return function () {
      const group = State.group(this);
      if (group !== null) {
        const targets = group.targets[${index}];
        if (targets !== undefined && State.link(this, ${index}) === undefined) {
          const found = targets.get(this[${quoted(`${name}Id`)}]);
          if (found !== undefined) return found;
        }
      }
      return slow(this);
    };`,
  );
}

function collectionAccessor(relationOf: (entity: object) => RelationMeta): PropertyDescriptor & ThisType<object> {
  return {
    configurable: true,
    get() {
      return collectionOf(this, relationOf(this));
    },
    set() {
      const { model, name } = relationOf(this);
      throw new InvalidValueError(`${model.name}.${name} is a collection and cannot be assigned.`, {
        model: model.name,
        field: name,
        remedy: `Use ${name}.set(items), add(…) or remove(…).`,
      });
    },
  };
}

/** The entity at the other end: loaded, or a reference that knows its key; null where there is none. */
export function readToOne(entity: object, relation: RelationMeta): unknown {
  const linked = State.link(entity, relation.index);
  if (!relation.owning) return linked === undefined ? unloadedOne(entity, relation) : linked;
  const key = readKey(entity, relation.sourceField);
  if (linked !== undefined && linked !== null) {
    // A target that is new has no key yet; one that was linked before the key was changed is out of date.
    if (isLed(entity, relation, linked, key)) return linked;
  }
  if (key === null || key === undefined) return null;
  const group = State.group(entity);
  if (group !== null) {
    if (relation.toKey) group.targets[relation.index] = group.loader.entitiesOf(relation.target);
    return group.loader.reference(relation, key, entity);
  }
  const free = createReference(relation.target, relation.targetField, key, null);
  State.setLink(entity, relation.index, free);
  return free;
}

function unloadedOne(entity: object, relation: RelationMeta): unknown {
  // A new entity has no row, so nothing can point at it yet.
  if (State.row(entity) === null && State.group(entity)?.kind !== 'reference') return null;
  return createUnresolved(entity, relation);
}

/**
 * Assign a to-one relation: the key value, the other side and its loaded collections follow.
 *
 * @throws InvalidValueError for what is neither an entity of the target nor null.
 */
export function assignRelation(entity: object, relation: RelationMeta, value: unknown): void {
  checkTarget(relation, value);
  const previous = loadedLink(entity, relation);
  const isCaredFor = State.group(entity) !== null;
  if (relation.owning) setOwning(entity, relation, value as object | null);
  else setInverseOne(entity, relation, previous, value as object | null);
  const { inverse } = relation;
  if (inverse !== undefined && relation.owning) moveBetween(entity, inverse, previous, value as object | null);
  if (isCaredFor && previous !== value) moveLinkRow(entity, relation, previous, value as object | null);
  const group = State.group(entity);
  if (group !== null && value !== null && State.group(value as object) === null)
    group.loader.cascadeSave(value as object, entity);
}

function setOwning(entity: object, relation: RelationMeta, value: object | null): void {
  referTo(entity, relation, value);
  State.setLink(entity, relation.index, value ?? undefined);
  if (relation.toKey || value === null) return;
  const { sourceField } = relation;
  const row = rowLeadingTo(entity, relation, value);
  // As it does in the database, it follows the value that changes there.
  if (row !== undefined) writeKey(entity, sourceField, row);
  else tell(entity, relation, value, readKey(entity, sourceField));
}

/** What the row of an entity has, if it refers to the row of the other. */
function rowLeadingTo(entity: object, { sourceField, targetField }: RelationMeta, target: object): unknown {
  const loader = State.group(entity)?.loader;
  if (loader === undefined || State.row(entity) === null || State.row(target) === null) return undefined;
  const key = loader.storedValue(entity, sourceField);
  if (key === undefined || key === null) return undefined;
  return sameKey(sourceField, key, loader.storedValue(target, targetField)) ? key : undefined;
}

function setInverseOne(
  entity: object,
  relation: RelationMeta,
  previous: object | undefined,
  value: object | null,
): void {
  const owning = relation.inverse!;
  if (previous !== undefined && previous !== value) setOwning(previous, owning, null);
  if (value !== null) {
    const former = loadedLink(value, owning);
    if (former !== undefined && former !== entity) State.setLink(former, relation.index, null);
    setOwning(value, owning, entity);
  }
  State.setLink(entity, relation.index, value);
}

/** Take back what was assigned to a to-one relation: its key has these values again, part by part, and leads to their entity. */
export function relink(entity: object, relation: RelationMeta, values: readonly unknown[]): void {
  const { sourceField, index, inverse } = relation;
  const previous = loadedLink(entity, relation);
  partsOf(sourceField).forEach((part, i) => writeField(entity, part, values[i]));
  const key = readKey(entity, sourceField);
  State.setLink(entity, index, undefined);
  const next = atHand(entity, relation, key) ?? null;
  if (inverse !== undefined) moveBetween(entity, inverse, previous, next);
  if (previous !== (next ?? undefined)) moveLinkRow(entity, relation, previous, next);
}

/** Keep the loaded other sides in step when an owner changes. */
function moveBetween(entity: object, inverse: RelationMeta, previous: object | undefined, next: object | null): void {
  if (previous === next) {
    // It was taken out, or left out, and is put back: it is not to be deleted any more, or to lose its owner.
    const collection = State.is(next) && inverse.many ? State.link(next, inverse.index) : undefined;
    if (collection instanceof EntityCollection) collection.takeBack(entity);
    return;
  }
  for (const [side, joined] of [
    [previous, false],
    [next, true],
  ] as const) {
    if (side === undefined || side === null) continue;
    if (inverse.many) {
      const collection = collectionOf(side, inverse);
      if (joined) collection.noteAdded(entity);
      else collection.noteRemoved(entity);
    } else {
      if (joined && inverse.cascade === 'delete-orphan')
        leave(State.link(side, inverse.index), entity, inverse.inverse!);
      State.setLink(side, inverse.index, joined ? entity : null);
    }
    if (joined) saveWith(side, entity);
  }
}

/** Another has taken its place, and it is to be deleted for that: it belongs to nobody. */
function leave(former: unknown, entity: object, owning: RelationMeta): void {
  if (State.is(former) && former !== entity && hasOwnKey(former, owning.sourceField)) setOwning(former, owning, null);
}

/** What an entity in a session's care leads to is saved with it, whichever side made the link. */
function saveWith(owner: object, entity: object): void {
  const group = State.group(owner);
  if (group !== null && State.group(entity) === null && State.row(entity) === null)
    group.loader.cascadeSave(entity, owner);
}

/** @throws InvalidValueError unless the value is null (where allowed) or an entity of the relation's target. */
export function checkTarget(relation: RelationMeta, value: unknown): void {
  if (value === null && (relation.nullable || !relation.owning)) return;
  if (State.is(value) && value instanceof (relation.target.modelClass as unknown as new () => object)) return;
  const { model, name, target } = relation;
  throw new InvalidValueError(
    `${model.name}.${name} takes ${relation.nullable ? `${withArticle(target.name)} or null` : `${withArticle(target.name)}`}, not ${describe(value)}.`,
    {
      model: model.name,
      field: name,
      ...(relation.owning && typeof value !== 'object'
        ? { remedy: `To assign a key, set ${keyName(relation.sourceField)}.` }
        : {}),
    },
  );
}
