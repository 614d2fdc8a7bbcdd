import type { Rows } from '../../adapters/adapter.ts';
import type { ColumnSchema } from '../../core/ast/schema.ts';
import { mysqlExpression } from './mysql-sql.ts';
import { mysqlType } from './mysql-types.ts';
import { defaultOf, quoted } from './parts.ts';
import type { Reading } from './source.ts';

export interface MysqlReading extends Reading {
  readonly isMaria: boolean;
}

/** @param json Columns that a check makes JSON. */
export function columnOf(reading: MysqlReading, row: Rows[number], json: readonly string[]): ColumnSchema {
  const [table, name, columnType, collation, nullable, given, extra, expression, comment] = row as [
    ...[string, string, string, string | null, string, string | null, string, string | null, string],
  ];
  const counts = extra.includes('auto_increment');
  const read = json.includes(name) ? ({ kind: 'json' } as const) : mysqlType(columnType, collation);
  const type = counts && read.kind === 'smallInt' ? ({ kind: 'int' } as const) : read;
  const isGenerated = extra.includes('GENERATED') && !extra.includes('DEFAULT_GENERATED');
  if (/on update/i.test(extra))
    reading.note(table, `The column '${name}' has ON UPDATE, which no model can say: { autoNow: true } is near to it.`);
  return {
    name,
    type,
    nullable: nullable === 'YES',
    identity: counts,
    default: given === null || isGenerated || counts ? undefined : defaultValue(reading, given, extra, type),
    generated: isGenerated
      ? { sql: mysqlExpression(expression ?? '', reading.isMaria), stored: extra.includes('STORED') }
      : undefined,
    comment: comment === '' ? undefined : comment,
  };
}

/** MariaDB writes all defaults as SQL; MySQL only those that it computes, and texts without quotes. */
function defaultValue(
  { isMaria }: MysqlReading,
  given: string,
  extra: string,
  type: ColumnSchema['type'],
): ColumnSchema['default'] {
  if (isMaria) return given === 'NULL' ? undefined : defaultOf(mysqlExpression(given, true), type);
  if (extra.includes('DEFAULT_GENERATED')) return defaultOf(mysqlExpression(given, false), type);
  const value = defaultOf(given, type);
  return typeof value !== 'string' ||
    /^b'[01]+'$/.test(value) ||
    (/^-?[\d.]+(?:e[+-]?\d+)?$/i.test(value) && isNumeric(type))
    ? value
    : quoted(escaped(given));
}

/** As the server itself writes a text in an expression. */
function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
}

function isNumeric({ kind }: ColumnSchema['type']): boolean {
  return (
    kind === 'decimal' ||
    kind === 'float' ||
    kind === 'bigint' ||
    kind === 'int' ||
    kind === 'smallInt' ||
    kind === 'bool'
  );
}
