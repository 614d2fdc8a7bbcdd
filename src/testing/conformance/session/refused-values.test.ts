import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Post } from '../../support/models.ts';
import { rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
});

afterEach(() => db.close());

describe('values that a column cannot hold', () => {
  it('S8: X1: are found before anything is sent, in whatever step of the flush they are', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'a@x.org' });
    const item = author.posts.create({ title: 'One' }) as Post;
    session.add(author);
    const wrong: [keyof Post, unknown, string][] = [
      ['views', Number.NaN, 'Post.views takes an integer, not NaN.'],
      ['views', 2 ** 31, 'Post.views takes an integer from -2147483648 to 2147483647.'],
      ['title', 'a\0b', 'Post.title takes text without NUL characters.'],
      ['price', 5, "Post.price takes a decimal as a string ('12.50'), not an integer."],
      ['createdAt', new Date(Number.NaN), 'Post.createdAt takes a valid Date, not an invalid one.'],
    ];
    for (const [field, value, message] of wrong) {
      const before = item[field];
      Object.assign(item, { [field]: value });
      let error: unknown;
      const sent = await statementsOf(async () => (error = await errorOf(() => session.commit())));
      expect(error).toMatchObject({ code: 'E_VALIDATION', model: 'Post', field, message });
      expect(sent.filter((sql) => sql !== 'BEGIN' && sql !== 'ROLLBACK')).toEqual([]);
      Object.assign(item, { [field]: before });
    }
    await session.commit();
    expect((await rowsOf(db))['post']).toMatchObject([{ id: 1, author_id: 1, title: 'One' }]);
    // Updates too: the first of two shapes is not sent either.
    item.title = 'Two';
    author.age = 1.5;
    const sent = await statementsOf(() => errorOf(() => session.commit()));
    expect(sent).toEqual(['BEGIN', 'ROLLBACK']);
    await session.close();
  });

  it('M8: what the database computes cannot be set', async () => {
    class Item extends model('item', { id: f.auto(), price: f.int(), double: f.int({ generated: 'price * 2' }) }) {}
    const own = await openTestDatabase({ models: [Item] });
    const session = own.session();
    const item = new Item({ price: 2 });
    session.add(item);
    await session.commit();
    Object.assign(item, { double: 7 });
    expect(await errorOf(() => session.commit())).toMatchObject({
      code: 'E_INVALID_VALUE',
      message:
        'Item.double was set, and the database computes it. Change what it is computed from, or refresh() the entity.',
    });
    await session.rollback();
    expect(item.double).toBe(4);
    await own.close();
  });

  it('Q10: an update by an expression rounds to whole numbers, and refuses what does not fit', async () => {
    await db.transaction((session) =>
      session.add(
        new Post({ title: 'One', views: 8, price: '5.00', author: new Author({ name: 'A', email: 'a@x.org' }) }),
      ),
    );
    const session = db.session();
    const all = () => session.query(Post).unfiltered();
    await all().update({ views: (p) => p.views.dividedBy(3) });
    expect(await all().values('views')).toEqual([{ views: 3 }]);
    await all().update({ views: (p) => p.views.plus(2_147_483_644) });
    const inSqlite = (field: string) => ({
      code: 'E_DATA',
      model: 'Post',
      field,
      message: `Post.${field} was set to a number that it cannot hold.`,
    });
    const inPostgres = (text: string) => ({
      code: 'E_DATA',
      message: `PostgreSQL refused the statement: ${text} (Post).`,
    });
    const inMysql = (field: string) => ({
      code: 'E_DATA',
      model: 'Post',
      field,
      message: `A number is out of range for its column (Post.${field}).`,
    });
    expect(await errorOf(() => all().update({ views: (p) => p.views.plus(1) }))).toMatchObject(
      onEngine<object>({
        sqlite: inSqlite('views'),
        postgres: inPostgres('integer out of range'),
        mysql: inMysql('views'),
      }),
    );
    expect(await errorOf(() => all().update({ price: (p) => p.price.times(1_000_000_000) }))).toMatchObject(
      onEngine<object>({
        sqlite: inSqlite('price'),
        postgres: inPostgres('numeric field overflow'),
        mysql: inMysql('price'),
      }),
    );
    expect(await all().values('views', 'price')).toEqual([{ views: 2_147_483_647, price: '5.00' }]);
    const sent = await statementsOf(async () =>
      expect(await errorOf(() => all().update({ views: ((p: { title: unknown }) => p.title) as never }))).toMatchObject(
        {
          code: 'E_INVALID_QUERY',
          message: 'update() cannot set Post.views, of type int, to an expression of type string.',
        },
      ),
    );
    expect(sent).toEqual([]);
    await session.close();
  });
});
