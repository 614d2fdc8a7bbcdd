/**
 * Numbers that a query computes and a column stores: rounded as on any server, and refused where they do not fit. The types
 * keep most of the kinds apart, hence the casts to `never`; plain JavaScript does not.
 */
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { BlazeError, cast, DataError, f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';

class Sum extends model('sum', {
  id: f.int({ primaryKey: true }),
  whole: f.int({ default: 0 }),
  float: f.float({ default: 0 }),
  price: f.decimal({ precision: 8, scale: 2, default: '0' }),
  at: f.datetime({ default: () => new Date('2026-01-01T00:00:00Z') }),
  on: f.date({ default: '2026-01-01' }),
  fine: f.decimal({ precision: 12, scale: 4, default: '0' }),
}) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Sum] });
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});
beforeEach(async () => {
  await sums().delete();
  await session.query(Sum).bulkCreate([
    { id: 1, whole: 2, float: 0.29, price: '1' },
    { id: 2, whole: -2, float: -0.29, price: '1' },
    { id: 3, whole: 1, float: 2.5, price: '0.99' },
  ]);
});

const sums = () => session.query(Sum).unfiltered();
const prices = () => sums().orderBy('id').valuesList('price', { flat: true });

it('M3: Q10: a float in a column of decimals is rounded, halves away from zero', async () => {
  await sums().update({ price: (s) => cast(s.price, f.float()).times(s.float) as never });
  expect(await prices()).toEqual(['0.29', '-0.29', '2.48']);
  await sums().update({ price: (s) => s.whole.dividedBy(3) as never });
  expect(await prices()).toEqual(['0.67', '-0.67', '0.33']);
  await sums().update({ price: (s) => s.float as never });
  expect(await prices()).toEqual(['0.29', '-0.29', '2.50']);
});

it('M3: Q10: the same where rows are inserted from a query', async () => {
  const made = sums().filter({ id: 1 });
  await session.query(Sum).insertFrom(made, (s) => ({
    id: s.id.plus(10),
    whole: s.whole,
    float: cast(s.price, f.float()).times(s.float) as never,
    price: s.float as never,
    fine: s.whole.dividedBy(3) as never,
  }));
  expect(await sums().filter({ id: 11 }).values('whole', 'float', 'price', 'fine')).toEqual([
    { whole: 2, float: 0.29, price: '0.29', fine: '0.6667' },
  ]);
});

it('M3: Q10: a decimal in a column of floats is the number that it says', async () => {
  await sums().update({ float: (s) => s.price as never });
  expect(await sums().orderBy('id').valuesList('float', { flat: true })).toEqual([1, 1, 0.99]);
  await sums().update({ float: (s) => s.price.times(2) as never });
  expect(await sums().orderBy('id').valuesList('float', { flat: true })).toEqual([2, 2, 1.98]);
});

it('M3: Q10: Q14: what is no number, or too great for its column, is refused', async () => {
  await sums().filter({ id: 3 }).update({ float: 1e308 });
  expect(await errorOf(() => sums().update({ float: (s) => s.float.times(10) }))).toBeInstanceOf(DataError);
  expect(await errorOf(() => sums().update({ price: (s) => s.float as never }))).toBeInstanceOf(DataError);
  expect(await errorOf(() => sums().update({ fine: (s) => s.float.times(1) as never }))).toBeInstanceOf(DataError);
  expect(await sums().orderBy('id').values('float', 'price', 'fine')).toEqual([
    { float: 0.29, price: '1.00', fine: '0.0000' },
    { float: -0.29, price: '1.00', fine: '0.0000' },
    { float: 1e308, price: '0.99', fine: '0.0000' },
  ]);
});

it('M3: Q10: Q14: no time is stored beyond the years that can be read', async () => {
  const at = new Date('2026-01-31T10:00:00.123Z');
  await sums().filter({ id: 1 }).update({ at, on: '2026-01-31' });
  await sums()
    .filter({ id: 1 })
    .update({ at: (s) => s.at.add({ months: 1 }), on: (s) => s.on.add({ years: 7973 }) });
  const kept = { at: new Date('2026-02-28T10:00:00.123Z'), on: '9999-01-31' };
  expect(await sums().filter({ id: 1 }).values('at', 'on')).toEqual([kept]);
  for (const years of [9000, -3000]) {
    expect(await errorOf(() => sums().update({ at: (s) => s.at.add({ years }) }))).toBeInstanceOf(BlazeError);
    expect(await errorOf(() => sums().update({ on: (s) => s.on.add({ years }) }))).toBeInstanceOf(BlazeError);
  }
  expect(await sums().filter({ id: 1 }).values('at', 'on')).toEqual([kept]);
});

it('M3: Q6: a float that has no digits after the point is round', async () => {
  await sums().filter({ id: 1 }).update({ float: 1e60 });
  const rounded = await sums()
    .orderBy('id')
    .values((s) => ({ whole: s.float.round(), tenth: s.float.round(1) }));
  expect(rounded[0]).toEqual({ whole: 1e60, tenth: 1e60 });
  expect(rounded[2]).toEqual({ whole: 3, tenth: 2.5 });
});
