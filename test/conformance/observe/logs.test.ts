/** What a database tells a logger, on each database. */
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ConfigError, Database, hooks, withCorrelationId } from 'blazeorm';
import type { DatabaseOptions, Session } from 'blazeorm';

import { collectingLogger } from '../../support/collected-logs.ts';
import { engine, errorOf, freshUrl, onEngine } from '../../support/database.ts';
import { leaksOf } from '../../support/leaks.ts';
import { warningsOf } from '../../support/warnings.ts';
import { models, Owner, Pet, SENTINEL } from './pets.ts';

let url: string;
beforeAll(async () => {
  url = await freshUrl();
});

const open = (options: DatabaseOptions): Promise<Database> => Database.connect(url, { models, ...options });

describe('records', () => {
  const { logger, entries } = collectingLogger();
  let db: Database;
  beforeAll(async () => {
    db = await open({ logger });
    await db.createAll();
  });
  beforeEach(() => {
    entries.length = 0;
  });
  afterAll(() => db.close());

  /** What every record has here. */
  const of = (fields: Readonly<Record<string, unknown>>): object => ({
    dialect: engine === 'postgres15' ? 'postgres' : engine,
    database: expect.any(String) as string,
    durationMs: expect.any(Number) as number,
    session: expect.any(Number) as number,
    ...fields,
  });
  const statement = (fields: Readonly<Record<string, unknown>>): object =>
    of({
      event: 'statement',
      sql: expect.any(String) as string,
      fingerprint: expect.stringMatching(/^[\da-f]{16}$/) as string,
      ...fields,
    });

  it('O3: X4: a query is a record: its text, time, rows, fingerprint, session and correlation id', async () => {
    const session = db.session();
    await withCorrelationId('request-7', async () => await session.query(Pet).filter({ name: SENTINEL }));
    await db.session().query(Pet).filter({ name: 'other' });
    const sql = onEngine({
      sqlite: 'SELECT t0."id", t0."name", t0."owner_id" FROM "pet" AS t0 WHERE t0."name" = ?',
      postgres: 'SELECT t0."id", t0."name", t0."owner_id" FROM "pet" AS t0 WHERE t0."name" = $1',
      mysql: 'SELECT t0.`id`, t0.`name`, t0.`owner_id` FROM `pet` AS t0 WHERE t0.`name` = ?',
    });
    const [first, second] = entries;
    expect(first).toEqual([
      'debug',
      'statement',
      statement({ kind: 'read', model: 'Pet', sql, rows: 0, correlationId: 'request-7' }),
    ]);
    expect(second).toEqual(['debug', 'statement', statement({ kind: 'read', model: 'Pet', sql, rows: 0 })]);
    expect(second![2]).toMatchObject({ fingerprint: first![2]['fingerprint'] });
    expect(second![2]['session']).not.toBe(first![2]['session']);
    expect(leaksOf(entries, SENTINEL)).toEqual([]);
  });

  it('O3: a transaction, its flush and its statements have one number', async () => {
    await db.transaction(async (session) => {
      session.add(new Owner({ name: SENTINEL }));
      await session.flush();
      await session.query(Owner).filter({ name: 'x' }).update({ name: SENTINEL });
    });
    const events = entries.map(([level, message, { event, kind }]) => [level, message, event, kind]);
    expect(events).toEqual([
      ['debug', 'statement', 'statement', 'control'],
      ['debug', 'statement', 'statement', 'control'],
      ['debug', 'statement', 'statement', 'write'],
      ['debug', 'flush', 'flush', undefined],
      ['debug', 'statement', 'statement', 'control'],
      ['debug', 'statement', 'statement', 'write'],
      ['debug', 'statement', 'statement', 'control'],
      ['debug', 'transaction committed', 'transaction', undefined],
    ]);
    expect(new Set(entries.map(([, , { transaction }]) => transaction)).size).toBe(1);
    expect(new Set(entries.map(([, , { session }]) => session)).size).toBe(1);
    const [, , flush] = entries.find(([, message]) => message === 'flush')!;
    expect(flush).toEqual(of({ event: 'flush', transaction: expect.any(Number), inserted: 1, updated: 0, deleted: 0 }));
    const [, , last] = entries.at(-1)!;
    expect(last).toEqual(
      of({
        event: 'transaction',
        transaction: expect.any(Number),
        outcome: 'committed',
        nested: false,
        readOnly: false,
      }),
    );
    expect(leaksOf(entries, SENTINEL)).toEqual([]);
  });

  it('O3: X4: what fails is a warning with its class and code, and no value', async () => {
    const insert = (session: Session): void => {
      const owner = new Owner({ name: 'a' });
      session.add(new Pet({ name: SENTINEL, owner }));
    };
    await db.transaction(insert);
    entries.length = 0;
    await errorOf(() => db.transaction(insert));
    const warned = entries.filter(([level]) => level === 'warn');
    expect(warned).toEqual([
      [
        'warn',
        'statement failed',
        statement({
          kind: 'write',
          transaction: expect.any(Number),
          error: { type: 'UniqueViolationError', code: 'E_UNIQUE_VIOLATION', message: expect.any(String) as string },
        }),
      ],
    ]);
    expect(entries.at(-1)).toEqual([
      'debug',
      'transaction rolled back',
      of({
        event: 'transaction',
        transaction: expect.any(Number),
        outcome: 'rolled back',
        nested: false,
        readOnly: false,
        error: expect.objectContaining({ type: 'UniqueViolationError' }) as object,
      }),
    ]);
    expect(leaksOf(entries, SENTINEL)).toEqual([]);
  });

  it('O3: X4: raw SQL is written without its literals, whether it fails or not, and no error quotes them', async () => {
    const raw = (text: string) => errorOf(() => db.session().sql(Object.assign([text], { raw: [text] })));
    await db.session().sql`SELECT id FROM owner WHERE name = 'sentinel-4711' OR id = ${1} OR id = 4711`;
    await db.session().sql`SELECT id FROM owner WHERE name = 'another' OR id = ${1} OR id = 9`;
    const shown = onEngine({
      sqlite: 'SELECT id FROM owner WHERE name = ? OR id = ? OR id = ?',
      postgres: 'SELECT id FROM owner WHERE name = ? OR id = $1 OR id = ?',
    });
    expect(entries.map(([, , { sql }]) => sql)).toEqual([shown, shown]);
    expect(new Set(entries.map(([, , { fingerprint }]) => fingerprint)).size).toBe(1);
    const errors = [
      await raw(`SELECT nope FROM owner WHERE name = '${SENTINEL}'`),
      await raw(`SELECT name nope '${SENTINEL}' FROM owner '${SENTINEL}'`),
      await raw(`INSERT INTO pet (name, owner_id) VALUES ('${SENTINEL}', 987654)`),
    ];
    expect(leaksOf(entries, SENTINEL)).toEqual([]);
    expect(
      leaksOf(
        errors.map(({ message, cause }) => [message, cause]),
        SENTINEL,
      ),
    ).toEqual([]);
  });

  it("O3: X4: an application's own error is told by its class alone", async () => {
    await errorOf(() =>
      db.transaction(async (session) => {
        await session.transaction(() => Promise.reject(new RangeError(SENTINEL)));
      }),
    );
    const ends = entries.filter(([, , { event }]) => event === 'transaction');
    expect(ends.map(([level, message, { nested, error }]) => [level, message, nested, error])).toEqual([
      ['debug', 'nested transaction rolled back', true, { type: 'RangeError' }],
      ['debug', 'transaction rolled back', false, { type: 'RangeError' }],
    ]);
    expect(leaksOf(entries, SENTINEL)).toEqual([]);
  });

  it('O3: what nobody else is told is an error: a hook that fails after the commit', async () => {
    const stop = hooks.on('afterCommit', () => {
      throw new Error('after');
    });
    const warnings = await warningsOf(() => db.transaction((session) => session.add(new Owner({ name: 'b' }))));
    stop();
    expect(warnings).toHaveLength(1);
    const told = entries.filter(([level]) => level === 'error');
    expect(told.map(([, message, { event, code }]) => [message.split('\n')[0], event, code])).toEqual([
      ["A hook of 'afterCommit' failed: Error: after", 'fault', 'BLAZE_HOOK'],
    ]);
  });

  it('O3: a warning of the library is one of the logger too', async () => {
    const session = db.session();
    session.add(new Owner({ name: 'pending' }));
    const warnings = await warningsOf(() => session.query(Owner).count());
    await session.rollback();
    expect(warnings).toHaveLength(1);
    expect(
      entries.filter(([level]) => level === 'warn').map(([, message, { event, code }]) => [message, event, code]),
    ).toEqual([[warnings[0]!.slice('BLAZE_UNWRITTEN: '.length), 'warning', 'BLAZE_UNWRITTEN']]);
  });

  it('O3: a stream is told when it ends', async () => {
    for await (const owner of db.session().query(Owner).iterate()) expect(owner.name).toBeTypeOf('string');
    const reads = entries.filter(([, , { kind }]) => kind === 'read');
    expect(reads).toHaveLength(1);
    expect(reads[0]![2]['rows']).toBe(await db.session().query(Owner).count());
  });
});

describe('any logger', () => {
  it('O3: pino writes lines of its own, with its own fields and level', async () => {
    const lines: string[] = [];
    const logger = pino({ level: 'debug', base: { app: 'shop' } }, { write: (line: string) => void lines.push(line) });
    await using db = await open({ logger: logger.child({ part: 'db' }) });
    await db.createAll();
    lines.length = 0;
    const error = await errorOf(() => db.session().sql`SELECT nothing FROM nowhere WHERE a = ${SENTINEL}`);
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({
        level: 40,
        app: 'shop',
        part: 'db',
        msg: 'statement failed',
        event: 'statement',
        error: { type: error.name, code: 'E_DATABASE', message: error.message },
      }),
    ]);
    lines.length = 0;
    logger.level = 'silent';
    const quiet = pino({ level: 'warn' }, { write: (line: string) => void lines.push(line) });
    await using other = await open({ logger: quiet });
    await other.createAll();
    await other.session().query(Owner).count();
    expect(quiet.level).toBe('warn');
    expect(lines).toEqual([]);
  });

  it('O3: a logger that throws is reported once, and every query answers', async () => {
    const fail = (): never => {
      throw new TypeError('disk full');
    };
    const logger = { debug: fail, info: fail, warn: fail, error: fail };
    let names: unknown;
    let refused: unknown;
    const warnings = await warningsOf(async () => {
      await using db = await open({ logger });
      await db.createAll();
      await db.transaction((session) => session.add(new Owner({ name: 'kept' })));
      names = await db.session().query(Owner).filter({ name: 'kept' }).valuesList('name', { flat: true });
      refused = await errorOf(() => db.session().sql`SELECT nothing FROM nowhere`);
    });
    expect(names).toEqual(['kept']);
    expect(refused).toMatchObject({ code: 'E_DATABASE' });
    expect(warnings).toEqual(['BLAZE_LOGGER: The logger failed, and is not reported again: TypeError: disk full']);
  });

  it('O3: what is no logger is refused before anything is opened', async () => {
    for (const logger of ['pino', 1, {}, () => 1]) {
      const error = await errorOf(() => open({ logger: logger as unknown as NonNullable<DatabaseOptions['logger']> }));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(
        "The option 'logger' is an object with the methods debug, info, warn and error, as pino's.",
      );
    }
  });
});
