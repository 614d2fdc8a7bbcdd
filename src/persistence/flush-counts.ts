import type { FlushStep } from './flush-plan.ts';
import type { FlushCounts } from './unit-events.ts';

/** How many rows the steps of a flush write, links among them. */
export function countsOf(steps: readonly FlushStep[]): FlushCounts {
  const counts = { inserted: 0, updated: 0, deleted: 0 };
  for (const step of steps) {
    if (step.kind === 'insert') counts.inserted += step.entities.length;
    else if (step.kind === 'link') counts.inserted += step.pairs.length;
    else if (step.kind === 'unlink') counts.deleted += step.pairs.length;
    else if (step.kind === 'delete') counts.deleted += step.entities.length;
    // The UPDATEs that close circles are of rows that are counted already.
    else if (step.kind === 'update') counts.updated += step.entities.length;
  }
  return counts;
}
