import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { MYSQL_LEXICON, placeholdersIn, POSTGRES_LEXICON, SQLITE_LEXICON } from '../../../src/dialects/placeholders.ts';
import type { Lexicon } from '../../../src/dialects/placeholders.ts';

/** Pieces of SQL in which nothing stands for a value, and the placeholders of a database. */
interface Pieces {
  readonly lexicon: Lexicon;
  readonly plain: readonly string[];
  readonly places: readonly string[];
}

const COMMON = [
  "'?'",
  "'it''s ? $1 :a'",
  "''",
  '"a ?"',
  '"a""?"',
  '-- ? $1 :a\n',
  '/* ? $1 :a */',
  '/**/',
  'a.b',
  '1.5e3',
  '(',
  '||',
  '- -',
];

const DIALECTS: Readonly<Record<string, Pieces>> = {
  PostgreSQL: {
    lexicon: POSTGRES_LEXICON,
    plain: [
      ...COMMON,
      "E'\\' $1'",
      "e'a''\\\\'",
      "'\\'",
      '$$ $1 $$',
      '$a$ $1 $b$ $$ $a$',
      'name$1',
      '/* /* $1 */ $1 */',
      '?',
      '?|',
      '??',
      '@>',
      "b ? 'x'",
      ':a',
      '::text',
      'é$1',
    ],
    places: ['$1', '$22'],
  },
  MySQL: {
    lexicon: MYSQL_LEXICON,
    plain: [...COMMON, "'\\' ?'", '"\\" ?"', '`?`', '`a``?`', '# ?\n', '--\n', '--\t?\n', '$1', ':a', '@a', 'a$'],
    places: ['?'],
  },
  SQLite: {
    lexicon: SQLITE_LEXICON,
    plain: [...COMMON, "'\\'", '`?`', '[a ? b]', '--?\n', '#', 'a$b', '->>'],
    places: ['?', '?7', ':a', '@a', '$a', '$1', '$ü1'],
  },
};

describe.each(Object.entries(DIALECTS))('placeholders of %s', (_, { lexicon, plain, places }) => {
  it('A2: are found one by one, and nothing else is', () => {
    for (const text of plain) expect([text, placeholdersIn(`${text} `, lexicon)]).toEqual([text, []]);
    for (const text of places) expect(placeholdersIn(` ${text} `, lexicon)).toEqual([{ start: 1, text }]);
  });

  it('A2: whatever stands around them', () => {
    const piece = fc.oneof(
      fc.constantFrom(...plain).map((text) => ({ text, is: false })),
      fc.constantFrom(...places).map((text) => ({ text, is: true })),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const sql = pieces.map(({ text }) => text).join(' ');
        expect(placeholdersIn(sql, lexicon).map(({ text }) => text)).toEqual(
          pieces.filter(({ is }) => is).map(({ text }) => text),
        );
      }),
      { seed: 7, numRuns: 1000 },
    );
  });

  it('A2: any text is read to its end', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...Array.from(`'"\`$?/*-#\\a1[] \n`)) }), (sql) => {
        for (const { start, text } of placeholdersIn(sql, lexicon)) expect(sql.startsWith(text, start)).toBe(true);
      }),
      { seed: 7, numRuns: 2000 },
    );
  });
});
