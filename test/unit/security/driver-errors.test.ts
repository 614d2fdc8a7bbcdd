import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { safeCause, messageWithoutValues } from '../../../src/security/driver-errors.ts';
import { leaksOf } from '../../support/leaks.ts';

const SENTINEL = 'S3NT1NEL';

describe('what a database says, without values', () => {
  it.each([
    ['syntax error at or near "FORM"', 'SELECT 1 FORM t', 'syntax error at or near "FORM"'],
    ["Unknown column 'nmae' in 'field list'", 'SELECT nmae FROM t', "Unknown column 'nmae' in 'field list'"],
    ['invalid input syntax for type integer: "x"', 'SELECT $1::int', 'invalid input syntax for type integer: ***'],
    ['invalid input syntax for type integer: "x" y "z"', '$1', 'invalid input syntax for type integer: ***'],
    [
      "Incorrect integer value: 'x' for column 'size' at row 1",
      'SET `size` = ?',
      "Incorrect integer value: *** for column 'size' at row 1",
    ],
    ["Incorrect value: 'O'Brien' for column 'a' at row 1", 'a', "Incorrect value: *** for column 'a' at row 1"],
    [
      "Field 'name' doesn't have a default value",
      'INSERT INTO t (size) VALUES (?)',
      "Field *** doesn't have a default value",
    ],
    ['ungültige Eingabesyntax für Typ integer: »x«', '$1', 'ungültige Eingabesyntax für Typ integer: ***'],
    [
      "Unknown column 't0.bo\"dy' in 'where clause'",
      'SELECT t0.`bo"dy`',
      "Unknown column 't0.bo\"dy' in 'where clause'",
    ],
    ["Unknown column 't0.body' in 'on clause'", 'SELECT t0.`body`', "Unknown column 't0.body' in 'on clause'"],
    ['„x“ ist kein Wert für « id »', 'SELECT id', '*** ist kein Wert für « id »'],
    ['an open "quote', 'no', 'an open ***'],
    ['an open "quote', 'quote', 'an open "quote'],
  ])('X4: %s', (text, sql, shown) => {
    expect(messageWithoutValues(text, sql)).toBe(shown);
  });

  it('X4: a parameter shows nowhere, quoted or not, in a list or in JSON, whole or as a part of another', () => {
    const parameters = ['abc', ['abcdef', 7], JSON.stringify([{ a: 'ghi' }]), 1234n, { b: 'jkl' }, new Uint8Array(3)];
    expect(messageWithoutValues('abcdef abc ghi 1234 jkl 7', 'abc', parameters)).toBe('*** *** *** *** *** 7');
    expect(messageWithoutValues('[not JSON', '', ['[not JSON'])).toBe('***');
  });

  it.each([
    ["Duplicate entry 's3cret' for key 'tag.name'", "INSERT INTO tag (name) VALUES ('s3cret')", 'mysql'],
    ["Incorrect DATE value: 's3cret'", 'SELECT date "s3cret"', 'mysql'],
    ["use near 'integer) + nope('s3cret')' at line 1", "SELECT CAST(1 AS integer) + nope('s3cret')", 'mysql'],
    ["use near 'nope('s3cr' at line 1", "SELECT nope('s3cret')", 'mysql'],
    ['invalid input syntax for type integer: "s3cret"', "SELECT 's3cret'::int", 'standard'],
    ['syntax error at or near "\'s3cret\'"', "SELECT x 's3cret'", 'standard'],
    ['invalid input syntax for type json: "s3cret"', 'SELECT $a$s3cret$a$::json', 'standard'],
  ] as const)('X4: a text that is written in the statement shows nowhere: %s', (text, sql, quotes) => {
    expect(messageWithoutValues(text, sql, [], quotes)).not.toContain('s3cr');
  });

  it('X4: what MySQL cannot read is shown without its texts', () => {
    const sql = "SELECT CAST(1 AS integer) + nope('s3cret')";
    expect(messageWithoutValues("use near 'integer) + nope('s3cret')' at line 1", sql, [], 'mysql')).toBe(
      "use near 'integer) + nope(?)' at line 1",
    );
  });

  it('X4: whatever a value holds and whatever the message says around it', () => {
    const piece = fc.constantFrom('"', "'", '`', '«', ' id ', SENTINEL, '\n    at ', ' for key ', '***', '(', '[');
    const value = fc.array(piece, { maxLength: 12 }).map((list) => `${SENTINEL}${list.join('')}`);
    const around = fc.constantFrom(
      ["Duplicate entry '", "' for key 't.id'"],
      ['invalid input: "', '"'],
      ['No ', ', please'],
    );
    fc.assert(
      fc.property(value, around, (secret, [before, after]) => {
        const error = Object.assign(new Error(`${before}${secret}${after}`), {
          detail: secret,
          sql: secret,
          code: 'X',
        });
        error.cause = new AggregateError([new TypeError(secret)], secret);
        const copy = safeCause(error, 'SELECT id FROM t', [secret]);
        expect(leaksOf(copy, SENTINEL)).toEqual([]);
        expect(copy).toMatchObject({ code: 'X' });
      }),
      { seed: 31 },
    );
  });

  it('X4: class, code, stack and what it came of stay; what is no error is no cause', () => {
    const error = Object.assign(new TypeError('no "x"'), { code: '22P02', detail: 'x', table: 't', position: 3 });
    const copy = safeCause(error)!;
    expect(copy).toBeInstanceOf(TypeError);
    expect(Object.assign({}, copy)).toEqual({ code: '22P02', table: 't', position: 3 });
    expect([copy.name, copy.message]).toEqual(['TypeError', 'no ***']);
    expect(copy.stack?.split('\n')[1]).toBe(error.stack?.split('\n')[1]);
    const nested = safeCause(new AggregateError([new Error('a')], 'b', { cause: error }))!;
    expect(nested).toMatchObject({ message: 'b', errors: [{ message: 'a' }], cause: { message: 'no ***' } });
    expect(safeCause('x')).toBeUndefined();
  });
});
