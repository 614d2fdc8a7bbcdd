import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  avg,
  boolAnd,
  boolOr,
  count,
  Database,
  f,
  InvalidQueryError,
  max,
  min,
  model,
  stringAgg,
  sum,
} from '../../../index.ts';

import { expectRefused, expectSql, freshUrl, supports } from '../../support/database.ts';
import { Post } from '../../support/models.ts';
import { openBlog } from './blog.ts';

class Sale extends model('sale', {
  id: f.auto(),
  shop: f.string(),
  item: f.text({ nullable: true }),
  amount: f.int(),
  price: f.decimal({ precision: 8, scale: 2, nullable: true }),
  paid: f.bool({ nullable: true }),
}) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Sale] });
  await db.createAll();
  await db.transaction((session) => {
    session.add(
      new Sale({ shop: 'x', item: 'tea', amount: 3, price: '1.05', paid: true }),
      new Sale({ shop: 'x', item: '😀', amount: -1, price: '2.00', paid: false }),
      new Sale({ shop: 'x', item: null, amount: 3, price: null, paid: null }),
      new Sale({ shop: 'y', item: '', amount: 2, price: '0.10', paid: true }),
      new Sale({ shop: 'y', item: 'tea', amount: 2, price: '0.20', paid: true }),
    );
  });
});
afterAll(() => db.close());

const sales = () => db.session().query(Sale);

it('Q8: an aggregate takes the rows that its filter leaves', async () => {
  const shops = sales()
    .values((s) => ({
      shop: s.shop,
      all: count(),
      paid: count({ filter: s.paid }),
      unpaid: count({ filter: s.paid.not() }),
      items: count(s.item, { filter: s.amount.gt(2) }),
      amounts: count(s.amount, { distinct: true, filter: s.amount.gt(0) }),
      worth: sum(s.price, { filter: s.paid }),
      mean: avg(s.price, { filter: s.amount.gt(0) }),
      least: min(s.price, { filter: s.price.gt('1.50') }),
      last: max(s.item, { filter: s.item.ne('tea') }),
    }))
    .orderBy('shop');
  expectSql(shops, {
    sqlite: `SELECT t0."shop", COUNT(*), COUNT(*) FILTER (WHERE t0."paid"), COUNT(*) FILTER (WHERE (t0."paid") IS NOT TRUE), COUNT(t0."item") FILTER (WHERE t0."amount" > ?), COUNT(DISTINCT t0."amount") FILTER (WHERE t0."amount" > ?), '~' || SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) FILTER (WHERE t0."paid"), '~' || ((SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) FILTER (WHERE t0."amount" > ?) * 10000) / NULLIF(COUNT(t0."price") FILTER (WHERE t0."amount" > ?), 0) + (SUM(CAST(ROUND(t0."price" * 100) AS INTEGER)) FILTER (WHERE t0."amount" > ?) * 10000) % NULLIF(COUNT(t0."price") FILTER (WHERE t0."amount" > ?), 0) * 2 / NULLIF(COUNT(t0."price") FILTER (WHERE t0."amount" > ?), 0)), '~' || MIN(CAST(ROUND(t0."price" * 100) AS INTEGER)) FILTER (WHERE CAST(ROUND(t0."price" * 100) AS INTEGER) > ?), MAX(t0."item") FILTER (WHERE t0."item" IS NOT ?) FROM "sale" AS t0 GROUP BY t0."shop" ORDER BY t0."shop"`,
    postgres:
      'SELECT t0."shop", COUNT(*), COUNT(*) FILTER (WHERE t0."paid"), COUNT(*) FILTER (WHERE (t0."paid") IS NOT TRUE), COUNT(t0."item") FILTER (WHERE t0."amount" > $1), COUNT(DISTINCT t0."amount") FILTER (WHERE t0."amount" > $2), SUM(t0."price") FILTER (WHERE t0."paid"), ROUND(AVG(t0."price") FILTER (WHERE t0."amount" > $3), 6), MIN(t0."price") FILTER (WHERE t0."price" > $4), MAX(t0."item") FILTER (WHERE t0."item" IS DISTINCT FROM $5) FROM "sale" AS t0 GROUP BY t0."shop" ORDER BY t0."shop"',
    mysql:
      'SELECT t0.`shop`, COUNT(*), COUNT(CASE WHEN t0.`paid` THEN 1 END), COUNT(CASE WHEN (t0.`paid`) IS NOT TRUE THEN 1 END), COUNT(CASE WHEN t0.`amount` > ? THEN t0.`item` END), COUNT(DISTINCT CASE WHEN t0.`amount` > ? THEN t0.`amount` END), SUM(CASE WHEN t0.`paid` THEN t0.`price` END), ROUND(AVG(CASE WHEN t0.`amount` > ? THEN t0.`price` END), 6), MIN(CASE WHEN t0.`price` > CAST(? AS decimal(8, 2)) THEN t0.`price` END), MAX(CASE WHEN NOT (t0.`item` <=> ?) THEN t0.`item` END) FROM `sale` AS t0 GROUP BY t0.`shop` ORDER BY t0.`shop`',
  });
  expect(await shops).toEqual([
    {
      shop: 'x',
      all: 3,
      paid: 1,
      unpaid: 2,
      items: 1,
      amounts: 1,
      worth: '1.05',
      mean: '1.050000',
      least: '2.00',
      last: '😀',
    },
    {
      shop: 'y',
      all: 2,
      paid: 2,
      unpaid: 0,
      items: 0,
      amounts: 1,
      worth: '0.30',
      mean: '0.150000',
      least: null,
      last: '',
    },
  ]);
});

it('Q8: whether a condition is true in all rows, or in any', async () => {
  const shops = sales()
    .values((s) => ({
      shop: s.shop,
      all: boolAnd(s.paid),
      any: boolOr(s.paid),
      rich: boolOr(s.amount.gt(2)),
      some: boolAnd(s.amount.gt(0), { filter: s.paid }),
      none: boolOr(s.paid, { filter: s.amount.gt(100) }),
    }))
    .orderBy('shop');
  expectSql(shops, {
    sqlite:
      'SELECT t0."shop", MIN(t0."paid"), MAX(t0."paid"), MAX(t0."amount" > ?), MIN(t0."amount" > ?) FILTER (WHERE t0."paid"), MAX(t0."paid") FILTER (WHERE t0."amount" > ?) FROM "sale" AS t0 GROUP BY t0."shop" ORDER BY t0."shop"',
    postgres:
      'SELECT t0."shop", BOOL_AND(t0."paid"), BOOL_OR(t0."paid"), BOOL_OR(t0."amount" > $1), BOOL_AND(t0."amount" > $2) FILTER (WHERE t0."paid"), BOOL_OR(t0."paid") FILTER (WHERE t0."amount" > $3) FROM "sale" AS t0 GROUP BY t0."shop" ORDER BY t0."shop"',
    mysql:
      'SELECT t0.`shop`, MIN(t0.`paid`), MAX(t0.`paid`), MAX(t0.`amount` > ?), MIN(CASE WHEN t0.`paid` THEN t0.`amount` > ? END), MAX(CASE WHEN t0.`amount` > ? THEN t0.`paid` END) FROM `sale` AS t0 GROUP BY t0.`shop` ORDER BY t0.`shop`',
  });
  expect(await shops).toEqual([
    { shop: 'x', all: false, any: true, rich: true, some: true, none: null },
    { shop: 'y', all: true, any: true, rich: false, some: true, none: null },
  ]);
});

it('Q8: texts in a row, in an order, with anything between them', async () => {
  const shops = sales()
    .values((s) => ({
      shop: s.shop,
      items: stringAgg(s.item, ', ', { orderBy: s.id.desc() }),
      joined: stringAgg(s.item, '', { orderBy: [s.amount.asc(), s.id] }),
      odd: stringAgg(s.item, "';\\😀 ", { orderBy: s.item }),
      paid: stringAgg(s.item.upper(), '-', { filter: s.paid, orderBy: s.id }),
      none: stringAgg(s.item, '-', { filter: s.amount.gt(100) }),
    }))
    .orderBy('shop');
  expectSql(shops, {
    sqlite: `SELECT t0."shop", GROUP_CONCAT(t0."item", ', ' ORDER BY t0."id" DESC), GROUP_CONCAT(t0."item", '' ORDER BY t0."amount", t0."id"), GROUP_CONCAT(t0."item", ''';\\😀 ' ORDER BY t0."item"), GROUP_CONCAT(blaze_upper(t0."item"), '-' ORDER BY t0."id") FILTER (WHERE t0."paid"), GROUP_CONCAT(t0."item", '-') FILTER (WHERE t0."amount" > ?) FROM "sale" AS t0 GROUP BY t0."shop" ORDER BY t0."shop"`,
    postgres: `SELECT t0."shop", STRING_AGG(t0."item"::text, ', ' ORDER BY t0."id" DESC), STRING_AGG(t0."item"::text, '' ORDER BY t0."amount", t0."id"), STRING_AGG(t0."item"::text, ''';\\😀 ' ORDER BY t0."item" NULLS FIRST), STRING_AGG(UPPER(t0."item")::text, '-' ORDER BY t0."id") FILTER (WHERE t0."paid"), STRING_AGG(t0."item"::text, '-') FILTER (WHERE t0."amount" > $1) FROM "sale" AS t0 GROUP BY t0."shop" ORDER BY t0."shop"`,
    mysql:
      "SELECT t0.`shop`, GROUP_CONCAT(t0.`item` ORDER BY t0.`id` DESC SEPARATOR 0x2c20), GROUP_CONCAT(t0.`item` ORDER BY t0.`amount`, t0.`id` SEPARATOR ''), GROUP_CONCAT(t0.`item` ORDER BY t0.`item` SEPARATOR 0x273b5cf09f988020), GROUP_CONCAT(CASE WHEN t0.`paid` THEN UPPER(t0.`item`) END ORDER BY t0.`id` SEPARATOR 0x2d), GROUP_CONCAT(CASE WHEN t0.`amount` > ? THEN t0.`item` END SEPARATOR 0x2d) FROM `sale` AS t0 GROUP BY t0.`shop` ORDER BY t0.`shop`",
  });
  expect(await shops).toEqual([
    { shop: 'x', items: '😀, tea', joined: '😀tea', odd: "tea';\\😀 😀", paid: 'TEA', none: null },
    { shop: 'y', items: 'tea, ', joined: 'tea', odd: "';\\😀 tea", paid: '-TEA', none: null },
  ]);
});

it('Q8: no text is cut, however many there are', async () => {
  const many = await Database.connect(await freshUrl(), { models: [Sale] });
  try {
    await many.createAll();
    const rows = Array.from({ length: 3_000 }, (_, i) => ({ shop: 'z', item: String(i).padStart(9, '0'), amount: i }));
    await many.session().query(Sale).bulkCreate(rows);
    const { all } = await many
      .session()
      .query(Sale)
      .aggregate((s) => ({ all: stringAgg(s.item, '|', { orderBy: s.amount }) }));
    expect(all).toBe(rows.map(({ item }) => item).join('|'));
  } finally {
    await many.close();
  }
});

it('Q8: each text once', async () => {
  const once = () =>
    sales().values((s) => ({ items: stringAgg(s.item, '; ', { distinct: true, orderBy: s.item.desc() }) }));
  const feature = 'to put each text once in a row (stringAgg with { distinct: true })';
  const supported = await supports(feature, once, {
    sqlite: { message: `SQLite cannot do this: ${feature}.` },
  });
  if (!supported) return;
  expectSql(once(), {
    sqlite: '',
    postgres: `SELECT STRING_AGG(DISTINCT t0."item"::text, '; ' ORDER BY (t0."item"::text) DESC) FROM "sale" AS t0`,
    mysql: 'SELECT GROUP_CONCAT(DISTINCT t0.`item` ORDER BY t0.`item` DESC SEPARATOR 0x3b20) FROM `sale` AS t0',
  });
  expect(await once()).toEqual([{ items: '😀; tea; ' }]);
});

it('Q8: of no rows', async () => {
  const nothing = await sales()
    .filter({ amount: 100 })
    .aggregate((s) => ({ n: count({ filter: s.paid }), all: boolAnd(s.paid), items: stringAgg(s.item, ',') }));
  expect(nothing).toEqual({ n: 0, all: null, items: null });
});

it('Q8: texts of a relation in a row, in an order of their own', async () => {
  const blog = await openBlog();
  try {
    const tagged = blog
      .session()
      .query(Post)
      .orderBy('id')
      .values((p) => ({
        id: p.id,
        tags: p.tags.stringAgg((t) => t.name, ' & ', { orderBy: (t) => t.name.desc() }),
        words: p.comments
          .filter({ approved: true })
          .stringAgg((c) => c.body.lower(), '|', { orderBy: (c) => [c.score, c.id] }),
      }));
    expectSql(tagged, {
      sqlite: `SELECT t0."id", (SELECT GROUP_CONCAT(t1."name", ' & ' ORDER BY t1."name" DESC) FROM "tag" AS t1 INNER JOIN "post_tags" AS t2 ON t2."tag_id" = t1."id" WHERE t2."post_id" = t0."id"), (SELECT GROUP_CONCAT(blaze_lower(t3."body"), '|' ORDER BY t3."score", t3."id") FROM "comment" AS t3 WHERE t3."post_id" = t0."id" AND t3."approved" = ?) FROM "post" AS t0 ORDER BY t0."id"`,
      postgres: `SELECT t0."id", (SELECT STRING_AGG(t1."name"::text, ' & ' ORDER BY t1."name" DESC) FROM "tag" AS t1 INNER JOIN "post_tags" AS t2 ON t2."tag_id" = t1."id" WHERE t2."post_id" = t0."id"), (SELECT STRING_AGG(LOWER(t3."body")::text, '|' ORDER BY t3."score", t3."id") FROM "comment" AS t3 WHERE t3."post_id" = t0."id" AND t3."approved" = $1) FROM "post" AS t0 ORDER BY t0."id"`,
      mysql:
        'SELECT t0.`id`, (SELECT GROUP_CONCAT(t1.`name` ORDER BY t1.`name` DESC SEPARATOR 0x202620) FROM `tag` AS t1 INNER JOIN `post_tags` AS t2 ON t2.`tag_id` = t1.`id` WHERE t2.`post_id` = t0.`id`), (SELECT GROUP_CONCAT(LOWER(t3.`body`) ORDER BY t3.`score`, t3.`id` SEPARATOR 0x7c) FROM `comment` AS t3 WHERE t3.`post_id` = t0.`id` AND t3.`approved` = ?) FROM `post` AS t0 ORDER BY t0.`id`',
    });
    expect(await tagged).toEqual([
      { id: 1, tags: 'red & blue', words: 'first' },
      { id: 2, tags: 'red', words: 'first!' },
      { id: 3, tags: null, words: null },
      { id: 4, tags: 'blue', words: 'hello orm' },
    ]);
  } finally {
    await blog.close();
  }
});

it('Q14: wrong options are refused before anything is sent', async () => {
  const refused = (call: () => unknown, message: string) =>
    expectRefused(db, call, { type: InvalidQueryError, message, code: 'E_INVALID_QUERY' });
  await refused(
    () => sales().values((s) => ({ x: count({ filter: s.amount as never }) })),
    'A condition must be true or false, and this expression is neither.',
  );
  await refused(
    () => sales().values((s) => ({ x: sum(s.amount, { filter: count().gt(1) }) })),
    'The filter of sum() is about single rows and cannot hold an aggregate of the query. Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
  );
  await refused(
    // @ts-expect-error a text is wanted
    () => sales().values((s) => ({ x: stringAgg(s.item, 3) })),
    'stringAgg() takes a text to stand between two others, not an integer.',
  );
  await refused(
    () => sales().values((s) => ({ x: stringAgg(s.item, ',', { distinct: true, orderBy: s.amount }) })),
    'stringAgg() with { distinct: true } can be sorted by the text itself only.',
  );
  await refused(
    // @ts-expect-error conditions only
    () => sales().values((s) => ({ x: boolAnd(s.amount) })),
    'A condition must be true or false, and this expression is neither.',
  );
});
