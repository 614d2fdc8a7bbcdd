import { EntityCollection } from './collection.ts';
import type { RelationMeta } from './metadata.ts';
import { State } from './state.ts';

/** The collection of a to-many relation: made at first use, the same object ever after. */
export function collectionOf(entity: object, relation: RelationMeta): EntityCollection {
  const found = State.link(entity, relation.index);
  if (found !== undefined) return found as EntityCollection; // Named cast: what a to-many relation has for a link.
  const collection = new EntityCollection(entity, relation);
  State.setLink(entity, relation.index, collection);
  return collection;
}
