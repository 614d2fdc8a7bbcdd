import type { PerformanceNotice } from './findings.ts';
import type { Insight, TrackedStatement } from './statement.ts';

/** What a tracker looks for, and whom it tells. */
export interface TrackerSettings {
  /** Told of what is found. What it throws fails the statement that is told of. */
  readonly notify: (notice: PerformanceNotice) => void;
  readonly insight: Insight;
  /** `end`: when the loop is over, with how often it was. `at once`: as soon as it is suspected. `never`: it is not looked for. */
  readonly nPlusOne: 'end' | 'at once' | 'never';
  /** From so many repetitions on. */
  readonly threshold: number;
  /** From so many milliseconds on a statement is slow. */
  readonly slowMs: number | undefined;
  /** Whether figures are kept of each session, too. */
  readonly perSession: boolean;
  /** Ask the database how it does a slow query. */
  readonly explain?: (event: TrackedStatement) => Promise<string | undefined> | undefined;
  /** Kinds of statements of which figures are kept. */
  readonly maxFingerprints?: number;
}
