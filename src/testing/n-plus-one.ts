import { AsyncLocalStorage } from 'node:async_hooks';

import type { StatementEvent } from '../adapters/statement-events.ts';
import { watchEverywhere } from '../adapters/statement-source.ts';
import type { StatementWatch } from '../adapters/statement-source.ts';
import { ConfigError, NPlusOneError } from '../index.ts';
import type { NPlusOne } from '../index.ts';
import { insight, THRESHOLD } from '../persistence/tracking.ts';
import { PerformanceTracker } from '../utils/performance.ts';
import type { Repetition } from '../utils/performance/repeats.ts';
import type { SessionTracker } from '../utils/performance/session-tracker.ts';
import { notCount } from './expect-queries.ts';

/** What counts as an N+1. */
export interface NPlusOneOptions {
  /** How often a query has to be repeated. Default 5, as elsewhere; less where test data are small. */
  readonly threshold?: number;
}

/**
 * Runs a function, and fails if it sends one query for each of many things: in one session or in one for each of them, of any
 * database, where the function itself does not fail. Transactions, and calls with a correlation id of their own, are not summed
 * up: each is a piece of work by itself.
 *
 * Without a function it watches from now on whatever is sent, each session by itself, and gives what ends that and fails.
 *
 * @throws ConfigError for a threshold that cannot be; NPlusOneError that names, for each, how often, what, the line of the code, and what to call instead.
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
  return typeof first === 'function' ? within(first, options) : new Watch(first.threshold).end;
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

type IsConcerned = (event: StatementEvent) => boolean;

/** Looks at what each session sends; where a function is watched, at what sessions send together, too. */
class Watch {
  readonly #alone: Looker;
  readonly #together: Looker | undefined;
  readonly #ends: readonly (() => void)[];

  /** @throws ConfigError */
  constructor(threshold = THRESHOLD, isConcerned?: IsConcerned) {
    if (!Number.isInteger(threshold) || threshold < 2)
      throw new ConfigError(
        `failOnNPlusOne() takes a threshold of at least 2 repetitions, not ${notCount(threshold)}.`,
        { field: 'threshold', remedy: `Leave it out for ${THRESHOLD}.` },
      );
    this.#alone = new Looker(threshold, ({ session }) => session, isConcerned);
    this.#together =
      isConcerned &&
      new Looker(
        threshold,
        ({ database, correlationId }) => `${database.id} ${correlationId}`,
        // A transaction is there to be one by itself.
        (event) => event.transaction === undefined && isConcerned(event),
      );
    this.#ends = [this.#alone, this.#together].flatMap((looker) => (looker ? watchEverywhere(() => looker) : []));
  }

  stop(): void {
    for (const end of this.#ends) end();
  }

  /** @throws NPlusOneError */
  readonly end = (): void => {
    this.stop();
    const alone = this.#alone.settled();
    const places = new Set(alone.map(placeOf));
    const together = (this.#together?.settled() ?? [])
      // Who begins anew asks for the same again.
      .filter((finding) => !finding.sameValues && !places.has(placeOf(finding)))
      .map((finding) => ({ ...finding, session: undefined }));
    const found = [...alone, ...together];
    if (found.length > 0) throw NPlusOneError.of(found);
  };
}

const placeOf = ({ callSite, fingerprint }: NPlusOne): string => `${callSite}\n${fingerprint}`;

/** Looks for what is repeated in statements that belong together. */
class Looker implements StatementWatch {
  readonly #found: NPlusOne[] = [];
  readonly #tracker: PerformanceTracker;
  readonly #trackers = new Map<unknown, SessionTracker>();
  /** Which of them a statement belongs to: those that began while anybody was concerned. */
  readonly #begun = new WeakMap<StatementEvent, SessionTracker>();
  readonly #belongsTo: (event: StatementEvent) => unknown;
  readonly #isConcerned: IsConcerned;

  constructor(threshold: number, belongsTo: (event: StatementEvent) => unknown, isConcerned: IsConcerned = () => true) {
    this.#belongsTo = belongsTo;
    this.#isConcerned = isConcerned;
    this.#tracker = new PerformanceTracker({
      insight,
      nPlusOne: 'end',
      threshold,
      slowMs: undefined,
      perSession: false,
      notify: (notice) => void (notice.kind === 'n+1' && this.#found.push(notice)),
    });
  }

  begins(event: StatementEvent): Repetition | undefined {
    if (!this.#isConcerned(event)) return undefined;
    const key = this.#belongsTo(event);
    let tracker = this.#trackers.get(key);
    if (tracker === undefined) this.#trackers.set(key, (tracker = this.#tracker.session(event.session)));
    this.#begun.set(event, tracker);
    return tracker.begins(event);
  }

  ended(event: StatementEvent, mark: object | undefined): void {
    this.#begun.get(event)?.ended(event, mark as Repetition | undefined); // Named cast: what `begins` gave.
  }

  /** What was found, told now. */
  settled(): readonly NPlusOne[] {
    this.#tracker.settle();
    return this.#found;
  }
}
