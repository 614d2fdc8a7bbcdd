import type { ColumnSchema, TableSchema } from '../../../core/ast/schema.ts';
import type { DdlStatement } from '../../../core/ast/ddl.ts';
import type { Dialect } from '../../../dialects/dialect.ts';
import { backFill } from '../../operations/back-fill.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Stage } from '../finding.ts';
import { alter, bridgeName, nextOf, ownSql, plainTable, quotedTable } from './bridge.ts';
import type { Bridge } from './bridge.ts';
import { tableLike } from './stages.ts';
import { created, dropped, whileLocked, withTriggers, writtenRow } from './triggers-mysql.ts';
import type { Trigger } from './triggers-mysql.ts';

/*
 * MySQL and MariaDB keep two columns in step by triggers as well, but change the schema a statement at a time: so the two change
 * places while the table is locked, in one statement that is done at once. A column is required only afterwards, in place: MariaDB
 * refuses INSERT … SELECT without a required column, whatever a trigger gives it.
 */

/** A column gets another type: a new one beside it, kept in step and filled, takes its place. */
export function retypedLocked(
  { dialect }: Place,
  table: TableSchema,
  from: ColumnSchema,
  to: ColumnSchema,
  value: string,
): Stage[] {
  const next = nextOf({ ...to, nullable: true });
  const bridge = { table, from, to: next, value, both: false };
  const bare = { ...next, default: undefined };
  const name = quotedTable(dialect, table);
  const [old, fresh] = [dialect.quote(from.name), dialect.quote(next.name)];
  const change = `ALTER TABLE ${name} DROP COLUMN ${old}, RENAME COLUMN ${fresh} TO ${old}, ALGORITHM=INSTANT`;
  const triggers = triggersOf(dialect, bridge);
  const swap = ownSql(
    whileLocked(dialect, table, change, next.name, dropped(dialect, table, triggers)),
    [`ALTER TABLE ${name} RENAME COLUMN ${old} TO ${fresh}`, ...cameBack(dialect, bridge, dialect.quote(next.name))],
    {
      operations: [
        { kind: 'dropColumn', table, column: from.name },
        { kind: 'renameColumn', table, from: next.name, to: to.name },
      ].map((operation) => plainTable(operation as Operation)),
      repeatable: true,
    },
  );
  return stagesOf([
    [
      { kind: 'addColumn', table, column: bare, fill: undefined },
      ...(next.default === undefined ? [] : [alter(table, next)]),
      withTriggers(dialect, table, triggers),
    ],
    [fillOf(dialect, bridge)],
    [swap, ...(to.nullable ? [] : [alter(table, to)])],
  ]);
}

/** A column gets another name: a new one beside it, kept in step both ways, until no code knows the old one. */
export function renamedLocked({ dialect }: Place, table: TableSchema, from: ColumnSchema, name: string): Stage[] {
  const to = { ...from, name };
  const bare = { ...to, nullable: true, default: undefined };
  const bridge = { table, from, to: bare, value: dialect.quote(from.name), both: true };
  const triggers = triggersOf(dialect, bridge);
  const target = quotedTable(dialect, table);
  const withDefault = { ...to, nullable: true };
  const changes = [
    `DROP COLUMN ${dialect.quote(from.name)}`,
    ...(to.default === undefined ? [] : [clauseOf(dialect, table, bare, withDefault)]),
    'ALGORITHM=INSTANT',
  ];
  // New code writes no value of its own into the old one.
  const relaxed = from.nullable || from.default !== undefined ? from : { ...from, nullable: true };
  const end = ownSql(
    whileLocked(
      dialect,
      table,
      `ALTER TABLE ${target} ${changes.join(', ')}`,
      from.name,
      dropped(dialect, table, triggers),
    ),
    cameBack(dialect, { ...bridge, from: relaxed }, dialect.quote(name)),
    {
      operations: [
        ...(to.default === undefined ? [] : [alter(table, withDefault)]),
        { kind: 'dropColumn', table, column: from.name } as const,
      ].map(plainTable),
      repeatable: true,
    },
  );
  const [first, second, last] = stagesOf([
    [{ kind: 'addColumn', table, column: bare, fill: undefined }, withTriggers(dialect, table, triggers)],
    [fillOf(dialect, bridge), ...(relaxed === from ? [] : [alter(table, relaxed)])],
    [end, ...(to.nullable ? [] : [alter(table, to)])],
  ]);
  const then = `Deploy code that reads and writes ${name}, and nothing that knows ${from.name}.`;
  return [first!, { ...second!, then }, last!];
}

function stagesOf(stages: readonly (readonly Operation[])[]): Stage[] {
  return stages.map((operations) => ({ operations: operations.map(plainTable) }));
}

function fillOf(dialect: Dialect, { table, from, to, value }: Bridge): Operation {
  const [old, fresh] = [dialect.quote(from.name), dialect.quote(to.name)];
  return backFill(tableLike(table), { [to.name]: value }, { where: `${fresh} IS NULL AND ${old} IS NOT NULL` });
}

function triggersOf(dialect: Dialect, { table, from, to, value, both }: Bridge): Trigger[] {
  const [old, fresh] = [`NEW.${dialect.quote(from.name)}`, `NEW.${dialect.quote(to.name)}`];
  const computed = value === dialect.quote(from.name) ? old : `(SELECT ${value} FROM ${writtenRow(dialect, table)})`;
  const [forth, back] = [`SET ${fresh} = ${computed}`, `SET ${old} = ${fresh}`];
  const either = (condition: string): string => `IF ${condition} THEN ${forth}; ELSE ${back}; END IF`;
  const before = `OLD.${dialect.quote(to.name)}`;
  return [
    { name: bridgeName(table, from, 'insert'), on: 'INSERT', body: both ? either(`${fresh} IS NULL`) : forth },
    { name: bridgeName(table, from, 'update'), on: 'UPDATE', body: both ? either(`${fresh} <=> ${before}`) : forth },
  ];
}

/** The old column again, with what the new one holds, and in step with it. */
function cameBack(dialect: Dialect, bridge: Bridge, value: string): string[] {
  const { table, from } = bridge;
  const bare = { ...from, nullable: true, default: undefined };
  return [
    ...dialect.ddl({ kind: 'addColumn', table, column: bare }),
    `UPDATE ${quotedTable(dialect, table)} SET ${dialect.quote(from.name)} = ${value}`,
    ...dialect.ddl({ kind: 'alterColumn', table, from: bare, to: from }),
    ...created(dialect, table, triggersOf(dialect, bridge)),
  ];
}

/** A change of a column as part of a longer ALTER TABLE. */
function clauseOf(dialect: Dialect, table: TableSchema, from: ColumnSchema, to: ColumnSchema): string {
  const statement: DdlStatement = { kind: 'alterColumn', table, from, to };
  return dialect.ddl(statement)[0]!.replace(`ALTER TABLE ${quotedTable(dialect, table)} `, '');
}
