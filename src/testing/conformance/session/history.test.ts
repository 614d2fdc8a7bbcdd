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

import { engine, openTestDatabase } from '../../support/database.ts';
import { expectDatabase, expectMemory } from './history/check.ts';
import { models } from './history/models.ts';
import { history } from './history/steps.ts';
import type { Unit } from './history/steps.ts';
import { nested, take } from './history/take.ts';
import type { Play } from './history/take.ts';
import { copy, newWorld } from './history/world.ts';

const SEED = Number(process.env['BLAZE_HISTORY_SEED'] ?? 1);
/** A server takes ten times as long for each. */
const HISTORIES = Number(process.env['BLAZE_HISTORIES'] ?? (engine === 'sqlite' ? 1000 : 200));
const EACH = 200;

const TABLES = ['part', 'stay', 'item_labels', 'item_friends', 'badge', 'item', 'owner', 'shelf', 'label', 'place'];

/** Takes every row away. Nobody is referred to any more when it goes. */
async function empty(db: Database): Promise<void> {
  const session = db.session();
  await session.sql`UPDATE item SET next_id = NULL`;
  for (const table of TABLES) await session.sql`DELETE FROM ${session.sql.id(table)}`;
  await session.close();
}

async function play(db: Database, units: readonly Unit[]): Promise<void> {
  const session = db.session();
  const game: Play = { db, session, world: newWorld(), committed: new Map() };
  const { world } = game;
  for (const { steps, end } of units) {
    if (end === 'transaction' || end === 'failed transaction') {
      await nested(game, steps, end === 'failed transaction', false);
    } else {
      for (const step of steps) {
        await take(game, step, false);
        expectMemory(world, session);
      }
      if (end === 'commit') {
        await session.commit();
        game.committed = copy(world.things);
      } else {
        await session.rollback();
        world.things = copy(game.committed);
      }
    }
    expectMemory(world, session);
    await expectDatabase(db, { ...world, things: game.committed });
  }
  await session.commit();
  await expectDatabase(db, world);
  await session.close();
}

describe('histories of a session', () => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase({ models });
  });
  afterAll(() => db.close());

  for (let at = 0; at < HISTORIES; at += EACH) {
    const seed = SEED + at;
    const runs = Math.min(EACH, HISTORIES - at);
    it(
      `S1: S2: S3: S4: S7: S8: S9: R1: R3: R5: R6: T1: V1: V3: memory and database are what a plain model says (seed ${seed}, ${runs} of them)`,
      { timeout: 120_000 },
      async () => {
        let played = 0;
        await fc.assert(
          fc.asyncProperty(history, async (units) => {
            await empty(db);
            await play(db, units);
            played++;
          }),
          { seed, numRuns: runs },
        );
        expect(played).toBe(runs);
      },
    );
  }
});
