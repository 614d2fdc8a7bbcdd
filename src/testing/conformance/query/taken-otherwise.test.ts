/** Queries that some server takes for another one as they would be written at first: the answer is the same on all of them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cast, caseWhen, count, f, greatest, gt, least, max, oneOf, subquery, sum } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectSql } from '../../support/database.ts';
import { Author, Comment, Post } from '../../support/models.ts';
import { undone } from '../../support/undone.ts';
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

const ids = (posts: readonly Post[]): number[] => posts.map(({ id }) => id);

describe('values that are written twice', () => {
  it('Q4: Q14: an end that is computed of a parameter, beside arithmetic', async () => {
    const ends = session
      .query(Post)
      .filter((p) => p.title.endsWith(greatest(p.title, '')).and(p.views.plus(1).plus(p.views).gt(1)))
      .orderBy('id');
    expectSql(ends.values('id'), {
      sqlite:
        'SELECT t0."id" FROM "post" AS t0 WHERE blaze_ends_with(t0."title", MAX(t0."title", ?)) AND ((t0."views" + ?) + t0."views") > ? ORDER BY t0."id"',
      postgres:
        'SELECT t0."id" FROM "post" AS t0 WHERE RIGHT(t0."title", LENGTH(GREATEST(t0."title", $1::text))) = GREATEST(t0."title", $2::text) AND (((t0."views"::bigint) + $3::bigint) + t0."views") > $4::bigint ORDER BY t0."id"',
      mysql:
        'SELECT t0.`id` FROM `post` AS t0 WHERE RIGHT(t0.`title`, CHAR_LENGTH(CONCAT(GREATEST(t0.`title`, ?)))) = CONCAT(GREATEST(t0.`title`, ?)) AND ((t0.`views` + ?) + t0.`views`) > ? ORDER BY t0.`id`',
    });
    expect(ids(await ends)).toEqual([1, 2, 4]);
  });
});

describe('texts that are compared and then cast', () => {
  it('Q1: Q6: the greater text is not the greater number', async () => {
    const numbers = await session
      .query(Post)
      .orderBy('id')
      .values((p) => ({
        least: cast(least(p.title, '7'), f.int()),
        greatest: cast(greatest(p.body, '12.5'), f.float()),
        decimal: cast(least('9', p.title), f.decimal({ precision: 10, scale: 2 })),
      }));
    expect(numbers).toEqual([
      { least: 7, greatest: 12.5, decimal: '9.00' },
      { least: 7, greatest: null, decimal: '9.00' },
      { least: null, greatest: 12.5, decimal: null },
      { least: 7, greatest: 12.5, decimal: '9.00' },
    ]);
  });
});

describe('rows that are written by a choice', () => {
  it('Q10: Q6: among rows of the same table that are those of the row', async () => {
    await undone(db, async (s) => {
      const chosen = s.query(Post).filter((p) =>
        caseWhen(
          p.id.oneOf(
            s
              .query(Post)
              .filter((q) => q.id.eq(p.id).and(q.published.eq(true)))
              .valuesList('id', { flat: true }),
          ),
          p.views,
        )
          .otherwise(-1)
          .eq(p.views),
      );
      expect(await chosen.update({ body: 'chosen' })).toBe(2);
      expect(await chosen.delete()).toBe(2);
      expect(await s.query(Post).orderBy('id').valuesList('id', { flat: true })).toEqual([2, 3]);
    });
  });
});

describe('subqueries that read no row around them', () => {
  const oldest = () =>
    subquery(
      session
        .query(Author)
        .filter({ id: -1 })
        .values((a) => ({ age: max(a.age) })),
    );
  const authors = () => subquery(session.query(Author).values(() => ({ n: count() })));

  it('Q6: Q8: one that is NULL is not counted', async () => {
    const counted = await session.query(Post).aggregate(() => ({
      distinct: count(oldest(), { distinct: true }),
      all: count(oldest()),
      sum: sum(oldest()),
      others: count(authors(), { distinct: true }),
    }));
    expect(counted).toEqual({ distinct: 0, all: 0, sum: null, others: 1 });
    const groups = await session
      .query(Post)
      .groupBy('published')
      .values((p) => ({ published: p.published, n: count(oldest(), { distinct: true }) }))
      .orderBy('published');
    expect(groups).toEqual([
      { published: false, n: 0 },
      { published: true, n: 0 },
    ]);
  });

  it('Q2: Q6: distinct rows of one alone are one row, of which an offset leaves none', async () => {
    const one = session
      .query(Post)
      .values(() => ({ n: authors() }))
      .distinct()
      .orderBy('n');
    expect(await one.limit(3)).toEqual([{ n: 3 }]);
    expect(await one.limit(3).offset(1)).toEqual([]);
    expect(
      await session
        .query(Post)
        .values((p) => ({ n: authors(), published: p.published }))
        .distinct()
        .orderBy('published')
        .limit(3)
        .offset(1),
    ).toEqual([{ n: 3, published: true }]);
  });

  it('Q1: Q6: one is not among values that are NULL', async () => {
    const post = session.query(Post).orderBy('id');
    const age = subquery(session.query(Author).values((a) => ({ age: max(a.age) })));
    const noAges = (p: Parameters<Parameters<typeof post.annotate>[0]>[0]) =>
      session
        .query(Author)
        .filter((a) => a.age.isNull().and(p.id.gt(0)))
        .valuesList('age', { flat: true });
    expect(ids(await post.exclude((p) => age.oneOf(noAges(p))))).toEqual([1, 2, 3, 4]);
    expect(ids(await post.filter((p) => age.oneOf(noAges(p))))).toEqual([]);
  });
});

describe('aggregates of aggregates', () => {
  it('Q6: L6: that read the row around both make no row where there is none', async () => {
    const best = session.query(Author).annotate((a) => ({
      best: a.posts.max((p) => p.comments.filter((c) => c.authorId.eq(a.id).and(c.score.gt(-1))).max((c) => c.score)),
    }));
    expect(await best.filter({ id: gt(100) })).toEqual([]);
    expect(await best.filter({ name: 'nobody' }).values('best')).toEqual([]);
    expect(await best.orderBy('id').valuesList('name', 'best')).toEqual([
      ['Ann', 1],
      ['Bob', null],
      ['Ünal', 0],
    ]);
    const some = session.query(Comment).filter({ post: oneOf(session.query(Post).filter({ id: 1 })) });
    expect(await some.count()).toBe(2);
  });
});
