/** Does a step to the session and to the model of it. */
import { expect } from 'vitest';

import { hooks, NotFoundError, StaleObjectError, ValidationError } from '../../../../index.ts';
import type { Collection, Database, Model, Session } from '../../../../index.ts';

import { errorFrom } from '../../../support/database.ts';
import { expectMemory } from './check.ts';
import { noteCode, takeCode } from './codes.ts';
import { BAD_NAME, Badge, CLASSES, Item, Label, Owner, Part, Place, rowName, Shelf, Stay } from './models.ts';
import type { AnyEntity, Kind } from './models.ts';
import { takeSet } from './set-writes.ts';
import type { HookPlace, Step } from './steps.ts';
import { copy, newThing, pick, priceOf, TO_MANY, TO_ONE } from './world.ts';
import type { Thing, ToOne, World } from './world.ts';

/** A session, its model, and what it is when nothing that has not been committed counts. */
export interface Play {
  readonly db: Database;
  readonly session: Session;
  readonly world: World;
  committed: Map<string, Thing>;
}

class Stop extends Error {}

/** A collection as these steps use it, whatever it holds. */
type Links = Pick<Collection<Model>, 'add' | 'remove' | 'set' | 'clear'>;

const links = (entity: object, name: string): Links => (entity as Record<string, Links>)[name]!;

export async function take(play: Play, step: Step, inside: boolean): Promise<void> {
  const { session, world } = play;
  const entity = (thing: Thing): AnyEntity => world.entities.get(thing.key) as AnyEntity;
  switch (step.do) {
    case 'create':
      return create(play, step.kind, step.name, pick(world, 'item', step.at));
    case 'change': {
      const thing = pick(world, undefined, step.at);
      if (thing !== undefined) change(world, thing, step.name, step.n);
      return;
    }
    case 'refer': {
      const kind = TO_ONE[step.relation];
      const [item, target] = [pick(world, 'item', step.at), pick(world, kind, step.to)];
      if (item === undefined || target === undefined) return;
      const [child, parent] = [entity(item), entity(target)];
      if (step.by === 'collection' && step.relation !== 'next') parent.items.add(child);
      else if (step.by === 'key' && mayGoByKey(play, item, target, step.relation))
        Object.assign(child, { [`${step.relation}Id`]: step.relation === 'shelf' ? parent.code : parent.id });
      else Object.assign(child, { [step.relation]: parent });
      item[step.relation] = target.key;
      if (step.relation === 'shelf') world.given.add(item.key);
      // A query knows nothing of a key that is not written.
      if (step.by === 'key') await flush(play, inside);
      return;
    }
    case 'unrefer': {
      const item = pick(world, 'item', step.at);
      const from = item?.[step.relation] ?? null;
      if (item === undefined || from === null) return;
      if (step.by === 'collection' && step.relation !== 'next')
        entity(world.things.get(from)!).items.remove(entity(item));
      else Object.assign(entity(item), { [step.relation]: null });
      item[step.relation] = null;
      if (step.relation === 'shelf') world.given.add(item.key);
      return;
    }
    case 'badge': {
      const [badge, owner] = [pick(world, 'badge', step.at), pick(world, 'owner', step.to)];
      if (badge === undefined || owner === undefined || badge.owner === owner.key) return;
      const former = [...world.things.values()].find(({ kind, owner: at }) => kind === 'badge' && at === owner.key);
      if (former !== undefined) {
        entity(former).owner = null as never;
        former.owner = null;
      }
      // One row makes way for the other.
      if (former !== undefined || isDeleting(play, Badge)) await flush(play, inside);
      if (step.side === 'badge') entity(badge).owner = entity(owner);
      else Object.assign(entity(owner), { badge: entity(badge) });
      badge.owner = owner.key;
      return;
    }
    case 'link':
    case 'unlink': {
      const { kind, reverse } = TO_MANY[step.relation];
      const [item, other] = [pick(world, 'item', step.at), pick(world, kind, step.to)];
      if (item === undefined || other === undefined) return;
      const [collection, member] =
        step.side === 'own'
          ? [links(entity(item), step.relation), entity(other)]
          : [links(entity(other), reverse), entity(item)];
      if (step.do === 'link') {
        // A model between the two allows a pair twice: that is another row.
        if (step.relation === 'places' && item.places.has(other.key)) return;
        collection.add(member);
        item[step.relation].add(other.key);
      } else {
        if (step.relation === 'places' && !item.places.has(other.key)) return;
        collection.remove(member);
        item[step.relation].delete(other.key);
      }
      return;
    }
    case 'set': {
      const item = pick(world, 'item', step.at);
      if (item === undefined) return;
      const { kind } = TO_MANY[step.relation];
      const members = step.to.map((n) => pick(world, kind, n)).filter((thing) => thing !== undefined);
      await (step.unloaded === true ? unload(play, inside, item, step.relation) : load(play, item, step.relation));
      replace(
        links(entity(item), step.relation),
        members.map((thing) => entity(thing)),
      );
      item[step.relation] = new Set(members.map(({ key }) => key));
      return;
    }
    case 'fill':
      return fill(play, step, inside);
    case 'stay':
      return stay(play, step, inside);
    case 'load': {
      const thing = pick(world, undefined, step.at);
      if (thing !== undefined) await load(play, thing, ...COLLECTIONS[thing.kind]);
      return;
    }
    case 'delete': {
      const thing = pick(world, undefined, step.at);
      if (thing !== undefined) await remove(play, thing, inside);
      return;
    }
    case 'flush':
      return flush(play, inside);
    case 'query':
      await session.query(Item).orderBy('id').selectRelated('owner', 'shelf');
      await session.query(Owner).orderBy('id').prefetchRelated('items');
      return;
    case 'clear':
      if (!inside) await reread(play);
      return;
    case 'invalid': {
      const thing = pick(world, 'shelf', step.at);
      if (thing === undefined) return;
      const was = thing.name;
      entity(thing).name = thing.name = BAD_NAME;
      expect(await errorFrom(() => session.flush())).toBeInstanceOf(ValidationError);
      expectMemory(world, session);
      entity(thing).name = thing.name = was;
      return;
    }
    case 'hook':
      return throwInHook(play, step.place, step.at, inside);
    case 'elsewhere':
      if (!inside) await writeElsewhere(play, step.at, step.how, step.name);
      return;
    case 'nest':
      return nested(play, step.steps, step.fails, inside);
    case 'setDelete':
    case 'setUpdate':
    case 'setStays':
      return takeSet(play, step, inside);
    default:
      return takeCode(play, step, () => flush(play, inside));
  }
}

function replace(collection: Links, members: readonly object[]): void {
  if (members.length === 0) collection.clear();
  else collection.set(members as never);
}

async function fill(
  play: Play,
  { relation, at, to, unloaded }: Extract<Step, { do: 'fill' }>,
  inside: boolean,
): Promise<void> {
  const { world } = play;
  const isMany = relation === 'labels' || relation === 'places';
  const parent = pick(world, isMany ? TO_MANY[relation].kind : TO_ONE[relation], at);
  if (parent === undefined) return;
  const members = to.map((n) => pick(world, 'item', n)).filter((thing) => thing !== undefined);
  await (unloaded === true ? unload(play, inside, parent, 'items') : load(play, parent, 'items'));
  replace(
    links(world.entities.get(parent.key)!, 'items'),
    members.map(({ key }) => world.entities.get(key)!),
  );
  for (const thing of world.things.values()) {
    if (thing.kind !== 'item') continue;
    const isMember = members.includes(thing);
    if (relation === 'shelf') world.given.add(thing.key);
    if (!isMany) thing[relation] = isMember ? parent.key : thing[relation] === parent.key ? null : thing[relation];
    else if (isMember) thing[relation].add(parent.key);
    else thing[relation].delete(parent.key);
  }
}

/** Rows of the model between items and places, for themselves; a pair has one of them. */
async function stay(play: Play, { how, at, to }: Extract<Step, { do: 'stay' }>, inside: boolean): Promise<void> {
  const { session, world } = play;
  const place = pick(world, 'place', to);
  if (how === 'make') {
    const item = pick(world, 'item', at);
    if (item === undefined || place === undefined || item.places.has(place.key)) return;
    const made = new Stay({
      item: world.entities.get(item.key) as Item,
      place: world.entities.get(place.key) as Place,
    });
    session.add(made);
    world.stays.push(made);
    item.places.add(place.key);
    return;
  }
  const here = world.stays.filter((row) => ['pending', 'persistent'].includes(session.state(row)));
  const row = here[at % Math.max(1, here.length)];
  const [item, from] = row === undefined ? [] : [row.item, row.place].map((end) => world.names.get(end));
  const thing = world.things.get(item ?? '');
  // One that a savepoint has brought back may be of a pair that is linked by another row.
  if (row === undefined || thing === undefined || from === undefined || !thing.places.has(from)) return;
  if (how === 'move') {
    if (place === undefined || thing.places.has(place.key)) return;
    row.place = world.entities.get(place.key) as Place;
    thing.places.add(place.key);
  } else session.delete(row);
  thing.places.delete(from);
  // What is to be deleted is in its collections until it is.
  if (how === 'delete') await flush(play, inside);
}

/** Whether a row of a model is to be deleted by the next flush. */
function isDeleting({ session, world }: Play, modelClass: typeof Badge): boolean {
  return [...world.entities.values()].some(
    (entity) => entity instanceof modelClass && session.state(entity) === 'deleted',
  );
}

/** A key is a value like others: collections that are loaded do not follow it. */
function mayGoByKey({ session, world }: Play, item: Thing, target: Thing, relation: ToOne): boolean {
  // A value that the row has already says nothing, even if another is to have it by then.
  if (relation === 'shelf' && world.codes.get(target.code!)!.size > 1) return false;
  const parents = [target.key, item[relation]].filter((key) => key !== null);
  return parents.every((key) => {
    const parent = world.entities.get(key) as Owner;
    const { isLoaded = false } = (relation === 'next' ? {} : parent.items) as { isLoaded?: boolean };
    return session.state(parent) === 'persistent' && !isLoaded;
  });
}

/** Everything that is pending is written; outside of a transaction that is a commit. */
async function flush(play: Play, inside: boolean): Promise<void> {
  await play.session.flush();
  play.world.given.clear();
  if (!inside) play.committed = copy(play.world.things);
}

function create({ session, world }: Play, kind: Kind, name: string, item: Thing | undefined): void {
  const number = world.entities.size;
  const key = `${kind} ${number}`;
  if (kind === 'part' && item === undefined) return;
  const make: Record<Kind, () => Model> = {
    owner: () => new Owner({ name, data: { n: 0 } }),
    badge: () => new Badge({ name }),
    shelf: () => new Shelf({ name, code: `code ${number}` }),
    item: () => new Item({ name, price: '0.50' }),
    label: () => new Label({ name }),
    place: () => new Place({ name }),
    part: () => new Part({ name, no: number, item: world.entities.get(item!.key) as Item }),
  };
  const entity = make[kind]();
  const thing = newThing(kind, key, name, kind === 'part' ? item!.key : null);
  if (kind === 'shelf') {
    thing.code = `code ${number}`;
    noteCode(world, thing);
  }
  world.things.set(key, thing);
  world.entities.set(key, entity);
  world.names.set(entity, key);
  session.add(entity);
}

function change(world: World, thing: Thing, name: string, n: number): void {
  const entity = world.entities.get(thing.key) as AnyEntity;
  entity.name = thing.name = name;
  if (thing.kind === 'owner') entity.data.n = thing.n = n;
  if (thing.kind !== 'item') return;
  thing.n = n;
  entity.price = priceOf(thing);
}

const COLLECTIONS: Readonly<Record<Kind, readonly string[]>> = {
  owner: ['items', 'badge'],
  badge: [],
  shelf: ['items'],
  item: ['labels', 'friends', 'befriended', 'places', 'parts'],
  label: ['items'],
  place: ['items'],
  part: [],
};

async function load({ session, world }: Play, thing: Thing, ...names: readonly string[]): Promise<void> {
  const entity = world.entities.get(thing.key) as Item;
  if (session.state(entity) === 'persistent' && names.length > 0)
    await session.prefetch([entity], ...(names as readonly 'labels'[]));
}

/** Nothing is known of what a collection holds, but for what is to be written of it and beside it. */
async function unload(play: Play, inside: boolean, thing: Thing, name: string): Promise<void> {
  const entity = play.world.entities.get(thing.key) as Item;
  const { isLoaded } = (entity as unknown as Record<string, { isLoaded: boolean }>)[name]!;
  if (play.session.state(entity) !== 'persistent' || !isLoaded) return;
  // To expire it gives up what waits.
  await flush(play, inside);
  play.session.expire(entity, name as 'labels');
}

/** Whoever refers to it lets go first, where the keys say no action; links and parts go with it. */
async function remove(play: Play, thing: Thing, inside: boolean): Promise<void> {
  const { session, world } = play;
  const entity = world.entities.get(thing.key) as AnyEntity;
  const gone = [
    thing.key,
    ...[...world.things.values()].filter(({ item }) => item === thing.key).map(({ key }) => key),
  ];
  if (gone.some((key) => session.state(world.entities.get(key) as Item) === 'pending')) await flush(play, inside);
  for (const other of world.things.values()) {
    const referring = world.entities.get(other.key) as AnyEntity;
    for (const relation of ['owner', 'shelf', 'next'] as const) {
      if (other[relation] !== thing.key || other === thing) continue;
      Object.assign(referring, { [relation]: null });
      other[relation] = null;
      if (relation === 'shelf') world.given.add(other.key);
    }
    for (const relation of ['labels', 'friends'] as const) other[relation].delete(thing.key);
    if (other.kind === 'item' && (other === thing || other.places.has(thing.key)))
      for (const place of other.places) {
        if (other !== thing && place !== thing.key) continue;
        referring.places.remove(world.entities.get(place) as Place);
        other.places.delete(place);
      }
  }
  session.delete(entity);
  for (const key of gone) world.things.delete(key);
  // What the database deletes by itself is known when it has done so.
  if (gone.length > 1) await flush(play, inside);
}

/** Forget all, and read it again: other objects for the same things. */
async function reread(play: Play): Promise<void> {
  const { session, world } = play;
  await flush(play, false);
  const keys = new Map<string, Thing>();
  for (const thing of world.things.values()) keys.set(rowName(thing.kind, world.entities.get(thing.key)!), thing);
  session.clear();
  for (const [kind, modelClass] of Object.entries(CLASSES) as [Kind, typeof Item][])
    for (const entity of await session.query(modelClass)) {
      const thing = keys.get(rowName(kind, entity))!;
      world.entities.set(thing.key, entity);
      world.names.set(entity, thing.key);
    }
}

async function throwInHook(play: Play, place: HookPlace, at: number, inside: boolean): Promise<void> {
  const { session, world } = play;
  // What a hook objects to after it has been written condemns the transaction that it is in.
  if (inside && place.startsWith('after') && place !== 'afterValidate') return;
  const thing = pick(world, undefined, at);
  if (thing !== undefined) change(world, thing, `h${at}`, at % 4);
  let calls = at % 3;
  const error = new Stop();
  const stop = hooks.on(place as 'beforeFlush', () => {
    if (calls-- === 0) throw error;
  });
  const thrown = await errorFrom(() => session.flush());
  stop();
  if (thrown !== undefined && thrown !== error) throw thrown;
  if (thrown === undefined && !inside) play.committed = copy(world.things);
}

/** Another session changes or deletes a row of which this one thinks that it knows it. */
async function writeElsewhere(play: Play, at: number, how: 'change' | 'delete', name: string): Promise<void> {
  const { db, session, world } = play;
  const item = pick(world, 'item', at);
  if (item === undefined) return;
  // What refers to it would keep the other from deleting it.
  const deletes = how === 'delete' && isAlone(world, item);
  await flush(play, false);
  const entity = world.entities.get(item.key) as Item;
  const changed = item.name === `${name}!` ? `${name}?` : `${name}!`;
  await db.transaction(async (other) => {
    const theirs = await other.getOrFail(Item, entity.id);
    if (deletes) other.delete(theirs);
    else theirs.name = changed;
  });
  entity.price = '9.99';
  expect(await errorFrom(() => session.commit())).toBeInstanceOf(StaleObjectError);
  expect([entity.price, session.state(entity)]).toEqual(['9.99', 'persistent']);
  await session.rollback();
  expectMemory(world, session);
  if (deletes) {
    expect(await errorFrom(() => session.refresh(entity))).toBeInstanceOf(NotFoundError);
    expect(session.state(entity)).toBe('detached');
    world.things.delete(item.key);
  } else {
    await session.refresh(entity);
    item.name = changed;
  }
  play.committed = copy(world.things);
}

function isAlone(world: World, { key, owner, shelf, next, labels, friends, places }: Thing): boolean {
  if (owner !== null || shelf !== null || next !== null) return false;
  if (labels.size + friends.size + places.size > 0) return false;
  return ![...world.things.values()].some(
    (other) => other.next === key || other.item === key || other.friends.has(key),
  );
}

/** Inside a transaction it is a savepoint, outside a transaction. */
export async function nested(play: Play, steps: readonly Step[], fails: boolean, inside: boolean): Promise<void> {
  const { session, world } = play;
  const before = copy(world.things);
  const given = [...world.given];
  const error = new Stop();
  const thrown = await errorFrom(() =>
    session.transaction(async () => {
      for (const step of steps) {
        await take(play, step, true);
        expectMemory(world, session);
      }
      if (fails) throw error;
    }),
  );
  if (thrown === error) {
    world.things = before;
    for (const key of given) world.given.add(key);
  } else if (thrown !== undefined) throw thrown;
  else if (!inside) play.committed = copy(world.things);
}
