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
  const { watches } = source;
  const marks = tellBegun(record, watches);
  const over = (): void => tellEnded(record, observers, watches, marks);
  let result: MaybePromise<T>;
  try {
    const { tracing } = observers;
    result = tracing === undefined ? run() : tracing.around(record, run);
  } catch (error) {
    record.failed(error);
    over();
    throw error;
  }
  if (isPromise(result)) return toldLater(result, record, over);
  record.succeeded(result);
  if (marks === undefined) {
    over();
    return result;
  }
  // In the next step of promises whoever waits for this is on the stack.
  return Promise.resolve(result).then((value) => {
    over();
    return value;
  });
}

function toldLater<T>(result: Promise<T>, record: StatementRecord, over: () => void): Promise<T> {
  return result.then(
    (value) => {
      record.succeeded(value);
      over();
      return value;
    },
    (error: unknown) => {
      record.failed(error);
      over();
      throw error;
    },
  );
}

/** What those who watch want to be given back at the end; none if nobody wants to see who waits for the statement. */
export type Marks = readonly (object | undefined)[] | undefined;

/** A statement is sent. */
export function tellBegun(record: StatementRecord, watches: readonly StatementWatch[]): Marks {
  let marks: (object | undefined)[] | undefined;
  for (let i = 0; i < watches.length; i++) {
    const mark = watches[i]!.begins(record);
    if (mark !== undefined) (marks ??= [])[i] = mark;
  }
  return marks;
}

/** It is over. @throws what a watch has against it. */
export function tellEnded(
  record: StatementRecord,
  observers: Observers,
  watches: readonly StatementWatch[],
  marks: Marks,
): void {
  observers.tell(record);
  for (let i = 0; i < watches.length; i++) watches[i]!.ended(record, marks?.[i]);
}
