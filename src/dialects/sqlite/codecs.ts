import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import type { Codec } from '../dialect.ts';
import { canonicalDecimal } from '../canonical-decimal.ts';
import { decodeDecimal } from './decimals.ts';

type Plain = (value: unknown) => unknown;

const same: Plain = (value) => value;
const AS_IS: Codec = { encode: same, decode: undefined };

/** How SQLite stores each type. Everything that is not a number or bytes is text that sorts as its value does. */
export function sqliteCodec(type: ValueType): Codec {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
    case 'float':
    case 'string':
    case 'text':
    case 'enum':
    case 'date':
    case 'time':
      return AS_IS;
    case 'uuid':
      return UUID;
    case 'bigint':
      return BIGINT;
    case 'bool':
      return BOOL;
    case 'datetime':
      return DATETIME;
    case 'binary':
      return BINARY;
    case 'json':
      return JSON_TEXT;
    case 'decimal':
      return decimalCodec(type.scale);
    case 'array':
      return arrayCodec(sqliteCodec(type.of));
    case 'custom':
      return { encode: (value: unknown) => type.codec.encode(value), decode: (raw: unknown) => type.codec.decode(raw) };
    default:
      return unreachable(type);
  }
}

const UUID: Codec = { encode: (value: string) => value.toLowerCase(), decode: undefined };

/** Read as text: drivers give a number, and a number holds 53 bits. */
const BIGINT: Codec = {
  encode: same,
  decode: decodeBigint,
  select: (sql) => `CAST(${sql} AS TEXT)`,
};

function decodeBigint(raw: string | number | bigint): bigint {
  if (typeof raw === 'string' && raw.includes('.'))
    throw new UnsupportedError('SQLite cannot do this: compute integers of more than 64 bits.');
  return BigInt(raw);
}

const BOOL: Codec = { encode: (value: boolean) => (value ? 1 : 0), decode: (raw: number) => raw !== 0 };

const BINARY: Codec = {
  // Copies both ways, into plain arrays of bytes: bytes that are changed in place must differ from those of the row.
  encode: (value: Uint8Array) => new Uint8Array(value),
  decode: (raw: Uint8Array) => new Uint8Array(raw),
};

const JSON_TEXT: Codec = {
  encode: (value: unknown) => JSON.stringify(value),
  decode: (raw: string) => JSON.parse(raw) as unknown,
};

const DATETIME: Codec = { encode: encodeDatetime, decode: decodeDatetime };

/** `2026-01-31 13:45:00.000`, UTC: what SQLite's own date functions give and take (https://sqlite.org/lang_datefunc.html). */
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
  const year = digits(0, 4);
  const time = Date.UTC(
    year,
    digits(5, 7) - 1,
    digits(8, 10),
    raw.length > 10 ? digits(11, 13) : 0,
    raw.length > 13 ? digits(14, 16) : 0,
    raw.length > 16 ? digits(17, 19) : 0,
    raw.length >= 23 ? digits(20, 23) : 0,
  );
  const date = new Date(time);
  // Date.UTC takes the years 0 to 99 for 1900 to 1999.
  if (year < 100) date.setUTCFullYear(year, digits(5, 7) - 1, digits(8, 10));
  return date;
}

function decimalCodec(scale: number): Codec {
  return {
    encode: (value: string) => canonicalDecimal(value, scale),
    decode: (raw: string | number) => decodeDecimal(raw, scale),
  };
}

/** Arrays are JSON text of their items' stored forms; bigints as text, which JSON numbers cannot carry. */
function arrayCodec(item: Codec): Codec {
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
      (JSON.parse(raw) as unknown[]).map((value) =>
        value === null ? null : item === BINARY ? new Uint8Array(Buffer.from(value as string, 'hex')) : decode(value),
      ),
  };
}
