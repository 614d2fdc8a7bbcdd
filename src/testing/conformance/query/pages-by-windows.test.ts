/** Pages in the order of what a window computes: the value of a cursor must meet the value in the database, to the last digit. */
import { afterAll, beforeAll, expect, it } from 'vitest';

import { avg, cumeDist, f, firstValue, InvalidQueryError, model, percentRank, rowNumber, sum } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused, openTestDatabase } from '../../support/database.ts';

class Point extends model('point', { id: f.int({ primaryKey: true }), n: f.int(), part: f.float() }) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Point] });
  session = db.session();
  const numbers = [1, 1, 2, 4, 4, 4, 9];
  await session.query(Point).bulkCreate(numbers.map((n, i) => ({ id: i + 1, n, part: n / 3 })));
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const sets = {
  cumeDist: () => session.query(Point).annotate((p) => ({ w: cumeDist().over({ orderBy: p.n }) })),
  percentRank: () => session.query(Point).annotate((p) => ({ w: percentRank().over({ orderBy: p.n }) })),
  'a mean of integers': () => session.query(Point).annotate((p) => ({ w: avg(p.n).over({ orderBy: p.id }) })),
  'a mean of floats': () => session.query(Point).annotate((p) => ({ w: avg(p.part).over({ orderBy: p.id }) })),
  'a sum of floats': () => session.query(Point).annotate((p) => ({ w: sum(p.part).over({ orderBy: p.id }) })),
  'the first of floats': () =>
    session.query(Point).annotate((p) => ({ w: firstValue(p.part).over({ orderBy: p.id }) })),
  'a share of it': () => session.query(Point).annotate((p) => ({ w: cumeDist().over({ orderBy: p.n }).dividedBy(3) })),
};

it.each(Object.entries(sets))('Q9: Q6: pages ordered by %s hold every row once', async (_, set) => {
  for (const order of ['w', '-w'] as const) {
    const sorted = () => set().orderBy(order, 'id');
    const all = (await sorted()).map((p) => p.id);
    expect(await forwards((after) => sorted().page({ first: 1, after }))).toEqual(all);
    expect(await backwards((before) => sorted().page({ last: 1, before }))).toEqual(all);
  }
});

it('Q6: conditions on windows mean the same however deep they are nested', async () => {
  const found = sets['a mean of integers']()
    .filter((p) => p.w.isNull().or(p.w.lte(3).and(p.w.lt(2).or(p.id.gt(4).and(p.w.gt(2).or(p.n.eq(9)))))))
    .orderBy('id');
  expect((await found).map((p) => p.id)).toEqual([1, 2, 3, 5, 6]);
  const others = sets['a mean of integers']()
    .filter((p) =>
      p.w
        .isNull()
        .or(p.w.lte(3).and(p.w.lt(2).or(p.id.gt(4).and(p.w.gt(2).or(p.n.eq(9))))))
        .not(),
    )
    .orderBy('id');
  expect((await others).map((p) => p.id)).toEqual([4, 7]);
});

it('Q6: M3: shares of rows have the digits of a float', async () => {
  const shares = await session
    .query(Point)
    .orderBy('id')
    .values((p) => ({ part: cumeDist().over({ orderBy: p.n }), rank: percentRank().over({ orderBy: p.n }) }));
  expect(shares).toEqual([
    { part: 2 / 7, rank: 0 },
    { part: 2 / 7, rank: 0 },
    { part: 3 / 7, rank: 2 / 6 },
    { part: 6 / 7, rank: 3 / 6 },
    { part: 6 / 7, rank: 3 / 6 },
    { part: 6 / 7, rank: 3 / 6 },
    { part: 1, rank: 1 },
  ]);
});

it('Q12: Q6: a window over rows that come twice is read as values, and refused of entities', async () => {
  const first = session.query(Point).filter({ id: 1 });
  const twice = first
    .union(first, { all: true })
    .annotate((p) => ({ number: rowNumber().over({ orderBy: p.id }) }))
    .orderBy('number');
  await expectRefused(db, () => twice, {
    type: InvalidQueryError,
    message:
      "The annotation 'number' of Point looks at a window over a union() with { all: true }: a row that comes twice is one entity. Leave { all: true } away, or read the rows with values().",
  });
  expect(await twice.valuesList('number', { flat: true })).toEqual([1, 2]);
});

/** At most so many pages are read: an order that loses its place would go round for ever. */
const LIMIT = 10;

interface Ids {
  readonly items: readonly { readonly id: number }[];
  readonly pageInfo: {
    readonly startCursor: string | null;
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  };
}

async function forwards(read: (after: string | null) => Promise<Ids>): Promise<number[]> {
  const ids: number[] = [];
  let after: string | null = null;
  for (let i = 0; i < LIMIT; i++) {
    const { items, pageInfo }: Ids = await read(after);
    ids.push(...items.map((p) => p.id));
    after = pageInfo.endCursor;
    if (!pageInfo.hasNextPage) break;
  }
  return ids;
}

async function backwards(read: (before: string | null) => Promise<Ids>): Promise<number[]> {
  const ids: number[] = [];
  let before: string | null = null;
  for (let i = 0; i < LIMIT; i++) {
    const { items, pageInfo }: Ids = await read(before);
    ids.unshift(...items.map((p) => p.id));
    before = pageInfo.startCursor;
    if (!pageInfo.hasPreviousPage) break;
  }
  return ids;
}
