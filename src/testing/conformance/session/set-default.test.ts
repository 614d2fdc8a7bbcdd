import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { engine, errorOf, openTestDatabase } from '../../support/database.ts';
import { items, pictureOf, rowsOf } from '../../support/pictures.ts';

class Shelf extends model('shelf', {
  id: f.auto(),
  code: f.string({ unique: true, maxLength: 10 }),
  books: f.reverse(() => Book, 'shelf'),
}) {}
class Book extends model('book', {
  id: f.auto(),
  title: f.string(),
  shelf: f.foreignKey(() => Shelf, { to: 'code', default: "no'ne", onDelete: 'set default' }),
  lent: f.foreignKey(() => Shelf, { nullable: true, onDelete: 'set default' }),
}) {}

/** MySQL and MariaDB have no SET DEFAULT, and say so before a table is made. */
const isOffered = engine !== 'mysql' && engine !== 'mariadb';

describe.skipIf(!isOffered)('SET DEFAULT, which this database has', () => {
  let db: Database;
  beforeEach(async () => {
    db = await openTestDatabase({ models: [Shelf, Book] });
  });
  afterEach(() => db.close());

  it('R7: S7: what a deleted row leaves behind refers to the default, in the database and in memory; a rollback brings it back', async () => {
    const session = db.session();
    const [none, a] = [new Shelf({ code: "no'ne" }), new Shelf({ code: 'a' })];
    const [one, two] = [new Book({ title: 'one', shelf: a, lent: a }), new Book({ title: 'two', shelf: a })];
    expect(items(none.books)).toEqual([]);
    session.add(none, a, one, two);
    await session.commit();
    const all = [none, a, one, two];
    const before = pictureOf(session, all);
    const stop = new Error('back');
    const caught = await errorOf(() =>
      session.transaction(async () => {
        session.delete(a);
        await session.flush();
        expect([one.shelf, one.shelfId, one.lent, two.shelf, items(none.books)]).toEqual([
          none,
          "no'ne",
          null,
          none,
          [one, two],
        ]);
        throw stop;
      }),
    );
    expect(caught).toBe(stop);
    expect(pictureOf(session, all)).toEqual(before);
    session.delete(a);
    await session.commit();
    expect([session.state(one), one.shelf, items(none.books)]).toEqual(['persistent', none, [one, two]]);
    expect(await rowsOf(db)).toMatchObject({
      book: [
        { title: 'one', shelf_id: "no'ne", lent_id: null },
        { title: 'two', shelf_id: "no'ne", lent_id: null },
      ],
    });
    // Nothing is left to be written, and a fresh session sees the same.
    one.title = 'one again';
    await session.commit();
    const fresh = await db.session().query(Book).orderBy('id').valuesList('title', 'shelfId', 'lentId');
    expect(fresh).toEqual([
      ['one again', "no'ne", null],
      ['two', "no'ne", null],
    ]);
  });

  it('R7: a reference that was given another target since keeps it', async () => {
    const session = db.session();
    const [none, a, b] = [new Shelf({ code: "no'ne" }), new Shelf({ code: 'a' }), new Shelf({ code: 'b' })];
    const one = new Book({ title: 'one', shelf: a });
    expect([items(none.books), items(b.books)]).toEqual([[], []]);
    session.add(none, a, b, one);
    await session.commit();
    session.delete(a);
    one.shelf = b;
    await session.commit();
    expect([one.shelfId, (await rowsOf(db))['book']?.[0]?.['title']]).toEqual(['b', 'one']);
    expect(items(b.books)).toEqual([one]);
    expect(items(none.books)).toEqual([]);
  });
});

describe('SET DEFAULT', () => {
  it('R7: R2: needs a default that a database can set', async () => {
    class Home extends model('home', { id: f.auto() }) {}
    class Cat extends model('cat', {
      id: f.auto(),
      a: f.foreignKey(() => Home, { onDelete: 'set default' }),
      b: f.foreignKey(() => Home, { default: () => 1, onDelete: 'set default' }),
    }) {}
    expect(await errorOf(() => Cat.meta.fields)).toMatchObject({
      code: 'E_DEFINITION',
      problems: [
        "Cat.a says 'set default', and has no default and is not nullable: give it a key as default.",
        "Cat.b says 'set default', and its default is a function, which no database calls: give it a key.",
      ],
    });
  });

  it.skipIf(isOffered)('R7: is refused by name where the database has none', async () => {
    expect(await errorOf(() => openTestDatabase({ models: [Shelf, Book] }))).toMatchObject({
      code: 'E_UNSUPPORTED',
      model: 'Book',
      field: 'shelf',
    });
  });
});
