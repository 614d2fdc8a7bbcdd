import type { Schema } from '../../core/ast/schema.ts';
import { IrreversibleMigrationError } from '../../utils/migration-errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { findView, tableIn } from '../state.ts';
import { neutralValue } from '../neutral-values.ts';
import { applyOperation, columnIn, constraintIn, indexIn } from './apply.ts';
import type { Operation } from './operation.ts';

/**
 * What takes an operation back, done after it. Rows that a dropped table or column held do not come back.
 *
 * @param before The schema before the operation.
 * @throws IrreversibleMigrationError for SQL or code that says no way back.
 */
export function invertOperation(operation: Operation, before: Schema): Operation[] {
  switch (operation.kind) {
    case 'createTable':
      return [{ kind: 'dropTable', table: operation.table }];
    case 'dropTable':
      return [{ kind: 'createTable', table: tableIn(before, operation.table) }];
    case 'renameTable': {
      const { schema, name } = operation.table;
      return [{ kind: 'renameTable', table: { schema, name: operation.to }, to: name }];
    }
    case 'addColumn':
      return [{ kind: 'dropColumn', table: operation.table, column: operation.column.name }];
    case 'dropColumn': {
      const column = columnIn(tableIn(before, operation.table), operation.column);
      return [{ kind: 'addColumn', table: operation.table, column, fill: neutralValue(column) }];
    }
    case 'renameColumn':
      return [{ kind: 'renameColumn', table: operation.table, from: operation.to, to: operation.from }];
    case 'alterColumn': {
      const column = columnIn(tableIn(before, operation.table), operation.column.name);
      const fill = operation.column.nullable ? neutralValue(column) : undefined;
      return [{ kind: 'alterColumn', table: operation.table, column, fill, using: undefined }];
    }
    case 'alterPrimaryKey':
      return [
        { kind: 'alterPrimaryKey', table: operation.table, columns: tableIn(before, operation.table).primaryKey },
      ];
    case 'addForeignKey':
      return [{ kind: 'dropConstraint', table: operation.table, name: operation.key.name }];
    case 'addCheck':
      return [{ kind: 'dropConstraint', table: operation.table, name: operation.check.name }];
    case 'dropConstraint': {
      const { table } = operation;
      const found = constraintIn(tableIn(before, table), operation.name);
      if ('targets' in found) return [{ kind: 'addForeignKey', table, key: found, notValid: false }];
      if ('condition' in found) return [{ kind: 'addCheck', table, check: found, notValid: false }];
      return [{ kind: 'addIndex', table, index: found, concurrently: false }];
    }
    case 'validateConstraint':
      return [];
    case 'addIndex':
      return [
        {
          kind: 'dropIndex',
          table: operation.table,
          name: operation.index.name,
          concurrently: operation.concurrently,
        },
      ];
    case 'dropIndex': {
      const index = indexIn(tableIn(before, operation.table), operation.name);
      return [{ kind: 'addIndex', table: operation.table, index, concurrently: operation.concurrently }];
    }
    case 'renameIndex':
      return [{ kind: 'renameIndex', table: operation.table, from: operation.to, to: operation.from }];
    case 'commentOnTable':
      return [{ kind: 'commentOnTable', table: operation.table, comment: tableIn(before, operation.table).comment }];
    case 'createView':
      return [{ kind: 'dropView', view: operation.view }];
    case 'dropView':
      // That it is there was seen when it was applied.
      return [{ kind: 'createView', view: findView(before, operation.view)! }];
    case 'runSql': {
      if (operation.down === undefined) throw irreversible('runSql()', 'down');
      const { up, down, outside } = operation;
      return [{ kind: 'runSql', up: down, down: up, outside, operations: invertAll(operation.operations, before) }];
    }
    case 'run': {
      if (operation.down === undefined) throw irreversible('run()', 'down');
      const { up, down, outside } = operation;
      return [{ kind: 'run', up: down, down: up, outside }];
    }
    default:
      return unreachable(operation);
  }
}

/** What takes several back, the last one first. */
export function invertAll(operations: readonly Operation[], before: Schema): Operation[] {
  let schema = before;
  const inverted = operations.map((operation) => {
    const back = invertOperation(operation, schema);
    schema = applyOperation(schema, operation);
    return back;
  });
  return inverted.toReversed().flat();
}

function irreversible(call: string, option: string): IrreversibleMigrationError {
  return new IrreversibleMigrationError(`${call} says no way back.`, { remedy: `Give it '${option}'.` });
}
