import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Observers } from './observers.ts';
import type { StatementRecord } from './statement-record.ts';
import type { StatementWatch } from './statement-source.ts';

/** Who hears of a statement: those of the database, and the session that sent it. */
export interface Listeners {
  readonly observers: Observers;
  readonly watch: StatementWatch | undefined;
}

/** Run a statement, and tell what it was when it is over. */
export function observed<T>(
  record: StatementRecord,
  listeners: Listeners,
  run: () => MaybePromise<T>,
): MaybePromise<T> {
  listeners.watch?.begins(record);
  let result: MaybePromise<T>;
  try {
    const { tracing } = listeners.observers;
    result = tracing === undefined ? run() : tracing.around(record, run);
  } catch (error) {
    tell(record.failed(error), listeners);
    throw error;
  }
  if (!isPromise(result)) {
    tell(record.succeeded(result), listeners);
    return result;
  }
  return result.then(
    (value) => {
      tell(record.succeeded(value), listeners);
      return value;
    },
    (error: unknown) => {
      tell(record.failed(error), listeners);
      throw error;
    },
  );
}

/** @throws what the session's watch has against it. */
export function tell(record: StatementRecord, { observers, watch }: Listeners): void {
  observers.tell(record);
  watch?.ended(record);
}
