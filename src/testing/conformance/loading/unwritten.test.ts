import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { prefetch } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { Author, Category, City, Comment, Country, Post, Profile, Tag } from '../../support/models.ts';
import { items } from '../../support/pictures.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
let session: Session;
beforeEach(async () => {
  db = await openBlog();
  session = db.session();
});
afterEach(() => db.close());

/** Every way to load a relation of posts. */
const ways = ['load', 'prefetch', 'prefetchRelated', 'query set'] as const;

async function loadComments(way: (typeof ways)[number], posts: readonly Post[]): Promise<void> {
  if (way === 'load') for (const post of posts) await post.comments.load();
  else if (way === 'prefetch') await session.prefetch(posts, 'comments', 'tags');
  else if (way === 'prefetchRelated') await session.query(Post).prefetchRelated('comments', 'tags');
  else
    await session.prefetch(
      posts,
      prefetch('comments', (c) => c.orderBy('id')),
      prefetch('tags', (t) => t.orderBy('id')),
    );
  if (way === 'load') for (const post of posts) await post.tags.load();
}

const posts = async (): Promise<Post[]> => session.query(Post).orderBy('id');
const bodiesOf = (post: Post): string[] => items(post.comments).map(({ body }) => body);
const namesOf = (post: Post): string[] => items(post.tags).map(({ name }) => name);

describe('L3: loading never overwrites what is not written', () => {
  for (const way of ways) {
    it(`L3: by ${way}: members added to and taken from a collection that was not loaded`, async () => {
      const all = await posts();
      const second = await session.query(Comment).get({ body: 'second' });
      const third = await session.query(Comment).get({ body: 'first!' });
      all[0]!.comments.create({ body: 'new' });
      all[0]!.comments.add(third);
      second.post = all[2]!;
      await loadComments(way, all);
      expect(all.map(bodiesOf)).toEqual([['first', 'new', 'first!'], [], ['second'], ['Hello ORM', '']]);
      expect([third.postId, second.postId]).toEqual([all[0]!.id, all[2]!.id]);
      await session.commit();
      const after = await db.session().query(Post).orderBy('id').prefetchRelated('comments');
      expect(after.map((post) => bodiesOf(post).toSorted())).toEqual([
        ['first', 'first!', 'new'],
        [],
        ['second'],
        ['', 'Hello ORM'],
      ]);
    });

    it(`L3: by ${way}: links of a many-to-many relation, from either side`, async () => {
      const all = await posts();
      const [red, blue] = (await session.query(Tag).orderBy('-name')) as [Tag, Tag];
      all[0]!.tags.remove(red);
      all[2]!.tags.add(new Tag({ name: 'new' }), blue);
      red.posts.add(all[3]!);
      await loadComments(way, all);
      expect(all.map(namesOf)).toEqual([['blue'], ['red'], ['new', 'blue'], ['blue', 'red']]);
      await session.commit();
      const after = await db.session().query(Post).orderBy('id').prefetchRelated('tags');
      expect(after.map((post) => namesOf(post).toSorted())).toEqual([
        ['blue'],
        ['red'],
        ['blue', 'new'],
        ['blue', 'red'],
      ]);
    });
  }

  it('L3: a deletion stays one, and a changed field stays changed, whatever reads the row again', async () => {
    const all = await posts();
    const [first, second] = (await session.query(Comment).filter({ postId: all[0]!.id }).orderBy('id')) as [
      Comment,
      Comment,
    ];
    session.delete(first);
    second.body = 'changed';
    await session.prefetch(
      all,
      'comments.author',
      prefetch('comments', { as: 'all' }, (c) => c.selectRelated('post')),
    );
    expect([session.state(first), second.body]).toEqual(['deleted', 'changed']);
    await session.commit();
    const after = await db.session().query(Comment).filter({ postId: all[0]!.id });
    expect(after.map(({ body }) => body)).toEqual(['changed']);
  });

  it('L3: a foreign key that was set, by relation or by value, leads to where it was set', async () => {
    const all = await posts();
    const [ann, bob, unal] = (await session.query(Author).orderBy('id')) as [Author, Author, Author];
    const fresh = new Author({ name: 'New', email: 'new@x.org' });
    all[0]!.author = fresh;
    all[1]!.authorId = unal.id;
    all[3]!.reviewer = null;
    all[2]!.reviewer = bob;
    const again = await session
      .query(Post)
      .orderBy('id')
      .selectRelated('author', 'reviewer')
      .prefetchRelated('author.posts');
    expect(again.map((post) => [post.author.name, post.reviewer?.name ?? null])).toEqual([
      ['New', 'Bob'],
      ['Ünal', null],
      ['Bob', 'Bob'],
      ['Ünal', null],
    ]);
    expect(again[0]!.author).toBe(fresh);
    await session.commit();
    const after = await db.session().query(Post).orderBy('id').selectRelated('author', 'reviewer');
    expect(after.map((post) => [post.author.name, post.reviewer?.name ?? null])).toEqual([
      ['New', 'Bob'],
      ['Ünal', null],
      ['Bob', 'Bob'],
      ['Ünal', null],
    ]);
    expect(ann.name).toBe('Ann');
  });

  for (const way of ['selectRelated', 'prefetchRelated', 'query set', 'load'] as const)
    it(`L3: by ${way}: the other side of a one-to-one relation`, async () => {
      const [ann, bob] = (await session.query(Author).orderBy('id')) as [Author, Author];
      const annie = await session.query(Profile).get({ nickname: 'annie' });
      const fresh = new Profile({ nickname: 'fresh', author: bob });
      bob.profile = fresh;
      annie.author = await session.query(Author).get({ name: 'Ünal' });
      const all = session.query(Author).orderBy('id');
      if (way === 'selectRelated') await all.selectRelated('profile');
      else if (way === 'prefetchRelated') await all.prefetchRelated('profile');
      else if (way === 'query set') await all.prefetchRelated(prefetch('profile', (p) => p.selectRelated('author')));
      else await ann.profile?.load();
      const names = (await all).map((author) => (author.profile as Profile | null)?.nickname ?? null);
      expect(names).toEqual([null, 'fresh', 'annie']);
      await session.commit();
      const after = await db.session().query(Author).orderBy('id').selectRelated('profile');
      expect(after.map(({ profile }) => profile?.nickname ?? null)).toEqual([null, 'fresh', 'annie']);
    });

  it('L3: a key to a unique column that is not the primary one', async () => {
    const own = await openTestDatabase();
    await own.transaction((s) => {
      const [norway, sweden] = [
        new Country({ code: 'NO', name: 'Norway', dialCode: 47 }),
        new Country({ code: 'SE', name: 'Sweden', dialCode: 46 }),
      ];
      s.add(
        sweden,
        new City({ id: '0190a0a0-0000-7000-8000-000000000001', name: 'Oslo', country: norway, dial: norway }),
      );
    });
    const other = own.session();
    const [city] = await other.query(City);
    const fresh = new Country({ code: 'FI', name: 'Finland', dialCode: 358 });
    city!.dial = fresh;
    for (const load of [
      () => other.query(City).selectRelated('dial'),
      () => other.prefetch([city!], 'dial'),
      () =>
        other.prefetch(
          [city!],
          prefetch('dial', (c) => c.selectRelated()),
        ),
    ]) {
      const [again] = await load();
      expect(again!.dial).toBe(fresh);
    }
    await other.commit();
    expect((await own.session().query(City).selectRelated('dial'))[0]!.dial!.name).toBe('Finland');
    await own.close();
  });

  it('L3: a relation of a model to itself', async () => {
    await db.transaction((s) => {
      const root = new Category({ name: 'root' });
      for (const name of ['a', 'b']) root.children.create({ name });
      s.add(root);
    });
    const [root, a, b] = (await session.query(Category).orderBy('id')) as [Category, Category, Category];
    b.parent = a;
    a.children.create({ name: 'c' });
    await session.prefetch([root, a, b], 'children.children', 'parent');
    const names = (category: Category): string[] => items(category.children).map(({ name }) => name);
    expect([names(root), names(a), names(b), b.parent]).toEqual([['a'], ['b', 'c'], [], a]);
    await session.commit();
    const after = await db.session().query(Category).orderBy('id').prefetchRelated('children');
    expect(after.map((category) => names(category))).toEqual([['a'], ['b', 'c'], [], []]);
  });
});
