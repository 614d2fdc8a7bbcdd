import type { TableName, TableSchema } from '../../core/ast/schema.ts';
import { unreachable } from '../../utils/unreachable.ts';
import type { Operation } from '../operations/operation.ts';
import { findTable } from '../state.ts';
import { ABILITIES } from './abilities.ts';
import type { Abilities } from './abilities.ts';
import { COSTS, costInWords } from './costs.ts';
import type { Action } from './costs.ts';
import type { Place, Remark } from './finding.ts';

/** The name by which an operation is acknowledged: what it is called in the database, so that it means one thing only. */
export function nameOf(operation: Operation, migration?: string): string {
  switch (operation.kind) {
    case 'createTable':
      return `create table ${operation.table.name}`;
    case 'dropTable':
      return `drop table ${operation.table.name}`;
    case 'renameTable':
      return `rename table ${operation.table.name}`;
    case 'addColumn':
      return `add column ${operation.table.name}.${operation.column.name}`;
    case 'dropColumn':
      return `drop column ${operation.table.name}.${operation.column}`;
    case 'renameColumn':
      return `rename column ${operation.table.name}.${operation.from}`;
    case 'alterColumn':
      return `alter column ${operation.table.name}.${operation.column.name}`;
    case 'alterPrimaryKey':
      return `alter primary key of ${operation.table.name}`;
    case 'addForeignKey':
      return `add foreign key ${operation.key.name}`;
    case 'addCheck':
      return `add check ${operation.check.name}`;
    case 'dropConstraint':
      return `drop constraint ${operation.name}`;
    case 'validateConstraint':
      return `validate constraint ${operation.name}`;
    case 'addIndex':
      return `add index ${operation.index.name}`;
    case 'dropIndex':
      return `drop index ${operation.name}`;
    case 'renameIndex':
      return `rename index ${operation.from}`;
    case 'commentOnTable':
      return `comment on table ${operation.table.name}`;
    case 'createView':
    case 'dropView':
      return `${operation.kind === 'createView' ? 'create' : 'drop'} view ${operation.view.name}`;
    case 'runSql':
    case 'run':
      return `run ${operation.kind === 'run' ? 'code' : 'SQL'}${migration === undefined ? '' : ` of ${migration}`}`;
    default:
      return unreachable(operation);
  }
}

/** A remark about what keeps others waiting; none where this database makes nobody wait. */
export function blocked(
  { dialect }: Place,
  action: Action,
  table: TableName,
  rest: Omit<Remark, 'severity' | 'what' | 'grows'>,
): Remark[] {
  const cost = COSTS[dialect.id][action];
  if (cost === undefined) return [];
  return [{ severity: 'blocks', what: costInWords(table.name, cost), grows: cost.work !== undefined, ...rest }];
}

/** What people have to do first, where there is no way that keeps nobody waiting. */
export function quietHour(what: string, name: string): string {
  return `Wait for an hour in which few write. ${what} Then: blaze migrate --acknowledge "${name}".`;
}

export function abilitiesOf({ dialect }: Place): Abilities {
  return ABILITIES[dialect.id];
}

/** The table as it is before; undefined where only SQL of the application's own knows it. */
export function tableBefore({ before }: Place, name: TableName): TableSchema | undefined {
  return findTable(before, name);
}

/** A column with its table, for messages. */
export function columnName(table: TableName, column: string): string {
  return `${table.name}.${column}`;
}
