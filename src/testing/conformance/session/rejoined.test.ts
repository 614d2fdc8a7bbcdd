/** New entities that a rollback left outside, or that are shown for the sake of a row between two, before anything is written. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { items, rowsOf } from '../../support/pictures.ts';

class Book extends model('book', {
  id: f.auto(),
  title: f.string(),
  chapters: f.reverse(() => Chapter, 'book'),
  cover: f.reverseOne(() => Cover, 'book'),
  topics: f.manyToMany(() => Topic),
  shelves: f.manyToMany(() => Shelf, { through: () => Placement }),
}) {}
class Chapter extends model('chapter', { id: f.auto(), title: f.string(), book: f.foreignKey(() => Book) }) {}
class Cover extends model('cover', { id: f.auto(), book: f.oneToOne(() => Book) }) {}
class Topic extends model('topic', { id: f.auto(), name: f.string(), books: f.reverse(() => Book, 'topics') }) {}
class Shelf extends model('shelf', { id: f.auto(), room: f.string(), books: f.reverse(() => Book, 'shelves') }) {}
class Placement extends model(
  'placement',
  {
    book: f.foreignKey(() => Book, { onDelete: 'cascade' }),
    shelf: f.foreignKey(() => Shelf, { onDelete: 'cascade' }),
    place: f.int({ default: 0 }),
  },
  { primaryKey: ['book', 'shelf'] },
) {}
class Part extends model('part', {
  id: f.auto(),
  of: f.foreignKey(() => Part, { nullable: true }),
  parts: f.reverse(() => Part, 'of'),
}) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Book, Chapter, Cover, Topic, Shelf, Placement, Part] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await session?.close();
  await db.dropAll({ confirm: true });
  await db.createAll();
  session = db.session();
});

/** Runs in a transaction that is rolled back. */
async function inVain(fn: () => unknown): Promise<void> {
  const reason = new Error('in vain');
  await expect(
    session.transaction(async () => {
      await fn();
      throw reason;
    }),
  ).rejects.toBe(reason);
}

describe('R1: R3: rows of a model between two that are new', () => {
  it('R3: show in collections of new ends that are read later, and a set takes them out', async () => {
    const [book, shelf] = [new Book({ title: 'a' }), new Shelf({ room: 'r' })];
    session.add(new Placement({ book, shelf, place: 4 }));
    expect([items(book.shelves), items(shelf.books)]).toEqual([[shelf], [book]]);
    await session.commit();
    expect([items(book.shelves), items(shelf.books)]).toEqual([[shelf], [book]]);
    expect((await rowsOf(db))['placement']).toEqual([{ book_id: 1, shelf_id: 1, place: 4 }]);
    book.shelves.set([]);
    await session.commit();
    expect([items(book.shelves), items(shelf.books)]).toEqual([[], []]);
    expect((await rowsOf(db))['placement'] ?? []).toEqual([]);
  });

  it('R3: show in those of a new end that they are given', async () => {
    const [book, shelf, other] = [new Book({ title: 'a' }), new Shelf({ room: 'r' }), new Shelf({ room: 's' })];
    const placement = new Placement({ book, shelf });
    session.add(placement);
    placement.shelf = other;
    expect([items(book.shelves), items(shelf.books), items(other.books)]).toEqual([[other], [], [book]]);
    await session.commit();
    expect([items(book.shelves), items(shelf.books), items(other.books)]).toEqual([[other], [], [book]]);
  });
});

describe('T1: S7: new entities that a rollback left outside', () => {
  it('S7: R1: show where they did when they are added again', async () => {
    await db.transaction((seed) => seed.addAll([new Book({ title: 'a' }), new Topic({ name: 't' })]));
    const book = await session.query(Book).prefetchRelated('chapters', 'topics').selectRelated('cover').one();
    const topic = await session.query(Topic).prefetchRelated('books').one();
    let chapter!: Chapter;
    let cover!: Cover;
    let second!: Book;
    await inVain(async () => {
      chapter = new Chapter({ title: 'one', book });
      cover = new Cover({ book });
      second = new Book({ title: 'b' });
      second.topics.add(topic);
      session.addAll([chapter, cover, second]);
      await session.flush();
    });
    expect([items(book.chapters), items(topic.books)]).toEqual([[], []]);
    // Whether the database has one is not known any more; it is not this one.
    expect(book.cover).not.toBe(cover);
    session.addAll([chapter, cover, second]);
    expect([items(book.chapters), book.cover, items(topic.books)]).toEqual([[chapter], cover, [second]]);
    await session.commit();
    expect([items(book.chapters), book.cover, items(topic.books)]).toEqual([[chapter], cover, [second]]);
    const { chapter: chapters, cover: covers, book_topics: links } = await rowsOf(db);
    expect([chapters, covers, links]).toEqual([
      [{ id: chapter.id, title: 'one', book_id: 1 }],
      [{ id: cover.id, book_id: 1 }],
      [{ book_id: second.id, topic_id: 1 }],
    ]);
  });

  it('S7: R1: outside of a transaction too, and where they lead to themselves', async () => {
    const part = new Part({});
    session.add(part);
    part.parts.add(part);
    await session.rollback();
    expect([session.state(part), items(part.parts)]).toEqual(['transient', []]);
    session.add(part);
    expect(items(part.parts)).toEqual([part]);
    await session.commit();
    expect([items(part.parts), part.of === part]).toEqual([[part], true]);
    expect((await rowsOf(db))['part']).toEqual([{ id: 1, of_id: 1 }]);
  });

  it('S7: leave nothing in the collections of a new owner that was given up and is to be saved again', async () => {
    const book = new Book({ title: 'a' });
    session.add(book);
    let chapter!: Chapter;
    await inVain(() => {
      session.delete(book);
      chapter = new Chapter({ title: 'one', book });
      session.add(chapter);
    });
    expect([session.state(book), session.state(chapter), items(book.chapters)]).toEqual(['pending', 'transient', []]);
    await session.commit();
    expect(items(book.chapters)).toEqual([]);
    expect((await rowsOf(db))['chapter'] ?? []).toEqual([]);
  });
});
