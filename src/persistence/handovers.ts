import { rootOf, sameTable } from '../core/inheritance.ts';
import { fieldKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { CompiledCache } from './compiled.ts';
import { readField } from './entity-codec.ts';
import type { FlushStep } from './flush-plan.ts';
import { fieldRelations, toldTarget } from './retold.ts';

/** One row of one step. */
export interface RowWrite {
  readonly step: FlushStep;
  readonly entity: object;
}

/** What one row gives up and another takes, so that the one has to be written before the other. */
export interface Handover {
  readonly giver: RowWrite;
  readonly taker: RowWrite;
  /** The fields that are unique together; undefined where a row refers to such a value, and can only do so before or after. */
  readonly fields: readonly FieldMeta[] | undefined;
}

/**
 * Unique values that go from one row of a flush to another, and references to unique values that come with it. Rows are looked at
 * only in tables where that may be: where some are deleted and others come, or where unique values are changed.
 */
export function handoversIn(steps: readonly FlushStep[], compiled: CompiledCache): Handover[] {
  const tables = new Map<ModelMeta, FlushStep[]>();
  for (const step of steps) {
    if (step.kind !== 'insert' && step.kind !== 'update' && step.kind !== 'delete') continue;
    const root = rootOf(step.meta);
    const known = tables.get(root);
    if (known === undefined) tables.set(root, [step]);
    else known.push(step);
  }
  const found: Handover[] = [];
  for (const own of tables.values()) {
    const changes = own.some(changesUnique);
    if (!changes && !(own.some(isDelete) && own.some(isInsert))) continue;
    for (const fields of uniqueKeys(own)) found.push(...ofKey(own, fields, compiled));
    if (changes) for (const step of own) found.push(...references(step, steps, compiled));
  }
  return found;
}

/** The sets of fields that are unique together; of computed ones the values are not known here. */
function uniqueKeys(steps: readonly FlushStep[]): Set<readonly FieldMeta[]> {
  return new Set(steps.flatMap((step) => ('meta' in step ? keysOf(step.meta) : [])));
}

const keys = new WeakMap<ModelMeta, readonly (readonly FieldMeta[])[]>();

function keysOf(meta: ModelMeta): readonly (readonly FieldMeta[])[] {
  let found = keys.get(meta);
  if (found === undefined) {
    const indexes = meta.indexes.flatMap(({ unique, parts }) => {
      const fields = parts.map(({ field }) => field);
      return unique && fields.every((field) => field !== undefined) ? [fields] : [];
    });
    keys.set(meta, (found = [meta.key, ...indexes]));
  }
  return found;
}

function isDelete({ kind }: FlushStep): boolean {
  return kind === 'delete';
}

function isInsert({ kind }: FlushStep): boolean {
  return kind === 'insert';
}

function changesUnique(step: FlushStep): boolean {
  return step.kind === 'update' && keysOf(step.meta).some((fields) => changesAny(step, fields));
}

function changesAny(step: FlushStep, fields: readonly FieldMeta[]): boolean {
  return step.kind === 'update' && fields.some(({ index }) => step.changed.indexes.includes(index));
}

function* ofKey(
  steps: readonly FlushStep[],
  fields: readonly FieldMeta[],
  compiled: CompiledCache,
): Generator<Handover> {
  const givers = new Map<string, RowWrite>();
  for (const step of steps)
    if (step.kind === 'delete' || changesAny(step, fields))
      for (const write of writesOf(step)) {
        const value = textOf(fields, (field) => storedValue(compiled, write, field));
        if (value !== undefined) givers.set(value, write);
      }
  if (givers.size === 0) return;
  for (const step of steps)
    if (step.kind === 'insert' || changesAny(step, fields))
      for (const taker of writesOf(step)) {
        const value = textOf(fields, (field) => plainValue(taker.entity, field));
        const giver = value === undefined ? undefined : givers.get(value);
        if (giver !== undefined && giver.entity !== taker.entity) yield { giver, taker, fields };
      }
}

/** New references by fields that are not the key: to values that rows are to have, and to those that they are to give up. */
function* references(changing: FlushStep, steps: readonly FlushStep[], compiled: CompiledCache): Generator<Handover> {
  if (changing.kind !== 'update') return;
  const { meta, changed } = changing;
  for (const step of steps) {
    if (step.kind !== 'insert' && step.kind !== 'update') continue;
    for (const relation of fieldRelations(step.meta)) {
      const { target, targetField, sourceField } = relation;
      // Those of several fields lead to primary keys, which never change.
      if (targetField.parts !== undefined || sourceField.parts !== undefined || !sameTable(target, meta)) continue;
      if (!changed.indexes.includes(targetField.index)) continue;
      if (step.kind === 'update' && !step.changed.indexes.includes(sourceField.index)) continue;
      const writes = writesOf(changing);
      const byValue = (valueOf: (write: RowWrite) => unknown): Map<unknown, RowWrite> =>
        new Map(writes.map((write) => [fieldKey(targetField, valueOf(write)), write]));
      const givers = byValue(({ entity }) => readField(entity, targetField));
      const former = byValue((write) => storedValue(compiled, write, targetField));
      const byEntity = new Map(writes.map((write) => [write.entity, write]));
      for (const taker of writesOf(step)) {
        const value = plainValue(taker.entity, sourceField);
        if (value === undefined || value === null) continue;
        const told = toldTarget(taker.entity, relation);
        if (told !== undefined) {
          const giver = byEntity.get(told);
          if (giver !== undefined && taker.entity !== told) yield { giver, taker, fields: undefined };
          continue;
        }
        const giver = givers.get(fieldKey(sourceField, value));
        const left = giver === undefined ? former.get(fieldKey(sourceField, value)) : undefined;
        if (giver !== undefined && taker.entity !== giver.entity) yield { giver, taker, fields: undefined };
        if (left !== undefined && taker.entity !== left.entity) yield { giver: taker, taker: left, fields: undefined };
      }
    }
  }
}

export function writesOf(step: FlushStep): RowWrite[] {
  return 'entities' in step ? step.entities.map((entity) => ({ step, entity })) : [];
}

function storedValue(compiled: CompiledCache, { step, entity }: RowWrite, field: FieldMeta): unknown {
  const row = State.row(entity);
  if (row === null) return plainValue(entity, field);
  // Where classes share a table, another may have another field in this place.
  if (!('meta' in step) || step.meta.fields[field.index]?.name !== field.name) return undefined;
  const raw = row[field.index];
  return raw === undefined ? undefined : compiled.codec(step.meta).decodeField(field, raw);
}

/** A value in memory; undefined where it is not known. */
function plainValue(entity: object, field: FieldMeta): unknown {
  return Object.hasOwn(entity, field.path[0]!) ? readField(entity, field) : undefined;
}

/** The values of some fields as a text without doubles; undefined where one is NULL, or not known: that is like no other. */
function textOf(fields: readonly FieldMeta[], valueOf: (field: FieldMeta) => unknown): string | undefined {
  let text = '';
  for (const field of fields) {
    const value = valueOf(field);
    if (value === undefined || value === null) return undefined;
    const part = String(fieldKey(field, value));
    text += `${part.length}:${part}`;
  }
  return text;
}
