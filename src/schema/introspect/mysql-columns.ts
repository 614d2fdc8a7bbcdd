import type { Rows } from '../../adapters/adapter.ts';
import type { ColumnSchema } from '../../core/ast/schema.ts';
import { mysqlExpression, unqualified } from './mysql-sql.ts';
import { mysqlType } from './mysql-types.ts';
import { defaultOf, quoted } from './parts.ts';
import type { Reading } from './source.ts';

export interface MysqlReading extends Reading {
  readonly isMaria: boolean;
  /** The database that is read. */
  readonly database: string;
}

/**
 * @param json Columns that a check makes JSON.
 * @param key The columns of the primary key.
 */
export function columnOf(
  reading: MysqlReading,
  row: Rows[number],
  json: readonly string[],
  key: readonly string[],
): ColumnSchema {
  const [table, name, columnType, collation, nullable, given, extra, expression, comment] = row as [
    ...[string, string, string, string | null, string, string | null, string, string | null, string],
  ];
  const counts = extra.includes('auto_increment') && key.join('\0') === name;
  if (extra.includes('auto_increment') && !counts)
    reading.note(table, `The column '${name}' counts up and is not the whole key, which no model can say.`);
  const read = json.includes(name) ? ({ kind: 'json' } as const) : mysqlType(columnType, collation);
  const type = counts && read.kind === 'smallInt' ? ({ kind: 'int' } as const) : read;
  const isGenerated = extra.includes('GENERATED') && !extra.includes('DEFAULT_GENERATED');
  if (/\bINVISIBLE\b/.test(extra)) reading.note(table, `The column '${name}' is invisible, which no model can say.`);
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

/** The same for two columns that were made in different words, or with another number of digits. */
function defaultValue(
  reading: MysqlReading,
  given: string,
  extra: string,
  type: ColumnSchema['type'],
): ColumnSchema['default'] {
  const value = givenDefault(reading, given, extra, type);
  if (typeof value !== 'string') return value;
  if (isBits(type)) return HEX.test(value) ? `b'${BigInt(value).toString(2)}'` : value;
  if (type.kind !== 'datetime' && type.kind !== 'time') return value;
  const [now, digits = ''] = NOW.exec(value) ?? [];
  // MariaDB tells the digits of the column, whatever was said: those of a new one.
  const told = reading.isMaria ? '3' : digits;
  if (now !== undefined) return `CURRENT_TIMESTAMP${told === '' ? '' : `(${told})`}`;
  return value.replace(/(?<=^'[^']*\.\d*)0+(?='$)/, '').replace(/\.(?='$)/, '');
}

const HEX = /^0x[\da-f]+$/i;

function isBits(type: ColumnSchema['type']): boolean {
  return type.kind === 'custom' && typeof type.columnType === 'string' && /^bit\b/i.test(type.columnType);
}

const NOW = /^(?:current_timestamp|now|localtime|localtimestamp)(?:\((\d*)\))?$/i;

/** MariaDB writes all defaults as SQL; MySQL only those that it computes, and texts without quotes. */
function givenDefault(
  { isMaria, database }: MysqlReading,
  given: string,
  extra: string,
  type: ColumnSchema['type'],
): ColumnSchema['default'] {
  if (isMaria)
    return given === 'NULL' ? undefined : defaultOf(unqualified(mysqlExpression(given, true), database), type);
  if (extra.includes('DEFAULT_GENERATED')) return defaultOf(mysqlExpression(given, false), type);
  const value = defaultOf(given, type);
  return typeof value !== 'string' ||
    /^b'[01]+'$/.test(value) ||
    (HEX.test(value) && type.kind === 'binary') ||
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
