import type { ValueType } from '../../core/value-types.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { canonicalDecimal } from '../../core/canonical-decimal.ts';
import {
  AS_IS,
  BIGINT,
  BOOL,
  customCodec,
  DATETIME_TEXT,
  FLOAT,
  JSON_TEXT,
  jsonArrayCodec,
  TIME,
  UUID,
} from '../codecs.ts';
import type { Codec } from '../dialect.ts';

/**
 * How MySQL and MariaDB store each type, and how its values come: whole numbers as numbers, beyond 53 bits as text;
 * decimals, dates, times and JSON as text; bytes as such.
 */
export function mysqlCodec(type: ValueType): Codec {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
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
    case 'bool':
      return BOOL;
    case 'datetime':
      return DATETIME_TEXT;
    case 'binary':
      return BINARY;
    case 'json':
      return JSON_TEXT;
    case 'decimal':
      return decimalCodec(type.scale);
    case 'array':
      return jsonArrayCodec(mysqlCodec(type.of), type.of.kind === 'binary');
    case 'custom':
      return customCodec(type.codec);
    default:
      return unreachable(type);
  }
}

const BINARY: Codec = {
  // Copies both ways: bytes that are changed in place must differ from those of the row.
  encode: (value: Uint8Array) => Buffer.from(value),
  decode: (raw: Uint8Array) => new Uint8Array(raw),
};

/** A computed decimal may come with other digits than those of its type. */
function decimalCodec(scale: number): Codec {
  return {
    encode: (value: string) => canonicalDecimal(value, scale),
    decode: (raw: string | number) => canonicalDecimal(String(raw), scale),
  };
}
