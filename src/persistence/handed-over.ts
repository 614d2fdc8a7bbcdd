import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { UniqueViolationError } from '../utils/errors.ts';
import type { FlushStep } from './flush-plan.ts';

/**
 * What to do about a unique value that one entity of a flush gives up and another one takes, where no order of statements and
 * no value for the time between them was found. Any other error stays as it is.
 */
export function explainHandover(error: unknown, steps: readonly FlushStep[]): unknown {
  if (!(error instanceof UniqueViolationError) || error.remedy !== undefined) return error;
  const { message, model, field, fields, constraint, sql } = error;
  let [givers, takers] = [0, 0];
  for (const step of steps) {
    if (!('meta' in step) || step.meta.name !== model) continue;
    const count = step.entities.length;
    if (step.kind === 'insert') takers += count;
    else if (step.kind === 'delete') givers += count;
    else if (step.kind === 'update' && changes(step, fields)) {
      givers += count;
      takers += count;
    }
  }
  if (givers === 0 || takers === 0 || (givers === 1 && takers === 1 && steps.length === 1)) return error;
  return new UniqueViolationError(message, {
    model,
    field,
    fields,
    constraint,
    sql,
    remedy: REMEDY,
    cause: error.cause,
  });
}

const REMEDY =
  'Another entity of this flush may be giving the value up, which is written afterwards: change or delete that one, flush, and then this one.';

/** Rows exchange a value that is unique, and the database refused the one that was to stand in for it meanwhile. */
export function noPlaceholder({ name }: ModelMeta, field: FieldMeta, cause: Error): UniqueViolationError {
  return new UniqueViolationError(
    `${name} rows exchange their ${field.name}, which is unique, and the database takes no other value of it meanwhile.`,
    { model: name, field: field.name, fields: [field.name], remedy: REMEDY, cause },
  );
}

function changes(
  { meta, changed }: Extract<FlushStep, { kind: 'update' }>,
  fields: readonly string[] | undefined,
): boolean {
  return fields === undefined || changed.indexes.some((index) => fields.includes(meta.fields[index]!.name));
}
