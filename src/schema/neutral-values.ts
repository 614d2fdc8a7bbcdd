import type { ColumnSchema } from '../core/ast/schema.ts';
import type { ValueType } from '../core/value-types.ts';
import { unreachable } from '../utils/unreachable.ts';

/** What rows get of a required column that comes back empty on the way back; `undefined` if it needs nothing. */
export function neutralValue({ type, nullable, identity, generated, default: given }: ColumnSchema): unknown {
  return nullable || identity || generated !== undefined || given !== undefined ? undefined : neutral(type);
}

function neutral(type: ValueType): unknown {
  switch (type.kind) {
    case 'int':
    case 'smallInt':
    case 'float':
      return 0;
    case 'bigint':
      return 0n;
    case 'decimal':
      return '0';
    case 'string':
    case 'text':
      return '';
    case 'enum':
      return type.values[0];
    case 'bool':
      return false;
    case 'uuid':
      return '00000000-0000-0000-0000-000000000000';
    case 'date':
      return '1970-01-01';
    case 'time':
      return '00:00:00';
    case 'datetime':
      return new Date(0);
    case 'json':
      return {};
    case 'binary':
      return new Uint8Array();
    case 'array':
      return [];
    case 'custom':
      // Only its codec knows what it can hold.
      return undefined;
    default:
      return unreachable(type);
  }
}
