import { EntityCollection } from '../core/collection.ts';
import type { ChangingCollection } from '../core/loader.ts';
import type { RelationMeta } from '../core/metadata.ts';
import { modelOf } from '../core/inheritance.ts';
import { State } from '../core/state.ts';

/**
 * Takes a new entity that is not saved after all out of what shows it: the collections that were changed, and the other
 * sides of its own relations. Gives what puts it back.
 */
export function withdrawn(entity: object, changed: Iterable<ChangingCollection>): (() => void)[] {
  const undo: ((() => void) | undefined)[] = [];
  for (const collection of changed) undo.push(collection.withdraw(entity));
  for (const relation of modelOf(entity).relations) {
    const link = State.link(entity, relation.index);
    if (relation.inverse === undefined) continue;
    if (link instanceof EntityCollection) {
      // Of a collection of a new entity everything is at hand.
      if (relation.link !== undefined && link.isLoaded)
        for (const item of link) undo.push(withdrawFrom(item, relation.inverse, entity));
    } else if (State.is(link)) undo.push(withdrawFrom(link, relation.inverse, entity));
  }
  return undo.filter((putBack) => putBack !== undefined);
}

function withdrawFrom(owner: object, { index }: RelationMeta, entity: object): (() => void) | undefined {
  // An owner that is not saved either keeps what it was given.
  if (State.group(owner) === null) return undefined;
  const link = State.link(owner, index);
  if (link instanceof EntityCollection) return link.withdraw(entity);
  if (link !== entity) return undefined;
  State.setLink(owner, index, null);
  return () => {
    if (State.link(owner, index) === null) State.setLink(owner, index, entity);
  };
}
