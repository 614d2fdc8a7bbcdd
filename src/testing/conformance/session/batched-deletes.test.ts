import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model, StaleObjectError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { engine, errorOf, openTestDatabase } from '../../support/database.ts';
import { rowsOf } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

class Seat extends model(
  'seat',
  {
    row: f.string({ maxLength: 3 }),
    number: f.int(),
    price: f.decimal({ precision: 8, scale: 2 }),
    version: f.version(),
  },
  { primaryKey: ['row', 'number'] },
) {}
class Guest extends model('guest', {
  id: f.auto(),
  name: f.string(),
  friends: f.manyToMany(() => Guest),
  partner: f.foreignKey(() => Guest, { nullable: true }),
}) {}

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Seat, Guest] });
});
afterEach(() => db.close());

const seats = (count: number): Seat[] =>
  Array.from({ length: count }, (_, i) => new Seat({ row: i % 2 === 0 ? 'A' : 'a ', number: i, price: '12.50' }));

describe('rows that are deleted together', () => {
  it('S3: S9: M7: go in one statement on servers, found by composite keys and versions', async () => {
    const session = db.session();
    const all = seats(3);
    session.add(...all);
    await session.commit();
    session.delete(...all);
    const list = (text: string): string =>
      `DELETE \`seat\` FROM JSON_TABLE(?, '$[*]' COLUMNS (column1 ${text} PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR, column3 bigint PATH '$[2]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN \`seat\` ON \`seat\`.\`row\` = v.column1 AND \`seat\`.\`number\` = v.column2 AND \`seat\`.\`version\` = v.column3`;
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', '3× DELETE FROM "seat" WHERE "row" = ? AND "number" = ? AND "version" = ?', 'COMMIT'],
      postgres: [
        'BEGIN',
        'DELETE FROM "seat" USING (SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS v(column1, column2, column3)) AS v WHERE "seat"."row" = v.column1 AND "seat"."number" = v.column2 AND "seat"."version" = v.column3',
        'COMMIT',
      ],
      mysql: ['BEGIN', list('longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin'), 'COMMIT'],
      mariadb: ['BEGIN', list('longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin'), 'COMMIT'],
    });
    expect(await rowsOf(db)).toEqual({});
    expect(all.map((seat) => session.state(seat))).toEqual(['detached', 'detached', 'detached']);
  });

  it('S5: Q15: thousands of them in a few statements', async () => {
    const session = db.session();
    const all = seats(5_000);
    session.add(...all);
    await session.commit();
    session.delete(...all);
    const sent = await statementsOf(() => session.commit());
    expect(sent.length).toBe(engine === 'sqlite' ? 3 : engine === 'postgres' ? 4 : 7);
    expect(await rowsOf(db)).toEqual({});
  });

  it('S9: S8: one of them that was changed or is gone fails the whole flush, which says so and changes nothing', async () => {
    for (const gone of [false, true]) {
      const session = db.session();
      const all = seats(3);
      session.add(...all);
      await session.commit();
      session.delete(...all);
      const another = db.session().query(Seat).filter({ number: 1 });
      await (gone ? another.delete() : another.update({ price: '1.00', version: 2 }));
      const before = await rowsOf(db);
      const error = await errorOf(() => session.commit());
      expect(error).toBeInstanceOf(StaleObjectError);
      expect(error).toMatchObject({ code: 'E_STALE_OBJECT', model: 'Seat' });
      expect((error as StaleObjectError).entities).toEqual([all[1]]);
      const inside = await errorOf(() =>
        session.transaction(async () => {
          const caught = await errorOf(() => session.flush());
          expect((caught as StaleObjectError).entities).toEqual([all[1]]);
          await session.transaction(() => undefined);
        }),
      );
      expect((inside as StaleObjectError).entities).toEqual([all[1]]);
      expect(await rowsOf(db)).toEqual(before);
      expect(all.map((seat) => session.state(seat))).toEqual(['deleted', 'deleted', 'deleted']);
      await session.rollback();
      expect(all.map((seat) => session.state(seat))).toEqual(['persistent', 'persistent', 'persistent']);
      await db.session().query(Seat).unfiltered().delete();
    }
  });

  it('R5: S3: links that are taken out, and references that rows hold to each other, too', async () => {
    const session = db.session();
    const guests = Array.from({ length: 4 }, (_, i) => new Guest({ name: String(i) }));
    const [a, b, c, d] = guests as [Guest, Guest, Guest, Guest];
    a.friends.add(b, c, d);
    [a.partner, b.partner, c.partner, d.partner] = [b, a, d, c];
    session.add(...guests);
    await session.commit();
    a.friends.remove(b, c);
    await session.flush();
    expect((await rowsOf(db))['guest_friends']).toEqual([{ from_guest_id: a.id, to_guest_id: d.id }]);
    session.delete(...guests);
    const sent = await statementsOf(() => session.commit());
    // References are taken back at once; rows go in two levels.
    expect(sent).toHaveLength(5);
    expect(await rowsOf(db)).toEqual({});
  });
});
