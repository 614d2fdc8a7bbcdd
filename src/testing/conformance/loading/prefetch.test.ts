import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, gte, model, prefetch } from '../../../index.ts';
import type { Database, Loaded, Prefetched, QuerySet } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { Author, Club, Comment, Membership, Order, OrderLine, Person, Post, Tag } from '../../support/models.ts';
import { plain } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

const isLoaded = (collection: unknown): boolean => (collection as { isLoaded: boolean }).isLoaded;
const bodies = (comments: readonly Comment[]): string[] => comments.map(({ body }) => body);
const inMysql =
  "IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)";
const quoted = (sql: string): string => sql.replaceAll('"', '`');

describe('L2: a prefetch to a name of its own', () => {
  it('L2: the rows of a reverse foreign key, filtered and sorted, in one statement; R4: the collection is as it was', async () => {
    let posts: Pick<Loaded<Post, Prefetched<'comments', 'liked', Comment>>, 'id' | 'title' | 'comments' | 'liked'>[] =
      [];
    const comments =
      'SELECT t0."id", t0."body", t0."approved", t0."score", t0."post_id", t0."author_id" FROM "comment" AS t0 WHERE t0."score" >=';
    await expectSent(
      async () => {
        posts = await db
          .session()
          .query(Post)
          .only('title')
          .orderBy('id')
          .prefetchRelated(prefetch('comments', { as: 'liked' }, (c) => c.filter({ score: gte(1) }).orderBy('-score')));
      },
      {
        sqlite: [
          'SELECT t0."id", t0."title" FROM "post" AS t0 ORDER BY t0."id"',
          `${comments} ? AND t0."post_id" IN (SELECT value FROM json_each(?)) ORDER BY t0."score" DESC, t0."id"`,
        ],
        postgres: [
          'SELECT t0."id", t0."title" FROM "post" AS t0 ORDER BY t0."id"',
          `${comments} $1 AND t0."post_id" = ANY($2::integer[]) ORDER BY t0."score" DESC, t0."id"`,
        ],
        mysql: [
          'SELECT t0.`id`, t0.`title` FROM `post` AS t0 ORDER BY t0.`id`',
          `${quoted(comments)} ? AND t0.\`post_id\` ${inMysql} ORDER BY t0.\`score\` DESC, t0.\`id\``,
        ],
      },
    );
    expect(posts.map((post) => bodies(post.liked))).toEqual([['first', 'second'], ['first!'], [], ['']]);
    expect(posts.map((post) => isLoaded(post.comments))).toEqual([false, false, false, false]);
    expect(posts.map((post) => Array.isArray(post.liked))).toEqual([true, true, true, true]);
  });

  it('L2: so many for each parent at most, by the order of the query set and then by key: one statement', async () => {
    let posts: (Post & { readonly top: Comment[] })[] = [];
    const columns = '"id", t0."body", t0."approved", t0."score", t0."post_id", t0."author_id"';
    const place = 'DENSE_RANK() OVER (PARTITION BY t1."post_id" ORDER BY t1."approved" DESC, t1."id") AS "place"';
    const ranked = (list: string, limit: string): string =>
      `SELECT t0.${columns} FROM "comment" AS t0 INNER JOIN (${list}) AS ranked ON ranked."k0" = t0."id" WHERE ranked."place" <= ${limit} ORDER BY ranked."place"`;
    const all = (list: string): string =>
      `SELECT t1."id" AS "k0", ${place} FROM "comment" AS t1 WHERE t1."post_id" ${list}`;
    // PostgreSQL reads no more of each parent's rows than are wanted, where an index has them in order.
    const each = `SELECT f.* FROM unnest($1::integer[]) AS o(v) CROSS JOIN LATERAL (${all('= o."v"')} ORDER BY t1."approved" DESC, t1."id" LIMIT 1) AS f`;
    const session = db.session();
    const before = await session.query(Post).orderBy('id');
    await expectSent(
      async () => {
        posts = await session.prefetch(
          before,
          prefetch('comments', { as: 'top', limitPerParent: 1 }, (c) => c.orderBy('-approved')),
        );
      },
      {
        sqlite: [ranked(all('IN (SELECT value FROM json_each(?))'), '?')],
        postgres: [ranked(each, '$2')],
        mysql: [quoted(ranked(all(inMysql), '?'))],
      },
    );
    expect(posts.map((post) => bodies(post.top))).toEqual([['first'], ['first!'], [], ['Hello ORM']]);
  });

  it('L2: many-to-many: pairs of keys, then the rows that the session lacks', async () => {
    const session = db.session();
    const posts = await session.query(Post).orderBy('id');
    const pairs = (list: string): string =>
      `SELECT t1."post_id", t0."id" FROM "tag" AS t0 INNER JOIN "post_tags" AS t1 ON t1."tag_id" = t0."id" WHERE t1."post_id" ${list} AND t0."id" >= `;
    const order = 'ORDER BY t0."name" DESC, t0."id"';
    const rows = 'SELECT t0."id", t0."name" FROM "tag" AS t0 WHERE t0."id"';
    let loaded: Loaded<Post, Prefetched<'tags', 'shown', Tag>>[] = [];
    const load = async (): Promise<void> => {
      loaded = await session.prefetch(
        posts,
        prefetch('tags', { as: 'shown' }, (t) => t.filter({ id: gte(1) }).orderBy('-name')),
      );
    };
    const sqlite = `${pairs('IN (SELECT value FROM json_each(?))')}? ${order}`;
    const postgres = `${pairs('= ANY($1::integer[])')}$2 ${order}`;
    const mysql = quoted(`${pairs(inMysql)}? ${order}`);
    await session.query(Tag).get({ name: 'blue' });
    await expectSent(load, {
      sqlite: [sqlite, `${rows} IN (SELECT value FROM json_each(?))`],
      postgres: [postgres, `${rows} = ANY($1::integer[])`],
      mysql: [mysql, `${quoted(rows)} ${inMysql}`],
    });
    expect(loaded.map((post) => post.shown.map(({ name }) => name))).toEqual([['red', 'blue'], ['red'], [], ['blue']]);
    expect(loaded[0]!.shown[1]).toBe(loaded[3]!.shown[0]);
    await expectSent(load, { sqlite: [sqlite], postgres: [postgres], mysql: [mysql] });
  });

  it('L2: many-to-many, so many for each parent at most', async () => {
    const session = db.session();
    const tags = await session.query(Tag).orderBy('id');
    const ranked = (list: string, limit: string): string =>
      `SELECT ranked."k0", ranked."k1" FROM (SELECT t1."tag_id" AS "k0", t0."id" AS "k1", DENSE_RANK() OVER (PARTITION BY t1."tag_id" ORDER BY t2."name", t0."id") AS "place" FROM "post" AS t0 INNER JOIN "post_tags" AS t1 ON t1."post_id" = t0."id" INNER JOIN "author" AS t2 ON t0."author_id" = t2."id" WHERE t1."tag_id" ${list}) AS ranked WHERE ranked."place" <= ${limit} ORDER BY ranked."place"`;
    let loaded: Loaded<Tag, Prefetched<'posts', 'first', Pick<Loaded<Post, 'author'>, 'id' | 'title' | 'author'>>>[] =
      [];
    const sent = async (): Promise<void> => {
      loaded = await session.prefetch(
        tags,
        prefetch('posts', { as: 'first', limitPerParent: 1 }, (p) =>
          p
            .orderBy((post) => post.author.name)
            .only('title')
            .selectRelated('author'),
        ),
      );
    };
    const rows =
      'SELECT t0."id", t0."title", t0."author_id", t1."name", t1."email", t1."bio", t1."age", t1."role" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE t0."id"';
    await expectSent(sent, {
      sqlite: [ranked('IN (SELECT value FROM json_each(?))', '?'), `${rows} IN (SELECT value FROM json_each(?))`],
      postgres: [ranked('= ANY($1::integer[])', '$2'), `${rows} = ANY($1::integer[])`],
      mysql: [quoted(ranked(inMysql, '?')), `${quoted(rows)} ${inMysql}`],
    });
    expect(loaded.map((tag) => [tag.name, tag.first.map(({ title, author }) => [title, author.name])])).toEqual([
      ['red', [['Hello ORM', 'Ann']]],
      ['blue', [['Hello ORM', 'Ann']]],
    ]);
  });

  it('L2: through a model, where two may be linked twice, from both sides', async () => {
    const own = await openTestDatabase();
    await own.transaction((session) => {
      const people = ['Ann', 'Bob'].map((name) => new Person({ name }));
      const clubs = ['Chess', 'Rowing', 'Golf'].map((name) => new Club({ name }));
      const [ann, bob] = people as [Person, Person];
      session.add(...people, ...clubs);
      for (const [person, club, since] of [
        [ann, 0, '2020-01-01'],
        [ann, 0, '2024-01-01'],
        [ann, 1, '2021-01-01'],
        [ann, 2, '2022-01-01'],
        [bob, 0, '2023-01-01'],
      ] as const)
        session.add(new Membership({ person, club: clubs[club]!, since }));
    });
    const people = await own
      .session()
      .query(Person)
      .orderBy('id')
      .prefetchRelated(prefetch('clubs', { as: 'two', limitPerParent: 2 }, (c) => c.orderBy('name')))
      .prefetchRelated(prefetch('clubs', { as: 'others' }, (c) => c.exclude({ name: 'Chess' })));
    expect(people.map((person) => [person.two.map(({ name }) => name), person.others.map(({ name }) => name)])).toEqual(
      [
        [
          ['Chess', 'Golf'],
          ['Rowing', 'Golf'],
        ],
        [['Chess'], []],
      ],
    );
    const clubs = await own
      .session()
      .query(Club)
      .orderBy('id')
      .prefetchRelated(prefetch('members', { as: 'last', limitPerParent: 1 }, (m) => m.reverse()));
    expect(clubs.map((club) => club.last.map(({ name }) => name))).toEqual([['Bob'], ['Ann'], ['Ann']]);
    await own.close();
  });

  it('L2: a many-to-many relation of a model to itself, both ways', async () => {
    class Member extends model('member', {
      id: f.auto(),
      name: f.string(),
      follows: f.manyToMany(() => Member),
      followers: f.reverse(() => Member, 'follows'),
    }) {}
    const own = await openTestDatabase({ models: [Member] });
    await own.transaction((session) => {
      const [a, b, c] = ['a', 'b', 'c'].map((name) => new Member({ name })) as [Member, Member, Member];
      a.follows.add(b, c);
      b.follows.add(a, c);
      session.add(a, b, c);
    });
    const members = await own
      .session()
      .query(Member)
      .orderBy('name')
      .prefetchRelated(
        prefetch('follows', { as: 'next' }, (m) => m.exclude({ name: 'a' }).orderBy('-name')),
        prefetch('followers', { as: 'fan', limitPerParent: 1 }, (m) => m.orderBy('-name')),
      );
    const names = (list: readonly Member[]): string => list.map(({ name }) => name).join();
    expect(members.map((member) => [member.name, names(member.next), names(member.fan)])).toEqual([
      ['a', 'c,b', 'b'],
      ['b', 'c', 'a'],
      ['c', '', 'b'],
    ]);
    await own.close();
  });

  it('L2: relations to one, either side: the entity or null', async () => {
    const authors = await db
      .session()
      .query(Author)
      .orderBy('id')
      .prefetchRelated(
        prefetch('profile', { as: 'annie' }, (p) => p.filter({ nickname: 'annie' })),
        prefetch('profile', { as: 'nobody' }, (p) => p.filter({ nickname: 'nobody' })),
      );
    expect(authors.map((author) => [author.annie?.nickname ?? null, author.nobody])).toEqual([
      ['annie', null],
      [null, null],
      [null, null],
    ]);
    const posts = await db
      .session()
      .query(Post)
      .orderBy('id')
      .prefetchRelated(
        prefetch('author', { as: 'admin' }, (a) => a.filter({ role: 'admin' })),
        prefetch('reviewer', { as: 'critic' }, (a) => a.exclude({ role: 'admin' })),
      );
    expect(posts.map((post) => [post.admin?.name ?? null, post.critic?.name ?? null])).toEqual([
      ['Ann', 'Bob'],
      ['Ann', null],
      [null, null],
      [null, null],
    ]);
    expect(posts[0]!.admin).toBe(posts[1]!.author);
  });

  it('L2: L6: at the end of a path, and with relations and computed values of its own', async () => {
    const authors = await db
      .session()
      .query(Author)
      .orderBy('id')
      .prefetchRelated(
        'comments',
        prefetch('posts.comments', { as: 'best', limitPerParent: 1 }, (c) =>
          c
            .annotate((comment) => ({ doubled: comment.score.times(2) }))
            .selectRelated('author')
            .prefetchRelated('post.tags')
            .orderBy('-doubled'),
        ),
      );
    expect(
      authors.map((author) =>
        author.posts.map((post) =>
          post.best.map(({ body, doubled, author: by, post: on }) => [
            body,
            doubled,
            by?.name ?? null,
            (on as Post) === post,
            on.tags.map(({ name }) => name),
          ]),
        ),
      ),
    ).toEqual([
      [[['first', 10, 'Bob', true, ['red', 'blue']]], [['first!', 2, 'Ann', true, ['red']]]],
      [[]],
      [[['', 14, null, true, ['blue']]]],
    ]);
  });

  it('L2: S6: of rows with a composite key, and by NULLs, which are lowest everywhere', async () => {
    const own = await openTestDatabase();
    await own.transaction((session) => {
      for (const customer of ['a', 'b']) {
        const order = new Order({ customer });
        for (const line of [3, 1, 2])
          session.add(new OrderLine({ order, line, product: `${customer}${line}`, unitPrice: `${9 - line}.50` }));
      }
      for (const [name, age] of [
        ['x', 3],
        ['y', null],
        ['z', 1],
        ['w', null],
      ] as const)
        session.add(new Author({ name, email: name, age }));
    });
    const orders = await own
      .session()
      .query(Order)
      .orderBy('id')
      .prefetchRelated(prefetch('lines', { as: 'cheap', limitPerParent: 2 }, (l) => l.orderBy('unitPrice')));
    expect(orders.map((order) => order.cheap.map(({ product, unitPrice }) => [product, unitPrice]))).toEqual([
      [
        ['a3', '6.50'],
        ['a2', '7.50'],
      ],
      [
        ['b3', '6.50'],
        ['b2', '7.50'],
      ],
    ]);
    await own.transaction(async (session) => {
      const authors = await session.query(Author).orderBy('id');
      for (const author of authors)
        session.add(new Post({ title: author.name, author: authors[0]!, reviewer: author }));
    });
    const [first] = await own
      .session()
      .query(Author)
      .filter({ name: 'x' })
      .prefetchRelated(
        prefetch('posts', { as: 'young', limitPerParent: 3 }, (p) => p.orderBy((post) => post.reviewer.age)),
        prefetch('posts', { as: 'old', limitPerParent: 3 }, (p) => p.orderBy((post) => post.reviewer.age.desc())),
      );
    expect([first!.young.map(({ title }) => title), first!.old.map(({ title }) => title)]).toEqual([
      ['y', 'w', 'z'],
      ['x', 'z', 'y'],
    ]);
    await own.close();
  });
});

describe('L2: the array on the entity', () => {
  it('L2: the last query wins, and nothing of it is written', async () => {
    const session = db.session();
    const by = (body: string) =>
      session
        .query(Post)
        .filter({ id: 1 })
        .prefetchRelated(prefetch('comments', { as: 'found' }, (c) => c.filter({ body })));
    const [first] = await by('first');
    expect(bodies(first!.found)).toEqual(['first']);
    const [second] = await by('second');
    expect(second).toBe(first);
    expect(bodies(first!.found)).toEqual(['second']);
    first!.found.push(...(await session.query(Comment).filter({ body: 'Hello ORM' })));
    first!.found.shift();
    expect(await statementsOf(() => session.commit())).toEqual([]);
    expect(await db.session().query(Comment).count()).toBe(5);
  });

  it('L2: is part of its JSON where the query asked for it', async () => {
    const session = db.session();
    const [post] = await session
      .query(Post)
      .filter({ id: 4 })
      .only('title')
      .prefetchRelated(
        prefetch('comments', { as: 'liked' }, (c) =>
          c
            .only('body')
            .filter({ score: gte(5) })
            .selectRelated('author'),
        ),
      );
    expect(JSON.parse(JSON.stringify(post))).toEqual({
      id: 4,
      title: 'ÄÖÜ straße',
      liked: [{ id: 5, body: '', postId: 4, authorId: null, author: null }],
    });
    const [again] = await session.query(Post).filter({ id: 4 }).only('title');
    expect(again).toBe(post);
    expect(JSON.parse(JSON.stringify(again))).toEqual({ id: 4, title: 'ÄÖÜ straße' });
  });

  it('L2: nothing is sent for no parents, nor for a query set without rows', async () => {
    const session = db.session();
    const liked = prefetch('comments', { as: 'liked' }, (c: QuerySet<Comment>) => c.filter({ score: 1 }));
    expect(await statementsOf(() => session.query(Post).filter({ id: 99 }).prefetchRelated(liked))).toHaveLength(1);
    expect(await statementsOf(() => session.prefetch([] as Post[], liked))).toEqual([]);
    const sent = await statementsOf(async () => {
      const posts = await session.query(Post).prefetchRelated(prefetch('comments', { as: 'none' }, (c) => c.none()));
      expect(posts.map((post) => post.none)).toEqual([[], [], [], []]);
    });
    expect(sent).toHaveLength(1);
  });

  it('L2: in a transaction it shows what is pending, as every query does; in a stream it comes batch by batch', async () => {
    const own = await openBlog();
    await own.transaction(async (session) => {
      const [post] = await session.query(Post).orderBy('id');
      post!.comments.add(new Comment({ body: 'pending', post: post!, score: 9 }));
      const [loaded] = await session.prefetch(
        [post!],
        prefetch('comments', { as: 'top', limitPerParent: 2 }, (c) => c.orderBy('-score')),
      );
      expect(bodies(loaded!.top)).toEqual(['pending', 'first']);
    });
    const seen: string[][] = [];
    const liked = own
      .session()
      .query(Post)
      .orderBy('id')
      .prefetchRelated(prefetch('comments', { as: 'top', limitPerParent: 1 }, (c) => c.orderBy('-score')));
    for await (const post of liked.iterate({ batchSize: 3 })) seen.push(bodies(post.top));
    expect(seen).toEqual([['pending'], ['first!'], [], ['']]);
    await own.close();
  });

  it('L2: one prefetch serves two queries, and is made for the model that takes it', async () => {
    const few = prefetch('posts', { as: 'few', limitPerParent: 1 }, (p: QuerySet<Post>) => p.orderBy('-id'));
    const session = db.session();
    const authors = await session
      .query(Author)
      .orderBy('id')
      .prefetchRelated(few as never);
    const tags = await session
      .query(Tag)
      .orderBy('id')
      .prefetchRelated(few as never);
    const titles = (owners: readonly object[]): string[][] =>
      owners.map((owner) => (owner as { few: Post[] }).few.map(({ title }) => title));
    expect([titles(authors), titles(tags)]).toEqual([
      [['hello world'], [expect.stringMatching(/^50%/)], ['ÄÖÜ straße']],
      [['hello world'], ['ÄÖÜ straße']],
    ]);
    expect(Object.keys(plain(tags[0]))).toEqual(['id', 'name', 'few']);
  });
});
