import { rootOf, sameTable } from '../core/inheritance.ts';
import { fieldKey, sameKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta, ReferentialAction, RelationMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { readField, writeField } from './entity-codec.ts';
import type { FlushStep } from './flush-plan.ts';
import type { Journal, Updated } from './journal.ts';
import { madeWay, ReferenceWrites } from './reference-writes.ts';
import type { Workspace } from './workspace.ts';

/** A value to which others refer, and which a row has given up for another. */
interface Rekeyed {
  readonly target: object;
  readonly value: unknown;
  /** The step that did so, or before that in which it made way. */
  readonly at: number;
}

const FOLLOWED: ReadonlySet<ReferentialAction> = new Set<ReferentialAction>(['cascade', 'set null', 'set default']);

/**
 * After a flush that changed unique values to which others refer: their references are what the database has made of them by
 * the rules of the keys, and lead to the same entity where they follow it.
 */
export function followRekeys(workspace: Workspace, journal: Journal, steps: readonly FlushStep[]): void {
  let writes: ReferenceWrites | undefined;
  const deeds = new Map(journal.deeds.flatMap((deed) => (deed.kind === 'updated' ? [[deed.entities, deed]] : [])));
  const rekeyed = new Map<FieldMeta, Map<unknown, Rekeyed>>();
  steps.forEach((step, at) => {
    if (step.kind !== 'update' || workspace.compiled.updateShape(step.meta, step.changed).anyOrder) return;
    noteRekeyed(
      workspace,
      step,
      deeds.get(step.entities)!,
      (target, field) => madeWay(steps, target, field) ?? at,
      rekeyed,
    );
  });
  // What follows may be referred to itself.
  for (const [field, values] of rekeyed)
    for (const relation of referringTo(workspace, field)) {
      writes ??= new ReferenceWrites(steps);
      follow(workspace, journal, relation, values, writes, rekeyed);
    }
}

function noteRekeyed(
  workspace: Workspace,
  { meta, changed }: Extract<FlushStep, { kind: 'update' }>,
  { entities, rows }: Updated,
  at: (target: object, field: FieldMeta) => number,
  into: Map<FieldMeta, Map<unknown, Rekeyed>>,
): void {
  const codec = workspace.compiled.codec(meta);
  for (const index of changed.indexes) {
    const field = meta.fields[index]!;
    if (referringTo(workspace, field).length === 0) continue;
    entities.forEach((target, i) => {
      const before = rows[i]![index];
      if (before === undefined || before === null) return;
      const value = codec.decodeField(field, State.row(target)![index]);
      note(into, field, codec.decodeField(field, before), { target, value, at: at(target, field) });
    });
  }
}

function note(into: Map<FieldMeta, Map<unknown, Rekeyed>>, field: FieldMeta, before: unknown, change: Rekeyed): void {
  const values = into.get(field) ?? new Map<unknown, Rekeyed>();
  into.set(field, values.set(fieldKey(field, before), change));
}

/** Relations that the database keeps in step with a field that is not the key. */
function referringTo(workspace: Workspace, field: FieldMeta): RelationMeta[] {
  if (field.primaryKey) return [];
  return [...workspace.models].flatMap(({ relations }) =>
    relations.filter(
      ({ owning, targetField, onUpdate }) =>
        owning &&
        FOLLOWED.has(onUpdate) &&
        targetField.parts === undefined &&
        targetField.index === field.index &&
        sameTable(targetField.model, field.model),
    ),
  );
}

function follow(
  workspace: Workspace,
  journal: Journal,
  relation: RelationMeta,
  rekeyed: ReadonlyMap<unknown, Rekeyed>,
  writes: ReferenceWrites,
  next: Map<FieldMeta, Map<unknown, Rekeyed>>,
): void {
  const { sourceField, targetField, index, onUpdate } = relation;
  // Those of several fields refer to primary keys, which never change.
  if (sourceField.parts !== undefined) return;
  for (const [meta, entities] of workspace.identityMap.classes(rootOf(relation.model))) {
    if (!meta.relations.includes(relation) && meta.fields[sourceField.index]?.name !== sourceField.name) continue;
    const codec = workspace.compiled.codec(meta);
    for (const entity of entities) {
      const row = State.row(entity);
      const raw = row?.[sourceField.index];
      if (row === null || raw === undefined || raw === null) continue;
      const stored = codec.decodeField(sourceField, raw);
      const change = rekeyed.get(fieldKey(targetField, stored));
      if (change === undefined || writes.last(entity, sourceField) > change.at) continue;
      const value = valueAfter(sourceField, onUpdate, change);
      refer(journal, meta, sourceField, entity, row, value === null ? null : codec.encodeField(sourceField, value));
      if (referringTo(workspace, sourceField).length > 0)
        note(next, sourceField, stored, { ...change, target: entity, value });
      // What has been given another target since keeps it: the next flush writes it.
      if (!sameKey(sourceField, readField(entity, sourceField), stored)) continue;
      writeField(entity, sourceField, value);
      State.setLink(entity, index, onUpdate === 'cascade' ? change.target : undefined);
    }
  }
}

function valueAfter(sourceField: FieldMeta, onUpdate: ReferentialAction, { value }: Rekeyed): unknown {
  if (onUpdate === 'cascade') return value;
  return onUpdate === 'set default' ? (sourceField.default ?? null) : null;
}

function refer(
  journal: Journal,
  meta: ModelMeta,
  field: FieldMeta,
  entity: object,
  row: readonly unknown[],
  raw: unknown,
): void {
  journal.deeds.push({
    kind: 'updated',
    meta,
    entities: [entity],
    rows: [row],
    values: [{ [field.name]: readField(entity, field) }],
  });
  const now = [...row];
  now[field.index] = raw;
  State.setRow(entity, now);
}
