import { InvalidQueryError } from '../utils/errors.ts';
import { describe } from './value-types.ts';

/** When work has to stop: after a time, when a signal says so, or whichever comes first. */
export interface Bounds {
  /** Stops the work in the database, too. It ends with a `QueryAbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds. What takes longer is stopped in the database, too, and ends with a `QueryTimeoutError`. */
  readonly timeout?: number | undefined;
}

/** What a timer of Node can wait for; more than that it takes for nothing. */
const LONGEST = 2_147_483_647;

/** @throws InvalidQueryError for a time that no timer can wait for, or a signal that is none. */
export function checkBounds({ signal, timeout }: Bounds): void {
  if (timeout !== undefined && !(typeof timeout === 'number' && timeout >= 1 && timeout <= LONGEST))
    throw new InvalidQueryError(
      `A timeout is a number of milliseconds from 1 to ${LONGEST}, not ${typeof timeout === 'number' ? 'this one' : describe(timeout)}.`,
      { field: 'timeout' },
    );
  if (signal !== undefined && !isSignal(signal))
    throw new InvalidQueryError(`A signal is an AbortSignal, not ${describe(signal)}.`, { field: 'signal' });
}

/** What is given of both; undefined if nothing is. @throws InvalidQueryError */
export function givenBounds(bounds: Bounds): Bounds | undefined {
  checkBounds(bounds);
  const { signal, timeout } = bounds;
  return signal === undefined && timeout === undefined ? undefined : { signal, timeout };
}

/** The same with a time limit, in place of any earlier one. @throws InvalidQueryError */
export function withTimeout(bounds: Bounds | undefined, timeout: number): Bounds {
  if (timeout === undefined) throw new InvalidQueryError('timeout() takes a number of milliseconds.');
  checkBounds({ timeout });
  return { ...bounds, timeout };
}

/** The same with a signal, in place of any earlier one. @throws InvalidQueryError */
export function withSignal(bounds: Bounds | undefined, signal: AbortSignal): Bounds {
  if (signal === undefined) throw new InvalidQueryError('signal() takes an AbortSignal.');
  checkBounds({ signal });
  return { ...bounds, signal };
}

/** One of another realm, or of a package that brings its own, will do. */
function isSignal(value: unknown): value is AbortSignal {
  const { aborted, addEventListener } = (value ?? {}) as Partial<AbortSignal>;
  return typeof aborted === 'boolean' && typeof addEventListener === 'function';
}
