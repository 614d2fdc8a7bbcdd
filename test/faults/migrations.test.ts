/** Migrations whose processes die, at any point, or meet others: real processes, on every database. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Database } from 'blazeorm';
import { MigrationEngine, MigrationLockError, readMigrations } from 'blazeorm/schema';
import type { Migration } from 'blazeorm/schema';

import { errorOf } from '../support/database.ts';
import { pictureOf } from '../support/live-picture.ts';
import { createTestDatabase, describeOn, serverUrl } from '../support/test-database.ts';
import { migratorsOf } from './migrations/child.ts';
import type { Message, Orders } from './migrations/child.ts';
import { PARTS, REBUILDING } from './migrations/rebuilding.ts';
import { HOLDING, TWELVE } from './migrations/twelve.ts';

const migrators = await migratorsOf({
  '0001_twelve': TWELVE,
  '0002_holding': HOLDING,
  '0003_parts': PARTS,
  '0004_rebuilding': REBUILDING,
});
// The modules of that folder import the compiled source, which is a copy of this one.
const files = await readMigrations(migrators.folder);
const twelve = files.filter(({ name }) => name === '0001_twelve');
const rebuilding = files.filter(({ name }) => name === '0003_parts' || name === '0004_rebuilding');
const holding = files.filter(({ name }) => name === '0002_holding');

/** Every so many statements a process is killed; 1 shows each of them, and takes many minutes. */
const STRIDE = Number(process.env['BLAZE_KILL_STRIDE'] ?? 5);

const ROWS = [
  { name: 'Ann', visits: 11 },
  { name: 'Bob', visits: 11 },
  { name: 'Cid', visits: 11 },
  { name: 'Dan', visits: 11 },
  { name: 'Eve', visits: 11 },
  { name: 'Zoe', visits: 110 },
];

const suites = {
  sqlite: () => {
    const folder = mkdtempSync(join(tmpdir(), 'blaze-migrated-'));
    return { url: `sqlite:${join(folder, 'app.db')}`, drop: () => rmSync(folder, { recursive: true }) };
  },
  postgres: () => createTestDatabase('postgres'),
  mysql: () => createTestDatabase('mysql'),
  mariadb: () => createTestDatabase('mariadb'),
};

for (const [name, create] of Object.entries(suites) as [keyof typeof suites, (typeof suites)['mysql']][]) {
  const suite = (): void => {
    let made: Awaited<ReturnType<typeof create>>;
    let db: Database;
    let url: string;
    const engine = (migrations: readonly Migration[], options = {}): MigrationEngine =>
      new MigrationEngine(db, migrations, { wait: 60_000, ...options });
    const rows = (): Promise<unknown> => db.session().sql`SELECT name, visits FROM author ORDER BY name`;

    beforeAll(async () => {
      made = await create();
      url = made.url;
      db = await Database.connect(url);
    });
    afterAll(async () => {
      await db.close();
      await made.drop();
    });

    /** Kill a process after each of its statements; what it was to do is gone on with here, and then looked at. */
    const killAtEach = async (
      call: Orders['call'],
      prepare: () => Promise<unknown>,
      look: () => Promise<void>,
    ): Promise<void> => {
      const orders = { url, call, migrations: ['0001_twelve'] } as const;
      for (let after = 1; ; after += STRIDE) {
        await prepare();
        const { messages, signal } = await migrators.start({ ...orders, die: { after, late: after % 2 === 0 } }).ended;
        expect(messages.filter(({ kind }) => kind === 'failed')).toEqual([]);
        // It has come to its end, and is left alone.
        if (signal === null) break;
        expect(signal).toBe('SIGKILL');
        await engine(twelve)[call]({ force: true });
        await look();
      }
    };

    it(
      'G5: a migration is killed at every statement, and goes on to the same schema, rows and record',
      { timeout: 600_000 },
      async () => {
        await engine(twelve).migrate({ force: true });
        const whole = await pictureOf(db);
        expect(await rows()).toEqual(ROWS);
        await killAtEach(
          'migrate',
          () => engine(twelve).rollback({ force: true }),
          async () => {
            expect(await pictureOf(db)).toEqual(whole);
            expect(await rows()).toEqual(ROWS);
            expect(await engine(twelve).recorded()).toEqual([
              { name: '0001_twelve', checksum: twelve[0]!.checksum, state: 'applied', done: 0, at: expect.any(Date) },
            ]);
          },
        );
      },
    );

    it(
      'G5: a rollback is killed at every statement, and goes on until nothing is left',
      { timeout: 600_000 },
      async () => {
        await engine(twelve).rollback({ force: true });
        const empty = await pictureOf(db);
        await killAtEach(
          'rollback',
          () => engine(twelve).migrate({ force: true }),
          async () => {
            expect(await pictureOf(db)).toEqual(empty);
            expect(await engine(twelve).recorded()).toEqual([]);
          },
        );
      },
    );

    it('G4: eight processes at once apply each step once', { timeout: 300_000 }, async () => {
      await engine(twelve).rollback({ force: true });
      const running = Array.from({ length: 8 }, () =>
        migrators.start({ url, call: 'migrate', migrations: ['0001_twelve'] }),
      );
      const ended = await Promise.all(running.map((migrator) => migrator.ended));
      const messages = ended.flatMap((end) => end.messages);
      expect(messages.filter(({ kind }) => kind === 'failed')).toEqual([]);
      const steps = messages.filter(
        (message): message is Extract<Message, { kind: 'step' }> => message.kind === 'step',
      );
      expect(steps.map(({ done }) => done)).toEqual(steps.map((_, i) => i));
      expect(steps.length).toBeGreaterThanOrEqual(12);
      expect(await rows()).toEqual(ROWS);
      await engine(twelve).rollback({ force: true });
    });

    it(
      'G4: who waits for a lock in vain says so; the lock goes with the process that had it',
      { timeout: 120_000 },
      async () => {
        process.env['BLAZE_HOLD'] = '1';
        const table = 'blaze_held';
        const holder = migrators.start({ url, call: 'migrate', engine: { table }, migrations: ['0002_holding'] });
        delete process.env['BLAZE_HOLD'];
        await holder.until('holding');
        const error = await errorOf(() => engine(holding, { table, wait: 200 }).migrate());
        expect(error).toBeInstanceOf(MigrationLockError);
        expect(error.message).toBe(
          'Somebody else is migrating this database. Wait for the end of that; if it died, its lock goes with its connection, once the server has noticed.',
        );
        holder.kill();
        await holder.ended;
        await engine(holding, { table }).migrate();
        expect((await engine(holding, { table }).status()).map(({ state }) => state)).toEqual(['applied']);
        await engine(holding, { table }).rollback({ force: true });
      },
    );
  };
  if (name === 'sqlite')
    describe(`${name} · migrations of processes`, () => {
      suite();
    });
  else describeOn(name, 'migrations of processes', suite);
}

describe('sqlite · a table that is made anew', () => {
  it(
    'G8: its process is killed at every statement, and the table is as before, or as after',
    { timeout: 300_000 },
    async () => {
      const { url, drop } = suites.sqlite();
      const db = await Database.connect(url);
      const { sql } = db.session();
      const engine = new MigrationEngine(db, rebuilding, { wait: 60_000 });
      const seen = async (): Promise<unknown> => [
        await pictureOf(db),
        await sql`SELECT id, name, CAST(size AS text) AS size FROM part ORDER BY id`,
        await sql`SELECT id, part_id FROM usage ORDER BY id`,
        await sql`SELECT name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY name`,
      ];
      await engine.migrate({ force: true });
      const after = await seen();
      await engine.rollback({ to: '0003_parts', force: true });
      const outcomes = new Set<string>();
      for (let dieAfter = 1; ; dieAfter++) {
        await engine.rollback({ to: '0003_parts', force: true });
        const before = await seen();
        const orders = { url, call: 'migrate', migrations: rebuilding.map(({ name }) => name) } as const;
        const { messages, signal } = await migrators.start({ ...orders, die: { after: dieAfter, late: false } }).ended;
        expect(messages.filter(({ kind }) => kind === 'failed')).toEqual([]);
        if (signal === null) break;
        const found = await seen();
        const isDone = JSON.stringify(found) === JSON.stringify(after);
        expect(found).toEqual(isDone ? after : before);
        outcomes.add(isDone ? 'after' : 'before');
        await engine.migrate({ force: true });
        expect(await seen()).toEqual(after);
      }
      expect([...outcomes]).toEqual(['before', 'after']);
      await db.close();
      drop();
    },
  );
});

describeOn('pgbouncer', 'migrations through a pooler of transactions', () => {
  it('G4: are refused by name, and nothing is done', async () => {
    const made = await createTestDatabase('postgres');
    const address = new URL(serverUrl('pgbouncer')!);
    address.pathname = new URL(made.url).pathname;
    const db = await Database.connect(address.href);
    const engine = new MigrationEngine(db, twelve);
    expect(await errorOf(() => engine.migrate())).toMatchObject({
      code: 'E_UNSUPPORTED',
      feature: 'migrations through a pooler of transactions',
      message:
        'Migrations need a connection of their own, and a pooler stands between that lends one for each transaction, as PgBouncer does. Give migrations a DSN of the server itself, or say pooler=session if the pooler lends whole sessions.',
    });
    expect(await engine.recorded()).toEqual([]);
    await db.close();
    await made.drop();
  });
});

describeOn('galera', 'migrations of a cluster', () => {
  it('G4: are refused by name, unless all are said to go over one server', async () => {
    const url = new URL(serverUrl('galera')!.replace(/@([^,/]+)[^/]*/, '@$1'));
    const name = `blaze_migrated_${process.pid}`;
    const server = await Database.connect(url.href);
    await server.session().sql`CREATE DATABASE ${server.session().sql.id(name)}`;
    url.pathname = `/${name}`;
    const db = await Database.connect(url.href);
    expect(await errorOf(() => new MigrationEngine(db, twelve).migrate())).toMatchObject({
      code: 'E_UNSUPPORTED',
      feature: 'a lock for migrations in a cluster',
      message:
        'The server is one of a cluster, where the lock of MariaDB keeps nobody out who migrates over another server. Migrate over one server, always the same, and say so: { sameServer: true }.',
    });
    const engine = new MigrationEngine(db, twelve, { sameServer: true });
    await engine.migrate({ force: true });
    expect((await engine.status()).map(({ state }) => state)).toEqual(['applied']);
    await db.close();
    await server.session().sql`DROP DATABASE ${server.session().sql.id(name)}`;
    await server.close();
  });
});
