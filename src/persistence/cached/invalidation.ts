import type { Connection } from '../../adapters/adapter.ts';
import { changedRowMarks, changedTableMarks, keyText, tagMark } from '../../cache/names.ts';
import type { Place } from '../../cache/names.ts';
import { checkKey } from '../../core/keys.ts';
import type { ModelClassValue } from '../../core/metadata.ts';
import { metaOf } from '../../core/registry.ts';
import type { CacheApi, CacheStats } from '../../core/types/index.ts';
import { checkTags } from '../../query/cached-query.ts';
import { CacheUnavailableError } from '../../utils/errors.ts';
import type { CacheAccess } from './cache-access.ts';
import { CacheCounts } from './counts.ts';

/** Where something is said to have changed: with the transaction that is open, or by now. */
export interface Saying {
  readonly cache: CacheAccess | undefined;
  readonly place: Place;
  readonly transaction: Connection | undefined;
}

/** `db.cache` and `session.cache`: what the library cannot see itself. Without a cache there is nothing to do. */
export function cacheApi(saying: () => Saying): CacheApi {
  const forget = async (marks: readonly string[]): Promise<void> => {
    const { cache, transaction } = saying();
    if (cache !== undefined && !cache.note(transaction, marks)) expectTold(await cache.level.invalidate(marks));
  };
  const api = {
    async invalidate(what: unknown, ...keys: readonly unknown[]): Promise<void> {
      return forget(typeof what === 'function' ? marksOf(what, keys, saying().place) : checkTags(what).map(tagMark));
    },
    async clear(): Promise<void> {
      const { cache } = saying();
      if (cache !== undefined) expectTold(await cache.level.clear());
    },
    stats: (): CacheStats => (saying().cache?.counts ?? new CacheCounts()).show(),
  };
  return api as unknown as CacheApi; // Named cast: the types of models and their keys exist for the compiler only.
}

/** @throws CacheUnavailableError: who says it himself has to know that it came to nothing. */
function expectTold(done: boolean): void {
  if (done) return;
  throw new CacheUnavailableError(
    'The cache could not be reached: other processes may take from it what it was to forget.',
    {
      remedy: 'Say it again when it can be. This process takes nothing from it until it has forgotten everything.',
    },
  );
}

/** @throws InvalidQueryError for what is no model, InvalidValueError for what is no key of it. */
function marksOf(modelClass: unknown, keys: readonly unknown[], place: Place): string[] {
  const meta = metaOf(modelClass as ModelClassValue);
  if (keys.length === 0) return changedTableMarks(meta, place);
  const texts = keys.map((key) => keyText(meta, checkKey(meta, key)));
  if (texts.includes(undefined)) return changedTableMarks(meta, place);
  return changedRowMarks(meta, place, texts as string[]); // Named cast: none of them is undefined.
}
