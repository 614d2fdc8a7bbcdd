import type { IndexSchema } from '../../../core/ast/schema.ts';
import { keyOf } from '../../creation-order.ts';
import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark } from '../finding.ts';
import { abilitiesOf, blocked, tableBefore } from '../words.ts';

/** More columns than an index that is not unique needs in most cases. */
const MANY = 3;

export function addIndex(operation: Extract<Operation, { kind: 'addIndex' }>, place: Place): Remark[] {
  const { table, index, concurrently } = operation;
  const { concurrentIndexes } = abilitiesOf(place);
  const remarks: Remark[] = [];
  if (!(concurrently && concurrentIndexes))
    remarks.push(
      ...blocked(place, index.fullText === undefined ? 'buildIndex' : 'buildFullText', table, {
        rule: index.unique ? 'add unique' : 'add index',
        remedy: concurrentIndexes
          ? 'Build it concurrently: writers go on meanwhile.'
          : 'Do it when nobody writes, or with gh-ost or pt-online-schema-change.',
        safe: concurrentIndexes ? [{ operations: [{ ...operation, concurrently: true }] }] : undefined,
      }),
    );
  if (index.unique)
    remarks.push({
      rule: 'unique values',
      severity: 'advice',
      what: `It fails if two rows of ${table.name} have the same values.`,
      grows: false,
      remedy: 'Look for them first.',
    });
  if (!index.unique && index.parts.length > MANY)
    remarks.push({
      rule: 'wide index',
      severity: 'advice',
      what: `An index of ${index.parts.length} columns makes each write of ${table.name} slower, and the last of them seldom find anything.`,
      grows: false,
      remedy: `${MANY} columns or fewer, those first that leave the fewest rows.`,
    });
  return remarks;
}

export function dropIndex(operation: Extract<Operation, { kind: 'dropIndex' }>, place: Place): Remark[] {
  const { table, name, concurrently } = operation;
  const { concurrentIndexes } = abilitiesOf(place);
  if (concurrently && concurrentIndexes) return [];
  // One that belongs to a constraint goes with it, which can only be done so.
  const index = tableBefore(place, table)?.indexes.find((other) => other.name === name);
  if (index?.unique === true || goesAnyhow(place, operation, index)) return [];
  return blocked(place, 'dropIndex', table, {
    rule: 'drop index',
    remedy: 'Drop it concurrently.',
    safe: [{ operations: [{ ...operation, concurrently: true }] }],
  });
}

/** Whether its column goes as well, and takes the same lock for the same moment. */
function goesAnyhow(
  place: Place,
  { table }: Extract<Operation, { kind: 'dropIndex' }>,
  index: IndexSchema | undefined,
): boolean {
  return (
    abilitiesOf(place).transactional &&
    place.later.some(
      (later) =>
        later.kind === 'dropColumn' &&
        keyOf(later.table) === keyOf(table) &&
        index?.parts.some(({ column }) => column === later.column) === true,
    )
  );
}
