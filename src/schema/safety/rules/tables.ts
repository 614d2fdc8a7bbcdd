import type { TableName } from '../../../core/ast/schema.ts';
import { shortName } from '../../../utils/naming.ts';
import { keyOf } from '../../creation-order.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark, Stage } from '../finding.ts';
import { abilitiesOf } from '../words.ts';
import { ownSql, quotedTable } from './bridge.ts';
import { alone } from './stages.ts';

type RenameTable = Extract<Operation, { kind: 'renameTable' }>;

export function dropTable(operation: Extract<Operation, { kind: 'dropTable' }>): Remark[] {
  const { table } = operation;
  return [
    {
      rule: 'drop table',
      severity: 'loses',
      what: `Every row of ${table.name} is gone, and code that still asks for it fails.`,
      grows: false,
      remedy: 'First deploy code that does not use it, and keep a copy of the rows.',
      safe: alone(operation, `Deploy code that does not use ${table.name}, and keep a copy of its rows.`),
    },
  ];
}

export function renameTable(operation: RenameTable, place: Place): Remark[] {
  const { table, to } = operation;
  if (abilitiesOf(place).transactional && place.later.some((later) => isViewOf(later, table))) return [];
  return [
    {
      rule: 'rename table',
      severity: 'breaks',
      what: `Code that runs still asks for ${table.name}, which there is not any more.`,
      grows: false,
      remedy: `Have a view of the ${abilitiesOf(place).transactional ? 'old' : 'new'} name until all code asks for ${to}: rows are read and written through it. Or keep the name of the table, and give the model another one: model('${to}', { … }, { table: '${table.name}' }).`,
      safe: abilitiesOf(place).transactional ? renamedBehindView(operation, place) : renamedUnderView(operation, place),
    },
  ];
}

/** A view of the new name, whose place the table takes in one statement (MySQL, MariaDB: it renames views as well). */
function renamedUnderView(operation: RenameTable, { dialect }: Place): readonly Stage[] {
  const { table, to } = operation;
  const { schema } = table;
  const named = (name: string): string => quotedTable(dialect, { schema, name });
  const view = { schema, name: to, sql: `SELECT * FROM ${named(table.name)}` };
  const aside = shortName(`${to}_view`);
  const text = (value: string): string => dialect.literal({ kind: 'text' }, value);
  const isTable = `SELECT 1 FROM information_schema.tables WHERE table_schema = ${schema === undefined ? 'DATABASE()' : text(schema)} AND table_name = ${text(table.name)} AND table_type = 'BASE TABLE'`;
  const swap = `RENAME TABLE ${named(to)} TO ${named(aside)}, ${named(table.name)} TO ${named(to)}`;
  return [
    {
      operations: [{ kind: 'createView', view }],
      then: `Deploy code that asks for ${to}, and nothing that asks for ${table.name}.`,
    },
    {
      operations: [
        ownSql(
          [
            `SET @blaze = IF(EXISTS(${isTable}), ${text(swap)}, 'DO 0');\nPREPARE blaze FROM @blaze;\nEXECUTE blaze;\nDEALLOCATE PREPARE blaze`,
            `DROP VIEW IF EXISTS ${named(aside)}`,
          ],
          [`RENAME TABLE ${named(to)} TO ${named(table.name)}`, `CREATE VIEW ${named(to)} AS ${view.sql}`],
          { operations: [{ kind: 'dropView', view: { schema, name: to } }, operation], repeatable: true },
        ),
      ],
    },
  ];
}

/** A view of the old name, made in the same transaction. */
function renamedBehindView(operation: RenameTable, { dialect }: Place): readonly Stage[] {
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
