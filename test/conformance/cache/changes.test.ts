import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database, Session } from 'blazeorm';
import { InMemoryCache } from 'blazeorm/cache';

import { engine } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';
import { Book, openLibrary, Shelf, Topic, Writer } from './models.ts';

let db: Database;

beforeEach(async () => {
  db = await openLibrary({ cache: new InMemoryCache() });
  await warm();
});

afterEach(() => db.close());

/** Put every row and the results of two queries in. */
async function warm(): Promise<void> {
  await using session = db.session();
  await session.query(Writer).inBulk([1]);
  await session.query(Book).inBulk([1, 2]);
  await session.query(Shelf).inBulk([1]);
  await session.query(Topic).inBulk(['sea']);
  for (const query of Object.values(RESULTS)) await query(session);
}

const RESULTS = {
  books: (session: Session) => session.query(Book).cache({ ttl: 60_000 }).count(),
  topics: (session: Session) =>
    session
      .query(Book)
      .filter((b) => b.topics.some((t) => t.code.eq('sea')))
      .cache({ ttl: 60_000 })
      .count(),
};
const ROWS = {
  writer1: (session: Session) => session.get(Writer, 1),
  book1: (session: Session) => session.get(Book, 1),
  book2: (session: Session) => session.get(Book, 2),
  shelf1: (session: Session) => session.get(Shelf, 1),
  sea: (session: Session) => session.get(Topic, 'sea'),
};

/** What of the rows and results the database is asked for again. */
async function gone(): Promise<string[]> {
  const names: string[] = [];
  for (const [name, read] of Object.entries({ ...ROWS, ...RESULTS }))
    if ((await statementsOf(() => read(db.session() as never))).length > 0) names.push(name);
  return names;
}

describe('what is written', () => {
  it('C2: a flush takes away the rows that it writes, and results that read their table', async () => {
    expect(await gone()).toEqual([]);
    await using session = db.session();
    (await session.getOrFail(Book, 1)).copies = 3;
    await session.commit();
    expect(await gone()).toEqual(['book1', 'books', 'topics']);
    expect(await db.session().get(Book, 1)).toMatchObject({ copies: 3 });
  });

  it('C2: new rows take away results alone', async () => {
    await db.transaction(async (session) => {
      session.add(new Book({ title: 'Third', writer: await session.getOrFail(Writer, 1) }));
    });
    expect(await gone()).toEqual(['books', 'topics']);
    expect(await RESULTS.books(db.session())).toBe(3);
  });

  it('C2: rows that the database deletes or changes with others go as well', async () => {
    await using session = db.session();
    session.delete(await session.getOrFail(Shelf, 1));
    await session.commit();
    expect(await gone()).toEqual(['book1', 'book2', 'shelf1', 'books', 'topics']);
    expect(await db.session().get(Book, 1)).toMatchObject({ shelfId: null });
    session.delete(await session.getOrFail(Writer, 1));
    await session.commit();
    expect(await db.session().get(Book, 1)).toBe(null);
    expect(await gone()).toEqual(['writer1', 'book1', 'book2', 'shelf1', 'books', 'topics']);
  });

  it('C2: nothing is taken away before the outermost commit, and nothing by a rollback', async () => {
    await db.transaction(async (session) => {
      await session.transaction(async (inner) => {
        (await inner.getOrFail(Book, 1)).copies = 5;
      });
      expect(await gone()).toEqual([]);
      expect(await db.session().get(Book, 1)).toMatchObject({ copies: 1 });
    });
    expect(await gone()).toEqual(['book1', 'books', 'topics']);
    await expect(
      db.transaction(async (session) => {
        (await session.getOrFail(Book, 1)).copies = 6;
        await session.flush();
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect(await gone()).toEqual([]);
    expect(await db.session().get(Book, 1)).toMatchObject({ copies: 5 });
  });

  it('C2: a transaction reads what it has written, and puts nothing in', async () => {
    await db.transaction(async (session) => {
      await session.query(Book).filter({ id: 1 }).update({ copies: 8 });
      expect(await session.get(Book, 1)).toMatchObject({ copies: 8 });
      const seen = await statementsOf(() => session.get(Writer, 1));
      expect(seen).toHaveLength(1);
    });
    expect(await db.session().get(Book, 1)).toMatchObject({ copies: 8 });
  });

  it.skipIf(engine === 'sqlite')(
    'C2: under read committed it looks at what it has not touched (SQLite has no such level)',
    async () => {
      await db.transaction(
        async (session) => {
          expect(await statementsOf(() => session.get(Writer, 1))).toEqual([]);
          await session.query(Book).filter({ id: 1 }).update({ copies: 8 });
          expect(await statementsOf(() => session.get(Book, 2))).toHaveLength(1);
          expect(await statementsOf(() => session.get(Shelf, 1))).toEqual([]);
          await session.sql`select 1`;
          expect(await statementsOf(() => session.get(Topic, 'sea'))).toHaveLength(1);
        },
        { isolation: 'read committed' },
      );
    },
  );

  it('C2: sets that are updated or deleted take away their table, and those that the database changes with it', async () => {
    await db.session().query(Writer).filter({ id: 1 }).update({ name: 'Bea' });
    expect(await gone()).toEqual(['writer1']);
    await db.session().query(Shelf).filter({ id: 1 }).delete();
    expect(await gone()).toEqual(['book1', 'book2', 'shelf1', 'books', 'topics']);
    await db.session().query(Writer).unfiltered().delete();
    expect(await gone()).toEqual(['writer1', 'book1', 'book2', 'shelf1', 'books', 'topics']);
  });

  it('C2: links take away what was read over them', async () => {
    await using session = db.session();
    const book = await session.getOrFail(Book, 2);
    book.topics.add(await session.getOrFail(Topic, 'sea'));
    await session.commit();
    expect(await gone()).toEqual(['topics']);
    expect(await RESULTS.topics(db.session())).toBe(2);
    await book.topics.load();
    book.topics.clear();
    await session.commit();
    expect(await RESULTS.topics(db.session())).toBe(1);
  });

  it('C2: rows in bulk: insertFrom, bulkCreate, bulkUpdate, updateOrCreate', async () => {
    await using session = db.session();
    await session.query(Topic).bulkCreate([{ code: 'air', name: 'Air' }]);
    expect(await gone()).toEqual(['topics']);
    await session
      .query(Topic)
      .bulkCreate([{ code: 'sea', name: 'Ocean' }], { onConflict: 'update', conflictFields: ['code'] });
    expect(await gone()).toEqual(['sea', 'topics']);
    await session.query(Topic).updateOrCreate({ code: 'sea' }, { defaults: { name: 'Sea' } });
    expect(await gone()).toEqual(['sea', 'topics']);
    expect(await db.session().get(Topic, 'sea')).toMatchObject({ name: 'Sea' });
    const books = await session.query(Book).orderBy('id');
    books[1]!.copies = 4;
    await session.query(Book).bulkUpdate(books, ['copies']);
    expect(await gone()).toEqual(['book1', 'book2', 'books', 'topics']);
    await session.query(Shelf).insertFrom(session.query(Topic), (t) => ({ code: t.code }));
    expect(await gone()).toEqual([]);
    expect(await db.session().query(Shelf).count()).toBe(3);
  });

  it('C2: what the library cannot see is said: of a model, of keys, in a transaction, of everything', async () => {
    await db.session().sql`update book set copies = 30 where id = 1`;
    expect(await gone()).toEqual([]);
    await db.cache.invalidate(Book, 1);
    expect(await gone()).toEqual(['book1', 'books', 'topics']);
    await db.transaction(async (session) => {
      await session.sql`update book set copies = 31`;
      await session.cache.invalidate(Book);
      expect(await gone()).toEqual([]);
    });
    expect(await gone()).toEqual(['book1', 'book2', 'books', 'topics']);
    expect(await db.session().get(Book, 2)).toMatchObject({ copies: 31 });
    await db.cache.clear();
    expect(await gone()).toEqual(['writer1', 'book1', 'book2', 'shelf1', 'sea', 'books', 'topics']);
  });

  it('C2: what a statement that fails would have changed stays right', async () => {
    await expect(
      db
        .session()
        .query(Topic)
        .filter({ code: 'sea' })
        .update({ code: null as never }),
    ).rejects.toThrow();
    await using session = db.session();
    session.add(new Topic({ code: 'sea', name: 'again' }));
    await expect(session.commit()).rejects.toThrow();
    expect(await db.session().get(Topic, 'sea')).toMatchObject({ name: 'The sea' });
    expect(await gone()).toEqual([]);
  });
});
