import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cast, Database, f, InvalidQueryError, model, sql, value } from '../../../index.ts';

import { expectRefused, expectSql, freshUrl, supports } from '../../support/database.ts';

class Item extends model('item', {
  id: f.auto(),
  int: f.int({ nullable: true }),
  big: f.bigint({ nullable: true }),
  float: f.float({ nullable: true }),
  decimal: f.decimal({ precision: 12, scale: 4, nullable: true }),
  text: f.text({ nullable: true }),
  bool: f.bool({ nullable: true }),
  uuid: f.uuid({ nullable: true }),
  on: f.date({ nullable: true }),
  at: f.datetime({ nullable: true }),
}) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Item] });
  await db.createAll();
  await db.transaction((session) => {
    session.add(
      new Item({
        int: -7,
        big: -(2n ** 40n),
        float: -2.5,
        decimal: '-1234.5678',
        text: 'héllo😀',
        bool: true,
        uuid: 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11',
        on: '2024-02-29',
        at: new Date('2026-01-31T13:45:00.123Z'),
      }),
      new Item({ int: 2 ** 31 - 1, big: 2n ** 60n, float: 0.045, decimal: '0.5000', text: '', bool: false }),
      new Item({}),
    );
  });
});
afterAll(() => db.close());

const items = () => db.session().query(Item).orderBy('id');
const decimal = (precision: number, scale: number) => f.decimal({ precision, scale });

it('Q6: whole numbers as other numbers and as texts', async () => {
  const casts = items().values((i) => ({
    text: cast(i.int, f.text()),
    digits: cast(i.big, f.text()),
    big: cast(i.int, f.bigint()),
    int: cast(i.big, f.int()),
    small: cast(i.int, f.smallInt()),
    float: cast(i.int, f.float()),
    decimal: cast(i.int, decimal(12, 2)),
    short: cast(i.int, decimal(3, 2)),
  }));
  expectSql(casts, {
    sqlite: `SELECT CAST(t0."int" AS TEXT), CAST(t0."big" AS TEXT), CAST(CAST(t0."int" AS INTEGER) AS TEXT), CASE WHEN t0."big" BETWEEN -2147483648 AND 2147483647 THEN CAST(t0."big" AS INTEGER) END, CASE WHEN t0."int" BETWEEN -32768 AND 32767 THEN CAST(t0."int" AS INTEGER) END, CAST(t0."int" AS REAL), '~' || CASE WHEN ABS((t0."int" * 100)) < 1000000000000 THEN (t0."int" * 100) END, '~' || CASE WHEN ABS((t0."int" * 100)) < 1000 THEN (t0."int" * 100) END FROM "item" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT CAST(t0."int" AS text), CAST(t0."big" AS text), CAST(t0."int" AS bigint), CASE WHEN t0."big" BETWEEN -2147483648 AND 2147483647 THEN CAST(t0."big" AS bigint) END, CASE WHEN t0."int" BETWEEN -32768 AND 32767 THEN CAST(t0."int" AS smallint) END, CAST(t0."int" AS double precision), CASE WHEN ABS(ROUND(CAST(t0."int" AS numeric), 2)) < 1e10 THEN ROUND(CAST(t0."int" AS numeric), 2) END, CASE WHEN ABS(ROUND(CAST(t0."int" AS numeric), 2)) < 1e1 THEN ROUND(CAST(t0."int" AS numeric), 2) END FROM "item" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT CAST(t0.`int` AS char), CAST(t0.`big` AS char), t0.`int`, CASE WHEN t0.`big` BETWEEN -2147483648 AND 2147483647 THEN CAST(t0.`big` AS signed) END, CASE WHEN t0.`int` BETWEEN -32768 AND 32767 THEN CAST(t0.`int` AS signed) END, CAST(t0.`int` AS double), CASE WHEN ABS(ROUND(CAST(t0.`int` AS decimal(65, 30)), 2)) < 10000000000 THEN ROUND(CAST(t0.`int` AS decimal(65, 30)), 2) END, CASE WHEN ABS(ROUND(CAST(t0.`int` AS decimal(65, 30)), 2)) < 10 THEN ROUND(CAST(t0.`int` AS decimal(65, 30)), 2) END FROM `item` AS t0 ORDER BY t0.`id`',
  });
  expect(await casts).toEqual([
    {
      text: '-7',
      digits: '-1099511627776',
      big: -7n,
      int: null,
      small: -7,
      float: -7,
      decimal: '-7.00',
      short: '-7.00',
    },
    {
      text: '2147483647',
      digits: '1152921504606846976',
      big: 2_147_483_647n,
      int: null,
      small: null,
      float: 2_147_483_647,
      decimal: '2147483647.00',
      short: null,
    },
    { text: null, digits: null, big: null, int: null, small: null, float: null, decimal: null, short: null },
  ]);
});

it('Q6: floats and decimals are rounded half away from zero, and NULL where they do not fit', async () => {
  const casts = items().values((i) => ({
    int: cast(i.float, f.int()),
    cents: cast(i.float, decimal(5, 2)),
    whole: cast(i.decimal, f.int()),
    big: cast(i.decimal, f.bigint()),
    short: cast(i.decimal, decimal(6, 2)),
    tight: cast(i.decimal, decimal(3, 2)),
    long: cast(i.decimal, decimal(12, 6)),
    float: cast(i.decimal, f.float()),
    text: cast(i.decimal, f.text()),
    computed: cast(i.decimal.times('1.5'), f.text()),
  }));
  expectSql(casts, {
    sqlite: `SELECT CASE WHEN ROUND(t0."float") BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(t0."float") AS INTEGER) END, '~' || CASE WHEN ABS(blaze_units(t0."float", 2)) < 100000 THEN blaze_units(t0."float", 2) END, CASE WHEN (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 10000 * 2 / 10000) BETWEEN -2147483648 AND 2147483647 THEN CAST((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 10000 * 2 / 10000) AS INTEGER) END, CAST(CASE WHEN (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 10000 * 2 / 10000) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 10000 * 2 / 10000) AS INTEGER) END AS TEXT), '~' || CASE WHEN ABS((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 100 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 100 * 2 / 100)) < 1000000 THEN (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 100 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 100 * 2 / 100) END, '~' || CASE WHEN ABS((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 100 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 100 * 2 / 100)) < 1000 THEN (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 100 + CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 100 * 2 / 100) END, '~' || CASE WHEN ABS((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) * 100)) < 1000000000000 THEN (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) * 100) END, (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000.0), t0."decimal", blaze_decimal(CAST((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) * ?) AS TEXT), 5) FROM "item" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT CASE WHEN ROUND(CAST(t0."float" AS numeric)) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0."float" AS numeric)) AS bigint) END, CASE WHEN ABS(ROUND(CAST(t0."float" AS numeric), 2)) < 1e3 THEN ROUND(CAST(t0."float" AS numeric), 2) END, CASE WHEN ROUND(CAST(t0."decimal" AS numeric)) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0."decimal" AS numeric)) AS bigint) END, CASE WHEN ROUND(CAST(t0."decimal" AS numeric)) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(ROUND(CAST(t0."decimal" AS numeric)) AS bigint) END, CASE WHEN ABS(ROUND(CAST(t0."decimal" AS numeric), 2)) < 1e4 THEN ROUND(CAST(t0."decimal" AS numeric), 2) END, CASE WHEN ABS(ROUND(CAST(t0."decimal" AS numeric), 2)) < 1e1 THEN ROUND(CAST(t0."decimal" AS numeric), 2) END, CASE WHEN ABS(ROUND(CAST(t0."decimal" AS numeric), 6)) < 1e6 THEN ROUND(CAST(t0."decimal" AS numeric), 6) END, CAST(t0."decimal" AS double precision), CAST(ROUND(t0."decimal", 4) AS text), CAST(ROUND((t0."decimal" * $1::numeric), 5) AS text) FROM "item" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT CASE WHEN ROUND(CAST(t0.`float` AS decimal(65, 30))) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0.`float` AS decimal(65, 30))) AS signed) END, CASE WHEN ABS(ROUND(CAST(t0.`float` AS decimal(65, 30)), 2)) < 1000 THEN ROUND(CAST(t0.`float` AS decimal(65, 30)), 2) END, CASE WHEN ROUND(CAST(t0.`decimal` AS decimal(65, 30))) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0.`decimal` AS decimal(65, 30))) AS signed) END, CASE WHEN ROUND(CAST(t0.`decimal` AS decimal(65, 30))) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(ROUND(CAST(t0.`decimal` AS decimal(65, 30))) AS signed) END, CASE WHEN ABS(ROUND(CAST(t0.`decimal` AS decimal(65, 30)), 2)) < 10000 THEN ROUND(CAST(t0.`decimal` AS decimal(65, 30)), 2) END, CASE WHEN ABS(ROUND(CAST(t0.`decimal` AS decimal(65, 30)), 2)) < 10 THEN ROUND(CAST(t0.`decimal` AS decimal(65, 30)), 2) END, CASE WHEN ABS(ROUND(CAST(t0.`decimal` AS decimal(65, 30)), 6)) < 1000000 THEN ROUND(CAST(t0.`decimal` AS decimal(65, 30)), 6) END, CAST(t0.`decimal` AS double), CAST(CAST(t0.`decimal` AS decimal(65, 4)) AS char), CAST(CAST((t0.`decimal` * CAST(? AS decimal(38, 1))) AS decimal(65, 5)) AS char) FROM `item` AS t0 ORDER BY t0.`id`',
  });
  expect(await casts).toEqual([
    {
      int: -3,
      cents: '-2.50',
      whole: -1235,
      big: -1235n,
      short: '-1234.57',
      tight: null,
      long: '-1234.567800',
      float: -1234.5678,
      text: '-1234.5678',
      computed: '-1851.85170',
    },
    {
      int: 0,
      cents: '0.05',
      whole: 1,
      big: 1n,
      short: '0.50',
      tight: '0.50',
      long: '0.500000',
      float: 0.5,
      text: '0.5000',
      computed: '0.75000',
    },
    {
      int: null,
      cents: null,
      whole: null,
      big: null,
      short: null,
      tight: null,
      long: null,
      float: null,
      text: null,
      computed: null,
    },
  ]);
});

it('Q6: booleans, dates, times, UUIDs and texts', async () => {
  const casts = items().values((i) => ({
    one: cast(i.bool, f.int()),
    word: cast(i.bool, f.text()),
    day: cast(i.on, f.text()),
    midnight: cast(i.on, f.datetime()),
    time: cast(i.at, f.text()),
    date: cast(i.at, f.date()),
    uuid: cast(i.uuid, f.text()),
    cut: cast(i.text, f.string({ maxLength: 3 })),
  }));
  expectSql(casts, {
    sqlite: `SELECT CAST(t0."bool" AS INTEGER), CASE t0."bool" WHEN 1 THEN 'true' WHEN 0 THEN 'false' END, t0."on", (t0."on" || ' 00:00:00.000'), (REPLACE(t0."at", ' ', 'T') || 'Z'), SUBSTR(t0."at", 1, 10), t0."uuid", SUBSTR(t0."text", 1, 3) FROM "item" AS t0 ORDER BY t0."id"`,
    postgres: `SELECT CASE WHEN t0."bool" THEN 1 WHEN NOT (t0."bool") THEN 0 END, CAST(t0."bool" AS text), TO_CHAR(t0."on", 'YYYY-MM-DD'), (CAST(t0."on" AS timestamp) AT TIME ZONE 'UTC'), TO_CHAR(t0."at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), CAST(t0."at" AT TIME ZONE 'UTC' AS date), CAST(t0."uuid" AS text), LEFT(CAST(t0."text" AS text), 3) FROM "item" AS t0 ORDER BY t0."id"`,
    mysql:
      "SELECT CAST(t0.`bool` AS signed), CASE WHEN t0.`bool` THEN 'true' WHEN NOT (t0.`bool`) THEN 'false' END, CAST(t0.`on` AS char), CAST(t0.`on` AS datetime(3)), CONCAT(LEFT(DATE_FORMAT(t0.`at`, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z'), CAST(t0.`at` AS date), CAST(t0.`uuid` AS char), LEFT(CAST(t0.`text` AS char), 3) FROM `item` AS t0 ORDER BY t0.`id`",
  });
  expect(await casts).toEqual([
    {
      one: 1,
      word: 'true',
      day: '2024-02-29',
      midnight: new Date('2024-02-29T00:00:00Z'),
      time: '2026-01-31T13:45:00.123Z',
      date: '2026-01-31',
      uuid: 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
      cut: 'hél',
    },
    { one: 0, word: 'false', day: null, midnight: null, time: null, date: null, uuid: null, cut: '' },
    { one: null, word: null, day: null, midnight: null, time: null, date: null, uuid: null, cut: null },
  ]);
});

describe('Q6: a text that says no such value is NULL', () => {
  // Named cast: of whatever type, what is read is compared as it is.
  const reads = async (type: object, texts: Readonly<Record<string, unknown>>) => {
    const names = Object.keys(texts);
    const [row] = await items()
      .limit(1)
      .values(() =>
        Object.fromEntries(names.map((text, i) => [`c${i}`, cast(value(text), type as ReturnType<typeof f.text>)])),
      );
    expect(names.map((text, i) => [text, (row as Record<string, unknown>)[`c${i}`]])).toEqual(Object.entries(texts));
  };

  it('Q6: whole numbers', async () => {
    await reads(f.int(), {
      '12': 12,
      '+12': 12,
      '-007': -7,
      '2147483647': 2_147_483_647,
      '2147483648': null,
      '-2147483649': null,
      ' 12': null,
      '12\n': null,
      '1.0': null,
      '1e3': null,
      '': null,
      x: null,
      '١٢': null,
      '99999999999999999999': null,
    });
    await reads(f.bigint(), {
      '9223372036854775807': 2n ** 63n - 1n,
      '9223372036854775808': null,
      '-9223372036854775808': -(2n ** 63n),
    });
  });

  it('Q6: floats and decimals', async () => {
    await reads(f.float(), { '1.5': 1.5, '-0.1': -0.1, '7': 7, '.5': null, '1e3': null, '1,5': null, NaN: null });
    await reads(decimal(5, 2), {
      '1.005': '1.01',
      '-1.005': '-1.01',
      '+7': '7.00',
      '999.99': '999.99',
      '999.994': '999.99',
      '999.995': null,
      '1000': null,
      '1.': null,
      '0x10': null,
    });
  });

  it('Q6: M3: dates and times', async () => {
    await reads(f.date(), {
      '2024-02-29': '2024-02-29',
      '2000-02-29': '2000-02-29',
      '0001-01-01': '0001-01-01',
      '1900-02-29': null,
      '2023-02-29': null,
      '2023-04-31': null,
      '2024-13-01': null,
      '0000-01-01': null,
      '2024-1-1': null,
      '2024-02-29\n': null,
      '2024-02-29T00:00:00': null,
    });
    await reads(f.datetime(), {
      '2024-02-29T01:02:03Z': new Date('2024-02-29T01:02:03Z'),
      '2024-02-29 01:02:03.5': new Date('2024-02-29T01:02:03.500Z'),
      '2024-02-29 01:02:03.123999Z': new Date('2024-02-29T01:02:03.123Z'),
      '2024-02-29 24:00:00': null,
      '2024-02-29 01:60:00': null,
      '2023-02-29 01:00:00': null,
      '2024-02-29': null,
      '2024-02-29T01:02:03+01:00': null,
    });
  });

  it('Q6: the SQL that looks at a text first', () => {
    const casts = items().values((i) => ({
      int: cast(i.text, f.int()),
      decimal: cast(i.text, decimal(5, 2)),
      at: cast(i.text, f.datetime()),
    }));
    expectSql(casts, {
      sqlite: `SELECT CASE WHEN blaze_whole(t0."text") BETWEEN -2147483648 AND 2147483647 THEN CAST(blaze_whole(t0."text") AS INTEGER) END, '~' || CASE WHEN ABS(blaze_units(t0."text", 2)) < 100000 THEN blaze_units(t0."text", 2) END, blaze_datetime(t0."text") FROM "item" AS t0 ORDER BY t0."id"`,
      postgres: `SELECT CASE WHEN t0."text" ~ '^[+-]?[0-9]{1,30}(?![^x]|x)' THEN CASE WHEN ROUND(CAST(t0."text" AS numeric)) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0."text" AS numeric)) AS bigint) END END, CASE WHEN t0."text" ~ '^[+-]?[0-9]{1,30}([.][0-9]{1,30})?(?![^x]|x)' THEN CASE WHEN ABS(ROUND(CAST(t0."text" AS numeric), 2)) < 1e3 THEN ROUND(CAST(t0."text" AS numeric), 2) END END, CASE WHEN t0."text" ~ '^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z?(?![^x]|x)' THEN (CAST(REPLACE(LEFT(t0."text", 23), 'Z', '') AS timestamp) AT TIME ZONE 'UTC') END FROM "item" AS t0 ORDER BY t0."id"`,
      mysql:
        "SELECT CASE WHEN REGEXP_LIKE(t0.`text`, '^[+-]?[0-9]{1,30}(?![^x]|x)', 'c') THEN CASE WHEN ROUND(CAST(t0.`text` AS decimal(65, 30))) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0.`text` AS decimal(65, 30))) AS signed) END END, CASE WHEN REGEXP_LIKE(t0.`text`, '^[+-]?[0-9]{1,30}([.][0-9]{1,30})?(?![^x]|x)', 'c') THEN CASE WHEN ABS(ROUND(CAST(t0.`text` AS decimal(65, 30)), 2)) < 1000 THEN ROUND(CAST(t0.`text` AS decimal(65, 30)), 2) END END, CASE WHEN REGEXP_LIKE(t0.`text`, '^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z?(?![^x]|x)', 'c') THEN CAST(REPLACE(REPLACE(LEFT(t0.`text`, 23), 'T', ' '), 'Z', '') AS datetime(3)) END FROM `item` AS t0 ORDER BY t0.`id`",
      mariadb:
        "SELECT CASE WHEN t0.`text` REGEXP CONCAT('(?-i)', '^[+-]?[0-9]{1,30}(?![^x]|x)') THEN CASE WHEN ROUND(CAST(t0.`text` AS decimal(65, 30))) BETWEEN -2147483648 AND 2147483647 THEN CAST(ROUND(CAST(t0.`text` AS decimal(65, 30))) AS signed) END END, CASE WHEN t0.`text` REGEXP CONCAT('(?-i)', '^[+-]?[0-9]{1,30}([.][0-9]{1,30})?(?![^x]|x)') THEN CASE WHEN ABS(ROUND(CAST(t0.`text` AS decimal(65, 30)), 2)) < 1000 THEN ROUND(CAST(t0.`text` AS decimal(65, 30)), 2) END END, CASE WHEN t0.`text` REGEXP CONCAT('(?-i)', '^(?!0000)([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{1,6})?Z?(?![^x]|x)') THEN CAST(REPLACE(REPLACE(LEFT(t0.`text`, 23), 'T', ' '), 'Z', '') AS datetime(3)) END FROM `item` AS t0 ORDER BY t0.`id`",
    });
  });
});

it('Q2: Q6: casts in filters and orders', async () => {
  const found = items()
    .filter((i) => cast(i.int, f.text()).endsWith('7').and(cast(i.big, f.int()).isNull()))
    .orderBy((i) => cast(i.decimal, f.int()).desc());
  expect(await found.valuesList('id', { flat: true })).toEqual([2, 1]);
  expect(
    await items()
      .exclude((i) => cast(i.text, f.int()).eq(3))
      .count(),
  ).toBe(3);
});

it('Q14: what databases answer differently is refused', async () => {
  const refused = (call: () => unknown, message: string) =>
    expectRefused(db, call, { type: InvalidQueryError, message, code: 'E_INVALID_QUERY' });
  await refused(
    () => items().values((i) => ({ x: cast(i.float, f.text()) })),
    'cast() cannot make a text of a float in the same way everywhere. Turn it into a decimal first: cast(cast(x, f.decimal({ precision: 12, scale: 2 })), f.text()).',
  );
  await refused(
    () => items().values((i) => ({ x: cast(i.on, f.int()) })),
    'cast() cannot make an int of a date in the same way everywhere.',
  );
  await refused(
    () => items().values((i) => ({ x: cast(i.int, 'text' as never) })),
    'cast() takes a type as in f.int(), not a string.',
  );
  await refused(
    () => items().values(() => ({ x: cast(sql<number>`1`, f.text()) })),
    'cast() needs to know the type of what it is given, and raw SQL has none. Write the cast in the SQL itself.',
  );
});

it('Q6: decimals of more than 18 digits', async () => {
  const wide = () => items().values((i) => ({ x: cast(i.int, decimal(30, 12)) }));
  const supported = await supports('to compute decimals of more than 18 digits', () => wide(), {
    sqlite: { message: 'SQLite cannot do this: to compute decimals of more than 18 digits.' },
  });
  if (!supported) return;
  expect(await wide()).toEqual([{ x: '-7.000000000000' }, { x: '2147483647.000000000000' }, { x: null }]);
});
