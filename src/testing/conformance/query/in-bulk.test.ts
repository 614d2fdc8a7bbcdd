import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, InvalidQueryError, InvalidValueError, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused, openTestDatabase } from '../../support/database.ts';
import { Author, City, Country, Order, OrderLine, Post, Tag } from '../../support/models.ts';

class Event extends model('event', { at: f.datetime({ primaryKey: true }), name: f.string() }) {}
class Big extends model('big', { id: f.bigAuto(), bytes: f.string({ maxLength: 20, unique: true }) }) {}

const MANY = 70_000;
const ULM = '0a000000-0000-4000-8000-00000000000b';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Author, City, Country, Order, OrderLine, Post, Tag, Event, Big] });
  await db.transaction(async (s) => {
    const de = new Country({ code: 'de', name: 'Germany', dialCode: 49 });
    const order = new Order({ customer: 'Ann' });
    s.add(
      de,
      new City({ id: ULM, name: 'Ulm', country: de, dial: de }),
      order,
      ...[1, 2, 3].map((line) => new OrderLine({ order, line, product: `p${line}`, unitPrice: '1.00' })),
      new Event({ at: new Date('2026-01-01T00:00:00.001Z'), name: 'first' }),
      new Big({ bytes: 'x' }),
      ...['Ann', 'Bob'].map((name) => new Author({ name, email: `${name}@x.org` })),
    );
  });
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

describe('inBulk', () => {
  it('Q8: M7: by every kind of key, in the order given, without those that are not there', async () => {
    const authors = await session.query(Author).inBulk([2, 99, 1, 2]);
    expect([...authors].map(([key, { name }]) => [key, name])).toEqual([
      [2, 'Bob'],
      [1, 'Ann'],
    ]);
    expect(authors.get(1)).toBe(await session.get(Author, 1));
    expect((await session.query(Country).inBulk(['de', 'xx'])).get('de')?.name).toBe('Germany');
    // Another spelling of the same key.
    expect((await session.query(City).inBulk([ULM.toUpperCase()])).get(ULM.toUpperCase())?.name).toBe('Ulm');
    const at = new Date('2026-01-01T00:00:00.001Z');
    expect((await session.query(Event).inBulk([at])).get(at)?.name).toBe('first');
    expect((await session.query(Big).inBulk([1n, 2n])).get(1n)?.bytes).toBe('x');
    expect(await session.query(Author).inBulk(new Set<number>())).toEqual(new Map());
  });

  it('Q8: M7: by composite keys', async () => {
    const keys: [number, number][] = [
      [1, 3],
      [1, 9],
      [1, 1],
    ];
    const lines = await session.query(OrderLine).inBulk(keys);
    expect([...lines].map(([key, { product }]) => [key, product])).toEqual([
      [[1, 3], 'p3'],
      [[1, 1], 'p1'],
    ]);
    expect(lines.get(keys[0]!)?.product).toBe('p3');
    const many = Array.from({ length: 600 }, (_, i): [number, number] => [1, i]);
    const sent = db.queryStats().statements;
    expect((await session.query(OrderLine).inBulk(many)).size).toBe(3);
    expect(db.queryStats().statements).toBe(sent + 3);
  });

  it('Q8: by a unique field, in a query that filters, loads and reads some fields', async () => {
    const byEmail = await session.query(Author).inBulk(['Bob@x.org', 'nobody'], { field: 'email' });
    expect([...byEmail].map(([email, { id }]) => [email, id])).toEqual([['Bob@x.org', 2]]);
    const some = await db.session().query(Author).only('name').inBulk(['Ann@x.org'], { field: 'email' });
    expect([...some.values()].map(({ name }) => name)).toEqual(['Ann']);
    expect((await session.query(Author).filter({ name: 'Ann' }).inBulk([1, 2])).size).toBe(1);
    const cities = await session.query(City).selectRelated('country').inBulk([ULM]);
    expect(cities.get(ULM)?.country.name).toBe('Germany');
    const countries = await session.query(Country).prefetchRelated('cities').inBulk([49], { field: 'dialCode' });
    expect(countries.get(49)?.cities.length).toBe(1);
  });

  it('Q8: 70,000 keys', async () => {
    await db.transaction((s) =>
      s.query(Tag).bulkCreate(Array.from({ length: MANY }, (_, i) => ({ id: i + 1, name: `t${i}` }))),
    );
    const fresh = db.session();
    try {
      const sent = db.queryStats().statements;
      const tags = await fresh.query(Tag).inBulk(Array.from({ length: MANY + 10 }, (_, i) => MANY + 10 - i));
      expect([tags.size, tags.get(MANY)?.name, [...tags.keys()].slice(0, 2)]).toEqual([
        MANY,
        `t${MANY - 1}`,
        [MANY, MANY - 1],
      ]);
      expect(db.queryStats().statements).toBe(sent + 1);
    } finally {
      await fresh.close();
    }
  }, 120_000);

  it('Q14: Q8: refused before anything is sent', async () => {
    const refused = (
      call: () => unknown,
      message: string,
      type: typeof InvalidQueryError | typeof InvalidValueError = InvalidQueryError,
    ) => expectRefused(db, call, { type, message });
    const authors = session.query(Author);
    await refused(() => authors.limit(1).inBulk([1]), 'inBulk() finds all keys: take away limit() and offset().');
    await refused(
      () => authors.inBulk(['Ann'], { field: 'name' }),
      'inBulk() finds one Author for each key, and Author.name is not unique. Filter by it: { name: oneOf(keys) }.',
    );
    await refused(
      () => authors.inBulk([1], { fild: 'id' } as never),
      "inBulk() has no option 'fild'. Did you mean 'field'?",
    );
    await refused(
      () => authors.inBulk(1 as never),
      'inBulk() of Author takes a list of keys, not an integer.',
      InvalidValueError,
    );
    await refused(() => authors.inBulk(['1'] as never), 'Author.id takes an integer, not a string.', InvalidValueError);
    await refused(
      () => session.query(OrderLine).inBulk([[1]] as never),
      'The key of OrderLine is a list of 2 values: [orderId, line].',
      InvalidValueError,
    );
  });
});
