import { channel } from 'node:diagnostics_channel';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Connection } from './adapter.ts';

/** What one statement was: published after each, to whoever listens. Parameters are not part of it. */
export interface StatementEvent {
  readonly sql: string;
  /** Of rows that come one by one: the time that was waited for them, without what was done with them meanwhile. */
  readonly durationMs: number;
  /** How often it ran: the number of parameter lists. */
  readonly runs: number;
  readonly error: unknown;
}

/** `diagnostics_channel` of statements; nobody listening costs one check. */
export const statementChannel = channel('blazeorm:statement');

/** Run and publish what happened, if anybody listens. */
export function observe<T>(sql: string, runs: number, run: () => MaybePromise<T>): MaybePromise<T> {
  if (!statementChannel.hasSubscribers) return run();
  const start = performance.now();
  const publish = (error?: unknown): void =>
    statementChannel.publish({ sql, runs, durationMs: performance.now() - start, error } satisfies StatementEvent);
  let result: MaybePromise<T>;
  try {
    result = run();
  } catch (error) {
    publish(error);
    throw error;
  }
  if (!isPromise(result)) {
    publish();
    return result;
  }
  return result.then(
    (value) => {
      publish();
      return value;
    },
    (error: unknown) => {
      publish(error);
      throw error;
    },
  );
}

type RowStream = ReturnType<Connection['iterate']>;

/** Rows of a stream, which is published once when it ends, however that comes about; as they are where nobody listens. */
export function observeRows(sql: string, rows: RowStream): RowStream {
  if (!statementChannel.hasSubscribers) return rows;
  const watch = new Stopwatch(sql);
  return Symbol.iterator in rows
    ? timed(rows[Symbol.iterator](), watch)
    : timedAsync(rows[Symbol.asyncIterator](), watch);
}

/** The time of a stream, and what it failed with. */
class Stopwatch {
  readonly #sql: string;
  #durationMs = 0;

  constructor(sql: string) {
    this.#sql = sql;
  }

  measure<T>(run: () => T): T {
    const start = performance.now();
    try {
      return run();
    } finally {
      this.#durationMs += performance.now() - start;
    }
  }

  async measureAsync<T>(run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await run();
    } finally {
      this.#durationMs += performance.now() - start;
    }
  }

  publish(error: unknown): void {
    const event: StatementEvent = { sql: this.#sql, runs: 1, durationMs: this.#durationMs, error };
    statementChannel.publish(event);
  }
}

function* timed(rows: Iterator<unknown[]>, watch: Stopwatch): Generator<unknown[], undefined, undefined> {
  let done = false;
  let failure: unknown;
  try {
    for (;;) {
      const next = watch.measure(() => rows.next());
      done = next.done === true;
      if (next.done === true) return undefined;
      yield next.value;
    }
  } catch (error) {
    done = true;
    failure = error;
    throw error;
  } finally {
    if (!done) rows.return?.();
    watch.publish(failure);
  }
}

async function* timedAsync(
  rows: AsyncIterator<unknown[]>,
  watch: Stopwatch,
): AsyncGenerator<unknown[], undefined, undefined> {
  let done = false;
  let failure: unknown;
  try {
    for (;;) {
      const next = await watch.measureAsync(() => rows.next());
      done = next.done === true;
      if (next.done === true) return undefined;
      yield next.value;
    }
  } catch (error) {
    done = true;
    failure = error;
    throw error;
  } finally {
    if (!done) await rows.return?.();
    watch.publish(failure);
  }
}
