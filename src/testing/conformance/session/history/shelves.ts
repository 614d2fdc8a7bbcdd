/** Histories of shelves, their codes and their items, and of little else: what seldom comes together in the others does here. */
import fc from 'fast-check';

import { codeStep } from './codes.ts';
import type { Step, Unit } from './steps.ts';

const at = fc.nat({ max: 8 });
const shelf = fc.constant('shelf' as const);

const { step } = fc.letrec<{ step: Step }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', maxDepth: 3 },
    { weight: 12, arbitrary: codeStep },
    {
      weight: 6,
      arbitrary: fc.record({
        do: fc.constant('refer' as const),
        relation: shelf,
        by: fc.constantFrom('entity' as const, 'entity' as const, 'collection' as const, 'key' as const),
        at,
        to: at,
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        do: fc.constant('unrefer' as const),
        relation: shelf,
        by: fc.constantFrom('null' as const, 'collection' as const),
        at,
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('fill' as const),
        relation: shelf,
        at,
        to: fc.array(at, { maxLength: 3 }),
        unloaded: fc.boolean(),
      }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('create' as const),
        kind: fc.constantFrom('shelf' as const, 'item' as const),
        name: fc.constant(''),
        at,
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('delete' as const), at }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('load' as const), at }) },
    {
      weight: 2,
      arbitrary: fc.record({ do: fc.constantFrom('flush' as const, 'query' as const, 'clear' as const) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant('nest' as const),
        steps: fc.array(tie('step'), { maxLength: 5 }),
        fails: fc.boolean(),
      }),
    },
  ),
}));

const create = (kind: 'shelf' | 'item'): Step => ({ do: 'create', kind, name: '', at: 0 });

/** Three shelves and five items, of which it is known, or not, which items are whose. */
const beginning: fc.Arbitrary<Unit> = fc
  .record({ shelves: fc.array(fc.nat({ max: 3 }), { minLength: 5, maxLength: 5 }), forgets: fc.boolean() })
  .map(({ shelves, forgets }) => ({
    steps: [
      ...[1, 2, 3].map(() => create('shelf')),
      ...shelves.map(() => create('item')),
      ...shelves.flatMap((to, item): Step[] =>
        to === 3 ? [] : [{ do: 'refer', relation: 'shelf', by: 'entity', at: item, to }],
      ),
      ...(forgets ? [{ do: 'clear' } as const] : []),
    ],
    end: 'commit',
  }));

/** A whole history. */
export const historyOfShelves: fc.Arbitrary<Unit[]> = fc
  .tuple(
    beginning,
    fc.array(
      fc.record({
        steps: fc.array(step, { minLength: 1, maxLength: 8 }),
        end: fc.constantFrom<Unit['end']>('commit', 'commit', 'rollback', 'transaction', 'failed transaction'),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([first, rest]) => [first, ...rest]);
