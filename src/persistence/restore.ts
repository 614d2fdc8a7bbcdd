import { isDeepStrictEqual } from 'node:util';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { fieldKey, keyOf, mapKey, sameKey } from '../core/keys.ts';
import { isOf } from '../core/inheritance.ts';
import { metaOfEntity } from '../core/model.ts';
import { isAmong, isRead, readKey } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { Links, Row } from '../core/state.ts';
import { tellAll, toldOf } from '../core/told.ts';
import { unreachable } from '../utils/unreachable.ts';
import { copyOf } from './copy-value.ts';
import { readField, writeField } from './entity-codec.ts';
import { gone } from './gone.ts';
import type { Deed, Inserted, Journal, JournalStart, Touched, Unwritten } from './journal.ts';
import { toldTarget } from './retold.ts';
import { storedValue } from './stored-value.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

type Values = Record<string, unknown>;

/** What must be known to come back to this moment: pending sets, and the values of entities with unwritten changes. */
export function journalStart(workspace: Workspace, work: UnitOfWork): JournalStart {
  const unwritten = new Map<object, Unwritten>();
  for (const [meta, entities] of workspace.identityMap.entries()) {
    const codec = workspace.compiled.codec(meta);
    for (const entity of entities) {
      const row = State.row(entity);
      const changed = row === null ? null : codec.diff(entity, row);
      if (changed !== null)
        unwritten.set(
          entity,
          unwrittenOf(
            meta,
            entity,
            changed.indexes.map((index) => meta.fields[index]!),
          ),
        );
    }
  }
  for (const entity of work.added) {
    const meta = metaOfEntity(entity);
    unwritten.set(entity, unwrittenOf(meta, entity, meta.fields));
  }
  return { unwritten, ...work.copy() };
}

function unwrittenOf(meta: ModelMeta, entity: object, fields: readonly FieldMeta[]): Unwritten {
  const values: Values = {};
  for (const {
    path: [name, part],
    type,
  } of fields)
    values[name!] = copyOf((entity as Values)[name!], part === undefined ? type.kind : 'json');
  const links = State.links(entity);
  return { values, links: links === null ? null : singleLinks(meta, links), told: toldOf(entity) };
}

function singleLinks(meta: ModelMeta, links: Links): Links {
  const single: Links = [];
  for (const { many, index } of meta.relations) if (!many) single[index] = links[index];
  return single;
}

/** A flush failed: what it filled in is taken back; what was to be written is still to be written. */
export function undoFlush(journal: Journal): void {
  for (const deed of journal.deeds.toReversed()) {
    if (deed.kind !== 'touched') deed.entities.forEach((entity, i) => putBack(deed.meta, entity, deed.values[i]));
  }
}

/**
 * A transaction or savepoint was rolled back: every entity goes back to what it was when it began. Keys that were
 * never stored are unset, written rows and states put back, fields changed since then set to the row, collections and
 * pending sets restored.
 */
export function undoTransaction(workspace: Workspace, work: UnitOfWork, journal: Journal): void {
  const { start } = journal;
  for (const deed of journal.deeds.toReversed()) undoDeed(workspace, work, deed, start);
  for (const steps of journal.collections.values()) for (const step of steps) step();
  for (const entity of work.added) if (!start.added.has(entity)) work.leave(entity);
  resetChanges(workspace);
  for (const [entity, { values, links, told }] of start.unwritten) {
    const meta = metaOfEntity(entity);
    putBack(meta, entity, values);
    tellAll(entity, told);
    for (const relation of meta.relations)
      if (!relation.many && (links !== null || State.links(entity) !== null))
        State.setLink(entity, relation.index, links?.[relation.index]);
  }
  relinkOthers(workspace, start);
  work.reset(start);
  // One that was to be saved, and then not.
  for (const entity of start.added)
    if (State.group(entity) === null) State.setGroup(entity, workspace.pendingGroup(metaOfEntity(entity)));
}

function undoDeed(workspace: Workspace, work: UnitOfWork, deed: Deed, start: JournalStart): void {
  switch (deed.kind) {
    case 'inserted':
      return undoInserts(workspace, work, deed, start);
    case 'updated':
      return deed.entities.forEach((entity, i) => {
        State.setRow(entity, deed.rows[i]!);
        putBack(deed.meta, entity, deed.values[i]);
      });
    case 'touched':
      return undoTouch(workspace, deed);
    default:
      return unreachable(deed);
  }
}

function undoTouch(workspace: Workspace, { meta, entity, row, group, links }: Touched): void {
  // What has been filled or expired since stands as it did.
  if (row === null || !sameParts(row, State.row(entity)))
    workspace.compiled.codec(meta).stand(entity, row ?? keyOnly(meta, entity, workspace));
  State.setRow(entity, row);
  State.setGroup(entity, group);
  gone.delete(entity);
  if (links !== undefined)
    for (const { many, index } of meta.relations) if (!many) State.setLink(entity, index, links[index]);
  // What had no row was a reference, and stood in the map by the key that it was given.
  const key = row === null ? mapKey(meta, keyOf(meta, entity)) : workspace.compiled.codec(meta).keyOfRow(row);
  workspace.identityMap.of(meta).set(key, entity);
}

/** Whether two rows lack the same fields. */
function sameParts(row: Row, other: Row | null): boolean {
  return other !== null && row.every((value, i) => (value === undefined) === (other[i] === undefined));
}

/** The row of a reference: nothing but the key is known. */
function keyOnly(meta: ModelMeta, entity: object, { compiled }: Workspace): Row {
  const row = Array.from<unknown>({ length: meta.fields.length });
  const codec = compiled.codec(meta);
  for (const field of meta.key) row[field.index] = codec.encodeField(field, readField(entity, field));
  return row;
}

function undoInserts(
  workspace: Workspace,
  work: UnitOfWork,
  { meta, entities, values }: Inserted,
  { added }: JournalStart,
): void {
  const map = workspace.identityMap.of(meta);
  const { keyOfRow } = workspace.compiled.codec(meta);
  entities.forEach((entity, i) => {
    const row = State.row(entity);
    if (row !== null) map.delete(keyOfRow(row));
    State.setRow(entity, null);
    if (added.has(entity)) State.setGroup(entity, workspace.pendingGroup(meta));
    else work.leave(entity);
    putBack(meta, entity, values[i] ?? {});
  });
}

/** Attributes by the names of their fields. One that is the same keeps its object: others may hold it. */
function putBack(meta: ModelMeta, entity: object, values: Readonly<Values> | undefined): void {
  for (const [name, value] of Object.entries(values ?? {})) {
    const field = meta.fieldByName.get(name);
    if (isDeepStrictEqual(field === undefined ? (entity as Values)[name] : readField(entity, field), value)) continue;
    if (field === undefined) (entity as Values)[name] = value;
    else writeField(entity, field, value);
  }
}

/** Set every field that differs from its row back to the row. */
function resetChanges(workspace: Workspace): void {
  for (const [meta, entities] of workspace.identityMap.entries()) {
    const codec = workspace.compiled.codec(meta);
    for (const entity of entities) {
      const row = State.row(entity);
      const changed = row === null ? null : codec.diff(entity, row);
      if (changed === null) continue;
      tellAll(entity, undefined);
      for (const index of changed.indexes) {
        const field = meta.fields[index]!;
        resetField(entity, field, codec.decodeField(field, row![index]));
      }
      // Whom they lead to is found by the key again, or linked again below.
      for (const { owning, sourceField, index } of meta.relations)
        if (owning && isAmong(sourceField, changed.indexes)) State.setLink(entity, index, undefined);
      for (const embedded of meta.embeddedByName.values()) {
        if (embedded.nullable && embedded.fields.every((field) => row![field.index] === null))
          (entity as Values)[embedded.name] = null;
      }
    }
  }
}

function resetField(entity: object, field: FieldMeta, value: unknown): void {
  const [name, part] = field.path;
  if (part !== undefined && (entity as Values)[name!] === null) (entity as Values)[name!] = {};
  writeField(entity, field, value);
}

/**
 * The other side of a one-to-one follows the keys, which are right again: the entity whose key leads here, else what
 * was known before.
 */
function relinkOthers(workspace: Workspace, start: JournalStart): void {
  for (const [meta, entities] of workspace.identityMap.entries()) {
    const all = [...entities];
    for (const relation of meta.relations) {
      if (relation.owning && !relation.toKey) relinkByField(workspace, relation, all, start);
      if (relation.owning || relation.many) continue;
      const owners = byOwner(workspace, relation);
      const unwritten = byLink(start, relation);
      for (const entity of all) {
        const linked = State.link(entity, relation.index) as object | null | undefined;
        if (linked === undefined || !isRead(State.row(entity), relation.sourceField)) continue;
        const found =
          unwritten.get(entity) ?? owners.get(fieldKey(relation.sourceField, readKey(entity, relation.sourceField)));
        // A stranger that was put there is gone; who was there before has not been read, or was nobody.
        if (found !== linked && (found !== undefined || linked !== null)) State.setLink(entity, relation.index, found);
      }
    }
  }
}

/** New entities, which no key leads to yet, by the entity that they say themselves that they belong to. */
function byLink({ added }: JournalStart, { target, inverse }: RelationMeta): Map<unknown, object> {
  const owners = new Map<unknown, object>();
  for (const entity of added) if (isOf(entity, target)) owners.set(State.link(entity, inverse!.index), entity);
  return owners;
}

/** A reference by a unique field that is not the key is found by no key: it is linked again to the entity that it leads to. */
function relinkByField(
  workspace: Workspace,
  relation: RelationMeta,
  entities: readonly object[],
  { unwritten }: JournalStart,
): void {
  const { compiled } = workspace;
  const { sourceField, targetField, index } = relation;
  const stored = byOwner(workspace, relation, (item) => storedValue(compiled, item, targetField));
  const toBe = byOwner(workspace, relation);
  for (const entity of entities) {
    if (!isRead(State.row(entity), sourceField)) continue;
    // What has been changed has its link, if it had one.
    if (unwritten.has(entity) && toldTarget(entity, relation) !== undefined) continue;
    const key = readKey(entity, sourceField);
    const isStored = sameKey(sourceField, storedValue(compiled, entity, sourceField), key);
    const name = fieldKey(sourceField, key);
    const found = isStored ? stored.get(name) : (toBe.get(name) ?? stored.get(name));
    if (found !== undefined) State.setLink(entity, index, found);
  }
}

/** Stored entities by what they have in the field that a relation leads to. */
function byOwner(
  workspace: Workspace,
  { target, targetField }: RelationMeta,
  valueOf: (item: object) => unknown = (item) => readKey(item, targetField),
): Map<unknown, object> {
  const owners = new Map<unknown, object>();
  for (const item of workspace.identityMap.of(target).values())
    if (isRead(State.row(item), targetField)) owners.set(fieldKey(targetField, valueOf(item)), item);
  return owners;
}
