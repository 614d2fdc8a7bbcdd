import { correlationId } from './correlation.ts';
import { errorRecord, SafeLogger } from './logging.ts';
import type { Logger } from './logging.ts';
import { isPromise } from './maybe-promise.ts';

/** How `timeCall` logs. */
export interface TimeCallOptions {
  /** A call that takes so many milliseconds or more is logged at `warn`. Default: none is. */
  readonly slowMs?: number;
}

/**
 * Log how long a function takes: at `debug`, or at `warn` where it is slow or fails. Of a promise, until it settles.
 *
 * @param name Shown in the record.
 * @returns What the function returns, and it throws what that throws, whatever the logger does.
 * @example
 * ```ts
 * import { timeCall } from 'blazeorm';
 * import type { Logger, Session } from 'blazeorm';
 *
 * export const save = (session: Session, logger: Logger) =>
 *   timeCall(logger, 'save the order', () => session.commit(), { slowMs: 200 });
 * ```
 */
export function timeCall<T>(logger: Logger, name: string, fn: () => T, options: TimeCallOptions = {}): T {
  const { slowMs = Infinity } = options;
  const safe = new SafeLogger(logger);
  const start = performance.now();
  const log = (failure?: { readonly error: unknown }): void => {
    const durationMs = performance.now() - start;
    const id = correlationId();
    safe.write(
      failure !== undefined || durationMs >= slowMs ? 'warn' : 'debug',
      () => ({
        event: 'call',
        name,
        durationMs,
        ...(id !== undefined && { correlationId: id }),
        ...(failure !== undefined && { error: errorRecord(failure.error) }),
      }),
      failure === undefined ? `${name}: done` : `${name}: failed`,
    );
  };
  let result: T;
  try {
    result = fn();
  } catch (error) {
    log({ error });
    throw error;
  }
  if (!isPromise(result)) {
    log();
    return result;
  }
  const logged = result.then(
    (value: unknown) => {
      log();
      return value;
    },
    (error: unknown) => {
      log({ error });
      throw error;
    },
  );
  // Named cast: a promise of the same value.
  return logged as T;
}
