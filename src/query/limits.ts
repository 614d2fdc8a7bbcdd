import type { FetchMode } from '../core/fetch-mode.ts';
import type { ParamExpression } from '../core/ast/expressions.ts';
import { FETCH_MODES, isFetchMode } from '../core/fetch-mode.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { Placeholder } from './placeholder.ts';

/**
 * Limits up to this one are part of a query's shape. PostgreSQL takes a tenth of the table for a limit that it does not
 * know, never trusts the plan that it kept, and plans anew each time (https://www.postgresql.org/docs/current/sql-prepare.html).
 * Larger ones do not pay for a statement of their own.
 */
const SHAPED = 100;

/** So many rows of a query that is iterated are in memory at a time. */
export const DEFAULT_BATCH = 1000;

/** How many rows at most. */
export function limitOf(meta: ModelMeta, value: unknown): ParamExpression {
  const limit = wholeNumber(meta, 'limit', value);
  return (limit.value as number) <= SHAPED ? { ...limit, shaped: true } : limit;
}

/** How entities load on demand. @throws InvalidQueryError */
export function fetchModeOf(meta: ModelMeta, mode: unknown): FetchMode {
  if (isFetchMode(mode)) return mode;
  throw new InvalidQueryError(`fetchMode() takes one of: ${FETCH_MODES.join(', ')}.`, { model: meta.name });
}

/** A limit or offset as a bound value. */
export function wholeNumber(meta: ModelMeta, field: string, value: unknown): ParamExpression {
  const label = { model: meta.name, field };
  if (value instanceof Placeholder) {
    const check = (given: unknown): void => void wholeNumber(meta, field, given);
    return { kind: 'param', value: undefined, type: INT, nullable: false, label, later: { name: value.name, check } };
  }
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidQueryError(
      `${field}() takes a whole number from 0, not ${typeof value === 'number' ? 'this one' : describe(value)}.`,
      { model: meta.name },
    );
  }
  return { kind: 'param', value, type: INT, nullable: false, label };
}

const INT = { kind: 'int' } as const;
