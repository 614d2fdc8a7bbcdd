import { loadedLink } from './at-hand.ts';
import { EntityCollection } from './collection.ts';
import { modelOf, sameTable } from './inheritance.ts';
import type { ModelMeta, RelationMeta } from './metadata.ts';
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
      link !== undefined && !link.implicit && sameTable(link.model, model) && link.source.index === sourceField.index;
    known.set(relation, (found = owning ? target.relations.filter(isOver) : []));
  }
  return found;
}

/** Whether rows of a model are links that collections show. */
export function isThrough({ relations }: ModelMeta): boolean {
  return relations.some((relation) => collectionsOver(relation).length > 0);
}

/** A row of a `through` model is there, or no more: the collections of both ends that are loaded show it. */
export function showLinkRow(entity: object, joined: boolean, endOf: EndFinder = loadedLink): void {
  for (const relation of modelOf(entity).relations) {
    const over = collectionsOver(relation);
    const end = over.length === 0 ? undefined : endOf(entity, relation);
    if (end === undefined) continue;
    for (const { index, link } of over) showPair(end, index, endOf(entity, link!.target.relation!), joined);
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
    const away = over.link!.target.relation!;
    const other = loadedLink(entity, away);
    if (other === undefined) continue;
    const back = collectionsOver(away).filter(({ link }) => link!.target.index === relation.sourceField.index);
    for (const [end, joined] of [
      [previous, false],
      [next ?? undefined, true],
    ] as const) {
      showPair(end, over.index, other, joined);
      for (const { index } of back) showPair(other, index, end, joined);
    }
  }
}

function showPair(end: object | undefined, index: number, other: object | undefined, joined: boolean): void {
  const collection = end === undefined || other === undefined ? undefined : State.link(end, index);
  if (collection instanceof EntityCollection) collection.showRow(other!, joined);
}
