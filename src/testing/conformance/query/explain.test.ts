import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { InvalidQueryError, gte, statementChannel } from '../../../index.ts';
import type { Database, Session, StatementEvent } from '../../../index.ts';

import { engine, errorFrom, expectRefused, expectSql, onEngine, supports } from '../../support/database.ts';
import { Post } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openBlog();
  session = db.session();
});
afterAll(() => db.close());

const popular = () =>
  session
    .query(Post)
    .filter({ views: gte(100) })
    .orderBy('id');

/** The statements that a call sends. */
async function sentBy(call: () => PromiseLike<unknown>): Promise<string[]> {
  const sent: string[] = [];
  const listen = (event: unknown): void => void sent.push((event as StatementEvent).sql);
  statementChannel.subscribe(listen);
  await call();
  statementChannel.unsubscribe(listen);
  return sent;
}

describe('explain()', () => {
  it('Q16: the plan of a query as a text', async () => {
    const plan = await popular().explain();
    expect(plan).toMatch(
      onEngine({ sqlite: /^SCAN t0/, postgres: /Scan/, mysql: /Filter|scan/, mariadb: /^id +\| select_type/ }),
    );
    const values = await popular().values('id').explain({ format: 'text' });
    expect(values).toMatch(onEngine({ sqlite: /^SCAN t0/, postgres: /Scan/, mysql: /Filter|scan/, mariadb: /SIMPLE/ }));
    expect(await popular().timeout(10_000).explain()).toBe(plan);
  });

  const refusal = (name: string, database: string) => ({ message: `${database} cannot do this: ${name}.` });

  it('Q16: as JSON, where the database has it', async () => {
    const call = () => popular().explain({ format: 'json' });
    const name = 'to explain a query as JSON';
    if (!(await supports(name, call, { sqlite: refusal(name, 'SQLite') }))) return;
    expect(JSON.stringify(await call())).toMatch(/post|t0/);
  });

  it('Q16: with what it took, where the database shows it', async () => {
    const call = () => popular().explain({ analyze: true });
    const name = 'to explain a query with what it took';
    if (!(await supports(name, call, { sqlite: refusal(name, 'SQLite') }))) return;
    expect(await call()).toMatch(onEngine({ sqlite: /./, postgres: /actual/, mysql: /actual/, mariadb: /r_rows/ }));
  });

  it('Q16: both', async () => {
    const call = () => popular().explain({ analyze: true, format: 'json' });
    const name = 'to explain a query with what it took as JSON';
    const mysql = engine === 'mysql' ? { mysql: refusal(name, 'MySQL') } : {};
    if (!(await supports(name, call, { sqlite: refusal(name, 'SQLite'), ...mysql }))) return;
    expect(JSON.stringify(await call())).toMatch(/Actual|r_rows/);
  });

  it('Q16: X1: options are a closed set, and nothing that locks is run', async () => {
    const remedy = "Use { analyze: true } and { format: 'text' } or { format: 'json' }.";
    const cases: [unknown, string][] = [
      ['ANALYZE', 'takes an object, not a string'],
      [null, 'takes an object, not null'],
      [{ verbose: true }, "has no option 'verbose'"],
      [{ 'ANALYZE, VERBOSE': true }, "has no option 'ANALYZE, VERBOSE'"],
      [{ analyze: 'true' }, 'takes analyze as true or false, not a string'],
      [{ analyze: 1 }, 'takes analyze as true or false, not an integer'],
      [{ format: 'xml' }, "takes format as 'text' or 'json'"],
      [{ format: 'json) DELETE FROM post --' }, "takes format as 'text' or 'json'"],
      [{ format: ['json'] }, "takes format as 'text' or 'json'"],
    ];
    for (const [options, problem] of cases)
      for (const query of [popular(), popular().values('id')])
        await expectRefused(db, () => query.explain(options as { analyze: true }), {
          type: InvalidQueryError,
          message: `explain() of Post ${problem}. ${remedy}`,
        });
    await expectRefused(db, () => popular().forUpdate().explain({ analyze: true }), {
      type: InvalidQueryError,
      message: 'explain({ analyze: true }) of Post would lock rows. Leave analyze out, or the lock.',
    });
    expect(await session.query(Post).count()).toBe(4);
  });
});

describe('tag()', () => {
  it('Q16: stands as a comment behind every statement of the query, sorted and encoded', async () => {
    const tagged = popular().tag('feed').tag({ route: '/posts/:id', 'db driver': "it's" });
    const comment = " /*db%20driver='it%27s',route='%2Fposts%2F%3Aid',tag='feed'*/";
    expectSql(tagged.values('id'), {
      sqlite: `SELECT t0."id" FROM "post" AS t0 WHERE t0."views" >= ? ORDER BY t0."id"${comment}`,
      postgres: `SELECT t0."id" FROM "post" AS t0 WHERE t0."views" >= $1 ORDER BY t0."id"${comment}`,
      mysql: `SELECT t0.\`id\` FROM \`post\` AS t0 WHERE t0.\`views\` >= ? ORDER BY t0.\`id\`${comment}`,
    });
    const fresh = db.session();
    const query = fresh.query(Post).filter({ id: 1 }).tag('feed');
    const calls: (() => PromiseLike<unknown>)[] = [
      () => query.prefetchRelated('comments.author', 'tags'),
      () => query.count(),
      () => query.exists(),
      () => query.first(),
      () => query.page({ first: 1 }),
      () => query.values('id'),
      () => query.filter({ id: -1 }).update({ views: 10 }),
      () => query.filter({ id: -1 }).delete(),
    ];
    for (const call of calls) {
      const sent = await sentBy(call);
      expect(sent.length).toBeGreaterThan(0);
      expect(sent.filter((sql) => !sql.endsWith(" /*tag='feed'*/"))).toEqual([]);
    }
    expect((await query.one()).id).toBe(1);
  });

  it('Q16: X1: nothing gets out of the comment, and the query answers as without it', async () => {
    const payloads = [
      '*/ DROP TABLE post; --',
      '*\\/',
      "' OR 1=1",
      '/*',
      '!50000 DROP TABLE post',
      '+ MAX_EXECUTION_TIME(1)',
      '?',
      '$1',
      ':a',
      '%',
      '\0',
      '\n--',
      '\r',
      '\u2028',
      '"',
      '`',
      '\\',
      '😀',
      '-- x',
      '#',
      ';',
      'ſ',
      '*'.repeat(100),
    ];
    for (const payload of payloads)
      for (const tags of [payload, { [payload]: 'x' }, { x: payload }, { [payload]: payload }]) {
        const { sql } = popular().values('id').tag(tags).toSQL();
        expect(sql.slice(sql.indexOf(' /*'))).toMatch(/^ \/\*[\w.~%-]+='[\w.~%-]+'\*\/$/);
        expect(await popular().tag(tags).valuesList('id', { flat: true })).toEqual([2, 4]);
      }
    // As JSON gives it: a key of its own.
    const proto = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    expect(popular().tag(proto).toSQL().sql).toMatch(/ \/\*__proto__='x'\*\/$/);
  });

  it('Q16: queries that differ in tags alone are compiled once', async () => {
    await popular().tag('one');
    const { shapes } = db.queryStats();
    for (let i = 0; i < 20; i++) await popular().tag(`n${i}`);
    expect(db.queryStats().shapes).toBe(shapes);
  });

  it('Q16: what is no tag', async () => {
    const remedy = "Use tag('name') or tag({ name: 'value' }).";
    const cases: [unknown, string][] = [
      [undefined, 'takes a text or an object, not undefined'],
      [7, 'takes a text or an object, not an integer'],
      [['a'], 'takes a text or an object, not an array'],
      [{ a: 1 }, 'takes texts as values, not an integer'],
      [{ a: undefined }, 'takes texts as values, not undefined'],
      [{ a: { toString: () => '*/' } }, 'takes texts as values, not a plain object'],
      ['', 'takes no empty names or values'],
      [{ '': 'x' }, 'takes no empty names or values'],
      ['\ud800', 'takes well-formed texts'],
      ['x'.repeat(498), 'takes at most 500 characters'],
    ];
    for (const [tags, problem] of cases)
      await expectRefused(db, () => popular().tag(tags as string), {
        type: InvalidQueryError,
        message: `tag() of Post ${problem}. ${remedy}`,
      });
    expect([engine, await errorFrom(() => popular().tag({}))]).toEqual([engine, undefined]);
  });
});
