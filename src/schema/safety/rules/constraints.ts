import type { CheckSchema, ForeignKeySchema, TableName } from '../../../core/ast/schema.ts';
import type { Dialect } from '../../../dialects/dialect.ts';
import { shortName } from '../../../utils/naming.ts';
import { checkRows } from '../../operations/check-rows.ts';
import { resolveCheck } from '../../operations/conditions.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark, Stage } from '../finding.ts';
import { COSTS, costInWords } from '../costs.ts';
import { abilitiesOf, blocked, nameOf, quietHour, tableBefore } from '../words.ts';
import { ownSql, quotedTable } from './bridge.ts';
import { alone, tableLike } from './stages.ts';
import { withoutTriggers, withTriggers, writtenRow } from './triggers-mysql.ts';
import type { Trigger } from './triggers-mysql.ts';

type AddForeignKey = Extract<Operation, { kind: 'addForeignKey' }>;
type AddCheck = Extract<Operation, { kind: 'addCheck' }>;

export function addForeignKey(operation: AddForeignKey, place: Place): Remark[] {
  const { table, key, notValid } = operation;
  const { lateKeys } = abilitiesOf(place);
  if (notValid && lateKeys !== undefined) return [];
  return blocked(place, 'checkKey', table, {
    rule: 'add foreign key',
    remedy:
      lateKeys === 'validated'
        ? `Add it for new rows only, and look at those that are there afterwards, which keeps no writer out.`
        : `Add it for new rows only, and look in batches for those that refer to nothing.`,
    safe: lateKeys === 'validated' ? late(operation, key.name) : unchecked(operation, place),
  });
}

/** A key that the database never asks of rows that are there: they are looked at as other rows are. */
function unchecked(operation: AddForeignKey, { dialect }: Place): Stage[] {
  const { table, key } = operation;
  return [
    { operations: [{ ...operation, notValid: true }] },
    { operations: [checkRows(tableLike(table), found(dialect, table, key))] },
  ];
}

/** Like the key itself, it holds where a column is NULL. */
function found(dialect: Dialect, table: TableName, { columns, table: other, targets }: ForeignKeySchema): string {
  const own = columns.map((column) => `${quotedTable(dialect, table)}.${dialect.quote(column)}`);
  const equal = targets.map((target, i) => `found.${dialect.quote(target)} = ${own[i]}`);
  const nulls = own.map((column) => `${column} IS NULL`);
  return `${nulls.join(' OR ')} OR EXISTS (SELECT 1 FROM ${quotedTable(dialect, other)} AS found WHERE ${equal.join(' AND ')})`;
}

export function addCheck(operation: AddCheck, place: Place): Remark[] {
  const { table, check, notValid } = operation;
  const { lateChecks } = abilitiesOf(place);
  if (notValid && lateChecks) return [];
  return blocked(place, 'checkRows', table, {
    rule: 'add check',
    remedy: lateChecks
      ? 'Add it for new rows only, and look at those that are there afterwards, which keeps nobody out.'
      : 'Have a trigger refuse new rows, look at the others in batches, and add it in an hour in which few write.',
    safe: lateChecks ? late(operation, check.name) : heldByTrigger(operation, place),
  });
}

/** MySQL and MariaDB copy the table for a check; until an hour comes for that, a trigger holds what it is to hold. */
function heldByTrigger(operation: AddCheck, place: Place): Stage[] | undefined {
  const table = tableBefore(place, operation.table);
  const { condition: given } = operation.check;
  // Of a check in SQL nobody knows what it says.
  const isKnown = given.kind !== 'unresolved' || given.input !== undefined;
  if (table === undefined || !isKnown) return undefined;
  const { dialect } = place;
  const check = resolveCheck(table, operation.check);
  const condition = dialect.inline(check.condition);
  const triggers = (['INSERT', 'UPDATE'] as const).map((on): Trigger => ({
    name: shortName(`${check.name}_${on.toLowerCase()}`),
    on,
    body: `IF (SELECT (${condition}) IS FALSE FROM ${writtenRow(dialect, table)}) THEN ${violation(dialect, check, table)}; END IF`,
  }));
  return [
    { operations: [withTriggers(dialect, table, triggers)] },
    { operations: [checkRows(tableLike(table), condition)] },
    {
      operations: [operation, withoutTriggers(dialect, table, triggers)],
      first: quietHour(costInWords(table.name, COSTS[dialect.id].checkRows!), nameOf(operation)),
    },
  ];
}

/** The error that the check itself would give. */
function violation(dialect: Dialect, { name }: CheckSchema, table: TableName): string {
  const [state, number, message] =
    dialect.id === 'mysql'
      ? ['HY000', 3819, `Check constraint '${name}' is violated.`]
      : ['23000', 4025, `CONSTRAINT \`${name}\` failed for \`${table.name}\``];
  const text = dialect.literal({ kind: 'text' }, message);
  return `SIGNAL SQLSTATE '${state}' SET MYSQL_ERRNO = ${number}, MESSAGE_TEXT = ${text}`;
}

function late(operation: AddForeignKey | AddCheck, name: string): { readonly operations: readonly Operation[] }[] {
  return [
    { operations: [{ ...operation, notValid: true }] },
    { operations: [{ kind: 'validateConstraint', table: operation.table, name }] },
  ];
}

/** The lock of adding it is held until the transaction ends, and so while all rows are looked at. */
export function validateConstraint(
  operation: Extract<Operation, { kind: 'validateConstraint' }>,
  place: Place,
): Remark[] {
  if (!abilitiesOf(place).lateChecks) return [];
  const added = place.earlier.find(
    (earlier) =>
      (earlier.kind === 'addCheck' && earlier.check.name === operation.name) ||
      (earlier.kind === 'addForeignKey' && earlier.key.name === operation.name),
  );
  if (added === undefined) return [];
  return blocked(place, added.kind === 'addCheck' ? 'checkRows' : 'checkKey', operation.table, {
    rule: 'validate at once',
    remedy: 'Put it into a migration of its own.',
    safe: alone(operation),
  });
}

export function alterPrimaryKey(operation: Extract<Operation, { kind: 'alterPrimaryKey' }>, place: Place): Remark[] {
  return blocked(place, 'rekey', operation.table, {
    rule: 'alter primary key',
    remedy: 'Build a unique index on its columns concurrently, and make that the key.',
    safe: rekeyed(operation, place),
  });
}

/** PostgreSQL makes a key of an index that is there; not where another table refers to the old one, or a column may be NULL. */
function rekeyed(operation: Extract<Operation, { kind: 'alterPrimaryKey' }>, place: Place): Stage[] | undefined {
  const table = tableBefore(place, operation.table);
  const isWhole = operation.columns.every((name) =>
    table?.columns.some((column) => column.name === name && !column.nullable),
  );
  if (table === undefined || operation.columns.length === 0 || !isWhole) return undefined;
  if (table.primaryKey.some((column) => isReferred(place, table.name, column))) return undefined;
  const { dialect } = place;
  const { schema, name } = table;
  const [key, next] = [shortName(`${name}_pkey`), shortName(`${name}_pkey_next`)];
  const change = (from: readonly string[], to: readonly string[]): string[] =>
    dialect.ddl({ kind: 'alterPrimaryKey', table: { ...table, primaryKey: to }, from });
  const index = {
    name: next,
    parts: operation.columns.map((column) => ({ column, descending: false })),
    unique: true,
    fullText: undefined,
    where: undefined,
  };
  return [
    { operations: [{ kind: 'addIndex', table: { schema, name }, index, concurrently: true }] },
    {
      operations: [
        ownSql(
          [
            ...change(table.primaryKey, []),
            `ALTER TABLE ${quotedTable(dialect, table)} ADD CONSTRAINT ${dialect.quote(key)} PRIMARY KEY USING INDEX ${dialect.quote(next)}`,
          ],
          [
            ...change(operation.columns, table.primaryKey),
            ...dialect.ddl({ kind: 'createIndex', table, index, ifNotExists: false }),
          ],
          { operations: [{ kind: 'dropIndex', table: { schema, name }, name: next, concurrently: false }, operation] },
        ),
      ],
    },
  ];
}

function isReferred({ before }: Place, table: string, column: string): boolean {
  return before.tables.some(({ foreignKeys }) =>
    foreignKeys.some((key) => key.table.name === table && key.targets.includes(column)),
  );
}
