import { expect, it } from 'vitest';

import { closingLine } from '../../support/closing-line-reporter.ts';
import { nestedRun } from '../../support/nested-run.ts';

it('leaves out what is zero, except failures', () => {
  expect(closingLine({ passed: 3, failed: 0, skipped: 0 })).toBe('3 passed, 0 failed');
  expect(closingLine({ passed: 3, failed: 1, skipped: 2 })).toBe('3 passed, 1 failed, 2 skipped');
});

it('ends a run that passes', async () => {
  const { code, last } = await nestedRun({
    'good.test.ts': "it('a', () => {}); it.skip('b', () => {}); it.todo('c');",
  });
  expect({ code, last }).toEqual({ code: 0, last: '1 passed, 0 failed, 2 skipped' });
});

it('counts failed tests, files that do not load, hooks that throw and unhandled rejections', async () => {
  const { code, last } = await nestedRun({
    'bad.test.ts': "it('a', () => { expect(1).toBe(2); });\nit('b', () => {});",
    'load.test.ts': "throw new Error('at load');",
    'hook.test.ts': "describe('s', () => { beforeAll(() => { throw new Error('hook'); }); it('c', () => {}); });",
    'late.test.ts': "it('d', () => { void Promise.reject(new Error('late')); });",
  });
  expect({ code, last }).toEqual({ code: 1, last: '2 passed, 4 failed, 1 skipped' });
});

it('says what a database refuses, each thing once, before the last line', async () => {
  const { output, last } = await nestedRun({
    'refuses.test.ts': `
      it('a', ({ task }) => { task.meta.refused = ['full text', 'arrays']; });
      it('b', ({ task }) => { task.meta.refused = ['arrays']; });
      it('c', () => {});`,
  });
  expect(output).toContain('\nrefuses: arrays; full text\n3 passed, 0 failed\n');
  expect(last).toBe('3 passed, 0 failed');
});
