import type { Rows } from '../../adapters/adapter.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import { catalogOf } from './mysql-catalog.ts';
import { columnOf } from './mysql-columns.ts';
import type { MysqlReading } from './mysql-columns.ts';
import { checkOf, foreignKeysOf, indexOf } from './mysql-parts.ts';
import { mysqlExpression, unqualified } from './mysql-sql.ts';
import { byFirst, rowsOf, textOf } from './source.ts';
import type { Found, IntrospectOptions, Note, Source } from './source.ts';

/** Reads a database of MySQL or MariaDB, by six queries on `information_schema`. */
export async function readMysql(source: Source, options: IntrospectOptions): Promise<Found> {
  const { schema } = options;
  const isMaria = source.dialect.id === 'mariadb';
  const catalog = catalogOf(isMaria);
  const name = schema ?? source.dialect.schema ?? null;
  const ask = (sql: string): Promise<Rows> => rowsOf(source, sql, [name]);
  const tables = await ask(catalog.tables);
  const columns = byFirst(await ask(catalog.columns));
  const indexes = byFirst(await ask(catalog.indexes));
  const keys = byFirst(await ask(catalog.foreignKeys));
  const checks = byFirst(await ask(catalog.checks));
  const views = await ask(catalog.views);
  const notes: Note[] = [];
  const reading: MysqlReading = { schema, isMaria, note: (table, text) => void notes.push({ table, text }) };
  const names = tables.map(([table]) => textOf(table));
  return {
    tables: tables.map(([table, comment]) =>
      tableOf(reading, textOf(table), textOf(comment), {
        columns: columns.get(textOf(table)) ?? [],
        indexes: indexes.get(textOf(table)) ?? [],
        keys: keys.get(textOf(table)) ?? [],
        checks: checks.get(textOf(table)) ?? [],
      }),
    ),
    views: views.map(([view, query, database]) => ({
      schema,
      name: textOf(view),
      sql: unqualified(textOf(query), textOf(database), [...names, ...views.map(([other]) => textOf(other))]),
      columns: (columns.get(textOf(view)) ?? []).map((row) => columnOf({ ...reading, note: () => {} }, row, [])),
    })),
    notes,
  };
}

interface TableRows {
  readonly columns: Rows;
  readonly indexes: Rows;
  readonly keys: Rows;
  readonly checks: Rows;
}

function tableOf(reading: MysqlReading, name: string, comment: string, rows: TableRows): TableSchema {
  const indexes = [...byFirst(rows.indexes.map((row) => row.slice(1)))];
  const words = new Map(rows.columns.flatMap((row) => wordsOf(reading, row, indexes)));
  const primary = indexes.find(([index]) => index === 'PRIMARY')?.[1] ?? [];
  // MariaDB's JSON is a text with a check, which is a part of its type.
  const isJson = (row: Rows[number]): boolean => row[3] === 'Column' && JSON_VALID.test(textOf(row[2]));
  const json = rows.checks.filter(isJson).map(([, column]) => textOf(column));
  return {
    schema: reading.schema,
    name,
    columns: rows.columns.filter(([, column]) => !words.has(textOf(column))).map((row) => columnOf(reading, row, json)),
    primaryKey: primary.map(([, , column]) => textOf(column)),
    foreignKeys: foreignKeysOf(reading, rows.keys),
    indexes: indexes
      .filter(([index]) => index !== 'PRIMARY')
      .flatMap(([index, parts]) => indexOf(reading, name, index, parts, words.get(index))),
    checks: rows.checks.filter((row) => !isJson(row)).map((row) => checkOf(reading, row)),
    comment: comment === '' ? undefined : comment,
  };
}

const JSON_VALID = /^json_valid\(`(?:[^`]|``)*`\)$/i;

/** The column that an index of words stands on, which only it is for, and the column whose words these are. */
function wordsOf(
  { isMaria }: MysqlReading,
  row: Rows[number],
  indexes: readonly (readonly [string, Rows])[],
): [string, string][] {
  const [, name, , , , , extra, expression] = row.map(textOf) as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const index = indexes.find(([own]) => own === name)?.[1];
  if (!extra.includes('INVISIBLE') || index?.length !== 1 || index[0]![5] !== 'FULLTEXT') return [];
  const [, source] = /^(?:lower|lcase)\(`((?:[^`]|``)*)`\)$/i.exec(mysqlExpression(expression, isMaria)) ?? [];
  return source === undefined ? [] : [[name, source.replaceAll('``', '`')]];
}
