import { EntityCollection } from '../core/collection.ts';
import { rootOf } from '../core/inheritance.ts';
import { sameKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta, ReferentialAction, RelationMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { QueryRequest } from '../query/state.ts';
import type { BoundQuery } from './compiled.ts';
import { readField } from './entity-codec.ts';
import { followDeletes, join, targetOf } from './follow-deletes.ts';
import type { FlushStep } from './flush-plan.ts';
import { Journal } from './journal.ts';
import type { Workspace } from './workspace.ts';

type SetWrite = Extract<QueryRequest, { kind: 'update' | 'delete' | 'insertFrom' }>;

/** What a statement changes: rows of tables, those of some of which are deleted, and fields. */
interface Affected {
  readonly tables: ReadonlySet<ModelMeta>;
  readonly gone: ReadonlySet<ModelMeta>;
  readonly changed: ReadonlySet<FieldMeta>;
}

/** What the session has of one table, with the rows that it knew. */
interface Tracked {
  readonly root: ModelMeta;
  readonly rows: ReadonlyMap<object, Row>;
}

/**
 * Rows of a set, written by one statement. What the session holds of that model, and of those whose rows the database
 * changes or deletes with them, is read again: which rows were met, only the database knows.
 */
export async function writeSet(workspace: Workspace, request: SetWrite, query: BoundQuery): Promise<number> {
  const meta = request.kind === 'insertFrom' ? request.into : request.state.meta;
  const flushed = workspace.beforeRead(new Set([...query.compiled.plan.reads, rootOf(meta)]));
  if (flushed !== undefined) await flushed;
  const changes = await execute(workspace, meta, request, query);
  if (request.kind === 'insertFrom' || changes === 0) return changes;
  const affected = affectedBy(workspace, request);
  await followSet(
    workspace,
    Array.from(affected.tables, (root) => trackedOf(workspace, root)),
  );
  forgetLinks(workspace, affected);
  return changes;
}

async function execute(
  workspace: Workspace,
  meta: ModelMeta,
  request: SetWrite,
  { sql, parameters }: BoundQuery,
): Promise<number> {
  try {
    return (await workspace.write((connection) => workspace.executor.execute(connection, sql, parameters, request)))
      .changes;
  } catch (error) {
    throw workspace.engine.errorNames.name(error, meta);
  }
}

const FOLLOWED: ReadonlySet<ReferentialAction> = new Set<ReferentialAction>(['cascade', 'set null', 'set default']);

/** The tables of which the statement changes rows, by itself or by keys that the database follows. */
function affectedBy(workspace: Workspace, request: Extract<SetWrite, { kind: 'update' | 'delete' }>): Affected {
  const known = Array.from(workspace.identityMap.entries(), ([meta]) => meta);
  const models = new Set([...workspace.engine.models, ...known]);
  const owning = [...models].flatMap(({ relations }) => relations.filter((relation) => relation.owning));
  const root = rootOf(request.state.meta);
  const gone = new Set<ModelMeta>(request.kind === 'delete' ? [root] : []);
  const changed = new Set<FieldMeta>(request.kind === 'update' ? request.changes.map(({ field }) => field) : []);
  for (const table of gone)
    for (const { model, target, sourceField, onDelete } of owning) {
      if (rootOf(target) !== table || !FOLLOWED.has(onDelete)) continue;
      if (onDelete === 'cascade') gone.add(rootOf(model));
      else changed.add(sourceField);
    }
  for (const field of changed)
    for (const { sourceField, targetField, onUpdate } of owning)
      if (targetField === field && FOLLOWED.has(onUpdate)) changed.add(sourceField);
  return { tables: new Set([root, ...gone, ...[...changed].map(({ model }) => rootOf(model))]), gone, changed };
}

function trackedOf({ identityMap }: Workspace, root: ModelMeta): Tracked {
  const rows = new Map<object, Row>();
  for (const entity of identityMap.of(root).values()) {
    const row = State.row(entity);
    if (row !== null) rows.set(entity, row);
  }
  return { root, rows };
}

/** Entities whose row is gone leave the session and its collections; those whose owner is another now change places. */
async function followSet(workspace: Workspace, tracked: readonly Tracked[]): Promise<void> {
  // Outside of a transaction what was done cannot be taken back.
  const journal = workspace.journal ?? new Journal();
  const deleted: FlushStep[] = [];
  for (const { root, rows } of tracked) {
    if (rows.size === 0) continue;
    const present = new Set(await workspace.refresh(root, [...rows.keys()]));
    const gone = [...rows.keys()].filter((entity) => !present.has(entity));
    if (gone.length > 0) deleted.push({ kind: 'delete', meta: root, entities: gone });
  }
  followDeletes(workspace, journal, deleted);
  for (const { root, rows } of tracked)
    for (const [meta, entities] of workspace.identityMap.classes(root)) {
      const present = [...entities].filter((entity) => rows.has(entity));
      for (const relation of meta.relations)
        if (relation.owning) moveAll(workspace, meta, relation, present, rows, journal);
    }
}

/** Collections show what has come to refer to their owner, and no more what refers to another. */
function moveAll(
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
    const former = before.get(entity)![sourceField.index];
    const now = State.row(entity)![sourceField.index];
    if (former === undefined || former === now) continue;
    const [from, to] = [former, now].map((raw) => (raw === null ? null : codec.decodeField(sourceField, raw)));
    // What the application has given another owner since keeps it: the next flush writes it.
    if (sameKey(sourceField, from, to) || !sameKey(sourceField, readField(entity, sourceField), to)) continue;
    const next = to === null ? null : targetOf(workspace, relation, to);
    State.setLink(entity, index, next ?? undefined);
    if (inverse === undefined) continue;
    const previous = from === null ? undefined : targetOf(workspace, relation, from);
    if (previous !== undefined) leave(previous, inverse, entity, left);
    if (next !== undefined && next !== null) join(next, inverse, entity, journal);
  }
  for (const [collection, items] of left) {
    journal.touchCollection(collection);
    collection.drop(items);
  }
}

/** `left`: what collections are to lose, all at once. */
function leave(owner: object, { index }: RelationMeta, entity: object, left: Map<EntityCollection, Set<object>>): void {
  const link = State.link(owner, index);
  if (link instanceof EntityCollection) {
    if (!link.isLoaded) return;
    const items = left.get(link);
    if (items === undefined) left.set(link, new Set([entity]));
    else items.add(entity);
  } else if (link === entity) State.setLink(owner, index, null);
}

/** Which links went with rows of a `through` model is not known: collections over it are read again when they are asked for. */
function forgetLinks({ identityMap, journal }: Workspace, { gone, changed }: Affected): void {
  for (const [meta, entities] of identityMap.entries())
    for (const { link, index } of meta.relations) {
      if (link === undefined || link.implicit) continue;
      if (!gone.has(rootOf(link.model)) && !changed.has(link.source) && !changed.has(link.target)) continue;
      for (const entity of entities) {
        const collection = State.link(entity, index);
        if (!(collection instanceof EntityCollection) || !collection.isLoaded || collection.pending !== undefined)
          continue;
        journal?.touchCollection(collection);
        collection.expire();
      }
    }
}
