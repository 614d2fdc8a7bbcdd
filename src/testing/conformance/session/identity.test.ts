import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model, NotFoundError, SessionStateError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, onEngine, openTestDatabase } from '../../support/database.ts';
import {
  Author,
  Category,
  City,
  Comment,
  Country,
  Order,
  OrderLine,
  Post,
  Profile,
  Tag,
} from '../../support/models.ts';
import { plain } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase();
  await db.transaction((session) => {
    const ann = new Author({ name: 'Ann', email: 'ann@x.org' });
    const bob = new Author({ name: 'Bob', email: 'bob@x.org' });
    const post = new Post({ title: 'One', author: ann, reviewer: bob });
    const tag = new Tag({ name: 'orm' });
    post.tags.add(tag);
    session.add(post, new Comment({ body: 'Well', post, author: bob }), new Profile({ nickname: 'a', author: ann }));
  });
});

afterEach(() => db.close());

describe('one object for each row', () => {
  it('S1: gives the same object through query, get, join, prefetch and references', async () => {
    const session = db.session();
    const [post] = await session.query(Post);
    const reference = post!.author as object;
    const [joined] = await session.query(Post).selectRelated('author');
    const [prefetched] = await session.query(Author).filter({ name: 'Ann' }).prefetchRelated('posts');
    const got = await session.get(Author, 1);
    expect(joined).toBe(post);
    expect(joined!.author).toBe(reference);
    expect(prefetched).toBe(reference);
    expect(got).toBe(reference);
    expect(prefetched!.posts.toArray()).toEqual([post]);
    expect(prefetched!.posts.at(0)).toBe(post);
    expect(got!.name).toBe('Ann');
    await session.close();
  });

  it('S1: a row of the other side of a one-to-one and of a many-to-many is the same object too', async () => {
    const session = db.session();
    const profile = await session.query(Profile).one();
    const tag = await session.query(Tag).one();
    const [ann] = await session.query(Author).filter({ id: 1 }).selectRelated('profile').prefetchRelated('posts.tags');
    expect(ann!.profile).toBe(profile);
    expect(ann!.posts.at(0)!.tags.at(0)).toBe(tag);
    await session.close();
  });

  it('S1: what was inserted is the object that a query gives afterwards', async () => {
    const session = db.session();
    const cid = new Author({ name: 'Cid', email: 'cid@x.org' });
    session.add(cid);
    await session.commit();
    expect(await session.query(Author).get({ name: 'Cid' })).toBe(cid);
    expect(await session.get(Author, cid.id)).toBe(cid);
    await session.close();
  });

  it('S1: two sessions have objects of their own', async () => {
    const [a, b] = [db.session(), db.session()];
    const [first, second] = [await a.get(Author, 1), await b.get(Author, 1)];
    expect(first).not.toBe(second);
    expect(first).toEqual(second);
  });

  it('S1: refuses a key of another type, before anything is sent', async () => {
    const session = db.session();
    const sent = await statementsOf(async () => {
      expect(await errorOf(() => session.get(Author, '1' as never))).toMatchObject({
        code: 'E_INVALID_VALUE',
        model: 'Author',
        field: 'id',
        message: 'Author.id takes an integer, not a string.',
      });
      expect(await errorOf(() => session.get(Author, undefined as never))).toMatchObject({
        code: 'E_INVALID_VALUE',
        message: 'Author.id takes an integer, not undefined.',
      });
      expect(await errorOf(() => session.get(OrderLine, [1] as never))).toMatchObject({
        code: 'E_INVALID_VALUE',
        fields: ['orderId', 'line'],
        message: 'The key of OrderLine is a list of 2 values: [orderId, line].',
      });
    });
    expect(sent).toEqual([]);
  });

  it('S1: M7: keys of two columns, of text and UUIDs name one object each', async () => {
    const id = '0190a0a0-0000-7000-8000-00000000000a';
    await db.transaction((session) => {
      const norway = new Country({ code: 'NO', name: 'Norway', dialCode: 47 });
      const order = new Order({ customer: 'c' });
      session.add(
        new City({ id, name: 'Oslo', country: norway, dial: norway }),
        new OrderLine({ order, line: 1, product: 'p', unitPrice: '1.5' }),
        new OrderLine({ order, line: 11, product: 'q', unitPrice: '2' }),
      );
    });
    const session = db.session();
    const lines = await session.query(OrderLine).orderBy('line');
    expect(lines.map((line) => line.pk)).toEqual([
      [1, 1],
      [1, 11],
    ]);
    expect(await session.get(OrderLine, [1, 11])).toBe(lines[1]);
    const [city] = await session.query(City);
    expect(await session.get(City, id)).toBe(city);
    expect(await session.get(Country, 'NO')).toBe(await city!.country.load());
    await session.close();
  });

  it('S1: a UUID in capitals is the same row, and the same object', async () => {
    const id = '0190A0A0-0000-7000-8000-00000000000A';
    const session = db.session();
    const city = new City({ id, name: 'Oslo', country: new Country({ code: 'NO', name: 'Norway', dialCode: 47 }) });
    session.add(city);
    await session.commit();
    expect(await session.get(City, id.toLowerCase())).toBe(city);
    expect(await session.query(City).one()).toBe(city);
    expect(await session.refresh(city)).toBe(city);
    session.delete(city);
    await session.commit();
    expect(await session.get(City, id.toLowerCase())).toBeNull();
    await session.close();
  });
});

describe('get', () => {
  it('S1: takes a loaded entity from the map, without a statement', async () => {
    const session = db.session();
    const ann = await session.get(Author, 1);
    const sent = await statementsOf(async () => expect(await session.get(Author, 1)).toBe(ann));
    expect(sent).toEqual([]);
  });

  it('S1: completes a reference, a partial row, and says null or throws for no row', async () => {
    const session = db.session();
    const post = await session.query(Post).one();
    const reference = post.author as object;
    await expectSent(async () => expect(await session.get(Author, 1)).toBe(reference), {
      sqlite: [
        'SELECT t0."id", t0."name", t0."email", t0."bio", t0."age", t0."role" FROM "author" AS t0 WHERE t0."id" = ?',
      ],
      postgres: [
        'SELECT t0."id", t0."name", t0."email", t0."bio", t0."age", t0."role" FROM "author" AS t0 WHERE t0."id" = $1',
      ],
      mysql: [
        'SELECT t0.`id`, t0.`name`, t0.`email`, t0.`bio`, t0.`age`, t0.`role` FROM `author` AS t0 WHERE t0.`id` = ?',
      ],
    });
    expect((reference as Author).name).toBe('Ann');
    const [partial] = await session.query(Author).filter({ id: 2 }).only('name');
    expect((await session.get(Author, 2))!.email).toBe('bob@x.org');
    expect(await session.get(Author, 2)).toBe(partial);
    expect(await session.get(Author, 99)).toBeNull();
    const error = await errorOf(() => session.getOrFail(Author, 99));
    expect(error).toBeInstanceOf(NotFoundError);
    expect(error).toMatchObject({ code: 'E_NOT_FOUND', model: 'Author', message: 'There is no Author with this key.' });
    await session.close();
  });

  it('S2: of a deleted entity is null, before and after the flush', async () => {
    const session = db.session();
    const post = (await session.get(Post, 1))!;
    session.delete(post);
    expect(await session.get(Post, 1)).toBeNull();
    await session.commit();
    expect(await session.get(Post, 1)).toBeNull();
    expect(session.state(post)).toBe('detached');
    await session.close();
  });
});

describe('states', () => {
  it('S2: transient, pending, persistent, deleted, detached: every way there and back', async () => {
    const session = db.session();
    const tag = new Tag({ name: 'new' });
    expect(session.state(tag)).toBe('transient');
    session.add(tag);
    expect(session.state(tag)).toBe('pending');
    session.delete(tag);
    expect(session.state(tag)).toBe('transient');
    session.add(tag);
    await session.commit();
    expect(session.state(tag)).toBe('persistent');
    session.delete(tag);
    expect(session.state(tag)).toBe('deleted');
    session.add(tag);
    expect(session.state(tag)).toBe('persistent');
    session.detach(tag);
    expect(session.state(tag)).toBe('detached');
    const again = (await session.get(Tag, tag.id))!;
    expect(again).not.toBe(tag);
    session.delete(again);
    await session.commit();
    expect(session.state(again)).toBe('detached');
    expect(db.session().state(again)).toBe('detached');
    await session.close();
  });

  it('S2: adding what is there already is a no-op; a second flush writes nothing', async () => {
    const session = db.session();
    const ann = (await session.get(Author, 1))!;
    session.add(ann, ann);
    expect(session.state(ann)).toBe('persistent');
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await session.close();
  });

  it('S2: refuses what is detached, deleted from nowhere, foreign or no entity, and takes nothing of that call', async () => {
    const [a, b] = [db.session(), db.session()];
    const ann = (await a.get(Author, 1))!;
    const bob = (await a.get(Author, 2))!;
    a.detach(bob);
    const fresh = new Tag({ name: 'new' });
    const norway = new Country({ code: 'NO', name: 'Norway', dialCode: 47 });
    a.add(norway);
    await a.commit();
    const city = new City({ id: '0190a0a0-0000-7000-8000-00000000000a', name: 'Oslo', country: 'NO', dial: norway });
    expect(await errorOf(() => b.add(ann))).toMatchObject({
      code: 'E_SESSION_STATE',
      model: 'Author',
      message:
        'An Author that belongs to another session cannot be added to this one. Bring its state here with session.merge(entity), or use its key.',
    });
    expect(await errorOf(() => b.add(city))).toMatchObject({ code: 'E_SESSION_STATE', model: 'Country' });
    expect(b.state(city)).toBe('transient');
    expect(await errorOf(() => a.add(bob))).toMatchObject({
      code: 'E_SESSION_STATE',
      model: 'Author',
      message:
        'An Author that is detached cannot be added: its row exists already. Bring its state here with session.merge(entity), or read it in this session and change that one.',
    });
    expect(await errorOf(() => a.delete(fresh))).toMatchObject({
      code: 'E_SESSION_STATE',
      model: 'Tag',
      message: 'A Tag that is transient cannot be deleted. Read it in this session first.',
    });
    expect(await errorOf(() => b.delete(ann))).toMatchObject({
      code: 'E_SESSION_STATE',
      message: 'An Author that is detached cannot be deleted. Read it in this session first.',
    });
    expect(await errorOf(() => b.refresh(ann))).toMatchObject({
      code: 'E_SESSION_STATE',
      message: 'An Author that is detached cannot be refreshed.',
    });
    expect(await errorOf(() => a.add({ name: 'x' } as never))).toMatchObject({
      code: 'E_INVALID_VALUE',
      message: 'A session takes entities, not a plain object. Make one with new TheModel({ … }).',
    });
    expect(await errorOf(() => a.add(fresh, null as never))).toMatchObject({
      code: 'E_INVALID_VALUE',
      message: 'A session takes entities, not null. Make one with new TheModel({ … }).',
    });
    expect(a.state(fresh)).toBe('transient');
    expect(await statementsOf(() => a.commit())).toEqual([]);
  });

  it('S2: detach() forgets what was pending of an entity; its row is read anew into another object', async () => {
    const session = db.session();
    const post = (await session.get(Post, 1))!;
    const draft = new Post({ title: 'Draft', author: 1 });
    draft.tags.add(new Tag({ name: 'draft' }));
    session.add(draft);
    post.title = 'Changed';
    session.detach(post, draft);
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', 'INSERT INTO "tag" ("id", "name") VALUES (?, ?)', 'COMMIT'],
      postgres: ['BEGIN', 'INSERT INTO "tag" ("name") VALUES ($1) RETURNING "id"', 'COMMIT'],
      mysql: ['BEGIN', 'INSERT INTO `tag` (`name`) VALUES (?)', 'COMMIT'],
    });
    expect((await session.get(Post, 1))!.title).toBe('One');
    expect(post.title).toBe('Changed');
    await session.close();
  });

  it('S2: a reference that is detached makes room for another', async () => {
    const session = db.session();
    const post = await session.query(Post).one();
    const reference = post.author as unknown as Author;
    session.detach(reference);
    const author = await post.author.load();
    expect(author).not.toBe(reference);
    expect(author.name).toBe('Ann');
  });

  it('S2: clear() forgets everything, and refuses to lose what is not written', async () => {
    const session = db.session();
    const ann = (await session.get(Author, 1))!;
    ann.name = 'Anna';
    const refused = {
      code: 'E_SESSION_STATE',
      message:
        'clear() would lose what has been added, changed, deleted or linked and is not written. Call commit() or rollback() first.',
    };
    expect(await errorOf(() => session.clear())).toMatchObject(refused);
    await session.rollback();
    session.delete(ann);
    expect(await errorOf(() => session.clear())).toMatchObject(refused);
    session.add(ann);
    (await session.get(Post, 1))!.tags.add((await session.get(Tag, 1))!);
    expect(await errorOf(() => session.clear())).toMatchObject(refused);
    await session.rollback();
    session.clear();
    expect(session.state(ann)).toBe('detached');
    expect(await session.get(Author, 1)).not.toBe(ann);
    expect(ann.name).toBe('Ann');
    await session.close();
  });

  it('S2: a closed session refuses everything, and says what to do; its entities stay readable', async () => {
    const session = db.session();
    const post = (await session.get(Post, 1))!;
    await session.close();
    await session.close();
    expect(session.state(post)).toBe('detached');
    expect(post.title).toBe('One');
    const closed = { code: 'E_SESSION_STATE', message: 'The session is closed. Open another with db.session().' };
    for (const call of [
      () => session.query(Post),
      () => session.get(Post, 1),
      () => session.add(new Tag({ name: 'x' })),
      () => session.delete(post),
      () => session.flush(),
      () => session.commit(),
      () => session.rollback(),
      () => session.transaction(() => undefined),
      () => session.run(() => undefined),
      () => session.prefetch([post], 'author'),
      () => session.refresh(post),
      () => session.sql`SELECT 1`,
      () => post.author.load(),
      () => post.tags.load(),
      () => post.tags.query(),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(SessionStateError);
      expect(error).toMatchObject(closed);
    }
  });

  it('S2: entities of no session: what they cannot do is said by name', async () => {
    const post = new Post({ title: 'Two', author: 1 });
    expect(await errorOf(() => (post.author as { load(): Promise<unknown> }).load())).toMatchObject({
      code: 'E_NO_SESSION',
      message:
        'Author is a reference that belongs to no session. Add its owner to a session first, or load it with session.get().',
    });
    expect(await errorOf(() => post.tags.query())).toMatchObject({
      code: 'E_NO_SESSION',
      model: 'Post',
      field: 'tags',
      message: 'Post.tags.query() needs a session, and this Post belongs to none. Add the entity to a session first.',
    });
    const session = db.session();
    session.add(post);
    await session.commit();
    expect(await post.author.load()).toBe(await session.get(Author, 1));
  });
});

describe('refresh', () => {
  it('S2: overwrites what was not changed and keeps what was', async () => {
    const session = db.session();
    const ann = (await session.get(Author, 1))!;
    ann.name = 'Anna';
    await db.transaction(async (other) => {
      Object.assign((await other.get(Author, 1))!, { name: 'Annie', bio: 'of another' });
    });
    expect(await session.refresh(ann)).toBe(ann);
    expect(plain(ann)).toEqual({
      id: 1,
      name: 'Anna',
      email: 'ann@x.org',
      bio: 'of another',
      age: null,
      role: 'editor',
    });
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', 'UPDATE "author" SET "name" = ? WHERE "id" = ?', 'COMMIT'],
      postgres: ['BEGIN', 'UPDATE "author" SET "name" = $1 WHERE "id" = $2', 'COMMIT'],
      mysql: ['BEGIN', 'UPDATE `author` SET `name` = ? WHERE `id` = ?', 'COMMIT'],
    });
    await session.close();
  });

  it('S2: of a row that is gone throws and lets go of the entity', async () => {
    const session = db.session();
    const comment = (await session.get(Comment, 1))!;
    await db.session().sql`DELETE FROM comment`;
    expect(await errorOf(() => session.refresh(comment))).toMatchObject({
      code: 'E_NOT_FOUND',
      model: 'Comment',
      message: 'The row of this Comment does not exist any more.',
    });
    expect(session.state(comment)).toBe('detached');
    await session.close();
  });

  it('L5: a reference that leads nowhere says so', async () => {
    class Loose extends model('loose', { id: f.auto(), author: f.int() }) {}
    const loose = await openTestDatabase({ models: [Loose, Category] });
    const session = loose.session();
    const letGo: Readonly<Record<'sqlite' | 'postgres' | 'mysql', () => PromiseLike<unknown>>> = {
      sqlite: () => session.sql`PRAGMA foreign_keys = OFF`,
      postgres: () => session.sql`ALTER TABLE category DROP CONSTRAINT category_parent_id_fkey`,
      mysql: () => session.sql`ALTER TABLE category DROP FOREIGN KEY category_parent_id_fkey`,
    };
    await onEngine(letGo)();
    await session.sql`INSERT INTO category (name, parent_id) VALUES ('x', 77)`;
    const category = await session.query(Category).one();
    expect(await errorOf(() => category.parent!.load())).toMatchObject({
      code: 'E_NOT_FOUND',
      model: 'Category',
      message: 'The row of a Category that is referred to does not exist.',
    });
    await loose.close();
  });
});
