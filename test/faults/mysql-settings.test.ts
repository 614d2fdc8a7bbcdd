/** Servers whose settings are unusual: own ones, since nobody may change those that are shared. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import mysql from 'mysql2/promise';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';

import { Database, f, InvalidValueError, model } from 'blazeorm';

import { root } from '../../scripts/support/run.ts';
import { errorOf } from '../support/database.ts';
import { wantedDatabases } from '../support/services.ts';
import { startServers } from '../support/start-services.ts';
import type { Servers } from '../support/start-services.ts';
import { serverUrl } from '../support/test-database.ts';

class Note extends model('note', {
  id: f.auto(),
  title: f.string({ maxLength: 20 }),
  text: f.text(),
  bytes: f.binary({ nullable: true }),
  at: f.datetime({ nullable: true }),
}) {}

const NAMES = (['mysql', 'mariadb'] as const).filter((name) => inject('databases').includes(name));
const ODD = [`'`, `"`, '\\', `\\'`, `''`, '%_', '\u{1F600}é漢', "x' OR '1'='1", 'end\\'];
const MEGABYTE = 1_048_576;

const TITLE = NAMES.length > 0 ? 'own servers' : 'own servers (skipped: this run is about neither)';

describe.skipIf(NAMES.length === 0)(TITLE, () => {
  const folder = mkdtempSync(join(tmpdir(), 'blazeorm-settings-'));
  let servers: Servers;

  beforeAll(async () => {
    const { PATH, HOME, SERVICES_DIR, SERVICES_CACHE } = process.env;
    servers = await startServers(NAMES, {
      PATH,
      HOME,
      SERVICES_DIR: folder,
      // What was downloaded already is not downloaded again.
      SERVICES_CACHE: SERVICES_CACHE ?? join(SERVICES_DIR ?? join(root, '.services'), 'cache'),
    });
    if (wantedDatabases(process.env).required) expect(servers.missing).toEqual({});
  }, 180_000);

  afterAll(async () => {
    await servers.end();
    rmSync(folder, { recursive: true, force: true });
  });

  const short = ({ id, title, text, bytes }: Note): unknown[] => [
    id,
    title,
    text.length,
    createHash('sha256').update(text).update(bytes!).digest('hex'),
  ];
  const ask = async (url: string, ...statements: readonly string[]): Promise<void> => {
    const connection = await mysql.createConnection(url);
    for (const sql of statements) await connection.query(sql);
    await connection.end();
  };
  const open = async (url: string, prepare: boolean): Promise<Database> => {
    const db = await Database.connect(url, { models: [Note], connection: { prepare, poolSize: 1 } });
    await db.dropAll({ confirm: true });
    await db.createAll();
    return db;
  };

  describe.each(NAMES)('%s', (name) => {
    beforeEach((context) => {
      const url = servers.urls[name];
      if (url === undefined || url === serverUrl(name)) context.skip(`no own ${name}: ${servers.missing[name] ?? ''}`);
    });

    it.each([true, false])(
      'A7: X6: whatever the server is set to, a session is strict, in UTC and UTF-8 (prepare: %s)',
      async (prepare) => {
        const url = servers.urls[name]!;
        await ask(
          url,
          "SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,PAD_CHAR_TO_FULL_LENGTH,IGNORE_SPACE'",
          "SET GLOBAL time_zone = '+05:30'",
          "SET GLOBAL character_set_server = 'latin1'",
          'SET GLOBAL foreign_key_checks = 0, unique_checks = 0, autocommit = 0, completion_type = 1',
          'SET GLOBAL sql_auto_is_null = 1, sql_select_limit = 2',
        );
        const db = await open(url, prepare);
        const at = new Date('2026-01-31T13:45:00.123Z');
        const bytes = new Uint8Array([0, 39, 92, 255]);
        await db.transaction((session) =>
          session.add(...ODD.map((text, i) => new Note({ title: `n${i}`, text, at, bytes }))),
        );
        const session = db.session();
        expect(await session.query(Note).orderBy('id').values('text', 'at', 'bytes')).toEqual(
          ODD.map((text) => ({ text, at, bytes })),
        );
        for (const [i, text] of ODD.entries())
          expect(await session.query(Note).filter({ text }).valuesList('title', { flat: true })).toEqual([`n${i}`]);
        expect(
          await session
            .query(Note)
            .filter((n) => n.text.oneOf(ODD))
            .count(),
        ).toBe(ODD.length);
        expect(await session.sql`SELECT ${ODD[2]} AS backslash, ${ODD[0]} AS quote`).toEqual([
          { backslash: '\\', quote: "'" },
        ]);
        // What is written outside of a transaction stays, though the server does not commit by itself.
        await session.query(Note).filter({ title: 'n0' }).update({ text: 'changed' });
        const other = await Database.connect(url, { models: [Note] });
        expect(await other.session().query(Note).filter({ text: 'changed' }).count()).toBe(1);
        await other.close();
        // Strict: what does not fit is an error, and nothing is cut.
        expect(
          await errorOf(() => session.sql`INSERT INTO note (title, text) VALUES (${'x'.repeat(21)}, '')`),
        ).toMatchObject({
          code: 'E_DATA',
        });
        await db.close();
      },
    );

    it('S5: what is more than the server takes at once goes in several statements; one value that is too large is refused', async () => {
      const url = servers.urls[name]!;
      await ask(url, `SET GLOBAL max_allowed_packet = ${MEGABYTE}`);
      for (const prepare of [true, false]) {
        const db = await open(url, prepare);
        const session = db.session();
        const notes = Array.from(
          { length: 40 },
          (_, i) =>
            new Note({ title: `n${i}`, text: `${i}-${"'".repeat(100_000)}`, bytes: new Uint8Array(50_000).fill(i) }),
        );
        session.add(...notes);
        await session.commit();
        for (const note of notes) note.text = `changed ${note.text}`;
        await session.commit();
        const stored = await db.session().query(Note).orderBy('id');
        expect(stored.map(short)).toEqual(notes.map(short));

        const small = new Note({ title: 'small', text: 'é' });
        const large = new Note({ title: 'large', text: 'é'.repeat(MEGABYTE / 2) });
        session.add(small, large);
        const error = await errorOf(() => session.commit());
        expect(error).toBeInstanceOf(InvalidValueError);
        expect(error.message).toMatch(
          /^A statement of \d+ bytes, values included, is more than the 1048576 that the server takes at once \(max_allowed_packet\)\. Raise that setting of the server, or send less in one value\.$/,
        );
        expect([small.id, large.id]).toEqual([undefined, undefined]);
        large.text = 'short';
        await session.commit();
        expect(
          await session
            .query(Note)
            .filter((n) => n.title.oneOf(['small', 'large']))
            .count(),
        ).toBe(2);
        await db.close();
      }
    });
  });
});
