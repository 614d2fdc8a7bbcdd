import type { Connection } from '../adapters/adapter.ts';
import type { Executor } from '../adapters/executor.ts';
import type { ColumnSchema, TableSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { typeKey } from './compare.ts';
import { customType } from './introspect/custom.ts';
import { refuseLosses } from './rebuild-refusals.ts';
import type { DeclaredTypes, Query } from './rebuild-refusals.ts';
import type { Rebuild } from './rebuild.ts';

/**
 * Make a table anew in the way of https://sqlite.org/lang_altertable.html#otheralter: beside the old one, which goes when all rows
 * are copied. Triggers, views and indexes that no model knows come back as they were, rows keep their `rowid`, and keys go on
 * being counted from where they were. Inside of a transaction, with foreign keys off, so that it is all done or nothing.
 *
 * @throws MigrationError before anything is done for what could not be kept; and if rows would be lost, would refer to what is not
 *   there, or views would read what is not there.
 */
export async function runRebuild(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  rebuild: Rebuild,
): Promise<void> {
  const query: Query = (sql) => Promise.resolve(executor.query(connection, sql, []));
  const script = async (sql: string): Promise<void> => executor.script(connection, sql);
  const ddl = async (statement: Parameters<Dialect['ddl']>[0]): Promise<void> => {
    for (const sql of dialect.ddl(statement)) await script(sql);
  };
  const text = (value: string): string => dialect.literal({ kind: 'text' }, value);
  const { before, after } = rebuild;
  const declared = await refuseLosses(query, dialect, before);
  await refuseLostValues(query, dialect, rebuild);

  const known = new Set(before.indexes.map(({ name }) => name));
  const kept = await query(
    `SELECT type, name, sql FROM sqlite_schema WHERE tbl_name = ${text(before.name)} AND type IN ('index', 'trigger') AND sql IS NOT NULL`,
  );
  const views = await openViews(query, dialect);
  const sequence = await sequenceOf(query, text(before.name));
  const fresh = { ...withTypes(rebuild, declared), name: `_blaze_new_${after.name}`, indexes: [] };

  await ddl({ kind: 'createTable', table: fresh, ifNotExists: false });
  await script(copyOf(rebuild, fresh, dialect, declared));
  const [old, copied] = [await countOf(query, dialect, before.name), await countOf(query, dialect, fresh.name)];
  if (old !== copied) throw new MigrationError(`Of ${old} rows of '${before.name}', ${copied} were copied.`);
  await ddl({ kind: 'dropTable', table: before, ifExists: false });
  // Views and triggers speak of the table by its name, and are to go on doing so.
  await script('PRAGMA legacy_alter_table = ON');
  try {
    await ddl({ kind: 'renameTable', table: fresh, to: after.name });
  } finally {
    await script('PRAGMA legacy_alter_table = OFF');
  }
  if (sequence !== undefined && after.columns.some(({ identity }) => identity))
    await script(
      `DELETE FROM sqlite_sequence WHERE name = ${text(after.name)};\nINSERT INTO sqlite_sequence (name, seq) VALUES (${text(after.name)}, ${sequence})`,
    );
  for (const index of after.indexes)
    if (index.fullText === undefined) await ddl({ kind: 'createIndex', table: after, index, ifNotExists: false });
  for (const [type, name, sql] of kept) if (type === 'trigger' || !known.has(String(name))) await script(String(sql));

  await checkReferences(query, dialect, after);
  await checkReaders(
    query,
    dialect,
    after,
    views,
    kept.some(([type]) => type === 'trigger'),
  );
}

/** The new table, with the types that its columns were declared with where they stay what they are. */
function withTypes({ before, after }: Rebuild, declared: DeclaredTypes): TableSchema {
  const stays = ({ name, type, identity }: ColumnSchema): boolean => {
    const old = before.columns.find((other) => other.name === name);
    return !identity && old !== undefined && typeKey(old.type) === typeKey(type);
  };
  const columns = after.columns.map((column): ColumnSchema => {
    const type = stays(column) ? declared.get(column.name) : undefined;
    return type === undefined ? column : { ...column, type: customType(type, 'any') };
  });
  return { ...after, columns };
}

function copyOf({ before, sources }: Rebuild, fresh: TableSchema, dialect: Dialect, declared: DeclaredTypes): string {
  const pairs = [...sources].map(([name, sql]) => [dialect.quote(name), sql] as const);
  const rowid = rowidOf(before, fresh, declared);
  if (rowid !== undefined) pairs.unshift([rowid, rowid]);
  const [columns, values] = [0, 1].map((side) => pairs.map((pair) => pair[side]).join(', '));
  return `INSERT INTO ${dialect.quote(fresh.name)} (${columns}) SELECT ${values} FROM ${dialect.quote(before.name)}`;
}

/** What the number of a row is called that no column holds (https://sqlite.org/rowidtable.html). */
function rowidOf(before: TableSchema, after: TableSchema, declared: DeclaredTypes): string | undefined {
  // A key that was declared INT is a column like others.
  const counted = countsRows(before) && !declared.has(before.primaryKey[0]!);
  if (counted || countsRows(after)) return undefined;
  const names = [...before.columns, ...after.columns].map(({ name }) => name.toLowerCase());
  return ['rowid', '_rowid_', 'oid'].find((name) => !names.includes(name));
}

function countsRows({ primaryKey, columns }: TableSchema): boolean {
  const key = columns.find(({ name }) => name === primaryKey[0]);
  return primaryKey.length === 1 && (key?.type.kind === 'int' || key?.type.kind === 'bigint');
}

async function countOf(query: Query, dialect: Dialect, table: string): Promise<number> {
  const [[rows] = []] = await query(`SELECT COUNT(*) FROM ${dialect.quote(table)}`);
  return Number(rows);
}

/** A value that no value of the other type says is not lost without a word. */
async function refuseLostValues(query: Query, dialect: Dialect, { before, after, converted }: Rebuild): Promise<void> {
  for (const [column, source] of converted) {
    const name = dialect.quote(column);
    if (source === name) continue;
    const [[lost] = []] = await query(
      `SELECT COUNT(*) FROM ${dialect.quote(before.name)} WHERE ${name} IS NOT NULL AND (${source}) IS NULL`,
    );
    if (Number(lost) === 0) continue;
    const type = after.columns.find((other) => other.name === column)!.type.kind;
    throw new MigrationError(
      `${String(Number(lost))} values of '${before.name}'.'${column}' cannot become ones of type ${type}.`,
      {
        field: column,
        remedy: "Change them before, or say how: alterColumn(…, { using: '…' }).",
      },
    );
  }
}

/** The last key that was given, where the table counts them. */
async function sequenceOf(query: Query, table: string): Promise<string | undefined> {
  const [counts] = await query("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'");
  if (counts === undefined) return undefined;
  const [row] = await query(`SELECT CAST(seq AS TEXT) FROM sqlite_sequence WHERE name = ${table}`);
  return row === undefined ? undefined : (row[0] as string);
}

/** The table's own keys, and those of others that refer to it. */
async function checkReferences(query: Query, dialect: Dialect, { name }: TableSchema): Promise<void> {
  const text = dialect.literal({ kind: 'text' }, name);
  const children = await query(
    `SELECT DISTINCT t.name FROM sqlite_schema AS t, pragma_foreign_key_list(t.name) AS k WHERE t.type = 'table' AND k."table" = ${text} COLLATE NOCASE ORDER BY 1`,
  );
  for (const table of new Set([name, ...children.map(([child]) => child as string)])) {
    const [broken] = await query(`PRAGMA foreign_key_check(${dialect.quote(table)})`);
    if (broken !== undefined)
      throw new MigrationError(`Rows of '${table}' refer to rows of '${String(broken[2])}' that are not there.`, {
        remedy: `Look at them with PRAGMA foreign_key_check, and mend them first.`,
      });
  }
}

/** The views that can be read. */
async function openViews(query: Query, dialect: Dialect): Promise<string[]> {
  const views = await query("SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY name");
  const open: string[] = [];
  for (const [name] of views)
    if (await canRun(query, `SELECT * FROM ${dialect.quote(name as string)} LIMIT 0`)) open.push(name as string);
  return open;
}

/** Views and triggers that worked go on working. */
async function checkReaders(
  query: Query,
  dialect: Dialect,
  { name, columns }: TableSchema,
  views: readonly string[],
  hasTriggers: boolean,
): Promise<void> {
  const still = new Set(await openViews(query, dialect));
  const broken = views.find((view) => !still.has(view));
  if (broken !== undefined)
    throw new MigrationError(`The view '${broken}' reads what '${name}' would have no more.`, {
      remedy: `Drop it before, with dropView('${broken}').`,
    });
  if (!hasTriggers) return;
  const table = dialect.quote(name);
  const plain = columns.find(({ generated }) => generated === undefined);
  const column = plain === undefined ? undefined : dialect.quote(plain.name);
  const writes = [
    `INSERT INTO ${table} (${column}) VALUES (NULL)`,
    `UPDATE ${table} SET ${columns
      .filter(({ generated }) => generated === undefined)
      .map((other) => `${dialect.quote(other.name)} = NULL`)
      .join(', ')}`,
    `DELETE FROM ${table}`,
  ];
  for (const sql of writes)
    if (!(await canRun(query, `EXPLAIN ${sql}`)))
      throw new MigrationError(`A trigger of '${name}' reads what would be there no more.`, {
        remedy: 'Drop it before, with runSql().',
      });
}

/** Whether the database understands a statement, which changes nothing. */
async function canRun(query: Query, sql: string): Promise<boolean> {
  try {
    await query(sql);
    return true;
  } catch {
    // What is wrong with it is nothing to whoever asks.
    return false;
  }
}
