import { loadedLink } from '../core/at-hand.ts';
import { collectionOf } from '../core/collection-of.ts';
import { EntityCollection } from '../core/collection.ts';
import { modelOf } from '../core/inheritance.ts';
import type { RelationMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';

/**
 * A new entity that a rollback left outside is to be saved after all: what its own relations lead to shows it again, as it did before
 * the rollback took it out.
 */
export function rejoin(entity: object): void {
  for (const relation of modelOf(entity).relations) {
    const { inverse, link, many, owning } = relation;
    if (inverse === undefined) continue;
    if (owning) rejoinOwner(entity, relation, inverse);
    else if (many && link !== undefined) rejoinLinked(entity, relation, inverse);
  }
}

function rejoinOwner(entity: object, relation: RelationMeta, inverse: RelationMeta): void {
  const owner = loadedLink(entity, relation);
  if (owner === undefined) return;
  if (inverse.many) {
    const collection = collectionOf(owner, inverse);
    if (!holds(collection, entity)) collection.noteAdded(entity);
  } else if (!State.is(State.link(owner, inverse.index))) State.setLink(owner, inverse.index, entity);
}

function rejoinLinked(entity: object, { index }: RelationMeta, inverse: RelationMeta): void {
  const own = State.link(entity, index);
  if (!(own instanceof EntityCollection)) return;
  for (const item of own.isLoaded ? own : (own.pending?.added ?? [])) {
    const other = collectionOf(item, inverse);
    if (!holds(other, entity)) other.mirror(entity, true);
  }
}

function holds(collection: EntityCollection, entity: object): boolean {
  return collection.isLoaded ? collection.includes(entity) : collection.pending?.added.has(entity) === true;
}
