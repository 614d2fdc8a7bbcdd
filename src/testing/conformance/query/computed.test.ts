import { afterAll, beforeAll, expect, it } from 'vitest';

import { Database, f, model, oneOf, sum, value } from '../../../index.ts';

import { errorOf, expectSql, freshUrl, supports } from '../../support/database.ts';
import { expectSent } from '../../support/statements.ts';

class Run extends model('run', {
  id: f.auto(),
  first: f.int(),
  second: f.int({ default: 0 }),
  third: f.int({ default: 0 }),
  wakes: f.time({ nullable: true }),
  price: f.decimal({ precision: 8, scale: 2, nullable: true }),
  share: f.decimal({ precision: 8, scale: 4, default: '0.0625' }),
  at: f.datetime({ default: () => new Date('2026-01-31T13:45:00.123Z') }),
  name: f.string({ maxLength: 10, default: 'name' }),
  ratio: f.float({ nullable: true }),
}) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Run] });
  await db.createAll();
});
afterAll(() => db.close());

const runs = () => db.session().query(Run).orderBy('id');

async function fill(...rows: ConstructorParameters<typeof Run>[0][]): Promise<void> {
  await db.session().query(Run).unfiltered().delete();
  await db.transaction((session) => session.addAll(rows.map((row) => new Run(row))));
}

it('Q10: an update computes from the row as it was, in whatever order its fields are named', async () => {
  await fill({ first: 1, second: 2, third: 3 });
  const chain = () =>
    runs()
      .unfiltered()
      .update({ first: (r) => r.first.plus(1), second: (r) => r.first, third: (r) => r.second });
  await chain();
  expect(await runs().values('first', 'second', 'third')).toEqual([{ first: 2, second: 1, third: 2 }]);
});

it('Q10: fields that change places', async () => {
  await fill({ first: 1, second: 2 });
  const swap = () =>
    runs()
      .unfiltered()
      .update({ first: (r) => r.second, second: (r) => r.first });
  const message = (name: string): string =>
    `${name} cannot do this: to set fields of a row to what others of them were before.`;
  const supported = await supports('to set fields of a row to what others of them were before', swap, {
    mysql: { message: message('MySQL') },
    mariadb: { message: message('MariaDB') },
  });
  if (supported) await swap();
  expect(await runs().values('first', 'second')).toEqual([
    supported ? { first: 2, second: 1 } : { first: 1, second: 2 },
  ]);
});

it('M3: Q6: a time in place of NULL', async () => {
  await fill({ first: 1 }, { first: 2, wakes: '05:06:07' });
  const wakes = runs().values((r) => ({ wakes: r.wakes.coalesce('01:02:03') }));
  expectSql(wakes, {
    sqlite: 'SELECT COALESCE(t0."wakes", ?) FROM "run" AS t0 ORDER BY t0."id"',
    postgres: 'SELECT COALESCE(t0."wakes", $1::time) FROM "run" AS t0 ORDER BY t0."id"',
    mysql: 'SELECT COALESCE(t0.`wakes`, CAST(CONCAT(?) AS time(6))) FROM `run` AS t0 ORDER BY t0.`id`',
    parameters: ['01:02:03'],
  });
  expect(await wakes).toEqual([{ wakes: '01:02:03' }, { wakes: '05:06:07' }]);
  const late = runs().filter((r) => r.wakes.coalesce('09:02:03').gt('05:06:08'));
  expect(await late.valuesList('first', { flat: true })).toEqual([1]);
  await runs()
    .unfiltered()
    .update({ wakes: (r) => r.wakes.coalesce('23:59:59') });
  expect(await runs().valuesList('wakes', { flat: true })).toEqual(['23:59:59', '05:06:07']);
});

it('Q6: coalesce keeps the digits of every decimal, and years take a sign', async () => {
  await fill({ first: 1, price: '1.25' }, { first: 2, price: null });
  const rows = runs().values((r) => ({
    price: r.price.coalesce(r.third.plus(r.share), '0'),
    years: r.first.neg().times(r.at.year()),
  }));
  expect(await rows).toEqual([
    { price: '1.2500', years: -2026 },
    { price: '0.0625', years: -4052 },
  ]);
});

it('Q6: Q8: sums of computed integers are integers', async () => {
  await fill({ first: 1, second: 4 }, { first: 2, second: 4 });
  const sums = await runs().aggregate((r) => ({
    double: sum(r.first.times(2)),
    product: sum(r.first.times(r.second)),
    rest: sum(r.second.mod(3)),
    plain: sum(r.first),
  }));
  expect(sums).toEqual({ double: 6, product: 12, rest: 2, plain: 3 });
  const grouped = runs()
    .values((r) => ({ second: r.second, sum: sum(r.first.plus(1)) }))
    .orderBy('second');
  expect(await grouped).toEqual([{ second: 4, sum: 5 }]);
});

it('Q10: Q15: rows that a list names are written, and no others are looked at', async () => {
  await fill({ first: 1 }, { first: 2 }, { first: 3 });
  const inList = `IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)`;
  const some = () => runs().filter({ first: oneOf([1, 3]) });
  await expectSent(() => some().update({ second: 7 }), {
    sqlite: ['UPDATE "run" AS t0 SET "second" = ? WHERE t0."first" IN (SELECT value FROM json_each(?))'],
    postgres: ['UPDATE "run" AS t0 SET "second" = $1 WHERE t0."first" = ANY($2::integer[])'],
    mysql: [`UPDATE \`run\` AS t0 SET \`second\` = ? WHERE t0.\`first\` ${inList}`],
    mariadb: [`UPDATE \`run\` AS t0 JOIN (SELECT 1) AS one SET \`second\` = ? WHERE t0.\`first\` ${inList}`],
  });
  expect(await runs().valuesList('second', { flat: true })).toEqual([7, 0, 7]);
  await expectSent(() => some().delete(), {
    sqlite: ['DELETE FROM "run" AS t0 WHERE t0."first" IN (SELECT value FROM json_each(?))'],
    postgres: ['DELETE FROM "run" AS t0 WHERE t0."first" = ANY($1::integer[])'],
    mysql: [`DELETE FROM \`run\` WHERE \`run\`.\`first\` ${inList}`],
    mariadb: [`DELETE t0 FROM \`run\` AS t0 JOIN (SELECT 1) AS one WHERE t0.\`first\` ${inList}`],
  });
  expect(await runs().valuesList('first', { flat: true })).toEqual([2]);
});

it('Q10: M3: a computed text that is too long for its column is refused', async () => {
  await fill({ first: 1 });
  const extended = (more: string) =>
    runs()
      .unfiltered()
      .update({ name: (r) => r.name.concat(more) });
  await extended('éé1234');
  expect(await runs().valuesList('name', { flat: true })).toEqual(['nameéé1234']);
  expect(await errorOf(() => extended('5'))).toMatchObject({ code: 'E_DATA', model: 'Run' });
  expect(await runs().valuesList('name', { flat: true })).toEqual(['nameéé1234']);
});

it('Q2: a decimal with more digits than its column equals none of its values', async () => {
  await fill({ first: 1, price: '1000.10' }, { first: 2, price: '-7.00' });
  const finer = (text: string) => value(text, f.decimal({ precision: 10, scale: 3 }));
  const equal = (text: string) =>
    runs()
      .filter((r) => r.price.eq(finer(text)))
      .valuesList('first', { flat: true });
  const other = (text: string) =>
    runs()
      .filter((r) => r.price.ne(finer(text)))
      .valuesList('first', { flat: true });
  expect([await equal('1000.105'), await equal('1000.100'), await equal('-7.001'), await equal('-7')]).toEqual([
    [],
    [1],
    [],
    [2],
  ]);
  expect([await other('1000.105'), await other('1000.100')]).toEqual([[1, 2], [2]]);
});

it('Q10: M3: a decimal with more digits than its column is rounded, halves away from zero', async () => {
  const finer = (text: string) => value(text, f.decimal({ precision: 10, scale: 3 }));
  const stored = async (text: string) => {
    await fill({ first: 1 });
    await runs()
      .unfiltered()
      .update({ price: () => finer(text) });
    return (await runs().valuesList('price', { flat: true }))[0];
  };
  expect([await stored('1000.109'), await stored('1000.104'), await stored('-0.005'), await stored('-0.004')]).toEqual([
    '1000.11',
    '1000.10',
    '-0.01',
    '0.00',
  ]);
  expect(await stored('99999.995')).toBe('100000.00');
  expect(await errorOf(() => stored('999999.995'))).toMatchObject({ code: 'E_DATA', model: 'Run' });
});

it('Q10: M3: a float in a column of whole numbers: halves go to the even one', async () => {
  const floats = [0.5, 1.5, 2.5, 2.6, -0.5, -2.5, -3.5, 1e6 + 0.5, null];
  const whole = [0, 2, 2, 3, 0, -2, -4, 1_000_000, 0];
  await fill(...floats.map((ratio) => ({ first: 1, ratio })));
  await runs()
    .unfiltered()
    .update({ first: (r) => r.ratio.coalesce(0), second: (r) => r.ratio.times(1).coalesce(0) });
  expect(await runs().valuesList('first', 'second')).toEqual(whole.map((n) => [n, n]));
  await runs()
    .unfiltered()
    .update({ first: () => value(2.5, f.float()), second: () => value(-3.5, f.float()) });
  expect((await runs().valuesList('first', 'second'))[0]).toEqual([2, -4]);
});
