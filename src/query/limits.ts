import type { ParamExpression } from '../core/ast/expressions.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** A limit or offset as a bound value. */
export function wholeNumber(meta: ModelMeta, field: string, value: unknown): ParamExpression {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidQueryError(
      `${field}() takes a whole number from 0, not ${typeof value === 'number' ? 'this one' : describe(value)}.`,
      { model: meta.name },
    );
  }
  return { kind: 'param', value, type: { kind: 'int' }, nullable: false, label: { model: meta.name, field } };
}
