import type { TableName } from '../../../core/ast/schema.ts';
import { keyOf } from '../../creation-order.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark, Stage } from '../finding.ts';
import { abilitiesOf } from '../words.ts';

export function dropTable({ table }: Extract<Operation, { kind: 'dropTable' }>): Remark[] {
  return [
    {
      rule: 'drop table',
      severity: 'loses',
      what: `Every row of ${table.name} is gone, and code that still asks for it fails.`,
      grows: false,
      remedy: 'First deploy code that does not use it, and keep a copy of the rows.',
    },
  ];
}

export function renameTable(operation: Extract<Operation, { kind: 'renameTable' }>, place: Place): Remark[] {
  const { table, to } = operation;
  if (abilitiesOf(place).transactional && place.later.some((later) => isViewOf(later, table))) return [];
  return [
    {
      rule: 'rename table',
      severity: 'breaks',
      what: `Code that runs still asks for ${table.name}, which there is not any more.`,
      grows: false,
      remedy: abilitiesOf(place).bridges
        ? `Leave a view of the name ${table.name} until all code asks for ${to}: rows are read and written through it.`
        : `Keep the name of the table, and give the model another one: model('${to}', { … }, { table: '${table.name}' }).`,
      safe: abilitiesOf(place).bridges ? renamedBehindView(operation, place) : undefined,
    },
  ];
}

/** A view of the old name, made in the same transaction. */
function renamedBehindView(
  operation: Extract<Operation, { kind: 'renameTable' }>,
  { dialect }: Place,
): readonly Stage[] {
  const { table, to } = operation;
  const target = table.schema === undefined ? dialect.quote(to) : dialect.quote(table.schema, to);
  const view = { ...table, sql: `SELECT * FROM ${target}` };
  return [
    { operations: [operation, { kind: 'createView', view }], then: `Deploy code that asks for ${to}.` },
    { operations: [{ kind: 'dropView', view: table }] },
  ];
}

function isViewOf(operation: Operation, table: TableName): boolean {
  return operation.kind === 'createView' && keyOf(operation.view) === keyOf(table);
}
