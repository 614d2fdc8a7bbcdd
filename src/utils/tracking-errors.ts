import { BlazeError } from './errors.ts';
import type { NPlusOne } from './performance/findings.ts';

/** One query for each of many things, where one for all of them would do: thrown where N+1 is to be an error. */
export class NPlusOneError extends BlazeError {
  override readonly code = 'E_N_PLUS_ONE';
  /** What was found, one or more. */
  readonly findings: readonly NPlusOne[];

  constructor(findings: readonly NPlusOne[]) {
    super(`${findings.map(({ message }) => message).join('.\n')}.`);
    this.findings = findings;
  }
}

/** `expectQueries()` counted another number of statements. */
export class QueryCountError extends BlazeError {
  override readonly code = 'E_QUERY_COUNT';
}
