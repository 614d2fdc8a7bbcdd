import type { MaybePromise } from '../utils/maybe-promise.ts';

/**
 * An entry that is asked for. `marks` name what it stands or falls with: the row, the rows of its table, a tag. An entry
 * counts only while every mark has the version that it had when the entry was asked for and not found.
 */
export interface CacheQuestion {
  readonly key: string;
  readonly marks: readonly string[];
  /** Milliseconds that the entry is kept, once it is put in. */
  readonly ttl: number;
}

export type CacheAnswer =
  | { readonly kind: 'hit'; readonly value: string }
  /** It is not there. Who asked has the lease: he loads it, and puts it in with the token of his question. */
  | { readonly kind: 'load' }
  /** Somebody else has the lease. */
  | { readonly kind: 'loading' }
  /** It is not there, and nobody may put it in: a transaction is about to change it. */
  | { readonly kind: 'held' };

/** A question answered by whoever had the lease. Without a value the lease is given back. */
export interface CacheEntry extends CacheQuestion {
  readonly value: string | undefined;
}

/**
 * Where a second-level cache keeps its entries. Each method is one atomic step; together they keep the promises of
 * `src/cache/README.md`, which says why no order of them shows a row that is not committed, or was overwritten.
 *
 * A mark has a version, and holds. A version that was lost (evicted, expired) is made anew, and is none that was there before.
 */
export interface CacheBackend {
  /**
   * One answer to each question, in their order. A hit is an entry of the versions that its marks have now, none of them
   * held. Where there is none and no mark is held, the token has the lease from now on, for `LEASE_MS`; without a token the
   * answer is `held`.
   */
  get(questions: readonly CacheQuestion[], token: string | undefined): MaybePromise<readonly CacheAnswer[]>;
  /** Take each entry whose lease is the token's still, if no mark is held and none has another version than at the question. */
  set(entries: readonly CacheEntry[], token: string): MaybePromise<void>;
  /** Give these marks new versions, and hold them until this holder releases them, or so many milliseconds have passed. */
  hold(marks: readonly string[], holder: string, milliseconds: number): MaybePromise<void>;
  /** Give these marks new versions, and end the holds of this holder. */
  release(marks: readonly string[], holder: string): MaybePromise<void>;
  /** Give these marks new versions, and forget the entries of these keys. */
  delete(marks: readonly string[], keys: readonly string[]): MaybePromise<void>;
  /** Forget every entry and every lease; holds stay. */
  clear(): MaybePromise<void>;
  /**
   * Like `clear`, after this process could not reach the backend, and others may still be cut off from it. Where it is not
   * written, `clear` does.
   */
  recover?(): MaybePromise<void>;
  /** Connect, so that nobody who needs the connection waits for it. Called when a database is opened, which does not wait. */
  connect?(): MaybePromise<void>;
  /** How often the connection to it was lost: what was held by others may have been missed. */
  readonly interruptions?: number;
  /** Whether other processes see its entries, and a server keeps them. */
  readonly shared?: boolean;
  /** Milliseconds that reading from it may take; then the database is asked. Default 100. */
  readonly timeout?: number;
  /** Milliseconds that a transaction waits for a hold before its COMMIT. Default 1000. */
  readonly holdTimeout?: number;
  /** Milliseconds after which holds end by themselves: of a process that died. Default 300,000. */
  readonly holdFor?: number;
  /** Whether a transaction whose hold fails is rolled back, rather than committed without it. Default false. */
  readonly strict?: boolean;
}

/** Milliseconds after which whoever has a lease is no longer waited for. */
export const LEASE_MS = 10_000;
