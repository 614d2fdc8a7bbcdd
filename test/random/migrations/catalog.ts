/**
 * What a database has, by its own catalog: every column, key, index, check, comment and view, as texts in one order. Names of foreign
 * keys are left out, which nothing compares, and so is the order of columns.
 */
import { sql } from 'blazeorm';
import type { Database, Session } from 'blazeorm';

import { engineOf } from '../../../src/persistence/database.ts';
import { engine } from '../../../src/testing/support/database.ts';

export type Catalog = Readonly<Record<string, readonly string[]>>;

export async function catalogOf(db: Database): Promise<Catalog> {
  await using session = db.session();
  const lines = await { sqlite, postgres, mysql, mariadb: mysql }[engine](session);
  const byTable: Record<string, string[]> = {};
  for (const [table, line] of lines) if (!table.startsWith('blaze_')) (byTable[table] ??= []).push(line);
  for (const list of Object.values(byTable)) list.sort();
  return byTable;
}

type Lines = (readonly [table: string, line: string])[];

async function sqlite(session: Session): Promise<Lines> {
  const found = await session.sql<{ type: string; name: string; tbl_name: string; sql: string | null }>`
    SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`;
  return found.flatMap(({ type, name, tbl_name: table, sql }) => {
    if (type !== 'table') return [[table, `${type} ${name}: ${sql ?? ''}`] as const];
    const body = sql!.slice(sql!.indexOf('(') + 1, sql!.lastIndexOf(')'));
    return parts(body).map((part) => [table, part.replace(/^CONSTRAINT "(?:[^"]|"")*" FOREIGN/, 'FOREIGN')] as const);
  });
}

/** What stands between the commas of a CREATE TABLE. */
function parts(body: string): string[] {
  const found: string[] = [];
  let [depth, start] = [0, 0];
  for (const { 0: token, index } of body.matchAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|[(),]/g)) {
    if (token === '(') depth++;
    if (token === ')') depth--;
    if (token !== ',' || depth > 0) continue;
    found.push(body.slice(start, index));
    start = index + 1;
  }
  return [...found, body.slice(start)].map((part) => part.trim());
}

async function postgres(session: Session): Promise<Lines> {
  const found = await session.sql<{ tab: string; line: string }>`
    SELECT c.relname AS tab, concat_ws(' ', 'column', a.attname, format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'NOT NULL' END,
      'default', pg_get_expr(d.adbin, d.adrelid), 'identity', a.attidentity, 'generated', a.attgenerated, 'comment', col_description(c.oid, a.attnum)) AS line
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')
    UNION ALL
    SELECT conrelid::regclass::text, concat_ws(' ', 'constraint', contype, CASE WHEN contype = 'c' THEN conname END, convalidated, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL
    SELECT tablename, regexp_replace(indexdef, CASE WHEN EXISTS (SELECT FROM pg_constraint WHERE conname = indexname AND contype = 'p') THEN '^.* USING' ELSE '^$' END, 'primary key')
    FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL
    SELECT c.relname, concat_ws(' ', 'view', pg_get_viewdef(c.oid)) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'v'
    UNION ALL
    SELECT c.relname, concat_ws(' ', 'comment', obj_description(c.oid)) FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v')`;
  return found.map(({ tab, line }) => [tab.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"'), line] as const);
}

async function mysql(session: Session): Promise<Lines> {
  const tables = await tablesOf(session);
  const lines: Lines = [];
  for (const { name, type } of tables) {
    const kind = type === 'VIEW' ? 'VIEW' : 'TABLE';
    const [row] = await (kind === 'VIEW'
      ? session.sql<Record<string, string>>`SHOW CREATE VIEW ${sql.id(name)}`
      : session.sql<Record<string, string>>`SHOW CREATE TABLE ${sql.id(name)}`);
    const text = row![kind === 'VIEW' ? 'Create View' : 'Create Table']!;
    const keys = [...text.matchAll(/CONSTRAINT (`(?:[^`]|``)+`) FOREIGN KEY/g)].map(([, key]) => key!);
    for (const line of text.split('\n').slice(kind === 'VIEW' ? 0 : 1)) {
      const own = line
        .trim()
        .replace(/,$/, '')
        .replace(/ AUTO_INCREMENT=\d+/, '')
        .replace(/-\((\d+)\)/, '-$1')
        .replace(/CONSTRAINT `(?:[^`]|``)+` FOREIGN/, 'FOREIGN');
      lines.push([name, keys.reduce((of, key) => of.replace(`KEY ${key} (`, 'KEY of a foreign key ('), own)]);
    }
  }
  return lines;
}

/** Take away all that there is. */
export async function clearDatabase(db: Database): Promise<void> {
  await using session = db.session();
  if (engine === 'sqlite') return;
  if (engine === 'postgres') {
    await session.sql`DROP SCHEMA public CASCADE`;
    await session.sql`CREATE SCHEMA public`;
    return;
  }
  const { executor } = engineOf(db);
  const connection = await executor.acquire({ mode: 'write', purpose: 'a test' });
  try {
    await executor.script(connection, 'SET FOREIGN_KEY_CHECKS = 0');
    for (const { name, type } of await tablesOf(session))
      await executor.script(connection, `DROP ${type === 'VIEW' ? 'VIEW' : 'TABLE'} \`${name.replaceAll('`', '``')}\``);
    await executor.script(connection, 'SET FOREIGN_KEY_CHECKS = 1');
  } finally {
    executor.release(connection);
  }
}

async function tablesOf(session: Session): Promise<readonly { readonly name: string; readonly type: string }[]> {
  return session.sql<{ name: string; type: string }>`
    SELECT table_name AS name, table_type AS type FROM information_schema.tables WHERE table_schema = DATABASE()`;
}
