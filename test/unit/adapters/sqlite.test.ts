import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import Sqlite from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ConnectionConfig, ConnectionError, Database, DriverMissingError, f, model, Session } from 'blazeorm';
import type { Connection } from 'blazeorm';
import { SQLiteAdapter } from 'blazeorm/sqlite';

import { Lease } from '../../../src/adapters/lease.ts';
import { errorOf } from '../../support/database.ts';

const run = promisify(execFile);

let folder: string;
const adapters: SQLiteAdapter[] = [];
const taken: [SQLiteAdapter, Connection][] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'blaze-'));
});

afterEach(async () => {
  for (const [adapter, connection] of taken.splice(0)) adapter.release(connection);
  for (const adapter of adapters.splice(0)) await adapter.close();
});

afterAll(() => rm(folder, { recursive: true }));

async function open(dsn: string): Promise<Connection> {
  const adapter = new SQLiteAdapter();
  adapters.push(adapter);
  await adapter.connect(ConnectionConfig.fromDsn(dsn));
  return take(adapter, 'write');
}

async function take(adapter: SQLiteAdapter, mode: 'read' | 'write'): Promise<Connection> {
  const connection = await adapter.acquire({ mode, purpose: 'a test' });
  taken.push([adapter, connection]);
  return connection;
}

const pragma = (connection: Connection, name: string): unknown =>
  (connection.query(`PRAGMA ${name}`, []) as unknown[][])[0]?.[0];

describe('opening', () => {
  it('T6: A3: pragmas are really set: foreign keys, WAL, busy timeout, synchronous', async () => {
    const plain = await open(`sqlite:${join(folder, 'plain.db')}`);
    expect(
      ['foreign_keys', 'journal_mode', 'busy_timeout', 'synchronous', 'query_only'].map((name) => pragma(plain, name)),
    ).toEqual([1, 'wal', 5_000, 1, 0]);
    const set = await open(`sqlite:${join(folder, 'set.db')}?journalMode=truncate&busyTimeout=7&synchronous=extra`);
    expect(['foreign_keys', 'journal_mode', 'busy_timeout', 'synchronous'].map((name) => pragma(set, name))).toEqual([
      1,
      'truncate',
      7,
      3,
    ]);
    const memory = await open('sqlite::memory:');
    expect(['foreign_keys', 'journal_mode'].map((name) => pragma(memory, name))).toEqual([1, 'memory']);
  });

  it('T6: the connection that reads has the same pragmas', async () => {
    await open(`sqlite:${join(folder, 'reader.db')}?busyTimeout=7`);
    const reader = await take(adapters.at(-1)!, 'read');
    expect(['foreign_keys', 'journal_mode', 'busy_timeout'].map((name) => pragma(reader, name))).toEqual([1, 'wal', 7]);
  });

  it('A3: a file that is opened for reading only is read, and not written', async () => {
    const path = join(folder, 'readonly.db');
    const other = new Sqlite(path);
    other.exec('CREATE TABLE t (x); INSERT INTO t VALUES (1)');
    other.close();
    const connection = await open(`sqlite:${path}?readOnly=true`);
    expect(connection.query('SELECT x FROM t', [])).toEqual([[1]]);
    expect(await errorOf(() => connection.execute('INSERT INTO t VALUES (2)', []))).toMatchObject({
      name: 'ReadOnlyError',
      code: 'E_READ_ONLY',
      message:
        'The database is open for reading only. Write in a transaction without readOnly, on a connection that may write.',
      sql: 'INSERT INTO t VALUES (2)',
    });
  });

  it('A2: what cannot be opened is a ConnectionError that says what to look at, and leaves nothing behind', async () => {
    const text = join(folder, 'text.db');
    await writeFile(
      text,
      'this is no database, but a text of some length, longer than a header of 100 bytes. '.repeat(40),
    );
    const cases: [string, object][] = [
      [`sqlite:${text}`, { message: 'The file is not a SQLite database. Check the path in the DSN.' }],
      [
        `sqlite:${join(folder, 'none', 'app.db')}`,
        {
          message:
            'The database file cannot be opened. Check that its folder exists, and that this process may read and write there.',
        },
      ],
      [
        `sqlite:${folder}`,
        {
          message:
            'The database file cannot be opened. Check that its folder exists, and that this process may read and write there.',
        },
      ],
      [
        `sqlite:${join(folder, 'missing.db')}?readOnly=true`,
        {
          message:
            'The database file cannot be opened. Check that its folder exists, and that this process may read and write there.',
        },
      ],
    ];
    for (const [dsn, expected] of cases) {
      const error = await errorOf(() => open(dsn));
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error).toMatchObject({ code: 'E_CONNECTION', ...expected });
      expect(error.cause).toBeInstanceOf(Error);
    }
    const before = (await readdir('/proc/self/fd')).length;
    for (let i = 0; i < 20; i++) await errorOf(() => open(`sqlite:${text}`));
    expect((await readdir('/proc/self/fd')).length).toBeLessThan(before + 5);
  });

  it('A1: an adapter that is not connected, or closed, says so; it can be connected again', async () => {
    const adapter = new SQLiteAdapter();
    const refused = {
      code: 'E_CONNECTION',
      message: 'The database is closed, or was never opened. Await Database.connect() first.',
    };
    expect(await errorOf(() => adapter.acquire({ mode: 'read', purpose: 'a test' }))).toMatchObject(refused);
    await adapter.connect(ConnectionConfig.fromDsn('sqlite::memory:'));
    await adapter.connect(ConnectionConfig.fromDsn('sqlite::memory:'));
    adapter.release(await adapter.acquire({ mode: 'read', purpose: 'a test' }));
    await adapter.close();
    await adapter.close();
    expect(await errorOf(() => adapter.acquire({ mode: 'write', purpose: 'a test' }))).toMatchObject(refused);
    await adapter.connect(ConnectionConfig.fromDsn('sqlite::memory:'));
    const connection = await adapter.acquire({ mode: 'write', purpose: 'a test' });
    expect(await connection.query('SELECT 1', [])).toEqual([[1]]);
    adapter.release(connection);
    await adapter.close();
    expect(await errorOf(() => adapter.connect(ConnectionConfig.fromDsn('postgres://h/db')))).toMatchObject({
      code: 'E_CONFIG',
      message: 'The SQLite adapter was given a DSN for postgres.',
    });
  });

  it('A1: T7: a session of its own connects at first use and closes the adapter with itself', async () => {
    class Item extends model('item', { id: f.auto(), name: f.string() }) {}
    const path = join(folder, 'own.db');
    const db = await Database.connect(`sqlite:${path}`, { models: [Item] });
    await db.createAll();
    await db.close();
    const adapter = new SQLiteAdapter();
    const session = new Session(adapter, { config: ConnectionConfig.fromDsn(`sqlite:${path}`) });
    expect(await errorOf(() => adapter.acquire({ mode: 'read', purpose: 'a test' }))).toMatchObject({
      code: 'E_CONNECTION',
    });
    session.add(new Item({ name: 'a' }));
    await session.commit();
    expect(await session.query(Item).count()).toBe(1);
    await session.close();
    expect(await errorOf(() => adapter.acquire({ mode: 'read', purpose: 'a test' }))).toMatchObject({
      code: 'E_CONNECTION',
    });
  });

  it('A2: what could not be opened is tried again at the next use', async () => {
    class Item extends model('item', { id: f.auto() }) {}
    const config = ConnectionConfig.fromDsn(`sqlite:${join(folder, 'later', 'app.db')}`);
    await using session = new Session(new SQLiteAdapter(), { config });
    const count = (): Promise<unknown> => session.sql`SELECT COUNT(*) AS n FROM sqlite_schema`;
    expect(await errorOf(count)).toMatchObject({ code: 'E_CONNECTION' });
    expect(await errorOf(() => session.query(Item).count())).toMatchObject({ code: 'E_CONNECTION' });
    await mkdir(join(folder, 'later'));
    expect(await count()).toEqual([{ n: 0 }]);
  });

  it('T7: a connection is never given back with a transaction open', async () => {
    for (const mode of ['read', 'write'] as const) {
      const connection = await open(`sqlite:${join(folder, `dirty-${mode}.db`)}`);
      const adapter = adapters.at(-1)!;
      adapter.release(connection);
      const own = await adapter.acquire({ mode, purpose: 'a test' });
      await own.begin({ readOnly: mode === 'read' });
      adapter.release(own);
      const next = await adapter.acquire({ mode, purpose: 'a test' });
      expect(next).toBe(own);
      await next.begin({});
      await next.rollback();
      expect(pragma(next, 'query_only')).toBe(0);
      adapter.release(next);
    }
  });
});

describe('statements', () => {
  it('A2: V2: each kind of constraint has its class, names and cause', async () => {
    const connection = await open('sqlite::memory:');
    await connection.script(`
      CREATE TABLE p (id INTEGER PRIMARY KEY, a TEXT, b TEXT, n TEXT NOT NULL, c INTEGER, UNIQUE (a, b), CONSTRAINT c_positive CHECK (c > 0));
      CREATE TABLE k (r INTEGER REFERENCES p (id), w TEXT, PRIMARY KEY (r, w)) WITHOUT ROWID;
      CREATE UNIQUE INDEX p_lower ON p (lower(n));
      CREATE TABLE s (x INTEGER) STRICT;
      CREATE TRIGGER t BEFORE DELETE ON p BEGIN SELECT RAISE(ABORT, 'not that one'); END;
      INSERT INTO p VALUES (1, 'a', 'b', 'n', 1);
      INSERT INTO k VALUES (1, 'w');
    `);
    const cases: [string, object][] = [
      [
        "INSERT INTO p VALUES (1, 'x', 'y', 'm', 1)",
        { name: 'UniqueViolationError', model: 'p', fields: ['id'], message: 'A row with the same p.id exists.' },
      ],
      [
        "INSERT INTO p VALUES (2, 'a', 'b', 'm', 1)",
        {
          name: 'UniqueViolationError',
          model: 'p',
          fields: ['a', 'b'],
          message: 'A row with the same p.a, p.b exists.',
        },
      ],
      ["INSERT INTO p VALUES (2, 'x', 'y', 'N', 1)", { name: 'UniqueViolationError', constraint: 'p_lower' }],
      ["INSERT INTO k VALUES (1, 'w')", { name: 'UniqueViolationError', model: 'k', fields: ['r', 'w'] }],
      [
        "INSERT INTO k VALUES (9, 'w')",
        {
          name: 'ForeignKeyViolationError',
          message: 'A row refers to one that does not exist, or is still referred to.',
        },
      ],
      [
        "INSERT INTO p VALUES (2, 'x', 'y', NULL, 1)",
        { name: 'NotNullViolationError', model: 'p', fields: ['n'], message: 'The column p.n must have a value.' },
      ],
      [
        "INSERT INTO p VALUES (2, 'x', 'y', 'm', 0)",
        { name: 'CheckViolationError', constraint: 'c_positive', message: "The check 'c_positive' failed." },
      ],
      ["INSERT INTO s VALUES ('x')", { name: 'IntegrityError', code: 'E_INTEGRITY' }],
      [
        'SELECT * FROM nowhere',
        { name: 'DatabaseError', code: 'E_DATABASE', message: 'SQLite refused the statement: no such table: nowhere' },
      ],
    ];
    for (const [sql, expected] of cases) {
      const error = await errorOf(() => connection.query(sql, []));
      expect(error).toMatchObject({ ...expected, sql });
      expect(error.cause).toBeInstanceOf(Error);
    }
  });

  it('X4: parameters are no part of an error', async () => {
    const connection = await open('sqlite::memory:');
    await connection.script('CREATE TABLE t (x TEXT UNIQUE)');
    await connection.execute('INSERT INTO t VALUES (?)', ['S3NT1NEL']);
    const error = await errorOf(() => connection.execute('INSERT INTO t VALUES (?)', ['S3NT1NEL']));
    expect(`${error.message}${error.stack}${JSON.stringify(error)}${String(error.cause)}`).not.toContain('S3NT1NEL');
  });

  it('statements are prepared once, and the oldest are let go', async () => {
    const connection = await open('sqlite::memory:');
    const before = connection.prepared;
    for (let i = 0; i < 3; i++) await connection.query('SELECT 1', []);
    expect(connection.prepared - before).toBe(1);
    for (let i = 0; i < 600; i++) await connection.query(`SELECT ${i + 2}`, []);
    expect(connection.prepared - before).toBe(601);
    await connection.query('SELECT 1', []);
    expect(connection.prepared - before).toBe(602);
  });

  it('Q1: functions that SQLite lacks: case by Unicode, ends, regular expressions', async () => {
    const connection = await open('sqlite::memory:');
    const row = (
      await connection.query(
        "SELECT blaze_lower('ÄÉΣ'), blaze_upper('äé'), blaze_lower(NULL), blaze_lower(5), blaze_ends_with('abc', 'bc'), blaze_ends_with('abc', 'x'), blaze_ends_with(NULL, 'x'), blaze_regexp('abc', '^a.c$', 'u'), blaze_regexp('ABC', 'b', 'iu'), blaze_regexp('abc', 'z', 'u'), blaze_regexp(NULL, 'z', 'u')",
        [],
      )
    )[0];
    expect(row).toEqual(['äéσ', 'ÄÉ', null, 5, 1, 0, null, 1, 1, 0, null]);
  });

  it('a statement without rows has no columns, one with rows has their names', async () => {
    const connection = await open('sqlite::memory:');
    await connection.script('CREATE TABLE t (x)');
    expect(await connection.queryNamed('INSERT INTO t VALUES (?)', [1])).toEqual({ columns: [], rows: [] });
    expect(await connection.queryNamed('INSERT INTO t VALUES (2) RETURNING x AS "a b"', [])).toEqual({
      columns: ['a b'],
      rows: [[2]],
    });
    expect(await connection.queryNamed('SELECT x, x + 1 AS y FROM t', [])).toEqual({
      columns: ['x', 'y'],
      rows: [
        [1, 2],
        [2, 3],
      ],
    });
    expect(await connection.executeMany('INSERT INTO t VALUES (?)', [[3], [4]])).toEqual({
      changes: [1, 1],
      lastInsertIds: [3, 4],
    });
  });

  it('rows are read one by one, beside other statements; what is written does not change what is read', async () => {
    const connection = await open('sqlite::memory:');
    await connection.script('CREATE TABLE t (x INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)');
    const seen: unknown[] = [];
    for await (const [x] of connection.iterate('SELECT x FROM t ORDER BY x', [])) {
      seen.push(x);
      await connection.query('SELECT count(*) FROM t', []);
      if (x === 1) await connection.execute('INSERT INTO t VALUES (4)', []);
      if (x === 2) await connection.query('DELETE FROM t WHERE x = 3 RETURNING x', []);
    }
    expect([seen, connection.query('SELECT x FROM t', [])]).toEqual([
      [1, 2, 3],
      [[1], [2], [4]],
    ]);
    for await (const [x] of connection.iterate('SELECT x FROM t', [])) {
      expect(x).toBe(1);
      break;
    }
    await connection.begin({});
    await connection.rollback();
    expect(
      await errorOf(async () => {
        for await (const row of connection.iterate('SELECT nothing', [])) seen.push(row);
      }),
    ).toMatchObject({ code: 'E_DATABASE', sql: 'SELECT nothing' });
  });
});

describe('a lease', () => {
  it('A1: is given in the order in which it was asked for, and says who has it to those who wait in vain', async () => {
    const lease = new Lease('thing', 20);
    const order: string[] = [];
    expect(lease.take('one')).toBe('thing');
    const two = Promise.resolve(lease.take('two')).then(() => order.push('two'));
    const three = errorOf(() => lease.take('three'));
    lease.give();
    await two;
    const error = await errorOf(() => lease.take('four'));
    expect(error).toMatchObject({
      code: 'E_ACQUIRE_TIMEOUT',
      message:
        'No connection for four within 20 ms: it is held by two. Is a query of another session awaited inside that transaction? Use its own session there, or make the transaction shorter.',
    });
    expect(await three).toMatchObject({ code: 'E_ACQUIRE_TIMEOUT' });
    lease.give();
    expect([order, lease.take('five')]).toEqual([['two'], 'thing']);
  });

  it('A1: closes when its holder is done, or when waiting has lasted long enough', async () => {
    const done: string[] = [];
    const lease = new Lease('a', 1_000);
    await lease.take('one');
    const closing = lease.close((item) => void done.push(item));
    expect(() => lease.take('two')).toThrow('The database is closed.');
    expect(done).toEqual([]);
    lease.give();
    await closing;
    const stuck = new Lease('b', 5);
    await stuck.take('one');
    await stuck.close((item) => void done.push(item));
    stuck.give();
    const free = new Lease('c', 5);
    await free.close((item) => void done.push(item));
    expect(done).toEqual(['a', 'b', 'c']);
  });
});

describe('drivers', () => {
  const hasNodeSqlite = process.getBuiltinModule('node:sqlite' as 'node:fs') !== undefined;

  it.skipIf(hasNodeSqlite)(
    'A4: node:sqlite on a Node that lacks it: says which Node has it (skipped where Node has it)',
    async () => {
      const error = await errorOf(() => open('sqlite::memory:?driver=node:sqlite'));
      expect(error).toBeInstanceOf(DriverMissingError);
      expect(error).toMatchObject({
        code: 'E_DRIVER_MISSING',
        message: 'This Node has no node:sqlite. Use Node 22.16 or later, or the driver better-sqlite3.',
      });
    },
  );

  it.skipIf(!hasNodeSqlite)(
    'A4: M3: node:sqlite does all that better-sqlite3 does (skipped where Node has none)',
    async () => {
      class Item extends model('item', {
        id: f.auto(),
        name: f.string({ unique: true }),
        big: f.bigint(),
        bytes: f.binary(),
      }) {}
      const db = await Database.connect('sqlite::memory:?driver=node:sqlite', { models: [Item] });
      await db.createAll();
      const session = db.session();
      session.add(new Item({ name: 'a', big: 2n ** 63n - 1n, bytes: new Uint8Array([1, 2]) }));
      await session.commit();
      expect((await db.session().query(Item)).map((item) => Object.fromEntries(Object.entries(item)))).toEqual([
        { id: 1, name: 'a', big: 2n ** 63n - 1n, bytes: new Uint8Array([1, 2]) },
      ]);
      session.add(new Item({ name: 'a', big: 1n, bytes: new Uint8Array() }));
      expect(await errorOf(() => session.commit())).toMatchObject({
        code: 'E_UNIQUE_VIOLATION',
        model: 'Item',
        field: 'name',
      });
      await db.close();
    },
  );

  it('A4: no driver at all: one line that says what to install', async () => {
    // A copy of the sources outside of any node_modules.
    const copy = join(folder, 'bare');
    const script = `
      import { cpSync, writeFileSync } from 'node:fs';
      cpSync(${JSON.stringify(join(process.cwd(), 'src'))}, ${JSON.stringify(join(copy, 'src'))}, { recursive: true });
      writeFileSync(${JSON.stringify(join(copy, 'package.json'))}, '{"type":"module"}');
      const { Database } = await import(${JSON.stringify(join(copy, 'src', 'index.ts'))});
      const error = await Database.connect('sqlite::memory:?driver=better-sqlite3').catch((e) => e);
      console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message, cause: error.cause?.code }));
    `;
    const { stdout } = await run(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script]);
    expect(JSON.parse(stdout)).toEqual({
      name: 'DriverMissingError',
      code: 'E_DRIVER_MISSING',
      message: 'The SQLite driver is not installed. Run: npm install better-sqlite3',
      cause: 'ERR_MODULE_NOT_FOUND',
    });
  });
});
