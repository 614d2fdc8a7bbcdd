/** PgBouncer in transaction mode: each transaction may get another connection of the server, and finds it as new. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import pg from 'pg';

import { CommitOutcomeUnknownError, ConfigError, Database, f, model, QueryTimeoutError, sql } from 'blazeorm';
import type { ServerOptions } from 'blazeorm';

import { migrate, runDemo } from '../../examples/chinook/demo.ts';
import { errorOf } from '../support/database.ts';
import { createTestDatabase, describeOn, serverUrl } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

class Owner extends model('owner', {
  id: f.auto(),
  name: f.string({ unique: true }),
  items: f.reverse(() => Item, 'owner'),
}) {}
class Item extends model('item', {
  id: f.auto(),
  name: f.string(),
  size: f.int({ default: 1 }),
  owner: f.foreignKey(() => Owner, { nullable: true }),
}) {}

describeOn('pgbouncer', 'a pool of transactions between', () => {
  let server: TestDatabase;
  let url: string;
  let db: Database;
  const open = (connection: ServerOptions = {}, dsn = url): Promise<Database> =>
    Database.connect(dsn, { models: [Owner], connection });

  /** The database of the same name through PgBouncer. */
  const through = (direct: string): string => {
    const address = new URL(serverUrl('pgbouncer')!);
    address.pathname = new URL(direct).pathname;
    return address.href;
  };

  beforeAll(async () => {
    server = await createTestDatabase('postgres');
    url = through(server.url);
    db = await open();
    await db.createAll();
  });

  afterAll(async () => {
    await db.close();
    await server.drop();
  });

  const clear = async (): Promise<void> => {
    await db.session().sql`TRUNCATE owner, item RESTART IDENTITY`;
  };

  /** Other clients find every connection of the server that PgBouncer has for this database as a new one. */
  const expectNothingLeft = async (): Promise<void> => {
    const admin = new pg.Client(serverUrl('pgbouncer')!.replace(/\/[^/]*$/, '/pgbouncer'));
    await admin.connect();
    const { rows: servers } = await admin.query<{ database: string }>('SHOW SERVERS');
    await admin.end();
    const count = servers.filter(({ database }) => database === server.name).length;
    const clients = Array.from({ length: count }, () => new pg.Client(url));
    const found: unknown[] = [];
    // All of them in a transaction at once: then each has a connection of its own.
    for (const client of clients) {
      await client.connect();
      await client.query('BEGIN');
    }
    for (const client of clients) {
      const { rows } = await client.query(`
        SELECT current_setting('statement_timeout') AS "statementTimeout", current_setting('lock_timeout') AS "lockTimeout",
          current_setting('transaction_read_only') AS "readOnly", current_setting('search_path') AS "searchPath",
          (SELECT count(*)::int FROM pg_prepared_statements) AS statements, (SELECT count(*)::int FROM pg_cursors) AS cursors,
          (SELECT count(*)::int FROM pg_locks WHERE pid = pg_backend_pid() AND locktype = 'advisory') AS locks`);
      found.push(...rows);
    }
    for (const client of clients) await client.end();
    expect(count).toBeGreaterThan(0);
    expect(found).toEqual(
      Array.from({ length: count }, () => ({
        statementTimeout: '0',
        lockTimeout: '0',
        readOnly: 'off',
        searchPath: '"$user", public',
        statements: 0,
        cursors: 0,
        locks: 0,
      })),
    );
  };
  it('A5: S5: sessions, transactions, savepoints, and a flush of 1,000 rows', async () => {
    await clear();
    await db.transaction(async (session) => {
      const owner = new Owner({ name: 'ann' });
      for (let i = 0; i < 1_000; i++) owner.items.create({ name: `n${i}`, size: i });
      session.add(owner);
      await session.flush();
      const error = await errorOf(() =>
        session.transaction((inner) => {
          inner.add(new Owner({ name: 'bob' }), new Owner({ name: 'ann' }));
        }),
      );
      expect(error).toMatchObject({ code: 'E_UNIQUE_VIOLATION', model: 'Owner', fields: ['name'] });
      await session.transaction((inner) => inner.add(new Owner({ name: 'cid' })));
    });
    const session = db.session();
    const owners = await session.query(Owner).prefetchRelated('items').orderBy('id');
    expect(owners.map(({ name, items }) => [name, items.length])).toEqual([
      ['ann', 1_000],
      ['cid', 0],
    ]);
    for (const item of owners[0]!.items) item.size = 0;
    session.delete(owners[1]!);
    await session.commit();
    expect(await db.session().query(Item).filter({ size: 0 }).count()).toBe(1_000);
    expect(await db.session().query(Owner).valuesList('name', { flat: true })).toEqual(['ann']);
  });

  it('A5: T2: what is rolled back is not there, and the same connection goes on', async () => {
    await clear();
    const own = await open({ poolSize: 1 });
    const session = own.session();
    const failed = session.transaction(async () => {
      session.add(new Owner({ name: 'never' }));
      await session.flush();
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    await expect(own.transaction((inner) => inner.sql`SELECT 1 / 0`)).rejects.toMatchObject({ code: 'E_DATABASE' });
    expect(await own.session().query(Owner).count()).toBe(0);
    await own.close();
  });

  it('A5: Q12: rows are read one by one, beside other statements, in a transaction or not', async () => {
    await clear();
    await db.transaction((session) => {
      for (let i = 0; i < 2_500; i++) session.add(new Item({ name: `n${i}`, size: i }));
    });
    const read = async (session: ReturnType<Database['session']>): Promise<number[]> => {
      let [seen, found] = [0, 0];
      for await (const item of session.query(Item).orderBy('id'))
        if (seen++ % 100 === 0) found += await session.query(Item).filter({ id: item.id }).count();
      return [seen, found];
    };
    expect(await read(db.session())).toEqual([2_500, 25]);
    expect(await db.transaction(read)).toEqual([2_500, 25]);
    for await (const item of db.session().query(Item)) if (item.size > 10) break;
    await expectNothingLeft();
  });

  it('A5: more sessions at once than the pooler has connections, each with its own answers', async () => {
    await clear();
    const own = await open({ poolSize: 40 });
    const work = async (i: number): Promise<void> => {
      await own.transaction(async (session) => {
        session.add(new Owner({ name: `o${i}` }));
        await session.flush();
        await session.transaction((inner) => inner.add(new Item({ name: `i${i}`, size: i })));
        expect(
          await session
            .query(Item)
            .filter({ name: `i${i}` })
            .one(),
        ).toMatchObject({ size: i });
      });
      const session = own.session();
      // Queries of different shapes: a statement that is not the connection's own would give another's rows.
      const [owner, item, count] = await Promise.all([
        session
          .query(Owner)
          .filter({ name: `o${i}` })
          .one(),
        session
          .query(Item)
          .filter({ name: `i${i}` })
          .values('name', 'size')
          .first(),
        session.query(Item).filter({ size: i }).count(),
      ]);
      expect([owner.name, item, count]).toEqual([`o${i}`, { name: `i${i}`, size: i }, 1]);
    };
    await Promise.all(Array.from({ length: 200 }, (_, i) => work(i)));
    expect(await own.session().query(Owner).count()).toBe(200);
    await own.close();
    await expectNothingLeft();
  });

  it.each([{ pipeline: true }, { pipeline: false }])(
    'A5: A3: limits of time and read-only hold for each transaction and each statement, and none stays: %o',
    async (sending) => {
      await clear();
      const limited = await open({ ...sending, statementTimeout: 200, lockTimeout: 150, poolSize: 4 });
      const [inside] = await limited.transaction(
        (session) =>
          session.sql`SELECT current_setting('statement_timeout') AS statement, current_setting('lock_timeout') AS lock`,
      );
      expect(inside).toEqual({ statement: '200ms', lock: '150ms' });
      const session = limited.session();
      expect(await errorOf(() => session.sql`SELECT pg_sleep(5)`)).toBeInstanceOf(QueryTimeoutError);
      expect(await errorOf(() => limited.transaction((own) => own.sql`SELECT pg_sleep(5)`))).toBeInstanceOf(
        QueryTimeoutError,
      );
      session.add(new Owner({ name: 'a' }));
      await session.commit();
      // Statements outside of transactions: what they write stays, and what fails does not.
      expect(await session.sql`UPDATE owner SET name = 'b' RETURNING name`).toEqual([{ name: 'b' }]);
      expect(await errorOf(() => session.sql`INSERT INTO owner (name) VALUES ('b')`)).toMatchObject({
        code: 'E_UNIQUE_VIOLATION',
      });
      expect(
        await session
          .query(Owner)
          .update({ name: 'c' })
          .catch((error: Error) => error.message),
      ).toMatch(/every/);
      expect(await session.query(Owner).filter({ name: 'b' }).update({ name: 'c' })).toBe(1);
      expect(await session.query(Owner).valuesList('name', { flat: true })).toEqual(['c']);
      await limited.close();

      const reader = await open({ ...sending, readOnly: true });
      const refused = {
        code: 'E_READ_ONLY',
        message:
          'The database is open for reading only. Write in a transaction without readOnly, on a connection that may write.',
      };
      expect(await errorOf(() => reader.transaction((own) => own.add(new Owner({ name: 'x' }))))).toMatchObject(
        refused,
      );
      expect(await errorOf(() => reader.session().sql`INSERT INTO owner (name) VALUES ('x')`)).toMatchObject(refused);
      expect(await reader.session().query(Owner).count()).toBe(1);
      await reader.close();

      await expectNothingLeft();
    },
  );

  it('A5: A7: dates come right where the database has another style for them', async () => {
    class Day extends model('day', { id: f.auto(), on: f.date(), at: f.datetime() }) {}
    const other = await createTestDatabase('postgres');
    try {
      const direct = await Database.connect(other.url, { models: [Day] });
      await direct.createAll();
      await direct.session().sql`ALTER DATABASE ${sql.id(other.name)} SET DateStyle = 'SQL, DMY'`;
      await direct.close();
      const own = await Database.connect(through(other.url), { models: [Day] });
      const at = new Date('2026-02-03T04:05:06.789Z');
      await own.transaction((session) => session.add(new Day({ on: '2026-02-03', at })));
      expect(await own.session().query(Day).values('on', 'at')).toEqual([{ on: '2026-02-03', at }]);
      await own.close();
    } finally {
      await other.drop();
    }
  });

  it('A5: K3: the Chinook example through it: the same reports as on SQLite', async () => {
    const other = await createTestDatabase('postgres');
    try {
      // Migrations go to the server itself; whoever finds them applied may come this way.
      const direct = await Database.connect(other.url);
      await migrate(direct);
      await direct.close();
      const [here, onSqlite] = [await runDemo(through(other.url), {}), await runDemo('sqlite::memory:', {})];
      expect(JSON.stringify(here.reports)).toBe(JSON.stringify(onSqlite.reports));
    } finally {
      await other.drop();
    }
  });

  it('A5: A2: prepared statements that the server does not know: the error says what to write in the DSN', async () => {
    // Said to be a pool of sessions, and is none: while others hold the connection that has the statement, it is missing.
    const wrong = await open({ pooler: 'session', poolSize: 1 });
    const holder = new pg.Client(url);
    try {
      await wrong.session().query(Owner).count();
      const error = await errorOf(async () => {
        await holder.connect();
        const { pid } = (await wrong.session().sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`)[0]!;
        // PgBouncer hands out the connection that came back last.
        const { rows } = await holder
          .query<{ pid: number }>('BEGIN; SELECT 1')
          .then(() => holder.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'));
        expect(rows[0]!.pid).toBe(pid);
        await wrong.session().query(Owner).count();
      });
      expect(error).toBeInstanceOf(ConfigError);
      expect(error).toMatchObject({
        code: 'E_CONFIG',
        message:
          'PostgreSQL does not have the statements that this connection has prepared. If a pooler stands between, such as PgBouncer in transaction mode, say pooler=transaction in the DSN. Otherwise leave out DEALLOCATE and DISCARD.',
      });
      expect(error.cause).toMatchObject({ code: '26000' });
    } finally {
      await holder.end();
      await wrong.close();
      // What it left behind ends with the connections of the server.
      await db.session().sql`SELECT 1`;
    }
  });

  it('A5: T7: a connection of the server that is lost fails its transaction, and another takes its place', async () => {
    await clear();
    const own = await open({ poolSize: 1 });
    const error = await errorOf(() =>
      own.transaction(async (session) => {
        session.add(new Owner({ name: 'lost' }));
        await session.flush();
        const [row] = await session.sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`;
        await db.session().sql`SELECT pg_terminate_backend(${row!.pid})`;
        await session.query(Owner).count();
      }),
    );
    expect(error).not.toBeInstanceOf(CommitOutcomeUnknownError);
    expect(error).toMatchObject({ code: 'E_CONNECTION' });
    expect(await own.session().query(Owner).count()).toBe(0);
    await own.close();
  });
});
