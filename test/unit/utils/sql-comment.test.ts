import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { sqlComment, withSqlComment } from '../../../src/utils/sql-comment.ts';

const HOSTILE = [
  '*/ DROP TABLE post; --',
  '/* inner */',
  "'; --",
  '+ hint',
  '!50000 version',
  '? $1 :name @name %s',
  'new\nline\0and\u2028more',
  '%27%2A/',
  '=,=',
  'Ünïcode 🙂',
];

describe('sqlcommenter', () => {
  it('Q16: names and values are sorted and percent-encoded', () => {
    expect(
      sqlComment([
        ['route', '/posts/:id'],
        ['traceparent', '00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01'],
        ['action', "it's (a) *star*!"],
      ]),
    ).toBe(
      " /*action='it%27s%20%28a%29%20%2Astar%2A%21',route='%2Fposts%2F%3Aid',traceparent='00-5bd66ef5095369c7b0d1f8f4bd33716a-c532cb4098ac3dd2-01'*/",
    );
  });

  it('X4: nothing in a name or value ends the comment, makes it a hint, or is a placeholder', () => {
    for (const text of HOSTILE) {
      const comment = sqlComment([[text, text]]);
      expect(comment).toMatch(/^ \/\*[\w.~%-]+='[\w.~%-]+'\*\/$/);
      expect(decodeURIComponent(/='(.*)'/.exec(comment)![1]!)).toBe(text);
    }
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), fc.string({ unit: 'binary' }), (name, value) => {
        const comment = sqlComment([[name, value]]);
        expect(comment).toMatch(/^ \/\*[\w.~%-]+='[\w.~%-]*'\*\/$/);
        expect(decodeURIComponent(comment.slice(3, comment.indexOf('=')))).toBe(name);
        expect(decodeURIComponent(comment.slice(comment.indexOf("'") + 1, -3))).toBe(value);
      }),
    );
  });

  it('Q16: a statement keeps the tags that it has, and has others beside them', () => {
    const tagged = `SELECT 1${sqlComment([
      ['tag', 'feed'],
      ['b', '2'],
    ])}`;
    expect(
      withSqlComment(
        tagged,
        sqlComment([
          ['tag', 'other'],
          ['a', '1'],
        ]),
      ),
    ).toBe("SELECT 1 /*a='1',b='2',tag='feed'*/");
  });

  it.each(['SELECT /* hint */ 1', 'SELECT 1 -- end', "SELECT 1 /*'*/"])(
    'Q16: comments of somebody else are left alone: %s',
    (sql) => {
      expect(withSqlComment(sql, sqlComment([['a', '1']]))).toBe(sql);
    },
  );
});
