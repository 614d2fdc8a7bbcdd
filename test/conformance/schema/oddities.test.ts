/** Names and texts of which somebody might hope that they become code, and things that no model says. */
import { afterAll, describe, expect, it } from 'vitest';

import { Database, f, model, Registry } from 'blazeorm';
import {
  createTable,
  diffSchemas,
  inspect,
  introspect,
  MigrationEngine,
  replay,
  runSql,
  schemaOf,
} from 'blazeorm/schema';
import type { Migration } from 'blazeorm/schema';

import type { ModelClassValue } from '../../../src/core/metadata.ts';
import { engineOf } from '../../../src/persistence/database.ts';
import { tableSchemaOf } from '../../../src/schema/of-models.ts';
import { engine, freshUrl, onEngine } from '../../support/database.ts';
import { Folder } from '../../support/inspected.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { pictureOf } from '../../support/schema-picture.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const isMysql = engine === 'mysql' || engine === 'mariadb';

/** An identifier in the quotes of the database. */
function id(name: string): string {
  return isMysql ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
}

function text(value: string): string {
  return `'${(isMysql ? value.replaceAll('\\', '\\\\') : value).replaceAll("'", "''")}'`;
}

const HOSTILE = [
  '"; process.exit(1); //',
  "'; DROP TABLE x; --",
  '`${process.exit(1)}`',
  '*/ process.exit(1) /*',
  'line\nbreak',
  'return\r\nback\\slash',
  '\u2028separator\u202eturned',
  '__proto__',
  'constructor',
  'toString',
  'class',
  'await',
  'pk',
  'load',
  '1st',
  '-dash-',
  // Names of MySQL have no characters beyond 16 bits.
  `ünïcödé 日本${isMysql ? '' : ' 😀'}`,
  'a.b[c](d)',
  '?',
  '$1',
  '--',
];

/** A database, what is read of it, and its models. */
async function opened(...sql: readonly string[]) {
  const db = await LiveDatabase.fresh(await freshUrl());
  await db.run(...sql);
  const found = await db.introspect();
  const inspected = inspect(found);
  return { db, found, ...inspected };
}

function pictures(models: readonly ModelClassValue[], db: LiveDatabase): object[] {
  const metas = new Registry(models).models.toSorted((a, b) => (a.table < b.table ? -1 : 1));
  return metas.map(tableSchemaOf).map((table) => pictureOf(table, db.dialect));
}

describe('G11: hostile text in the catalog stays text', () => {
  it('X1: names of tables, columns, indexes, checks; comments, defaults, conditions', async () => {
    const tables = HOSTILE.map((name, i) => {
      const comment = isMysql ? ` COMMENT ${text(name)}` : '';
      return `CREATE TABLE ${id(name)} (
        ${id('id')} ${onEngine({ sqlite: 'integer PRIMARY KEY', postgres: 'int GENERATED ALWAYS AS IDENTITY PRIMARY KEY', mysql: 'int PRIMARY KEY AUTO_INCREMENT' })},
        ${id(name)} varchar(90) NOT NULL DEFAULT ${text(name)}${comment},
        ${id(`${name} id`)} int,
        CONSTRAINT ${id(`${name} check`)} CHECK (${id(name)} <> ${text(name.slice(1))}),
        CONSTRAINT ${id(`${name} fk`)} FOREIGN KEY (${id(`${name} id`)}) REFERENCES ${id(HOSTILE[Math.max(0, i - 1)]!)} (${id('id')})
      )${comment}`;
    });
    const indexes = HOSTILE.map(
      (name) => `CREATE INDEX ${id(`${name} index`)} ON ${id(name)} (${id(name)} DESC, ${id('id')})`,
    );
    const comments = HOSTILE.flatMap((name) =>
      engine.startsWith('postgres')
        ? [
            `COMMENT ON TABLE ${id(name)} IS ${text(name)}`,
            `COMMENT ON COLUMN ${id(name)}.${id(name)} IS ${text(name)}`,
          ]
        : [],
    );
    const { db, found, files, warnings } = await opened(...tables, ...indexes, ...comments);
    expect(found.tables.map(({ name }) => name)).toEqual([...HOSTILE].sort((a, b) => (a < b ? -1 : 1)));
    expect(warnings).toEqual([]);
    const models = await folder.load(files, 'hostile');
    expect(pictures(models, db)).toEqual(found.tables.map((table) => pictureOf(table, db.dialect)));
    const again = await LiveDatabase.connect(await freshUrl(), { models });
    await again.createAll();
    expect((await again.introspect()).tables.map((table) => pictureOf(table, db.dialect))).toEqual(
      found.tables.map((table) => pictureOf(table, db.dialect)),
    );
    await again.close();
    await db.close();
  });
});

/** Every type that the database has, with a value of each, and the field that reads and writes it. */
const TYPES: readonly (readonly [type: string, value: string, field: string])[] = onEngine({
  sqlite: [
    ['INT', '7', 'f.int()'],
    ['BIGINT', '9007199254740993', 'f.bigint()'],
    ['UNSIGNED BIG INT', '7', 'f.bigint()'],
    ['TINYINT', '7', 'f.smallInt()'],
    ['BOOLEAN', '1', 'f.bool()'],
    ['DOUBLE PRECISION', '1.5', 'f.float()'],
    ['NUMERIC(10,2)', '1.50', 'f.float()'],
    ['NVARCHAR(160)', "'é'", 'f.string({ maxLength: 160 })'],
    ['CHARACTER(20)', "'é'", 'f.string({ maxLength: 20 })'],
    ['CLOB', "'é'", 'f.text()'],
    ['BLOB', "x'00ff'", 'f.binary()'],
    ['DATE', "'2026-01-31'", 'f.date()'],
    ['TIME', "'13:45:00'", 'f.time()'],
    ['DATETIME', "'2026-01-31 13:45:00'", 'f.datetime()'],
    ['TIMESTAMP', "'2026-01-31T13:45:00Z'", 'f.datetime()'],
    ['UUID', "'0198c5f4-0000-7000-8000-000000000000'", 'f.uuid()'],
    ['JSON', `'{"a":[1]}'`, 'f.json()'],
    ['GEOMETRY', "'POINT(1 2)'", "f.custom(anything('GEOMETRY'))"],
    ['', "'7'", "f.custom(anything(''))"],
  ],
  postgres: [
    ['smallint', '7', 'f.smallInt()'],
    ['bigint', '9007199254740993', 'f.bigint()'],
    ['real', '1.5', 'f.float()'],
    ['double precision', '1.5', 'f.float()'],
    ['numeric(10, 2)', '1.50', 'f.decimal({ precision: 10, scale: 2 })'],
    ['numeric', '1.50', "f.custom(text('numeric'))"],
    ['numeric(3, -2)', '1500', "f.custom(text('numeric(3,-2)'))"],
    ['boolean', 'true', 'f.bool()'],
    ['varchar(20)', "'é'", 'f.string({ maxLength: 20 })'],
    ['varchar', "'é'", 'f.string()'],
    ['char(3)', "'abc'", 'f.string({ maxLength: 3 })'],
    ['text', "'é'", 'f.text()'],
    ['bytea', "'\\x00ff'", 'f.binary()'],
    ['date', "'2026-01-31'", 'f.date()'],
    ['time', "'13:45:00'", 'f.time()'],
    ['timetz', "'13:45:00+01'", "f.custom(text('time with time zone'))"],
    ['timestamptz', "'2026-01-31 13:45:00.123+00'", 'f.datetime()'],
    ['timestamp', "'2026-01-31 13:45:00.12'", "f.custom(timestamp('timestamp without time zone'))"],
    ['timestamp(0)', "'2026-01-31 13:45:00'", "f.custom(timestamp('timestamp(0) without time zone'))"],
    ['interval', "'1 day'", "f.custom(text('interval'))"],
    ['uuid', "'0198c5f4-0000-7000-8000-000000000000'", 'f.uuid()'],
    ['json', `'{"a":[1]}'`, 'f.json()'],
    ['jsonb', `'{"a":[1]}'`, 'f.json()'],
    ['integer[]', "'{1,NULL}'", 'f.array(f.int())'],
    ['numeric(4, 1)[]', "'{1.5}'", 'f.array(f.decimal({ precision: 4, scale: 1 }))'],
    ['inet', "'10.0.0.1/8'", "f.custom(text('inet'))"],
    ['macaddr', "'08:00:2b:01:02:03'", "f.custom(text('macaddr'))"],
    ['xml', "'<a/>'", "f.custom(text('xml'))"],
    ['tsvector', "'a:1'", "f.custom(text('tsvector'))"],
    ['point', "'(1,2)'", "f.custom(text('point'))"],
    ['int4range', "'[1,3)'", "f.custom(text('int4range'))"],
    ['bit(3)', "B'101'", "f.custom(text('bit(3)'))"],
    ['money', "'1.50'", "f.custom(text('money'))"],
    ['"Mood ""x"""', "'ok'", `f.custom(enumerated('"Mood ""x"""', ['sad', 'ok', "it's"]))`],
    ['"Mood ""x"""[]', "'{ok}'", `f.array(f.custom(enumerated('"Mood ""x"""', ['sad', 'ok', "it's"])))`],
    ['posint', '7', 'f.int()'],
  ],
  mysql: [
    ['tinyint', '7', 'f.smallInt()'],
    ['tinyint(1)', '1', 'f.bool()'],
    ['smallint', '7', 'f.smallInt()'],
    ['smallint unsigned', '65535', 'f.int()'],
    ['mediumint unsigned', '7', 'f.int()'],
    ['int unsigned', '4294967295', 'f.bigint()'],
    ['bigint', '9007199254740993', 'f.bigint()'],
    ['float', '1.5', 'f.float()'],
    ['decimal(10, 2)', '1.50', 'f.decimal({ precision: 10, scale: 2 })'],
    ['char(3)', "'abc'", 'f.string({ maxLength: 3 })'],
    ['varchar(20)', "'é'", 'f.string({ maxLength: 20 })'],
    ['tinytext', "'é'", 'f.text()'],
    ['varbinary(9)', "x'00ff'", 'f.binary()'],
    ['blob', "x'00ff'", 'f.binary()'],
    ['date', "'2026-01-31'", 'f.date()'],
    ['time', "'13:45:00'", 'f.time()'],
    ['datetime', "'2026-01-31 13:45:00'", 'f.datetime()'],
    ['timestamp(3) NULL', "'2026-01-31 13:45:00.123'", 'f.datetime({ nullable: true })'],
    ['year', '2026', 'f.smallInt()'],
    ['json', `'{"a":[1]}'`, 'f.json()'],
    ["enum('sad', 'ok', 'it''s')", "'ok'", `f.enum(['sad', 'ok', "it's"])`],
    ["set('a', 'b')", "'a,b'", `f.custom(text("set('a','b')"))`],
    ['bit(3)', "b'101'", "f.custom(anything('bit(3)'))"],
  ],
});

/** What is told of these columns: types that a new database has otherwise, and types that are made first. */
const NEW = 'In a new database types are others, unless a migration sets them with runSql():';
const width = (digits: number): string => (engine === 'mariadb' ? `(${digits})` : '');
const TOLD: readonly string[] = onEngine({
  sqlite: [`${NEW} c6 is double, not NUMERIC(10,2); c16 is json_text, not JSON.`],
  postgres: [
    `${NEW} c2 is double precision, not real; c10 is varchar(3), not character(3); c16 is timestamptz(3), not timestamp with time zone; c21 is jsonb, not json.`,
    ...[33, 34].map(
      (i) =>
        `The column 'c${i}' is of a type that no model makes: begin the first migration with runSql() and CREATE TYPE "Mood ""x""" AS ENUM ('sad', 'ok', 'it''s').`,
    ),
    `The column 'c${TYPES.length - 1}' is of the domain posint, read as integer.`,
  ],
  mysql: [
    `${NEW} c0 is smallint, not tinyint${width(4)}; c3 is int, not smallint${width(5)} unsigned; c4 is int, not mediumint${width(8)} unsigned; c5 is bigint, not int${width(10)} unsigned; c7 is double, not float; c9 is varchar(3), not char(3); c11 is longtext, not tinytext; c12 is longblob, not varbinary(9); c13 is longblob, not blob; c15 is time(6), not time; c16 is datetime(3), not datetime; c17 is datetime(3), not timestamp(3); c18 is smallint, not year${width(4)}; c20 is varchar(255), not enum('sad','ok','it''s').`,
  ],
});

describe('G11: every type of the database', () => {
  it('is read as the field whose codec reads and writes it', async () => {
    const columns = TYPES.map(([type], i) => `c${i} ${type}${type.endsWith('NULL') ? '' : ' NOT NULL'}`);
    const { db, found, files, warnings } = await opened(
      ...(engine.startsWith('postgres')
        ? [
            `CREATE TYPE "Mood ""x""" AS ENUM ('sad', 'ok', 'it''s')`,
            'CREATE DOMAIN posint AS integer CHECK (VALUE > 0)',
          ]
        : []),
      `CREATE TABLE types (id int PRIMARY KEY, ${columns.join(', ')})`,
      `INSERT INTO types VALUES (1, ${TYPES.map(([, value]) => value).join(', ')})`,
    );
    expect(warnings).toEqual(TOLD.map((text) => `types: ${text}`));
    const source = files[0]!.text
      .replaceAll(/\(\s+/g, '(')
      .replaceAll(/,\s+\)/g, ')')
      .replaceAll(/\s+/g, ' ');
    const missing = TYPES.flatMap(([, , field], i) =>
      source.includes(` c${i}: ${field},`) ? [] : [`c${i}: ${field}`],
    );
    expect(missing).toEqual([]);
    const models = await folder.load(files, 'types');
    expect(pictures(models, db)).toEqual(found.tables.map((table) => pictureOf(table, db.dialect)));

    const session = db.session();
    const [row] = (await session.query(models[0] as never)) as unknown as readonly Record<string, unknown>[];
    session.add(...[2, 3].map((id) => new models[0]!({ ...row, id } as never) as never));
    await session.commit();
    const read = (await db.session().query(models[0] as never)) as unknown as readonly Record<string, unknown>[];
    const values = read.map((entity) => TYPES.map((_, i) => entity[`c${i}`]));
    expect(values.slice(1)).toEqual([values[0], values[0]]);
    await db.close();
  });
});

it.skipIf(!engine.startsWith('postgres'))(
  'G11: an enumerated type (only PostgreSQL has such) is made by a migration, and a field of the model names it',
  async () => {
    const mood = {
      type: 'mood',
      codec: { encode: (value: 'sad' | 'ok') => value, decode: (stored: unknown) => stored as 'sad' | 'ok' },
    };
    class Person extends model('person', { id: f.auto(), mood: f.custom(mood) }) {}
    const db = await Database.connect(await freshUrl(), { models: [Person] });
    const first: Migration = {
      kind: 'migration',
      name: '0001_mood',
      checksum: '',
      after: [],
      replaces: [],
      operations: [
        runSql({ up: "CREATE TYPE mood AS ENUM ('sad', 'ok')", down: 'DROP TYPE mood' }),
        createTable('person', { id: f.auto(), mood: f.custom(mood) }),
      ],
    };
    const migrations = new MigrationEngine(db, [first]);
    await migrations.migrate({ acknowledge: true });
    const { dialect } = engineOf(db).adapter;
    expect(diffSchemas(replay([first]), schemaOf([Person], dialect), dialect)).toEqual([]);
    expect(diffSchemas(await introspect(db), schemaOf([Person], dialect), dialect, { stored: true })).toEqual([]);
    await db.transaction((session) => session.add(new Person({ mood: 'ok' })));
    expect(await db.session().query(Person).filter({ mood: 'ok' }).values('mood')).toEqual([{ mood: 'ok' }]);
    await migrations.rollback({ force: true });
    expect(await introspect(db)).toMatchObject({ tables: [] });
    await db.close();
  },
);

it('G11: all of them compile, as the formatter would write them', async () => {
  expect(await folder.compile()).toBe('');
  expect(await folder.unformatted()).toEqual([]);
}, 120_000);
