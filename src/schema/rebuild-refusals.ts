import type { TableSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { sqliteType } from './introspect/sqlite-types.ts';

/** Asks the database; SQL comes whole, its values written out. */
export type Query = (sql: string) => Promise<unknown[][]>;

/** Types by columns, as they stand in CREATE TABLE. */
export type DeclaredTypes = ReadonlyMap<string, string>;

/**
 * Refuse to make a table anew that has something which nobody described: it would be gone.
 *
 * @param table As it is by the history.
 * @returns The types that its columns were declared with, where the history has other words for the same.
 * @throws MigrationError that names what it is.
 */
export async function refuseLosses(query: Query, dialect: Dialect, table: TableSchema): Promise<DeclaredTypes> {
  const { name, schema } = table;
  if (schema !== undefined)
    throw refusal(table, `stands in '${schema}', another file, which no transaction changes together with this one`);
  const text = dialect.literal({ kind: 'text' }, name);
  const [live] = await query(`SELECT type, wr, strict FROM pragma_table_list(${text}) WHERE schema = 'main'`);
  if (live === undefined) throw refusal(table, 'is not there');
  const [kind, withoutRowid, strict] = live;
  if (kind !== 'table') throw refusal(table, `is a ${String(kind)} table`);
  if (Number(withoutRowid) === 1) throw refusal(table, 'is WITHOUT ROWID');
  if (Number(strict) === 1) throw refusal(table, 'is STRICT');
  const declared = await refuseColumns(query, dialect, table, text);
  await refuseConstraints(query, dialect, table, text);
  return declared;
}

async function refuseColumns(query: Query, dialect: Dialect, table: TableSchema, text: string): Promise<DeclaredTypes> {
  const declared = new Map<string, string>();
  const live = await query(`SELECT name, type, "notnull", pk FROM pragma_table_xinfo(${text})`);
  const names = new Set(live.map(([name]) => name as string));
  const missing = table.columns.find(({ name }) => !names.has(name));
  if (missing !== undefined)
    throw unlike(table, `has no column '${missing.name}'`, `dropColumn('${table.name}', '${missing.name}')`);
  for (const [name, type, notNull, key] of live as [string, string, unknown, unknown][]) {
    const column = table.columns.find((other) => other.name === name);
    if (column === undefined)
      throw unlike(
        table,
        `has a column '${name}' that the history does not know`,
        `addColumn('${table.name}', '${name}', f.…)`,
      );
    const tellsColumn = `alterColumn('${table.name}', '${name}', f.…)`;
    const wanted = dialect.columnType(table, column);
    // Of a computed column the type has words after it.
    const own = column.generated === undefined ? type : type.replace(/\s*GENERATED ALWAYS$/i, '');
    if (own.toLowerCase() !== wanted.toLowerCase()) {
      // A key is counted up under this one name only.
      if (column.identity || dialect.columnType(table, { ...column, type: sqliteType(own) }) !== wanted)
        throw unlike(
          table,
          `has a column '${name}' of type ${type === '' ? 'none' : type} where the history says ${wanted}`,
          tellsColumn,
        );
      declared.set(name, own);
    }
    if (table.primaryKey.includes(name) !== Number(key) > 0)
      throw unlike(
        table,
        `has ${Number(key) > 0 ? 'a' : 'no'} primary key on '${name}', unlike the history`,
        `alterPrimaryKey('${table.name}', […])`,
      );
    if (column.generated === undefined && Number(key) === 0 && (Number(notNull) === 1) === column.nullable)
      throw unlike(
        table,
        `has a column '${name}' that is ${column.nullable ? 'NOT NULL' : 'nullable'}, unlike the history`,
        tellsColumn,
      );
  }
  return declared;
}

async function refuseConstraints(query: Query, dialect: Dialect, table: TableSchema, text: string): Promise<void> {
  const keys = await query(
    `SELECT id, "table", "from", "to", on_delete, on_update FROM pragma_foreign_key_list(${text}) ORDER BY id, seq`,
  );
  const ids = [...new Set(keys.map(([id]) => id))];
  const known = new Set(table.foreignKeys.map((key) => [key.table.name, ...key.columns].join('\0').toLowerCase()));
  for (const id of ids) {
    const rows = keys.filter(([other]) => other === id);
    const [target, columns] = [rows[0]![1] as string, rows.map(([, , column]) => column as string)];
    if (!known.has([target, ...columns].join('\0').toLowerCase()))
      throw unlike(
        table,
        `has a foreign key of ${list(columns)} to '${target}' that the history does not know`,
        `addConstraint('${table.name}', foreignKey(${columns.length === 1 ? list(columns) : `[${list(columns)}]`}, '${target}', …))`,
      );
  }
  const uniques = await query(
    `SELECT l.name, (SELECT group_concat(i.name, char(0)) FROM pragma_index_info(l.name) AS i) FROM pragma_index_list(${text}) AS l WHERE l.origin = 'u'`,
  );
  for (const [, columns] of uniques as [string, string][])
    if (!table.indexes.some(({ unique, parts }) => unique && parts.map(({ column }) => column).join('\0') === columns))
      throw unlike(
        table,
        `has a unique constraint on ${list(columns.split('\0'))} that the history does not know`,
        `addConstraint('${table.name}', unique(${list(columns.split('\0'))}))`,
      );
  await refuseWords(query, dialect, table, text);
}

/** What only the text of a table tells: checks, collations and what else can stand there. */
async function refuseWords(query: Query, dialect: Dialect, table: TableSchema, text: string): Promise<void> {
  const [[sql] = []] = await query(`SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ${text}`);
  const expected = dialect.ddl({ kind: 'createTable', table, ifNotExists: false }).join('\n');
  for (const word of ['CHECK', 'COLLATE', 'DEFERRABLE', 'CONFLICT', 'AUTOINCREMENT'])
    if (countWord(String(sql), word) > countWord(expected, word)) {
      const what = `has a ${word} that the history does not know`;
      throw word === 'CHECK'
        ? unlike(table, what, `addConstraint('${table.name}', check('…', () => sql<boolean>\`…\`))`)
        : refusal(table, what);
    }
}

/** How often a word stands in SQL, outside of names and texts. */
function countWord(sql: string, word: string): number {
  const tokens =
    sql.match(/'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\/|\w+/g) ?? [];
  return tokens.filter((token) => token.toUpperCase() === word).length;
}

function list(columns: readonly string[]): string {
  return columns.map((column) => `'${column}'`).join(', ');
}

/** What the history can be told, by an operation. */
function unlike({ name }: TableSchema, what: string, operation: string): MigrationError {
  return new MigrationError(`The table '${name}' ${what}: it cannot be made anew without a loss.`, {
    remedy: `Tell the history in a migration before this one: runSql({ up: [], down: [] }, { operations: [${operation}] }) does nothing to the database.`,
  });
}

/** What no operation says. */
function refusal({ name }: TableSchema, what: string): MigrationError {
  return new MigrationError(`The table '${name}' ${what}: it cannot be made anew without a loss.`, {
    remedy: `Write the change in SQL, and say what it is: runSql('…', { operations: […] }).`,
  });
}
