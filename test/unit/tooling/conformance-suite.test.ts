/** The conformance suite as others use it: from the built package, in a folder of theirs. */
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { filesUnder } from '../../../scripts/support/files.ts';
import { run, typescript } from '../../../scripts/support/run.ts';
import { nestedRun } from '../../support/nested-run.ts';
import type { NestedRun } from '../../support/nested-run.ts';

const project = join(import.meta.dirname, '../../..');
let folder: string;

/** An empty project that has the package, Vitest and a driver installed. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'blazeorm-suite-'));
  const installed = join(folder, 'node_modules/blazeorm');
  mkdirSync(installed, { recursive: true });
  copyFileSync(join(project, 'package.json'), join(installed, 'package.json'));
  for (const name of ['vitest', 'better-sqlite3', 'fast-check'])
    symlinkSync(join(project, 'node_modules', name), join(folder, 'node_modules', name));
  const build = ['-p', 'tsconfig.build.json', '--outDir', join(installed, 'dist')];
  const { code, output } = await run(typescript.current, build);
  expect({ code, output }).toEqual({ code: 0, output: '' });
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A file of cases of theirs. */
const theirs = (code: string): Promise<NestedRun> =>
  nestedRun({ 'mine.test.ts': `import { conformance } from 'blazeorm/testing';\n${code}` }, { folder });

describe('the conformance suite, from outside', () => {
  it('A1: K2: runs against an adapter of their own, and says what the database refuses', async () => {
    const { code, last, output } = await theirs(`
      import { SQLiteAdapter } from 'blazeorm/sqlite';
      class MyAdapter extends SQLiteAdapter {}
      import { afterAll } from 'vitest';
      let [made, dropped] = [0, 0];
      afterAll(() => expect([made > 20, dropped]).toEqual([true, made]));
      conformance(
        {
          name: 'mine',
          dialect: 'sqlite',
          createDatabase: () => (made++, { url: 'sqlite::memory:', drop: () => void dropped++ }),
          createAdapter: () => new MyAdapter(),
        },
        { areas: ['session/identity', 'session/transactions'] },
      );
    `);
    expect([code, last]).toEqual([0, expect.stringMatching(/^\d\d passed, 0 failed$/)]);
    expect(output).toContain('\nrefuses: isolation levels but serializable\n');
  });

  it('K2: fails where a database does otherwise, and compares no SQL where that is said', async () => {
    const target = (more: string): string =>
      `conformance({ name: 'mine', createDatabase: () => ({ url: 'sqlite::memory:' }), ${more} }, { areas: ['session/many-to-many'] });`;
    const other = await theirs(target("dialect: 'postgres'"));
    expect([other.code, other.last]).toEqual([1, '4 passed, 2 failed']);
    const own = await theirs(target("dialect: 'postgres', comparesSql: false"));
    expect([own.code, own.last]).toEqual([0, '6 passed, 0 failed']);
  });

  it('K2: the files of an area do not disturb each other', async () => {
    const all = await theirs(
      `conformance({ name: 'mine', dialect: 'sqlite', createDatabase: () => ({ url: 'sqlite::memory:' }) }, { areas: ['query'] });`,
    );
    expect([all.code, all.last]).toEqual([0, expect.stringMatching(/^\d+ passed, 0 failed, \d+ skipped$/)]);
  });

  it('K2: refuses an area that does not exist, and a second database in a file', async () => {
    const target = "{ name: 'mine', dialect: 'sqlite', createDatabase: () => ({ url: 'sqlite::memory:' }) }";
    const unknown = await theirs(`conformance(${target}, { areas: ['sesion'] });`);
    expect(unknown.output).toContain(
      "The conformance suite has no area 'sesion'. There are: loading, models, observability, query, session, types, and of these",
    );
    const twice = await theirs(`for (const i of [1, 2]) conformance(${target}, { areas: ['query/lookups'] });`);
    expect(twice.output).toContain(
      "ConfigError: conformance() is called once in a test file, and has been for 'mine'. Give 'mine' a test file of its own.",
    );
  });

  it('K2: holds every file of cases', async () => {
    const { FILES } = await import('../../../src/testing/conformance.ts');
    const cases = join(project, 'src/testing/conformance');
    const files = filesUnder(cases, '.test.ts').map((file) => relative(cases, file).replace('.test.ts', ''));
    expect(Object.keys(FILES).toSorted()).toEqual(files.toSorted());
    expect(readdirSync(cases).length).toBeGreaterThan(1);
  });
});
