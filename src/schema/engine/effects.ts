import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { Dialect, DialectId } from '../../dialects/dialect.ts';
import type { Effect, Step } from '../steps/step.ts';

/** Texts of SQL: schema, table and name that are looked for. */
type Question = (schema: string, table: string, name: string) => string;

const TABLES: Question = (schema, table) =>
  `SELECT 1 FROM information_schema.tables WHERE table_schema = ${schema} AND table_name = ${table}`;
const COLUMNS: Question = (schema, table, name) =>
  `SELECT 1 FROM information_schema.columns WHERE table_schema = ${schema} AND table_name = ${table} AND column_name = ${name}`;
const CONSTRAINTS: Question = (schema, table, name) =>
  `SELECT 1 FROM information_schema.table_constraints WHERE constraint_schema = ${schema} AND table_name = ${table} AND constraint_name = ${name}`;

const COMMON = { table: TABLES, view: TABLES, column: COLUMNS, foreignKey: CONSTRAINTS, check: CONSTRAINTS };

const POSTGRES_INDEX: Question = (schema, _table, name) =>
  `SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ${schema} AND c.relname = ${name}`;
const MYSQL = {
  ...COMMON,
  index: (schema, table, name) =>
    `SELECT 1 FROM information_schema.statistics WHERE table_schema = ${schema} AND table_name = ${table} AND index_name = ${name} LIMIT 1`,
  primaryKey: CONSTRAINTS,
} satisfies Record<string, Question>;

const SQLITE_PART: Question = (_schema, _table, name) => `SELECT 1 FROM sqlite_schema WHERE name = ${name}`;
const SQLITE_TABLE: Question = (_schema, table) => SQLITE_PART(_schema, table, table);

/** What is asked where a step may stand alone: elsewhere a transaction says whether it was done. */
const QUESTIONS: Readonly<Record<DialectId, Readonly<Partial<Record<Effect['what'], Question>>>>> = {
  sqlite: { table: SQLITE_TABLE, view: SQLITE_TABLE, index: SQLITE_PART },
  postgres: { ...COMMON, index: POSTGRES_INDEX },
  mysql: MYSQL,
  mariadb: MYSQL,
};

/** Whether a statement has done what it was to do; undefined where nobody can tell. */
export async function isDone(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  effect: Effect,
): Promise<boolean | undefined> {
  const question = QUESTIONS[dialect.id][effect.what];
  if (question === undefined) return undefined;
  const rows = await executor.query(connection, asked(question, dialect, effect), []);
  return rows.length > 0 === effect.exists;
}

/**
 * Take away what an index has left that was being made without keeping writers out, and was interrupted, or failed: it bears the
 * name, costs every writer, and serves nobody
 * (https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY).
 */
export async function clearRemains(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  step: Step,
): Promise<void> {
  if (dialect.id !== 'postgres' || step.kind !== 'sql' || !step.outside) return;
  const { effect } = step;
  if (effect?.what !== 'index' || !effect.exists) return;
  const sql = `${asked(POSTGRES_INDEX, dialect, effect)} AND NOT i.indisvalid`;
  const remains = await executor.query(connection, sql, []);
  if (remains.length === 0) return;
  const { schema = dialect.schema } = effect.table;
  const name = schema === undefined ? dialect.quote(effect.name!) : dialect.quote(schema, effect.name!);
  await executor.script(connection, `DROP INDEX CONCURRENTLY IF EXISTS ${name}`);
}

/** Send a script; tables that it has locked do not stay so when it fails half way (MySQL, MariaDB). */
export async function sendWhole(executor: Executor, connection: Connection, sql: string): Promise<void> {
  try {
    await executor.script(connection, sql);
  } catch (error) {
    if (/\bLOCK\s+TABLES\b/i.test(sql)) await unlock(executor, connection);
    throw error;
  }
}

async function unlock(executor: Executor, connection: Connection): Promise<void> {
  try {
    await executor.script(connection, 'UNLOCK TABLES');
  } catch {
    // The error before it is the one to be told; a connection that takes no more statements holds no locks either.
  }
}

function asked(question: Question, dialect: Dialect, effect: Effect): string {
  const text = (value: string): string => dialect.literal({ kind: 'text' }, value);
  const { schema = dialect.schema, name } = effect.table;
  const here = dialect.id === 'postgres' ? 'current_schema()' : 'DATABASE()';
  return question(schema === undefined ? here : text(schema), text(name), text(effect.name ?? ''));
}
