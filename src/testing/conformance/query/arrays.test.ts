import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  arrayContains,
  arrayLength,
  arrayOverlaps,
  Database,
  f,
  gte,
  InvalidQueryError,
  InvalidValueError,
  isNull,
  model,
  not,
} from '../../../index.ts';
import type { Filter, Session } from '../../../index.ts';

import { expectRefused, expectSql, freshUrl } from '../../support/database.ts';

class Bag extends model('bag', {
  id: f.int({ primaryKey: true }),
  texts: f.array(f.string(), { nullable: true }),
  ints: f.array(f.int(), { nullable: true }),
  bigints: f.array(f.bigint(), { nullable: true }),
  floats: f.array(f.float(), { nullable: true }),
  bools: f.array(f.bool(), { nullable: true }),
  decimals: f.array(f.decimal({ precision: 10, scale: 2 }), { nullable: true }),
  days: f.array(f.date(), { nullable: true }),
  times: f.array(f.datetime(), { nullable: true }),
  bytes: f.array(f.binary(), { nullable: true }),
  name: f.string({ default: '' }),
}) {}

const ODD = 'q"uo\'te, {} \\ ä😀\n ';
const [NOON, NIGHT] = [new Date('2026-01-31T12:00:00.123Z'), new Date('2026-01-31T00:00:00Z')];

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Bag] });
  await db.createAll();
  session = db.session();
  await session.query(Bag).bulkCreate([
    { id: 1, texts: ['a', 'b', 'c'], ints: [1, 2], bigints: [1n, 2n ** 62n], floats: [0.1, 1], bools: [true] },
    { id: 2, texts: ['A', 'b '], ints: [2, 2, 3], bigints: [10n ** 15n], floats: [1e300], bools: [true, false] },
    { id: 3, texts: [], ints: [], bigints: [], floats: [], bools: [] },
    { id: 4, texts: [ODD, '1', '', 'null'], decimals: ['1.50', '2'], days: ['2026-01-31'], times: [NOON] },
    { id: 5, bytes: [new Uint8Array([0, 255]), new Uint8Array()], times: [NIGHT, NOON], decimals: ['0'] },
  ]);
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const found = (filter: Parameters<ReturnType<typeof bags>['filter']>[0]) =>
  bags().filter(filter).valuesList('id', { flat: true }).all();
const bags = () => session.query(Bag).orderBy('id');

describe('arrays', () => {
  it.each<[string, Filter<Bag>, number[]]>([
    ['an item', { texts: arrayContains(['b']) }, [1]],
    ['items in any order', { texts: arrayContains(['c', 'a']) }, [1]],
    ['an item twice', { ints: arrayContains([2, 2]) }, [1, 2]],
    ['one that is there and one that is not', { texts: arrayContains(['a', 'z']) }, []],
    ['case and spaces matter', { texts: arrayContains(['A', 'b ']) }, [2]],
    ['an odd text', { texts: arrayContains([ODD]) }, [4]],
    ['the empty text, and null as a text', { texts: arrayContains(['', 'null']) }, [4]],
    ['no item: every array, but not NULL', { texts: arrayContains<string>([]) }, [1, 2, 3, 4]],
    ['numbers', { ints: arrayContains([2, 3]) }, [2]],
    ['64 bits', { bigints: arrayContains([2n ** 62n]) }, [1]],
    ['16 digits', { bigints: arrayContains([10n ** 15n]) }, [2]],
    ['small ones of 64 bits', { bigints: arrayContains([1n]) }, [1]],
    ['fractions', { floats: arrayContains([0.1]) }, [1]],
    ['great floats', { floats: arrayContains([1e300]) }, [2]],
    ['booleans', { bools: arrayContains([false]) }, [2]],
    ['decimals', { decimals: arrayContains(['1.5', '2.00']) }, [4]],
    ['days', { days: arrayContains(['2026-01-31']) }, [4]],
    ['times', { times: arrayContains([NOON]) }, [4, 5]],
    ['bytes', { bytes: arrayContains([new Uint8Array([0, 255])]) }, [5]],
    ['overlaps by one', { texts: arrayOverlaps(['z', 'c']) }, [1]],
    ['overlaps several', { ints: arrayOverlaps([1, 3]) }, [1, 2]],
    ['overlaps an odd text', { texts: arrayOverlaps([ODD, 'x']) }, [4]],
    ['overlaps nothing', { texts: arrayOverlaps<string>([]) }, []],
    ['overlaps 64 bits', { bigints: arrayOverlaps([2n ** 62n, 10n ** 15n]) }, [1, 2]],
    ['a length', { texts: arrayLength(3) }, [1]],
    ['a length of none', { texts: arrayLength(0) }, [3]],
    ['a length at least', { ints: arrayLength(gte(2)) }, [1, 2]],
    ['no length', { texts: arrayLength(isNull<number>()) }, [5]],
    ['not containing: NULL as well', { texts: not(arrayContains(['b'])) }, [2, 3, 4, 5]],
    ['not overlapping: NULL as well', { texts: not(arrayOverlaps(['b', '1'])) }, [2, 3, 5]],
  ])('Q1: %s', async (_, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  it('Q1: as expressions', async () => {
    expect(await found((b) => b.texts.arrayContains(['b']).or(b.ints.arrayOverlaps([3])))).toEqual([1, 2]);
    expect(await found((b) => b.texts.arrayLength().gt(b.ints.arrayLength()))).toEqual([1]);
    const rows = await bags().values((b) => ({ id: b.id, n: b.texts.arrayLength() }));
    expect(rows.map(({ n }) => n)).toEqual([3, 2, 0, 4, null]);
  });

  it('Q1: the whole text', () => {
    const query = session
      .query(Bag)
      .only('id')
      .filter({ texts: arrayContains(['a']) });
    expectSql(query.filter({ ints: arrayOverlaps([1]) }).filter({ ints: arrayLength(2) }), {
      sqlite:
        'SELECT t0."id" FROM "bag" AS t0 WHERE (t0."texts" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM json_each(?) AS e WHERE e.value NOT IN (SELECT value FROM json_each(t0."texts") WHERE value IS NOT NULL))) AND EXISTS (SELECT 1 FROM json_each(t0."ints") AS e WHERE e.value IN (SELECT value FROM json_each(?))) AND json_array_length(t0."ints") = ?',
      postgres:
        'SELECT t0."id" FROM "bag" AS t0 WHERE t0."texts" @> $1::text[] AND t0."ints" && $2::integer[] AND CARDINALITY(t0."ints") = $3::bigint',
      mysql:
        'SELECT t0.`id` FROM `bag` AS t0 WHERE JSON_CONTAINS(t0.`texts`, ?) AND JSON_OVERLAPS(t0.`ints`, ?) AND JSON_LENGTH(t0.`ints`) = ?',
      parameters: ['["a"]', '[1]', 2],
      postgresParameters: ['{a}', '{1}', 2],
    });
  });

  it.each<[string, (s: Session) => unknown, new (...args: never) => Error, string]>([
    [
      'a field that is no array',
      (s) => s.query(Bag).filter({ name: arrayContains(['a']) as never }),
      InvalidQueryError,
      'Bag.name is not an array.',
    ],
    [
      'items of another type',
      (s) => s.query(Bag).filter({ ints: arrayContains(['1' as never]) }),
      InvalidValueError,
      'Bag.ints takes an integer, not a string.',
    ],
    [
      'null as an item',
      (s) => s.query(Bag).filter({ ints: arrayContains([null as never]) }),
      InvalidValueError,
      'Bag.ints takes an integer, not null.',
    ],
    [
      'a text for a list',
      (s) => s.query(Bag).filter({ texts: arrayOverlaps('abc') }),
      InvalidValueError,
      'Bag.texts takes a list here, not a string.',
    ],
    [
      'a length that is none',
      (s) => s.query(Bag).filter({ texts: arrayLength('3' as never) }),
      InvalidValueError,
      'Bag.texts takes an integer, not a string.',
    ],
    [
      'an object for a length',
      (s) => s.query(Bag).filter({ texts: arrayLength({ $gt: 1 } as never) }),
      InvalidValueError,
      'Bag.texts takes an integer, not a plain object.',
    ],
  ])('X1: refused before anything is sent: %s', async (_, call, type, message) => {
    await expectRefused(db, () => call(session), { type, message });
  });
});
