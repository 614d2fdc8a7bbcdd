import type { QueryFigures } from './figures.ts';
import type { NPlusOne, SlowQuery } from './findings.ts';
import type { TrackedTotals } from './table.ts';

/** All that was measured. */
export interface QueryReport extends TrackedTotals {
  /** Those that took the most time first. */
  readonly queries: readonly QueryFigures[];
  /** The latest first; a hundred are kept. */
  readonly slowQueries: readonly SlowQuery[];
  /** Places of the application that send one query for each of many things; a hundred are kept. */
  readonly nPlusOnes: readonly NPlusOne[];
}

/** What `exportQueryStats()` takes. */
export interface ExportOptions {
  /** Begin anew afterwards. */
  readonly reset?: boolean;
  /** With single runs of each statement: the slowest. */
  readonly includeSamples?: boolean;
}
