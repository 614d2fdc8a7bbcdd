import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  avg,
  count,
  cumeDist,
  Database,
  denseRank,
  f,
  firstValue,
  InvalidQueryError,
  lag,
  lastValue,
  lead,
  max,
  model,
  nthValue,
  ntile,
  percentRank,
  rank,
  rowNumber,
  sum,
} from '../../../index.ts';

import { expectRefused, expectSql, freshUrl, supports } from '../../support/database.ts';

class Team extends model('team', { id: f.auto(), name: f.string(), runs: f.reverse(() => Run, 'team') }) {}

class Run extends model('run', {
  id: f.auto(),
  team: f.foreignKey(() => Team),
  points: f.int({ nullable: true }),
  price: f.decimal({ precision: 8, scale: 2, nullable: true }),
  name: f.string(),
}) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Team, Run] });
  await db.createAll();
  await db.transaction(async (session) => {
    const [red, blue] = await session.query(Team).bulkCreate([{ name: 'red' }, { name: 'Blau 😀' }]);
    await session.query(Run).bulkCreate([
      { team: red!, points: 10, price: '1.10', name: 'a' },
      { team: red!, points: 30, price: '2.25', name: 'b' },
      { team: blue!, points: 10, price: '-0.35', name: 'c' },
      { team: red!, points: null, price: null, name: '' },
      { team: blue!, points: -5, price: '4.00', name: 'e' },
    ]);
  });
});
afterAll(() => db.close());

const runs = () => db.session().query(Run).orderBy('id');

it('Q6: numbers and ranks, with NULL as the lowest value', async () => {
  const ranked = runs().values((r) => ({
    id: r.id,
    number: rowNumber().over({ partitionBy: r.teamId, orderBy: r.points.desc() }),
    rank: rank().over({ orderBy: r.points }),
    dense: denseRank().over({ orderBy: r.points }),
    percent: percentRank().over({ orderBy: r.points }),
    part: cumeDist().over({ orderBy: r.points }),
    half: ntile(2).over({ orderBy: [r.points.asc({ nulls: 'last' }), r.id.desc()] }),
  }));
  expectSql(ranked, {
    sqlite:
      'SELECT t0."id", ROW_NUMBER() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC), RANK() OVER (ORDER BY t0."points"), DENSE_RANK() OVER (ORDER BY t0."points"), PERCENT_RANK() OVER (ORDER BY t0."points"), CUME_DIST() OVER (ORDER BY t0."points"), NTILE(2) OVER (ORDER BY t0."points" NULLS LAST, t0."id" DESC) FROM "run" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT t0."id", ROW_NUMBER() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC NULLS LAST), RANK() OVER (ORDER BY t0."points" NULLS FIRST), DENSE_RANK() OVER (ORDER BY t0."points" NULLS FIRST), PERCENT_RANK() OVER (ORDER BY t0."points" NULLS FIRST), CUME_DIST() OVER (ORDER BY t0."points" NULLS FIRST), NTILE(2) OVER (ORDER BY t0."points" NULLS LAST, t0."id" DESC) FROM "run" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT t0.`id`, ROW_NUMBER() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC), RANK() OVER (ORDER BY t0.`points`), DENSE_RANK() OVER (ORDER BY t0.`points`), PERCENT_RANK() OVER (ORDER BY t0.`points`), CUME_DIST() OVER (ORDER BY t0.`points`), NTILE(2) OVER (ORDER BY t0.`points` IS NULL, t0.`points`, t0.`id` DESC) FROM `run` AS t0 ORDER BY t0.`id`',
    mariadb:
      'SELECT t0.`id`, ROW_NUMBER() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC), RANK() OVER (ORDER BY t0.`points`), DENSE_RANK() OVER (ORDER BY t0.`points`), CAST(PERCENT_RANK() OVER (ORDER BY t0.`points`) AS double), CAST(CUME_DIST() OVER (ORDER BY t0.`points`) AS double), NTILE(2) OVER (ORDER BY t0.`points` IS NULL, t0.`points`, t0.`id` DESC) FROM `run` AS t0 ORDER BY t0.`id`',
  });
  expect(await ranked).toEqual([
    { id: 1, number: 2, rank: 3, dense: 3, percent: 0.5, part: 0.8, half: 1 },
    { id: 2, number: 1, rank: 5, dense: 4, percent: 1, part: 1, half: 2 },
    { id: 3, number: 1, rank: 3, dense: 3, percent: 0.5, part: 0.8, half: 1 },
    { id: 4, number: 3, rank: 1, dense: 1, percent: 0, part: 0.2, half: 2 },
    { id: 5, number: 2, rank: 2, dense: 2, percent: 0.25, part: 0.4, half: 1 },
  ]);
});

it('Q6: values of other rows', async () => {
  const others = runs().values((r) => ({
    before: lag(r.points).over({ orderBy: r.id }),
    price: lag(r.price, 2).over({ orderBy: r.id }),
    after: lead(r.name).over({ partitionBy: r.team.name, orderBy: r.id }),
    first: firstValue(r.price).over({ partitionBy: r.teamId, orderBy: r.id }),
    last: lastValue(r.name).over({ orderBy: r.id, frame: { rows: [null, null] } }),
    second: nthValue(r.points, 2).over({ orderBy: r.id, frame: { rows: [null, 0] } }),
  }));
  expectSql(others, {
    sqlite: `SELECT LAG(t0."points", 1) OVER (ORDER BY t0."id"), '~' || LAG(CAST(ROUND(t0."price" * 100) AS INTEGER), 2) OVER (ORDER BY t0."id"), LEAD(t0."name", 1) OVER (PARTITION BY t1."name" ORDER BY t0."id"), '~' || FIRST_VALUE(CAST(ROUND(t0."price" * 100) AS INTEGER)) OVER (PARTITION BY t0."team_id" ORDER BY t0."id"), LAST_VALUE(t0."name") OVER (ORDER BY t0."id" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), NTH_VALUE(t0."points", 2) OVER (ORDER BY t0."id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM "run" AS t0 INNER JOIN "team" AS t1 ON t0."team_id" = t1."id" ORDER BY t0."id"`,
    postgres:
      'SELECT LAG(t0."points", 1) OVER (ORDER BY t0."id"), LAG(t0."price", 2) OVER (ORDER BY t0."id"), LEAD(t0."name", 1) OVER (PARTITION BY t1."name" ORDER BY t0."id"), FIRST_VALUE(t0."price") OVER (PARTITION BY t0."team_id" ORDER BY t0."id"), LAST_VALUE(t0."name") OVER (ORDER BY t0."id" ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), NTH_VALUE(t0."points", 2) OVER (ORDER BY t0."id" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM "run" AS t0 INNER JOIN "team" AS t1 ON t0."team_id" = t1."id" ORDER BY t0."id"',
    mysql:
      'SELECT LAG(t0.`points`, 1) OVER (ORDER BY t0.`id`), LAG(t0.`price`, 2) OVER (ORDER BY t0.`id`), LEAD(t0.`name`, 1) OVER (PARTITION BY t1.`name` ORDER BY t0.`id`), FIRST_VALUE(t0.`price`) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id`), LAST_VALUE(t0.`name`) OVER (ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), NTH_VALUE(t0.`points`, 2) OVER (ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) FROM `run` AS t0 INNER JOIN `team` AS t1 ON t0.`team_id` = t1.`id` ORDER BY t0.`id`',
  });
  expect(await others).toEqual([
    { before: null, price: null, after: 'b', first: '1.10', last: 'e', second: null },
    { before: 10, price: null, after: '', first: '1.10', last: 'e', second: 30 },
    { before: 30, price: '1.10', after: 'e', first: '-0.35', last: 'e', second: 30 },
    { before: 10, price: '2.25', after: null, first: '1.10', last: 'e', second: 30 },
    { before: null, price: '-0.35', after: null, first: '-0.35', last: 'e', second: 30 },
  ]);
});

it('Q6: a value where there is no other row', async () => {
  const others = () =>
    runs().values((r) => ({
      before: lag(r.points, 1, 0).over({ orderBy: r.id }),
      price: lead(r.price, 4, '7').over({ orderBy: r.id }),
    }));
  const supported = await supports('to take another value where lag() finds no row', others, {
    mariadb: { message: 'MariaDB cannot do this: to take another value where lag() finds no row.' },
  });
  if (!supported) return;
  expectSql(others(), {
    sqlite: `SELECT LAG(t0."points", 1, ?) OVER (ORDER BY t0."id"), '~' || LEAD(CAST(ROUND(t0."price" * 100) AS INTEGER), 4, ?) OVER (ORDER BY t0."id") FROM "run" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT LAG(t0."points", 1, $1::bigint) OVER (ORDER BY t0."id"), ROUND(LEAD(t0."price", 4, $2::numeric) OVER (ORDER BY t0."id"), 2) FROM "run" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT LAG(t0.`points`, 1, ?) OVER (ORDER BY t0.`id`), LEAD(t0.`price`, 4, CAST(? AS decimal(38, 0))) OVER (ORDER BY t0.`id`) FROM `run` AS t0 ORDER BY t0.`id`',
  });
  expect(await others()).toEqual([
    { before: 0, price: '4.00' },
    { before: 10, price: '7.00' },
    { before: 30, price: '7.00' },
    { before: 10, price: '7.00' },
    { before: null, price: '7.00' },
  ]);
});

it('Q6: aggregates of the rows around each row', async () => {
  const around = runs().values((r) => ({
    all: count().over(),
    mine: sum(r.points).over({ partitionBy: r.teamId }),
    running: sum(r.price).over({ orderBy: r.id }),
    mean: avg(r.price).over({ partitionBy: r.teamId }),
    three: sum(r.points).over({ orderBy: r.id, frame: { rows: [-1, 1] } }),
    near: count(r.points).over({ orderBy: r.id, frame: { range: [0, 2] } }),
    rest: max(r.name).over({ orderBy: r.id, frame: { rows: [1, null] } }),
    rich: count(r.id, { filter: r.points.gt(5) }).over({ partitionBy: r.teamId }),
  }));
  expectSql(around, {
    sqlite: `SELECT COUNT(*) OVER (), SUM(t0."points") OVER (PARTITION BY t0."team_id"), '~' || SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) OVER (ORDER BY t0."id"), '~' || ((SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) OVER (PARTITION BY t0."team_id") * 10000) / NULLIF(COUNT(t0."price") OVER (PARTITION BY t0."team_id"), 0) + (SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) OVER (PARTITION BY t0."team_id") * 10000) % NULLIF(COUNT(t0."price") OVER (PARTITION BY t0."team_id"), 0) * 2 / NULLIF(COUNT(t0."price") OVER (PARTITION BY t0."team_id"), 0)), SUM(t0."points") OVER (ORDER BY t0."id" ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), COUNT(t0."points") OVER (ORDER BY t0."id" RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING), MAX(t0."name") OVER (ORDER BY t0."id" ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), COUNT(t0."id") FILTER (WHERE t0."points" > ?) OVER (PARTITION BY t0."team_id") FROM "run" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT COUNT(*) OVER (), SUM(t0."points") OVER (PARTITION BY t0."team_id"), SUM(t0."price") OVER (ORDER BY t0."id"), ROUND(AVG(t0."price") OVER (PARTITION BY t0."team_id"), 6), SUM(t0."points") OVER (ORDER BY t0."id" ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING), COUNT(t0."points") OVER (ORDER BY t0."id" RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING), MAX(t0."name") OVER (ORDER BY t0."id" ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), COUNT(t0."id") FILTER (WHERE t0."points" > $1) OVER (PARTITION BY t0."team_id") FROM "run" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT COUNT(*) OVER (), CAST(SUM(t0.`points`) OVER (PARTITION BY t0.`team_id`) AS signed), SUM(t0.`price`) OVER (ORDER BY t0.`id`), ROUND(AVG(t0.`price`) OVER (PARTITION BY t0.`team_id`), 6), CAST(SUM(t0.`points`) OVER (ORDER BY t0.`id` ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS signed), COUNT(t0.`points`) OVER (ORDER BY t0.`id` RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING), MAX(t0.`name`) OVER (ORDER BY t0.`id` ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), COUNT(CASE WHEN t0.`points` > ? THEN t0.`id` END) OVER (PARTITION BY t0.`team_id`) FROM `run` AS t0 ORDER BY t0.`id`',
    mariadb:
      'SELECT COUNT(*) OVER (ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), CAST(SUM(t0.`points`) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS signed), SUM(t0.`price`) OVER (ORDER BY t0.`id`), ROUND(AVG(t0.`price`) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING), 6), CAST(SUM(t0.`points`) OVER (ORDER BY t0.`id` ROWS BETWEEN 1 PRECEDING AND 1 FOLLOWING) AS signed), COUNT(t0.`points`) OVER (ORDER BY t0.`id` RANGE BETWEEN CURRENT ROW AND 2 FOLLOWING), MAX(t0.`name`) OVER (ORDER BY t0.`id` ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING), COUNT(CASE WHEN t0.`points` > ? THEN t0.`id` END) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) FROM `run` AS t0 ORDER BY t0.`id`',
  });
  expect(await around).toEqual([
    { all: 5, mine: 40, running: '1.10', mean: '1.675000', three: 40, near: 3, rest: 'e', rich: 2 },
    { all: 5, mine: 40, running: '3.35', mean: '1.675000', three: 50, near: 2, rest: 'e', rich: 2 },
    { all: 5, mine: 5, running: '3.00', mean: '1.825000', three: 40, near: 2, rest: 'e', rich: 1 },
    { all: 5, mine: 40, running: '3.00', mean: '1.675000', three: 5, near: 1, rest: 'e', rich: 2 },
    { all: 5, mine: 5, running: '7.00', mean: '1.825000', three: -5, near: 1, rest: null, rich: 1 },
  ]);
});

it('Q6: frames of groups of equal rows', async () => {
  const groups = () => runs().values((r) => ({ n: count().over({ orderBy: r.points, frame: { groups: [-1, 0] } }) }));
  const message = (name: string): string =>
    `${name} cannot do this: to bound a window by groups of equal rows (frame: { groups }).`;
  const supported = await supports('to bound a window by groups of equal rows (frame: { groups })', groups, {
    mysql: { message: message('MySQL') },
    mariadb: { message: message('MariaDB') },
  });
  if (!supported) return;
  expectSql(groups(), {
    sqlite:
      'SELECT COUNT(*) OVER (ORDER BY t0."points" GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM "run" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT COUNT(*) OVER (ORDER BY t0."points" NULLS FIRST GROUPS BETWEEN 1 PRECEDING AND CURRENT ROW) FROM "run" AS t0 ORDER BY t0."id"',
    mysql: '',
  });
  expect(await groups()).toEqual([{ n: 3 }, { n: 3 }, { n: 3 }, { n: 1 }, { n: 2 }]);
});

it('Q6: windows inside of expressions, and orders by them', async () => {
  const shares = runs()
    .filter({ points: 10 })
    .values((r) => ({
      share: r.points.times(100).dividedBy(sum(r.points).over()),
      gap: r.price.minus(lag(r.price).over({ orderBy: r.id })).coalesce('0'),
      text: r.name.concat('-', r.name),
    }));
  expect(await shares).toEqual([
    { share: 50, gap: '0.00', text: 'a-a' },
    { share: 50, gap: '-1.45', text: 'c-c' },
  ]);
  const sorted = db
    .session()
    .query(Run)
    .orderBy((r) => sum(r.points).over({ partitionBy: r.teamId }).desc(), '-id');
  expectSql(sorted.values('id'), {
    sqlite:
      'SELECT t0."id" FROM "run" AS t0 ORDER BY SUM(t0."points") OVER (PARTITION BY t0."team_id") DESC, t0."id" DESC',
    postgres:
      'SELECT t0."id" FROM "run" AS t0 ORDER BY SUM(t0."points") OVER (PARTITION BY t0."team_id") DESC NULLS LAST, t0."id" DESC',
    mysql:
      'SELECT t0.`id` FROM `run` AS t0 ORDER BY CAST(SUM(t0.`points`) OVER (PARTITION BY t0.`team_id`) AS signed) DESC, t0.`id` DESC',
    mariadb:
      'SELECT t0.`id` FROM `run` AS t0 ORDER BY CAST(SUM(t0.`points`) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS signed) DESC, t0.`id` DESC',
  });
  expect(await sorted.valuesList('id', { flat: true })).toEqual([4, 2, 1, 5, 3]);
});

it('Q8: Q6: windows over groups see their aggregates, and the order holds', async () => {
  const teams = db
    .session()
    .query(Run)
    .values((r) => ({
      team: r.teamId,
      points: sum(r.points),
      place: rank().over({ orderBy: sum(r.points).desc() }),
      back: rowNumber().over({ orderBy: r.teamId.desc() }),
    }))
    .orderBy('team');
  expectSql(teams, {
    sqlite:
      'SELECT chosen."c0", chosen."c1", chosen."c2", chosen."c3" FROM (SELECT t0."team_id" AS "c0", SUM(t0."points") AS "c1", RANK() OVER (ORDER BY SUM(t0."points") DESC) AS "c2", ROW_NUMBER() OVER (ORDER BY t0."team_id" DESC) AS "c3" FROM "run" AS t0 GROUP BY t0."team_id") AS chosen ORDER BY chosen."c0"',
    postgres:
      'SELECT chosen."c0", chosen."c1", chosen."c2", chosen."c3" FROM (SELECT t0."team_id" AS "c0", SUM(t0."points") AS "c1", RANK() OVER (ORDER BY SUM(t0."points") DESC NULLS LAST) AS "c2", ROW_NUMBER() OVER (ORDER BY t0."team_id" DESC) AS "c3" FROM "run" AS t0 GROUP BY t0."team_id") AS chosen ORDER BY chosen."c0"',
    mysql:
      'SELECT chosen.`c0`, chosen.`c1`, chosen.`c2`, chosen.`c3` FROM (SELECT t0.`team_id` AS `c0`, CAST(SUM(t0.`points`) AS signed) AS `c1`, RANK() OVER (ORDER BY CAST(SUM(t0.`points`) AS signed) DESC) AS `c2`, ROW_NUMBER() OVER (ORDER BY t0.`team_id` DESC) AS `c3` FROM `run` AS t0 GROUP BY t0.`team_id`) AS chosen ORDER BY chosen.`c0`',
  });
  expect(await teams).toEqual([
    { team: 1, points: 40, place: 1, back: 2 },
    { team: 2, points: 5, place: 2, back: 1 },
  ]);
});

describe('rows chosen by a window', () => {
  const placed = () =>
    db
      .session()
      .query(Run)
      .annotate((r) => ({
        place: rank().over({ partitionBy: r.teamId, orderBy: r.points.desc() }),
        worth: sum(r.price).over({ partitionBy: r.teamId }),
      }));

  it('Q6: Q1: keep what the window said of all rows', async () => {
    const best = placed()
      .filter((r) => r.place.lte(2))
      .filter((r) => r.price.isNotNull())
      .selectRelated('team')
      .orderBy((r) => r.team.name.asc(), 'place');
    expectSql(best, {
      sqlite: `SELECT chosen."c0", chosen."c1", chosen."c2", chosen."c3", chosen."c4", chosen."c5", chosen."c6", '~' || chosen."c7" FROM (SELECT t0."id" AS "c0", t0."team_id" AS "c1", t0."points" AS "c2", t0."price" AS "c3", t0."name" AS "c4", t1."name" AS "c5", RANK() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC) AS "c6", SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) OVER (PARTITION BY t0."team_id") AS "c7", t1."name" AS "c8", RANK() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC) <= ? AS "c9" FROM "run" AS t0 INNER JOIN "team" AS t1 ON t0."team_id" = t1."id" WHERE t0."price" IS NOT NULL) AS chosen WHERE chosen."c9" ORDER BY chosen."c8", chosen."c6"`,
      postgres:
        'SELECT chosen."c0", chosen."c1", chosen."c2", chosen."c3", chosen."c4", chosen."c5", chosen."c6", chosen."c7" FROM (SELECT t0."id" AS "c0", t0."team_id" AS "c1", t0."points" AS "c2", t0."price" AS "c3", t0."name" AS "c4", t1."name" AS "c5", RANK() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC NULLS LAST) AS "c6", SUM(t0."price") OVER (PARTITION BY t0."team_id") AS "c7", t1."name" AS "c8", RANK() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC NULLS LAST) <= $1::bigint AS "c9" FROM "run" AS t0 INNER JOIN "team" AS t1 ON t0."team_id" = t1."id" WHERE t0."price" IS NOT NULL) AS chosen WHERE chosen."c9" ORDER BY chosen."c8", chosen."c6"',
      mysql:
        'SELECT chosen.`c0`, chosen.`c1`, chosen.`c2`, chosen.`c3`, chosen.`c4`, chosen.`c5`, chosen.`c6`, chosen.`c7` FROM (SELECT t0.`id` AS `c0`, t0.`team_id` AS `c1`, t0.`points` AS `c2`, t0.`price` AS `c3`, t0.`name` AS `c4`, t1.`name` AS `c5`, RANK() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC) AS `c6`, SUM(t0.`price`) OVER (PARTITION BY t0.`team_id`) AS `c7`, t1.`name` AS `c8`, RANK() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC) <= ? AS `c9` FROM `run` AS t0 INNER JOIN `team` AS t1 ON t0.`team_id` = t1.`id` WHERE t0.`price` IS NOT NULL) AS chosen WHERE chosen.`c9` ORDER BY chosen.`c8`, chosen.`c6`',
      mariadb:
        'SELECT chosen.`c0`, chosen.`c1`, chosen.`c2`, chosen.`c3`, chosen.`c4`, chosen.`c5`, chosen.`c6`, chosen.`c7` FROM (SELECT t0.`id` AS `c0`, t0.`team_id` AS `c1`, t0.`points` AS `c2`, t0.`price` AS `c3`, t0.`name` AS `c4`, t1.`name` AS `c5`, RANK() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC) AS `c6`, SUM(t0.`price`) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `c7`, t1.`name` AS `c8`, RANK() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC) <= ? AS `c9` FROM `run` AS t0 INNER JOIN `team` AS t1 ON t0.`team_id` = t1.`id` WHERE t0.`price` IS NOT NULL) AS chosen WHERE chosen.`c9` ORDER BY chosen.`c8`, chosen.`c6`',
    });
    const found = (await best).map((run) => [run.team.name, run.place, run.worth, run.price]);
    expect(found).toEqual([
      ['Blau 😀', 1, '3.65', '-0.35'],
      ['Blau 😀', 2, '3.65', '4.00'],
      ['red', 1, '3.35', '2.25'],
      ['red', 2, '3.35', '1.10'],
    ]);
  });

  it('Q2: Q6: a condition and its opposite are all rows', async () => {
    const few = await placed()
      .filter((r) => r.worth.gt('3.5'))
      .orderBy('id')
      .valuesList('id', { flat: true });
    const rest = await placed()
      .exclude((r) => r.worth.gt('3.5'))
      .orderBy('id')
      .valuesList('id', { flat: true });
    expect([few, rest]).toEqual([
      [3, 5],
      [1, 2, 4],
    ]);
    const unknown = placed()
      .annotate((r) => ({ next: lead(r.points).over({ orderBy: r.id }) }))
      .exclude((r) => r.next.gt(0));
    expect(await unknown.orderBy('id').valuesList('id', { flat: true })).toEqual([3, 4, 5]);
  });

  it('Q5: Q7: are limited, distinct, counted and asked for', async () => {
    const best = placed().filter((r) => r.place.eq(1));
    const limited = best
      .orderBy((r) => r.worth.desc())
      .limit(1)
      .values((r) => ({ name: r.name, worth: r.worth }));
    expectSql(limited, {
      sqlite: `SELECT chosen."c0", '~' || chosen."c1" FROM (SELECT t0."name" AS "c0", SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) OVER (PARTITION BY t0."team_id") AS "c1", RANK() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC) = ? AS "c2" FROM "run" AS t0) AS chosen WHERE chosen."c2" ORDER BY chosen."c1" DESC LIMIT ?`,
      postgres:
        'SELECT chosen."c0", chosen."c1" FROM (SELECT t0."name" AS "c0", SUM(t0."price") OVER (PARTITION BY t0."team_id") AS "c1", RANK() OVER (PARTITION BY t0."team_id" ORDER BY t0."points" DESC NULLS LAST) = $1::bigint AS "c2" FROM "run" AS t0) AS chosen WHERE chosen."c2" ORDER BY chosen."c1" DESC NULLS LAST LIMIT 1',
      mysql:
        'SELECT chosen.`c0`, chosen.`c1` FROM (SELECT t0.`name` AS `c0`, SUM(t0.`price`) OVER (PARTITION BY t0.`team_id`) AS `c1`, RANK() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC) = ? AS `c2` FROM `run` AS t0) AS chosen WHERE chosen.`c2` ORDER BY chosen.`c1` DESC LIMIT ?',
      mariadb:
        'SELECT chosen.`c0`, chosen.`c1` FROM (SELECT t0.`name` AS `c0`, SUM(t0.`price`) OVER (PARTITION BY t0.`team_id` ORDER BY t0.`id` ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS `c1`, RANK() OVER (PARTITION BY t0.`team_id` ORDER BY t0.`points` DESC) = ? AS `c2` FROM `run` AS t0) AS chosen WHERE chosen.`c2` ORDER BY chosen.`c1` DESC LIMIT ?',
    });
    expect(await limited).toEqual([{ name: 'c', worth: '3.65' }]);
    expect(await best.values('place').distinct()).toEqual([{ place: 1 }]);
    expect(await best.count()).toBe(2);
    expect(await best.exists()).toBe(true);
    expect(await best.filter((r) => r.place.gt(1)).exists()).toBe(false);
    expect(await best.orderBy('-id').first()).toMatchObject({ id: 3, place: 1 });
  });
});

it('Q14: a window stands where there are other rows', async () => {
  const session = db.session();
  const numbered = session.query(Run).annotate((r) => ({ n: rowNumber().over({ orderBy: r.id }) }));
  const first = numbered.filter((r) => r.n.eq(1));
  const refused = (call: () => unknown, message: string) =>
    expectRefused(db, call, { type: InvalidQueryError, message, code: 'E_INVALID_QUERY' });
  const remedy = 'Read the keys with values(), and write the rows that have them.';
  await refused(() => first.delete(), `delete() of Run cannot look at a window. ${remedy}`);
  await refused(() => first.update({ points: 1 }), `update() of Run cannot look at a window. ${remedy}`);
  await refused(
    () =>
      session
        .query(Run)
        .unfiltered()
        .update({ points: (r) => rowNumber().over({ orderBy: r.id }) }),
    `update() of Run cannot look at a window. ${remedy}`,
  );
  await refused(
    () => session.query(Team).filter((t) => t.runs.some((r) => rank().over({ orderBy: r.id }).eq(1))),
    'A condition on Run is about single rows and cannot look at a window. Annotate the query with the window, and filter or sort by that.',
  );
  await refused(
    () => first.aggregate(() => ({ n: count() })),
    'Aggregates of Run cannot be over rows that a window chooses. Read the rows with values(), or write the condition without a window.',
  );
  await refused(
    () => session.query(Run).values((r) => ({ x: sum(rank().over({ orderBy: r.id })) })),
    'sum() is about single rows and cannot look at a window. Annotate the query with the window, and filter or sort by that.',
  );
  await refused(
    () => session.query(Run).values((r) => ({ x: rank().over({ orderBy: rank().over({ orderBy: r.id }) }) })),
    'A window cannot be divided or sorted by another window. Annotate with the one, filter or sort by it, and read the other from a further query.',
  );
  await refused(
    () => session.query(Run).values((r) => ({ x: count(r.id, { distinct: true }).over() })),
    'count() over a window takes every row, and not each value once.',
  );
  await refused(
    () => session.query(Run).values((r) => ({ x: sum(r.id).over({ orderBy: r.id, frame: { rows: [2, 1] } }) })),
    'A frame begins where it ends or before.',
  );
  await refused(
    () => session.query(Run).values((r) => ({ x: sum(r.id).over({ orderBy: r.name, frame: { range: [-1, 0] } }) })),
    'A frame of a range in numbers needs orderBy of one integer or float.',
  );
  await refused(
    // @ts-expect-error an order is needed
    () => session.query(Run).values((r) => ({ x: rank().over({ partitionBy: r.id }) })),
    'rank() needs to know in which order: over({ orderBy: … }).',
  );
  await refused(
    () => session.query(Run).values((r) => ({ x: ntile(0).over({ orderBy: r.id }) })),
    'ntile() takes a whole number from 1, not an integer.',
  );
  await refused(
    () =>
      db.transaction((own) =>
        own
          .query(Run)
          .annotate((r) => ({ n: rank().over({ orderBy: r.id }) }))
          .forUpdate()
          .all(),
      ),
    'A query for windows cannot lock rows. Lock them by a query for Run of its own.',
  );
});
