import { loadedLink } from '../core/at-hand.ts';
import { collectionOf } from '../core/collection-of.ts';
import { EntityCollection } from '../core/collection.ts';
import { sameKey } from '../core/keys.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { readKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import { join, targetOf } from './follow-deletes.ts';
import type { Journal } from './journal.ts';
import type { Workspace } from './workspace.ts';

/** Collections show what has come to refer to their owner, and no more what refers to another. */
export function moveAll(
  workspace: Workspace,
  meta: ModelMeta,
  relation: RelationMeta,
  entities: readonly object[],
  before: ReadonlyMap<object, Row>,
  journal: Journal,
): void {
  const { sourceField, inverse, index } = relation;
  const codec = workspace.compiled.codec(meta);
  const left = new Map<EntityCollection, Set<object>>();
  for (const entity of entities) {
    const [from, to] = [before.get(entity)!, State.row(entity)!].map((row) => codec.keyIn(row, sourceField));
    if (from === undefined || sameKey(sourceField, from, to)) continue;
    const next = to === null ? undefined : targetOf(workspace, relation, to);
    const previous = from === null || inverse === undefined ? undefined : targetOf(workspace, relation, from);
    if (previous !== undefined) leave(previous, inverse!, entity, left);
    // What the application has given another owner since keeps it: the next flush writes it.
    if (!sameKey(sourceField, readKey(entity, sourceField), to) && !waitsFor(entity, relation, next)) {
      if (next !== undefined && inverse?.many === true) joinBeneath(collectionOf(next, inverse), entity, journal);
      continue;
    }
    State.setLink(entity, index, next);
    if (next !== undefined && inverse !== undefined) join(next, inverse, entity, journal);
  }
  for (const [collection, items] of left)
    if (collection.mentions(items) || journal.outlives(collection))
      journal.change(collection, () => collection.drop(items));
}

/** Whether it waits to be written that an entity leads there, by a value that is to change. */
function waitsFor(entity: object, relation: RelationMeta, owner: object | undefined): boolean {
  return owner !== undefined && !relation.toKey && loadedLink(entity, relation) === owner;
}

/** It is taken out of here, by a change that waits to be written: it is shown when that is given up. */
function joinBeneath(collection: EntityCollection, entity: object, journal: Journal): void {
  journal.changeBeneath(collection, () => collection.join(entity));
  collection.noteRemoved(entity);
}

/** `left`: what collections are to lose, all at once. */
function leave(owner: object, { index }: RelationMeta, entity: object, left: Map<EntityCollection, Set<object>>): void {
  const link = State.link(owner, index);
  if (link instanceof EntityCollection) {
    const items = left.get(link);
    if (items === undefined) left.set(link, new Set([entity]));
    else items.add(entity);
  } else if (link === entity) State.setLink(owner, index, null);
}
