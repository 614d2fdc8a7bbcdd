/** Positions in classes that share a table. */
import type { Session } from 'blazeorm';

import { idsOf, loose } from './loose.ts';
import type { Loose } from './loose.ts';
import { Loud, Word, WORDS } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { holds } from './plain-data.ts';

const asIs = (payload: unknown): unknown => payload;
const loud = (session: Session): Loose => loose(session.query(Loud));
const words = (session: Session): Loose => loose(session.query(Word));
const Made = Loud as unknown as new (given: object) => Loud;

/** The shout of the newest row. */
async function newest(session: Session): Promise<unknown> {
  const [shout] = (await loud(session)['orderBy']!('-id')['limit']!(1)['valuesList']!('shout', {
    flat: true,
  })) as unknown[];
  return shout;
}

const stored = (payload: unknown): Answer => (payload === null || holds('text', payload) ? is(payload) : REFUSED);
const isClass = (payload: unknown): boolean => payload === 'loud' || payload === 'plain';

export const INHERITING: readonly Position[] = [
  {
    at: 'Loud: filter({ shout: … })',
    run: (session, payload) => idsOf(loud(session)['filter']!({ shout: payload })),
    answer: (payload) => {
      if (payload === null) return is([]);
      if (!holds('text', payload)) return REFUSED;
      return is(WORDS.filter(({ shout }) => shout === payload).map(({ id }) => id));
    },
  },
  {
    at: 'Word: filter({ kind: … })',
    run: (session, payload) => words(session)['filter']!({ kind: payload })['count']!(),
    answer: (payload) => (payload === null ? is(0) : isClass(payload) ? OPEN : REFUSED),
    like: asIs,
  },
  {
    at: 'Loud: filter({ kind: … })',
    run: (session, payload) => loud(session)['filter']!({ kind: payload })['count']!(),
    answer: (payload) => (payload === null ? is(0) : isClass(payload) ? OPEN : REFUSED),
    like: asIs,
  },
  {
    at: 'new Loud({ shout: … })',
    run: async (session, payload) => {
      session.add(new Made({ text: 'new', shout: payload }));
      await session.flush();
      return newest(session);
    },
    answer: (payload) => (payload === undefined ? is(null) : stored(payload)),
    sends: 2,
    writes: true,
  },
  {
    at: 'new Loud({ kind: … })',
    run: async (session, payload) => {
      session.add(new Made({ text: 'new', kind: payload }));
      await session.flush();
    },
    answer: (payload) => (payload === 'loud' || payload === undefined ? OPEN : REFUSED),
    like: () => 'loud',
    writes: true,
  },
  {
    at: 'Loud: bulkCreate([{ shout: … }])',
    run: async (session, payload) => {
      await loud(session)['bulkCreate']!([{ text: 'new', shout: payload }]);
      return newest(session);
    },
    answer: (payload) => (payload === undefined ? is(null) : stored(payload)),
    sends: 2,
    writes: true,
  },
  {
    at: 'Loud: update({ shout: … })',
    run: async (session, payload) => {
      await loud(session)['unfiltered']!()['update']!({ shout: payload });
      return newest(session);
    },
    answer: stored,
    sends: 2,
    writes: true,
  },
  {
    at: 'Loud: update({ kind: … })',
    run: (session, payload) => loud(session)['unfiltered']!()['update']!({ kind: payload }),
    answer: (payload) => (isClass(payload) ? OPEN : REFUSED),
    like: asIs,
    writes: true,
  },
  {
    at: 'session.get(Loud, …)',
    run: (session, payload) => (session.get as (model: unknown, key: unknown) => unknown)(Loud, payload),
    answer: (payload) => (holds('number', payload) ? OPEN : REFUSED),
    writes: false,
  },
  {
    at: 'Loud: delete of filter({ shout: … })',
    run: (session, payload) => loud(session)['filter']!({ shout: payload })['delete']!(),
    answer: (payload) => {
      if (payload === null) return is(0);
      return holds('text', payload) ? is(WORDS.filter(({ shout }) => shout === payload).length) : REFUSED;
    },
    writes: true,
  },
];
