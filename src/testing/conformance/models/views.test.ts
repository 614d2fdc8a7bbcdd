/** Views as models that are read only: made from queries and raw SQL, read like tables, never written. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { DefinitionError, f, gte, max, model, ReadOnlyModelError, Registry, some, sql, sum } from '../../../index.ts';
import type { Database } from '../../../index.ts';
import { MariaDBDialect, MySQLDialect, PostgresDialect, SchemaBuilder, SQLiteDialect } from '../../../schema.ts';

import { expectRefused, expectSql, failure, onEngine, openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

class Writer extends model('writer', {
  id: f.auto(),
  name: f.string({ maxLength: 40 }),
  articles: f.reverse(() => Article, 'writer'),
  stats: f.reverseOne(() => WriterStats, 'writer'),
}) {}

const article = { id: f.auto(), title: f.string({ maxLength: 40 }), words: f.int(), open: f.bool() };

class Article extends model('article', { ...article, writer: f.foreignKey(() => Writer) }) {}

/** Given first, and made last: it reads another view. */
class Busy extends model(
  'busy_writer',
  { writer: f.foreignKey(() => Writer, { primaryKey: true }), words: f.int({ nullable: true }) },
  {
    view: (query) =>
      query(WriterStats)
        .filter({ articles: gte(2) })
        .values('words', 'writerId'),
  },
) {}

class WriterStats extends model(
  'writer_stats',
  {
    writer: f.oneToOne(() => Writer, { primaryKey: true }),
    articles: f.int({ column: 'article_count' }),
    words: f.int({ nullable: true }),
  },
  {
    view: (query) =>
      query(Writer).values((w) => ({
        words: w.articles.filter({ open: true }).sum((a) => a.words),
        articles: w.articles.count(),
        writerId: w.id,
      })),
  },
) {}

/** Of the rows of another model, with the same fields. */
class OpenArticle extends model(
  'open_article',
  { ...article, writer: f.foreignKey(() => Writer) },
  { view: (query) => query(Article).filter({ open: true, title: "it's" }) },
) {}

class Title extends model(
  'title',
  { id: f.int({ primaryKey: true }), length: f.int() },
  { view: sql`SELECT id, length(title) AS length FROM article WHERE words > ${10}` },
) {}

class Sale extends model('sale', {
  id: f.auto(),
  shop: f.string({ maxLength: 10 }),
  price: f.decimal({ precision: 10, scale: 2 }),
  stamp: f.bigint(),
  at: f.datetime(),
}) {}

/** Values that a database computes, of types that do not come as they are everywhere. */
class Turnover extends model(
  'turnover',
  {
    shop: f.string({ primaryKey: true, maxLength: 10 }),
    total: f.decimal({ precision: 12, scale: 2, nullable: true }),
    mean: f.decimal({ precision: 12, scale: 1, nullable: true }),
    stamp: f.bigint({ nullable: true }),
    last: f.datetime({ nullable: true }),
  },
  {
    view: (query) =>
      query(Sale).values((s) => ({
        shop: s.shop,
        total: sum(s.price),
        mean: max(s.price),
        stamp: max(s.stamp),
        last: max(s.at),
      })),
  },
) {}

/** A table of this database, as somebody else fills it. */
class Currency extends model('currency', { code: f.string({ primaryKey: true, maxLength: 3 }) }, { readOnly: true }) {}

/** Made elsewhere. */
class Elsewhere extends model('elsewhere', { id: f.int({ primaryKey: true }) }, { view: true }) {}

const models = [Busy, Writer, Article, WriterStats, OpenArticle, Title, Sale, Turnover, Currency, Elsewhere];

const builderHere = (): SchemaBuilder =>
  new SchemaBuilder(
    onEngine<ConstructorParameters<typeof SchemaBuilder>[0]>({
      sqlite: new SQLiteDialect(),
      postgres: new PostgresDialect(),
      mysql: new MySQLDialect(),
      mariadb: new MariaDBDialect(),
    }),
  );

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models });
  await db.transaction((session) => {
    const [ann, bob, cem] = ['ann', 'bob', 'cem'].map((name) => new Writer({ name }));
    session.add(ann!, bob!, cem!);
    session.add(
      new Article({ title: 'one', words: 10, open: true, writer: ann! }),
      new Article({ title: "it's", words: 20, open: true, writer: ann! }),
      new Article({ title: 'three', words: 40, open: false, writer: ann! }),
      new Article({ title: "it's", words: 80, open: false, writer: bob! }),
    );
  });
});

afterEach(() => db.close());

describe('views', () => {
  it('M12: are made from their queries, each after what it reads, with values written out', () => {
    const builder = builderHere();
    expect(builder.createViewSql(WriterStats)).toBe(
      onEngine({
        sqlite:
          'CREATE VIEW "writer_stats" AS SELECT t0."id" AS "writer_id", (SELECT COUNT(*) FROM "article" AS t1 WHERE t1."writer_id" = t0."id") AS "article_count", (SELECT SUM(t2."words") FROM "article" AS t2 WHERE t2."writer_id" = t0."id" AND t2."open" = 1) AS "words" FROM "writer" AS t0',
        postgres:
          'CREATE VIEW "writer_stats" AS SELECT t0."id" AS "writer_id", (SELECT COUNT(*) FROM "article" AS t1 WHERE t1."writer_id" = t0."id") AS "article_count", (SELECT SUM(t2."words") FROM "article" AS t2 WHERE t2."writer_id" = t0."id" AND t2."open" = true) AS "words" FROM "writer" AS t0',
        mysql:
          'CREATE VIEW `writer_stats` AS SELECT t0.`id` AS `writer_id`, (SELECT COUNT(*) FROM `article` AS t1 WHERE t1.`writer_id` = t0.`id`) AS `article_count`, (SELECT CAST(SUM(t2.`words`) AS signed) FROM `article` AS t2 WHERE t2.`writer_id` = t0.`id` AND t2.`open` = 1) AS `words` FROM `writer` AS t0',
      }),
    );
    expect(builder.createViewSql(OpenArticle, { replace: true })).toBe(
      onEngine({
        sqlite: `DROP VIEW IF EXISTS "open_article";\nCREATE VIEW "open_article" AS SELECT t0."id" AS "id", t0."title" AS "title", t0."words" AS "words", t0."open" AS "open", t0."writer_id" AS "writer_id" FROM "article" AS t0 WHERE t0."open" = 1 AND t0."title" = 'it''s'`,
        postgres: `CREATE OR REPLACE VIEW "open_article" AS SELECT t0."id" AS "id", t0."title" AS "title", t0."words" AS "words", t0."open" AS "open", t0."writer_id" AS "writer_id" FROM "article" AS t0 WHERE t0."open" = true AND t0."title" = 'it''s'`,
        mysql:
          "CREATE OR REPLACE VIEW `open_article` AS SELECT t0.`id` AS `id`, t0.`title` AS `title`, t0.`words` AS `words`, t0.`open` AS `open`, t0.`writer_id` AS `writer_id` FROM `article` AS t0 WHERE t0.`open` = 1 AND t0.`title` = 'it''s'",
      }),
    );
    expect(builder.createViewSql(Title)).toBe(
      onEngine({
        sqlite: 'CREATE VIEW "title" AS SELECT id, length(title) AS length FROM article WHERE words > 10',
        mysql: 'CREATE VIEW `title` AS SELECT id, length(title) AS length FROM article WHERE words > 10',
        postgres: 'CREATE VIEW "title" AS SELECT id, length(title) AS length FROM article WHERE words > 10',
      }),
    );
    const all = builder.createSql(models).filter((text) => text.includes('VIEW'));
    expect(all.map((text) => /VIEW .(\w+)/.exec(text)![1])).toEqual([
      'writer_stats',
      'busy_writer',
      'open_article',
      'title',
      'turnover',
    ]);
    const dropped = builder.dropSql(models).map((text) => /(?:VIEW|TABLE) .(\w+)/.exec(text)?.[1]);
    expect(dropped).toEqual([
      'turnover',
      'title',
      'open_article',
      'busy_writer',
      'writer_stats',
      'currency',
      'sale',
      'article',
      'writer',
    ]);
  });

  it('M12: are read like tables, and relations lead to them and from them', async () => {
    const session = db.session();
    const stats = session.query(WriterStats).orderBy('writerId');
    expect(await stats.orderBy('-articles').values('articles', 'words')).toEqual([
      { articles: 3, words: 30 },
      { articles: 1, words: null },
      { articles: 0, words: null },
    ]);
    const [ann] = await stats.selectRelated('writer').filter({ writer: { name: 'ann' } });
    expect([ann?.writer.name, ann?.articles, ann?.pk]).toEqual(['ann', 3, ann?.writer.id]);
    expect(
      await session
        .query(Writer)
        .orderBy((w) => w.stats.articles.asc())
        .valuesList('name', { flat: true }),
    ).toEqual(['cem', 'bob', 'ann']);
    const bob = await session
      .query(Writer)
      .filter({ stats: { articles: 1 } })
      .selectRelated('stats')
      .one();
    expect([bob.name, bob.stats?.words]).toEqual(['bob', null]);
    expect(
      (await db.session().query(Writer).prefetchRelated('stats').orderBy('name')).map((w) => w.stats?.articles),
    ).toEqual([3, 1, 0]);
    expect(await session.query(OpenArticle).values('title', 'words', 'open')).toEqual([
      { title: "it's", words: 20, open: true },
    ]);
    expect(await session.query(Busy).values('words')).toEqual([{ words: 30 }]);
    expect(await session.query(Title).orderBy('id').valuesList('length', { flat: true })).toEqual([4, 5, 4]);
    expect((await session.get(WriterStats, bob.id))?.articles).toBe(1);
    expect(
      await session
        .query(Writer)
        .filter({ articles: some({ open: false }) })
        .filter((w) => w.stats.articles.gt(1))
        .count(),
    ).toBe(1);
    expectSql(session.query(Busy).selectRelated('writer'), {
      sqlite:
        'SELECT t0."writer_id", t0."words", t1."name" FROM "busy_writer" AS t0 INNER JOIN "writer" AS t1 ON t0."writer_id" = t1."id"',
      postgres:
        'SELECT t0."writer_id", t0."words", t1."name" FROM "busy_writer" AS t0 INNER JOIN "writer" AS t1 ON t0."writer_id" = t1."id"',
      mysql:
        'SELECT t0.`writer_id`, t0.`words`, t1.`name` FROM `busy_writer` AS t0 INNER JOIN `writer` AS t1 ON t0.`writer_id` = t1.`id`',
    });
  });

  it('M12: compute values that are compared and summed like those of a table', async () => {
    const at = new Date('2026-01-02T03:04:05.006Z');
    await db.transaction((session) => {
      const sale = (shop: string, price: string, stamp: bigint): Sale => new Sale({ shop, price, stamp, at });
      session.add(sale('a', '1.10', 2n ** 53n + 1n), sale('a', '-2.20', 1n), sale('b', '10.50', 3n));
    });
    const shops = db.session().query(Turnover).orderBy('total');
    expect(await shops.values()).toEqual([
      { shop: 'a', total: '-1.10', mean: '1.1', stamp: 2n ** 53n + 1n, last: at },
      { shop: 'b', total: '10.50', mean: '10.5', stamp: 3n, last: at },
    ]);
    expect(
      await shops.filter({ total: '-1.10', stamp: 2n ** 53n + 1n, last: at }).valuesList('shop', { flat: true }),
    ).toEqual(['a']);
    expect(await shops.filter({ total: gte('10.00'), mean: '10.5', stamp: gte(3n) }).count()).toBe(1);
    expect(await shops.aggregate((t) => ({ all: sum(t.total), big: max(t.stamp) }))).toEqual({
      all: '9.40',
      big: 2n ** 53n + 1n,
    });
  });

  it('M12: show what is pending of the tables that they read', async () => {
    await db.transaction(async (session) => {
      const cem = await session.query(Writer).get({ name: 'cem' });
      session.add(new Article({ title: 'new', words: 5, open: true, writer: cem }));
      const stats = await session.get(WriterStats, cem.id);
      expect([stats?.articles, stats?.words]).toEqual([1, 5]);
      session.add(new Article({ title: 'newer', words: 50, open: true, writer: cem }));
      expect(await session.query(Busy).filter({ writerId: cem.id }).count()).toBe(1);
      session.add(new Article({ title: 'newest', words: 50, open: true, writer: cem }));
      expect(await session.query(Title).count()).toBe(5);
    });
  });

  it('M12: are made anew by createAll, and gone with dropAll', async () => {
    await db.createAll();
    expect(await db.session().query(WriterStats).count()).toBe(3);
    const made = await statementsOf(() => db.dropAll({ confirm: true }));
    expect(made.filter((text) => text.startsWith('DROP VIEW')).length).toBe(5);
    await db.createAll();
    expect(await db.session().query(WriterStats).count()).toBe(0);
  });
});

describe('rows that are read only', () => {
  const view = (name: string, deed: string): string =>
    `${name} is a view: its rows cannot be ${deed}. Write the rows of the tables that it shows.`;

  it('M12: are refused wherever they would be written, before anything is sent', async () => {
    const session = db.session();
    const [stats] = await session.query(WriterStats).filter({ articles: 3 });
    const writer = await session.query(Writer).get({ name: 'cem' });
    const refused = (call: () => unknown, message: string): Promise<void> =>
      expectRefused(db, call, { type: ReadOnlyModelError, message, code: 'E_READ_ONLY_MODEL' });
    const made = new WriterStats({ writer: writer.id, articles: 1 });
    await refused(() => session.add(made), view('WriterStats', 'inserted'));
    await refused(
      () => session.add(new Currency({ code: 'EUR' })),
      'Currency is read only: its rows cannot be inserted.',
    );
    await refused(() => session.delete(stats!), view('WriterStats', 'deleted'));
    const query = session.query(WriterStats);
    await refused(() => query.filter({ articles: 3 }).update({ articles: 1 }), view('WriterStats', 'updated'));
    await refused(() => query.filter({ articles: 3 }).delete(), view('WriterStats', 'deleted'));
    await refused(() => query.bulkCreate([{ writer, articles: 1 }]), view('WriterStats', 'written'));
    await refused(() => query.getOrCreate({ writer: writer.id }), view('WriterStats', 'written'));
    await refused(() => query.bulkUpdate([stats!], ['articles']), view('WriterStats', 'written'));
    stats!.articles = 7;
    await expect(session.commit()).rejects.toThrow(
      failure(ReadOnlyModelError, { message: view('WriterStats', 'updated'), model: 'WriterStats' }),
    );
    expect(stats!.articles).toBe(7);
    await session.refresh(stats!);
    stats!.articles = 3;
    await session.commit();
  });

  it('M12: tables that are read only are made, and views that are made elsewhere are not', () => {
    const builder = builderHere();
    const made = builder.createSql([Currency, Elsewhere]).filter((text) => !text.includes('SCHEMA'));
    expect(made.map((text) => /(?:VIEW|TABLE) .(\w+)/.exec(text)![1])).toEqual(['currency']);
    expect(() => builder.createViewSql(Elsewhere)).toThrow(
      failure(DefinitionError, {
        message: 'Elsewhere has no query for a view. Give it one, { view: (query) => query(Post).values(…) }.',
        model: 'Elsewhere',
      }),
    );
  });
});

describe('definitions of views', () => {
  it('M12: name a key, and neither indexes nor constraints', () => {
    class NoKey extends model('no_key', { n: f.int() }, { view: sql`SELECT 1 AS n` }) {}
    expect(() => new Registry([NoKey])).toThrow(
      failure(DefinitionError, {
        message:
          'NoKey is a view without a key, by which the session could tell its rows apart: name the fields of one with { primaryKey: [...] }.',
      }),
    );
  });

  it('M12: have the columns of the model', () => {
    const builder = builderHere();
    const remedy = 'Name every column of the model, as in (query) => query(Post).values((p) => ({ id: p.id, … })).';
    const id = f.int({ primaryKey: true });
    // As it comes from JavaScript: the compiler refuses both.
    const lacking = (query: (of: typeof Writer) => unknown): never => query(Writer) as never;
    class Lacking extends model(
      'lacking',
      { id, n: f.int() },
      { view: (query) => lacking((of) => query(of).values('id')) },
    ) {}
    class Strange extends model(
      'strange',
      { id },
      { view: (query) => lacking((of) => query(of).values('id', 'name')) },
    ) {}
    class Running extends model('running', { id }, { view: () => lacking(() => ({})) }) {}
    expect(() => builder.createViewSql(Lacking)).toThrow(
      failure(DefinitionError, { message: `The view of Lacking lacks the column 'n'. ${remedy}` }),
    );
    expect(() => builder.createViewSql(Strange)).toThrow(
      failure(DefinitionError, {
        message: `The view of Strange has a column 'name', which is no field of the model. ${remedy}`,
      }),
    );
    expect(() => builder.createViewSql(Running)).toThrow(
      failure(DefinitionError, { message: `The view of Running gives neither a query nor sql\`…\`. ${remedy}` }),
    );
  });
});
