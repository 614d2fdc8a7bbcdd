import { unreachable } from '../../utils/unreachable.ts';
import type { Operation } from '../operations/operation.ts';

/** What an operation destroys, in the words by which it is confirmed. */
export function destroyedBy(operation: Operation): string[] {
  switch (operation.kind) {
    case 'dropTable':
      return [`drop table ${operation.table.name}`];
    case 'dropColumn':
      return [`drop column ${operation.table.name}.${operation.column}`];
    case 'runSql':
      return operation.operations.flatMap(destroyedBy);
    case 'createTable':
    case 'renameTable':
    case 'addColumn':
    case 'renameColumn':
    case 'alterColumn':
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
