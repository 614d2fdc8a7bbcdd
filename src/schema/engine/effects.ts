import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { Dialect, DialectId } from '../../dialects/dialect.ts';
import type { Effect } from '../steps.ts';

type Question = (schema: string, table: string, name: string) => string;

const TABLES: Question = (schema, table) =>
  `SELECT 1 FROM information_schema.tables WHERE table_schema = ${schema} AND table_name = ${table}`;
const COLUMNS: Question = (schema, table, name) =>
  `SELECT 1 FROM information_schema.columns WHERE table_schema = ${schema} AND table_name = ${table} AND column_name = ${name}`;
const CONSTRAINTS: Question = (schema, table, name) =>
  `SELECT 1 FROM information_schema.table_constraints WHERE constraint_schema = ${schema} AND table_name = ${table} AND constraint_name = ${name}`;

const COMMON = { table: TABLES, view: TABLES, column: COLUMNS, primaryKey: CONSTRAINTS, foreignKey: CONSTRAINTS, check: CONSTRAINTS };

/** An index that was interrupted while it was made concurrently is there, and of no use: that is no index. */
const POSTGRES_INDEX: Question = (schema, _table, name) =>
  `SELECT 1 FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.indisvalid AND n.nspname = ${schema} AND c.relname = ${name}`;
const MYSQL_INDEX: Question = (schema, table, name) =>
  `SELECT 1 FROM information_schema.statistics WHERE table_schema = ${schema} AND table_name = ${table} AND index_name = ${name} LIMIT 1`;
const MYSQL = { ...COMMON, index: MYSQL_INDEX };

const SQLITE: Question = (_schema, table) => `SELECT 1 FROM sqlite_schema WHERE name = ${table}`;
const SQLITE_PART: Question = (_schema, _table, name) => `SELECT 1 FROM sqlite_schema WHERE name = ${name}`;
const SQLITE_COLUMN: Question = (_schema, table, name) =>
  `SELECT 1 FROM pragma_table_xinfo(${table}) WHERE name = ${name}`;

const QUESTIONS: Readonly<Record<DialectId, Readonly<Record<Effect['what'], Question>>>> = {
  // Constraints of a table come and go with its rebuild, which is not asked about.
  sqlite: {
    table: SQLITE,
    view: SQLITE,
    column: SQLITE_COLUMN,
    index: SQLITE_PART,
    primaryKey: SQLITE_PART,
    foreignKey: SQLITE_PART,
    check: SQLITE_PART,
  },
  postgres: { ...COMMON, index: POSTGRES_INDEX },
  mysql: MYSQL,
  mariadb: MYSQL,
};

/** Whether a statement has done what it was to do. */
export async function isDone(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  effect: Effect,
): Promise<boolean> {
  const question = QUESTIONS[dialect.id][effect.what];
  const text = (value: string): string => dialect.literal({ kind: 'text' }, value);
  const { schema = dialect.schema, name } = effect.table;
  const here = dialect.id === 'postgres' ? 'current_schema()' : 'DATABASE()';
  const sql = question(schema === undefined ? here : text(schema), text(name), text(effect.name ?? ''));
  const rows = await executor.query(connection, sql, []);
  return rows.length > 0 === effect.exists;
}
