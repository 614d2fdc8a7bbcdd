/** Many rows in one flush: a server may get them another way than a single one, and must end up with the same values. */
import { beforeAll, describe, expect, it } from 'vitest';

import { Database, oneOf } from '../../../index.ts';

import { engine, freshUrl, openTestDatabase } from '../../support/database.ts';
import { models, Sample } from '../../support/models.ts';

let db: Database;
let unprepared: Database;

beforeAll(async () => {
  db = await openTestDatabase();
  // SQLite has no statement that is not prepared.
  if (engine === 'sqlite') return void (unprepared = db);
  unprepared = await Database.connect(`${await freshUrl()}?prepare=false`, { models });
  await unprepared.createAll();
});

type Values = ConstructorParameters<typeof Sample>[0];

/** Of every type what is hardest to write into the text of a statement. */
const hard: readonly Values[] = [
  { string: `'; DROP TABLE sample; -- `, text: `\\'; DROP TABLE sample; -- \\` },
  { string: `"' OR 1 = 1 /*`, text: 'a?b ?? :c $1 %s' },
  { string: 'tab\t newline\n return\r back\b sub\u001a', text: '😀 ʼ ‘ ＇ ¥ ₩ \u00bf' },
  { string: '', text: 'NULL' },
  { int: -(2 ** 31), smallInt: -32_768, bigint: -(2n ** 63n), float: -1.7976931348623157e308 },
  { int: 2 ** 31 - 1, smallInt: 32_767, bigint: 2n ** 63n - 1n, float: 5e-324 },
  { float: 0.1 + 0.2, decimal: '-12345678.9012', wide: '1234567890123456789012345678.0123456789' },
  { float: 1e21, decimal: '0.0000', wide: '-0.0000000001' },
  { bool: true, date: '2024-02-29', time: '23:59:59.999999', datetime: new Date('2026-01-31T13:45:00.123Z') },
  { bool: false, enum: 'green', uuid: '0190a000-0000-7000-8000-00000000000a' },
  { json: { "'": ['\\', null, 1.5, "it's"], quote: '"' }, strings: ["'", '\\', ''], bigints: [2n ** 60n, -1n] },
  {},
];

const rowsOf = (count: number): Sample[] => Array.from({ length: count }, (_, i) => new Sample(hard[i % hard.length]!));

/** What was saved, read back by a session that knows nothing of it. */
async function saved(from: Database, ids: readonly number[]): Promise<unknown[]> {
  return plain(
    await from
      .session()
      .query(Sample)
      .filter({ id: oneOf(ids) })
      .orderBy('id'),
  );
}

const plain = (samples: readonly Sample[]): unknown[] => samples.map(({ ...values }) => values);

describe.each([
  ['prepared', () => db],
  ['not prepared', () => unprepared],
])('many rows, statements %s', (_, database) => {
  it('S5: every value of every type arrives as it is, and each entity has the key of its row', async () => {
    const samples = rowsOf(10 * hard.length);
    await database().transaction((session) => session.add(...samples));
    const ids = samples.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(await saved(database(), ids)).toEqual(plain(samples));
  });

  it.runIf(engine === 'mysql' || engine === 'mariadb')(
    'X1: values stay values where the session was told that backslashes do not escape (MySQL and MariaDB)',
    async () => {
      const samples = rowsOf(2 * hard.length);
      await database().transaction(async (session) => {
        await session.sql`SET sql_mode = CONCAT(@@sql_mode, ',NO_BACKSLASH_ESCAPES')`;
        session.add(...samples);
        await session.flush();
        const found = session.query(Sample).filter({ text: hard[0]!.text! });
        expect(await found.count()).toBeGreaterThan(0);
        for await (const { text } of found.iterate()) expect(text).toBe(hard[0]!.text);
        await session.sql`SET sql_mode = REPLACE(@@sql_mode, ',NO_BACKSLASH_ESCAPES', '')`;
      });
      const ids = samples.map(({ id }) => id);
      expect(await saved(database(), ids)).toEqual(plain(samples));
    },
  );
});
