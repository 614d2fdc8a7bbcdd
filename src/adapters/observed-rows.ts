import type { Connection } from './adapter.ts';
import { tellBegun, tellEnded } from './observed.ts';
import type { Marks } from './observed.ts';
import type { Observers } from './observers.ts';
import type { StatementRecord } from './statement-record.ts';
import type { StatementSource, StatementWatch } from './statement-source.ts';

type RowStream = ReturnType<Connection['iterate']>;

/** Rows of a stream, of which is told once when it ends, however that comes about. */
export function observedRows(
  record: StatementRecord,
  observers: Observers,
  source: StatementSource,
  rows: RowStream,
): RowStream {
  observers.tracing?.around(record, () => undefined);
  const watch = new Stopwatch(record, observers, source);
  return Symbol.iterator in rows
    ? timed(rows[Symbol.iterator](), watch)
    : timedAsync(rows[Symbol.asyncIterator](), watch);
}

/** The time of a stream, how many rows it gave, and what it failed with. */
class Stopwatch {
  readonly #record: StatementRecord;
  readonly #observers: Observers;
  readonly #watches: readonly StatementWatch[];
  #marks: Marks;
  #durationMs = 0;
  #rows = 0;

  constructor(record: StatementRecord, observers: Observers, source: StatementSource) {
    this.#record = record;
    this.#observers = observers;
    this.#watches = source.watches;
  }

  /** The first row is asked for. */
  begins(): void {
    this.#marks = tellBegun(this.#record, this.#watches);
  }

  measure<T extends IteratorResult<unknown, unknown>>(run: () => T): T {
    const start = performance.now();
    try {
      return this.#counted(run());
    } finally {
      this.#durationMs += performance.now() - start;
    }
  }

  async measureAsync<T extends IteratorResult<unknown, unknown>>(run: () => Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return this.#counted(await run());
    } finally {
      this.#durationMs += performance.now() - start;
    }
  }

  ended(error: unknown): void {
    const record = this.#record;
    record.durationMs = this.#durationMs;
    record.rows = this.#rows;
    record.error = error;
    tellEnded(record, this.#observers, this.#watches, this.#marks);
  }

  #counted<T extends IteratorResult<unknown, unknown>>(next: T): T {
    if (next.done !== true) this.#rows++;
    return next;
  }
}

function* timed(rows: Iterator<unknown[]>, watch: Stopwatch): Generator<unknown[], undefined, undefined> {
  let done = false;
  let failure: unknown;
  watch.begins();
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
    watch.ended(failure);
  }
}

async function* timedAsync(
  rows: AsyncIterator<unknown[]>,
  watch: Stopwatch,
): AsyncGenerator<unknown[], undefined, undefined> {
  let done = false;
  let failure: unknown;
  watch.begins();
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
    watch.ended(failure);
  }
}
