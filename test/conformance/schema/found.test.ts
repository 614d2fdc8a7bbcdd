/** What schemas made by chance have found (`test/random/migrations`): each of it by itself, there and back and there again. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Database, f, model } from 'blazeorm';
import type { Session } from 'blazeorm';
import {
  alterColumn,
  createTable,
  diffSchemas,
  introspect,
  makeSafe,
  MigrationEngine,
  replay,
  schemaOf,
} from 'blazeorm/schema';
import type { Migration, Operation, Schema } from 'blazeorm/schema';

import { engineOf } from '../../../src/persistence/database.ts';
import { engine, freshUrl } from '../../../src/testing/support/database.ts';

let db: Database;
beforeEach(async () => {
  db = await Database.connect(await freshUrl());
});
afterEach(() => db.close());

const migrationOf = (name: string, operations: readonly Operation[], after: readonly string[] = []): Migration => ({
  kind: 'migration',
  name,
  checksum: name,
  after,
  replaces: [],
  operations,
});

interface Case {
  readonly before: readonly unknown[];
  readonly after: readonly unknown[];
  /** Rows of the schema before. */
  readonly write: (session: Session) => Promise<unknown>;
  readonly read: { readonly before: Reader; readonly after: Reader };
  readonly rows: { readonly before: unknown; readonly after: unknown };
}
type Reader = (session: Session) => PromiseLike<unknown>;

/** Up, down and up again; each time the database is as its models say, and has its rows. */
async function holds({ before, after, write, read, rows }: Case): Promise<void> {
  const { dialect } = engineOf(db).adapter;
  const [old, wanted] = [schemaOf(before, dialect), schemaOf(after, dialect)];
  const first = migrationOf('0001', diffSchemas(replay([]), old, dialect));
  const second = migrationOf('0002', diffSchemas(replay([first]), wanted, dialect), ['0001']);
  const migrations = new MigrationEngine(db, [first, second]);
  const isAs = async (schema: Schema, reader: Reader, wantedRows: unknown): Promise<void> => {
    expect(diffSchemas(await introspect(db), schema, dialect, { stored: true })).toEqual([]);
    await using session = db.session();
    expect(await reader(session)).toEqual(wantedRows);
  };
  await migrations.migrate({ to: '0001' });
  await using session = db.session();
  await write(session);
  await migrations.migrate({ force: true });
  await isAs(wanted, read.after, rows.after);
  await migrations.rollback({ to: '0001', force: true });
  await isAs(old, read.before, rows.before);
  await migrations.migrate({ force: true });
  await isAs(wanted, read.after, rows.after);
}

describe('found by chance', () => {
  it('G3: a JSON column gets another name, in a table that was read by an alias before it was written', async () => {
    class Before extends model('post', { id: f.auto(), n: f.int(), body: f.json() }) {}
    class After extends model('post', { id: f.auto(), n: f.int(), text: f.json({ renamedFrom: 'body' }) }) {}
    await holds({
      before: [Before],
      after: [After],
      write: async (session) => {
        expect(await session.query(Before)).toEqual([]);
        await session.sql`INSERT INTO post (n, body) VALUES (1, '{"a":1}')`;
      },
      read: {
        before: (session) => session.query(Before).values('body'),
        after: (session) => session.query(After).values('text'),
      },
      rows: { before: [{ body: { a: 1 } }], after: [{ text: { a: 1 } }] },
    });
  });

  it('G3: truth becomes a number of any kind, and truth again', async () => {
    class Before extends model('flag', { id: f.auto(), a: f.bool(), b: f.bool(), c: f.bool(), d: f.bool() }) {}
    class After extends model('flag', {
      id: f.auto(),
      a: f.int(),
      b: f.smallInt(),
      c: f.bigint(),
      d: f.decimal({ precision: 6, scale: 2 }),
    }) {}
    await holds({
      before: [Before],
      after: [After],
      write: (session) => session.transaction(() => session.add(new Before({ a: true, b: true, c: false, d: true }))),
      read: {
        before: (session) => session.query(Before).values('a', 'b', 'c', 'd'),
        after: (session) => session.query(After).values('a', 'b', 'c', 'd'),
      },
      rows: {
        before: [{ a: true, b: true, c: false, d: true }],
        after: [{ a: 1, b: 1, c: 0n, d: '1.00' }],
      },
    });
  });

  it('G3: a table comes back that refers to a unique column of its own', async () => {
    class Kept extends model('kept', { id: f.auto(), name: f.string({ default: '' }) }) {}
    class Node extends model('node', {
      id: f.auto(),
      code: f.string({ maxLength: 20, unique: true }),
      parent: f.foreignKey((): typeof Node => Node, { to: 'code', nullable: true }),
    }) {}
    await holds({
      before: [Kept, Node],
      after: [Kept],
      write: (session) => session.sql`INSERT INTO kept (name) VALUES ('a')`,
      read: {
        before: (session) => session.query(Kept).values('name'),
        after: (session) => session.query(Kept).values('name'),
      },
      rows: { before: [{ name: 'a' }], after: [{ name: 'a' }] },
    });
  });

  it.skipIf(engine === 'sqlite')(
    'G6: a text becomes JSON in stages (SQLite has none), in a table that is read by an alias before it is written',
    async () => {
      const { dialect } = engineOf(db).adapter;
      const first = migrationOf('0001', [createTable('note', { id: f.auto(), body: f.text() })]);
      const before = replay([first]);
      const stages = makeSafe([alterColumn('note', 'body', f.json())], before, { dialect });
      const names = stages.map((_, i) => `000${i + 2}`);
      const migrations = stages.map(({ operations }, i) =>
        migrationOf(names[i]!, operations, [names[i - 1] ?? '0001']),
      );
      const migrate = new MigrationEngine(db, [first, ...migrations]);
      await using session = db.session();
      for (const to of ['0001', ...names]) {
        await migrate.migrate({ to, force: true });
        await session.sql`SELECT t0.id FROM note AS t0`;
        await session.sql`INSERT INTO note (body) VALUES ('{"a":1}')`;
      }
      expect(stages.length).toBeGreaterThan(2);
      class Note extends model('note', { id: f.auto(), body: f.json() }) {}
      expect(diffSchemas(await introspect(db), schemaOf([Note], dialect), dialect, { stored: true })).toEqual([]);
      const all = Array.from({ length: stages.length + 1 }, () => ({ body: { a: 1 } }));
      expect(await session.query(Note).values('body')).toEqual(all);
    },
  );
});
