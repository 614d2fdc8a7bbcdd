import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model, NotLoadedError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, City, Comment, Country, OrderLine, Order, Post, Profile, Tag } from '../../support/models.ts';
import { items, pictureOf, plain, rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

class Place extends model('place', {
  id: f.auto(),
  name: f.string(),
  home: f.embedded({ street: f.string({ nullable: true }), city: f.string({ nullable: true }) }, { nullable: true }),
  version: f.version(),
}) {}

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author, Country, City, Order, Place] });
});
afterEach(() => db.close());

async function blog(
  session: Session,
): Promise<{ ann: Author; bob: Author; post: Post; tag: Tag; other: Tag; comment: Comment }> {
  const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
  const post = new Post({ title: 'one', author: ann });
  const [tag, other] = [new Tag({ name: 't' }), new Tag({ name: 'u' })];
  post.tags.add(tag);
  const comment = new Comment({ body: 'c', post });
  for (const author of [ann, bob])
    expect([items(author.posts).length, items(author.reviews)]).toEqual([author === ann ? 1 : 0, []]);
  for (const each of [tag, other]) expect(items(each.posts)).toEqual(each === tag ? [post] : []);
  session.add(post, bob, other, comment);
  await session.commit();
  return { ann, bob, post, tag, other, comment };
}

describe('expire', () => {
  it('S2: L5: of fields: they throw until they are loaded, the others stay, and changes of them are given up', async () => {
    await using session = db.session();
    const { post, ann, bob } = await blog(session);
    post.title = 'changed';
    post.views = 5;
    session.expire(post, 'title', 'body');
    const error = await errorOf(() => post.title);
    expect(error).toBeInstanceOf(NotLoadedError);
    expect(error).toMatchObject({
      model: 'Post',
      field: 'title',
      message:
        "Post.title is not loaded. Load it with await entity.load() or session.refresh(entity), or read 'title' in the query.",
    });
    expect(await errorOf(() => void (post.title = 'x'))).toBeInstanceOf(NotLoadedError);
    expect([post.views, post.author, items(ann.posts)]).toEqual([5, ann, [post]]);
    await db.session().query(Post).filter({ id: post.id }).update({ title: 'by another' });
    await session.commit();
    expect(await post.load()).toBe(post);
    expect([post.title, post.body, post.views]).toEqual(['by another', '', 5]);
    expect((await rowsOf(db))['post']).toMatchObject([{ title: 'by another', views: 5 }]);
    expect(bob.name).toBe('Bob');
  });

  it('S2: the next query, join, get or refresh that reads the row fills it', async () => {
    await using session = db.session();
    const { post, ann } = await blog(session);
    const ways: (() => Promise<unknown>)[] = [
      async () => session.query(Author),
      async () => session.query(Post).selectRelated('author'),
      () => session.get(Author, ann.id),
      () => session.refresh(ann),
      () => ann.load(),
      () => session.prefetch([post], 'author'),
      async () => session.query(Author).only('name', 'email', 'bio', 'age', 'role'),
    ];
    for (const way of ways) {
      session.expire(ann);
      expect(plain(ann)).toEqual({ id: ann.id });
      await way();
      expect(plain(ann)).toEqual({ id: ann.id, name: 'Ann', email: 'a@x.org', bio: null, age: null, role: 'editor' });
      expect(Object.getPrototypeOf(ann)).toBe(Author.prototype);
    }
    session.expire(ann);
    await session.query(Author).only('name');
    expect(plain(ann)).toEqual({ id: ann.id, name: 'Ann' });
    ann.name = 'Anna';
    await session.commit();
    expect((await rowsOf(db))['author']?.[0]).toMatchObject({ name: 'Anna', email: 'a@x.org' });
  });

  it('S2: R3: a target that was assigned is given up on both sides', async () => {
    await using session = db.session();
    const { post, ann, bob } = await blog(session);
    for (const name of ['author', 'authorId'] as const) {
      post.author = bob;
      expect([items(ann.posts), items(bob.posts)]).toEqual([[], [post]]);
      session.expire(post, name);
      expect([items(ann.posts), items(bob.posts)]).toEqual([[post], []]);
      expect(await errorOf(() => post.author)).toBeInstanceOf(NotLoadedError);
      await post.load();
      expect(post.author).toBe(ann);
    }
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('S2: R5: links that wait are given up on both sides, and collections are read anew', async () => {
    await using session = db.session();
    const { post, tag, other, ann, comment } = await blog(session);
    post.tags.add(other);
    post.tags.remove(tag);
    expect([items(tag.posts), items(other.posts)]).toEqual([[], [post]]);
    session.expire(post, 'tags', 'comments');
    expect([items(tag.posts), items(other.posts)]).toEqual([[post], []]);
    expect(await errorOf(() => items(post.tags))).toBeInstanceOf(NotLoadedError);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await db.transaction(async (another) => {
      const same = await another.getOrFail(Post, post.id);
      same.tags.add(await another.getOrFail(Tag, other.id));
    });
    expect([...(await post.tags.load())].map(({ name }) => name)).toEqual(['t', 'u']);
    expect([...(await post.comments.load())]).toEqual([comment]);
    // A new member belongs to it by its own key: that is not forgotten with the collection.
    const made = ann.posts.create({ title: 'new' });
    session.expire(ann);
    expect([...(await ann.posts.load())]).toEqual([post, made]);
    await session.commit();
    expect(session.state(made)).toBe('persistent');
  });

  it('S2: the other side of a one-to-one, keys of several columns, keys to other columns, embedded values', async () => {
    await using session = db.session();
    const { ann } = await blog(session);
    session.add(new Profile({ nickname: 'a', author: ann }));
    const line = new OrderLine({ order: new Order({ customer: 'c' }), line: 1, product: 'p', unitPrice: '1.00' });
    const land = new Country({ code: 'de', name: 'D', dialCode: 49 });
    const city = new City({ id: '018f4e5a-7b1c-7000-8000-000000000001', name: 'B', country: land, dial: land });
    const [none, some] = [
      new Place({ name: 'n', home: null }),
      new Place({ name: 's', home: { street: 'a', city: 'b' } }),
    ];
    session.add(line, city, none, some);
    await session.commit();
    session.expire(ann, 'profile');
    expect((await ann.profile!.load())?.nickname).toBe('a');
    session.expire(line);
    expect(plain(line)).toEqual({ orderId: 1, line: 1 });
    await line.load();
    expect(line.product).toBe('p');
    session.expire(city);
    session.expire(land);
    await city.load();
    expect((await city.dial!.load()).name).toBe('D');
    for (const place of [none, some]) {
      const before = plain(place);
      session.expire(place, 'home');
      expect(await errorOf(() => place.home)).toBeInstanceOf(NotLoadedError);
      await place.load();
      expect(plain(place)).toEqual(before);
    }
  });

  it('S2: S7: in a transaction that is rolled back all of it is as before', async () => {
    await using session = db.session();
    const { ann, bob, post, tag, other, comment } = await blog(session);
    session.add(new Profile({ nickname: 'a', author: ann }));
    const [none, some] = [
      new Place({ name: 'n', home: null }),
      new Place({ name: 's', home: { street: 'a', city: 'b' } }),
    ];
    session.add(none, some);
    await session.commit();
    await session.prefetch([ann, bob], 'profile', 'comments');
    await session.prefetch([post], 'comments');
    const all = [ann, bob, post, tag, other, comment, none, some];
    post.author = bob;
    post.views = 3;
    post.tags.add(other);
    const before = pictureOf(session, all);
    const stop = new Error('back');
    for (const load of [false, true])
      expect(
        await errorOf(() =>
          session.transaction(async () => {
            if (load) session.expireAll();
            else for (const entity of all) session.expire(entity as Post);
            expect(plain(post)).toEqual({ id: post.id });
            if (load) for (const entity of all) await (entity as Post).load();
            throw stop;
          }),
        ),
      ).toBe(stop);
    expect(pictureOf(session, all)).toEqual(before);
    await session.commit();
    expect((await rowsOf(db))['post']).toMatchObject([{ author_id: bob.id, views: 3 }]);
    expect((await rowsOf(db))['post_tags']).toHaveLength(2);
  });

  it('S2: S7: a row that was read in part, and in whole in a transaction that is rolled back, is a part again', async () => {
    await using writer = db.session();
    const { post } = await blog(writer);
    await using session = db.session();
    const part = (await session.query(Post).only('title').one()) as unknown as Post;
    await errorOf(() =>
      session.transaction(async () => {
        await session.refresh(part);
        expect(part.views).toBe(0);
        throw new Error('back');
      }),
    );
    expect(plain(part)).toEqual({ id: post.id, title: 'one' });
    await part.load();
    part.views = 9;
    await session.commit();
    expect((await rowsOf(db))['post']).toMatchObject([{ views: 9 }]);
  });

  it('S2: expireAll() forgets all rows and changes; what is added or deleted stays so', async () => {
    await using session = db.session();
    const { ann, bob, post, comment } = await blog(session);
    const made = new Tag({ name: 'new' });
    session.add(made);
    session.delete(comment);
    ann.name = 'lost';
    session.expireAll();
    expect([ann, bob, post].map((entity) => plain(entity))).toEqual([{ id: 1 }, { id: 2 }, { id: 1 }]);
    expect([made, comment].map((entity) => session.state(entity))).toEqual(['pending', 'deleted']);
    await session.commit();
    expect([session.state(made), session.state(comment)]).toEqual(['persistent', 'detached']);
    await ann.load();
    expect(ann.name).toBe('Ann');
  });

  it('S2: S9: with the version goes the row, and a row whose version is not known is neither written nor deleted', async () => {
    await using session = db.session();
    const place = new Place({ name: 'n', home: null });
    session.add(place);
    await session.commit();
    session.expire(place, 'version');
    expect(plain(place)).toEqual({ id: place.id });
    session.delete(place);
    const expected = { code: 'E_NOT_LOADED', model: 'Place', field: 'version' };
    expect(await errorOf(() => session.commit())).toMatchObject(expected);
    await session.rollback();
    await session.query(Place).only('name');
    place.name = 'm';
    expect(await errorOf(() => session.commit())).toMatchObject(expected);
    await place.load();
    await session.commit();
    expect((await rowsOf(db))['place']).toMatchObject([{ name: 'm', version: 2 }]);
    session.expire(place);
    await place.load();
    session.delete(place);
    await session.commit();
    expect((await rowsOf(db))['place']).toBeUndefined();
  });

  it('S2: what cannot be expired is refused by name, and nothing is forgotten', async () => {
    await using session = db.session();
    const { post } = await blog(session);
    const before = plain(post);
    expect(await errorOf(() => session.expire(post, 'title', 'titel' as 'title'))).toMatchObject({
      code: 'E_UNKNOWN_FIELD',
      model: 'Post',
      field: 'titel',
      message: "Post has no field or relation 'titel' to expire. Did you mean 'title'?",
    });
    expect(await errorOf(() => session.expire(post, 'id'))).toMatchObject({
      code: 'E_INVALID_VALUE',
      message: 'Post.id is of the key, by which the row is read again. Name other fields, or none for all but the key.',
    });
    expect(plain(post)).toEqual(before);
    for (const [entity, state] of [
      [new Tag({ name: 'x' }), 'transient'],
      [await db.session().query(Tag).first(), 'detached'],
    ] as const)
      expect(await errorOf(() => session.expire(entity!))).toMatchObject({
        code: 'E_SESSION_STATE',
        message: `A Tag that is ${state} cannot be expired.`,
      });
    await session.close();
    expect(await errorOf(() => session.expire(post))).toMatchObject({ code: 'E_SESSION_STATE' });
    expect(await errorOf(() => session.expireAll())).toMatchObject({ code: 'E_SESSION_STATE' });
  });
});
