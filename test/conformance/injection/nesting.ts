/** Positions in prepared queries, in queries that follow a relation, and in those that stand inside of an expression. */
import { exists, oneOf, prepare, subquery } from 'blazeorm';
import type { Session } from 'blazeorm';

import { idsOf, loose, notes } from './loose.ts';
import type { Columns, Loose } from './loose.ts';
import { ROWS, Word, WORDS } from './models.ts';
import type { Row } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { holds } from './plain-data.ts';

const never = (): Answer => REFUSED;
const asIs = (payload: unknown): unknown => payload;
const nameOf = (payload: unknown): string => (typeof payload === 'string' ? payload : 'other');
const idsWhere = (rows: readonly Row[], test: (row: Row) => boolean): number[] =>
  rows.filter(test).map(({ id }) => id as number);
const words = (session: Session): Loose => loose(session.query(Word));

/** The rows that have this text. */
const withText =
  (rows: readonly Row[], nulls: Answer) =>
  (payload: unknown): Answer => {
    if (payload === null) return nulls;
    return holds('text', payload) ? is(idsWhere(rows, ({ text }) => text === payload)) : REFUSED;
  };

type Build = (query: Loose, parameters: Readonly<Record<string, unknown>>) => unknown;
type Prepared = { readonly all: (session: Session, given?: unknown) => unknown };
/** A prepared query of words: built once for all payloads. */
const prepared = (build: Build): Prepared =>
  (prepare as unknown as (model: unknown, build: Build) => Prepared)(Word, build);

const byText = prepared((query, p) => idsOf(query['filter']!({ text: p['text'] })));
const byTexts = prepared((query, p) => idsOf(query['filter']!({ text: oneOf(p['texts'] as never) })));
const ordered = prepared((query, p) =>
  idsOf(query['filter']!((w: Columns) => w['text']!['concat']!(p['end'])['eq']!('root'))),
);

const PREPARED: readonly Position[] = [
  {
    at: 'prepare(filter({ text: p.text })) { text: … }',
    run: (session, payload) => byText.all(session, { text: payload }),
    answer: withText(WORDS, REFUSED),
  },
  {
    at: 'prepare(filter({ text: oneOf(p.texts) })) { texts: … }',
    run: (session, payload) => byTexts.all(session, { texts: payload }),
    answer: (payload) =>
      Array.isArray(payload) && Array.from(payload as unknown[]).every((item) => holds('text', item))
        ? is(idsWhere(WORDS, ({ text }) => payload.includes(text)))
        : REFUSED,
  },
  {
    at: 'prepare(filter({ text: oneOf(p.texts) })) { texts: […] }',
    run: (session, payload) => byTexts.all(session, { texts: [payload] }),
    answer: withText(WORDS, REFUSED),
  },
  {
    at: 'prepare((w) => w.text.concat(p.end)) { end: … }',
    run: (session, payload) => ordered.all(session, { end: payload }),
    answer: (payload) => (holds('text', payload) ? is(payload === '' ? [1] : []) : REFUSED),
  },
  { at: 'prepare(…) …', run: (session, payload) => byText.all(session, payload), answer: never },
  {
    at: 'prepare(…) { text, …: … }',
    run: (session, payload) => byText.all(session, { [nameOf(payload)]: 'x', text: 'root' }),
    answer: (payload) => (payload === 'text' ? is([1]) : REFUSED),
    like: () => 'text',
  },
  {
    at: 'prepare(filter({ text: p[…] }))',
    run: (session, payload) => {
      const name = nameOf(payload);
      return prepared((query, p) => idsOf(query['filter']!({ text: p[name] }))).all(session, { [name]: 'harmless' });
    },
    answer: () => is(idsWhere(WORDS, ({ text }) => text === 'harmless')),
    like: asIs,
  },
  {
    at: 'prepare(() => …)',
    run: (session, payload) => prepared(() => payload).all(session),
    answer: never,
  },
];

/** Options that say nothing. */
const saysNothing = (payload: unknown): boolean =>
  payload === undefined || (typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0);
const isCount = (payload: unknown): boolean => Number.isSafeInteger(payload) && (payload as number) >= 0;
const tree = (session: Session, options: unknown): Loose =>
  words(session)['filter']!({ id: 1 })['recursive']!('children', options)['orderBy']!('id')['all']!();

const RECURSIVE: readonly Position[] = [
  {
    at: 'recursive(…)',
    run: (session, payload) => words(session)['recursive']!(payload)['all']!(),
    answer: never,
  },
  {
    at: "recursive('children', …)",
    run: (session, payload) => tree(session, payload),
    answer: (payload) => (saysNothing(payload) ? OPEN : REFUSED),
    like: asIs,
  },
  {
    at: "recursive('children', { depth: … })",
    run: (session, payload) => tree(session, { depth: payload }),
    answer: (payload) => (payload === undefined || isName(payload) ? OPEN : REFUSED),
  },
  {
    at: "recursive('children', { maxDepth: … })",
    run: (session, payload) => tree(session, { maxDepth: payload }),
    answer: (payload) => (payload === undefined || isCount(payload) ? OPEN : REFUSED),
    like: (payload) => (isCount(payload) ? 1 : payload),
  },
  {
    at: "filter({ text: … }).recursive('children')",
    run: (session, payload) => idsOf(words(session)['filter']!({ text: payload })['recursive']!('children')),
    answer: withText(WORDS, is([])),
  },
  {
    at: "recursive('children').filter({ text: … })",
    run: (session, payload) =>
      idsOf(words(session)['filter']!({ id: 1 })['recursive']!('children')['filter']!({ text: payload })),
    answer: withText(WORDS, is([])),
  },
];

/** A name that an entity may have beside those of its fields. */
const isName = (payload: unknown): boolean =>
  typeof payload === 'string' &&
  payload !== '' &&
  !['__proto__', 'id', 'text', 'kind', 'parent', 'children'].includes(payload);

const same = (session: Session, n: Columns, payload: unknown): Loose =>
  notes(session)['filter']!({ text: payload })['filter']!((m: Columns) => m['id']!['eq']!(n['id']));
const keyOf = (session: Session, payload: unknown): Loose =>
  notes(session)['filter']!({ text: payload })['orderBy']!('id')['limit']!(1)['valuesList']!('id', { flat: true });

const INSIDE: readonly Position[] = [
  {
    at: 'filter(() => exists(…))',
    run: (session, payload) => notes(session)['filter']!(() => exists(payload as never))['all']!(),
    answer: never,
  },
  {
    at: 'annotate(() => ({ x: subquery(…) }))',
    run: (session, payload) => notes(session)['annotate']!(() => ({ x: subquery(payload as never) }))['all']!(),
    answer: never,
  },
  {
    at: 'filter((n) => exists(filter({ text: … })))',
    run: (session, payload) =>
      idsOf(notes(session)['filter']!((n: Columns) => exists(same(session, n, payload) as never))),
    answer: withText(ROWS, is([])),
  },
  {
    at: 'exclude((n) => exists(filter({ text: … })))',
    run: (session, payload) =>
      idsOf(notes(session)['exclude']!((n: Columns) => exists(same(session, n, payload) as never))),
    answer: (payload) => {
      if (payload === null) return is(idsWhere(ROWS, () => true));
      return holds('text', payload) ? is(idsWhere(ROWS, ({ text }) => text !== payload)) : REFUSED;
    },
  },
  {
    at: 'values(() => ({ x: subquery(filter({ text: … })) }))',
    run: (session, payload) =>
      notes(session)['filter']!({ id: 1 })['values']!(() => ({ x: subquery(keyOf(session, payload) as never) })),
    answer: (payload) => {
      if (payload === null) return is([{ x: null }]);
      if (!holds('text', payload)) return REFUSED;
      return is([{ x: idsWhere(ROWS, ({ text }) => text === payload)[0] ?? null }]);
    },
  },
  {
    at: 'filter({ id: oneOf(filter({ text: … })) })',
    run: (session, payload) => idsOf(notes(session)['filter']!({ id: oneOf(keyOf(session, payload) as never) })),
    answer: (payload) => {
      if (payload === null) return is([]);
      return holds('text', payload) ? is(idsWhere(ROWS, ({ text }) => text === payload).slice(0, 1)) : REFUSED;
    },
  },
];

export const NESTING: readonly Position[] = [...PREPARED, ...RECURSIVE, ...INSIDE];
