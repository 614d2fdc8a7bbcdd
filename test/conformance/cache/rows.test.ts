import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { prefetch } from 'blazeorm';
import type { Database, Session } from 'blazeorm';
import { InMemoryCache } from 'blazeorm/cache';

import { plain } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';
import { ann, Book, Loan, openLibrary, Place, Shelf, Topic, Writer } from './models.ts';

let db: Database;

beforeEach(async () => {
  db = await openLibrary({ cache: new InMemoryCache() });
});

afterEach(() => db.close());

/** What a function does in a session of its own, with the number of statements that it sent. */
async function counted<T>(run: (session: Session) => Promise<T>): Promise<{ result: T; sent: number }> {
  await using session = db.session();
  let result: T;
  const sent = await statementsOf(async () => {
    result = await run(session);
  });
  return { result: result!, sent: sent.length };
}

/** The same twice: the first asks the database, the second does not. */
async function keptAfter<T>(run: (session: Session) => Promise<T>): Promise<T> {
  const { result: first } = await counted(run);
  const { result: second, sent } = await counted(run);
  expect(sent).toBe(0);
  expect(second).toEqual(first);
  return second;
}

describe('rows by their keys', () => {
  it('C1: a hit runs no SQL, and gives every type of value as the database did', async () => {
    const again = await keptAfter(async (session) => plain((await session.getOrFail(Writer, 1))!));
    expect(again).toEqual({ id: 1, ...ann() });
    expect(await keptAfter(async (session) => plain((await session.get(Topic, 'sea'))!))).toEqual({
      code: 'sea',
      name: 'The sea',
    });
    expect(await keptAfter(async (session) => plain((await session.get(Place, [1, 2]))!))).toEqual({
      hall: 1,
      row: 2,
      label: 'left',
    });
  });

  it('C1: it holds copies of rows: what a session does to its entity is nobody else’s', async () => {
    await using first = db.session();
    const mine = await first.getOrFail(Writer, 1);
    await using second = db.session();
    const other = await second.getOrFail(Writer, 1);
    expect(other).not.toBe(mine);
    mine.name = 'changed';
    mine.seal![0] = 9;
    mine.facts!['a'] = 'changed';
    other.seen!.setTime(0);
    const third = await db.session().getOrFail(Writer, 1);
    expect([third.name, [...third.seal!], third.facts, third.seen]).toEqual([
      'Ann',
      [0, 255, 7],
      { a: [1, { b: null }], text: '"\u2028' },
      new Date('2024-02-29T12:34:56.789Z'),
    ]);
  });

  it('C1: an entity of a cached row is like any other: it is changed, written, and has its relations', async () => {
    await db.session().getOrFail(Book, 1);
    await using session = db.session();
    const book = await session.getOrFail(Book, 1);
    book.copies = 7;
    await session.commit();
    expect(plain(await db.session().getOrFail(Book, 1))).toEqual({
      id: 1,
      title: 'First',
      copies: 7,
      writerId: 1,
      shelfId: 1,
    });
    expect((await book.topics.load()).map(({ code }) => code)).toEqual(['sea']);
  });

  it('C1: models that do not ask for it are read each time', async () => {
    await counted((session) => session.get(Loan, 1));
    expect((await counted((session) => session.get(Loan, 1))).sent).toBe(1);
  });

  it('C1: a row that does not exist is looked for each time', async () => {
    expect(await counted((session) => session.get(Writer, 99))).toEqual({ result: null, sent: 1 });
    expect(await counted((session) => session.get(Writer, 99))).toEqual({ result: null, sent: 1 });
    await db.transaction(async (session) => session.add(new Shelf({ code: 'B2' })));
    expect((await counted((session) => session.get(Shelf, 2))).result).toMatchObject({ code: 'B2' });
  });

  it('C1: relations to one, however they are loaded', async () => {
    await db.session().getOrFail(Writer, 1);
    await db.session().getOrFail(Book, 1);
    const loaded = await counted(async (session) => {
      const book = await session.getOrFail(Book, 1);
      return (await book.writer.load()).name;
    });
    expect(loaded).toEqual({ result: 'Ann', sent: 0 });
    const peers = await counted(async (session) => {
      const books = await session.query(Book).orderBy('id');
      return [(await books[1]!.writer.load()).name, (await books[0]!.writer.load()).name];
    });
    expect(peers).toEqual({ result: ['Ann', 'Ann'], sent: 1 });
    const prefetched = await counted(async (session) => {
      const books = await session.query(Book).orderBy('id').prefetchRelated('writer');
      return books.map(({ writer }) => writer.name);
    });
    expect(prefetched).toEqual({ result: ['Ann', 'Ann'], sent: 1 });
    const one = await counted(async (session) => {
      const book = await session.query(Book).fetchMode('one').get({ id: 1 });
      return (await book.writer.load()).name;
    });
    expect(one).toEqual({ result: 'Ann', sent: 1 });
    const limited = await counted(async (session) =>
      session
        .query(Writer)
        .prefetchRelated(prefetch('books', { as: 'some', limitPerParent: 1 }, (q) => q.orderBy('id'))),
    );
    expect(limited.sent).toBe(2);
  });

  it('C1: inBulk asks the database for those alone that are missing', async () => {
    await db.session().getOrFail(Book, 1);
    const bulk = (session: Session) => session.query(Book).inBulk([2, 1, 5]);
    const first = await counted(bulk);
    expect([[...first.result.keys()], first.sent]).toEqual([[2, 1], 1]);
    expect((await counted((session) => session.query(Book).inBulk([2, 1]))).sent).toBe(0);
    // Of a query that says more, what it says counts.
    expect((await counted((session) => session.query(Book).filter({ copies: 9 }).inBulk([1]))).result.size).toBe(0);
    expect((await counted((session) => session.query(Book).only('title').inBulk([1]))).sent).toBe(1);
    expect((await counted((session) => session.query(Place).inBulk([[1, 2]]))).sent).toBe(1);
    expect((await counted((session) => session.query(Place).inBulk([[1, 2]]))).sent).toBe(0);
  });

  it('C1: what has to come from the database does', async () => {
    await db.session().getOrFail(Book, 1);
    expect((await counted((session) => session.query(Book).get({ id: 1 }))).sent).toBe(1);
    expect((await counted((session) => session.query(Book).fresh().inBulk([1]))).sent).toBe(1);
    expect((await counted((session) => session.query(Book).using('primary').inBulk([1]))).sent).toBe(1);
    const refreshed = await counted(async (session) => session.refresh(await session.getOrFail(Book, 1)));
    expect(refreshed.sent).toBe(1);
  });

  it('C1: many who miss one row at once load it once', async () => {
    const sessions = Array.from({ length: 20 }, () => db.session());
    const sent = await statementsOf(async () => {
      const found = await Promise.all(sessions.map((session) => session.getOrFail(Writer, 1)));
      expect(new Set(found.map(({ name }) => name))).toEqual(new Set(['Ann']));
      expect(new Set(found).size).toBe(20);
    });
    expect(sent).toHaveLength(1);
  });

  it('C1: one that fails to load it leaves it to the next', async () => {
    await using session = db.session({ signal: AbortSignal.abort() });
    await expect(session.get(Writer, 1)).rejects.toThrow();
    await keptAfter((other) => other.get(Writer, 1));
  });

  it('C1: what is read only is kept as well', async () => {
    await db.session().getOrFail(Book, 1);
    const { result, sent } = await counted((session) => session.query(Book).readOnly().inBulk([1]));
    expect([result.get(1)!.title, sent]).toEqual(['First', 0]);
  });
});
