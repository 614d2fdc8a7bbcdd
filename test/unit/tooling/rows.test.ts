import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { namedRows, parseRows, rowsOfTitle } from '../../../scripts/support/rows.ts';

const requirements = `# What it does

Each row is one behaviour.

## Q · Queries
- Q1 Every lookup with
  literal \`%\`.
- Q2 Traversal.

## L · Loading
- L1 One thing.
`;

describe('parseRows', () => {
  it('joins the lines of a row and knows its chapter', () => {
    expect(parseRows(requirements)).toEqual([
      { id: 'Q1', chapter: 'Queries', text: 'Every lookup with literal `%`.' },
      { id: 'Q2', chapter: 'Queries', text: 'Traversal.' },
      { id: 'L1', chapter: 'Loading', text: 'One thing.' },
    ]);
  });
});

describe('rowsOfTitle', () => {
  it.each([
    ['Q1: one row', ['Q1']],
    ['Q1, L1: two rows', ['Q1', 'L1']],
    ['Q1: L1, Q2: three rows', ['Q1', 'L1', 'Q2']],
    ['Q1: like L1: one row', ['Q1']],
    ['sqlite · Q12: rows before the colon', ['Q12']],
    ['no rows Q1', []],
    ['says: Q1 after the colon', []],
    ['H2: another letter', []],
    ['SEQ1: part of a word', []],
  ])('%s', (title, rows) => {
    expect(rowsOfTitle(title, 'QL')).toEqual(rows);
  });
});

describe('namedRows', () => {
  const rowsIn = (source: string, options?: { comments?: boolean }): string[] =>
    namedRows(source, 'QL', options).flatMap(({ rows, line }) => rows.map((row) => `${line} ${row}`));

  it('finds titles of every kind of call', () => {
    const source = [
      "it('Q1: plain', () => {});",
      'describe(`Q2: template ${name}`, function () {});',
      "it.each([1])('L1: each %s', () => {});",
      "onEveryDatabase('Q1, Q2: a wrapper', { timeout: 5 }, async (db) => {});",
    ].join('\n');
    expect(rowsIn(source)).toEqual(['1 Q1', '2 Q2', '3 L1', '4 Q1', '4 Q2']);
  });

  it('does not count what does not run', () => {
    const source = [
      "it.skip('Q1: skipped', () => {});",
      "describe.skip('whole suite', () => { it('Q2: inside', () => {}); });",
      "it.todo('L1: later');",
      "// it('L1: commented out', () => {});",
      "const text = 'Q1: only a text';",
    ].join('\n');
    expect(rowsIn(source)).toEqual([]);
  });

  it('reads comments where asked, for type tests have no titles', () => {
    const source = '// Q1: wrong field is refused\nconst a = 1;\n/** L1: loaded types */\n';
    expect(rowsIn(source, { comments: true })).toEqual(['1 Q1', '3 L1']);
  });
});

describe('npm run coverage:rows', () => {
  const project = join(import.meta.dirname, '../../..');
  let root: string;
  const coverage = async (...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> => {
    const command = [
      join(project, 'node_modules/tsx/dist/cli.mjs'),
      'scripts/coverage-rows.ts',
      '--root',
      root,
      ...args,
    ];
    try {
      return { code: 0, ...(await promisify(execFile)(process.execPath, command, { cwd: project })) };
    } catch (error) {
      return error as { code: number; stdout: string; stderr: string };
    }
  };

  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'blazeorm-rows-'));
    for (const folder of ['docs', 'test/unit']) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, 'docs/requirements.md'), requirements);
    writeFileSync(join(root, 'test/unit/a.test.ts'), "it('Q2, L1: both', () => {});\n");
  });
  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  it('counts the rows that are named and lists the others', async () => {
    const { code, stdout } = await coverage('--json');
    const both = [{ file: 'test/unit/a.test.ts', line: 1, title: 'Q2, L1: both' }];
    expect(JSON.parse(stdout)).toEqual({
      counts: { rows: 3, named: 2, missing: 1 },
      named: { Q2: both, L1: both },
      missing: ['Q1'],
      unknown: [],
    });
    expect(code).toBe(0);
    expect((await coverage()).stdout).toContain('2 of 3 rows are named by a test; 1 are not');
  });

  it('fails on a title that names a row which does not exist', async () => {
    const file = join(root, 'test/unit/b.test.ts');
    writeFileSync(file, "\nit('Q9: nowhere', () => {});\n");
    const { code, stdout, stderr } = await coverage('--quiet');
    rmSync(file);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: 'test/unit/b.test.ts:2: there is no row Q9 ("Q9: nowhere")\n',
    });
  });
});
