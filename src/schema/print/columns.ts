import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { fieldCall } from '../field-call.ts';
import type { FieldCall } from '../field-call.ts';
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
  const { argument, options: own } = fieldCall(type);
  const sizes = Object.fromEntries(Object.entries(own).map(([name, size]) => [name, text(String(size))]));
  return builder(imports, type.kind, argumentCode(argument, imports), optionsCode({ ...sizes, ...options }));
}

function argumentCode(argument: FieldCall['argument'], imports: Imports): Code | undefined {
  if (argument === undefined) return undefined;
  switch (argument.kind) {
    case 'texts':
      return array(argument.texts.map(string));
    case 'field':
      return typeCode(argument.type, imports);
    default: {
      const sql = valueCode(argument.type.columnType, 'The type of a custom column');
      return object({ codec: text(imports.schema('plain')), type: sql });
    }
  }
}

function builder(imports: Imports, name: string, ...args: readonly (Code | undefined)[]): Code {
  return call(member(imports.core('f'), name), ...args);
}
