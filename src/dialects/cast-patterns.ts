import type { ValueType } from '../core/value-types.ts';

/**
 * Texts that say a value of a type. The patterns mean the same to every engine of regular expressions here, and have no
 * backslash, which would depend on the mode of a session; the end is no `$`, which some let stand before a line's end.
 */
const END = '(?![^x]|x)';
const DAY =
  '(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)';
const TIME = '[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z?';

export const PATTERNS = {
  whole: `^[+-]?[0-9]{1,30}${END}`,
  number: `^[+-]?[0-9]{1,30}([.][0-9]{1,30})?${END}`,
  date: `^${DAY}${END}`,
  datetime: `^${DAY}${TIME}${END}`,
} as const;

/** The pattern of the texts that say a value of the type. */
export function patternFor({ kind }: ValueType): string {
  if (kind === 'date' || kind === 'datetime') return PATTERNS[kind];
  return kind === 'float' || kind === 'decimal' ? PATTERNS.number : PATTERNS.whole;
}

/** The least and the greatest of a type of whole numbers. */
export function rangeOf({ kind }: ValueType): readonly [string, string] {
  if (kind === 'smallInt') return ['-32768', '32767'];
  return kind === 'int' ? ['-2147483648', '2147483647'] : ['-9223372036854775808', '9223372036854775807'];
}

/** Whether all values of a type of whole numbers are values of another. */
export function fitsIn(from: ValueType, to: ValueType): boolean {
  const sizes: Partial<Record<ValueType['kind'], number>> = { smallInt: 1, int: 2, bigint: 3 };
  return (sizes[from.kind] ?? Infinity) <= sizes[to.kind]!;
}
