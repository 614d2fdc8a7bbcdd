/** The model of a session that is plain data: what everything is, by names of its own, and nothing of how it is written. */
import type { Kind, Stay } from './models.ts';

/** The relations that lead to one. */
export const TO_ONE = { owner: 'owner', shelf: 'shelf', next: 'item' } as const;
/** Many-to-many: the kind at the other end, and what that calls it. */
export const TO_MANY = {
  labels: { kind: 'label', reverse: 'items' },
  friends: { kind: 'item', reverse: 'befriended' },
  places: { kind: 'place', reverse: 'items' },
} as const;
export type ToOne = keyof typeof TO_ONE;
export type ToMany = keyof typeof TO_MANY;

/** An entity in the model; relations hold the names of others. */
export interface Thing {
  readonly kind: Kind;
  readonly key: string;
  name: string;
  n: number;
  /** Of an item: `next`, and so on; of a badge: its owner; of a part: its item. */
  owner: string | null;
  shelf: string | null;
  next: string | null;
  readonly item: string | null;
  /** Of a shelf. */
  code: string | null;
  labels: Set<string>;
  friends: Set<string>;
  places: Set<string>;
}

export interface World {
  things: Map<string, Thing>;
  /** The entity of each, also of those that are gone. */
  readonly entities: Map<string, object>;
  readonly names: Map<object, string>;
  /** Rows between items and places that were made for themselves. */
  readonly stays: Stay[];
  /** Items that were given another shelf, or none, and that may not be written yet. */
  readonly given: Set<string>;
  /** All codes that there have been, and whose. */
  readonly codes: Map<string, Set<string>>;
}

export const newWorld = (): World => ({
  things: new Map(),
  entities: new Map(),
  names: new Map(),
  stays: [],
  given: new Set(),
  codes: new Map(),
});

export const newThing = (kind: Kind, key: string, name: string, item: string | null): Thing => ({
  kind,
  key,
  name,
  n: 0,
  owner: null,
  shelf: null,
  next: null,
  item,
  code: null,
  labels: new Set(),
  friends: new Set(),
  places: new Set(),
});

export const copy = (things: ReadonlyMap<string, Thing>): Map<string, Thing> =>
  new Map(
    [...things].map(([key, thing]) => [
      key,
      { ...thing, labels: new Set(thing.labels), friends: new Set(thing.friends), places: new Set(thing.places) },
    ]),
  );

/** The `n`th of a kind, if there are any, counted round. */
export function pick(world: World, kind: Kind | undefined, n: number): Thing | undefined {
  const found = [...world.things.values()].filter((thing) => kind === undefined || thing.kind === kind);
  return found[n % Math.max(1, found.length)];
}

/** The price of an item, from its number. */
export const priceOf = (thing: Thing): string => `${thing.n}.50`;

/** What leads to one of many: the names of those that refer to it, in no order. */
export function referring(world: World, to: string, relation: ToOne | ToMany | 'item', kind: Kind): string[] {
  return [...world.things.values()]
    .filter((thing) => {
      if (thing.kind !== kind) return false;
      const value = thing[relation];
      return value instanceof Set ? value.has(to) : value === to;
    })
    .map(({ key }) => key)
    .toSorted(byText);
}

export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
