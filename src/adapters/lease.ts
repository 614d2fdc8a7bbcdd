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

  constructor(item: T, timeout: number) {
    this.item = item;
    this.#timeout = timeout;
  }

  /** The thing at once where it is free, else when its turn comes. */
  take(purpose: string): MaybePromise<T> {
    if (this.#closed) throw new ConnectionError('The database is closed.');
    if (this.#holder === undefined) {
      this.#holder = purpose;
      return this.item;
    }
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(this.#timedOut(purpose));
      }, this.#timeout);
      const waiter: Waiter = {
        purpose,
        resolve: () => {
          clearTimeout(timer);
          resolve(this.item);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiting.push(waiter);
    });
  }

  give(): void {
    const next = this.#waiting.shift();
    this.#holder = next?.purpose;
    next?.resolve();
  }

  /** Refuse all who wait, and end the thing. */
  close(end: (item: T) => void): void {
    this.#closed = true;
    for (const waiter of this.#waiting.splice(0)) waiter.reject(new ConnectionError('The database was closed.'));
    end(this.item);
  }

  #timedOut(purpose: string): AcquireTimeoutError {
    return new AcquireTimeoutError(`No connection for ${purpose} within ${this.#timeout} ms: it is held by ${this.#holder}.`, {
      remedy: 'Is a query of another session awaited inside that transaction? Use its own session there, or make the transaction shorter.',
    });
  }
}
