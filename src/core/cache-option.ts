import { DefinitionError } from '../utils/errors.ts';
import type { ModelOptions } from './definitions.ts';
import { describe } from './value-types.ts';

/** Longer than that no timer waits: some 24 days. */
export const LONGEST_TTL = 2_147_483_647;

/** Whether a cache can keep something for so many milliseconds. */
export function isTtl(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LONGEST_TTL;
}

/** @throws DefinitionError for what a cache cannot do, or for a view, whose rows change with those of other tables. */
export function checkCacheOption(call: string, model: string, options: ModelOptions): void {
  const cache: unknown = options.cache;
  if (cache === undefined) return;
  const refuse = (problem: string, remedy?: string): DefinitionError =>
    new DefinitionError([`${call} ${problem}.`], { model, field: 'cache', remedy });
  if (typeof cache !== 'object' || cache === null)
    throw refuse(`takes cache as an object, not ${describe(cache)}`, 'Write cache: { ttl: 60_000 }, in milliseconds.');
  for (const key of Object.keys(cache))
    if (key !== 'ttl' && key !== 'sensitive') throw refuse(`has no option 'cache.${key}'`, 'It has ttl and sensitive.');
  const { ttl, sensitive } = cache as { ttl?: unknown; sensitive?: unknown };
  if (!isTtl(ttl)) throw refuse(`takes cache.ttl as a whole number of milliseconds from 1 to ${LONGEST_TTL}`);
  if (sensitive !== undefined && typeof sensitive !== 'boolean')
    throw refuse(`takes cache.sensitive as true or false, not ${describe(sensitive)}`);
  if (options.view !== undefined)
    throw refuse(
      'is a view, and its rows change with those of other tables',
      'Cache the results of its queries: session.query(TheView).cache({ ttl: 60_000 }).',
    );
}
