import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { canonicalDecimal } from '../../core/canonical-decimal.ts';
import {
  AS_IS,
  BOOL,
  customCodec,
  DATETIME_TEXT,
  FLOAT,
  JSON_TEXT,
  jsonArrayCodec,
  readBigint,
  same,
  TIME,
  UUID,
} from '../codecs.ts';
import type { Codec } from '../dialect.ts';
import { decodeDecimal } from './decimals.ts';

/** How SQLite stores each type. Everything that is not a number or bytes is text that sorts as its value does. */
export function sqliteCodec(type: ValueType): Codec {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
    case 'string':
    case 'text':
    case 'enum':
    case 'date':
      return AS_IS;
    case 'time':
      return TIME;
    case 'float':
      return FLOAT;
    case 'uuid':
      return UUID;
    case 'bigint':
      return BIGINT;
    case 'bool':
      return BOOL;
    case 'datetime':
      // What SQLite's own date functions give and take (https://sqlite.org/lang_datefunc.html).
      return DATETIME_TEXT;
    case 'binary':
      return BINARY;
    case 'json':
      return JSON_TEXT;
    case 'decimal':
      return decimalCodec(type.scale);
    case 'array':
      return jsonArrayCodec(sqliteCodec(type.of), type.of.kind === 'binary');
    case 'custom':
      return customCodec(type.codec);
    default:
      return unreachable(type);
  }
}

/** Read as text: drivers give a number, and a number holds 53 bits. */
const BIGINT: Codec = {
  encode: same,
  decode: decodeBigint,
  select: (sql) => `CAST(${sql} AS TEXT)`,
};

function decodeBigint(raw: string | number | bigint): bigint {
  if (typeof raw === 'string' && raw.includes('.'))
    throw new UnsupportedError('SQLite cannot do this: to compute integers of more than 64 bits.', {
      feature: 'to compute integers of more than 64 bits',
    });
  return readBigint(raw);
}

const BINARY: Codec = {
  // Copies both ways, into plain arrays of bytes: bytes that are changed in place must differ from those of the row.
  encode: (value: Uint8Array) => new Uint8Array(value),
  decode: (raw: Uint8Array) => new Uint8Array(raw),
};

function decimalCodec(scale: number): Codec {
  return {
    encode: (value: string) => canonicalDecimal(value, scale),
    decode: (raw: string | number) => decodeDecimal(raw, scale),
  };
}
