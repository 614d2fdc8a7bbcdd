import { belongsTo, isLed } from './at-hand.ts';
import { sameKey } from './keys.ts';
import type { RelationMeta } from './metadata.ts';
import { hasOwnKey, isPrimaryKey, readKey } from './relation-keys.ts';
import { State } from './state.ts';
import { wasTold } from './told.ts';

/**
 * Links the entity that the database has at the other end of a to-one relation, null where it has none, to its owner. Changes
 * that wait to be written stay: the owner's key that was set to another value, an entity that was linked in place of this one,
 * and one that was taken away.
 */
export function receiveLink(owner: object, relation: RelationMeta, found: object | null): void {
  const { sourceField, targetField, owning, index, inverse } = relation;
  const key = readKey(owner, sourceField);
  if (owning) {
    const present = State.link(owner, index);
    if (State.is(present) && wasTold(owner, relation, present, key)) return;
    if (found !== null && isLed(owner, relation, found, key)) State.setLink(owner, index, found);
    return;
  }
  const isIts = (other: object): boolean =>
    isPrimaryKey(sourceField)
      ? sameKey(targetField, readKey(other, targetField), key)
      : belongsTo(other, inverse!, owner);
  const present = State.link(owner, index);
  if (State.is(present) && present !== found && hasOwnKey(present, targetField) && isIts(present)) return;
  State.setLink(owner, index, found !== null && isIts(found) ? found : null);
}
