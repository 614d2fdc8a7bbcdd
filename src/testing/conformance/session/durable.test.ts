import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { SessionStateError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author } from '../../support/models.ts';
import { rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
});
afterEach(() => db.close());

describe('durable transactions', () => {
  it('T1: one that is the outermost commits as any other, also with savepoints inside', async () => {
    await using session = db.session();
    await session.transaction(
      () => session.transaction(() => session.add(new Author({ name: 'Ann', email: 'a@x.org' }))),
      { durable: true },
    );
    await db.transaction((own) => own.add(new Author({ name: 'Bob', email: 'b@x.org' })), { durable: true });
    expect((await rowsOf(db))['author']).toMatchObject([{ name: 'Ann' }, { name: 'Bob' }]);
  });

  it('T1: inside of another, of its session or of the current one, it is refused before anything is sent', async () => {
    await using session = db.session();
    const refused = { code: 'E_SESSION_STATE', message: expect.stringContaining('A durable transaction was begun') };
    await session.transaction(async () => {
      for (const begin of [
        () => session.transaction(() => undefined, { durable: true }),
        () => db.transaction(() => undefined, { durable: true }),
      ]) {
        let error: Error | undefined;
        expect(await statementsOf(async () => void (error = await errorOf(begin)))).toEqual([]);
        expect(error).toBeInstanceOf(SessionStateError);
        expect(error).toMatchObject(refused);
      }
    });
    await session.transaction(() => undefined, { durable: true });
  });

  it('T1: X2: it is true or false', async () => {
    expect(await errorOf(() => db.transaction(() => undefined, { durable: 1 as never }))).toMatchObject({
      message: 'durable is true or false, not an integer.',
      field: 'durable',
    });
  });
});
