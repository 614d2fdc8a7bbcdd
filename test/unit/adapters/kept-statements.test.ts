import { expect, it } from 'vitest';

import { KeptStatements } from '../../../src/adapters/mysql/kept-statements.ts';

it('X1: A2: a value of another kind goes by a statement of its own, NULL by any', () => {
  const kept = new KeptStatements(10);
  expect(kept.textFor('SELECT ?, ?', [1, 'a'])).toBe('SELECT ?, ?');
  expect(kept.textFor('SELECT ?, ?', [2n, 'b'])).toBe('SELECT ?, ?');
  expect(kept.textFor('SELECT ?, ?', [null, null])).toBe('SELECT ?, ?');
  expect(kept.textFor('SELECT ?, ?', [true, null])).toBe('SELECT ?, ?');
  expect(kept.textFor('SELECT ?, ?', ['a', 'a'])).toBe('SELECT ?, ? /* vv */');
  expect(kept.textFor('SELECT ?, ?', [1, 1])).toBe('SELECT ?, ? /* nn */');
  expect(kept.textFor('SELECT ?, ?', ['b', new Uint8Array(1)])).toBe('SELECT ?, ? /* vv */');
  expect(kept.prepared).toBe(3);
});

it('X1: A2: a kind is known from the first value that is not NULL', () => {
  const kept = new KeptStatements(10);
  kept.textFor('SELECT ?', [null]);
  kept.textFor('SELECT ?', ['a']);
  expect(kept.textFor('SELECT ?', [1])).toBe('SELECT ? /* n */');
});

it('A2: what the driver does not keep any more is forgotten', () => {
  const kept = new KeptStatements(1);
  kept.textFor('SELECT ?', [1]);
  kept.textFor('SELECT 1', []);
  expect(kept.textFor('SELECT ?', ['a'])).toBe('SELECT ?');
  expect(kept.prepared).toBe(3);
});
