import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { count, InvalidQueryError, prefetch, UnknownFieldError } from '../../../index.ts';
import type { Database, Loaded, Prefetched } from '../../../index.ts';

import { expectRefused, openTestDatabase } from '../../support/database.ts';
import { Author, Category, Club, Comment, Membership, Order, OrderLine, Person, Post, Profile, Tag } from '../../support/models.ts';
import { plain } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

/** What a list says and a collection does not. */
const bodies = (comments: readonly Comment[]): string[] => comments.map(({ body }) => body);

describe('L2: a prefetch to a name of its own', () => {
  it('L2: rows of a reverse foreign key, filtered and sorted, in one statement; the collection is not loaded', async () => {
    const session = db.session();
    let posts: Loaded<Post, Prefetched<'comments', 'approved', Comment[]>>[] = [];
    await expectSent(
      async () => {
        posts = await session
          .query(Post)
          .filter({ id: 1 })
          .only('id')
          .prefetchRelated(prefetch('comments', { as: 'approved' }, (c) => c.filter({ approved: true }).orderBy('-score')));
      },
      {
        sqlite: [
          'SELECT t0."id" FROM "post" AS t0 WHERE t0."id" = ?',
          'SELECT t0."id", t0."body", t0."approved", t0."score", t0."post_id", t0."author_id" FROM "comment" AS t0 WHERE t0."approved" = ? AND t0."post_id" IN (SELECT value FROM json_each(?)) ORDER BY t0."score" DESC, t0."id"',
        ],
        postgres: [],
        mysql: [],
      },
    );
    expect(posts.map((post) => bodies(post.approved))).toEqual([['first']]);
  });

  it('L2: limit', async () => {
    const session = db.session();
    const posts = await session.query(Post).prefetchRelated(prefetch('comments', { as: 'top', limitPerParent: 1 }, (c) => c.orderBy('-score').annotate((x) => ({ n: x.score.plus(1) }))), prefetch('tags', { as: 'one', limitPerParent: 1 }, (t) => t.orderBy('-name').prefetchRelated('posts')));
    expect(posts.map((post) => [bodies(post.top), post.top.map((c) => c.n), post.one.map((t) => [t.name, t.posts.length])])).toEqual([]);
  });
});
