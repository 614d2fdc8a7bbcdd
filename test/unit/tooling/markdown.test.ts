import { expect, it } from 'vitest';

import { codeBlocks } from '../../../scripts/support/markdown.ts';

const ticks = '```';

it('finds TypeScript blocks with their lines, also in lists', () => {
  const text = [
    '# Title',
    `${ticks}ts`,
    'const a = 1;',
    ticks,
    '- item',
    `  ${ticks}typescript title="b.ts"`,
    '  b();',
    `  ${ticks}`,
    `${ticks}ts continued`,
    'c();',
    ticks,
  ];
  expect(codeBlocks(text.join('\n'))).toEqual([
    { line: 3, code: 'const a = 1;', continued: false },
    { line: 7, code: 'b();', continued: false },
    { line: 10, code: 'c();', continued: true },
  ]);
});

it('leaves out other languages, and blocks that are marked', () => {
  const text = [
    `${ticks}bash`,
    'npm test',
    ticks,
    `${ticks}ts ignore`,
    'not code',
    ticks,
    ticks,
    `${ticks}ts`,
    ticks,
    '',
  ];
  expect(codeBlocks(text.join('\n'))).toEqual([]);
});

it('a longer fence holds a shorter one', () => {
  const text = ['````md', `${ticks}ts`, 'inner', ticks, '````'];
  expect(codeBlocks(text.join('\n'))).toEqual([]);
});
