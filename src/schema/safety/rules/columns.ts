import type { ColumnSchema, TableName } from '../../../core/ast/schema.ts';
import { keyOf } from '../../creation-order.ts';
import { backFill } from '../../operations/back-fill.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark, Stage } from '../finding.ts';
import { abilitiesOf, blocked, columnName, tableBefore } from '../words.ts';
import { renamed } from './bridges.ts';
import { columnAdvice, isSerial } from './design.ts';
import { alone, required, tableLike } from './stages.ts';
import { holderOf, noStages } from './twins.ts';
import { isComputed } from './volatile.ts';

export function addColumn(operation: Extract<Operation, { kind: 'addColumn' }>, place: Place): Remark[] {
  const { table, column } = operation;
  return [...wholeTable(operation, place), ...missing(operation, place), ...columnAdvice(table, column)];
}

/** What has to be written into every row when the column comes. */
function wholeTable({ table, column }: Extract<Operation, { kind: 'addColumn' }>, place: Place): Remark[] {
  if (column.identity || (place.dialect.id === 'postgres' && isSerial(column)))
    return blocked(place, 'number', table, {
      rule: 'add counting column',
      remedy: 'Make a new table with the key, and copy the rows into it while both are written.',
    });
  if (column.generated?.stored === true)
    return blocked(place, 'store', table, {
      rule: 'add stored column',
      remedy: 'Compute it at each read ({ stored: false }), or add a plain column that the application fills.',
    });
  if (!isComputed(place.dialect.id, column)) return [];
  return blocked(place, 'fillComputed', table, {
    rule: 'add computed default',
    remedy: 'Add the column without the default, give it the default for new rows, and fill the others in batches.',
    safe: column.identity || column.generated !== undefined ? undefined : filledLater(place, table, column),
  });
}

function filledLater(place: Place, table: TableName, column: ColumnSchema): Stage[] {
  const bare = { ...column, nullable: true };
  const name = place.dialect.quote(column.name);
  const { before, last } = required(place, table, column);
  return [
    {
      operations: [
        { kind: 'addColumn', table, column: { ...bare, default: undefined }, fill: undefined },
        { kind: 'alterColumn', table, column: bare, fill: undefined, using: undefined },
      ],
    },
    // A default that is a text is SQL: that is what makes it a computed one.
    {
      operations: [backFill(tableLike(table), { [column.name]: String(column.default) }, { where: `${name} IS NULL` })],
    },
    ...(column.nullable ? [] : [...before, { operations: last }]),
  ];
}

/** A required column of which code that runs knows nothing: its INSERTs fail. */
function missing(operation: Extract<Operation, { kind: 'addColumn' }>, place: Place): Remark[] {
  const { table, column, fill } = operation;
  if (column.nullable || column.identity || column.generated !== undefined || column.default !== undefined) return [];
  const name = columnName(table, column.name);
  if (fill === undefined)
    return [
      {
        rule: 'add required column',
        severity: 'fails',
        what: `Rows of ${table.name} have no value for it, and code that runs writes none.`,
        grows: false,
        remedy: `Give 'default' or 'dbDefault' to ${name}.`,
      },
    ];
  return [
    {
      rule: 'add required column',
      severity: 'breaks',
      what: `Code that runs knows nothing of ${name}, which has no default once the rows are filled: its INSERTs fail.`,
      grows: false,
      remedy: 'Leave the default in the database until all code that runs writes the column.',
      safe: defaulted(operation, place),
    },
  ];
}

function defaulted(operation: Extract<Operation, { kind: 'addColumn' }>, { dialect }: Place): readonly Stage[] {
  const { table, column, fill } = operation;
  const value: unknown = typeof fill === 'function' ? (fill as () => unknown)() : fill;
  const kept = typeof value === 'number' || typeof value === 'boolean' ? value : dialect.literal(column.type, value);
  return [
    {
      operations: [{ ...operation, column: { ...column, default: kept }, fill: undefined }],
      then: `Deploy code that writes ${columnName(table, column.name)}.`,
    },
    { operations: [{ kind: 'alterColumn', table, column, fill: undefined, using: undefined }] },
  ];
}

export function dropColumn(operation: Extract<Operation, { kind: 'dropColumn' }>, place: Place): Remark[] {
  const { table, column } = operation;
  if (abilitiesOf(place).transactional && place.later.some((later) => takesName(later, table, column))) return [];
  const name = columnName(table, column);
  return [
    {
      rule: 'drop column',
      severity: 'breaks',
      what: `Code that runs still reads and writes ${name}, and what it holds is gone.`,
      grows: false,
      remedy: 'First deploy code whose model has no such field, then drop it.',
      safe: relaxed(operation, place),
    },
  ];
}

/** New code does not write it any more, which has to be allowed first. */
function relaxed(operation: Extract<Operation, { kind: 'dropColumn' }>, place: Place): readonly Stage[] {
  const { table, column: name } = operation;
  const column = tableBefore(place, table)?.columns.find((other) => other.name === name);
  const unknowing = `Deploy code that knows nothing of ${columnName(table, name)}.`;
  if (
    column === undefined ||
    column.nullable ||
    column.identity ||
    column.default !== undefined ||
    column.generated !== undefined ||
    tableBefore(place, table)!.primaryKey.includes(name)
  )
    return alone(operation, unknowing);
  const nullable = { ...column, nullable: true };
  return [
    {
      operations: [{ kind: 'alterColumn', table, column: nullable, fill: undefined, using: undefined }],
      then: unknowing,
    },
    { operations: [operation] },
  ];
}

export function renameColumn(operation: Extract<Operation, { kind: 'renameColumn' }>, place: Place): Remark[] {
  const { table, from, to } = operation;
  if (
    place.earlier.some(
      (earlier) => earlier.kind === 'dropColumn' && isSame(earlier.table, table) && earlier.column === to,
    )
  )
    return [];
  const before = tableBefore(place, table);
  const column = before?.columns.find(({ name }) => name === from);
  const holder =
    before === undefined || column === undefined ? undefined : holderOf(place, before, column, { ...column, name: to });
  const canBridge =
    abilitiesOf(place).bridges !== undefined && before !== undefined && column !== undefined && holder === undefined;
  return [
    {
      rule: 'rename column',
      severity: 'breaks',
      what: `Code that runs still reads and writes ${columnName(table, from)}, which there is not any more.`,
      grows: false,
      remedy: canBridge
        ? 'Add a column of the new name beside it, kept in step by a trigger, until no code knows the old one.'
        : `${noStages(holder)}Keep the name of the column, and say it in the model: { column: '${from}' }. Or add one of the new name, write both, copy, read the new one, and drop the old one.`,
      safe: canBridge ? renamed(place, before, column, to) : undefined,
    },
  ];
}

/** Whether a column gets the name of one that goes: the two change places. */
function takesName(operation: Operation, table: TableName, column: string): boolean {
  return operation.kind === 'renameColumn' && isSame(operation.table, table) && operation.to === column;
}

function isSame(one: TableName, other: TableName): boolean {
  return keyOf(one) === keyOf(other);
}
