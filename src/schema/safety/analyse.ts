import type { Schema } from '../../core/ast/schema.ts';
import { keyOf } from '../creation-order.ts';
import { applyOperation } from '../operations/apply.ts';
import type { Operation } from '../operations/operation.ts';
import { isAlteredInPlace } from '../rebuild.ts';
import { ABILITIES } from './abilities.ts';
import type { Finding, Place, Remark, SafetyContext, Stage } from './finding.ts';
import { addColumn, dropColumn, renameColumn } from './rules/columns.ts';
import { addCheck, addForeignKey, alterPrimaryKey, validateConstraint } from './rules/constraints.ts';
import { runCode } from './rules/data.ts';
import { addIndex, dropIndex } from './rules/indexes.ts';
import { runSql } from './rules/sql.ts';
import { alone } from './rules/stages.ts';
import { dropTable, renameTable } from './rules/tables.ts';
import { alterColumn } from './rules/types.ts';
import { nameOf, quietHour } from './words.ts';

/**
 * What a list of operations does to those who use the database meanwhile. Tables that are made by the same list, or the same
 * plan, hold nothing, and nobody waits for them.
 *
 * @param before The schema that the operations find.
 * @throws MigrationError for an operation that does not fit.
 * @example
 * ```ts
 * import { index } from 'blazeorm';
 * import { addIndex, analyse, PostgresDialect } from 'blazeorm/schema';
 * import type { Schema } from 'blazeorm/schema';
 * export const findings = (before: Schema) =>
 *   analyse([addIndex('post', index('title'))], before, { dialect: new PostgresDialect() });
 * ```
 */
export function analyse(operations: readonly Operation[], before: Schema, context: SafetyContext): Finding[] {
  const created = new Set(context.created);
  const findings: Finding[] = [];
  let schema = before;
  operations.forEach((operation, position) => {
    const [earlier, later] = [operations.slice(0, position), operations.slice(position + 1)];
    const place: Place = { ...context, created, before: schema, earlier, later };
    const name = nameOf(operation, context.migration);
    for (const remark of remarksOn(operation, place))
      findings.push({
        ...remark,
        safe: remark.safe ?? inQuiet(operation, remark, name),
        name: remark.name ?? name,
        operation: position,
      });
    noteCreated(created, operation);
    schema = applyOperation(schema, operation);
  });
  return findings;
}

/** What keeps others waiting, and cannot be done otherwise, at least stands alone: nothing else is locked meanwhile. */
function inQuiet(operation: Operation, { severity, what }: Remark, name: string): readonly Stage[] | undefined {
  if (severity !== 'blocks' || operation.kind === 'run' || operation.kind === 'runSql') return undefined;
  return alone(operation, quietHour(what, name));
}

/** The tables that operations make, also under the names that they get later. */
export function noteCreated(created: Set<string>, operation: Operation): void {
  if (operation.kind === 'createTable') created.add(keyOf(operation.table));
  if (operation.kind === 'renameTable' && created.has(keyOf(operation.table)))
    created.add(keyOf({ schema: operation.table.schema, name: operation.to }));
  if (operation.kind === 'runSql') for (const inner of operation.operations) noteCreated(created, inner);
}

function remarksOn(operation: Operation, place: Place): Remark[] {
  const isNew = 'table' in operation && place.created?.has(keyOf(operation.table)) === true;
  if (isNew) return [];
  return ABILITIES[place.dialect.id].shared ? look(operation, place) : rebuilt(operation, place);
}

function look(operation: Operation, place: Place): Remark[] {
  switch (operation.kind) {
    case 'dropTable':
      return dropTable(operation);
    case 'renameTable':
      return renameTable(operation, place);
    case 'addColumn':
      return addColumn(operation, place);
    case 'dropColumn':
      return dropColumn(operation, place);
    case 'renameColumn':
      return renameColumn(operation, place);
    case 'alterColumn':
      return alterColumn(operation, place);
    case 'alterPrimaryKey':
      return alterPrimaryKey(operation, place);
    case 'addForeignKey':
      return addForeignKey(operation, place);
    case 'addCheck':
      return addCheck(operation, place);
    case 'validateConstraint':
      return validateConstraint(operation, place);
    case 'addIndex':
      return addIndex(operation, place);
    case 'dropIndex':
      return dropIndex(operation, place);
    case 'runSql':
      return runSql(operation, place, look);
    case 'run':
      return runCode(operation, place);
    default:
      // What is left changes names or texts, or drops a constraint: done in no time, and no code asks for it.
      return [];
  }
}

/** SQLite copies a table for what it cannot alter: others that write wait for it, and are few. */
function rebuilt(operation: Operation, { before }: Place): Remark[] {
  if (operation.kind === 'run' || operation.kind === 'runSql' || isAlteredInPlace(operation, before)) return [];
  if (!('table' in operation)) return [];
  return [
    {
      rule: 'rebuild table',
      severity: 'advice',
      what: `${operation.table.name} is copied, and whoever writes waits for that.`,
      grows: true,
      remedy: 'A busy_timeout longer than the copy lets them wait.',
    },
  ];
}
