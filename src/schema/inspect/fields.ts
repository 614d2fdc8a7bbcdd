import type { ColumnSchema } from '../../core/ast/schema.ts';
import type { ValueType } from '../../core/value-types.ts';
import { snakeCase } from '../../utils/naming.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { CODECS, enumeratedIn } from '../introspect/custom.ts';
import type { Helper } from './helpers.ts';
import { array, call, object, quoted } from './print.ts';
import type { Code, Entry } from './print.ts';

/** A field of a column that is no relation's key. */
export function fieldCode(column: ColumnSchema, attribute: string, isKey: boolean, options: readonly Entry[]): Code {
  const named: Entry[] = snakeCase(attribute) === column.name ? [] : [['column', quoted(column.name)]];
  const commented: Entry[] = column.comment === undefined ? [] : [['comment', quoted(column.comment)]];
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
  return typeof value === 'string' ? quoted(value) : String(value);
}

function generatedCode({ sql, stored }: NonNullable<ColumnSchema['generated']>): Code {
  return stored
    ? quoted(sql)
    : object([
        ['sql', quoted(sql)],
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
  const builder = (args: readonly Code[] = [], entries: readonly Entry[] = []): Builder => ({
    callee: `f.${type.kind}`,
    args,
    entries,
  });
  switch (type.kind) {
    case 'string':
      return builder([], type.maxLength === undefined ? [] : [['maxLength', String(type.maxLength)]]);
    case 'decimal':
      return builder(
        [],
        [
          ['precision', String(type.precision)],
          ['scale', String(type.scale)],
        ],
      );
    case 'enum':
      return builder([array(type.values.map(quoted))]);
    case 'array': {
      const { callee, args, entries } = builderOf(type.of);
      return builder([withOptions(callee, args, entries)]);
    }
    case 'custom':
      return builder([customCode(type)]);
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
    case 'binary':
    case 'json':
      return builder();
    default:
      return unreachable(type);
  }
}

function customCode({ codec, columnType }: Extract<ValueType, { kind: 'custom' }>): Code {
  const type =
    typeof columnType === 'string'
      ? quoted(columnType)
      : object(Object.entries(columnType).map(([id, sql]) => [id, quoted(sql)]));
  const values = enumeratedIn(codec);
  const helper: Helper =
    values !== undefined
      ? 'enumerated'
      : codec === CODECS.date
        ? 'timestamp'
        : codec === CODECS.any
          ? 'anything'
          : 'text';
  return call(helper, type, ...(values === undefined ? [] : [array(values.map(quoted))]));
}
