import { refuseReadOnly } from '../core/read-only.ts';
import type { FlushStep } from './flush-plan.ts';

const DEEDS = {
  insert: 'inserted',
  update: 'updated',
  connect: 'updated',
  disconnect: 'updated',
  vacate: 'updated',
  link: 'inserted',
  unlink: 'deleted',
  delete: 'deleted',
} as const;

/** @throws ReadOnlyModelError for a step that would write rows of a model that is read only. */
export function refuseWrites(step: FlushStep): void {
  refuseReadOnly('link' in step ? step.link.model : step.meta, DEEDS[step.kind]);
}
