import { AcquireTimeoutError, ConnectionError } from '../utils/errors.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';

interface Waiter {
  readonly purpose: string;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** One thing that one holder has at a time; the others wait in the order in which they came, up to a limit. */
export class Lease<T> {
  readonly item: T;
  readonly #timeout: number;
  readonly #waiting: Waiter[] = [];
  #holder: string | undefined;
  #closed = false;
  #free: (() => void) | undefined;

  constructor(item: T, timeout: number) {
    this.item = item;
    this.#timeout = timeout;
  }

  /** The thing at once where it is free, else when its turn comes. */
  take(purpose: string, signal?: AbortSignal): MaybePromise<T> {
    if (this.#closed) throw new ConnectionError('The database is closed.');
    if (this.#holder === undefined) {
      this.#holder = purpose;
      return this.item;
    }
    return this.#wait(purpose, signal);
  }

  #wait(purpose: string, signal: AbortSignal | undefined): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const giveUp = (error: Error): void => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        waiter.reject(error);
      };
      const timer = setTimeout(() => giveUp(this.#timedOut(purpose)), this.#timeout);
      const abort = (): void => giveUp(signal!.reason as Error);
      const settled = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      const waiter: Waiter = {
        purpose,
        resolve: () => {
          settled();
          resolve(this.item);
        },
        reject: (error) => {
          settled();
          reject(error);
        },
      };
      signal?.addEventListener('abort', abort);
      this.#waiting.push(waiter);
    });
  }

  give(): void {
    const next = this.#waiting.shift();
    this.#holder = next?.purpose;
    next?.resolve();
    if (next === undefined) this.#free?.();
  }

  /** Refuse all who wait, let the holder finish (up to the limit), and end the thing. */
  close(end: (item: T) => void): MaybePromise<void> {
    if (this.#closed) return undefined;
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new ConnectionError('The database was closed.'));
    if (this.#holder === undefined) return end(this.item);
    return new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#free?.(), this.#timeout);
      this.#free = () => {
        clearTimeout(timer);
        this.#free = undefined;
        end(this.item);
        resolve();
      };
    });
  }

  #timedOut(purpose: string): AcquireTimeoutError {
    return new AcquireTimeoutError(
      `No connection for ${purpose} within ${this.#timeout} ms: it is held by ${this.#holder}.`,
      {
        remedy:
          'Is a query of another session awaited inside that transaction? Use its own session there, or make the transaction shorter.',
      },
    );
  }
}
