import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, InvalidValueError, model, StaleObjectError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Comment, Order, OrderLine, Post, Profile, Tag } from '../../support/models.ts';
import { items, pictureOf, plain, rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

class Doc extends model('doc', {
  id: f.auto(),
  text: f.string(),
  data: f.json<{ n: number[] }>({ default: { n: [] } }),
  saved: f.datetime({ autoNow: true }),
  version: f.version(),
  place: f.embedded({ city: f.string(), zip: f.string({ nullable: true }) }, { nullable: true }),
  pages: f.reverse(() => Page, 'doc', { cascade: 'delete-orphan' }),
}) {}
class Page extends model('page', { id: f.auto(), text: f.string(), doc: f.foreignKey(() => Doc) }) {}

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author, Order, Doc] });
  await db.transaction((session) => {
    const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
    const post = new Post({ title: 'one', author: ann });
    post.tags.add(new Tag({ name: 't' }), new Tag({ name: 'u' }));
    session.add(post, bob, new Comment({ body: 'c', post }), new Comment({ body: 'd', post }));
    const doc = new Doc({ text: 'a', data: { n: [1] } });
    session.add(doc, new Page({ text: 'p', doc }), new Page({ text: 'q', doc }));
  });
});
afterEach(() => db.close());

describe('merge of an entity', () => {
  it('S2: copies the state of a detached one onto the own one of the same row, which it reads, and gives that', async () => {
    const other = db.session();
    const given = await other.getOrFail(Author, 1);
    other.detach(given);
    given.name = 'Anna';
    given.bio = null;
    await using session = db.session();
    const merged = await session.merge(given);
    expect([merged === given, session.state(merged), session.state(given)]).toEqual([false, 'persistent', 'detached']);
    expect(await session.get(Author, 1)).toBe(merged);
    expect(plain(merged)).toEqual(plain(given));
    const sent = await statementsOf(() => session.commit());
    expect(
      sent.slice(1, -1).map((sql) =>
        /SET (.*) WHERE/
          .exec(sql)?.[1]
          ?.replaceAll(/["`]|\$\d|\?|=/g, '')
          .trim(),
      ),
    ).toEqual(['name']);
    expect((await rowsOf(db))['author']?.[0]).toMatchObject({ name: 'Anna', email: 'a@x.org' });
    // What is here already is what it is.
    expect(await session.merge(merged)).toBe(merged);
    expect(await statementsOf(() => session.merge(given))).toEqual([]);
  });

  it('S2: L5: of a part of a row only what was read is copied; values are copies', async () => {
    const given = await db.session().query(Doc).only('text', 'data', 'version').one();
    given.data.n.push(2);
    await db
      .session()
      .query(Doc)
      .unfiltered()
      .update({ place: { city: 'B', zip: null } });
    await using session = db.session();
    const merged = await session.merge(given);
    expect((merged as unknown as Doc).place).toEqual({ city: 'B', zip: null });
    given.data.n.push(3);
    await session.commit();
    const [doc] = await db.session().query(Doc);
    expect([doc!.data, doc!.version, doc!.place]).toEqual([{ n: [1, 2] }, 2, { city: 'B', zip: null }]);
  });

  it('S2: a new one is added as a copy, with its key if it has one; another of an existing row is copied onto it', async () => {
    await using session = db.session();
    const given = new Tag({ name: 'new' });
    const merged = await session.merge(given);
    expect([merged === given, session.state(merged), session.state(given)]).toEqual([false, 'pending', 'transient']);
    const keyed = await session.merge(new Tag({ id: 70, name: 'seventy' }));
    const known = await session.merge(new Tag({ id: 1, name: 'renamed' }));
    expect([session.state(keyed), session.state(known)]).toEqual(['pending', 'persistent']);
    await session.commit();
    expect(merged.name).toBe('new');
    const tags = await db.session().query(Tag).orderBy('id').valuesList('name', { flat: true });
    expect(tags.toSorted()).toEqual(['new', 'renamed', 'seventy', 'u']);
    const line = await session.merge(
      new OrderLine({ order: new Order({ customer: 'c' }), line: 1, product: 'p', unitPrice: '1.00' }),
    );
    await session.commit();
    expect(await rowsOf(db)).toMatchObject({ order: [{ customer: 'c' }], order_line: [{ order_id: 1, line: 1 }] });
    const again = await session.merge(new OrderLine({ order: 1, line: 1, product: 'other', unitPrice: '2.00' }));
    expect([again === line, again.product]).toEqual([true, 'other']);
  });

  it("S2: S9: a version that is not the row's any more is refused, and so is a row that is gone; nothing is changed", async () => {
    const given = await db.session().getOrFail(Doc, 1);
    given.text = 'mine';
    await db.transaction(async (another) => void ((await another.getOrFail(Doc, 1)).text = 'theirs'));
    await using session = db.session();
    const error = await errorOf(() => session.merge(given));
    expect(error).toBeInstanceOf(StaleObjectError);
    expect(error).toMatchObject({
      model: 'Doc',
      message:
        'A Doc that was to be merged has been changed or deleted by another transaction. Read it again, and apply the changes to that one.',
    });
    expect((await session.getOrFail(Doc, 1)).text).toBe('theirs');
    await db.session().query(Page).unfiltered().delete();
    await db.session().query(Doc).unfiltered().delete();
    await using fresh = db.session();
    expect(await errorOf(() => fresh.merge(given))).toBeInstanceOf(StaleObjectError);
    expect(await statementsOf(() => fresh.commit())).toEqual([]);
  });
});

describe('merge of a graph', () => {
  it('S2: R3: R5: R6: L1: what is loaded comes along, one query for each model and relation; collections are made the same', async () => {
    const other = db.session();
    const [given] = await other.query(Post).selectRelated('author').prefetchRelated('tags', 'comments.author');
    given!.title = 'merged';
    given!.author.name = 'Anna';
    const [first] = given!.comments.toArray();
    first!.body = 'changed';
    given!.comments.create({ body: 'new' });
    given!.tags.remove(given!.tags.at(0)!);
    given!.tags.add(new Tag({ name: 'made' }));
    given!.reviewer = await other.getOrFail(Author, 2);
    await using session = db.session();
    let merged: typeof given;
    const sent = await statementsOf(async () => (merged = await session.merge(given!)));
    // Posts, authors, comments, tags; then the tags and the comments of the post.
    expect(sent.every((sql) => sql.startsWith('SELECT'))).toBe(true);
    expect(sent.length).toBeLessThanOrEqual(7);
    expect([merged!.author.name, merged!.comments.length, merged!.tags.map(({ name }) => name).toSorted()]).toEqual([
      'Anna',
      3,
      ['made', 'u'],
    ]);
    await session.commit();
    const fresh = await db.session().query(Post).selectRelated('author').prefetchRelated('tags', 'comments').one();
    expect([fresh.title, fresh.author.name, fresh.reviewerId]).toEqual(['merged', 'Anna', 2]);
    expect(fresh.comments.map(({ body }) => body).toSorted()).toEqual(['changed', 'd', 'new']);
    expect(fresh.tags.map(({ name }) => name).toSorted()).toEqual(['made', 'u']);
    // The entities of the other session are as they were.
    expect([other.state(given!), given!.comments.length]).toEqual(['persistent', 3]);
    await other.rollback();
  });

  it('S2: R8: what the given collection lacks is an orphan, or refused where it cannot be without its owner', async () => {
    const other = db.session();
    const [doc] = await other.query(Doc).prefetchRelated('pages');
    const [post] = await other.query(Post).prefetchRelated('comments');
    doc!.pages.remove(doc!.pages.at(0)!);
    other.detach(...post!.comments.toArray().slice(0, 1));
    await using session = db.session();
    await session.merge(doc!);
    await session.commit();
    expect((await rowsOf(db))['page']).toMatchObject([{ text: 'q' }]);
    const third = await db.session().query(Comment).count();
    await db.transaction(async (another) =>
      another.add(new Comment({ body: 'later', post: await another.getOrFail(Post, 1) })),
    );
    post!.title = 'x';
    const error = await errorOf(() => session.merge(post!));
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error).toMatchObject({
      model: 'Post',
      field: 'comments',
      message:
        "Post.comments as it is to be merged lacks a Comment that cannot be without its post. Delete it first, or declare comments with { cascade: 'delete-orphan' }.",
    });
    expect([(await session.getOrFail(Post, 1)).title, third]).toEqual(['one', 2]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await other.rollback();
  });

  it('S2: circles, both sides of a one-to-one, and what is in this session already', async () => {
    await using session = db.session();
    const mine = await session.getOrFail(Author, 2);
    const other = db.session();
    const [ann] = await other.query(Author).filter({ id: 1 }).prefetchRelated('posts', 'profile');
    const profile = new Profile({ nickname: 'a', author: ann! as Author });
    const post = new Post({ title: 'with mine', author: 1, reviewer: mine });
    const merged = await session.merge(ann! as Author);
    expect([merged.profile === profile, session.state(mine)]).toEqual([false, 'persistent']);
    await session.merge(post);
    await session.commit();
    expect(await rowsOf(db)).toMatchObject({ profile: [{ nickname: 'a', author_id: 1 }] });
    expect(await db.session().query(Post).filter({ reviewer: 2 }).valuesList('title', { flat: true })).toEqual([
      'with mine',
    ]);
    await other.rollback();
  });

  it('S2: S7: S8: a rollback, and a flush that fails, bring everything back', async () => {
    const other = db.session();
    const [given] = await other.query(Post).selectRelated('author').prefetchRelated('tags', 'comments');
    given!.title = 'merged';
    given!.author.name = 'Anna';
    given!.tags.clear();
    given!.comments.create({ body: 'new' });
    await using session = db.session();
    const [post] = await session
      .query(Post)
      .selectRelated('author')
      .prefetchRelated('tags', 'comments', 'author.profile');
    const all = [post!, post!.author, ...post!.tags, ...post!.comments];
    const before = pictureOf(session, all);
    const rows = await rowsOf(db);
    await session.transaction(async () => {
      const stop = new Error('back');
      const caught = await errorOf(() =>
        session.transaction(async () => {
          expect(await session.merge(given!)).toBe(post);
          await session.flush();
          expect([post!.title, items(post!.tags), post!.comments.length]).toEqual(['merged', [], 3]);
          throw stop;
        }),
      );
      expect(caught).toBe(stop);
      expect(pictureOf(session, all)).toEqual(before);
    });
    expect(await rowsOf(db)).toEqual(rows);
    await session.merge(given!);
    const pending = pictureOf(session, all);
    session.add(new Post({ title: 'x', author: 99 }));
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_FOREIGN_KEY_VIOLATION' });
    expect(pictureOf(session, all)).toEqual(pending);
    await session.rollback();
    expect(pictureOf(session, all)).toEqual(before);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await other.rollback();
  });
});

describe('merge of values', () => {
  it('S2: X1: copies those that are given, by the names of the constructor; a row that does not exist is added', async () => {
    await using session = db.session();
    const bob = await session.getOrFail(Author, 2);
    const post = await session.merge(Post, { id: 1, title: 'from a form', reviewer: bob, author: 2 });
    expect([session.state(post), post.body, post.reviewer, post.author]).toEqual(['persistent', '', bob, bob]);
    const made = await session.merge(Tag, { name: 'made' });
    const placed = await session.merge(Doc, { id: 1, place: { city: 'B' }, version: 1 });
    await session.commit();
    expect((await rowsOf(db))['post']).toMatchObject([
      { title: 'from a form', views: 0, author_id: 2, reviewer_id: 2 },
    ]);
    expect([session.state(made), placed.place, placed.text]).toEqual(['persistent', { city: 'B', zip: null }, 'a']);
    expect(await errorOf(() => session.merge(Doc, { id: 1, text: 'late', version: 1 }))).toMatchObject({
      code: 'E_STALE_OBJECT',
    });
  });

  it('S2: S9: values with a version are those of a row that was there: one that is gone is not made anew', async () => {
    await db.session().query(Page).unfiltered().delete();
    await db.session().query(Doc).unfiltered().delete();
    await using session = db.session();
    const error = await errorOf(() => session.merge(Doc, { id: 1, text: 'late', version: 1 }));
    expect(error).toBeInstanceOf(StaleObjectError);
    expect(error).toMatchObject({ model: 'Doc' });
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('S2: X1: X2: refuses what is no values, names that are none, keys of another type, and the deleted', async () => {
    await using session = db.session();
    expect(await errorOf(() => session.merge(Tag, null as never))).toMatchObject({
      code: 'E_INVALID_VALUE',
      message: 'merge(Tag, …) takes an object of field values, not null.',
    });
    expect(await errorOf(() => session.merge(Tag, { id: 1, nam: 'x' } as never))).toMatchObject({
      code: 'E_UNKNOWN_FIELD',
      field: 'nam',
    });
    expect(
      await errorOf(() => session.merge(Tag, JSON.parse('{"id":1,"__proto__":{"name":"x"}}') as never)),
    ).toMatchObject({
      code: 'E_UNKNOWN_FIELD',
    });
    expect(await errorOf(() => session.merge(Tag, { id: '1' as unknown as number, name: 'x' }))).toMatchObject({
      code: 'E_INVALID_VALUE',
      model: 'Tag',
      field: 'id',
    });
    expect(await errorOf(() => session.merge({ id: 1 } as never))).toMatchObject({ code: 'E_INVALID_VALUE' });
    const tag = await session.getOrFail(Tag, 1);
    session.delete(tag);
    expect(await errorOf(() => session.merge(Tag, { id: 1, name: 'x' }))).toMatchObject({
      code: 'E_SESSION_STATE',
      message:
        'A Tag that is to be deleted cannot be merged with. Take its deletion back with session.add(), or leave it out.',
    });
    expect(tag.name).toBe('t');
  });
});
