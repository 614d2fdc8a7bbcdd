import type { Rows } from '../../adapters/adapter.ts';
import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexPart,
  IndexSchema,
  TableSchema,
} from '../../core/ast/schema.ts';
import { shortName } from '../../utils/naming.ts';
import { customType } from './custom.ts';
import { actionOf, defaultOf, rawExpression } from './parts.ts';
import { byFirst, rowsOf, textOf } from './source.ts';
import type { Found, IntrospectOptions, IntrospectedView, Note, Source } from './source.ts';
import { columnNotes, optionsOf } from './sqlite-notes.ts';
import { sqliteType } from './sqlite-types.ts';
import { parseIndex, parseTable, parseView } from './sqlite-sql.ts';
import type { TableText } from './sqlite-sql.ts';
import { unwrapped } from './tokens.ts';

/** Reads a file of SQLite: pragmas as tables (https://sqlite.org/pragma.html#pragfunc), and what only the text of CREATE TABLE tells. */
export async function readSqlite(source: Source, options: IntrospectOptions): Promise<Found> {
  const { schema } = options;
  const file = schema ?? 'main';
  const catalog = source.dialect.quote(file, 'sqlite_schema');
  const ask = (sql: string): Promise<Rows> => rowsOf(source, sql, [file]);
  const tables = `FROM ${catalog} AS s JOIN`;
  const isOurs = `WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'`;
  const listed = await ask('SELECT name, type, wr, strict FROM pragma_table_list WHERE schema = ?');
  const texts = await rowsOf(source, `SELECT type, name, sql, tbl_name FROM ${catalog} ORDER BY name`);
  const columns = byFirst(
    await ask(
      `SELECT s.name, c.name, c.type, c."notnull", c.dflt_value, c.pk, c.hidden ${tables} pragma_table_xinfo(s.name, ?) AS c ${isOurs} ORDER BY s.name, c.cid`,
    ),
  );
  const keys = byFirst(
    await ask(
      `SELECT s.name, k.id, k."table", k."from", k."to", k.on_delete, k.on_update ${tables} pragma_foreign_key_list(s.name, ?) AS k ${isOurs} ORDER BY s.name, k.id DESC, k.seq`,
    ),
  );
  const indexes = byFirst(
    await rowsOf(
      source,
      `SELECT s.name, l.name, l."unique", l.origin, p.name, p."desc", p.coll, p.cid ${tables} pragma_index_list(s.name, ?) AS l JOIN pragma_index_xinfo(l.name, ?) AS p ON p.key = 1 ${isOurs} ORDER BY s.name, l.name, p.seqno`,
      [file, file],
    ),
  );
  const kinds = new Map(listed.map(([name, type]) => [textOf(name), textOf(type)]));
  const textByName = new Map(texts.map(([type, name, sql]) => [`${textOf(type)} ${textOf(name)}`, textOf(sql)]));
  const notes: Note[] = [];
  const tellsOptions = optionsOf(listed, texts);
  const primaryKeys = new Map([...columns].map(([name, rows]) => [name, keyOf(rows)]));
  const read = (name: string, rows: Rows): TableSchema => {
    const text = parseTable(textByName.get(`table ${name}`) ?? '');
    const note = (problem: string): void => void notes.push({ table: name, text: problem });
    const own = keys.get(name) ?? [];
    for (const [column, { collation }] of text.columns)
      if (collation !== undefined && collation !== 'BINARY')
        note(`The column '${column}' has the collation '${collation}', which no model can say.`);
    for (const problem of tellsOptions(name)) note(problem);
    const table: TableSchema = {
      schema,
      name,
      columns: rows.flatMap((row) => columnOf(row, keyOf(rows), own, text)),
      primaryKey: keyOf(rows),
      foreignKeys: keysOf(name, schema, own, text, primaryKeys),
      indexes: indexesOf(name, indexes.get(name) ?? [], text, textByName, note),
      checks: checksOf(name, text),
      comment: undefined,
    };
    for (const problem of columnNotes(source.dialect, table, rows)) note(problem);
    return table;
  };
  for (const [name, kind] of kinds)
    if (kind === 'virtual') notes.push({ table: name, text: 'It is a virtual table, which no model can say.' });
  return {
    tables: [...columns].filter(([name]) => kinds.get(name) === 'table').map(([name, rows]) => read(name, rows)),
    views: await readViews(source, file, schema, texts, notes),
    notes,
  };
}

/** The names of the key's columns, in its order. */
function keyOf(rows: Rows): string[] {
  return rows
    .filter(([, , , , , pk]) => Number(pk) > 0)
    .toSorted((a, b) => Number(a[5]) - Number(b[5]))
    .map(([, name]) => textOf(name));
}

/** Hidden columns are those of virtual tables; 2 and 3 are computed ones. */
function columnOf(row: Rows[number], key: readonly string[], foreignKeys: Rows, text: TableText): ColumnSchema[] {
  const [, name, declared, notNull, given, pk, hidden] = row as [
    string,
    string,
    string,
    number,
    string | null,
    number,
    number,
  ];
  if (hidden === 1) return [];
  const isKey = pk > 0;
  const type = sqliteType(hidden === 0 ? declared : declared.replace(/\s*GENERATED ALWAYS$/i, ''));
  const generated = hidden === 0 ? undefined : text.columns.get(name)?.generated;
  return [
    {
      name,
      type,
      nullable: notNull === 0 && !isKey,
      // A key of that very type is another name for the row's number (https://sqlite.org/lang_createtable.html#rowid).
      identity:
        isKey &&
        declared.toUpperCase() === 'INTEGER' &&
        key.length === 1 &&
        !foreignKeys.some((row) => row[3] === name),
      default: given === null ? undefined : defaultOf(unwrapped(given), type),
      generated: generated === undefined ? undefined : { sql: generated, stored: hidden === 3 },
      comment: undefined,
    },
  ];
}

function keysOf(
  table: string,
  schema: string | undefined,
  rows: Rows,
  text: TableText,
  primaryKeys: ReadonlyMap<string, readonly string[]>,
): ForeignKeySchema[] {
  const ids = [...new Set(rows.map(([, id]) => id))];
  return ids.map((id) => {
    const own = rows.filter((row) => row[1] === id);
    const [, , target, , , onDelete, onUpdate] = own[0]!;
    const columns = own.map((row) => textOf(row[3]));
    const name = text.foreignKeys.get(JSON.stringify(columns)) ?? shortName(`${table}_${columns.join('_')}_fkey`);
    // Names of tables are the same in capitals and without.
    const found = [...primaryKeys.keys()].find((other) => other.toLowerCase() === textOf(target).toLowerCase());
    const targets = own.map((row, i) => (row[4] === null ? (primaryKeys.get(found ?? '')?.[i] ?? '') : textOf(row[4])));
    return {
      name,
      columns,
      table: { schema, name: found ?? textOf(target) },
      targets,
      onDelete: actionOf(textOf(onDelete)),
      onUpdate: actionOf(textOf(onUpdate)),
    };
  });
}

/** Those of keys are not told; those of unique constraints have the name that a model gives. */
function indexesOf(
  table: string,
  rows: Rows,
  text: TableText,
  textByName: ReadonlyMap<string, string>,
  note: (problem: string) => void,
): IndexSchema[] {
  const indexes: IndexSchema[] = [];
  for (const [name, own] of byFirst(rows.filter(([, , , origin]) => origin !== 'pk').map((row) => row.slice(1)))) {
    const [, unique, origin] = own[0]!;
    const { parts: texts, where } = parseIndex(textByName.get(`index ${name}`) ?? '');
    const columns = own.map((row) => textOf(row[3]));
    const collated = own.some(
      ([, , , column, , collation]) => collation !== (text.columns.get(textOf(column))?.collation ?? 'BINARY'),
    );
    if (collated) {
      note(`The index '${name}' sorts by a collation of its own, which no model can say.`);
      continue;
    }
    const parts = own.map(([, , , column, descending], i): IndexPart =>
      column === null
        ? { expression: rawExpression(texts[i] ?? ''), descending: descending === 1 }
        : { column: textOf(column), descending: descending === 1 },
    );
    indexes.push({
      name: origin === 'u' ? shortName([table, ...columns, 'key'].join('_')) : name,
      parts,
      unique: unique === 1,
      fullText: undefined,
      where: where === undefined ? undefined : rawExpression(where),
    });
  }
  return indexes;
}

function checksOf(table: string, { checks }: TableText): CheckSchema[] {
  let nameless = 0;
  return checks.map(({ name, sql }) => ({
    name: name ?? shortName(`${table}_check${++nameless}`),
    condition: rawExpression(sql),
  }));
}

/** One by one: a view of a table that is no more cannot be asked for its columns. */
async function readViews(
  source: Source,
  file: string,
  schema: string | undefined,
  texts: Rows,
  notes: Note[],
): Promise<IntrospectedView[]> {
  const views: IntrospectedView[] = [];
  for (const [type, view, text] of texts) {
    if (type !== 'view') continue;
    const name = textOf(view);
    try {
      const columns = await rowsOf(source, 'SELECT name, type FROM pragma_table_xinfo(?, ?) ORDER BY cid', [
        name,
        file,
      ]);
      views.push({ schema, name, sql: parseView(textOf(text)), columns: columns.map(viewColumn) });
    } catch (error) {
      notes.push({ table: name, text: `The view cannot be read: ${(error as Error).message}` });
    }
  }
  return views;
}

/** A computed column of a view has no type. */
function viewColumn([name, declared]: Rows[number]): ColumnSchema {
  const type = textOf(declared ?? '') === '' ? customType('', 'any') : sqliteType(textOf(declared));
  return {
    name: textOf(name),
    type,
    nullable: true,
    identity: false,
    default: undefined,
    generated: undefined,
    comment: undefined,
  };
}
