import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import type { Database } from 'blazeorm';

import { openTestDatabase } from '../../../src/testing/support/database.ts';
import { fill, models } from './models.ts';
import { expectSafe, glanceAt, pictureOf } from './net.ts';
import { PAYLOADS } from './payloads.ts';
import { COMBINING } from './combining.ts';

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

describe('X1: X2: Q6: Q8: queries inside of queries take queries and names, or refuse', () => {
  it.each(COMBINING)('$at', (position) => expectSafe(db, position, PAYLOADS));

  it('and after all of them schema and rows are what they were', async () => {
    expect(await pictureOf(db)).toBe(before);
  });
});
