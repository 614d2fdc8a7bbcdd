import { knownValue } from './field-values.ts';
import { sameKey } from './keys.ts';
import type { RelationLoader } from './loader.ts';
import type { RelationMeta } from './metadata.ts';
import { hasOwnKey, readKey } from './relation-keys.ts';
import { State } from './state.ts';
import { wasTold } from './told.ts';

/** The entity that a to-one relation holds now, if it is at hand without loading. */
export function loadedLink(entity: object, relation: RelationMeta): object | undefined {
  const linked = (State.link(entity, relation.index) ?? undefined) as object | undefined;
  if (!relation.owning) return linked;
  const key = knownValue(entity, relation.sourceField);
  if (linked !== undefined && isLed(entity, relation, linked, key) && !standsIn(linked, relation)) return linked;
  return atHand(entity, relation, key);
}

/**
 * The entity that a key of a relation leads to, if the session has it. Where that is a unique field which has been changed since: a
 * reference that has not been changed leads to the one that has the value in the database, another first to the one that is to
 * have it.
 */
export function atHand(entity: object, relation: RelationMeta, key: unknown): object | undefined {
  const loader = State.group(entity)?.loader;
  if (loader === undefined || key === null || key === undefined) return undefined;
  const { sourceField, targetField } = relation;
  if (relation.toKey) return loader.loadedTarget(relation, key);
  const isStored = sameKey(sourceField, loader.storedValue(entity, sourceField), key);
  let found: object | undefined;
  for (const target of loader.entitiesOf(relation.target).values()) {
    if (!isStored && hasOwnKey(target, targetField) && isKeyOf(target, relation, key)) return target;
    if (!hasStored(loader, target, relation, key)) continue;
    if (isStored) return target;
    found = target;
  }
  return found;
}

/** Whether a link is where the key leads. One that the key has left, as after a rollback, holds nothing. */
export function isLed(entity: object, relation: RelationMeta, linked: object, key: unknown): boolean {
  if (key === undefined || isKeyOf(linked, relation, key)) return true;
  if (relation.toKey) return false;
  const loader = State.group(entity)?.loader;
  return wasTold(entity, relation, linked, key) || (loader !== undefined && hasStored(loader, linked, relation, key));
}

/** Whether an entity belongs to an owner by a reference of its own. */
export function belongsTo(item: object, relation: RelationMeta, owner: object): boolean {
  const { sourceField, targetField, index, toKey } = relation;
  if (toKey) return sameKey(targetField, readKey(item, sourceField), readKey(owner, targetField));
  const key = knownValue(item, sourceField);
  const linked = State.link(item, index);
  if (State.is(linked) && isLed(item, relation, linked, key) && !standsIn(linked, relation)) return linked === owner;
  const loader = State.group(item)?.loader;
  if (loader !== undefined && sameKey(sourceField, loader.storedValue(item, sourceField), key))
    return hasStored(loader, owner, relation, key);
  return isKeyOf(owner, relation, key) || atHand(item, relation, key) === owner;
}

export function isKeyOf(target: object, { targetField }: RelationMeta, key: unknown): boolean {
  return sameKey(targetField, readKey(target, targetField), key);
}

/** Whether a target has this value in the database: it may have been given another, which is not written. */
function hasStored(loader: RelationLoader, target: object, { targetField }: RelationMeta, key: unknown): boolean {
  return sameKey(targetField, loader.storedValue(target, targetField), key);
}

/** Whether a link is a reference by a field that is not the key: the entity that it stands for may be there beside it. */
function standsIn(linked: object, { toKey }: RelationMeta): boolean {
  return !toKey && State.row(linked) === null && State.group(linked)?.kind === 'reference';
}
