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
import { byFirst, rowsOf } from './source.ts';
import type { Found, IntrospectOptions, IntrospectedView, Note, Source } from './source.ts';
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
  const listed = await ask('SELECT name, type FROM pragma_table_list WHERE schema = ?');
  const texts = await rowsOf(source, `SELECT type, name, sql FROM ${catalog} ORDER BY name`);
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
  const kinds = new Map(listed.map(([name, type]) => [String(name), String(type)]));
  const textOf = new Map(texts.map(([type, name, sql]) => [`${String(type)} ${String(name)}`, String(sql)]));
  const notes: Note[] = [];
  const primaryKeys = new Map([...columns].map(([name, rows]) => [name, keyOf(rows)]));
  const read = (name: string, rows: Rows): TableSchema => {
    const text = parseTable(textOf.get(`table ${name}`) ?? '');
    const note = (problem: string): void => void notes.push({ table: name, text: problem });
    return {
      schema,
      name,
      columns: rows.flatMap((row) => columnOf(row, rows, text)),
      primaryKey: keyOf(rows),
      foreignKeys: keysOf(name, schema, keys.get(name) ?? [], text, primaryKeys),
      indexes: indexesOf(name, indexes.get(name) ?? [], text, textOf, note),
      checks: checksOf(name, text),
      comment: undefined,
    };
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
    .map(([, name]) => String(name));
}

/** Hidden columns are those of virtual tables; 2 and 3 are computed ones. */
function columnOf(row: Rows[number], rows: Rows, text: TableText): ColumnSchema[] {
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
      identity: isKey && declared.toUpperCase() === 'INTEGER' && keyOf(rows).length === 1,
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
    const columns = own.map((row) => String(row[3]));
    const name = text.foreignKeys.get(JSON.stringify(columns)) ?? shortName(`${table}_${columns.join('_')}_fkey`);
    // Names of tables are the same in capitals and without.
    const found = [...primaryKeys.keys()].find((other) => other.toLowerCase() === String(target).toLowerCase());
    const targets = own.map((row, i) => (row[4] === null ? (primaryKeys.get(found ?? '')?.[i] ?? '') : String(row[4])));
    return {
      name,
      columns,
      table: { schema, name: found ?? String(target) },
      targets,
      onDelete: actionOf(String(onDelete)),
      onUpdate: actionOf(String(onUpdate)),
    };
  });
}

/** Those of keys are not told; those of unique constraints have the name that a model gives. */
function indexesOf(
  table: string,
  rows: Rows,
  text: TableText,
  textOf: ReadonlyMap<string, string>,
  note: (problem: string) => void,
): IndexSchema[] {
  const indexes: IndexSchema[] = [];
  for (const [name, own] of byFirst(rows.filter(([, , , origin]) => origin !== 'pk').map((row) => row.slice(1)))) {
    const [, unique, origin] = own[0]!;
    const { parts: texts, where } = parseIndex(textOf.get(`index ${name}`) ?? '');
    const columns = own.map((row) => String(row[3]));
    const collated = own.some(
      ([, , , column, , collation]) => collation !== (text.columns.get(String(column))?.collation ?? 'BINARY'),
    );
    if (collated) {
      note(`The index '${name}' sorts by a collation of its own, which no model can say.`);
      continue;
    }
    const parts = own.map(([, , , column, descending], i): IndexPart =>
      column === null
        ? { expression: rawExpression(texts[i] ?? ''), descending: descending === 1 }
        : { column: String(column), descending: descending === 1 },
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
    const name = String(view);
    try {
      const columns = await rowsOf(source, 'SELECT name, type FROM pragma_table_xinfo(?, ?) ORDER BY cid', [
        name,
        file,
      ]);
      views.push({ schema, name, sql: parseView(String(text)), columns: columns.map(viewColumn) });
    } catch (error) {
      notes.push({ table: name, text: `The view cannot be read: ${(error as Error).message}` });
    }
  }
  return views;
}

/** A computed column of a view has no type. */
function viewColumn([name, declared]: Rows[number]): ColumnSchema {
  const type = String(declared ?? '') === '' ? customType('', 'any') : sqliteType(String(declared));
  return {
    name: String(name),
    type,
    nullable: true,
    identity: false,
    default: undefined,
    generated: undefined,
    comment: undefined,
  };
}
