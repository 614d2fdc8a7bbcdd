/** Groups of what is computed: HAVING, and values beside aggregates, that look at it. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { count, InvalidQueryError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused, expectSql } from '../../support/database.ts';
import { Post } from '../../support/models.ts';
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

it('Q8: HAVING by a part of a date, alone and beside an aggregate', async () => {
  const years = session
    .query(Post)
    .groupBy((p) => p.createdAt.year())
    .having((p) => p.createdAt.year().gt(2025).or(count().gt(2)))
    .values((p) => ({ year: p.createdAt.year(), n: count() }));
  expectSql(years, {
    sqlite: `SELECT CAST(strftime('%Y', t0."created_at") AS INTEGER), COUNT(*) FROM "post" AS t0 GROUP BY CAST(strftime('%Y', t0."created_at") AS INTEGER) HAVING MIN(CAST(strftime('%Y', t0."created_at") AS INTEGER)) > ? OR COUNT(*) > ?`,
    postgres: `SELECT CAST(EXTRACT(YEAR FROM t0."created_at" AT TIME ZONE 'UTC') AS integer), COUNT(*) FROM "post" AS t0 GROUP BY 1 HAVING MIN(CAST(EXTRACT(YEAR FROM t0."created_at" AT TIME ZONE 'UTC') AS integer)) > $1::bigint OR COUNT(*) > $2::bigint`,
    mysql:
      'SELECT CAST(YEAR(t0.`created_at`) AS signed), COUNT(*) FROM `post` AS t0 GROUP BY 1 HAVING MIN(CAST(YEAR(t0.`created_at`) AS signed)) > ? OR COUNT(*) > ?',
  });
  expect(await years).toEqual([{ year: 2026, n: 3 }]);
  expect(await years.count()).toBe(1);
});

it('Q8: HAVING by what holds a value, whether it is read or not', async () => {
  const more = session
    .query(Post)
    .annotate((p) => ({ more: p.views.plus(5) }))
    .groupBy('more')
    .having((p) => p.more.gt(10).and(count().lt(3)));
  expect(await more.values((p) => ({ more: p.more, n: count() })).orderBy('more')).toEqual([
    { more: 15, n: 1 },
    { more: 205, n: 2 },
  ]);
  expect(await more.values(() => ({ n: count() })).orderBy('n')).toEqual([{ n: 1 }, { n: 2 }]);
  expect(await more.values((p) => ({ whole: p.more.plus(count()) })).orderBy('whole')).toEqual([
    { whole: 16 },
    { whole: 207 },
  ]);
});

it('Q8: L6: HAVING by an aggregate of a relation', async () => {
  const byComments = session
    .query(Post)
    .annotate((p) => ({ comments_: p.comments.count(), dear: p.price.gt('9.50') }))
    .groupBy('comments_')
    .having((p) => p.comments_.gt(0));
  expect(await byComments.values((p) => ({ comments: p.comments_, n: count() })).orderBy('comments')).toEqual([
    { comments: 1, n: 1 },
    { comments: 2, n: 2 },
  ]);
  const byDear = session
    .query(Post)
    .annotate((p) => ({ dear: p.views.gt(100) }))
    .groupBy('dear')
    .having((p) => p.dear.eq(true));
  expect(await byDear.values((p) => ({ dear: p.dear, n: count() }))).toEqual([{ dear: true, n: 2 }]);
});

it('Q8: Q14: what is not grouped by is refused as before', async () => {
  await expectRefused(
    db,
    () =>
      session
        .query(Post)
        .groupBy((p) => p.title.lower())
        .having((p) => p.title.gt('a'))
        .values(() => ({ n: count() })),
    {
      type: InvalidQueryError,
      message:
        "having() takes aggregates and what is grouped by: the column 'title' of a query of Post is neither. Name it in groupBy() as well, take an aggregate such as max(), or filter the rows before groupBy().",
    },
  );
});
