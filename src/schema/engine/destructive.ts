import type { Schema } from '../../core/ast/schema.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { lossOf } from '../losses.ts';
import { applyOperation } from '../operations/apply.ts';
import type { AlterColumnOperation, Operation } from '../operations/operation.ts';
import { findTable } from '../state.ts';

/**
 * What operations destroy, in the words by which it is confirmed.
 *
 * @param before The schema before the first of them.
 */
export function destroyedBy(operations: readonly Operation[], before: Schema): string[] {
  let schema = before;
  return operations.flatMap((operation) => {
    const phrases = destroyedByOne(operation, schema);
    schema = applyOperation(schema, operation);
    return phrases;
  });
}

function destroyedByOne(operation: Operation, before: Schema): string[] {
  switch (operation.kind) {
    case 'dropTable':
      return [`drop table ${operation.table.name}`];
    case 'dropColumn':
      return [`drop column ${operation.table.name}.${operation.column}`];
    case 'alterColumn':
      return losesSomething(operation, before) ? [`alter column ${operation.table.name}.${operation.column.name}`] : [];
    case 'runSql':
      return destroyedBy(operation.operations, before);
    case 'createTable':
    case 'renameTable':
    case 'addColumn':
    case 'renameColumn':
    case 'alterPrimaryKey':
    case 'addForeignKey':
    case 'addCheck':
    case 'dropConstraint':
    case 'validateConstraint':
    case 'addIndex':
    case 'dropIndex':
    case 'renameIndex':
    case 'commentOnTable':
    case 'createView':
    case 'dropView':
    case 'run':
      return [];
    default:
      return unreachable(operation);
  }
}

/** Whoever says with `using` what becomes of the values has said what they lose. */
function losesSomething({ table, column, using }: AlterColumnOperation, before: Schema): boolean {
  const from = findTable(before, table)?.columns.find(({ name }) => name === column.name);
  return from !== undefined && using === undefined && lossOf(from.type, column.type) !== undefined;
}
