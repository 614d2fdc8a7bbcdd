/** Whatever goes wrong: a typed error in time, nothing of passwords and values in it, and a database that goes on. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BlazeError, ConnectionConfig, Database } from 'blazeorm';
import type { Logger, ServerOptions } from 'blazeorm';
import { MySQLAdapter } from 'blazeorm/mysql';
import { PostgresAdapter } from 'blazeorm/postgres';

import { errorOf } from '../support/database.ts';
import { leaksOf } from '../support/leaks.ts';
import { createTestDatabase, describeOn } from '../support/test-database.ts';
import type { SqlServerName, TestDatabase } from '../support/test-database.ts';
import { Account, Country, refusedBy, SECRET, SENTINEL } from './refused.ts';

/** What a suite looks at: the database, and what was published and warned of meanwhile. */
function secretsOf(
  engine: 'sqlite' | SqlServerName,
  connect: (connection: ServerOptions, logger: Logger) => Promise<Database>,
): void {
  let db: Database;
  const heard: unknown[] = [];
  const hear = (message: unknown): void => void heard.push(message);
  const channels = ['statement', 'transaction', 'flush', 'retry', 'connection'].map((name) => `blazeorm:${name}`);
  const log = (record: object, message: string): void => void heard.push({ record, message });
  const logger = { debug: log, info: log, warn: log, error: log };

  beforeAll(async () => {
    for (const channel of channels) subscribe(channel, hear);
    process.on('warning', hear);
    db = await connect({}, logger);
    await db.createAll();
  });

  afterAll(async () => {
    for (const channel of channels) unsubscribe(channel, hear);
    process.off('warning', hear);
    await db.close();
  });

  it.each(refusedBy[engine])(
    'X4: A2: $title: $code without values, and the database goes on',
    async ({ code, connection, run }) => {
      const own = connection === undefined ? db : await connect(connection, logger);
      const error = await errorOf(() => run(own));
      expect(error).toBeInstanceOf(BlazeError);
      expect(error).toMatchObject({ code });
      expect(leaksOf(error, SENTINEL)).toEqual([]);
      expect(await own.session().query(Account).filter({ email: 'nobody' }).count()).toBe(0);
      if (own !== db) await own.close();
    },
  );

  it('X4: O3: nothing of them in what was published, logged and warned of', () => {
    expect(heard.length).toBeGreaterThan(refusedBy[engine].length);
    expect(heard.flatMap((message) => leaksOf(message, SENTINEL))).toEqual([]);
  });

  it('X4: nor in the database, a session with pending changes, queries and their parts; entities show what they hold', async () => {
    const session = db.session();
    const account = new Account({ email: SECRET });
    session.add(account);
    const query = session.query(Account).filter({ email: SECRET }).limit(1);
    for (const value of [db, session, query, Account, db.queryStats()]) expect(leaksOf(value, SENTINEL)).toEqual([]);
    expect(account.toJSON()).toMatchObject({ email: SECRET });
    await session.rollback();
  });

  it('X4: a model says which of its fields are sensitive', () => {
    expect(Account.meta.fields.filter(({ sensitive }) => sensitive).map(({ name }) => name)).toEqual([
      'email',
      'token',
    ]);
  });
}

describe('sqlite · what is refused', () => {
  const folder = mkdtempSync(join(tmpdir(), 'blaze-secrets-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  secretsOf('sqlite', (_, logger) =>
    Database.connect(`sqlite:${join(folder, 'a.db')}`, { models: [Account, Country], logger }),
  );
});

for (const engine of ['postgres', 'mysql', 'mariadb'] as const)
  describeOn(engine, 'what is refused', () => {
    let server: TestDatabase;
    beforeAll(async () => {
      server = await createTestDatabase(engine);
    });
    afterAll(() => server.drop());
    secretsOf(engine, (connection, logger) =>
      Database.connect(server.url, { models: [Account, Country], connection, logger }),
    );
  });

for (const engine of ['postgres', 'mysql', 'mariadb'] as const)
  describeOn(engine, 'what cannot be connected to', () => {
    let server: TestDatabase;
    beforeAll(async () => {
      server = await createTestDatabase(engine);
    });
    afterAll(() => server.drop());

    const changed = (change: (url: URL) => void): string => {
      const url = new URL(server.url);
      url.password = `${SENTINEL}'"\\`;
      change(url);
      return url.href;
    };

    const cases: Readonly<Record<string, readonly [dsn: () => string, message: string]>> = {
      'a wrong password': [
        () => changed(() => undefined),
        'The server refused user and password. Check them in the DSN.',
      ],
      'a host that nobody knows': [
        () => changed((url) => (url.hostname = 'host.invalid')),
        'The host is unknown. Check the host in the DSN.',
      ],
      'a port where nobody listens': [
        () => changed((url) => (url.port = '1')),
        'No server answers there. Check host and port in the DSN, and that the server runs.',
      ],
    };

    it.each([
      ['that says nothing', ''],
      ['of another kind', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ])('X4: A1: A3: a server %s: a ConnectionError within connectTimeout', async (_, greeting) => {
      const listener = createServer((socket) => socket.on('error', () => undefined).write(greeting));
      await once(listener.listen(0, '127.0.0.1'), 'listening');
      const { port } = listener.address() as AddressInfo;
      const dsn = changed((url) => (url.port = String(port)));
      for (const options of [{}, { tls: 'require' }] as const) {
        const error = await errorOf(() => Database.connect(dsn, { connection: { ...options, connectTimeout: 300 } }));
        expect(error).toMatchObject({ name: 'ConnectionError', code: 'E_CONNECTION' });
        expect(error.message).toMatch(
          greeting === '' ? /^The server did not answer in time\. Check host and port in the DSN, or raise/ : /^The /,
        );
        expect(leaksOf(error, SENTINEL)).toEqual([]);
      }
      listener.close();
    });

    it('X4: a password that is right shows nowhere: in the database, its adapter, a connection and what is published', async () => {
      const user = `sentinel_${server.name.slice(-8)}`;
      const admin = await Database.connect(server.url);
      const run = async (...statements: string[]): Promise<void> => {
        for (const text of statements) await admin.session().sql(Object.assign([text], { raw: [text] }));
      };
      if (engine === 'postgres') await run(`CREATE ROLE ${user} LOGIN PASSWORD '${SENTINEL}'`);
      else await run(`CREATE USER ${user} IDENTIFIED BY '${SENTINEL}'`, `GRANT ALL ON ${server.name}.* TO ${user}`);
      const url = new URL(server.url);
      [url.username, url.password] = [user, SENTINEL];
      const heard: unknown[] = [];
      const hear = (message: unknown): void => void heard.push(message);
      subscribe('blazeorm:statement', hear);
      const adapter = engine === 'postgres' ? new PostgresAdapter() : new MySQLAdapter();
      const db = await Database.connect(url.href, { adapter });
      expect(await db.session().sql`SELECT 1 AS one`).toEqual([{ one: 1 }]);
      const connection = await adapter.acquire({ mode: 'read', purpose: 'a test' });
      for (const value of [db, adapter, connection, heard]) expect(leaksOf(value, SENTINEL)).toEqual([]);
      adapter.release(connection);
      await db.close();
      unsubscribe('blazeorm:statement', hear);
      await run(engine === 'postgres' ? `DROP ROLE ${user}` : `DROP USER ${user}`);
      await admin.close();
    });

    it.each(Object.entries(cases))(
      'X4: A2: A3: %s: a ConnectionError without the password',
      async (_, [dsn, message]) => {
        const config = ConnectionConfig.fromDsn(dsn(), { connectTimeout: 5_000 });
        const error = await errorOf(() => Database.connect(config));
        expect(error).toMatchObject({ name: 'ConnectionError', code: 'E_CONNECTION', message });
        for (const value of [error, config]) expect(leaksOf(value, SENTINEL)).toEqual([]);
      },
    );
  });
