/** What `cast` makes of values that are not NULL, by what it makes. */
import { Decimal } from './decimal.ts';
import { SCALE } from './schema.ts';
import type { Kind } from './schema.ts';
import type { Known, Type, Value } from './values.ts';

/** Digits of the decimals that are made. */
export const PRECISION = 10;

export const CASTS = {
  int: whole(31n, Number),
  bigint: whole(63n, (units) => units),
  float: (value) => (typeof value === 'string' && !NUMBER.test(value) ? null : Number(value)),
  decimal: (value) => {
    if (typeof value === 'string' && !NUMBER.test(value)) return null;
    const made = Decimal.of(typeof value === 'string' ? value.replace('+', '') : (value as number)).at(SCALE);
    return String(made.units).replace('-', '').length > PRECISION ? null : made;
  },
  text: (value, { kind, scale }) => {
    if (kind === 'decimal') return String(Decimal.of(value as Decimal).at(scale));
    return value instanceof Date ? value.toISOString() : String(value);
  },
  date: (value, { kind }) => {
    if (value instanceof Date) return value.toISOString().slice(0, 10);
    return kind === 'date' || DAY.test(String(value)) ? value : null;
  },
  datetime: (value) => {
    if (value instanceof Date) return value;
    return DAY.test(String(value)) ? new Date(`${String(value)}T00:00:00Z`) : null;
  },
} satisfies Partial<Record<Kind, (value: Known, from: Type) => Value>>;

const WHOLE = /^[+-]?\d{1,30}$/;
const NUMBER = /^[+-]?\d{1,30}(\.\d{1,30})?$/;
const DAY = /^\d{4}-\d{2}-\d{2}$/;

/** Halves are rounded away from zero; what needs more bits is NULL. */
function whole(bits: bigint, make: (units: bigint) => Value): (value: Known) => Value {
  return (value) => {
    if (typeof value === 'string' && !WHOLE.test(value)) return null;
    const { units } = Decimal.of(typeof value === 'string' ? value.replace('+', '') : digitsOf(value)).at(0);
    return units < -(2n ** bits) || units >= 2n ** bits ? null : make(units);
  };
}

function digitsOf(value: Exclude<Known, string>): number | bigint | Decimal {
  return typeof value === 'boolean' || value instanceof Date ? Number(value) : value;
}
