import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  Database,
  f,
  index,
  InvalidQueryError,
  InvalidValueError,
  model,
  not,
  search,
  UnsupportedError,
} from '../../../index.ts';
import type { Session } from '../../../index.ts';
import { MariaDBDialect, MySQLDialect, PostgresDialect, SchemaBuilder, SQLiteDialect } from '../../../schema.ts';

import { engine, expectRefused, expectSql, freshUrl, onEngine } from '../../support/database.ts';

class Page extends model(
  'page',
  {
    id: f.int({ primaryKey: true }),
    title: f.string({ maxLength: 100 }),
    body: f.text({ nullable: true }),
    notes: f.reverse(() => Note, 'page'),
  },
  { indexes: [index('title', { fullText: true }), index('body', { fullText: 'english', name: 'page_words' })] },
) {}

class Note extends model('note', { id: f.auto(), page: f.foreignKey(() => Page) }) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Page, Note] });
  await db.createAll();
  session = db.session();
  await session.query(Page).bulkCreate([
    { id: 1, title: 'Typed queries for everyone', body: 'Running databases' },
    { id: 2, title: 'queries, untyped' },
    { id: 3, title: 'ÜBER Straße "quoted" words' },
    { id: 4, title: 'for typed people: everyone queries' },
  ]);
  await session.query(Note).bulkCreate([{ page: 1 }, { page: 2 }]);
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const without = engine === 'sqlite';
const found = (text: string) =>
  session
    .query(Page)
    .filter({ title: search(text) })
    .orderBy('id')
    .valuesList('id', { flat: true })
    .all();

describe.skipIf(without)(`searches by words${without ? ' (skipped: SQLite has none)' : ''}`, () => {
  it.each<[string, string, number[]]>([
    ['a word', 'untyped', [2]],
    ['whatever its case', 'TYPED', [1, 4]],
    ['words, all of them, in any order', 'queries everyone', [1, 4]],
    ['words in a row', '"typed queries"', [1]],
    ['a word that must not be there', 'queries -typed', [2]],
    ['words in a row that must not be there', 'queries -"everyone queries"', [1, 2]],
    ['beyond ASCII', 'über straße', [3]],
    ['a word that is an operator elsewhere', 'queries or words', []],
    ['operators are plain characters', '+typed* (everyone) <queries> ~@', [1, 4]],
    ['a quote that is not closed', '"quoted', [3]],
    ['no part of a word', 'quer', []],
  ])('Q1: %s', async (_, text, expected) => {
    expect(await found(text)).toEqual(expected);
  });

  it('Q1: as an expression, its opposite, and across a relation', async () => {
    const ids = (query: { valuesList(name: 'id', options: { flat: true }): PromiseLike<number[]> }) =>
      query.valuesList('id', { flat: true });
    const pages = session.query(Page).orderBy('id');
    expect(await ids(pages.filter((p) => p.title.search('typed').and(p.id.gt(1))))).toEqual([4]);
    expect(await ids(pages.filter({ title: not(search('typed')) }))).toEqual([2, 3]);
    expect(await ids(pages.filter({ body: not(search('running')) }))).toEqual([2, 3, 4]);
    expect(await ids(session.query(Note).filter({ page: { title: search('typed') } }))).toEqual([1]);
    expect(
      await session
        .query(Page)
        .filter({ title: search('nothing') })
        .delete(),
    ).toBe(0);
  });

  it('G1: Q1: the index and the whole text', () => {
    expectSql(
      session
        .query(Page)
        .only('id')
        .filter({ title: search('a "b c" -D') }),
      {
        sqlite: '',
        postgres:
          'SELECT t0."id" FROM "page" AS t0 WHERE to_tsvector(\'simple\'::regconfig, t0."title") @@ websearch_to_tsquery(\'simple\'::regconfig, $1)',
        mysql: 'SELECT t0.`id` FROM `page` AS t0 WHERE MATCH(t0.`page_title_idx`) AGAINST (? IN BOOLEAN MODE)',
        postgresParameters: ['"a" "b c" -"D"'],
        mysqlParameters: ['+"a" +"b c" -"d"'],
      },
    );
  });
});

describe('searches that cannot be', () => {
  it.skipIf(!without)('Q1: SQLite has none, and refuses them by name (skipped elsewhere)', async () => {
    await expectRefused(db, () => found('typed'), {
      type: UnsupportedError,
      message: 'SQLite cannot do this: to search text by words (full text).',
    });
  });

  it('G1: the indexes of words', () => {
    const dialect = onEngine<ConstructorParameters<typeof SchemaBuilder>[0]>({
      sqlite: new SQLiteDialect(),
      postgres: new PostgresDialect(),
      mysql: new MySQLDialect(),
      mariadb: new MariaDBDialect(),
    });
    expect(new SchemaBuilder(dialect).createIndexSql(Page)).toEqual(
      onEngine<string[]>({
        sqlite: [],
        postgres: [
          'CREATE INDEX "page_title_idx" ON "page" USING gin (to_tsvector(\'simple\'::regconfig, "title"))',
          'CREATE INDEX "page_words" ON "page" USING gin (to_tsvector(\'english\'::regconfig, "body"))',
        ],
        mysql: [
          'ALTER TABLE `page` ADD `page_title_idx` longtext GENERATED ALWAYS AS (LOWER(`title`)) STORED INVISIBLE, ADD FULLTEXT INDEX `page_title_idx` (`page_title_idx`)',
          'ALTER TABLE `page` ADD `page_words` longtext GENERATED ALWAYS AS (LOWER(`body`)) STORED INVISIBLE, ADD FULLTEXT INDEX `page_words` (`page_words`)',
        ],
      }),
    );
  });

  it.each<[string, (s: Session) => unknown, new (...args: never) => Error, string]>([
    [
      'no word',
      (s) => s.query(Page).filter({ title: search(' -- ') }),
      InvalidValueError,
      'Page.title is searched for at least one word that is to be there.',
    ],
    [
      'only what must not be there',
      (s) => s.query(Page).filter({ title: search('-typed') }),
      InvalidValueError,
      'Page.title is searched for at least one word that is to be there.',
    ],
    [
      'no text',
      (s) => s.query(Page).filter({ title: search({ $ne: 1 } as never) }),
      InvalidValueError,
      'Page.title takes a string, not a plain object.',
    ],
    [
      'a field of numbers',
      (s) => s.query(Page).filter({ id: search('x') as never }),
      InvalidQueryError,
      "Page.id has no index of words to search by. Add index('id', { fullText: true }) to the model.",
    ],
  ])('X1: refused before anything is sent: %s', async (_, call, type, message) => {
    await expectRefused(db, () => call(session), { type, message });
  });
});
