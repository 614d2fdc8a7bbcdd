/** What tables of MySQL and MariaDB have and no model can say. */
import type { Rows } from '../../adapters/adapter.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import { MariaDBDialect } from '../../dialects/mysql/mariadb.ts';
import { MySQLDialect } from '../../dialects/mysql/mysql.ts';
import type { MysqlReading } from './mysql-columns.ts';
import { isSameMysqlType } from './mysql-types.ts';
import { otherTypes } from './other-types.ts';
import { textOf } from './source.ts';

/** @param row Of `information_schema.tables`. */
export function noteOptions({ note }: MysqlReading, row: Rows[number], triggers: Rows): void {
  const [table, , , kind, engine, options] = row.map((value) => textOf(value ?? '')) as [
    ...[string, string, string, string, string, string],
  ];
  if (kind === 'SYSTEM VERSIONED')
    note(table, 'It keeps its history (WITH SYSTEM VERSIONING), which no model can say.');
  if (options.includes('partitioned')) note(table, 'It has partitions, which no model can say.');
  if (engine !== 'InnoDB') note(table, `Its engine is ${engine}, which no model can say: a new table has InnoDB.`);
  for (const [, trigger] of triggers) note(table, `It has the trigger '${textOf(trigger)}', which no model can say.`);
}

/** Whether a column holds from when to when a row was as it is: the server makes these, and writes them. */
export function isPeriod(row: Rows[number]): boolean {
  return row[7] === 'ROW START' || row[7] === 'ROW END';
}

const SEQUENCE = /^nextval\((`(?:[^`]|``)*`)\)$/i;

/** @param rows Those of its columns. */
export function noteColumns(reading: MysqlReading, table: TableSchema, rows: Rows): void {
  const declared = new Map(rows.map(([, name, type]) => [textOf(name), textOf(type)]));
  const types = otherTypes(reading.dialect, table, declared, isSameMysqlType);
  if (types !== undefined) reading.note(table.name, types);
  for (const { name, default: given } of table.columns) {
    const [, sequence] = typeof given === 'string' ? (SEQUENCE.exec(given) ?? []) : [];
    if (sequence !== undefined)
      reading.note(
        table.name,
        `The column '${name}' counts by a sequence that no model makes: begin the first migration with runSql() and CREATE SEQUENCE ${sequence}.`,
      );
  }
  const { collation: wanted } = (reading.isMaria ? new MariaDBDialect() : new MySQLDialect()).types;
  const texts = rows.filter(([, name, , collation]) => {
    const kind = table.columns.find((column) => column.name === name)?.type.kind;
    return collation !== null && kind !== 'uuid' && kind !== 'json';
  });
  const collations = new Set(texts.map((row) => textOf(row[3])));
  for (const collation of collations) {
    if (collation === wanted) continue;
    const names = texts.filter((row) => row[3] === collation).map(([, name]) => `'${textOf(name)}'`);
    const which = collations.size === 1 ? 'Its texts' : `Texts in ${names.join(', ')}`;
    reading.note(
      table.name,
      `${which} are compared by ${collation}, which no model can say; in a new database by ${wanted}, which tells all letters apart.`,
    );
  }
}
