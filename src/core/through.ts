import { loadedLink } from './at-hand.ts';
import { EntityCollection } from './collection.ts';
import { collectionOf } from './collection-of.ts';
import { modelOf, sameTable } from './inheritance.ts';
import type { ModelMeta, RelationMeta } from './metadata.ts';
import { sameColumns, sidesOf } from './relation-keys.ts';
import { State } from './state.ts';

/** Finds the entity that a row of a model between two leads to by one of its relations. */
export type EndFinder = (entity: object, relation: RelationMeta) => object | undefined;

const known = new WeakMap<RelationMeta, readonly RelationMeta[]>();

/** The collections of one end of links that the rows of a `through` model are, by the relation that leads to that end. */
export function collectionsOver(relation: RelationMeta): readonly RelationMeta[] {
  let found = known.get(relation);
  if (found === undefined) {
    const { model, owning, sourceField, target } = relation;
    const isOver = ({ link }: RelationMeta): boolean =>
      link !== undefined && !link.implicit && sameTable(link.model, model) && sameColumns(link.source, sourceField);
    known.set(relation, (found = owning ? target.relations.filter(isOver) : []));
  }
  return found;
}

/** Whether rows of a model are links that collections show. */
export function isThrough({ relations }: ModelMeta): boolean {
  return relations.some((relation) => collectionsOver(relation).length > 0);
}

/** Shows another entity in a collection, or takes it out, for the sake of one row between the two. */
export type RowShower = (collection: EntityCollection, other: object) => void;

/**
 * A row of a `through` model is to be there, or no more: the collections of both ends that are loaded show it. Those of a new end are,
 * from the first row that leads to it.
 */
export function showLinkRow(entity: object, joined: boolean): void {
  eachEnd(entity, joined ? madeLink : loadedLink, (collection, other) => collection.showRow(other, joined));
}

/** The same as `loadedLink`. Of a new entity the collections over these rows are made, which then know all that there is. */
function madeLink(entity: object, relation: RelationMeta): object | undefined {
  const end = loadedLink(entity, relation);
  if (end !== undefined) makeCollections(end, relation);
  return end;
}

function makeCollections(end: object, relation: RelationMeta): void {
  if (State.row(end) !== null || State.group(end)?.kind === 'reference') return;
  for (const over of collectionsOver(relation)) collectionOf(end, over);
}

/** Calls for the collection of each end with the other end, where both are there. */
export function eachEnd(entity: object, endOf: EndFinder, show: RowShower): void {
  for (const relation of modelOf(entity).relations) {
    const over = collectionsOver(relation);
    const end = over.length === 0 ? undefined : endOf(entity, relation);
    if (end === undefined) continue;
    for (const { index, link } of over) inCollection(end, index, endOf(entity, sidesOf(link!)[1]), show);
  }
}

/** A row of a `through` model in a session's care has been given another end. */
export function moveLinkRow(
  entity: object,
  relation: RelationMeta,
  previous: object | undefined,
  next: object | null,
): void {
  for (const over of collectionsOver(relation)) {
    const away = sidesOf(over.link!)[1];
    const other = loadedLink(entity, away);
    if (other === undefined) continue;
    const back = collectionsOver(away).filter(({ link }) => sameColumns(link!.target, relation.sourceField));
    if (next !== null) {
      makeCollections(next, relation);
      makeCollections(other, away);
    }
    for (const [end, joined] of [
      [previous, false],
      [next ?? undefined, true],
    ] as const) {
      const show: RowShower = (collection, item) => collection.showRow(item, joined);
      inCollection(end, over.index, other, show);
      for (const { index } of back) inCollection(other, index, end, show);
    }
  }
}

function inCollection(end: object | undefined, index: number, other: object | undefined, show: RowShower): void {
  const collection = end === undefined || other === undefined ? undefined : State.link(end, index);
  if (collection instanceof EntityCollection) show(collection, other!);
}
