import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark } from '../finding.ts';
import { abilitiesOf, blocked } from '../words.ts';

type Late = Extract<Operation, { kind: 'addForeignKey' | 'addCheck' }>;

export function addForeignKey(operation: Extract<Operation, { kind: 'addForeignKey' }>, place: Place): Remark[] {
  const { table, key, notValid } = operation;
  const { lateKeys } = abilitiesOf(place);
  if (notValid && lateKeys !== undefined) return [];
  return blocked(place, 'checkKey', table, {
    rule: 'add foreign key',
    remedy:
      lateKeys === 'validated'
        ? `Add it for new rows only, and look at those that are there afterwards, which keeps no writer out.`
        : `Add it without looking at the rows that are there, having looked for those without one: SELECT … LEFT JOIN ${key.table.name} … IS NULL.`,
    safe: lateKeys === 'validated' ? late(operation, key.name) : [{ operations: [{ ...operation, notValid: true }] }],
  });
}

export function addCheck(operation: Extract<Operation, { kind: 'addCheck' }>, place: Place): Remark[] {
  const { table, check, notValid } = operation;
  const { lateChecks } = abilitiesOf(place);
  if (notValid && lateChecks) return [];
  return blocked(place, 'checkRows', table, {
    rule: 'add check',
    remedy: lateChecks
      ? 'Add it for new rows only, and look at those that are there afterwards, which keeps nobody out.'
      : 'There is no other way here: do it when nobody writes, or let the application check.',
    safe: lateChecks ? late(operation, check.name) : undefined,
  });
}

function late(operation: Late, name: string): { readonly operations: readonly Operation[] }[] {
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
    safe: [{ operations: [] }, { operations: [operation] }],
  });
}

export function alterPrimaryKey({ table }: Extract<Operation, { kind: 'alterPrimaryKey' }>, place: Place): Remark[] {
  return blocked(place, 'rekey', table, {
    rule: 'alter primary key',
    remedy:
      'Build a unique index on its columns concurrently, and make it the key in SQL of your own: ADD PRIMARY KEY USING INDEX.',
  });
}
