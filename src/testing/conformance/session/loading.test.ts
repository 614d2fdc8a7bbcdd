import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, lte, model, NotLoadedError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Category, City, Comment, Country, Post, Profile, Tag } from '../../support/models.ts';
import { items, plain } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase();
  await db.transaction((session) => {
    const tags = ['a', 'b'].map((name) => new Tag({ name }));
    for (let i = 1; i <= 5; i++) {
      const author = new Author({ name: `A${i}`, email: `${i}@x.org` });
      for (let j = 1; j <= i; j++) {
        const post = new Post({ title: `P${i}${j}`, author });
        if (j < 3) post.tags.add(tags[j - 1]!);
        session.add(post, new Comment({ body: 'c', post, author }));
      }
      if (i % 2 === 1) session.add(new Profile({ nickname: `n${i}`, author }));
    }
  });
});

afterEach(() => db.close());

const counted = async (run: () => Promise<unknown>): Promise<number> => (await statementsOf(run)).length;

describe('peers', () => {
  it('L4: the first load of a reference loads it for all siblings, in one statement', async () => {
    const session = db.session();
    const posts = await session.query(Post).orderBy('id');
    await expectSent(() => posts[0]!.author.load(), {
      sqlite: [
        'SELECT t0."id", t0."name", t0."email", t0."bio", t0."age", t0."role" FROM "author" AS t0 WHERE t0."id" IN (SELECT value FROM json_each(?))',
      ],
      postgres: [
        'SELECT t0."id", t0."name", t0."email", t0."bio", t0."age", t0."role" FROM "author" AS t0 WHERE t0."id" = ANY($1::integer[])',
      ],
      mysql: [
        "SELECT t0.`id`, t0.`name`, t0.`email`, t0.`bio`, t0.`age`, t0.`role` FROM `author` AS t0 WHERE t0.`id` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)",
      ],
    });
    const sent = await counted(async () => {
      const names: string[] = [];
      for (const post of posts) names.push((await post.author.load()).name);
      expect(names).toEqual(posts.map((post) => `A${post.title[1]}`));
    });
    expect(sent).toBe(0);
  });

  it('L4: the first load of a collection loads it for all, also many-to-many, empty ones too', async () => {
    const session = db.session();
    const authors = await session.query(Author).orderBy('id');
    expect(
      await counted(async () => {
        const counts: number[] = [];
        for (const author of authors) counts.push((await author.posts.load()).length);
        expect(counts).toEqual([1, 2, 3, 4, 5]);
      }),
    ).toBe(1);
    const posts = await session.query(Post).orderBy('id');
    expect(
      await counted(async () => {
        const names: string[] = [];
        for (const post of posts) names.push((await post.tags.load()).map((tag) => tag.name).join());
        expect(names).toEqual(['a', 'a', 'b', 'a', 'b', '', 'a', 'b', '', '', 'a', 'b', '', '', '']);
      }),
    ).toBe(2);
  });

  it('L4: the other side of a one-to-one, where there is one and where there is none', async () => {
    const session = db.session();
    const authors = await session.query(Author).orderBy('id');
    const names: unknown[] = [];
    expect(
      await counted(async () => {
        for (const author of authors) names.push((await author.profile?.load())?.nickname ?? null);
      }),
    ).toBe(1);
    expect(names).toEqual(['n1', null, 'n3', null, 'n5']);
    expect(authors[1]!.profile).toBeNull();
  });

  it('L4: loads that come in one tick are one statement', async () => {
    const session = db.session();
    const posts = await session.query(Post);
    const authors = await session.query(Author);
    expect(await counted(() => Promise.all(posts.map((post) => post.author.load())))).toBe(0);
    expect(await counted(() => Promise.all(authors.map((author) => author.posts.load())))).toBe(1);
    const fresh = db.session();
    const others = await fresh.query(Post);
    expect(await counted(() => Promise.all(others.map((post) => post.author.load())))).toBe(1);
  });

  it("L4: fetchMode 'one' loads for one alone, in parallel too", async () => {
    const session = db.session({ fetchMode: 'one' });
    const authors = await session.query(Author).orderBy('id');
    expect(
      await counted(async () => {
        await authors[0]!.posts.load();
      }),
    ).toBe(1);
    expect(
      authors.map((author) => author.posts as unknown as { isLoaded: boolean }).map(({ isLoaded }) => isLoaded),
    ).toEqual([true, false, false, false, false]);
    expect((await Promise.all(authors.map((author) => author.posts.load()))).map((posts) => posts.length)).toEqual([
      1, 2, 3, 4, 5,
    ]);
    expect(
      (await Promise.all(authors.map((author) => author.profile!.load()))).map(
        (profile) => (profile as Profile | null)?.nickname ?? null,
      ),
    ).toEqual(['n1', null, 'n3', null, 'n5']);
    const other = db.session({ fetchMode: 'one' });
    const posts = await other.query(Post).orderBy('id').limit(3);
    expect(await counted(() => posts[0]!.author.load())).toBe(1);
    expect(await errorOf(() => (posts[1]!.author as unknown as Author).name)).toBeInstanceOf(NotLoadedError);
  });

  it("L5: fetchMode 'raise' refuses, naming the relation; what was asked for is there", async () => {
    const session = db.session({ fetchMode: 'raise' });
    const [post] = await session.query(Post).orderBy('id');
    const sent = await statementsOf(async () => {
      expect(await errorOf(() => post!.author.load())).toMatchObject({
        code: 'E_NOT_LOADED',
        model: 'Post',
        field: 'author',
      });
      expect(await errorOf(() => post!.tags.load())).toMatchObject({
        code: 'E_NOT_LOADED',
        model: 'Post',
        field: 'tags',
      });
    });
    expect(sent).toEqual([]);
    await session.prefetch([post!], 'author', 'tags');
    expect([(await post!.author.load()).name, items(post!.tags).length]).toEqual(['A1', 1]);
  });

  it('L4: partial rows and references have their relations loaded too', async () => {
    const session = db.session();
    const authors = await session.query(Author).only('name').orderBy('id');
    expect(
      await counted(async () => {
        expect((await authors[2]!.posts.load()).length).toBe(3);
        expect((await authors[3]!.posts.load()).length).toBe(4);
      }),
    ).toBe(1);
    expect((await (authors[0]! as unknown as Author).profile!.load())!.nickname).toBe('n1');
    const other = db.session();
    const [post] = await other.query(Post).orderBy('-id');
    const reference = post!.author as unknown as Author;
    expect((await reference.posts.load()).length).toBe(5);
    expect((await reference.profile!.load())!.nickname).toBe('n5');
    expect(await errorOf(() => reference.name)).toMatchObject({ code: 'E_NOT_LOADED', model: 'Author', field: 'name' });
  });

  it('L1: a key to a unique column that is not the key is loaded for all, and links the one object', async () => {
    await db.transaction((session) => {
      for (const [code, dialCode] of [
        ['NO', 47],
        ['SE', 46],
      ] as const) {
        const country = new Country({ code, name: code, dialCode });
        for (let i = 0; i < 3; i++)
          session.add(
            new City({
              id: `0190a0a0-0000-7000-8000-0000000${dialCode}00${i}`,
              name: `${code}${i}`,
              country,
              dial: country,
            }),
          );
      }
    });
    const session = db.session();
    const cities = await session.query(City).orderBy('name');
    expect(
      await counted(async () => {
        expect((await Promise.all(cities.map((city) => city.dial!.load()))).map(({ name }) => name)).toEqual([
          'NO',
          'NO',
          'NO',
          'SE',
          'SE',
          'SE',
        ]);
      }),
    ).toBe(1);
    expect(cities[0]!.dial).toBe(cities[2]!.dial);
    expect(await cities[0]!.country.load()).toBe(cities[0]!.dial);
  });
});

describe('prefetch()', () => {
  it('L1: L6: loads paths of entities that are there, each relation once, and what is loaded already not again', async () => {
    const session = db.session();
    const authors = await session.query(Author).orderBy('id');
    expect(await counted(() => session.prefetch(authors, 'posts.tags', 'posts.comments.author', 'profile'))).toBe(5);
    expect(
      authors.map((author) =>
        items(author.posts).map((post) => [
          items(post.tags).length,
          items(post.comments)[0]!.author === (author as unknown),
        ]),
      ),
    ).toEqual(authors.map((_, i) => Array.from({ length: i + 1 }, (__, j) => [j < 2 ? 1 : 0, true])));
    expect(await counted(() => session.prefetch(authors, 'posts.tags', 'profile'))).toBe(0);
    expect(await counted(() => session.prefetch([] as Author[], 'posts'))).toBe(0);
  });

  it('L1: gives the same objects as prefetchRelated and selectRelated', async () => {
    const session = db.session();
    const one = await session.query(Post).orderBy('id').selectRelated('author').prefetchRelated('tags');
    const other = db.session();
    const two = await other.prefetch(await other.query(Post).orderBy('id'), 'author', 'tags');
    expect(
      two.map((post) => ({ ...plain(post), author: plain(post.author), tags: post.tags.map((tag) => plain(tag)) })),
    ).toEqual(
      one.map((post) => ({ ...plain(post), author: plain(post.author), tags: post.tags.map((tag) => plain(tag)) })),
    );
  });

  it('refuses paths that do not exist, mixed models, and entities of another session', async () => {
    const session = db.session();
    const [post] = await session.query(Post);
    const [author] = await session.query(Author);
    expect(await errorOf(() => session.prefetch([post!], 'autor' as never))).toMatchObject({
      code: 'E_UNKNOWN_FIELD',
      model: 'Post',
      field: 'autor',
      message: expect.stringContaining("Did you mean 'author'?"),
    });
    expect(await errorOf(() => session.prefetch([post!, author! as never], 'author'))).toMatchObject({
      code: 'E_INVALID_VALUE',
      model: 'Post',
      message: 'prefetch() takes entities of one model: an Author is among those of Post.',
    });
    expect(await errorOf(() => db.session().prefetch([post!], 'author'))).toMatchObject({
      code: 'E_SESSION_STATE',
      model: 'Post',
      message: 'prefetch() was given a Post that does not belong to this session.',
    });
  });

  it('S2: loading keeps what is not written: fields, links and members', async () => {
    const session = db.session();
    const [first, second] = await session.query(Author).orderBy('-id');
    const post = await session.query(Post).filter({ title: 'P51' }).one();
    post.title = 'mine';
    await session.transaction(async () => {
      first!.posts.add(new Post({ title: 'new', author: first! }));
      const loaded = await first!.posts.load();
      expect(loaded.map((item) => item.title)).toEqual(['mine', 'P52', 'P53', 'P54', 'P55', 'new']);
      post.author = second!;
      await session.query(Post);
      expect([post.title, post.authorId, items(first!.posts).includes(post)]).toEqual(['mine', second!.id, false]);
    });
  });

  it('L6: a relation of a model to itself, both ways', async () => {
    await db.transaction((session) => {
      const root = new Category({ name: 'root' });
      for (const name of ['a', 'b']) root.children.create({ name }).children.create({ name: `${name}${name}` });
      session.add(root);
    });
    const session = db.session();
    const [root] = await session.query(Category).filter({ parent: null }).prefetchRelated('children.children');
    expect(root!.children.map((child) => [child.name, child.children.map(({ name }) => name)])).toEqual([
      ['a', ['aa']],
      ['b', ['bb']],
    ]);
    const [leaf] = await session.query(Category).filter({ name: 'aa' }).selectRelated('parent.parent');
    expect(leaf!.parent!.parent).toBe(root);
  });

  it('L1: relations of one level that lead to one model fetch each of its rows once', async () => {
    await db.transaction(async (session) => {
      const [first, second, third] = await session.query(Author).orderBy('id').limit(3);
      const posts = await session
        .query(Post)
        .filter({ author: { id: lte(2) } })
        .orderBy('id');
      posts.forEach((post, i) => (post.reviewer = [second!, first!, third!][i]!));
    });
    const session = db.session();
    const posts = session
      .query(Post)
      .filter({ author: { id: lte(2) } })
      .orderBy('id');
    let loaded: (readonly [string, string | undefined, number])[] = [];
    const sent = await statementsOf(async () => {
      const found = await posts.prefetchRelated('author', 'reviewer', 'comments.author', 'tags');
      loaded = found.map((post) => [post.author.name, post.reviewer?.name, post.tags.length]);
    });
    expect(loaded).toEqual([
      ['A1', 'A2', 1],
      ['A2', 'A1', 1],
      ['A2', 'A3', 1],
    ]);
    const tables = sent.map((sql) => /FROM .(\w+)/.exec(sql)![1]);
    expect(tables.toSorted((a, b) => (a! < b! ? -1 : 1))).toEqual([
      'author',
      'author',
      'comment',
      'post',
      'post_tags',
      'tag',
    ]);
  });

  it('L1: L6: a key to a unique column that is NULL, joined and prefetched at once', async () => {
    await db.transaction((session) => {
      const country = new Country({ code: 'NL', name: 'Netherlands', dialCode: 31 });
      const id = (n: number): string => `00000000-0000-4000-8000-00000000000${n}`;
      session.add(
        new City({ id: id(1), name: 'with', country, dial: country }),
        new City({ id: id(2), name: 'without', country }),
      );
    });
    const cities = await db.session().query(City).orderBy('name').selectRelated('dial').prefetchRelated('dial.cities');
    expect(cities.map(({ name, dial }) => [name, dial?.cities.map((city) => city.name) ?? null])).toEqual([
      ['with', ['with', 'without']],
      ['without', null],
    ]);
  });

  it('L5: only() and defer() guard what was not read, and load() completes', async () => {
    class Wide extends model('wide', { id: f.auto(), a: f.string(), b: f.string(), c: f.string() }) {}
    const own = await openTestDatabase({ models: [Wide] });
    await own.transaction((session) => session.add(new Wide({ a: 'a', b: 'b', c: 'c' })));
    const session = own.session();
    const [partial] = await session.query(Wide).defer('b', 'c');
    expect(await errorOf(() => (partial as unknown as Wide).b)).toMatchObject({
      code: 'E_NOT_LOADED',
      model: 'Wide',
      field: 'b',
    });
    expect(await errorOf(() => ((partial as unknown as Wide).b = 'x'))).toMatchObject({
      code: 'E_NOT_LOADED',
      model: 'Wide',
      field: 'b',
    });
    partial!.a = 'changed';
    const [more] = await session.query(Wide).only('b');
    expect(more).toBe(partial);
    expect(plain(more as object)).toEqual({ id: 1, a: 'changed', b: 'b' });
    await session.commit();
    expect(plain(await own.session().get(Wide, 1))).toEqual({ id: 1, a: 'changed', b: 'b', c: 'c' });
    await own.close();
  });
});
