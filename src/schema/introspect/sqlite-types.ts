import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { customType } from './custom.ts';

/** Names of types, without their sizes, and what reads and writes such columns. */
const KINDS: Readonly<Record<string, ValueType['kind']>> = {
  integer: 'int',
  int: 'int',
  mediumint: 'int',
  int4: 'int',
  bigint: 'bigint',
  int8: 'bigint',
  'unsigned big int': 'bigint',
  smallint: 'smallInt',
  tinyint: 'smallInt',
  int2: 'smallInt',
  boolean: 'bool',
  bool: 'bool',
  double: 'float',
  'double precision': 'float',
  real: 'float',
  float: 'float',
  // These hold numbers, of which a decimal's text would be made one: only `decimal_text` keeps all digits.
  numeric: 'float',
  decimal: 'float',
  text: 'text',
  clob: 'text',
  ntext: 'text',
  blob: 'binary',
  varchar: 'string',
  nvarchar: 'string',
  char: 'string',
  nchar: 'string',
  character: 'string',
  'native character': 'string',
  'varying character': 'string',
  'character varying': 'string',
  uuid: 'uuid',
  uuid_text: 'uuid',
  date: 'date',
  date_text: 'date',
  time: 'time',
  time_text: 'time',
  datetime: 'datetime',
  timestamp: 'datetime',
  datetime_text: 'datetime',
  json: 'json',
  jsonb: 'json',
  json_text: 'json',
  array_text: 'array',
  decimal_text: 'decimal',
};

/** `decimal_text(10, 2)` as its name and sizes. */
const TYPE = /^([^()]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/;

/** What a declared type means: SQLite itself takes any name (https://sqlite.org/datatype3.html). */
export function sqliteType(declared: string): ValueType {
  const [, name = '', size, scale] = TYPE.exec(declared.trim()) ?? [];
  const key = name.toLowerCase().replaceAll(/\s+/g, ' ');
  const kind = Object.hasOwn(KINDS, key) ? KINDS[key]! : undefined;
  switch (kind) {
    case undefined:
      return customType(declared, 'any');
    case 'string':
      return { kind, maxLength: size === undefined || size === '0' ? undefined : Number(size) };
    case 'decimal':
      return size === undefined
        ? customType(declared, 'any')
        : { kind, precision: Number(size), scale: Number(scale ?? 0) };
    case 'array':
      // The items are JSON's.
      return { kind, of: { kind: 'text' } };
    case 'enum':
    case 'custom':
      return customType(declared, 'any');
    default:
      return { kind };
  }
}

/**
 * Whether values are kept in a column of a declared type as in one of the type that the library writes: its name is one of those that
 * are read as the same field, and SQLite makes the same of what is stored (https://sqlite.org/datatype3.html#determination_of_column_affinity).
 */
export function isSameSqliteType(declared: string, wanted: string, { type }: ColumnSchema): boolean {
  if (declared.toLowerCase() === wanted.toLowerCase()) return true;
  if (sqliteType(declared).kind !== type.kind) return false;
  return NO_NUMBERS.has(type.kind) || affinityOf(declared) === affinityOf(wanted);
}

/** Texts that never look like a number, which a column of numbers would make of them. */
const NO_NUMBERS = new Set<ValueType['kind']>(['date', 'time', 'datetime', 'uuid']);

function affinityOf(declared: string): 'integer' | 'text' | 'blob' | 'real' | 'numeric' {
  const name = declared.toUpperCase();
  if (name.includes('INT')) return 'integer';
  if (/CHAR|CLOB|TEXT/.test(name)) return 'text';
  if (name === '' || name.includes('BLOB')) return 'blob';
  return /REAL|FLOA|DOUB/.test(name) ? 'real' : 'numeric';
}
