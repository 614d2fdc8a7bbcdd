import { describe, expect, it } from 'vitest';

import { siteIn } from '../../../../src/utils/performance/call-site.ts';
import { fingerprintOf, shortened } from '../../../../src/utils/performance/fingerprint.ts';
import { kindOfValue } from '../../../../src/utils/performance/findings.ts';
import { Histogram } from '../../../../src/utils/performance/histogram.ts';

describe('a fingerprint', () => {
  it.each([
    ["SELECT * FROM t WHERE a = 'it''s' AND b=12.5 AND c = -3", 'SELECT * FROM t WHERE a = ? AND b=? AND c = -?'],
    [
      'SELECT t0."a1" FROM "t 2" AS t0 WHERE t0."x" = $1 LIMIT 20',
      'SELECT t0."a1" FROM "t 2" AS t0 WHERE t0."x" = $1 LIMIT ?',
    ],
    ['SELECT 1 WHERE a IN (1, 2,3) OR b IN ($1, $2)', 'SELECT ? WHERE a IN (?, …) OR b IN (?, …)'],
    ['INSERT INTO t (a, b) VALUES (?, ?), (?, ?), (?, ?)', 'INSERT INTO t (a, b) VALUES (?, …), …'],
    ["SELECT  a\n FROM `x'1` /*traceparent='00-1'*/", "SELECT a FROM `x'1`"],
    ["SELECT a FROM t WHERE b = $$it's$$ AND c = E'x\\'y' -- z", 'SELECT a FROM t WHERE b = ? AND c = ?'],
  ])('O2: O1: X4: of %s has no values in it', (sql, fingerprint) => {
    expect(fingerprintOf(sql)).toBe(fingerprint);
  });

  it('O1: X4: knows which quotes hold texts', () => {
    const sql = 'SELECT `a` FROM t WHERE b = "it\\"s" # secret';
    expect(fingerprintOf(sql, 'mysql')).toBe('SELECT `a` FROM t WHERE b = ?');
  });

  it('O1: X4: is as long as it may be, whatever a statement is', () => {
    expect(fingerprintOf(`SELECT ${'x,'.repeat(5_000)}y`).length).toBe(2_000);
  });

  it('O2: is shown without what is selected: subqueries and names may hold the word', () => {
    expect(shortened('SELECT (SELECT max(a) FROM b), "x FROM y" FROM t WHERE c = ?')).toBe(
      'SELECT … FROM t WHERE c = ?',
    );
    expect(shortened('DELETE FROM t')).toBe('DELETE FROM t');
    expect(shortened(`SELECT a FROM t WHERE ${'b = ? AND '.repeat(50)}c`).length).toBe(300);
  });
});

describe('percentiles', () => {
  it('O1: are at most an eighth too large, from a microsecond to half an hour', () => {
    for (const ms of [0.001, 0.007, 0.5, 1, 12.3, 999, 60_000, 2_000_000]) {
      const histogram = new Histogram();
      histogram.add(ms);
      const found = histogram.percentile(0.5);
      expect(found).toBeGreaterThanOrEqual(ms - 0.0005);
      expect(found).toBeLessThanOrEqual(ms * 1.125 + 0.0005);
    }
  });

  it('O1: are those of all values, one by one', () => {
    const histogram = new Histogram();
    for (let ms = 1; ms <= 1000; ms++) histogram.add(ms);
    const [half, most, all] = [0.5, 0.99, 1].map((part) => histogram.percentile(part));
    expect([half! >= 500 && half! <= 563, most! >= 990 && most! <= 1114, all! >= 1000 && all! <= 1125]).toEqual([
      true,
      true,
      true,
    ]);
    histogram.add(Number.MAX_VALUE);
    expect(histogram.percentile(1)).toBeCloseTo(2_147_483.647);
    expect(new Histogram().percentile(0.5)).toBe(0);
  });
});

describe('the line of the application', () => {
  const own = new URL('../../../../src/', import.meta.url);
  const library = `    at Executor.query (${own.href}adapters/executor.ts:107:3)\n    at new Foo (${own.pathname}query/queryset.ts:1:1)`;
  it.each([
    ['at feed (/elsewhere/(app)/feed (1).ts:41:7)', '/elsewhere/(app)/feed (1).ts:41'],
    ['at async Promise.all (index 0)\n    at async /elsewhere/feed.ts:4:7', '/elsewhere/feed.ts:4'],
    [`at async main (file://${process.cwd()}/src%20x/feed.ts:5:1)`, 'src x/feed.ts:5'],
    ['at run (/app/node_modules/graphql/execute.js:1:1)\n    at ours (/app/resolvers.ts:9:2)', '/app/resolvers.ts:9'],
    ['at run (/app/node_modules/repository/index.js:8:1)', '/app/node_modules/repository/index.js:8'],
    ['at process.processTicksAndRejections (node:internal/process/task_queues:95:5)', undefined],
    ['at eval (<anonymous>:1:1)', undefined],
  ])('O2: is the first that is not of the library: %s', (frames, site) => {
    expect(siteIn(`Error\n${library}\n    ${frames}`)).toBe(site);
  });
});

it('X4: O1: what a parameter is, without what it says', () => {
  const values = ['text', 5, 5n, null, undefined, true, new Uint8Array(3), [1, 2], new Date(0)];
  expect(values.map(kindOfValue)).toEqual([
    'text of 4',
    'number',
    'bigint',
    'null',
    'null',
    'boolean',
    '3 bytes',
    'list of 2',
    'date',
  ]);
});
