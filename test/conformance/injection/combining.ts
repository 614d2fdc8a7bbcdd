/** Positions of queries inside of queries: unions and their like, groups, rows by many keys, rows from a query. */
import type { Session } from 'blazeorm';

import { loose, notes } from './loose.ts';
import type { Columns, Loose } from './loose.ts';
import { Item, Note, ROWS } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { holds } from './plain-data.ts';

const never = (): Answer => REFUSED;
const asIs = (payload: unknown): unknown => payload;
const first = (session: Session): Loose => notes(session)['filter']!({ id: 1 });
const key = (payload: unknown): string => (typeof payload === 'string' ? payload : '?');

export const COMBINING: readonly Position[] = [
  ...['union', 'intersection', 'difference'].map((call): Position => ({
    at: `${call}(…)`,
    run: (session, payload) => first(session)[call]!(payload)['all']!(),
    answer: never,
  })),
  {
    at: "values('id').union(…)",
    run: (session, payload) => first(session)['values']!('id')['union']!(payload),
    answer: never,
  },
  {
    at: 'union of filter({ text: … })',
    run: (session, payload) =>
      first(session)['values']!('id')['union']!(notes(session)['filter']!({ text: payload })['values']!('id'))[
        'orderBy'
      ]!('id'),
    answer: (payload) =>
      payload === null
        ? is([{ id: 1 }])
        : holds('text', payload)
          ? is(ROWS.filter((row) => row['id'] === 1 || row['text'] === payload).map(({ id }) => ({ id })))
          : REFUSED,
  },
  {
    at: 'groupBy(…)',
    run: (session, payload) => first(session)['groupBy']!(payload)['values']!((n: Columns) => ({ n: n['text'] })),
    answer: (payload) => (payload === 'text' ? OPEN : REFUSED),
    like: asIs,
  },
  {
    at: 'inBulk(…)',
    run: (session, payload) => notes(session)['inBulk']!(payload),
    answer: (payload) => (isNothing(payload) || isKeys(payload) ? OPEN : REFUSED),
    like: asIs,
    sends: 'any',
  },
  {
    at: 'inBulk([…])',
    run: async (session, payload) => [
      ...((await notes(session)['inBulk']!([payload])) as Map<unknown, unknown>).keys(),
    ],
    answer: (payload) => (holds('number', payload) ? OPEN : REFUSED),
  },
  {
    at: "inBulk(['x'], …)",
    run: (session, payload) => notes(session)['inBulk']!(['x'], payload),
    answer: never,
    like: asIs,
  },
  {
    at: 'insertFrom(…, …)',
    run: (session, payload) => loose(session.query(Item))['insertFrom']!(payload, () => ({ text: 'x' })),
    answer: never,
    writes: true,
  },
  {
    at: 'insertFrom(query, () => …)',
    run: (session, payload) =>
      loose(session.query(Item))['insertFrom']!(session.query(Note).filter({ id: 1 }), () => payload),
    answer: never,
    writes: true,
  },
  {
    at: 'insertFrom(query, (n) => ({ […]: n.text }))',
    run: (session, payload) =>
      loose(session.query(Item))['insertFrom']!(session.query(Note).filter({ id: 1 }), (n: Columns) => ({
        [key(payload)]: n['text'],
      })),
    answer: (payload) => (payload === 'text' ? OPEN : REFUSED),
    like: asIs,
    writes: true,
  },
];

const isNothing = (payload: unknown): boolean =>
  typeof payload === 'object' &&
  payload !== null &&
  Symbol.iterator in payload &&
  (payload as { length?: unknown }).length === 0;
const isKeys = (payload: unknown): boolean =>
  Buffer.isBuffer(payload) ||
  (Array.isArray(payload) && Array.from(payload as unknown[]).every((item) => holds('number', item)));
