import type { DdlStatement } from '../../core/ast/ddl.ts';
import type { CheckSchema, ColumnSchema, TableName, TableSchema } from '../../core/ast/schema.ts';
import { qualified } from '../../dialects/schemas.ts';
import { typeKey } from '../compare.ts';
import { readsColumn } from '../operations/conditions.ts';
import type { AddColumnOperation, AlterColumnOperation, RenameColumnOperation } from '../operations/operation.ts';
import { defaultSql } from '../rebuild.ts';
import type { Change } from './change.ts';
import { checksToLift } from './lifted-checks.ts';
import { gone, made } from './step.ts';
import type { Step } from './step.ts';

/** A required column gets its value by a default, which goes again: rows that come have one of their own. */
export function addColumn(change: Change, { table: name, column, fill }: AddColumnOperation): Step[] {
  const table = change.tableAfter(name);
  const effect = made('column', name, column.name);
  if (fill === undefined || column.default !== undefined || column.generated !== undefined)
    return change.ddl({ kind: 'addColumn', table, column }, effect);
  const filled = { ...column, default: literal(change, column, fill) };
  const undo: DdlStatement = { kind: 'alterColumn', table, from: filled, to: column };
  return [...change.ddl({ kind: 'addColumn', table, column: filled }, effect), ...change.ddl(undo, undefined)];
}

export function renameColumn(change: Change, { table: name, from, to }: RenameColumnOperation): Step[] {
  const table = change.tableAfter(name);
  const lifted = checksToLift(change.after, table, to, [to], change.dialect);
  const readers = {
    checks: table.checks.filter((check) => !lifted.includes(check) && readsColumn(check.condition, to)),
    indexes: table.indexes.filter(({ fullText, parts }) => fullText !== undefined && parts[0]!.column === to),
  };
  const renamed = change.ddl({ kind: 'renameColumn', table, from, to, readers }, made('column', table, to));
  return without(change, lifted, table, renamed);
}

export function alterColumn(change: Change, { table: name, column, fill, using }: AlterColumnOperation): Step[] {
  const { dialect } = change;
  const [before, table] = [change.tableBefore(name), change.tableAfter(name)];
  const from = before.columns.find((other) => other.name === column.name)!;
  const value = fill === undefined ? defaultSql(column, dialect) : literal(change, from, fill);
  const isFilled = value !== undefined && !column.nullable && from.nullable;
  const update = isFilled ? [change.again(updateOf(change, name, from, value))] : [];
  const isSame =
    using === undefined &&
    from.nullable === column.nullable &&
    from.identity === column.identity &&
    from.default === column.default &&
    from.comment === column.comment &&
    from.generated?.sql === column.generated?.sql &&
    from.generated?.stored === column.generated?.stored &&
    dialect.columnType(before, from) === dialect.columnType(table, column);
  if (isSame) return [];
  const lifted = from.nullable === column.nullable ? [] : checksToLift(change.after, table, column.name, [], dialect);
  const altered = change.ddl({ kind: 'alterColumn', table, from, to: column, using }, undefined);
  return [...update, ...lookAt(change, name, from, column), ...without(change, lifted, table, altered)];
}

/** The values that the database would take for what they are not. */
function lookAt({ dialect, position }: Change, table: TableName, from: ColumnSchema, to: ColumnSchema): Step[] {
  const misfits = typeKey(from.type) === typeKey(to.type) ? undefined : dialect.misfits(from, to.type);
  if (misfits === undefined) return [];
  const sql = `SELECT COUNT(*) FROM ${qualified(dialect, table)} WHERE ${misfits}`;
  const column = { table, name: to.name, type: to.type.kind };
  return [{ kind: 'look', operation: position, outside: false, sql, column }];
}

/** Columns whose type depends on whether they stand in an index. */
export function retyped(change: Change, name: TableName, of: (column: ColumnSchema) => boolean = () => true): Step[] {
  const { dialect } = change;
  const [before, after] = [change.tableBefore(name), change.tableAfter(name)];
  return after.columns.flatMap((to) => {
    const from = before.columns.find((column) => column.name === to.name);
    if (from === undefined || !of(to)) return [];
    if (dialect.columnType(before, from) === dialect.columnType(after, to)) return [];
    return change.ddl({ kind: 'alterColumn', table: after, from, to }, undefined);
  });
}

/** Steps while checks are away. */
function without(change: Change, checks: readonly CheckSchema[], table: TableSchema, steps: readonly Step[]): Step[] {
  return [
    ...checks.flatMap(({ name }) => change.ddl({ kind: 'dropCheck', table, name }, gone('check', table, name))),
    ...steps,
    ...checks.flatMap((check) => change.ddl({ kind: 'addCheck', table, check }, made('check', table, check.name))),
  ];
}

function updateOf({ dialect }: Change, { schema, name }: TableName, column: ColumnSchema, value: string): string {
  const table = schema === undefined ? dialect.quote(name) : dialect.quote(schema, name);
  const target = dialect.quote(column.name);
  return `UPDATE ${table} SET ${target} = ${value} WHERE ${target} IS NULL`;
}

function literal({ dialect }: Change, { type }: ColumnSchema, fill: unknown): string {
  return dialect.literal(type, typeof fill === 'function' ? (fill as () => unknown)() : fill);
}
