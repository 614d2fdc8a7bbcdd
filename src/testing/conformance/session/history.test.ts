/**
 * Histories of a session, made by chance from fixed seeds: every step is done to the session and to a model of it that is
 * plain data. After each step memory must be what the model says, after each commit the database.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { onEngine, openTestDatabase } from '../../support/database.ts';
import { items } from '../../support/pictures.ts';

class Owner extends model('owner', {
  id: f.auto(),
  name: f.string(),
  data: f.json<{ n: number }>(),
  items: f.reverse(() => Item, 'owner'),
}) {}
class Item extends model('item', {
  id: f.auto(),
  name: f.string(),
  price: f.decimal({ precision: 8, scale: 2 }),
  version: f.version(),
  owner: f.foreignKey(() => Owner, { nullable: true }),
  next: f.foreignKey(() => Item, { nullable: true }),
  labels: f.manyToMany(() => Label),
}) {}
class Label extends model('label', { id: f.auto(), name: f.string(), items: f.reverse(() => Item, 'labels') }) {}

type Kind = 'owner' | 'item' | 'label';

/** An entity in the model: its own name for it, and everything by name. */
interface Thing {
  readonly kind: Kind;
  readonly key: string;
  name: string;
  n: number;
  price: string;
  owner: string | null;
  next: string | null;
  labels: Set<string>;
}

interface World {
  things: Map<string, Thing>;
  entities: Map<string, Owner | Item | Label>;
}

const copy = (things: Map<string, Thing>): Map<string, Thing> =>
  new Map([...things].map(([key, thing]) => [key, { ...thing, labels: new Set(thing.labels) }]));

type Step =
  | { readonly do: 'create'; readonly kind: Kind; readonly name: string }
  | { readonly do: 'change'; readonly at: number; readonly name: string; readonly n: number }
  | {
      readonly do: 'own' | 'ownById' | 'addTo' | 'next' | 'label' | 'unlabel' | 'labelFromOther';
      readonly at: number;
      readonly to: number;
      readonly loaded: boolean;
    }
  | { readonly do: 'disown' | 'delete'; readonly at: number }
  | { readonly do: 'flush' | 'query' }
  | { readonly do: 'nest'; readonly steps: readonly Step[]; readonly fails: boolean };

const at = fc.nat({ max: 20 });
const name = fc.string({ maxLength: 4, unit: fc.constantFrom('a', "'", '"', 'é', '😀', '%') });
const { step: anyStep } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    {
      weight: 5,
      arbitrary: fc.record({
        do: fc.constant('create' as const),
        kind: fc.constantFrom<Kind>('owner', 'item', 'item', 'label'),
        name,
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('change' as const), at, name, n: fc.nat({ max: 3 }) }) },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constantFrom(
          'own' as const,
          'ownById' as const,
          'addTo' as const,
          'next' as const,
          'label' as const,
          'unlabel' as const,
          'labelFromOther' as const,
        ),
        at,
        to: at,
        loaded: fc.boolean(),
      }),
    },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('disown' as const, 'delete' as const), at }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'query' as const) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('nest' as const),
        steps: fc.array(tie('step'), { maxLength: 6 }),
        fails: fc.boolean(),
      }),
    },
  ),
}));
const history = fc.array(
  fc.record({
    steps: fc.array(anyStep, { minLength: 1, maxLength: 12 }),
    end: fc.constantFrom(
      'commit' as const,
      'commit' as const,
      'rollback' as const,
      'transaction' as const,
      'failed transaction' as const,
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

class Stop extends Error {}

/** Does a step to the model and to the session. */
async function take(session: Session, world: World, step: Step): Promise<void> {
  const keys = [...world.things.keys()];
  const pick = (kind: Kind, n: number): Thing | undefined => {
    const found = keys.map((key) => world.things.get(key)!).filter((thing) => thing.kind === kind);
    return found[n % Math.max(1, found.length)];
  };
  const entity = <E>(thing: Thing): E => world.entities.get(thing.key) as E;
  switch (step.do) {
    case 'create': {
      const key = `${step.kind} ${world.entities.size}`;
      world.things.set(key, {
        kind: step.kind,
        key,
        name: step.name,
        n: 0,
        price: '1.00',
        owner: null,
        next: null,
        labels: new Set(),
      });
      const made =
        step.kind === 'owner'
          ? new Owner({ name: step.name, data: { n: 0 } })
          : step.kind === 'item'
            ? new Item({ name: step.name, price: '1.00' })
            : new Label({ name: step.name });
      world.entities.set(key, made);
      session.add(made);
      return;
    }
    case 'change': {
      const thing = world.things.get(keys[step.at % Math.max(1, keys.length)] ?? '');
      if (thing === undefined) return;
      thing.name = step.name;
      entity<Owner>(thing).name = step.name;
      if (thing.kind === 'owner') {
        thing.n = step.n;
        entity<Owner>(thing).data.n = step.n;
      } else if (thing.kind === 'item') {
        thing.price = `${step.n}.50`;
        entity<Item>(thing).price = `${step.n}.50`;
      }
      return;
    }
    case 'own':
    case 'ownById':
    case 'addTo': {
      const [item, owner] = [pick('item', step.at), pick('owner', step.to)];
      if (item === undefined || owner === undefined) return;
      const [child, parent] = [entity<Item>(item), entity<Owner>(owner)];
      if (step.do === 'addTo') parent.items.add(child);
      else if (step.do === 'ownById' && parent.id !== undefined && session.state(parent) === 'persistent')
        child.ownerId = parent.id;
      else child.owner = parent;
      item.owner = owner.key;
      return;
    }
    case 'next': {
      const [item, other] = [pick('item', step.at), pick('item', step.to)];
      if (item === undefined || other === undefined) return;
      entity<Item>(item).next = entity<Item>(other);
      item.next = other.key;
      return;
    }
    case 'label':
    case 'unlabel':
    case 'labelFromOther': {
      const [item, label] = [pick('item', step.at), pick('label', step.to)];
      if (item === undefined || label === undefined) return;
      const [tagged, tag] = [entity<Item>(item), entity<Label>(label)];
      if (step.loaded) {
        await session.prefetch(
          [tagged].filter((one) => session.state(one) === 'persistent'),
          'labels',
        );
        await session.prefetch(
          [tag].filter((one) => session.state(one) === 'persistent'),
          'items',
        );
      }
      if (step.do === 'unlabel') {
        tagged.labels.remove(tag);
        item.labels.delete(label.key);
      } else {
        if (step.do === 'label') tagged.labels.add(tag);
        else tag.items.add(tagged);
        item.labels.add(label.key);
      }
      return;
    }
    case 'disown': {
      const item = pick('item', step.at);
      if (item === undefined) return;
      entity<Item>(item).owner = null;
      item.owner = null;
      return;
    }
    case 'delete': {
      const thing = world.things.get(keys[step.at % Math.max(1, keys.length)] ?? '');
      if (thing === undefined) return;
      // Whoever refers to it lets go first: no action is what the keys say.
      for (const other of world.things.values()) {
        if (other.owner === thing.key) entity<Item>(other).owner = other.owner = null;
        if (other.next === thing.key && other !== thing) entity<Item>(other).next = other.next = null;
        if (other.labels.delete(thing.key)) {
          await session.prefetch(
            [entity<Item>(other)].filter((one) => session.state(one) === 'persistent'),
            'labels',
          );
          entity<Item>(other).labels.remove(entity<Label>(thing));
        }
      }
      if (session.state(entity<Item>(thing)) === 'pending') await session.flush();
      session.delete(entity<Item>(thing));
      world.things.delete(thing.key);
      return;
    }
    case 'flush':
      return session.flush();
    case 'query':
      await session.query(Item).orderBy('id');
      await session.query(Owner).orderBy('id');
      return;
    case 'nest':
      return nested(session, world, step.steps, step.fails);
  }
}

/** Inside a transaction it is a savepoint, outside a transaction. */
async function nested(session: Session, world: World, steps: readonly Step[], fails: boolean): Promise<void> {
  const before = copy(world.things);
  try {
    await session.transaction(async () => {
      for (const step of steps) {
        await take(session, world, step);
        expectMemory(world);
      }
      if (fails) throw new Stop();
    });
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    world.things = before;
  }
}

function expectMemory(world: World): void {
  for (const thing of world.things.values()) {
    const entity = world.entities.get(thing.key) as Owner & Item;
    const seen: Record<string, unknown> = { name: entity.name };
    const wanted: Record<string, unknown> = { name: thing.name };
    if (thing.kind === 'owner') {
      seen['n'] = entity.data.n;
      wanted['n'] = thing.n;
    } else if (thing.kind === 'item') {
      Object.assign(seen, {
        price: entity.price,
        owner: nameOf(world, entity.owner),
        next: nameOf(world, entity.next),
      });
      Object.assign(wanted, { price: thing.price, owner: thing.owner, next: thing.next });
      if ((entity.labels as unknown as { isLoaded: boolean }).isLoaded) {
        seen['labels'] = items(entity.labels)
          .map((label) => nameOf(world, label) ?? 'nobody')
          .toSorted(byText);
        wanted['labels'] = [...thing.labels].toSorted(byText);
      }
    }
    expect(seen).toEqual(wanted);
  }
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function nameOf(world: World, entity: unknown): string | null {
  if (entity === null) return null;
  for (const [key, own] of world.entities) if (own === entity) return key;
  return 'a stranger';
}

async function expectDatabase(db: Database, world: World): Promise<void> {
  const session = db.session();
  const [owners, all, labels] = [
    await session.query(Owner),
    await session.query(Item).selectRelated('owner', 'next').prefetchRelated('labels'),
    await session.query(Label),
  ];
  const keyOf = new Map<string, string>();
  for (const thing of world.things.values()) keyOf.set(`${thing.kind} ${world.entities.get(thing.key)!.id}`, thing.key);
  const seen = [
    ...owners.map((owner) => [keyOf.get(`owner ${owner.id}`), owner.name, owner.data.n]),
    ...all.map((item) => [
      keyOf.get(`item ${item.id}`),
      item.name,
      item.price,
      item.owner === null ? null : keyOf.get(`owner ${item.owner.id}`),
      item.next === null ? null : keyOf.get(`item ${item.next.id}`),
      ...item.labels.map((label) => keyOf.get(`label ${label.id}`) ?? 'a stranger').toSorted(byText),
    ]),
    ...labels.map((label) => [keyOf.get(`label ${label.id}`), label.name]),
  ];
  const wanted = [...world.things.values()].map((thing) => {
    if (thing.kind === 'owner') return [thing.key, thing.name, thing.n];
    if (thing.kind === 'label') return [thing.key, thing.name];
    return [thing.key, thing.name, thing.price, thing.owner, thing.next, ...[...thing.labels].toSorted(byText)];
  });
  expect(new Set(seen.map((row) => JSON.stringify(row)))).toEqual(new Set(wanted.map((row) => JSON.stringify(row))));
  expect(seen.length).toBe(wanted.length);
  await session.close();
}

/** Takes every row away. Nobody is referred to any more when it goes. */
async function empty(db: Database): Promise<void> {
  const session = db.session();
  await session.query(Item).unfiltered().update({ owner: null, next: null });
  await session.sql`DELETE FROM item_labels`;
  await session.query(Item).unfiltered().delete();
  await session.query(Owner).unfiltered().delete();
  await session.query(Label).unfiltered().delete();
  await session.close();
}

describe('histories of a session', () => {
  let db: Database;
  beforeAll(async () => {
    db = await openTestDatabase({ models: [Owner, Item, Label] });
  });
  afterAll(() => db.close());

  for (const seed of [1, 20, 300, 777, 4_000]) {
    it(`S1: S2: S3: S4: S7: R3: R5: T1: memory and database are what a plain model says (seed ${seed})`, async () => {
      await fc.assert(
        fc.asyncProperty(history, async (units) => {
          await empty(db);
          const session = db.session();
          const world: World = { things: new Map(), entities: new Map() };
          for (const { steps, end } of units) {
            if (end === 'transaction' || end === 'failed transaction') {
              await nested(session, world, steps, end === 'failed transaction');
            } else {
              let committed = copy(world.things);
              for (const step of steps) {
                await take(session, world, step);
                // Outside of a transaction a flush is a commit.
                if (step.do === 'flush' || step.do === 'nest' || step.do === 'delete') {
                  await session.commit();
                  committed = copy(world.things);
                }
                expectMemory(world);
              }
              if (end === 'commit') {
                await session.commit();
              } else {
                await session.rollback();
                world.things = committed;
              }
            }
            expectMemory(world);
            await expectDatabase(db, world);
          }
          await session.commit();
          await expectDatabase(db, world);
          await session.close();
        }),
        // A server takes its time for each statement.
        { seed, numRuns: onEngine({ sqlite: 200, postgres: 40, mysql: 40 }) },
      );
    });
  }
});
