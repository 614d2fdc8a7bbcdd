import type { TableName } from '../core/ast/schema.ts';
import { unreachable } from '../utils/unreachable.ts';
import type { Operation } from './operations/operation.ts';
import type { Step } from './steps/step.ts';

/** An operation in a few words, for people. */
export function describeOperation(operation: Operation): string {
  switch (operation.kind) {
    case 'createTable':
      return `create table ${named(operation.table)}`;
    case 'dropTable':
      return `drop table ${named(operation.table)}`;
    case 'renameTable':
      return `rename table ${named(operation.table)} to ${operation.to}`;
    case 'addColumn':
      return `add column ${named(operation.table)}.${operation.column.name}`;
    case 'dropColumn':
      return `drop column ${named(operation.table)}.${operation.column}`;
    case 'renameColumn':
      return `rename column ${named(operation.table)}.${operation.from} to ${operation.to}`;
    case 'alterColumn':
      return `alter column ${named(operation.table)}.${operation.column.name}`;
    case 'alterPrimaryKey':
      return `primary key of ${named(operation.table)}: ${operation.columns.join(', ')}`;
    case 'addForeignKey':
      return `add foreign key ${operation.key.name} to ${named(operation.table)}${later(operation)}`;
    case 'addCheck':
      return `add check ${operation.check.name} to ${named(operation.table)}${later(operation)}`;
    case 'dropConstraint':
      return `drop constraint ${operation.name} of ${named(operation.table)}`;
    case 'validateConstraint':
      return `validate constraint ${operation.name} of ${named(operation.table)}`;
    case 'addIndex':
      return `add index ${operation.index.name} to ${named(operation.table)}${beside(operation)}`;
    case 'dropIndex':
      return `drop index ${operation.name} of ${named(operation.table)}${beside(operation)}`;
    case 'renameIndex':
      return `rename index ${operation.from} of ${named(operation.table)} to ${operation.to}`;
    case 'commentOnTable':
      return `comment on table ${named(operation.table)}`;
    case 'createView':
      return `create view ${named(operation.view)}`;
    case 'dropView':
      return `drop view ${named(operation.view)}`;
    case 'runSql':
      return 'run SQL';
    case 'run':
      if (operation.backFill !== undefined) return `fill ${named(operation.backFill.table)} in batches`;
      return operation.rowCheck === undefined ? 'run code' : `look at the rows of ${named(operation.rowCheck.table)}`;
    default:
      return unreachable(operation);
  }
}

/** A step as SQL, as far as it is any: what is not stands in a comment. */
export function describeStep(step: Step): string {
  switch (step.kind) {
    case 'sql':
      return step.sql;
    case 'look':
      return `-- look whether the values of ${named(step.column.table)}.${step.column.name} can become ones of type ${step.column.type}`;
    case 'rebuild':
      return `-- make the table ${named(step.rebuild.after)} anew, with its rows`;
    case 'run':
      return '-- run code of the migration';
    default:
      return unreachable(step);
  }
}

function later({ notValid }: { readonly notValid: boolean }): string {
  return notValid ? ', for new rows' : '';
}

function beside({ concurrently }: { readonly concurrently: boolean }): string {
  return concurrently ? ', concurrently' : '';
}

function named({ schema, name }: TableName): string {
  return schema === undefined ? name : `${schema}.${name}`;
}
