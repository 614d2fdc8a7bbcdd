import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

import { describe, expect, it } from 'vitest';

import {
  DIALECTS,
  findingsOf,
  findingsOfSql,
  pageOfFindings,
  stagesOf,
  tableOfOperations,
  tableOfSql,
} from '../../support/safety/page.ts';
import { isOn } from '../../support/safety/row.ts';
import type { Shared } from '../../support/safety/row.ts';
import { ROWS_OF_TABLE } from '../../support/safety/rows.ts';
import { ROWS_OF_SQL } from '../../support/safety/sql-rows.ts';

const docs = fileURLToPath(new URL('../../../docs/', import.meta.url));
const ENGINES = Object.keys(DIALECTS) as Shared[];

describe('the table of migration safety', () => {
  it('G6: is printed from the rows that the tests run', async () => {
    const page = await readFile(`${docs}migration-safety.md`, 'utf8');
    const [operations, sql] = [tableOfOperations(), tableOfSql()];
    const tables = page.match(/(?:^\|.*\n)+/gm)!;
    expect(tables).toHaveLength(2);
    await expect(page.replace(tables[0]!, `${operations}\n`).replace(tables[1]!, `${sql}\n`)).toMatchFileSnapshot(
      `${docs}migration-safety.md`,
    );
  });

  it('G6: each finding, its message and its stages stand in the docs', async () => {
    await expect(await pageOfFindings()).toMatchFileSnapshot(`${docs}migration-findings.md`);
  });

  it.each(ROWS_OF_TABLE)('G6: $operation: what finds it stands in its row', ({ rules, cases }) => {
    const found = ENGINES.flatMap((engine) =>
      cases.filter((item) => isOn(item, engine)).flatMap((item) => findingsOf(item, engine).map(({ rule }) => rule)),
    );
    expect(rules.filter((rule) => !found.includes(rule))).toEqual([]);
    const known = new Set(ROWS_OF_TABLE.flatMap((row) => row.rules));
    expect(found.filter((rule) => !known.has(rule))).toEqual([]);
  });

  it.each(ROWS_OF_TABLE)('G6: $operation: what the table says of stages is so', ({ says, cases }) => {
    for (const engine of ENGINES) {
      const tried = cases.filter((item) => isOn(item, engine) && item.ends === undefined);
      const hurts = tried.flatMap((item) => findingsOf(item, engine).filter(({ severity }) => severity !== 'advice'));
      const waits = tried.some((item) => stagesOf(item, engine).some(({ first }) => first?.includes('an hour')));
      const isHarmless = ['at once', 'in place', 'advice'].includes(says[engine]);
      expect(isHarmless ? hurts : []).toEqual([]);
      expect(waits || !says[engine].endsWith('in an hour in which few write')).toBe(true);
    }
  });

  it.each(ROWS_OF_SQL)('G6: SQL: $rules are found', async ({ rules, statements }) => {
    const found: string[] = [];
    for (const [engine, list] of Object.entries(statements) as [Shared, readonly string[]][])
      for (const sql of list) found.push(...(await findingsOfSql(sql, engine)).map(({ rule }) => rule));
    expect([...new Set(found)].toSorted()).toEqual(rules.toSorted());
  });
});
