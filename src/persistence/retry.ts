import { DeadlockError, LockTimeoutError, SerializationError } from '../utils/errors.ts';
import type { Units } from './units.ts';

const BASE_MS = 10;
/** Pauses grow no more after so many attempts. */
const LONGEST = 6;
/** How often a transaction of the library's own is tried. */
const ATTEMPTS = 10;

/** What the same transaction, run again, may not meet again. */
export function isTransient(error: unknown): boolean {
  return error instanceof LockTimeoutError || isCollision(error);
}

/** Two transactions met, and the database has chosen this one to go back. */
function isCollision(error: unknown): boolean {
  return error instanceof DeadlockError || error instanceof SerializationError;
}

/**
 * Full jitter, so that those who collided do not collide again
 * (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/).
 */
export function pause(attempt: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.random() * BASE_MS * 2 ** Math.min(attempt, LONGEST)));
}

/**
 * A unit in which nothing of the application runs, so that it can be run again when it collides with another. A lock that
 * was waited for in vain is none: who set how long to wait has waited as long.
 */
export async function retried<T>(unit: () => Promise<T>, units: Units): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await unit();
    } catch (error) {
      if (attempt + 1 >= ATTEMPTS || !isCollision(error)) throw error;
      units.retried(attempt + 1, error);
      await pause(attempt);
    }
  }
}
