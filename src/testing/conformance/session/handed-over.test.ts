import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model, UniqueViolationError } from '../../../index.ts';
import type { Database } from '../../../index.ts';
import { errorOf, openTestDatabase } from '../../support/database.ts';

class Slot extends model('slot', {
  id: f.int({ primaryKey: true }),
  label: f.string({ unique: true, maxLength: 20 }),
}) {}

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Slot] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.transaction(async (session) => {
    await session.query(Slot).unfiltered().delete();
    session.addAll([new Slot({ id: 1, label: 'a' }), new Slot({ id: 2, label: 'b' })]);
  });
});

const REMEDY =
  'Another entity of this flush may be giving the value up, which is written afterwards: change or delete that one, flush, and then this one.';
const stored = (): PromiseLike<unknown[]> => db.session().query(Slot).orderBy('id').valuesList('id', 'label');

describe('a unique value that one entity takes over from another', () => {
  it('S3: V2: a swap is explained, nothing of it is kept, and a flush between solves it', async () => {
    const session = db.session();
    const [one, two] = [await session.getOrFail(Slot, 1), await session.getOrFail(Slot, 2)];
    [one.label, two.label] = ['b', 'a'];
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).toMatchObject({ model: 'Slot', fields: ['label'], remedy: REMEDY });
    expect([one.label, two.label, await stored()]).toEqual([
      'b',
      'a',
      [
        [1, 'a'],
        [2, 'b'],
      ],
    ]);
    await session.transaction(async () => {
      one.label = 'between';
      await session.flush();
      two.label = 'a';
      await session.flush();
      one.label = 'b';
    });
    expect(await stored()).toEqual([
      [1, 'b'],
      [2, 'a'],
    ]);
  });

  it('S3: V2: so is a row that takes the key, or a value, of one that is deleted', async () => {
    for (const fresh of [
      { id: 1, label: 'c' },
      { id: 3, label: 'a' },
    ]) {
      const session = db.session();
      session.delete(await session.getOrFail(Slot, 1));
      session.add(new Slot(fresh));
      expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_UNIQUE_VIOLATION', remedy: REMEDY });
    }
    await db.transaction(async (session) => {
      session.delete(await session.getOrFail(Slot, 1));
      await session.flush();
      session.add(new Slot({ id: 1, label: 'a' }));
    });
    expect(await stored()).toEqual([
      [1, 'a'],
      [2, 'b'],
    ]);
  });

  it('V2: a value that a stranger has is no such thing', async () => {
    const session = db.session();
    session.add(new Slot({ id: 3, label: 'a' }));
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).not.toHaveProperty('remedy');
  });
});
