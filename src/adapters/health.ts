import type { ServerRole } from '../core/types/index.ts';
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

/** Ask a server; whatever comes of it is the answer. */
export async function healthOf(
  role: ServerRole,
  server: string,
  ask: () => MaybePromise<unknown>,
): Promise<ServerHealth> {
  const start = performance.now();
  const error = await answer(ask);
  return { role, server, up: error === undefined, ms: performance.now() - start, error };
}

async function answer(ask: () => MaybePromise<unknown>): Promise<Error | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
