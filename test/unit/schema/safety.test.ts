import { readFile } from 'node:fs/promises';

import { describe, expect, it } from 'vitest';

import { check, f, index, unique } from 'blazeorm';
import {
  addColumn,
  addConstraint,
  addIndex,
  alterColumn,
  alterPrimaryKey,
  analyse,
  backFill,
  createTable,
  createView,
  dropColumn,
  dropIndex,
  dropTable,
  foreignKey,
  loadSqlParser,
  makeSafe,
  MariaDBDialect,
  MySQLDialect,
  PostgresDialect,
  refuseUnsafe,
  renameColumn,
  renameTable,
  replay,
  run,
  runSql,
  SQLiteDialect,
  UnsafeMigrationError,
  validateConstraint,
} from 'blazeorm/schema';
import type { Finding, Operation, Stage } from 'blazeorm/schema';

import { describeOperation } from '../../../src/schema/describe.ts';

const DIALECTS = [new PostgresDialect(), new MySQLDialect(), new MariaDBDialect(), new SQLiteDialect()];

const positive = check('viewed', (p: { views: { gte(other: number): never } }) => p.views.gte(0));

const before = replay([
  {
    kind: 'migration',
    name: '0001_first',
    checksum: '',
    after: [],
    replaces: [],
    operations: [
      createTable('author', { id: f.auto(), name: f.string({ maxLength: 40 }) }),
      createTable(
        'post',
        {
          id: f.auto(),
          author_id: f.int(),
          title: f.string({ maxLength: 50 }),
          views: f.int(),
          likes: f.int({ nullable: true }),
          body: f.text(),
        },
        { indexes: [index('title')], constraints: [unique('author_id', 'title')] },
      ),
    ],
  },
]);

/** All that is found, for each database; those that say the same stand together. */
async function found(...operations: readonly Operation[]): Promise<string> {
  const byText = new Map<string, string[]>();
  for (const dialect of DIALECTS) {
    const findings = analyse(operations, before, {
      dialect,
      migration: '0002_more',
      parser: await loadSqlParser(dialect.id),
    });
    const text = findings.length === 0 ? '  nothing' : findings.map(inLines).join('\n');
    byText.set(text, [...(byText.get(text) ?? []), dialect.id]);
  }
  return [...byText].map(([text, ids]) => `${ids.join(', ')}\n${text}`).join('\n');
}

function inLines({ rule, operation, name, severity, what, grows, remedy, safe }: Finding): string {
  const head = `  ${rule}: ${severity}${grows ? ', grows' : ''} (${operation}: ${name})\n    ${what}\n    ${remedy}`;
  return safe === undefined ? head : `${head}\n${safe.map(inLine).join('\n')}`;
}

function inLine({ operations, then }: Stage): string {
  return `    - ${operations.map(describeOperation).join('; ')}${then === undefined ? '' : ` → ${then}`}`;
}

const CASES: Readonly<Record<string, readonly Operation[]>> = {
  'drop table': [dropTable('post')],
  'rename table': [renameTable('post', 'article')],
  'rename table behind a view': [renameTable('post', 'article'), createView('post', 'SELECT * FROM article')],
  'add nullable column': [addColumn('post', 'note', f.text({ nullable: true }))],
  'add column with a constant default': [addColumn('post', 'rank', f.int({ dbDefault: 0 }))],
  'add column with the time as default': [addColumn('post', 'at', f.datetime({ dbDefault: 'CURRENT_TIMESTAMP' }))],
  'add column with a computed default': [addColumn('post', 'mark', f.uuid({ dbDefault: 'uuid()' }))],
  'add required column with a fill': [addColumn('post', 'rank', f.int({ default: 3 }))],
  'add required column without one': [addColumn('post', 'rank', f.int())],
  'add stored column': [addColumn('post', 'twice', f.int({ generated: 'views * 2' }))],
  'add counting column': [addColumn('post', 'number', f.auto())],
  'drop nullable column': [dropColumn('post', 'likes')],
  'drop required column': [dropColumn('post', 'body')],
  'rename column': [renameColumn('post', 'body', 'text')],
  'rename indexed column': [renameColumn('post', 'title', 'headline')],
  'widen varchar': [alterColumn('post', 'title', f.string({ maxLength: 60 }))],
  'widen varchar beyond a byte': [alterColumn('post', 'title', f.string({ maxLength: 500 }))],
  'narrow varchar': [alterColumn('post', 'title', f.string({ maxLength: 20 }))],
  'change type': [alterColumn('post', 'views', f.bigint())],
  'change type of a key': [alterColumn('post', 'author_id', f.bigint())],
  'narrow integer': [alterColumn('post', 'views', f.smallInt())],
  'require value': [alterColumn('post', 'likes', f.int())],
  'require value with a fill': [alterColumn('post', 'likes', f.int({ default: 0 }))],
  'allow null': [alterColumn('post', 'views', f.int({ nullable: true }))],
  'generate column': [alterColumn('post', 'likes', f.int({ generated: 'views * 2' }))],
  'change default': [alterColumn('post', 'views', f.int({ dbDefault: 1 }))],
  'add index': [addIndex('post', index('views'))],
  'add index concurrently': [addIndex('post', index('views'), { concurrently: true })],
  'add index of words': [addIndex('post', index('body', { fullText: true, name: 'words' }))],
  'add wide index': [addIndex('post', index('author_id', 'title', 'views', 'likes'), { concurrently: true })],
  'add unique': [addConstraint('post', unique('views'))],
  'drop index': [dropIndex('post', 'post_title_idx')],
  'add foreign key': [addConstraint('post', foreignKey('author_id', 'author', 'id'))],
  'add foreign key later': [addConstraint('post', foreignKey('author_id', 'author', 'id'), { notValid: true })],
  'add check': [addConstraint('post', positive)],
  'validate at once': [addConstraint('post', positive, { notValid: true }), validateConstraint('post', 'viewed')],
  'alter primary key': [alterPrimaryKey('post', ['id', 'author_id'])],
  'fill while altering': [addColumn('post', 'slug', f.text({ nullable: true })), run(() => undefined)],
  'fill in batches': [addColumn('post', 'slug', f.text({ nullable: true })), backFill('post', { slug: 'title' })],
};

describe('what operations do to a database that is in use', () => {
  it.each(Object.entries(CASES))('G6: %s', async (_title, operations) => {
    expect(await found(...operations)).toMatchSnapshot();
  });

  it('G6: every rule stands in the table of the docs', async () => {
    const docs = await readFile(new URL('../../../docs/migration-safety.md', import.meta.url), 'utf8');
    const rules = Object.values(CASES).flatMap((operations) =>
      DIALECTS.flatMap((dialect) => analyse(operations, before, { dialect }).map(({ rule }) => rule)),
    );
    expect([...new Set(rules)].filter((rule) => !docs.includes(`\`${rule}\``))).toEqual([]);
  });

  it('G6: tables that are made by the same migration hold nothing', () => {
    const fresh = [
      createTable('tag', { id: f.auto(), name: f.text({ nullable: true }), note: f.text() }),
      renameTable('tag', 'label'),
      addIndex('label', index('name')),
      alterColumn('label', 'name', f.string()),
      dropColumn('label', 'note'),
    ];
    for (const dialect of DIALECTS) expect(analyse(fresh, before, { dialect })).toEqual([]);
  });

  it('G6: types that are regretted are advice', () => {
    const custom = (type: string) => addColumn('post', 'x', f.custom({ type, codec: AS_IT_IS }, { nullable: true }));
    const rules = ['char(3)', 'bigserial', 'json', 'timestamp', 'text', 'timestamptz'].map((type) =>
      analyse([custom(type)], before, { dialect: new PostgresDialect() }).map(
        ({ rule, severity }) => `${rule}: ${severity}`,
      ),
    );
    expect(rules).toEqual([
      ['padded text: advice'],
      ['add counting column: blocks', 'serial: advice'],
      ['plain json: advice'],
      ['time without zone: advice'],
      [],
      [],
    ]);
  });
});

describe('stages', () => {
  it('G6: operations come as early as what they build on is whole', () => {
    const stages = makeSafe(
      [
        alterColumn('post', 'likes', f.int({ default: 0 })),
        addIndex('author', index('name')),
        addIndex('post', index('likes')),
        addConstraint('post', foreignKey('author_id', 'author', 'id')),
      ],
      before,
      { dialect: new PostgresDialect() },
    );
    expect(stages.map(inLine).join('\n')).toMatchInlineSnapshot(`
      "    - add check post_likes_present to post, for new rows; add index author_name_idx to author, concurrently
          - fill post in batches
          - validate constraint post_likes_present of post
          - alter column post.likes; drop constraint post_likes_present of post; add index post_likes_idx to post, concurrently; add foreign key post_author_id_fkey to post, for new rows
          - validate constraint post_author_id_fkey of post"
    `);
  });

  it('G6: what stages make is no finding any more but what destroys', () => {
    const dialect = new PostgresDialect();
    const left = Object.entries(CASES).flatMap(([title, operations]) => {
      const stages = makeSafe(operations, before, { dialect });
      if (analyse(operations, before, { dialect }).every(({ safe }) => safe === undefined)) return [];
      let after = before;
      return stages.flatMap((stage) => {
        const findings = analyse(stage.operations, after, { dialect });
        after = replay([{ ...MIGRATION, operations: stage.operations }], after);
        return findings
          .filter(({ severity }) => severity !== 'advice')
          .map(({ name, rule }) => `${title}: ${rule} (${name})`);
      });
    });
    expect(left).toMatchInlineSnapshot(`
      [
        "drop table: drop table (drop table post)",
        "add stored column: add stored column (add column post.twice)",
        "add counting column: add counting column (add column post.number)",
        "drop nullable column: drop column (drop column post.likes)",
        "drop required column: drop column (drop column post.body)",
        "rename column: drop column (drop column post.body)",
        "rename indexed column: drop column (drop column post.title)",
        "narrow varchar: change type (alter column post.title)",
        "narrow varchar: narrow type (alter column post.title)",
        "narrow integer: change type (alter column post.views)",
        "narrow integer: narrow type (alter column post.views)",
        "generate column: change generated column (alter column post.likes)",
      ]
    `);
  });
});

const AS_IT_IS = { encode: (value: string) => value, decode: String };
const MIGRATION = { kind: 'migration', name: '0002_more', checksum: '', after: [], replaces: [] } as const;

describe('refusal', () => {
  const findings = analyse([addIndex('post', index('views')), dropColumn('post', 'likes')], before, {
    dialect: new PostgresDialect(),
  });

  it('G6: names each finding and its way', () => {
    let error: unknown;
    try {
      refuseUnsafe(findings, {});
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(UnsafeMigrationError);
    expect((error as Error).message).toMatchInlineSnapshot(`
      "This hurts those who use the database meanwhile:
      - add index post_views_idx keeps others waiting: Every row is read while writers of post wait (SHARE lock). The more rows there are, the longer. Build it concurrently: writers go on meanwhile.
      - drop column post.likes breaks code that runs: Code that runs still reads and writes post.likes, and what it holds is gone. First deploy code whose model has no such field, then drop it. Write it in stages (blaze makemigrations --safe), or acknowledge it by name: 'add index post_views_idx', 'drop column post.likes'."
    `);
  });

  it('G6: each is acknowledged by its name, and what is confirmed is too', () => {
    const refuse = (meant: Parameters<typeof refuseUnsafe>[1]) => () => refuseUnsafe(findings, meant);
    expect(refuse({ acknowledge: ['add index post_views_idx'] })).toThrow(/'drop column post.likes'/);
    expect(refuse({ acknowledge: ['Add index  post_views_idx'], confirm: ['drop column post.likes'] })).not.toThrow();
    expect(refuse({ acknowledge: ['add index post_views_idx', 'drop column post.likes'] })).not.toThrow();
    expect(refuse({ acknowledge: true })).not.toThrow();
    expect(refuse({ force: true })).not.toThrow();
  });
});

describe('SQL of the application', () => {
  const POSTGRES = [
    'SELECT 1',
    "INSERT INTO post (title) VALUES ('x')",
    'ALTER TABLE post ADD COLUMN a int NOT NULL DEFAULT 3, DROP COLUMN body',
    'ALTER TABLE post ADD COLUMN a uuid DEFAULT gen_random_uuid()',
    'ALTER TABLE post ADD COLUMN a char(3), ADD COLUMN b bigserial, ADD COLUMN c timestamp',
    'ALTER TABLE post ADD COLUMN g int GENERATED ALWAYS AS (views + 1) STORED',
    'ALTER TABLE post ALTER COLUMN title TYPE varchar(60)',
    'ALTER TABLE post ALTER COLUMN views TYPE bigint',
    'ALTER TABLE other ALTER COLUMN views TYPE bigint',
    'ALTER TABLE post ALTER COLUMN likes SET NOT NULL',
    'ALTER TABLE post ALTER COLUMN views SET DEFAULT 2',
    'ALTER TABLE post ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES author (id)',
    'ALTER TABLE post ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES author (id) NOT VALID',
    'ALTER TABLE post ADD CONSTRAINT c CHECK (views > 0)',
    'ALTER TABLE post ADD CONSTRAINT u UNIQUE (views)',
    'ALTER TABLE post ADD CONSTRAINT u UNIQUE USING INDEX i',
    'ALTER TABLE post ADD CONSTRAINT e EXCLUDE USING gist (views WITH =)',
    'ALTER TABLE post RENAME TO article',
    'ALTER TABLE post RENAME COLUMN body TO text',
    'CREATE INDEX i ON post (views, lower(title))',
    'CREATE INDEX CONCURRENTLY i ON post (views)',
    'DROP INDEX post_title_idx',
    'DROP TABLE post, author CASCADE',
    'DROP SCHEMA x CASCADE',
    'TRUNCATE post CASCADE',
    'UPDATE post SET views = 1',
    'UPDATE post SET views = 1 WHERE id = 1',
    'DELETE FROM post',
    'BEGIN',
    'VACUUM FULL post',
    'VACUUM post',
    'CLUSTER post',
    'REINDEX TABLE post',
    'REFRESH MATERIALIZED VIEW m',
    'LOCK TABLE post',
    'CREATE TABLE z (id int)',
    "DO $$ BEGIN EXECUTE 'DROP TABLE post'; END $$",
    'this is no SQL',
  ];
  const MYSQL = [
    'SELECT 1',
    'ALTER TABLE post ADD COLUMN a int NOT NULL',
    'ALTER TABLE post ADD COLUMN g int GENERATED ALWAYS AS (views + 1) STORED',
    'ALTER TABLE post MODIFY COLUMN views bigint NOT NULL, DROP COLUMN body',
    'ALTER TABLE post CHANGE COLUMN body text longtext NOT NULL',
    'ALTER TABLE post ADD INDEX i (views), ALGORITHM=INPLACE, LOCK=NONE',
    'ALTER TABLE post ADD FULLTEXT INDEX i (body)',
    'CREATE UNIQUE INDEX i ON post (views)',
    'ALTER TABLE post ADD CONSTRAINT k FOREIGN KEY (author_id) REFERENCES author (id)',
    'ALTER TABLE post ADD CONSTRAINT c CHECK (views > 0)',
    'RENAME TABLE post TO article',
    'ALTER TABLE post RENAME COLUMN body TO text',
    'ALTER TABLE post DROP PRIMARY KEY, ADD PRIMARY KEY (id, views)',
    'DROP TABLE post',
    'DROP DATABASE x',
    'DROP INDEX post_title_idx ON post',
    'TRUNCATE TABLE post',
    'UPDATE post SET views = 1',
    'DELETE FROM post WHERE id = 1',
    'SET SESSION foreign_key_checks = 0',
    'LOCK TABLES post WRITE',
    'START TRANSACTION',
    'OPTIMIZE TABLE post',
    'CREATE TABLE z (id int)',
  ];

  async function lines(dialect: (typeof DIALECTS)[number], statements: readonly string[]): Promise<string> {
    const parser = await loadSqlParser(dialect.id);
    return statements
      .map((sql) => {
        const findings = analyse([runSql(sql)], before, { dialect, migration: '0002_more', parser });
        return `${sql}\n${findings.map(({ rule, severity, what }) => `  ${rule}: ${severity}: ${what}`).join('\n') || '  nothing'}`;
      })
      .join('\n');
  }

  it('G6: PostgreSQL reads it with its own parser', async () => {
    expect(await lines(DIALECTS[0]!, POSTGRES)).toMatchSnapshot();
  });

  it('G6: MySQL and MariaDB are read too', async () => {
    expect(await lines(DIALECTS[1]!, MYSQL)).toMatchSnapshot();
    expect(await lines(DIALECTS[2]!, MYSQL)).toBe(await lines(DIALECTS[1]!, MYSQL));
  });

  it('G6: without a parser nobody has looked, unless somebody says so; values are not repeated', () => {
    const dialect = new PostgresDialect();
    const secret = "INSERT INTO post (title) VALUES ('secret')";
    expect(analyse([runSql(secret)], before, { dialect, migration: '0002_more' })).toEqual([
      {
        rule: 'SQL that nobody looked at',
        operation: 0,
        name: 'run SQL of 0002_more',
        severity: 'unknown',
        what: "Nobody has looked at what 'INSERT INTO post (title) VALUES ('…')' does to those who use the database.",
        grows: false,
        remedy: 'Install libpg-query, which reads it; or say that you have looked: runSql(…, { reviewed: true }).',
        safe: undefined,
      },
    ]);
    expect(analyse([runSql(secret, { reviewed: true })], before, { dialect })).toEqual([]);
  });

  it('G6: what cannot be part of a transaction may stand outside', async () => {
    const dialect = new PostgresDialect();
    const parser = await loadSqlParser('postgres');
    const sql = 'CREATE INDEX CONCURRENTLY i ON post (views)';
    expect(analyse([runSql(sql, { outside: true })], before, { dialect, parser })).toEqual([]);
  });
});
