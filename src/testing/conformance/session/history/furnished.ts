/** Histories from nothing, and from rows that are stored and linked: what is written of sets has to meet some. */
import fc from 'fast-check';

import { history } from './steps.ts';
import type { Step, Unit } from './steps.ts';

const FURNISHED: readonly Step[] = [
  ...(['owner', 'owner', 'shelf', 'item', 'item', 'item', 'label', 'place', 'place', 'badge', 'part'] as const).map(
    (kind, i) => ({ do: 'create' as const, kind, name: `${i}`, at: i }),
  ),
  ...[0, 1].map((i) => ({ do: 'refer' as const, relation: 'owner' as const, by: 'entity' as const, at: i, to: i })),
  { do: 'refer', relation: 'shelf', by: 'entity', at: 2, to: 0 },
  { do: 'badge', side: 'badge', at: 0, to: 0 },
  ...(['labels', 'friends', 'places'] as const).map((relation, i) => ({
    do: 'link' as const,
    relation,
    side: 'own' as const,
    at: i,
    to: i,
  })),
];

/** Whole histories. */
export const histories: fc.Arbitrary<Unit[]> = fc.oneof(
  { weight: 3, arbitrary: history },
  { weight: 1, arbitrary: history.map((units): Unit[] => [{ steps: FURNISHED, end: 'commit' }, ...units]) },
);
