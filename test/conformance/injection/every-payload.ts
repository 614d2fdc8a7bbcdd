/** What the tables of positions have in common: a database of their own, and payloads, all of them by default, at each position. */
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';

import type { Database } from 'blazeorm';

import { openTestDatabase } from '../../../src/testing/support/database.ts';
import { fill, models } from './models.ts';
import { expectSafe, glanceAt, pictureOf } from './net.ts';
import type { Position } from './net.ts';
import { PAYLOADS } from './payloads.ts';
import type { Payload } from './payloads.ts';

/** One test for each position; afterwards each time the numbers of rows, and at the end schema and rows, are what they were. */
export function everyPayload(positions: readonly Position[], payloads: readonly Payload[] = PAYLOADS): void {
  let db: Database;
  let before: string;
  let counts: Record<string, number>;
  beforeAll(async () => {
    db = await openTestDatabase({ models });
    await fill(db);
    before = await pictureOf(db);
    counts = await glanceAt(db);
  });
  afterEach(async () => expect(await glanceAt(db)).toEqual(counts));
  afterAll(() => db.close());

  it.each(positions)('$at', (position) => expectSafe(db, position, payloads));

  it('and after all of them schema and rows are what they were', async () => {
    expect(await pictureOf(db)).toBe(before);
  });
}
