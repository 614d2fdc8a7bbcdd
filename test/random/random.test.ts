/**
 * Queries made by chance, on models and rows made by chance: the library's answer is compared with that of an evaluator in
 * memory, which knows only what the documents say.
 *
 * `BLAZE_RANDOM_CASES=50000 BLAZE_RANDOM_SEED=7 npx vitest run --project sqlite test/random` runs more of them; what fails says with
 * which seed it fails again.
 */
import { inspect } from 'node:util';

import { Database } from 'blazeorm';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freshUrl } from '../../src/testing/support/database.ts';
import { statementsOf } from '../../src/testing/support/statements.ts';
import { engine } from '../support/database.ts';
import { answer } from './answer.ts';
import { Dice } from './dice.ts';
import { anyQuery } from './generate-query.ts';
import { clear, makeModels, write } from './models.ts';
import type { Models } from './models.ts';
import { checkSyntax } from './parse.ts';
import type { Query } from './query.ts';
import { refusals, REFUSED, run } from './run.ts';
import { anyGraph, modelOf } from './schema.ts';
import type { Graph } from './schema.ts';
import { anyWorld } from './world.ts';
import type { World } from './world.ts';

const SEED = Number(process.env['BLAZE_RANDOM_SEED'] ?? 1);
const CASES = Number(process.env['BLAZE_RANDOM_CASES'] ?? 2000);
const QUERIES = 25;
const WORLDS = 4;
/** Milliseconds for the queries of one world. */
const LIMIT = Number(process.env['BLAZE_RANDOM_LIMIT'] ?? 60_000);
const GRAPHS = Math.ceil(CASES / (QUERIES * WORLDS));

let compared = 0;
let url = '';
beforeAll(async () => {
  url = await freshUrl();
});
afterAll(() => {
  console.log(`random: ${compared} queries compared on ${engine}, seed ${SEED}`);
  for (const [message, times] of refusals) console.log(`random: refused ${times} times: ${message}`);
});

describe('queries made by chance', () => {
  for (let i = 0; i < GRAPHS; i++) {
    const seed = SEED + i;
    it(
      `Q1: Q2: Q4: Q5: Q6: Q8: Q13: Q14: L1: L6: give what the evaluator gives (seed ${seed})`,
      { timeout: 300_000 },
      () => batch(seed),
    );
  }
});

/** One graph of models, some worlds of rows, and many queries of each. */
async function batch(seed: number): Promise<void> {
  const graph = sample(seed, anyGraph);
  const models = makeModels(graph);
  const db = await Database.connect(url, { models: [...models.values()] });
  try {
    await db.createAll();
    for (let i = 0; i < WORLDS; i++) {
      const world = sample(seed * WORLDS + i, (dice) => anyWorld(dice, graph, 6));
      await using session = db.session();
      if (i > 0) await clear(session, graph, models);
      await write(session, graph, models, world);
      await compareMany(db, graph, models, world, seed * WORLDS + i);
    }
  } finally {
    await db.dropAll({ confirm: true });
    await db.close();
  }
}

function sample<T>(seed: number, make: (dice: Dice) => T): T {
  const [draw] = fc.sample(fc.gen(), { seed, numRuns: 1 });
  return make(new Dice(draw!));
}

async function compareMany(db: Database, graph: Graph, models: Models, world: World, seed: number): Promise<void> {
  let failed = '';
  const property = fc.asyncProperty(fc.gen(), async (draw) => {
    const query = anyQuery(new Dice(draw), world);
    let actual: unknown;
    let sent: string[] = [];
    compared++;
    try {
      sent = await statementsOf(async () => {
        actual = await run(db, graph, models, query);
      });
      checkSyntax(sent);
      if (actual !== REFUSED)
        expect(unordered(graph, query, actual)).toEqual(unordered(graph, query, answer(world, query)));
    } catch (error) {
      failed = described(graph, world, query, sent);
      throw error;
    }
  });
  // A failure is made smaller for so long; then the smallest so far is shown.
  const result = await fc.check(property, {
    seed,
    numRuns: QUERIES,
    interruptAfterTimeLimit: LIMIT,
    markInterruptAsFailure: true,
  });
  if (result.failed)
    throw new Error(`${failed}\nBLAZE_RANDOM_SEED=${Math.floor(seed / WORLDS)}: ${String(result.errorInstance)}`, {
      cause: result.errorInstance,
    });
}

/** Rows that nothing was said about the order of, in one order. */
function unordered(graph: Graph, { model, order, end }: Query, rows: unknown): unknown {
  if (
    !Array.isArray(rows) ||
    order !== undefined ||
    modelOf(graph, model).ordering.length > 0 ||
    (end.kind !== 'entities' && end.kind !== 'values')
  )
    return rows;
  return rows.toSorted((a, b) => (inspect(a) < inspect(b) ? -1 : 1));
}

function described(graph: Graph, world: World, query: Query, sent: readonly string[]): string {
  const show = (value: unknown): string => inspect(value, { depth: null, breakLength: 140, compact: 8 });
  const rows = graph.map(({ name }) => `${name}: ${show(world.rows(name).map((row) => row.values))}`);
  return [show(query), ...rows, ...sent].join('\n');
}
