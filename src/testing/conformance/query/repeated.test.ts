/** Sets whose rows may come twice: which calls keep both, and which take each once. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { gte, InvalidQueryError, oneOf } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused } from '../../support/database.ts';
import { Comment, Post } from '../../support/models.ts';
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

const published = () => session.query(Post).filter({ published: true });
const popular = () => session.query(Post).filter({ views: gte(200) });
const none = () => session.query(Post).none();
const ids = (posts: readonly Post[]): number[] => posts.map(({ id }) => id);

describe('union() with { all: true }', () => {
  it.each([1, 2, 3, 4, 5])('Q6: Q12: L1: a stream in batches of %i gives both', async (batchSize) => {
    const twice = published().union(popular(), { all: true }).orderBy('id');
    const streamed: number[] = [];
    for await (const post of twice.iterate({ batchSize })) streamed.push(post.id);
    expect(streamed).toEqual([1, 2, 4, 4]);
    const loaded: [number, number][] = [];
    for await (const post of twice.prefetchRelated('comments').readOnly().iterate({ batchSize }))
      loaded.push([post.id, post.comments.length]);
    expect(loaded).toEqual([
      [1, 2],
      [2, 1],
      [4, 2],
      [4, 2],
    ]);
    const rows: unknown[] = [];
    for await (const row of twice.values('id')) rows.push(row);
    expect(rows).toEqual([{ id: 1 }, { id: 2 }, { id: 4 }, { id: 4 }]);
  });

  it('Q6: Q13: Q14: a page has no place for the second', async () => {
    const twice = published().union(popular(), { all: true });
    const refusal = {
      type: InvalidQueryError,
      message:
        'page() of Post is over a union() with { all: true }: a row that comes twice has one place in the order. Leave { all: true } away, or cut the rows by limit() and offset().',
    };
    await expectRefused(db, () => twice.page({ first: 1 }), refusal);
    await expectRefused(db, () => twice.filter({ views: 200 }).page({ last: 1 }), refusal);
    await expectRefused(db, () => twice.union(none(), { all: true }).page({ first: 1 }), refusal);
    // Put together once more, each of them comes once.
    const once = twice.union(published()).orderBy('id');
    const { items, pageInfo } = await once.page({ first: 2 });
    expect([ids(items), pageInfo.hasNextPage]).toEqual([[1, 2], true]);
    expect(ids((await published().union(none(), { all: true }).page({ first: 3 })).items)).toEqual([1, 4]);
  });
});

describe('each row once', () => {
  it('Q6: where the other side is known to be empty, too', async () => {
    const views = session.query(Post).values('views');
    const empty = none().values('views');
    expect(await views.union(empty).orderBy('views')).toEqual([{ views: 0 }, { views: 10 }, { views: 200 }]);
    expect(await views.difference(empty).orderBy('-views').limit(2)).toEqual([{ views: 200 }, { views: 10 }]);
    expect(await empty.union(views).count()).toBe(3);
    expect(await views.union(empty, { all: true }).count()).toBe(4);
    const prices = session
      .query(Post)
      .filter({ price: gte('9.00') })
      .values((p) => ({ price: p.price.times(0), dear: p.price.gt('9.50') }));
    expect(
      await prices
        .union(prices.union(none().values((p) => ({ price: p.price, dear: p.price.gt('1.00') }))))
        .orderBy('dear'),
    ).toEqual([
      { price: '0.00', dear: false },
      { price: '0.00', dear: true },
    ]);
    const twice = published().union(published(), { all: true });
    expect(await twice.count()).toBe(4);
    expect(ids(await twice.union(none()).orderBy('id'))).toEqual([1, 4]);
    expect(ids(await twice.difference(none()).orderBy('id'))).toEqual([1, 4]);
    expect(ids(await twice.intersection(twice).orderBy('id'))).toEqual([1, 4]);
    expect(
      await session
        .query(Comment)
        .filter({ post: oneOf(published().union(none())) })
        .count(),
    ).toBe(4);
  });

  it('Q6: Q14: intersection() and difference() have no other way', async () => {
    const options = [{ all: true }];
    const message = (call: string): string =>
      `${call}() takes another query and no options: each row comes once. Only union() keeps rows that come twice, with { all: true }.`;
    for (const call of ['intersection', 'difference'] as const) {
      const refusal = { type: InvalidQueryError, message: message(call) };
      await expectRefused(db, () => Reflect.apply(published()[call], published(), [popular(), ...options]), refusal);
      const values = published().values('id');
      await expectRefused(db, () => Reflect.apply(values[call], values, [popular().values('id'), ...options]), refusal);
    }
  });
});
