import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';

/** Levels of isolation as servers take them (ISO/IEC 9075, and the manuals of PostgreSQL and MySQL). */
const LEVELS: ReadonlySet<string> = new Set(['read uncommitted', 'read committed', 'repeatable read', 'serializable']);

/** A level in SQL. @throws InvalidQueryError naming the `server` and the levels that there are */
export function isolationLevel(name: string, server: string): string {
  if (LEVELS.has(name)) return name.toUpperCase();
  const what = typeof name === 'string' ? `'${name}'` : `that is ${describe(name)}`;
  throw new InvalidQueryError(`${server} has no isolation level ${what}.`, {
    remedy: `Use one of: ${[...LEVELS].join(', ')}.`,
  });
}
