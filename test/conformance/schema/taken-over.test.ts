/** Databases that were made by others: what models cannot say is told by name, and the rest is no difference to `adopt`. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { MigrationEngine } from 'blazeorm/schema';

import { engine, freshUrl, onEngine } from '../../support/database.ts';
import { inspected, takeOver } from '../../support/adopted.ts';
import { Folder } from '../../support/inspected.ts';
import { LiveDatabase } from '../../support/live-schema.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const opened: LiveDatabase[] = [];
afterEach(async () => {
  for (const db of opened.splice(0)) await db.close();
});

async function connect(...statements: readonly string[]): Promise<LiveDatabase> {
  const db = await LiveDatabase.connect(await freshUrl());
  opened.push(db);
  await db.run(...statements);
  return db;
}

interface Case {
  readonly statements: readonly string[];
  /** What has to be made first, as the warnings say. */
  readonly first?: readonly string[];
  readonly warnings: readonly string[];
}

const mysqlCollation = engine === 'mariadb' ? 'utf8mb4_nopad_bin' : 'utf8mb4_0900_bin';
const unsigned = engine === 'mariadb' ? 'int(10) unsigned' : 'int unsigned';
const collated = (which: string, collation: string): string =>
  `${which} are compared by ${collation}, which no model can say; in a new database by ${mysqlCollation}, which tells all letters apart.`;
const others = (list: string): string =>
  `In a new database types are others, unless a migration sets them with runSql(): ${list}.`;

const CASES = onEngine<Readonly<Record<string, Case>>>({
  sqlite: {
    'a key that is not the number of the row': {
      statements: [
        'CREATE TABLE t (id int PRIMARY KEY, n NVARCHAR(20), price NUMERIC(10,2), at DATETIME)',
        "CREATE VIEW v AS SELECT id, n = 'a?::text' AS b FROM t",
      ],
      warnings: [`t: ${others('price is double, not NUMERIC(10,2)')}`],
    },
    'what is odd in a table': {
      statements: [
        'CREATE TABLE s (id INTEGER PRIMARY KEY, n TEXT) STRICT',
        'CREATE TABLE w (id TEXT PRIMARY KEY, n TEXT NOT NULL) WITHOUT ROWID',
        'CREATE TRIGGER told AFTER INSERT ON s BEGIN SELECT 1; END',
      ],
      warnings: [
        "s: It has the trigger 'told', which no model can say.",
        's: It is STRICT, which no model can say.',
        'w: It is WITHOUT ROWID, which no model can say.',
      ],
    },
  },
  postgres: {
    'types and sequences that are made elsewhere': {
      statements: [
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
        'CREATE DOMAIN felt AS mood',
        'CREATE TYPE spot AS (x integer, y integer)',
        'CREATE SEQUENCE "odd one"',
        `CREATE TABLE t (id integer PRIMARY KEY, m mood NOT NULL DEFAULT 'sad', ms mood[], f felt, s spot, n integer DEFAULT nextval('"odd one"'))`,
      ],
      first: [
        "CREATE TYPE mood AS ENUM ('sad', 'it''s ok')",
        'CREATE TYPE spot AS (x integer, y integer)',
        'CREATE SEQUENCE "odd one"',
      ],
      warnings: [
        `t: The column 'f' is of a type that no model makes: begin the first migration with runSql() and CREATE TYPE mood AS ENUM ('sad', 'it''s ok').`,
        "t: The column 'f' is of the domain felt, read as mood.",
        `t: The column 'm' is of a type that no model makes: begin the first migration with runSql() and CREATE TYPE mood AS ENUM ('sad', 'it''s ok').`,
        `t: The column 'ms' is of a type that no model makes: begin the first migration with runSql() and CREATE TYPE mood AS ENUM ('sad', 'it''s ok').`,
        `t: The column 'n' counts by a sequence that no model makes: begin the first migration with runSql() and CREATE SEQUENCE "odd one".`,
        "t: The column 's' is of a type that no model makes: begin the first migration with runSql() and CREATE TYPE spot.",
      ],
    },
    'views with casts, and texts like placeholders': {
      statements: [
        'CREATE TABLE t (id integer PRIMARY KEY, n text, j jsonb)',
        `CREATE VIEW v AS SELECT id, (n = 'a') AS b, j ? 'x' AS c, 'a ? b'::text AS d, $$a ? $1 :x$$ AS e, now()::date AS f FROM t`,
      ],
      warnings: [],
    },
    'types of which a new database has others, and defaults of them': {
      statements: [
        `CREATE TABLE t (id smallserial PRIMARY KEY, c char(3) DEFAULT 'abc', r real DEFAULT 1.5, j json DEFAULT '{}', at timestamptz DEFAULT now(), d numeric(10, 2)[], v varchar, vs varchar(9)[], ts timestamptz(3), tt time DEFAULT '10:00')`,
      ],
      warnings: [
        `t: ${others('id is integer, not smallint; c is varchar(3), not character(3); r is double precision, not real; j is jsonb, not json; at is timestamptz(3), not timestamp with time zone')}`,
      ],
    },
    'what is odd in a table': {
      statements: [
        'CREATE TABLE base (id integer PRIMARY KEY)',
        'CREATE UNLOGGED TABLE t (id integer PRIMARY KEY) INHERITS (base)',
        'ALTER TABLE t ENABLE ROW LEVEL SECURITY',
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        'CREATE TRIGGER told BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()',
        'CREATE RULE quiet AS ON DELETE TO t DO INSTEAD NOTHING',
        'CREATE TABLE parts (id integer PRIMARY KEY) PARTITION BY RANGE (id)',
        'CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (1) TO (10)',
      ],
      warnings: [
        'parts: It has partitions, which no model can say.',
        "t: It has the rule 'quiet', which no model can say.",
        "t: It has the trigger 'told', which no model can say.",
        't: It inherits from another table, which no model can say.',
        't: It is UNLOGGED, which no model can say.',
        't: Its rows are guarded by policies (ROW LEVEL SECURITY), which no model can say.',
      ],
    },
  },
  mysql: {
    'a column that counts up and is not the key': {
      statements: [
        'CREATE TABLE t (id int PRIMARY KEY, n int unsigned AUTO_INCREMENT, UNIQUE counted (n))',
        'CREATE TABLE pair (a int, n int AUTO_INCREMENT, PRIMARY KEY (a, n), KEY (n))',
      ],
      warnings: [
        "pair, t: The column 'n' counts up and is not the whole key, which no model can say.",
        `t: ${others(`n is bigint, not ${unsigned}`)}`,
      ],
    },
    'times, bits and bytes with defaults': {
      statements: [
        `CREATE TABLE t (id int PRIMARY KEY, at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
          made datetime(6) DEFAULT CURRENT_TIMESTAMP(6), some timestamp(3) NULL DEFAULT '2020-01-02 03:04:05.5', ten time DEFAULT '10:00:00',
          bits bit(8) DEFAULT b'101', bytes binary(3) DEFAULT 'abc', day date DEFAULT '2020-01-02', sets set('a','b') DEFAULT 'a')`,
      ],
      warnings: [
        `t: ${others('at is datetime(3), not timestamp; made is datetime(3), not datetime(6); some is datetime(3), not timestamp(3); ten is time(6), not time; bytes is longblob, not binary(3)')}`,
        `t: ${collated('Its texts', engine === 'mariadb' ? 'utf8mb4_general_ci' : 'utf8mb4_0900_ai_ci')}`,
        "t: The column 'at' has ON UPDATE, which no model can say: { autoNow: true } is near to it.",
      ],
    },
    'what is odd in a table': {
      statements: [
        "CREATE TABLE old (id int PRIMARY KEY, a char(3), b varchar(9), w varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci, e enum('x','y') DEFAULT 'x', i int INVISIBLE) ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci",
        'CREATE TRIGGER told BEFORE INSERT ON old FOR EACH ROW SET NEW.i = 1',
        'CREATE TABLE parts (id int PRIMARY KEY) PARTITION BY HASH(id) PARTITIONS 2',
      ],
      warnings: [
        `old: ${others("a is varchar(3), not char(3); e is varchar(255), not enum('x','y')")}`,
        "old: It has the trigger 'told', which no model can say.",
        'old: Its engine is MyISAM, which no model can say: a new table has InnoDB.',
        `old: ${collated("Texts in 'a', 'b', 'e'", 'latin1_swedish_ci')}`,
        `old: ${collated("Texts in 'w'", 'utf8mb4_unicode_ci')}`,
        "old: The column 'i' is invisible, which no model can say.",
        'parts: It has partitions, which no model can say.',
      ],
    },
  },
});

const MARIADB: Readonly<Record<string, Case>> = {
  'tables that keep their history': {
    statements: [
      'CREATE TABLE kept (id int PRIMARY KEY, n int) WITH SYSTEM VERSIONING',
      'CREATE TABLE told (id int PRIMARY KEY, since timestamp(6) GENERATED ALWAYS AS ROW START, till timestamp(6) GENERATED ALWAYS AS ROW END, PERIOD FOR SYSTEM_TIME (since, till)) WITH SYSTEM VERSIONING',
      'CREATE TABLE refers (id int PRIMARY KEY, kept_id int, CONSTRAINT k FOREIGN KEY (kept_id) REFERENCES kept (id))',
    ],
    warnings: ['kept, told: It keeps its history (WITH SYSTEM VERSIONING), which no model can say.'],
  },
  'a sequence': {
    statements: ['CREATE SEQUENCE sq', 'CREATE TABLE t (id int PRIMARY KEY, n int DEFAULT nextval(sq))'],
    first: ['CREATE SEQUENCE sq'],
    warnings: [
      'sq: It is a sequence, which no model can say.',
      "t: The column 'n' counts by a sequence that no model makes: begin the first migration with runSql() and CREATE SEQUENCE `sq`.",
    ],
  },
};

describe('G11: G10: inspected, migrated and adopted', () => {
  const cases = Object.entries(engine === 'mariadb' ? { ...CASES, ...MARIADB } : CASES);
  for (const [i, [title, { statements, first, warnings }]] of cases.entries())
    it(title, async () => {
      const db = await connect(...statements);
      const inspection = await inspected(db, folder, `case-${i}`, first);
      expect(inspection.warnings).toEqual(warnings);
      expect(await takeOver(db, inspection)).toEqual({ changes: 0, adopted: '' });
    });
});

it.runIf(engine === 'mysql' || engine === 'mariadb')(
  'G11: views of MySQL and MariaDB (which name their database in them) read the database that they are in',
  async () => {
    const db = await connect();
    const [[name] = []] = await db.session().sql<{ name: string }>`SELECT DATABASE() AS name`.then((rows) =>
      rows.map((row) => [row.name]),
    );
    await db.run(
      'CREATE TABLE t (id int PRIMARY KEY, n varchar(20), k int)',
      `CREATE TABLE \`${name!}\` (id int PRIMARY KEY, n varchar(20))`,
      "CREATE VIEW v1 AS SELECT id, concat('it''s `\\\\', n) AS x FROM t WHERE k > 1",
      `CREATE VIEW v2 AS SELECT id, n AS x FROM \`${name!}\``,
      `CREATE VIEW v3 AS SELECT \`${name!}\`.id, o.n AS x FROM t AS \`${name!}\` JOIN (t AS o JOIN \`${name!}\` AS p ON o.id = p.id) ON o.id = \`${name!}\`.id`,
      "INSERT INTO t VALUES (1, 'PROD', 2)",
    );
    const inspection = await inspected(db, folder, 'views');
    const other = await connect();
    await new MigrationEngine(other, inspection.migrations).migrate({ acknowledge: true });
    await other.run("INSERT INTO t VALUES (7, 'own', 2)", `INSERT INTO \`${name!}\` VALUES (7, 'named')`);
    const rows = async (view: string): Promise<readonly unknown[]> => {
      const model = inspection.models.find((one) => one.name === view)!;
      const session = other.session();
      return session.query(model as never).values('id', 'x' as never);
    };
    expect(await Promise.all(['V1', 'V2', 'V3'].map(rows))).toEqual([
      [{ id: 7, x: "it's `\\own" }],
      [{ id: 7, x: 'named' }],
      [{ id: 7, x: 'own' }],
    ]);
    expect(inspection.files[0]!.text).not.toContain(`\`${name!}\\\`.\\\`t`);
    expect(await takeOver(db, inspection)).toEqual({ changes: 0, adopted: '' });
  },
);

it.runIf(engine === 'mysql' || engine === 'mariadb')(
  'G11: G10: indexes of one name in two tables (as MySQL and MariaDB have them) are told, and adopted once they are renamed',
  async () => {
    const db = await connect(
      'CREATE TABLE a (id int PRIMARY KEY, n int, m int, UNIQUE n (n), KEY both_of (n, m))',
      'CREATE TABLE b (id int PRIMARY KEY, n int, m int, UNIQUE n (n), KEY both_of (n, m))',
    );
    const inspection = await inspected(db, folder, 'one-name');
    expect(inspection.warnings).toEqual([
      "b: The index 'both_of' has the name of another, and is called 'b_n_m_idx' in the model: rename it in the database, too.",
      "b: The index 'n' has the name of another, and is called 'b_n_key' in the model: rename it in the database, too.",
    ]);
    expect(await takeOver(db, inspection)).toEqual({
      changes: 0,
      adopted: expect.stringContaining('both_of') as string,
    });
    await db.run('ALTER TABLE b RENAME INDEX both_of TO b_n_m_idx, RENAME INDEX n TO b_n_key');
    expect(await takeOver(db, inspection)).toEqual({ changes: 0, adopted: '' });
  },
);

it('G11: all of them compile, as the formatter would write them', async () => {
  expect(await folder.compile()).toBe('');
  expect(await folder.unformatted()).toEqual([]);
}, 120_000);
