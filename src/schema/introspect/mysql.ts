import type { Rows } from '../../adapters/adapter.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import { catalogOf } from './mysql-catalog.ts';
import { columnOf } from './mysql-columns.ts';
import type { MysqlReading } from './mysql-columns.ts';
import { checkOf, foreignKeysOf, indexOf } from './mysql-parts.ts';
import { isPeriod, noteColumns, noteOptions } from './mysql-notes.ts';
import { mysqlExpression, unqualified } from './mysql-sql.ts';
import { byFirst, rowsOf, textOf } from './source.ts';
import type { Found, IntrospectOptions, Note, Source } from './source.ts';

/** Reads a database of MySQL or MariaDB, by seven queries on `information_schema`. */
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
  const triggers = byFirst(await ask(catalog.triggers));
  const notes: Note[] = [];
  const reading: MysqlReading = {
    schema,
    dialect: source.dialect,
    isMaria,
    database: textOf(tables[0]?.[2] ?? views[0]?.[2] ?? ''),
    note: (table, text) => void notes.push({ table, text }),
  };
  for (const [table, , , kind] of tables)
    if (kind === 'SEQUENCE') reading.note(textOf(table), 'It is a sequence, which no model can say.');
  return {
    tables: tables
      .filter(([, , , kind]) => kind !== 'SEQUENCE')
      .map((row) => {
        const table = textOf(row[0]);
        noteOptions(reading, row, triggers.get(table) ?? []);
        return tableOf(reading, table, textOf(row[1]), {
          columns: (columns.get(table) ?? []).filter((column) => !isPeriod(column)),
          indexes: indexes.get(table) ?? [],
          keys: keys.get(table) ?? [],
          checks: checks.get(table) ?? [],
        });
      }),
    views: views.map(([view, query]) => ({
      schema,
      name: textOf(view),
      sql: unqualified(textOf(query), reading.database),
      columns: (columns.get(textOf(view)) ?? []).map((row) => columnOf({ ...reading, note: () => {} }, row, [], [])),
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
  const names = new Set(rows.columns.map(([, column]) => textOf(column)));
  // Of a table that keeps its history the end of a row's time is in the key by itself.
  const primaryKey = (indexes.find(([index]) => index === 'PRIMARY')?.[1] ?? [])
    .map(([, , column]) => textOf(column))
    .filter((column) => names.has(column));
  // MariaDB's JSON is a text with a check, which is a part of its type.
  const isJson = (row: Rows[number]): boolean => row[3] === 'Column' && JSON_VALID.test(textOf(row[2]));
  const json = rows.checks.filter(isJson).map(([, column]) => textOf(column));
  const columns = rows.columns.filter(([, column]) => !words.has(textOf(column)));
  const table: TableSchema = {
    schema: reading.schema,
    name,
    columns: columns.map((row) => columnOf(reading, row, json, primaryKey)),
    primaryKey,
    foreignKeys: foreignKeysOf(reading, rows.keys),
    indexes: indexes
      .filter(([index]) => index !== 'PRIMARY')
      .flatMap(([index, parts]) => indexOf(reading, name, index, parts, words.get(index))),
    checks: rows.checks.filter((row) => !isJson(row)).map((row) => checkOf(reading, row)),
    comment: comment === '' ? undefined : comment,
  };
  noteColumns(reading, table, columns);
  return table;
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
