/** Every kind of field as data: values at its edges, what is refused, how values sort, and any value of it. */
import fc from 'fast-check';

import { f } from '../../../index.ts';
import type { AnyColumn, Column } from '../../../index.ts';

import { onEngine } from '../../support/database.ts';

export interface Kind {
  readonly name: string;
  readonly field: Column<unknown, 'optional'>;
  /** Values as they are written, and the form in which they come back where that is another. */
  readonly values: readonly Value[];
  /** What the field cannot hold, and the end of the message that says so. */
  readonly refused: readonly (readonly [value: unknown, problem: string])[];
  /** How values sort, for kinds that do. */
  readonly compare?: (a: never, b: never) => number;
  /** Whether filters take a value as it is, and not in `exact()` only. */
  readonly structured?: boolean;
  readonly any: fc.Arbitrary<unknown>;
  /** What a statement of the application's own gives for a value; the value itself where nothing is said. */
  readonly raw?: (value: never) => unknown;
}

export interface Value {
  readonly given: unknown;
  readonly back: unknown;
}

/** A column whose values are of any type: the cases are the same for all kinds. */
function any(field: AnyColumn): Column<unknown, 'optional'> {
  return field as unknown as Column<unknown, 'optional'>; // Named cast: what is typed here one by one is used by generic cases.
}

const same = (...values: readonly unknown[]): Value[] => values.map((value) => ({ given: value, back: value }));
const changed = (given: unknown, back: unknown): Value => ({ given, back });
const nullable = { nullable: true } as const;

const numbers = (a: number, b: number): number => a - b;
const order = <T extends bigint | string>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);
const texts = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
const dates = (a: Date, b: Date): number => a.getTime() - b.getTime();
const bools = (a: boolean, b: boolean): number => Number(a) - Number(b);

/** A decimal as a whole number of units of its last digit. */
function units(value: string, scale: number): bigint {
  const [whole = '', fraction = ''] = value.split('.');
  return BigInt(whole + fraction.padEnd(scale, '0'));
}

function decimalText(value: bigint, scale: number): string {
  if (scale === 0) return String(value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function decimal(name: string, precision: number, scale: number, values: readonly Value[]): Kind {
  const limit = 10n ** BigInt(precision);
  return {
    name,
    field: any(f.decimal({ precision, scale, ...nullable })),
    values: [
      ...values,
      ...same(decimalText(limit - 1n, scale), decimalText(1n - limit, scale), decimalText(0n, scale)),
      ...same(decimalText(1n, scale), decimalText(-1n, scale)),
      changed('7', decimalText(7n * 10n ** BigInt(scale), scale)),
      changed('-7', decimalText(-7n * 10n ** BigInt(scale), scale)),
      changed('007', decimalText(7n * 10n ** BigInt(scale), scale)),
      changed('-0', decimalText(0n, scale)),
    ],
    refused: [
      [1, "takes a decimal as a string ('12.50'), not an integer"],
      [1.5, "takes a decimal as a string ('12.50'), not a fractional number"],
      [1n, "takes a decimal as a string ('12.50'), not a bigint"],
      ...['', '1e3', '.5', '5.', ' 1', '1,5', 'NaN', 'Infinity', '+1', '0x1', '1\n'].map(
        (text) => [text, "takes a decimal as a string of digits ('12.50'), not another text"] as const,
      ),
      [decimalText(limit, scale), `takes at most ${precision - scale} digits before the point`],
      [`0.${'0'.repeat(scale)}1`, `takes at most ${scale} digits after the point`],
    ],
    compare: (a: string, b: string) => order(units(a, scale), units(b, scale)),
    any: fc.bigInt({ min: 1n - limit, max: limit - 1n }).map((value) => decimalText(value, scale)),
  };
}

const wellFormed = fc.string({ unit: 'grapheme' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
const notText = (wanted: string): (readonly [unknown, string])[] => [
  [true, `takes ${wanted}, not a boolean`],
  [0, `takes ${wanted}, not an integer`],
  [0.5, `takes ${wanted}, not a fractional number`],
  [1n, `takes ${wanted}, not a bigint`],
  [{}, `takes ${wanted}, not a plain object`],
  [[], `takes ${wanted}, not an array`],
  [new Date(0), `takes ${wanted}, not an instance of Date`],
  [Symbol('x'), `takes ${wanted}, not a symbol`],
];

const TEXTS = [
  '',
  ' ',
  'a',
  'A',
  'a ',
  ' a',
  'ä',
  'a\u0308',
  'ß',
  'Ünï 漢字',
  '😀👨‍👩‍👧 \u{10ffff}',
  'שלום עולם',
  '\u202eabc',
  "it's",
  '"quoted"',
  'back\\slash',
  '\\\\',
  "\\'",
  '50%',
  '_%_',
  '?',
  '$1',
  ':a',
  '`x`',
  '-- x',
  '/* x',
  ';',
  'null',
  'NULL',
  '007',
  '1e3',
  '~5',
  'line\r\nline\ttab',
  '\u0001\u007f',
  '{a,b}',
  '[1]',
  '\ufeff',
];
const LONE = 'takes well-formed Unicode text: this string has half of a surrogate pair';
const NUL = 'takes text without NUL characters';
const UNFIT_TEXTS = [
  ['\ud83d', LONE],
  ['a\udc00b', LONE],
  ['\0', NUL],
  ['a\0b', NUL],
] as const;

/** Days on which some zone's clocks change, the edges of the range, and before years had four digits. */
const DATETIMES = [
  '0001-01-01T00:00:00.000Z',
  '0099-06-15T12:00:00.001Z',
  '0999-12-31T23:59:59.999Z',
  '1582-10-10T00:00:00.000Z',
  '1883-11-18T17:00:00.000Z',
  '1969-12-31T23:59:59.999Z',
  '1970-01-01T00:00:00.000Z',
  '2026-03-08T06:59:59.999Z',
  '2026-03-08T07:00:00.000Z',
  '2026-03-08T07:30:00.100Z',
  '2026-10-03T15:30:00.000Z',
  '2026-11-01T05:30:00.010Z',
  '2026-11-01T06:30:00.010Z',
  '2026-04-04T15:00:00.120Z',
  '2038-01-19T03:14:08.000Z',
  '9999-12-31T23:59:59.999Z',
].map((text) => new Date(text));

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
const LEAST_INT64 = -(2n ** 63n);
const GREATEST_INT64 = 2n ** 63n - 1n;
const day = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date);
const json = fc
  .jsonValue()
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown)
  .filter((value) => value !== null && !/\\u(?:d[89a-f]|0000)/.test(JSON.stringify(value)));

/** A point as a type of the application's own. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

export const KINDS: readonly Kind[] = [
  {
    name: 'int',
    field: any(f.int(nullable)),
    values: [...same(0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 65_536), changed(-0, 0)],
    refused: [
      [3.9, 'takes an integer, not a fractional number'],
      ['1', 'takes an integer, not a string'],
      [true, 'takes an integer, not a boolean'],
      [1n, 'takes an integer, not a bigint'],
      [NaN, 'takes an integer, not NaN'],
      [Infinity, 'takes an integer, not an infinite number'],
      [new Date(0), 'takes an integer, not an instance of Date'],
      [[1], 'takes an integer, not an array'],
      [Object(1), 'takes an integer, not an instance of Number'],
      [2 ** 31, 'takes an integer from -2147483648 to 2147483647'],
      [-(2 ** 31) - 1, 'takes an integer from -2147483648 to 2147483647'],
    ],
    compare: numbers,
    any: fc.integer(),
  },
  {
    name: 'small_int',
    field: any(f.smallInt(nullable)),
    values: same(0, 1, -1, 2 ** 15 - 1, -(2 ** 15)),
    refused: [
      [0.5, 'takes an integer, not a fractional number'],
      ['1', 'takes an integer, not a string'],
      [2 ** 15, 'takes an integer from -32768 to 32767'],
      [-(2 ** 15) - 1, 'takes an integer from -32768 to 32767'],
    ],
    compare: numbers,
    any: fc.integer({ min: -(2 ** 15), max: 2 ** 15 - 1 }),
  },
  {
    name: 'bigint',
    field: any(f.bigint(nullable)),
    values: same(
      0n,
      1n,
      -1n,
      2n ** 53n - 1n,
      2n ** 53n,
      2n ** 53n + 1n,
      -(2n ** 53n) - 1n,
      10n ** 15n,
      10n ** 15n - 1n,
      GREATEST_INT64,
      GREATEST_INT64 - 1n,
      LEAST_INT64,
      LEAST_INT64 + 1n,
    ),
    refused: [
      [5, 'takes a bigint (as in 1n), not an integer'],
      ['5', 'takes a bigint (as in 1n), not a string'],
      [true, 'takes a bigint (as in 1n), not a boolean'],
      [GREATEST_INT64 + 1n, 'takes a bigint of 64 bits'],
      [LEAST_INT64 - 1n, 'takes a bigint of 64 bits'],
    ],
    compare: order,
    any: fc.bigInt({ min: LEAST_INT64, max: GREATEST_INT64 }),
    raw: (value: bigint) => (Number.isSafeInteger(Number(value)) ? Number(value) : value),
  },
  {
    name: 'float',
    field: any(f.float(nullable)),
    values: [
      ...same(0, 1, -1, 0.1, 0.1 + 0.2, -0.5, 1 / 3, 5e-324, -5e-324, 2.2250738585072014e-308, 1e21, 1e300),
      ...same(
        Number.MAX_VALUE,
        -Number.MAX_VALUE,
        Number.MAX_SAFE_INTEGER,
        Number.MIN_SAFE_INTEGER,
        2 ** 63,
        123_456.789,
      ),
      changed(-0, 0),
    ],
    refused: [
      [NaN, 'takes a finite number, not NaN'],
      [Infinity, 'takes a finite number, not an infinite number'],
      [-Infinity, 'takes a finite number, not an infinite number'],
      ['1.5', 'takes a finite number, not a string'],
      [1n, 'takes a finite number, not a bigint'],
      [true, 'takes a finite number, not a boolean'],
    ],
    compare: numbers,
    any: fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
  },
  decimal('money', 12, 4, [
    ...same('0.1000', '9.9900', '-12345678.9000'),
    changed('1.5', '1.5000'),
    changed('1.50000000', '1.5000'),
    changed('-0.0000', '0.0000'),
  ]),
  decimal('whole_decimal', 18, 0, [changed('12.0', '12')]),
  decimal('wide_decimal', 38, 10, [changed('1.5', '1.5000000000'), changed('-1.10', '-1.1000000000')]),
  decimal('widest_decimal', onEngine({ sqlite: 100, mysql: 65 }), 30, []),
  {
    name: 'string',
    field: any(f.string({ maxLength: 30, ...nullable })),
    values: same(...TEXTS, 'x'.repeat(30), '😀'.repeat(30), 'e\u0301'.repeat(15)),
    refused: [
      ...notText('a string'),
      ...UNFIT_TEXTS,
      ['x'.repeat(31), 'takes at most 30 characters'],
      ['😀'.repeat(31), 'takes at most 30 characters'],
    ],
    compare: texts,
    any: wellFormed.filter((text) => Array.from(text).length <= 30),
  },
  {
    name: 'text',
    field: any(f.text(nullable)),
    values: same(...TEXTS, 'long '.repeat(20_000)),
    refused: [...notText('a string'), ...UNFIT_TEXTS],
    compare: texts,
    any: wellFormed,
  },
  {
    name: 'bool',
    field: any(f.bool(nullable)),
    values: same(true, false),
    refused: [
      [1, 'takes true or false, not an integer'],
      [0, 'takes true or false, not an integer'],
      ['true', 'takes true or false, not a string'],
      ['t', 'takes true or false, not a string'],
    ],
    compare: bools,
    any: fc.boolean(),
    raw: (value: boolean) => onEngine<unknown>({ sqlite: Number(value), postgres: value }),
  },
  {
    name: 'date',
    field: any(f.date(nullable)),
    values: same('0001-01-01', '0999-12-31', '1582-10-10', '1970-01-01', '2024-02-29', '2000-02-29', '9999-12-31'),
    refused: [
      ...[
        '0000-00-00',
        '0000-01-01',
        '2026-00-10',
        '2026-01-00',
        '2026-02-29',
        '1900-02-29',
        '2026-04-31',
        '2026-13-01',
      ].map((text) => [text, "takes a date that exists, from '0001-01-01' to '9999-12-31'"] as const),
      ...[
        '10000-01-01',
        '2026-1-1',
        '2026-01-01T00:00:00Z',
        '2026-01-01 ',
        '0044-03-15 BC',
        'infinity',
        'today',
        '',
      ].map((text) => [text, "takes a date as 'YYYY-MM-DD', not another text"] as const),
      [new Date(0), "takes a date as 'YYYY-MM-DD', not an instance of Date"],
      [20_260_101, "takes a date as 'YYYY-MM-DD', not an integer"],
    ],
    compare: order,
    any: day.map((date) => date.toISOString().slice(0, 10)),
  },
  {
    name: 'time',
    field: any(f.time(nullable)),
    values: [
      ...same('00:00:00', '23:59:59', '12:30:00', '00:00:00.000001', '23:59:59.999999', '12:30:00.1', '12:30:00.123'),
      changed('12:30:00.100', '12:30:00.1'),
      changed('12:30:00.000000', '12:30:00'),
      changed('10:00:00.50', '10:00:00.5'),
    ],
    refused: [
      ...[
        '24:00:00',
        '23:60:00',
        '23:59:60',
        '12:30',
        '1:2:3',
        '12:30:00Z',
        '12:30:00+01',
        '12:30:00.1234567',
        '-01:00:00',
        '',
      ].map((text) => [text, "takes a time as 'HH:MM:SS[.ffffff]', not a string"] as const),
      [new Date(0), "takes a time as 'HH:MM:SS[.ffffff]', not an instance of Date"],
      [0, "takes a time as 'HH:MM:SS[.ffffff]', not an integer"],
    ],
    compare: order,
    any: fc
      .tuple(fc.integer({ min: 0, max: 86_399 }), fc.integer({ min: 0, max: 999_999 }))
      .map(([seconds, micros]) => {
        const time = new Date(seconds * 1000).toISOString().slice(11, 19);
        return micros === 0 ? time : `${time}.${String(micros).padStart(6, '0').replace(/0+$/, '')}`;
      }),
  },
  {
    name: 'datetime',
    field: any(f.datetime(nullable)),
    values: same(...DATETIMES),
    refused: [
      [new Date(NaN), 'takes a valid Date, not an invalid one'],
      [new Date(8.64e15), 'takes a Date in the years 1 to 9999'],
      [new Date(-8.64e15), 'takes a Date in the years 1 to 9999'],
      [new Date(DATETIMES[0]!.getTime() - 1), 'takes a Date in the years 1 to 9999'],
      [new Date(DATETIMES.at(-1)!.getTime() + 1), 'takes a Date in the years 1 to 9999'],
      ['2026-01-01T00:00:00Z', 'takes a Date, not a string'],
      ['infinity', 'takes a Date, not a string'],
      [0, 'takes a Date, not an integer'],
    ],
    compare: dates,
    any: day,
    raw: (value: Date) =>
      onEngine<unknown>({ sqlite: value.toISOString().slice(0, 23).replace('T', ' '), postgres: value, mysql: value }),
  },
  {
    name: 'uuid',
    field: any(f.uuid(nullable)),
    values: [
      ...same('00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'),
      ...same('0190a000-0000-7000-8000-00000000000a', 'a190a000-0000-7000-8000-00000000000a'),
      changed('0190A000-BBBB-7000-8000-00000000000C', '0190a000-bbbb-7000-8000-00000000000c'),
    ],
    refused: [
      ['', 'takes a UUID, not a string'],
      ['0190a000', 'takes a UUID, not a string'],
      ['0190a0000000700080000000000000aa', 'takes a UUID, not a string'],
      ['{0190a000-0000-7000-8000-00000000000a}', 'takes a UUID, not a string'],
      ['g190a000-0000-7000-8000-00000000000a', 'takes a UUID, not a string'],
      ['0190a000-0000-7000-8000-00000000000a\n', 'takes a UUID, not a string'],
      [1, 'takes a UUID, not an integer'],
    ],
    compare: order,
    any: fc.uuid(),
  },
  {
    name: 'enum',
    field: any(f.enum(['red', "it's", 'größe', ''], nullable)),
    values: same('red', "it's", 'größe', ''),
    refused: [
      ['pink', "takes one of 'red', 'it's', 'größe', '', not a string"],
      ['RED', "takes one of 'red', 'it's', 'größe', '', not a string"],
      [0, "takes one of 'red', 'it's', 'größe', '', not an integer"],
      ['constructor', "takes one of 'red', 'it's', 'größe', '', not a string"],
    ],
    compare: texts,
    any: fc.constantFrom('red', "it's", 'größe', ''),
  },
  {
    name: 'binary',
    field: any(f.binary(nullable)),
    values: same(
      new Uint8Array([]),
      ALL_BYTES,
      new Uint8Array([0]),
      new Uint8Array([92, 39, 34, 0, 255]),
      Uint8Array.from(Buffer.from('\\x00')),
    ),
    refused: [
      ['ff', 'takes a Uint8Array, not a string'],
      [[1, 2], 'takes a Uint8Array, not an array'],
      [new ArrayBuffer(2), 'takes a Uint8Array, not an instance of ArrayBuffer'],
      [new Uint16Array(2), 'takes a Uint8Array, not an instance of Uint16Array'],
    ],
    any: fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
  },
  {
    name: 'json',
    field: any(f.json<unknown>(nullable)),
    structured: true,
    values: same(
      {},
      [],
      '',
      'text',
      'null',
      0,
      1.5,
      0.1 + 0.2,
      true,
      false,
      { a: null },
      [null],
      { a: [1, null, { b: 'x', c: [] }], ü: '😀', q: '"\\\'', n: '\n\t\u0001' },
      { big: 2 ** 53, small: 5e-324, huge: Number.MAX_VALUE, e: 1e21, neg: -0.5 },
      { z: 1, a: 2, aa: 3, b: 4 },
      JSON.parse('{"__proto__": {"admin": true}, "constructor": 1, "toString": null}'),
      { '': '', ' ': 1, '"': 2, "'": 3, '$.a': 4, '\\': 5 },
      [[[[[['deep']]]]]],
      '\\u0000 and \\ud800 as they are written',
    ),
    refused: [
      [() => 1, 'takes a JSON value, not a function'],
      [1n, 'takes a JSON value, not a bigint'],
      [Symbol('x'), 'takes a JSON value, not a symbol'],
      [NaN, 'takes a JSON value, and NaN and Infinity have no JSON form'],
      [{ a: [Infinity] }, 'takes a JSON value, and NaN and Infinity have no JSON form'],
      [{ n: 1n }, 'takes a value that has a JSON form (it is circular or holds a bigint)'],
      [{ s: '\ud800' }, LONE],
      [['\udc00'], LONE],
      [{ '\ud800': 1 }, LONE],
      ['a\0b', NUL],
      [{ a: ['\0'] }, NUL],
      [{ '\0': 1 }, NUL],
    ],
    any: json,
  },
  {
    name: 'strings',
    field: any(f.array(f.string(nullable), nullable)),
    structured: true,
    values: same(
      [],
      [''],
      [null],
      ['null', 'NULL', null],
      ['a', "it's", '"', '\\', '\\"', '{}', '{a,b}', ',', ' ', '😀', 'line\nline'],
      [' lead', 'trail '],
    ),
    refused: [
      ['a', 'takes an array, not a string'],
      [{}, 'takes an array, not a plain object'],
      [['a', 5], 'item 1 takes a string, not an integer'],
      [[undefined], 'item 0 takes a string, not undefined'],
      [['\0'], `item 0 ${NUL}`],
      [['\ud800'], `item 0 ${LONE}`],
    ],
    any: fc.array(fc.option(wellFormed)),
  },
  {
    name: 'bigints',
    field: any(f.array(f.bigint(nullable), nullable)),
    structured: true,
    values: same([], [GREATEST_INT64, LEAST_INT64, 0n, null, -1n, 2n ** 53n + 1n]),
    refused: [[[1], 'item 0 takes a bigint (as in 1n), not an integer']],
    any: fc.array(fc.bigInt({ min: LEAST_INT64, max: GREATEST_INT64 })),
  },
  {
    name: 'floats',
    field: any(f.array(f.float(nullable), nullable)),
    structured: true,
    values: same([], [0.1 + 0.2, 5e-324, Number.MAX_VALUE, -1, null]),
    refused: [[[NaN], 'item 0 takes a finite number, not NaN']],
    any: fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))),
  },
  {
    name: 'bools',
    field: any(f.array(f.bool(nullable), nullable)),
    structured: true,
    values: same([], [true, false, null]),
    refused: [[[1], 'item 0 takes true or false, not an integer']],
    any: fc.array(fc.boolean()),
  },
  {
    name: 'moments',
    field: any(f.array(f.datetime(nullable), nullable)),
    structured: true,
    values: same([], DATETIMES, [null]),
    refused: [[[new Date(NaN)], 'item 0 takes a valid Date, not an invalid one']],
    any: fc.array(day),
  },
  {
    name: 'times',
    field: any(f.array(f.time(nullable), nullable)),
    structured: true,
    values: [...same([], ['12:30:00', '12:30:00.5', null]), changed(['12:30:00.500'], ['12:30:00.5'])],
    refused: [[['24:00:00'], "item 0 takes a time as 'HH:MM:SS[.ffffff]', not a string"]],
    any: fc.array(fc.constantFrom('12:30:00', '12:30:00.5')),
  },
  {
    name: 'decimals',
    field: any(f.array(f.decimal({ precision: 38, scale: 10, ...nullable }), nullable)),
    structured: true,
    values: [...same([], ['1.5000000000', null]), changed(['1.5', '-0'], ['1.5000000000', '0.0000000000'])],
    refused: [[[1.5], "item 0 takes a decimal as a string ('12.50'), not a fractional number"]],
    any: fc.array(fc.integer().map((value) => `${value}.0000000000`)),
  },
  {
    name: 'blobs',
    field: any(f.array(f.binary(nullable), nullable)),
    structured: true,
    values: same([], [ALL_BYTES, new Uint8Array([]), null]),
    refused: [[['ff'], 'item 0 takes a Uint8Array, not a string']],
    any: fc.array(fc.uint8Array().map((bytes) => Uint8Array.from(bytes))),
  },
  {
    name: 'uuids',
    field: any(f.array(f.uuid(nullable), nullable)),
    structured: true,
    values: [
      ...same([], ['0190a000-0000-7000-8000-00000000000a', null]),
      changed(['0190A000-0000-7000-8000-00000000000A'], ['0190a000-0000-7000-8000-00000000000a']),
    ],
    refused: [[['x'], 'item 0 takes a UUID, not a string']],
    any: fc.array(fc.uuid()),
  },
  {
    name: 'objects',
    field: any(f.array(f.json<unknown>(nullable), nullable)),
    structured: true,
    values: same([], [{ a: ['"', '\\'] }, 'text', 1, null, [null]]),
    refused: [[[1n], 'item 0 takes a JSON value, not a bigint']],
    any: fc.array(json),
  },
  {
    name: 'nested',
    field: any(f.array(f.array(f.int(nullable), nullable), nullable)),
    structured: true,
    values: same([], [[]], [[1, 2], [3], null, [null]]),
    refused: [[[[1.5]], 'item 0 item 0 takes an integer, not a fractional number']],
    any: fc.array(fc.array(fc.integer())),
  },
  {
    name: 'point',
    field: any(
      f.custom<Point | null>(
        {
          codec: {
            encode: (point) => `${point!.x}/${point!.y}`,
            decode: (stored) => {
              const [x, y] = String(stored).split('/').map(Number);
              return { x: x!, y: y! };
            },
          },
          type: { sqlite: 'text', postgres: 'text', mysql: 'varchar(100)' },
        },
        nullable,
      ),
    ),
    structured: true,
    values: same({ x: 0, y: 0 }, { x: -1.5, y: 1e300 }),
    refused: [],
    any: fc.record({ x: fc.integer(), y: fc.integer() }),
    raw: (point: Point) => `${point.x}/${point.y}`,
  },
];
