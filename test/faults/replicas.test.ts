/** A real standby that streams from the primary: who reads where, and what is left of that when one of them fails. */
import { inspect } from 'node:util';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';

import {
  CommitOutcomeUnknownError,
  ConfigError,
  ConnectionConfig,
  ConnectionError,
  Database,
  f,
  model,
  sql,
} from 'blazeorm';
import type { DatabaseOptions, Session } from 'blazeorm';

import { errorOf } from '../support/database.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { createTestDatabase, describeOn, serverUrl } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

class Owner extends model('owner', {
  id: f.auto(),
  name: f.string({ unique: true }),
  items: f.reverse(() => Item, 'owner'),
}) {}
class Item extends model('item', { id: f.auto(), name: f.string(), owner: f.foreignKey(() => Owner) }) {}

describeOn('replica', 'reads from replicas', () => {
  let server: TestDatabase;
  /** The database of this file on the standby. */
  let standbyUrl: string;
  let primary: pg.Client;
  let standby: pg.Client;
  const opened: Database[] = [];
  const warnings: Error[] = [];
  const note = (warning: Error & { code?: string }): void => {
    if (warning.code === 'BLAZE_REPLICA') warnings.push(warning);
  };

  const named = (url: string, name: string, options = ''): string => `${url}?applicationName=${name}${options}`;
  const open = async (replicas: string[], options: DatabaseOptions = {}): Promise<Database> => {
    const db = await Database.connect(named(server.url, 'primary'), { models: [Owner], replicas, ...options });
    opened.push(db);
    return db;
  };
  const replica = (name = 'replica', options = ''): string => named(standbyUrl, name, options);

  /** The name under which a read has come to its server. */
  const where = async (session: Session, using?: 'primary' | 'replica'): Promise<string> => {
    const query = using === undefined ? session.query(Owner) : session.query(Owner).using(using);
    return (await query.values(() => ({ name: sql<string>`current_setting('application_name')` })).first())!.name;
  };
  const isReadFrom = (db: Database, name: string): Promise<void> =>
    vi.waitFor(async () => expect(await where(db.session())).toBe(name), { timeout: 20_000, interval: 10 });

  /** Until the standby has what the primary has now. */
  const caughtUp = async (): Promise<void> => {
    const { rows } = await primary.query<{ at: string }>('SELECT pg_current_wal_insert_lsn() AS at');
    await vi.waitFor(
      async () => {
        const { rows: there } = await standby.query('SELECT pg_last_wal_replay_lsn() >= $1::pg_lsn AS yes', [
          rows[0]!.at,
        ]);
        expect(there).toEqual([{ yes: true }]);
      },
      { timeout: 20_000, interval: 10 },
    );
  };

  beforeAll(async () => {
    server = await createTestDatabase('postgres');
    const url = new URL(serverUrl('replica')!);
    url.pathname = `/${server.name}`;
    standbyUrl = url.href;
    primary = new pg.Client(server.url);
    standby = new pg.Client(serverUrl('replica'));
    await Promise.all([primary.connect(), standby.connect()]);
    await using db = await Database.connect(server.url, { models: [Owner] });
    await db.createAll();
    process.on('warning', note);
  });

  beforeEach(async () => {
    await primary.query('TRUNCATE owner, item RESTART IDENTITY');
    await primary.query("INSERT INTO owner (name) VALUES ('ann')");
    await caughtUp();
    warnings.length = 0;
  });

  afterEach(async () => {
    await standby.query('SELECT pg_wal_replay_resume()');
    await Promise.all(opened.splice(0).map((db) => db.close()));
  });

  afterAll(async () => {
    process.off('warning', note);
    await Promise.all([primary.end(), standby.end()]);
    await server.drop();
  });

  it('A6: reads outside of transactions go to the replicas in turn, everything else to the primary', async () => {
    const db = await open([replica('one'), replica('two')]);
    const session = db.session();
    expect([await where(session), await where(session), await where(session)]).toEqual(['one', 'two', 'one']);
    expect([await where(session, 'primary'), await where(session, 'replica')]).toEqual(['primary', 'two']);
    expect([await where(db.session({ using: 'primary' })), await where(db.session({ using: 'replica' }))]).toEqual([
      'primary',
      'one',
    ]);
    expect(await where(db.session({ using: 'primary' }), 'replica')).toBe('two');

    expect(await db.transaction((own) => where(own))).toBe('primary');
    expect(await db.transaction((own) => where(own, 'replica'))).toBe('primary');
    expect(await db.transaction((own) => where(own), { readOnly: true })).toBe('primary');
    expect(await session.sql`SELECT current_setting('application_name') AS name`).toEqual([{ name: 'primary' }]);
    expect(await session.query(Owner).filter({ name: 'ann' }).update({ name: 'bob' })).toBe(1);
    const [bob] = await session.query(Owner);
    expect(bob!.name).toBe('bob');
    expect(await errorOf(() => session.query(Owner).using('main' as never))).toMatchObject({
      code: 'E_INVALID_QUERY',
      message: "using() takes 'primary' or 'replica'.",
    });
    const { sql: text } = session.query(Owner).using('primary').toSQL();
    expect(text).toBe(session.query(Owner).toSQL().sql);
  });

  it('A6: streams, values and relations that are prefetched come from where the query reads', async () => {
    const db = await open([replica()]);
    await db.transaction((session) => session.add(new Item({ name: 'a', owner: 1 })));
    await caughtUp();
    await isReadFrom(db, 'replica');
    await standby.query('SELECT pg_wal_replay_pause()');
    await primary.query("INSERT INTO owner (name) VALUES ('new'); INSERT INTO item (name, owner_id) VALUES ('b', 1)");
    const seen = async (using: 'primary' | 'replica'): Promise<unknown> => {
      const all = db.session().query(Owner).using(using).orderBy('id');
      const streamed: [string, number][] = [];
      for await (const { name, items } of all.prefetchRelated('items')) streamed.push([name, items.length]);
      const prefetched = await db.session().query(Owner).using(using).prefetchRelated('items').orderBy('id');
      return [
        streamed,
        prefetched.map(({ name, items }) => [name, items.length]),
        await all.valuesList('name', { flat: true }),
        [await all.count(), await all.filter({ name: 'new' }).exists()],
      ];
    };
    const [ann, fresh] = [
      ['ann', 2],
      ['new', 0],
    ];
    expect(await seen('primary')).toEqual([
      [ann, fresh],
      [ann, fresh],
      ['ann', 'new'],
      [2, true],
    ]);
    expect(await seen('replica')).toEqual([[['ann', 1]], [['ann', 1]], ['ann'], [1, false]]);
  });

  it('A6: own writes are read back: by flush, transaction, update, delete and raw SQL, while the replica stands still', async () => {
    const db = await open([replica()]);
    await isReadFrom(db, 'replica');
    await standby.query('SELECT pg_wal_replay_pause()');
    const names = (session: Session = db.session()): Promise<string[]> =>
      session.query(Owner).orderBy('id').valuesList('name', { flat: true }).all();

    const session = db.session();
    session.add(new Owner({ name: 'flush' }));
    await session.commit();
    expect([await names(), await where(db.session())]).toEqual([['ann', 'flush'], 'primary']);
    // What it has not is for those to read who do not mind.
    expect([await names(db.session({ using: 'replica' })), await where(session, 'replica')]).toEqual([
      ['ann'],
      'replica',
    ]);

    await db.transaction((own) => own.add(new Owner({ name: 'transaction' })));
    expect(await names()).toEqual(['ann', 'flush', 'transaction']);
    await session.query(Owner).filter({ name: 'flush' }).update({ name: 'update' });
    expect(await names()).toEqual(['ann', 'update', 'transaction']);
    await session.query(Owner).filter({ name: 'transaction' }).delete();
    expect(await names()).toEqual(['ann', 'update']);
    await session.sql`INSERT INTO owner (name) VALUES ('raw')`;
    expect([await names(), (await db.session().get(Owner, 4))?.name]).toEqual([['ann', 'update', 'raw'], 'raw']);

    await standby.query('SELECT pg_wal_replay_resume()');
    await isReadFrom(db, 'replica');
    expect(await names()).toEqual(['ann', 'update', 'raw']);
  });

  it('A6: an entity that is refreshed is what the primary says', async () => {
    const db = await open([replica()]);
    const session = db.session();
    const ann = await session.getOrFail(Owner, 1);
    await standby.query('SELECT pg_wal_replay_pause()');
    await primary.query("UPDATE owner SET name = 'other'");
    expect(await where(session)).toBe('replica');
    await session.refresh(ann);
    expect(ann.name).toBe('other');
  });

  it('A6: many sessions that write and read at once each find what they wrote', async () => {
    const db = await open([replica('one'), replica('two')], { connection: { poolSize: 5 } });
    const work = async (i: number): Promise<void> => {
      for (let round = 0; round < 10; round++) {
        const name = `${i}/${round}`;
        await db.transaction((session) => session.add(new Owner({ name })));
        expect(await db.session().query(Owner).filter({ name }).count()).toBe(1);
      }
    };
    let isWorking = true;
    const disturb = async (): Promise<void> => {
      while (isWorking) {
        await standby.query('SELECT pg_wal_replay_pause()');
        await where(db.session());
        await standby.query('SELECT pg_wal_replay_resume()');
        await where(db.session());
      }
    };
    const disturbed = disturb();
    await Promise.all(Array.from({ length: 20 }, (_, i) => work(i))).finally(() => (isWorking = false));
    await disturbed;
    await caughtUp();
    await vi.waitFor(async () => expect(await where(db.session())).not.toBe('primary'), { timeout: 20_000 });
    expect(await db.session().query(Owner).count()).toBe(201);
  });

  it('A6: a replica that cannot be reached is skipped from the start; one after the other, and then the primary', async () => {
    const nowhere = new URL(standbyUrl);
    nowhere.port = '1';
    nowhere.password = 'S3NT1NEL';
    const one = await open([nowhere.href, replica()]);
    const session = one.session();
    expect([await where(session), await where(session)]).toEqual(['replica', 'replica']);
    const none = await open([nowhere.href]);
    expect(await where(none.session())).toBe('primary');
    expect(await where(none.session(), 'replica')).toBe('primary');
    const shown = `postgres://***@${nowhere.host}/${server.name}`;
    expect(warnings.map(({ message }) => message)).toEqual(
      [1, 2].map(
        () =>
          `The replica ${shown} is not read from: No server answers there. Check host and port in the DSN, and that the server runs. Reads go to other servers until it is back.`,
      ),
    );
    const health = await one.health();
    expect(health).toEqual([
      { role: 'primary', server: expect.any(String), up: true, ms: expect.any(Number), error: undefined },
      { role: 'replica', server: shown, up: false, ms: expect.any(Number), error: expect.any(ConnectionError) },
      { role: 'replica', server: expect.any(String), up: true, ms: expect.any(Number), error: undefined },
    ]);
    for (const text of [inspect(one, { depth: 12, showHidden: true }), inspect(health), JSON.stringify(health)])
      expect(text).not.toContain('S3NT1NEL');
  });

  it('A6: a replica that dies is skipped, tried ever more rarely, and read from when it is back', async () => {
    const proxy = await TcpProxy.to(standbyUrl);
    try {
      const db = await open([proxy.through(replica('proxied'))]);
      expect(await where(db.session())).toBe('proxied');
      await proxy.close();
      const reads = await Promise.all(Array.from({ length: 20 }, () => where(db.session())));
      expect(new Set(reads)).toEqual(new Set(['primary']));
      for (let i = 0; i < 100; i++) expect(await where(db.session())).toBe('primary');
      expect(warnings).toHaveLength(1);
      await proxy.open();
      await isReadFrom(db, 'proxied');
    } finally {
      await proxy.close();
    }
  });

  it('A6: a replica whose every connection ends at once is tried a few times, not once for each read', async () => {
    const proxy = await TcpProxy.to('tcp://127.0.0.1:1');
    try {
      const db = await open([proxy.through(replica())]);
      for (let i = 0; i < 300; i++) expect(await where(db.session())).toBe('primary');
      expect(proxy.connections).toBeLessThan(30);
    } finally {
      await proxy.close();
    }
  });

  it('A6: reads that a replica cannot end are run on the primary: its process is ended, or its network', async () => {
    const proxy = await TcpProxy.to(standbyUrl);
    try {
      const db = await open([proxy.through(replica('proxied'))], { connection: { poolSize: 2 } });
      const slow = (): Promise<{ name: string } | null> =>
        db
          .session()
          .query(Owner)
          .values(() => ({
            name: sql<string>`current_setting('application_name') || CASE WHEN pg_is_in_recovery() THEN pg_sleep(60)::text ELSE '' END`,
          }))
          .first();
      const isRunning = (): Promise<void> =>
        vi.waitFor(async () => {
          const { rowCount } = await standby.query(
            "SELECT 1 FROM pg_stat_activity WHERE application_name = 'proxied' AND wait_event = 'PgSleep'",
          );
          expect(rowCount).toBe(1);
        });
      const endSleeper =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'proxied' AND wait_event = 'PgSleep'";
      const ended = slow();
      await isRunning();
      await standby.query(endSleeper);
      expect(await ended).toEqual({ name: 'primary' });
      await isReadFrom(db, 'proxied');
      const cut = slow();
      await isRunning();
      await proxy.close();
      expect(await cut).toEqual({ name: 'primary' });
      // The server does not notice, and what it still reads would hold up the replay.
      await standby.query(endSleeper);

      // Of a stream the reader has seen rows already: he learns that it broke.
      await primary.query("INSERT INTO owner (name) SELECT 'n' || n FROM generate_series(1, 2500) AS n");
      await caughtUp();
      await proxy.open();
      await isReadFrom(db, 'proxied');
      const error = await errorOf(async () => {
        for await (const owner of db.session().query(Owner).orderBy('id')) if (owner.id === 1) await proxy.close();
      });
      expect(error).toMatchObject({ code: 'E_CONNECTION' });
      expect(await where(db.session())).toBe('primary');
    } finally {
      await proxy.close();
    }
  });

  it("A6: a read that the replica's replay ended is run on the primary; what is wrong with the read itself is not hidden", async () => {
    await primary.query(`
      CREATE OR REPLACE FUNCTION here(code text) RETURNS text LANGUAGE plpgsql AS $$
      BEGIN
        IF pg_is_in_recovery() THEN RAISE EXCEPTION 'refused' USING ERRCODE = code; END IF;
        RETURN 'primary';
      END $$`);
    await caughtUp();
    const db = await open([replica()]);
    const read = (code: string): Promise<{ name: string } | null> =>
      db
        .session()
        .query(Owner)
        .values(() => ({ name: sql<string>`here(${code})` }))
        .first();
    // What a standby says when rows that a query reads were removed (ERRCODE_T_R_SERIALIZATION_FAILURE).
    expect(await read('40001')).toEqual({ name: 'primary' });
    expect(await read('40P01')).toEqual({ name: 'primary' });
    expect(await errorOf(() => read('22012'))).toMatchObject({ code: 'E_DATABASE' });
    expect(await where(db.session())).toBe('replica');
    expect(warnings).toEqual([]);
  });

  it('A6: a replica that takes connections and never answers is left alone', async () => {
    const proxy = await TcpProxy.to(standbyUrl);
    try {
      // So that each read needs a new connection.
      const db = await open([proxy.through(replica('proxied', '&maxLifetime=1'))]);
      expect(await where(db.session())).toBe('proxied');
      await new Promise((resolve) => setTimeout(resolve, 5));
      proxy.freeze();
      const reads = await Promise.all(Array.from({ length: 5 }, () => where(db.session())));
      expect(new Set(reads)).toEqual(new Set(['primary']));
      const before = proxy.connections;
      for (let i = 0; i < 50; i++) expect(await where(db.session())).toBe('primary');
      expect(proxy.connections).toBe(before);

      // One that is there, and of which nothing comes any more, is given up, and the next one works.
      await proxy.open();
      const other = await open([proxy.through(replica('other', '&connectTimeout=300'))]);
      expect(await where(other.session())).toBe('other');
      proxy.freeze();
      expect(await other.health()).toMatchObject([
        { role: 'primary', up: true },
        {
          role: 'replica',
          up: false,
          error: { message: expect.stringMatching(/^The connection to PostgreSQL was lost/) },
        },
      ]);
      expect(await where(other.session())).toBe('primary');
      await proxy.close();
      await proxy.open();
      await isReadFrom(other, 'other');
    } finally {
      await proxy.close();
    }
  });

  it('A6: a primary that is lost leaves the reads to the replicas, unless a write of unknown outcome has to be seen', async () => {
    const proxy = await TcpProxy.to(server.url);
    try {
      const db = await Database.connect(proxy.through(named(server.url, 'proxied')), {
        models: [Owner],
        replicas: [replica()],
      });
      opened.push(db);
      await db.transaction((session) => session.add(new Owner({ name: 'kept' })));
      await isReadFrom(db, 'replica');
      const broken = db.transaction(async (session) => {
        session.add(new Owner({ name: 'lost' }));
        await session.flush();
        await proxy.close();
      });
      expect(await errorOf(() => broken)).toBeInstanceOf(CommitOutcomeUnknownError);
      expect(await errorOf(() => where(db.session()))).toMatchObject({ code: 'E_CONNECTION' });
      expect(await where(db.session(), 'replica')).toBe('replica');
      await proxy.open();
      await isReadFrom(db, 'replica');

      const early = db.transaction(async (session) => {
        await proxy.close();
        session.add(new Owner({ name: 'never' }));
      });
      expect(await errorOf(() => early)).toMatchObject({ code: 'E_CONNECTION' });
      expect(await where(db.session())).toBe('replica');
      expect(await errorOf(() => db.transaction((session) => session.query(Owner).count()))).toMatchObject({
        code: 'E_CONNECTION',
      });
      expect(await db.session().query(Owner).orderBy('id').valuesList('name', { flat: true })).toEqual(['ann', 'kept']);
    } finally {
      await proxy.close();
    }
  });

  it('A6: a replica that lags more than it may is skipped until it has caught up', async () => {
    const db = await open([replica()], { maxReplicaLag: 400 });
    await isReadFrom(db, 'replica');
    // An idle primary leaves nobody behind, however long it is idle.
    await standby.query('SELECT pg_wal_replay_pause()');
    await primary.query("INSERT INTO owner (name) VALUES ('unseen')");
    await isReadFrom(db, 'primary');
    expect(await where(db.session(), 'replica')).toBe('primary');
    expect((await db.health())[1]).toMatchObject({
      up: false,
      error: {
        message: "The replica lags more than 'maxReplicaLag'. Reads go to other servers until it has caught up.",
      },
    });
    expect(await db.session().query(Owner).count()).toBe(2);
    await standby.query('SELECT pg_wal_replay_resume()');
    await isReadFrom(db, 'replica');
    expect(await db.session().query(Owner).count()).toBe(2);
  });

  it('A6: A3: what cannot be is refused by name, and every connection is closed again', async () => {
    const other = await createTestDatabase('postgres');
    const elsewhere = new URL(standbyUrl);
    elsewhere.pathname = '/orm';
    const without = (dsn: string): string => ConnectionConfig.fromDsn(dsn).toString();
    const remedy = " Give the DSN of a standby, and the same database's, or leave it out of 'replicas'.";
    const connect = (dsn: string, options: DatabaseOptions) => (): Promise<Database> => Database.connect(dsn, options);
    const cases: [() => Promise<Database>, string][] = [
      [
        connect(server.url, { replicas: [replica(), server.url] }),
        `${without(server.url)} is no replica of this database: it follows no primary.${remedy}`,
      ],
      [
        connect(server.url, { replicas: [elsewhere.href] }),
        `${without(elsewhere.href)} is no replica of this database: its data is not that of the primary.${remedy}`,
      ],
      [
        connect(standbyUrl, { replicas: [standbyUrl] }),
        `${without(standbyUrl)} is a standby: nothing can be written there. Give the primary's DSN to connect(), and that of the standby in 'replicas'.`,
      ],
      [
        connect('mysql://a@h/d', { replicas: ['mysql://a@i/d'] }),
        "Replicas are read from on PostgreSQL, not on mysql. Leave out 'replicas'.",
      ],
      [
        connect('sqlite::memory:', { replicas: ['sqlite:a.db'] }),
        "Replicas are read from on PostgreSQL, not on sqlite. Leave out 'replicas'.",
      ],
      [
        connect(server.url, { replicas: ['sqlite:a.db'] }),
        'A replica of a PostgreSQL server was given a DSN for sqlite. Give the DSN of a standby.',
      ],
      [
        connect(server.url, { replicas: ['postgres://u:S3NT1NEL@h,i/d'] }),
        'The replica postgres://***@h,i/d is several servers. Give each server as a replica of its own.',
      ],
      [
        connect(server.url, { replicas: standbyUrl as never }),
        "The option 'replicas' is a list of DSNs. Write [dsn], also if it is one.",
      ],
      [
        connect(server.url, { replicas: [null as never] }),
        "A replica is a DSN or a ConnectionConfig. Give it a text such as 'postgres://app@replica/shop'.",
      ],
      [connect(server.url, { maxReplicaLag: 5 }), "The option 'maxReplicaLag' has no effect without 'replicas'."],
      [
        connect(server.url, { replicas: [standbyUrl], maxReplicaLag: -1 }),
        "The option 'maxReplicaLag' is a number of milliseconds above 0.",
      ],
      [connect(server.url, { using: 'main' as never }), "The option 'using' is one of: primary, replica."],
    ];
    for (const [call, message] of cases) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(message);
      expect(inspect(error)).not.toContain('S3NT1NEL');
    }
    await other.drop();
    // Replicas may also be none.
    await using db = await Database.connect(server.url, { replicas: [], models: [Owner] });
    expect((await db.health()).map(({ role, up }) => [role, up])).toEqual([['primary', true]]);
  });

  it('A6: a standby that becomes a primary is no replica any more', async () => {
    const proxy = await TcpProxy.to(standbyUrl);
    try {
      const db = await open([proxy.through(replica('proxied'))]);
      expect(await where(db.session())).toBe('proxied');
      await proxy.close();
      await db.health();
      // At the same address there is another server now.
      await proxy.open(server.url);
      await vi.waitFor(async () => {
        const [, seen] = await db.health();
        expect(seen!.error).toMatchObject({ code: 'E_CONFIG' });
      });
      expect(await where(db.session())).toBe('primary');
      expect(await where(db.session(), 'replica')).toBe('primary');
    } finally {
      await proxy.close();
    }
  });
});
