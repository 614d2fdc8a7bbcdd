import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { array, call, member, object, string, text } from './code.ts';
import type { Code } from './code.ts';
import type { Imports } from './imports.ts';
import { fillCode, optionsCode, valueCode } from './values.ts';

/** A column as `f.…` says it. `fill` is what rows that are there get. */
export function columnCode(column: ColumnSchema, imports: Imports, fill?: unknown): Code {
  const { name, type, nullable, identity, generated, comment } = column;
  const place = `The default of the column '${name}'`;
  const options = {
    default: fillCode(fill, place),
    dbDefault: column.default === undefined ? undefined : valueCode(column.default, place),
    generated:
      generated === undefined
        ? undefined
        : generated.stored
          ? string(generated.sql)
          : object({ sql: string(generated.sql), stored: text('false') }),
    comment: comment === undefined ? undefined : string(comment),
  };
  if (identity) return builder(imports, type.kind === 'bigint' ? 'bigAuto' : 'auto', optionsCode(options));
  return typeCode(type, imports, { nullable: nullable ? text('true') : undefined, ...options });
}

/** A type as `f.…` says it, with options of its column. */
export function typeCode(
  type: ValueType,
  imports: Imports,
  options: Readonly<Record<string, Code | undefined>> = {},
): Code {
  switch (type.kind) {
    case 'string': {
      const maxLength = type.maxLength === undefined ? undefined : text(String(type.maxLength));
      return builder(imports, 'string', optionsCode({ maxLength, ...options }));
    }
    case 'decimal': {
      const [precision, scale] = [type.precision, type.scale].map((digits) => text(String(digits)));
      return builder(imports, 'decimal', optionsCode({ precision, scale, ...options }));
    }
    case 'enum':
      return builder(imports, 'enum', array(type.values.map(string)), optionsCode(options));
    case 'array':
      return builder(imports, 'array', typeCode(type.of, imports), optionsCode(options));
    case 'custom': {
      const sql = valueCode(type.columnType, 'The type of a custom column');
      return builder(
        imports,
        'custom',
        object({ codec: text(imports.schema('plain')), type: sql }),
        optionsCode(options),
      );
    }
    case 'int':
    case 'smallInt':
    case 'bigint':
    case 'float':
    case 'text':
    case 'uuid':
    case 'bool':
    case 'date':
    case 'time':
    case 'datetime':
    case 'json':
    case 'binary':
      return builder(imports, type.kind, optionsCode(options));
    default:
      return unreachable(type);
  }
}

function builder(imports: Imports, name: string, ...args: readonly (Code | undefined)[]): Code {
  return call(member(imports.core('f'), name), ...args);
}
