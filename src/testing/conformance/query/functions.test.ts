import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  cast,
  coalesce,
  concat,
  Database,
  f,
  greatest,
  InvalidQueryError,
  least,
  model,
  now,
  value,
} from '../../../index.ts';

import { expectRefused, expectSql, freshUrl } from '../../support/database.ts';

class Word extends model('word', { id: f.auto(), text: f.text({ nullable: true }), n: f.int({ default: 2 }) }) {}

class Figure extends model('figure', {
  id: f.auto(),
  int: f.int({ nullable: true }),
  big: f.bigint({ nullable: true }),
  float: f.float({ nullable: true }),
  decimal: f.decimal({ precision: 12, scale: 4, nullable: true }),
  other: f.decimal({ precision: 6, scale: 2, nullable: true }),
}) {}

class Moment extends model('moment', {
  id: f.auto(),
  at: f.datetime({ nullable: true }),
  on: f.date({ nullable: true }),
  n: f.int({ default: 1 }),
}) {}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Word, Figure, Moment] });
  await db.createAll();
  await db.transaction((session) => {
    session.add(
      ...['  héllo😀 ', '', null, "O'Neil 100%"].map((text) => new Word({ text })),
      new Figure({ int: -7, big: -(2n ** 40n), float: -2.5, decimal: '-1234.5678', other: '1.50' }),
      new Figure({ int: 16, big: 2n ** 60n, float: 0.25, decimal: '0.0001', other: '-0.01' }),
      new Figure({}),
      new Moment({ at: new Date('2026-01-31T13:45:09.123Z'), on: '2024-02-29', n: -1 }),
      new Moment({ at: new Date('1999-12-31T23:59:59.999Z'), on: '1999-11-07', n: 30 }),
      new Moment({}),
    );
  });
});
afterAll(() => db.close());

const words = () => db.session().query(Word).orderBy('id');
const figures = () => db.session().query(Figure).orderBy('id');
const moments = () => db.session().query(Moment).orderBy('id');

it('Q6: parts of texts, counted in characters', async () => {
  const parts = words().values((w) => ({
    left: w.text.left(4),
    right: w.text.right(2),
    none: w.text.right(0),
    from: w.text.substring(3),
    some: w.text.substring(4, w.n),
    before: w.text.substring(w.n.minus(9), 1),
  }));
  expectSql(parts, {
    sqlite:
      'SELECT SUBSTR(t0."text", 1, ?), SUBSTR(t0."text", MAX(LENGTH(t0."text") - ?, 0) + 1), SUBSTR(t0."text", MAX(LENGTH(t0."text") - ?, 0) + 1), SUBSTR(t0."text", ?), SUBSTR(t0."text", ?, MAX(t0."n", 0)), SUBSTR(t0."text", MAX((t0."n" - ?), 1), ?) FROM "word" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT LEFT(t0."text", CAST($1::bigint AS integer)), RIGHT(t0."text", CAST($2::bigint AS integer)), RIGHT(t0."text", CAST($3::bigint AS integer)), SUBSTRING(t0."text", CAST($4::bigint AS integer)), SUBSTRING(t0."text", CAST($5::bigint AS integer), CAST(GREATEST(t0."n", 0) AS integer)), SUBSTRING(t0."text", CAST(GREATEST(((t0."n"::bigint) - $6::bigint), 1) AS integer), CAST($7::bigint AS integer)) FROM "word" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT LEFT(t0.`text`, ?), RIGHT(t0.`text`, ?), RIGHT(t0.`text`, ?), SUBSTRING(t0.`text`, ?), SUBSTRING(t0.`text`, ?, GREATEST(t0.`n`, 0)), SUBSTRING(t0.`text`, GREATEST((t0.`n` - ?), 1), ?) FROM `word` AS t0 ORDER BY t0.`id`',
  });
  expect(await parts).toEqual([
    { left: '  hé', right: '😀 ', none: '', from: 'héllo😀 ', some: 'él', before: ' ' },
    { left: '', right: '', none: '', from: '', some: '', before: '' },
    { left: null, right: null, none: null, from: null, some: null, before: null },
    { left: "O'Ne", right: '0%', none: '', from: 'Neil 100%', some: 'ei', before: 'O' },
  ]);
});

it('Q6: texts made of others', async () => {
  const made = words().values((w) => ({
    start: w.text.trimStart(),
    end: w.text.trimEnd(),
    reversed: w.text.reverse(),
    twice: w.text.repeat(w.n),
    swapped: w.text.replace('l', 'L%'),
    gone: w.text.replace("O'", ''),
  }));
  expectSql(made, {
    sqlite:
      'SELECT LTRIM(t0."text"), RTRIM(t0."text"), blaze_reverse(t0."text"), blaze_repeat(t0."text", MAX(t0."n", 0)), REPLACE(t0."text", ?, ?), REPLACE(t0."text", ?, ?) FROM "word" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT LTRIM(t0."text"), RTRIM(t0."text"), REVERSE(t0."text"), REPEAT(t0."text", CAST(GREATEST(t0."n", 0) AS integer)), REPLACE(t0."text", $1::text, $2::text), REPLACE(t0."text", $3::text, $4::text) FROM "word" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT LTRIM(t0.`text`), RTRIM(t0.`text`), REVERSE(t0.`text`), REPEAT(t0.`text`, GREATEST(t0.`n`, 0)), REPLACE(t0.`text`, ?, ?), REPLACE(t0.`text`, ?, ?) FROM `word` AS t0 ORDER BY t0.`id`',
  });
  expect(await made).toEqual([
    {
      start: 'héllo😀 ',
      end: '  héllo😀',
      reversed: ' 😀olléh  ',
      twice: '  héllo😀   héllo😀 ',
      swapped: '  héL%L%o😀 ',
      gone: '  héllo😀 ',
    },
    { start: '', end: '', reversed: '', twice: '', swapped: '', gone: '' },
    { start: null, end: null, reversed: null, twice: null, swapped: null, gone: null },
    {
      start: "O'Neil 100%",
      end: "O'Neil 100%",
      reversed: "%001 lieN'O",
      twice: "O'Neil 100%O'Neil 100%",
      swapped: "O'NeiL% 100%",
      gone: 'Neil 100%',
    },
  ]);
});

it('Q6: texts are filled up and never cut', async () => {
  const filled = words().values((w) => ({
    start: w.text.padStart(12, 'ab'),
    end: w.text.padEnd(10, '😀'),
    spaces: w.text.padStart(w.n),
    cut: w.text.padEnd(3),
  }));
  expectSql(filled, {
    sqlite:
      'SELECT blaze_pad_start(t0."text", ?, ?), blaze_pad_end(t0."text", ?, ?), blaze_pad_start(t0."text", MAX(t0."n", 0), ?), blaze_pad_end(t0."text", ?, ?) FROM "word" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT CASE WHEN CHAR_LENGTH(t0."text") >= CAST($1::bigint AS integer) THEN t0."text" ELSE LPAD(t0."text", CAST($2::bigint AS integer), $3::text) END, CASE WHEN CHAR_LENGTH(t0."text") >= CAST($4::bigint AS integer) THEN t0."text" ELSE RPAD(t0."text", CAST($5::bigint AS integer), $6::text) END, CASE WHEN CHAR_LENGTH(t0."text") >= CAST(GREATEST(t0."n", 0) AS integer) THEN t0."text" ELSE LPAD(t0."text", CAST(GREATEST(t0."n", 0) AS integer), $7::text) END, CASE WHEN CHAR_LENGTH(t0."text") >= CAST($8::bigint AS integer) THEN t0."text" ELSE RPAD(t0."text", CAST($9::bigint AS integer), $10::text) END FROM "word" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT CASE WHEN CHAR_LENGTH(t0.`text`) >= ? THEN t0.`text` ELSE LPAD(t0.`text`, ?, ?) END, CASE WHEN CHAR_LENGTH(t0.`text`) >= ? THEN t0.`text` ELSE RPAD(t0.`text`, ?, ?) END, CASE WHEN CHAR_LENGTH(t0.`text`) >= GREATEST(t0.`n`, 0) THEN t0.`text` ELSE LPAD(t0.`text`, GREATEST(t0.`n`, 0), ?) END, CASE WHEN CHAR_LENGTH(t0.`text`) >= ? THEN t0.`text` ELSE RPAD(t0.`text`, ?, ?) END FROM `word` AS t0 ORDER BY t0.`id`',
  });
  expect(await filled).toEqual([
    { start: 'aba  héllo😀 ', end: '  héllo😀 😀', spaces: '  héllo😀 ', cut: '  héllo😀 ' },
    { start: 'abababababab', end: '😀'.repeat(10), spaces: '  ', cut: '   ' },
    { start: null, end: null, spaces: null, cut: null },
    { start: "aO'Neil 100%", end: "O'Neil 100%", spaces: "O'Neil 100%", cut: "O'Neil 100%" },
  ]);
});

it('Q6: where a text stands in another; texts in a row', async () => {
  const places = words().values((w) => ({
    l: w.text.position('l'),
    smile: w.text.position('😀'),
    none: w.text.position('x'),
    empty: w.text.position(''),
    row: concat(w.text, '|', w.text.left(1), '%'),
  }));
  expectSql(places, {
    sqlite: `SELECT INSTR(t0."text", ?), INSTR(t0."text", ?), INSTR(t0."text", ?), INSTR(t0."text", ?), (? || COALESCE(t0."text", '') || COALESCE(?, '') || COALESCE(SUBSTR(t0."text", 1, ?), '') || COALESCE(?, '')) FROM "word" AS t0 ORDER BY t0."id"`,
    postgres: `SELECT STRPOS(t0."text", $1::text), STRPOS(t0."text", $2::text), STRPOS(t0."text", $3::text), STRPOS(t0."text", $4::text), ($5::text || COALESCE(t0."text", '') || COALESCE($6::text, '') || COALESCE(LEFT(t0."text", CAST($7::bigint AS integer)), '') || COALESCE($8::text, '')) FROM "word" AS t0 ORDER BY t0."id"`,
    mysql:
      "SELECT INSTR(t0.`text`, ?), INSTR(t0.`text`, ?), INSTR(t0.`text`, ?), INSTR(t0.`text`, ?), CONCAT(?, COALESCE(t0.`text`, ''), COALESCE(?, ''), COALESCE(LEFT(t0.`text`, ?), ''), COALESCE(?, '')) FROM `word` AS t0 ORDER BY t0.`id`",
  });
  expect(await places).toEqual([
    { l: 5, smile: 8, none: 0, empty: 1, row: '  héllo😀 | %' },
    { l: 0, smile: 0, none: 0, empty: 1, row: '|%' },
    { l: null, smile: null, none: null, empty: null, row: '|%' },
    { l: 6, smile: 0, none: 0, empty: 1, row: "O'Neil 100%|O%" },
  ]);
});

it('Q6: whole numbers below and above, and signs', async () => {
  const parts = figures().values((n) => ({
    floor: n.float.floor(),
    ceil: n.float.ceil(),
    down: n.decimal.floor(),
    up: n.decimal.ceil(),
    same: n.int.floor(),
    sign: n.decimal.sign(),
    signs: n.big.sign().plus(n.float.sign()),
  }));
  expectSql(parts, {
    sqlite: `SELECT FLOOR(t0."float"), CEIL(t0."float"), '~' || (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000 - (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 10000 < 0)), '~' || (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000 + (CAST(ROUND(t0."decimal" * 10000) AS INTEGER) % 10000 > 0)), t0."int", SIGN((CAST(ROUND(t0."decimal" * 10000) AS INTEGER) / 10000.0)), (SIGN(t0."big") + SIGN(t0."float")) FROM "figure" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT FLOOR(t0."float"), CEIL(t0."float"), FLOOR(t0."decimal"), CEIL(t0."decimal"), t0."int", CAST(SIGN(t0."decimal") AS integer), (CAST(SIGN(t0."big") AS integer) + CAST(SIGN(t0."float") AS integer)) FROM "figure" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT FLOOR(t0.`float`), CEIL(t0.`float`), FLOOR(t0.`decimal`), CEIL(t0.`decimal`), t0.`int`, SIGN(t0.`decimal`), (SIGN(t0.`big`) + SIGN(t0.`float`)) FROM `figure` AS t0 ORDER BY t0.`id`',
  });
  expect(await parts).toEqual([
    { floor: -3, ceil: -2, down: '-1235', up: '-1234', same: -7, sign: -1, signs: -2 },
    { floor: 0, ceil: 1, down: '0', up: '1', same: 16, sign: 1, signs: 2 },
    { floor: null, ceil: null, down: null, up: null, same: null, sign: null, signs: null },
  ]);
});

it('Q6: roots, powers and logarithms are NULL where there are none', async () => {
  const real = figures().values((n) => ({
    root: n.int.sqrt(),
    half: n.float.power(0.5),
    square: n.float.power(2),
    never: n.int.minus(n.int).power(-1),
    ln: n.int.ln(),
    one: n.int.minus(n.int).exp(),
    zero: n.int.minus(n.int).ln(),
  }));
  expectSql(real, {
    sqlite:
      'SELECT CASE WHEN CAST(t0."int" AS REAL) >= 0 THEN SQRT(CAST(t0."int" AS REAL)) END, CASE WHEN CAST(t0."float" AS REAL) > 0 OR (CAST(t0."float" AS REAL) = 0 AND CAST(? AS REAL) >= 0) OR (CAST(t0."float" AS REAL) < 0 AND CAST(? AS REAL) = FLOOR(CAST(? AS REAL))) THEN POWER(CAST(t0."float" AS REAL), CAST(? AS REAL)) END, CASE WHEN CAST(t0."float" AS REAL) > 0 OR (CAST(t0."float" AS REAL) = 0 AND CAST(? AS REAL) >= 0) OR (CAST(t0."float" AS REAL) < 0 AND CAST(? AS REAL) = FLOOR(CAST(? AS REAL))) THEN POWER(CAST(t0."float" AS REAL), CAST(? AS REAL)) END, CASE WHEN CAST((t0."int" - t0."int") AS REAL) > 0 OR (CAST((t0."int" - t0."int") AS REAL) = 0 AND CAST(? AS REAL) >= 0) OR (CAST((t0."int" - t0."int") AS REAL) < 0 AND CAST(? AS REAL) = FLOOR(CAST(? AS REAL))) THEN POWER(CAST((t0."int" - t0."int") AS REAL), CAST(? AS REAL)) END, CASE WHEN CAST(t0."int" AS REAL) > 0 THEN LN(CAST(t0."int" AS REAL)) END, EXP(CAST((t0."int" - t0."int") AS REAL)), CASE WHEN CAST((t0."int" - t0."int") AS REAL) > 0 THEN LN(CAST((t0."int" - t0."int") AS REAL)) END FROM "figure" AS t0 ORDER BY t0."id"',
    postgres:
      'SELECT CASE WHEN CAST(t0."int" AS double precision) >= 0 THEN SQRT(CAST(t0."int" AS double precision)) END, CASE WHEN CAST(t0."float" AS double precision) > 0 OR (CAST(t0."float" AS double precision) = 0 AND CAST($1::double precision AS double precision) >= 0) OR (CAST(t0."float" AS double precision) < 0 AND CAST($2::double precision AS double precision) = FLOOR(CAST($3::double precision AS double precision))) THEN POWER(CAST(t0."float" AS double precision), CAST($4::double precision AS double precision)) END, CASE WHEN CAST(t0."float" AS double precision) > 0 OR (CAST(t0."float" AS double precision) = 0 AND CAST($5::bigint AS double precision) >= 0) OR (CAST(t0."float" AS double precision) < 0 AND CAST($6::bigint AS double precision) = FLOOR(CAST($7::bigint AS double precision))) THEN POWER(CAST(t0."float" AS double precision), CAST($8::bigint AS double precision)) END, CASE WHEN CAST(((t0."int"::bigint) - t0."int") AS double precision) > 0 OR (CAST(((t0."int"::bigint) - t0."int") AS double precision) = 0 AND CAST($9::bigint AS double precision) >= 0) OR (CAST(((t0."int"::bigint) - t0."int") AS double precision) < 0 AND CAST($10::bigint AS double precision) = FLOOR(CAST($11::bigint AS double precision))) THEN POWER(CAST(((t0."int"::bigint) - t0."int") AS double precision), CAST($12::bigint AS double precision)) END, CASE WHEN CAST(t0."int" AS double precision) > 0 THEN LN(CAST(t0."int" AS double precision)) END, EXP(CAST(((t0."int"::bigint) - t0."int") AS double precision)), CASE WHEN CAST(((t0."int"::bigint) - t0."int") AS double precision) > 0 THEN LN(CAST(((t0."int"::bigint) - t0."int") AS double precision)) END FROM "figure" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT CASE WHEN CAST(t0.`int` AS double) >= 0 THEN SQRT(CAST(t0.`int` AS double)) END, CASE WHEN CAST(t0.`float` AS double) > 0 OR (CAST(t0.`float` AS double) = 0 AND CAST(CAST(? AS double) AS double) >= 0) OR (CAST(t0.`float` AS double) < 0 AND CAST(CAST(? AS double) AS double) = FLOOR(CAST(CAST(? AS double) AS double))) THEN POWER(CAST(t0.`float` AS double), CAST(CAST(? AS double) AS double)) END, CASE WHEN CAST(t0.`float` AS double) > 0 OR (CAST(t0.`float` AS double) = 0 AND CAST(? AS double) >= 0) OR (CAST(t0.`float` AS double) < 0 AND CAST(? AS double) = FLOOR(CAST(? AS double))) THEN POWER(CAST(t0.`float` AS double), CAST(? AS double)) END, CASE WHEN CAST((t0.`int` - t0.`int`) AS double) > 0 OR (CAST((t0.`int` - t0.`int`) AS double) = 0 AND CAST(? AS double) >= 0) OR (CAST((t0.`int` - t0.`int`) AS double) < 0 AND CAST(? AS double) = FLOOR(CAST(? AS double))) THEN POWER(CAST((t0.`int` - t0.`int`) AS double), CAST(? AS double)) END, CASE WHEN CAST(t0.`int` AS double) > 0 THEN LN(CAST(t0.`int` AS double)) END, EXP(CAST((t0.`int` - t0.`int`) AS double)), CASE WHEN CAST((t0.`int` - t0.`int`) AS double) > 0 THEN LN(CAST((t0.`int` - t0.`int`) AS double)) END FROM `figure` AS t0 ORDER BY t0.`id`',
  });
  expect(await real).toEqual([
    { root: null, half: null, square: 6.25, never: null, ln: null, one: 1, zero: null },
    { root: 4, half: 0.5, square: 0.0625, never: null, ln: Math.log(16), one: 1, zero: null },
    { root: null, half: null, square: null, never: null, ln: null, one: null, zero: null },
  ]);
});

it('Q6: the greatest and the least of several; NULL where one is', async () => {
  const extremes = figures().values((n) => ({
    int: greatest(n.int, 3),
    big: least(n.big, 5n, n.int),
    decimal: greatest(n.decimal, n.other, n.int),
    float: least(n.float, n.int),
    text: greatest(value('a'), 'b'),
  }));
  expectSql(extremes, {
    sqlite: `SELECT MAX(t0."int", ?), CAST(MIN(t0."big", ?, t0."int") AS TEXT), '~' || MAX(CAST(ROUND(t0."decimal" * 10000) AS INTEGER), (CAST(ROUND(t0."other" * 100) AS INTEGER) * 100), (t0."int" * 10000)), MIN(t0."float", t0."int"), MAX(?, ?) FROM "figure" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT CASE WHEN t0."int" IS NOT NULL THEN GREATEST(t0."int", $1::bigint) END, CASE WHEN t0."big" IS NOT NULL AND t0."int" IS NOT NULL THEN LEAST(t0."big", $2::bigint, t0."int") END, CASE WHEN t0."decimal" IS NOT NULL AND t0."other" IS NOT NULL AND t0."int" IS NOT NULL THEN ROUND(GREATEST(t0."decimal", t0."other", t0."int"), 4) END, CASE WHEN t0."float" IS NOT NULL AND t0."int" IS NOT NULL THEN LEAST(t0."float", t0."int") END, GREATEST($3::text, $4::text) FROM "figure" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT GREATEST(t0.`int`, ?), LEAST(t0.`big`, ?, t0.`int`), GREATEST(t0.`decimal`, t0.`other`, t0.`int`), LEAST(t0.`float`, t0.`int`), CONCAT(GREATEST(?, ?)) FROM `figure` AS t0 ORDER BY t0.`id`',
  });
  expect(await extremes).toEqual([
    { int: 3, big: -(2n ** 40n), decimal: '1.5000', float: -7, text: 'b' },
    { int: 16, big: 5n, decimal: '16.0000', float: 0.25, text: 'b' },
    { int: null, big: null, decimal: null, float: null, text: 'b' },
  ]);
});

it('Q6: the first that is not NULL, and NULL in place of a value', async () => {
  const chosen = figures().values((n) => ({
    int: coalesce(n.int, 0),
    decimal: coalesce(n.other, n.decimal, '7'),
    nothing: n.decimal.nullIf('0.0001'),
    ints: n.int.nullIf(-7),
    bigs: n.big.nullIf(5n),
    text: coalesce(value('x').nullIf('x'), value('y')),
  }));
  expectSql(chosen, {
    sqlite: `SELECT COALESCE(t0."int", ?), '~' || COALESCE((CAST(ROUND(t0."other" * 100) AS INTEGER) * 100), CAST(ROUND(t0."decimal" * 10000) AS INTEGER), ?), '~' || NULLIF(CAST(ROUND(t0."decimal" * 10000) AS INTEGER), ?), NULLIF(t0."int", ?), CAST(NULLIF(t0."big", ?) AS TEXT), COALESCE(NULLIF(?, ?), ?) FROM "figure" AS t0 ORDER BY t0."id"`,
    postgres:
      'SELECT COALESCE(t0."int", $1::bigint), ROUND(COALESCE(t0."other", t0."decimal", $2::numeric), 4), NULLIF(t0."decimal", $3::numeric), NULLIF(t0."int", $4::bigint), NULLIF(t0."big", $5::bigint), COALESCE(NULLIF($6::text, $7::text), $8::text) FROM "figure" AS t0 ORDER BY t0."id"',
    mysql:
      'SELECT COALESCE(t0.`int`, ?), COALESCE(t0.`other`, t0.`decimal`, CAST(? AS decimal(38, 0))), NULLIF(t0.`decimal`, CAST(? AS decimal(12, 4))), NULLIF(t0.`int`, ?), NULLIF(t0.`big`, ?), COALESCE(NULLIF(?, ?), ?) FROM `figure` AS t0 ORDER BY t0.`id`',
  });
  expect(await chosen).toEqual([
    { int: -7, decimal: '1.5000', nothing: '-1234.5678', ints: null, bigs: -(2n ** 40n), text: 'y' },
    { int: 16, decimal: '-0.0100', nothing: null, ints: 16, bigs: 2n ** 60n, text: 'y' },
    { int: 0, decimal: '7.0000', nothing: null, ints: null, bigs: null, text: 'y' },
  ]);
});

it('Q6: values are expressions of the type that they have or are given', async () => {
  const values = words()
    .limit(1)
    .values((w) => ({
      text: value("it's 😀"),
      int: value(3),
      float: value(1.5),
      big: value(2n ** 60n),
      yes: value(true),
      time: value(new Date('2026-01-31T13:45:00.123Z')),
      decimal: value('0.20', f.decimal({ precision: 4, scale: 2 })),
      date: value('2026-01-31', f.date()),
      sum: w.n.plus(value(2)),
    }));
  expectSql(values, {
    sqlite: 'SELECT ?, ?, ?, CAST(? AS TEXT), ?, ?, ?, ?, (t0."n" + ?) FROM "word" AS t0 ORDER BY t0."id" LIMIT ?',
    postgres:
      'SELECT $1::text, $2::bigint, $3::double precision, $4::bigint, $5::boolean, $6::timestamptz, $7::numeric, $8::date, ((t0."n"::bigint) + $9::bigint) FROM "word" AS t0 ORDER BY t0."id" LIMIT 1',
    mysql:
      'SELECT ?, ?, CAST(? AS double), ?, ?, CAST(? AS datetime(3)), CAST(? AS decimal(4, 2)), CAST(? AS date), (t0.`n` + ?) FROM `word` AS t0 ORDER BY t0.`id` LIMIT ?',
  });
  expect(await values).toEqual([
    {
      text: "it's 😀",
      int: 3,
      float: 1.5,
      big: 2n ** 60n,
      yes: true,
      time: new Date('2026-01-31T13:45:00.123Z'),
      decimal: '0.20',
      date: '2026-01-31',
      sum: 4,
    },
  ]);
});

it('Q6: dates and times are cut to a unit, in UTC', async () => {
  const cut = moments().values((m) => ({
    year: m.at.truncate('year'),
    quarter: m.at.truncate('quarter'),
    month: m.at.truncate('month'),
    week: m.at.truncate('week'),
    day: m.at.truncate('day'),
    hour: m.at.truncate('hour'),
    minute: m.at.truncate('minute'),
    second: m.at.truncate('second'),
  }));
  expectSql(cut, {
    sqlite: `SELECT strftime('%Y-01-01 00:00:00.000', t0."at"), (strftime('%Y-', t0."at") || printf('%02d', (strftime('%m', t0."at") + 2) / 3 * 3 - 2) || '-01 00:00:00.000'), strftime('%Y-%m-01 00:00:00.000', t0."at"), strftime('%Y-%m-%d 00:00:00.000', t0."at", 'weekday 0', '-6 days'), strftime('%Y-%m-%d 00:00:00.000', t0."at"), strftime('%Y-%m-%d %H:00:00.000', t0."at"), strftime('%Y-%m-%d %H:%M:00.000', t0."at"), strftime('%Y-%m-%d %H:%M:%S.000', t0."at") FROM "moment" AS t0 ORDER BY t0."id"`,
    postgres: `SELECT DATE_TRUNC('year', t0."at", 'UTC'), DATE_TRUNC('quarter', t0."at", 'UTC'), DATE_TRUNC('month', t0."at", 'UTC'), DATE_TRUNC('week', t0."at", 'UTC'), DATE_TRUNC('day', t0."at", 'UTC'), DATE_TRUNC('hour', t0."at", 'UTC'), DATE_TRUNC('minute', t0."at", 'UTC'), DATE_TRUNC('second', t0."at", 'UTC') FROM "moment" AS t0 ORDER BY t0."id"`,
    mysql:
      "SELECT CAST(DATE_FORMAT(t0.`at`, '%Y-01-01') AS datetime(3)), CAST(CONCAT(DATE_FORMAT(t0.`at`, '%Y-'), LPAD(QUARTER(t0.`at`) * 3 - 2, 2, '0'), '-01') AS datetime(3)), CAST(DATE_FORMAT(t0.`at`, '%Y-%m-01') AS datetime(3)), CAST(DATE(t0.`at`) - INTERVAL WEEKDAY(t0.`at`) DAY AS datetime(3)), CAST(DATE_FORMAT(t0.`at`, '%Y-%m-%d') AS datetime(3)), CAST(DATE_FORMAT(t0.`at`, '%Y-%m-%d %H:00:00') AS datetime(3)), CAST(DATE_FORMAT(t0.`at`, '%Y-%m-%d %H:%i:00') AS datetime(3)), CAST(DATE_FORMAT(t0.`at`, '%Y-%m-%d %H:%i:%s') AS datetime(3)) FROM `moment` AS t0 ORDER BY t0.`id`",
  });
  expect(await cut).toEqual([
    {
      year: new Date('2026-01-01T00:00:00Z'),
      quarter: new Date('2026-01-01T00:00:00Z'),
      month: new Date('2026-01-01T00:00:00Z'),
      week: new Date('2026-01-26T00:00:00Z'),
      day: new Date('2026-01-31T00:00:00Z'),
      hour: new Date('2026-01-31T13:00:00Z'),
      minute: new Date('2026-01-31T13:45:00Z'),
      second: new Date('2026-01-31T13:45:09Z'),
    },
    {
      year: new Date('1999-01-01T00:00:00Z'),
      quarter: new Date('1999-10-01T00:00:00Z'),
      month: new Date('1999-12-01T00:00:00Z'),
      week: new Date('1999-12-27T00:00:00Z'),
      day: new Date('1999-12-31T00:00:00Z'),
      hour: new Date('1999-12-31T23:00:00Z'),
      minute: new Date('1999-12-31T23:59:00Z'),
      second: new Date('1999-12-31T23:59:59Z'),
    },
    {
      year: null,
      quarter: null,
      month: null,
      week: null,
      day: null,
      hour: null,
      minute: null,
      second: null,
    },
  ]);
  const days = moments().values((m) => ({
    year: m.on.truncate('year'),
    quarter: m.on.truncate('quarter'),
    month: m.on.truncate('month'),
    week: m.on.truncate('week'),
    day: m.on.truncate('day'),
  }));
  expectSql(days, {
    sqlite: `SELECT strftime('%Y-01-01', t0."on"), (strftime('%Y-', t0."on") || printf('%02d', (strftime('%m', t0."on") + 2) / 3 * 3 - 2) || '-01'), strftime('%Y-%m-01', t0."on"), strftime('%Y-%m-%d', t0."on", 'weekday 0', '-6 days'), strftime('%Y-%m-%d', t0."on") FROM "moment" AS t0 ORDER BY t0."id"`,
    postgres: `SELECT CAST(DATE_TRUNC('year', CAST(t0."on" AS timestamp)) AS date), CAST(DATE_TRUNC('quarter', CAST(t0."on" AS timestamp)) AS date), CAST(DATE_TRUNC('month', CAST(t0."on" AS timestamp)) AS date), CAST(DATE_TRUNC('week', CAST(t0."on" AS timestamp)) AS date), CAST(DATE_TRUNC('day', CAST(t0."on" AS timestamp)) AS date) FROM "moment" AS t0 ORDER BY t0."id"`,
    mysql:
      "SELECT CAST(DATE_FORMAT(t0.`on`, '%Y-01-01') AS date), CAST(CONCAT(DATE_FORMAT(t0.`on`, '%Y-'), LPAD(QUARTER(t0.`on`) * 3 - 2, 2, '0'), '-01') AS date), CAST(DATE_FORMAT(t0.`on`, '%Y-%m-01') AS date), CAST(DATE(t0.`on`) - INTERVAL WEEKDAY(t0.`on`) DAY AS date), CAST(DATE_FORMAT(t0.`on`, '%Y-%m-%d') AS date) FROM `moment` AS t0 ORDER BY t0.`id`",
  });
  expect(await days).toEqual([
    { year: '2024-01-01', quarter: '2024-01-01', month: '2024-02-01', week: '2024-02-26', day: '2024-02-29' },
    { year: '1999-01-01', quarter: '1999-10-01', month: '1999-11-01', week: '1999-11-01', day: '1999-11-07' },
    { year: null, quarter: null, month: null, week: null, day: null },
  ]);
});

it('Q6: dates and times later and earlier; a month without such a day ends with its last', async () => {
  const shifted = moments().values((m) => ({
    month: m.at.add({ months: 1 }),
    much: m.at.add({ years: 1, weeks: -1, hours: 2, milliseconds: 877 }),
    by: m.at.add({ days: m.n, minutes: m.n }),
    year: m.on.add({ years: 1 }),
    week: m.on.add({ weeks: m.n }),
    both: m.on.add({ months: -2, days: 1 }),
  }));
  expectSql(shifted, {
    sqlite:
      'SELECT blaze_shift(t0."at", ?, 0, 0), blaze_shift(t0."at", ?, ?, (? + ?)), blaze_shift(t0."at", 0, t0."n", (t0."n" * 60000)), blaze_shift(t0."on", ?, 0, 0), blaze_shift(t0."on", 0, (t0."n" * 7), 0), blaze_shift(t0."on", ?, ?, 0) FROM "moment" AS t0 ORDER BY t0."id"',
    postgres: `SELECT (((t0."at" AT TIME ZONE 'UTC') + MAKE_INTERVAL(months => CAST($1::bigint AS integer))) AT TIME ZONE 'UTC'), (((t0."at" AT TIME ZONE 'UTC') + MAKE_INTERVAL(months => CAST($2::bigint AS integer), days => CAST($3::bigint AS integer), secs => CAST(($4::bigint + $5::bigint) AS double precision) / 1000)) AT TIME ZONE 'UTC'), (((t0."at" AT TIME ZONE 'UTC') + MAKE_INTERVAL(days => CAST(t0."n" AS integer), secs => CAST(((t0."n"::bigint) * 60000) AS double precision) / 1000)) AT TIME ZONE 'UTC'), CAST((CAST(t0."on" AS timestamp) + MAKE_INTERVAL(months => CAST($6::bigint AS integer))) AS date), CAST((CAST(t0."on" AS timestamp) + MAKE_INTERVAL(days => CAST(((t0."n"::bigint) * 7) AS integer))) AS date), CAST((CAST(t0."on" AS timestamp) + MAKE_INTERVAL(months => CAST($7::bigint AS integer), days => CAST($8::bigint AS integer))) AS date) FROM "moment" AS t0 ORDER BY t0."id"`,
    mysql:
      'SELECT CAST(t0.`at` + INTERVAL ? MONTH AS datetime(3)), CAST(t0.`at` + INTERVAL ? MONTH + INTERVAL ? DAY + INTERVAL (? + ?) * 1000 MICROSECOND AS datetime(3)), CAST(t0.`at` + INTERVAL t0.`n` DAY + INTERVAL (t0.`n` * 60000) * 1000 MICROSECOND AS datetime(3)), CAST(t0.`on` + INTERVAL ? MONTH AS date), CAST(t0.`on` + INTERVAL (t0.`n` * 7) DAY AS date), CAST(t0.`on` + INTERVAL ? MONTH + INTERVAL ? DAY AS date) FROM `moment` AS t0 ORDER BY t0.`id`',
  });
  expect(await shifted).toEqual([
    {
      month: new Date('2026-02-28T13:45:09.123Z'),
      much: new Date('2027-01-24T15:45:10.000Z'),
      by: new Date('2026-01-30T13:44:09.123Z'),
      year: '2025-02-28',
      week: '2024-02-22',
      both: '2023-12-30',
    },
    {
      month: new Date('2000-01-31T23:59:59.999Z'),
      much: new Date('2000-12-25T02:00:00.876Z'),
      by: new Date('2000-01-31T00:29:59.999Z'),
      year: '2000-11-07',
      week: '2000-06-04',
      both: '1999-09-08',
    },
    { month: null, much: null, by: null, year: null, week: null, both: null },
  ]);
});

it('Q6: how long between two times, in whole units', async () => {
  const between = moments().values((m) => ({
    milliseconds: m.at.difference(new Date('2026-01-01T00:00:00Z'), 'millisecond'),
    seconds: m.at.difference(m.at.add({ seconds: 90 }), 'second'),
    hours: m.at.difference(new Date('2027-01-01T00:00:00Z'), 'hour'),
    days: m.on.difference('2024-01-01', 'day'),
    weeks: m.on.difference('2024-03-31', 'week'),
  }));
  expectSql(between, {
    sqlite:
      'SELECT ((blaze_millis(t0."at") - blaze_millis(?)) / 1), ((blaze_millis(t0."at") - blaze_millis(blaze_shift(t0."at", 0, 0, ?))) / 1000), ((blaze_millis(t0."at") - blaze_millis(?)) / 3600000), ((blaze_millis(t0."on") - blaze_millis(?)) / 86400000), ((blaze_millis(t0."on") - blaze_millis(?)) / 604800000) FROM "moment" AS t0 ORDER BY t0."id"',
    postgres: `SELECT CAST(TRUNC(EXTRACT(EPOCH FROM (t0."at" - $1::timestamptz)) * 1000) AS bigint), CAST(TRUNC(EXTRACT(EPOCH FROM (t0."at" - (((t0."at" AT TIME ZONE 'UTC') + MAKE_INTERVAL(secs => CAST($2::bigint AS double precision) / 1000)) AT TIME ZONE 'UTC'))) * 1000 / 1000) AS bigint), CAST(TRUNC(EXTRACT(EPOCH FROM (t0."at" - $3::timestamptz)) * 1000 / 3600000) AS bigint), (t0."on" - $4::date), ((t0."on" - $5::date) / 7) FROM "moment" AS t0 ORDER BY t0."id"`,
    mysql:
      'SELECT (TIMESTAMPDIFF(MICROSECOND, CAST(? AS datetime(3)), t0.`at`) DIV 1000), (TIMESTAMPDIFF(MICROSECOND, CAST(t0.`at` + INTERVAL ? * 1000 MICROSECOND AS datetime(3)), t0.`at`) DIV 1000000), (TIMESTAMPDIFF(MICROSECOND, CAST(? AS datetime(3)), t0.`at`) DIV 3600000000), DATEDIFF(t0.`on`, CAST(? AS date)), (DATEDIFF(t0.`on`, CAST(? AS date)) DIV 7) FROM `moment` AS t0 ORDER BY t0.`id`',
  });
  expect(await between).toEqual([
    { milliseconds: 2_641_509_123, seconds: -90, hours: -8026, days: 59, weeks: -4 },
    { milliseconds: -820_540_800_001, seconds: -90, hours: -236_688, days: -8821, weeks: -1273 },
    { milliseconds: null, seconds: null, hours: null, days: null, weeks: null },
  ]);
});

it('Q6: the time of the database', async () => {
  const before = Date.now();
  const [row] = await moments()
    .limit(1)
    .values(() => ({ now: now() }));
  expect(row!.now).toBeInstanceOf(Date);
  // The servers of the tests have the clock of this machine.
  expect(Math.abs(row!.now.getTime() - before)).toBeLessThan(60_000);
  const past = moments().filter((m) => m.at.lt(now()));
  expectSql(past.values('id'), {
    sqlite: `SELECT t0."id" FROM "moment" AS t0 WHERE t0."at" < strftime('%Y-%m-%d %H:%M:%f', 'now') ORDER BY t0."id"`,
    postgres: `SELECT t0."id" FROM "moment" AS t0 WHERE t0."at" < DATE_TRUNC('milliseconds', STATEMENT_TIMESTAMP()) ORDER BY t0."id"`,
    mysql: 'SELECT t0.`id` FROM `moment` AS t0 WHERE t0.`at` < NOW(3) ORDER BY t0.`id`',
  });
  expect(await past.values('id')).toEqual([{ id: 1 }, { id: 2 }]);
});

it('Q6: functions in filters, orders, groups and updates', async () => {
  const long = words()
    .filter((w) => w.text.trimStart().left(2).reverse().eq('éh'))
    .orderBy((w) => w.text.reverse().desc());
  expect(await long.valuesList('id', { flat: true })).toEqual([1]);
  const groups = figures()
    .values((n) => ({ sign: n.decimal.sign(), n: n.int.abs() }))
    .orderBy('-sign');
  expect(await groups).toEqual([
    { sign: 1, n: 16 },
    { sign: -1, n: 7 },
    { sign: null, n: null },
  ]);
  await db.transaction(async (session) => {
    const changed = session.query(Moment).filter({ id: 1 });
    await changed.update({ on: (m) => m.on.add({ days: 1 }), at: (m) => m.at.truncate('day') });
    expect(await changed.values('on', 'at')).toEqual([{ on: '2024-03-01', at: new Date('2026-01-31T00:00:00Z') }]);
    await changed.update({ on: '2024-02-29', at: new Date('2026-01-31T13:45:09.123Z') });
    await session
      .query(Word)
      .filter({ id: 4 })
      .update({ text: (w) => w.text.replace('%', '').padEnd(12, '!') });
    expect(await session.query(Word).filter({ id: 4 }).valuesList('text', { flat: true })).toEqual(["O'Neil 100!!"]);
    await session.query(Word).filter({ id: 4 }).update({ text: "O'Neil 100%" });
  });
});

it('Q14: wrong arguments are refused before anything is sent', async () => {
  const refused = (call: () => unknown, message: string) =>
    expectRefused(db, call, { type: InvalidQueryError, message, code: 'E_INVALID_QUERY' });
  await refused(
    () => words().values((w) => ({ x: w.text.left(-1) })),
    'left() takes whole numbers from 0, not an integer.',
  );
  await refused(
    () => words().values((w) => ({ x: w.text.substring(0) })),
    'substring() takes whole numbers from 1, not an integer.',
  );
  await refused(
    () => words().values((w) => ({ x: w.text.padStart(3, '') })),
    'padStart() fills with a text that is not empty.',
  );
  await refused(
    () => words().values((w) => ({ x: (w.n as never as typeof w.text).left(1) })),
    'left() is for text, which Word.n is not.',
  );
  await refused(
    () => moments().values((m) => ({ x: m.at.truncate('decade' as never) })),
    "truncate() of a datetime takes 'year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'.",
  );
  await refused(
    () => moments().values((m) => ({ x: m.on.add({ hours: 1 } as never) })),
    "add() of a date has no part 'hours'.",
  );
  await refused(
    () => moments().values((m) => ({ x: m.at.add({ days: 1.5 }) })),
    'add() takes whole numbers of days, not a fractional number.',
  );
  await refused(
    () => moments().values((m) => ({ x: m.at.difference(m.on as never, 'day') })),
    'difference() of a datetime is from another datetime, not from a date.',
  );
  await refused(() => words().values((w) => ({ x: greatest(w.n) })), 'greatest() takes two values or more.');
  await refused(
    () => words().values((w) => ({ x: coalesce(w.n, w.text) })),
    'coalesce() has values of different types: int and text. Turn one into the type of the other with cast().',
  );
});

it('Q6: Q14: a float with a number that is exact is neither, and refused; as one of the two it is computed', async () => {
  const refused = (call: () => unknown, place: string, exact: string) =>
    expectRefused(db, call, {
      type: InvalidQueryError,
      message: `${place}() has values of different types: ${exact} and float. Turn one into the type of the other with cast().`,
      code: 'E_INVALID_QUERY',
    });
  await refused(() => figures().values((m) => ({ x: m.decimal.times(m.float) })), 'times', 'decimal');
  await refused(() => figures().values((m) => ({ x: m.float.minus(m.decimal) })), 'minus', 'decimal');
  await refused(() => figures().values((m) => ({ x: m.decimal.dividedBy(m.float) })), 'dividedBy', 'decimal');
  await refused(() => figures().values((m) => ({ x: m.decimal.mod(m.float) })), 'mod', 'decimal');
  await refused(() => figures().values((m) => ({ x: m.big.plus(m.float) })), 'plus', 'bigint');
  await refused(() => figures().values((m) => ({ x: m.big.plus(0.5) })), 'plus', 'bigint');
  await refused(() => figures().values((m) => ({ x: m.float.mod(m.big) })), 'mod', 'bigint');
  await refused(() => figures().values((m) => ({ x: greatest(m.decimal, m.float) })), 'greatest', 'decimal');
  await refused(() => figures().values((m) => ({ x: coalesce(m.float, m.big) })), 'coalesce', 'bigint');
  const scale = f.decimal({ precision: 6, scale: 2 });
  expect(
    await figures().values((m) => ({
      exact: m.other.times(cast(m.float, scale)),
      float: cast(m.other, f.float()).times(m.float),
      divided: m.big.dividedBy(m.float),
      wider: m.int.plus(m.big),
    })),
  ).toEqual([
    { exact: '-3.7500', float: -3.75, divided: 439804651110.4, wider: -7n - 2n ** 40n },
    { exact: '-0.0025', float: -0.0025, divided: 2 ** 62, wider: 16n + 2n ** 60n },
    { exact: null, float: null, divided: null, wider: null },
  ]);
});
