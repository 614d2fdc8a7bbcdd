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

/**
 * A change that nobody sees the middle of: others wait while one statement changes the table at once, and triggers that know it as it
 * was go. Done twice, it does nothing the second time. If the process dies between the two, whoever writes fails by name, and
 * nothing is written that would be lost, until the migration goes on.
 *
 * @param unless What is there as long as it has not been done: a column.
 */
export function whileLocked(
  dialect: Dialect,
  table: TableName,
  change: string,
  unless: string,
  after: readonly string[],
): string {
  const text = (value: string): string => dialect.literal({ kind: 'text' }, value);
  const schema = table.schema === undefined ? 'DATABASE()' : text(table.schema);
  return [
    `SET @blaze = IF(EXISTS(SELECT 1 FROM information_schema.columns WHERE table_schema = ${schema} AND table_name = ${text(table.name)} AND column_name = ${text(unless)}), ${text(change)}, 'DO 0')`,
    'PREPARE blaze FROM @blaze',
    `LOCK TABLES ${quotedTable(dialect, table)} WRITE`,
    'EXECUTE blaze',
    ...after,
    'UNLOCK TABLES',
    'DEALLOCATE PREPARE blaze',
  ].join(';\n');
}
