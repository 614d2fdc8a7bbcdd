import type { BeginOptions } from '../adapters/adapter.ts';
import type { TransactionOptions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, SessionStateError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';

const OPTIONS = new Set(['durable', 'isolation', 'readOnly', 'retry', 'signal', 'timeout']);

/** What BEGIN is told of the options of a transaction. @throws InvalidQueryError for options that are none. */
export function beginOptions(options: TransactionOptions): BeginOptions {
  for (const key of Object.keys(options))
    if (!OPTIONS.has(key)) throw new InvalidQueryError(`A transaction has no option '${key}'.`, { field: key });
  const { isolation, readOnly, durable } = own(options);
  for (const [name, value] of Object.entries({ readOnly, durable }))
    if (value !== undefined && typeof value !== 'boolean')
      throw new InvalidQueryError(`${name} is true or false, not ${describe(value)}.`, { field: name });
  return own({ ...(isolation === undefined ? {} : { isolation }), ...(readOnly === undefined ? {} : { readOnly }) });
}

/**
 * A transaction that has to last when its function returns is not to be part of another: a rollback of that one would
 * take it back. As Django's `durable`.
 *
 * @throws SessionStateError inside of one.
 */
export function refuseInside({ durable }: TransactionOptions, isOpen: boolean): void {
  if (durable !== true || !isOpen) return;
  throw new SessionStateError('A durable transaction was begun inside of another, which could still take it back.', {
    remedy: 'Begin it after the other has ended, or leave durable out.',
  });
}
