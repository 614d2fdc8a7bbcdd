/** What one call was given must not change how another call is read: statements are kept prepared. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { sql } from 'blazeorm';
import type { BlazeError, Database } from 'blazeorm';

import { errorFrom, openTestDatabase } from '../../../src/testing/support/database.ts';
import { fill, models, Note, ONE_CONNECTION, ROWS } from './models.ts';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models, ...ONE_CONNECTION });
  await fill(db);
});
afterAll(() => db.close());

const codeOf = (error: unknown): string | undefined => (error as BlazeError | undefined)?.code;

/** Of other kinds than a text; what databases make of them beside one is theirs to say. */
const OTHERS = [1, 0n, true, 1.5, 2 ** 40, new Date('2026-01-31T13:45:00.123Z'), Buffer.from('x'), null];

it.each(OTHERS)('X1: A2: after %s in raw SQL a text is a text', async (other) => {
  const session = db.session();
  const found = async (value: unknown): Promise<number> => {
    const [row] = await session.sql<{ n: number | bigint }>`SELECT COUNT(*) AS n FROM note WHERE text = ${value}`;
    return Number(row!.n);
  };
  // PostgreSQL refuses to compare a text with some of these.
  expect([undefined, 'E_DATABASE']).toContain(codeOf(await errorFrom(() => found(other))));
  expect([await found('harmless'), await found('no such text'), await found("'")]).toEqual([1, 0, 1]);
});

it.each(OTHERS)('X1: A2: after %s in a query a text is a text', async (other) => {
  const session = db.session();
  const said = async (value: unknown): Promise<unknown> =>
    (
      await session
        .query(Note)
        .filter({ id: 1 })
        .values(() => ({ said: sql<unknown>`${value}` }))
    )[0]!.said;
  await said(other);
  expect([await said('harmless'), await said("'")]).toEqual(['harmless', "'"]);
});

it('X1: A2: after a number by a codec that lets it through a text is a text', async () => {
  const session = db.session();
  const found = (custom: unknown): Promise<number> => session.query(Note).filter({ custom }).count();
  expect([undefined, 'E_DATABASE']).toContain(codeOf(await errorFrom(() => found(0))));
  expect([await found("'"), await found('no such text')]).toEqual([
    ROWS.filter((row) => row['custom'] === "'").length,
    0,
  ]);
});
