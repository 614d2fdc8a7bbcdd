import { CacheUnavailableError, ConfigError } from '../utils/errors.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { CacheAnswer, CacheBackend, CacheEntry, CacheQuestion } from './backend.ts';
import { limited } from './limited.ts';

/** After a failure nothing more of its kind is asked for so many milliseconds, so that what is down costs nobody its time limit. */
const REST_MS = 1_000;
const METHODS = ['get', 'set', 'hold', 'release', 'delete', 'clear'] as const;
const HELD: CacheAnswer = Object.freeze({ kind: 'held' });

/**
 * A backend that may fail, be slow or be away: whatever it does, a question has an answer in time, and the worst is `held`: ask
 * the database. What could not be held, or may have been missed while the connection was lost, is owed: nothing is
 * taken from the backend any more until it has forgotten everything.
 */
export class GuardedBackend {
  readonly #backend: CacheBackend;
  readonly #report: (text: string) => void;
  readonly #timeout: number;
  readonly #holdTimeout: number;
  readonly #holdFor: number;
  /** How often something that had to be written was not; and how often that had happened when all was forgotten last. */
  #owed = 0;
  #paid = 0;
  /** Commits under way that could not be held. */
  #unheld = 0;
  #interruptions: number;
  #recovering = false;
  /** Until when nothing is read, or written, after a failure. */
  readonly #rest = { reads: -Infinity, writes: -Infinity };

  constructor(backend: CacheBackend, report: (text: string) => void) {
    this.#backend = checked(backend);
    this.#report = report;
    this.#timeout = backend.timeout ?? 100;
    this.#holdTimeout = backend.holdTimeout ?? 1_000;
    this.#holdFor = backend.holdFor ?? 300_000;
    this.#interruptions = backend.interruptions ?? 0;
  }

  get shared(): boolean {
    return this.#backend.shared === true;
  }

  async get(questions: readonly CacheQuestion[], token: string | undefined): Promise<readonly CacheAnswer[]> {
    if (!this.#isTrusted) return questions.map(() => HELD);
    const answers = await this.#attempt('reads', () => this.#backend.get(questions, token));
    // An answer that crossed the loss of the connection may come from before it.
    if (answers === undefined || answers.length !== questions.length || !this.#isTrusted)
      return questions.map(() => HELD);
    return answers;
  }

  async set(entries: readonly CacheEntry[], token: string): Promise<void> {
    if (this.#isTrusted) await this.#attempt('reads', () => this.#backend.set(entries, token));
  }

  /**
   * Gives what ends the hold; `known`: whether it is known what became of the commit. What could not be held is owed, and
   * nothing is believed as long as its commit is under way.
   *
   * @throws CacheUnavailableError if the backend is strict.
   */
  async hold(marks: readonly string[], holder: string): Promise<(known: boolean) => Promise<void>> {
    const release = (): MaybePromise<void> => this.#backend.release(marks, holder);
    if (await this.#must(() => this.#backend.hold(marks, holder, this.#holdFor)))
      return async (known) => {
        // What is not released ends by itself, later: by then the commit has come about, or never will.
        if (known) await this.#attempt('writes', release);
      };
    if (this.#backend.strict === true)
      throw new CacheUnavailableError('The cache could not be reached, and is strict: nothing was committed.', {
        remedy: 'Try again when it can be, or leave strict out.',
      });
    this.#unheld++;
    return async () => {
      this.#unheld--;
      this.#owed++;
      // The hold may only have been late.
      this.#later(release);
    };
  }

  /** Whether it was done; if not, it is owed. */
  delete(marks: readonly string[], keys: readonly string[]): Promise<boolean> {
    return this.#must(() => this.#backend.delete(marks, keys));
  }

  /** Whether it was done; if not, it is owed. */
  clear(): Promise<boolean> {
    return this.#must(() => this.#backend.clear());
  }

  /** Begin to connect, where that takes time; whatever needs the connection waits for it. */
  connect(): void {
    this.#later(() => this.#backend.connect?.());
  }

  /** An entry was not what had been put in. */
  garbled(error: unknown): void {
    this.#fault(error);
  }

  /** Whether it was done; if not, it is owed. */
  async #must(run: () => MaybePromise<void>): Promise<boolean> {
    const done = await this.#attempt('writes', async () => {
      await run();
      return true;
    });
    if (done !== true) this.#owed++;
    return done === true;
  }

  /** Whether what it says can be believed. Where not, it is told to forget everything, once it can be reached. */
  get #isTrusted(): boolean {
    const { interruptions = 0 } = this.#backend;
    if (this.#unheld > 0) return false;
    if (this.#owed === this.#paid && this.#interruptions === interruptions) return true;
    if (!this.#recovering) void this.#recover(this.#owed, interruptions);
    return false;
  }

  async #recover(owed: number, interruptions: number): Promise<void> {
    this.#recovering = true;
    const done = await this.#attempt('writes', async () => {
      await (this.#backend.recover === undefined ? this.#backend.clear() : this.#backend.recover());
      return true;
    });
    this.#recovering = false;
    if (done !== true) return;
    this.#paid = owed;
    this.#interruptions = interruptions;
  }

  /** Try, and wait for nothing. */
  #later(run: () => MaybePromise<void> | undefined): void {
    const attempt = async (): Promise<void> => {
      try {
        await run();
      } catch (error) {
        this.#fault(error);
      }
    };
    void attempt();
  }

  /** What it gives; undefined if it failed, or rests after a failure. */
  async #attempt<T>(kind: 'reads' | 'writes', run: () => MaybePromise<T>): Promise<T | undefined> {
    if (performance.now() < this.#rest[kind]) return undefined;
    try {
      const pending = run();
      return isPromise(pending)
        ? await limited(pending, kind === 'reads' ? this.#timeout : this.#holdTimeout)
        : pending;
    } catch (error) {
      this.#rest[kind] = performance.now() + REST_MS;
      this.#fault(error);
      return undefined;
    }
  }

  /** Without the message, which may have an address or a key in it. */
  #fault(error: unknown): void {
    const { name, code } = (error ?? {}) as { readonly name?: unknown; readonly code?: unknown };
    const what = [name, code].filter((part) => typeof part === 'string').join(' ') || typeof error;
    this.#report(`The cache failed (${what}): the database is asked instead. Said once.`);
  }
}

/** @throws ConfigError for what is no backend. */
function checked(backend: CacheBackend): CacheBackend {
  for (const method of METHODS)
    if (typeof (backend as Partial<CacheBackend> | null | undefined)?.[method] !== 'function')
      throw new ConfigError(`The option 'cache' is a CacheBackend, and this has no method '${method}'.`, {
        field: 'cache',
        remedy: "Give it new InMemoryCache(), or new RedisCache({ … }) of 'blazeorm/redis'.",
      });
  return backend;
}
