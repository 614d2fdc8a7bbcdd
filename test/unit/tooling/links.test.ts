import { expect, it } from 'vitest';

import { anchors, localLinks } from '../../../scripts/support/links.ts';

const ticks = '```';

it('finds links to files and headings with their lines, outside of code', () => {
  const text = [
    '# Title',
    'See [one](a.md), [two](../b/c.md#part) and [three](#here), and [web](https://example.org/x.md).',
    '`[code](none.md)`',
    `${ticks}ts`,
    'const a = b[0](none.md);',
    ticks,
    '| [`four`](d.md) |',
  ];
  expect(localLinks(text.join('\n'))).toEqual([
    { line: 2, target: 'a.md' },
    { line: 2, target: '../b/c.md#part' },
    { line: 2, target: '#here' },
    { line: 7, target: 'd.md' },
  ]);
});

it('makes the anchors of headings as GitHub does', () => {
  const text = [
    '# On demand, without N+1',
    '## A `code` & [link](a.md)',
    '## Twice',
    '## Twice',
    `${ticks}sh`,
    '# a comment',
    ticks,
    '### Größe',
  ];
  expect([...anchors(text.join('\n'))]).toEqual(['on-demand-without-n1', 'a-code--link', 'twice', 'twice-1', 'größe']);
});
