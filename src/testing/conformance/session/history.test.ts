/**
 * Histories of a session, made by chance from fixed seeds: every step is done to the session and to a model of it that is
 * plain data (`history/world.ts`). After each step memory must be what the model says, after each commit the database.
 *
 * `BLAZE_HISTORIES=20000 BLAZE_HISTORY_SEED=7` runs more of them, or others; what fails is made smaller and says with which seed
 * it fails again. Its cause becomes a case of its own.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Database } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { target } from '../../target.ts';
import { FOUND } from './history/found.ts';
import { FOUND_OF_SETS } from './history/found-sets.ts';
import { histories } from './history/furnished.ts';
import { models } from './history/models.ts';
import { play } from './history/play.ts';
import { historyOfShelves } from './history/shelves.ts';
import type { Unit } from './history/steps.ts';

const SEED = Number(process.env['BLAZE_HISTORY_SEED'] ?? 1);
/** An older server of the same kind says little that the newer one does not. */
const HISTORIES = Number(process.env['BLAZE_HISTORIES'] ?? (target().name === 'postgres15' ? 200 : 1000));
/** Those of codes that change. */
const SHELVES = Number(process.env['BLAZE_HISTORIES_OF_SHELVES'] ?? HISTORIES / 10);
const EACH = 200;

describe('histories of a session', () => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase({ models });
  });
  afterAll(() => db.close());

  for (const [title, units] of Object.entries({ ...FOUND, ...FOUND_OF_SETS }))
    it(`S7: R3: R5: ${title}`, () => play(db, units));

  const playAll = async (histories: fc.Arbitrary<Unit[]>, seed: number, runs: number): Promise<void> => {
    let played = 0;
    await fc.assert(
      fc.asyncProperty(histories, async (units) => {
        await play(db, units);
        played++;
      }),
      { seed, numRuns: runs },
    );
    expect(played).toBe(runs);
  };

  for (let at = 0; at < HISTORIES; at += EACH) {
    const seed = SEED + at;
    const runs = Math.min(EACH, HISTORIES - at);
    it(
      `S1: S2: S3: S4: S7: S8: S9: R1: R3: R5: R6: T1: V1: V3: memory and database are what a plain model says (seed ${seed}, ${runs} of them)`,
      { timeout: 600_000 },
      () => playAll(histories, seed, runs),
    );
  }

  for (let at = 0; at < SHELVES; at += EACH) {
    const seed = SEED + at;
    const runs = Math.min(EACH, SHELVES - at);
    it(
      `S3: S4: S7: S9: R1: R3: T1: so they are where codes change to which others refer (seed ${seed}, ${runs} of them)`,
      { timeout: 300_000 },
      () => playAll(historyOfShelves, seed, runs),
    );
  }
});
