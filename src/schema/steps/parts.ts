import type { ColumnSchema, TableName } from '../../core/ast/schema.ts';
import { constraintIn, indexIn } from '../operations/apply.ts';
import type {
  AddCheckOperation,
  AddForeignKeyOperation,
  AddIndexOperation,
  AlterPrimaryKeyOperation,
  DropConstraintOperation,
  DropIndexOperation,
  RenameIndexOperation,
} from '../operations/operation.ts';
import type { Change } from './change.ts';
import { retyped } from './columns.ts';
import { gone, made } from './step.ts';
import type { Effect, Step } from './step.ts';

/** Keys, constraints and indexes of a table. */

export function alterPrimaryKey(change: Change, operation: AlterPrimaryKeyOperation): Step[] {
  const from = change.tableBefore(operation.table).primaryKey;
  const table = change.tableAfter(operation.table);
  const isComing = ({ name }: ColumnSchema): boolean => table.primaryKey.includes(name);
  return [
    ...retyped(change, table, isComing),
    ...change.ddl({ kind: 'alterPrimaryKey', table, from }, keyEffect(table, from, table.primaryKey)),
    ...retyped(change, table, (column) => !isComing(column)),
  ];
}

/** A key that becomes another one is there before and after. */
function keyEffect(table: TableName, from: readonly string[], to: readonly string[]): Effect | undefined {
  if (from.length === 0) return made('primaryKey', table, 'PRIMARY');
  return to.length === 0 ? gone('primaryKey', table, 'PRIMARY') : undefined;
}

export function addForeignKey(change: Change, { table, key, notValid }: AddForeignKeyOperation): Step[] {
  const statement = { kind: 'addForeignKey', table, key, ifNotExists: false, notValid } as const;
  return [...retyped(change, table), ...change.ddl(statement, made('foreignKey', table, key.name))];
}

export function addCheck(change: Change, { table, check: { name }, notValid }: AddCheckOperation): Step[] {
  const check = change.tableAfter(table).checks.find((other) => other.name === name)!;
  return change.ddl({ kind: 'addCheck', table, check, notValid }, made('check', table, name));
}

export function dropConstraint(change: Change, { table, name }: DropConstraintOperation): Step[] {
  const found = constraintIn(change.tableBefore(table), name);
  if ('targets' in found) {
    const statement = { kind: 'dropForeignKey', table: change.tableAfter(table), key: found } as const;
    return [...change.ddl(statement, gone('foreignKey', table, name)), ...retyped(change, table)];
  }
  if ('condition' in found) return change.ddl({ kind: 'dropCheck', table, name }, gone('check', table, name));
  return dropIndex(change, { kind: 'dropIndex', table, name, concurrently: false });
}

export function addIndex(change: Change, operation: AddIndexOperation): Step[] {
  const table = change.tableAfter(operation.table);
  const index = indexIn(table, operation.index.name);
  if (index.fullText !== undefined && !change.dialect.features.fullText) return [];
  const { concurrently } = operation;
  const statement = { kind: 'createIndex', table, index, ifNotExists: false, concurrently } as const;
  return [...retyped(change, table), ...change.ddl(statement, made('index', table, index.name), concurrently)];
}

export function dropIndex(change: Change, { table, name, concurrently }: DropIndexOperation): Step[] {
  const index = indexIn(change.tableBefore(table), name);
  if (index.fullText !== undefined && !change.dialect.features.fullText) return [];
  const statement = { kind: 'dropIndex', table: change.tableAfter(table), index, concurrently } as const;
  return [...change.ddl(statement, gone('index', table, name), concurrently), ...retyped(change, table)];
}

/** Made anew, where an index cannot be renamed. */
export function renameIndex(change: Change, { table: name, from, to }: RenameIndexOperation): Step[] {
  if (!change.dialect.features.rebuilds)
    return change.ddl({ kind: 'renameIndex', table: name, from, to }, made('index', name, to));
  const table = change.tableAfter(name);
  return [
    ...dropIndex(change, { kind: 'dropIndex', table: name, name: from, concurrently: false }),
    ...change.ddl(
      { kind: 'createIndex', table, index: indexIn(table, to), ifNotExists: false },
      made('index', name, to),
    ),
  ];
}
