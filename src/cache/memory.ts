import { LRUCache } from 'lru-cache';
import { describe } from '../core/value-types.ts';
import { ConfigError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';
import type { CacheAnswer, CacheBackend, CacheEntry, CacheQuestion } from './backend.ts';
import { LEASE_MS } from './backend.ts';

export interface InMemoryCacheOptions {
  /** Entries at most; those used longest ago make way. Default 10,000. */
  readonly maxEntries?: number;
  /** Bytes that the texts of the entries take at most, about. Default 64 MiB. */
  readonly maxBytes?: number;
  /** See `CacheBackend`. */
  readonly holdFor?: number;
}

/** What stands under a key: an entry, or the lease of whoever loads it. `stamp`: the versions of its marks. */
type Kept =
  | { readonly stamp: string; readonly value: string; readonly token?: undefined }
  | { readonly stamp: string; readonly token: string };

/** What a key and the little around a text take. */
const AROUND = 100;
const DEFAULTS = { maxEntries: 10_000, maxBytes: 64 * 2 ** 20, holdFor: 300_000 };

/**
 * A cache in the memory of this process. Other processes neither see it nor tell it what they write: where several write to
 * a database, use `RedisCache`.
 *
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { InMemoryCache } from 'blazeorm/cache';
 * const db = await Database.connect('sqlite:app.db', { models: [], cache: new InMemoryCache({ maxEntries: 50_000 }) });
 * ```
 */
export class InMemoryCache implements CacheBackend {
  readonly holdFor: number;
  readonly #entries: LRUCache<string, Kept>;
  /** A mark that makes way gets a new version, and what stood with it falls. */
  readonly #versions: LRUCache<string, number>;
  readonly #holds = new Map<string, Map<string, number>>();
  #lastVersion = 0;

  /** @throws ConfigError for an option that it does not have, or that is no number above 0. */
  constructor(given: InMemoryCacheOptions = {}) {
    const options = { ...DEFAULTS, ...own(given) };
    for (const [name, value] of Object.entries(options)) {
      if (!Object.hasOwn(DEFAULTS, name))
        throw new ConfigError(`InMemoryCache has no option '${name}'.`, { field: name });
      if (!Number.isSafeInteger(value) || value < 1)
        throw new ConfigError(
          `The option '${name}' of InMemoryCache is a whole number above 0, not ${describe(value)}.`,
          {
            field: name,
          },
        );
    }
    this.holdFor = options.holdFor;
    this.#entries = new LRUCache({
      max: options.maxEntries,
      maxSize: options.maxBytes,
      sizeCalculation: (kept, key) => AROUND + key.length + (kept.token === undefined ? kept.value.length : 0),
    });
    this.#versions = new LRUCache({ max: 2 * options.maxEntries + 1_000 });
  }

  /** Entries and leases that it holds now. */
  get size(): number {
    return this.#entries.size;
  }

  get(questions: readonly CacheQuestion[], token: string | undefined): CacheAnswer[] {
    return questions.map(({ key, marks }): CacheAnswer => {
      const stamp = this.#stampOf(marks);
      if (stamp === undefined) return { kind: 'held' };
      const kept = this.#entries.get(key);
      if (kept?.stamp === stamp)
        return kept.token === undefined ? { kind: 'hit', value: kept.value } : { kind: 'loading' };
      if (token === undefined) return { kind: 'held' };
      this.#entries.set(key, { stamp, token }, { ttl: LEASE_MS });
      return { kind: 'load' };
    });
  }

  set(entries: readonly CacheEntry[], token: string): void {
    for (const { key, marks, ttl, value } of entries) {
      const kept = this.#entries.get(key);
      if (kept === undefined || kept.token !== token || kept.stamp !== this.#stampOf(marks)) continue;
      if (value === undefined) this.#entries.delete(key);
      else this.#entries.set(key, { stamp: kept.stamp, value }, { ttl });
    }
  }

  hold(marks: readonly string[], holder: string, milliseconds: number): void {
    const until = performance.now() + milliseconds;
    for (const mark of marks) {
      this.#versions.delete(mark);
      let holds = this.#holds.get(mark);
      if (holds === undefined) this.#holds.set(mark, (holds = new Map()));
      holds.set(holder, until);
    }
  }

  release(marks: readonly string[], holder: string): void {
    for (const mark of marks) {
      this.#versions.delete(mark);
      const holds = this.#holds.get(mark);
      if (holds?.delete(holder) === true && holds.size === 0) this.#holds.delete(mark);
    }
  }

  delete(marks: readonly string[], keys: readonly string[]): void {
    for (const mark of marks) this.#versions.delete(mark);
    for (const key of keys) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#versions.clear();
  }

  /** The versions of marks as a text; undefined if one is held. */
  #stampOf(marks: readonly string[]): string | undefined {
    let stamp = '';
    for (const mark of marks) {
      if (this.#isHeld(mark)) return undefined;
      let version = this.#versions.get(mark);
      if (version === undefined) this.#versions.set(mark, (version = ++this.#lastVersion));
      stamp += `.${version}`;
    }
    return stamp;
  }

  #isHeld(mark: string): boolean {
    const holds = this.#holds.get(mark);
    if (holds === undefined) return false;
    const now = performance.now();
    for (const [holder, until] of holds) if (until <= now) holds.delete(holder);
    if (holds.size > 0) return true;
    this.#holds.delete(mark);
    return false;
  }
}
