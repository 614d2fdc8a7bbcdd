import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { avg, exists, gt, InvalidQueryError, max, not, oneOf, subquery, sum } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused, expectSql, onEngine, supports } from '../../support/database.ts';
import { undone } from '../../support/undone.ts';
import { Author, City, Comment, Country, Order, OrderLine, Post, Tag } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  await db.transaction((s) => {
    const [cup, pen] = [new Order({ customer: 'cup' }), new Order({ customer: 'pen' })];
    s.add(
      cup,
      pen,
      new OrderLine({ order: cup, line: 1, product: 'a', quantity: 2, unitPrice: '5.00' }),
      new OrderLine({ order: cup, line: 2, product: 'b', quantity: 1, unitPrice: '9.00' }),
      new OrderLine({ order: pen, line: 1, product: 'c', quantity: 1, unitPrice: '0.20' }),
    );
    const [de, fr] = [
      new Country({ code: 'de', name: 'Germany', dialCode: 49 }),
      new Country({ code: 'fr', name: 'France', dialCode: 33 }),
    ];
    const city = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
    s.add(
      new City({ id: city(1), name: 'Ulm', country: de, dial: de }),
      new City({ id: city(2), name: 'Metz', country: fr, dial: null }),
    );
  });
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const names = (authors: readonly Author[]): string[] => authors.map(({ name }) => name).sort();

describe('among the rows of a query', () => {
  it('Q6: Q2: the keys of entities, for a foreign key and for a relation', async () => {
    const old = session.query(Author).filter({ age: gt(40) });
    const posts = session
      .query(Post)
      .filter({ authorId: oneOf(old) })
      .only('id');
    expectSql(posts, {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE t0."author_id" IN (SELECT t1."id" FROM "author" AS t1 WHERE t1."age" > ?)',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE t0."author_id" IN (SELECT t1."id" FROM "author" AS t1 WHERE t1."age" > $1)',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE t0.`author_id` IN (SELECT t1.`id` FROM `author` AS t1 WHERE t1.`age` > ?)',
      parameters: [40],
    });
    expect(await posts.valuesList('id', { flat: true })).toEqual([4]);
    expect(
      await session
        .query(Post)
        .filter({ author: oneOf(old) })
        .count(),
    ).toBe(1);
    expect(
      await session
        .query(Post)
        .filter({ author: not(oneOf(old)) })
        .count(),
    ).toBe(3);
    expect(
      await session
        .query(Comment)
        .filter({ post: { author: oneOf(old) } })
        .count(),
    ).toBe(2);
    expect(
      await session
        .query(Author)
        .filter({ posts: { id: oneOf(posts) } })
        .count(),
    ).toBe(1);
    expect(
      await session
        .query(Post)
        .filter((p) => p.author.id.oneOf(old))
        .count(),
    ).toBe(1);
  });

  it('Q6: M7: keys of texts, and the column that a relation refers to', async () => {
    const german = session.query(Country).filter({ name: 'Germany' });
    expect(
      await session
        .query(City)
        .filter({ country: oneOf(german) })
        .valuesList('name', { flat: true }),
    ).toEqual(['Ulm']);
    const dials = german.valuesList('dialCode', { flat: true });
    expect(
      await session
        .query(City)
        .filter({ dialId: oneOf(dials) })
        .valuesList('name', { flat: true }),
    ).toEqual(['Ulm']);
  });

  it('Q4: what is not among values of which some are NULL', async () => {
    const reviewers = session.query(Post).valuesList('reviewerId', { flat: true });
    const others = session.query(Author).filter((a) => a.id.notOneOf(reviewers));
    expectSql(others.values('name'), {
      sqlite:
        'SELECT t0."name" FROM "author" AS t0 WHERE (t0."id" IN (SELECT t1."reviewer_id" FROM "post" AS t1)) IS NOT TRUE',
      postgres:
        'SELECT t0."name" FROM "author" AS t0 WHERE (t0."id" IN (SELECT t1."reviewer_id" FROM "post" AS t1)) IS NOT TRUE',
      mysql:
        'SELECT t0.`name` FROM `author` AS t0 WHERE (t0.`id` IN (SELECT t1.`reviewer_id` FROM `post` AS t1)) IS NOT TRUE',
      parameters: [],
    });
    expect(names(await others)).toEqual(['Ünal']);
    expect(names(await session.query(Author).exclude({ id: oneOf(reviewers) }))).toEqual(['Ünal']);
  });

  it('Q6: Q5: a query that is sorted and cut, decimals of a column and computed ones', async () => {
    const best = session.query(Comment).orderBy('-score').limit(2).valuesList('postId', { flat: true });
    const posts = session
      .query(Post)
      .filter({ id: oneOf(best) })
      .orderBy('id')
      .valuesList('id', { flat: true });
    expectSql(posts, {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE t0."id" IN (SELECT t1."post_id" FROM "comment" AS t1 ORDER BY t1."score" DESC LIMIT ?) ORDER BY t0."id"',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE t0."id" IN (SELECT t1."post_id" FROM "comment" AS t1 ORDER BY t1."score" DESC LIMIT 2) ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE t0.`id` IN (SELECT * FROM (SELECT t1.`post_id` FROM `comment` AS t1 ORDER BY t1.`score` DESC LIMIT ?) AS limited) ORDER BY t0.`id`',
      parameters: onEngine<unknown[]>({ sqlite: [2], postgres: [], mysql: [2] }),
    });
    expect(await posts).toEqual([1, 4]);
    const stored = session.query(OrderLine).valuesList('unitPrice', { flat: true });
    expect(
      await session
        .query(Post)
        .filter({ price: oneOf(stored) })
        .valuesList('id', { flat: true }),
    ).toEqual([1]);
    const computed = session.query(OrderLine).values((l) => ({ n: l.unitPrice.times(l.quantity) }));
    expect(
      await session
        .query(Post)
        .filter((p) => p.price.oneOf(computed))
        .orderBy('id')
        .valuesList('id', { flat: true }),
    ).toEqual([1, 2]);
  });

  it('Q6: an empty query is sent as what it is', async () => {
    const none = session.query(Author).none();
    const sent = db.queryStats().statements;
    expect(
      await session
        .query(Post)
        .filter({ author: oneOf(none) })
        .count(),
    ).toBe(0);
    expect(
      await session
        .query(Post)
        .filter({ author: not(oneOf(none)) })
        .count(),
    ).toBe(4);
    expect(
      await session
        .query(Post)
        .filter((p) => exists(none).not().and(p.id.gt(0)))
        .count(),
    ).toBe(4);
    expect(db.queryStats().statements).toBe(sent + 3);
  });
});

describe('with columns of the query around', () => {
  it('Q6: Q3: the latest post of each author', async () => {
    const authors = session.query(Author).annotate((a) => ({
      latest: subquery(
        session
          .query(Post)
          .filter((p) => p.authorId.eq(a.id))
          .orderBy('-createdAt')
          .limit(1)
          .valuesList('title', { flat: true }),
      ),
    }));
    expectSql(authors.only('id'), {
      sqlite:
        'SELECT t0."id", (SELECT t1."title" FROM "post" AS t1 WHERE t1."author_id" = t0."id" ORDER BY t1."created_at" DESC LIMIT ?) FROM "author" AS t0',
      postgres:
        'SELECT t0."id", (SELECT t1."title" FROM "post" AS t1 WHERE t1."author_id" = t0."id" ORDER BY t1."created_at" DESC LIMIT 1) FROM "author" AS t0',
      mysql:
        'SELECT t0.`id`, (SELECT t1.`title` FROM `post` AS t1 WHERE t1.`author_id` = t0.`id` ORDER BY t1.`created_at` DESC LIMIT ?) FROM `author` AS t0',
      parameters: onEngine<unknown[]>({ sqlite: [1], postgres: [], mysql: [1] }),
    });
    const latest = await authors.orderBy('id').values('name', 'latest');
    expect(latest).toEqual([
      { name: 'Ann', latest: 'hello world' },
      { name: 'Bob', latest: '50% off_[*]?\\ "it\'s" 😀' },
      { name: 'Ünal', latest: 'ÄÖÜ straße' },
    ]);
    expect(await authors.filter((a) => a.latest.startsWith('hello')).count()).toBe(1);
    expect(names(await authors.filter((a) => a.latest.isNull()))).toEqual([]);
  });

  it('Q6: Q4: whether there are rows, also of the same model, and also twice removed', async () => {
    const posts = session.query(Post);
    const beaten = posts.filter((p) => exists(posts.filter((q) => q.authorId.eq(p.authorId).and(q.views.gt(p.views)))));
    expectSql(beaten.values('id'), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 WHERE t1."author_id" = t0."author_id" AND t1."views" > t0."views")',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE EXISTS (SELECT 1 FROM "post" AS t1 WHERE t1."author_id" = t0."author_id" AND t1."views" > t0."views")',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE EXISTS (SELECT 1 FROM `post` AS t1 WHERE t1.`author_id` = t0.`author_id` AND t1.`views` > t0.`views`)',
      parameters: [],
    });
    expect(await beaten.values('id')).toEqual([{ id: 1 }]);
    expect(
      await posts
        .exclude((p) => exists(posts.filter((q) => q.authorId.eq(p.authorId).and(q.views.gt(p.views)))))
        .count(),
    ).toBe(3);

    const popular = posts.filter((p) => p.views.gte(100));
    const twice = session
      .query(Author)
      .filter((a) =>
        exists(
          popular.filter((p) =>
            exists(session.query(Comment).filter((c) => c.postId.eq(p.id).and(c.authorId.eq(a.id)))).and(
              p.authorId.eq(a.id),
            ),
          ),
        ),
      );
    expect(names(await twice)).toEqual(['Ann', 'Ünal']);
    // A condition that both share means the row of each.
    const both = popular.filter((p) => exists(popular.filter((q) => q.id.ne(p.id).and(q.authorId.ne(p.authorId)))));
    expect(await both.orderBy('id').valuesList('id', { flat: true })).toEqual([2, 4]);
  });

  it('Q6: Q10: aggregates, in a condition, in an order, in an UPDATE', async () => {
    const above = session.query(Post).filter((p) =>
      p.views.gt(
        subquery(
          session
            .query(Post)
            .filter((q) => q.authorId.eq(p.authorId))
            .values((q) => ({ mean: avg(q.views) })),
        ),
      ),
    );
    expect(await above.valuesList('id', { flat: true })).toEqual([2]);
    const prices = session.query(Author).values((a) => ({
      name: a.name,
      most: subquery(
        session
          .query(Post)
          .filter((p) => p.authorId.eq(a.id))
          .values((p) => ({ most: max(p.price) })),
      ),
      first: subquery(
        session
          .query(Post)
          .filter((p) => p.authorId.eq(a.id))
          .orderBy('id')
          .limit(1)
          .values('price'),
      ),
    }));
    expect(await prices.orderBy('-most')).toEqual([
      { name: 'Ann', most: '10.00', first: '9.00' },
      { name: 'Ünal', most: '0.10', first: '0.10' },
      { name: 'Bob', most: null, first: null },
    ]);
    await undone(db, async (s) => {
      const [ann] = await s.query(Author).filter({ name: 'Ann' });
      const changed = await s
        .query(Author)
        .filter({ name: 'Ann' })
        .update({
          age: (a) =>
            subquery(
              s
                .query(Post)
                .filter((p) => p.authorId.eq(a.id))
                .values((p) => ({ n: sum(p.views) })),
            ),
        });
      expect([changed, ann!.age]).toEqual([1, 210]);
      // The table that is written may be read in the subquery.
      const oldest = s.query(Author).values((a) => ({ age: max(a.age) }));
      expect(
        await s
          .query(Author)
          .filter({ name: 'Bob' })
          .update({ age: () => subquery(oldest) }),
      ).toBe(1);
      expect(
        await s
          .query(Author)
          .filter((a) => a.age.eq(subquery(oldest)))
          .count(),
      ).toBe(2);
      expect(
        await s
          .query(Comment)
          .filter((c) => c.score.lt(subquery(s.query(Comment).values((d) => ({ n: avg(d.score) })))))
          .delete(),
      ).toBe(3);
    });
  });
});

it('Q6: Q14: in one that is cut or put together, columns of the query around', async () => {
  const posts = session.query(Post);
  const best = () =>
    posts.filter((p) =>
      p.id.oneOf(
        posts
          .filter((q) => q.authorId.eq(p.authorId))
          .orderBy('-views', 'id')
          .limit(1)
          .valuesList('id', { flat: true }),
      ),
    );
  const united = () =>
    session.query(Author).filter((a) => {
      const theirs = posts.filter((p) => p.authorId.eq(a.id));
      return exists(theirs.filter({ views: gt(1000) }).union(theirs.filter({ views: gt(100) })));
    });
  for (const make of [best, united]) {
    const supported = await supports(
      'columns of the query around in one that is cut or put together',
      () => make().all(),
      {
        mariadb: {
          message: 'MariaDB cannot do this: to read columns of the query around in one that is cut or put together.',
        },
      },
    );
    if (!supported) return;
  }
  const authors = await posts.distinct().values('authorId');
  const ids = (rows: readonly { authorId: number }[]): number[] =>
    rows.map(({ authorId }) => authorId).toSorted((a, b) => a - b);
  expect(ids(await best())).toEqual(ids(authors));
  const seen = new Set(await posts.filter({ views: gt(100) }).valuesList('authorId', { flat: true }));
  expect(new Set((await united()).map((author) => author.id))).toEqual(seen);
});

it('Q6: as a value, among values of which some are NULL is false', async () => {
  const reviewers = session.query(Post).values('reviewerId');
  const all = await session
    .query(Author)
    .orderBy('id')
    .values((a) => ({ id: a.id, reviews: a.id.oneOf(reviewers) }));
  const found = await session
    .query(Author)
    .filter((a) => a.id.oneOf(reviewers).eq(false))
    .orderBy('id')
    .valuesList('id', { flat: true });
  const given = new Set((await reviewers).map((row) => row.reviewerId));
  expect(given.has(null)).toBe(true);
  expect(all.map(({ reviews }) => reviews)).toEqual(all.map(({ id }) => given.has(id)));
  expect(found).toEqual(all.filter(({ id }) => !given.has(id)).map(({ id }) => id));
});

describe('refused before anything is sent', () => {
  const refused = (call: () => unknown, message: string) =>
    expectRefused(db, call, { type: InvalidQueryError, message });

  it('Q14: Q6: of another session, with locks, relations, bounds, several columns, other types', async () => {
    const other = db.session();
    try {
      await refused(
        () =>
          session
            .query(Post)
            .filter({ author: oneOf(other.query(Author)) })
            .all(),
        'A query of another session stands inside of a query: one session runs both. Make both by the same session.',
      );
    } finally {
      await other.close();
    }
    const posts = session.query(Post);
    await refused(
      () => exists(posts.forUpdate()),
      'exists() takes a query that locks no rows: this is for the query around it.',
    );
    await refused(
      () => session.query(Comment).filter({ post: oneOf(posts.prefetchRelated('comments')) }),
      'oneOf() takes a query that loads no relations: this is for the query around it.',
    );
    await refused(
      () => subquery(posts.values('views').timeout(10)),
      'subquery() takes a query that has no timeout and no signal: this is for the query around it.',
    );
    await refused(
      () => subquery(posts as never),
      "subquery() takes a query of one column, not entities of Post. Name it: .valuesList('id', { flat: true }).",
    );
    await refused(
      () => subquery(posts.values('id', 'views') as never),
      "subquery() takes a query of one column, not one of 2. Name it: .valuesList('id', { flat: true }).",
    );
    await refused(() => subquery({} as never), 'subquery() takes a query, not a plain object.');
    await refused(
      () => session.query(Order).filter({ id: oneOf(session.query(OrderLine)) } as never),
      'OrderLine has a composite key: its entities are no values of one column. Use exists() with a condition, or values() of one column.',
    );
    await refused(
      () => session.query(Post).filter({ author: oneOf(session.query(Tag)) }),
      'Post.author refers to Author, and the set is of Tag. Name the column that is meant: .valuesList(column, { flat: true }).',
    );
    await refused(
      () => session.query(Post).filter({ title: oneOf(posts.valuesList('views', { flat: true })) } as never),
      'Post.title, of type string, cannot be among values of type int.',
    );
  });
});
