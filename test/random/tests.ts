/** What tests mean. One line for each. A test of what is NULL does not hold, unless it says otherwise. */
import { compare } from './compare.ts';
import { lower } from './functions.ts';
import type { Known, Value } from './values.ts';

export const TESTS = {
  eq: (a: Known, b: Known) => compare(a, b) === 0,
  gt: (a: Known, b: Known) => compare(a, b) > 0,
  gte: (a: Known, b: Known) => compare(a, b) >= 0,
  lt: (a: Known, b: Known) => compare(a, b) < 0,
  lte: (a: Known, b: Known) => compare(a, b) <= 0,
  between: (a: Known, low: Known, high: Known) => compare(a, low) >= 0 && compare(a, high) <= 0,
  oneOf: (a: Known, ...list: Known[]) => list.some((b) => compare(a, b) === 0),
  contains: text((a, b) => a.includes(b)),
  startsWith: text((a, b) => a.startsWith(b)),
  endsWith: text((a, b) => a.endsWith(b)),
  iexact: folded((a, b) => a === b),
  icontains: folded((a, b) => a.includes(b)),
  istartsWith: folded((a, b) => a.startsWith(b)),
  iendsWith: folded((a, b) => a.endsWith(b)),
  regex: text((a, b) => new RegExp(b, 'u').test(a)),
  iregex: text((a, b) => new RegExp(b, 'iu').test(a)),
  // These take NULL for a value like others.
  ne: (a: Value, b: Value) => (a === null || b === null ? a !== b : compare(a, b) !== 0),
  notOneOf: (a: Value, ...list: Known[]) => a === null || !list.some((b) => compare(a, b) === 0),
  isNull: (a: Value) => a === null,
  isNotNull: (a: Value) => a !== null,
};

export const NULL_TESTS = new Set<keyof typeof TESTS>(['ne', 'notOneOf', 'isNull', 'isNotNull']);

function text(fn: (a: string, b: string) => boolean): (a: Known, b: Known) => boolean {
  return (a, b) => fn(String(a), String(b));
}

/** Whatever the case of letters. */
function folded(fn: (a: string, b: string) => boolean): (a: Known, b: Known) => boolean {
  return text((a, b) => fn(lower(a), lower(b)));
}
