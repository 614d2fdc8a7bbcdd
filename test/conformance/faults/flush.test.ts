/**
 * A flush of some thirty entities in which the nth request to the database fails, for every n until none does. After each: the
 * database has all of it or nothing, memory is what the database is, and a second try gives the whole.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import {
  CommitOutcomeUnknownError,
  ConnectionError,
  Database,
  DatabaseError,
  hooks,
  UniqueViolationError,
} from 'blazeorm';
import type { Session } from 'blazeorm';

import { errorFrom } from '../../support/database.ts';
import { pictureOf } from '../../support/pictures.ts';
import { change, entitiesOf, load, made, remembered, reset, stored } from './club.ts';
import type { Club } from './club.ts';
import type { FaultKind, FaultyWay } from './fault.ts';
import { models, Note, Player } from './models.ts';
import { openFaultyWay } from './open.ts';

const isServer = inject('database') !== 'sqlite';
const KINDS: readonly FaultKind[] = isServer ? ['refused', 'lost', 'unanswered'] : ['refused', 'unanswered', 'ended'];
const SAID: Readonly<Record<FaultKind, string>> = {
  refused: 'the database answers with an error',
  lost: 'the connection is lost before the request arrives',
  unanswered: isServer
    ? 'it is done, and the connection is lost before the answer arrives'
    : 'it is done, and then an error comes',
  ended: 'an error ends the transaction',
};

let way: FaultyWay;
let db: Database;

beforeAll(async () => {
  way = await openFaultyWay();
  // One connection: requests are counted on that which the flush has.
  db = await Database.connect(way.url, {
    models,
    ...(way.url.startsWith('sqlite') ? {} : { connection: { poolSize: 1 } }),
  });
  await db.createAll();
});

afterAll(async () => {
  await db.close();
  await way.close();
});

beforeEach(() => reset(db));

interface Work {
  readonly session: Session;
  readonly old: Club;
  readonly fresh: Club;
}

async function begin(): Promise<Work> {
  const session = db.session();
  return { session, old: await load(session), fresh: made() };
}

const picture = ({ session, old, fresh }: Work): unknown[] => pictureOf(session, entitiesOf(old, fresh));
const content = ({ session, old, fresh }: Work): unknown => remembered(session, old, fresh);

/** How the changes are written: what is done before, and the call that fails. */
interface Way {
  readonly prepare?: (work: Work) => void;
  readonly write: (work: Work) => Promise<unknown>;
}

const apply = ({ session, old, fresh }: Work): void => change(session, old, fresh);

const WAYS: Readonly<Record<string, Way>> = {
  'a flush of its own': { prepare: apply, write: ({ session }) => session.commit() },
  'the end of a transaction': { write: (work) => work.session.transaction(() => apply(work)) },
  'the middle of a transaction': {
    write: (work) =>
      work.session.transaction(async (session) => {
        work.old.teams[0]!.name = 'team 0?';
        await session.flush();
        work.old.teams[0]!.name = 'team 0';
        apply(work);
        await session.flush();
      }),
  },
};

/** Fails every request in turn, until none is left to fail. Gives how many there were. */
async function failEach(kind: FaultKind, how: Way): Promise<number> {
  const { prepare, write } = how;
  const before = await stored(db);
  const whole = await wholeOf(how);
  for (let at = 1; ; at++) {
    const work = await begin();
    prepare?.(work);
    const memory = picture(work);
    way.arm(kind, at);
    const error = await errorFrom(() => write(work));
    const { failed, requests } = way.disarm();
    const told = `${kind} at ${at}: ${failed}`;
    if (failed === undefined) {
      expect(error, told).toBeUndefined();
      expect(await stored(db)).toEqual(content(work));
      await work.session.close();
      return requests.length;
    }
    expect(error, told).toBeInstanceOf(expectedError(kind, failed));
    expect(picture(work), told).toEqual(memory);
    const kept = failed === 'COMMIT' && kind === 'unanswered' && isServer;
    expect(await stored(db), told).toEqual(kept ? whole : before);
    const again = await errorFrom(() => write(work));
    if (kept) {
      // Nothing of it can be done twice; who reads again knows.
      expect(again, told).toBeInstanceOf(UniqueViolationError);
      expect(picture(work), told).toEqual(memory);
      await work.session.rollback();
    } else {
      expect(again, told).toBeUndefined();
      expect(content(work), told).toEqual(whole);
    }
    expect(await stored(db), told).toEqual(whole);
    await work.session.close();
    await reset(db);
  }
}

/** What the database is after it. */
async function wholeOf({ prepare, write }: Way): Promise<unknown> {
  const work = await begin();
  prepare?.(work);
  await write(work);
  await work.session.close();
  const whole = await stored(db);
  await reset(db);
  return whole;
}

const expectedError = (kind: FaultKind, failed: string): abstract new (...given: never) => Error => {
  if (kind === 'ended') return DatabaseError;
  if (kind === 'refused' || !isServer) return UniqueViolationError;
  return failed === 'COMMIT' ? CommitOutcomeUnknownError : ConnectionError;
};

describe('the nth request of a flush fails', () => {
  for (const [name, how] of Object.entries(WAYS))
    for (const kind of KINDS)
      it(`S7: S8: T3: T7: in ${name}: ${SAID[kind]}`, async () => {
        expect(await failEach(kind, how)).toBeGreaterThan(0);
      });
});
