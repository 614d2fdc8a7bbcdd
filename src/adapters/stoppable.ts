import { ConnectionError, QueryTimeoutError } from '../utils/errors.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Connection } from './adapter.ts';
import type { Cancellation } from './cancellation.ts';

/**
 * Run a statement that has its connection for itself, and cancel it in the database when it is to stop. Does not return
 * before the cancellation has ended, so that it meets no later statement.
 *
 * A write that the database reports as done is done, whatever was asked meanwhile. An answer to a `read` that was
 * interrupted is not trusted: MySQL's `SLEEP()` gives 1 then, and no error.
 */
export async function untilStopped<T>(
  connection: Connection,
  cancellation: Cancellation,
  sql: string,
  kind: 'read' | 'write',
  run: () => MaybePromise<T>,
): Promise<T> {
  const asked: Promise<void>[] = [];
  const stop = (): unknown => asked.push(connection.cancel!());
  cancellation.signal.addEventListener('abort', stop);
  try {
    const result = await run();
    if (asked.length > 0 && kind === 'read') throw cancellation.failure(sql);
    return result;
  } catch (error) {
    throw asked.length > 0 && isInterruption(error) ? cancellation.failure(sql) : error;
  } finally {
    cancellation.signal.removeEventListener('abort', stop);
    await Promise.all(asked);
  }
}

/** What a cancellation leads to: the server's word for it, or the end of a connection that did not react. */
function isInterruption(error: unknown): boolean {
  return error instanceof QueryTimeoutError || error instanceof ConnectionError;
}
