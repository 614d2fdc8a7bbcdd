import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { Database, f, model, unique } from 'blazeorm';

import { freshUrl } from '../../support/database.ts';

class Shelf extends model('shelf', { id: f.auto(), label: f.string({ maxLength: 40 }) }) {}

class Book extends model(
  'book',
  {
    id: f.auto(),
    isbn: f.string({ maxLength: 20, unique: true }),
    code: f.int({ nullable: true, unique: true }),
    title: f.string({ maxLength: 100 }),
    price: f.decimal({ precision: 8, scale: 2, default: '0' }),
    facts: f.json<{ pages: number }>({ nullable: true }),
    version: f.version(),
    createdAt: f.datetime({ autoNowAdd: true }),
    savedAt: f.datetime({ autoNow: true }),
    shelf: f.foreignKey(() => Shelf, { nullable: true }),
  },
  {},
) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Shelf, Book] });
  await db.createAll();
});
afterAll(() => db.close());

describe('x', () => {
  it('creates', async () => {
    const session = db.session();
    const made = await session
      .query(Book)
      .bulkCreate([{ isbn: 'a', title: 'A' }, new Book({ isbn: 'b', title: 'B', id: 50 }), { isbn: 'c', title: 'C' }]);
    console.log(made.map((b) => [b.id, b.isbn, b.version, session.state(b)]));
    const ups = await session.query(Book).bulkCreate(
      [
        { isbn: 'd', title: 'D' },
        { isbn: 'a', title: 'A2', facts: { pages: 3 } },
        { isbn: 'a', title: 'A3' },
      ],
      { onConflict: 'update', conflictFields: ['isbn'] },
    );
    console.log(ups.map((b) => [b.id, b.isbn, b.title, b.version, b === made[0], b.facts]));
    const ign = await session.query(Book).bulkCreate(
      [
        { isbn: 'z', title: 'Z' },
        { isbn: 'a', title: 'no' },
      ],
      { onConflict: 'ignore', conflictFields: ['isbn'] },
    );
    console.log(ign.map((b) => [b.id, b.isbn, b.title, b.version]));
    console.log(await db.session().query(Book).orderBy('isbn').values('id', 'isbn', 'title', 'version', 'facts'));
  });
});
