/**
 * How often a client waits for its server, counted on the wire: a round trip is a request that is sent when everything before it
 * has been answered. What is sent behind it without waiting is none.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

import type { Database } from 'blazeorm';

import type { FaultyWay } from './fault.ts';
import { Note } from './models.ts';
import { openClub } from './work.ts';

const database = inject('database');

describe.skipIf(database === 'sqlite')(
  `round trips${database === 'sqlite' ? ' (skipped: SQLite has no wire)' : ''}`,
  () => {
    let way: FaultyWay;
    let db: Database;

    beforeAll(async () => {
      ({ way, db } = await openClub());
      // A script may have changed settings: what the connection does about that is done now.
      await db.session().query(Note).count();
    });

    afterAll(async () => {
      await db.close();
      await way.close();
    });

    const tripsOf = async (run: () => Promise<unknown>): Promise<number> => {
      way.arm('refused', Number.POSITIVE_INFINITY);
      await run();
      return way.disarm().trips;
    };

    it('S5: S4: a flush of a thousand inserts, keys read back, of a thousand updates, of both: BEGIN, what it sends, COMMIT', async () => {
      const session = db.session();
      const notes = Array.from({ length: 1_000 }, (_, i) => new Note({ text: `note ${i}` }));
      session.add(...notes);
      const trips = [await tripsOf(() => session.commit())];
      for (const note of notes) note.text += '!';
      trips.push(await tripsOf(() => session.commit()));
      for (const note of notes) note.text += '?';
      session.add(...Array.from({ length: 1_000 }, (_, i) => new Note({ text: `more ${i}` })));
      trips.push(await tripsOf(() => session.transaction(() => undefined)));
      // MySQL and MariaDB take three statements for a thousand inserts; one of them and the UPDATE are prepared at first.
      const few = [3, 3, 4];
      expect(trips).toEqual(
        { postgres: few, postgres15: few, mysql: [6, 4, 6], mariadb: [6, 4, 6] }[database as 'mysql'],
      );
      expect(await db.session().query(Note).count()).toBe(2_000);
      await session.close();
    });
  },
);
