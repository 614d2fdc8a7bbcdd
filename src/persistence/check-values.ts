import type { FieldMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import { InvalidValueError, ValidationError } from '../utils/errors.ts';
import type { FieldProblem, FieldProblems } from '../utils/errors.ts';
import { codeOf } from '../validation/validate.ts';
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

/**
 * All that is wrong with the entity whose value was refused: its other fields may be wrong as well.
 *
 * @returns the error itself if it is about something else than a value.
 */
export function allProblems(compiled: CompiledCache, steps: readonly FlushStep[], error: unknown): unknown {
  if (!(error instanceof InvalidValueError) || error instanceof ValidationError) return error;
  for (const step of steps) {
    if (step.kind !== 'insert' && step.kind !== 'update') continue;
    const codec = compiled.codec(step.meta);
    const fields =
      step.kind === 'insert' ? step.meta.fields : step.changed.indexes.map((index) => step.meta.fields[index]!);
    for (const entity of step.entities) {
      const problems = problemsOf(codec, fields, entity);
      if (error.field !== undefined && problems[error.field] !== undefined)
        return ValidationError.of(step.meta.name, problems, error.cause);
    }
  }
  return error;
}

function problemsOf(codec: EntityCodec, fields: readonly FieldMeta[], entity: object): FieldProblems {
  const problems: Record<string, readonly FieldProblem[]> = {};
  for (const field of fields) {
    try {
      checkFields(codec, [field], entity);
    } catch (error) {
      if (!(error instanceof InvalidValueError) || error.field === undefined) throw error;
      const message = error.message.slice(`${error.model}.${error.field} `.length, -1);
      problems[error.field] = [{ code: codeOf(field.type.kind, readField(entity, field)), message }];
    }
  }
  return problems;
}

function checkFields(codec: EntityCodec, fields: readonly FieldMeta[], entity: object): void {
  const links = State.links(entity);
  for (const field of fields) {
    const { relation } = field;
    if (relation !== undefined && State.is(links?.[relation.index])) continue;
    const value = readField(entity, field);
    if (value === undefined && links !== null && isAwaited(field, links)) continue;
    codec.encodeField(field, value);
  }
}

/** Whether a field is part of a key that an entity at the other end of a relation is to get. */
function isAwaited(field: FieldMeta, links: readonly unknown[]): boolean {
  return field.model.relations.some(
    ({ owning, sourceField, index }) => owning && sourceField.parts?.includes(field) === true && State.is(links[index]),
  );
}
