import { knownValue } from '../core/field-values.ts';
import { partsOf, partsOfValue } from '../core/relation-keys.ts';
import { relink } from '../core/accessors.ts';
import { rootOf } from '../core/inheritance.ts';
import { fieldKey } from '../core/keys.ts';
import { metaOfEntity } from '../core/model.ts';
import type { ModelMeta, RelationMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { forget, targetOf } from './follow-deletes.ts';
import type { Deleted } from './follow-deletes.ts';
import type { Journal } from './journal.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

/**
 * What waited to be written about rows that a set deleted is given up, so that the next flush does not fail for it: their
 * deletion, links to them, references to them. A reference of a stored entity is what its row says, or null where that place is
 * not free any more; one of a new entity is null, or stays where it has to lead to somebody, which the flush refuses.
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
      if (missing !== undefined) giveUpReferences(workspace, work, relation, entities, keysOf(relation, missing));
    }
}

function* tracked({ identityMap }: Workspace, { added }: UnitOfWork): Generator<[ModelMeta, Iterable<object>]> {
  for (const [meta, entities] of identityMap.entries()) yield [meta, [...entities]];
  for (const entity of added) yield [metaOfEntity(entity), [entity]];
}

function giveUpReferences(
  workspace: Workspace,
  work: UnitOfWork,
  relation: RelationMeta,
  entities: Iterable<object>,
  missing: ReadonlySet<unknown>,
): void {
  const { nullable, sourceField } = relation;
  for (const entity of entities) {
    const key = known(entity, relation);
    if (key === undefined || key === null || !missing.has(fieldKey(sourceField, key))) continue;
    const stored = storedKey(workspace, entity, relation);
    if (stored === undefined || (stored === null && !nullable)) continue;
    const isFree = stored === null || !nullable || mayHold(workspace, work, relation, stored, entity);
    relink(
      entity,
      relation,
      isFree && stored !== null ? partsOfValue(sourceField, stored) : withoutTarget(entity, relation),
    );
  }
}

/** What the row of an entity has; null for a new one, undefined where it is not known. */
function storedKey({ compiled }: Workspace, entity: object, { sourceField }: RelationMeta): unknown {
  const row = State.row(entity);
  return row === null ? null : compiled.codec(metaOfEntity(entity)).keyIn(row, sourceField);
}

/** The parts of a key that leads to nothing: those that go with the relation are null, the others as they are. */
function withoutTarget(entity: object, { sourceField, cleared }: RelationMeta): unknown[] {
  return partsOf(sourceField).map((part) => (cleared.includes(part) ? null : knownValue(entity, part)));
}

/** Whether whom the row leads to is to stay, and of a relation of one to one has not got another since. */
function mayHold(
  workspace: Workspace,
  work: UnitOfWork,
  relation: RelationMeta,
  key: unknown,
  entity: object,
): boolean {
  const owner = targetOf(workspace, relation, key);
  if (owner === undefined) return true;
  const other = relation.inverse?.many === false ? State.link(owner, relation.inverse.index) : undefined;
  return !work.deleted.has(owner) && (!State.is(other) || other === entity);
}

/** What references to these have. Of what was deleted by its key alone, a field that is not the key may never have been read. */
function keysOf({ targetField }: RelationMeta, missing: ReadonlySet<object>): Set<unknown> {
  const keys = [...missing].map((entity) => knownValue(entity, targetField));
  return new Set(keys.filter((key) => key !== undefined && key !== null).map((key) => fieldKey(targetField, key)));
}

function known(entity: object, { sourceField }: RelationMeta): unknown {
  return knownValue(entity, sourceField);
}
