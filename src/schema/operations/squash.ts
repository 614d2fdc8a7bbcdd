import type { Schema, TableName, TableSchema } from '../../core/ast/schema.ts';
import { typeKey } from '../compare.ts';
import { keyOf } from '../creation-order.ts';
import { applyOperation } from './apply.ts';
import { resolveTable } from './conditions.ts';
import { isIndependent } from './footprint.ts';
import type { AlterColumnOperation, Operation } from './operation.ts';

/**
 * Fewer operations that come to the same schema, from wherever these do: what is made and then changed is made as it will be, and
 * what is made and dropped is left out. Nothing is moved past SQL or code, which finds every table as before. After the optimiser
 * of Django's squashmigrations (https://docs.djangoproject.com/en/stable/topics/migrations/#squashing-migrations).
 *
 * @param operations Those of one migration after another.
 */
export function squashOperations(operations: readonly Operation[]): Operation[] {
  // What ends in nothing goes first: a table that has taken the one half of it would keep the other.
  return [pairsInOne, tablesInOne].reduce<Operation[]>(
    (list, rule) => {
      let fewer = list;
      for (let next = rule(fewer); next !== undefined; next = rule(fewer)) fewer = next;
      return fewer;
    },
    [...operations],
  );
}

/** With the first two in one that are about the same thing, in the place of the second; `undefined` if there are none. */
function pairsInOne(list: readonly Operation[]): Operation[] | undefined {
  for (const [i, first] of list.entries()) {
    for (let j = i + 1; j < list.length && first.kind !== 'createTable'; j++) {
      const both = together(first, list[j]!);
      if (both !== undefined) return [...list.slice(0, i), ...list.slice(i + 1, j), ...both, ...list.slice(j + 1)];
      if (!isUnaffected(first, list[j]!)) break;
    }
  }
  return undefined;
}

/** With the first change of a table in its CREATE TABLE; `undefined` if there is none. */
function tablesInOne(list: readonly Operation[]): Operation[] | undefined {
  for (const [i, first] of list.entries()) {
    if (first.kind !== 'createTable') continue;
    for (let j = i + 1; j < list.length; j++) {
      const second = list[j]!;
      const between = list.slice(i + 1, j);
      const whole = between.every((other) => isIndependent(other, second)) ? createdAs(first.table, second) : undefined;
      if (whole !== undefined) return [...list.slice(0, i), ...whole, ...between, ...list.slice(j + 1)];
    }
  }
  return undefined;
}

/** Whether an operation can as well come after another one. */
function isUnaffected(first: Operation, other: Operation): boolean {
  // A view that is gone again matters to other views and to SQL alone.
  if (first.kind === 'createView') return !['createView', 'dropView', 'runSql', 'run'].includes(other.kind);
  return isIndependent(first, other);
}

/** CREATE TABLE with what happens to the table afterwards; nothing, if that is its end. */
function createdAs(
  draft: Extract<Operation, { readonly kind: 'createTable' }>['table'],
  second: Operation,
): Operation[] | undefined {
  if (!('table' in second) || second.kind === 'createTable' || keyOf(second.table) !== keyOf(draft)) return undefined;
  if (second.kind === 'dropTable') return [];
  const table = resolveTable(draft);
  return [{ kind: 'createTable', table: changed(table, second) }];
}

function changed(table: TableSchema, operation: Operation): TableSchema {
  // That the other table is there was seen where the operation stood.
  if (operation.kind === 'addForeignKey') return { ...table, foreignKeys: [...table.foreignKeys, operation.key] };
  const alone: Schema = { tables: [table], views: [] };
  return applyOperation(alone, operation).tables[0]!;
}

/** Two operations on the same thing as less than two; `undefined` where that cannot be. */
function together(first: Operation, second: Operation): readonly Operation[] | undefined {
  if (first.kind === 'createView')
    return second.kind === 'dropView' && isSame(first.view, second.view) ? [] : undefined;
  if (!('table' in first) || !('table' in second)) return undefined;
  if (first.kind === 'renameTable') return renamedTable(first, second);
  if (!isSame(first.table, second.table)) return undefined;
  switch (first.kind) {
    case 'addColumn':
      return addedColumn(first, second);
    case 'renameColumn':
      if (second.kind === 'renameColumn' && second.from === first.to)
        return second.to === first.from ? [] : [{ ...second, from: first.from }];
      return second.kind === 'dropColumn' && second.column === first.to
        ? [{ ...second, column: first.from }]
        : undefined;
    case 'alterColumn':
      if (second.kind === 'dropColumn' && second.column === first.column.name) return [second];
      return second.kind === 'alterColumn' ? alteredTwice(first, second) : undefined;
    case 'addIndex': {
      const { name, unique } = first.index;
      if (second.kind === 'renameIndex' && second.from === name)
        return [{ ...first, index: { ...first.index, name: second.to } }];
      return drops(second, name, unique ? ['dropIndex', 'dropConstraint'] : ['dropIndex']) ? [] : undefined;
    }
    case 'renameIndex':
      if (second.kind === 'renameIndex' && second.from === first.to)
        return second.to === first.from ? [] : [{ ...second, from: first.from }];
      return second.kind === 'dropIndex' && second.name === first.to ? [{ ...second, name: first.from }] : undefined;
    case 'addCheck':
      return drops(second, first.check.name, ['dropConstraint']) ? [] : undefined;
    case 'addForeignKey':
      return drops(second, first.key.name, ['dropConstraint']) ? [] : undefined;
    case 'commentOnTable':
    case 'alterPrimaryKey':
      return second.kind === first.kind ? [second] : undefined;
    default:
      return undefined;
  }
}

function renamedTable(
  first: Extract<Operation, { readonly kind: 'renameTable' }>,
  second: Extract<Operation, { readonly table: TableName }>,
): readonly Operation[] | undefined {
  if (!isSame({ schema: first.table.schema, name: first.to }, second.table)) return undefined;
  if (second.kind === 'dropTable') return [{ ...second, table: first.table }];
  if (second.kind !== 'renameTable') return undefined;
  return second.to === first.table.name ? [] : [{ ...second, table: first.table }];
}

function addedColumn(
  first: Extract<Operation, { readonly kind: 'addColumn' }>,
  second: Operation,
): readonly Operation[] | undefined {
  const { column, fill } = first;
  if (second.kind === 'dropColumn' && second.column === column.name && !column.identity) return [];
  if (second.kind === 'renameColumn' && second.from === column.name)
    return [{ ...first, column: { ...column, name: second.to } }];
  if (second.kind !== 'alterColumn' || second.column.name !== column.name || column.identity) return undefined;
  if (!isOfOneType(first, second)) return undefined;
  return [{ ...first, column: second.column, fill: fill ?? second.fill }];
}

function alteredTwice(first: AlterColumnOperation, second: AlterColumnOperation): readonly Operation[] | undefined {
  if (first.column.name !== second.column.name || first.using !== undefined || !isOfOneType(first, second))
    return undefined;
  return [{ ...second, fill: first.fill ?? second.fill }];
}

/** Whether what rows are filled with is right for the column as it is afterwards as well. */
function isOfOneType(
  first: Extract<Operation, { readonly kind: 'addColumn' | 'alterColumn' }>,
  second: AlterColumnOperation,
): boolean {
  return second.using === undefined && typeKey(first.column.type) === typeKey(second.column.type);
}

function drops(operation: Operation, name: string, kinds: readonly Operation['kind'][]): boolean {
  return kinds.includes(operation.kind) && 'name' in operation && operation.name === name;
}

function isSame(a: TableName, b: TableName): boolean {
  return keyOf(a) === keyOf(b);
}
