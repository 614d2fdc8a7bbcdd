import type { Connection } from '../adapters/adapter.ts';
import type { Executor } from '../adapters/executor.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { qualified } from '../dialects/schemas.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import type { Rebuild } from './rebuild.ts';

/**
 * Make a table anew in the way of https://sqlite.org/lang_altertable.html#otheralter: beside the old one, which goes when all rows
 * are copied. Triggers, views and indexes that no model knows come back as they were. Inside of a transaction, with foreign keys off.
 *
 * @throws MigrationError if rows would be lost, or would refer to what is not there.
 */
export async function runRebuild(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  { before, after, sources }: Rebuild,
): Promise<void> {
  const text = (value: string): string => dialect.literal({ kind: 'text' }, value);
  const catalog = before.schema === undefined ? 'sqlite_schema' : `${dialect.quote(before.schema)}.sqlite_schema`;
  const query = (sql: string): Promise<unknown[][]> => Promise.resolve(executor.query(connection, sql, []));
  const script = async (sql: string): Promise<void> => executor.script(connection, sql);
  const ddl = async (statement: Parameters<Dialect['ddl']>[0]): Promise<void> => {
    for (const sql of dialect.ddl(statement)) await script(sql);
  };

  const known = new Set(before.indexes.map(({ name }) => name));
  const kept = await query(
    `SELECT type, name, sql FROM ${catalog} WHERE tbl_name = ${text(before.name)} AND type IN ('index', 'trigger') AND sql IS NOT NULL`,
  );
  const fresh = { ...after, name: `_blaze_new_${after.name}`, indexes: [] };
  const counted = async (name: string): Promise<number> => {
    const [[rows] = []] = await query(`SELECT COUNT(*) FROM ${qualified(dialect, { schema: after.schema, name })}`);
    return Number(rows);
  };
  const sequence = await sequenceOf(query, before.name, text);

  await ddl({ kind: 'createTable', table: fresh, ifNotExists: false });
  const columns = [...sources.keys()].map((name) => dialect.quote(name)).join(', ');
  await script(
    `INSERT INTO ${qualified(dialect, fresh)} (${columns}) SELECT ${[...sources.values()].join(', ')} FROM ${qualified(dialect, before)}`,
  );
  const [old, copied] = [await counted(before.name), await counted(fresh.name)];
  if (old !== copied) throw new MigrationError(`Of ${old} rows of '${before.name}', ${copied} were copied.`);

  await ddl({ kind: 'dropTable', table: before, ifExists: false });
  // Views and triggers speak of the table by its name, and are to go on doing so.
  await script('PRAGMA legacy_alter_table = ON');
  await ddl({ kind: 'renameTable', table: fresh, to: after.name });
  await script('PRAGMA legacy_alter_table = OFF');
  if (sequence !== undefined)
    await script(`UPDATE sqlite_sequence SET seq = ${sequence} WHERE name = ${text(after.name)}`);
  for (const index of after.indexes)
    if (index.fullText === undefined) await ddl({ kind: 'createIndex', table: after, index, ifNotExists: false });
  for (const [type, name, sql] of kept) if (type === 'trigger' || !known.has(String(name))) await script(String(sql));

  const [broken] = await query(`PRAGMA foreign_key_check(${dialect.quote(after.name)})`);
  if (broken !== undefined)
    throw new MigrationError(`Rows of '${after.name}' refer to rows of '${String(broken[2])}' that are not there.`);
}

/** The last key that was given, where the table counts them. */
async function sequenceOf(
  query: (sql: string) => Promise<unknown[][]>,
  table: string,
  text: (value: string) => string,
): Promise<string | undefined> {
  const [counts] = await query("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'");
  if (counts === undefined) return undefined;
  const [[last] = []] = await query(`SELECT seq FROM sqlite_sequence WHERE name = ${text(table)}`);
  return last === undefined || last === null ? undefined : String(last);
}
