import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  ConfigError,
  DefinitionError,
  f,
  InvalidQueryError,
  model,
  NotLoadedError,
  oneOf,
  prefetch,
} from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, expectRefused, openTestDatabase } from '../../support/database.ts';
import { Author, Comment, Post } from '../../support/models.ts';
import { items } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

const counted = async (run: () => unknown): Promise<number> => (await statementsOf(run)).length;

/** Refused before anything is sent: the error names relation and remedy. */
async function expectRaised(call: () => unknown, message: string): Promise<void> {
  let error: Error | undefined;
  const sent = await statementsOf(async () => {
    error = await errorOf(call);
  });
  expect(error).toBeInstanceOf(NotLoadedError);
  expect([error!.message, sent]).toEqual([message, []]);
}

describe("L4: fetchMode 'raise'", () => {
  it('L4: L5: for a query: references, collections and either side of one-to-one; others load', async () => {
    const session = db.session();
    const [post] = await session.query(Post).orderBy('id').fetchMode('raise');
    await expectRaised(
      () => post!.author.load(),
      "Post.author is not loaded, and the query lets nothing load on demand (fetchMode 'raise'). Add .selectRelated('author') or .prefetchRelated('author') to the query.",
    );
    await expectRaised(
      () => post!.comments.load(),
      "Post.comments is not loaded, and the query lets nothing load on demand (fetchMode 'raise'). Add .prefetchRelated('comments') to the query.",
    );
    const [author] = await session.query(Author).fetchMode('raise');
    await expectRaised(
      () => author!.profile!.load(),
      "Author.profile is not loaded, and the query lets nothing load on demand (fetchMode 'raise'). Add .selectRelated('profile') or .prefetchRelated('profile') to the query.",
    );
    const [comment] = await session.query(Comment).orderBy('id');
    expect((await comment!.post.load()).id).toBe(1);
  });

  it('L4: for what a query loads besides: by joins, by batches, by query sets of their own', async () => {
    const loaded = db
      .session()
      .query(Post)
      .orderBy('id')
      .selectRelated('author')
      .prefetchRelated('comments.author', prefetch('tags', { as: 'shown' }))
      .fetchMode('raise');
    const [post] = await loaded;
    for (const [call, relation] of [
      [() => post!.author.posts.load(), 'Author.posts'],
      [() => post!.comments.at(0)!.author!.posts.load(), 'Author.posts'],
      [() => post!.shown[0]!.posts.load(), 'Tag.posts'],
    ] as const)
      await expect(errorOf(call)).resolves.toMatchObject({
        code: 'E_NOT_LOADED',
        message: expect.stringMatching(`^${relation} is not loaded, and the query lets nothing load on demand`),
      });
    expect((await post!.author.load()).name).toBe('Ann');
  });

  it('L4: L5: rows that were read in part are completed by refresh only', async () => {
    const session = db.session({ fetchMode: 'raise' });
    const [post] = await session.query(Post).only('title').orderBy('id');
    await expectRaised(
      () => (post as unknown as Post).load(),
      "This Post was read in part, and the session lets nothing load on demand (fetchMode 'raise'). Read the fields in the query, or call session.refresh(entity).",
    );
    expect((await session.refresh(post as unknown as Post)).views).toBe(10);
    expect(await counted(() => session.prefetch([post as unknown as Post], 'author', 'comments'))).toBe(2);
  });

  it('L4: for a relation, whatever the session says; the query has the first word', async () => {
    class Shelf extends model('shelf', {
      id: f.auto(),
      books: f.reverse(() => Book, 'shelf', { fetchMode: 'raise' }),
      sign: f.reverseOne(() => Sign, 'shelf', { fetchMode: 'raise' }),
    }) {}
    class Book extends model('book', {
      id: f.auto(),
      shelf: f.foreignKey(() => Shelf, { fetchMode: 'raise' }),
      next: f.foreignKey(() => Book, { nullable: true, fetchMode: 'one' }),
      words: f.manyToMany(() => Word, { fetchMode: 'raise' }),
    }) {}
    class Word extends model('word', { id: f.auto() }) {}
    class Sign extends model('sign', { id: f.auto(), shelf: f.oneToOne(() => Shelf) }) {}
    const own = await openTestDatabase({ models: [Shelf] });
    await own.transaction((session) => {
      const shelf = new Shelf({});
      const [one, two] = [new Book({ shelf }), new Book({ shelf })];
      one.words.add(new Word({}));
      session.add(new Book({ shelf, next: one }), new Book({ shelf, next: two }), new Sign({ shelf }));
    });
    const session = own.session({ fetchMode: 'peers' });
    const [shelf] = await session.query(Shelf);
    const books = await own.session().query(Book).filter({ next: null }).orderBy('id');
    const by = "and the relation lets nothing load on demand (fetchMode 'raise').";
    const select = (name: string): string =>
      `Add .selectRelated('${name}') or .prefetchRelated('${name}') to the query.`;
    await expectRaised(
      () => shelf!.books.load(),
      `Shelf.books is not loaded, ${by} Add .prefetchRelated('books') to the query.`,
    );
    await expectRaised(() => shelf!.sign!.load(), `Shelf.sign is not loaded, ${by} ${select('sign')}`);
    await expectRaised(() => books[0]!.shelf.load(), `Book.shelf is not loaded, ${by} ${select('shelf')}`);
    await expectRaised(
      () => books[0]!.words.load(),
      `Book.words is not loaded, ${by} Add .prefetchRelated('words') to the query.`,
    );
    const [lenient] = await own.session().query(Shelf).fetchMode('peers');
    expect((await lenient!.books.load()).length).toBe(4);
    const pair = await own.session().query(Book).exclude({ next: null }).orderBy('id');
    expect(await counted(async () => [await pair[0]!.next!.load(), await pair[1]!.next!.load()])).toBe(2);
    await own.close();
  });

  it('L4: for a database, unless a session says otherwise', async () => {
    const own = await openTestDatabase({ fetchMode: 'raise' });
    await own.transaction((session) => session.add(new Author({ name: 'Ann', email: 'a' })));
    const [author] = await own.session().query(Author);
    expect(await errorOf(() => author!.posts.load())).toBeInstanceOf(NotLoadedError);
    const [other] = await own.session({ fetchMode: 'one' }).query(Author);
    expect((await other!.posts.load()).length).toBe(0);
    await own.close();
  });

  it('refuses a mode that there is not', async () => {
    const message = 'fetchMode() takes one of: peers, one, raise.';
    await expectRefused(
      db,
      () =>
        db
          .session()
          .query(Post)
          .fetchMode('lazy' as never),
      {
        type: InvalidQueryError,
        message,
      },
    );
    await expectRefused(db, () => db.session({ fetchMode: 'lazy' as never }), {
      type: ConfigError,
      message: "The option 'fetchMode' is one of: peers, one, raise.",
    });
    for (const define of [
      () => f.foreignKey(() => Post, { fetchMode: 'lazy' as never }),
      () => f.oneToOne(() => Post, { fetchMode: 'lazy' as never }),
      () => f.manyToMany(() => Post, { fetchMode: 'lazy' as never }),
      () => f.reverse(() => Post, 'author', { fetchMode: 'lazy' as never }),
      () => f.reverseOne(() => Post, 'author', { fetchMode: 'lazy' as never }),
    ])
      expect(await errorOf(define)).toMatchObject({
        code: 'E_DEFINITION',
        field: 'fetchMode',
        message: expect.stringContaining('Use one of: peers, one, raise.'),
      });
    expect(await errorOf(() => f.reverse(() => Post, 'author', { lazy: true } as never))).toBeInstanceOf(
      DefinitionError,
    );
  });
});

describe('L4: loads of one tick', () => {
  it("L4: join one batch, also of entities from several queries, and where each loads for itself alone ('one')", async () => {
    for (const fetchMode of ['peers', 'one'] as const) {
      const session = db.session({ fetchMode });
      const [odd, even] = [
        await session
          .query(Post)
          .filter({ id: oneOf([1, 3]) })
          .orderBy('id'),
        await session
          .query(Post)
          .filter({ id: oneOf([2, 4]) })
          .orderBy('id'),
      ];
      const all = [...odd, ...even];
      expect(await counted(() => Promise.all(all.map((post) => post.comments.load())))).toBe(1);
      expect(await counted(() => Promise.all(all.map((post) => post.tags.load())))).toBe(2);
      expect(await counted(() => Promise.all(all.map((post) => post.author.load())))).toBe(1);
      expect(all.map((post) => [post.id, items(post.comments).length, items(post.tags).length])).toEqual([
        [1, 2, 2],
        [3, 0, 0],
        [2, 1, 1],
        [4, 2, 1],
      ]);
      const authors = await session.query(Author).orderBy('id');
      expect(await counted(() => Promise.all(authors.map((author) => author.profile!.load())))).toBe(1);
    }
  });

  it("L4: 'one' loads for the others only when they ask", async () => {
    const session = db.session();
    const posts = await session.query(Post).orderBy('id').fetchMode('one');
    expect(await counted(() => posts[0]!.comments.load())).toBe(1);
    expect(posts.map((post) => (post.comments as unknown as { isLoaded: boolean }).isLoaded)).toEqual([
      true,
      false,
      false,
      false,
    ]);
    expect(await counted(async () => [await posts[1]!.comments.load(), await posts[2]!.comments.load()])).toBe(2);
  });

  it('L4: one that fails fails for all that wait for it, and the next call tries again', async () => {
    const own = await openBlog();
    const session = own.session();
    const posts = await session.query(Post).orderBy('id');
    await own.session().sql`DROP TABLE comment`;
    const results = await Promise.allSettled(posts.map((post) => post.comments.load()));
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    await own.createAll();
    expect((await posts[0]!.comments.load()).length).toBe(0);
    await own.close();
  });
});
