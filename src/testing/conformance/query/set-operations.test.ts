import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { gt, gte, InvalidQueryError, oneOf, sum, UnfilteredWriteError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, expectRefused, expectSql, onEngine } from '../../support/database.ts';
import { undone } from '../../support/undone.ts';
import { Author, Comment, Order, OrderLine, Post, Tag } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  await db.transaction((s) => {
    const order = new Order({ customer: 'Ann' });
    const line = (n: number, quantity: number, unitPrice: string) =>
      new OrderLine({ order, line: n, product: `p${n}`, quantity, unitPrice });
    s.add(order, line(1, 2, '5.00'), line(2, 1, '9.00'), line(3, 3, '0.10'));
  });
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const published = () => session.query(Post).filter({ published: true });
const popular = () => session.query(Post).filter({ views: gte(200) });
const ids = (posts: readonly Post[]): number[] => posts.map(({ id }) => id);

describe('sets of entities', () => {
  it('Q6: Q8: a union has each once, and loads, filters, sorts, cuts and counts as any query does', async () => {
    const both = published().selectRelated('author').union(popular()).orderBy('-id');
    expectSql(both.only('id'), {
      sqlite:
        'SELECT t0."id", t0."author_id", t3."name", t3."email", t3."bio", t3."age", t3."role" FROM "post" AS t0 INNER JOIN (SELECT t1."id" AS "k0" FROM "post" AS t1 WHERE t1."published" = ? UNION SELECT t2."id" AS "k0" FROM "post" AS t2 WHERE t2."views" >= ?) AS found ON t0."id" = found."k0" INNER JOIN "author" AS t3 ON t0."author_id" = t3."id" ORDER BY t0."id" DESC',
      postgres:
        'SELECT t0."id", t0."author_id", t3."name", t3."email", t3."bio", t3."age", t3."role" FROM "post" AS t0 INNER JOIN (SELECT t1."id" AS "k0" FROM "post" AS t1 WHERE t1."published" = $1 UNION SELECT t2."id" AS "k0" FROM "post" AS t2 WHERE t2."views" >= $2) AS found ON t0."id" = found."k0" INNER JOIN "author" AS t3 ON t0."author_id" = t3."id" ORDER BY t0."id" DESC',
      mysql:
        'SELECT t0.`id`, t0.`author_id`, t3.`name`, t3.`email`, t3.`bio`, t3.`age`, t3.`role` FROM `post` AS t0 INNER JOIN (SELECT t1.`id` AS `k0` FROM `post` AS t1 WHERE t1.`published` = ? UNION SELECT t2.`id` AS `k0` FROM `post` AS t2 WHERE t2.`views` >= ?) AS found ON t0.`id` = found.`k0` INNER JOIN `author` AS t3 ON t0.`author_id` = t3.`id` ORDER BY t0.`id` DESC',
      parameters: onEngine<unknown[]>({ sqlite: [1, 200], postgres: [true, 200], mysql: [1, 200] }),
    });
    expect((await both).map((post) => [post.id, post.author.name])).toEqual([
      [4, 'Ünal'],
      [2, 'Ann'],
      [1, 'Ann'],
    ]);
    expect(ids(await both.filter({ body: 'x' }))).toEqual([2]);
    expect(ids(await both.filter((p) => p.author.name.eq('Ann')).limit(1))).toEqual([2]);
    expect([await both.count(), await both.exists(), (await both.first())?.id, (await both.last())?.id]).toEqual([
      3,
      true,
      4,
      1,
    ]);
    expect(await both.limit(2).count()).toBe(2);
    expect(await both.values('id')).toEqual([{ id: 4 }, { id: 2 }, { id: 1 }]);
    expect(await both.aggregate((p) => ({ views: sum(p.views) }))).toEqual({ views: 410 });
    const loaded = await published().prefetchRelated('comments').union(popular()).orderBy('id');
    expect(loaded.map((post) => post.comments.length)).toEqual([2, 1, 2]);
    const streamed: number[] = [];
    for await (const post of both.iterate({ batchSize: 2 })) streamed.push(post.id);
    expect(streamed).toEqual([4, 2, 1]);
  });

  it('Q6: with all, an entity of both comes twice', async () => {
    const twice = published().union(popular(), { all: true }).orderBy('id');
    expectSql(twice.values('id'), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN (SELECT t1."id" AS "k0" FROM "post" AS t1 WHERE t1."published" = ? UNION ALL SELECT t2."id" AS "k0" FROM "post" AS t2 WHERE t2."views" >= ?) AS found ON t0."id" = found."k0" ORDER BY t0."id"',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN (SELECT t1."id" AS "k0" FROM "post" AS t1 WHERE t1."published" = $1 UNION ALL SELECT t2."id" AS "k0" FROM "post" AS t2 WHERE t2."views" >= $2) AS found ON t0."id" = found."k0" ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 INNER JOIN (SELECT t1.`id` AS `k0` FROM `post` AS t1 WHERE t1.`published` = ? UNION ALL SELECT t2.`id` AS `k0` FROM `post` AS t2 WHERE t2.`views` >= ?) AS found ON t0.`id` = found.`k0` ORDER BY t0.`id`',
    });
    const rows = await twice;
    expect(ids(rows)).toEqual([1, 2, 4, 4]);
    expect(rows[2]).toBe(rows[3]);
  });

  it('Q6: intersections and differences, several in a row, of sets that are sorted and cut', async () => {
    expect(ids(await published().intersection(popular()))).toEqual([4]);
    expect(ids(await published().difference(popular()))).toEqual([1]);
    const some = published()
      .union(popular())
      .union(session.query(Post).orderBy('-id').limit(1))
      .difference(session.query(Post).filter({ id: 2 }));
    expectSql(some.orderBy('id').values('id'), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN (SELECT t1."id" AS "k0" FROM "post" AS t1 INNER JOIN (SELECT t2."id" AS "k0" FROM "post" AS t2 WHERE t2."published" = ? UNION SELECT t3."id" AS "k0" FROM "post" AS t3 WHERE t3."views" >= ? UNION SELECT * FROM (SELECT t4."id" AS "k0" FROM "post" AS t4 ORDER BY t4."id" DESC LIMIT ?) AS side2) AS found ON t1."id" = found."k0" EXCEPT SELECT t5."id" AS "k0" FROM "post" AS t5 WHERE t5."id" = ?) AS found ON t0."id" = found."k0" ORDER BY t0."id"',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN (SELECT t1."id" AS "k0" FROM "post" AS t1 INNER JOIN (SELECT t2."id" AS "k0" FROM "post" AS t2 WHERE t2."published" = $1 UNION SELECT t3."id" AS "k0" FROM "post" AS t3 WHERE t3."views" >= $2 UNION SELECT * FROM (SELECT t4."id" AS "k0" FROM "post" AS t4 ORDER BY t4."id" DESC LIMIT 1) AS side2) AS found ON t1."id" = found."k0" EXCEPT SELECT t5."id" AS "k0" FROM "post" AS t5 WHERE t5."id" = $3) AS found ON t0."id" = found."k0" ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 INNER JOIN (SELECT t1.`id` AS `k0` FROM `post` AS t1 INNER JOIN (SELECT t2.`id` AS `k0` FROM `post` AS t2 WHERE t2.`published` = ? UNION SELECT t3.`id` AS `k0` FROM `post` AS t3 WHERE t3.`views` >= ? UNION SELECT * FROM (SELECT t4.`id` AS `k0` FROM `post` AS t4 ORDER BY t4.`id` DESC LIMIT ?) AS side2) AS found ON t1.`id` = found.`k0` EXCEPT SELECT t5.`id` AS `k0` FROM `post` AS t5 WHERE t5.`id` = ?) AS found ON t0.`id` = found.`k0` ORDER BY t0.`id`',
    });
    expect(ids(await some.orderBy('id'))).toEqual([1, 4]);
    // A union in an intersection, whichever of them the database would take first.
    expect(
      ids(
        await published()
          .intersection(popular().union(session.query(Post).filter({ id: 1 })))
          .orderBy('id'),
      ),
    ).toEqual([1, 4]);
    expect(
      await session
        .query(Comment)
        .filter({ post: oneOf(published().union(popular())) })
        .count(),
    ).toBe(5);
  });

  it('Q6: M7: composite keys, in writes as well', async () => {
    const lines = session.query(OrderLine);
    const dear = lines.filter({ unitPrice: gt('1.00') });
    const many = lines.filter({ quantity: gt(1) });
    expectSql(dear.intersection(many).values('line'), {
      sqlite:
        'SELECT t0."line" FROM "order_line" AS t0 INNER JOIN (SELECT t1."order_id" AS "k0", t1."line" AS "k1" FROM "order_line" AS t1 WHERE CAST(ROUND(t1."unit_price" * 100) AS INTEGER) > ? INTERSECT SELECT t2."order_id" AS "k0", t2."line" AS "k1" FROM "order_line" AS t2 WHERE t2."quantity" > ?) AS found ON (t0."order_id" = found."k0" AND t0."line" = found."k1")',
      postgres:
        'SELECT t0."line" FROM "order_line" AS t0 INNER JOIN (SELECT t1."order_id" AS "k0", t1."line" AS "k1" FROM "order_line" AS t1 WHERE t1."unit_price" > $1 INTERSECT SELECT t2."order_id" AS "k0", t2."line" AS "k1" FROM "order_line" AS t2 WHERE t2."quantity" > $2) AS found ON (t0."order_id" = found."k0" AND t0."line" = found."k1")',
      mysql:
        'SELECT t0.`line` FROM `order_line` AS t0 INNER JOIN (SELECT t1.`order_id` AS `k0`, t1.`line` AS `k1` FROM `order_line` AS t1 WHERE t1.`unit_price` > CAST(? AS decimal(10, 2)) INTERSECT SELECT t2.`order_id` AS `k0`, t2.`line` AS `k1` FROM `order_line` AS t2 WHERE t2.`quantity` > ?) AS found ON (t0.`order_id` = found.`k0` AND t0.`line` = found.`k1`)',
    });
    expect(await dear.intersection(many).valuesList('line', { flat: true })).toEqual([1]);
    await undone(db, async (s) => {
      const tracked = await s.query(OrderLine).orderBy('line');
      const own = s.query(OrderLine);
      // Joined, cut and combined sets of a model with a composite key.
      expect(
        await own
          .filter({ order: { customer: 'Ann' } })
          .orderBy('-line')
          .limit(2)
          .update({ quantity: 7 }),
      ).toBe(2);
      expect(tracked.map(({ quantity }) => quantity)).toEqual([2, 7, 7]);
      expect(
        await own
          .filter({ line: 1 })
          .union(own.filter({ line: 3 }))
          .update({ product: 'x' }),
      ).toBe(2);
      expect(tracked.map(({ product }) => product)).toEqual(['x', 'p2', 'x']);
      expect(await own.filter({ line: 1 }).union(own.orderBy('-line').limit(1)).delete()).toBe(2);
      expect(await own.valuesList('line', { flat: true })).toEqual([2]);
    });
  });

  it('Q10: a set is written if each of its sides says which rows are meant', async () => {
    const all = session.query(Tag);
    expect(await errorOf(() => all.union(all.filter({ name: 'red' })).delete())).toBeInstanceOf(UnfilteredWriteError);
    expect(await errorOf(() => all.intersection(all).delete())).toBeInstanceOf(UnfilteredWriteError);
    expect(await all.intersection(all.filter({ name: 'green' })).delete()).toBe(0);
    expect(await all.difference(all).delete()).toBe(0);
  });

  it('Q6: sets that are known to be empty', async () => {
    const none = session.query(Post).none();
    expect(ids(await none.union(published()).orderBy('id'))).toEqual([1, 4]);
    expect(ids(await published().difference(none).orderBy('id'))).toEqual([1, 4]);
    const sent = db.queryStats().statements;
    expect([await published().intersection(none), await none.difference(published()), await none.union(none)]).toEqual([
      [],
      [],
      [],
    ]);
    expect(db.queryStats().statements).toBe(sent);
  });
});

describe('sets of values', () => {
  it('Q6: Q7: rows of several models, sorted and cut as one', async () => {
    const all = session
      .query(Author)
      .values('name')
      .union(session.query(Tag).values('name'))
      .union(session.query(Order).values((o) => ({ name: o.customer })));
    expectSql(all.orderBy('-name').limit(4), {
      sqlite:
        'SELECT found."c0" FROM (SELECT t1."name" AS "c0" FROM "author" AS t1 UNION SELECT t2."name" AS "c0" FROM "tag" AS t2 UNION SELECT t3."customer" AS "c0" FROM "order" AS t3) AS found ORDER BY found."c0" DESC LIMIT ?',
      postgres:
        'SELECT found."c0" FROM (SELECT t1."name" AS "c0" FROM "author" AS t1 UNION SELECT t2."name" AS "c0" FROM "tag" AS t2 UNION SELECT t3."customer" AS "c0" FROM "order" AS t3) AS found ORDER BY found."c0" DESC LIMIT 4',
      mysql:
        'SELECT found.`c0` FROM (SELECT t1.`name` AS `c0` FROM `author` AS t1 UNION SELECT t2.`name` AS `c0` FROM `tag` AS t2 UNION SELECT t3.`customer` AS `c0` FROM `order` AS t3) AS found ORDER BY found.`c0` DESC LIMIT ?',
      parameters: onEngine<unknown[]>({ sqlite: [4], postgres: [], mysql: [4] }),
    });
    const rows = await all;
    expect(rows.map(({ name }) => name).sort()).toEqual(['Ann', 'Bob', 'blue', 'red', 'Ünal']);
    expect(await all.count()).toBe(5);
    expect(await all.orderBy('name').first()).toEqual({ name: 'Ann' });
    const twice = session.query(Author).valuesList('name', { flat: true });
    const customers = session.query(Order).valuesList('customer', { flat: true });
    expect((await twice.union(customers, { all: true })).sort()).toEqual(['Ann', 'Ann', 'Bob', 'Ünal']);
  });

  it('Q6: M3: decimals, dates and NULLs come as those of columns do', async () => {
    const prices = session.query(Post).values('price', 'createdAt', 'rating');
    const left = prices.difference(
      session
        .query(Post)
        .filter({ id: gt(2) })
        .values('price', 'createdAt', 'rating'),
    );
    expect(await left.orderBy('price')).toEqual([
      { price: '9.00', createdAt: new Date('2026-01-01T12:30:00.001Z'), rating: 4.5 },
      { price: '10.00', createdAt: new Date('2026-01-02T12:30:00.002Z'), rating: null },
    ]);
    const totals = session.query(OrderLine).values((l) => ({ price: l.unitPrice.times(l.quantity) }));
    const stored = session.query(Post).values('price');
    expect(
      await errorOf(() => stored.union(session.query(Post).values((p) => ({ price: p.views })) as never)),
    ).toMatchObject({
      code: 'E_INVALID_QUERY',
      message: "union() takes columns of the same type: 'price' is decimal and int.",
    });
    expect(await stored.intersection(totals).orderBy('price')).toEqual([{ price: '9.00' }, { price: '10.00' }]);
  });

  it('Q6: Q8: groups of rows, and a set among whose values something is', async () => {
    const views = session.query(Post).values((p) => ({ author: p.authorId, n: sum(p.views) }));
    const scores = session
      .query(Comment)
      .filter({ author: { id: gt(0) } })
      .values((c) => ({ author: c.authorId, n: sum(c.score) }));
    expect(await scores.union(views).orderBy('author', 'n')).toEqual([
      { author: 1, n: 1 },
      { author: 1, n: 210 },
      { author: 2, n: 0 },
      { author: 2, n: 5 },
      { author: 3, n: 0 },
      { author: 3, n: 200 },
    ]);
    const authors = session.query(Post).filter({ published: true }).valuesList('authorId', { flat: true });
    const busy = authors.intersection(
      session
        .query(Comment)
        .filter({ approved: true, author: { age: gt(30) } })
        .valuesList('authorId', { flat: true }),
    );
    expect(
      await session
        .query(Author)
        .filter({ id: oneOf(busy) })
        .valuesList('name', { flat: true }),
    ).toEqual(['Ünal']);
  });
});

describe('refused before anything is sent', () => {
  const refused = (call: () => unknown, message: string) =>
    expectRefused(db, call, { type: InvalidQueryError, message });

  it('Q14: Q6: other models, columns, types, options; locks; another session', async () => {
    await refused(
      () => published().union(session.query(Author) as never),
      'union() takes another query for Post, not one for Author.',
    );
    await refused(
      () => published().union(popular().values('id') as never),
      'union() takes another query for Post, not one for values of Post.',
    );
    await refused(() => published().difference([] as never), 'difference() takes another query, not an array.');
    await refused(
      () => published().union(popular(), { al: true } as never),
      "union() has no option 'al'. Did you mean 'all'?",
    );
    await refused(
      () => published().union(popular(), { all: 1 } as never),
      'union() takes all as true or false, not an integer.',
    );
    await refused(
      () => published().forUpdate().union(popular()),
      'union() takes queries that lock no rows: lock the whole.',
    );
    await refused(
      () => published().union(popular().forUpdate()),
      'union() takes a query that locks no rows: this is for the query around it.',
    );
    await refused(
      () =>
        published()
          .values('id')
          .union(popular().values('views') as never),
      "union() takes queries of the same columns: 'id' are not 'views'.",
    );
    await refused(
      () =>
        published()
          .values('id')
          .union(popular() as never),
      'union() takes another query for values, not one for Post.',
    );
    const other = db.session();
    try {
      await refused(
        () => published().union(other.query(Post)).count(),
        'A query of another session stands inside of a query: one session runs both. Make both by the same session.',
      );
    } finally {
      await other.close();
    }
  });
});
