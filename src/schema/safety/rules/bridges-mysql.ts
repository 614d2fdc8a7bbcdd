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
import type { LockedChange, Trigger } from './triggers-mysql.ts';
import { addTwins, swapTwins, twinsOf } from './twins.ts';
import type { Twin } from './twins.ts';

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
  const twins = twinsOf(table, from.name, next.name);
  const triggers = triggersOf(dialect, bridge);
  const [beside, placed] = [withColumn(table, next), withColumn(table, { ...next, name: to.name })];
  const change = altered(dialect, table, [
    `DROP COLUMN ${dialect.quote(from.name)}`,
    clauseOf(dialect, { kind: 'renameColumn', table: placed, from: next.name, to: to.name }),
    'ALGORITHM=INSTANT',
  ]);
  const { drops, renames } = swapTwins(table, twins);
  const swap = ownSql(
    whileLocked(
      dialect,
      table,
      [...twinsPlaced(dialect, table, twins), { sql: change, unless: { column: next.name } }],
      dropped(dialect, table, triggers),
    ),
    [
      ...twinsAside(dialect, table, twins),
      ...dialect.ddl({ kind: 'renameColumn', table: beside, from: to.name, to: next.name }),
      ...cameBack(dialect, bridge, dialect.quote(next.name), twins),
    ],
    {
      operations: [
        ...drops,
        { kind: 'dropColumn', table, column: from.name } as const,
        { kind: 'renameColumn', table, from: next.name, to: to.name } as const,
        ...renames,
      ].map(plainTable),
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
    addTwins(table, twins, false),
    [swap, ...(to.nullable ? [] : [alter(table, to)])],
  ]);
}

/** A column gets another name: a new one beside it, kept in step both ways, until no code knows the old one. */
export function renamedLocked({ dialect }: Place, table: TableSchema, from: ColumnSchema, name: string): Stage[] {
  const to = { ...from, name };
  const bare = { ...to, nullable: true, default: undefined };
  const bridge = { table, from, to: bare, value: dialect.quote(from.name), both: true };
  const twins = twinsOf(table, from.name, name);
  const triggers = triggersOf(dialect, bridge);
  const withDefault = { ...to, nullable: true };
  const change = altered(dialect, table, [
    `DROP COLUMN ${dialect.quote(from.name)}`,
    ...(to.default === undefined
      ? []
      : [clauseOf(dialect, { kind: 'alterColumn', table: withColumn(table, to), from: bare, to: withDefault })]),
    'ALGORITHM=INSTANT',
  ]);
  // New code writes no value of its own into the old one.
  const relaxed = from.nullable || from.default !== undefined ? from : { ...from, nullable: true };
  const { drops, renames } = swapTwins(table, twins);
  const end = ownSql(
    whileLocked(
      dialect,
      table,
      [...twinsPlaced(dialect, table, twins), { sql: change, unless: { column: from.name } }],
      dropped(dialect, table, triggers),
    ),
    [
      ...twinsAside(dialect, table, twins),
      ...cameBack(dialect, { ...bridge, from: relaxed }, dialect.quote(name), twins),
    ],
    {
      operations: [
        ...(to.default === undefined ? [] : [alter(table, withDefault)]),
        ...drops,
        { kind: 'dropColumn', table, column: from.name } as const,
        ...renames,
      ].map(plainTable),
      repeatable: true,
    },
  );
  const stages = stagesOf([
    [{ kind: 'addColumn', table, column: bare, fill: undefined }, withTriggers(dialect, table, triggers)],
    [fillOf(dialect, bridge), ...(relaxed === from ? [] : [alter(table, relaxed)])],
    addTwins(table, twins, false),
    [end, ...(to.nullable ? [] : [alter(table, to)])],
  ]);
  const then = `Deploy code that reads and writes ${name}, and nothing that knows ${from.name}.`;
  return [...stages.slice(0, -2), { ...stages.at(-2)!, then }, stages.at(-1)!];
}

/** The stages that there is something to do in. */
function stagesOf(stages: readonly (readonly Operation[])[]): Stage[] {
  return stages
    .filter((operations) => operations.length > 0)
    .map((operations) => ({ operations: operations.map(plainTable) }));
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

/** The old column again, with what the new one holds, in step with it, and with its indexes. */
function cameBack(dialect: Dialect, bridge: Bridge, value: string, twins: readonly Twin[]): string[] {
  const { table, from } = bridge;
  const bare = { ...from, nullable: true, default: undefined };
  return [
    ...dialect.ddl({ kind: 'addColumn', table, column: bare }),
    `UPDATE ${quotedTable(dialect, table)} SET ${dialect.quote(from.name)} = ${value}`,
    ...dialect.ddl({ kind: 'alterColumn', table, from: bare, to: from }),
    ...created(dialect, table, triggersOf(dialect, bridge)),
    ...twins.flatMap(({ old }) => dialect.ddl({ kind: 'createIndex', table, index: old, ifNotExists: false })),
  ];
}

/** Indexes of the new column in the place of those of the old one: only names change. */
function twinsPlaced(dialect: Dialect, table: TableSchema, twins: readonly Twin[]): LockedChange[] {
  const [first] = twins;
  if (first === undefined) return [];
  const changes = [
    ...twins.map(({ old }) => `DROP INDEX ${dialect.quote(old.name)}`),
    ...twins.map(({ old, fresh }) => `RENAME INDEX ${dialect.quote(fresh.name)} TO ${dialect.quote(old.name)}`),
    'ALGORITHM=INPLACE',
  ];
  return [{ sql: altered(dialect, table, changes), unless: { index: first.fresh.name } }];
}

function twinsAside(dialect: Dialect, table: TableSchema, twins: readonly Twin[]): string[] {
  const changes = twins.map(
    ({ old, fresh }) => `RENAME INDEX ${dialect.quote(old.name)} TO ${dialect.quote(fresh.name)}`,
  );
  return changes.length === 0 ? [] : [altered(dialect, table, changes)];
}

/** A table with one column more, or another one of that name. */
function withColumn(table: TableSchema, column: ColumnSchema): TableSchema {
  return { ...table, columns: [...table.columns.filter(({ name }) => name !== column.name), column] };
}

function altered(dialect: Dialect, table: TableSchema, changes: readonly string[]): string {
  return `ALTER TABLE ${quotedTable(dialect, table)} ${changes.join(', ')}`;
}

/** A change of a column as part of a longer ALTER TABLE. */
function clauseOf(
  dialect: Dialect,
  statement: Extract<DdlStatement, { kind: 'alterColumn' | 'renameColumn' }>,
): string {
  return dialect.ddl(statement)[0]!.replace(altered(dialect, statement.table, ['']), '');
}
