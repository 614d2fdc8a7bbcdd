/** A condition where a value is wanted: it is true or false, whatever is NULL in it. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { count, f, max, model } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { expectSql, openTestDatabase } from '../../support/database.ts';

class Lamp extends model('lamp', {
  id: f.auto(),
  power: f.int({ nullable: true }),
  volume: f.int(),
  on: f.bool({ nullable: true }),
  users: f.reverse(() => User, 'lamp'),
}) {}
class User extends model('user', { id: f.auto(), lamp: f.foreignKey(() => Lamp) }) {}

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Lamp] });
  const lamp = new Lamp({ power: 5, volume: 1, on: true });
  await db.transaction((session) =>
    session.addAll([
      lamp,
      new User({ lamp }),
      new Lamp({ power: null, volume: 2, on: null }),
      new Lamp({ power: 1, volume: 3, on: false }),
    ]),
  );
});
afterAll(() => db.close());

const lamps = () => db.session().query(Lamp);

describe('a condition as a value', () => {
  it('Q6: is false where something in it is NULL, and a column keeps its NULL', async () => {
    const rows = lamps()
      .orderBy('id')
      .values((l) => ({ strong: l.power.gt(2), both: l.on.and(l.power.gt(2)), loud: l.volume.gt(1), on: l.on }));
    expectSql(rows, {
      sqlite:
        'SELECT (t0."power" > ?) IS TRUE, (t0."on" AND t0."power" > ?) IS TRUE, t0."volume" > ?, t0."on" FROM "lamp" AS t0 ORDER BY t0."id"',
      postgres:
        'SELECT (t0."power" > $1) IS TRUE, (t0."on" AND t0."power" > $2) IS TRUE, t0."volume" > $3, t0."on" FROM "lamp" AS t0 ORDER BY t0."id"',
      mysql:
        'SELECT (t0.`power` > ?) IS TRUE, (t0.`on` AND t0.`power` > ?) IS TRUE, t0.`volume` > ?, t0.`on` FROM `lamp` AS t0 ORDER BY t0.`id`',
      parameters: [2, 2, 1],
    });
    expect(await rows).toEqual([
      { strong: true, both: true, loud: false, on: true },
      { strong: false, both: false, loud: true, on: null },
      { strong: false, both: false, loud: true, on: false },
    ]);
  });

  it('Q6: Q8: is one of two groups', async () => {
    const groups = lamps().values((l) => ({ strong: l.power.gt(2), n: count(), most: max(l.power.gt(0)) }));
    expect(await groups.orderBy('strong')).toEqual([
      { strong: false, n: 2, most: true },
      { strong: true, n: 1, most: true },
    ]);
  });

  it('Q6: is compared, counted, sorted and replaced as what it is', async () => {
    const ids = async (set: ReturnType<typeof lamps>) => (await set).map(({ id }) => id);
    expect(
      await ids(
        lamps()
          .filter((l) => l.power.gt(2).eq(false))
          .orderBy('id'),
      ),
    ).toEqual([2, 3]);
    expect(await ids(lamps().filter((l) => l.power.gt(2).isNull()))).toEqual([]);
    expect(await ids(lamps().filter((l) => l.power.gt(2).coalesce(true)))).toEqual([1]);
    expect(await ids(lamps().orderBy((l) => l.power.gt(2).desc({ nulls: 'last' }), '-id'))).toEqual([1, 3, 2]);
    expect(
      await lamps().aggregate((l) => ({ n: count(l.power.gt(2)), kinds: count(l.power.gt(2), { distinct: true }) })),
    ).toEqual({ n: 3, kinds: 2 });
  });

  it('Q1: Q6: is looked for in a list, whatever it is made of', async () => {
    const ids = (set: ReturnType<typeof lamps>) => set.orderBy('id').valuesList('id', { flat: true });
    expect(await ids(lamps().filter((l) => l.power.isNull().oneOf([])))).toEqual([]);
    expect(await ids(lamps().filter((l) => l.power.isNull().oneOf([true])))).toEqual([2]);
    expect(await ids(lamps().filter((l) => l.power.gt(2).not().oneOf([true])))).toEqual([2, 3]);
    expect(await ids(lamps().filter((l) => l.users.none().oneOf([])))).toEqual([]);
    expect(await ids(lamps().filter((l) => l.users.none().oneOf([false])))).toEqual([1]);
  });

  it('Q6: stays a condition where it is one', async () => {
    const strong = lamps()
      .annotate((l) => ({ strong: l.power.gt(2) }))
      .filter((l) => l.strong.not())
      .orderBy('id');
    expect((await strong).map(({ id, strong: is }) => [id, is])).toEqual([
      [2, false],
      [3, false],
    ]);
    expect(
      await lamps()
        .unfiltered()
        .update({ on: (l) => l.power.gt(2) }),
    ).toBe(3);
    expect(await lamps().orderBy('id').valuesList('on', { flat: true })).toEqual([true, false, false]);
  });
});
