import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { count, InvalidQueryError, model, f, sql } from '../../../index.ts';
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
