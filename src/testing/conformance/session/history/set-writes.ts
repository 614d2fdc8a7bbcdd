/** Steps that write rows of sets by the session, beside what waits to be written; outside of a transaction that lasts at once. */
import fc from 'fast-check';
import { expect } from 'vitest';

import { oneOf } from '../../../../index.ts';
import type { Collection, Model, Session } from '../../../../index.ts';

import { Badge, CLASSES, Item, Place, Shelf, Stay } from './models.ts';
import type { AnyEntity } from './models.ts';
import { pick, TO_ONE } from './world.ts';
import type { Thing, ToOne, World } from './world.ts';

export type SetStep =
  | {
      /** `beside`: which item is to lead to it, so that something waits. */
      readonly do: 'setDelete';
      readonly at: number;
      readonly beside: number | null;
    }
  | {
      /** Rows are given another owner, or none. */
      readonly do: 'setUpdate';
      readonly relation: ToOne | 'badge';
      readonly at: readonly number[];
      readonly to: number | null;
      /** Whom the first of them is to lead to, which waits. */
      readonly beside: number | null;
    }
  | {
      /** Of the rows between one item and places. */
      readonly do: 'setStays';
      readonly how: 'delete' | 'update';
      readonly at: number;
    };

const at = fc.nat({ max: 20 });
const beside = fc.option(at, { nil: null, freq: 2 });

/** How chance makes them, and how often. */
export const setSteps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<SetStep> }[] = [
  { weight: 3, arbitrary: fc.record({ do: fc.constant('setDelete' as const), at, beside }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('setUpdate' as const),
      relation: fc.constantFrom<ToOne | 'badge'>('owner', 'owner', 'shelf', 'next', 'badge'),
      at: fc.array(at, { minLength: 1, maxLength: 2 }),
      to: beside,
      beside,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('setStays' as const),
      how: fc.constantFrom('delete' as const, 'update' as const),
      at,
    }),
  },
];

interface Game {
  readonly session: Session;
  readonly world: World;
  committed: Map<string, Thing>;
}

export async function takeSet(game: Game, step: SetStep, inside: boolean): Promise<void> {
  // Inside of a transaction all is as written; which of it a query needs to have written is another matter.
  if (inside) {
    await game.session.flush();
    game.world.given.clear();
  }
  const play: Play = { ...game, stored: inside ? game.world.things : game.committed };
  switch (step.do) {
    case 'setDelete':
      return deleteRows(play, step.at, inside ? null : step.beside);
    case 'setUpdate':
      return updateRows(play, inside ? { ...step, beside: null } : step);
    case 'setStays':
      return writeStays(play, step.how, step.at);
  }
}

interface Play extends Game {
  /** What the database has. */
  readonly stored: Map<string, Thing>;
}

const entityOf = ({ world }: Play, { key }: Thing): AnyEntity => world.entities.get(key) as AnyEntity;

/** One that nobody refers to in the database; also one that is to be deleted, or to change. */
async function deleteRows(play: Play, n: number, beside: number | null): Promise<void> {
  const { session, world, stored } = play;
  const thing = pick({ ...world, things: stored }, undefined, n);
  if (thing === undefined || thing.kind === 'part' || isReferredTo(stored, thing) || isNeeded(play, thing)) return;
  if (beside !== null && world.things.has(thing.key)) leadTo(play, thing, beside);
  const entity = entityOf(play, thing);
  const gone = [...stored.values()].filter(({ key, item }) => key === thing.key || item === thing.key);
  expect(
    await session
      .query(CLASSES[thing.kind] as typeof Item)
      .filter({ id: entity.id })
      .delete(),
  ).toBe(1);
  const before = new Map([...stored].map(([key, row]) => [key, { ...row }]));
  for (const { key } of gone) for (const things of [stored, world.things]) things.delete(key);
  for (const things of new Set([stored, world.things]))
    for (const other of things.values())
      for (const links of [other.labels, other.friends, other.places]) links.delete(thing.key);
  for (const other of world.things.values())
    for (const relation of ['owner', 'shelf', 'next'] as const)
      if (other[relation] === thing.key)
        other[relation] = comesBack(play, other, relation, before.get(other.key)?.[relation]);
}

/** An item is to lead to something: nothing is written of it. */
function leadTo(play: Play, thing: Thing, n: number): void {
  const { world } = play;
  const item = pick(world, 'item', n);
  if (item === undefined || item === thing || thing.kind === 'badge') return;
  const [entity, target] = [entityOf(play, item), entityOf(play, thing)];
  if (thing.kind === 'owner' || thing.kind === 'shelf') {
    if (n % 2 === 0) target.items.add(entity);
    else Object.assign(entity, { [thing.kind]: target });
    item[thing.kind] = thing.key;
    if (thing.kind === 'shelf') world.given.add(item.key);
  } else if (thing.kind === 'item' && n % 2 === 0) {
    entity.next = target;
    item.next = thing.key;
  } else {
    const relation = thing.kind === 'item' ? 'friends' : thing.kind === 'label' ? 'labels' : 'places';
    if (item[relation].has(thing.key)) return;
    if (n % 2 === 0) target[relation === 'friends' ? 'befriended' : 'items'].add(entity);
    else (entity[relation] as Collection<Model>).add(target as Model);
    item[relation].add(thing.key);
  }
}

/** What waits to lead to a row that is gone leads where the row leads, unless that is to be deleted or has another now. */
function comesBack({ world }: Play, { kind, key }: Thing, relation: ToOne, was: string | null = null): string | null {
  if (was === null || !world.things.has(was)) return null;
  const isTaken = [...world.things.values()].some(
    (other) => kind === 'badge' && other.kind === 'badge' && other.key !== key && other[relation] === was,
  );
  return isTaken ? null : was;
}

/** Whether the database would not let go of it; MySQL does not of a row that refers to itself. */
function isReferredTo(stored: Play['stored'], { key, places }: Thing): boolean {
  if (places.size > 0) return true;
  return [...stored.values()].some(
    (other) => [other.owner, other.shelf, other.next].includes(key) || other.places.has(key),
  );
}

/** Whether something new, or a row between it and others, could not be without it: a flush would be refused. */
function isNeeded({ session, world, stored }: Play, { key }: Thing): boolean {
  if ([...world.things.values()].some((other) => other.item === key && !stored.has(other.key))) return true;
  return rowsAtHand(session, world).some((row) => [row.item, row.place].some((end) => world.names.get(end) === key));
}

const rowsAtHand = (session: Session, world: World): Stay[] =>
  world.stays.filter((row) => ['pending', 'persistent'].includes(session.state(row)));

/** Where nothing waits, memory follows; what waits keeps its place. */
async function updateRows(
  play: Play,
  { relation, at: places, to, beside }: Extract<SetStep, { do: 'setUpdate' }>,
): Promise<void> {
  const { session, world, stored } = play;
  const [kind, field] = relation === 'badge' ? (['badge', 'owner'] as const) : (['item', relation] as const);
  const here = { ...world, things: new Map([...stored].filter(([key]) => world.things.has(key))) };
  const target = to === null ? undefined : pick(here, TO_ONE[field], to);
  const things = new Set(places.map((n) => pick(here, kind, n)).filter((thing) => thing !== undefined));
  const chosen = relation === 'badge' ? [...things].slice(0, 1) : [...things];
  if (chosen.length === 0 || (to !== null && target === undefined)) return;
  if (relation === 'badge' && target !== undefined && hasBadge(play, target, chosen[0]!)) return;
  const other = beside === null || kind === 'badge' ? undefined : pick(world, TO_ONE[field], beside);
  const [first] = chosen;
  if (other !== undefined && first !== undefined) {
    Object.assign(entityOf(play, first), { [field]: entityOf(play, other) });
    world.things.get(first.key)![field] = other.key;
    if (field === 'shelf') world.given.add(first.key);
  }
  const value = target === undefined ? null : await keyOf(play, target);
  const rows = session
    .query(kind === 'badge' ? (Badge as unknown as typeof Item) : Item)
    .filter({ id: oneOf(chosen.map((thing) => entityOf(play, thing).id)) });
  await rows.update({ [field]: value } as never);
  for (const { key } of chosen) {
    const [row, thing] = [stored.get(key)!, world.things.get(key)!];
    const follows = thing[field] === row[field];
    row[field] = target?.key ?? null;
    if (follows) thing[field] = row[field];
  }
}

/** Whether another badge has, or is to have, this owner: there can be one. */
function hasBadge({ world, stored }: Play, { key }: Thing, badge: Thing): boolean {
  return [...stored.values(), ...world.things.values()].some(
    (other) => other.kind === 'badge' && other.key !== badge.key && other.owner === key,
  );
}

/** What refers to a thing has this: a shelf is known by its code, as the database has it. */
async function keyOf(play: Play, thing: Thing): Promise<unknown> {
  const { id } = entityOf(play, thing);
  if (thing.kind !== 'shelf') return id;
  const [row] = await play.session.query(Shelf).filter({ id }).values('code');
  return row!.code;
}

/** The rows between one item and places, of which nothing waits. */
async function writeStays(play: Play, how: 'delete' | 'update', n: number): Promise<void> {
  const { session, world, stored } = play;
  const item = pick({ ...world, things: stored }, 'item', n);
  if (item === undefined || item.places.size === 0 || !world.things.has(item.key) || waits(play, item)) return;
  const rows = session.query(Stay).filter({ itemId: entityOf(play, item).id });
  if (how === 'update') {
    expect(await rows.update({ nights: n })).toBe(item.places.size);
    return;
  }
  expect(await rows.delete()).toBe(item.places.size);
  for (const things of new Set([stored, world.things])) things.get(item.key)!.places.clear();
}

/** Whether links between an item and places wait to be written, on either side or as rows. */
function waits({ session, world, stored }: Play, { key, places }: Thing): boolean {
  const entity = world.entities.get(key) as Item;
  const isOther = (row: Stay): boolean =>
    ['pending', 'deleted'].includes(session.state(row)) ||
    (session.state(row) === 'persistent' && !stored.get(key)!.places.has(world.names.get(row.place)!));
  if (world.stays.some((row) => world.names.get(row.item) === key && isOther(row))) return true;
  if (places.size !== world.things.get(key)!.places.size || pendingOf(entity.places) !== undefined) return true;
  return [...world.entities.values()].some(
    (other) => other instanceof Place && pendingOf(other.items)?.some((list) => list.has(entity)) === true,
  );
}

/** What a collection waits to have written: what is to come, and to go. */
function pendingOf(collection: object): ReadonlySet<object>[] | undefined {
  // Named cast: the unit of work's face of it.
  const { pending } = collection as { pending?: { added: ReadonlySet<object>; removed: ReadonlySet<object> } };
  return pending === undefined ? undefined : [pending.added, pending.removed];
}
