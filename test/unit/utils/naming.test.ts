import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { snakeCase } from 'blazeorm';

import { compileFunction, quoted } from '../../../src/utils/codegen.ts';
import { chain, isPromise } from '../../../src/utils/maybe-promise.ts';
import { nearest, shortName, suggest } from '../../../src/utils/naming.ts';
import { unreachable } from '../../../src/utils/unreachable.ts';

describe('naming', () => {
  it('M4: camelCase and PascalCase become snake_case', () => {
    const cases = {
      name: 'name',
      unitPrice: 'unit_price',
      billingPostalCode: 'billing_postal_code',
      HTTPServer: 'http_server',
      userID: 'user_id',
      line2Text: 'line2_text',
      already_snake: 'already_snake',
      aB: 'a_b',
      ABTest: 'ab_test',
      '': '',
    };
    for (const [name, column] of Object.entries(cases)) expect(snakeCase(name)).toBe(column);
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zA-Z0-9]+$/), (name) => {
        expect(snakeCase(snakeCase(name))).toBe(snakeCase(name));
      }),
      { seed: 3 },
    );
  });

  it('G1: names that are too long are cut, and told apart', () => {
    const long = 'a'.repeat(40);
    expect(shortName(`${long}_${'b'.repeat(22)}`)).toBe(`${long}_${'b'.repeat(22)}`);
    expect(shortName(`${long}_${'b'.repeat(23)}`)).toBe(`${long}_${'b'.repeat(13)}_409dfdcc`);
    expect(shortName(`${long}_${'b'.repeat(24)}`)).not.toBe(shortName(`${long}_${'b'.repeat(23)}`));
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (name) => {
        expect(Buffer.byteLength(shortName(name))).toBeLessThanOrEqual(63);
        expect(shortName(shortName(name))).toBe(shortName(name));
        expect(shortName(name).isWellFormed()).toBe(name.isWellFormed());
      }),
      { seed: 5 },
    );
  });

  it('suggests what is near, and lists what there is otherwise', () => {
    expect(nearest('titel', ['title', 'author'])).toBe('title');
    expect(nearest('xyz', ['title', 'author'])).toBeUndefined();
    expect(nearest('id', [])).toBeUndefined();
    expect(suggest('autor', ['title', 'author'])).toBe("Did you mean 'author'?");
    expect(suggest('qqqqqq', ['title', 'author'])).toBe('Use one of: title, author.');
    expect(suggest('x', [])).toBe('There is none.');
  });
});

describe('helpers', () => {
  it('X1: generated code holds names as literals only', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        expect(compileFunction<() => unknown>({}, `return () => ${quoted(name)}`)()).toBe(name);
      }),
      { seed: 5, numRuns: 500 },
    );
    const nasty = '\u2028"];process.exit()//\u2029';
    expect(compileFunction<(entity: object) => unknown>({}, `return (e) => e[${quoted(nasty)}]`)({ [nasty]: 1 })).toBe(
      1,
    );
  });

  it('values now or later', async () => {
    expect([
      isPromise(1),
      isPromise(null),
      isPromise(Promise.resolve(1)),
      isPromise({ then: () => undefined } as never),
    ]).toEqual([false, false, true, true]);
    expect([chain(1, (n) => n + 1), await chain(Promise.resolve(1), (n) => n + 1)]).toEqual([2, 2]);
  });

  it('a forged node is an error', () => {
    expect(() => unreachable({ kind: 'forged' } as never)).toThrow('Unreachable case: forged');
    expect(() => unreachable(null as never)).toThrow('Unreachable case: object');
  });
});
