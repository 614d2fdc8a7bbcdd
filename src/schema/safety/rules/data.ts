import type { Operation } from '../../operations/operation.ts';
import type { Place, Remark } from '../finding.ts';
import { abilitiesOf } from '../words.ts';
import { alone } from './stages.ts';

/** Code of the application's own: what it does is not known, only what stays locked meanwhile. */
export function runCode(operation: Extract<Operation, { kind: 'run' }>, place: Place): Remark[] {
  if (operation.outside || !abilitiesOf(place).transactional || !place.earlier.some(changesSchema)) return [];
  return [
    {
      rule: 'fill while altering',
      severity: 'blocks',
      what: 'What the migration has locked stays locked while the code runs.',
      grows: true,
      remedy: 'Put it into a migration of its own, or backFill(…), which goes in batches.',
      safe: alone(operation),
    },
  ];
}

/** Whether an operation locks a table until the transaction ends. */
export function changesSchema(operation: Operation): boolean {
  return operation.kind !== 'run' && operation.kind !== 'runSql' && operation.kind !== 'createTable';
}
