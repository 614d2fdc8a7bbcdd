/** What can happen in a history, as data, and how chance makes it. */
import fc from 'fast-check';

import { codeStep } from './codes.ts';
import type { CodeStep } from './codes.ts';
import type { Kind } from './models.ts';
import { setSteps } from './set-writes.ts';
import type { SetStep } from './set-writes.ts';
import type { ToMany, ToOne } from './world.ts';

/** Where a hook throws. */
export const PLACES = [
  'beforeFlush',
  'beforeValidate',
  'afterValidate',
  'beforeSave',
  'afterSave',
  'afterFlush',
] as const;
export type HookPlace = (typeof PLACES)[number];

export type Step =
  | { readonly do: 'create'; readonly kind: Kind; readonly name: string; readonly at: number }
  | { readonly do: 'change'; readonly at: number; readonly name: string; readonly n: number }
  | {
      /** From which side, by the entity or its key. */
      readonly do: 'refer';
      readonly relation: ToOne;
      readonly by: 'entity' | 'key' | 'collection';
      readonly at: number;
      readonly to: number;
    }
  | { readonly do: 'unrefer'; readonly relation: ToOne; readonly by: 'null' | 'collection'; readonly at: number }
  | { readonly do: 'badge'; readonly side: 'badge' | 'owner'; readonly at: number; readonly to: number }
  | {
      readonly do: 'link' | 'unlink';
      readonly relation: ToMany;
      readonly side: 'own' | 'other';
      readonly at: number;
      readonly to: number;
    }
  | {
      /** Before it is loaded, or after; without any members that is `clear()`. */
      readonly do: 'set';
      readonly relation: ToMany;
      readonly at: number;
      readonly to: readonly number[];
      readonly unloaded?: boolean;
    }
  | {
      /** The same of the other side: the items of an owner, a shelf, a label, a place. */
      readonly do: 'fill';
      readonly relation: Filled;
      readonly at: number;
      readonly to: readonly number[];
      readonly unloaded?: boolean;
    }
  | {
      /** A row of the model between items and places: made, given another place, deleted. */
      readonly do: 'stay';
      readonly how: 'make' | 'move' | 'delete';
      readonly at: number;
      readonly to: number;
    }
  | { readonly do: 'load'; readonly at: number }
  | { readonly do: 'delete'; readonly at: number }
  | { readonly do: 'flush' | 'query' | 'clear' }
  | { readonly do: 'invalid'; readonly at: number }
  | { readonly do: 'hook'; readonly place: HookPlace; readonly at: number }
  | { readonly do: 'elsewhere'; readonly at: number; readonly how: 'change' | 'delete'; readonly name: string }
  | CodeStep
  | SetStep
  | { readonly do: 'nest'; readonly steps: readonly Step[]; readonly fails: boolean };

/** The relations of items of which the other side is a collection of items. */
export type Filled = Exclude<ToOne, 'next'> | Exclude<ToMany, 'friends'>;

/** Some steps, and how they end. */
export interface Unit {
  readonly steps: readonly Step[];
  readonly end: 'commit' | 'rollback' | 'transaction' | 'failed transaction';
}

const at = fc.nat({ max: 20 });
const name = fc.string({ maxLength: 4, unit: fc.constantFrom('a', "'", '"', 'é', '😀', '%') });
const relation = fc.constantFrom<ToOne>('owner', 'owner', 'shelf', 'next');
const many = fc.constantFrom<ToMany>('labels', 'friends', 'places');
const one = <const T extends string>(value: T): fc.Arbitrary<T> => fc.constant(value);

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    {
      weight: 7,
      arbitrary: fc.record({
        do: one('create'),
        kind: fc.constantFrom<Kind>('owner', 'item', 'item', 'item', 'label', 'badge', 'shelf', 'place', 'part'),
        name,
        at,
      }),
    },
    { weight: 4, arbitrary: fc.record({ do: one('change'), at, name, n: fc.nat({ max: 3 }) }) },
    {
      weight: 6,
      arbitrary: fc.record({
        do: one('refer'),
        relation,
        by: fc.constantFrom('entity' as const, 'key' as const, 'collection' as const),
        at,
        to: at,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: one('unrefer'),
        relation,
        by: fc.constantFrom('null' as const, 'collection' as const),
        at,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: one('badge'),
        side: fc.constantFrom('badge' as const, 'owner' as const),
        at,
        to: at,
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constantFrom('link' as const, 'link' as const, 'unlink' as const),
        relation: many,
        side: fc.constantFrom('own' as const, 'other' as const),
        at,
        to: at,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: one('set'),
        relation: many,
        at,
        to: fc.array(at, { maxLength: 3 }),
        unloaded: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: one('fill'),
        relation: fc.constantFrom<Filled>('owner', 'shelf', 'labels', 'places'),
        at,
        to: fc.array(at, { maxLength: 3 }),
        unloaded: fc.boolean(),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: one('stay'),
        how: fc.constantFrom('make' as const, 'make' as const, 'move' as const, 'delete' as const),
        at,
        to: at,
      }),
    },
    { weight: 2, arbitrary: fc.record({ do: one('load'), at }) },
    { weight: 3, arbitrary: fc.record({ do: one('delete'), at }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'query' as const, 'clear' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: one('invalid'), at }) },
    { weight: 1, arbitrary: fc.record({ do: one('hook'), place: fc.constantFrom(...PLACES), at }) },
    {
      weight: 1,
      arbitrary: fc.record({
        do: one('elsewhere'),
        at,
        how: fc.constantFrom('change' as const, 'delete' as const),
        name,
      }),
    },
    { weight: 6, arbitrary: codeStep },
    {
      weight: 3,
      arbitrary: fc.record({
        do: one('nest'),
        steps: fc.array(tie('step'), { maxLength: 6 }),
        fails: fc.boolean(),
      }),
    },
    ...setSteps,
  ),
}));

/** A whole history. */
export const history: fc.Arbitrary<Unit[]> = fc.array(
  fc.record({
    steps: fc.array(step, { minLength: 1, maxLength: 12 }),
    end: fc.constantFrom<Unit['end']>('commit', 'commit', 'rollback', 'transaction', 'failed transaction'),
  }),
  { minLength: 1, maxLength: 4 },
);
