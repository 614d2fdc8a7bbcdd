import type { Connection } from '../../adapters/adapter.ts';
import { changedRowMarks, changedTableMarks, keyText, tagMark } from '../../cache/names.ts';
import type { Place } from '../../cache/names.ts';
import { checkKey } from '../../core/keys.ts';
import type { ModelClassValue } from '../../core/metadata.ts';
import { metaOf } from '../../core/registry.ts';
import type { CacheApi } from '../../core/types/index.ts';
import { checkTags } from '../../query/cached-query.ts';
import type { CacheAccess } from './cache-access.ts';

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
    if (cache !== undefined && !cache.note(transaction, marks)) await cache.level.invalidate(marks);
  };
  const api = {
    async invalidate(what: unknown, ...keys: readonly unknown[]): Promise<void> {
      return forget(typeof what === 'function' ? marksOf(what, keys, saying().place) : checkTags(what).map(tagMark));
    },
    async clear(): Promise<void> {
      await saying().cache?.level.clear();
    },
  };
  return api as unknown as CacheApi; // Named cast: the types of models and their keys exist for the compiler only.
}

/** @throws InvalidQueryError for what is no model, InvalidValueError for what is no key of it. */
function marksOf(modelClass: unknown, keys: readonly unknown[], place: Place): string[] {
  const meta = metaOf(modelClass as ModelClassValue);
  if (keys.length === 0) return changedTableMarks(meta, place);
  const texts = keys.map((key) => keyText(meta, checkKey(meta, key)));
  if (texts.includes(undefined)) return changedTableMarks(meta, place);
  return changedRowMarks(meta, place, texts as string[]); // Named cast: none of them is undefined.
}
