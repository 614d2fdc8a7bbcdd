import { subscribe, unsubscribe } from 'node:diagnostics_channel';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import {
  CheckViolationError,
  Database,
  DeadlockError,
  f,
  InvalidQueryError,
  InvalidValueError,
  model,
  SessionStateError,
  StaleObjectError,
  UniqueViolationError,
  unique,
  UnknownFieldError,
  check,
} from '../../../index.ts';
import type { Session, StatementEvent } from '../../../index.ts';

import { engine, errorOf, expectRefused, freshUrl, onEngine } from '../../support/database.ts';

class Shelf extends model('shelf', {
  id: f.auto(),
  label: f.string({ maxLength: 40, unique: true }),
  books: f.reverse(() => Book, 'shelf'),
}) {}

class Book extends model(
  'book',
  {
    id: f.auto(),
    isbn: f.string({ maxLength: 20, unique: true, column: 'number' }),
    code: f.int({ nullable: true, unique: true }),
    title: f.string({ maxLength: 100 }),
    price: f.decimal({ precision: 8, scale: 2, default: '1.5' }),
    facts: f.json<{ pages: number }>({ nullable: true }),
    shelf: f.foreignKey(() => Shelf, { nullable: true }),
  },
  { constraints: [check('book_price', (b) => b.price.gte('0'))] },
) {}

/** A key of two columns that the application gives, a version, times of saving. */
class Stock extends model(
  'stock',
  {
    shop: f.int(),
    article: f.string({ maxLength: 20 }),
    amount: f.int({ default: 0 }),
    version: f.version(),
    createdAt: f.datetime({ autoNowAdd: true }),
    savedAt: f.datetime({ autoNow: true }),
  },
  { primaryKey: ['shop', 'article'] },
) {}

/** Unique by two columns of which one is a relation; a key that is made for each new row. */
class Place extends model(
  'place',
  {
    id: f.uuid({ primaryKey: true, default: () => crypto.randomUUID() }),
    shelf: f.foreignKey(() => Shelf),
    position: f.int(),
    note: f.string({ maxLength: 40, dbDefault: "'none'" }),
  },
  { constraints: [unique('shelf', 'position')] },
) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Shelf, Book, Stock, Place] });
  await db.createAll();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.transaction(async (s) => {
    for (const Model of [Place, Book, Stock, Shelf])
      await s
        .query(Model as typeof Shelf)
        .unfiltered()
        .delete();
  });
  session = db.session();
});

const titles = () => db.session().query(Book).orderBy('isbn').valuesList('isbn', 'title').all();
const books = (...isbns: string[]) => isbns.map((isbn) => ({ isbn, title: isbn.toUpperCase() }));

/** The statements that a call sends. */
async function statementsOf(call: () => Promise<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const note = (event: unknown): void => void sent.push((event as StatementEvent).sql);
  subscribe('blazeorm:statement', note);
  try {
    await call();
  } finally {
    unsubscribe('blazeorm:statement', note);
  }
  return sent;
}

describe('bulkCreate', () => {
  it('Q9: gives entities of the session in the order of the rows, keys given and generated', async () => {
    const own = new Book({ id: 5000, isbn: 'b', title: 'B', price: '2' });
    const made = await session.query(Book).bulkCreate([...books('c', 'a'), own, { id: 4000, isbn: 'd', title: 'D' }]);
    expect(made.map(({ isbn }) => isbn)).toEqual(['c', 'a', 'b', 'd']);
    expect(made[2]).toBe(own);
    expect(made.map((book) => session.state(book))).toEqual(Array(4).fill('persistent'));
    expect(await session.get(Book, 5000)).toBe(own);
    const stored = await db.session().query(Book).orderBy('isbn').values('id', 'isbn', 'price');
    expect(stored).toEqual([
      { id: made[1]!.id, isbn: 'a', price: '1.50' },
      { id: 5000, isbn: 'b', price: '2.00' },
      { id: made[0]!.id, isbn: 'c', price: '1.50' },
      { id: 4000, isbn: 'd', price: '1.50' },
    ]);
    made[0]!.title = 'changed';
    await session.commit();
    expect(await titles()).toContainEqual(['c', 'changed']);
  });

  it('Q9: what exists already is an error by default, and then nothing is written', async () => {
    await session.query(Book).bulkCreate(books('b'));
    const fresh = books('a', 'b', 'c').map((row) => new Book(row));
    const error = await errorOf(() => session.query(Book).bulkCreate(fresh, { batchSize: 1 }));
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toMatchObject({ model: 'Book', fields: ['isbn'] });
    expect(fresh.map((book) => [book.id, session.state(book)])).toEqual(Array(3).fill([undefined, 'transient']));
    expect(await titles()).toEqual([['b', 'B']]);
  });

  it('Q9: ignore: a row that exists stays as it is, and its entity is given', async () => {
    const [b] = await session.query(Book).bulkCreate(books('b'));
    const other = db.session();
    await other.query(Book).bulkCreate([{ isbn: 'x', title: 'X', facts: { pages: 7 } }]);
    const own = new Book({ isbn: 'x', title: 'mine' });
    const made = await session.query(Book).bulkCreate([{ isbn: 'b', title: 'no' }, ...books('a'), own, ...books('c')], {
      onConflict: 'ignore',
      conflictFields: ['isbn'],
    });
    expect(made.map(({ isbn, title }) => [isbn, title])).toEqual([
      ['b', 'B'],
      ['a', 'A'],
      ['x', 'X'],
      ['c', 'C'],
    ]);
    expect(made[0]).toBe(b);
    // The new entity stands for the row that was there, with what that holds.
    expect(made[2]).toBe(own);
    expect(own.facts).toEqual({ pages: 7 });
    const ids = await db.session().query(Book).valuesList('isbn', 'id');
    expect(new Map(made.map(({ isbn, id }) => [isbn, id]))).toEqual(new Map(ids));
  });

  it('Q9: update: a row takes what the new one names; a given entity takes it whole', async () => {
    const [a, b] = await session.query(Book).bulkCreate([
      { isbn: 'a', title: 'A', code: 1, facts: { pages: 1 } },
      { isbn: 'b', title: 'B', code: 2, facts: { pages: 2 } },
    ]);
    const made = await session
      .query(Book)
      .bulkCreate([...books('c'), { isbn: 'a', title: 'A2' }, new Book({ isbn: 'b', title: 'B2' })], {
        onConflict: 'update',
        conflictFields: ['isbn'],
      });
    expect(made[1]).toBe(a);
    expect(made[2]).toBe(b);
    const seen = made.map(({ isbn, title, code, facts, price }) => [isbn, title, code, facts, price]);
    expect(seen).toEqual([
      ['c', 'C', null, null, '1.50'],
      ['a', 'A2', 1, { pages: 1 }, '1.50'],
      ['b', 'B2', null, null, '1.50'],
    ]);
    const stored = await db.session().query(Book).orderBy('isbn').valuesList('isbn', 'title', 'code', 'facts', 'price');
    expect(stored).toEqual([seen[1], seen[2], seen[0]]);
  });

  it('Q9: updateFields: these alone', async () => {
    await session.query(Book).bulkCreate([{ isbn: 'a', title: 'A', code: 1 }]);
    const [shelf] = await session.query(Shelf).bulkCreate([{ label: 's' }]);
    const rows = [{ isbn: 'a', title: 'no', code: 3, shelf: shelf! }];
    const [a] = await session
      .query(Book)
      .bulkCreate(rows, { onConflict: 'update', conflictFields: ['isbn'], updateFields: ['code', 'shelf'] });
    expect([a!.title, a!.code, a!.shelfId]).toEqual(['A', 3, shelf!.id]);
  });

  it('Q9: a row that comes twice is written twice, one after the other', async () => {
    const rows = [...books('a'), { isbn: 'a', title: 'second' }, ...books('b'), { isbn: 'a', title: 'third' }];
    const options = { conflictFields: ['isbn'] } as const;
    const ignored = await session.query(Book).bulkCreate(rows, { ...options, onConflict: 'ignore' });
    expect(ignored.map(({ title }) => title)).toEqual(['A', 'A', 'B', 'A']);
    expect(new Set(ignored).size).toBe(2);
    const updated = await session.query(Book).bulkCreate(rows, { ...options, onConflict: 'update' });
    expect(updated.map(({ title }) => title)).toEqual(['third', 'third', 'B', 'third']);
    expect(await titles()).toEqual([
      ['a', 'third'],
      ['b', 'B'],
    ]);
  });

  it('Q9: NULL is no conflict with NULL, and such rows know their keys', async () => {
    await session.query(Book).bulkCreate([{ isbn: 'a', title: 'A' }]);
    const rows = [
      { isbn: 'b', title: 'B' },
      { isbn: 'c', title: 'C', code: 1 },
      { isbn: 'd', title: 'D' },
    ];
    const made = await session.query(Book).bulkCreate(rows, { onConflict: 'update', conflictFields: ['code'] });
    const ids = await db.session().query(Book).exclude({ isbn: 'a' }).orderBy('isbn').valuesList('id', { flat: true });
    expect(made.map(({ id }) => id)).toEqual(ids);
  });

  it.each<['ignore' | 'update', string, string]>([
    ['ignore', 'z', 'of a row that is new else'],
    ['update', 'z', 'of a row that is new else'],
    ['update', 'b', 'of a row that exists'],
  ])('Q9: %s: a conflict of another key is an error, and nothing stays (%s, %s)', async (onConflict, isbn) => {
    await session.query(Book).bulkCreate([
      { isbn: 'a', title: 'A', code: 1 },
      { isbn: 'b', title: 'B', code: 2 },
    ]);
    const rows = [
      { isbn: 'y', title: 'Y' },
      { isbn, title: 'new', code: 1 },
    ];
    const create = () => session.query(Book).bulkCreate(rows, { onConflict, conflictFields: ['isbn'] });
    expect(await errorOf(create)).toBeInstanceOf(UniqueViolationError);
    expect(await titles()).toEqual([
      ['a', 'A'],
      ['b', 'B'],
    ]);
  });

  it('Q9: a key of two columns; versions count up, times are set', async () => {
    const [first] = await session.query(Stock).bulkCreate([{ shop: 1, article: 'x', amount: 5 }]);
    const { createdAt, savedAt } = first!;
    await session.sql`update stock set saved_at = ${new Date(0)}, created_at = ${new Date(0)}`;
    const rows = [
      { shop: 1, article: 'x', amount: 6 },
      { shop: 1, article: 'y', amount: 7 },
    ];
    const made = await session.query(Stock).bulkCreate(rows, { onConflict: 'update' });
    expect(made[0]).toBe(first);
    expect(made.map(({ pk, amount, version }) => [pk, amount, version])).toEqual([
      [[1, 'x'], 6, 2],
      [[1, 'y'], 7, 1],
    ]);
    expect(made[0]!.createdAt).toEqual(new Date(0));
    expect(made[0]!.savedAt.getTime()).toBeGreaterThanOrEqual(savedAt.getTime());
    expect(made[1]!.createdAt.getTime()).toBeGreaterThanOrEqual(createdAt.getTime());
    made[0]!.amount = 60;
    await session.commit();
    expect(await db.session().query(Stock).orderBy('article').valuesList('amount', 'version')).toEqual([
      [60, 3],
      [7, 1],
    ]);
  });

  it('Q9: found by a relation and a column, where keys are made for each row and the database has a default', async () => {
    const [shelf] = await session.query(Shelf).bulkCreate([{ label: 's' }]);
    const rows = [
      { shelf: shelf!, position: 1 },
      { shelf: shelf!.id, position: 2, note: 'two' },
    ];
    const first = await session.query(Place).bulkCreate(rows, { onConflict: 'ignore' });
    expect(first.map(({ note }) => note)).toEqual(['none', 'two']);
    const again = await db
      .session()
      .query(Place)
      .bulkCreate([{ shelf: shelf!, position: 2, note: 'zwei' }, ...rows], {
        onConflict: 'update',
        conflictFields: ['position', 'shelf'],
      });
    expect(again.map(({ id }) => id)).toEqual([first[1]!.id, first[0]!.id, first[1]!.id]);
    expect(again.map(({ note }) => note)).toEqual(['two', 'none', 'two']);
  });

  it('Q9: an entity that its relation has put in the session is written once', async () => {
    const [shelf] = await session.query(Shelf).bulkCreate([{ label: 's' }]);
    await session.transaction(async () => {
      const book = new Book({ isbn: 'a', title: 'A', shelf: shelf! });
      expect(session.state(book)).toBe('pending');
      const [made] = await session.query(Book).bulkCreate([book], { onConflict: 'ignore', conflictFields: ['isbn'] });
      expect(made).toBe(book);
      expect(session.state(book)).toBe('persistent');
    });
    const bad = new Book({ isbn: 'b', title: 'B', price: '-1', shelf: shelf! });
    expect(await errorOf(() => session.query(Book).bulkCreate([bad]))).toBeInstanceOf(CheckViolationError);
    expect(session.state(bad)).toBe('pending');
    await session.rollback();
    expect(await db.session().query(Book).valuesList('isbn', 'shelfId')).toEqual([['a', shelf!.id]]);
  });

  it('S7: Q9: a rollback takes everything back, in memory too', async () => {
    const [a] = await session.query(Book).bulkCreate(books('a'));
    const own = new Book({ isbn: 'c', title: 'C' });
    await errorOf(() =>
      session.transaction(async () => {
        const rows = [{ isbn: 'a', title: 'A2' }, own];
        await session.query(Book).bulkCreate(rows, { onConflict: 'update', conflictFields: ['isbn'] });
        await session.query(Book).bulkCreate(books('d'));
        expect([a!.title, session.state(own)]).toEqual(['A2', 'persistent']);
        throw new Error('back');
      }),
    );
    expect([a!.title, own.id, session.state(own)]).toEqual(['A', undefined, 'transient']);
    expect(await titles()).toEqual([['a', 'A']]);
    session.add(own);
    await session.commit();
    expect(await titles()).toHaveLength(2);
  });

  it('Q15: Q9: more values than a statement takes', async () => {
    const rows = Array.from({ length: 12_000 }, (_, i) => ({ isbn: `i${i}`, title: `t${i}`, code: i }));
    const made = await session.query(Book).bulkCreate(rows.filter((_, i) => i % 3 === 0));
    const all = await session
      .query(Book)
      .bulkCreate(rows, { onConflict: 'update', conflictFields: ['isbn'], updateFields: ['title'] });
    expect(all.map(({ isbn }) => isbn)).toEqual(rows.map(({ isbn }) => isbn));
    expect(all.filter((_, i) => i % 3 === 0)).toEqual(made);
    const ids = await db.session().query(Book).orderBy('code').valuesList('id', { flat: true });
    expect(all.map(({ id }) => id)).toEqual(ids);
  });

  it('Q9: the statements', async () => {
    const create = (onConflict: 'ignore' | 'update') => () =>
      session.query(Shelf).bulkCreate([{ label: 'a' }, { label: 'b' }], { onConflict, conflictFields: ['label'] });
    const insert = onEngine({
      sqlite: 'INSERT INTO "shelf" ("id", "label") VALUES (?, ?) ON CONFLICT ("label") DO NOTHING',
      postgres:
        'INSERT INTO "shelf" ("label") SELECT * FROM unnest($1::text[]) AS v(column1) ON CONFLICT ("label") DO NOTHING',
      mysql: 'INSERT INTO `shelf` (`label`) VALUES (?), (?) ON DUPLICATE KEY UPDATE `id` = `id`',
    });
    const json = (collation: string): string =>
      `JSON_TABLE(?, '$[*]' COLUMNS (column1 bigint PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 longtext CHARACTER SET utf8mb4 COLLATE ${collation} PATH '$[1]' NULL ON EMPTY ERROR ON ERROR))`;
    const find = onEngine({
      sqlite:
        'SELECT v.column1, t."id", t."label" FROM (VALUES (?, ?), (?, ?)) AS v INNER JOIN "shelf" AS t ON t."label" = v.column2',
      postgres:
        'SELECT v.column1, t."id", t."label" FROM (SELECT * FROM unnest($1::bigint[], $2::text[]) AS v(column1, column2)) AS v INNER JOIN "shelf" AS t ON t."label" = v.column2',
      mysql: `SELECT v.column1, t.\`id\`, t.\`label\` FROM ${json('utf8mb4_0900_bin')} AS v STRAIGHT_JOIN \`shelf\` AS t ON t.\`label\` = v.column2 FOR SHARE OF t`,
      mariadb: `SELECT v.column1, t.\`id\`, t.\`label\` FROM ${json('utf8mb4_nopad_bin')} AS v STRAIGHT_JOIN \`shelf\` AS t ON t.\`label\` = v.column2 LOCK IN SHARE MODE`,
    });
    expect(await statementsOf(create('ignore'))).toEqual(['BEGIN', insert, find, 'COMMIT']);
    const stock = () =>
      session.query(Stock).bulkCreate([{ shop: 1, article: 'x', amount: 6 }], { onConflict: 'update' });
    await stock();
    const [, ...sent] = await statementsOf(stock);
    const columns = (quote: string): string =>
      ['shop', 'article', 'amount', 'version', 'created_at', 'saved_at'].map((name) => quote + name + quote).join(', ');
    const set = '"amount" = excluded."amount", "version" = "stock"."version" + 1, "saved_at" = excluded."saved_at"';
    expect(sent.slice(0, -2)).toEqual(
      onEngine({
        sqlite: [
          `INSERT INTO "stock" (${columns('"')}) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ("shop", "article") DO UPDATE SET ${set}`,
        ],
        postgres: [
          `INSERT INTO "stock" (${columns('"')}) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT ("shop", "article") DO UPDATE SET ${set}`,
        ],
        mysql: [
          `INSERT INTO \`stock\` (${columns('`')}) VALUES (?, ?, ?, ?, ?, ?) ON DUPLICATE KEY UPDATE \`shop\` = \`shop\``,
          'UPDATE `stock` SET `amount` = ?, `saved_at` = ?, `version` = (`version` + 1) WHERE `shop` = ? AND `article` = ?',
        ],
      }),
    );
  });

  it.each<[string, (s: Session) => Promise<unknown>, new (...args: never) => Error, string]>([
    [
      'no list',
      (s) => s.query(Book).bulkCreate({} as never),
      InvalidValueError,
      'bulkCreate() of Book takes a list of new rows, not a plain object.',
    ],
    [
      'an unknown option',
      (s) => s.query(Book).bulkCreate([], { onconflict: 'ignore' } as never),
      InvalidQueryError,
      "bulkCreate() has no option 'onconflict'. Did you mean 'onConflict'?",
    ],
    [
      'an unknown mode',
      (s) => s.query(Book).bulkCreate([], { onConflict: 'replace' as never }),
      InvalidQueryError,
      "bulkCreate() takes onConflict: 'error', 'ignore' or 'update'.",
    ],
    [
      'several unique keys',
      (s) => s.query(Book).bulkCreate([], { onConflict: 'ignore' }),
      InvalidQueryError,
      "A Book has several unique keys to find rows by. Name one: conflictFields: ['isbn'].",
    ],
    [
      'fields that are not unique',
      (s) => s.query(Book).bulkCreate([], { onConflict: 'ignore', conflictFields: ['title', 'isbn'] }),
      InvalidQueryError,
      'No unique key of Book is over title and isbn alone: two rows may be alike in that. Unique are: id; isbn; code.',
    ],
    [
      'an unknown field',
      (s) => s.query(Book).bulkCreate([], { onConflict: 'ignore', conflictFields: ['isbm' as never] }),
      UnknownFieldError,
      "Book has no column 'isbm'. Did you mean 'isbn'?",
    ],
    [
      'the key as a field to update',
      (s) => s.query(Book).bulkCreate([], { onConflict: 'update', conflictFields: ['isbn'], updateFields: ['id'] }),
      InvalidQueryError,
      'bulkCreate() cannot update Book.id: it is the key.',
    ],
    [
      'fields to update that are not updated',
      (s) => s.query(Book).bulkCreate([], { updateFields: ['title'] }),
      InvalidQueryError,
      "bulkCreate() takes updateFields only with onConflict: 'update'.",
    ],
    [
      'a wrong value',
      (s) => s.query(Book).bulkCreate([...books('a'), { isbn: 'b', title: { $ne: 1 } as never }]),
      InvalidValueError,
      'Book.title takes a string, not a plain object.',
    ],
    [
      'a missing value',
      (s) =>
        s
          .query(Book)
          .bulkCreate([...books('a'), { isbn: 'b' } as never], { onConflict: 'ignore', conflictFields: ['isbn'] }),
      InvalidValueError,
      'Book.title has no value and is not nullable: give it one, or declare it nullable: true.',
    ],
    [
      'an unknown key',
      (s) => s.query(Book).bulkCreate([{ isbn: 'b', title: 'x', tilte: 'x' } as never]),
      UnknownFieldError,
      "new Book() was given 'tilte', which it does not take. Did you mean 'title'?",
    ],
    [
      'another model',
      (s) => s.query(Book).bulkCreate([new Shelf({ label: 'x' }) as never]),
      InvalidValueError,
      'bulkCreate() of Book was given an instance of Shelf.',
    ],
    [
      'a batch of none',
      (s) => s.query(Book).bulkCreate([], { batchSize: 0 }),
      InvalidQueryError,
      'bulkCreate() takes a batchSize of at least 1.',
    ],
    [
      'a filter',
      (s) => s.query(Book).filter({ title: 'x' }).bulkCreate(books('a')),
      InvalidQueryError,
      'bulkCreate() is about given rows of Book, and this query has been filtered or limited. Call it on session.query(Book) itself.',
    ],
    [
      'a relation to what is not saved',
      (s) => s.query(Book).bulkCreate([new Book({ isbn: 'a', title: 'A', shelf: new Shelf({ label: 'n' }) })]),
      SessionStateError,
      'Book rows cannot be made from a Book whose shelf is a Shelf without a key. Use session.add() and flush().',
    ],
    [
      'getOrCreate by what is not unique',
      (s) => s.query(Book).getOrCreate({ title: 'x' }),
      InvalidQueryError,
      'No unique key of Book is over title alone: two rows may be alike in that. Unique are: id; isbn; code.',
    ],
    [
      'getOrCreate by null',
      (s) => s.query(Book).getOrCreate({ code: null }),
      InvalidValueError,
      'getOrCreate() finds a row by values, and Book.code was given null.',
    ],
    [
      'getOrCreate with a value twice',
      (s) => s.query(Book).getOrCreate({ isbn: 'a' }, { defaults: { isbn: 'b' } }),
      InvalidQueryError,
      'getOrCreate() was given Book.isbn twice.',
    ],
    [
      'getOrCreate with defaults bare',
      (s) => s.query(Book).getOrCreate({ isbn: 'a' }, { title: 'b' } as never),
      InvalidQueryError,
      "getOrCreate() has no option 'title'. Other values of a new row go in { defaults: { … } }.",
    ],
  ])('X1: Q9: refused before anything is sent: %s', async (_, call, type, message) => {
    await expectRefused(db, () => call(db.session()), { type, message });
  });

  it('Q9: an entity that is stored already is refused', async () => {
    const [a] = await session.query(Book).bulkCreate(books('a'));
    await expectRefused(db, () => session.query(Book).bulkCreate([a!]), {
      type: SessionStateError,
      message:
        'Book rows cannot be made from a Book that is stored already or belongs to another session. Use session.add() and flush().',
    });
  });
});

describe('bulkUpdate', () => {
  it('Q9: writes some fields of many entities, and leaves the others for the flush', async () => {
    const rows = Array.from({ length: 50 }, (_, i) => ({ isbn: `i${i}`, title: `t${i}`, code: i }));
    const made = await session.query(Book).bulkCreate(rows);
    for (const book of made) {
      book.title = `new ${book.code}`;
      book.price = '7';
    }
    const call = () => session.query(Book).bulkUpdate([...made, made[0]!], ['title']);
    const sent = (await statementsOf(call)).filter((sql) => sql.startsWith('UPDATE'));
    expect(sent).toHaveLength(1);
    const stored = () => db.session().query(Book).orderBy('code').valuesList('title', 'price');
    expect(await stored()).toEqual(rows.map(({ code }) => [`new ${code}`, '1.50']));
    expect(made[0]!.price).toBe('7');
    await session.commit();
    expect(await stored()).toEqual(rows.map(({ code }) => [`new ${code}`, '7.00']));
  });

  it('S9: Q9: versions count up, a row that is gone is an error, and a rollback takes everything back', async () => {
    const [x, y] = await session.query(Stock).bulkCreate([
      { shop: 1, article: 'x' },
      { shop: 1, article: 'y' },
    ]);
    [x!.amount, y!.amount] = [1, 2];
    await errorOf(() =>
      session.transaction(async () => {
        expect(await session.query(Stock).bulkUpdate([x!, y!], ['amount'])).toBe(2);
        expect([x!.version, y!.version]).toEqual([2, 2]);
        throw new Error('back');
      }),
    );
    expect([x!.version, x!.amount, y!.amount]).toEqual([1, 1, 2]);
    expect(await session.query(Stock).bulkUpdate([x!, y!], ['amount'])).toBe(2);
    await db.session().query(Stock).filter({ article: 'y' }).delete();
    [x!.amount, y!.amount] = [3, 4];
    const error = await errorOf(() => session.query(Stock).bulkUpdate([x!, y!], ['amount']));
    expect(error).toBeInstanceOf(StaleObjectError);
    expect(await db.session().query(Stock).valuesList('amount', 'version')).toEqual([[1, 2]]);
    expect([x!.amount, x!.version]).toEqual([3, 2]);
  });

  it.each<[string, (s: Session, b: Book) => Promise<unknown>, new (...args: never) => Error, string]>([
    [
      'no list',
      (s) => s.query(Book).bulkUpdate({} as never, ['title']),
      InvalidValueError,
      'bulkUpdate() of Book takes a list of entities, not a plain object.',
    ],
    [
      'plain input',
      (s) => s.query(Book).bulkUpdate([{ id: 1 } as never], ['title']),
      InvalidValueError,
      'bulkUpdate() of Book was given a plain object.',
    ],
    [
      'no field',
      (s, b) => s.query(Book).bulkUpdate([b], []),
      InvalidQueryError,
      'bulkUpdate() takes the names of the fields to write.',
    ],
    [
      'the key',
      (s, b) => s.query(Book).bulkUpdate([b], ['id']),
      InvalidQueryError,
      'bulkUpdate() cannot write Book.id: it is the key.',
    ],
    [
      'an unknown field',
      (s, b) => s.query(Book).bulkUpdate([b], ['tilte' as never]),
      UnknownFieldError,
      "Book has no column 'tilte'. Did you mean 'title'?",
    ],
    [
      'a new entity',
      (s) => s.query(Book).bulkUpdate([new Book({ isbn: 'n', title: 'N' })], ['title']),
      SessionStateError,
      'bulkUpdate() takes what is stored and belongs to this session, and no other Book. Read it in this session first.',
    ],
  ])('X1: Q9: refused before anything is sent: %s', async (_, call, type, message) => {
    const [book] = await session.query(Book).bulkCreate(books('a'));
    await expectRefused(db, () => call(session, book!), { type, message });
  });
});

describe('getOrCreate and updateOrCreate', () => {
  it('Q9: a row is made once, and found then', async () => {
    const [made, first] = await session.query(Book).getOrCreate({ isbn: 'a' }, { defaults: { title: 'A', code: 1 } });
    const [found, second] = await session.query(Book).getOrCreate({ isbn: 'a' }, { defaults: { title: 'no' } });
    expect([first, second, found === made, found.title]).toEqual([true, false, true, 'A']);
    const [updated, third] = await session.query(Book).updateOrCreate({ isbn: 'a' }, { defaults: { title: 'A2' } });
    expect([third, updated === made, updated.title, updated.code]).toEqual([false, true, 'A2', 1]);
    const [other, fourth] = await session.query(Book).updateOrCreate({ isbn: 'b' }, { defaults: { title: 'B' } });
    expect([fourth, session.state(other)]).toEqual([true, 'persistent']);
    expect(await titles()).toEqual([
      ['a', 'A2'],
      ['b', 'B'],
    ]);
  });

  it('Q9: a conflict of another key is an error', async () => {
    await session.query(Book).bulkCreate([{ isbn: 'a', title: 'A', code: 1 }]);
    const call = () => session.query(Book).getOrCreate({ isbn: 'b' }, { defaults: { title: 'B', code: 1 } });
    expect(await errorOf(call)).toBeInstanceOf(UniqueViolationError);
    expect(await errorOf(() => session.transaction(call))).toBeInstanceOf(UniqueViolationError);
  });

  it('Q9: twenty callers at once make one row', async () => {
    const callers = Array.from({ length: 20 }, (_, i) =>
      db
        .session()
        .query(Book)
        .getOrCreate({ isbn: 'same' }, { defaults: { title: `by ${i}` } }),
    );
    const answers = await Promise.all(callers);
    expect(answers.filter(([, created]) => created)).toHaveLength(1);
    const [winner] = answers.find(([, created]) => created)!;
    expect(answers.map(([book]) => [book.id, book.title])).toEqual(Array(20).fill([winner.id, winner.title]));
    expect(await titles()).toEqual([['same', winner.title]]);
  });

  it('Q9: twenty transactions at once make one row', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db.transaction(
          async (s) => {
            await s.query(Shelf).count();
            const [book, created] = await s
              .query(Book)
              .getOrCreate({ isbn: 'same' }, { defaults: { title: `by ${i}` } });
            return [book.id, created] as const;
          },
          { retry: 5 },
        ),
      ),
    );
    expect(answers.filter(([, created]) => created)).toHaveLength(1);
    expect(new Set(answers.map(([id]) => id)).size).toBe(1);
  });

  it('Q9: twenty callers at once update one row, each once', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db
          .session()
          .query(Stock)
          .updateOrCreate({ shop: 1, article: 'x' }, { defaults: { amount: i } }),
      ),
    );
    expect(answers.filter(([, created]) => created)).toHaveLength(1);
    const [[amount, version] = []] = await db.session().query(Stock).valuesList('amount', 'version');
    expect(version).toBe(20);
    expect(answers.find(([stock]) => stock.version === 20)![0].amount).toBe(amount);
  });

  it('Q9: twenty callers at once update a row that exists, and none fails', async () => {
    await session.query(Book).bulkCreate([{ isbn: 'same', code: 7, title: 'old', facts: { pages: 1 } }]);
    const [before] = await session.query(Book);
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        db
          .session()
          .query(Book)
          .updateOrCreate({ isbn: 'same' }, { defaults: { title: `by ${i}`, price: `${i}.25` } }),
      ),
    );
    expect(answers.map(([book, created]) => [book.id, book.code, book.facts, created])).toEqual(
      Array(20).fill([before!.id, 7, { pages: 1 }, false]),
    );
    const given = answers.map((_, i) => `by ${i}`);
    expect(answers.filter(([{ title }]) => !given.includes(title))).toEqual([]);
    const [[title, price] = []] = await session.query(Book).valuesList('title', 'price');
    expect(`by ${Number(price) - 0.25}`).toBe(title);
  });

  it.each(['ignore', 'update'] as const)(
    'Q9: twenty callers at once write the same rows, on conflict %s, and none fails',
    async (onConflict) => {
      const isbns = Array.from({ length: 40 }, (_, i) => `b${String(i).padStart(2, '0')}`);
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, i) => {
          const rows = (i % 2 === 0 ? isbns : isbns.toReversed()).map((isbn) => ({ isbn, title: `by ${i}` }));
          const books = db.session().query(Book);
          return onConflict === 'ignore'
            ? books.bulkCreate(rows, { onConflict, conflictFields: ['isbn'], batchSize: 25 })
            : books.bulkCreate(rows, { onConflict, conflictFields: ['isbn'], updateFields: ['title'], batchSize: 25 });
        }),
      );
      const stored = await session.query(Book).orderBy('isbn').values('id', 'isbn');
      expect(stored.map(({ isbn }) => isbn)).toEqual(isbns);
      const told = answers.map((books, i) => {
        const given = books.map(({ id, isbn }) => ({ id, isbn }));
        return i % 2 === 0 ? given : given.toReversed();
      });
      expect(told).toEqual(Array(20).fill(stored));
      expect(new Set((await titles()).map(([, title]) => title)).size).toBe(1);
    },
  );

  it.skipIf(engine === 'sqlite')(
    'Q9: in a transaction a deadlock is the error of its caller, who alone can run it again (SQLite: one writer, no deadlock)',
    async () => {
      await session.query(Book).bulkCreate(['a', 'b'].map((isbn) => ({ isbn, title: 'old' })));
      let waiting = 2;
      let open = (): void => {};
      const both = new Promise<void>((resolve) => (open = resolve));
      const crossing = ([first, second]: [string, string]): Promise<unknown> =>
        db.transaction(async (s) => {
          await s.query(Book).filter({ isbn: first }).update({ title: first });
          if (--waiting === 0) open();
          await both;
          await s.query(Book).updateOrCreate({ isbn: second }, { defaults: { title: first } });
        });
      const ends = await Promise.allSettled([crossing(['a', 'b']), crossing(['b', 'a'])]);
      const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason as unknown] : []));
      expect(failures).toHaveLength(1);
      expect(failures[0]).toBeInstanceOf(DeadlockError);
      const winner = ends[0].status === 'fulfilled' ? 'a' : 'b';
      expect(await titles()).toEqual([
        ['a', winner],
        ['b', winner],
      ]);
    },
  );
});
