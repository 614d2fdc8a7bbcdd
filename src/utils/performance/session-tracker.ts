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

/** What one session sends: its figures, and the queries that it repeats. */
export class SessionTracker {
  readonly #host: TrackerHost;
  readonly #id: number | undefined;
  readonly #repeats: Repeats | undefined;
  /** By those of the database. */
  #figures: FigureSet<Figures> | undefined;
  #pending: (() => NPlusOne)[] = [];
  #found: NPlusOne[] = [];

  constructor(host: TrackerHost, id: number | undefined, threshold: number) {
    this.#host = host;
    this.#id = id;
    const { nPlusOne, insight } = host.settings;
    if (nPlusOne !== 'never') this.#repeats = new Repeats(insight, threshold, (finding) => this.#reached(finding));
  }

  /** A statement is sent. Gives what it is a repetition of, if it is one. */
  begins(event: TrackedStatement): Repetition | undefined {
    return this.#repeats?.begins(event, this.#host.figures(event));
  }

  /** It is over. @throws NPlusOneError where that is asked for. */
  ended(event: TrackedStatement, repetition: Repetition | undefined): void {
    if (this.#host.settings.perSession) this.#add(event);
    this.#repeats?.ended(event, repetition);
  }

  /** Whether what it repeats has come to its end. */
  isOver(at: number): boolean {
    return this.#repeats?.isOver(at) ?? true;
  }

  /** Tell of what was found and is not told yet. */
  settle(): void {
    for (const finding of this.#pending.splice(0)) this.#tell(finding());
  }

  totals(): TrackedTotals {
    return { ...this.#own.totals(), nPlusOne: this.#found.length };
  }

  export({ reset = false, includeSamples = false }: ExportOptions = {}): QueryReport {
    this.settle();
    const report = {
      ...this.totals(),
      queries: this.#own.show(includeSamples),
      slowQueries: this.#host.slowOf(this.#id),
      nPlusOnes: this.#found,
    };
    if (reset) this.reset();
    return report;
  }

  reset(): void {
    this.#figures = undefined;
    this.#found = [];
  }

  get #own(): FigureSet<Figures> {
    return (this.#figures ??= new FigureSet(FINGERPRINTS));
  }

  #add(event: TrackedStatement): void {
    const alike = this.#host.figures(event);
    const own = alike && this.#own.of(alike, () => new Figures(alike.fingerprint, alike.kind, alike.subject));
    if (own === undefined) this.#own.others++;
    else own.add(event);
    own?.sample(event);
  }

  #reached(finding: () => NPlusOne): void {
    if (this.#host.settings.nPlusOne === 'at once') return this.#tell(finding());
    this.#pending.push(finding);
    this.#host.wait(this);
  }

  #tell(finding: NPlusOne): void {
    if (this.#found.length < FOUND) this.#found.push(finding);
    this.#host.found(finding);
  }
}
