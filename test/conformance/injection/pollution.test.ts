/** Somebody merged JSON into `Object.prototype`: what every object then seems to have is no option, no value and no operator. */
import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { BlazeError, contains, count, exact, or, Q } from 'blazeorm';
import type { Database, Session } from 'blazeorm';

import { openTestDatabase } from '../../../src/testing/support/database.ts';
import { loose } from './loose.ts';
import { fill, Item, models, Note, ONE_CONNECTION, Tag } from './models.ts';
import { pictureOf } from './net.ts';

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models, ...ONE_CONNECTION });
  await fill(db);
});
afterAll(() => db.close());

const POLLUTIONS: readonly (readonly [key: string, value: unknown])[] = [
  ['__raw', '1=1'],
  ['kind', 'raw'],
  ['name', 'gte'],
  ['negated', true],
  ['operator', 'or'],
  ['raw', ['1=1']],
  ['strings', ['1=1']],
  ['toSqlString', () => '1=1'],
  ['toPostgres', () => '1=1'],
  ['id', 1],
  ['text', 'polluted'],
  ['number', 7],
  ['label', 'polluted'],
  ['owner', 1],
  ['schema', 'elsewhere'],
  ['scopes', { within: 'nobody' }],
  ['unscoped', ['within']],
  ['within', 'nobody'],
  ['using', 'replica'],
  ['flushMode', 'manual'],
  ['isolation', 'serializable; --'],
  ['readOnly', true],
  ['flat', true],
  ['distinct', true],
  ['filter', '1=1'],
  ['orderBy', '1; --'],
  ['nulls', 'first; --'],
  ['skipLocked', true],
  ['as', 'polluted'],
  ['limitPerParent', 1],
  ['onConflict', 'ignore'],
  ['conflictFields', ['name']],
  ['updateFields', ['label']],
  ['batchSize', 1],
  ['defaults', { label: 'polluted' }],
  ['first', 1],
  ['after', 'x'],
  ['timeout', 60_000],
  ['retry', 3],
  ['confirm', true],
  ['ifNotExists', false],
];

interface Call {
  readonly at: string;
  readonly run: (session: Session) => unknown;
}

const rolledBack = async (session: Session, write: (own: Session) => Promise<unknown>): Promise<unknown> => {
  let value: unknown;
  const undo = new Error('undo');
  await session
    .transaction(async (own) => {
      value = await write(own);
      throw undo;
    })
    .catch((error: unknown) => {
      if (error !== undo) throw error;
    });
  return value;
};

const ids = (found: readonly { readonly id: number }[]): number[] => found.map(({ id }) => id);

const CALLS: readonly Call[] = [
  { at: 'filter({})', run: (session) => session.query(Note).filter({}).count() },
  { at: 'filter({ text })', run: async (session) => ids(await session.query(Note).filter({ text: "'" })) },
  {
    at: 'filter(lookups)',
    run: async (session) => ids(await session.query(Note).filter({ text: contains("'"), data: exact({ "'": "'" }) })),
  },
  {
    at: 'filter(or)',
    run: async (session) =>
      ids(
        await session
          .query(Note)
          .filter(or<Note>({ id: 2 }, { text: 'no such' }))
          .orderBy('id'),
      ),
  },
  {
    at: 'filter(Q)',
    run: async (session) =>
      ids(
        await session
          .query(Note)
          .filter(Q.of(Note, { id: 2 }).not())
          .orderBy('-id')
          .limit(2),
      ),
  },
  {
    at: 'filter((n) => …)',
    run: async (session) => ids(await session.query(Note).filter((n) => n.owner.name.eq('Ann').and(n.id.lt(9)))),
  },
  {
    at: 'exclude',
    run: (session) =>
      session
        .query(Note)
        .exclude({ owner: { name: 'Ann' } })
        .count(),
  },
  { at: 'get', run: async (session) => (await session.get(Note, 3))?.text },
  { at: 'values', run: (session) => session.query(Note).filter({ id: 3 }).values('id', 'text') },
  { at: 'valuesList', run: (session) => session.query(Note).filter({ id: 3 }).valuesList('id', 'text') },
  { at: 'aggregate', run: (session) => session.query(Note).aggregate((n) => ({ n: count(), m: count(n.number) })) },
  {
    at: 'annotate',
    run: async (session) =>
      (
        await session
          .query(Note)
          .filter({ id: 1 })
          .annotate((n) => ({ tagCount: n.tags.count() }))
      )[0]?.tagCount,
  },
  {
    at: 'orderBy',
    run: async (session) =>
      ids(
        await session
          .query(Note)
          .orderBy((n) => n.number.asc(), '-id')
          .limit(3),
      ),
  },
  {
    at: 'prefetchRelated',
    run: async (session) =>
      (await session.query(Note).filter({ id: 1 }).prefetchRelated('tags'))[0]?.tags.map(({ id }) => id),
  },
  {
    at: 'selectRelated',
    run: async (session) => (await session.query(Note).filter({ id: 1 }).selectRelated('owner'))[0]?.owner?.id,
  },
  { at: 'page', run: async (session) => ids((await session.query(Note).page({ last: 2 })).items) },
  { at: 'session.sql', run: (session) => session.sql`SELECT COUNT(*) AS total FROM note WHERE text = ${'harmless'}` },
  {
    at: 'add',
    run: (session) =>
      rolledBack(session, async (own) => {
        own.add(new Item({ text: 'new', data: { a: 1 } }));
        await own.flush();
        return own.query(Item).orderBy('id').valuesList('text', 'number', 'ownerId');
      }),
  },
  {
    at: 'update',
    run: (session) => rolledBack(session, (own) => own.query(Item).filter({ id: 1 }).update({ text: 'changed' })),
  },
  {
    at: 'update without a filter',
    run: (session) => rolledBack(session, (own) => own.query(Item).update({ text: 'changed' })),
  },
  { at: 'delete', run: (session) => rolledBack(session, (own) => own.query(Item).filter({ id: 1 }).delete()) },
  {
    at: 'bulkCreate',
    run: (session) =>
      rolledBack(session, async (own) => {
        await own.query(Tag).bulkCreate([{ name: 'fresh' }]);
        return own.query(Tag).orderBy('id').valuesList('name', 'label');
      }),
  },
  {
    at: 'bulkCreate of what exists',
    run: (session) => rolledBack(session, (own) => own.query(Tag).bulkCreate([{ name: 'one' }])),
  },
  {
    at: 'getOrCreate',
    run: (session) =>
      rolledBack(session, async (own) => {
        const [{ name, label }, created] = await own.query(Tag).getOrCreate({ name: 'fresh' });
        return [name, label, created];
      }),
  },
  { at: 'dropAll without a word', run: () => loose(db)['dropAll']!({}) },
];

/** What drivers read themselves, as `pg` does the `name` of a statement, may cost a connection: that is an error as well. */
const REFUSALS = [
  'E_UNKNOWN_FIELD',
  'E_INVALID_QUERY',
  'E_INVALID_VALUE',
  'E_CONFIG',
  'E_CONNECTION',
  'E_TRANSACTION_ABORTED',
];

/** What a call gives, or the code of its error. */
async function outcomeOf(call: Call): Promise<unknown> {
  try {
    return await call.run(db.session());
  } catch (error) {
    if (!(error instanceof BlazeError)) throw error;
    return error.code;
  }
}

it('X2: what stands in Object.prototype changes no answer; where it is in the way, that is a typed error', async () => {
  const before = await pictureOf(db);
  const plain: unknown[] = [];
  for (const call of CALLS) plain.push(await outcomeOf(call));
  const problems: string[] = [];
  for (const [key, value] of POLLUTIONS)
    for (const [i, call] of CALLS.entries()) {
      let found: unknown;
      Object.defineProperty(Object.prototype, key, { value, enumerable: true, configurable: true, writable: true });
      try {
        found = await outcomeOf(call);
      } catch (error) {
        found = error;
      } finally {
        delete (Object.prototype as Record<string, unknown>)[key];
      }
      const refused = typeof found === 'string' && REFUSALS.includes(found);
      if (!refused && !isDeepStrictEqual(found, plain[i]))
        problems.push(
          `${call.at} with ${key}: ${String(JSON.stringify(found) ?? found).slice(0, 200)} ${found instanceof Error ? String(found.stack).slice(0, 600) : ''}, not ${String(JSON.stringify(plain[i])).slice(0, 100)}`,
        );
    }
  expect(problems).toEqual([]);
  expect(await pictureOf(db)).toBe(before);
});
