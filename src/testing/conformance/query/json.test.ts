import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  contains,
  exact,
  gt,
  gte,
  hasKey,
  icontains,
  InvalidQueryError,
  InvalidValueError,
  isNull,
  jsonContains,
  jsonPath,
  lte,
  max,
  min,
  not,
  oneOf,
  rowNumber,
  startsWith,
} from '../../../index.ts';
import type { Database, Filter, Session } from '../../../index.ts';

import { expectRefused, expectSql, openTestDatabase } from '../../support/database.ts';
import { Holder, Sample } from '../../support/models.ts';

const ODD = 'q"uo\'te. \\ [0] $ * ä😀\n';

/** By position: what is asked for below are these numbers. */
const DOCUMENTS: readonly unknown[] = [
  { a: 1, b: { c: 'x', d: [1, 2, 3] }, t: true },
  { a: '1', b: { c: 'X', d: [] }, t: false },
  { a: 1.5, b: [{ c: 'x' }, { c: 'y' }], t: null },
  { a: null, list: ['x', 'y', null, true, 2], nested: [[1], [2, 3]] },
  [10, 20, [30]],
  'text',
  7,
  true,
  null,
  { [ODD]: { '': 'empty', '0': 'zero' }, a: -3 },
  { a: 'Straße ', big: 9007199254740991, small: 1e-7 },
  {},
  [],
];

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase();
  await db.transaction((s) => {
    DOCUMENTS.forEach((json, i) => s.add(new Holder({ sample: new Sample({ int: i, json }) })));
  });
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const samples = () => session.query(Sample).orderBy('id');
const found = (filter: Parameters<ReturnType<typeof samples>['filter']>[0]) =>
  samples().filter(filter).valuesList('int', { flat: true }).all();

describe('parts of JSON', () => {
  it.each<[string, Filter<Sample>, number[]]>([
    ['a number', { json: jsonPath(['a'], 1) }, [0]],
    ['a text that looks like a number', { json: jsonPath(['a'], '1') }, [1]],
    ['a fraction', { json: jsonPath(['a'], 1.5) }, [2]],
    ['null, which is something', { json: jsonPath(['a'], null) }, [3]],
    ['exactly null', { json: jsonPath(['a'], exact<null>(null)) }, [3]],
    ['nothing', { json: jsonPath(['a'], isNull()) }, [4, 5, 6, 7, 8, 11, 12]],
    ['something', { json: jsonPath(['a'], isNull(false)) }, [0, 1, 2, 3, 9, 10]],
    ['true', { json: jsonPath(['t'], true) }, [0]],
    ['false', { json: jsonPath(['t'], false) }, [1]],
    ['true is not 1', { json: jsonPath(['t'], 1) }, []],
    ['numbers greater', { json: jsonPath(['a'], gt(1)) }, [2]],
    ['numbers at most', { json: jsonPath(['a'], lte(1)) }, [0, 9]],
    ['texts greater', { json: jsonPath(['b', 'c'], gte('a')) }, [0]],
    ['one of some numbers', { json: jsonPath(['a'], oneOf([1, -3])) }, [0, 9]],
    ['one of some texts', { json: jsonPath(['a'], oneOf(['1', 'Straße '])) }, [1, 10]],
    ['one of none', { json: jsonPath(['a'], oneOf<string>([])) }, []],
    ['a nested text', { json: jsonPath(['b', 'c'], 'x') }, [0]],
    ['a text whatever its case', { json: jsonPath(['b', 'c'], icontains('X')) }, [0, 1]],
    ['a text with a space at the end', { json: jsonPath(['a'], 'Straße') }, []],
    ['the beginning of a text', { json: jsonPath(['a'], startsWith('Stra')) }, [10]],
    ['a position', { json: jsonPath(['b', 'd', 1], 2) }, [0]],
    ['a position in a list of objects', { json: jsonPath(['b', 1, 'c'], 'y') }, [2]],
    ['a position of the whole', { json: jsonPath([0], 10) }, [4]],
    ['positions in positions', { json: jsonPath([2, 0], 30) }, [4]],
    ['a position is no key', { json: jsonPath([ODD, 0], isNull(false)) }, []],
    ['a key is no position', { json: jsonPath(['0'], isNull(false)) }, []],
    ['the first of what is no list', { json: jsonPath(['b', 'c', 0], isNull(false)) }, []],
    ['the first of a number', { json: jsonPath([0], 7) }, []],
    ['odd keys', { json: jsonPath([ODD, ''], 'empty') }, [9]],
    ['a key of digits', { json: jsonPath([ODD, '0'], 'zero') }, [9]],
    ['the whole as a text', { json: jsonPath([], 'text') }, [5]],
    ['the whole as a number', { json: jsonPath([], 7) }, [6]],
    ['the greatest safe integer', { json: jsonPath(['big'], 9007199254740991) }, [10]],
    ['a small number', { json: jsonPath(['small'], 1e-7) }, [10]],
    ['the opposite', { json: not(jsonPath(['a'], gt(1))) }, [0, 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]],
    ['a key', { json: hasKey('t') }, [0, 1, 2]],
    ['an odd key', { json: hasKey(ODD) }, [9]],
    ['a key of no object', { json: hasKey('x') }, []],
    ['a key of a part', { json: jsonPath(['b'], hasKey('d')) }, [0, 1]],
  ])('Q1: %s', async (_, filter, expected) => {
    expect(await found(filter)).toEqual(expected);
  });

  it.each<[string, unknown, number[]]>([
    ['a member', { a: 1 }, [0]],
    ['members', { t: true, a: 1 }, [0]],
    ['a nested member', { b: { c: 'X' } }, [1]],
    ['null', { a: null }, [3]],
    ['items', { b: { d: [3, 1] } }, [0]],
    ['items of every type', { list: [null, true, 'x', 2] }, [3]],
    ['an item that is there and one that is not', { list: ['x', 'z'] }, []],
    ['an item is compared as what it is', { list: ['2'] }, []],
    ['items of items do not count', { nested: [1] }, []],
    ['items of the whole', [20], [4]],
    ['any list', { b: { d: [] } }, [0, 1]],
    ['any object', {}, [0, 1, 2, 3, 9, 10, 11]],
    ['any list, whole', [], [4, 12]],
    ['a scalar is contained in itself', 7, [6]],
    ['and not in a list of it', 10, []],
    ['odd keys', { [ODD]: { '': 'empty' } }, [9]],
  ])('Q1: contains %s', async (_, value, expected) => {
    expect(await found({ json: jsonContains(value) })).toEqual(expected);
    expect(await found((s) => s.json.jsonContains(value))).toEqual(expected);
    const others = DOCUMENTS.map((__, i) => i).filter((i) => !expected.includes(i));
    expect(await found({ json: not(jsonContains(value)) })).toEqual(others);
  });

  it('Q1: Q6: parts as expressions: compared, computed, sorted by, shown', async () => {
    expect(await found((s) => s.json.path('a').eq(1).or(s.json.path('a').eq('1')))).toEqual([0, 1]);
    expect(await found((s) => s.json.path('a').eq(null))).toEqual([3]);
    expect(await found((s) => s.json.path('b').path('c').ne('x').and(s.json.path('b', 'c').isNotNull()))).toEqual([1]);
    expect(await found((s) => s.json.path('a').asNumber().plus(1).gte(2))).toEqual([0, 2]);
    expect(await found((s) => s.json.path('t').asBool().not().and(s.json.path('t').isNotNull()))).toEqual([1, 2]);
    expect(await found((s) => s.json.path('b').hasKey('c'))).toEqual([0, 1]);
    const rows = await session
      .query(Sample)
      .filter({ json: hasKey('a') })
      .orderBy((s) => s.json.path('a').asNumber().desc({ nulls: 'last' }), 'id')
      .values((s) => ({
        a: s.json.path('a'),
        text: s.json.path('a').asText(),
        number: s.json.path('a').asNumber(),
        flag: s.json.path('t').asBool(),
        b: s.json.path('b'),
      }));
    expect(rows).toEqual([
      { a: 1.5, text: null, number: 1.5, flag: null, b: [{ c: 'x' }, { c: 'y' }] },
      { a: 1, text: null, number: 1, flag: true, b: { c: 'x', d: [1, 2, 3] } },
      { a: -3, text: null, number: -3, flag: null, b: null },
      { a: '1', text: '1', number: null, flag: false, b: { c: 'X', d: [] } },
      { a: null, text: null, number: null, flag: null, b: null },
      { a: 'Straße ', text: 'Straße ', number: null, flag: null, b: null },
    ]);
  });

  it('Q1: across a relation, in a set-based write, and with another value in the same shape', async () => {
    const holders = (c: string) =>
      session
        .query(Holder)
        .filter({ sample: { json: jsonPath(['b', 'c'], c) } })
        .orderBy('id')
        .valuesList('id', { flat: true });
    expect([await holders('x'), await holders('X'), await holders('z')]).toEqual([[1], [2], []]);
    const changed = await session
      .query(Sample)
      .filter({ json: jsonPath(['a'], gt(100)) })
      .update({ text: 'x' });
    expect(changed).toBe(0);
  });

  it('Q1: X1: the whole text; paths are parameters', () => {
    const at = 'JSON_EXTRACT(t0.`json`, ?)';
    const texts = (collation: string) => {
      const part = `CASE WHEN JSON_TYPE(${at}) = 'ARRAY' COLLATE ${collation} THEN ${at} END`;
      const numbers = ['INTEGER', 'UNSIGNED INTEGER', 'DOUBLE', 'DECIMAL'].map(
        (type) => `'${type}' COLLATE ${collation}`,
      );
      const number = (json: string): string =>
        `CASE WHEN JSON_TYPE(${json}) IN (${numbers.join(', ')}) THEN CAST(JSON_UNQUOTE(${json}) AS double) END = CAST(? AS double)`;
      const isArray = `JSON_TYPE(${at}) = 'ARRAY' COLLATE ${collation}`;
      return {
        matches: `SELECT t0.\`id\` FROM \`sample\` AS t0 WHERE CASE WHEN JSON_TYPE(${part}) = 'STRING' COLLATE ${collation} THEN CONVERT(JSON_UNQUOTE(${part}) USING utf8mb4) COLLATE ${collation} END LIKE ? ESCAPE '|'`,
        contains: (item: string) =>
          `SELECT t0.\`id\` FROM \`sample\` AS t0 WHERE (${number(at)} AND (${isArray} AND ${item}))`,
        item: `EXISTS (SELECT 1 FROM JSON_TABLE(${at}, '$[*]' COLUMNS (v json PATH '$')) AS e WHERE ${number('e.v')})`,
      };
    };
    const [mysql, mariadb] = [texts('utf8mb4_0900_bin'), texts('utf8mb4_nopad_bin')];
    const injection = "x' OR 1=1";
    expectSql(
      session
        .query(Sample)
        .only('id')
        .filter({ json: jsonPath(['a', 0], contains(injection)) }),
      {
        sqlite:
          'SELECT t0."id" FROM "sample" AS t0 WHERE CASE json_type(t0."json", ?) WHEN \'text\' THEN json_extract(t0."json", ?) END GLOB ?',
        postgres:
          'SELECT t0."id" FROM "sample" AS t0 WHERE CASE WHEN jsonb_typeof(jsonb_path_query_first(t0."json", $1::jsonpath, \'{}\', true)) = \'string\' THEN (jsonb_path_query_first(t0."json", $2::jsonpath, \'{}\', true)) #>> \'{}\' END LIKE $3::text',
        mysql: mysql.matches,
        mariadb: mariadb.matches,
        parameters: ['$."a"[0]', '$."a"[0]', `*${injection}*`],
        postgresParameters: ['strict $."a"[0]', 'strict $."a"[0]', `%${injection}%`],
        mysqlParameters: ['$."a"', '$."a"[0]', '$."a"', '$."a"[0]', `%${injection}%`],
      },
    );
    expectSql(
      session
        .query(Sample)
        .only('id')
        .filter({ json: jsonContains({ a: 1, b: { d: [2] } }) }),
      {
        sqlite:
          'SELECT t0."id" FROM "sample" AS t0 WHERE (CASE WHEN json_type(t0."json", ?) IN (\'integer\', \'real\') THEN CAST(json_extract(t0."json", ?) AS REAL) END = ? AND (json_type(t0."json", ?) = \'array\' AND EXISTS (SELECT 1 FROM json_each(t0."json", ?) AS e WHERE e.type IN (\'integer\', \'real\') AND e.value = ?)))',
        postgres: 'SELECT t0."id" FROM "sample" AS t0 WHERE t0."json" @> $1::jsonb',
        mysql: mysql.contains(`CAST(? AS json) MEMBER OF(${at})`),
        mariadb: mariadb.contains(mariadb.item),
      },
    );
    expectSql(
      session
        .query(Sample)
        .only('id')
        .filter({ json: jsonPath(['a', 'b'], true) }),
      {
        sqlite:
          'SELECT t0."id" FROM "sample" AS t0 WHERE CASE json_type(t0."json", ?) WHEN \'true\' THEN 1 WHEN \'false\' THEN 0 END = ?',
        postgres:
          'SELECT t0."id" FROM "sample" AS t0 WHERE CASE WHEN jsonb_typeof(t0."json" -> $1::text -> $2::text) = \'boolean\' THEN (t0."json" -> $3::text -> $4::text)::boolean END = $5::boolean',
        mysql: `SELECT t0.\`id\` FROM \`sample\` AS t0 WHERE CASE WHEN JSON_TYPE(${at}) = 'BOOLEAN' COLLATE utf8mb4_0900_bin THEN JSON_UNQUOTE(${at}) = 'true' COLLATE utf8mb4_0900_bin END = ?`,
        mariadb: `SELECT t0.\`id\` FROM \`sample\` AS t0 WHERE CASE WHEN JSON_TYPE(${at}) = 'BOOLEAN' COLLATE utf8mb4_nopad_bin THEN JSON_UNQUOTE(${at}) = 'true' COLLATE utf8mb4_nopad_bin END = ?`,
      },
    );
  });

  it.each<[string, (s: Session) => unknown, new (...args: never) => Error, string]>([
    [
      'a field that is no JSON',
      (s) => s.query(Sample).filter({ text: jsonPath(['a'], 1) as never }),
      InvalidQueryError,
      'Sample.text is not JSON: it has no parts to look at.',
    ],
    [
      'a path that is no list',
      (s) => s.query(Sample).filter({ json: jsonPath('a' as never, 1) }),
      InvalidValueError,
      'Sample.json takes a path as a list, not a string.',
    ],
    [
      'a step that is neither',
      (s) => s.query(Sample).filter({ json: jsonPath([-1], 1) }),
      InvalidValueError,
      'Sample.json takes keys and positions from 0 as the steps of a path, not an integer.',
    ],
    [
      'a step of NUL',
      (s) => s.query(Sample).filter({ json: jsonPath(['a\0'], 1) }),
      InvalidValueError,
      'Sample.json takes text without NUL characters.',
    ],
    [
      'an object as a value',
      (s) => s.query(Sample).filter({ json: jsonPath(['a'], { $ne: 1 } as never) }),
      InvalidValueError,
      'Sample.json is compared with texts, numbers, booleans and null inside of JSON, not a plain object.',
    ],
    [
      'NaN',
      (s) => s.query(Sample).filter({ json: jsonPath(['a'], gt(Number.NaN)) }),
      InvalidValueError,
      'Sample.json is compared with texts, numbers, booleans and null inside of JSON, not NaN.',
    ],
    [
      'values of two types',
      (s) => s.query(Sample).filter({ json: jsonPath(['a'], oneOf<string | number>(['a', 1])) }),
      InvalidValueError,
      'Sample.json takes a string, not an integer.',
    ],
    [
      'undefined',
      (s) => s.query(Sample).filter({ json: jsonPath(['a'], undefined as never) }),
      InvalidValueError,
      'Sample.json is compared with texts, numbers, booleans and null inside of JSON, not undefined.',
    ],
    [
      'a key that is no text',
      (s) => s.query(Sample).filter({ json: hasKey(1 as never) }),
      InvalidValueError,
      'Sample.json takes the name of a key as a text, not an integer.',
    ],
    [
      'lists in lists',
      (s) => s.query(Sample).filter({ json: jsonContains([[1]]) }),
      InvalidValueError,
      'Sample.json is compared with texts, numbers, booleans and null inside of JSON, not an array.',
    ],
    [
      'a bigint',
      (s) => s.query(Sample).filter({ json: jsonContains(1n) }),
      InvalidValueError,
      'Sample.json takes a JSON value, not a bigint.',
    ],
    [
      'a lookup from outside',
      (s) => s.query(Sample).filter({ json: { name: 'jsonPath', value: {} } as never }),
      InvalidValueError,
      'Sample.json is JSON: an object in a filter would be ambiguous. Write { json: exact(value) }.',
    ],
  ])('X1: refused before anything is sent: %s', async (_, call, type, message) => {
    await expectRefused(db, () => call(session), { type, message });
  });

  const LOST: readonly (readonly [string, unknown, string])[] = [
    ['undefined in an object', { owner: undefined }, 'undefined'],
    ['undefined deep in it', { a: [{ b: { c: undefined } }] }, 'undefined'],
    ['undefined in a list', ['x', undefined], 'undefined'],
    ['a function', { a: () => 1 }, 'a function'],
    ['a symbol', { a: Symbol('x') }, 'a symbol'],
    ['toJSON of undefined', { a: { toJSON: () => undefined } }, 'undefined'],
    ['a Map', { a: new Map([['b', 1]]) }, 'an instance of Map'],
    ['a RegExp', /x/, 'an instance of RegExp'],
  ];
  const NO_NUMBER = 'takes a JSON value, and NaN and Infinity have no JSON form';

  it.each([
    ...LOST.map(([name, value, what]) => [name, value, losing(what)] as const),
    ['NaN', { a: Number.NaN }, NO_NUMBER] as const,
    ['an infinite number', [Infinity], NO_NUMBER] as const,
  ])('X1: Q1: no part of what is asked for is lost on the way into JSON: %s', async (_, value, problem) => {
    const refusal = { type: InvalidValueError, message: `Sample.json ${problem}.` };
    await expectRefused(db, () => session.query(Sample).filter({ json: jsonContains(value) }), refusal);
    await expectRefused(
      db,
      () =>
        session
          .query(Sample)
          .filter({ json: not(jsonContains(value)) })
          .delete(),
      refusal,
    );
    await expectRefused(db, () => session.query(Sample).filter({ json: exact(value) }), refusal);
    await expectRefused(db, () => session.query(Sample).filter((s) => s.json.jsonContains(value)), refusal);
    await expectRefused(db, () => session.query(Sample).filter((s) => s.json.eq(value)), refusal);
  });
});

function losing(what: string): string {
  return `takes a value of which JSON loses no part, not one with ${what} in it`;
}

it('Q4: Q14: JSON and arrays have no order that all databases share: no sort key, no least and no greatest', async () => {
  const json = (place: string) => ({
    type: InvalidQueryError,
    message: `${place} is given JSON, which each database puts in an order of its own. Take a value in it: (p) => p.settings.path('theme').asText(), or asNumber().`,
  });
  const list = (place: string) => ({
    type: InvalidQueryError,
    message: `${place} is given an array, which each database puts in an order of its own.`,
  });
  const all = session.query(Sample);
  await expectRefused(db, () => all.orderBy('-json'), json('orderBy() of Sample'));
  await expectRefused(db, () => all.orderBy((s) => s.strings.desc()), list('orderBy() of Sample'));
  await expectRefused(db, () => all.aggregate((s) => ({ x: max(s.json as never) })), json('max()'));
  await expectRefused(db, () => all.aggregate((s) => ({ x: min(s.strings as never) })), list('min()'));
  await expectRefused(
    db,
    () => all.values((s) => ({ x: rowNumber().over({ orderBy: s.json.asc() }) })),
    json('orderBy'),
  );
  const numbers = samples()
    .filter({ json: hasKey('a') })
    .orderBy((s) => s.json.path('a').asNumber(), 'id');
  expect(await numbers.valuesList('int', { flat: true })).toEqual([1, 3, 10, 9, 0, 2]);
});
