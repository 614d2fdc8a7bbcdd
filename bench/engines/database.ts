import type { NewTrack } from '../data.ts';

/** The filled database, and what is done to it between two samples, outside of the measured time. */
export interface BenchDatabase {
  /** For the contestants. */
  readonly url: string;
  readonly versions: Readonly<Record<string, string>>;
  /** Removes every track added since the start; throws unless they were exactly `expected`. */
  undoInsert(expected: readonly NewTrack[]): Promise<void>;
  /** Takes back the update of the first 1,000 tracks; throws unless each had been raised by 1. */
  undoUpdate(): Promise<void>;
  /** Also deletes it. */
  close(): Promise<void>;
}
