import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { NotLoadedError, prefetch } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf } from '../../support/database.ts';
import { Author, Post } from '../../support/models.ts';
import type { Comment } from '../../support/models.ts';
import { plain } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

/** What an access says that nothing was loaded for: the field, and the calls that load it. */
async function expectNotLoaded(access: () => unknown, message: string): Promise<void> {
  let error: Error | undefined;
  const sent = await statementsOf(async () => {
    error = await errorOf(access);
  });
  expect(error).toBeInstanceOf(NotLoadedError);
  expect([error!.message, sent]).toEqual([message, []]);
}

describe('L5: what is not loaded is never read by accident', () => {
  it('L5: fields of a reference, read or set', async () => {
    const [post] = await db.session().query(Post).orderBy('id');
    const author = post!.author as unknown as Author;
    const message =
      "Author.name is not loaded: Post.author is a reference. Load it with await author.load(), or add .selectRelated('author') to the query of Post.";
    await expectNotLoaded(() => author.name, message);
    await expectNotLoaded(() => (author.name = 'x'), message);
    expect([author.id, author.pk, post!.authorId]).toEqual([1, 1, 1]);
  });

  it('L5: collections, by everything that reads them; the other side of a one-to-one relation', async () => {
    const [post] = await db.session().query(Post).orderBy('id');
    const comments = post!.comments as unknown as readonly Comment[];
    const message =
      "Post.comments is not loaded. Load it with await comments.load(), or add .prefetchRelated('comments') to the query of Post.";
    for (const access of [
      () => comments.length,
      () => [...comments],
      () => comments.at(0),
      () => comments.map((comment) => comment.body),
      () => JSON.stringify(comments),
    ])
      await expectNotLoaded(access, message);
    const [author] = await db.session().query(Author).orderBy('id');
    await expectNotLoaded(
      () => (author!.profile as unknown as { nickname: string }).nickname,
      "Profile.nickname is not loaded: Author.profile is a reference. Load it with await profile.load(), or add .selectRelated('profile') to the query of Author.",
    );
  });

  it('L5: each field that a query left out, and no other; another query fills what is missing', async () => {
    const session = db.session();
    const [post] = (await session.query(Post).only('title', 'views').orderBy('id')) as unknown as Post[];
    const missing = ['body', 'rating', 'price', 'published', 'createdAt', 'authorId', 'reviewerId'] as const;
    expect(plain(post)).toEqual({ id: 1, title: 'Hello ORM', views: 10 });
    for (const name of missing)
      await expectNotLoaded(
        () => post![name],
        `Post.${name} is not loaded. Load it with await entity.load() or session.refresh(entity), or read '${name}' in the query.`,
      );
    await session.query(Post).only('body', 'rating').orderBy('id');
    expect([post!.body, post!.rating]).toEqual(['', 4.5]);
    await expectNotLoaded(
      () => post!.price,
      "Post.price is not loaded. Load it with await entity.load() or session.refresh(entity), or read 'price' in the query.",
    );
    await session.query(Post).orderBy('id').limit(1);
    expect([post!.price, post!.published, Object.getPrototypeOf(post)]).toEqual(['9.00', true, Post.prototype]);
  });

  it('L5: a row in part passes for no full one, whatever has loaded it', async () => {
    const session = db.session();
    const [author] = await session
      .query(Author)
      .orderBy('id')
      .prefetchRelated(prefetch('posts', { as: 'titles' }, (p) => p.only('title')));
    const [first] = author!.titles as unknown as Post[];
    await expectNotLoaded(
      () => first!.views,
      "Post.views is not loaded. Load it with await entity.load() or session.refresh(entity), or read 'views' in the query.",
    );
    expect(await statementsOf(() => session.get(Post, first!.id))).toHaveLength(1);
    expect(first!.views).toBe(10);
    expect(await statementsOf(() => session.get(Post, first!.id))).toEqual([]);
  });
});
