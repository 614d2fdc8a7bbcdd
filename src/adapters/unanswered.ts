import { setTimeout as delay } from 'node:timers/promises';

/** What was sent on a connection and is not answered yet. */
export class Unanswered {
  #count = 0;
  #waiting: (() => void)[] = [];

  sent(): void {
    this.#count++;
  }

  answered(): void {
    if (--this.#count > 0 || this.#waiting.length === 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** Settled when everything has been answered; undefined if it has been. */
  idle(): Promise<void> | undefined {
    return this.#count === 0 ? undefined : new Promise((resolve) => this.#waiting.push(resolve));
  }
}

/** How a server is made to stop what runs on one connection. */
export interface Stopping {
  readonly unanswered: Unanswered;
  /** Milliseconds that all of it may take. */
  readonly limit: number;
  /** Ask once, beside the connection; settled when the server has acted on it. */
  readonly ask: (signal: AbortSignal) => Promise<void>;
  /** Send something harmless on the connection, for a request that comes late. */
  readonly absorb: () => Promise<unknown> | undefined;
  /** Close the connection, whatever the server says. */
  readonly hangUp: () => void;
}

const FIRST_WAIT = 20;

/**
 * Ask until it has an effect: a request that comes before its statement has begun is none to the server. When nothing
 * runs any more, something harmless takes what may still come. What does not answer in time is closed.
 */
export async function stopStatements({ unanswered, limit, ask, absorb, hangUp }: Stopping): Promise<void> {
  const signal = AbortSignal.timeout(limit);
  try {
    for (let wait = FIRST_WAIT; unanswered.idle() !== undefined; wait *= 2) {
      await ask(signal);
      await inTime(Promise.race([unanswered.idle(), delay(wait, undefined, { signal })]), signal);
    }
    const absorbed = absorb();
    if (absorbed !== undefined) await inTime(absorbed, signal);
  } catch {
    // The server cannot be asked, or does not react: without the connection, nothing of it can be waited for or met.
    hangUp();
  }
}

async function inTime<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: (() => void) | undefined;
  try {
    return await new Promise<T>((resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop);
      promise.then(resolve, reject);
      if (signal.aborted) stop();
    });
  } finally {
    signal.removeEventListener('abort', stop!);
  }
}
