/**
 * A flush of some thirty entities in which the nth request to the database fails, for every n until none does. After each: the
 * database has all of it or nothing, memory is what the database is, and a second try gives the whole.
 */
import { isDeepStrictEqual } from 'node:util';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import type { Database } from 'blazeorm';

import { errorFrom } from '../../support/database.ts';
import { fingerprint, reset, stored } from './club.ts';
import type { FaultKind, FaultyWay } from './fault.ts';
import { Note, Player } from './models.ts';
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

/** How the changes are written. */
interface Way {
  /** What is done before, outside of what fails. */
  readonly prepare?: (work: Work) => void;
  readonly write: (work: Work) => Promise<unknown>;
  /** What a second try meets where the first was kept. */
  readonly twice?: string;
  /** A second try is made after every so many faults; each costs the whole work again. */
  readonly retryEach: number;
}

const WAYS: Readonly<Record<string, Way>> = {
  'a flush of its own': { prepare: apply, write: ({ session }) => session.commit(), retryEach: 1 },
  'a flush with hooks that write': { prepare: apply, write: withHooks, retryEach: 4 },
  'the end of a transaction': { write: (work) => work.session.transaction(() => apply(work)), retryEach: 4 },
  'the middle of a transaction': {
    write: (work) =>
      work.session.transaction(async (session) => {
        work.old.teams[0]!.name = 'team 0?';
        await session.flush();
        work.old.teams[0]!.name = 'team 0';
        apply(work);
        await session.flush();
      }),
    twice: 'StaleObjectError',
    retryEach: 4,
  },
};

/** Each new player is noted. */
async function withHooks({ session, fresh: { notes } }: Work): Promise<void> {
  const stop = Player.on('beforeSave', (player, { created, session: own }) => {
    if (created) notes.push(new Note({ text: player.name }));
    if (created) own.add(notes.at(-1)!);
  });
  try {
    await session.commit();
  } finally {
    stop();
  }
}

/** What a fault has come to. */
interface Outcome {
  /** The request that failed, and its number. */
  readonly failed: string | undefined;
  readonly error: string | undefined;
  /** What is in the database: all of the work, or nothing of it. */
  readonly database: unknown;
  readonly memory: unknown;
  /** Of what hooks have added. */
  readonly notes: readonly string[];
  /** What a second try has come to; undefined where there was none. */
  readonly again: unknown;
}

const NAMES: Readonly<Record<FaultKind, string>> = {
  refused: 'UniqueViolationError',
  lost: 'ConnectionError',
  unanswered: isServer ? 'ConnectionError' : 'UniqueViolationError',
  ended: 'DatabaseError',
};

/** What an error is called; where its rollback failed too, what led there. */
function nameOf(error: unknown): string | undefined {
  const { name, cause } = (error ?? {}) as Partial<Error>;
  return cause instanceof AggregateError ? (cause.errors[0] as Error).name : name;
}

class Attempts {
  readonly #kind: FaultKind;
  readonly #way: Way;
  /** What the database is before, and when all of it is done. */
  readonly #before: unknown;
  readonly #whole: unknown;

  private constructor(kind: FaultKind, how: Way, before: unknown, whole: unknown) {
    this.#kind = kind;
    this.#way = how;
    this.#before = before;
    this.#whole = whole;
  }

  static async of(kind: FaultKind, how: Way): Promise<Attempts> {
    const before = await fingerprint(db);
    const work = await begin(db);
    how.prepare?.(work);
    await how.write(work);
    const whole = await stored(db);
    await reset(db);
    return new Attempts(kind, how, before, whole);
  }

  /** Fails one request. What came of it, and what should have. */
  async fail(at: number): Promise<{ readonly outcome: Outcome; readonly expected: Outcome }> {
    const { prepare, write } = this.#way;
    const work = await begin(db);
    prepare?.(work);
    const memory = picture(work);
    way.arm(this.#kind, at);
    const error = await errorFrom(() => write(work));
    const { failed } = way.disarm();
    const outcome = {
      failed: failed === undefined ? undefined : `${at}: ${failed}`,
      error: nameOf(error),
      database: await this.#inDatabase(),
      memory: failed === undefined ? content(work) : picture(work),
      notes: work.fresh.notes.map((note) => work.session.state(note)),
    };
    const again = failed === undefined || at % this.#way.retryEach !== 0 ? undefined : await this.#again(work);
    await work.session.rollback();
    if (outcome.database !== 'nothing' || again !== undefined) await reset(db);
    const expected =
      failed === undefined ? this.#done(outcome) : this.#failed(failed, { ...outcome, memory, again: again && {} });
    return { outcome: { ...outcome, again }, expected };
  }

  async #again(work: Work): Promise<unknown> {
    const error = nameOf(await errorFrom(() => this.#way.write(work)));
    return { error, database: await this.#inDatabase(), memory: error === undefined ? content(work) : picture(work) };
  }

  async #inDatabase(): Promise<unknown> {
    if (isDeepStrictEqual(await fingerprint(db), this.#before)) return 'nothing';
    const now = await stored(db);
    return isDeepStrictEqual(now, this.#whole) ? 'all' : now;
  }

  /** Nothing failed. */
  #done({ notes }: Pick<Outcome, 'notes'>): Outcome {
    return {
      failed: undefined,
      error: undefined,
      database: 'all',
      memory: this.#whole,
      notes: notes.map(() => 'persistent'),
      again: undefined,
    };
  }

  #failed(failed: string, { failed: told, memory, notes, again }: Omit<Outcome, 'error' | 'database'>): Outcome {
    const isUnknown = isServer && failed === 'COMMIT' && this.#kind !== 'refused';
    // COMMIT was done and nobody heard of it: memory is as after a rollback, and a second try cannot do it twice.
    const isKept = isUnknown && this.#kind === 'unanswered';
    return {
      failed: told,
      error: isUnknown ? 'CommitOutcomeUnknownError' : NAMES[this.#kind],
      database: isKept ? 'all' : 'nothing',
      memory,
      notes: notes.map(() => 'transient'),
      again: again && {
        error: isKept ? (this.#way.twice ?? 'UniqueViolationError') : undefined,
        database: 'all',
        memory: isKept ? memory : this.#whole,
      },
    };
  }
}

describe('the nth request of a flush fails', () => {
  for (const [name, how] of Object.entries(WAYS))
    for (const kind of KINDS)
      it(`S7: S8: T3: T7: in ${name}: ${SAID[kind]}`, { timeout: 120_000 }, async () => {
        const attempts = await Attempts.of(kind, how);
        let at = 1;
        for (let failed: string | undefined = ''; failed !== undefined; at++) {
          const { outcome, expected } = await attempts.fail(at);
          expect(outcome).toEqual(expected);
          ({ failed } = outcome);
        }
        expect(at).toBeGreaterThan(20);
      });
});
