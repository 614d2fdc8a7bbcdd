import { BlazeError } from './errors.ts';
import type { ErrorDetails } from './errors.ts';
import type { NPlusOne } from './performance/findings.ts';

/** One query for each of many things, where one for all of them would do: thrown where N+1 is to be an error. */
export class NPlusOneError extends BlazeError {
  override readonly code = 'E_N_PLUS_ONE';
  /** What was found, one or more. */
  declare readonly findings: readonly NPlusOne[];

  constructor(message: string, details: ErrorDetails & { readonly findings?: readonly NPlusOne[] } = {}) {
    super(message, details);
    if (details.findings !== undefined) this.findings = details.findings;
  }

  /** The error that says what was found. */
  static of(findings: readonly NPlusOne[]): NPlusOneError {
    return new NPlusOneError(`${findings.map(({ message }) => message).join('.\n')}.`, { findings });
  }
}

/** `expectQueries()` counted another number of statements. */
export class QueryCountError extends BlazeError {
  override readonly code = 'E_QUERY_COUNT';
}
