import { UniqueViolationError } from '../utils/errors.ts';
import type { FlushStep } from './flush-plan.ts';

/**
 * What to do about a unique value that one entity of a flush gives up and another one takes: rows are inserted before others are
 * changed, and changed before others are deleted, so both have it for a moment. Any other error stays as it is.
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
  const remedy =
    'Another entity of this flush may be giving the value up, which is written afterwards: change or delete that one, flush, and then this one.';
  return new UniqueViolationError(message, { model, field, fields, constraint, sql, remedy, cause: error.cause });
}

function changes(
  { meta, changed }: Extract<FlushStep, { kind: 'update' }>,
  fields: readonly string[] | undefined,
): boolean {
  return fields === undefined || changed.indexes.some((index) => fields.includes(meta.fields[index]!.name));
}
