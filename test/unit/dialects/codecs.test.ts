import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { exact, max, min, ValidationError } from 'blazeorm';
import type { Init } from 'blazeorm';

import { expectRefused, openTestDatabase } from '../../support/database.ts';
import { Holder, Sample } from '../../support/models.ts';

type Values = Omit<Init<Sample>, 'id'>;
type Name = keyof Values;

/** Values at the edges of each type, and the form in which they come back where it is another. */
const EDGES: readonly (readonly [name: Name, value: unknown, back?: unknown])[] = [
  ['int', 0],
  ['int', -2_147_483_648],
  ['int', 2_147_483_647],
  ['smallInt', -32_768],
  ['smallInt', 32_767],
  ['bigint', 9_223_372_036_854_775_807n],
  ['bigint', -9_223_372_036_854_775_808n],
  ['bigint', 9_007_199_254_740_993n],
  ['bigint', 0n],
  ['float', 0.1],
  ['float', -1e300],
  ['float', 5e-324],
  ['float', Number.MAX_SAFE_INTEGER],
  ['float', 3],
  ['float', 1.7976931348623157e308],
  ['decimal', '0.1', '0.1000'],
  ['decimal', '-99999999.9999'],
  ['decimal', '00012.5', '12.5000'],
  ['decimal', '-0.0000', '0.0000'],
  ['decimal', '-0.0001'],
  ['wide', '9999999999999999999999999999.9999999999'],
  ['wide', '-9999999999999999999999999999.9999999999'],
  ['wide', '0.0000000001'],
  ['string', ''],
  ['string', 'it\'s "quoted" \\ % _'],
  ['string', '😀 Ünï 漢字 \u{10ffff}'],
  ['string', ' lead and trail '],
  ['string', 'null'],
  ['string', '007'],
  ['string', '1e3'],
  ['string', '~5'],
  ['text', 'line\r\nline\ttab'],
  ['text', 'x'.repeat(100_000)],
  ['bool', true],
  ['bool', false],
  ['date', '0001-01-01'],
  ['date', '9999-12-31'],
  ['date', '2024-02-29'],
  ['time', '00:00:00'],
  ['time', '23:59:59.999'],
  ['time', '12:30:00.123456'],
  ['datetime', new Date('0001-01-01T00:00:00.000Z')],
  ['datetime', new Date('9999-12-31T23:59:59.999Z')],
  ['datetime', new Date('0099-06-15T12:00:00.001Z')],
  ['datetime', new Date(0)],
  ['datetime', new Date(-1)],
  ['datetime', new Date('2026-03-29T01:30:00.007Z')],
  ['datetime', new Date('2026-10-25T00:30:00.999Z')],
  ['uuid', '0190a000-0000-7000-8000-00000000000a'],
  ['uuid', '0190A000-0000-7000-8000-00000000000A', '0190a000-0000-7000-8000-00000000000a'],
  ['json', { a: [1, null, { b: 'x' }], ü: '😀', q: '"\\' }],
  ['json', []],
  ['json', 'text'],
  ['json', 0],
  ['json', false],
  ['json', { n: 1e21, m: -0.5 }],
  ['json', { s: '\\ud800\\0' }],
  ['enum', 'red'],
  ['binary', new Uint8Array([0, 1, 127, 128, 255, 39])],
  ['binary', new Uint8Array([])],
  ['strings', ['a', '', "it's", '😀', null]],
  ['strings', []],
  ['bigints', [9_223_372_036_854_775_807n, -1n, 0n]],
];

describe('values on every path', () => {
  it('M3: they come back exactly: insert, select, values, join, prefetch, get, refresh', async () => {
    const db = await openTestDatabase();
    await db.transaction((session) => {
      for (const [name, value] of EDGES) session.add(new Holder({ sample: new Sample({ [name]: value }) }));
    });
    const expected = EDGES.map(([name, value, back = value]) => [name, back]);
    const read = (samples: Iterable<object>): unknown[] =>
      [...samples].map((sample, i) => [EDGES[i]![0], (sample as Record<string, unknown>)[EDGES[i]![0]]]);
    expect(read(await db.session().query(Sample).orderBy('id'))).toEqual(expected);
    expect(read(await db.session().query(Sample).orderBy('id').values())).toEqual(expected);
    const joined = await db.session().query(Holder).selectRelated('sample').orderBy('id');
    expect(read(joined.map((holder) => holder.sample))).toEqual(expected);
    const prefetched = await db.session().query(Holder).prefetchRelated('sample').orderBy('id');
    expect(read(prefetched.map((holder) => holder.sample))).toEqual(expected);
    const session = db.session();
    const got = await Promise.all(EDGES.map((_, i) => session.get(Sample, i + 1)));
    expect(read(got as object[])).toEqual(expected);
    for (const sample of got) await session.refresh(sample!);
    expect(read(got as object[])).toEqual(expected);
    for (const [i, [name]] of EDGES.entries()) {
      if (name !== 'binary') continue;
      expect(Object.getPrototypeOf((got[i] as Sample).binary)).toBe(Uint8Array.prototype);
    }
    await db.close();
  });

  it('M3: least and greatest value of every type that sorts', async () => {
    const db = await openTestDatabase();
    const pairs = {
      int: [-5, 7],
      bigint: [-9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
      float: [-0.5, 1e10],
      decimal: ['9.0000', '10.0000'],
      string: ['Z', 'a'],
      date: ['0999-01-01', '2000-01-01'],
      time: ['09:00:00', '10:00:00'],
      datetime: [new Date('0999-01-01T00:00:00Z'), new Date('2000-01-01T00:00:00Z')],
      uuid: ['0190a000-0000-7000-8000-000000000001', 'f190a000-0000-7000-8000-000000000001'],
      bool: [false, true],
      enum: ['blue', 'red'],
    } as const;
    await db.transaction((session) => {
      for (const i of [1, 0] as const)
        session.add(new Sample(Object.fromEntries(Object.entries(pairs).map(([name, pair]) => [name, pair[i]]))));
      session.add(new Sample({}));
    });
    for (const [name, pair] of Object.entries(pairs)) {
      const found = await db
        .session()
        .query(Sample)
        .aggregate((s) => {
          const column = (s as unknown as Record<string, Parameters<typeof min>[0]>)[name]!;
          return { least: min(column), greatest: max(column) } as never;
        });
      expect([name, found]).toEqual([name, { least: pair[0], greatest: pair[1] }]);
      const sorted = await db
        .session()
        .query(Sample)
        .filter({ [name]: pair[0] })
        .orderBy(name as 'int')
        .valuesList(name as 'int', { flat: true });
      expect([name, sorted]).toEqual([name, [pair[0]]]);
    }
    await db.close();
  });

  it('M3: any text, number, decimal, date and bytes come back as they were', async () => {
    const db = await openTestDatabase();
    const wellFormed = fc.string({ unit: 'grapheme' }).filter((s) => s.isWellFormed() && !s.includes('\0'));
    const sample = fc.record({
      int: fc.integer(),
      bigint: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      float: fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => (n === 0 ? 0 : n)),
      decimal: fc.integer({ min: -999_999, max: 999_999 }).map((n) => (n / 100).toFixed(4).replace(/^-(0\.0+)$/, '$1')),
      string: wellFormed,
      bool: fc.boolean(),
      datetime: fc.date({
        min: new Date('0001-01-01T00:00:00Z'),
        max: new Date('9999-12-31T23:59:59.999Z'),
        noInvalidDate: true,
      }),
      binary: fc.uint8Array(),
      json: fc
        .jsonValue()
        .map((v) => JSON.parse(JSON.stringify(v)) as unknown)
        .filter((v) => v !== null),
      strings: fc.array(wellFormed),
    });
    await fc.assert(
      fc.asyncProperty(sample, async (values) => {
        const id = await db.transaction((session) => {
          const entity = new Sample(values);
          session.add(entity);
          return session.flush().then(() => entity.id);
        });
        expect(await db.session().get(Sample, id)).toMatchObject(values);
        expect(
          await db
            .session()
            .query(Sample)
            .filter({ id, ...values, json: exact(values.json), strings: exact(values.strings) })
            .count(),
        ).toBe(1);
      }),
      { numRuns: 150, seed: 31_337 },
    );
    await db.close();
  });

  it.each(['America/St_Johns', 'Asia/Tokyo', 'Pacific/Apia', 'Europe/Berlin'])(
    'M3: dates and times are the same in a process in %s',
    (zone) => {
      const script = fileURLToPath(new URL('./time-zone.fixture.ts', import.meta.url));
      const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', 'tsx', script], {
        env: { ...process.env, TZ: zone, TSX_TSCONFIG_PATH: 'tsconfig.json' },
        encoding: 'utf8',
      });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
      expect(JSON.parse(stdout)).toEqual({
        zone,
        stored: [
          '2026-03-29 01:30:00.007',
          '2026-10-25 00:30:00.999',
          '0099-06-15 12:00:00.001',
          '2011-12-30 10:00:00.000',
        ],
        read: [
          '2026-03-29T01:30:00.007Z',
          '2026-10-25T00:30:00.999Z',
          '0099-06-15T12:00:00.001Z',
          '2011-12-30T10:00:00.000Z',
        ],
        found: 4,
        days: ['2024-02-29'],
        years: [2026, 2026, 99, 2011],
      });
    },
  );
});

describe('values that a column cannot hold', () => {
  it.each<readonly [string, object, string]>([
    ['a fraction', { int: 3.9 }, 'Sample.int takes an integer, not a fractional number.'],
    ['a text', { int: '3' }, 'Sample.int takes an integer, not a string.'],
    ['33 bits', { int: 2 ** 31 }, 'Sample.int takes an integer from -2147483648 to 2147483647.'],
    ['17 bits', { smallInt: 32_768 }, 'Sample.smallInt takes an integer from -32768 to 32767.'],
    ['65 bits', { bigint: 2n ** 63n }, 'Sample.bigint takes a bigint of 64 bits.'],
    ['a number for a bigint', { bigint: 5 }, 'Sample.bigint takes a bigint (as in 1n), not an integer.'],
    ['NaN', { float: NaN }, 'Sample.float takes a finite number, not NaN.'],
    ['Infinity', { float: -Infinity }, 'Sample.float takes a finite number, not an infinite number.'],
    ['a number for a decimal', { decimal: 1 }, "Sample.decimal takes a decimal as a string ('12.50'), not an integer."],
    ['a decimal too fine', { decimal: '0.00001' }, 'Sample.decimal takes at most 4 digits after the point.'],
    ['a decimal too large', { decimal: '100000000' }, 'Sample.decimal takes at most 8 digits before the point.'],
    [
      'a decimal that is SQL',
      { decimal: '1; DROP' },
      "Sample.decimal takes a decimal as a string of digits ('12.50'), not another text.",
    ],
    ['true into text', { string: true }, 'Sample.string takes a string, not a boolean.'],
    ['0 into text', { text: 0 }, 'Sample.text takes a string, not an integer.'],
    [
      'a lone surrogate',
      { string: 'a\ud83d' },
      'Sample.string takes well-formed Unicode text: this string has half of a surrogate pair.',
    ],
    ['NUL', { text: 'a\0b' }, 'Sample.text takes text without NUL characters.'],
    ['1 into a boolean', { bool: 1 }, 'Sample.bool takes true or false, not an integer.'],
    ['30 February', { date: '2026-02-30' }, "Sample.date takes a date that exists, from '0001-01-01' to '9999-12-31'."],
    ['a zero date', { date: '0000-00-00' }, "Sample.date takes a date that exists, from '0001-01-01' to '9999-12-31'."],
    ['a Date for a day', { date: new Date(0) }, "Sample.date takes a date as 'YYYY-MM-DD', not an instance of Date."],
    ['25 o’clock', { time: '25:00:00' }, "Sample.time takes a time as 'HH:MM:SS[.ffffff]', not a string."],
    ['an invalid Date', { datetime: new Date(NaN) }, 'Sample.datetime takes a valid Date, not an invalid one.'],
    [
      'the year 10000',
      { datetime: new Date('+010000-01-01T00:00:00Z') },
      'Sample.datetime takes a Date in the years 1 to 9999.',
    ],
    ['the year 294276', { datetime: new Date(8.64e15) }, 'Sample.datetime takes a Date in the years 1 to 9999.'],
    [
      'the year 0',
      { datetime: new Date('0000-12-31T23:59:59.999Z') },
      'Sample.datetime takes a Date in the years 1 to 9999.',
    ],
    ['text for a Date', { datetime: 'infinity' }, 'Sample.datetime takes a Date, not a string.'],
    ['a UUID too short', { uuid: '0190a000' }, 'Sample.uuid takes a UUID, not a string.'],
    ['a colour that is none', { enum: 'pink' }, "Sample.enum takes one of 'red', 'green', 'blue', not a string."],
    ['text for bytes', { binary: 'ff' }, 'Sample.binary takes a Uint8Array, not a string.'],
    [
      'a circle in JSON',
      { json: circle() },
      'Sample.json takes a value that has a JSON form (it is circular or holds a bigint).',
    ],
    [
      'a bigint in JSON',
      { json: { n: 1n } },
      'Sample.json takes a value that has a JSON form (it is circular or holds a bigint).',
    ],
    [
      'NaN in JSON',
      { json: { a: [{ n: NaN }] } },
      'Sample.json takes a JSON value, and NaN and Infinity have no JSON form.',
    ],
    ['a function for JSON', { json: () => 1 }, 'Sample.json takes a JSON value, not a function.'],
    ['an item of the wrong type', { strings: ['a', 5] }, 'Sample.strings item 1 takes a string, not an integer.'],
    ['text for an array', { strings: 'a' }, 'Sample.strings takes an array, not a string.'],
  ])('M3, X1: %s is refused before anything is sent', async (_, values, message) => {
    const db = await openTestDatabase();
    const session = db.session();
    session.add(new Sample(values));
    await expectRefused(db, () => session.flush(), { type: ValidationError, code: 'E_VALIDATION', message });
    await session.rollback();
    await session.close();
    await db.close();
  });
});

function circle(): object {
  const value: Record<string, unknown> = {};
  value['self'] = value;
  return value;
}
