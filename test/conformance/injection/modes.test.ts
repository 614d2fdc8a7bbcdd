/** The same where values stand in the text of statements, and where MySQL reads texts in another way. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Database, Session } from 'blazeorm';

import { engine, openTestDatabase } from '../../../src/testing/support/database.ts';
import { fill, models } from './models.ts';
import { expectSafe, pictureOf } from './net.ts';
import type { Position } from './net.ts';
import { PAYLOADS } from './payloads.ts';
import { READING } from './reading.ts';
import { WRITING } from './writing.ts';

const MYSQL = engine === 'mysql' || engine === 'mariadb';

/** One position for each way in which a text gets into a statement; the others send what these send. */
const WAYS = [
  '{ text: … }',
  '{ text: oneOf([…]) }',
  '{ text: contains(…) }',
  '{ text: iexact(…) }',
  '{ text: regex(escaped …) }',
  '{ text: search(…) }',
  '{ data: … }',
  '{ data: exact(…) }',
  '{ data: oneOf([…]) }',
  '{ custom: … }',
  '{ bytes: … }',
  '{ data: jsonPath([…], …) }',
  '{ data: hasKey(…) }',
  '{ data: jsonContains({ […]: … }) }',
  '{ words: arrayContains([…]) }',
  '{ owner: { name: … } }',
  '{ tags: { name: … } }',
].map((at) => `filter(${at})`);
const OTHERS = [
  'sql`… = ${…}`',
  'session.sql`… ${…}`',
  'session.get(Place, [… , 1])',
  'new Item({ text: … })',
  'new Item({ data: … })',
  'update({ text: … })',
  'bulkCreate([{ text: … }, …])',
  'bulkCreate([{ words: … }, …])',
  "bulkUpdate([item, …], ['data'])",
  'getOrCreate({ name: … })',
  'new Item({ bytes: … })',
];
const POSITIONS: readonly Position[] = [...READING, ...WRITING].filter(({ at }) => [...WAYS, ...OTHERS].includes(at));
const TEXTS = PAYLOADS.filter(({ value }) => typeof value === 'string' || Buffer.isBuffer(value));

interface Mode {
  readonly title: string;
  readonly prepare: boolean;
  readonly sqlMode?: string;
}

const MODES: readonly Mode[] = [
  ...(engine === 'sqlite' ? [] : [{ title: 'without prepared statements', prepare: false }]),
  ...(MYSQL
    ? [true, false].map((prepare) => ({
        title: `where backslashes do not escape, and double quotes are for names (prepare: ${prepare})`,
        prepare,
        sqlMode: 'STRICT_TRANS_TABLES,NO_BACKSLASH_ESCAPES,ANSI_QUOTES',
      }))
    : []),
];

if (MODES.length === 0) it.skip('X6: another mode: SQLite has one way in which a statement is sent');

describe.each(MODES)('X1: X6: $title', ({ prepare, sqlMode }) => {
  let db: Database;
  let before: string;
  const modeOf = async (session: Session): Promise<unknown> =>
    (await session.sql`SELECT @@SESSION.sql_mode AS mode`)[0]!['mode'];

  beforeAll(async () => {
    db = await openTestDatabase({ models, connection: { prepare, poolSize: 1 } });
    await fill(db);
    // One connection for all: what is said to it stays.
    if (sqlMode !== undefined) await db.session().sql`SET SESSION sql_mode = ${sqlMode}`;
    before = await pictureOf(db);
  });
  afterAll(() => db.close());

  it('stands for every way', () =>
    expect(POSITIONS.map(({ at }) => at)).toEqual(expect.arrayContaining([...WAYS, ...OTHERS])));

  it.each(POSITIONS)('$at', (position) => expectSafe(db, position, TEXTS));

  it('and after all of them schema and rows are what they were, and the session is still so', async () => {
    expect(await pictureOf(db)).toBe(before);
    const mode = sqlMode === undefined ? '' : String(await modeOf(db.session()));
    expect(mode.split(',')).toEqual(expect.arrayContaining((sqlMode ?? '').split(',')));
  });
});
