import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';
import { errorOf, openTestDatabase } from '../../support/database.ts';
import { items } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

class Country extends model('country', {
  id: f.auto(),
  code: f.string({ unique: true, maxLength: 20 }),
  cities: f.reverse(() => City, 'country'),
}) {}
class City extends model('city', {
  id: f.auto(),
  name: f.string(),
  country: f.foreignKey(() => Country, { to: 'code', onUpdate: 'cascade' }),
  founder: f.foreignKey(() => Country, { to: 'code', onUpdate: 'set null', nullable: true }),
}) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Country, City] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await session?.close();
  session = db.session();
  await db.transaction(async (seed) => {
    await seed.query(City).unfiltered().delete();
    await seed.query(Country).unfiltered().delete();
    const [one, two] = [new Country({ code: 'one' }), new Country({ code: 'two' })];
    seed.add(one, two, new City({ name: 'A', country: one, founder: one }), new City({ name: 'B', country: two }));
  });
});

const stored = (): PromiseLike<unknown[]> =>
  db.session().query(City).orderBy('name').valuesList('name', 'countryId', 'founderId');

describe('R1: a unique column to which others refer', () => {
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
