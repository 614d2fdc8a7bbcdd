import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { check, f, index, unique } from 'blazeorm';
import {
  addColumn,
  addConstraint,
  addIndex,
  alterColumn,
  analyse,
  backFill,
  createTable,
  dropColumn,
  dropIndex,
  foreignKey,
  makeSafe,
  MigrationEngine,
  renameColumn,
  renameTable,
  replay,
  UnsafeMigrationError,
} from 'blazeorm/schema';
import type { ApplyOptions, Finding, Migration, Operation, Stage, TableSchema } from 'blazeorm/schema';

import { engine, freshUrl } from '../../../src/testing/support/database.ts';
import { LiveDatabase } from '../../support/live-schema.ts';
import { Traffic } from '../../support/traffic.ts';
import type { Work } from '../../support/traffic.ts';

const ROWS = 3000;
/** Longer than any safe step keeps others out, and shorter than what is unsafe does to a table that is locked. */
const LOCK_TIMEOUT = 2000;

const TABLES: readonly Operation[] = [
  createTable('author', { id: f.auto(), name: f.string({ maxLength: 40 }) }),
  createTable(
    'post',
    {
      id: f.auto(),
      author_id: f.int(),
      title: f.string({ maxLength: 100 }),
      views: f.int(),
      likes: f.int({ nullable: true }),
      body: f.string({ maxLength: 200 }),
    },
    { indexes: [index('body')] },
  ),
];

/** What code does that knows the table as it was. */
const oldCode: Work = async ({ sql }, turn) => {
  await sql`INSERT INTO post (author_id, title, views, likes, body) VALUES (1, ${`new ${turn}`}, ${turn}, 1, 'b')`;
  await sql`UPDATE post SET views = ${turn % 30_000}, likes = 2 WHERE id = ${(turn % ROWS) + 1}`;
  await sql`SELECT id, title, views, likes, body FROM post WHERE id = ${(turn % ROWS) + 1}`;
};

/** A migration's condition is in terms of columns, which no model types here. */
const VIEWED = check('viewed', (p: { views: { gte(other: number): never } }) => p.views.gte(0));

interface Case {
  readonly title: string;
  /** Where there is no way but to acknowledge it. */
  readonly refusedOn?: readonly string[];
  readonly operations: readonly Operation[];
  /** Code after each deployment that the stages ask for. */
  readonly deployed?: readonly Work[];
  readonly options?: ApplyOptions;
}

/** A value of its own for each row. */
const COMPUTED = {
  sqlite: 'lower(hex(randomblob(8)))',
  postgres: 'md5(random()::text)',
  mysql: '(lower(title))',
  mariadb: 'uuid()',
};
const MYSQL = ['mysql', 'mariadb'];

const CASES: readonly Case[] = [
  { title: 'an index', operations: [addIndex('post', index('title'))] },
  { title: 'a unique constraint', operations: [addConstraint('post', unique('id', 'title'))] },
  { title: 'no index any more', operations: [dropIndex('post', 'post_body_idx')] },
  { title: 'a foreign key', operations: [addConstraint('post', foreignKey('author_id', 'author', 'id'))] },
  { title: 'a check', refusedOn: MYSQL, operations: [addConstraint('post', VIEWED)] },
  {
    title: 'an index of words',
    refusedOn: MYSQL,
    operations: [addIndex('post', index('body', { name: 'post_words', fullText: true }))],
  },
  { title: 'NOT NULL', operations: [alterColumn('post', 'likes', f.int({ default: 0 }))] },
  {
    title: 'another type',
    refusedOn: MYSQL,
    operations: [alterColumn('post', 'views', f.bigint())],
    options: { confirm: ['drop column post.views'] },
    deployed: [
      async ({ sql }, turn) => {
        await sql`INSERT INTO post (author_id, title, views, likes, body) VALUES (1, 't', ${turn}, 1, 'b')`;
        await sql`UPDATE post SET views = ${turn % 30_000} WHERE id = ${(turn % ROWS) + 1}`;
      },
    ],
  },
  {
    title: 'a required column',
    operations: [addColumn('post', 'state', f.string({ maxLength: 10, default: 'new' }))],
    deployed: [
      async ({ sql }, turn) => {
        await sql`INSERT INTO post (author_id, title, views, body, state) VALUES (1, 't', ${turn}, 'b', 'seen')`;
        await sql`UPDATE post SET state = 'seen' WHERE id = ${(turn % ROWS) + 1}`;
      },
    ],
  },
  {
    title: 'a stored column',
    refusedOn: ['postgres', ...MYSQL],
    operations: [addColumn('post', 'twice', f.int({ generated: 'views * 2' }))],
  },
  {
    title: 'a computed default',
    operations: [addColumn('post', 'mark', f.string({ maxLength: 40, dbDefault: COMPUTED[engine] }))],
  },
  {
    title: 'no column any more',
    operations: [dropColumn('post', 'title')],
    options: { confirm: ['drop column post.title'] },
    deployed: [
      async ({ sql }, turn) => {
        await sql`INSERT INTO post (author_id, views, body) VALUES (1, ${turn}, 'b')`;
        await sql`UPDATE post SET views = ${turn} WHERE id = ${(turn % ROWS) + 1}`;
      },
    ],
  },
  {
    title: 'another name of a column',
    refusedOn: MYSQL,
    operations: [renameColumn('post', 'title', 'headline')],
    options: { confirm: ['drop column post.title'] },
    deployed: [
      async ({ sql }, turn) => {
        await sql`INSERT INTO post (author_id, headline, views, body) VALUES (1, ${`new ${turn}`}, ${turn}, 'b')`;
        await sql`UPDATE post SET headline = ${`t ${turn}`} WHERE id = ${(turn % ROWS) + 1}`;
        await sql`SELECT id, headline FROM post WHERE id = ${(turn % ROWS) + 1}`;
      },
    ],
  },
  {
    title: 'another name of a table',
    refusedOn: MYSQL,
    operations: [renameTable('post', 'article')],
    deployed: [
      async ({ sql }, turn) => {
        await sql`INSERT INTO article (author_id, title, views, body) VALUES (1, 'new', ${turn}, 'b')`;
        await sql`UPDATE article SET views = ${turn} WHERE id = ${(turn % ROWS) + 1}`;
      },
    ],
  },
];

let db: LiveDatabase;
let url: string;
let traffic: Traffic | undefined;

beforeEach(async () => {
  url = await freshUrl();
  db = (await LiveDatabase.connect(url)) as LiveDatabase;
  await new MigrationEngine(db, [migrationOf('0001_first', TABLES)]).migrate();
  await using session = db.session();
  await session.sql`INSERT INTO author (id, name) VALUES (1, 'Ann')`;
  const digits =
    'SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9';
  await session.commit();
  await db.run(
    `INSERT INTO post (author_id, title, views, likes, body) SELECT 1, 'title', 1, CASE WHEN a.n = 0 THEN NULL ELSE 1 END, 'body' FROM (${digits}) a, (${digits}) b, (${digits}) c, (SELECT 0 AS n UNION ALL SELECT 1 UNION ALL SELECT 2) d`,
  );
});
afterEach(async () => {
  await traffic?.end();
  traffic = undefined;
  await db.close();
});

function migrationOf(name: string, operations: readonly Operation[], ...after: string[]): Migration {
  return { kind: 'migration', name, checksum: name, after, replaces: [], operations };
}

/** Migrations of stages, each after the one before. */
function migrationsOf(stages: readonly Stage[]): Migration[] {
  const names = ['0001_first', ...stages.map((_, i) => `${String(i + 2).padStart(4, '0')}_stage`)];
  return [
    migrationOf(names[0]!, TABLES),
    ...stages.map(({ operations }, i) => migrationOf(names[i + 1]!, operations, names[i]!)),
  ];
}

/** The tables of a database, with their columns in the order of their names. */
async function tablesOf(live: LiveDatabase): Promise<readonly TableSchema[]> {
  const { tables } = await live.introspect({ except: ['blaze_migration'] });
  return tables.map((table) => ({
    ...table,
    columns: table.columns.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}

/** What the same operations make where nobody minds. */
async function madeAtOnce(operations: readonly Operation[]): Promise<readonly TableSchema[]> {
  const other = (await LiveDatabase.connect(await freshUrl())) as LiveDatabase;
  try {
    const { dialect } = other;
    expect(dialect.id).toBe(engine);
    await new MigrationEngine(other, migrationsOf([{ operations }])).migrate({ force: true });
    return await tablesOf(other);
  } finally {
    await other.close();
  }
}

function findingsOf(operations: readonly Operation[]): Finding[] {
  return analyse(operations, replay([migrationOf('0001_first', TABLES)]), { dialect: db.dialect }).filter(
    ({ severity }) => severity !== 'advice',
  );
}

const isRefused = ({ refusedOn = [] }: Case): boolean => refusedOn.includes(engine);

describe.runIf(engine !== 'sqlite')('changes of a table that is in use', () => {
  it.each(CASES.filter((item) => !isRefused(item)))(
    'G6: $title comes in stages while others write',
    async ({ operations, deployed = [], options = {} }) => {
      const stages = makeSafe(operations, replay([migrationOf('0001_first', TABLES)]), { dialect: db.dialect });
      const migrations = migrationsOf(stages);
      const releases = [...deployed];
      traffic = await Traffic.start(url, oldCode, { lockTimeout: LOCK_TIMEOUT, users: 2 });
      await traffic.flow(20);
      const engineOn = new MigrationEngine(db, migrations, { lockTimeout: 1000, retries: 20 });
      for (const [i, { then }] of stages.entries()) {
        await engineOn.migrate({ ...options, to: migrations[i + 1]!.name });
        await traffic.flow(20);
        if (then !== undefined) await traffic.deploy(releases.shift()!);
      }
      await traffic.flow(20);
      const { errors, committed } = traffic;
      await traffic.end();
      traffic = undefined;
      expect(errors).toEqual([]);
      expect(releases).toEqual([]);
      expect(committed).toBeGreaterThan(60);
      expect(await tablesOf(db)).toEqual(await madeAtOnce(operations));
    },
  );

  it.each(CASES.filter(isRefused))('G6: $title is refused, as there is no way to generate', async ({ operations }) => {
    expect(findingsOf(operations).flatMap(({ safe }) => safe ?? [])).toEqual([]);
    const before = await tablesOf(db);
    const migrate = new MigrationEngine(db, migrationsOf([{ operations }])).migrate();
    await expect(migrate).rejects.toThrow(UnsafeMigrationError);
    expect(await tablesOf(db)).toEqual(before);
  });

  it('G6: G9: a back-fill writes every row in batches while others write', async () => {
    traffic = await Traffic.start(url, oldCode, { lockTimeout: LOCK_TIMEOUT, users: 2 });
    const fill = migrationOf(
      '0002_fill',
      [backFill('post', { likes: '7' }, { where: 'likes IS NULL', batch: 100 })],
      '0001_first',
    );
    await new MigrationEngine(db, [migrationOf('0001_first', TABLES), fill]).migrate();
    await traffic.flow(20);
    expect(traffic.errors).toEqual([]);
    await using session = db.session();
    expect(await session.sql`SELECT id FROM post WHERE likes IS NULL`).toEqual([]);
  });
});

describe.runIf(engine === 'sqlite')('changes where one writes at a time', () => {
  it.each(CASES)('G6: $title is not refused, and has no stages', async ({ operations, options }) => {
    const before = replay([migrationOf('0001_first', TABLES)]);
    expect(makeSafe(operations, before, { dialect: db.dialect })).toEqual([{ operations }]);
    await new MigrationEngine(db, migrationsOf([{ operations }])).migrate(options);
    expect(await tablesOf(db)).toEqual(await madeAtOnce(operations));
  });
});
