/** What of a schema becomes which model: relations and their other sides, defaults, indexes, views; and what cannot. */
import { afterAll, describe, expect, it } from 'vitest';

import { check, f, index, model, Registry, sql, unique } from 'blazeorm';
import { diffSchemas, inspect, schemaOf } from 'blazeorm/schema';
import type { IntrospectOptions } from 'blazeorm/schema';

import type { ModelClassValue } from '../../../src/core/metadata.ts';
import { tableSchemaOf, viewSchemaOf } from '../../../src/schema/of-models.ts';
import { engine, freshUrl, onEngine } from '../../support/database.ts';
import { Folder } from '../../support/inspected.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { pictureOf } from '../../support/schema-picture.ts';

const folder = new Folder();
afterAll(() => folder.remove());

const isMysql = engine === 'mysql' || engine === 'mariadb';
const KEY = onEngine({
  sqlite: 'integer PRIMARY KEY',
  postgres: 'serial PRIMARY KEY',
  mysql: 'int AUTO_INCREMENT PRIMARY KEY',
});

/** A database of these statements, what is read of it, and its models. */
async function opened(...statements: readonly string[]) {
  const db = await LiveDatabase.fresh(await freshUrl());
  await db.run(...statements);
  const found = await db.introspect();
  return { db, found, ...inspect(found) };
}

/** The text of one class, on one line. */
function classIn(text: string, name: string): string {
  const start = text.search(new RegExp(`(?:^// .*\n)*^export class ${name} `, 'm'));
  return text
    .slice(start, text.indexOf('\n\n', start))
    .replaceAll(/\(\s+/g, '(')
    .replaceAll(/,\s+([)\]])/g, '$1')
    .replaceAll(/\[\s+/g, '[')
    .replaceAll(/\s+/g, ' ')
    .replaceAll(', }', ' }');
}

/** That models say what the database has; and make it again. */
async function expectLaw(db: LiveDatabase, name: string): Promise<readonly ModelClassValue[]> {
  const found = await db.introspect();
  const models = await folder.load(inspect(found).files, name);
  const metas = new Registry(models).models;
  const tables = metas.filter(({ view }) => view === undefined).toSorted((a, b) => (a.table < b.table ? -1 : 1));
  const wanted = found.tables.map((table) => pictureOf(table, db.dialect));
  expect(tables.map(tableSchemaOf).map((table) => pictureOf(table, db.dialect))).toEqual(wanted);
  expect(diffSchemas(found, schemaOf(models, db.dialect), db.dialect, { stored: true })).toEqual([]);
  const views = metas.filter(({ view }) => view !== undefined).map((meta) => viewSchemaOf(meta, db.dialect));
  expect(views).toEqual(found.views.map(({ schema, name: view, sql: text }) => ({ schema, name: view, sql: text })));
  const again = await LiveDatabase.connect(await freshUrl(), { models });
  await again.createAll();
  const made = await again.introspect();
  expect(made.tables.map((table) => pictureOf(table, db.dialect))).toEqual(wanted);
  expect(made.views).toEqual(found.views);
  await again.close();
  return models;
}

describe('G11: relations', () => {
  it('one to one by any unique index, to a unique column, to itself, several to one table; their other sides', async () => {
    const { db, files, warnings } = await opened(
      `CREATE TABLE person (id ${KEY}, code varchar(9) NOT NULL, boss_id int, mentor int, CONSTRAINT person_code_key UNIQUE (code),
        FOREIGN KEY (boss_id) REFERENCES person (id), FOREIGN KEY (mentor) REFERENCES person (id) ON DELETE SET NULL)`,
      'CREATE INDEX person_boss_id_idx ON person (boss_id)',
      'CREATE INDEX person_mentor_idx ON person (mentor)',
      `CREATE TABLE passport (id ${KEY}, "person_id" int NOT NULL, FOREIGN KEY (person_id) REFERENCES person (id) ON DELETE CASCADE)`.replaceAll(
        '"',
        '',
      ),
      'CREATE UNIQUE INDEX one_each ON passport (person_id)',
      'CREATE TABLE diary (id integer NOT NULL PRIMARY KEY, FOREIGN KEY (id) REFERENCES person (id) ON UPDATE CASCADE)',
      `CREATE TABLE parcel (id ${KEY}, "to" varchar(9) NOT NULL, author_id int NOT NULL, author varchar(9), "authorId" int,
        FOREIGN KEY ("to") REFERENCES person (code), FOREIGN KEY (author_id) REFERENCES person (id))`.replaceAll(
        '"',
        isMysql ? '`' : '"',
      ),
      `CREATE INDEX by_to ON parcel (${isMysql ? '`to`' : '"to"'}, author)`,
      'CREATE INDEX parcel_author_id_idx ON parcel (author_id)',
    );
    expect(warnings).toEqual([]);
    const text = files[0]!.text;
    const [auto, diary] = onEngine({
      sqlite: ['f.auto()', 'primaryKey: true'],
      postgres: ['f.auto()', 'primaryKey: true'],
    });
    expect(classIn(text, 'Person')).toBe(
      `export class Person extends model('person', { id: ${auto!}, code: f.string({ maxLength: 9, unique: true }), boss: f.foreignKey(() => Person, { nullable: true }), mentor: f.foreignKey(() => Person, { nullable: true, onDelete: 'set null', column: 'mentor' }), diary: f.reverseOne(() => Diary, 'person'), toParcels: f.reverse(() => Parcel, 'to'), authorValueParcels: f.reverse(() => Parcel, 'authorValue'), passport: f.reverseOne(() => Passport, 'person'), bossPersons: f.reverse(() => Person, 'boss'), mentorPersons: f.reverse(() => Person, 'mentor') }) {}`,
    );
    expect(classIn(text, 'Passport')).toBe(
      `export class Passport extends model('passport', { id: ${auto!}, person: f.oneToOne(() => Person, { onDelete: 'cascade' }) }, { constraints: [unique('person', { name: 'one_each' })] }) {}`,
    );
    expect(classIn(text, 'Diary')).toBe(
      `export class Diary extends model('diary', { person: f.oneToOne(() => Person, { ${diary!}, onUpdate: 'cascade', column: 'id' }) }) {}`,
    );
    expect(classIn(text, 'Parcel')).toBe(
      `export class Parcel extends model('parcel', { id: ${auto!}, to: f.foreignKey(() => Person, { to: 'code', column: 'to' }), authorValue: f.foreignKey(() => Person, { column: 'author_id' }), author: f.string({ maxLength: 9, nullable: true }), authorId: f.int({ nullable: true, column: 'authorId' }), }, { indexes: [index('to', 'author', { name: 'by_to' })] }) {}`.replace(
        ', },',
        ' },',
      ),
    );
    await expectLaw(db, 'relations');
    await db.close();
  });

  it('many to many: by a link table of the library, of a database of its own, of a table with itself', async () => {
    class Tag extends model('tag', {
      id: f.auto(),
      tags: f.manyToMany(() => Tag),
      notes: f.reverse(() => Note, 'tags'),
    }) {}
    class Note extends model('note', { id: f.auto(), tags: f.manyToMany(() => Tag, { table: 'labels' }) }) {}
    const db = await LiveDatabase.connect(await freshUrl(), { models: [Tag, Note] });
    await db.createAll();
    await db.run(
      `CREATE TABLE follows (a_id int NOT NULL, b_id int NOT NULL, since date, PRIMARY KEY (a_id, b_id),
        FOREIGN KEY (a_id) REFERENCES note (id), FOREIGN KEY (b_id) REFERENCES note (id))`,
      'CREATE INDEX follows_b_id_idx ON follows (b_id)',
    );
    const { files, warnings } = inspect(await db.introspect());
    expect(warnings).toEqual([]);
    const text = files[0]!.text;
    expect(classIn(text, 'Tag')).toBe(
      "export class Tag extends model('tag', { id: f.auto(), notes: f.reverse(() => Note, 'tags'), tags: f.manyToMany(() => Tag, { table: 'tag_tags' }) }) {}",
    );
    expect(classIn(text, 'Note')).toBe(
      "export class Note extends model('note', { id: f.auto(), notes: f.manyToMany(() => Note, { through: () => Follow }), tags: f.manyToMany(() => Tag, { table: 'labels' }) }) {}".replace(
        'Follow }',
        'Follows }',
      ),
    );
    expect(text).not.toContain('class Labels');
    await expectLaw(db, 'many-to-many');
    await db.close();
  });

  it.skipIf(isMysql)('keys that the database sets to a default (MySQL has no SET DEFAULT)', async () => {
    const { db, files, warnings } = await opened(
      'CREATE TABLE team (code varchar(9) NOT NULL PRIMARY KEY)',
      `CREATE TABLE member (id ${KEY}, team varchar(9) NOT NULL DEFAULT 'it''s', pal int DEFAULT 1,
        FOREIGN KEY (team) REFERENCES team (code) ON DELETE SET DEFAULT,
        FOREIGN KEY (pal) REFERENCES member (id) ON UPDATE SET DEFAULT)`,
    );
    expect(warnings).toEqual([]);
    expect(classIn(files[0]!.text, 'Member')).toBe(
      "export class Member extends model('member', { id: f.auto(), team: f.foreignKey(() => Team, { default: \"it's\", onDelete: 'set default', column: 'team', index: false }), pal: f.foreignKey(() => Member, { nullable: true, default: 1, onUpdate: 'set default', column: 'pal', index: false }), members: f.reverse(() => Member, 'pal') }) {}",
    );
    await expectLaw(db, 'set-default');
    await db.run(`CREATE TABLE guest (id ${KEY}, host int DEFAULT 7, FOREIGN KEY (host) REFERENCES member (id))`);
    expect(inspect(await db.introspect()).warnings).toEqual([
      "guest: The column 'host' has the default 7, which a relation has not.",
    ]);
    await db.close();
  });

  it('M7: keys of several columns: shared columns, nullable, unique, in the order of the key', async () => {
    const { db, files, warnings } = await opened(
      'CREATE TABLE place (x int NOT NULL, y int NOT NULL, PRIMARY KEY (x, y))',
      `CREATE TABLE visit (id ${KEY}, x int NOT NULL, y int, old_x int NOT NULL, old_y int NOT NULL,
        FOREIGN KEY (x, y) REFERENCES place (x, y), FOREIGN KEY (old_x, old_y) REFERENCES place (x, y) ON DELETE CASCADE)`,
      'CREATE INDEX visit_x_y_idx ON visit (x, y)',
      'CREATE INDEX old ON visit (old_x, old_y)',
      'CREATE TABLE stay (x int NOT NULL, y int NOT NULL, PRIMARY KEY (x, y), FOREIGN KEY (x, y) REFERENCES place (x, y))',
    );
    expect(warnings).toEqual([]);
    const text = files[0]!.text;
    expect(['Stay', 'Visit', 'Place'].map((name) => classIn(text, name))).toEqual([
      "export class Stay extends model('stay', { x: f.int(), y: f.int(), place: f.oneToOne(() => Place, { fields: ['x', 'y'] }) }, { primaryKey: ['x', 'y'] }) {}",
      "export class Visit extends model('visit', { id: f.auto(), x: f.int(), y: f.int({ nullable: true }), oldX: f.int(), oldY: f.int(), place: f.foreignKey(() => Place, { fields: ['x', 'y'], nullable: true }), placeValue: f.foreignKey(() => Place, { fields: ['oldX', 'oldY'], onDelete: 'cascade' }) }, { indexes: [index('oldX', 'oldY', { name: 'old' }), index('x', 'y')] }) {}",
      "export class Place extends model('place', { x: f.int(), y: f.int(), stay: f.reverseOne(() => Stay, 'place'), placeVisits: f.reverse(() => Visit, 'place'), placeValueVisits: f.reverse(() => Visit, 'placeValue') }, { primaryKey: ['x', 'y'] }) {}",
    ]);
    await expectLaw(db, 'composite');
    await db.close();
  });

  it('what cannot be one is said: keys of several columns, tables without a key, circles that nobody can enter', async () => {
    const later = engine === 'sqlite' ? [] : ['ALTER TABLE hen ADD FOREIGN KEY (egg_id) REFERENCES egg (id)'];
    const { db, files, warnings } = await opened(
      `CREATE TABLE hen (id int NOT NULL PRIMARY KEY, egg_id int NOT NULL${engine === 'sqlite' ? ', FOREIGN KEY (egg_id) REFERENCES egg (id)' : ''})`,
      'CREATE TABLE egg (id int NOT NULL PRIMARY KEY, hen_id int NOT NULL, FOREIGN KEY (hen_id) REFERENCES hen (id))',
      ...later,
      'CREATE TABLE place (id int NOT NULL PRIMARY KEY, x int NOT NULL, y int NOT NULL, CONSTRAINT place_xy UNIQUE (x, y))',
      'CREATE TABLE visit (id int NOT NULL PRIMARY KEY, x int, y int, log_id int, FOREIGN KEY (x, y) REFERENCES place (x, y))',
      'CREATE TABLE log (line varchar(20))',
    );
    expect(warnings).toEqual([
      "The table 'log' is no model: it has no primary key.",
      'hen: The foreign key (egg_id) closes a circle of keys that are all required.',
      "visit: The foreign key (x, y) refers to columns of 'place' that are not its primary key.",
    ]);
    const text = files[0]!.text;
    expect(text).toContain("\n// The table 'log' is no model: it has no primary key.\n");
    expect(text).toContain(
      "\n// Not said here: The foreign key (x, y) refers to columns of 'place' that are not its primary key.\nexport class Visit ",
    );
    await folder.load(files, 'unsaid');
    await db.close();
  });
});

describe('G11: columns, indexes and checks', () => {
  class Odd extends model(
    'odd',
    {
      id: f.bigAuto({ comment: "it's" }),
      int: f.int({ dbDefault: 5 }),
      bool: f.bool({ dbDefault: true }),
      text: f.string({ maxLength: 20, dbDefault: "'it''s'" }),
      decimal: f.decimal({ precision: 10, scale: 2, dbDefault: 1.5 }),
      negative: f.smallInt({ dbDefault: -3 }),
      float: f.float({ dbDefault: 0.25 }),
      sum: f.int({ dbDefault: '1 + 2' }),
      at: f.datetime({ dbDefault: onEngine({ sqlite: 'CURRENT_TIMESTAMP', mysql: 'CURRENT_TIMESTAMP(3)' }) }),
      double: f.int({ generated: onEngine({ sqlite: 'negative * 2', mysql: '`negative` * 2' }), nullable: true }),
      words: f.text({ index: false }),
      german: f.string({ maxLength: 99 }),
    },
    {
      comment: 'a "table"',
      indexes: [
        index('words', { fullText: true }),
        index('german', { fullText: 'german' }),
        index('-int', 'text', { name: 'sorted' }),
        ...(isMysql ? [] : [index('text', { unique: true, where: { bool: true } })]),
        ...(isMysql ? [] : [index('float', { where: () => sql<boolean>`negative IN (1, 2)` })]),
      ],
      constraints: [check('odd_text', (o) => o.text.ne('?')), unique('int', 'bool', { name: 'both' })],
    },
  ) {}

  it('G3: defaults, generated columns, comments, words, partial indexes come back as they were written', async () => {
    const db = await LiveDatabase.connect(await freshUrl(), { models: [Odd] });
    await db.createAll();
    const { files, warnings } = inspect(await db.introspect());
    expect(warnings).toEqual([]);
    expect(classIn(files[0]!.text, 'Odd')).toBe(
      onEngine({
        sqlite: `export class Odd extends model('odd', { id: f.auto(), int: f.int({ dbDefault: 5 }), bool: f.bool({ dbDefault: true }), text: f.string({ maxLength: 20, dbDefault: "'it''s'" }), decimal: f.decimal({ precision: 10, scale: 2, dbDefault: 1.5 }), negative: f.smallInt({ dbDefault: -3 }), float: f.float({ dbDefault: 0.25 }), sum: f.int({ dbDefault: '1 + 2' }), at: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP' }), double: f.int({ nullable: true, generated: 'negative * 2' }), words: f.text(), german: f.string({ maxLength: 99 }) }, { indexes: [index('float', { where: () => sql<boolean>\`negative IN (1, 2)\` }), index('text', { unique: true, where: () => sql<boolean>\`"bool" = 1\` }), index('-int', 'text', { name: 'sorted' })], constraints: [unique('int', 'bool', { name: 'both' }), check('odd_text', () => sql<boolean>\`"text" <> '?'\`)] }) {}`,
        postgres: `export class Odd extends model('odd', { id: f.bigAuto({ comment: "it's" }), int: f.int({ dbDefault: 5 }), bool: f.bool({ dbDefault: true }), text: f.string({ maxLength: 20, dbDefault: "'it''s'" }), decimal: f.decimal({ precision: 10, scale: 2, dbDefault: 1.5 }), negative: f.smallInt({ dbDefault: -3 }), float: f.float({ dbDefault: 0.25 }), sum: f.int({ dbDefault: '1 + 2' }), at: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP' }), double: f.int({ nullable: true, generated: 'negative * 2' }), words: f.text(), german: f.string({ maxLength: 99 }) }, { indexes: [index('float', { where: () => sql<boolean>\`negative = ANY (ARRAY[1, 2])\` }), index('german', { fullText: 'german' }), index('text', { unique: true, where: () => sql<boolean>\`bool = true\` }), index('words', { fullText: true }), index('-int', 'text', { name: 'sorted' })], constraints: [unique('int', 'bool', { name: 'both' }), check('odd_text', () => sql<boolean>\`(text)::text <> '?'::text\`)], comment: 'a "table"' }) {}`,
        mysql: `export class Odd extends model('odd', { id: f.bigAuto({ comment: "it's" }), int: f.int({ dbDefault: 5 }), bool: f.bool({ dbDefault: true }), text: f.string({ maxLength: 20, dbDefault: "'it''s'" }), decimal: f.decimal({ precision: 10, scale: 2, dbDefault: 1.5 }), negative: f.smallInt({ dbDefault: -3 }), float: f.float({ dbDefault: 0.25 }), sum: f.int({ dbDefault: '1 + 2' }), at: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP(3)' }), double: f.int({ nullable: true, generated: '\`negative\` * 2' }), words: f.text(), german: f.string({ maxLength: 99 }) }, { indexes: [index('german', { fullText: true }), index('words', { fullText: true }), index('-int', 'text', { name: 'sorted' })], constraints: [unique('int', 'bool', { name: 'both' }), check('odd_text', () => sql<boolean>\`\\\`text\\\` <> '?'\`)], comment: 'a "table"' }) {}`,
      }),
    );
    await expectLaw(db, 'odd');
    await db.close();
  });
});

describe('G11: views', () => {
  it('are models of their queries', async () => {
    const text = "'it''s `${x}` " + (isMysql ? '\\\\' : '\\') + "'";
    const { db, found, files, warnings } = await opened(
      `CREATE TABLE item (id ${KEY}, name varchar(20) NOT NULL)`,
      `CREATE VIEW named AS SELECT id, name FROM item\nWHERE name <> ${text}`,
    );
    expect(warnings).toEqual([]);
    expect(found.views.map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
      ['named', ['id', 'name']],
    ]);
    expect(files[0]!.text).toContain(
      "export class Named extends model(\n  'named',\n  {\n    id: f.int({ primaryKey: true })",
    );
    const models = await expectLaw(db, 'views');
    await db.run("INSERT INTO item (name) VALUES ('one')");
    const view = models.find(({ name }) => name === 'Named');
    expect(await db.session().query(view as never)).toEqual([{ id: 1, name: 'one' }]);
    await db.close();
  });

  it('are none where their rows cannot be told apart; a column that is called like a key is said to be one', async () => {
    const { db, warnings } = await opened(
      `CREATE TABLE item (id ${KEY}, name varchar(20) NOT NULL)`,
      'CREATE VIEW per_item AS SELECT id AS item_id, name FROM item',
      'CREATE VIEW totals AS SELECT count(*) AS total FROM item',
    );
    expect(warnings).toEqual([
      "The view 'per_item' has no key: its rows are told apart by 'item_id'. Name another with { primaryKey: [...] } if several have the same.",
      "The view 'totals' is no model: it has no column that is called 'id' or ends so, by which its rows could be told apart.",
    ]);
    await db.close();
  });
});

describe('G11: what no model says stays where it is, and is told', () => {
  const STATEMENTS = onEngine({
    sqlite: [
      'CREATE TEMP TABLE passing (id integer PRIMARY KEY)',
      'CREATE VIRTUAL TABLE words USING fts5(body)',
      `CREATE TABLE [odd] ( -- a comment, with 'quotes' and (brackets
        [id] integer NOT NULL PRIMARY KEY AUTOINCREMENT, /* , CHECK (no) */
        "a""b" text COLLATE NOCASE CHECK ([a"b] <> 'x,)' /* ( */ AND "a""b" <> ')'),
        c text DEFAULT ('CHECK (1)') CONSTRAINT named CHECK (length(c) > 1 -- why?
        ),
        d int AS (length(c)) VIRTUAL, CHECK (((d > 0))), UNIQUE (c, d)) STRICT`.replace(' STRICT', ''),
      'CREATE INDEX collated ON odd (c COLLATE NOCASE)',
      'CREATE INDEX same ON odd ("a""b" COLLATE NOCASE DESC)',
      'CREATE INDEX computed ON odd (lower(c), d DESC) WHERE (c IS NOT NULL)',
      'CREATE VIEW two(id, "x y") AS SELECT 1, 2 -- the end',
      'CREATE TABLE gone (id integer PRIMARY KEY)',
      'CREATE VIEW broken AS SELECT id FROM gone',
      'DROP TABLE gone',
    ],
    postgres: [
      'CREATE TEMP TABLE passing (id int PRIMARY KEY)',
      'CREATE TABLE parts (id int NOT NULL, at date NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at)',
      "CREATE TABLE parts_2026 PARTITION OF parts FOR VALUES FROM ('2026-01-01') TO ('2027-01-01')",
      `CREATE TABLE odd (id serial PRIMARY KEY, a text COLLATE "C", b jsonb, c int, n int GENERATED ALWAYS AS IDENTITY,
        during int4range, EXCLUDE USING gist (during WITH &&), CHECK (CASE WHEN c > 0 THEN a <> 'x' ELSE true END),
        other int REFERENCES odd DEFERRABLE)`,
      'CREATE INDEX included ON odd (a) INCLUDE (c)',
      'CREATE INDEX gin ON odd USING gin (b)',
      'CREATE INDEX nulls ON odd (c NULLS FIRST)',
      'CREATE INDEX computed ON odd (lower(a), c DESC) WHERE a IS NOT NULL',
      'CREATE INDEX classed ON odd (a text_pattern_ops)',
      'CREATE UNIQUE INDEX nullless ON odd (c) NULLS NOT DISTINCT',
      'CREATE MATERIALIZED VIEW kept AS SELECT id FROM odd',
    ],
    mysql: [
      'CREATE TEMPORARY TABLE passing (id int PRIMARY KEY)',
      `CREATE TABLE odd (id int PRIMARY KEY, a text, b varchar(20), c timestamp NULL ON UPDATE CURRENT_TIMESTAMP,
        KEY prefix (a(10)), FULLTEXT KEY words (a, b))`,
      ...(engine === 'mysql' ? ['CREATE INDEX computed ON odd ((lower(b)) DESC, id)'] : []),
    ],
  });

  /** What is told of the table. */
  const NOTES = onEngine({
    sqlite: [
      `The column 'a"b' has the collation 'NOCASE', which no model can say.`,
      "The index 'collated' sorts by a collation of its own, which no model can say.",
    ],
    postgres: [
      "The column 'a' has the collation 'C', which no model can say.",
      "The column 'n' counts up and is not the key, which no model can say.",
      "The exclusion constraint 'odd_during_excl' is none that a model can say.",
      "The foreign key 'odd_other_fkey' may be checked at the end, which no model can say.",
      "The index 'classed' is of a kind that no model can say.",
      "The index 'gin' is of a kind that no model can say.",
      "The index 'included' is of a kind that no model can say (INCLUDE).",
      "The index 'nullless' is of a kind that no model can say (NULLS NOT DISTINCT).",
      "The index 'nulls' is of a kind that no model can say.",
    ],
    mysql: [
      'In a new database types are others, unless a migration sets them with runSql(): a is longtext, not text; c is datetime(3), not timestamp.',
      "The column 'c' has ON UPDATE, which no model can say: { autoNow: true } is near to it.",
      "The index 'prefix' is of a kind that no model can say (it is over the beginning of a text).",
      "The index 'words' is of a kind that no model can say (FULLTEXT).",
    ],
  });

  it('virtual and temporary tables, partitions, odd indexes and columns', async () => {
    const { db, found } = await opened(...STATEMENTS);
    expect(found.tables.map(({ name }) => name)).toEqual(
      onEngine({ sqlite: ['odd'], postgres: ['odd', 'parts'], mysql: ['odd'] }),
    );
    const notes = (table: string, texts: readonly string[]) => texts.map((text) => ({ table, text }));
    const ofOdd = NOTES.map((text) => `// Not said here: ${text} `).join('');
    expect(found.notes).toEqual(
      onEngine({
        sqlite: [
          ...notes('broken', ['The view cannot be read: SQLite refused the statement: no such table: ***.gone']),
          ...notes('odd', NOTES),
          ...notes('words', ['It is a virtual table, which no model can say.']),
        ],
        postgres: [
          ...notes('kept', ['It is a materialized view, which no model can say.']),
          ...notes('odd', NOTES),
          ...notes('parts', ['It has partitions, which no model can say.']),
        ],
        mysql: notes('odd', NOTES),
      }),
    );
    const { files } = inspect(found);
    expect(classIn(files[0]!.text, 'Odd')).toBe(
      onEngine({
        sqlite: `${ofOdd}export class Odd extends model('odd', { id: f.auto(), aB: f.text({ nullable: true, column: 'a"b' }), c: f.text({ nullable: true, dbDefault: "'CHECK (1)'" }), d: f.int({ nullable: true, generated: { sql: 'length(c)', stored: false } }) }, { indexes: [index(() => sql\`lower(c)\`, '-d', { name: 'computed', where: () => sql<boolean>\`c IS NOT NULL\` }), index('-aB', { name: 'same' })], constraints: [unique('c', 'd'), check('named', () => sql<boolean>\`length(c) > 1\`), check('odd_check1', () => sql<boolean>\`"a""b" <> 'x,)' AND "a""b" <> ')'\`), check('odd_check2', () => sql<boolean>\`d > 0\`)] }) {}`,
        postgres: `${ofOdd}export class Odd extends model('odd', { id: f.auto(), a: f.text({ nullable: true }), b: f.json({ nullable: true }), c: f.int({ nullable: true }), n: f.int(), during: f.custom(text('int4range'), { nullable: true }), other: f.foreignKey(() => Odd, { nullable: true, column: 'other', index: false }), odds: f.reverse(() => Odd, 'other') }, { indexes: [index(() => sql\`lower(a)\`, '-c', { name: 'computed', where: () => sql<boolean>\`a IS NOT NULL\` })], constraints: [check('odd_check', () => sql<boolean>\`CASE WHEN (c > 0) THEN (a <> 'x'::text) ELSE true END\`)] }) {}`,
        mysql: `${ofOdd}export class Odd extends model('odd', { id: f.int({ primaryKey: true }), a: f.text({ nullable: true }), b: f.string({ maxLength: 20, nullable: true }), c: f.datetime({ nullable: true }) }${engine === 'mysql' ? ", { indexes: [index(() => sql`lower(\\`b\\`)`.desc(), 'id', { name: 'computed' })] }" : ''}) {}`,
      }),
    );
    await folder.load(files, 'odd');
    await db.close();
  });
});

describe('G11: what is asked for', () => {
  const where = onEngine({ sqlite: 'side', postgres: 'side', mysql: `side_${process.pid}_${Date.now() % 1_000_000}` });

  it('M5: another schema, some tables, all but some; never the records of migrations', async () => {
    const db = await LiveDatabase.connect(await freshUrl());
    await db.run(
      onEngine({
        sqlite: "ATTACH ':memory:' AS side",
        postgres: 'CREATE SCHEMA side',
        mysql: `CREATE DATABASE ${where}`,
      }),
    );
    const target = engine === 'sqlite' ? 'b' : `${where}.b`;
    await db.run(
      'CREATE TABLE a (id int PRIMARY KEY)',
      `CREATE TABLE ${where}.b (id int PRIMARY KEY)`,
      `CREATE TABLE ${where}.c (id int PRIMARY KEY, b_id int, FOREIGN KEY (b_id) REFERENCES ${target} (id))`,
      `CREATE INDEX ${engine === 'sqlite' ? 'side.by_b' : 'by_b'} ON ${engine === 'sqlite' ? 'c' : `${where}.c`} (b_id)`,
      'CREATE TABLE blaze_migration (id int PRIMARY KEY)',
      `CREATE VIEW ${where}.d AS SELECT id FROM ${where}.b`,
    );
    const names = async (options: IntrospectOptions): Promise<readonly string[]> => {
      const { tables, views } = await db.introspect(options);
      return [...tables, ...views].map(({ schema, name }) => `${schema ?? ''}.${name}`);
    };
    expect(await names({})).toEqual(['.a']);
    expect(await names({ schema: where })).toEqual([`${where}.b`, `${where}.c`, `${where}.d`]);
    expect(await names({ schema: where, tables: ['c', 'd'] })).toEqual([`${where}.c`, `${where}.d`]);
    expect(await names({ except: ['a'] })).toEqual(['.blaze_migration']);

    const found = await db.introspect({ schema: where, tables: ['b', 'c'] });
    const { files, warnings } = inspect(found);
    expect(warnings).toEqual([]);
    expect(classIn(files[0]!.text, 'C')).toBe(
      `export class C extends model('c', { id: f.int({ primaryKey: true }), b: f.foreignKey(() => B, { nullable: true }) }, { schema: '${where}', indexes: [index('b', { name: 'by_b' })] }) {}`,
    );
    const models = await folder.load(files, 'schemas');
    expect(diffSchemas(found, schemaOf(models, db.dialect), db.dialect, { stored: true })).toEqual([]);
    await db.run(onEngine({ sqlite: 'DETACH side', postgres: 'SELECT 1', mysql: `DROP DATABASE ${where}` }));
    await db.close();
  });
});

it('G11: all of them compile, as the formatter would write them', async () => {
  expect(await folder.compile()).toBe('');
  expect(await folder.unformatted()).toEqual([]);
}, 120_000);
