import type { ColumnSchema, TableSchema } from '../../../core/ast/schema.ts';
import { backFill } from '../../operations/back-fill.ts';
import { readsColumn } from '../../operations/conditions.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark, Stage } from '../finding.ts';
import { lossOf } from '../../losses.ts';
import { isFreeChange, isNarrower } from '../free-types.ts';
import { abilitiesOf, blocked, columnName, tableBefore } from '../words.ts';
import { retyped } from './bridges.ts';
import { presenceOf, required, tableLike } from './stages.ts';
import { holderOf, noStages } from './twins.ts';

type Alter = Extract<Operation, { kind: 'alterColumn' }>;

export function alterColumn(operation: Alter, place: Place): Remark[] {
  const table = tableBefore(place, operation.table);
  const from = table?.columns.find(({ name }) => name === operation.column.name);
  if (table === undefined || from === undefined)
    return blocked(place, 'retype', operation.table, {
      rule: 'change type',
      remedy: `Nobody knows what ${columnName(operation.table, operation.column.name)} was before: look yourself.`,
    });
  const { column: to } = operation;
  if (from.generated?.sql !== to.generated?.sql || from.generated?.stored !== to.generated?.stored)
    return regenerated(operation, place, from);
  const types = typesOf(place, table, from, to);
  const isChanged = types[0] !== types[1] || operation.using !== undefined;
  return [
    ...(isChanged ? changedType(operation, place, table, from) : []),
    ...(from.nullable && !to.nullable ? becomesRequired(operation, place, table, from, isChanged) : []),
    ...(!from.nullable && to.nullable ? [allowsNull(operation)] : []),
  ];
}

function typesOf({ dialect }: Place, table: TableSchema, from: ColumnSchema, to: ColumnSchema): [string, string] {
  return [dialect.columnType(table, from), dialect.columnType(table, to)];
}

/** The expression of a column is not altered: the column goes, and comes again. */
function regenerated({ table, column }: Alter, place: Place, from: ColumnSchema): Remark[] {
  if (column.generated === undefined && place.dialect.id === 'postgres') return [];
  const remedy = 'Add a column of another name that is computed so, and let the code read that.';
  if (column.generated?.stored !== true && from.generated !== undefined)
    return [
      {
        rule: 'change generated column',
        severity: 'loses',
        what: `${columnName(table, column.name)} goes and comes again, without what it held.`,
        grows: false,
        remedy,
      },
    ];
  return blocked(place, 'store', table, { rule: 'change generated column', remedy });
}

function changedType(operation: Alter, place: Place, table: TableSchema, from: ColumnSchema): Remark[] {
  const { column: to, using } = operation;
  const [before, after] = typesOf(place, table, from, to);
  const isChecked = table.checks.some(({ condition }) => readsColumn(condition, to.name));
  const isFree = using === undefined && !isChecked && isFreeChange(place.dialect.id, before, after);
  if (isFree) return preparedAdvice(operation, place);
  const loss = using === undefined ? lossOf(from.type, to.type) : undefined;
  const isNarrow = using === undefined && isNarrower(before, after);
  const isLookedAt = using === undefined && place.dialect.misfits(from, to.type) !== undefined;
  const holder = holderOf(place, table, from, to);
  // What does not fit is for people to decide, not for a trigger.
  const canBridge =
    abilitiesOf(place).bridges !== undefined &&
    !isNarrow &&
    !isLookedAt &&
    loss === undefined &&
    holder === undefined &&
    !from.identity &&
    !to.identity;
  const byHand = `Add a column of the new type, write both, fill it in batches, read the new one, and drop the old one${abilitiesOf(place).transactional ? '' : ': gh-ost and pt-online-schema-change do that'}.`;
  return [
    ...blocked(place, 'retype', table, {
      rule: 'change type',
      remedy: canBridge
        ? 'Add a column of the new type beside it, kept in step by a trigger, fill it in batches, and let the two change places.'
        : `${noStages(holder)}${byHand}`,
      safe: canBridge ? retyped(place, table, from, to, using) : undefined,
    }),
    ...(loss === undefined ? [] : [loses(operation, loss)]),
    ...(isNarrow || isLookedAt ? [narrower(operation)] : []),
  ];
}

/** PostgreSQL refuses a prepared statement whose columns have another type than when it was prepared. */
function preparedAdvice({ table, column }: Alter, place: Place): Remark[] {
  if (!abilitiesOf(place).plansTypes) return [];
  return [
    {
      rule: 'prepared type',
      severity: 'advice',
      what: `Statements that read ${columnName(table, column.name)} and were prepared before fail once on each connection.`,
      grows: false,
      remedy: 'Deploy code with { prepare: false } meanwhile, or let it try again.',
    },
  ];
}

function loses({ table, column }: Alter, loss: string): Remark {
  return {
    rule: 'lossy type',
    severity: 'loses',
    what: `Values of ${columnName(table, column.name)} lose ${loss}, without an error.`,
    grows: false,
    remedy: "Keep the old column, or say what becomes of them: { using: '…' }.",
  };
}

function narrower({ table, column }: Alter): Remark {
  return {
    rule: 'narrow type',
    severity: 'fails',
    what: `It fails if a value of ${columnName(table, column.name)} does not fit.`,
    grows: false,
    remedy: "Look for values that do not fit first, or say what becomes of them: { using: '…' }.",
  };
}

function becomesRequired(
  operation: Alter,
  place: Place,
  table: TableSchema,
  from: ColumnSchema,
  isRetyped: boolean,
): Remark[] {
  const { column: to, fill } = operation;
  if (isPresent(place, table, from)) return [];
  const safe = isRetyped ? undefined : requiredInStages(operation, place, from);
  const rest = {
    rule: 'require value',
    remedy: abilitiesOf(place).lateChecks
      ? 'Check new rows first, fill the others in batches, validate the check, and then require it: no row is looked at again.'
      : 'Fill the rows in batches first.',
    safe,
  };
  const locked = blocked(place, 'requireValues', table, rest);
  if (locked.length > 0) return locked;
  const name = columnName(table, to.name);
  return fill === undefined
    ? [{ ...rest, severity: 'advice', what: `It fails if a row has no ${name}.`, grows: false, safe: undefined }]
    : [
        {
          ...rest,
          severity: 'blocks',
          what: `Every row without ${name} is updated at once, and stays locked until all are.`,
          grows: true,
        },
      ];
}

/** Whether a check has seen already that there is a value in every row. */
function isPresent(place: Place, table: TableSchema, from: ColumnSchema): boolean {
  if (!abilitiesOf(place).lateChecks) return false;
  const { dialect } = place;
  const wanted = dialect.inline(presenceOf(table, from).condition);
  const check = table.checks.find(({ condition }) => dialect.inline(condition) === wanted);
  return (
    check !== undefined &&
    !place.earlier.some(
      (earlier) => earlier.kind === 'addCheck' && earlier.check.name === check.name && earlier.notValid,
    )
  );
}

function requiredInStages(operation: Alter, place: Place, from: ColumnSchema): Stage[] {
  const { table, column: to, fill } = operation;
  const { before, last } = required(place, table, to);
  const value: unknown = typeof fill === 'function' ? (fill as () => unknown)() : fill;
  const filled: Stage[] =
    fill === undefined
      ? []
      : [
          {
            operations: [
              backFill(
                tableLike(table),
                { [to.name]: place.dialect.literal(from.type, value) },
                { where: `${place.dialect.quote(to.name)} IS NULL` },
              ),
            ],
          },
        ];
  // The check comes before the rows are filled, so that none comes without a value meanwhile.
  const [check, ...validated] = before;
  return [...(check === undefined ? [] : [check]), ...filled, ...validated, { operations: last }];
}

function allowsNull({ table, column }: Alter): Remark {
  return {
    rule: 'allow null',
    severity: 'advice',
    what: `Code that reads ${columnName(table, column.name)} may get null, which it was never given before.`,
    grows: false,
    remedy: 'Deploy code that expects it before anything writes null.',
  };
}
