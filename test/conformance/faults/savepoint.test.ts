/** The nth request of a transaction fails whose savepoint holds the changes; the application catches what the savepoint throws. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ConnectionError } from 'blazeorm';
import type { Database } from 'blazeorm';

import { errorFrom, onEngine } from '../../support/database.ts';
import { fingerprint, reset, stored } from './club.ts';
import type { FaultKind, FaultyWay, Seen } from './fault.ts';
import { Note } from './models.ts';
import { apply, begin, content, isServer, KINDS, openClub, picture, SAID } from './work.ts';
import type { Work } from './work.ts';

let way: FaultyWay;
let db: Database;

beforeAll(async () => {
  ({ way, db } = await openClub());
});

afterAll(async () => {
  await db.close();
  await way.close();
});

beforeEach(() => reset(db));

/** A note around the savepoint, the changes in it. */
async function savepoint(
  work: Work,
  kind: FaultKind,
  at: number,
): Promise<Seen & { error: unknown; inner: unknown; note: Note }> {
  const note = new Note({ text: 'around' });
  let inner: unknown;
  way.arm(kind, at);
  const error = await errorFrom(() =>
    work.session.transaction(async (session) => {
      session.add(note);
      await session.flush();
      inner = await errorFrom(() => session.transaction(() => apply(work)));
    }),
  );
  return { ...way.disarm(), error, inner, note };
}

/** What is left of it: an error of the transaction that is about the connection counts as one. */
function endOf(error: unknown): string {
  if (error === undefined) return 'caught';
  return ((error as Error).cause instanceof ConnectionError ? (error as Error).cause : error) instanceof ConnectionError
    ? 'ConnectionError'
    : (error as Error).name;
}

/** What may be caught: errors that the transaction survives. */
const ENDS: Readonly<Record<FaultKind, readonly string[]>> = {
  // Where SAVEPOINT itself is refused, PostgreSQL has ended the transaction.
  refused: onEngine({
    sqlite: ['UniqueViolationError', 'caught'],
    postgres: ['TransactionAbortedError', 'UniqueViolationError', 'caught'],
  }),
  lost: ['ConnectionError'],
  unanswered: isServer ? ['ConnectionError'] : ['UniqueViolationError', 'caught'],
  ended: ['DatabaseError', 'TransactionAbortedError'],
};

describe('the nth request of a transaction fails, and an error in its savepoint is caught', () => {
  for (const kind of KINDS)
    it(
      `S7: S8: T2: T7: ${SAID[kind]}: what is around the savepoint stays, where the transaction does`,
      { timeout: 120_000 },
      async () => {
        const before = await fingerprint(db);
        const ends = new Set<string>();
        let work = await begin(db);
        let memory = picture(work);
        let fault = await savepoint(work, kind, 1);
        for (let at = 1; fault.failed !== undefined; fault = await savepoint(work, kind, ++at)) {
          const { failed, error, note } = fault;
          const isUnknown = isServer && failed === 'COMMIT' && kind !== 'refused';
          const end = isUnknown ? 'unknown' : endOf(error);
          ends.add(end);
          const now = await fingerprint(db);
          // The note is there, and with a COMMIT that was done all the rest.
          const kept = end === 'caught' ? { ...before, notes: '1' } : { ...now, notes: '1' };
          expect({ at, failed, state: work.session.state(note), memory: picture(work), database: now }).toEqual({
            at,
            failed,
            state: end === 'caught' ? 'persistent' : 'transient',
            memory,
            database: end === 'caught' || (isUnknown && kind === 'unanswered') ? kept : before,
          });
          if (now['notes'] !== '0') await reset(db);
          work = await begin(db);
          memory = picture(work);
        }
        const all = content({ ...work, fresh: { ...work.fresh, notes: [fault.note] } });
        expect([fault.error, fault.inner, await stored(db)]).toEqual([undefined, undefined, all]);
        expect([...ends].toSorted()).toEqual(isServer && kind !== 'refused' ? [...ENDS[kind], 'unknown'] : ENDS[kind]);
      },
    );
});
