import { Figures } from './figures.ts';
import type { QueryFigures } from './figures.ts';
import { fingerprintOf } from './fingerprint.ts';
import { quotesOf } from '../sql-tokens.ts';
import type { TrackedStatement } from './statement.ts';

/** What was measured of statements in sum. */
export interface TrackedTotals {
  /** Since when, in ISO 8601. */
  readonly since: string;
  readonly count: number;
  readonly runs: number;
  readonly rows: number;
  readonly errors: number;
  readonly totalMs: number;
  /** Statements that took longer than they should. */
  readonly slow: number;
  /** Places of the application that send one query for each of many things. */
  readonly nPlusOne: number;
  /** Kinds of statements: those that differ in values alone are one. */
  readonly fingerprints: number;
  /** Statements of further kinds, when there were as many as are kept: of them only this is known. */
  readonly others: number;
}

/** Figures by what kinds of statements are told apart by: so many at most, and whatever else comes is only counted. */
export class FigureSet<K> {
  readonly #most: number;
  readonly #all = new Map<K, Figures>();
  readonly #since: number;
  others = 0;

  constructor(most: number, since = Date.now()) {
    this.#most = most;
    this.#since = since;
  }

  /** `undefined`: there is no place for one more. */
  of(key: K, make: () => Figures): Figures | undefined {
    let figures = this.#all.get(key);
    if (figures === undefined && this.#all.size < this.#most) this.#all.set(key, (figures = make()));
    return figures;
  }

  /** Those that took the most time first. */
  show(includeSamples: boolean): QueryFigures[] {
    const all = [...this.#all.values()].filter(({ count }) => count > 0);
    return all.map((figures) => figures.show(includeSamples)).toSorted((a, b) => b.totalMs - a.totalMs);
  }

  totals(): Omit<TrackedTotals, 'nPlusOne'> {
    const sum = { count: this.others, runs: this.others, rows: 0, errors: 0, totalMs: 0, slow: 0, fingerprints: 0 };
    for (const figures of this.#all.values()) {
      sum.count += figures.count;
      sum.runs += figures.runs;
      sum.rows += figures.rows;
      sum.errors += figures.errors;
      sum.totalMs += figures.totalMs;
      sum.slow += figures.slow;
      if (figures.count > 0) sum.fingerprints++;
    }
    return { since: new Date(this.#since).toISOString(), ...sum, others: this.others };
  }
}

/** Figures of the statements of a database, by their fingerprints. */
export class FigureTable {
  readonly #most: number;
  /** By the text as it was sent: the same string each time, but where literals are in it. */
  #byText = new Map<string, Figures | undefined>();
  #set: FigureSet<string>;

  constructor(most: number) {
    this.#most = most;
    this.#set = new FigureSet(most);
  }

  /** `undefined`: one of a kind for which there is no place. */
  of(event: TrackedStatement): Figures | undefined {
    return this.#byText.get(event.sql) ?? this.#find(event);
  }

  add(event: TrackedStatement): Figures | undefined {
    const figures = this.of(event);
    if (figures === undefined) this.#set.others++;
    else figures.add(event);
    return figures;
  }

  reset(): void {
    this.#byText.clear();
    this.#set = new FigureSet(this.#most);
  }

  show(includeSamples: boolean): QueryFigures[] {
    return this.#set.show(includeSamples);
  }

  totals(): Omit<TrackedTotals, 'nPlusOne'> {
    return this.#set.totals();
  }

  #find(event: TrackedStatement): Figures | undefined {
    if (this.#byText.has(event.sql)) return undefined;
    const fingerprint = fingerprintOf(event.sql, quotesOf(event.database.dialect));
    const figures = this.#set.of(fingerprint, () => new Figures(fingerprint, event.kind, event.subject));
    // Texts with literals in them are without end: what is known of them is found again.
    if (this.#byText.size >= this.#most * 2) this.#byText.clear();
    this.#byText.set(event.sql, figures);
    return figures;
  }
}
