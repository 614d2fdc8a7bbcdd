import { knownValue } from '../core/field-values.ts';
import { modelOf } from '../core/inheritance.ts';
import type { KeyMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { CompiledCache } from './compiled.ts';

/** What the database has as a key of an entity; undefined where it has no row, or that is not known. */
export function storedValue(compiled: CompiledCache, entity: object, key: KeyMeta): unknown {
  const row = State.row(entity);
  return row === null ? undefined : compiled.codec(modelOf(entity)).keyIn(row, key);
}

/** The same, or what a new entity, or a reference, has in memory. */
export function ownValue(compiled: CompiledCache, entity: object, key: KeyMeta): unknown {
  return State.row(entity) === null ? knownValue(entity, key) : storedValue(compiled, entity, key);
}
