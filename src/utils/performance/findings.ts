import { shortened } from './fingerprint.ts';

/** One query for each of many things, where one for all of them would do. */
export interface NPlusOne {
  readonly kind: 'n+1';
  /** Everything in one line: how often, what, where, and what to call instead. */
  readonly message: string;
  readonly fingerprint: string;
  /** How often it was sent from there in one session, without a pause. */
  readonly times: number;
  /** The line of the application, as `src/feed.ts:41`; `undefined` where none is on the stack. */
  readonly callSite: string | undefined;
  /** What to call instead. */
  readonly remedy: string;
  /** Whether it asked for the same each time. */
  readonly sameValues: boolean;
  readonly model: string | undefined;
  /** Whose relation was loaded, as `Post.comments`. */
  readonly relation: string | undefined;
  readonly session: number | undefined;
  readonly correlationId: string | undefined;
}

/** A statement that took longer than it should. */
export interface SlowQuery {
  readonly kind: 'slow query';
  /** Everything in one line. */
  readonly message: string;
  readonly fingerprint: string;
  /** When it began, in ISO 8601. */
  readonly at: string;
  readonly durationMs: number;
  /** What it was allowed to take. */
  readonly thresholdMs: number;
  readonly rows: number | undefined;
  /** What its parameters are, without their values: `text of 12`, `number`, `null`. */
  readonly parameters: readonly string[];
  readonly callSite: string | undefined;
  readonly model: string | undefined;
  readonly relation: string | undefined;
  readonly session: number | undefined;
  readonly transaction: number | undefined;
  readonly correlationId: string | undefined;
  /** What the database would do for it, where that was asked for. */
  readonly plan: string | undefined;
}

/** What a tracker has to say. */
export type PerformanceNotice = NPlusOne | SlowQuery;

/** The one line of an N+1. */
export function nPlusOneMessage({
  times,
  fingerprint,
  callSite,
  remedy,
}: Pick<NPlusOne, 'times' | 'fingerprint' | 'callSite' | 'remedy'>): string {
  const where = callSite === undefined ? '' : `, at ${callSite}`;
  return `N+1 suspected: ${times}× ${shortened(fingerprint)}${where}; ${remedy}`;
}

/** The one line of a slow query. */
export function slowMessage({
  durationMs,
  thresholdMs,
  fingerprint,
  callSite,
}: Pick<SlowQuery, 'durationMs' | 'thresholdMs' | 'fingerprint' | 'callSite'>): string {
  const where = callSite === undefined ? '' : `, at ${callSite}`;
  return `Slow query: ${Math.round(durationMs)} ms (limit ${thresholdMs} ms): ${shortened(fingerprint)}${where}`;
}

/** What a value is, without anything of what it says. */
export function kindOfValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'string') return `text of ${value.length}`;
  if (Array.isArray(value)) return `list of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  return value instanceof Date ? 'date' : typeof value;
}
