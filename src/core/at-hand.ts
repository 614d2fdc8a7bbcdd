import { sameKey } from './keys.ts';
import { hasOwnKey, ownKey, readKey } from './relation-keys.ts';
import type { RelationMeta } from './metadata.ts';
import { State } from './state.ts';

/** The entity that a to-one relation holds now, if it is at hand without loading. */
export function loadedLink(entity: object, relation: RelationMeta): object | undefined {
  const linked = (State.link(entity, relation.index) ?? undefined) as object | undefined;
  if (!relation.owning) return linked;
  const key = ownKey(entity, relation.sourceField);
  // A link that the key has left, as after a rollback, holds nothing.
  if (linked !== undefined && (key === undefined || isKeyOf(linked, relation, key)) && !standsIn(linked, relation))
    return linked;
  return atHand(entity, relation, key);
}

/** The entity that a key of a relation leads to, if the session has it. */
export function atHand(entity: object, relation: RelationMeta, key: unknown): object | undefined {
  const loader = State.group(entity)?.loader;
  if (loader === undefined || key === null || key === undefined) return undefined;
  if (relation.toKey) return loader.loadedTarget(relation, key);
  for (const target of loader.entitiesOf(relation.target).values())
    if (hasOwnKey(target, relation.targetField) && isKeyOf(target, relation, key)) return target;
  return undefined;
}

export function isKeyOf(target: object, { targetField }: RelationMeta, key: unknown): boolean {
  return sameKey(targetField, readKey(target, targetField), key);
}

/** Whether a link is a reference by a field that is not the key: the entity that it stands for may be there beside it. */
function standsIn(linked: object, { toKey }: RelationMeta): boolean {
  return !toKey && State.row(linked) === null && State.group(linked)?.kind === 'reference';
}
