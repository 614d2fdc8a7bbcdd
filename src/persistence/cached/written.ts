import { changedRowMarks, changedTableMarks, addedMarks, keyText } from '../../cache/names.ts';
import { rootOf } from '../../core/inheritance.ts';
import type { FieldMeta, ModelMeta, RelationMeta } from '../../core/metadata.ts';
import type { Connection } from '../../adapters/adapter.ts';
import type { MaybePromise } from '../../utils/maybe-promise.ts';
import { affectedBy } from '../affected.ts';
import { readField } from '../entity-codec.ts';
import type { FlushStep } from '../flush-plan.ts';
import type { Workspace } from '../workspace.ts';

/** More rows of one table than that are not named one by one. */
const MANY = 500;

/** Note what steps of a flush change, before they are run. */
export function noteSteps(workspace: Workspace, connection: Connection, steps: readonly FlushStep[]): void {
  const { cache } = workspace.engine;
  if (cache !== undefined) for (const step of steps) cache.note(connection, stepMarks(workspace, step));
}

/** Note that rows of a model are written that are not known one by one. */
export function noteTable(
  workspace: Workspace,
  connection: Connection,
  meta: ModelMeta,
  fields: readonly FieldMeta[],
): void {
  workspace.engine.cache?.note(connection, tablesMarks(workspace, meta, false, fields));
}

/** Run a statement that changes tables: in the open transaction, or by itself. */
export function changingTables<T>(
  workspace: Workspace,
  marks: () => Iterable<string>,
  run: () => MaybePromise<T>,
): MaybePromise<T> {
  const { cache } = workspace.engine;
  if (cache === undefined) return run();
  return cache.note(workspace.transaction, marks()) ? run() : cache.changing(marks(), run);
}

/** What a set that is deleted or updated, or an upsert, changes: its table, and those that the database changes with it. */
export function tablesMarks(
  { place, engine }: Workspace,
  meta: ModelMeta,
  deletes: boolean,
  fields: readonly FieldMeta[],
): string[] {
  const { tables } = affectedBy(engine.cache!.models, rootOf(meta), deletes, fields);
  return Array.from(tables, (table) => changedTableMarks(table, place)).flat();
}

/** What new rows of a table change. */
export function newRowMarks({ place }: Workspace, meta: ModelMeta): string[] {
  return addedMarks(meta, place);
}

function stepMarks(workspace: Workspace, step: FlushStep): string[] {
  const { place } = workspace;
  switch (step.kind) {
    case 'insert':
      return addedMarks(step.meta, place);
    case 'link':
    case 'unlink':
      return changedTableMarks(step.link.model, place);
    case 'delete':
      return [...rowsMarks(workspace, step), ...followedMarks(workspace, step.meta, true, [])];
    case 'update':
      return [
        ...rowsMarks(workspace, step),
        ...followedMarks(
          workspace,
          step.meta,
          false,
          step.changed.indexes.map((index) => step.meta.fields[index]!),
        ),
      ];
    case 'connect':
    case 'disconnect':
      return [...rowsMarks(workspace, step), ...followedMarks(workspace, step.meta, false, step.relation.cleared)];
    case 'vacate':
      return [...rowsMarks(workspace, step), ...followedMarks(workspace, step.meta, false, [step.field])];
  }
}

/** Rows by their keys; all of the table where that is more, or where another release may keep what this one does not. */
function rowsMarks(
  { place }: Workspace,
  { meta, entities }: { readonly meta: ModelMeta; readonly entities: readonly object[] },
): string[] {
  const keys = entities.length > MANY || meta.cache === undefined ? undefined : keysOf(meta, entities);
  return keys === undefined ? changedTableMarks(meta, place) : changedRowMarks(meta, place, keys);
}

function keysOf(meta: ModelMeta, entities: readonly object[]): string[] | undefined {
  const keys: string[] = [];
  for (const entity of entities) {
    const key = keyText(
      meta,
      meta.key.map((field) => readField(entity, field)),
    );
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return keys;
}

/** The tables of which the database changes rows with these; the own one among them only if other rows of it change. */
function followedMarks(
  { place, engine }: Workspace,
  meta: ModelMeta,
  deletes: boolean,
  fields: readonly FieldMeta[],
): string[] {
  const root = rootOf(meta);
  const { tables, gone, changed } = affectedBy(engine.cache!.models, root, deletes, fields);
  const refersTo = (field: FieldMeta): boolean => !fields.includes(field) && rootOf(field.model) === root;
  const goesWith = ({ model, target, owning, onDelete }: RelationMeta): boolean =>
    owning && onDelete === 'cascade' && rootOf(model) === root && gone.has(rootOf(target));
  const others =
    [...changed].some(refersTo) || [...engine.cache!.models].some(({ relations }) => relations.some(goesWith));
  return [...tables].flatMap((table) => (table === root && !others ? [] : changedTableMarks(table, place)));
}
