import { sameKey } from './keys.ts';
import type { RelationMeta } from './metadata.ts';
import { hasOwnKey, readKey } from './relation-keys.ts';
import { State } from './state.ts';

/**
 * Links the entity that the database has at the other end of a to-one relation, null where it has none, to its owner. Changes
 * that wait to be written stay: the owner's key that was set to another value, an entity that was linked in place of this one,
 * and one that was taken away.
 */
export function receiveLink(owner: object, relation: RelationMeta, found: object | null): void {
  const { sourceField, targetField, owning, index } = relation;
  const key = readKey(owner, sourceField);
  const isIts = (other: object): boolean => sameKey(targetField, readKey(other, targetField), key);
  if (owning) {
    if (found !== null && isIts(found)) State.setLink(owner, index, found);
    return;
  }
  const present = State.link(owner, index);
  if (State.is(present) && present !== found && hasOwnKey(present, targetField) && isIts(present)) return;
  State.setLink(owner, index, found !== null && isIts(found) ? found : null);
}
