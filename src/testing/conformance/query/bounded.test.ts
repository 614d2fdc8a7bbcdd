import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Database, f, InvalidQueryError, model, NotLoadedError, SessionStateError } from '../../../index.ts';
import type { Session } from '../../../index.ts';

import { errorOf, failure, freshUrl } from '../../support/database.ts';

class Shop extends model('shop', { id: f.auto(), name: f.string(), items: f.reverse(() => Item, 'shop') }) {}
class Item extends model('item', {
  id: f.auto(),
  name: f.string(),
  stock: f.int(),
  shop: f.foreignKey(() => Shop),
  labels: f.reverse(() => Label, 'item'),
}) {}
class Label extends model('label', { id: f.auto(), text: f.string(), item: f.foreignKey(() => Item) }) {}

const ITEMS = 60;

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl(), { models: [Shop, Item, Label] });
  await db.createAll();
  await db.transaction(async (session) => {
    const shops = [1, 2, 3].map((n) => new Shop({ id: n, name: `shop ${n}` }));
    const items = Array.from(
      { length: ITEMS },
      (_, i) => new Item({ id: i + 1, name: `i${i + 1}`, stock: 0, shop: shops[i % 3]! }),
    );
    session.add(...items, ...items.map((item, i) => new Label({ id: i + 1, text: `l${i + 1}`, item })));
  });
});
afterAll(() => db.close());

const items = (session: Session) => session.query(Item).orderBy('id');
const stocks = async (): Promise<number[]> => items(db.session()).valuesList('stock', { flat: true });
const reset = () => db.session().query(Item).unfiltered().update({ stock: 0 });

const FROZEN = /Cannot assign to read only property 'stock'/;

describe('entities one by one', () => {
  it('Q12: S1: two batches belong to the session; those before have left it, can be read, and refuse changes', async () => {
    const session = db.session();
    const seen: Item[] = [];
    for await (const item of items(session)
      .selectRelated('shop')
      .prefetchRelated('labels')
      .iterate({ batchSize: 10 })) {
      seen.push(item);
      const states = seen.map((one) => session.state(one));
      const batch = Math.ceil(seen.length / 10);
      expect(states).toEqual(seen.map((_, i) => (Math.floor(i / 10) + 1 < batch - 1 ? 'detached' : 'persistent')));
    }
    expect(seen.map(({ id }) => id)).toEqual(Array.from({ length: ITEMS }, (_, i) => i + 1));
    const [first, last] = [seen[0]!, seen.at(-1)!];
    // What has been loaded stays loaded.
    const loaded = await items(db.session()).selectRelated('shop').prefetchRelated('labels').first();
    const left = first as typeof loaded & object;
    expect([left.shop.name, left.labels.map(({ text }) => text)]).toEqual(['shop 1', ['l1']]);
    expect(JSON.parse(JSON.stringify(left))).toEqual(JSON.parse(JSON.stringify(loaded)));
    expect(() => (first.stock = 1)).toThrow(FROZEN);
    await expect(session.refresh(first)).rejects.toThrow(
      failure(SessionStateError, { message: 'An Item that is detached cannot be refreshed.' }),
    );
    // The session makes another for the row, and keeps those of the last batches.
    const again = await session.get(Item, first.id);
    expect(again).not.toBe(first);
    expect(again).toEqual(first);
    expect(await session.get(Item, last.id)).toBe(last);
    last.stock = 5;
    await session.commit();
    expect((await stocks()).at(-1)).toBe(5);
    await reset();
  });

  it.each(['outside of a transaction', 'in a transaction'])(
    'Q12: S4: %s, what is changed in the loop is written, however long ago it was',
    async (where) => {
      const change = async (session: Session): Promise<void> => {
        let previous: Item | undefined;
        const changed: Item[] = [];
        for await (const item of items(session).selectRelated('shop').iterate({ batchSize: 5 })) {
          if (item.id % 7 === 0) changed.push(item);
          if (item.id % 7 === 0) item.stock = item.id;
          // The one before may be of the batch before.
          if (previous !== undefined && item.id % 5 === 1) previous.stock = 100;
          previous = item;
          if (item.id === 30 && where === 'in a transaction') await session.flush();
        }
        // They have stayed, with what they lead to.
        expect(changed.map((item) => session.state(item))).toEqual(changed.map(() => 'persistent'));
        for (const item of changed) {
          expect(await session.get(Item, item.id)).toBe(item);
          expect((item as Item & { shop: Shop }).shop.name).toMatch(/^shop \d$/);
        }
        await (where === 'in a transaction' ? undefined : session.commit());
      };
      await (where === 'in a transaction' ? db.transaction(change) : change(db.session()));
      expect(await stocks()).toEqual(
        Array.from({ length: ITEMS }, (_, i) => i + 1).map((id) => {
          if (id % 5 === 0 && id < ITEMS) return 100;
          return id % 7 === 0 ? id : 0;
        }),
      );
      await reset();
    },
  );

  it('Q12: L1: what several batches lead to is there for all of them, and leaves with the last', async () => {
    const session = db.session();
    const stream = items(session).prefetchRelated('shop.items').iterate({ batchSize: 7 });
    const seen: (() => unknown)[] = [];
    for await (const { shop } of stream) seen.push(() => [shop.name, shop.items.length]);
    expect(seen.map((read) => read())).toEqual(
      Array.from({ length: ITEMS }, (_, i) => [`shop ${(i % 3) + 1}`, ITEMS / 3]),
    );
    const partial: unknown[] = [];
    for await (const item of items(session).only('name').iterate({ batchSize: 7 })) partial.push(item.name);
    expect(partial).toHaveLength(ITEMS);
  });

  it('Q12: S7: a rollback restores what was written while streaming', async () => {
    const session = db.session();
    const written: Item[] = [];
    const failed = session.transaction(async () => {
      for await (const item of items(session).iterate({ batchSize: 5 })) {
        if (item.id % 10 === 0) {
          written.push(item);
          item.stock = 9;
          await session.flush();
        }
      }
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(written.map(({ stock }) => stock)).toEqual(written.map(() => 0));
    expect(new Set(await stocks())).toEqual(new Set([0]));
  });

  it('Q12: S2: what the session had, was told to write, or read beside the stream stays in it', async () => {
    const session = db.session();
    const mine = (await items(session).get({ id: 3 }))!;
    const shop = (await session.get(Shop, 2))!;
    const kept: Item[] = [mine];
    let beside: Item | null = null;
    for await (const item of items(session).selectRelated('shop').iterate({ batchSize: 5 })) {
      if (item.id === 3) kept.push(item);
      if (item.id === 4) session.add(new Label({ text: 'new', item }));
      if (item.id === 5) kept.push(item);
      if (item.id === 5) session.delete(item);
      if (item.id === 6) beside = await session.get(Item, 59);
    }
    expect(kept.map((item) => session.state(item))).toEqual(['persistent', 'persistent', 'deleted']);
    expect(kept[1]).toBe(mine);
    expect([session.state(shop), session.state(beside!)]).toEqual(['persistent', 'persistent']);
    expect(await session.get(Item, 3)).toBe(mine);
    await session.rollback();
  });

  it('Q12: S2: after a break the session goes on as before', async () => {
    const session = db.session();
    let found: Item | undefined;
    for await (const item of items(session).iterate({ batchSize: 5 })) {
      found = item;
      if (item.id === 22) break;
    }
    expect(await session.get(Item, 22)).toBe(found);
    found!.stock = 3;
    await session.commit();
    expect((await stocks())[21]).toBe(3);
    await reset();
  });
});

describe('readOnly()', () => {
  it('Q12: S2: entities are plain, detached, and each query makes its own', async () => {
    const session = db.session();
    const tracked = (await session.get(Item, 1))!;
    tracked.stock = 7;
    const read = () => items(session).selectRelated('shop').prefetchRelated('labels').limit(2).readOnly();
    const [first, second] = await read();
    expect(first).toBeInstanceOf(Item);
    expect(Object.entries(first!)).toEqual(Object.entries({ id: 1, name: 'i1', stock: 0, shopId: 1 }));
    expect([first!.shop.name, second!.shop.name, first!.labels.map(({ text }) => text)]).toEqual([
      'shop 1',
      'shop 2',
      ['l1'],
    ]);
    expect(session.state(first!)).toBe('detached');
    expect(first).not.toBe(tracked);
    expect((await read())[0]).not.toBe(first);
    expect((await session.get(Shop, 2))!).not.toBe(second!.shop);
    // They may be changed; nobody writes it.
    first!.stock = 100;
    second!.name = 'changed';
    await session.commit();
    expect((await stocks()).slice(0, 2)).toEqual([7, 0]);
    await reset();
  });

  it('Q12: R4: within one query an object stands for a row', async () => {
    const found = await items(db.session()).selectRelated('shop').readOnly();
    expect(new Set(found.map(({ shop }) => shop)).size).toBe(3);
    expect(found[0]!.shop).toBe(found[3]!.shop);
    const page = await items(db.session()).readOnly().selectRelated('shop').page({ first: 4 });
    expect(page.items[0]!.shop).toBe(page.items[3]!.shop);
  });

  it('L5: what was not loaded is refused by name, and so is what would have to be written', async () => {
    const session = db.session();
    const item = (await items(session).only('name', 'shopId').readOnly().first())!;
    const shop = item.shop;
    const remedy = 'Read it without readOnly(), or add what is needed to the query.';
    const was = 'was read by readOnly()';
    expect(shop.pk).toBe(1);
    const refused = [
      await errorOf(() => shop.load()),
      await errorOf(() => item.labels.load()),
      await errorOf(() => item.labels.add(new Label({ text: 'x', item: 1 }))),
      await errorOf(() => (item as unknown as { stock: number }).stock),
      await errorOf(() => session.delete(item)),
    ];
    expect(refused.map((error) => [error.constructor, error.message])).toEqual([
      [NotLoadedError, `Item.shop cannot be loaded: the Item ${was}. ${remedy}`],
      [NotLoadedError, `Item.labels cannot be loaded: the Item ${was}. ${remedy}`],
      [SessionStateError, `An Item that ${was} takes no changes that would be written. ${remedy}`],
      [
        NotLoadedError,
        "Item.stock is not loaded. Load it with await entity.load() or session.refresh(entity), or read 'stock' in the query.",
      ],
      [SessionStateError, 'An Item that is detached cannot be deleted. Read it in this session first.'],
    ]);
    // A query for its relations is a query like any other.
    expect(await item.labels.query().valuesList('text', { flat: true })).toEqual(['l1']);
  });

  it('Q12: T1: what is pending is written before, and rows are streamed', async () => {
    await db.transaction(async (session) => {
      (await session.get(Item, 2))!.stock = 4;
      const seen: [number, number, string, string][] = [];
      for await (const { id, stock, shop, labels } of items(session)
        .selectRelated('shop')
        .prefetchRelated('labels')
        .readOnly()
        .iterate({ batchSize: 7 }))
        seen.push([id, stock, shop.name, labels.at(0)!.text]);
      expect(seen).toEqual(
        Array.from({ length: ITEMS }, (_, i) => [i + 1, i === 1 ? 4 : 0, `shop ${(i % 3) + 1}`, `l${i + 1}`]),
      );
    });
    await reset();
  });

  it('Q14: a set that is read only is written all the same, and an empty batch size is refused', async () => {
    const session = db.session();
    expect(await items(session).readOnly().filter({ id: 1 }).update({ stock: 1 })).toBe(1);
    await reset();
    for (const batchSize of [0, -1, 1.5, '10', 10n, null, NaN])
      expect(await errorOf(() => items(session).iterate({ batchSize: batchSize as number }))).toEqual(
        expect.objectContaining({
          message: 'iterate() takes a batchSize of at least 1.',
          constructor: InvalidQueryError,
        }),
      );
  });
});
