import { EntityCollection } from '../core/collection.ts';
import { isOf, sameTable } from '../core/inheritance.ts';
import { fieldKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { hasOwnKey, partsOf, readKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import { collectionsOver, eachEnd } from '../core/through.ts';
import { join } from './follow-deletes.ts';
import type { Journal } from './journal.ts';
import { moveAll } from './moves.ts';
import { endAt } from './unwritten-rows.ts';
import type { Workspace } from './workspace.ts';

/** Entities whose rows were made, or written over, by a call of their own. */
export interface Created {
  readonly meta: ModelMeta;
  readonly entities: readonly object[];
  /** Of those that were there before: their rows then. */
  readonly former: ReadonlyMap<object, Row>;
  /** Of the new ones: those that the session had to insert anyway, and shows already. */
  readonly shown: ReadonlySet<object>;
}

/** After rows were made in bulk: collections that are loaded show them. */
export function followCreated(workspace: Workspace, journal: Journal, created: Created): void {
  const { meta, entities, former, shown } = created;
  const fresh = entities.filter((entity) => !former.has(entity));
  const known = entities.filter((entity) => former.has(entity));
  for (const relation of meta.relations) {
    if (!relation.owning) continue;
    if (relation.inverse !== undefined) {
      const owners = ownersThatKnow(workspace, relation, relation.inverse);
      if (owners.size > 0)
        for (const entity of fresh) {
          const owner = owners.get(fieldKey(relation.sourceField, readKey(entity, relation.sourceField)));
          if (owner !== undefined) join(owner, relation.inverse, entity, journal);
        }
      moveAll(workspace, meta, relation, known, former, journal);
    }
    // What they were links of, nobody knows any more.
    if (known.length > 0) for (const over of collectionsOver(relation)) unloadAll(workspace, over, journal);
  }
  if (!meta.relations.some((relation) => collectionsOver(relation).length > 0)) return;
  for (const entity of fresh)
    if (!shown.has(entity))
      eachEnd(
        entity,
        (row, relation) => endAt(workspace.identityMap, row, relation),
        (collection, other) => journal.change(collection, () => collection.settleRow(other, true)),
      );
}

/** After some fields of rows were saved by a call of their own: collections show who refers to whom, after a rollback too. */
export function followSaved(
  workspace: Workspace,
  journal: Journal,
  { meta, former, fields }: Pick<Created, 'meta' | 'former'> & { readonly fields: readonly FieldMeta[] },
): void {
  const saved = meta.relations.filter(
    ({ owning, sourceField }) => owning && partsOf(sourceField).some((part) => fields.includes(part)),
  );
  for (const relation of saved) moveAll(workspace, meta, relation, [...former.keys()], former, journal);
  if (!saved.some((relation) => collectionsOver(relation).length > 0)) return;
  for (const over of meta.relations.flatMap(collectionsOver))
    for (const link of collectionsAt(workspace, over))
      if (journal.outlives(link)) journal.changeBeneath(link, () => link.unload());
}

/** The entities that know who refers to them, by what is referred to. */
function ownersThatKnow(
  { identityMap }: Workspace,
  { target, targetField }: RelationMeta,
  inverse: RelationMeta,
): Map<unknown, object> {
  const owners = new Map<unknown, object>();
  for (const owner of identityMap.of(target).values()) {
    const link = State.link(owner, inverse.index);
    if (link === undefined || !isOf(owner, target)) continue;
    if (link instanceof EntityCollection && !link.isLoaded && link.pending === undefined) continue;
    if (hasOwnKey(owner, targetField)) owners.set(fieldKey(targetField, readKey(owner, targetField)), owner);
  }
  return owners;
}

function unloadAll(workspace: Workspace, relation: RelationMeta, journal: Journal): void {
  for (const link of collectionsAt(workspace, relation))
    if (link.isLoaded || journal.outlives(link)) journal.change(link, () => link.unload());
}

function* collectionsAt({ identityMap }: Workspace, { index, model }: RelationMeta): Generator<EntityCollection> {
  for (const [meta, entities] of identityMap.entries())
    for (const entity of sameTable(meta, model) ? entities : []) {
      const link = State.link(entity, index);
      if (link instanceof EntityCollection) yield link;
    }
}
