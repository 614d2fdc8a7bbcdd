import type { ValueType } from '../core/value-types.ts';

const WHOLE = new Set<ValueType['kind']>(['int', 'smallInt', 'bigint']);
/** Digits that a float holds of any number. */
const FLOAT_DIGITS = 15;

/**
 * What values lose without an error when a column of one type becomes one of another, in words; undefined where they stay as they are,
 * or are refused.
 */
export function lossOf(from: ValueType, to: ValueType): string | undefined {
  switch (from.kind) {
    case 'decimal':
      if (to.kind === 'decimal') return to.scale < from.scale ? ROUNDED : undefined;
      if (WHOLE.has(to.kind)) return from.scale > 0 ? ROUNDED : undefined;
      return to.kind === 'float' && from.precision > FLOAT_DIGITS ? SHORTENED : undefined;
    case 'float':
      return to.kind === 'decimal' || WHOLE.has(to.kind) ? ROUNDED : undefined;
    case 'bigint':
      return to.kind === 'float' ? SHORTENED : undefined;
    case 'string':
    case 'text':
      return to.kind === 'decimal' ? ROUNDED : undefined;
    case 'datetime':
      if (to.kind === 'date') return 'their time of day';
      return to.kind === 'time' ? 'their day' : undefined;
    default:
      return undefined;
  }
}

const ROUNDED = 'the digits after the point that it has no room for';
const SHORTENED = 'the digits that a float has no room for';
