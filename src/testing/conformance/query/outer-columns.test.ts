/** Aggregates over a relation, of columns that belong to a row further out. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { count, f, max, model, subquery, sum } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { expectSql, openTestDatabase } from '../../support/database.ts';

class Farm extends model('farm', { id: f.auto(), rent: f.int(), fields: f.reverse(() => Field, 'farm') }) {}
class Field extends model('field', { id: f.auto(), size: f.int(), farm: f.foreignKey(() => Farm) }) {}

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Farm] });
  await db.transaction((session) => {
    const farms = [10, 20, 30].map((rent) => new Farm({ rent }));
    const sizes = [[1, 2, 3], [4], []];
    session.addAll(farms.flatMap((farm, i) => [farm, ...sizes[i]!.map((size) => new Field({ size, farm }))]));
  });
});
afterAll(() => db.close());

const farms = () => db.session().query(Farm);

it('Q5: Q6: an aggregate of a column from further out is taken over the rows of the relation', async () => {
  const rows = farms()
    .orderBy('id')
    .values((farm) => ({ rents: farm.fields.sum(() => farm.rent) }));
  expectSql(rows, {
    sqlite:
      'SELECT (SELECT SUM(CASE WHEN t1."id" IS NOT NULL THEN t0."rent" END) FROM "field" AS t1 WHERE t1."farm_id" = t0."id") FROM "farm" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT (SELECT CAST(SUM(CASE WHEN t1."id" IS NOT NULL THEN t0."rent" END) AS bigint) FROM "field" AS t1 WHERE t1."farm_id" = t0."id") FROM "farm" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT (SELECT CAST(SUM(CASE WHEN t1.`id` IS NOT NULL THEN t0.`rent` END) AS signed) FROM `field` AS t1 WHERE t1.`farm_id` = t0.`id`) FROM `farm` AS t0 ORDER BY t0.`id`',
  });
  expect(await rows).toEqual([{ rents: 30 }, { rents: 20 }, { rents: null }]);
});

it('Q5: Q6: so is one of an aggregate that belongs there', async () => {
  const total = await farms()
    .orderBy('id')
    .values((farm) => ({ n: farm.fields.sum(() => farm.fields.sum((field) => field.size)) }));
  expect(total).toEqual([{ n: 18 }, { n: 4 }, { n: null }]);
  const found = farms().filter((farm) => farm.fields.max(() => farm.rent).gte(20));
  expect((await found).map(({ id }) => id)).toEqual([2]);
  const groups = farms().values((farm) => ({ most: farm.fields.min(() => farm.rent), n: count() }));
  expect(await groups.orderBy('most')).toEqual([
    { most: null, n: 1 },
    { most: 10, n: 1 },
    { most: 20, n: 1 },
  ]);
});

it('Q5: Q6: and in a subquery it is over the rows of that', async () => {
  const session = db.session();
  const fields = session.query(Field);
  const rents = session
    .query(Farm)
    .orderBy('id')
    .values((farm) => ({
      rents: subquery(fields.filter((field) => field.farmId.eq(farm.id)).values(() => ({ n: sum(farm.rent) }))),
      counted: subquery(fields.values(() => ({ n: count({ filter: farm.rent.gt(10) }) }))),
    }));
  expect(await rents).toEqual([
    { rents: 30, counted: 0 },
    { rents: 20, counted: 4 },
    { rents: null, counted: 4 },
  ]);
  const found = session.query(Farm).filter((farm) => subquery(fields.values(() => ({ n: max(farm.rent) }))).gt(20));
  expect((await found).map(({ id }) => id)).toEqual([3]);
});
