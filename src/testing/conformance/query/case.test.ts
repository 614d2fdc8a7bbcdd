import { afterAll, beforeAll, expect, it } from 'vitest';

import { caseWhen, check, count, Database, f, index, InvalidQueryError, model, sum, value } from '../../../index.ts';

import { errorOf, expectRefused, expectSql, freshUrl, supports } from '../../support/database.ts';

class Offer extends model(
  'offer',
  {
    id: f.auto(),
    name: f.string({ maxLength: 20 }),
    stock: f.int({ nullable: true }),
    big: f.bigint({ default: 0n }),
    weight: f.float({ default: 0 }),
    price: f.decimal({ precision: 10, scale: 2 }),
    sale: f.decimal({ precision: 10, scale: 3, nullable: true }),
    open: f.bool({ nullable: true }),
    on: f.date({ nullable: true }),
    at: f.datetime({ nullable: true }),
  },
  {
    constraints: [
      check('fair', (o) => caseWhen(o.stock.isNull(), o.price.gte('0')).otherwise(o.price.gt('0'))),
      check('named', (o) => o.name.substring(1, 1).ne(' ').and(o.name.replace('x', '').length().lte(19))),
    ],
    indexes: [index('price', { name: 'offer_cheap', where: { open: true } })],
  },
) {}

const PRICE = f.decimal({ precision: 10, scale: 2 });

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Offer] });
  await db.createAll();
  await db.transaction((session) => {
    session.add(
      new Offer({ name: 'apple', stock: 5, big: 2n ** 60n, weight: 1.5, price: '0.10', sale: '0.055', open: true }),
      new Offer({ name: 'pear', stock: 0, price: '2.00', open: false, on: '2026-01-31', at: new Date(5) }),
      new Offer({ name: '', stock: null, price: '0.00', weight: -2 }),
    );
  });
});
afterAll(() => db.close());

const offers = () => db.session().query(Offer).orderBy('id');

it('Q6: the value of the first condition that is true; NULL is not', async () => {
  const chosen = offers().values((o) => ({
    words: caseWhen(o.stock.gt(0), 'some').when(o.stock.eq(0), "none '😀").otherwise('?'),
    open: caseWhen(o.open, o.name),
    closed: caseWhen(o.open.not(), o.stock).otherwise(-1),
    yes: caseWhen(o.open, true).otherwise(false),
  }));
  expectSql(chosen, {
    sqlite:
      'SELECT CASE WHEN t0."stock" > ? THEN ? WHEN t0."stock" = ? THEN ? ELSE ? END, CASE WHEN t0."open" THEN t0."name" END, CASE WHEN (t0."open") IS NOT TRUE THEN t0."stock" ELSE ? END, CASE WHEN t0."open" THEN ? ELSE ? END FROM "offer" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT CASE WHEN t0."stock" > $1 THEN $2::text WHEN t0."stock" = $3 THEN $4::text ELSE $5::text END, CASE WHEN t0."open" THEN t0."name" END, CASE WHEN (t0."open") IS NOT TRUE THEN t0."stock" ELSE $6::bigint END, CASE WHEN t0."open" THEN $7::boolean ELSE $8::boolean END FROM "offer" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT CASE WHEN t0.`stock` > ? THEN ? WHEN t0.`stock` = ? THEN ? ELSE ? END, CASE WHEN t0.`open` THEN t0.`name` END, CASE WHEN (t0.`open`) IS NOT TRUE THEN t0.`stock` ELSE ? END, CASE WHEN t0.`open` THEN ? ELSE ? END FROM `offer` AS t0 ORDER BY t0.`id`',
  });
  expect(await chosen).toEqual([
    { words: 'some', open: 'apple', closed: -1, yes: true },
    { words: "none '😀", open: null, closed: 0, yes: false },
    { words: '?', open: null, closed: null, yes: false },
  ]);
});

it('Q6: M3: each type is chosen as it is', async () => {
  const chosen = offers().values((o) => ({
    decimal: caseWhen(o.open, o.price).otherwise(o.sale),
    literal: caseWhen(o.open.not(), o.price).otherwise('1.5'),
    mixed: caseWhen(o.open, o.stock).otherwise(o.price),
    float: caseWhen(o.open, o.weight).otherwise(o.stock),
    big: caseWhen(o.open, o.big).otherwise(-(2n ** 62n)),
    date: caseWhen(o.on.isNull(), '2000-01-01').otherwise(o.on),
    time: caseWhen(o.at.isNull(), new Date('2000-01-01T00:00:00.001Z')).otherwise(o.at),
  }));
  expectSql(chosen, {
    sqlite: `SELECT '~' || CASE WHEN t0."open" THEN (CAST(ROUND(t0."price" * 100) AS INTEGER) * 10) ELSE CAST(ROUND(t0."sale" * 1000) AS INTEGER) END, '~' || CASE WHEN (t0."open") IS NOT TRUE THEN CAST(ROUND(t0."price" * 100) AS INTEGER) ELSE ? END, '~' || CASE WHEN t0."open" THEN (t0."stock" * 100) ELSE CAST(ROUND(t0."price" * 100) AS INTEGER) END, CASE WHEN t0."open" THEN t0."weight" ELSE t0."stock" END, CAST(CASE WHEN t0."open" THEN t0."big" ELSE ? END AS TEXT), CASE WHEN t0."on" IS NULL THEN ? ELSE t0."on" END, CASE WHEN t0."at" IS NULL THEN ? ELSE t0."at" END FROM "offer" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT ROUND(CASE WHEN t0."open" THEN t0."price" ELSE t0."sale" END, 3), ROUND(CASE WHEN (t0."open") IS NOT TRUE THEN t0."price" ELSE $1::numeric END, 2), ROUND(CASE WHEN t0."open" THEN t0."stock" ELSE t0."price" END, 2), CASE WHEN t0."open" THEN t0."weight" ELSE t0."stock" END, CASE WHEN t0."open" THEN t0."big" ELSE $2::bigint END, CASE WHEN t0."on" IS NULL THEN $3::date ELSE t0."on" END, CASE WHEN t0."at" IS NULL THEN $4::timestamptz ELSE t0."at" END FROM "offer" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT CASE WHEN t0.`open` THEN t0.`price` ELSE t0.`sale` END, CASE WHEN (t0.`open`) IS NOT TRUE THEN t0.`price` ELSE CAST(? AS decimal(38, 1)) END, CASE WHEN t0.`open` THEN t0.`stock` ELSE t0.`price` END, CASE WHEN t0.`open` THEN t0.`weight` ELSE t0.`stock` END, CASE WHEN t0.`open` THEN t0.`big` ELSE ? END, CASE WHEN t0.`on` IS NULL THEN CAST(? AS date) ELSE t0.`on` END, CASE WHEN t0.`at` IS NULL THEN CAST(? AS datetime(3)) ELSE t0.`at` END FROM `offer` AS t0 ORDER BY t0.`id`',
  });
  expect(await chosen).toEqual([
    {
      decimal: '0.100',
      literal: '1.50',
      mixed: '5.00',
      float: 1.5,
      big: 2n ** 60n,
      date: '2000-01-01',
      time: new Date('2000-01-01T00:00:00.001Z'),
    },
    {
      decimal: null,
      literal: '2.00',
      mixed: '2.00',
      float: 0,
      big: -(2n ** 62n),
      date: '2026-01-31',
      time: new Date(5),
    },
    {
      decimal: null,
      literal: '0.00',
      mixed: '0.00',
      float: null,
      big: -(2n ** 62n),
      date: '2000-01-01',
      time: new Date('2000-01-01T00:00:00.001Z'),
    },
  ]);
});

it('Q2: Q6: a choice and its opposite together are all rows', async () => {
  const rich = offers().filter((o) => caseWhen(o.open, o.price).gt('0.05'));
  expectSql(rich.values('id'), {
    sqlite:
      'SELECT t0."id" FROM "offer" AS t0 WHERE CASE WHEN t0."open" THEN CAST(ROUND(t0."price" * 100) AS INTEGER) END > ? ORDER BY t0."id"',
    postgres:
      'SELECT t0."id" FROM "offer" AS t0 WHERE CASE WHEN t0."open" THEN t0."price" END > $1::numeric ORDER BY t0."id"',
    mysql:
      'SELECT t0.`id` FROM `offer` AS t0 WHERE CASE WHEN t0.`open` THEN t0.`price` END > CAST(? AS decimal(10, 2)) ORDER BY t0.`id`',
  });
  expect(await rich.values('id')).toEqual([{ id: 1 }]);
  const others = offers().exclude((o) => caseWhen(o.open, o.price).gt('0.05'));
  expectSql(others.values('id'), {
    sqlite:
      'SELECT t0."id" FROM "offer" AS t0 WHERE (CASE WHEN t0."open" THEN CAST(ROUND(t0."price" * 100) AS INTEGER) END > ?) IS NOT TRUE ORDER BY t0."id"',
    postgres:
      'SELECT t0."id" FROM "offer" AS t0 WHERE (CASE WHEN t0."open" THEN t0."price" END > $1::numeric) IS NOT TRUE ORDER BY t0."id"',
    mysql:
      'SELECT t0.`id` FROM `offer` AS t0 WHERE (CASE WHEN t0.`open` THEN t0.`price` END > CAST(? AS decimal(10, 2))) IS NOT TRUE ORDER BY t0.`id`',
  });
  expect(await others.values('id')).toEqual([{ id: 2 }, { id: 3 }]);
});

it('Q6: Q8: rows are grouped, sorted and summed by a choice', async () => {
  const groups = offers()
    .values((o) => ({
      kind: caseWhen(o.stock.gt(0), 'some').otherwise('none'),
      n: count(),
      worth: sum(caseWhen(o.open, o.price.times(o.stock)).otherwise(o.price)),
    }))
    .orderBy('-kind');
  expectSql(groups, {
    sqlite: `SELECT CASE WHEN t0."stock" > ? THEN ? ELSE ? END, COUNT(*), '~' || SUM(CASE WHEN t0."open" THEN (CAST(ROUND(t0."price" * 100) AS INTEGER) * t0."stock") ELSE CAST(ROUND(t0."price" * 100) AS INTEGER) END) FROM "offer" AS t0 GROUP BY CASE WHEN t0."stock" > ? THEN ? ELSE ? END ORDER BY CASE WHEN t0."stock" > ? THEN ? ELSE ? END DESC`,
    postgres:
      'SELECT CASE WHEN t0."stock" > $1 THEN $2::text ELSE $3::text END, COUNT(*), SUM(CASE WHEN t0."open" THEN (t0."price" * t0."stock") ELSE t0."price" END) FROM "offer" AS t0 GROUP BY 1 ORDER BY 1 DESC',
    mysql:
      'SELECT CASE WHEN t0.`stock` > ? THEN ? ELSE ? END, COUNT(*), SUM(CASE WHEN t0.`open` THEN (t0.`price` * t0.`stock`) ELSE t0.`price` END) FROM `offer` AS t0 GROUP BY 1 ORDER BY 1 DESC',
  });
  expect(await groups).toEqual([
    { kind: 'some', n: 1, worth: '0.50' },
    { kind: 'none', n: 2, worth: '2.00' },
  ]);
  const sorted = offers().orderBy((o) => caseWhen(o.stock.isNull(), 0).otherwise(1).asc(), '-id');
  expectSql(sorted.values('id'), {
    sqlite: 'SELECT t0."id" FROM "offer" AS t0 ORDER BY CASE WHEN t0."stock" IS NULL THEN ? ELSE ? END, t0."id" DESC',
    postgres:
      'SELECT t0."id" FROM "offer" AS t0 ORDER BY CASE WHEN t0."stock" IS NULL THEN $1::bigint ELSE $2::bigint END, t0."id" DESC',
    mysql: 'SELECT t0.`id` FROM `offer` AS t0 ORDER BY CASE WHEN t0.`stock` IS NULL THEN ? ELSE ? END, t0.`id` DESC',
  });
  expect(await sorted.valuesList('id', { flat: true })).toEqual([3, 2, 1]);
});

it('Q10: Q6: an update by a choice', async () => {
  await db.transaction(async (session) => {
    const all = session.query(Offer).orderBy('id');
    await all.unfiltered().update({ price: (o) => caseWhen(o.price.lt('1'), o.price.plus('0.05')).otherwise('9.99') });
    expect(await all.valuesList('price', { flat: true })).toEqual(['0.15', '9.99', '0.05']);
    await all.unfiltered().update({
      price: (o) => caseWhen(o.name.eq('apple'), value('0.10', PRICE)).when(o.name.eq('pear'), '2').otherwise('0'),
    });
    expect(await all.valuesList('price', { flat: true })).toEqual(['0.10', '2.00', '0.00']);
  });
});

it('M8: checks are made of choices and functions', async () => {
  const violating = async (name: string, stock: number | null, price: string) =>
    errorOf(() => db.transaction((session) => session.add(new Offer({ name, stock, price }))));
  expect(await violating('free', 1, '0.00')).toMatchObject({
    code: 'E_CHECK_VIOLATION',
    model: 'Offer',
    constraint: 'fair',
  });
  expect(await violating(' blank', 1, '1.00')).toMatchObject({
    code: 'E_CHECK_VIOLATION',
    model: 'Offer',
    constraint: 'named',
  });
});

it('M8: a check of a function that SQLite has from its connections only is refused there', async () => {
  class Padded extends model(
    'padded',
    { id: f.auto(), name: f.string({ maxLength: 20 }) },
    { constraints: [check('padded_name', (p) => p.name.padStart(3).ne('   '))] },
  ) {}
  const own = await Database.connect(await freshUrl(), { models: [Padded] });
  try {
    const create = () => own.createAll();
    const supported = await supports('to compute padStart() in a constraint', create, {
      sqlite: { message: 'SQLite cannot do this: to compute padStart() in a constraint.' },
    });
    if (!supported) return;
    await create();
    const error = await errorOf(() => own.transaction((session) => session.add(new Padded({ name: ' ' }))));
    expect(error).toMatchObject({ code: 'E_CHECK_VIOLATION', constraint: 'padded_name' });
  } finally {
    await own.close();
  }
});

it('Q14: branches of different types and conditions that are none are refused', async () => {
  await expectRefused(db, () => offers().values((o) => ({ x: caseWhen(o.open, o.name).otherwise(o.stock) })), {
    type: InvalidQueryError,
    message:
      'caseWhen() has values of different types: string and int. Turn one into the type of the other with cast().',
  });
  await expectRefused(db, () => offers().values((o) => ({ x: caseWhen(o.stock as never, 1) })), {
    type: InvalidQueryError,
    message: 'A condition must be true or false, and this expression is neither.',
  });
});
