import { BlazeError } from './errors.ts';
import type { ErrorDetails } from './errors.ts';
import type { NPlusOne } from './performance/findings.ts';

/** One query for each of many things, where one for all of them would do: thrown where N+1 is to be an error. */
export class NPlusOneError extends BlazeError {
  override readonly code = 'E_N_PLUS_ONE';
  /** What was found. */
  readonly finding: NPlusOne;

  constructor(finding: NPlusOne, details: ErrorDetails = {}) {
    super(`${finding.message}.`, details);
    this.finding = finding;
  }
}

/** `expectQueries()` counted another number of statements. */
export class QueryCountError extends BlazeError {
  override readonly code = 'E_QUERY_COUNT';
}
