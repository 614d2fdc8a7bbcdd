import { EntityCollection } from '../core/collection.ts';
import { rootOf } from '../core/inheritance.ts';
import { fieldKey, keyOf, mapKey, sameKey } from '../core/keys.ts';
import type { ModelMeta, ReferentialAction, RelationMeta } from '../core/metadata.ts';
import { isWhole, partsOf, readKey } from '../core/relation-keys.ts';
import { tupleOf } from '../core/field-values.ts';
import { State } from '../core/state.ts';
import { eachEnd, isThrough } from '../core/through.ts';
import { readField, writeField } from './entity-codec.ts';
import type { FlushStep } from './flush-plan.ts';
import { gone as deletedRows } from './gone.ts';
import type { Journal } from './journal.ts';
import { madeWay, ReferenceWrites } from './reference-writes.ts';
import { endAt } from './unwritten-rows.ts';
import { ownValue, storedValue } from './stored-value.ts';
import type { Workspace } from './workspace.ts';

/** Entities whose rows are gone, by the root of their model. */
export type Deleted = ReadonlyMap<ModelMeta, ReadonlySet<object>>;

/**
 * After a flush that deleted rows: what the database did by itself is done in memory too. Entities whose rows went with
 * others leave the session, keys that it set to NULL are null, and no loaded collection shows what is gone.
 *
 * @returns all that is gone, by table.
 */
export function followDeletes(workspace: Workspace, journal: Journal, steps: readonly FlushStep[]): Deleted {
  const gone: Map<ModelMeta, ReadonlySet<object>> = new Map();
  for (const step of steps) if (step.kind === 'delete') noteGone(gone, step.meta, step.entities);
  if (gone.size === 0) return gone;
  const writes = new ReferenceWrites(steps);
  const first = steps.findIndex(({ kind }) => kind === 'delete');
  // What was written after that refers to a row that has come in the place of one that is gone.
  const isLater: IsLater = (entity, { sourceField, targetField }, missing) =>
    writes.last(entity, sourceField) > (madeWay(steps, missing, targetField) ?? first);
  for (let news: Deleted = gone; news.size > 0; news = followKeys(workspace, journal, news, isLater))
    if (news !== gone) for (const [meta, entities] of news) noteGone(gone, meta, entities);
  for (const [meta, entities] of gone)
    if (isThrough(meta)) for (const entity of entities) hideLinkRow(workspace, journal, entity);
  for (const [meta, entities] of tracked(workspace))
    for (const relation of meta.relations) {
      const missing = gone.get(rootOf(relation.target));
      if (missing === undefined || relation.owning) continue;
      for (const entity of entities) forget(entity, relation, missing, journal);
    }
  return gone;
}

/** Collections over a model between two show what its rows that are left say. */
function hideLinkRow(workspace: Workspace, journal: Journal, entity: object): void {
  eachEnd(
    entity,
    (row, relation) => endAt(workspace.identityMap, row, relation),
    (collection, other) => journal.change(collection, () => collection.settleRow(other, false)),
  );
}

/** Whether a reference was written after another row could have the value of one that is missing. */
type IsLater = (entity: object, relation: RelationMeta, missing: object) => boolean;

/** What the session has, by model; made before any of it leaves. */
function tracked({ identityMap }: Workspace): [ModelMeta, object[]][] {
  return Array.from(identityMap.entries(), ([meta, entities]) => [meta, [...entities]]);
}

function noteGone(gone: Map<ModelMeta, ReadonlySet<object>>, meta: ModelMeta, entities: Iterable<object>): void {
  const root = rootOf(meta);
  const known = gone.get(root);
  gone.set(root, known === undefined ? new Set(entities) : new Set([...known, ...entities]));
}

/** What refers to rows that are gone, by the rules of the keys. Gives what is gone for that reason. */
function followKeys(workspace: Workspace, journal: Journal, gone: Deleted, isLater: IsLater): Deleted {
  const next: Map<ModelMeta, ReadonlySet<object>> = new Map();
  for (const [meta, entities] of tracked(workspace))
    for (const relation of meta.relations) {
      const missing = relation.owning ? gone.get(rootOf(relation.target)) : undefined;
      if (missing === undefined || !FOLLOWED.has(relation.onDelete)) continue;
      const followers = referringTo(workspace, meta, relation, entities, missing, isLater);
      if (followers.length === 0) continue;
      if (relation.onDelete === 'cascade') {
        for (const entity of followers) evict(workspace, meta, entity, journal);
        noteGone(next, meta, followers);
      } else refer(workspace, meta, relation, followers, journal);
    }
  return next;
}

const FOLLOWED: ReadonlySet<ReferentialAction> = new Set<ReferentialAction>(['cascade', 'set null', 'set default']);

/** Entities whose stored row refers to one of these. */
function referringTo(
  workspace: Workspace,
  meta: ModelMeta,
  relation: RelationMeta,
  entities: readonly object[],
  missing: ReadonlySet<object>,
  isLater: IsLater,
): object[] {
  const { sourceField, targetField } = relation;
  // Of what was deleted by its key alone, a field that is not the key may never have been read.
  const byValue = new Map<unknown, object>();
  for (const entity of missing) {
    const value = ownValue(workspace.compiled, entity, targetField);
    if (value !== undefined) byValue.set(fieldKey(targetField, value), entity);
  }
  const codec = workspace.compiled.codec(meta);
  return entities.filter((entity) => {
    const stored = codec.keyIn(State.row(entity), sourceField);
    if (!isWhole(stored)) return false;
    const target = byValue.get(fieldKey(sourceField, stored));
    return target !== undefined && !isLater(entity, relation, target);
  });
}

function evict(workspace: Workspace, meta: ModelMeta, entity: object, journal: Journal): void {
  journal.touch(meta, entity);
  workspace.identityMap.of(meta).delete(mapKey(meta, keyOf(meta, entity)));
  State.setGroup(entity, null);
  deletedRows.add(entity);
}

/** Their keys become what the database has made of them: NULL, or the default. */
function refer(
  workspace: Workspace,
  meta: ModelMeta,
  relation: RelationMeta,
  entities: readonly object[],
  journal: Journal,
): void {
  const codec = workspace.compiled.codec(meta);
  const { sourceField, index, inverse } = relation;
  const parts = partsOf(sourceField);
  const news = parts.map((part) => (relation.onDelete === 'set default' ? (part.default ?? null) : null));
  const raws = news.map((value, i) => (value === null ? null : codec.encodeField(parts[i]!, value)));
  const key = sourceField.parts === undefined ? news[0] : tupleOf(parts, (part) => news[parts.indexOf(part)]);
  const other = isWhole(key) ? targetOf(workspace, relation, key) : undefined;
  const rows = entities.map((entity) => State.row(entity)!);
  const values = entities.map((entity) =>
    Object.fromEntries(parts.map((part) => [part.name, readField(entity, part)])),
  );
  journal.deeds.push({ kind: 'updated', meta, entities, rows, values });
  entities.forEach((entity, i) => {
    const row = [...rows[i]!];
    parts.forEach((part, at) => (row[part.index] = raws[at]));
    State.setRow(entity, row);
    // What has been given another target since keeps it: the next flush writes it.
    if (!sameKey(sourceField, readKey(entity, sourceField), codec.keyIn(rows[i]!, sourceField))) return;
    parts.forEach((part, at) => writeField(entity, part, news[at]));
    State.setLink(entity, index, other);
    if (other !== undefined && inverse !== undefined) join(other, inverse, entity, journal);
  });
}

/** The entity that a key leads to now, if it is there. */
export function targetOf(
  { identityMap, compiled }: Workspace,
  { target, targetField, toKey }: RelationMeta,
  value: unknown,
): object | undefined {
  if (toKey) {
    const found = identityMap.of(target).get(mapKey(target, value));
    return found === undefined || State.row(found) === null ? undefined : found;
  }
  for (const item of identityMap.of(target).values())
    if (sameKey(targetField, storedValue(compiled, item, targetField), value)) return item;
  return undefined;
}

/** The other side of a relation shows what has come to refer to it. */
export function join(owner: object, inverse: RelationMeta, entity: object, journal: Journal): void {
  const link = State.link(owner, inverse.index);
  if (!inverse.many) State.setLink(owner, inverse.index, entity);
  else if (link instanceof EntityCollection && (link.isLoaded || link.pending !== undefined))
    journal.change(link, () => link.join(entity));
}

/** The other side of a relation no longer shows what is gone. */
export function forget(
  entity: object,
  { index, many }: RelationMeta,
  gone: ReadonlySet<object>,
  journal: Journal,
): void {
  const link = State.link(entity, index);
  if (link instanceof EntityCollection) {
    if (link.mentions(gone) || journal.outlives(link)) journal.change(link, () => link.drop(gone));
  } else if (!many && State.is(link) && gone.has(link)) State.setLink(entity, index, null);
}
