/** What PostgreSQL does that the conformance cases do not show: pools, aborted transactions, lost connections, its errors. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  AcquireTimeoutError,
  ConnectionError,
  Database,
  f,
  index,
  model,
  TransactionAbortedError,
  unique,
} from 'blazeorm';
import type { DatabaseOptions } from 'blazeorm';

import { errorOf } from '../support/database.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { createTestDatabase, describeOn, serverUrl } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

class Owner extends model('owner', {
  id: f.auto(),
  name: f.string({ unique: true }),
  items: f.reverse(() => Item, 'owner'),
  friends: f.manyToMany(() => Owner),
}) {}
class Item extends model(
  'item',
  {
    id: f.auto(),
    name: f.string({ maxLength: 20 }),
    size: f.int({ default: 1 }),
    owner: f.foreignKey(() => Owner, { nullable: true }),
  },
  { constraints: [unique('name', 'size')], indexes: [index('size', { where: { size: 5 } })] },
) {}

describeOn('postgres', 'the adapter', () => {
  let server: TestDatabase;
  let db: Database;
  const open = (options: DatabaseOptions = {}): Promise<Database> =>
    Database.connect(server.url, { models: [Owner], ...options });

  beforeAll(async () => {
    server = await createTestDatabase('postgres');
    db = await open();
    await db.createAll();
    await db.createAll();
  });

  afterAll(async () => {
    await db.close();
    await server.drop();
  });

  const clear = async (): Promise<void> => {
    const session = db.session();
    await session.sql`TRUNCATE owner, item RESTART IDENTITY CASCADE`;
  };

  it('A1: L1: relations that are asked for side by side take one connection, and give it back after an error', async () => {
    await clear();
    const small = await open({ connection: { poolSize: 1, acquireTimeout: 2_000 } });
    await small.transaction((session) => {
      const owner = new Owner({ name: 'Ann' });
      session.add(new Item({ name: 'a', owner }), new Item({ name: 'b', owner }));
    });
    const [owner] = await small.session().query(Owner).prefetchRelated('items.owner', 'items');
    expect(owner!.items.map((item) => item.name)).toEqual(['a', 'b']);
    await small.session().sql`ALTER TABLE item RENAME TO hidden`;
    const failed = await errorOf(() =>
      small.session().query(Owner).prefetchRelated('items', 'friends.items').timeout(5_000),
    );
    expect(failed).toMatchObject({ code: 'E_DATABASE' });
    await small.session().sql`ALTER TABLE hidden RENAME TO item`;
    expect(await small.session().query(Item).count()).toBe(2);
    await small.close();
  });

  it('A2: A3: what cannot be connected to is a ConnectionError that says what to look at, without the password', async () => {
    const url = new URL(server.url);
    const changed = (change: (copy: URL) => void): string => {
      const copy = new URL(url);
      change(copy);
      return copy.href;
    };
    const cases: [string, string][] = [
      [changed((copy) => (copy.password = 'S3NT1NEL')), 'The server refused user and password. Check them in the DSN.'],
      [
        changed((copy) => (copy.pathname = '/nowhere')),
        'The database does not exist. Create it, or check its name in the DSN.',
      ],
      [
        changed((copy) => (copy.port = '1')),
        'No server answers there. Check host and port in the DSN, and that the server runs.',
      ],
      [changed((copy) => (copy.hostname = 'host.invalid')), 'The host is unknown. Check the host in the DSN.'],
    ];
    for (const [dsn, message] of cases) {
      const error = await errorOf(() => Database.connect(dsn));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ code: 'E_CONNECTION', message });
      expect(`${error.message}${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toContain('S3NT1NEL');
    }
  });

  it('T2: a transaction that the server has aborted cannot commit, and nothing of it is kept', async () => {
    await clear();
    const error = await errorOf(() =>
      db.transaction(async (session) => {
        session.add(new Owner({ name: 'never' }));
        await session.flush();
        await session.sql`SELECT 1 / 0`.catch(() => undefined);
      }),
    );
    expect(error).toBeInstanceOf(TransactionAbortedError);
    expect(await db.session().query(Owner).count()).toBe(0);
    // In a savepoint the error ends only that.
    await db.transaction(async (session) => {
      session.add(new Owner({ name: 'kept' }));
      await errorOf(() => session.transaction(() => session.sql`SELECT 1 / 0`));
    });
    expect(await db.session().query(Owner).valuesList('name', { flat: true })).toEqual(['kept']);
  });

  it('S8: V2: a failed flush inside a transaction leaves it usable; constraints are named by model and fields', async () => {
    await clear();
    await db.transaction((session) => session.add(new Owner({ name: 'taken' }), new Item({ name: 'a' })));
    await db.transaction(async (session) => {
      const cases: [Owner | Item, object][] = [
        [
          new Owner({ name: 'taken' }),
          {
            code: 'E_UNIQUE_VIOLATION',
            model: 'Owner',
            fields: ['name'],
            message: 'A row with the same owner.name exists (Owner.name).',
          },
        ],
        [new Item({ name: 'a' }), { code: 'E_UNIQUE_VIOLATION', model: 'Item', fields: ['name', 'size'] }],
        [new Item({ name: 'b', owner: 99 }), { code: 'E_FOREIGN_KEY_VIOLATION', model: 'Item', field: 'owner' }],
      ];
      for (const [entity, expected] of cases) {
        session.add(entity);
        expect(await errorOf(() => session.flush())).toMatchObject(expected);
        session.delete(entity);
      }
      session.add(new Owner({ name: 'free' }));
    });
    expect(await db.session().query(Owner).orderBy('id').valuesList('name', { flat: true })).toEqual(['taken', 'free']);
  });

  it('S5: M7: keys come back to the right entities: many rows, given keys among them, writers beside', async () => {
    await clear();
    const write = (prefix: string): Promise<Owner[]> =>
      db.transaction((session) => {
        const owners = Array.from(
          { length: 500 },
          (_, i) =>
            new Owner({
              name: `${prefix}${i}`,
              ...(i % 100 === 7 ? { id: 1_000_000 + i + prefix.codePointAt(0)! * 1000 } : {}),
            }),
        );
        session.add(...owners);
        return owners;
      });
    const all = (await Promise.all(['a', 'b', 'c', 'd'].map(write))).flat();
    const stored = new Map(
      (await db.session().query(Owner).values('id', 'name')).map(({ id, name }) => [id, name] as const),
    );
    expect(stored.size).toBe(2_000);
    for (const { id, name } of all) expect(stored.get(id)).toBe(name);
  });

  it('A1: whoever finds the pool exhausted learns who holds it, and the pool goes on', async () => {
    const small = await open({ connection: { poolSize: 2, acquireTimeout: 150 } });
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let begun = 0;
    const holders = [1, 2].map(() =>
      small.transaction(async () => {
        begun++;
        await held;
      }),
    );
    while (begun < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    const error = await errorOf(() => small.session().query(Owner).count());
    expect(error).toBeInstanceOf(AcquireTimeoutError);
    expect(error.message).toBe(
      'No connection for a query within 150 ms: all 2 are held by 2 × a transaction. Is a query of another session awaited inside a transaction? Use its own session there, make transactions shorter, or raise poolSize.',
    );
    release();
    await Promise.all(holders);
    const counts = await Promise.all(Array.from({ length: 20 }, () => small.session().query(Owner).count()));
    expect(new Set(counts).size).toBe(1);
    await small.close();
  });

  it('A1: A3: connectTimeout holds until the connection is of use, not only for the greeting', async () => {
    const proxy = await TcpProxy.to(server.url);
    try {
      proxy.freezeAt('server_version_num');
      const dsn = proxy.through(server.url);
      expect(await errorOf(() => Database.connect(dsn, { connection: { connectTimeout: 200 } }))).toMatchObject({
        code: 'E_CONNECTION',
      });
    } finally {
      await proxy.close();
    }
  });

  it('A1: close() lets a transaction that is under way end, and no longer than that', async () => {
    await clear();
    const own = await open({ connection: { acquireTimeout: 60_000 } });
    let closing: Promise<void> | undefined;
    await own.transaction(async (session) => {
      session.add(new Owner({ name: 'last' }));
      await session.flush();
      closing = own.close();
    });
    await closing;
    expect(await db.session().query(Owner).valuesList('name', { flat: true })).toEqual(['last']);
    expect(await errorOf(() => own.session().query(Owner).count())).toMatchObject({ code: 'E_CONNECTION' });
  });

  it('T7: a connection that the server ends fails its transaction, and another takes its place', async () => {
    await clear();
    const own = await open({ connection: { poolSize: 1 } });
    const error = await errorOf(() =>
      own.transaction(async (session) => {
        session.add(new Owner({ name: 'lost' }));
        await session.flush();
        const [row] = await session.sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`;
        await db.session().sql`SELECT pg_terminate_backend(${row!.pid})`;
        await session.query(Owner).count();
      }),
    );
    expect(error).toBeInstanceOf(ConnectionError);
    expect(await own.session().query(Owner).count()).toBe(0);
    await own.close();
  });

  it('T1: isolation and read-only take effect in the server', async () => {
    await clear();
    const [level] = await db.transaction(
      (session) => session.sql`SELECT current_setting('transaction_isolation') AS level`,
      {
        isolation: 'repeatable read',
      },
    );
    expect(level).toEqual({ level: 'repeatable read' });
    const error = await errorOf(() =>
      db.transaction((session) => session.add(new Owner({ name: 'x' })), { readOnly: true }),
    );
    expect(error).toMatchObject({ code: 'E_READ_ONLY' });
    expect(await errorOf(() => db.transaction(() => 1, { isolation: 'snapshot' as never }))).toMatchObject({
      code: 'E_INVALID_QUERY',
    });
  });

  it('A3: settings of the connection have an effect: read only, and a limit of time, after which the session is usable', async () => {
    await clear();
    const own = await open({ connection: { readOnly: true, statementTimeout: 100, poolSize: 1 } });
    const session = own.session();
    session.add(new Owner({ name: 'x' }));
    expect(await errorOf(() => session.commit())).toMatchObject({
      code: 'E_READ_ONLY',
      message:
        'The database is open for reading only. Write in a transaction without readOnly, on a connection that may write.',
    });
    expect(await errorOf(() => own.session().sql`SELECT pg_sleep(5)`)).toMatchObject({ code: 'E_QUERY_TIMEOUT' });
    expect(await own.session().query(Owner).count()).toBe(0);
    await own.close();
  });

  it('T4: a transaction that cannot be serialised is run again, on a fresh session', async () => {
    await clear();
    await db.transaction((session) => session.add(new Owner({ name: 'counter' }), new Item({ name: 'n', size: 0 })));
    let runs = 0;
    const add = (): Promise<void> =>
      db.transaction(
        async (session) => {
          runs++;
          const item = await session.query(Item).one();
          await new Promise((resolve) => setTimeout(resolve, 20));
          item.size++;
        },
        { isolation: 'serializable', retry: 10 },
      );
    await Promise.all([add(), add(), add()]);
    expect(runs).toBeGreaterThan(3);
    expect((await db.session().query(Item).one()).size).toBe(3);
  });

  it('a table that was altered is read again, with statements prepared anew', async () => {
    await clear();
    const session = db.session();
    const read = () => session.sql`SELECT * FROM item`;
    expect(await read()).toEqual([]);
    await session.sql`ALTER TABLE item ADD COLUMN extra integer`;
    expect(await read()).toEqual([]);
    await session.sql`ALTER TABLE item DROP COLUMN extra`;
    expect(await read()).toEqual([]);
  });

  it('Q12: rows are read one by one, beside other statements, in a transaction or not', async () => {
    await clear();
    await db.transaction((session) => {
      for (let i = 0; i < 2_500; i++) session.add(new Item({ name: `n${i}`, size: i }));
    });
    const session = db.session();
    let seen = 0;
    let found = 0;
    for await (const item of session.query(Item).orderBy('id')) {
      if (seen++ % 100 === 0) found += await session.query(Item).filter({ id: item.id }).count();
    }
    expect([seen, found]).toEqual([2_500, 25]);
    await db.transaction(async (own) => {
      for await (const item of own.query(Item).orderBy('id')) {
        item.size += 10_000;
        if (item.id === 5) break;
      }
    });
    expect(
      await session
        .query(Item)
        .filter((i) => i.size.gte(10_000))
        .count(),
    ).toBe(5);
  });

  it('G1: what was created is dropped, with tables that refer to each other', async () => {
    class Team extends model('team', { id: f.auto(), captain: f.foreignKey(() => Player, { nullable: true }) }) {}
    class Player extends model('player', { id: f.auto(), team: f.foreignKey(() => Team) }) {}
    const own = await open({ models: [Team] });
    await own.createAll();
    await own.createAll();
    await own.transaction((session) => {
      const team = new Team({});
      team.captain = new Player({ team });
      session.add(team);
    });
    expect(
      await own
        .session()
        .query(Team)
        .filter((t) => t.captain.team.id.eq(t.id))
        .count(),
    ).toBe(1);
    await own.dropAll({ confirm: true });
    expect(await own.session().sql`SELECT to_regclass('team') AS t, to_regclass('player') AS p`).toEqual([
      { t: null, p: null },
    ]);
    await own.close();
  });

  it('X4: nothing of the password shows in the database, its adapter or their errors', async () => {
    const { inspect } = await import('node:util');
    const { password } = new URL(serverUrl('postgres')!);
    const marked = await open();
    expect(inspect(marked, { depth: 12, showHidden: true })).not.toContain(`'${password}'`);
    const { config, models } = marked.toJSON();
    expect(JSON.stringify({ marked, session: marked.session() })).toBe(
      JSON.stringify({ marked: { config, models }, session: {} }),
    );
    expect(config).toMatch(/^postgres:\/\/\*\*\*@/);
    expect(models).toContain('Item');
    await marked.close();
  });
});
