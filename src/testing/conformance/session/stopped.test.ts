import { afterEach, beforeEach, expect, it } from 'vitest';

import { QueryAbortedError, QueryTimeoutError, SessionStateError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Tag } from '../../support/models.ts';
import { statementsOf } from '../../support/statements.ts';

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase({ models: [Tag] });
  await db.transaction((session) => session.add(new Tag({ name: 'a' })));
});
afterEach(() => db.close());

it('T8: T1: after a timeout the transaction is rolled back at once; its function is refused, and so is everybody until it returns', async () => {
  const session = db.session();
  const tag = await session.query(Tag).one();
  let goOn!: () => void;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  let inside: Promise<unknown> = Promise.resolve();
  const error = await errorOf(() =>
    session.transaction(
      async () => {
        tag.name = 'b';
        await session.flush();
        inside = gate.then(async () => [
          await errorOf(() => session.query(Tag).count()),
          await errorOf(() => session.get(Tag, 99)),
          await errorOf(() => session.transaction(() => session.query(Tag).count())),
        ]);
        await inside;
      },
      { timeout: 300 },
    ),
  );
  expect(error).toBeInstanceOf(QueryTimeoutError);
  expect([tag.name, session.state(tag)]).toEqual(['a', 'persistent']);
  // Its connection is free, and nothing is locked.
  expect(await db.transaction((other) => other.query(Tag).unfiltered().update({ name: 'c' }))).toBe(1);
  const calls = {
    query: () => session.query(Tag).count(),
    get: () => session.get(Tag, 99),
    sql: () => session.sql`SELECT 1`,
    flush: () => session.flush(),
    commit: () => session.commit(),
    transaction: () => session.transaction(() => 1),
    update: () => session.query(Tag).unfiltered().update({ name: 'x' }),
    bulkCreate: () => session.query(Tag).bulkCreate([{ name: 'x' }]),
  };
  for (const [name, call] of Object.entries(calls)) {
    const sent = await statementsOf(async () => {
      const refused = await errorOf(async () => call());
      expect([name, refused]).toEqual([name, expect.any(SessionStateError)]);
      expect(refused).toMatchObject({
        message:
          'The transaction of this session was stopped and rolled back, and its function is still running: it may change entities yet. Wait for it with session.rollback(), or go on in another session: db.session().',
        cause: error,
      });
    });
    expect([name, sent]).toEqual([name, []]);
  }
  goOn();
  expect(await inside).toEqual([error, error, error].map(({ message }) => expect.objectContaining({ message })));
  await new Promise((resolve) => setImmediate(resolve));
  // Its function has returned: the session is as any other.
  await session.transaction(async () => {
    expect(await session.query(Tag).count()).toBe(1);
    await session.refresh(tag);
    tag.name = 'd';
  });
  expect(await db.session().query(Tag).valuesList('name')).toEqual([['d']]);
  await session.close();
});

it('T8: T1: S7: rollback() waits for a function that was stopped, gives up what it has changed since, and the session is free', async () => {
  const session = db.session();
  const tag = await session.query(Tag).one();
  let goOn!: () => void;
  const gate = new Promise<void>((resolve) => (goOn = resolve));
  const refused: Error[] = [];
  const controller = new AbortController();
  const error = await errorOf(() =>
    session.transaction(
      async () => {
        controller.abort();
        await gate;
        tag.name = 'late';
        session.add(new Tag({ name: 'late, too' }));
        refused.push(await errorOf(() => session.rollback()), await errorOf(() => session.flush()));
      },
      { signal: controller.signal },
    ),
  );
  expect(error).toBeInstanceOf(QueryAbortedError);
  const free = session.rollback();
  expect(await errorOf(() => session.commit())).toBeInstanceOf(SessionStateError);
  goOn();
  await free;
  expect(refused).toEqual([expect.any(SessionStateError), expect.objectContaining({ message: error.message })]);
  expect([tag.name, session.state(tag)]).toEqual(['a', 'persistent']);
  expect(await statementsOf(() => session.commit())).toEqual([]);
  tag.name = 'b';
  await session.commit();
  expect(await db.session().query(Tag).valuesList('name')).toEqual([['b']]);
  await session.close();
});
