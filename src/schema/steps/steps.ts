import type { ForeignKeySchema, Schema, TableSchema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { keyOf } from '../creation-order.ts';
import { applyOperation } from '../operations/apply.ts';
import type {
  CreateTableOperation,
  Operation,
  RunOperation,
  RunSqlOperation,
  SqlText,
} from '../operations/operation.ts';
import { isAlteredInPlace, rebuildOf } from '../rebuild.ts';
import { Change } from './change.ts';
import { addColumn, alterColumn, renameColumn } from './columns.ts';
import { addCheck, addForeignKey, addIndex, alterPrimaryKey, dropConstraint, dropIndex, renameIndex } from './parts.ts';
import { gone, made } from './step.ts';
import type { RebuildStep, Step } from './step.ts';

/**
 * The steps of a list of operations on a database.
 *
 * @throws MigrationError for an operation that does not fit; UnsupportedError for what the database lacks.
 */
export function stepsOf(operations: readonly Operation[], before: Schema, dialect: Dialect): Step[] {
  let schema = before;
  const steps: Step[] = [];
  operations.forEach((operation, position) => {
    const after = applyOperation(schema, operation);
    for (const step of stepsOfOne(operation, new Change(schema, after, dialect, position))) add(steps, step);
    schema = after;
  });
  return steps;
}

/** What is done to a table that is made anew in any case is part of that. */
function add(steps: Step[], step: Step): void {
  const last = steps.at(-1);
  const joined = last?.kind === 'rebuild' && step.kind === 'rebuild' ? last.rebuild.with(step.rebuild) : undefined;
  if (joined === undefined) steps.push(step);
  else steps[steps.length - 1] = { ...step, rebuild: joined } as RebuildStep;
}

function stepsOfOne(operation: Operation, change: Change): Step[] {
  if (change.dialect.features.rebuilds && !isAlteredInPlace(operation, change.before))
    return [rebuild(operation, change)];
  switch (operation.kind) {
    case 'createTable':
      return createTable(change, operation);
    case 'dropTable': {
      const { table } = operation;
      return change.ddl({ kind: 'dropTable', table, ifExists: false }, gone('table', table));
    }
    case 'renameTable': {
      const { table, to } = operation;
      return change.ddl({ kind: 'renameTable', table, to }, made('table', { ...table, name: to }));
    }
    case 'addColumn':
      return addColumn(change, operation);
    case 'dropColumn': {
      const { table, column } = operation;
      return change.ddl({ kind: 'dropColumn', table, column }, gone('column', table, column));
    }
    case 'renameColumn':
      return renameColumn(change, operation);
    case 'alterColumn':
      return alterColumn(change, operation);
    case 'alterPrimaryKey':
      return alterPrimaryKey(change, operation);
    case 'addForeignKey':
      return addForeignKey(change, operation);
    case 'addCheck':
      return addCheck(change, operation);
    case 'dropConstraint':
      return dropConstraint(change, operation);
    case 'validateConstraint': {
      const { table, name } = operation;
      return change.ddl({ kind: 'validateConstraint', table, name }, undefined);
    }
    case 'addIndex':
      return addIndex(change, operation);
    case 'dropIndex':
      return dropIndex(change, operation);
    case 'renameIndex':
      return renameIndex(change, operation);
    case 'commentOnTable': {
      const { table, comment } = operation;
      return change.ddl({ kind: 'commentOnTable', table, comment }, undefined);
    }
    case 'createView':
      return change.ddl({ kind: 'createView', view: operation.view, replace: false }, made('view', operation.view));
    case 'dropView':
      return change.ddl({ kind: 'dropView', view: operation.view, ifExists: false }, gone('view', operation.view));
    case 'runSql':
      return runSql(change, operation);
    case 'run':
      return [runCode(change, operation)];
    default:
      return unreachable(operation);
  }
}

function rebuild(operation: Operation, { before, after, dialect, position }: Change): Step {
  return {
    kind: 'rebuild',
    operation: position,
    outside: false,
    rebuild: rebuildOf(operation, before, after, dialect),
  };
}

function createTable(change: Change, operation: CreateTableOperation): Step[] {
  const { features } = change.dialect;
  const table = change.tableAfter(operation.table);
  const indexes = table.indexes.filter(({ fullText }) => fullText === undefined || features.fullText);
  const later = features.indexesInTable || features.forwardReferences ? [] : keysToOwnIndexes(table);
  const whole = { ...table, indexes, foreignKeys: table.foreignKeys.filter((key) => !later.includes(key)) };
  return [
    ...(features.schemas && table.schema !== undefined
      ? change.ddl({ kind: 'createSchema', name: table.schema }, undefined)
      : []),
    ...change.ddl({ kind: 'createTable', table: whole, ifNotExists: false }, made('table', table)),
    ...(features.indexesInTable ? [] : indexes).flatMap((index) =>
      change.ddl({ kind: 'createIndex', table: whole, index, ifNotExists: false }, made('index', table, index.name)),
    ),
    ...later.flatMap((key) =>
      change.ddl({ kind: 'addForeignKey', table, key, ifNotExists: false }, made('foreignKey', table, key.name)),
    ),
  ];
}

/** Foreign keys to columns of the table itself that are unique by an index, which is made after it. */
function keysToOwnIndexes(table: TableSchema): ForeignKeySchema[] {
  return table.foreignKeys.filter(
    (key) => keyOf(key.table) === keyOf(table) && key.targets.join('\0') !== table.primaryKey.join('\0'),
  );
}

function runSql({ dialect, position }: Change, { up: text, outside, repeatable }: RunSqlOperation): Step[] {
  const { id, name } = dialect;
  const own = typeof text === 'string' || isList(text) ? text : text[id];
  if (own === undefined)
    throw new MigrationError(`runSql() says nothing for ${name}.`, {
      remedy: `Give it SQL under '${id}', an empty list if there is nothing to do.`,
    });
  return (typeof own === 'string' ? [own] : own).map((sql) => ({
    kind: 'sql',
    operation: position,
    outside,
    sql,
    own: true,
    resume: repeatable === true ? 'again' : 'ask',
    effect: undefined,
  }));
}

function isList(text: SqlText): text is readonly string[] {
  return Array.isArray(text);
}

function runCode({ after, position }: Change, { up, outside }: RunOperation): Step {
  return { kind: 'run', operation: position, run: up, outside, schema: after };
}
