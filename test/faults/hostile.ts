/** Texts and names that end quotes, begin comments or mean something to a driver, at every place where a value may stand. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { contains, endsWith, exact, f, icontains, model, not, oneOf, sql, startsWith } from 'blazeorm';
import type { Database, Session } from 'blazeorm';

import { errorOf } from '../support/database.ts';

export class Note extends model('note', {
  id: f.auto(),
  text: f.text(),
  data: f.json<Record<string, string>>(),
  at: f.datetime(),
  bytes: f.binary(),
  ratio: f.float(),
  flag: f.bool({ default: true }),
}) {}

/** Columns by names that mean something to JavaScript, to SQL, or to neither. */
export class Odd extends model(
  'odd',
  {
    id: f.auto(),
    first: f.text({ column: 'hasOwnProperty' }),
    second: f.text({ column: 'constructor' }),
    third: f.text({ column: `it's "a" \`b\` \\ -- /* ? $1 %s :x` }),
    fourth: f.text({ column: 'größe 漢' }),
    fifth: f.text({ column: 'select' }),
  },
  { table: `odd "table" \`of' \\` },
) {}

/** Of a column by this name the driver of MySQL will not hear. */
export class Proto extends model('proto', { id: f.auto(), value: f.text({ column: '__proto__' }) }) {}

const HOSTILE = [
  "'",
  '"',
  '`',
  '\\',
  "\\'",
  "''",
  "'; DROP TABLE note; --",
  '" OR ""="',
  '/* */ -- # ',
  '%_\\%',
  '[*?]^-',
  '|',
  '$1 ? :x %s ${x}',
  '\n\r\t\b\u001a',
  '😀 Ünï 漢字 \u{10ffff}',
  'NULL',
  '{"a":1}',
  '{NULL}',
  "\\x27 E'\\'' _utf8mb4'x' q'[x]'",
  '\u02bc \uff07 \u2019',
  '\u00bf\u0027 \u00bf\u005c',
];

const text = fc
  .array(fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary' })), { maxLength: 4 })
  .map((list) => list.join(''))
  // What no database can hold is refused elsewhere.
  .filter((value) => value.isWellFormed() && !value.includes('\0'));

const AT = new Date('2026-03-29T01:30:00.123Z');
const BYTES = Uint8Array.from({ length: 256 }, (_, i) => i);
const RATIO = 0.1 + 0.2;

/** Every place where a text may stand finds the one row that has it, and gives it back as it was. */
async function roundTrip(db: Database, value: string): Promise<void> {
  const session = db.session();
  const { id } = await db.transaction((own) => {
    const note = new Note({ text: value, data: { [value]: value }, at: AT, bytes: BYTES, ratio: RATIO });
    own.add(note);
    return note;
  });
  const [note] = await session.query(Note).filter({ text: value, id });
  expect(Object.assign({}, note)).toEqual({
    id,
    text: value,
    data: { [value]: value },
    at: AT,
    bytes: BYTES,
    ratio: RATIO,
    flag: true,
  });
  const found = session.query(Note).filter({ id });
  const filters = [
    { text: contains(value) },
    { text: startsWith(value) },
    { text: endsWith(value) },
    { text: icontains(value) },
    { text: oneOf([value, `${value}?`]) },
    { data: exact({ [value]: value }) },
    not<Note>({ text: `${value}!` }),
  ];
  for (const filter of filters) expect(await found.filter(filter).count()).toBe(1);
  expect(await found.filter({ text: `${value}!` }).count()).toBe(0);
  const said = found.annotate((note) => ({ said: sql<string>`coalesce(nullif(${note.text}, ${value}), ${value})` }));
  expect(await said.values('said')).toEqual([{ said: value }]);
  expect(await session.sql`SELECT id FROM note WHERE text = ${value} AND id = ${id}`).toEqual([{ id }]);
  await found.update({ text: `${value}2` });
  expect(await found.valuesList('text', { flat: true })).toEqual([`${value}2`]);
  await found.delete();
}

/** The cases of one way in which a session may be set up; every database has several. */
export function hostileCases(connect: () => Promise<Database>, driver: 'mysql2' | 'other' = 'other'): void {
  let db: Database;
  beforeAll(async () => {
    db = await connect();
    await db.createAll();
  });
  afterAll(() => db.close());

  it('X6: X1: hostile texts come back as they were, from every place where a value may stand', async () => {
    for (const value of HOSTILE) await roundTrip(db, value);
    await fc.assert(
      fc.asyncProperty(text, (value) => roundTrip(db, value)),
      { seed: 67, numRuns: 12 },
    );
    expect(await db.session().query(Note).count()).toBe(0);
  });

  it('X6: M4: columns and tables by hostile names', async () => {
    const values = { first: "'", second: '"', third: '`', fourth: '\\', fifth: '😀' };
    await db.transaction((session) => session.add(new Odd(values), new Odd({ ...values, first: 'x' })));
    const session = db.session();
    const [odd] = await session.query(Odd).filter(values);
    expect(Object.assign({}, odd)).toMatchObject(values);
    odd!.third = "it's";
    await session.commit();
    expect(await session.query(Odd).orderBy('-first').values('third', 'first', 'fifth')).toEqual([
      { third: '`', first: 'x', fifth: '😀' },
      { third: "it's", first: "'", fifth: '😀' },
    ]);
    expect(
      await session
        .query(Odd)
        .filter({ third: contains("'") })
        .delete(),
    ).toBe(1);
    expect(await session.query(Odd).unfiltered().delete()).toBe(1);
  });

  it('X6: X2: names of columns in the results of raw SQL are nothing but names', async () => {
    const hostile = ['__proto', 'constructor', 'toString', `a'b"c\`d\\`, '漢 ${x}', 'hasOwnProperty'];
    const session = db.session();
    const [row] =
      await session.sql`SELECT 1 AS ${session.sql.id(hostile[0]!)}, 2 AS ${session.sql.id(hostile[1]!)}, 3 AS ${session.sql.id(hostile[2]!)},
      4 AS ${session.sql.id(hostile[3]!)}, 5 AS ${session.sql.id(hostile[4]!)}, 6 AS ${session.sql.id(hostile[5]!)}`;
    expect(Object.entries(row!)).toEqual(hostile.map((name, i) => [name, i + 1]));
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    // Of two columns by one name the last counts.
    expect(await session.sql`SELECT 1 AS a, 2 AS b, 3 AS a`).toEqual([{ a: 3, b: 2 }]);
  });

  const writeProto = (): Promise<void> => db.transaction((own) => own.add(new Proto({ value: "'" })));
  const selectProto = (session: Session) => session.sql`SELECT 1 AS ${session.sql.id('__proto__')}`;

  const isColumn = async (): Promise<void> => {
    await writeProto();
    const session = db.session();
    expect(await session.query(Proto).filter({ value: "'" }).valuesList('value', { flat: true })).toEqual(["'"]);
    const [row] = await selectProto(session);
    expect(Object.entries(row!)).toEqual([['__proto__', 1]]);
    expect(Object.getPrototypeOf(row)).toBe(Object.prototype);
    expect(await session.query(Proto).unfiltered().delete()).toBe(1);
  };

  const isRefused = async (): Promise<void> => {
    await writeProto();
    const session = db.session();
    for (const read of [() => session.query(Proto), () => selectProto(session)])
      expect(await errorOf(read)).toMatchObject({
        code: 'E_UNSUPPORTED',
        message:
          "The driver cannot read a column by a name such as '__proto__', and hangs up. Give it another name: SELECT `__proto__` AS …",
      });
    expect(await session.query(Proto).unfiltered().delete()).toBe(1);
  };

  if (driver === 'mysql2') it('X6: X2: a column that is named __proto__ is refused by name', isRefused);
  else it('X6: X2: a column that is named __proto__ is nothing but a column', isColumn);

  it('X6: what was written outside of a transaction stays, all rows come, and no NULL finds what was inserted last', async () => {
    const session = db.session();
    for (const value of ['a', 'b', 'c'])
      await session.sql`INSERT INTO note (text, data, at, bytes, ratio, flag)
        VALUES (${value}, '{}', ${'2026-01-01 00:00:00'}, ${new Uint8Array(1)}, 0.5, ${true})`;
    const rows = await session.query(Note).orderBy('text');
    expect(rows.map((row) => [row.text, row.at.toISOString()])).toEqual(
      ['a', 'b', 'c'].map((value) => [value, '2026-01-01T00:00:00.000Z']),
    );
    expect(await session.sql`SELECT text FROM note WHERE id IS NULL`).toEqual([]);
    expect(await session.query(Note).unfiltered().delete()).toBe(3);
  });
}
