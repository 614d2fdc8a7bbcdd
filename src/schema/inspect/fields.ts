import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { snakeCase } from '../../utils/naming.ts';
import { fieldCall } from '../field-call.ts';
import type { FieldCall } from '../field-call.ts';
import { CODECS, enumeratedIn } from '../introspect/custom.ts';
import { quotedText } from '../print/literals.ts';
import type { Helper } from './helpers.ts';
import { array, call, object } from './print.ts';
import type { Code, Entry } from './print.ts';

/** A field of a column that is no relation's key. */
export function fieldCode(column: ColumnSchema, attribute: string, isKey: boolean, options: readonly Entry[]): Code {
  const named: Entry[] = snakeCase(attribute) === column.name ? [] : [['column', quotedText(column.name)]];
  const commented: Entry[] = column.comment === undefined ? [] : [['comment', quotedText(column.comment)]];
  if (column.identity)
    return withOptions(column.type.kind === 'bigint' ? 'f.bigAuto' : 'f.auto', [], [...named, ...commented]);
  const { callee, args, entries } = builderOf(column.type);
  return withOptions(callee, args, [
    ...(isKey ? [['primaryKey', 'true'] as const] : []),
    ...entries,
    ...(column.nullable ? [['nullable', 'true'] as const] : []),
    ...named,
    ...options,
    ...(column.default === undefined ? [] : [['dbDefault', valueCode(column.default)] as const]),
    ...(column.generated === undefined ? [] : [['generated', generatedCode(column.generated)] as const]),
    ...commented,
  ]);
}

function withOptions(callee: string, args: readonly Code[], entries: readonly Entry[]): Code {
  return call(callee, ...args, ...(entries.length === 0 ? [] : [object(entries)]));
}

function valueCode(value: NonNullable<ColumnSchema['default']> | null): string {
  return typeof value === 'string' ? quotedText(value) : String(value);
}

function generatedCode({ sql, stored }: NonNullable<ColumnSchema['generated']>): Code {
  return stored
    ? quotedText(sql)
    : object([
        ['sql', quotedText(sql)],
        ['stored', 'false'],
      ]);
}

interface Builder {
  readonly callee: string;
  readonly args: readonly Code[];
  readonly entries: readonly Entry[];
}

/** The builder of a type, and what it is told besides the options of all columns. */
function builderOf(type: ValueType): Builder {
  const { argument, options } = fieldCall(type);
  return {
    callee: `f.${type.kind}`,
    args: argument === undefined ? [] : [argumentCode(argument)],
    entries: Object.entries(options).map(([name, size]) => [name, String(size)]),
  };
}

function argumentCode(argument: NonNullable<FieldCall['argument']>): Code {
  switch (argument.kind) {
    case 'texts':
      return array(argument.texts.map(quotedText));
    case 'field': {
      const { callee, args, entries } = builderOf(argument.type);
      return withOptions(callee, args, entries);
    }
    default:
      return customCode(argument.type);
  }
}

function customCode({ codec, columnType }: Extract<ValueType, { kind: 'custom' }>): Code {
  const type =
    typeof columnType === 'string'
      ? quotedText(columnType)
      : object(Object.entries(columnType).map(([id, sql]) => [id, quotedText(sql)]));
  const values = enumeratedIn(codec);
  const helper: Helper =
    values !== undefined
      ? 'enumerated'
      : codec === CODECS.date
        ? 'timestamp'
        : codec === CODECS.any
          ? 'anything'
          : 'text';
  return call(helper, type, ...(values === undefined ? [] : [array(values.map(quotedText))]));
}
