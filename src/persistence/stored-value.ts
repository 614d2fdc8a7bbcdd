import { knownValue } from '../core/field-values.ts';
import { modelOf } from '../core/inheritance.ts';
import type { FieldMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { CompiledCache } from './compiled.ts';

/** What the database has in a field of an entity; undefined where it has no row, or that is not known. */
export function storedValue(compiled: CompiledCache, entity: object, field: FieldMeta): unknown {
  const raw = State.row(entity)?.[field.index];
  return raw === undefined ? undefined : compiled.codec(modelOf(entity)).decodeField(field, raw);
}

/** The same, or what a new entity, or a reference, has in memory. */
export function ownValue(compiled: CompiledCache, entity: object, field: FieldMeta): unknown {
  return State.row(entity) === null ? knownValue(entity, field) : storedValue(compiled, entity, field);
}
