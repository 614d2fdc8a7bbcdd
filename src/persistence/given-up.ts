import { relink } from '../core/accessors.ts';
import { rootOf } from '../core/inheritance.ts';
import { fieldKey } from '../core/keys.ts';
import { metaOfEntity } from '../core/model.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { forget } from './follow-deletes.ts';
import type { Deleted } from './follow-deletes.ts';
import type { Journal } from './journal.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/**
 * What waited to be written about rows that a set deleted is given up, so that the next flush does not fail for it: their
 * deletion, links to them, references to them. A reference of a stored entity is what its row says; one of a new entity is
 * null, or stays where it has to lead to somebody, which the flush refuses.
 */
export function giveUp(workspace: Workspace, work: UnitOfWork, journal: Journal, gone: Deleted): void {
  for (const entities of gone.values()) for (const entity of entities) work.forget(entity);
  for (const entity of work.added)
    for (const relation of metaOfEntity(entity).relations) {
      const missing = relation.owning ? undefined : gone.get(rootOf(relation.target));
      if (missing !== undefined) forget(entity, relation, missing, journal);
    }
  for (const [meta, entities] of tracked(workspace, work))
    for (const relation of meta.relations) {
      const missing = relation.owning ? gone.get(rootOf(relation.target)) : undefined;
      if (missing !== undefined) giveUpReferences(workspace, relation, entities, keysOf(relation, missing));
    }
}

function* tracked({ identityMap }: Workspace, { added }: UnitOfWork): Generator<[ModelMeta, Iterable<object>]> {
  for (const [meta, entities] of identityMap.entries()) yield [meta, [...entities]];
  for (const entity of [...added]) yield [metaOfEntity(entity), [entity]];
}

function giveUpReferences(
  { compiled }: Workspace,
  relation: RelationMeta,
  entities: Iterable<object>,
  missing: ReadonlySet<unknown>,
): void {
  const { nullable, sourceField } = relation;
  for (const entity of entities) {
    const key = known(entity, relation);
    if (key === undefined || key === null || !missing.has(fieldKey(sourceField, key))) continue;
    const row = State.row(entity);
    const stored = row === null ? null : row[sourceField.index];
    if (stored === undefined || (row === null && !nullable)) continue;
    relink(
      entity,
      relation,
      stored === null ? null : compiled.codec(metaOfEntity(entity)).decodeField(sourceField, stored),
    );
  }
}

/** What references to these have. Of what was deleted by its key alone, a field that is not the key may never have been read. */
function keysOf({ targetField }: RelationMeta, missing: ReadonlySet<object>): Set<unknown> {
  const keys = [...missing].map(
    (entity) => Object.getOwnPropertyDescriptor(entity, targetField.name)?.value as unknown,
  );
  return new Set(keys.filter((key) => key !== undefined && key !== null).map((key) => fieldKey(targetField, key)));
}

function known(entity: object, { sourceField }: RelationMeta): unknown {
  return Object.getOwnPropertyDescriptor(entity, sourceField.name)?.value as unknown;
}
