/** What SQLite does by itself, and what is particular about a database in a file. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Database, f, LockTimeoutError, model } from 'blazeorm';

import { errorFrom, errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, models, Post, Tag } from '../../support/models.ts';
import { items, rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

describe('what the database does by itself', () => {
  it('T2: a transaction that SQLite has rolled back cannot go on or commit', async () => {
    const db = await openTestDatabase();
    const session = db.session();
    const tagNames = async (): Promise<unknown[]> => ((await rowsOf(db))['tag'] ?? []).map((row) => row['name']);
    session.add(new Tag({ name: 'a' }));
    await session.commit();
    await session.sql`CREATE TRIGGER no_x BEFORE INSERT ON tag WHEN NEW.name = 'x' BEGIN SELECT RAISE(ROLLBACK, 'no x'); END`;
    const seen: unknown[] = [];
    const error = await errorOf(() =>
      session.transaction(async () => {
        session.add(new Tag({ name: 'before' }));
        await session.flush();
        seen.push(await errorFrom(() => session.sql`INSERT INTO tag (name) VALUES ('x')`));
        seen.push(await errorFrom(() => session.sql`INSERT INTO tag (name) VALUES ('after')`));
        seen.push(await errorFrom(() => session.query(Tag).count()));
      }),
    );
    expect(seen).toMatchObject([
      { code: 'E_FOREIGN_KEY_VIOLATION' },
      { code: 'E_TRANSACTION_ABORTED' },
      { code: 'E_TRANSACTION_ABORTED' },
    ]);
    expect(error).toMatchObject({
      code: 'E_TRANSACTION_ABORTED',
      message: 'SQLite has ended this transaction: nothing of it is kept. Let its function throw, and run it again.',
    });
    expect(await tagNames()).toEqual(['a']);
    await session.transaction(() => session.add(new Tag({ name: 'later' })));
    expect(await tagNames()).toEqual(['a', 'later']);
    await db.close();
  });

  it('S5: rows that are updated together are found by index', async () => {
    class Cell extends model(
      'cell',
      { sheet: f.string(), row: f.int(), text: f.string() },
      { primaryKey: ['sheet', 'row'] },
    ) {}
    const db = await openTestDatabase({ models: [Cell] });
    const session = db.session();
    const cells = Array.from({ length: 100 }, (_, row) => new Cell({ sheet: 'a', row, text: '' }));
    session.add(...cells);
    await session.commit();
    for (const cell of cells) cell.text = 'new';
    const [, many] = await statementsOf(() => session.commit());
    const plan = await session.sql<{ detail: string }>(textOf(`EXPLAIN QUERY PLAN ${many!.replaceAll('?', '1')}`));
    expect(plan.map(({ detail }) => detail).filter((detail) => detail.includes('cell'))).toEqual([
      'SEARCH cell USING COVERING INDEX sqlite_autoindex_cell_1 (sheet=? AND row=?)',
    ]);
    await db.close();
  });
});

/** A text as the `sql` tag gets it. */
const textOf = (text: string): TemplateStringsArray => Object.assign([text], { raw: [text] });

describe('a file', () => {
  let folder: string;
  let file: Database;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'blaze-'));
    file = await Database.connect(`sqlite:${join(folder, 'app.db')}`, {
      models,
      connection: { busyTimeout: 1, acquireTimeout: 200 },
    });
    await file.createAll();
  });

  afterEach(async () => {
    await file.close();
    await rm(folder, { recursive: true });
  });

  it('T6: readers do not wait for a write transaction, and see what was committed', async () => {
    await file.transaction(async (session) => {
      session.add(new Tag({ name: 'a' }));
      await session.flush();
      expect(await file.session().query(Tag).count()).toBe(0);
      expect(await session.query(Tag).count()).toBe(1);
    });
    expect(await file.session().query(Tag).count()).toBe(1);
  });

  it('T1: a read-only transaction sees one state, whatever is committed meanwhile, and holds nobody up', async () => {
    await file.session().transaction(
      async (session) => {
        expect(await session.query(Tag).count()).toBe(0);
        await file.transaction((other) => other.add(new Tag({ name: 'a' })));
        expect(await session.query(Tag).count()).toBe(0);
      },
      { readOnly: true },
    );
    expect(await file.session().query(Tag).count()).toBe(1);
  });

  it('T6: transactions take turns', async () => {
    await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        file.transaction(async (session) => {
          const count = await session.query(Tag).count();
          await sleep(1);
          session.add(new Tag({ name: `${count}` }));
          expect(i).toBeLessThan(20);
        }),
      ),
    );
    expect((await rowsOf(file))['tag']!.map((row) => row['name'])).toEqual(
      Array.from({ length: 20 }, (_, i) => `${i}`),
    );
  });

  it('T6: a lock of another process is an error by name, and retry runs the closure again on a fresh session', async () => {
    const other = new Sqlite(join(folder, 'app.db'));
    other.exec('BEGIN IMMEDIATE');
    const error = await errorOf(() => file.transaction((session) => session.add(new Tag({ name: 'a' }))));
    expect(error).toBeInstanceOf(LockTimeoutError);
    expect(error).toMatchObject({
      code: 'E_LOCK_TIMEOUT',
      message: 'The database is locked by another connection. Try again, or wait longer with the option busyTimeout.',
    });
    setTimeout(() => other.exec('COMMIT'), 30);
    const sessions = new Set<unknown>();
    await file.transaction(
      (session) => {
        sessions.add(session);
        session.add(new Tag({ name: 'a' }));
      },
      { retry: 12 },
    );
    expect(sessions.size).toBe(1);
    expect((await rowsOf(file))['tag']).toEqual([{ id: 1, name: 'a' }]);
    other.close();
  });

  it('A1: close() lets a transaction under way end, and refuses who comes later', async () => {
    const running = file.transaction(async (session) => {
      session.add(new Tag({ name: 'a' }));
      await sleep(20);
    });
    const waiting = errorFrom(() => file.transaction(() => undefined));
    await sleep(1);
    await file.close();
    await running;
    expect(await waiting).toMatchObject({ code: 'E_CONNECTION', message: 'The database was closed.' });
    expect(await errorOf(() => file.session().query(Tag).count())).toMatchObject({
      code: 'E_CONNECTION',
      message: 'The database is closed, or was never opened. Await Database.connect() first.',
    });
    const again = await Database.connect(`sqlite:${join(folder, 'app.db')}`, { models });
    expect(await rowsOf(again)).toEqual({ tag: [{ id: 1, name: 'a' }] });
    await again.close();
  });

  it('iterate() ends its statement when the loop does, and reads in batches', async () => {
    await file.transaction((session) =>
      session.addAll(Array.from({ length: 2_500 }, (_, i) => new Tag({ name: `t${String(i).padStart(4, '0')}` }))),
    );
    const session = file.session();
    const names: string[] = [];
    for await (const tag of session.query(Tag).orderBy('name').iterate({ batchSize: 100 })) {
      names.push(tag.name);
      if (names.length === 150) break;
    }
    expect([names.length, names.at(-1)]).toEqual([150, 't0149']);
    await file.transaction((other) => other.query(Tag).filter({ id: 1 }).delete());
    let count = 0;
    for await (const tag of file.session().query(Tag)) count += tag.id > 0 ? 1 : 0;
    expect(count).toBe(2_499);
    await file.dropAll({ confirm: true });
  });

  it('rows are written while others are read: the stream gives what was there when it was overtaken', async () => {
    await file.transaction((session) =>
      session.addAll(Array.from({ length: 300 }, (_, i) => new Tag({ name: `t${i}` }))),
    );
    for (const database of [file]) {
      await database.transaction(async (session) => {
        const seen: number[] = [];
        for await (const tag of session.query(Tag).orderBy('id').iterate({ batchSize: 50 })) {
          seen.push(tag.id);
          tag.name = `${tag.name}!`;
          if (tag.id % 100 === 0) {
            session.add(new Tag({ name: `new ${tag.id}` }));
            await session.flush();
          }
        }
        expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
      });
      const rows = (await rowsOf(database))['tag']!;
      expect([rows.length, rows.filter((row) => String(row['name']).endsWith('!')).length]).toEqual([303, 300]);
    }
  });

  it('L4: relations are loaded and queries run inside the loop of iterate()', async () => {
    await file.transaction((session) => {
      for (let i = 0; i < 3; i++)
        session.add(new Post({ title: `p${i}`, author: new Author({ name: `a${i}`, email: `${i}@x.org` }) }));
    });
    const session = file.session();
    const seen: unknown[] = [];
    for await (const author of session.query(Author).iterate())
      seen.push((await author.posts.load()).length, await session.query(Post).count());
    for await (const author of session.query(Author).prefetchRelated('posts').iterate())
      seen.push(items(author.posts).length);
    expect(seen).toEqual([1, 3, 1, 3, 1, 3, 1, 1, 1]);
  });
});
