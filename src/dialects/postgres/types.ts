import type { ValueType } from '../../core/value-types.ts';
import { unreachable } from '../../utils/unreachable.ts';

/** The name of a column's type in DDL. */
export function columnType(type: ValueType): string {
  switch (type.kind) {
    case 'string':
      return type.maxLength === undefined ? 'text' : `varchar(${type.maxLength})`;
    case 'decimal':
      return `numeric(${type.precision}, ${type.scale})`;
    case 'datetime':
      // What a Date holds.
      return 'timestamptz(3)';
    case 'int':
      return 'integer';
    case 'array':
      return type.of.kind === 'array' ? 'text[]' : `${columnType(type.of)}[]`;
    default:
      return castType(type);
  }
}

/** The type as which a value is bound where nothing else tells it: whole numbers wide, so that nothing overflows. */
export function castType(type: ValueType): string {
  switch (type.kind) {
    case 'int':
    case 'bigint':
      return 'bigint';
    case 'smallInt':
      return 'smallint';
    case 'float':
      return 'double precision';
    case 'bool':
      return 'boolean';
    case 'string':
    case 'text':
    case 'enum':
      return 'text';
    case 'decimal':
      return 'numeric';
    case 'uuid':
    case 'date':
    case 'time':
      return type.kind;
    case 'datetime':
      return 'timestamptz';
    case 'json':
      return 'jsonb';
    case 'binary':
      return 'bytea';
    case 'array':
      // Arrays in an array would all have to be of one length: each is a text.
      return type.of.kind === 'array' ? 'text[]' : `${castType(type.of)}[]`;
    case 'custom':
      return typeof type.columnType === 'string' ? type.columnType : (type.columnType['postgres'] ?? 'text');
    default:
      return unreachable(type);
  }
}
