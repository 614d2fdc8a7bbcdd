import type { NewTrack } from '../data.ts';

/** Of the tracks that were added: how many, and what two of their columns add up to. */
export interface Added {
  readonly count: number;
  readonly milliseconds: number;
  readonly names: number;
}

/** Throws unless the database had exactly these tracks besides its own. */
export function checkInserted({ count, milliseconds, names }: Added, expected: readonly NewTrack[]): void {
  const sum = expected.reduce((total, track) => total + track.milliseconds, 0);
  const lengths = expected.reduce((total, track) => total + track.name.length, 0);
  if (count !== expected.length || milliseconds !== sum || names !== lengths) {
    throw new Error(`${expected.length} tracks should have been inserted; the table has ${count} new ones`);
  }
}

/** `raised`: how many of the first 1,000 tracks have 1 more than they had. */
export function checkRaised(raised: number): void {
  if (raised !== 1000) throw new Error(`1,000 tracks should have been raised by 1; ${raised} were`);
}
