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
  floor: one((a) => toWhole(a, Math.floor, (units, of) => (units >= 0n ? units / of : -((of - 1n - units) / of)))),
  ceil: one((a) => toWhole(a, Math.ceil, (units, of) => (units <= 0n ? units / of : (units + of - 1n) / of))),
  sign: one((a) => (isZero(a) ? 0 : isNegative(a) ? -1 : 1)),
  greatest: (args) => args.reduce((a, b) => (compare(a, b) < 0 ? b : a)),
  least: (args) => args.reduce((a, b) => (compare(a, b) > 0 ? b : a)),
  left: ([text, n]) => letters(text).slice(0, atLeast(0, n)).join(''),
  right: ([text, n]) =>
    letters(text)
      .slice(Math.max(0, letters(text).length - atLeast(0, n)))
      .join(''),
  substring: ([text, from, n]) =>
    letters(text)
      .slice(atLeast(1, from) - 1, n === undefined ? undefined : atLeast(1, from) - 1 + atLeast(0, n))
      .join(''),
  position: ([text, part]) => {
    const at = String(text).indexOf(String(part));
    return at < 0 ? 0 : letters(String(text).slice(0, at)).length + 1;
  },
  replace: ([text, part, by]) => String(text).replaceAll(String(part), () => String(by)),
  reverse: one((text) => letters(text).toReversed().join('')),
  repeat: ([text, n]) => String(text).repeat(atLeast(0, n)),
  padStart: ([text, n, fill]) => padding(text, n, fill) + String(text),
  padEnd: ([text, n, fill]) => String(text) + padding(text, n, fill),
  trimStart: one((text) => String(text).replace(/^ +/, '')),
  trimEnd: one((text) => String(text).replace(/ +$/, '')),
  truncate: ([date, unit]) => sameForm(date!, truncated(dateOf(date!), unit as Unit)),
  add: ([date, months, days]) => sameForm(date!, added(dateOf(date!), months as number, days as number)),
  difference: ([a, b, unit]) =>
    Math.trunc((dateOf(a!).getTime() - dateOf(b!).getTime()) / MILLISECONDS[unit as keyof typeof MILLISECONDS]),
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
  return ([value]) => fn(dateOf(value!));
}

function dateOf(value: Known): Date {
  return value instanceof Date ? value : new Date(`${String(value)}T00:00:00Z`);
}

/** A date where the value was one. */
function sameForm(value: Known, date: Date): Value {
  return value instanceof Date ? date : date.toISOString().slice(0, 10);
}

type Unit = 'year' | 'quarter' | 'month' | 'week' | 'day';

/** Without the time of the day. */
function truncated(date: Date, unit: Unit): Date {
  const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()];
  if (unit === 'day') return new Date(Date.UTC(year, month, day));
  if (unit === 'week') return new Date(Date.UTC(year, month, day - ((date.getUTCDay() + 6) % 7)));
  return new Date(Date.UTC(year, unit === 'year' ? 0 : unit === 'quarter' ? month - (month % 3) : month, 1));
}

/** Months first; where one has no such day, its last. */
function added(date: Date, months: number, days: number): Date {
  const [year, month] = [date.getUTCFullYear(), date.getUTCMonth() + months];
  const last = new Date(Date.UTC(year, month + 1, 0)).getUTCDate();
  const result = new Date(date);
  result.setUTCFullYear(year, month, Math.min(date.getUTCDate(), last));
  result.setUTCDate(result.getUTCDate() + days);
  return result;
}

const MILLISECONDS = { week: 604_800_000, day: 86_400_000, hour: 3_600_000, minute: 60_000, second: 1000 };

function letters(text: Known | undefined): string[] {
  return Array.from(String(text));
}

const atLeast = (least: number, n: Known | undefined): number => Math.max(least, Number(n));

/** What is missing of so many characters. */
function padding(text: Known | undefined, n: Known | undefined, fill: Known | undefined): string {
  const missing = Math.max(0, Number(n) - letters(text).length);
  return letters(String(fill).repeat(missing)).slice(0, missing).join('');
}

function toWhole(value: Known, float: (n: number) => number, units: (units: bigint, of: bigint) => bigint): Value {
  if (value instanceof Decimal) return new Decimal(units(value.units, 10n ** BigInt(value.scale)), 0);
  return typeof value === 'bigint' ? value : float(Number(value));
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
