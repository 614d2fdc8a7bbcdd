/** Writes to a set: its rows are what they are before the first of them is written. */
import { beforeEach, afterEach, describe, expect, it } from 'vitest';

import { f, model, none, some } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';

class Node extends model('node', {
  id: f.int({ primaryKey: true }),
  weight: f.int({ nullable: true }),
  parent: f.foreignKey(() => Node, { nullable: true, onDelete: 'set null' }),
  children: f.reverse(() => Node, 'parent'),
  near: f.manyToMany(() => Node),
  nearOf: f.reverse(() => Node, 'near'),
}) {}

class Seat extends model(
  'seat',
  { row: f.int(), place: f.int(), node: f.foreignKey(() => Node, { nullable: true, onDelete: 'set null' }) },
  { primaryKey: ['row', 'place'] },
) {}

let db: Database;
beforeEach(async () => {
  db = await openTestDatabase({ models: [Node, Seat] });
  await db.transaction((session) => {
    // 1 <- 2 <- 3 <- 4
    const nodes: Node[] = [];
    for (const id of [1, 2, 3, 4]) nodes.push(new Node({ id, weight: id, parent: nodes.at(-1) ?? null }));
    nodes[1]!.near.add(nodes[0]!);
    nodes[0]!.near.add(nodes[3]!);
    session.add(...nodes, ...nodes.map((node, i) => new Seat({ row: i % 2, place: i, node })));
  });
});
afterEach(() => db.close());

const nodes = () => db.session().query(Node);
const rest = () => nodes().orderBy('id').values('id', 'parentId');

describe('rows are found before any is written', () => {
  it('Q10: a key that the delete itself sets to NULL was not NULL', async () => {
    expect(await nodes().filter({ parent: null }).delete()).toBe(1);
    expect(await rest()).toEqual([
      { id: 2, parentId: null },
      { id: 3, parentId: 2 },
      { id: 4, parentId: 3 },
    ]);
  });

  it('Q4: Q10: links that a delete takes along were there', async () => {
    expect(await nodes().filter({ near: some() }).delete()).toBe(2);
    expect(await rest()).toEqual([
      { id: 3, parentId: null },
      { id: 4, parentId: 3 },
    ]);
  });

  it('Q4: Q10: rows of the same table, by filters across relations', async () => {
    expect(await nodes().filter({ children: none() }).delete()).toBe(1);
    expect(await nodes().filter({ children: none() }).update({ weight: null })).toBe(1);
    expect(
      await nodes()
        .filter({ parent: { weight: 1 } })
        .update({ weight: (n) => n.weight.times(10) }),
    ).toBe(1);
    expect(
      await nodes()
        .filter((n) => n.children.sum((c) => c.weight).eq(20))
        .delete(),
    ).toBe(1);
    expect(await nodes().orderBy('id').values('id', 'parentId', 'weight')).toEqual([
      { id: 2, parentId: null, weight: 20 },
      { id: 3, parentId: 2, weight: null },
    ]);
  });

  it('Q4: Q10: rows with a key of several fields', async () => {
    const seats = () => db.session().query(Seat);
    expect(await seats().filter({ row: 0 }).update({ node: null })).toBe(2);
    expect(await seats().filter({ node: null }).delete()).toBe(2);
    expect(await seats().orderBy('place').values('row', 'place')).toEqual([
      { row: 1, place: 1 },
      { row: 1, place: 3 },
    ]);
  });
});
