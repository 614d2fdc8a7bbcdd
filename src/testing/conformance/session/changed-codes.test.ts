import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model, UniqueViolationError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';
import { errorOf, openTestDatabase } from '../../support/database.ts';
import { items } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

class Country extends model('country', {
  id: f.auto(),
  code: f.string({ unique: true, maxLength: 20 }),
  cities: f.reverse(() => City, 'country'),
  ports: f.reverse(() => Port, 'country'),
  roads: f.reverse(() => Road, 'country', { cascade: 'delete-orphan' }),
  flag: f.reverseOne(() => Flag, 'country'),
}) {}
class City extends model('city', {
  id: f.auto(),
  name: f.string(),
  country: f.foreignKey(() => Country, { to: 'code', onUpdate: 'cascade' }),
  founder: f.foreignKey(() => Country, { to: 'code', onUpdate: 'set null', nullable: true }),
}) {}
/** Without its country it stays. */
class Port extends model('port', {
  id: f.auto(),
  name: f.string(),
  country: f.foreignKey(() => Country, { to: 'code', onUpdate: 'cascade', onDelete: 'set null', nullable: true }),
}) {}
/** Goes with its country. */
class Road extends model('road', {
  id: f.auto(),
  name: f.string(),
  country: f.foreignKey(() => Country, { to: 'code', onUpdate: 'cascade' }),
}) {}
class Flag extends model('flag', {
  id: f.auto(),
  name: f.string(),
  country: f.oneToOne(() => Country, { to: 'code', onUpdate: 'cascade', onDelete: 'set null', nullable: true }),
}) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Country, City, Port, Road, Flag] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await session?.close();
  session = db.session();
  await db.transaction(async (seed) => {
    await seed.query(City).unfiltered().delete();
    for (const others of [Port, Road, Flag])
      await seed
        .query(others as typeof Port)
        .unfiltered()
        .delete();
    await seed.query(Country).unfiltered().delete();
    const [one, two] = [new Country({ code: 'one' }), new Country({ code: 'two' })];
    seed.add(one, two, new City({ name: 'A', country: one, founder: one }), new City({ name: 'B', country: two }));
    seed.add(new Port({ name: 'A', country: one }), new Port({ name: 'B', country: two }));
  });
});

const stored = (): PromiseLike<unknown[]> =>
  db.session().query(City).orderBy('name').valuesList('name', 'countryId', 'founderId');

describe('R1: a unique column to which others refer', () => {
  /** Two countries without cities; their roads and flags have the names of their countries. */
  const withRoadsAndFlags = async (): Promise<[Country, Country]> => {
    await db.transaction(async (seed) => {
      await seed.query(City).unfiltered().delete();
      for (const country of await seed.query(Country))
        seed.add(new Road({ name: country.code, country }), new Flag({ name: country.code, country }));
    });
    const [one, two] = await session.query(Country).orderBy('code');
    return [one!, two!];
  };
  it('R1: S3: references follow it in memory as they do in the database, and are not written', async () => {
    const [a, b] = await session.query(City).orderBy('name').selectRelated('country', 'founder');
    const one = a!.country as Country;
    one.code = 'uno';
    expect(a!.country).toBe(one);
    const sent = await statementsOf(() => session.commit());
    expect(sent.length).toBe(3);
    expect([a!.countryId, a!.country, a!.founderId, a!.founder, b!.countryId]).toEqual(['uno', one, null, null, 'two']);
    expect(await stored()).toEqual([
      ['A', 'uno', null],
      ['B', 'two', null],
    ]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    expect(items(await one.cities.load())).toEqual([a]);
  });

  it('R1: S3: two exchange it, and so do those that refer to them', async () => {
    const [a, b] = await session.query(City).orderBy('name').selectRelated('country');
    const [one, two] = [a!.country as Country, b!.country as Country];
    [one.code, two.code] = ['two', 'one'];
    await session.commit();
    expect([a!.countryId, a!.country, b!.countryId, b!.country]).toEqual(['two', one, 'one', two]);
    expect((await stored()).map((row) => (row as unknown[]).slice(0, 2))).toEqual([
      ['A', 'two'],
      ['B', 'one'],
    ]);
  });

  it('R1: S3: a new row that refers to the new value is inserted after it, one that was told the old one before', async () => {
    const one = await session.query(Country).get({ code: 'one' });
    const before = new City({ name: 'C', country: one });
    one.code = 'uno';
    const after = new City({ name: 'D', country: one });
    session.add(before, after);
    await session.commit();
    expect([before.countryId, before.country, after.countryId, after.country]).toEqual(['uno', one, 'uno', one]);
    expect((await stored()).map((row) => (row as unknown[]).slice(0, 2))).toEqual([
      ['A', 'uno'],
      ['B', 'two'],
      ['C', 'uno'],
      ['D', 'uno'],
    ]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('R1: S3: so is one that is moved to it', async () => {
    const [a, b] = await session.query(City).orderBy('name').selectRelated('country');
    const one = a!.country as Country;
    one.code = 'uno';
    b!.country = one;
    await session.commit();
    expect([b!.countryId, b!.country, a!.countryId]).toEqual(['uno', one, 'uno']);
    expect((await stored()).map((row) => (row as unknown[])[1])).toEqual(['uno', 'uno']);
  });

  it('R1: R4: S3: S9: members that go with their owner are those that the database has, and that were not moved', async () => {
    const [one, two] = await withRoadsAndFlags();
    const [first, second] = await session.query(Road).orderBy('name');
    [one.code, two.code] = ['two', 'one'];
    first!.country = two;
    session.delete(one);
    await session.commit();
    expect([first, second].map((road) => session.state(road!))).toEqual(['persistent', 'persistent']);
    expect(await db.session().query(Road).orderBy('name').valuesList('name', 'countryId')).toEqual([
      ['one', 'one'],
      ['two', 'one'],
    ]);
    two.code = 'dos';
    two.roads.remove(first!);
    await session.commit();
    expect([first, second].map((road) => session.state(road!))).toEqual(['detached', 'persistent']);
    two.code = 'duo';
    session.delete(two);
    await session.commit();
    expect(await db.session().query(Road).count()).toBe(0);
  });

  it('R1: R3: S3: the other side of a one-to-one is the one that the database has, and the one that was moved', async () => {
    const [one, two] = await withRoadsAndFlags();
    [one.code, two.code] = ['two', 'one'];
    const flags = await session.query(Flag).orderBy('name');
    await one.flag!.load();
    expect(one.flag).toBe(flags[0]);
    flags[1]!.country = null;
    two.flag = flags[0]!;
    await session.commit();
    expect([one.flag === null, two.flag === flags[0], flags[0]!.country === two]).toEqual([true, true, true]);
    expect(await db.session().query(Flag).orderBy('name').valuesList('name', 'countryId')).toEqual([
      ['one', 'one'],
      ['two', null],
    ]);
  });

  it('R1: S3: two of a one-to-one that change places with two that exchange their codes are refused, and done with a flush between', async () => {
    const [one, two] = await withRoadsAndFlags();
    const flags = await session.query(Flag).orderBy('name');
    const exchange = (): void => void ([flags[0]!.country, flags[1]!.country] = [two, one]);
    [one.code, two.code] = ['two', 'one'];
    exchange();
    expect(await errorOf(() => session.commit())).toBeInstanceOf(UniqueViolationError);
    await session.rollback();
    [one.code, two.code] = ['two', 'one'];
    await session.flush();
    exchange();
    await session.commit();
    expect(await db.session().query(Flag).orderBy('name').valuesList('name', 'countryId')).toEqual([
      ['one', 'one'],
      ['two', 'two'],
    ]);
  });

  it('R1: S7: a rollback takes it back', async () => {
    const a = await session.query(City).get({ name: 'A' });
    const one = await session.query(Country).get({ code: 'one' });
    await errorOf(() =>
      session.transaction(async () => {
        one.code = 'uno';
        await session.flush();
        expect(a.countryId).toBe('uno');
        throw new Error('no');
      }),
    );
    expect([one.code, a.countryId, a.founderId]).toEqual(['one', 'one', 'one']);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });
});

for (const isLoaded of [true, false])
  describe(`R1: R3: a code that changes while members come and go (their collections are ${isLoaded ? '' : 'not '}loaded)`, () => {
    let [one, two]: Country[] = [];
    let [a, b]: Port[] = [];
    beforeEach(async () => {
      // Cities would keep a country from being deleted.
      await db.transaction((others) => others.query(City).unfiltered().delete());
      const countries = session.query(Country).orderBy('code');
      [one, two] = isLoaded ? await countries.prefetchRelated('ports') : await countries;
      [a, b] = await session.query(Port).orderBy('name');
    });

    const swap = (): void => void ([one!.code, two!.code] = [two!.code, one!.code]);
    /** What memory says of each port and country; its rows say the same. */
    const expectCodes = async (...codes: (string | null)[]): Promise<void> => {
      const ports = [a!, b!];
      expect(ports.map(({ countryId }) => countryId)).toEqual(codes);
      expect(ports.map(({ country }) => (country === null ? null : (country as Country).code))).toEqual(codes);
      for (const country of [one!, two!].filter((known) => session.state(known) === 'persistent')) {
        const members = items(await country.ports.load()).map(({ name }) => name);
        const wanted = ports.filter((port) => port.countryId === country.code).map(({ name }) => name);
        expect(members.toSorted()).toEqual(wanted);
      }
      expect(await db.session().query(Port).orderBy('name').valuesList('countryId', { flat: true })).toEqual(codes);
      expect(await statementsOf(() => session.commit())).toEqual([]);
    };

    it('R1: R3: S3: one is moved between two that exchange their codes', async () => {
      b!.country = one!;
      swap();
      await session.commit();
      await expectCodes('two', 'two');
      expect(b!.country).toBe(one);
    });

    it('R1: R3: S3: one is moved after they have: the value is the one that it had', async () => {
      swap();
      b!.country = one!;
      await session.commit();
      await expectCodes('two', 'two');
      expect(b!.country).toBe(one);
    });

    it('R1: R3: S3: a collection is set before they exchange their codes', async () => {
      one!.ports.set([a!, b!]);
      swap();
      await session.commit();
      await expectCodes('two', 'two');
    });

    it('R1: R3: S3: a collection is set after that, and nobody else loses a member', async () => {
      swap();
      one!.ports.set([]);
      await session.commit();
      await expectCodes(null, 'one');
    });

    it('R1: R3: S3: a collection is cleared', async () => {
      one!.code = 'uno';
      one!.ports.clear();
      await session.commit();
      await expectCodes(null, 'two');
    });

    it('R1: R3: S3: a member is taken away, or moved to another', async () => {
      one!.code = 'uno';
      a!.country = null;
      await session.commit();
      await expectCodes(null, 'two');
      two!.code = 'dos';
      b!.country = one!;
      await session.commit();
      await expectCodes(null, 'uno');
    });

    it('R1: R3: S3: a code that is changed twice is the last one for what was moved to it between', async () => {
      one!.code = 'first';
      b!.country = one!;
      one!.code = 'second';
      const port = new Port({ name: 'C', country: one! });
      one!.code = 'third';
      session.add(port);
      await session.commit();
      expect(port.countryId).toBe('third');
      session.delete(port);
      await session.commit();
      await expectCodes('third', 'third');
    });

    it('R1: R3: S3: a collection is loaded, and asked, by the code that the database has', async () => {
      one!.code = 'uno';
      expect(items(await one!.ports.load())).toEqual([a]);
      expect(await one!.ports.query().count()).toBe(1);
      await session.transaction(async () => {
        two!.code = 'dos';
        expect(await two!.ports.query().count()).toBe(1);
        expect(items(await two!.ports.load())).toEqual([b]);
      });
      await expectCodes('uno', 'dos');
    });

    it('R1: R3: S4: S9: the owner is deleted', async () => {
      one!.code = 'uno';
      session.delete(one!);
      await session.commit();
      await expectCodes(null, 'two');
    });

    it('R1: R3: S4: S9: the owner has given its code to another and is deleted', async () => {
      swap();
      session.delete(one!);
      await session.commit();
      await expectCodes(null, 'one');
    });

    it('R1: R3: S4: S9: a member goes to the one that takes the code of the deleted', async () => {
      session.delete(one!);
      two!.code = 'one';
      a!.country = two!;
      await session.commit();
      await expectCodes('one', 'one');
    });

    it('R1: R3: S7: a rollback takes it back', async () => {
      await errorOf(() =>
        session.transaction(async () => {
          swap();
          b!.country = one!;
          await session.flush();
          throw new Error('no');
        }),
      );
      await expectCodes('one', 'two');
    });
  });
