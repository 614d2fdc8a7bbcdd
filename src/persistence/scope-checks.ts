import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
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
  const linked = field.relation === undefined ? undefined : State.link(entity, field.relation.index);
  return State.is(linked) ? readField(linked, field.relation!.targetField) : readField(entity, field);
}
