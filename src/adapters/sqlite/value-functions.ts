import { DATETIME_TEXT } from '../../dialects/codecs.ts';
import { decodeDecimal } from '../../dialects/sqlite/decimals.ts';
import { PATTERNS } from '../../dialects/cast-patterns.ts';
import type { SQLiteHandle } from './driver.ts';

type Maybe<T> = T | null;

const [WHOLE, NUMBER, DATE, DATETIME] = [PATTERNS.whole, PATTERNS.number, PATTERNS.date, PATTERNS.datetime].map(
  (pattern) => new RegExp(pattern),
) as [RegExp, RegExp, RegExp, RegExp]; // Named cast: as many as there were.

const DAY_MS = 86_400_000;
const INT64 = 2n ** 63n;

/** Functions of texts, dates and casts that SQLite lacks. */
export function registerValueFunctions(handle: SQLiteHandle): void {
  handle.function('blaze_pad_start', (text: Maybe<string>, length: Maybe<number>, fill: string) =>
    text === null || length === null ? null : padding(text, length, fill) + text,
  );
  handle.function('blaze_pad_end', (text: Maybe<string>, length: Maybe<number>, fill: string) =>
    text === null || length === null ? null : text + padding(text, length, fill),
  );
  handle.function('blaze_repeat', (text: Maybe<string>, times: Maybe<number>) =>
    text === null || times === null ? null : text.repeat(Number(times)),
  );
  handle.function('blaze_reverse', (text: Maybe<string>) =>
    text === null ? null : Array.from(text).toReversed().join(''),
  );
  handle.function('blaze_shift', shift);
  handle.function('blaze_millis', (at: Maybe<string>) => (at === null ? null : BigInt(timeOf(at))));
  handle.function('blaze_whole', (text: Maybe<string>) => {
    const value = text === null || !WHOLE.test(text) ? undefined : BigInt(text.replace(/^\+/, ''));
    return value === undefined || value < -INT64 || value >= INT64 ? null : value;
  });
  handle.function('blaze_number', (text: Maybe<string>) => (text === null || !NUMBER.test(text) ? null : Number(text)));
  handle.function('blaze_date', (text: Maybe<string>) => (text === null || !DATE.test(text) ? null : text));
  handle.function('blaze_datetime', (text: Maybe<string>) =>
    text === null || !DATETIME.test(text)
      ? null
      : text
          .slice(0, 23)
          .replace('T', ' ')
          .replace('Z', '')
          .replace(/^.{19}$/, '$&.')
          .padEnd(23, '0'),
  );
  handle.function('blaze_decimal', (scaled: Maybe<string>, scale: number) =>
    scaled === null ? null : decodeDecimal(`~${scaled}`, Number(scale)),
  );
  handle.function('blaze_units', (value: Maybe<string | number>, scale: number) => units(value, Number(scale)));
}

/** What a text lacks of a length in characters. */
function padding(text: string, length: number, fill: string): string {
  const missing = Number(length) - Array.from(text).length;
  if (missing <= 0) return '';
  const letters = Array.from(fill);
  return Array.from({ length: missing }, (_, i) => letters[i % letters.length]!).join('');
}

function timeOf(at: string): number {
  return (DATETIME_TEXT.decode as (raw: string) => Date)(at).getTime();
}

/** A date or time so many months, days and milliseconds later; the 31st of a month that has none is its last day. */
function shift(
  at: Maybe<string>,
  months: Maybe<number>,
  days: Maybe<number>,
  milliseconds: Maybe<number>,
): Maybe<string> {
  if (at === null || months === null || days === null || milliseconds === null) return null;
  const from = new Date(timeOf(at));
  const to = new Date(from);
  to.setUTCMonth(from.getUTCMonth() + Number(months));
  if (to.getUTCDate() !== from.getUTCDate()) to.setUTCDate(0);
  to.setTime(to.getTime() + Number(days) * DAY_MS + Number(milliseconds));
  const year = to.getUTCFullYear();
  if (!(year >= 1 && year <= 9999)) return null;
  return (DATETIME_TEXT.encode as (value: Date) => string)(to).slice(0, at.length > 10 ? 23 : 10);
}

/** A number, or a text that says one, as an integer of units of its last digit; halves are rounded away from zero. */
function units(value: Maybe<string | number>, scale: number): Maybe<bigint> {
  if (value === null) return null;
  const text = typeof value === 'string' ? value : plainDigits(value);
  if (!NUMBER.test(text)) return null;
  const [whole, fraction = ''] = text.replace(/^[+-]/, '').split('.') as [string, string?];
  const up = (fraction[scale] ?? '0') >= '5' ? 1n : 0n;
  const digits = BigInt(whole + fraction.slice(0, scale).padEnd(scale, '0')) + up;
  if (digits >= INT64) return null;
  return text.startsWith('-') ? -digits : digits;
}

/** A number without an exponent. */
function plainDigits(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  return Math.abs(value) < 1 ? value.toFixed(20) : BigInt(Math.round(value)).toString();
}
