/** What is measured of the statements of a database and of its sessions. */
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';

import { ConfigError, Database } from '../../../index.ts';
import type { DatabaseOptions, QueryReport, SlowQuery } from '../../../index.ts';

import { errorOf, freshUrl, onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Tag } from '../../support/models.ts';

let db: Database;

async function open(options: DatabaseOptions = { performance: true }): Promise<void> {
  db = await openTestDatabase(options);
  db.resetQueryStats();
}

beforeEach(() => open());
afterEach(() => db.close());

/** What does not depend on the clock, or on how a database sets up a connection. */
const counted = ({ queries }: Pick<QueryReport, 'queries'>): unknown[] =>
  queries
    .filter(({ kind }) => kind === 'read' || kind === 'write')
    .map(({ kind, model, count, runs, rows, errors }) => [kind, model, count, runs, rows, errors])
    .toSorted((a, b) => String(a).localeCompare(String(b)));

describe('O1: statistics', () => {
  it('O1: count statements, rows and errors by kind, of the database and of each session', async () => {
    const [one, other] = [db.session(), db.session()];
    one.add(new Tag({ name: 'red' }), new Tag({ name: 'blue' }));
    await one.commit();
    await one.query(Tag);
    await one.query(Tag).filter({ name: 'red' });
    await one.query(Tag).filter({ name: 'green' });
    await other.query(Tag);
    await errorOf(() => other.sql`SELECT nothing FROM nowhere`);
    const reads = [
      ['read', undefined, 1, 1, 0, 1],
      ['read', 'Tag', 2, 2, 1, 0],
      ['read', 'Tag', 2, 2, 4, 0],
    ];
    // One row at a time on SQLite, as one batch.
    const write = ['write', undefined, 1, onEngine({ sqlite: 2, postgres: 1, mysql: 1 }), 2, 0];
    expect(counted(db.exportQueryStats())).toEqual([...reads, write]);
    expect(counted(other.exportQueryStats())).toEqual([
      ['read', undefined, 1, 1, 0, 1],
      ['read', 'Tag', 1, 1, 2, 0],
    ]);
    expect(one.queryStats()).toMatchObject({
      statements: onEngine({ sqlite: 5, postgres: 4, mysql: 4 }),
      tracked: { errors: 0, nPlusOne: 0 },
    });
    expect(other.queryStats()).toMatchObject({
      statements: 2,
      tracked: { count: 2, rows: 2, errors: 1, fingerprints: 2 },
    });

    other.resetQueryStats();
    expect(other.queryStats()).toMatchObject({ statements: 0, tracked: { count: 0, totalMs: 0, fingerprints: 0 } });
    expect(db.queryStats().statements).toBe(onEngine({ sqlite: 7, postgres: 6, mysql: 6 }));
    expect(db.exportQueryStats({ reset: true }).queries.length).toBeGreaterThan(0);
    expect(db.exportQueryStats().queries).toEqual([]);
    db.resetQueryStats();
    expect(db.queryStats()).toMatchObject({ statements: 0, tracked: { count: 0 } });
  });

  it('O1: times, percentiles and samples are of what was measured; X4: nothing in them is a value', async () => {
    const session = db.session();
    for (const name of ['s3cret', 'other']) await session.query(Author).filter({ email: name });
    const report = db.exportQueryStats({ includeSamples: true });
    const [figures] = report.queries.filter(({ model }) => model === 'Author');
    const { minMs, p50Ms, p95Ms, p99Ms, maxMs, totalMs, meanMs, samples } = figures!;
    const rising = [0, minMs, p50Ms, p95Ms, p99Ms, maxMs, totalMs];
    expect(rising).toEqual(rising.toSorted((a, b) => a - b));
    expect(meanMs * 2).toBeCloseTo(totalMs);
    expect(samples!.map(({ durationMs }) => durationMs).toSorted((a, b) => a - b)).toEqual([minMs, maxMs]);
    expect(samples!.map(({ rows, error, transaction }) => [rows, error, transaction])).toEqual([
      [0, undefined, undefined],
      [0, undefined, undefined],
    ]);
    expect(JSON.stringify([report, session.exportQueryStats({ includeSamples: true })])).not.toContain('s3cret');
  });

  it('O1: take no more place than they may: further kinds of statements are only counted', async () => {
    await db.close();
    await open({ performance: { maxFingerprints: 3 } });
    const session = db.session();
    for (const name of 'abcdefgh') await session.sql`SELECT 1 AS ${session.sql.id(name)}`;
    // A value in the text makes no kind of its own.
    const texts = Array.from({ length: 50 }, (_, i) => `SELECT ${i} AS ${'a'}`);
    for (const text of texts) await session.sql(Object.assign([text], { raw: [text] }));
    const { fingerprints, count, others, queries } = db.exportQueryStats();
    expect([fingerprints, count, others]).toEqual([3, 58, 5 + onEngine({ sqlite: 50 })]);
    expect(queries.length).toBe(3);
  });

  it('O1: are refused where nothing is measured, and so are options that cannot be', async () => {
    const plain = await Database.connect(await freshUrl());
    onTestFinished(() => plain.close());
    const message =
      'Nothing was measured of the statements of this database. Open it with Database.connect(dsn, { performance: true }).';
    expect(await errorOf(() => plain.exportQueryStats())).toMatchObject({ code: 'E_CONFIG', message });
    expect(await errorOf(() => plain.session().exportQueryStats())).toMatchObject({ code: 'E_CONFIG', message });
    expect(plain.session().queryStats()).toEqual({ statements: 0 });
    const refused = [
      [
        { performance: { nPlusOne: 'loud' } },
        "The option 'performance.nPlusOne' is one of log, throw and off, or a function.",
      ],
      [
        { performance: { slow: 1 } },
        "The option 'performance' has no 'slow'. Use one of: nPlusOne, onSlowQuery, explain, maxFingerprints.",
      ],
      [{ performance: 'yes' }, "The option 'performance' is true, false or an object of options."],
      [{ slowQueryMs: -1 }, "The option 'slowQueryMs' is a number of milliseconds from 0."],
      [{ performanceThreshold: 1 }, "The option 'performanceThreshold' is a number from 2."],
    ] as const;
    for (const [options, text] of refused) {
      const error = await errorOf(() => Database.connect('sqlite::memory:', options as DatabaseOptions));
      expect(error).toBeInstanceOf(ConfigError);
      expect(error.message).toBe(text);
    }
  });
});

describe('O1: slow queries', () => {
  it('O1: X4: are told with what their parameters are, not with their values, and with their plan', async () => {
    const slow: SlowQuery[] = [];
    await db.close();
    const heard = new Promise<void>((resolve) => {
      void open({
        slowQueryMs: 0,
        performance: {
          explain: true,
          onSlowQuery: (query) => {
            if (query.model !== 'Author') return;
            slow.push(query);
            resolve();
          },
        },
      }).then(() => db.session().query(Author).filter({ email: 's3cret', age: 30 }));
    });
    await heard;
    const [{ message, parameters, callSite, plan, thresholdMs, rows, relation }] = slow as [SlowQuery];
    const where = onEngine({
      sqlite: 'FROM "author" AS t0 WHERE t0."email" = ? AND t0."age" = ?',
      postgres: 'FROM "author" AS t0 WHERE t0."email" = $1 AND t0."age" = $2',
      mysql: 'FROM `author` AS t0 WHERE t0.`email` = ? AND t0.`age` = ?',
    });
    expect(message.replace(/\d+ ms \(/, 'N ms (')).toBe(
      `Slow query: N ms (limit 0 ms): SELECT … ${where}${callSite === undefined ? '' : `, at ${callSite}`}`,
    );
    expect({ parameters, thresholdMs, rows, relation }).toEqual({
      parameters: ['text of 6', 'number'],
      thresholdMs: 0,
      rows: 0,
      relation: undefined,
    });
    expect(plan).toMatch(onEngine({ sqlite: /author|t0/, postgres: /Scan/, mysql: /cost=/, mariadb: /select_type/ }));
    expect(JSON.stringify([slow, db.exportQueryStats()])).not.toContain('s3cret');
  });

  it('O1: the environment says what is slow, where the options do not', async () => {
    await db.close();
    const url = await freshUrl();
    process.env['BLAZE_SLOW_QUERY_MS'] = '0';
    onTestFinished(() => {
      delete process.env['BLAZE_SLOW_QUERY_MS'];
    });
    const warned: string[] = [];
    const listen = (warning: Error & { code?: string }): void => {
      if (warning.code === 'BLAZE_SLOW_QUERY')
        warned.push(warning.message.replace(/\d+ ms \(/, 'N ms (').replace(/, at .*/, ''));
    };
    process.on('warning', listen);
    onTestFinished(() => {
      process.off('warning', listen);
    });
    db = await Database.connect(url);
    for (let i = 0; i < 3; i++) await db.session().sql`SELECT 17 AS n`;
    await new Promise((resolve) => setImmediate(resolve));
    expect(warned.filter((text) => text.includes('AS n'))).toEqual(['Slow query: N ms (limit 0 ms): SELECT ? AS n']);
    expect(db.exportQueryStats().slowQueries.filter(({ fingerprint }) => fingerprint === 'SELECT ? AS n').length).toBe(
      3,
    );
    process.env['BLAZE_SLOW_QUERY_MS'] = 'soon';
    expect((await errorOf(() => Database.connect('sqlite::memory:'))).message).toBe(
      'The environment variable BLAZE_SLOW_QUERY_MS is a number of milliseconds, as in BLAZE_SLOW_QUERY_MS=200.',
    );
  });
});
