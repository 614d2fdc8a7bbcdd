import type { ServerRole } from '../core/types/index.ts';
import { ConnectionError } from '../utils/errors.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';

/** How a server answered when it was asked. */
export interface ServerHealth {
  readonly role: ServerRole;
  /** Its DSN, without what is secret. */
  readonly server: string;
  /** Whether it answers; of a replica, whether it is read from. */
  readonly up: boolean;
  /** Milliseconds until the answer, with the wait for a connection. */
  readonly ms: number;
  /** Why it is not up. */
  readonly error: Error | undefined;
}

/** Ask a server; whatever comes of it is the answer. `timeout`: milliseconds that it has. */
export async function healthOf(
  role: ServerRole,
  server: string,
  timeout: number,
  ask: () => MaybePromise<unknown>,
): Promise<ServerHealth> {
  const start = performance.now();
  const error = await failureOf(ask, timeout);
  return { role, server, up: error === undefined, ms: performance.now() - start, error };
}

async function failureOf(ask: () => MaybePromise<unknown>, timeout: number): Promise<Error | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    const error = new ConnectionError(`The server did not answer within ${timeout} ms.`);
    timer = setTimeout(() => reject(error), timeout);
  });
  try {
    await Promise.race([ask(), late]);
    return undefined;
  } catch (error) {
    return error as Error;
  } finally {
    clearTimeout(timer);
  }
}
