import { describe, problemWith, shortTime } from '../core/value-types.ts';
import type { CustomCodec, ValueType } from '../core/value-types.ts';
import { DatabaseError, InvalidValueError, UnsupportedError } from '../utils/errors.ts';
import type { Codec } from './dialect.ts';

/** Codecs that several databases share. */

export type Plain = (value: unknown) => unknown;

export const same: Plain = (value) => value;

/** The driver's value is the application's. */
export const AS_IS: Codec = { encode: same, decode: undefined };

/** Zero without a sign: SQLite has no other. */
export const FLOAT: Codec = { encode: (value: number) => (value === 0 ? 0 : value), decode: undefined };

export const UUID: Codec = { encode: (value: string) => value.toLowerCase(), decode: undefined };

export const JSON_TEXT: Codec = {
  encode: (value: unknown) => JSON.stringify(value),
  decode: readJson,
};

/** @throws DatabaseError for a text that is no JSON: that of the engine would quote it. */
export function readJson(raw: string): unknown {
  try {
    return JSON.parse(raw);
  } catch {
    throw new DatabaseError('A column of JSON holds a text that is none.', { remedy: 'Mend it, or read it as text.' });
  }
}

/** @throws DatabaseError for what is no whole number: that of the engine would quote it. */
export function readBigint(raw: number | bigint | string): bigint {
  try {
    return BigInt(raw);
  } catch {
    throw new DatabaseError('A column of whole numbers holds something else.', {
      remedy: 'Mend it, or read it as text.',
    });
  }
}

/** Where the database has no type for it: 1 and 0. */
export const BOOL: Codec = { encode: (value: boolean) => (value ? 1 : 0), decode: (raw: number) => raw !== 0 };

/** Without the zeros at the end of a fraction, so that one time has one text. */
export const TIME: Codec = { encode: shortTime, decode: shortTime };

/** Numbers of up to 15 digits go and come as numbers, others as bigints or text. */
export const BIGINT: Codec = {
  encode: (value: bigint) => (value > -(10n ** 15n) && value < 10n ** 15n ? Number(value) : value),
  decode: readBigint,
};

/** A point in time as text, `2026-01-31 13:45:00.000` in UTC. */
export const DATETIME_TEXT: Codec = { encode: encodeDatetime, decode: decodeDatetime };

function encodeDatetime(value: Date): string {
  const iso = value.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23)}`;
}

function decodeDatetime(raw: string | number): Date {
  if (typeof raw === 'number') return new Date(raw);
  const digits = (from: number, to: number): number => {
    let value = 0;
    for (let i = from; i < to; i++) value = value * 10 + raw.charCodeAt(i) - 48;
    return value;
  };
  const [year, month, day] = [digits(0, 4), digits(5, 7), digits(8, 10)];
  if (month === 0 || day === 0)
    throw new UnsupportedError(
      "A date that is no Date, such as '0000-00-00', was read. Read it as text, by the sql tag.",
      { feature: "dates that are no Date, such as '0000-00-00'" },
    );
  const time = Date.UTC(
    year,
    month - 1,
    day,
    raw.length > 10 ? digits(11, 13) : 0,
    raw.length > 13 ? digits(14, 16) : 0,
    raw.length > 16 ? digits(17, 19) : 0,
    raw.length >= 23 ? digits(20, 23) : 0,
  );
  const date = new Date(time);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100) date.setUTCFullYear(year, month - 1, day);
  return date;
}

/**
 * A codec of the application's own. What it gives is looked at: a list or an object that came through it would be taken apart by
 * a driver, by MySQL's into SQL (https://github.com/mysqljs/sqlstring#escaping-query-values).
 */
export function customCodec(codec: CustomCodec): Codec {
  return {
    encode: (value: unknown) => driverValue(codec.encode(value)),
    decode: (raw: unknown) => codec.decode(raw),
  };
}

const DRIVER_TYPES: Readonly<Record<string, ValueType>> = {
  string: { kind: 'text' },
  number: { kind: 'float' },
  bigint: { kind: 'bigint' },
  object: { kind: 'binary' },
};

/** @throws InvalidValueError for what is no text, number, bigint or bytes that a column can hold. */
function driverValue(value: unknown): unknown {
  const type = DRIVER_TYPES[typeof value];
  if (type !== undefined && problemWith(type, value) === undefined) return value;
  throw new InvalidValueError(
    `encode() of a custom field's codec gave ${typeof value === 'string' || typeof value === 'bigint' ? `${describe(value)} that no column holds` : describe(value)}.`,
    { remedy: 'It gives a text, a number, a bigint or a Uint8Array: check there what it was given.' },
  );
}

/** Arrays as JSON text of their items' stored forms; bigints as text, which JSON numbers cannot carry, bytes as hex. */
export function jsonArrayCodec(item: Codec, ofBytes: boolean): Codec {
  const encode = item.encode as Plain;
  const decode = (item.decode ?? same) as Plain;
  return {
    encode: (values: readonly unknown[]) =>
      JSON.stringify(
        values.map((value) => {
          const stored = value === null ? null : encode(value);
          return typeof stored === 'bigint'
            ? stored.toString()
            : stored instanceof Uint8Array
              ? Buffer.from(stored).toString('hex')
              : stored;
        }),
      ),
    decode: (raw: string) =>
      (readJson(raw) as unknown[]).map((value) =>
        value === null ? null : ofBytes ? new Uint8Array(Buffer.from(value as string, 'hex')) : decode(value),
      ),
  };
}
