import { EntityCollection } from '../core/collection.ts';
import { rootOf } from '../core/inheritance.ts';
import { endFields } from './link-ends.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { QueryRequest } from '../query/state.ts';
import { affectedBy } from './affected.ts';
import type { Affected } from './affected.ts';
import { changingTables, newRowMarks, tablesMarks } from './cached/written.ts';
import type { BoundQuery } from './compiled.ts';
import { followDeletes } from './follow-deletes.ts';
import { giveUp } from './given-up.ts';
import type { FlushStep } from './flush-plan.ts';
import type { Journal } from './journal.ts';
import { moveAll } from './moves.ts';
import { readOnly } from './open-transaction.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

type SetWrite = Extract<QueryRequest, { kind: 'update' | 'delete' | 'insertFrom' }>;

/** What the session has of one table, with the rows that it knew. */
interface Tracked {
  readonly root: ModelMeta;
  readonly rows: ReadonlyMap<object, Row>;
}

/**
 * Rows of a set, written by one statement. What the session holds of that model, and of those whose rows the database
 * changes or deletes with them, is read again: which rows were met, only the database knows.
 */
export async function writeSet(
  workspace: Workspace,
  work: UnitOfWork,
  request: SetWrite,
  query: BoundQuery,
): Promise<number> {
  const meta = request.kind === 'insertFrom' ? request.into : request.state.meta;
  if (workspace.isReadOnly) throw readOnly(meta);
  const flushed = workspace.beforeRead(new Set([...query.compiled.plan.reads, rootOf(meta)]));
  if (flushed !== undefined) await flushed;
  const changes = await changingTables(
    workspace,
    () => marksOf(workspace, request),
    () => execute(workspace, meta, request, query),
  );
  if (changes === 0) return changes;
  const { journal } = workspace;
  if (request.kind === 'insertFrom') {
    const fields = new Set(request.into.fields);
    forgetMembers(workspace, journal, { gone: new Set(), changed: fields }, fields);
    return changes;
  }
  const affected = affectedHere(workspace, request);
  const followed = await followSet(
    workspace,
    work,
    journal,
    Array.from(affected.tables, (root) => trackedOf(workspace, root)),
  );
  forgetMembers(workspace, journal, affected, movedBy(request, affected, followed === changes));
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

/** The tables of which the statement changes rows, as far as their models are known. */
function affectedHere(workspace: Workspace, request: Extract<SetWrite, { kind: 'update' | 'delete' }>): Affected {
  return affectedBy(workspace.models, rootOf(request.state.meta), request.kind === 'delete', fieldsOf(request));
}

function fieldsOf(request: SetWrite): FieldMeta[] {
  return request.kind === 'update' ? request.changes.map(({ field }) => field) : [];
}

function marksOf(workspace: Workspace, request: SetWrite): string[] {
  return request.kind === 'insertFrom'
    ? newRowMarks(workspace, request.into)
    : tablesMarks(workspace, request.state.meta, request.kind === 'delete', fieldsOf(request));
}

function trackedOf({ identityMap }: Workspace, root: ModelMeta): Tracked {
  const rows = new Map<object, Row>();
  for (const entity of identityMap.of(root).values()) {
    const row = State.row(entity);
    if (row !== null) rows.set(entity, row);
  }
  return { root, rows };
}

/**
 * Entities whose row is gone leave the session and its collections; those whose owner is another now change places.
 *
 * @returns how many rows of the written table are others than before.
 */
async function followSet(
  workspace: Workspace,
  work: UnitOfWork,
  journal: Journal,
  tracked: readonly Tracked[],
): Promise<number> {
  const deleted: FlushStep[] = [];
  for (const { root, rows } of tracked) {
    if (rows.size === 0) continue;
    const present = new Set(await workspace.refresh(root, [...rows.keys()]));
    const gone = [...rows.keys()].filter((entity) => !present.has(entity));
    if (gone.length > 0) deleted.push({ kind: 'delete', meta: root, entities: gone });
  }
  giveUp(workspace, work, journal, followDeletes(workspace, journal, deleted));
  const written = tracked[0]!.rows;
  for (const { root, rows } of tracked)
    for (const [meta, entities] of workspace.identityMap.classes(root)) {
      const present = [...entities].filter((entity) => rows.has(entity));
      for (const relation of meta.relations)
        if (relation.owning) moveAll(workspace, meta, relation, present, rows, journal);
    }
  return [...written].filter(([entity, row]) => State.row(entity)?.some((value, i) => value !== row[i]) === true)
    .length;
}

/** The fields by which rows that the session does not have may lead to others now. `isAll`: it has all that were met. */
function movedBy(request: SetWrite, { gone, changed }: Affected, isAll: boolean): Set<FieldMeta> {
  const moved = [...changed].filter(({ relation }) => gone.size > 0 && relation?.onDelete === 'set default');
  return new Set([...moved, ...(isAll || request.kind !== 'update' ? [] : request.changes.map(({ field }) => field))]);
}

/**
 * Which members came and went with rows that the session does not have is not known, nor with links: collections over them are
 * read again when they are asked for. What waits to be written in them stays.
 */
function forgetMembers(
  { identityMap }: Workspace,
  journal: Journal,
  { gone, changed }: Pick<Affected, 'gone' | 'changed'>,
  moved: ReadonlySet<FieldMeta>,
): void {
  const isConcerned = ({ link, targetField, owning }: RelationMeta): boolean =>
    link === undefined
      ? !owning && partsOf(targetField).some((part) => moved.has(part))
      : !link.implicit && (gone.has(rootOf(link.model)) || endFields(link).some((part) => changed.has(part)));
  for (const [meta, entities] of identityMap.entries())
    for (const { index } of meta.relations.filter(isConcerned))
      for (const entity of entities) {
        const link = State.link(entity, index);
        if (link instanceof EntityCollection) {
          if (link.isLoaded || journal.outlives(link)) journal.change(link, () => link.unload());
        } else if (link === null) State.setLink(entity, index, undefined);
      }
}
