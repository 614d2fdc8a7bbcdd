import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, InvalidValueError, model, NoSessionError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorFrom, errorOf, openTestDatabase } from '../../support/database.ts';
import { items, rowsOf } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

class Writer extends model('writer', {
  id: f.auto(),
  name: f.string(),
  books: f.reverse(() => Book, 'writer'),
  notes: f.reverse(() => Note, 'writer', { cascade: 'delete-orphan' }),
  letters: f.reverse(() => Letter, 'writer'),
}) {}
class Book extends model('book', {
  id: f.auto(),
  title: f.string(),
  writer: f.foreignKey(() => Writer, { nullable: true }),
  genres: f.manyToMany(() => Genre),
  shops: f.manyToMany(() => Shop, { through: () => Offer }),
}) {}
class Genre extends model('genre', { id: f.auto(), name: f.string(), books: f.reverse(() => Book, 'genres') }) {}
class Shop extends model('shop', { id: f.auto(), name: f.string(), books: f.reverse(() => Book, 'shops') }) {}
class Offer extends model('offer', {
  id: f.auto(),
  book: f.foreignKey(() => Book),
  shop: f.foreignKey(() => Shop),
  price: f.int({ default: 5 }),
}) {}
/** Belongs to a writer, and is nothing without. */
class Note extends model('note', { id: f.auto(), text: f.string(), writer: f.foreignKey(() => Writer) }) {}
/** Belongs to a writer, and nobody says what becomes of it without. */
class Letter extends model('letter', { id: f.auto(), text: f.string(), writer: f.foreignKey(() => Writer) }) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Writer, Offer, Genre] });
});
afterAll(() => db.close());

beforeEach(async () => {
  await session?.close();
  await db.dropAll({ confirm: true });
  await db.createAll();
  await db.transaction(async (seed) => {
    const [ann, bob] = [new Writer({ name: 'Ann' }), new Writer({ name: 'Bob' })];
    seed.addAll([ann, bob]);
    const genres = ['g1', 'g2', 'g3'].map((name) => new Genre({ name }));
    const shops = ['s1', 's2', 's3'].map((name) => new Shop({ name }));
    seed.addAll([...genres, ...shops]);
    await seed.flush();
    for (const [title, writer] of [
      ['One', ann],
      ['Two', ann],
      ['Three', bob],
    ] as const) {
      const book = new Book({ title, writer });
      book.genres.add(genres[0]!, genres[1]!);
      book.shops.add(shops[0]!, shops[1]!);
      seed.add(book);
      await seed.flush();
    }
    for (const text of ['n1', 'n2']) ann.notes.create({ text });
    ann.letters.create({ text: 'l1' });
  });
  session = db.session();
});

const genresOf = async (): Promise<string[]> =>
  ((await rowsOf(db))['book_genres'] ?? []).map((row) => `${String(row['book_id'])}-${String(row['genre_id'])}`);
const offersOf = async (): Promise<unknown[]> =>
  ((await rowsOf(db))['offer'] ?? []).map((row) => [row['id'], row['book_id'], row['shop_id']]);
const writersOf = async (): Promise<unknown[]> => (await rowsOf(db))['book']!.map((row) => row['writer_id']);
const named = (list: Iterable<{ readonly name: string }>): string[] => Array.from(list, ({ name }) => name);

describe('R5: a collection that is set before it is loaded', () => {
  it('R5: R3: clear() of links asks for their keys, takes out all of them, and says so before and after', async () => {
    const book = await session.getOrFail(Book, 1);
    book.genres.clear();
    expect(items(book.genres)).toEqual([]);
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        'SELECT t0."book_id", t0."genre_id" FROM "book_genres" AS t0 WHERE t0."book_id" IN (SELECT value FROM json_each(?)) ORDER BY t0."book_id", t0."genre_id"',
        '2× DELETE FROM "book_genres" WHERE "book_id" = ? AND "genre_id" = ?',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'SELECT t0."book_id", t0."genre_id" FROM "book_genres" AS t0 WHERE t0."book_id" = ANY($1::integer[]) ORDER BY t0."book_id", t0."genre_id"',
        'DELETE FROM "book_genres" USING (SELECT * FROM unnest($1::bigint[], $2::bigint[]) AS v(column1, column2)) AS v WHERE "book_genres"."book_id" = v.column1 AND "book_genres"."genre_id" = v.column2',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        "SELECT t0.`book_id`, t0.`genre_id` FROM `book_genres` AS t0 WHERE t0.`book_id` IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list) ORDER BY t0.`book_id`, t0.`genre_id`",
        "DELETE `book_genres` FROM JSON_TABLE(?, '$[*]' COLUMNS (column1 bigint PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN `book_genres` ON `book_genres`.`book_id` = v.column1 AND `book_genres`.`genre_id` = v.column2",
        'COMMIT',
      ],
    });
    expect([items(book.genres), await genresOf()]).toEqual([[], ['2-1', '2-2', '3-1', '3-2']]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('R5: set() takes out what is not in the list, and writes no link that is there; new ones are saved', async () => {
    const book = await session.getOrFail(Book, 1);
    const [, second] = await session.query(Genre).orderBy('id');
    const fresh = new Genre({ name: 'fresh' });
    book.genres.set([fresh, second!]);
    expect(named(items(book.genres))).toEqual(['fresh', 'g2']);
    await session.commit();
    expect(named(items(book.genres))).toEqual(['fresh', 'g2']);
    expect(await genresOf()).toEqual(['1-2', '1-4', '2-1', '2-2', '3-1', '3-2']);
  });

  it('R5: where a model is between the two, a row that is there stays that row', async () => {
    const book = await session.getOrFail(Book, 2);
    const shops = await session.query(Shop).orderBy('id');
    book.shops.set([shops[1]!, shops[2]!]);
    await session.commit();
    expect(await offersOf()).toEqual([
      [1, 1, 1],
      [2, 1, 2],
      [4, 2, 2],
      [5, 3, 1],
      [6, 3, 2],
      [7, 2, 3],
    ]);
  });

  it('R5: what waits to be written, on either side, is part of it', async () => {
    const [one, two] = await session.query(Book).orderBy('id');
    const [g1, , g3] = await session.query(Genre).orderBy('id');
    one!.genres.add(g3!);
    g3!.books.add(two!);
    g1!.books.remove(two!);
    const fresh = new Genre({ name: 'fresh' });
    session.add(fresh);
    fresh.books.add(one!);
    one!.genres.clear();
    two!.genres.set([g1!]);
    expect([items(fresh.books), named(items(two!.genres))]).toEqual([[], ['g1']]);
    await session.commit();
    expect(await genresOf()).toEqual(['2-1', '3-1', '3-2']);
  });

  it('R3: S3: rows that refer to the owner lose it: those that are known of at once, the others by the flush', async () => {
    const [ann, bob] = await session.query(Writer).orderBy('id');
    const one = await session.getOrFail(Book, 1);
    const three = await session.getOrFail(Book, 3);
    ann!.books.set([three]);
    expect([one.writerId, three.writer, items(ann!.books)]).toEqual([null, ann, [three]]);
    bob!.books.clear();
    expect(items(bob!.books)).toEqual([]);
    await session.commit();
    expect([await writersOf(), items(ann!.books)]).toEqual([[null, null, 1], [three]]);
    expect((await session.getOrFail(Book, 2)).writer).toBeNull();
  });

  it('R3: one that is read after that, and put back, belongs to it', async () => {
    const ann = await session.getOrFail(Writer, 1);
    ann.books.clear();
    const [one, two] = await session.query(Book).orderBy('id');
    ann.books.add(one!);
    two!.writer = ann;
    expect(items(ann.books)).toEqual([one, two]);
    await session.commit();
    expect([await writersOf(), items(ann.books)]).toEqual([
      [1, 1, 2],
      [one, two],
    ]);
  });

  it('S3: what is not to be without its owner is deleted', async () => {
    const ann = await session.getOrFail(Writer, 1);
    const kept = await session.getOrFail(Note, 1);
    ann.notes.set([kept, new Note({ text: 'n3', writer: ann })]);
    await session.commit();
    expect((await rowsOf(db))['note']!.map((row) => [row['id'], row['text']])).toEqual([
      [1, 'n1'],
      [3, 'n3'],
    ]);
    ann.notes.clear();
    await session.commit();
    expect((await rowsOf(db))['note']).toBeUndefined();
  });

  it('R5: a required key without such a rule: refused, with the remedy, and nothing sent', async () => {
    const ann = await session.getOrFail(Writer, 1);
    for (const call of ['set', 'clear'] as const) {
      const sent = await statementsOf(async () => {
        const error = await errorOf(async () => (call === 'set' ? ann.letters.set([]) : ann.letters.clear()));
        expect(error).toBeInstanceOf(InvalidValueError);
        expect(error.message).toBe(
          `Writer.letters.${call}() would take out what is not loaded, and a Letter cannot be without its writer. Delete them, as with letters.query().delete(), or say cascade: 'delete-orphan' of the relation.`,
        );
      });
      expect(sent).toEqual([]);
    }
    session.detach(ann);
    expect(await errorFrom(async () => ann.books.clear())).toBeInstanceOf(NoSessionError);
  });

  it('S7: T1: a rollback, and a flush that fails, leave it as it was', async () => {
    const [ann] = await session.query(Writer).orderBy('id');
    const one = await session.getOrFail(Book, 1);
    const before = await rowsOf(db);
    await errorOf(() =>
      session.transaction(async () => {
        ann!.books.clear();
        one.genres.clear();
        await session.flush();
        expect(await session.query(Book).filter({ writer: ann! }).count()).toBe(0);
        throw new Error('no');
      }),
    );
    const isLoaded = (collection: object): boolean => (collection as { isLoaded: boolean }).isLoaded;
    expect([isLoaded(ann!.books), isLoaded(one.genres), one.writer, await rowsOf(db)]).toEqual([
      false,
      false,
      ann,
      before,
    ]);
    one.genres.clear();
    ann!.books.clear();
    const wrong = new Writer({ name: 'wrong' });
    wrong.id = 1;
    session.add(wrong);
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_UNIQUE_VIOLATION' });
    expect([items(one.genres), items(ann!.books), one.writerId, await rowsOf(db)]).toEqual([[], [], null, before]);
    session.delete(wrong);
    await session.commit();
    expect([await genresOf(), await writersOf()]).toEqual([
      ['2-1', '2-2', '3-1', '3-2'],
      [null, null, 2],
    ]);
    await session.rollback();
  });

  it('S10: explainFlush() tells what it would take out, and leaves everything as it is', async () => {
    const [one, ann] = [await session.getOrFail(Book, 1), await session.getOrFail(Writer, 1)];
    one.genres.clear();
    ann.notes.clear();
    const told = await session.explainFlush();
    expect(told.map(({ operation, model: of, rows }) => [operation, of, rows])).toEqual([
      ['delete', 'book_genres', 2],
      ['delete', 'Note', 2],
    ]);
    expect(session.state(await session.getOrFail(Note, 1))).toBe('persistent');
    await session.commit();
    expect([await genresOf(), (await rowsOf(db))['note']]).toEqual([['2-1', '2-2', '3-1', '3-2'], undefined]);
  });

  it('Q1: S8: inside a transaction a query sees it; collections that are loaded later show it too', async () => {
    const one = await session.getOrFail(Book, 1);
    const genre = await session.getOrFail(Genre, 1);
    one.genres.clear();
    expect(named(await session.query(Genre).filter({ books: { id: 1 } }))).toEqual(['g1', 'g2']);
    expect(items(await genre.books.load()).map(({ title }) => title)).toEqual(['Two', 'Three']);
    await session.rollback();
    await session.transaction(async () => {
      one.genres.clear();
      expect(await session.query(Genre).filter({ books: { id: 1 } })).toEqual([]);
    });
  });

  it('R5: many owners take one query for each relation', async () => {
    const books = await session.query(Book).orderBy('id');
    for (const book of books) {
      book.genres.clear();
      book.shops.clear();
    }
    const sent = await statementsOf(() => session.commit());
    expect(sent.filter((text) => text.startsWith('SELECT')).length).toBe(2);
    expect([await genresOf(), await offersOf()]).toEqual([[], []]);
  });
});
