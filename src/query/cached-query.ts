import { isTtl, LONGEST_TTL } from '../core/cache-option.ts';
import type { ModelMeta } from '../core/metadata.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import type { CachedQuery, QueryState } from './state.ts';

/** What `cache()` was told. @throws InvalidQueryError */
export function cachedQuery({ name: model }: ModelMeta, given: unknown): CachedQuery {
  if (typeof given !== 'object' || given === null)
    throw new InvalidQueryError(`cache() takes an object, not ${describe(given)}.`, {
      model,
      remedy: 'Write cache({ ttl: 60_000 }), in milliseconds.',
    });
  const unknown = Object.keys(given).find((key) => key !== 'ttl' && key !== 'tags');
  if (unknown !== undefined)
    throw new InvalidQueryError(`cache() has no option '${unknown}'.`, {
      model,
      remedy: suggest(unknown, ['ttl', 'tags']),
    });
  const { ttl, tags = [] } = given as { ttl?: unknown; tags?: unknown };
  if (!isTtl(ttl))
    throw new InvalidQueryError(`cache() takes ttl as a whole number of milliseconds from 1 to ${LONGEST_TTL}.`, {
      model,
    });
  return { ttl, tags: checkTags({ tags }) };
}

/** @throws InvalidQueryError for a query that is iterated: what it reads is nowhere as a whole. */
export function refuseCachedStream({ meta: { name: model }, cached }: QueryState): void {
  if (cached !== undefined)
    throw new InvalidQueryError(`A query of ${model} that is iterated is read from the database and kept nowhere.`, {
      model,
      remedy: 'Leave cache() out, or await the query as a whole.',
    });
}

/** @throws InvalidQueryError for a call that writes. */
export function refuseCachedWrite({ meta: { name: model }, cached }: QueryState, call: string): void {
  if (cached !== undefined)
    throw new InvalidQueryError(`${call}() writes rows of ${model}, and cache() is for what is read.`, {
      model,
      remedy: 'Leave cache() out: what is written is forgotten by itself.',
    });
}

/** The tags of `{ tags: [...] }`. @throws InvalidQueryError */
export function checkTags(given: unknown): readonly string[] {
  const { tags, ...others } = (given ?? {}) as { tags?: unknown };
  if (Array.isArray(tags) && Object.keys(others).length === 0)
    if (tags.every((tag) => typeof tag === 'string' && tag !== '')) return Object.freeze([...(tags as string[])]);
  throw new InvalidQueryError('Tags of cached results are a list of texts.', { remedy: "Write { tags: ['name'] }." });
}
