import { callSite } from './performance/call-site.ts';
import { PAUSE_MS } from './performance/chain.ts';
import { timeOf } from './performance/figures.ts';
import type { Figures } from './performance/figures.ts';
import { kindOfValue, slowMessage } from './performance/findings.ts';
import type { NPlusOne, SlowQuery } from './performance/findings.ts';
import type { ExportOptions, QueryReport } from './performance/report.ts';
import { SessionTracker } from './performance/session-tracker.ts';
import type { TrackerHost } from './performance/session-tracker.ts';
import type { TrackerSettings } from './performance/settings.ts';
import type { TrackedStatement } from './performance/statement.ts';
import { FigureTable } from './performance/table.ts';
import type { TrackedTotals } from './performance/table.ts';

const FINGERPRINTS = 1_000;
const KEPT = 100;

/**
 * What the statements of a database are and take: counts, times and percentiles by kind of statement, those that are slow, and
 * queries that a loop repeats. However many statements there are, it takes no more memory than its limits say.
 */
export class PerformanceTracker implements TrackerHost {
  readonly settings: TrackerSettings;
  readonly #table: FigureTable;
  #slow: SlowQuery[] = [];
  /** By place: the latest of each. */
  readonly #nPlusOnes = new Map<string, NPlusOne>();
  /** Sessions with a loop of which is told when it is over. */
  readonly #due = new Set<SessionTracker>();
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: TrackerSettings) {
    this.settings = settings;
    this.#table = new FigureTable(settings.maxFingerprints ?? FINGERPRINTS);
  }

  /** What is looked at of one session. */
  session(id: number | undefined, threshold = this.settings.threshold): SessionTracker {
    return new SessionTracker(this, id, threshold);
  }

  /** The figures of statements like this one. */
  figures(event: TrackedStatement): Figures | undefined {
    return this.#table.of(event);
  }

  /** A statement is over. */
  add(event: TrackedStatement): void {
    const figures = this.#table.add(event);
    figures?.sample(event);
    const { slowMs } = this.settings;
    // A plan is asked for because something else was slow.
    if (slowMs !== undefined && event.durationMs >= slowMs && !event.sql.startsWith('EXPLAIN'))
      this.#isSlow(event, figures, slowMs);
  }

  /** A loop was found: remember it and say so. */
  found(finding: NPlusOne): void {
    const place = `${finding.callSite}\n${finding.fingerprint}`;
    this.#nPlusOnes.delete(place);
    this.#nPlusOnes.set(place, finding);
    if (this.#nPlusOnes.size > KEPT) this.#nPlusOnes.delete(this.#nPlusOnes.keys().next().value!);
    this.settings.notify(finding);
  }

  /** The slow queries of one session. */
  slowOf(session: number | undefined): readonly SlowQuery[] {
    return this.#slow.filter((slow) => slow.session === session);
  }

  /** It has something to tell when its loop is over. */
  wait(session: SessionTracker): void {
    this.#due.add(session);
    this.#timer ??= setTimeout(() => this.#look(), PAUSE_MS).unref();
  }

  /** What was to be told later is told now. */
  settle(): void {
    for (const session of this.#due) session.settle();
    this.#due.clear();
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  totals(): TrackedTotals {
    return { ...this.#table.totals(), nPlusOne: this.#nPlusOnes.size };
  }

  export({ reset = false, includeSamples = false }: ExportOptions = {}): QueryReport {
    this.settle();
    const report = {
      ...this.totals(),
      queries: this.#table.show(includeSamples),
      slowQueries: [...this.#slow],
      nPlusOnes: [...this.#nPlusOnes.values()],
    };
    if (reset) this.reset();
    return report;
  }

  reset(): void {
    this.#table.reset();
    this.#slow = [];
    this.#nPlusOnes.clear();
  }

  /** Tell of the loops that are over; wait for the others. */
  #look(): void {
    this.#timer = undefined;
    const now = performance.now();
    for (const session of this.#due) {
      if (!session.isOver(now)) continue;
      this.#due.delete(session);
      session.settle();
    }
    if (this.#due.size > 0) this.#timer = setTimeout(() => this.#look(), PAUSE_MS).unref();
  }

  #isSlow(event: TrackedStatement, figures: Figures | undefined, thresholdMs: number): void {
    const { explain, insight } = this.settings;
    const site = callSite();
    if (figures !== undefined) figures.slow++;
    if (site !== undefined) figures?.sentBy(site);
    const about = {
      durationMs: event.durationMs,
      thresholdMs,
      fingerprint: figures?.fingerprint ?? 'of a kind that is not kept',
      callSite: site,
    };
    const slow = {
      kind: 'slow query' as const,
      message: slowMessage(about),
      ...about,
      at: timeOf(event.startedAt),
      rows: event.rows,
      parameters: (insight.parameters(event) ?? []).map(kindOfValue),
      model: event.subject?.model,
      relation: event.subject?.relation,
      session: event.session,
      transaction: event.transaction,
      correlationId: event.correlationId,
    };
    const planned = explain?.(event);
    if (planned === undefined) this.#tell({ ...slow, plan: undefined });
    else void planned.then((plan) => this.#tell({ ...slow, plan }));
  }

  #tell(slow: SlowQuery): void {
    this.#slow.unshift(slow);
    if (this.#slow.length > KEPT) this.#slow.pop();
    this.settings.notify(slow);
  }
}
