import { AsyncLocalStorage } from 'node:async_hooks';

import type { StatementEvent } from '../adapters/statement-events.ts';
import { watchEverywhere } from '../adapters/statement-source.ts';
import type { StatementSource, StatementWatch } from '../adapters/statement-source.ts';
import { NPlusOneError } from '../index.ts';
import type { NPlusOne } from '../index.ts';
import { insight, THRESHOLD } from '../persistence/tracking.ts';
import { PerformanceTracker } from '../utils/performance.ts';
import type { SessionTracker } from '../utils/performance/session-tracker.ts';

/** What counts as an N+1. */
export interface NPlusOneOptions {
  /** How often a query has to be repeated. Default 5, as elsewhere; less where test data are small. */
  readonly threshold?: number;
}

/**
 * Runs a function, and fails if it sends one query for each of many things: in any session, of any database, where the function
 * itself does not fail. Without a function it watches from now on whatever is sent, and gives what ends that and fails.
 *
 * @throws NPlusOneError that names, for each, how often, what, the line of the code, and what to call instead.
 * @example
 * ```ts
 * import { Database, f, model } from 'blazeorm';
 * import { failOnNPlusOne } from 'blazeorm/testing';
 * class Tag extends model('tag', { id: f.auto(), name: f.string() }) {}
 * const db = await Database.connect('sqlite::memory:', { models: [Tag] });
 * await db.createAll();
 * await failOnNPlusOne(() => db.session().query(Tag));
 *
 * const check = failOnNPlusOne({ threshold: 10 });
 * await db.session().query(Tag);
 * check();
 * ```
 */
export function failOnNPlusOne<T>(fn: () => T | PromiseLike<T>, options?: NPlusOneOptions): Promise<T>;
export function failOnNPlusOne(options?: NPlusOneOptions): () => void;
export function failOnNPlusOne<T>(
  first: NPlusOneOptions | (() => T | PromiseLike<T>) = {},
  options: NPlusOneOptions = {},
): Promise<T> | (() => void) {
  return typeof first === 'function' ? within(first, options) : new Watch(first.threshold, () => true).end;
}

async function within<T>(fn: () => T | PromiseLike<T>, { threshold }: NPlusOneOptions): Promise<T> {
  const here = new AsyncLocalStorage<true>();
  const watch = new Watch(threshold, () => here.getStore() === true);
  let result: T;
  try {
    // Awaited inside, since a query set is sent when it is awaited.
    result = await here.run(true, async () => await fn());
  } catch (error) {
    watch.stop();
    throw error;
  }
  watch.end();
  return result;
}

/** Looks at what all sessions send. */
class Watch {
  readonly #found: NPlusOne[] = [];
  readonly #tracker: PerformanceTracker;
  readonly #sessions = new WeakMap<StatementSource, StatementWatch>();
  readonly stop: () => void;

  constructor(threshold = THRESHOLD, isConcerned: () => boolean) {
    this.#tracker = new PerformanceTracker({
      insight,
      nPlusOne: 'end',
      threshold,
      slowMs: undefined,
      perSession: false,
      notify: (notice) => void (notice.kind === 'n+1' && this.#found.push(notice)),
    });
    this.stop = watchEverywhere((source) => {
      let watch = this.#sessions.get(source);
      if (watch === undefined)
        this.#sessions.set(source, (watch = concerned(this.#tracker.session(source.session), isConcerned)));
      return watch;
    });
  }

  /** @throws NPlusOneError */
  readonly end = (): void => {
    this.stop();
    this.#tracker.settle();
    if (this.#found.length > 0) throw NPlusOneError.of(this.#found);
  };
}

/** The same for some statements. */
function concerned(tracker: SessionTracker, isConcerned: () => boolean): StatementWatch {
  const begun = new WeakSet<StatementEvent>();
  return {
    begins: (event) => {
      if (!isConcerned()) return undefined;
      begun.add(event);
      return tracker.begins(event);
    },
    ended: (event, mark) => {
      if (begun.has(event)) tracker.ended(event, mark as ReturnType<SessionTracker['begins']>); // Named cast: what it gave above.
    },
  };
}
