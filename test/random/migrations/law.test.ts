/**
 * The law of migrations, for schemas made by chance: what is applied leaves no difference; up, down and up again give the same
 * schema, which is that of a fresh database; rows stay through each step.
 *
 * `BLAZE_SCHEMAS=500 BLAZE_SCHEMAS_SEED=7 npx vitest run --project mysql test/random/migrations` runs more of them; what fails says
 * with which seed it fails again.
 */
import { inspect } from 'node:util';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, it } from 'vitest';

import { engine, freshUrl } from '../../../src/testing/support/database.ts';
import { Dice } from '../dice.ts';
import { anyPair } from './edit.ts';
import { holds } from './law.ts';

const SEED = Number(process.env['BLAZE_SCHEMAS_SEED'] ?? 1);
/** What a minute is enough for. */
const COUNTS = { sqlite: 500, postgres: 50, mysql: 25, mariadb: 25 } as const;
const COUNT = Number(process.env['BLAZE_SCHEMAS'] ?? COUNTS[engine]);
const PER_TEST = 25;

let url = '';
let [held, withRows] = [0, 0];
beforeAll(async () => {
  url = await freshUrl();
});
afterAll(() =>
  console.log(`migrations: ${held} pairs of schemas on ${engine}, ${withRows} of them with rows, seed ${SEED}`),
);

describe('schemas made by chance', () => {
  for (let first = 0; first < COUNT; first += PER_TEST)
    it(`G2: G3: G7: are migrated to and fro (seed ${SEED + first})`, { timeout: 900_000 }, async () => {
      for (let i = first; i < Math.min(first + PER_TEST, COUNT); i++) await check(SEED + i);
    });
});

async function check(seed: number): Promise<void> {
  let failed = '';
  let hasRows = false;
  const property = fc.asyncProperty(fc.gen(), async (draw) => {
    let number = 0;
    const isMysql = engine === 'mysql' || engine === 'mariadb';
    const dice = new Dice(draw);
    const pair = anyPair({ dice, next: () => ++number, partialUnique: !isMysql, setDefault: !isMysql });
    try {
      hasRows = await holds(url, pair);
    } catch (error) {
      failed = `${inspect(pair, { depth: null, breakLength: 160, compact: 8 })}\n${inspect(error, { depth: 1 })}`;
      throw error;
    }
  });
  const result = await fc.check(property, {
    seed,
    numRuns: 1,
    interruptAfterTimeLimit: 120_000,
    markInterruptAsFailure: true,
  });
  if (result.failed)
    throw new Error(`BLAZE_SCHEMAS_SEED=${seed} BLAZE_SCHEMAS=1\n${failed}`, { cause: result.errorInstance });
  held++;
  if (hasRows) withRows++;
}
