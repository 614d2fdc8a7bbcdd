/** What functions mean, of values that are not NULL. One line for each. */
import { compare } from './compare.ts';
import { Decimal } from './decimal.ts';
import type { Known, Type, Value } from './values.ts';

/** `types` are those of the arguments; `type` is that of the result. */
type Meaning = (args: Known[], types: readonly Type[], type: Type) => Value;

export const FUNCTIONS = {
  plus: arithmetic(
    (a, b) => a + b,
    (a, b) => a + b,
    (a, b) => a.plus(b),
  ),
  minus: arithmetic(
    (a, b) => a - b,
    (a, b) => a - b,
    (a, b) => a.plus(b.negated()),
  ),
  times: arithmetic(
    (a, b) => a * b,
    (a, b) => a * b,
    (a, b) => a.times(b),
  ),
  dividedBy: orNull(
    arithmetic(
      (a, b) => a / b,
      undefined,
      (a, b, { scale }) => a.dividedBy(b, scale),
    ),
  ),
  mod: orNull(
    arithmetic(
      (a, b) => a % b,
      (a, b) => a % b,
      (a, b) => a.mod(b),
    ),
  ),
  abs: one((a) => (isNegative(a) ? negated(a) : a)),
  neg: one(negated),
  round: ([value], _, type) => rounded(value!, type),
  lower: one((text) => lower(text as string)),
  upper: one((text) => upper(text as string)),
  trim: one((text) => (text as string).replace(/^ +| +$/g, '')),
  length: one((text) => Array.from(text as string).length),
  year: part((date) => date.getUTCFullYear()),
  quarter: part((date) => Math.floor(date.getUTCMonth() / 3) + 1),
  month: part((date) => date.getUTCMonth() + 1),
  day: part((date) => date.getUTCDate()),
  dayOfYear: part(
    (date) =>
      (Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()) - Date.UTC(date.getUTCFullYear(), 0, 1)) /
        86_400_000 +
      1,
  ),
  weekDay: part((date) => ((date.getUTCDay() + 6) % 7) + 1),
  hour: part((date) => date.getUTCHours()),
  minute: part((date) => date.getUTCMinutes()),
  second: part((date) => date.getUTCSeconds()),
} satisfies Readonly<Record<string, Meaning>>;

/** What functions mean that take NULL for a value like others. */
export const NULL_FUNCTIONS = {
  coalesce: (args: readonly Value[]): Value => args.find((arg) => arg !== null) ?? null,
  nullIf: ([a = null, b = null]: readonly Value[]): Value =>
    a !== null && b !== null && compare(a, b) === 0 ? null : a,
  concat: ([first, ...rest]: readonly Value[]): Value =>
    first === null ? null : [first, ...rest.map((arg) => arg ?? '')].join(''),
};

function one(fn: (value: Known) => Value): Meaning {
  return ([value]) => fn(value!);
}

/** As what the result is: floating point, a 64-bit integer or an exact decimal. */
function arithmetic(
  number: (a: number, b: number) => number,
  bigint: ((a: bigint, b: bigint) => bigint) | undefined,
  decimal: (a: Decimal, b: Decimal, type: Type) => Decimal,
): Meaning {
  return ([a, b], _, type) => {
    if (type.kind === 'decimal') return decimal(Decimal.of(a as string), Decimal.of(b as string), type);
    if (type.kind === 'bigint') return bigint!(BigInt(a as bigint), BigInt(b as bigint));
    return number(Number(a), Number(b));
  };
}

/** NULL where the divisor is zero. */
function orNull(fn: Meaning): Meaning {
  return (args, types, type) => (isZero(args[1]!) ? null : fn(args, types, type));
}

function isZero(value: Known): boolean {
  return value instanceof Decimal ? value.units === 0n : Number(value) === 0;
}

function isNegative(value: Known): boolean {
  return value instanceof Decimal ? value.units < 0n : Number(value) < 0;
}

function negated(value: Known): Value {
  if (value instanceof Decimal) return value.negated();
  return typeof value === 'bigint' ? -value : -Number(value);
}

/** To the digits of the type, halves away from zero. */
function rounded(value: Known, { kind, scale }: Type): Value {
  if (kind === 'decimal') return Decimal.of(value as Decimal).at(Math.min(scale, (value as Decimal).scale));
  if (kind !== 'float') return value;
  const shifted = Math.abs(value as number) * 10 ** scale;
  return (Math.sign(value as number) * Math.round(shifted)) / 10 ** scale;
}

function part(fn: (date: Date) => number): Meaning {
  return ([value]) => fn(value instanceof Date ? value : new Date(`${String(value)}T00:00:00Z`));
}

/** Letter by letter: one that would become two stays as it is. */
export function lower(text: string): string {
  return Array.from(text, (letter) => letter.toLowerCase()).join('');
}

function upper(text: string): string {
  return Array.from(text, (letter) =>
    letter.toUpperCase().length > letter.length ? letter : letter.toUpperCase(),
  ).join('');
}
