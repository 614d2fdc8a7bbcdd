/** A whole history, played on an empty database. */
import type { Database } from '../../../../index.ts';

import { expectDatabase, expectMemory } from './check.ts';
import { expectCodes } from './codes.ts';
import type { Unit } from './steps.ts';
import { nested, take } from './take.ts';
import type { Play } from './take.ts';
import { copy, newWorld } from './world.ts';

const TABLES = ['part', 'stay', 'item_labels', 'item_friends', 'badge', 'item', 'owner', 'shelf', 'label', 'place'];

/** Takes every row away. Nobody is referred to any more when it goes. */
function empty(db: Database): Promise<void> {
  return db.transaction(async (session) => {
    await session.sql`UPDATE item SET next_id = NULL`;
    for (const table of TABLES) await session.sql`DELETE FROM ${session.sql.id(table)}`;
  });
}

/** Does every step to a session and to a model of it; after each, memory is what the model says, after each commit the database. */
export async function play(db: Database, units: readonly Unit[]): Promise<void> {
  await empty(db);
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
        world.given.clear();
        game.committed = copy(world.things);
      } else {
        await session.rollback();
        world.things = copy(game.committed);
      }
    }
    expectMemory(world, session);
    expectCodes(world);
    await expectDatabase(db, { ...world, things: game.committed });
  }
  await session.commit();
  await expectDatabase(db, world);
  await session.close();
}
