import { afterEach, describe, expect, it } from 'vitest';

import { check, Database, f, sql } from 'blazeorm';
import {
  addColumn,
  addConstraint,
  alterColumn,
  createTable,
  createView,
  dropColumn,
  foreignKey,
  migration,
  MigrationEngine,
  runSql,
} from 'blazeorm/schema';
import type { Migration, Operation } from 'blazeorm/schema';

import { engineOf } from '../../../src/persistence/database.ts';
import { errorOf } from '../../support/database.ts';

const open: Database[] = [];
afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
});

const named = (name: string, after: readonly string[], operations: readonly Operation[]): Migration => ({
  ...migration({ after, operations }),
  name,
  checksum: name,
});

const FIRST = createTable(
  'author',
  { id: f.auto(), name: f.string(), boss: f.int({ nullable: true }) },
  {
    constraints: [foreignKey('boss', 'author', 'id', { onDelete: 'cascade' })],
  },
);
const POST = createTable(
  'post',
  { slug: f.string(), author: f.int() },
  {
    primaryKey: ['slug'],
    constraints: [foreignKey('author', 'author', 'id', { onDelete: 'cascade' })],
  },
);

/** A database after a first migration, SQL that nobody described, and what runs a second one. */
async function prepared(
  first: readonly Operation[],
  ...sql: string[]
): Promise<readonly [Database, (...second: Operation[]) => Promise<unknown>]> {
  const db = await Database.connect('sqlite::memory:');
  open.push(db);
  const initial = named('0001', [], first);
  await new MigrationEngine(db, [initial]).migrate();
  await script(db, ...sql);
  const second = (...operations: Operation[]): Promise<unknown> =>
    new MigrationEngine(db, [initial, named('0002', ['0001'], operations)]).migrate({ force: true });
  return [db, second];
}

async function script(db: Database, ...sql: string[]): Promise<void> {
  const { executor } = engineOf(db);
  const connection = await executor.acquire({ mode: 'write', purpose: 'a test' });
  for (const text of sql) await executor.script(connection, text);
  executor.release(connection);
}

async function rows(db: Database, sql: string): Promise<unknown[][]> {
  const { executor } = engineOf(db);
  const connection = await executor.acquire({ mode: 'write', purpose: 'a test' });
  const found = await executor.query(connection, sql, []);
  executor.release(connection);
  return found;
}

const ANEW = alterColumn('author', 'name', f.string({ maxLength: 5 }));

describe('a table that is made anew on SQLite', () => {
  it('G7: keeps rows, keys to and from it, unknown indexes, triggers, views, and the counter of its keys', async () => {
    const [db, second] = await prepared(
      [FIRST, POST, createView('names', 'SELECT name FROM author')],
      "INSERT INTO author (id, name) VALUES (1, 'Ann'), (2, 'Bob'), (90, 'gone')",
      'DELETE FROM author WHERE id = 90',
      'UPDATE author SET boss = 1 WHERE id = 2',
      "INSERT INTO post VALUES ('one', 1), ('two', 2)",
      'CREATE INDEX unknown ON author (lower(name))',
      'CREATE TABLE log (what TEXT)',
      "CREATE TRIGGER noted AFTER INSERT ON author BEGIN INSERT INTO log VALUES ('author ' || new.name); END",
    );
    await second(ANEW);
    expect(await rows(db, 'SELECT id, name, boss FROM author ORDER BY id')).toEqual([
      [1, 'Ann', null],
      [2, 'Bob', 1],
    ]);
    expect(await rows(db, 'SELECT slug, author FROM post ORDER BY slug')).toEqual([
      ['one', 1],
      ['two', 2],
    ]);
    expect(
      await rows(db, "SELECT name, sql FROM sqlite_schema WHERE name IN ('unknown', 'noted', 'names') ORDER BY name"),
    ).toEqual([
      ['names', 'CREATE VIEW "names" AS SELECT name FROM author'],
      [
        'noted',
        "CREATE TRIGGER noted AFTER INSERT ON author BEGIN INSERT INTO log VALUES ('author ' || new.name); END",
      ],
      ['unknown', 'CREATE INDEX unknown ON author (lower(name))'],
    ]);
    await script(db, "INSERT INTO author (name) VALUES ('Cid')");
    expect(await rows(db, "SELECT id FROM author WHERE name = 'Cid'")).toEqual([[91]]);
    expect(await rows(db, 'SELECT what FROM log')).toEqual([['author Cid']]);
    expect(await rows(db, 'SELECT name FROM names ORDER BY 1')).toEqual([['Ann'], ['Bob'], ['Cid']]);
    await script(db, 'DELETE FROM author WHERE id = 1');
    expect(await rows(db, 'SELECT COUNT(*) FROM author')).toEqual([[1]]);
    expect(await rows(db, 'SELECT COUNT(*) FROM post')).toEqual([[0]]);
    expect(await rows(db, 'PRAGMA foreign_keys')).toEqual([[1]]);
    expect(await rows(db, 'PRAGMA legacy_alter_table')).toEqual([[0]]);
  });

  it('G7: keeps the counter of keys of an empty table', async () => {
    const [db, second] = await prepared([FIRST], "INSERT INTO author (id, name) VALUES (7, 'x')", 'DELETE FROM author');
    await second(ANEW);
    await script(db, "INSERT INTO author (name) VALUES ('y')");
    expect(await rows(db, 'SELECT id FROM author')).toEqual([[8]]);
  });

  it('G7: keeps the numbers of rows that no column holds', async () => {
    const [db, second] = await prepared(
      [createTable('word', { text: f.string() }, { primaryKey: ['text'] })],
      "INSERT INTO word (rowid, text) VALUES (5, 'a'), (3, 'b')",
    );
    await second(
      addConstraint(
        'word',
        check('short', (w: { text: { ne(value: string): unknown } }) => w.text.ne('') as never),
      ),
    );
    expect(await rows(db, 'SELECT rowid, text FROM word ORDER BY rowid')).toEqual([
      [3, 'b'],
      [5, 'a'],
    ]);
  });

  it('G7: keeps the types that columns were declared with, where these are other names of what the history says', async () => {
    const item = createTable(
      'item',
      {
        id: f.int(),
        name: f.string({ maxLength: 200 }),
        price: f.float(),
        at: f.datetime({ nullable: true }),
        long: f.int({ generated: 'length(name)' }),
      },
      { primaryKey: ['id'] },
    );
    const [db, second] = await prepared(
      [item],
      'DROP TABLE item',
      `CREATE TABLE item (id INT NOT NULL PRIMARY KEY, name NVARCHAR(200) NOT NULL, price NUMERIC(10,2) NOT NULL, at DATETIME,
        long INT GENERATED ALWAYS AS (length(name)) STORED)`,
      "INSERT INTO item (rowid, id, name, price, at) VALUES (9, 1, 'a', 3, 1700000000), (4, 2, '12', 0.1, '2026-01-31')",
    );
    const types = (): Promise<unknown[][]> => rows(db, "SELECT name, type FROM pragma_table_info('item')");
    const all = 'SELECT rowid, id, name, price, typeof(price), at, typeof(at), long FROM item ORDER BY id';
    const before = await rows(db, all);
    const dear = addConstraint(
      'item',
      check('dear', (t: { price: { gt(value: number): unknown } }) => t.price.gt(0) as never),
    );
    await second(dear);
    expect(await types()).toEqual([
      ['id', 'INT'],
      ['name', 'NVARCHAR(200)'],
      ['price', 'NUMERIC(10,2)'],
      ['at', 'DATETIME'],
    ]);
    expect(before).toEqual([
      [9, 1, 'a', 3, 'integer', 1700000000, 'integer', 1],
      [4, 2, '12', 0.1, 'real', '2026-01-31', 'text', 2],
    ]);
    expect(await rows(db, all)).toEqual(before);
    const third = named('0003', ['0002'], [alterColumn('item', 'name', f.string({ maxLength: 300 }))]);
    const others = [named('0001', [], [item]), named('0002', ['0001'], [dear])];
    await new MigrationEngine(db, [...others, third]).migrate({ force: true });
    expect(await types()).toEqual([
      ['id', 'INT'],
      ['name', 'varchar(300)'],
      ['price', 'NUMERIC(10,2)'],
      ['at', 'DATETIME'],
    ]);
  });

  it('G7: refuses a type of which the history says another, and takes it once the history was told', async () => {
    const item = createTable('item', { id: f.auto(), name: f.text() });
    const [db, second] = await prepared(
      [item],
      'DROP TABLE item',
      'CREATE TABLE item (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, name NUMERIC NOT NULL)',
      'INSERT INTO item VALUES (1, 7)',
    );
    const longer = addConstraint(
      'item',
      check('some', () => sql<boolean>`name > 0`),
    );
    expect(await errorOf(() => second(longer))).toMatchObject({
      message: expect.stringContaining(
        "The table 'item' has a column 'name' of type NUMERIC where the history says text: it cannot be made anew without a loss. " +
          "Tell the history in a migration before this one: runSql({ up: [], down: [] }, { operations: [alterColumn('item', 'name', f.…)] }) does nothing to the database.",
      ),
    });
    await second(runSql({ up: [], down: [] }, { operations: [alterColumn('item', 'name', f.float())] }), longer);
    expect(await rows(db, 'SELECT * FROM item')).toEqual([[1, 7]]);
    expect(await rows(db, "SELECT type FROM pragma_table_info('item')")).toEqual([['INTEGER'], ['NUMERIC']]);
  });

  it('G7: refuses by name what it would lose, before anything is done', async () => {
    const author = (columns: string, rest = ''): string => `CREATE TABLE author (${columns})${rest}`;
    const key = '"id" integer PRIMARY KEY AUTOINCREMENT NOT NULL';
    const boss = '"boss" integer REFERENCES author (id) ON DELETE CASCADE';
    const cases: readonly (readonly [string, string])[] = [
      [
        author('"id" integer PRIMARY KEY NOT NULL, "name" text NOT NULL, "boss" integer', ' WITHOUT ROWID'),
        'is WITHOUT ROWID',
      ],
      [author('"id" integer PRIMARY KEY NOT NULL, "name" text NOT NULL, "boss" integer', ' STRICT'), 'is STRICT'],
      ['CREATE VIRTUAL TABLE author USING fts5(name)', 'is a virtual table'],
      [
        author(`${key}, "name" text NOT NULL, ${boss}, extra TEXT`),
        "has a column 'extra' that the history does not know",
      ],
      [author(`${key}, "name" text NOT NULL`), "has no column 'boss'"],
      [
        author(`${key}, "name" varchar(9) NOT NULL, ${boss}`),
        "has a column 'name' of type varchar(9) where the history says text",
      ],
      [author(`${key}, "name" text, ${boss}`), "has a column 'name' that is nullable, unlike the history"],
      [author(`${key}, "name" text NOT NULL COLLATE NOCASE, ${boss}`), 'has a COLLATE that the history does not know'],
      [
        author(`${key}, "name" text NOT NULL CHECK (name <> 'COLLATE'), ${boss}`),
        'has a CHECK that the history does not know',
      ],
      [
        author(`${key}, "name" text NOT NULL UNIQUE, ${boss}`),
        "has a unique constraint on 'name' that the history does not know",
      ],
      [
        author(`${key}, "name" text NOT NULL REFERENCES other (name), ${boss}`),
        "has a foreign key of 'name' to 'other' that the history does not know",
      ],
      [
        author(`${key}, "name" text NOT NULL, ${boss} DEFERRABLE INITIALLY DEFERRED`),
        'has a DEFERRABLE that the history does not know',
      ],
      [
        author(`${key}, "name" text NOT NULL ON CONFLICT IGNORE, ${boss}`),
        'has a CONFLICT that the history does not know',
      ],
    ];
    for (const [sql, what] of cases) {
      const [db, second] = await prepared([FIRST], 'DROP TABLE author', sql);
      const before = await rows(db, 'SELECT name, sql FROM sqlite_schema ORDER BY 1');
      expect(await errorOf(() => second(ANEW))).toMatchObject({
        code: 'E_MIGRATION',
        message: expect.stringContaining(`The table 'author' ${what}: it cannot be made anew without a loss.`),
      });
      expect(await rows(db, 'SELECT name, sql FROM sqlite_schema ORDER BY 1')).toEqual(before);
      expect(await rows(db, 'PRAGMA foreign_keys')).toEqual([[1]]);
      expect(await rows(db, 'PRAGMA legacy_alter_table')).toEqual([[0]]);
    }
  });

  it('G7: values that cannot be of the new type are not lost, nor cut', async () => {
    const [db, second] = await prepared([FIRST], "INSERT INTO author (name) VALUES ('too long'), ('12')");
    expect(await errorOf(() => second(ANEW))).toMatchObject({
      message: expect.stringContaining("1 values of 'author'.'name' cannot become ones of type string."),
    });
    expect(await errorOf(() => second(alterColumn('author', 'name', f.int())))).toMatchObject({
      message: expect.stringContaining("1 values of 'author'.'name' cannot become ones of type int."),
    });
    expect(await rows(db, 'SELECT name FROM author ORDER BY id')).toEqual([['too long'], ['12']]);
    await second(alterColumn('author', 'name', f.int(), { using: 'length(name)' }));
    expect(await rows(db, 'SELECT name FROM author ORDER BY id')).toEqual([[8], [2]]);
  });

  it('G7: a view or a trigger that would read nothing more stops it, and all is as it was', async () => {
    const [db, second] = await prepared(
      [FIRST, createView('names', 'SELECT name FROM author')],
      "INSERT INTO author (name) VALUES ('Ann')",
    );
    const gone = [
      addConstraint(
        'author',
        check('some', (a: { id: { gte(value: number): unknown } }) => a.id.gte(0) as never),
      ),
      dropColumn('author', 'name'),
    ];
    const before = await rows(db, 'SELECT name, sql FROM sqlite_schema ORDER BY 1');
    expect(
      await errorOf(() => second(addColumn('author', 'twice', f.int({ generated: 'id * 2' })), ...gone)),
    ).toMatchObject({
      message: expect.stringContaining("The view 'names' reads what 'author' would have no more."),
    });
    expect(await rows(db, 'SELECT name, sql FROM sqlite_schema ORDER BY 1')).toEqual(before);
    await script(
      db,
      'DROP VIEW names',
      'CREATE TRIGGER t AFTER DELETE ON author BEGIN UPDATE author SET name = old.name; END',
    );
    expect(
      await errorOf(() => second(addColumn('author', 'twice', f.int({ generated: 'id * 2' })), ...gone)),
    ).toMatchObject({
      message: expect.stringContaining("A trigger of 'author' reads what would be there no more."),
    });
    expect(await rows(db, 'SELECT name FROM author')).toEqual([['Ann']]);
  });

  it('G8: whether foreign keys are enforced stays as the connection had it', async () => {
    const [db, second] = await prepared([FIRST, POST], 'PRAGMA foreign_keys = OFF');
    await second(ANEW);
    expect(await rows(db, 'PRAGMA foreign_keys')).toEqual([[0]]);
  });

  it('G7: rows that refer to nothing, here or from elsewhere, are found', async () => {
    const [db, second] = await prepared(
      [FIRST, POST],
      'PRAGMA foreign_keys = OFF',
      "INSERT INTO post VALUES ('one', 5)",
      'PRAGMA foreign_keys = ON',
    );
    expect(await errorOf(() => second(ANEW))).toMatchObject({
      message: expect.stringContaining("Rows of 'post' refer to rows of 'author' that are not there."),
    });
    expect(await rows(db, "SELECT COUNT(*) FROM sqlite_schema WHERE name LIKE '\\_blaze%' ESCAPE '\\'")).toEqual([[0]]);
  });
});
