import type { BeginOptions } from '../adapters/adapter.ts';
import type { TransactionOptions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';

const OPTIONS = new Set(['isolation', 'readOnly', 'retry', 'signal', 'timeout']);

/** What BEGIN is told of the options of a transaction. @throws InvalidQueryError for options that are none. */
export function beginOptions(options: TransactionOptions): BeginOptions {
  for (const key of Object.keys(options))
    if (!OPTIONS.has(key)) throw new InvalidQueryError(`A transaction has no option '${key}'.`, { field: key });
  const { isolation, readOnly } = own(options);
  if (readOnly !== undefined && typeof readOnly !== 'boolean')
    throw new InvalidQueryError(`readOnly is true or false, not ${describe(readOnly)}.`);
  return own({ ...(isolation === undefined ? {} : { isolation }), ...(readOnly === undefined ? {} : { readOnly }) });
}
