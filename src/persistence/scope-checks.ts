import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { partsOf, readKey } from '../core/relation-keys.ts';
import { modelOf } from '../core/inheritance.ts';
import { State } from '../core/state.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import { meets, pinsOf, unmet } from '../query/pins.ts';
import type { Pin } from '../query/pins.ts';
import { readField } from './entity-codec.ts';
import type { FlushStep } from './flush-plan.ts';

/** @throws InvalidValueError for a row that the scopes with `check` do not leave in this session. */
export function checkScopes(scopes: ScopeConditions, step: FlushStep): void {
  if ((step.kind !== 'insert' && step.kind !== 'update') || !step.meta.restricted) return;
  const { meta } = step;
  checkRows(scopes, meta, step.entities, step.kind === 'insert' ? meta.fields : changedOf(step));
}

/** The same of rows that are written otherwise. */
export function checkRows(
  scopes: ScopeConditions,
  meta: ModelMeta,
  entities: readonly object[],
  fields: readonly FieldMeta[],
): void {
  for (const pin of pinsOf(scopes, meta)) {
    if (!fields.includes(pin.field)) continue;
    if (!entities.every((entity) => meets(pin, valueOf(entity, pin)))) throw unmet(meta, pin);
  }
}

function changedOf({ meta, changed }: Extract<FlushStep, { kind: 'update' }>): FieldMeta[] {
  return changed.indexes.map((index) => meta.fields[index]!);
}

/** A key that a linked entity has, or will get. */
function valueOf(entity: object, { field }: Pin): unknown {
  for (const { owning, index, sourceField, targetField } of modelOf(entity).relations) {
    const at = owning ? partsOf(sourceField).findIndex((part) => part.index === field.index) : -1;
    const linked = at < 0 ? undefined : State.link(entity, index);
    // A relation of several fields may have been left for another by one of them.
    if (State.is(linked) && (sourceField.parts === undefined || readKey(entity, sourceField) === undefined))
      return readField(linked, partsOf(targetField)[at]!);
  }
  return readField(entity, field);
}
