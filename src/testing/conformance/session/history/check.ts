/** What memory says, and what the database says, both as the model would say it. */
import { isDeepStrictEqual } from 'node:util';

import { expect } from 'vitest';

import type { Database, Session } from '../../../../index.ts';

import { items } from '../../../support/pictures.ts';
import { nameOfReference } from './codes.ts';
import { Badge, Item, Label, Owner, Part, Place, rowName, Shelf, Stay } from './models.ts';
import type { AnyEntity } from './models.ts';
import { byText, priceOf, referring } from './world.ts';
import type { Thing, World } from './world.ts';

type Picture = Record<string, unknown>;

/** Every entity: its fields, where it leads, and what its collections hold where they are loaded. */
export function expectMemory(world: World, session: Session): void {
  const [seen, wanted]: [Picture, Picture] = [{}, {}];
  for (const thing of world.things.values()) {
    const entity = world.entities.get(thing.key) as AnyEntity;
    const { picture, loaded } = pictureOf(world, session, thing, entity);
    seen[thing.key] = picture;
    wanted[thing.key] = pictureOfThing(world, thing, loaded);
  }
  if (!isDeepStrictEqual(seen, wanted)) expect(seen).toEqual(wanted);
}

/** To-many relations by kind, and how the model finds what they hold. */
const MANY: Readonly<Record<Thing['kind'], Readonly<Record<string, (world: World, thing: Thing) => string[]>>>> = {
  owner: { items: (world, { key }) => referring(world, key, 'owner', 'item') },
  shelf: { items: (world, { key }) => referring(world, key, 'shelf', 'item') },
  label: { items: (world, { key }) => referring(world, key, 'labels', 'item') },
  place: { items: (world, { key }) => referring(world, key, 'places', 'item') },
  item: {
    labels: (_, { labels }) => [...labels].toSorted(byText),
    friends: (_, { friends }) => [...friends].toSorted(byText),
    places: (_, { places }) => [...places].toSorted(byText),
    befriended: (world, { key }) => referring(world, key, 'friends', 'item'),
    parts: (world, { key }) => referring(world, key, 'item', 'part'),
  },
  badge: {},
  part: {},
};
const ONE: Partial<Record<Thing['kind'], readonly ('owner' | 'next' | 'item')[]>> = {
  item: ['owner', 'next'],
  badge: ['owner'],
  part: ['item'],
};

function pictureOf(
  world: World,
  session: Session,
  thing: Thing,
  entity: AnyEntity,
): { picture: Picture; loaded: string[] } {
  const { kind } = thing;
  const state = session.state(entity);
  const picture: Picture = { name: entity.name, lives: state === 'pending' || state === 'persistent' || state };
  const loaded: string[] = [];
  if (kind === 'owner') picture['n'] = entity.data.n;
  if (kind === 'item') picture['price'] = entity.price;
  for (const name of ONE[kind] ?? []) picture[name] = nameOf(world, entity[name]);
  if (kind === 'shelf') picture['code'] = entity.code;
  if (kind === 'item') picture['shelf'] = shelfOf(world, session, thing, entity);
  for (const name of Object.keys(MANY[kind])) {
    const collection = (entity as unknown as Record<string, typeof entity.labels & { isLoaded: boolean }>)[name]!;
    if (!collection.isLoaded) continue;
    loaded.push(name);
    // What is to be deleted is in its collections until it is.
    picture[name] = items(collection)
      .filter((item) => session.state(item) !== 'deleted')
      .map((item) => nameOf(world, item))
      .toSorted((a, b) => byText(String(a), String(b)));
  }
  // What the other side of a one-to-one is, where it is known.
  const badge: unknown = kind === 'owner' ? entity.badge : undefined;
  if (world.names.has(badge as object) && session.state(badge as Badge) === 'deleted') return { picture, loaded };
  if (badge === null || (badge !== undefined && world.names.has(badge as object))) {
    loaded.push('badge');
    picture['badge'] = nameOf(world, badge);
  }
  return { picture, loaded };
}

function pictureOfThing(world: World, thing: Thing, loaded: readonly string[]): Picture {
  const picture: Picture = { name: thing.name, lives: true };
  if (thing.kind === 'owner') picture['n'] = thing.n;
  if (thing.kind === 'item') picture['price'] = priceOf(thing);
  if (thing.kind === 'item') picture['shelf'] = thing.shelf;
  if (thing.kind === 'shelf') picture['code'] = thing.code;
  for (const name of ONE[thing.kind] ?? []) picture[name] = thing[name];
  for (const [name, held] of Object.entries(MANY[thing.kind]))
    if (loaded.includes(name)) picture[name] = held(world, thing);
  if (loaded.includes('badge')) picture['badge'] = referring(world, thing.key, 'owner', 'badge')[0] ?? null;
  return picture;
}

function nameOf(world: World, entity: unknown): string | null {
  if (entity === null) return null;
  return world.names.get(entity as object) ?? 'a stranger';
}

/** One that is to be deleted is led to until it is. By a column that is not the key it may be a reference, which knows that column. */
function shelfOf(world: World, session: Session, thing: Thing, { shelf }: AnyEntity): string | null {
  if (shelf === null || session.state(shelf as Shelf) === 'deleted') return null;
  return world.names.get(shelf as object) ?? nameOfReference(world, (shelf as Shelf).code, thing.shelf);
}

/** Every row, read by a session that knows nothing. */
export async function expectDatabase(db: Database, world: World): Promise<void> {
  const session = db.session();
  const names = new Map<string, string>();
  for (const thing of world.things.values()) names.set(rowName(thing.kind, world.entities.get(thing.key)!), thing.key);
  const name = (kind: Thing['kind'], entity: object | null): string | null =>
    entity === null ? null : (names.get(rowName(kind, entity)) ?? 'a stranger');
  const all = (kind: Thing['kind'], list: Iterable<object>): string[] =>
    Array.from(list, (entity) => name(kind, entity)!).toSorted(byText);
  const seen: Picture[] = [];
  for (const owner of await session.query(Owner))
    seen.push({ key: name('owner', owner), name: owner.name, n: owner.data.n });
  for (const badge of await session.query(Badge).selectRelated('owner'))
    seen.push({ key: name('badge', badge), name: badge.name, owner: name('owner', badge.owner) });
  for (const shelf of await session.query(Shelf))
    seen.push({ key: name('shelf', shelf), name: shelf.name, code: shelf.code });
  for (const label of await session.query(Label)) seen.push({ key: name('label', label), name: label.name });
  for (const place of await session.query(Place)) seen.push({ key: name('place', place), name: place.name });
  for (const part of await session.query(Part).selectRelated('item'))
    seen.push({ key: name('part', part), name: part.name, item: name('item', part.item) });
  const read = session
    .query(Item)
    .selectRelated('owner', 'shelf', 'next')
    .prefetchRelated('labels', 'friends', 'places');
  for (const item of await read)
    seen.push({
      key: name('item', item),
      name: item.name,
      price: item.price,
      owner: name('owner', item.owner),
      shelf: name('shelf', item.shelf),
      next: name('item', item.next),
      labels: all('label', item.labels),
      friends: all('item', item.friends),
      places: all('place', item.places),
    });
  const stays = await session.query(Stay).count();
  await session.close();
  const wanted = [...world.things.values()].map((thing) => rowOf(world, thing));
  const byKey = (rows: Picture[]): Picture[] => rows.toSorted((a, b) => byText(String(a['key']), String(b['key'])));
  expect(byKey(seen)).toEqual(byKey(wanted));
  // A link with a column of its own may be there twice.
  expect(stays).toBe([...world.things.values()].reduce((sum, { places }) => sum + places.size, 0));
}

const STORED: Partial<Record<Thing['kind'], readonly string[]>> = { item: ['labels', 'friends', 'places'] };

function rowOf(world: World, thing: Thing): Picture {
  const { lives: _, ...picture } = pictureOfThing(world, thing, STORED[thing.kind] ?? []);
  return { key: thing.key, ...picture };
}
