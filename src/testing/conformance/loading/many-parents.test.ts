import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, lt, model, prefetch, sql } from '../../../index.ts';
import type { Database, Loaded, Prefetched, Session } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

class Detail extends model('detail', { id: f.auto(), note: f.string({ maxLength: 20 }) }) {}
class Label extends model('label', { id: f.auto(), name: f.string({ maxLength: 20 }) }) {}
class Parent extends model('parent', {
  id: f.auto(),
  detail: f.foreignKey(() => Detail),
  children: f.reverse(() => Child, 'parent'),
  badge: f.reverseOne(() => Badge, 'parent'),
  labels: f.manyToMany(() => Label),
}) {}
class Child extends model('child', {
  id: f.auto(),
  position: f.int(),
  parent: f.foreignKey(() => Parent, { index: true }),
}) {}
class Badge extends model('badge', { id: f.auto(), parent: f.oneToOne(() => Parent) }) {}

const PARENTS = 300_000;

let db: Database;

const three = sql`SELECT 0 AS d UNION ALL SELECT 1 UNION ALL SELECT 2`;
const ten = sql`${three} UNION ALL SELECT 3 UNION ALL SELECT 4 UNION ALL SELECT 5 UNION ALL SELECT 6 UNION ALL SELECT 7 UNION ALL SELECT 8 UNION ALL SELECT 9`;
/** Each number from 0 below 300,000, made in the database. */
const numbers = sql`(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * g.d + 100000 * h.d AS n
  FROM (${ten}) AS a CROSS JOIN (${ten}) AS b CROSS JOIN (${ten}) AS c CROSS JOIN (${ten}) AS e CROSS JOIN (${ten}) AS g CROSS JOIN (${three}) AS h) AS numbers`;

beforeAll(async () => {
  db = await openTestDatabase({ models: [Parent] });
  const session = db.session();
  await session.sql`INSERT INTO detail (id, note) SELECT n + 1, 'x' FROM ${numbers}`;
  await session.sql`INSERT INTO parent (id, detail_id) SELECT n + 1, 300000 - n FROM ${numbers}`;
  await session.sql`INSERT INTO label (id, name) SELECT n + 1, 'l' FROM ${numbers} WHERE n < 10`;
  await session.sql`INSERT INTO badge (id, parent_id) SELECT n + 1, n + 1 FROM ${numbers} WHERE n % 30 = 0`;
  for (const position of [1, 2])
    await session.sql`INSERT INTO child (id, position, parent_id) SELECT n + ${position}, ${position}, n + 1 FROM ${numbers} WHERE n % 30 = 0`;
  await session.sql`INSERT INTO parent_labels (parent_id, label_id) SELECT n + 1, 1 + n % 10 FROM ${numbers} WHERE n % 3 = 0`;
}, 60_000);
afterAll(() => db.close());

describe('L3: 300,000 parents at once', () => {
  let session: Session;
  let parents: Parent[] = [];
  /** A few of them, whose relations are looked at one by one. */
  const some = [0, 1, 29, 30, 149_999, PARENTS - 30, PARENTS - 1];

  it('L3: are read', async () => {
    session = db.session();
    parents = await session.query(Parent).orderBy('id');
    expect(parents).toHaveLength(PARENTS);
  });

  it('L3: L1: to one, each to another', async () => {
    const sent = await statementsOf(() => session.prefetch(parents, 'detail'));
    expect(sent).toHaveLength(1);
    const loaded = parents as Loaded<Parent, 'detail'>[];
    expect(some.map((i) => [loaded[i]!.detail.id, loaded[i]!.detail.note])).toEqual(
      some.map((i) => [PARENTS - i, 'x']),
    );
  });

  it('L3: to many, and the other side of a one-to-one relation', async () => {
    const sent = await statementsOf(() => session.prefetch(parents, 'children', 'badge'));
    expect(sent).toHaveLength(2);
    const loaded = parents as Loaded<Parent, 'children' | 'badge'>[];
    expect(
      some.map((i) => [loaded[i]!.children.map(({ position }) => position), loaded[i]!.badge?.id ?? null]),
    ).toEqual(some.map((i) => (i % 30 === 0 ? [[1, 2], i + 1] : [[], null])));
    expect(loaded.reduce((sum, { children }) => sum + children.length, 0)).toBe(20_000);
  });

  it('L3: many-to-many', async () => {
    const sent = await statementsOf(() => session.prefetch(parents, 'labels'));
    expect(sent).toHaveLength(2);
    const loaded = parents as Loaded<Parent, 'labels'>[];
    expect(some.map((i) => loaded[i]!.labels.map(({ id }) => id))).toEqual(
      some.map((i) => (i % 3 === 0 ? [1 + (i % 10)] : [])),
    );
    expect(loaded.reduce((sum, { labels }) => sum + labels.length, 0)).toBe(100_000);
  });

  it('L3: L2: by query sets of their own, so many for each', async () => {
    let loaded: Loaded<Parent, Prefetched<'children', 'last', Child> | Prefetched<'labels', 'low', Label>>[] = [];
    const sent = await statementsOf(async () => {
      loaded = await session.prefetch(
        parents,
        prefetch('children', { as: 'last', limitPerParent: 1 }, (c) => c.orderBy('-position')),
        prefetch('labels', { as: 'low' }, (l) => l.filter({ id: lt(5) })),
      );
    });
    expect(sent).toHaveLength(2);
    expect(
      some.map((i) => [loaded[i]!.last.map(({ position }) => position), loaded[i]!.low.map(({ id }) => id)]),
    ).toEqual(some.map((i) => [i % 30 === 0 ? [2] : [], i % 3 === 0 && i % 10 < 4 ? [1 + (i % 10)] : []]));
  });
});
