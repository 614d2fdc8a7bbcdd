import { Histogram } from './histogram.ts';
import type { TrackedStatement, TrackedSubject } from './statement.ts';

/** Samples that are kept of each kind of statement, and lines of the application. */
const SAMPLES = 5;
const SITES = 5;

/** One run of a statement. Nothing of it is a value. */
export interface QuerySample {
  /** When it began, in ISO 8601. */
  readonly at: string;
  readonly durationMs: number;
  readonly rows: number | undefined;
  readonly session: number | undefined;
  readonly transaction: number | undefined;
  readonly correlationId: string | undefined;
  /** The code of its error, or the error's name. */
  readonly error: string | undefined;
}

/** What was measured of all statements that differ in values alone. Times are in milliseconds. */
export interface QueryFigures {
  /** The statement, with placeholders for literals, and without the comment of its tags. */
  readonly fingerprint: string;
  readonly kind: string;
  readonly model: string | undefined;
  readonly table: string | undefined;
  /** Whose relation it loads, as `Post.comments`. */
  readonly relation: string | undefined;
  readonly count: number;
  /** Lists of parameters; more than `count` where a batch was sent as one. */
  readonly runs: number;
  readonly rows: number;
  readonly errors: number;
  readonly slow: number;
  readonly totalMs: number;
  readonly meanMs: number;
  readonly minMs: number;
  readonly maxMs: number;
  /** At most an eighth too large, as are the other two. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Lines of the application that sent it, as far as it was looked: where it was repeated in a session, or slow. */
  readonly callSites: Readonly<Record<string, number>>;
  /** With `includeSamples`: the slowest, the latest of them first. */
  readonly samples?: readonly QuerySample[];
}

/** A sample before anybody wants to see it. */
interface Sample extends Omit<QuerySample, 'at'> {
  readonly startedAt: number;
}

/** Figures of one kind of statement while they grow. Of constant size. */
export class Figures {
  readonly fingerprint: string;
  readonly kind: string;
  readonly subject: TrackedSubject | undefined;
  count = 0;
  runs = 0;
  rows = 0;
  errors = 0;
  slow = 0;
  totalMs = 0;
  #minMs = Infinity;
  #maxMs = 0;
  #histogram: Histogram | undefined;
  #samples: Sample[] | undefined;
  /** The fastest of them: what is faster is not kept. */
  #fastestSample = -1;
  #sites: Map<string, number> | undefined;

  constructor(fingerprint: string, kind: string, subject: TrackedSubject | undefined) {
    this.fingerprint = fingerprint;
    this.kind = kind;
    this.subject = subject;
  }

  add(event: TrackedStatement): void {
    const { durationMs } = event;
    // The first one needs no buckets: many sessions send a statement once.
    if (this.count === 1) (this.#histogram = new Histogram()).add(this.totalMs);
    this.#histogram?.add(durationMs);
    this.count++;
    this.runs += event.runs;
    this.rows += event.rows ?? 0;
    if (event.error !== undefined) this.errors++;
    this.totalMs += durationMs;
    if (durationMs < this.#minMs) this.#minMs = durationMs;
    if (durationMs > this.#maxMs) this.#maxMs = durationMs;
  }

  /** Keep it if it is one of the slowest. */
  sample(event: TrackedStatement): void {
    if (event.durationMs <= this.#fastestSample) return;
    const samples = (this.#samples ??= []);
    samples.unshift(sampleOf(event));
    if (samples.length < SAMPLES) return;
    if (samples.length > SAMPLES) {
      const fastest = Math.min(...samples.map(({ durationMs }) => durationMs));
      samples.splice(
        samples.findLastIndex(({ durationMs }) => durationMs === fastest),
        1,
      );
    }
    this.#fastestSample = Math.min(...samples.map(({ durationMs }) => durationMs));
  }

  sentBy(site: string): void {
    const sites = (this.#sites ??= new Map());
    if (sites.size < SITES || sites.has(site)) sites.set(site, (sites.get(site) ?? 0) + 1);
  }

  /** What they are now. */
  show(includeSamples: boolean): QueryFigures {
    const { fingerprint, kind, count, runs, rows, errors, slow, totalMs } = this;
    return {
      fingerprint,
      kind,
      model: this.subject?.model,
      table: this.subject?.table,
      relation: this.subject?.relation,
      count,
      runs,
      rows,
      errors,
      slow,
      totalMs,
      meanMs: totalMs / count,
      minMs: this.#minMs,
      maxMs: this.#maxMs,
      p50Ms: this.#percentile(0.5),
      p95Ms: this.#percentile(0.95),
      p99Ms: this.#percentile(0.99),
      callSites: Object.fromEntries(this.#sites ?? []),
      ...(includeSamples && { samples: (this.#samples ?? []).map(shown) }),
    };
  }

  #percentile(part: number): number {
    const found = this.#histogram?.percentile(part) ?? this.totalMs;
    return Math.min(Math.max(found, this.#minMs), this.#maxMs);
  }
}

function sampleOf(event: TrackedStatement): Sample {
  const { startedAt, durationMs, rows, session, transaction, correlationId } = event;
  const error = event.error === undefined ? undefined : nameOf(event.error);
  return { startedAt, durationMs, rows, session, transaction, correlationId, error };
}

function shown({ startedAt, ...sample }: Sample): QuerySample {
  return { at: timeOf(startedAt), ...sample };
}

/** A time of `performance.now()`, in ISO 8601. */
export function timeOf(at: number): string {
  return new Date(performance.timeOrigin + at).toISOString();
}

/** The code of an error of this library; others have a name. Messages may quote anything. */
function nameOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown }; // Named cast: anything can be thrown.
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'unknown';
}
