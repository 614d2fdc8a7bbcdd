import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { canonicalDecimal } from '../../core/canonical-decimal.ts';
import { AS_IS, BIGINT, customCodec, FLOAT, JSON_TEXT, same, TIME, UUID } from '../codecs.ts';
import type { Plain } from '../codecs.ts';
import type { Codec } from '../dialect.ts';
import { formatArray, parseArray } from './arrays.ts';
import { parseTimestamp } from './timestamps.ts';

/**
 * How PostgreSQL stores each type, and how its values come: numbers and booleans as such, all else as the server's text
 * (the adapter's `types.ts`).
 */
export function postgresCodec(type: ValueType): Codec {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
    case 'bool':
    case 'string':
    case 'text':
    case 'enum':
    case 'date':
      return AS_IS;
    case 'float':
      return FLOAT;
    case 'uuid':
      return UUID;
    case 'time':
      return TIME;
    case 'bigint':
      return BIGINT;
    case 'datetime':
      return DATETIME;
    case 'binary':
      return BINARY;
    case 'json':
      return JSON_TEXT;
    case 'decimal':
      return { encode: (value: string) => canonicalDecimal(value, type.scale), decode: same };
    case 'array':
      return arrayCodec(type.of);
    case 'custom':
      return customCodec(type.codec);
    default:
      return unreachable(type);
  }
}

const BINARY: Codec = {
  // Copies both ways: bytes that are changed in place must differ from those of the row.
  encode: (value: Uint8Array) => Buffer.from(value),
  decode: (raw: string | Uint8Array) =>
    new Uint8Array(typeof raw === 'string' ? Buffer.from(raw.slice(2), 'hex') : raw),
};

const DATETIME: Codec = { encode: encodeTimestamp, decode: decodeTimestamp };

/** In the form in which a server in UTC gives it back, so that what was read is known to be unchanged by its text. */
function encodeTimestamp(value: Date): string {
  const iso = value.toISOString();
  return `${iso.slice(0, 10)} ${iso.slice(11, 23).replace(/\.?0+$/, '')}+00`;
}

/** The usual case is what a server in UTC says, and what `encode` gives. */
function decodeTimestamp(raw: string): Date {
  const date = raw.endsWith('+00') ? new Date(`${raw.slice(0, 10)}T${raw.slice(11, -3)}Z`) : undefined;
  const found = date === undefined || Number.isNaN(date.getTime()) ? parseTimestamp(raw) : date;
  if (found === undefined)
    throw new UnsupportedError(
      "A timestamp that is no Date, such as 'infinity', was read. Read it as text, by the sql tag.",
      { feature: "timestamps that are no Date, such as 'infinity'" },
    );
  return found;
}

function arrayCodec(of: ValueType): Codec {
  const { encode, decode } = postgresCodec(of) as { encode: Plain; decode: Plain | undefined };
  const item = itemReader(of);
  return {
    encode: (values: readonly unknown[]) =>
      formatArray(values.map((value) => (value === null ? null : textOf(encode(value))))),
    decode: (raw: string) =>
      parseArray(raw).map((text) => {
        if (text === null) return null;
        const value = item(text);
        return decode === undefined ? value : decode(value);
      }),
  };
}

/** One driver value as the text that stands for it. */
export function textOf(value: unknown): string {
  // Which `String` would lose.
  if (Object.is(value, -0)) return '-0';
  return value instanceof Uint8Array ? `\\x${Buffer.from(value).toString('hex')}` : String(value);
}

/** Inside of an array everything is text, numbers and booleans too. */
function itemReader({ kind }: ValueType): (text: string) => unknown {
  if (kind === 'int' || kind === 'smallInt' || kind === 'float') return Number;
  if (kind === 'bool') return (text) => text === 't';
  return same;
}
