import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';

import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';

import type { Adapter } from 'blazeorm';
import { InMemoryCache } from 'blazeorm/cache';
import type { CacheBackend } from 'blazeorm/cache';
import { MySQLAdapter } from 'blazeorm/mysql';
import { PostgresAdapter } from 'blazeorm/postgres';
import { RedisCache } from 'blazeorm/redis';
import { SQLiteAdapter } from 'blazeorm/sqlite';

import { engine, freshUrl } from '../../support/database.ts';
import { redisUrl } from './redis-server.ts';
import { KEYS, Stage } from './schedules/play.ts';
import type { Act } from './schedules/play.ts';

/** By hand, in memory and with Redis: BLAZE_CACHE_SCHEDULES=5000, and BLAZE_CACHE_SEED for those of another seed. */
const BY_HAND = process.env['BLAZE_CACHE_SCHEDULES'];
const USUAL: Readonly<Partial<Record<string, number>>> = { sqlite: 800, postgres: 200 };
const IN_MEMORY = Number(BY_HAND ?? USUAL[engine] ?? 40);
const WITH_REDIS = Number(BY_HAND ?? IN_MEMORY / 4);
const SEED = Number(process.env['BLAZE_CACHE_SEED'] ?? '1');

const key = fc.constantFrom(...KEYS);
const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('read' as const),
      how: fc.constantFrom('get', 'inBulk', 'result', 'look'),
      key,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('write' as const),
      how: fc.constantFrom('flush', 'set'),
      // In one order, so that no two transactions wait for each other.
      keys: fc.subarray(KEYS, { minLength: 1 }),
      fails: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('update' as const), key }) },
);
const program = fc.array(act, { minLength: 1, maxLength: 5 });
const schedule = fc.record({
  programs: fc.array(program, { minLength: 2, maxLength: 3 }),
  // Long turns as well as short ones: a reader is overtaken by a whole transaction.
  turns: fc.array(fc.record({ program: fc.nat(2), gates: fc.integer({ min: 1, max: 12 }) }), {
    minLength: 4,
    maxLength: 30,
  }),
});

const folder = mkdtempSync(join(tmpdir(), 'blaze-schedules-'));
afterAll(() => rmSync(folder, { recursive: true }));

function newAdapter(): Adapter {
  if (engine === 'sqlite') return new SQLiteAdapter();
  return engine.startsWith('postgres') ? new PostgresAdapter() : new MySQLAdapter();
}

async function check(count: number, backends: readonly CacheBackend[]): Promise<void> {
  // A file, so that what is not committed is read past. Two programs of one process have one connection that writes.
  const url = engine === 'sqlite' ? `sqlite:${join(folder, `${backends.length}.db`)}` : await freshUrl();
  const adapters = (engine === 'sqlite' ? backends.slice(0, 1) : backends).map(newAdapter);
  const stage = await Stage.open(url, adapters, backends, { readCommitted: engine !== 'sqlite' });
  try {
    await fc.assert(
      fc.asyncProperty(schedule, async ({ programs, turns }) => {
        expect(await stage.play(programs, turns)).toEqual([]);
      }),
      { numRuns: count, seed: SEED, endOnFailure: count > 1_000 },
    );
  } finally {
    await stage.close();
  }
}

describe('schedules made by chance', () => {
  it('C2: no order of steps shows what is not committed, or was overwritten: in memory', { timeout: 3_600_000 }, () =>
    check(IN_MEMORY, [new InMemoryCache()]),
  );

  it.skipIf(redisUrl === undefined)(
    'C2: C3: … with Redis, by two programs with a connection each (skipped without a Redis server)',
    { timeout: 3_600_000 },
    async () => {
      const name = `blaze.schedules.${engine}.${process.pid}`;
      const caches = [1, 2].map(() => new RedisCache({ name, url: redisUrl! }));
      try {
        await check(WITH_REDIS, caches);
      } finally {
        for (const cache of caches) await cache.close();
      }
    },
  );
});
