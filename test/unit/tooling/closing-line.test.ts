import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { closingLine } from '../../support/closing-line-reporter.ts';

const project = join(import.meta.dirname, '../../..');
let folder: string;

/** Runs the given test files with the project's reporters, and gives the last line and the exit code. */
function runTests(files: Record<string, string>): Promise<{ code: number; last: string | undefined }> {
  for (const [name, code] of Object.entries(files)) {
    writeFileSync(join(folder, name), `import { beforeAll, describe, expect, it } from 'vitest';\n${code}`);
  }
  const reporter = join(project, 'test/support/closing-line-reporter.ts');
  const args = ['run', '--root', folder, '--reporter', 'default', '--reporter', reporter];
  const vitest = join(project, 'node_modules/vitest/vitest.mjs');
  return new Promise((resolve) => {
    execFile(process.execPath, [vitest, ...args, ...Object.keys(files)], { cwd: project }, (error, stdout) => {
      const code = error === null ? 0 : Number(error.code);
      resolve({ code, last: stdout.trimEnd().split('\n').at(-1) });
    });
  });
}

beforeAll(() => {
  // Inside the project, so that the files find Vitest.
  mkdirSync(join(project, '.cache'), { recursive: true });
  folder = mkdtempSync(join(project, '.cache/closing-line-'));
  writeFileSync(join(folder, 'vitest.config.ts'), 'export default {};');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('leaves out what is zero, except failures', () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

it('ends a run that passes', async () => {
  expect(await runTests({ 'good.test.ts': "it('a', () => {}); it.skip('b', () => {}); it.todo('c');" })).toEqual({
    code: 0,
    last: '1 passed, 0 failed, 2 skipped',
  });
});

it('counts failed tests, files that do not load, hooks that throw and unhandled rejections', async () => {
  const result = await runTests({
    'bad.test.ts': "it('a', () => { expect(1).toBe(2); });\nit('b', () => {});",
    'load.test.ts': "throw new Error('at load');",
    'hook.test.ts': "describe('s', () => { beforeAll(() => { throw new Error('hook'); }); it('c', () => {}); });",
    'late.test.ts': "it('d', () => { void Promise.reject(new Error('late')); });",
  });
  expect(result).toEqual({ code: 1, last: '2 passed, 4 failed, 1 skipped' });
});
