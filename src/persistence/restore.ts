import type { ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { readField, writeField } from './entity-codec.ts';
import type { Before, Journal, JournalStart } from './journal.ts';
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
}

/**
 * A transaction or savepoint was rolled back: every entity goes back to what it was when it began. Keys that were
 * never stored are unset, written rows and states put back, fields changed since then set to the row, collections and
 * pending sets restored.
 */
export function undoTransaction(workspace: Workspace, work: UnitOfWork, journal: Journal): void {
  for (const [entity, before] of journal.entities) undoEntity(workspace, entity, before, journal.start);
  for (const restore of journal.collections.values()) restore();
  for (const entity of work.added) if (!journal.start.added.has(entity)) State.setGroup(entity, null);
  resetChanges(workspace);
  for (const [entity, values] of journal.start.dirty) Object.assign(entity, values);
  work.reset(journal.start);
}

function undoEntity(workspace: Workspace, entity: object, before: Before, start: JournalStart): void {
  const { meta, kind } = before;
  const map = workspace.identityMap.of(meta);
  const codec = workspace.compiled.codec(meta);
  const row = State.row(entity);
  if (kind === 'inserted') {
    if (row !== null) map.delete(codec.keyOfRow(row, 0));
    State.setRow(entity, null);
    State.setGroup(entity, start.added.has(entity) ? before.group : null);
  } else if (before.row !== null) {
    State.setRow(entity, before.row);
    State.setGroup(entity, before.group);
    map.set(codec.keyOfRow(before.row, 0), entity);
  }
  Object.assign(entity, before.values);
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
