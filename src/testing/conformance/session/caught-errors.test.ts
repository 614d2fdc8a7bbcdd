/** An error of a statement is caught inside of a transaction, whose function then returns as if nothing had been. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DatabaseError, TransactionAbortedError, UniqueViolationError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorFrom, onEngine, openTestDatabase } from '../../support/database.ts';
import { Tag } from '../../support/models.ts';

/** PostgreSQL ends a transaction at its first error: what comes after it is refused. */
const aborts = onEngine({ sqlite: false, postgres: true });

let db: Database;
let session: Session;
let old: Tag;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Tag] });
  session = db.session();
  old = new Tag({ name: 'old' });
  session.add(old);
  await session.commit();
});

afterEach(async () => {
  await session.close();
  await db.close();
});

const names = async (): Promise<string[]> => db.session().query(Tag).orderBy('name').valuesList('name', { flat: true });

describe('a statement error that is caught', () => {
  it('T2: S8: then COMMIT: on PostgreSQL it throws and no entity is clean that is not stored, elsewhere all but the statement is stored', async () => {
    const [before, after] = [new Tag({ name: 'before' }), new Tag({ name: 'after' })];
    let caught: unknown;
    const error = await errorFrom(() =>
      session.transaction(async () => {
        session.add(before);
        old.name = 'changed';
        await session.flush();
        caught = await errorFrom(() => session.sql`INSERT INTO tag (name) VALUES ('changed')`);
        // PostgreSQL refuses whatever comes after the error, and says so once more.
        if (!aborts) session.add(after);
      }),
    );
    expect(caught).toBeInstanceOf(UniqueViolationError);
    expect(await names()).toEqual(aborts ? ['old'] : ['after', 'before', 'changed']);
    const { name, message } = (error ?? {}) as Partial<Error>;
    expect([name, message]).toEqual(
      aborts
        ? [
            'TransactionAbortedError',
            'PostgreSQL rolled the transaction back: one of its statements had failed. Let the error of that statement end the transaction, or run the statement in a nested one.',
          ]
        : [undefined, undefined],
    );
    expect([old, before].map((tag) => [tag.name, session.state(tag), tag.id !== undefined])).toEqual(
      aborts
        ? [
            ['old', 'persistent', true],
            ['before', 'transient', false],
          ]
        : [
            ['changed', 'persistent', true],
            ['before', 'persistent', true],
          ],
    );
    // What is in memory is what is stored: there is nothing to write, and a second try writes it.
    session.add(before, after);
    old.name = 'changed';
    await session.commit();
    expect(await names()).toEqual(['after', 'before', 'changed']);
  });

  it('T2: S8: a flush after it: PostgreSQL refuses it, and the transaction cannot be committed; elsewhere it is written', async () => {
    const before = new Tag({ name: 'before' });
    let flushed: unknown;
    const error = await errorFrom(() =>
      session.transaction(async () => {
        await errorFrom(() => session.sql`INSERT INTO tag (name) VALUES ('old')`);
        session.add(before);
        flushed = await errorFrom(() => session.flush());
      }),
    );
    expect([flushed instanceof DatabaseError, error instanceof TransactionAbortedError]).toEqual([aborts, aborts]);
    expect([await names(), session.state(before)]).toEqual(
      aborts ? [['old'], 'transient'] : [['before', 'old'], 'persistent'],
    );
  });

  it('T2: S8: of a flush: it has taken back what it had written, and the transaction goes on, on every database', async () => {
    const [before, twin] = [new Tag({ name: 'before' }), new Tag({ name: 'old' })];
    let caught: unknown;
    await session.transaction(async () => {
      session.add(before);
      await session.flush();
      session.add(twin);
      caught = await errorFrom(() => session.flush());
      session.delete(twin);
    });
    expect([caught instanceof UniqueViolationError, await names()]).toEqual([true, ['before', 'old']]);
    expect([before, twin, old].map((tag) => session.state(tag))).toEqual(['persistent', 'transient', 'persistent']);
  });
});
