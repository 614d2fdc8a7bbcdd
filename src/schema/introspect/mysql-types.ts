import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { customType } from './custom.ts';

const KINDS: Readonly<Record<string, ValueType['kind']>> = {
  tinyint: 'smallInt',
  smallint: 'smallInt',
  mediumint: 'int',
  int: 'int',
  bigint: 'bigint',
  float: 'float',
  double: 'float',
  decimal: 'decimal',
  char: 'string',
  varchar: 'string',
  tinytext: 'text',
  text: 'text',
  mediumtext: 'text',
  longtext: 'text',
  binary: 'binary',
  varbinary: 'binary',
  tinyblob: 'binary',
  blob: 'binary',
  mediumblob: 'binary',
  longblob: 'binary',
  date: 'date',
  time: 'time',
  datetime: 'datetime',
  timestamp: 'datetime',
  year: 'smallInt',
  json: 'json',
  uuid: 'uuid',
  enum: 'enum',
};

/** Half of their values are beyond a signed type of their size. */
const UNSIGNED: Readonly<Partial<Record<ValueType['kind'], ValueType['kind']>>> = { smallInt: 'int', int: 'bigint' };

/** What a type means, as `information_schema` writes it (`int unsigned`, `enum('a','b')`), with the collation of its texts. */
export function mysqlType(columnType: string, collation: string | null): ValueType {
  if (columnType === 'tinyint(1)') return { kind: 'bool' };
  if (columnType === 'char(36)' && collation === 'ascii_bin') return { kind: 'uuid' };
  const [, name = '', sizes = ''] = /^(\w+)(?:\((.*)\))?/s.exec(columnType) ?? [];
  const kind = Object.hasOwn(KINDS, name) ? KINDS[name]! : undefined;
  const unsigned = columnType.includes(' unsigned') && name !== 'tinyint' && name !== 'mediumint';
  const [size, scale] = sizes.split(',');
  switch (kind) {
    case 'enum':
      return { kind, values: textsIn(sizes) };
    case 'string':
      return { kind, maxLength: Number(size) };
    case 'decimal':
      return { kind, precision: Number(size), scale: Number(scale ?? 0) };
    case 'smallInt':
    case 'int':
      return { kind: unsigned ? (UNSIGNED[kind] as 'int' | 'bigint') : kind };
    case undefined:
    case 'array':
    case 'custom':
      return customType(columnType, ANY.has(name) ? 'any' : 'text');
    default:
      return { kind };
  }
}

/** Whether a type that `information_schema` tells is the one that the library writes. */
export function isSameMysqlType(declared: string, wanted: string, { type }: ColumnSchema): boolean {
  if (type.kind === 'uuid') return declared === 'char(36)';
  // MariaDB's JSON is a text, which is told by its check.
  if (type.kind === 'json') return declared === 'json' || declared === 'longtext';
  const plain = type.kind === 'bool' ? declared : declared.replace(/^(\w*int)\(\d+\)/, '$1');
  return plain === wanted.replace(', ', ',');
}

/** Types whose values the driver gives as bytes or objects. */
const ANY = new Set([
  'bit',
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
]);

/** The texts between the brackets of `enum('a','it''s')`. */
function textsIn(list: string): string[] {
  return [...list.matchAll(/'((?:[^']|'')*)'/g)].map(([, text]) => text!.replaceAll("''", "'"));
}
