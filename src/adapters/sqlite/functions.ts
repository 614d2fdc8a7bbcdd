import { lowerCase, upperCase } from '../../dialects/sqlite/fold-case.ts';
import { outOfRange } from '../../dialects/sqlite/decimals.ts';
import { InvalidValueError } from '../../utils/errors.ts';
import type { SQLiteHandle } from './driver.ts';
import { registerValueFunctions } from './value-functions.ts';

const PATTERNS = 100;

/** Functions that SQLite lacks: case folding by Unicode (its own is for ASCII only) and regular expressions. */
export function registerFunctions(handle: SQLiteHandle): void {
  handle.function('blaze_lower', (text: unknown) => (typeof text === 'string' ? lowerCase(text) : text));
  handle.function('blaze_upper', (text: unknown) => (typeof text === 'string' ? upperCase(text) : text));
  handle.function('blaze_ends_with', (text: string | null, end: string | null) =>
    text === null || end === null ? null : Number(text.endsWith(end)),
  );
  handle.function('blaze_out_of_range', (model: string, field: string, what: string) => {
    throw outOfRange(model, field, what);
  });
  registerValueFunctions(handle);
  const patterns = new Map<string, RegExp>();
  handle.function('blaze_regexp', (text: string | null, pattern: string | null, flags: string) => {
    if (text === null || pattern === null) return null;
    const key = `${flags}/${pattern}`;
    let compiled = patterns.get(key);
    if (compiled === undefined) {
      if (patterns.size >= PATTERNS) patterns.clear();
      patterns.set(key, (compiled = regExp(pattern, flags)));
    }
    return Number(compiled.test(text));
  });
}

/** The engine's own error would quote the pattern. */
function regExp(pattern: string, flags: string): RegExp {
  try {
    return new RegExp(pattern, flags);
  } catch {
    throw new InvalidValueError('A regular expression that the query computes is not valid.');
  }
}
