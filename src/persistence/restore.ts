import type { ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { readField, writeField } from './entity-codec.ts';
import type { Before, InsertedBatch, Journal, JournalStart } from './journal.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

type Values = Record<string, unknown>;

/** What must be known to come back to this moment: pending sets, and the values of entities with unwritten changes. */
export function journalStart(workspace: Workspace, work: UnitOfWork): JournalStart {
  const dirty = new Map<object, Values>();
  for (const [meta, entities] of workspace.identityMap.entries()) {
    const codec = workspace.compiled.codec(meta);
    for (const entity of entities.values()) {
      const row = State.row(entity);
      const changed = row === null ? null : codec.diff(entity, row);
      if (changed !== null) dirty.set(entity, valuesOf(meta, entity, changed));
    }
  }
  for (const entity of work.added) dirty.set(entity, { ...entity });
  return { dirty, ...work.copy() };
}

function valuesOf(meta: ModelMeta, entity: object, changed: readonly number[]): Values {
  return Object.fromEntries(changed.map((index) => [meta.fields[index]!.path[0]!, (entity as Values)[meta.fields[index]!.path[0]!]]));
}

/** A flush failed: what it filled in is taken back; what was to be written is still to be written. */
export function undoFlush(journal: Journal): void {
  for (const [entity, before] of journal.entities) Object.assign(entity, before.values);
  for (const { entities, values } of journal.inserted) entities.forEach((entity, i) => Object.assign(entity, values[i]));
}

/**
 * A transaction or savepoint was rolled back: every entity goes back to what it was when it began. Keys that were
 * never stored are unset, written rows and states put back, fields changed since then set to the row, collections and
 * pending sets restored.
 */
export function undoTransaction(workspace: Workspace, work: UnitOfWork, journal: Journal): void {
  for (const [entity, before] of journal.entities) undoEntity(workspace, entity, before);
  // Last, because an entity that was inserted and then changed ends as one that was never stored.
  for (const batch of journal.inserted.toReversed()) undoInserts(workspace, batch, journal.start);
  for (const restore of journal.collections.values()) restore();
  for (const entity of work.added) if (!journal.start.added.has(entity)) State.setGroup(entity, null);
  resetChanges(workspace);
  for (const [entity, values] of journal.start.dirty) Object.assign(entity, values);
  work.reset(journal.start);
}

function undoEntity(workspace: Workspace, entity: object, { meta, row, group, values }: Before): void {
  if (row !== null) {
    State.setRow(entity, row);
    State.setGroup(entity, group);
    workspace.identityMap.of(meta).set(workspace.compiled.codec(meta).keyOfRow(row), entity);
  }
  Object.assign(entity, values);
}

function undoInserts(workspace: Workspace, { meta, entities, values }: InsertedBatch, { added }: JournalStart): void {
  const map = workspace.identityMap.of(meta);
  const { keyOfRow } = workspace.compiled.codec(meta);
  entities.forEach((entity, i) => {
    const row = State.row(entity);
    if (row !== null) map.delete(keyOfRow(row));
    State.setRow(entity, null);
    State.setGroup(entity, added.has(entity) ? workspace.pendingGroup(meta) : null);
    Object.assign(entity, values[i]);
  });
}

/** Set every field that differs from its row back to the row. */
function resetChanges(workspace: Workspace): void {
  for (const [meta, entities] of workspace.identityMap.entries()) {
    const codec = workspace.compiled.codec(meta);
    for (const entity of entities.values()) {
      const row = State.row(entity);
      const changed = row === null ? null : codec.diff(entity, row);
      if (changed === null) continue;
      for (const index of changed) {
        const field = meta.fields[index]!;
        if (readField(entity, field) === null && field.path.length > 1) (entity as Values)[field.path[0]!] = {};
        writeField(entity, field, codec.decodeField(field, row![index]));
      }
    }
  }
}
