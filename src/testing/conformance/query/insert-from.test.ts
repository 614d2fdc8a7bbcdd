import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  f,
  gt,
  InvalidQueryError,
  InvalidValueError,
  model,
  sum,
  UniqueViolationError,
  UnknownFieldError,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, expectRefused, openTestDatabase } from '../../support/database.ts';
import { undone } from '../../support/undone.ts';
import { expectSent } from '../../support/statements.ts';

class Item extends model('item', {
  id: f.auto(),
  name: f.string({ maxLength: 20 }),
  views: f.int({ default: 0 }),
  price: f.decimal({ precision: 10, scale: 2 }),
  note: f.text({ nullable: true }),
  kind: f.enum(['old', 'new'], { default: 'new' }),
}) {}

class Archive extends model('archive', {
  id: f.auto(),
  name: f.string({ maxLength: 20, unique: true }),
  views: f.int({ default: 7 }),
  price: f.decimal({ precision: 10, scale: 2, nullable: true }),
  reason: f.string({ maxLength: 20 }),
  at: f.datetime({ autoNowAdd: true }),
  active: f.bool({ default: () => true }),
  version: f.version(),
  origin: f.foreignKey(() => Item, { nullable: true, onDelete: 'set null' }),
}) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Item, Archive] });
  await db.transaction((s) =>
    s.add(
      new Item({ name: 'a', views: 1, price: '1.10' }),
      new Item({ name: 'b', views: 20, price: '2.20', note: 'x' }),
      new Item({ name: 'c', views: 300, price: '3.30' }),
    ),
  );
  session = db.session();
});
beforeEach(async () => {
  await session.query(Archive).unfiltered().delete();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const rows = () =>
  session.query(Archive).orderBy('name').values('name', 'views', 'price', 'reason', 'active', 'version', 'originId');

describe('insertFrom', () => {
  it('Q9: Q6: columns, computed values, plain values and defaults, by one statement', async () => {
    const popular = session.query(Item).filter({ views: gt(10) });
    const before = Date.now();
    let inserted = 0;
    await expectSent(
      async () => {
        inserted = await session.query(Archive).insertFrom(popular, (i) => ({
          name: i.name.concat('!'),
          views: i.views.plus(1),
          price: i.price.times(2),
          reason: 'popular',
          origin: i.id,
        }));
      },
      {
        sqlite: [
          'INSERT INTO "archive" ("name", "views", "price", "reason", "origin_id", "at", "active", "version") SELECT (SELECT CASE WHEN v IS NULL OR LENGTH(v) <= 20 THEN v ELSE blaze_out_of_range(\'Archive\', \'name\', \'text\') END FROM (SELECT (t0."name" || COALESCE(?, \'\')) AS v)), (SELECT CASE WHEN v IS NULL OR v BETWEEN -2147483648 AND 2147483647 THEN v ELSE blaze_out_of_range(\'Archive\', \'views\', \'number\') END FROM (SELECT (t0."views" + ?) AS v)), (SELECT CASE WHEN ABS(v) >= 10000000000 THEN blaze_out_of_range(\'Archive\', \'price\', \'number\') WHEN v IS NOT NULL THEN printf(\'%s%d.%02d\', CASE WHEN v < 0 THEN \'-\' ELSE \'\' END, ABS(v) / 100, ABS(v) % 100) END FROM (SELECT (CAST(ROUND(t0."price" * 100) AS INTEGER) * ?) AS v)), ?, t0."id", ?, ?, ? FROM "item" AS t0 WHERE t0."views" > ?',
        ],
        postgres: [
          'INSERT INTO "archive" ("name", "views", "price", "reason", "origin_id", "at", "active", "version") SELECT (t0."name" || COALESCE($1::text, \'\')), ((t0."views"::bigint) + $2::bigint), (t0."price" * $3::numeric), $4::text, t0."id", $5::timestamptz, $6::boolean, $7::bigint FROM "item" AS t0 WHERE t0."views" > $8',
        ],
        mysql: [
          "INSERT INTO `archive` (`name`, `views`, `price`, `reason`, `origin_id`, `at`, `active`, `version`) SELECT CONCAT(t0.`name`, COALESCE(?, '')), (t0.`views` + ?), (t0.`price` * CAST(? AS decimal(38, 0))), ?, t0.`id`, CAST(? AS datetime(3)), ?, ? FROM `item` AS t0 WHERE t0.`views` > ?",
        ],
      },
    );
    expect(inserted).toBe(2);
    expect(await rows()).toEqual([
      { name: 'b!', views: 21, price: '4.40', reason: 'popular', active: true, version: 1, originId: 2 },
      { name: 'c!', views: 301, price: '6.60', reason: 'popular', active: true, version: 1, originId: 3 },
    ]);
    const [first] = await session.query(Archive);
    expect(first!.at.getTime()).toBeGreaterThanOrEqual(before);
  });

  it('Q9: Q8: sets that are sorted and cut, grouped, joined and put together; the same table', async () => {
    const archive = session.query(Archive);
    expect(
      await archive.insertFrom(session.query(Item).orderBy('-price').limit(1), (i) => ({
        name: i.name,
        price: i.price,
        reason: 'dear',
      })),
    ).toBe(1);
    expect(
      await archive.insertFrom(session.query(Item), (i) => ({
        name: 'all',
        views: sum(i.views).coalesce(0),
        reason: i.kind,
      })),
    ).toBe(1);
    expect(
      await archive.insertFrom(session.query(Archive).filter({ name: 'c' }), (a) => ({
        name: a.name.concat('2'),
        views: a.views,
        reason: 'copy',
      })),
    ).toBe(1);
    const some = session
      .query(Item)
      .filter({ name: 'a' })
      .union(session.query(Item).filter({ name: 'b' }));
    expect(
      await archive.insertFrom(some, (i) => ({ name: i.name, views: i.views, price: null, reason: 'union' })),
    ).toBe(2);
    expect(await rows()).toEqual([
      { name: 'a', views: 1, price: null, reason: 'union', active: true, version: 1, originId: null },
      { name: 'all', views: 321, price: null, reason: 'new', active: true, version: 1, originId: null },
      { name: 'b', views: 20, price: null, reason: 'union', active: true, version: 1, originId: null },
      { name: 'c', views: 7, price: '3.30', reason: 'dear', active: true, version: 1, originId: null },
      { name: 'c2', views: 7, price: null, reason: 'copy', active: true, version: 1, originId: null },
    ]);
    expect(await archive.insertFrom(session.query(Item).none(), (i) => ({ name: i.name, reason: 'none' }))).toBe(0);
  });

  it('Q9: an entity stands for its key', async () => {
    const c = await session.query(Item).get({ name: 'c' });
    const first = session.query(Item).filter({ name: 'a' });
    await session.query(Archive).insertFrom(first, (i) => ({ name: i.name, reason: 'x', origin: c }));
    expect(await session.query(Archive).valuesList('name', 'originId')).toEqual([['a', c.id]]);
  });

  it('Q9: what is pending is written before, and a failure leaves nothing', async () => {
    await undone(db, async (s) => {
      s.add(new Item({ name: 'd', price: '4.40' }));
      expect(await s.query(Archive).insertFrom(s.query(Item), (i) => ({ name: i.name, reason: 'x' }))).toBe(4);
    });
    expect(await rows()).toEqual([]);
    const twice = await errorOf(() =>
      session.query(Archive).insertFrom(session.query(Item), () => ({ name: 'same', reason: 'x' })),
    );
    expect(twice).toBeInstanceOf(UniqueViolationError);
    expect(twice).toMatchObject({ model: 'Archive' });
    expect(await session.query(Archive).count()).toBe(0);
  });

  it('Q14: Q9: refused before anything is sent', async () => {
    const refused = (
      call: () => unknown,
      message: string,
      type: typeof InvalidQueryError | typeof InvalidValueError | typeof UnknownFieldError = InvalidQueryError,
    ) => expectRefused(db, call, { type, message });
    const archive = session.query(Archive);
    const items = session.query(Item);
    await refused(
      () => archive.insertFrom(items, (i) => ({ name: i.name })),
      'insertFrom() gives no value for Archive.reason, which has no default.',
    );
    await refused(
      () => archive.insertFrom(items, (i) => ({ name: i.name, nope: 1 }) as never),
      "Archive has no column 'nope'. Did you mean 'name'?",
      UnknownFieldError,
    );
    await refused(
      () => archive.insertFrom(items, (i) => ({ name: i.views, reason: 'x' }) as never),
      'insertFrom() cannot set Archive.name, of type string, to an expression of type int.',
    );
    await refused(
      () => archive.insertFrom(items, () => ({ name: 3, reason: 'x' }) as never),
      'Archive.name takes a string, not an integer.',
      InvalidValueError,
    );
    await refused(
      () => archive.insertFrom(items.values('id') as never, () => ({})),
      'insertFrom() takes a query for entities, not one for values.',
    );
    await refused(
      () => archive.insertFrom(items.forUpdate(), () => ({})),
      'insertFrom() takes a query that locks no rows: this is for the query around it.',
    );
    await refused(
      () => archive.filter({ id: 1 }).insertFrom(items, () => ({})),
      'insertFrom() is about given rows of Archive, and this query has been filtered or limited. Call it on session.query(Archive) itself.',
    );
    const other = db.session();
    try {
      await refused(
        () => archive.insertFrom(other.query(Item), () => ({})),
        'insertFrom() takes a query of the same session.',
      );
    } finally {
      await other.close();
    }
  });
});
