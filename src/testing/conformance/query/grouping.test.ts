import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { avg, count, f, InvalidQueryError, min, model, sql, sum, UnsupportedError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectSql, failure, onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Post, Sample } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  await db.transaction((s) =>
    s.add(
      new Sample({ int: 1, json: { size: 'L' } }),
      new Sample({ int: 2, json: { size: 'S' } }),
      new Sample({ int: 3, json: { size: 'L' } }),
    ),
  );
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

describe('groups by what holds a value', () => {
  it('Q8: what is grouped by is named by its position, and so is what is sorted by', async () => {
    const ages = session
      .query(Author)
      .values((a) => ({ age: a.age.coalesce(0), n: count() }))
      .orderBy('-age');
    expectSql(ages, {
      sqlite:
        'SELECT COALESCE(t0."age", ?), COUNT(*) FROM "author" AS t0 GROUP BY COALESCE(t0."age", ?) ORDER BY COALESCE(t0."age", ?) DESC',
      postgres: 'SELECT COALESCE(t0."age", $1::bigint), COUNT(*) FROM "author" AS t0 GROUP BY 1 ORDER BY 1 DESC',
      mysql: 'SELECT COALESCE(t0.`age`, ?), COUNT(*) FROM `author` AS t0 GROUP BY 1 ORDER BY 1 DESC',
      parameters: onEngine({ sqlite: [0, 0, 0], postgres: [0], mysql: [0] }),
    });
    expect(await ages).toEqual([
      { age: 45, n: 1 },
      { age: 30, n: 1 },
      { age: 0, n: 1 },
    ]);
    expect(await ages.count()).toBe(3);
  });

  it('Q8: texts, arithmetic, parts of JSON, SQL of the application', async () => {
    expect(
      await session
        .query(Author)
        .values((a) => ({ role: a.role.concat('-x'), n: count() }))
        .orderBy('role'),
    ).toEqual([
      { role: 'admin-x', n: 1 },
      { role: 'editor-x', n: 1 },
      { role: 'guest-x', n: 1 },
    ]);
    expect(
      await session
        .query(Post)
        .values((p) => ({ views: p.views.plus(1), n: count() }))
        .orderBy('-n', 'views'),
    ).toEqual([
      { views: 201, n: 2 },
      { views: 1, n: 1 },
      { views: 11, n: 1 },
    ]);
    expect(
      await session
        .query(Post)
        .values((p) => ({ price: p.price.coalesce('0'), n: count() }))
        .orderBy('-price'),
    ).toEqual([
      { price: '10.00', n: 1 },
      { price: '9.00', n: 1 },
      { price: '0.10', n: 1 },
      { price: '0.00', n: 1 },
    ]);
    expect(
      await session
        .query(Sample)
        .values((s) => ({ size: s.json.path('size').asText(), n: count() }))
        .orderBy('-size'),
    ).toEqual([
      { size: 'S', n: 1 },
      { size: 'L', n: 2 },
    ]);
    expect(
      await session
        .query(Post)
        .values((p) => ({ much: sql<number>`CASE WHEN ${p.views} > ${100} THEN 1 ELSE 0 END`, n: count() }))
        .orderBy('much'),
    ).toEqual([
      { much: 0, n: 2 },
      { much: 1, n: 2 },
    ]);
  });

  it('Q8: an annotation, with NULL last', async () => {
    const ages = session
      .query(Author)
      .annotate((a) => ({ next: a.age.plus(1) }))
      .orderBy((a) => a.next.asc({ nulls: 'last' }));
    const rows = [{ next: 31 }, { next: 46 }, { next: null }];
    const next = ages.values('next').distinct();
    expectSql(next, {
      sqlite: 'SELECT DISTINCT (t0."age" + ?) FROM "author" AS t0 ORDER BY (t0."age" + ?) NULLS LAST',
      postgres: 'SELECT DISTINCT ((t0."age"::bigint) + $1::bigint) FROM "author" AS t0 ORDER BY 1 NULLS LAST',
      mysql: 'SELECT DISTINCT (t0.`age` + ?) AS `c0` FROM `author` AS t0 ORDER BY `c0` IS NULL, 1',
      parameters: onEngine<unknown[]>({ sqlite: [1n, 1n], postgres: [1], mysql: [1] }),
    });
    expect(await next).toEqual(rows);
    expect((await ages.distinct()).map((author) => ({ next: author.next }))).toEqual(rows);
    expect(await next.count()).toBe(3);
    const streamed: unknown[] = [];
    for await (const { next: age } of ages.distinct().iterate({ batchSize: 2 })) streamed.push({ next: age });
    expect(streamed).toEqual(rows);
    expect(await ages.values((a) => ({ next: a.next, n: count() }))).toEqual(rows.map((row) => ({ ...row, n: 1 })));
  });
});

describe('distinct', () => {
  it('Q7: distinct rows are sorted by a computed column', async () => {
    const rests = session
      .query(Post)
      .values((p) => ({ rest: p.views.mod(3) }))
      .distinct()
      .orderBy('-rest');
    expectSql(rests, {
      sqlite: 'SELECT DISTINCT (t0."views" % NULLIF(?, 0)) FROM "post" AS t0 ORDER BY (t0."views" % NULLIF(?, 0)) DESC',
      postgres:
        'SELECT DISTINCT ((t0."views"::bigint) % NULLIF($1::bigint, 0)) FROM "post" AS t0 ORDER BY 1 DESC NULLS LAST',
      mysql: 'SELECT DISTINCT (t0.`views` % NULLIF(?, 0)) FROM `post` AS t0 ORDER BY 1 DESC',
      parameters: onEngine<unknown[]>({ sqlite: [3n, 3n], postgres: [3], mysql: [3] }),
    });
    expect(await rests).toEqual([{ rest: 2 }, { rest: 1 }, { rest: 0 }]);
  });

  it('Q7: entities are distinct as they are, whatever they are sorted by', async () => {
    const posts = session
      .query(Post)
      .distinct()
      .orderBy((p) => p.author.name.desc(), '-id');
    expectSql(posts.only('id'), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" ORDER BY t1."name" DESC, t0."id" DESC',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" ORDER BY t1."name" DESC, t0."id" DESC',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` ORDER BY t1.`name` DESC, t0.`id` DESC',
    });
    expect((await posts).map(({ id }) => id)).toEqual([4, 3, 2, 1]);
    expect(await posts.count()).toBe(4);
    expect(await posts.limit(3).count()).toBe(3);
    expect(
      await session
        .query(Author)
        .annotate((a) => ({ named: a.name.concat('!') }))
        .distinct()
        .orderBy('-named')
        .then((found) => found.map(({ named }) => named)),
    ).toEqual(['Ünal!', 'Bob!', 'Ann!']);
  });

  it('Q5: Q7: an annotation is found behind the columns of what is joined', async () => {
    const posts = await session
      .query(Post)
      .selectRelated('author', 'reviewer')
      .annotate((p) => ({ near: p.views.minus(20).abs(), label: p.author.name.concat('/', p.title) }))
      .distinct()
      .orderBy('-near', (p) => p.label.desc())
      .limit(3);
    expect(posts.map(({ id, near, author }) => ({ id, near, author: author.name }))).toEqual([
      { id: 4, near: 180, author: 'Ünal' },
      { id: 2, near: 180, author: 'Ann' },
      { id: 3, near: 20, author: 'Bob' },
    ]);
  });

  it('Q7: distinct values can be sorted by what is among them only', async () => {
    const sorted = session
      .query(Post)
      .orderBy((p) => p.author.name.asc())
      .distinct();
    const refusal = failure(InvalidQueryError, {
      message:
        "Distinct rows of Post can be sorted by their own columns only. Add what you sort by to values(), and sort by its name: .values(…).distinct().orderBy('name').",
      model: 'Post',
    });
    const before = db.queryStats().statements;
    await expect(sorted.values('views').all()).rejects.toThrow(refusal);
    await expect(sorted.values('views').count()).rejects.toThrow(refusal);
    await expect(session.query(Post).reverse().values('views').distinct().all()).rejects.toThrow(refusal);
    expect(db.queryStats().statements).toBe(before);
    expect(await sorted.values((p) => ({ author: p.author.name }))).toEqual([
      { author: 'Ann' },
      { author: 'Bob' },
      { author: 'Ünal' },
    ]);
  });

  it('Q7: the order of the model gives way to distinct', async () => {
    class Song extends model('song', { id: f.auto(), title: f.string(), plays: f.int() }, { ordering: ['title'] }) {}
    const music = await openTestDatabase({ models: [Song] });
    await music.transaction((s) =>
      s.add(new Song({ title: 'b', plays: 1 }), new Song({ title: 'a', plays: 1 }), new Song({ title: 'a', plays: 1 })),
    );
    const songs = music.session().query(Song).distinct();
    expect(await songs.values('plays')).toEqual([{ plays: 1 }]);
    expect(await songs.values('title')).toEqual([{ title: 'a' }, { title: 'b' }]);
    await music.close();
  });
});

describe('each value once', () => {
  it('Q8: aggregates of different values', async () => {
    const totals = session.query(Post).values((p) => ({
      rows: count(),
      views: count(p.views, { distinct: true }),
      all: count(p.views, { distinct: false }),
      total: sum(p.views, { distinct: true }),
      mean: avg(p.views, { distinct: true }),
      prices: count(p.price, { distinct: true }),
    }));
    expectSql(totals, {
      sqlite:
        'SELECT COUNT(*), COUNT(DISTINCT t0."views"), COUNT(t0."views"), SUM(DISTINCT t0."views"), AVG(DISTINCT t0."views"), COUNT(DISTINCT t0."price") FROM "post" AS t0',
      postgres:
        'SELECT COUNT(*), COUNT(DISTINCT t0."views"), COUNT(t0."views"), SUM(DISTINCT t0."views"), CAST(AVG(DISTINCT t0."views") AS double precision), COUNT(DISTINCT t0."price") FROM "post" AS t0',
      mysql:
        'SELECT COUNT(*), COUNT(DISTINCT t0.`views`), COUNT(t0.`views`), CAST(SUM(DISTINCT t0.`views`) AS signed), AVG(DISTINCT CAST(t0.`views` AS double)), COUNT(DISTINCT t0.`price`) FROM `post` AS t0',
    });
    expect(await totals).toEqual([{ rows: 4, views: 3, all: 4, total: 210, mean: 70, prices: 3 }]);
    const more = [new Post({ title: 'a', price: '9.00', author: 1 }), new Post({ title: 'b', price: '9', author: 1 })];
    const prices = (s: Session) =>
      s
        .query(Post)
        .aggregate((p) => ({ sum: sum(p.price, { distinct: true }), mean: avg(p.price, { distinct: true }) }));
    const undone = new Error('undone');
    await expect(
      db.transaction(async (s) => {
        s.add(...more);
        await s.flush();
        expect(await prices(s)).toEqual({ sum: '19.10', mean: '6.366667' });
        throw undone;
      }),
    ).rejects.toBe(undone);
  });

  it('Q5: aggregates of the different values of a relation', async () => {
    const authors = session
      .query(Author)
      .annotate((a) => ({
        prices: a.posts.count((p) => p.published, { distinct: true }),
        scores: a.comments.sum((c) => c.score, { distinct: true }),
      }))
      .orderBy('id')
      .values('name', 'prices', 'scores');
    expectSql(authors, {
      sqlite:
        'SELECT t0."name", (SELECT COUNT(DISTINCT t1."published") FROM "post" AS t1 WHERE t1."author_id" = t0."id"), (SELECT SUM(DISTINCT t2."score") FROM "comment" AS t2 WHERE t2."author_id" = t0."id") FROM "author" AS t0 ORDER BY t0."id"',
      postgres:
        'SELECT t0."name", (SELECT COUNT(DISTINCT t1."published") FROM "post" AS t1 WHERE t1."author_id" = t0."id"), (SELECT SUM(DISTINCT t2."score") FROM "comment" AS t2 WHERE t2."author_id" = t0."id") FROM "author" AS t0 ORDER BY t0."id"',
      mysql:
        'SELECT t0.`name`, (SELECT COUNT(DISTINCT t1.`published`) FROM `post` AS t1 WHERE t1.`author_id` = t0.`id`), (SELECT CAST(SUM(DISTINCT t2.`score`) AS signed) FROM `comment` AS t2 WHERE t2.`author_id` = t0.`id`) FROM `author` AS t0 ORDER BY t0.`id`',
    });
    expect(await authors).toEqual([
      { name: 'Ann', prices: 2, scores: 1 },
      { name: 'Bob', prices: 1, scores: 5 },
      { name: 'Ünal', prices: 1, scores: 0 },
    ]);
  });

  it('Q8: options that are not known are refused', () => {
    const refused: readonly (readonly [call: () => unknown, message: string])[] = [
      [
        // @ts-expect-error there is no such option
        () => session.query(Post).values((p) => ({ n: count(p.views, { unique: true }) })),
        "count() has no option 'unique'. Use distinct, filter or none.",
      ],
      [
        // @ts-expect-error true or false
        () => session.query(Post).values((p) => ({ n: sum(p.views, { distinct: 'yes' }) })),
        'sum() takes distinct as true or false, not a string.',
      ],
      [
        // @ts-expect-error the least of different values is the least of all
        () => session.query(Post).values((p) => ({ n: min(p.views, { distinct: true }) })),
        "min() has no option 'distinct'. Use filter or none.",
      ],
      [
        // @ts-expect-error rows are different
        () => session.query(Post).values(() => ({ n: count(undefined, { distinct: true }) })),
        'count() with { distinct: true } needs to know of what. Give it an expression: count(p.authorId, { distinct: true }).',
      ],
      [
        // @ts-expect-error there is no such option
        () => session.query(Author).annotate((a) => ({ n: a.posts.count((p) => p.views, { distnct: true }) })),
        "count() has no option 'distnct'. Use distinct or none.",
      ],
    ];
    for (const [call, message] of refused) expect(call).toThrow(failure(InvalidQueryError, { message }));
  });
});

describe('sums of 64-bit integers', () => {
  const MAX = 2n ** 63n - 1n;
  const sumOf = async (...values: readonly (bigint | null)[]) => {
    const numbers = await openTestDatabase({ models: [Sample] });
    try {
      await numbers
        .session()
        .query(Sample)
        .bulkCreate(values.map((bigint) => ({ bigint })));
      const { total } = await numbers
        .session()
        .query(Sample)
        .aggregate((s) => ({ total: sum(s.bigint) }));
      return total;
    } finally {
      await numbers.close();
    }
  };

  it('Q8: Q6: are exact, also where they leave 64 bits on the way', async () => {
    expectSql(
      session.query(Sample).values((s) => ({ total: sum(s.bigint) })),
      {
        sqlite:
          'SELECT CAST(((SUM(t0."bigint" >> 32) + (SUM(t0."bigint" & 4294967295) >> 32)) * 4294967296 + (SUM(t0."bigint" & 4294967295) & 4294967295)) AS TEXT) FROM "sample" AS t0',
        postgres: 'SELECT SUM(t0."bigint") FROM "sample" AS t0',
        mysql: 'SELECT SUM(t0.`bigint`) FROM `sample` AS t0',
      },
    );
    expect(await sumOf(null)).toBeNull();
    expect(await sumOf(-1n, null)).toBe(-1n);
    expect(await sumOf(MAX, 5n, -7n)).toBe(MAX - 2n);
    expect(await sumOf(-MAX, -1n)).toBe(-MAX - 1n);
    expect(await sumOf(-MAX, -5n, MAX, MAX)).toBe(MAX - 5n);
    expect(await sumOf(4294967295n, 4294967296n, -4294967297n)).toBe(4294967294n);
  });

  it('Q6: beyond 64 bits, a sum is exact or refused', async () => {
    const beyond = sumOf(MAX, 1n);
    await onEngine({
      sqlite: () =>
        expect(beyond).rejects.toThrow(
          failure(UnsupportedError, {
            message: 'SQLite cannot do this: to compute integers of more than 64 bits.',
          }),
        ),
      postgres: async () => expect(await beyond).toBe(MAX + 1n),
      mysql: async () => expect(await beyond).toBe(MAX + 1n),
    })();
  });
});
