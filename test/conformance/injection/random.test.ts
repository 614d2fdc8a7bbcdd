/** Payloads that nobody thought of, at every position: texts of any characters, and JSON made of the words that mean something. */
import fc from 'fast-check';
import { describe } from 'vitest';

import { COMPUTING } from './computing.ts';
import { everyPayload } from './every-payload.ts';
import { NAMING } from './naming.ts';
import { TEXTS } from './payloads.ts';
import type { Payload } from './payloads.ts';
import { READING } from './reading.ts';
import { WRITING } from './writing.ts';

const SEEDS = [4, 2026];

const short = TEXTS.filter((text) => text.length < 100);
const text = fc
  .array(fc.oneof(fc.constantFrom(...short), fc.string({ unit: 'binary', maxLength: 8 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((list) => list.join(''));
const word = fc.oneof(
  fc.constantFrom('id', 'text', 'owner', 'kind', 'name', 'value', '$gt', '__proto__', 'constructor', 'toString'),
  text,
);
const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 3 }, text, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('record')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  record: fc.array(fc.tuple(word, tie('value')), { maxLength: 3 }).map((pairs) => Object.fromEntries(pairs)),
})).value;

/** So many payloads of a seed: texts, and JSON that went through its text. */
function payloadsOf(seed: number): Payload[] {
  const values = [
    ...fc.sample(text, { seed, numRuns: 6 }),
    ...fc.sample(json, { seed, numRuns: 8 }).map((value): unknown => JSON.parse(JSON.stringify(value))),
  ];
  return values.map((value) => ({ name: `seed ${seed}: ${JSON.stringify(value)}`, value }));
}

const PAYLOADS = SEEDS.flatMap(payloadsOf);

describe('X1: X2: payloads at random are plain data, or refused', () => {
  everyPayload([...READING, ...COMPUTING, ...NAMING, ...WRITING], PAYLOADS);
});
