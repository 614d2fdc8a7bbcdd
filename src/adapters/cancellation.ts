import { setMaxListeners } from 'node:events';
import type { Bounds } from '../core/bounds.ts';
import { QueryAbortedError, QueryTimeoutError } from '../utils/errors.ts';

type Listener = () => void;

/** Those who wait for a signal of the application: one listener on each signal, however many statements it is to stop. */
const waiting = new WeakMap<AbortSignal, Set<Listener>>();

/**
 * What stops work that has begun: its time is up, the application's signal says so, or what is around it has to stop.
 * Made when the work begins; `end` when it has ended.
 */
export class Cancellation {
  readonly #controller = new AbortController();
  readonly #what: string;
  readonly #outer: Cancellation | undefined;
  readonly #given: AbortSignal | undefined;
  readonly #limit: number | undefined;
  readonly #due: number;
  readonly #timer: NodeJS.Timeout | undefined;
  readonly #leave: Listener[] = [];
  #failure: ((sql?: string) => Error) | undefined;

  /** `what` is stopped, for the message: `query`. */
  constructor(what: string, { signal, timeout }: Bounds, outer?: Cancellation) {
    this.#what = what;
    this.#outer = outer;
    this.#given = signal;
    this.#limit = timeout;
    this.#due = timeout === undefined ? Infinity : performance.now() + timeout;
    // Statements listen to it, and there may be many of them at once.
    setMaxListeners(0, this.#controller.signal);
    if (signal !== undefined) this.#leave.push(joinSignal(signal, () => this.#abort()));
    if (outer !== undefined) {
      const { signal: around } = outer;
      const listener = (): void => this.#stop((sql) => outer.failure(sql));
      around.addEventListener('abort', listener);
      this.#leave.push(() => around.removeEventListener('abort', listener));
    }
    if (timeout !== undefined) this.#timer = setTimeout(() => this.#timeUp(), timeout);
    this.#look();
  }

  /** Aborted when the work is to stop. Its reason is the error with which it ends. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The error of a statement that was stopped, or never sent. */
  failure(sql?: string): Error {
    return this.#failure?.(sql) ?? new TypeError('Nothing has been stopped.');
  }

  /** By the clock, for timers do not run while a synchronous driver works. @throws QueryTimeoutError, QueryAbortedError */
  check(sql?: string): void {
    this.#look();
    if (this.#failure !== undefined) throw this.failure(sql);
  }

  /** A promise's outcome, or the failure if this comes first; the promise is left to itself then. */
  async race<T>(promise: Promise<T>): Promise<T> {
    const { signal } = this;
    let stop: Listener | undefined;
    try {
      return await new Promise<T>((resolve, reject) => {
        stop = () => reject(this.failure());
        signal.addEventListener('abort', stop);
        promise.then(resolve, reject);
        if (signal.aborted) stop();
      });
    } finally {
      signal.removeEventListener('abort', stop!);
    }
  }

  end(): void {
    clearTimeout(this.#timer);
    for (const leave of this.#leave.splice(0)) leave();
  }

  #look(): void {
    if (this.#failure !== undefined) return;
    const outer = this.#outer;
    if (outer !== undefined) outer.#look();
    if (outer?.signal.aborted === true) this.#stop((sql) => outer.failure(sql));
    else if (this.#given?.aborted === true) this.#abort();
    else if (performance.now() >= this.#due) this.#timeUp();
  }

  #abort(): void {
    const cause: unknown = this.#given!.reason;
    this.#stop((sql) => new QueryAbortedError(`The ${this.#what} was aborted by its signal.`, { sql, cause }));
  }

  #timeUp(): void {
    this.#stop(
      (sql) => new QueryTimeoutError(`The ${this.#what} took longer than ${this.#limit} ms, and was stopped.`, { sql }),
    );
  }

  #stop(failure: (sql?: string) => Error): void {
    if (this.#failure !== undefined) return;
    this.#failure = failure;
    this.end();
    this.#controller.abort(failure());
  }
}

/** Call the listener when the signal is aborted. Gives what takes it back. */
function joinSignal(signal: AbortSignal, listener: Listener): Listener {
  let listeners = waiting.get(signal);
  if (listeners === undefined) {
    const all = (listeners = new Set<Listener>());
    waiting.set(signal, all);
    signal.addEventListener(
      'abort',
      () => {
        waiting.delete(signal);
        for (const each of all) each();
      },
      { once: true },
    );
  }
  listeners.add(listener);
  return () => listeners.delete(listener);
}
