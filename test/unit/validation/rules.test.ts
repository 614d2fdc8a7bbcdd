import { describe, expect, it } from 'vitest';

import { InvalidQueryError, rules } from 'blazeorm';
import type { Rule } from 'blazeorm';

describe('rules', () => {
  const cases: readonly [
    name: string,
    rule: Rule<never>,
    right: readonly unknown[],
    wrong: readonly unknown[],
    message: string,
  ][] = [
    ['minLength', rules.minLength(2), ['ab', '😀😀'], ['a', '😀', ''], 'must have at least 2 characters'],
    ['maxLength', rules.maxLength(2), ['', 'ab', '😀😀'], ['abc'], 'must have at most 2 characters'],
    ['notBlank', rules.notBlank(), ['a', ' a '], ['', ' ', '\n\t'], 'must not be blank'],
    ['pattern', rules.pattern(/^\d+$/g), ['1', '12'], ['', 'a1'], 'is not of the form that it must have'],
    ['pattern, with words', rules.pattern(/x/, 'needs an x'), ['xx'], ['y'], 'needs an x'],
    [
      'email',
      rules.email(),
      ['a@b', 'a.b+c@x-y.org'],
      ['', 'a', '@b', 'a@', 'a@-b', 'a b@c.d', 'a@b..c', 'a@b\n'],
      'must be an email address',
    ],
    [
      'url',
      rules.url(),
      ['https://x.org/a?b#c', 'http://localhost:1'],
      ['x.org', 'javascript:alert(1)', 'ftp://x', ''],
      'must be a URL of http or https',
    ],
    [
      'slug',
      rules.slug(),
      ['a', 'a-b_c9'],
      ['', 'A', 'a--b', '-a', 'a b', 'ä'],
      'must be a slug: a-z, 0-9, and single - or _ between them',
    ],
    ['min of numbers', rules.min(0), [0, 1, 1.5], [-1, -0.1], 'must be at least 0'],
    ['max of bigints', rules.max(10n), [10n, -5n], [11n], 'must be at most 10'],
    ['min of decimals', rules.min('-1.50'), ['-1.5', '10', '0.00'], ['-1.51', '-10'], 'must be at least -1.50'],
    [
      'max of decimals',
      rules.max('9.9'),
      ['9.90', '-100', '9.8999999999999999999'],
      ['9.91', '10'],
      'must be at most 9.9',
    ],
    [
      'min of days',
      rules.min('2026-01-01'),
      ['2026-01-01', '2026-12-31'],
      ['2025-12-31'],
      'must be at least 2026-01-01',
    ],
    [
      'max of times',
      rules.max(new Date(0)),
      [new Date(0), new Date(-1)],
      [new Date(1)],
      'must be at most 1970-01-01T00:00:00.000Z',
    ],
  ];

  it.each(cases)('V1: %s', (_name, rule, right, wrong, message) => {
    const check: (value: never) => unknown = rule;
    // Twice: a pattern must not remember where it ended.
    for (const value of [...right, ...right]) expect([value, check(value as never)]).toEqual([value, undefined]);
    for (const value of wrong) expect([value, check(value as never)]).toEqual([value, message]);
  });

  it('V1: a length that is none is refused where it is written', () => {
    expect(() => rules.minLength(-1)).toThrow(InvalidQueryError);
    expect(() => rules.maxLength(1.5)).toThrow(InvalidQueryError);
  });
});
