import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { avg, count, exists, gt, InvalidQueryError, max, oneOf, sum } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { engine, expectRefused, expectSql, onEngine } from '../../support/database.ts';
import { Author, Post } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

describe('groups', () => {
  it('Q8: by a column, filtered as groups, and before that as rows', async () => {
    const busy = session
      .query(Post)
      .filter({ views: gt(0) })
      .groupBy('authorId')
      .having((p) => count().gt(1).and(max(p.views).gt(100)));
    const rows = busy.values((p) => ({ author: p.authorId, n: count(), views: sum(p.views) }));
    expectSql(rows, {
      sqlite:
        'SELECT t0."author_id", COUNT(*), SUM(t0."views") FROM "post" AS t0 WHERE t0."views" > ? GROUP BY t0."author_id" HAVING COUNT(*) > ? AND MAX(t0."views") > ?',
      postgres:
        'SELECT t0."author_id", COUNT(*), SUM(t0."views") FROM "post" AS t0 WHERE t0."views" > $1 GROUP BY t0."author_id" HAVING COUNT(*) > $2::bigint AND MAX(t0."views") > $3::bigint',
      mysql:
        'SELECT t0.`author_id`, COUNT(*), CAST(SUM(t0.`views`) AS signed) FROM `post` AS t0 WHERE t0.`views` > ? GROUP BY t0.`author_id` HAVING COUNT(*) > ? AND MAX(t0.`views`) > ?',
      parameters: [0, 1, 100],
    });
    expect(await rows).toEqual([{ author: 1, n: 2, views: 210 }]);
    expect(await rows.count()).toBe(1);
    expect(await busy.values('authorId')).toEqual([{ authorId: 1 }]);
    expect(await busy.valuesList('authorId', { flat: true })).toEqual([1]);
    // As a part of another query.
    const names = session.query(Author).filter({ id: oneOf(busy.valuesList('authorId', { flat: true })) });
    expect(await names.valuesList('name', { flat: true })).toEqual(['Ann']);
  });

  it('Q8: by what is not read, by relations, expressions and annotations', async () => {
    const sizes = session
      .query(Post)
      .groupBy('authorId')
      .values(() => ({ n: count() }))
      .orderBy('-n')
      .limit(2);
    expectSql(sizes, {
      sqlite: 'SELECT COUNT(*) FROM "post" AS t0 GROUP BY t0."author_id" ORDER BY COUNT(*) DESC LIMIT ?',
      postgres: 'SELECT COUNT(*) FROM "post" AS t0 GROUP BY t0."author_id" ORDER BY 1 DESC LIMIT 2',
      mysql: 'SELECT COUNT(*) FROM `post` AS t0 GROUP BY t0.`author_id` ORDER BY 1 DESC LIMIT ?',
      parameters: onEngine<unknown[]>({ sqlite: [2], postgres: [], mysql: [2] }),
    });
    expect(await sizes).toEqual([{ n: 2 }, { n: 1 }]);
    const roles = session
      .query(Post)
      .groupBy((p) => p.author.role, 'published')
      .having((p) => avg(p.views).gt(0))
      .values((p) => ({ role: p.author.role, published: p.published, most: max(p.price) }))
      .orderBy('role', 'published');
    expect(await roles).toEqual([
      { role: 'admin', published: false, most: '10.00' },
      { role: 'admin', published: true, most: '9.00' },
      { role: 'guest', published: true, most: '0.10' },
    ]);
    const annotated = session
      .query(Author)
      .annotate((a) => ({ written: a.posts.count() }))
      .groupBy('written')
      .values((a) => ({ written: a.written, authors: count() }))
      .orderBy('written');
    expect(await annotated).toEqual([
      { written: 1, authors: 2 },
      { written: 2, authors: 1 },
    ]);
  });

  it('Q8: M3: sums of decimals are compared as such', async () => {
    const dear = session
      .query(Post)
      .groupBy('authorId')
      .having((p) => sum(p.price).gt('9.5'))
      .values((p) => ({ author: p.authorId, total: sum(p.price) }));
    expect(await dear).toEqual([{ author: 1, total: '19.00' }]);
  });

  it('Q3: Q8: an aggregate of a relation filters entities', async () => {
    const busy = session
      .query(Author)
      .annotate((a) => ({ n: a.posts.count(), views: a.posts.sum((p) => p.views) }))
      .filter((a) => a.n.gte(1).and(a.views.gt(100)))
      .orderBy('-views');
    expect((await busy).map((a) => [a.name, a.n, a.views])).toEqual([
      ['Ann', 2, 210],
      ['Ünal', 1, 200],
    ]);
  });

  it('Q8: reads what is grouped by in every place', async () => {
    const posts = session.query(Post);
    const authors = session.query(Author);
    const ids = (groups: ReturnType<typeof byAuthor>) =>
      groups.valuesList('authorId', { flat: true }).orderBy('authorId');
    const byAuthor = () => posts.groupBy('authorId');
    expect(await ids(byAuthor().having((p) => p.authorId.gt(1)))).toEqual([2, 3]);
    expect(await ids(byAuthor().having((p) => p.author.id.eq(1).and(count().plus(p.authorId).gt(2))))).toEqual([1]);
    const named = byAuthor().having((p) => exists(authors.filter((a) => a.id.eq(p.authorId).and(a.name.eq('Ann')))));
    expect(await ids(named)).toEqual([1]);
    expect(await ids(byAuthor().having((p) => p.authorId.oneOf(authors.filter({ name: 'Ann' }))))).toEqual([1]);
  });

  const byColumns = engine === 'mysql' || engine === 'mariadb';
  it.skipIf(byColumns)(
    `Q8: reads an expression that is grouped by${byColumns ? ' (skipped: HAVING knows columns only there)' : ''}`,
    async () => {
      const lower = session
        .query(Post)
        .groupBy((p) => p.author.name.lower())
        .having((p) => p.author.name.lower().eq('ann'));
      const found = await lower.values((p) => ({ name: p.author.name.lower(), n: count() }));
      expect(found).toEqual([{ name: 'ann', n: 2 }]);
    },
  );

  it('Q14: Q8: a column that is not grouped by is refused, wherever it is read', async () => {
    const groups = session.query(Post).groupBy('authorId');
    const authors = session.query(Author);
    const refused = (having: Parameters<typeof groups.having>[0], column: string): Promise<void> =>
      expectRefused(db, () => groups.having(having).values('authorId').all(), {
        type: InvalidQueryError,
        message: `having() takes aggregates and what is grouped by: the column '${column}' of a query of Post is neither. Name it in groupBy() as well, take an aggregate such as max(), or filter the rows before groupBy().`,
      });
    await refused((p) => p.title.eq('x'), 'title');
    await refused((p) => p.author.name.eq('Ann'), 'name');
    await refused((p) => max(p.views).gt(p.views), 'views');
    await refused((p) => p.views.plus(count()).gt(1), 'views');
    await refused((p) => exists(authors.filter((a) => a.id.eq(p.views))), 'views');
    await refused((p) => p.comments.some(), 'id');
    await refused((p) => p.views.oneOf(authors), 'views');
    await expectRefused(db, () => groups.values((p) => ({ n: max(p.views).minus(p.views) })).all(), {
      type: InvalidQueryError,
      message:
        "values() of groups takes aggregates and what is grouped by: 'n' of Post is neither. Name it in groupBy() as well, or take an aggregate such as max().",
    });
  });

  it('Q14: Q8: refused before anything is sent', async () => {
    const refused = (call: () => unknown, message: string) =>
      expectRefused(db, call, { type: InvalidQueryError, message });
    const posts = session.query(Post);
    await refused(
      () => posts.groupBy(),
      'groupBy() was given nothing to group by. For one row of the whole set use aggregate().',
    );
    await refused(
      () => posts.limit(3).groupBy('authorId'),
      'groupBy() is over all rows: limit() and offset() are for the values of the groups.',
    );
    await refused(
      () => posts.groupBy(() => count()),
      'groupBy() of Post is about single rows and cannot hold an aggregate of the query. Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
    );
    await refused(
      () => posts.groupBy('authorId').having({} as never),
      'having() takes a callback such as () => count().gt(3).',
    );
    await refused(
      () =>
        posts
          .groupBy('authorId')
          .values((p) => ({ title: p.title, n: count() }))
          .all(),
      "values() of groups takes aggregates and what is grouped by: 'title' of Post is neither. Name it in groupBy() as well, or take an aggregate such as max().",
    );
  });
});
