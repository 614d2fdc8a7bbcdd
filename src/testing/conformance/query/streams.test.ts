import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Database, f, model, QueryAbortedError, QueryTimeoutError, statementChannel } from '../../../index.ts';
import type { Session, StatementEvent } from '../../../index.ts';

import { engine, errorFrom, freshUrl } from '../../support/database.ts';

const ROWS = 5_000;
const BATCH = 1_000;

let decoded = 0;
const counted = {
  encode: String,
  decode: (raw: unknown): string => {
    decoded++;
    return String(raw);
  },
};

class Reading extends model('reading', {
  id: f.auto(),
  size: f.decimal({ precision: 8, scale: 2, nullable: true }),
  note: f.custom<string>({
    codec: counted,
    type: { sqlite: 'TEXT', postgres: 'text', mysql: 'varchar(20)', mariadb: 'varchar(20)' },
  }),
}) {}

let db: Database;

beforeAll(async () => {
  // Of one connection it shows at once that it was not given back.
  db = await Database.connect(await freshUrl(), {
    models: [Reading],
    connection: engine === 'sqlite' ? {} : { poolSize: 1 },
  });
  await db.createAll();
  const rows = Array.from({ length: ROWS }, (_, i) => ({ size: i % 2 === 0 ? null : `${i}.50`, note: `n${i}` }));
  await db.transaction((session) => session.query(Reading).bulkCreate(rows));
});
afterAll(() => db.close());

const readings = (session: Session) => session.query(Reading).orderBy('id');

/** Those of the connection, but that of this statement itself, which has no name; other databases do not tell. */
async function cursors(session: Session): Promise<number> {
  if (engine !== 'postgres') return 0;
  return (await session.sql`SELECT name FROM pg_cursors WHERE name <> ''`).length;
}

/** What the server still holds open of the one connection. */
async function expectFree(session: Session): Promise<void> {
  expect(await readings(session).count()).toBe(ROWS);
  expect(await cursors(session)).toBe(0);
}

describe('rows of values one by one', () => {
  it.each(['outside of a transaction', 'in a transaction'])(
    'Q12: Q9: %s they are what all() gives, decoded, in every form',
    async (where) => {
      const read = async (session: Session): Promise<void> => {
        const forms = [
          readings(session).values('id', 'size', 'note'),
          readings(session).valuesList('id', 'size', 'note'),
          readings(session).valuesList('note', { flat: true }),
        ];
        for (const form of forms) {
          const seen: unknown[] = [];
          for await (const row of form) seen.push(row);
          expect(seen).toHaveLength(ROWS);
          expect(seen).toEqual(await form.all());
        }
        for await (const row of readings(session).none().values('id')) throw new Error(`not ${row.id}`);
      };
      await (where === 'in a transaction' ? db.transaction(read) : read(db.session()));
    },
  );

  it('Q12: rows are decoded batch by batch, and who stops early frees cursor and connection', async () => {
    const stop = async (session: Session, inTransaction: boolean): Promise<void> => {
      decoded = 0;
      let held = 0;
      for await (const row of readings(session).values('id', 'size', 'note')) {
        expect(row).toEqual({ id: row.id, size: null, note: 'n0' });
        held = inTransaction ? await cursors(session) : 0;
        break;
      }
      expect([decoded, held]).toEqual([BATCH, inTransaction && engine === 'postgres' ? 1 : 0]);
      await expectFree(session);
      const failed = async (): Promise<void> => {
        for await (const [note] of readings(session).valuesList('note')) throw new Error(`no more than ${note}`);
      };
      expect(await errorFrom(failed)).toEqual(new Error('no more than n0'));
      await expectFree(session);
    };
    await stop(db.session(), false);
    await db.transaction((session) => stop(session, true));
  });

  it('Q12: what is pending is written before the first row is read', async () => {
    await db.transaction(async (session) => {
      const first = await readings(session).first();
      first!.note = 'changed';
      for await (const note of readings(session).valuesList('note', { flat: true })) {
        expect(note).toBe('changed');
        break;
      }
      first!.note = 'n0';
    });
  });

  it('Q12: T8: they stop at a signal and at a timeout, and the connection serves the next query', async () => {
    const controller = new AbortController();
    let seen = 0;
    const aborted = async (): Promise<void> => {
      for await (const row of readings(db.session()).values('id').signal(controller.signal))
        if (++seen === 1) controller.abort(row);
    };
    expect(await errorFrom(aborted)).toBeInstanceOf(QueryAbortedError);
    // The batch that was read is given; no other is.
    expect(seen).toBe(BATCH);
    await expectFree(db.session());
    const late = async (): Promise<void> => {
      // The time of the loop counts, too: it is over when the first batch is.
      const end = performance.now() + 300;
      for await (const _ of readings(db.session()).values('id').timeout(250))
        while (performance.now() < end) await new Promise((resolve) => setImmediate(resolve));
    };
    expect(await errorFrom(late)).toBeInstanceOf(QueryTimeoutError);
    await expectFree(db.session());
  });
});

describe('what listeners hear of a stream', () => {
  /** The events while a function runs, and what it throws. */
  async function heard(run: (session: Session) => Promise<void>): Promise<[StatementEvent[], unknown]> {
    const events: StatementEvent[] = [];
    const listen = (event: unknown): void => void events.push(event as StatementEvent);
    await using session = db.session();
    statementChannel.subscribe(listen);
    try {
      return [events, await errorFrom(() => run(session))];
    } finally {
      statementChannel.unsubscribe(listen);
    }
  }
  const selects = (events: readonly StatementEvent[]) =>
    events
      .filter(({ sql }) => sql.includes('reading'))
      .map(({ sql, runs, error, durationMs }) => ({ sql, runs, error, timed: Number.isFinite(durationMs) }));
  const streamed = (session: Session) => readings(session).values('id');
  const sql = (): string => streamed(db.session()).toSQL().sql;

  it('Q12: O1: one event when it has ended, by its last row or by break', async () => {
    const [whole] = await heard(async (session) => {
      let count = 0;
      for await (const _ of streamed(session)) count++;
      expect(count).toBe(ROWS);
    });
    const one = { sql: sql(), runs: 1, error: undefined, timed: true };
    expect(selects(whole)).toEqual([one]);
    const [left] = await heard(async (session) => {
      for await (const reading of readings(session).iterate({ batchSize: 10 })) if (reading.id > 0) break;
    });
    expect(selects(left)).toEqual([{ ...one, sql: readings(db.session()).toSQL().sql }]);
    const [bounded] = await heard(async (session) => {
      for await (const row of streamed(session).timeout(60_000)) if (row.id > 2) break;
    });
    expect(selects(bounded)).toEqual([one]);
  });

  it('Q12: O1: one event with the error of a stream that fails', async () => {
    const controller = new AbortController();
    const [events, error] = await heard(async (session) => {
      for await (const _ of streamed(session).signal(controller.signal)) controller.abort();
    });
    expect(error).toBeInstanceOf(QueryAbortedError);
    expect(selects(events)).toEqual([{ sql: sql(), runs: 1, error, timed: true }]);
  });
});
