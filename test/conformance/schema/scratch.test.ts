/** Databases that migrations are tried out on: as empty afterwards as before. */
import { afterEach, beforeEach, expect, it } from 'vitest';

import { Database, f } from 'blazeorm';
import { createTable, MigrationEngine, MigrationError, runSql } from 'blazeorm/schema';
import type { Migration, Operation } from 'blazeorm/schema';

import { engineOf } from '../../../src/persistence/database.ts';
import { CONTENTS } from '../../../src/schema/scratch.ts';
import { failure, freshUrl, onEngine } from '../../../src/testing/support/database.ts';

const file = (name: string, operations: readonly Operation[], after: readonly string[] = []): Migration => ({
  kind: 'migration',
  name,
  checksum: name,
  after,
  replaces: [],
  operations,
});
const first = file('0001_note', [createTable('note', { id: f.auto(), text: f.string({ maxLength: 40 }) })]);

let db: Database;
let scratch: Database;
beforeEach(async () => {
  db = await Database.connect(await freshUrl());
  scratch = await Database.connect(await freshUrl());
});
afterEach(async () => {
  await db.close();
  await scratch.close();
});

const open = (migrations: readonly Migration[]): MigrationEngine => new MigrationEngine(db, migrations);

it('G3: it is empty again afterwards, of all that migrations make, and also where they fail', async () => {
  const makes = file(
    '0002_makes',
    [
      runSql(
        onEngine<readonly string[]>({
          sqlite: ['CREATE VIRTUAL TABLE words USING fts5(text)', 'CREATE VIEW gone AS SELECT id FROM note'],
          postgres: [
            "CREATE TYPE mood AS ENUM ('sad', 'ok')",
            'CREATE SEQUENCE "odd "" one"',
            'CREATE SCHEMA apart',
            'CREATE TABLE apart.thing (id serial PRIMARY KEY, mood mood)',
            "CREATE FUNCTION twice(a integer, b mood) RETURNS integer LANGUAGE sql AS 'SELECT a * 2'",
            'CREATE MATERIALIZED VIEW kept AS SELECT id FROM note',
          ],
          mysql: [
            'CREATE FUNCTION twice(a int) RETURNS int DETERMINISTIC RETURN a * 2',
            'CREATE VIEW gone AS SELECT id FROM note',
            'CREATE TABLE thing (id int PRIMARY KEY, note int, FOREIGN KEY (note) REFERENCES note (id))',
          ],
        }).map(String),
      ),
    ],
    ['0001_note'],
  );
  const fails = file('0003_fails', [runSql('DELETE FROM nothing')], ['0002_makes']);
  const contents = async (): Promise<readonly string[]> => {
    const { executor, adapter } = engineOf(scratch);
    const { dialect } = adapter;
    const connection = await executor.acquire({ mode: 'read', purpose: 'a test' });
    try {
      const found = await CONTENTS[dialect.id].found({ executor, connection, dialect }, []);
      return found.map(({ key }) => key);
    } finally {
      executor.release(connection);
    }
  };
  const mine = await contents();
  const migrations = new MigrationEngine(scratch, [first, makes, fails]);
  await expect(migrations.verify()).rejects.toThrow(/^0003_fails/);
  expect(await contents()).toEqual(mine);
  await expect(open([first, makes, fails]).drift(scratch, { to: '0003_fails' })).rejects.toThrow(/^0003_fails/);
  expect(await contents()).toEqual(mine);
  await expect(open([first]).drift(scratch, { to: '0001_note' })).resolves.toHaveLength(1);
  expect(await contents()).toEqual(mine);
});

it('G3: what somebody has there is refused, and stays', async () => {
  await scratch.session().sql`CREATE TABLE mine (id integer)`;
  const refused = failure(MigrationError, {
    message:
      "The scratch database has 'mine' in it, and more may be lost there. Give it an empty one, made for this and nothing else. It is emptied when all is done; only a process that was killed leaves something there.",
  });
  await expect(new MigrationEngine(scratch, [first]).verify()).rejects.toThrow(refused);
  await expect(open([first]).drift(scratch)).rejects.toThrow(refused);
  await expect(open([first]).adopt(scratch, { to: '0001_note' })).rejects.toThrow(refused);
  expect(await scratch.session().sql`SELECT COUNT(*) AS n FROM mine`).toHaveLength(1);
});
