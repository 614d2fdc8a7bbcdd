import type { Step } from '../steps/step.ts';
import type { PlannedMigration } from './plan.ts';

/** How far a migration has come. */
export interface Progress {
  readonly migration: string;
  readonly direction: PlannedMigration['direction'];
  /** Steps that are done, of how many. */
  readonly done: number;
  readonly steps: number;
  /** The step that begins now; undefined at the end, and while a lock is waited for. */
  readonly step: Step | undefined;
  /** What code says of itself. */
  readonly rows?: { readonly done: number; readonly total: number | undefined };
  /** A lock could not be had, and this is how often it was asked for. */
  readonly attempt?: number;
}

export type OnProgress = ((progress: Progress) => void) | undefined;

/** Tell whoever listens. */
export function tell(
  listener: OnProgress,
  { migration, direction, steps }: PlannedMigration,
  done: number,
  more: Pick<Progress, 'rows' | 'attempt'> & { readonly step?: Step | undefined } = {},
): void {
  listener?.({ migration: migration.name, direction, done, steps: steps.length, step: undefined, ...more });
}
