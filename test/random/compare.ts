/** How values are compared and sorted. */
import { Decimal } from './decimal.ts';
import type { Known, Value } from './values.ts';

/** Below zero, zero or above: of two values that are not NULL. */
export function compare(a: Known, b: Known): number {
  if (a instanceof Decimal || b instanceof Decimal) return Decimal.of(a as Decimal).compare(Decimal.of(b as Decimal));
  if (a instanceof Date && b instanceof Date) return a.getTime() - b.getTime();
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By the numbers of the characters, and not of halves of them. */
function compareText(a: string, b: string): number {
  const [x, y] = [Array.from(a), Array.from(b)];
  const at = x.findIndex((letter, i) => letter !== y[i]);
  if (at < 0) return x.length - y.length;
  return at >= y.length ? 1 : x[at]!.codePointAt(0)! - y[at]!.codePointAt(0)!;
}

/** NULL is the lowest value, unless it is said where it stands. */
export function sortOrder(a: Value, b: Value, descending: boolean, nulls: 'first' | 'last' | undefined): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    const first = nulls === undefined ? !descending : nulls === 'first';
    return (a === null) === first ? -1 : 1;
  }
  return descending ? compare(b, a) : compare(a, b);
}
