import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { customType, enumType } from './custom.ts';

/** Types of a database's own, by their names as `format_type` writes them. */
export interface OwnTypes {
  readonly enums: ReadonlyMap<string, readonly string[]>;
  /** What domains are made of. */
  readonly domains: ReadonlyMap<string, string>;
  /** All of them, with the extension that brought one. */
  readonly all: ReadonlyMap<string, string | undefined>;
}

const KINDS: Readonly<Record<string, ValueType['kind']>> = {
  smallint: 'smallInt',
  integer: 'int',
  bigint: 'bigint',
  real: 'float',
  'double precision': 'float',
  boolean: 'bool',
  text: 'text',
  'character varying': 'string',
  character: 'string',
  numeric: 'decimal',
  uuid: 'uuid',
  date: 'date',
  'time without time zone': 'time',
  'timestamp with time zone': 'datetime',
  json: 'json',
  jsonb: 'json',
  bytea: 'binary',
};

/** `timestamp(3) with time zone` as its words and sizes. */
const TYPE = /^([a-z ]+?)(?:\((-?\d+)(?:,(-?\d+))?\))?( with(?:out)? time zone)?$/;

/** What the name of a type means, as `format_type` writes it. */
export function postgresType(name: string, own: OwnTypes): ValueType {
  if (name.endsWith('[]')) return { kind: 'array', of: postgresType(name.slice(0, -2), own) };
  const domain = own.domains.get(name);
  if (domain !== undefined) return postgresType(domain, own);
  const values = own.enums.get(name);
  if (values !== undefined) return enumType(name, values);
  const [, words = '', size, scale, zone = ''] = TYPE.exec(name) ?? [];
  const key = `${words}${zone}`;
  const kind = Object.hasOwn(KINDS, key) ? KINDS[key]! : undefined;
  switch (kind) {
    case 'string':
      return { kind, maxLength: size === undefined ? undefined : Number(size) };
    case 'decimal':
      return isDecimal(size, scale) ? { kind, precision: Number(size), scale: Number(scale) } : customType(name);
    case 'array':
    case 'enum':
    case 'custom':
    case undefined:
      return customType(name, key === 'timestamp without time zone' ? 'date' : 'text');
    default:
      return { kind };
  }
}

/** Since version 15 digits may all stand before or after the point, far from it. */
function isDecimal(size: string | undefined, scale: string | undefined): boolean {
  return size !== undefined && Number(scale) >= 0 && Number(scale) <= Number(size);
}

/** Whether a type that `format_type` tells is the one that the library writes. */
export function isSamePostgresType(declared: string, wanted: string, { type }: ColumnSchema): boolean {
  const [plain, other] = [declared, wanted].map((name) => name.replace(/(?:\[\])+$/, ''));
  const written = other!
    .replace(/^varchar\b/, 'character varying')
    .replace(/^timestamptz(\(\d\))?$/, 'timestamp$1 with time zone')
    .replace(/^time$/, 'time without time zone')
    .replace(', ', ',');
  // A text of any length has two names.
  return plain === written || (plain === 'character varying' && written === 'text') || isCustom(type);
}

function isCustom(type: ValueType): boolean {
  return type.kind === 'array' ? isCustom(type.of) : type.kind === 'custom';
}
