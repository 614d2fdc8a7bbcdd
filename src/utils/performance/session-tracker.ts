import { Figures } from './figures.ts';
import type { NPlusOne, SlowQuery } from './findings.ts';
import { Repeats } from './repeats.ts';
import type { Repetition } from './repeats.ts';
import type { ExportOptions, QueryReport } from './report.ts';
import type { TrackerSettings } from './settings.ts';
import type { TrackedStatement } from './statement.ts';
import { FigureSet } from './table.ts';
import type { TrackedTotals } from './table.ts';

/** Kinds of statements of which figures are kept for a session. */
const FINGERPRINTS = 200;
/** Loops that are remembered of a session. */
const FOUND = 100;

/** The tracker of the database, as far as its sessions need it. */
export interface TrackerHost {
  readonly settings: TrackerSettings;
  figures(event: TrackedStatement): Figures | undefined;
  /** @throws what the statement then fails with. */
  found(finding: NPlusOne): void;
  /** Call `settle()` when `isOver()`. */
  wait(session: SessionTracker): void;
  slowOf(session: number | undefined): readonly SlowQuery[];
}

/**
 * What one session sends: its figures, and the queries that it repeats. Many sessions send one statement: until there is a second,
 * nothing but that is kept.
 */
export class SessionTracker {
  readonly #host: TrackerHost;
  readonly #id: number | undefined;
  readonly #threshold: number;
  #first: TrackedStatement | undefined;
  /** Where the first one is: on its way, over, or in the figures. */
  #firstIs: 'sent' | 'over' | 'counted' = 'sent';
  #repeats: Repeats | undefined;
  /** By those of the database. */
  #figures: FigureSet<Figures> | undefined;
  #pending: (() => NPlusOne)[] | undefined;
  #found: NPlusOne[] | undefined;

  constructor(host: TrackerHost, id: number | undefined, threshold: number) {
    this.#host = host;
    this.#id = id;
    this.#threshold = threshold;
  }

  /** A statement is sent. Gives what it is a repetition of, if it is one. */
  begins(event: TrackedStatement): Repetition | undefined {
    if (this.#first === undefined) {
      this.#first = event;
      return undefined;
    }
    if (this.#host.settings.nPlusOne === 'never') return undefined;
    this.#repeats ??= this.#repeatsAfter(this.#first);
    return this.#repeats.begins(event, this.#host.figures(event));
  }

  /** It is over. @throws NPlusOneError where that is asked for. */
  ended(event: TrackedStatement, repetition: Repetition | undefined): void {
    if (event === this.#first) this.#firstIs = 'over';
    if (this.#host.settings.perSession && (event !== this.#first || this.#figures !== undefined)) this.#add(event);
    this.#repeats?.ended(event, repetition);
  }

  /** Whether what it repeats has come to its end. */
  isOver(at: number): boolean {
    return this.#repeats?.isOver(at) ?? true;
  }

  /** Tell of what was found and is not told yet. */
  settle(): void {
    for (const finding of this.#pending?.splice(0) ?? []) this.#tell(finding());
  }

  totals(): TrackedTotals {
    return { ...this.#own.totals(), nPlusOne: this.#found?.length ?? 0 };
  }

  export({ reset = false, includeSamples = false }: ExportOptions = {}): QueryReport {
    this.settle();
    const report = {
      ...this.totals(),
      queries: this.#own.show(includeSamples),
      slowQueries: this.#host.slowOf(this.#id),
      nPlusOnes: this.#found ?? [],
    };
    if (reset) this.reset();
    return report;
  }

  reset(): void {
    this.#figures = new FigureSet(FINGERPRINTS);
    this.#found = undefined;
  }

  get #own(): FigureSet<Figures> {
    const { perSession } = this.#host.settings;
    if (this.#figures === undefined) {
      const first = this.#first;
      this.#figures = new FigureSet(FINGERPRINTS, first && performance.timeOrigin + first.startedAt);
      if (perSession && first !== undefined && this.#firstIs === 'over') this.#addTo(this.#figures, first);
    }
    return this.#figures;
  }

  #add(event: TrackedStatement): void {
    this.#addTo(this.#own, event);
  }

  #addTo(own: FigureSet<Figures>, event: TrackedStatement): void {
    const alike = this.#host.figures(event);
    const figures = alike && own.of(alike, () => new Figures(alike.fingerprint, alike.kind, alike.subject));
    if (event === this.#first) this.#firstIs = 'counted';
    if (figures === undefined) own.others++;
    else figures.add(event);
    figures?.sample(event);
  }

  #repeatsAfter(first: TrackedStatement): Repeats {
    const repeats = new Repeats(this.#host.settings.insight, this.#threshold, (finding) => this.#reached(finding));
    repeats.begins(first, this.#host.figures(first));
    if (this.#firstIs !== 'sent') repeats.ended(first, undefined);
    return repeats;
  }

  #reached(finding: () => NPlusOne): void {
    if (this.#host.settings.nPlusOne === 'at once') return this.#tell(finding());
    (this.#pending ??= []).push(finding);
    this.#host.wait(this);
  }

  #tell(finding: NPlusOne): void {
    const found = (this.#found ??= []);
    if (found.length < FOUND) found.push(finding);
    this.#host.found(finding);
  }
}
