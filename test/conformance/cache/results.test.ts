import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { count, Database, f, InvalidQueryError, max, model, prefetch, scope, subModel } from 'blazeorm';
import type { Session } from 'blazeorm';
import { InMemoryCache } from 'blazeorm/cache';

import { expectRefused, freshUrl } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';
import { Book, openLibrary, Shelf, Topic, Writer } from './models.ts';

let db: Database;

beforeEach(async () => {
  db = await openLibrary({ cache: new InMemoryCache() });
});

afterEach(() => db.close());

async function sent(run: (session: Session) => unknown): Promise<number> {
  return (await statementsOf(() => run(db.session()))).length;
}

const ttl = 60_000;

/** Queries of each kind, awaited. */
const QUERIES: Record<string, (session: Session) => Promise<unknown>> = {
  entities: async (session) => session.query(Book).orderBy('id').cache({ ttl }),
  joined: async (session) => session.query(Book).selectRelated('writer').orderBy('id').cache({ ttl }),
  loaded: async (session) => session.query(Writer).prefetchRelated('books.topics').cache({ ttl }),
  named: async (session) =>
    session
      .query(Writer)
      .prefetchRelated(prefetch('books', { as: 'all' }, (q) => q.orderBy('id')))
      .cache({ ttl }),
  count: (session) => session.query(Book).cache({ ttl }).count(),
  exists: (session) => session.query(Book).cache({ ttl }).exists(),
  first: (session) => session.query(Book).cache({ ttl }).first(),
  one: (session) => session.query(Book).filter({ title: 'First' }).cache({ ttl }).one(),
  aggregate: (session) =>
    session
      .query(Book)
      .cache({ ttl })
      .aggregate((b) => ({ n: count(), most: max(b.copies) })),
  values: async (session) => session.query(Writer).values('name', 'fans', 'worth', 'seen').cache({ ttl }),
  flat: async (session) => session.query(Book).orderBy('id').valuesList('title', { flat: true }).cache({ ttl }),
  page: (session) => session.query(Book).orderBy('id').cache({ ttl }).page({ first: 1 }),
};

describe('results of queries', () => {
  it.each(Object.entries(QUERIES))('C4: a hit runs no SQL: %s', async (_, query) => {
    const first = JSON.stringify(await query(db.session()), text);
    expect(await sent(query)).toBe(0);
    expect(JSON.stringify(await query(db.session()), text)).toBe(first);
  });

  it('C4: values are part of it, and so is everything that the query says', async () => {
    const titled = (session: Session, title: string) => session.query(Book).filter({ title }).cache({ ttl }).count();
    expect([await titled(db.session(), 'First'), await titled(db.session(), 'None')]).toEqual([1, 0]);
    expect([await titled(db.session(), 'First'), await titled(db.session(), 'None')]).toEqual([1, 0]);
    expect(await sent((session) => titled(session, 'Second'))).toBe(1);
    expect(await sent((session) => session.query(Book).filter({ title: 'First' }).count())).toBe(1);
  });

  it('C4: a change of any table that was read takes it away, one of another does not', async () => {
    await QUERIES['joined']!(db.session());
    await db.session().query(Shelf).filter({ id: 1 }).update({ code: 'Z' });
    expect(await sent(QUERIES['joined']!)).toBe(0);
    await db.session().query(Writer).filter({ id: 1 }).update({ name: 'Bea' });
    expect(await sent(QUERIES['joined']!)).toBe(1);
    await db.transaction(async (session) => {
      (await session.getOrFail(Book, 1)).title = 'New';
    });
    expect(await sent(QUERIES['joined']!)).toBe(1);
  });

  it('C4: tags name results of any table, and their time ends', async () => {
    const tagged = (tags: readonly string[]) => (session: Session) => session.query(Book).cache({ ttl, tags }).count();
    await tagged(['feed', 'ann: "x"'])(db.session());
    await db.cache.invalidate({ tags: ['other'] });
    expect(await sent(tagged(['feed', 'ann: "x"']))).toBe(0);
    await db.cache.invalidate({ tags: ['ann: "x"'] });
    expect(await sent(tagged(['feed', 'ann: "x"']))).toBe(1);
    const short = async (session: Session) => session.query(Topic).cache({ ttl: 1 });
    await short(db.session());
    await expect.poll(() => sent(short)).toBe(1);
  });

  it('C4: in a transaction, with a lock or fresh() the database is asked', async () => {
    await QUERIES['entities']!(db.session());
    await db.transaction(async (session) => {
      expect(await statementsOf(() => QUERIES['entities']!(session))).toHaveLength(1);
    });
    expect(await sent(async (session) => session.query(Book).orderBy('id').cache({ ttl }).fresh())).toBe(1);
  });

  it('C4: what cannot be is refused', async () => {
    const query = db.session().query(Book);
    const refused = (call: () => unknown, message: string): Promise<void> =>
      expectRefused(db, call, { type: InvalidQueryError, message });
    await refused(
      () => query.cache({} as never),
      'cache() takes ttl as a whole number of milliseconds from 1 to 2147483647.',
    );
    await refused(
      () => query.cache({ ttl: Number.NaN }),
      'cache() takes ttl as a whole number of milliseconds from 1 to 2147483647.',
    );
    await refused(
      () => query.cache({ ttl: 1.5 }),
      'cache() takes ttl as a whole number of milliseconds from 1 to 2147483647.',
    );
    await refused(
      () => query.cache({ ttl: 1, tag: 'x' } as never),
      "cache() has no option 'tag'. Did you mean 'tags'?",
    );
    await refused(
      () => query.cache({ ttl: 1, tags: 'x' } as never),
      "Tags of cached results are a list of texts. Write { tags: ['name'] }.",
    );
    await refused(
      () => query.cache(60 as never),
      'cache() takes an object, not an integer. Write cache({ ttl: 60_000 }), in milliseconds.',
    );
    await refused(
      () => db.cache.invalidate({ tags: 'x' } as never),
      "Tags of cached results are a list of texts. Write { tags: ['name'] }.",
    );
  });
});

describe('calls that cache() has nothing to do with', () => {
  const cached = (session: Session) => session.query(Book).filter({ id: 1 }).cache({ ttl });

  it.each<[string, (session: Session) => Promise<unknown>]>([
    ['update', (session) => cached(session).update({ copies: 2 })],
    ['delete', (session) => cached(session).delete()],
    [
      'bulkCreate',
      (session) =>
        session
          .query(Topic)
          .cache({ ttl })
          .bulkCreate([{ code: 'a', name: 'A' }]),
    ],
    ['getOrCreate', (session) => session.query(Topic).cache({ ttl }).getOrCreate({ code: 'a' })],
  ])('C4: %s() with cache() is refused', async (call, run) => {
    const of = call === 'update' || call === 'delete' ? 'Book' : 'Topic';
    await expectRefused(db, () => run(db.session()), {
      type: InvalidQueryError,
      message: `${call}() writes rows of ${of}, and cache() is for what is read. Leave cache() out: what is written is forgotten by itself.`,
    });
  });

  it.each<[string, (session: Session) => AsyncIterable<unknown>]>([
    ['iterate()', (session) => cached(session).iterate()],
    ['for await', (session) => cached(session)],
    ['values', (session) => cached(session).values('title')],
  ])('C4: a stream with cache() is refused: %s', async (_, stream) => {
    const read = async (): Promise<void> => {
      for await (const row of stream(db.session())) expect.fail(`got ${String(row)}`);
    };
    await expectRefused(db, read, {
      type: InvalidQueryError,
      message:
        'A query of Book that is iterated is read from the database and kept nowhere. Leave cache() out, or await the query as a whole.',
    });
  });
});

it('C1: C4: hits and misses are counted, by model', async () => {
  const before = db.cache.stats();
  expect(before).toEqual({ hits: 0, misses: 0, models: {} });
  await db.session().get(Writer, 1);
  await db.session().query(Book).inBulk([1, 2]);
  await db.session().query(Book).inBulk([1, 2, 99]);
  await db.session().query(Book).cache({ ttl }).count();
  await Promise.all([1, 2, 3].map(() => db.session().query(Book).cache({ ttl }).count()));
  await db.session().query(Shelf).count();
  expect(db.cache.stats()).toEqual({
    hits: 5,
    misses: 5,
    models: { Writer: { hits: 0, misses: 1 }, Book: { hits: 5, misses: 4 } },
  });
  expect(db.session().cache.stats()).toEqual(db.cache.stats());
  expect(before.hits).toBe(0);
  await using none = await Database.connect(await freshUrl(), { models: [Topic] });
  expect(none.cache.stats()).toEqual({ hits: 0, misses: 0, models: {} });
});

class Memo extends model(
  'memo',
  { id: f.auto(), tenant: f.int(), text: f.string(), deletedAt: f.datetime({ nullable: true }) },
  {
    scopes: {
      tenants: scope((m, id: number) => m.tenant.eq(id), { required: true }),
      alive: (m) => m.deletedAt.isNull(),
    },
    cache: { ttl },
  },
) {}

class Vehicle extends model(
  'vehicle',
  { id: f.auto(), kind: f.enum(['car', 'boat']), name: f.string() },
  { discriminator: 'kind', subclasses: () => [Car, Boat], cache: { ttl } },
) {}
class Car extends subModel(Vehicle, 'car', { doors: f.int({ nullable: true }) }) {}
class Boat extends subModel(Vehicle, 'boat', { masts: f.int({ nullable: true }) }) {}

describe('conditions of models, and classes of one table', () => {
  let other: Database;

  beforeEach(async () => {
    other = await Database.connect(await freshUrl(), { models: [Memo, Vehicle], cache: new InMemoryCache() });
    await other.createAll();
  });

  afterEach(() => other.close());

  const as = (tenants: number): Session => other.session({ scopes: { tenants } });

  it('C1: a row is kept for those who may see it, and shown to nobody else', async () => {
    await other.transaction(
      async (session) => {
        session.add(new Memo({ tenant: 1, text: 'ours' }), new Memo({ tenant: 2, text: 'theirs' }));
      },
      { unscoped: ['tenants'] },
    );
    for (let round = 0; round < 2; round++) {
      expect(await as(1).get(Memo, 1)).toMatchObject({ text: 'ours' });
      expect(await as(2).get(Memo, 1)).toBe(null);
      expect(await as(2).get(Memo, 2)).toMatchObject({ text: 'theirs' });
    }
    expect(await statementsOf(() => as(1).get(Memo, 1))).toEqual([]);
    await as(1).query(Memo).filter({ id: 1 }).update({ deletedAt: new Date() });
    expect(await as(1).get(Memo, 1)).toBe(null);
    expect(await other.session({ unscoped: ['tenants', 'alive'] }).get(Memo, 1)).toMatchObject({ text: 'ours' });
    expect(await as(1).get(Memo, 1)).toBe(null);
    await expect(other.session().get(Memo, 2)).rejects.toThrow('is read by the scope');
  });

  it('C1: a row is of its class, whoever asks for it', async () => {
    await other.transaction(async (session) =>
      session.add(new Car({ name: 'Beetle', doors: 3 }), new Boat({ name: 'Ketch', masts: 2 })),
    );
    for (let round = 0; round < 2; round++) {
      expect(await other.session().get(Vehicle, 1)).toBeInstanceOf(Car);
      expect(await other.session().get(Vehicle, 2)).toMatchObject({ name: 'Ketch', masts: 2 });
      expect(await other.session().get(Car, 1)).toMatchObject({ doors: 3 });
      expect(await other.session().get(Boat, 1)).toBe(null);
    }
    expect(await statementsOf(() => other.session().get(Vehicle, 1))).toEqual([]);
    expect(await statementsOf(() => other.session().get(Car, 1))).toEqual([]);
    await other.transaction(async (session) => {
      (await session.getOrFail(Car, 1)).doors = 5;
    });
    expect(await other.session().get(Vehicle, 1)).toMatchObject({ doors: 5 });
    expect(await other.session().get(Car, 1)).toMatchObject({ doors: 5 });
  });
});

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}
