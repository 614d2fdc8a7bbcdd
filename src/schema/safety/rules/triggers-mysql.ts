import type { TableName, TableSchema } from '../../../core/ast/schema.ts';
import type { Dialect } from '../../../dialects/dialect.ts';
import type { Operation } from '../../operations/operation.ts';
import { ownSql, quotedTable } from './bridge.ts';

/** What MySQL and MariaDB do before a row is written. */
export interface Trigger {
  readonly name: string;
  readonly on: 'INSERT' | 'UPDATE';
  /** One statement. */
  readonly body: string;
}

/** Triggers that come, and go on the way back. */
export function withTriggers(dialect: Dialect, table: TableSchema, triggers: readonly Trigger[]): Operation {
  return ownSql(created(dialect, table, triggers), dropped(dialect, table, triggers), { repeatable: true });
}

/** Triggers that go, and come again on the way back. */
export function withoutTriggers(dialect: Dialect, table: TableSchema, triggers: readonly Trigger[]): Operation {
  return ownSql(dropped(dialect, table, triggers), created(dialect, table, triggers), { repeatable: true });
}

export function created(dialect: Dialect, table: TableName, triggers: readonly Trigger[]): string[] {
  return triggers.map(
    ({ name, on, body }) =>
      `CREATE TRIGGER IF NOT EXISTS ${triggerName(dialect, table, name)} BEFORE ${on} ON ${quotedTable(dialect, table)} FOR EACH ROW ${body}`,
  );
}

export function dropped(dialect: Dialect, table: TableName, triggers: readonly Pick<Trigger, 'name'>[]): string[] {
  return triggers.map(({ name }) => `DROP TRIGGER IF EXISTS ${triggerName(dialect, table, name)}`);
}

/** The row that is written, as a table of one row in which columns have their own names. */
export function writtenRow(dialect: Dialect, { columns }: TableSchema): string {
  const own = columns.map(({ name }) => `NEW.${dialect.quote(name)} AS ${dialect.quote(name)}`);
  return `(SELECT ${own.join(', ')}) AS written`;
}

/** A trigger lives in the schema of its table. */
function triggerName(dialect: Dialect, { schema }: TableName, name: string): string {
  return schema === undefined ? dialect.quote(name) : dialect.quote(schema, name);
}

/** A statement that changes a table, and what is there as long as it has not been done. */
export interface LockedChange {
  readonly sql: string;
  readonly unless: { readonly column: string } | { readonly index: string };
}

/**
 * Changes that nobody sees the middle of: others wait while statements change the table at once, and triggers that know it as it
 * was go. Done twice, they do nothing the second time. If the process dies in between, whoever writes fails by name, and
 * nothing is written that would be lost, until the migration goes on.
 */
export function whileLocked(
  dialect: Dialect,
  table: TableName,
  changes: readonly LockedChange[],
  after: readonly string[],
): string {
  const named = changes.map((change, i) => ({ ...change, name: i === 0 ? 'blaze' : `blaze_${i + 1}` }));
  return [
    ...named.flatMap(({ sql, unless, name }) => [
      `SET @${name} = IF(EXISTS(${lookFor(dialect, table, unless)}), ${textOf(dialect, sql)}, 'DO 0')`,
      `PREPARE ${name} FROM @${name}`,
    ]),
    `LOCK TABLES ${quotedTable(dialect, table)} WRITE`,
    ...named.map(({ name }) => `EXECUTE ${name}`),
    ...after,
    'UNLOCK TABLES',
    ...named.map(({ name }) => `DEALLOCATE PREPARE ${name}`),
  ].join(';\n');
}

function lookFor(dialect: Dialect, { schema, name }: TableName, unless: LockedChange['unless']): string {
  const where = `table_schema = ${schema === undefined ? 'DATABASE()' : textOf(dialect, schema)} AND table_name = ${textOf(dialect, name)}`;
  return 'column' in unless
    ? `SELECT 1 FROM information_schema.columns WHERE ${where} AND column_name = ${textOf(dialect, unless.column)}`
    : `SELECT 1 FROM information_schema.statistics WHERE ${where} AND index_name = ${textOf(dialect, unless.index)}`;
}

function textOf(dialect: Dialect, value: string): string {
  return dialect.literal({ kind: 'text' }, value);
}
