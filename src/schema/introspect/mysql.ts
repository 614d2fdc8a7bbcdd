import type { Rows } from '../../adapters/adapter.ts';
import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexPart,
  IndexSchema,
  TableSchema,
} from '../../core/ast/schema.ts';
import { catalogOf } from './mysql-catalog.ts';
import { mysqlExpression, unqualified } from './mysql-sql.ts';
import { mysqlType } from './mysql-types.ts';
import { actionOf, defaultOf, quoted, rawExpression } from './parts.ts';
import { byFirst, rowsOf } from './source.ts';
import type { Found, IntrospectOptions, Note, Source } from './source.ts';

/** What is known while the tables of one database are read. */
interface Reading {
  readonly schema: string | undefined;
  readonly isMaria: boolean;
  note(table: string, text: string): void;
}

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
  const reading: Reading = { schema, isMaria, note: (table, text) => void notes.push({ table, text }) };
  const names = tables.map(([table]) => String(table));
  return {
    tables: tables.map(([table, comment]) =>
      tableOf(reading, String(table), String(comment), {
        columns: columns.get(String(table)) ?? [],
        indexes: indexes.get(String(table)) ?? [],
        keys: keys.get(String(table)) ?? [],
        checks: checks.get(String(table)) ?? [],
      }),
    ),
    views: views.map(([view, query, database]) => ({
      schema,
      name: String(view),
      sql: unqualified(String(query), String(database), [...names, ...views.map(([other]) => String(other))]),
      columns: (columns.get(String(view)) ?? []).map((row) => columnOf({ ...reading, note: () => {} }, row, [])),
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

function tableOf(reading: Reading, name: string, comment: string, rows: TableRows): TableSchema {
  const indexes = [...byFirst(rows.indexes.map((row) => row.slice(1)))];
  const words = new Map(rows.columns.flatMap((row) => wordsOf(reading, row, indexes)));
  const primary = indexes.find(([index]) => index === 'PRIMARY')?.[1] ?? [];
  // MariaDB's JSON is a text with a check, which is a part of its type.
  const isJson = (row: Rows[number]): boolean => row[3] === 'Column' && JSON_VALID.test(String(row[2]));
  const json = rows.checks.filter(isJson).map(([, column]) => String(column));
  return {
    schema: reading.schema,
    name,
    columns: rows.columns.filter(([, column]) => !words.has(String(column))).map((row) => columnOf(reading, row, json)),
    primaryKey: primary.map(([, , column]) => String(column)),
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
  { isMaria }: Reading,
  row: Rows[number],
  indexes: readonly (readonly [string, Rows])[],
): [string, string][] {
  const [, name, , , , , extra, expression] = row.map(String) as [
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

function columnOf(reading: Reading, row: Rows[number], json: readonly string[]): ColumnSchema {
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
  { isMaria }: Reading,
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

/** MariaDB says RESTRICT where nothing was said, which means the same there. */
function foreignKeysOf({ schema, isMaria }: Reading, rows: Rows): ForeignKeySchema[] {
  const action = (rule: unknown): ForeignKeySchema['onDelete'] =>
    isMaria && rule === 'RESTRICT' ? 'no action' : actionOf(String(rule));
  return [...byFirst(rows.map((row) => row.slice(1)))].map(([name, own]) => {
    const [, , targetSchema, target, , onDelete, onUpdate] = own[0]!;
    return {
      name,
      columns: own.map(([, column]) => String(column)),
      table: { schema: targetSchema === null ? schema : String(targetSchema), name: String(target) },
      targets: own.map((row) => String(row[4])),
      onDelete: action(onDelete),
      onUpdate: action(onUpdate),
    };
  });
}

function indexOf(reading: Reading, table: string, name: string, rows: Rows, words: string | undefined): IndexSchema[] {
  const unique = rows[0]![1] === 0;
  if (words !== undefined)
    return [{ name, parts: [{ column: words, descending: false }], unique, fullText: 'simple', where: undefined }];
  const isPlain = rows.every(([, , , , prefix, type]) => prefix === null && type === 'BTREE');
  if (!isPlain) {
    reading.note(
      table,
      `The index '${name}' is of a kind that no model can say (${rows[0]![5] === 'BTREE' ? 'it is over the beginning of a text' : String(rows[0]![5])}).`,
    );
    return [];
  }
  const parts = rows.map(([, , column, direction, , , expression]): IndexPart => {
    const descending = direction === 'D';
    return column === null
      ? { expression: rawExpression(mysqlExpression(String(expression), reading.isMaria)), descending }
      : { column: String(column), descending };
  });
  return [{ name, parts, unique, fullText: undefined, where: undefined }];
}

function checkOf({ isMaria, note }: Reading, row: Rows[number]): CheckSchema {
  const [table, name, condition, level] = row as [string, string, string, string];
  if (level === 'NO') note(table, `The check '${name}' is not enforced.`);
  return { name, condition: rawExpression(mysqlExpression(condition, isMaria)) };
}
