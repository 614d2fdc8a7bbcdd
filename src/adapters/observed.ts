import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Observers } from './observers.ts';
import type { StatementRecord } from './statement-record.ts';
import type { StatementSource, StatementWatch } from './statement-source.ts';

/** Run a statement, and tell what it was when it is over. */
export function observed<T>(
  record: StatementRecord,
  observers: Observers,
  source: StatementSource,
  run: () => MaybePromise<T>,
): MaybePromise<T> {
  const telling = new Telling(record, observers, source);
  telling.begins();
  let result: MaybePromise<T>;
  try {
    const { tracing } = observers;
    result = tracing === undefined ? run() : tracing.around(record, run);
  } catch (error) {
    record.failed(error);
    telling.ended();
    throw error;
  }
  if (!isPromise(result)) {
    record.succeeded(result);
    if (!telling.isMarked) {
      telling.ended();
      return result;
    }
    // In the next step of promises whoever waits for this is on the stack.
    return Promise.resolve(result).then((value) => {
      telling.ended();
      return value;
    });
  }
  return result.then(
    (value) => {
      record.succeeded(value);
      telling.ended();
      return value;
    },
    (error: unknown) => {
      record.failed(error);
      telling.ended();
      throw error;
    },
  );
}

/** Who is told of one statement. */
export class Telling {
  readonly #record: StatementRecord;
  readonly #observers: Observers;
  readonly #watches: readonly StatementWatch[];
  #marks: (object | undefined)[] | undefined;

  constructor(record: StatementRecord, observers: Observers, source: StatementSource) {
    this.#record = record;
    this.#observers = observers;
    this.#watches = source.watches;
  }

  /** Whether anybody wants to see who waits for it. */
  get isMarked(): boolean {
    return this.#marks !== undefined;
  }

  begins(): void {
    const watches = this.#watches;
    for (let i = 0; i < watches.length; i++) {
      const mark = watches[i]!.begins(this.#record);
      if (mark !== undefined) (this.#marks ??= [])[i] = mark;
    }
  }

  /** @throws what a watch has against it. */
  ended(): void {
    const record = this.#record;
    this.#observers.tell(record);
    const watches = this.#watches;
    for (let i = 0; i < watches.length; i++) watches[i]!.ended(record, this.#marks?.[i]);
  }
}
