/**
 * Steps with the code of shelves, a unique column that is not the key and to which items refer: it changes, two exchange it, a shelf
 * goes without its items letting go of it. None of them flushes, so that they meet in one flush with all else that happens to items.
 */
import fc from 'fast-check';
import { expect } from 'vitest';

import type { Session } from '../../../../index.ts';

import type { Item, Shelf } from './models.ts';
import { pick } from './world.ts';
import type { Thing, World } from './world.ts';

export type CodeStep =
  | { readonly do: 'recode'; readonly at: number; readonly code: number }
  | { readonly do: 'swap'; readonly at: number; readonly to: number }
  | { readonly do: 'vanish'; readonly at: number }
  /** Its collection is set, or cleared, as it is: loaded or not. */
  | { readonly do: 'stock'; readonly at: number; readonly to: readonly number[] }
  | { readonly do: 'forget'; readonly at: number };

const at = fc.nat({ max: 20 });

/** They come together, or a flush would be between them more often than not. */
export const codeStep: fc.Arbitrary<CodeStep> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant('recode' as const), at, code: fc.nat({ max: 5 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('swap' as const), at, to: at }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('vanish' as const), at }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('stock' as const), at, to: fc.array(at, { maxLength: 3 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('forget' as const), at }) },
);

interface Here {
  readonly session: Session;
  readonly world: World;
}

/** `flush`: writes everything that is pending. */
export async function takeCode({ session, world }: Here, step: CodeStep, flush: () => Promise<void>): Promise<void> {
  const thing = pick(world, 'shelf', step.at);
  if (thing === undefined) return;
  const shelf = world.entities.get(thing.key) as Shelf;
  switch (step.do) {
    case 'recode': {
      const code = `code r${step.code}`;
      if (![...world.things.values()].some((other) => other.code === code)) recode(world, thing, code);
      return;
    }
    case 'swap': {
      const other = pick(world, 'shelf', step.to)!;
      const { code } = thing;
      recode(world, thing, other.code!);
      recode(world, other, code!);
      return;
    }
    case 'vanish':
      return vanish({ session, world }, thing);
    case 'stock': {
      const members = step.to.map((n) => pick(world, 'item', n)).filter((item) => item !== undefined);
      if (members.length === 0) shelf.items.clear();
      else shelf.items.set(members.map(({ key }) => world.entities.get(key) as Item));
      for (const item of world.things.values()) {
        if (members.includes(item)) item.shelf = thing.key;
        else if (item.shelf === thing.key) item.shelf = null;
        else continue;
        world.given.add(item.key);
      }
      return;
    }
    case 'forget':
      if (session.state(shelf) !== 'persistent') return;
      await flush();
      session.expire(shelf, 'items');
      return;
  }
}

function recode(world: World, thing: Thing, code: string): void {
  (world.entities.get(thing.key) as Shelf).code = thing.code = code;
  noteCode(world, thing);
}

/** A reference that is not loaded knows the code alone. */
export function noteCode({ codes }: World, { key, code }: Thing): void {
  codes.set(code!, new Set([...(codes.get(code!) ?? []), key]));
}

/** The database sets what refers to it to NULL; only what is not written yet has to let go. */
function vanish({ session, world }: Here, shelf: Thing): void {
  for (const item of world.things.values()) {
    if (item.shelf !== shelf.key) continue;
    const entity = world.entities.get(item.key) as Item;
    if (world.given.has(item.key) || session.state(entity) === 'pending') entity.shelf = null;
    item.shelf = null;
  }
  session.delete(world.entities.get(shelf.key) as Shelf);
  world.things.delete(shelf.key);
}

/** The name of what an item leads to, where that is a reference by a code: that may be of the past until the next flush. */
export function nameOfReference({ codes, things }: World, code: string, wanted: string | null): string | null {
  const known = codes.get(code) ?? new Set<string>();
  const fits = wanted === null ? [...known].some((key) => !things.has(key)) : known.has(wanted);
  return fits ? wanted : `a stranger with ${code}`;
}

/** When nothing is pending, references have the codes of what they lead to. */
export function expectCodes({ things, entities }: World): void {
  const items = [...things.values()].filter(({ kind }) => kind === 'item');
  const seen = items.map(({ key }) => [key, (entities.get(key) as Item).shelfId]);
  expect(seen).toEqual(items.map(({ key, shelf }) => [key, things.get(shelf ?? '')?.code ?? null]));
}
