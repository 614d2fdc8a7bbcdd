import type { FieldMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { CompiledCache } from './compiled.ts';
import type { EntityCodec } from './entity-codec.ts';
import { readField } from './entity-codec.ts';
import type { FlushStep } from './flush-plan.ts';

/**
 * Look at the values that a step will write, before anything of its flush is sent. Keys of entities that get theirs in the
 * same flush are not known yet.
 *
 * @throws InvalidValueError naming model and field; SessionStateError for a key that was changed.
 */
export function checkValues(compiled: CompiledCache, step: FlushStep): void {
  if (step.kind === 'insert') {
    const codec = compiled.codec(step.meta);
    for (const entity of step.entities) checkFields(codec, step.meta.fields, entity);
  } else if (step.kind === 'update') {
    const codec = compiled.codec(step.meta);
    compiled.updateShape(step.meta, step.changed);
    const fields = step.changed.indexes.map((index) => step.meta.fields[index]!);
    for (const entity of step.entities) checkFields(codec, fields, entity);
  }
}

function checkFields(codec: EntityCodec, fields: readonly FieldMeta[], entity: object): void {
  const links = State.links(entity);
  for (const field of fields) {
    const { relation } = field;
    if (relation !== undefined && State.is(links?.[relation.index])) continue;
    codec.encodeField(field, readField(entity, field));
  }
}
