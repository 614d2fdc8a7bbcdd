import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { prefetch } from '../../../index.ts';
import type { Database, QuerySet } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { Author, City, Comment, Country, Post, Tag } from '../../support/models.ts';
import { plain } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

const quoted = (sql: string): string => sql.replaceAll('"', '`');
const inMysql =
  "IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)";

describe('L2: a prefetch into the relation itself', () => {
  it('L2: all rows, in another order, with what else the query set loads; paths go on from there', async () => {
    const posts =
      'SELECT t0."id", t0."title", t0."body", t0."views", t0."rating", t0."price", t0."published", t0."created_at", t0."author_id", t0."reviewer_id" FROM "post" AS t0 ORDER BY t0."id"';
    const comments =
      'SELECT t0."id", t0."body", t0."approved", t0."score", t0."post_id", t0."author_id", t1."name", t1."email", t1."bio", t1."age", t1."role" FROM "comment" AS t0 LEFT JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE t0."post_id"';
    const profiles = 'SELECT t0."id", t0."nickname", t0."author_id" FROM "profile" AS t0 WHERE t0."author_id"';
    const sorted = 'ORDER BY t0."score" DESC, t0."id"';
    let seen: unknown[] = [];
    await expectSent(
      async () => {
        const loaded = await db
          .session()
          .query(Post)
          .orderBy('id')
          .prefetchRelated(
            'comments.author.profile',
            prefetch('comments', (c) => c.orderBy('-score').selectRelated('author')),
          );
        seen = loaded.map((post) =>
          post.comments.map(({ body, author }) => [body, author?.name ?? null, author?.profile?.nickname ?? null]),
        );
      },
      {
        sqlite: [
          posts,
          `${comments} IN (SELECT value FROM json_each(?)) ${sorted}`,
          `${profiles} IN (SELECT value FROM json_each(?))`,
        ],
        postgres: [posts, `${comments} = ANY($1::integer[]) ${sorted}`, `${profiles} = ANY($1::integer[])`],
        mysql: [quoted(posts), `${quoted(comments)} ${inMysql} ${quoted(sorted)}`, `${quoted(profiles)} ${inMysql}`],
      },
    );
    expect(seen).toEqual([
      [
        ['first', 'Bob', null],
        ['second', null, null],
      ],
      [['first!', 'Ann', 'annie']],
      [],
      [
        ['', null, null],
        ['Hello ORM', 'Ünal', null],
      ],
    ]);
  });

  it('L2: many-to-many, one-to-one and to one; R4: a collection stays a collection', async () => {
    const session = db.session();
    const posts = await session
      .query(Post)
      .orderBy('id')
      .prefetchRelated(
        prefetch('tags', (t) => t.orderBy('name').prefetchRelated('posts')),
        prefetch('author', (a) => a.selectRelated('profile')),
        prefetch('author.profile', (p) => p.selectRelated('author')),
      );
    expect(posts.map(({ tags }) => tags.map(({ name, posts: own }) => [name, own.length]))).toEqual([
      [
        ['blue', 2],
        ['red', 2],
      ],
      [['red', 2]],
      [],
      [['blue', 2]],
    ]);
    expect(posts.map(({ author }) => author.profile?.nickname ?? null)).toEqual(['annie', 'annie', null, null]);
    expect(posts[0]!.author.profile!.author).toBe(posts[0]!.author);
    posts[2]!.tags.add(new Tag({ name: 'new' }));
    expect(posts[2]!.tags.length).toBe(1);
  });

  // Named cast: a collection of whole rows that holds parts of rows compiles only for who says so.
  const inPart = (query: QuerySet<Post>): QuerySet<Post> => query.only('title') as unknown as QuerySet<Post>;

  it('L2: rows in part, the key that leads to them included', async () => {
    const authors = await db
      .session()
      .query(Author)
      .orderBy('id')
      .prefetchRelated(prefetch('posts', (p) => inPart(p).orderBy('-title')));
    expect(authors.map(({ posts }) => posts.map((post) => plain(post)))).toEqual([
      [
        { id: 2, title: 'hello world', authorId: 1 },
        { id: 1, title: 'Hello ORM', authorId: 1 },
      ].toSorted((a, b) => (a.title < b.title ? 1 : -1)),
      [{ id: 3, title: expect.stringMatching(/^50%/), authorId: 2 }],
      [{ id: 4, title: 'ÄÖÜ straße', authorId: 3 }],
    ]);
  });

  it('L2: L1: what is loaded already is left as it is, and has what the query set loads besides', async () => {
    const session = db.session();
    const posts = await session.query(Post).orderBy('id').prefetchRelated('comments');
    const before = posts.map(({ comments }) => comments.toArray());
    const sent = await statementsOf(async () => {
      const again = await session.prefetch(
        posts as Post[],
        prefetch('comments', (c) => c.orderBy('-id').selectRelated('author')),
      );
      expect(again.map(({ comments }) => comments.map(({ author }) => author?.name ?? null))).toEqual([
        ['Bob', null],
        ['Ann'],
        [],
        ['Ünal', null],
      ]);
    });
    expect(sent).toHaveLength(1);
    expect(posts.map(({ comments }) => comments.toArray())).toEqual(before);
  });

  it('L2: by a key to a unique column that is not the primary one', async () => {
    const own = await openTestDatabase();
    await own.transaction((session) => {
      const country = new Country({ code: 'NO', name: 'Norway', dialCode: 47 });
      for (const [id, dial] of [
        ['0190a0a0-0000-7000-8000-000000000001', country],
        ['0190a0a0-0000-7000-8000-000000000002', null],
      ] as const)
        session.add(new City({ id, name: id.at(-1)!, country, dial }));
    });
    const cities = await own
      .session()
      .query(City)
      .orderBy('name')
      .prefetchRelated(
        prefetch('dial', (c) => c.prefetchRelated('cities')),
        prefetch('dial', { as: 'north' }, (c) => c.filter({ name: 'Norway' })),
      );
    expect(
      cities.map(({ dial, north }) => [dial?.name ?? null, dial?.cities.length ?? null, north?.code ?? null]),
    ).toEqual([
      ['Norway', 2, 'NO'],
      [null, null, null],
    ]);
    await own.close();
  });

  it('L2: changes that wait to be written stay', async () => {
    const own = await openBlog();
    const session = own.session();
    const [post] = await session.query(Post).orderBy('id');
    const [first] = await session.query(Comment).filter({ body: 'first' });
    post!.comments.create({ body: 'mine' });
    session.delete(first!);
    post!.tags.add(new Tag({ name: 'mine' }));
    const [loaded] = await session.prefetch(
      [post!],
      prefetch('comments', (c) => c.orderBy('-id')),
      prefetch('tags', (t) => t.orderBy('name')),
    );
    expect(loaded!.comments.map(({ body }) => body)).toEqual(['second', 'first', 'mine']);
    expect(loaded!.tags.map(({ name }) => name)).toEqual(['blue', 'red', 'mine']);
    await session.commit();
    const [after] = await own.session().query(Post).orderBy('id').prefetchRelated('comments', 'tags');
    expect([after!.comments.map(({ body }) => body), after!.tags.map(({ name }) => name).toSorted()]).toEqual([
      ['second', 'mine'],
      ['blue', 'mine', 'red'],
    ]);
    await own.close();
  });
});
