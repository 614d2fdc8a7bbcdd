import { randomBytes } from 'node:crypto';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { CacheBackend, CacheEntry, CacheQuestion } from './backend.ts';
import { GuardedBackend } from './guarded.ts';
import { limited, TooSlowError } from './limited.ts';
import { rowsToText, textToRows } from './row-text.ts';
import type { Rows } from './row-text.ts';

/** How long somebody of this process who loads an entry is waited for. */
const PATIENCE_MS = 1_000;
/** When somebody of another process is looked for again. */
const PAUSES_MS = [5, 15, 30, 50];

/** Rows that are asked for, as one entry. `width`: of each row, where that is known. */
export interface Wanted extends CacheQuestion {
  readonly width?: number | undefined;
}

/** What was loaded for one of several questions. `keep: false` is given to whoever asked, and no one else. */
export interface Loaded {
  readonly rows: Rows;
  readonly keep: boolean;
}

/** Loads what was not there: an answer to each position. `leased`: whether something of it is going to be kept. */
export type Load = (positions: readonly number[], leased: boolean) => MaybePromise<readonly Loaded[]>;

/**
 * Rows that outlive sessions. Reading: `rows` takes them from the backend, or has them loaded by one of those who ask, and puts
 * them in. Writing: `changing` holds what a commit changes from before the commit until after it. The README of this folder
 * says how these two keep each other right.
 */
export class SecondLevelCache {
  readonly #backend: GuardedBackend;
  /** In front of all names: one for each database. */
  readonly #name: string;
  /** What this process loads just now, by key. */
  readonly #loading = new Map<string, Promise<void>>();
  readonly #self = randomBytes(9).toString('base64url');
  #tokens = 0;

  constructor(backend: CacheBackend, name: string, report: (text: string) => void) {
    this.#backend = new GuardedBackend(backend, report);
    this.#name = name;
  }

  /** Begin to connect; nobody waits for it. */
  connect(): void {
    this.#backend.connect();
  }

  /** Whether its entries leave this process. */
  get shared(): boolean {
    return this.#backend.shared;
  }

  /** What is there, and nothing else: for those who may not put anything in. */
  async look(wanted: readonly Wanted[]): Promise<(Rows | undefined)[]> {
    const named = this.#named(wanted);
    const answers = await this.#backend.get(named, undefined);
    return answers.map((answer, i) => (answer.kind === 'hit' ? this.#decoded(answer.value, named[i]!) : undefined));
  }

  /** The rows of each entry, in order: from the backend; what is not there is loaded, once for all who ask for it. */
  async rows(wanted: readonly Wanted[], load: Load): Promise<Rows[]> {
    const named = this.#named(wanted);
    const found: (Rows | undefined)[] = Array.from({ length: named.length });
    const loading = await this.#round(named, indexesOf(named), found, load);
    if (loading.length > 0) await this.#afterOthers(named, loading, found, load);
    return found as Rows[]; // Named cast: a round leaves none open but those that it gives back.
  }

  /** Run what changes these marks for others: nobody is shown, and nobody puts in, anything of them meanwhile. */
  async changing<T>(
    marks: Iterable<string>,
    run: () => MaybePromise<T>,
    isUnknown: (error: unknown) => boolean,
  ): Promise<T> {
    const end = await this.#backend.hold(
      Array.from(marks, (mark) => this.#name + mark),
      this.#token(),
    );
    let known = true;
    try {
      return await run();
    } catch (error) {
      known = !isUnknown(error);
      throw error;
    } finally {
      await end(known);
    }
  }

  /** Forget what stands with these marks: whether the backend could be told by now. */
  invalidate(marks: Iterable<string>): Promise<boolean> {
    return this.#backend.delete(
      Array.from(marks, (mark) => this.#name + mark),
      [],
    );
  }

  /** Forget everything, of other databases too that share the backend: whether it could be told by now. */
  clear(): Promise<boolean> {
    return this.#backend.clear();
  }

  /** Ask for some of the entries, and load what is nobody's to load. Gives those that somebody else loads. */
  async #round(
    wanted: readonly Wanted[],
    positions: readonly number[],
    found: (Rows | undefined)[],
    load: Load,
  ): Promise<number[]> {
    const token = this.#token();
    const answers = await this.#backend.get(
      positions.map((i) => wanted[i]!),
      token,
    );
    const leased: number[] = [];
    const open: number[] = [];
    const loading: number[] = [];
    answers.forEach((answer, a) => {
      const i = positions[a]!;
      if (answer.kind === 'load') leased.push(i);
      else if (answer.kind === 'loading') loading.push(i);
      else if (answer.kind === 'held' || (found[i] = this.#decoded(answer.value, wanted[i]!)) === undefined)
        open.push(i);
    });
    if (leased.length + open.length > 0) await this.#load(wanted, leased, open, token, found, load);
    return loading;
  }

  async #load(
    wanted: readonly Wanted[],
    leased: readonly number[],
    open: readonly number[],
    token: string,
    found: (Rows | undefined)[],
    load: Load,
  ): Promise<void> {
    const done = this.#announce(leased.map((i) => wanted[i]!.key));
    let kept = new Map<number, string | undefined>();
    try {
      const positions = [...leased, ...open];
      const loaded = await load(positions, leased.length > 0);
      positions.forEach((i, p) => (found[i] = loaded[p]!.rows));
      kept = new Map(leased.map((i, p) => [i, loaded[p]!.keep ? rowsToText(loaded[p]!.rows) : undefined]));
    } finally {
      // A lease that comes to nothing is given back.
      const entries = leased.map((i): CacheEntry => ({ ...wanted[i]!, value: kept.get(i) }));
      if (entries.length > 0) await this.#backend.set(entries, token);
      done();
    }
  }

  /** What others load: asked for again when they have, or when that has taken too long; then the database is asked. */
  async #afterOthers(
    wanted: readonly Wanted[],
    loading: readonly number[],
    found: (Rows | undefined)[],
    load: Load,
  ): Promise<void> {
    let left = loading;
    for (const pause of PAUSES_MS) {
      await this.#others(
        left.map((i) => wanted[i]!.key),
        pause,
      );
      left = await this.#round(wanted, left, found, load);
      if (left.length === 0) return;
    }
    await this.#load(wanted, [], left, '', found, load);
  }

  async #others(keys: readonly string[], pause: number): Promise<void> {
    const here = keys.flatMap((key) => this.#loading.get(key) ?? []);
    const those = here.length > 0 ? Promise.all(here) : new Promise<never>(() => undefined);
    try {
      await limited(those, here.length > 0 ? PATIENCE_MS : pause);
    } catch (error) {
      if (!(error instanceof TooSlowError)) throw error;
    }
  }

  /** Others of this process wait for these keys until the function that it gives is called. */
  #announce(keys: readonly string[]): () => void {
    let settle = (): void => undefined;
    const promise = new Promise<void>((resolve) => (settle = resolve));
    for (const key of keys) this.#loading.set(key, promise);
    return () => {
      for (const key of keys) if (this.#loading.get(key) === promise) this.#loading.delete(key);
      settle();
    };
  }

  /** Undefined for garbage: it goes, and the next one who asks puts in what is right. */
  #decoded(text: string, { key, width }: Wanted): Rows | undefined {
    try {
      return textToRows(text, width);
    } catch (error) {
      this.#backend.garbled(error);
      void this.#backend.delete([], [key]);
      return undefined;
    }
  }

  #named(wanted: readonly Wanted[]): Wanted[] {
    return wanted.map(({ key, marks, ttl, width }) => ({
      key: this.#name + key,
      marks: marks.map((mark) => this.#name + mark),
      ttl,
      width,
    }));
  }

  #token(): string {
    return `${this.#self}${(++this.#tokens).toString(36)}`;
  }
}

function indexesOf(items: readonly unknown[]): number[] {
  return items.map((_, i) => i);
}
