/** Positions of what is computed, and of what is said about a query: values, functions, windows, tags, plans. */
import { caseWhen, cast, coalesce, concat, count, f, greatest, lag, ntile, rowNumber, value } from 'blazeorm';
import type { Session } from 'blazeorm';

import { engine } from '../../../src/testing/support/database.ts';
import { idsOf, loose, notes } from './loose.ts';
import type { Columns, Loose } from './loose.ts';
import { ROWS } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { harmless, holds } from './plain-data.ts';

type Untyped = (...args: readonly unknown[]) => Loose;
const untyped = (fn: unknown): Untyped => fn as Untyped;

const first = (session: Session): Loose => notes(session)['filter']!({ id: 1 });
/** What one expression is in the first row. */
const said = async (session: Session, make: (n: Columns) => unknown): Promise<unknown> => {
  const [found] = (await first(session)['values']!((n: Columns) => ({ said: make(n) }))) as { said: unknown }[];
  return found!.said;
};

const computed = (
  at: string,
  make: (n: Columns, payload: unknown) => unknown,
  answer: Position['answer'],
  more: Partial<Position> = {},
): Position => ({ at, run: (session, payload) => said(session, (n) => make(n, payload)), answer, ...more });

const never = (): Answer => REFUSED;
const isPlainValue = (payload: unknown): boolean =>
  (['text', 'big', 'flag', 'ratio', 'at', 'bytes'] as const).some((kind) => holds(kind, payload));
const isWhole = (payload: unknown, least: number): boolean => holds('number', payload) && (payload as number) >= least;
/** A text comes back; what other values come back as is asked elsewhere. */
const itself = (payload: unknown): Answer =>
  holds('text', payload) ? is(payload) : isPlainValue(payload) ? OPEN : REFUSED;
const text = (answer: (payload: string) => Answer) => (payload: unknown) =>
  holds('text', payload) ? answer(payload as string) : REFUSED;
const asIs = (payload: unknown): unknown => payload;
/** Integers of more than 32 bits are bound as such of 64. */
const asValue = (payload: unknown): unknown => (typeof payload === 'number' ? payload : harmless(payload));
const saysNothing = (payload: unknown): boolean =>
  payload === undefined ||
  (typeof payload === 'object' && payload !== null && !Array.isArray(payload) && Object.keys(payload).length === 0);

const functions: Position[] = [
  computed('value(…)', (_, payload) => untyped(value)(payload), itself, { like: asValue }),
  computed('value(…, f.text())', (_, payload) => untyped(value)(payload, f.text()), text(is)),
  computed(
    "value('x', …)",
    (_, payload) => untyped(value)('x', payload),
    (payload) => (payload === undefined ? OPEN : REFUSED),
    { like: asIs },
  ),
  computed(
    'coalesce(n.number, …)',
    (n, payload) => untyped(coalesce)(n['number'], payload),
    (payload) =>
      typeof payload === 'number' && Number.isFinite(payload)
        ? OPEN
        : typeof payload === 'bigint' && holds('big', payload)
          ? OPEN
          : REFUSED,
    { like: asValue },
  ),
  computed(
    'concat(…)',
    (_, payload) => untyped(concat)(payload, payload),
    text((given) => is(given + given)),
  ),
  computed('caseWhen(…, …)', (n, payload) => untyped(caseWhen)(n['id']!['eq']!(1), payload), itself, { like: asValue }),
  computed('caseWhen(condition …)', (_, payload) => untyped(caseWhen)(payload, 'x'), never),
  computed(
    "caseWhen(…, 'x').otherwise(…)",
    (n, payload) => untyped(caseWhen)(n['id']!['eq']!(2), 'x')['otherwise']!(payload),
    (payload) => (payload === null || payload === undefined ? is(null) : text(is)(payload)),
  ),
  computed(
    'greatest(n.text, …)',
    (n, payload) => untyped(greatest)(n['text'], payload),
    text(() => OPEN),
  ),
  computed('cast(n.text, …)', (n, payload) => untyped(cast)(n['text'], payload), never),
  computed('cast(…, f.int())', (_, payload) => untyped(cast)(payload, f.int()), never),
  computed(
    'cast(value(…), f.int())',
    (_, payload) => untyped(cast)(untyped(value)(payload, f.text()), f.int()),
    text(() => OPEN),
  ),
  computed(
    'n.text.position(…)',
    (n, payload) => n['text']!['concat']!('x', payload)['position']!(payload),
    text(() => OPEN),
  ),
  computed(
    'n.text.replace(…, …)',
    (n, payload) => n['text']!['concat']!(payload)['replace']!(payload, payload),
    text((given) => is(`${String(ROWS[0]!['text'])}${given}`)),
  ),
  computed(
    'n.text.padStart(3, …)',
    (n, payload) => n['text']!['padStart']!(2, payload),
    (payload) =>
      payload === undefined
        ? is(` ${String(ROWS[0]!['text'])}`)
        : holds('text', payload) && payload !== ''
          ? is(`${Array.from(payload as string)[0]}${String(ROWS[0]!['text'])}`)
          : REFUSED,
    { like: (payload) => payload ?? 'harmless' },
  ),
  ...['left', 'repeat', 'substring'].map((method): Position =>
    computed(
      `n.text.${method}(…)`,
      (n, payload) => n['text']![method]!(payload),
      (payload) =>
        isWhole(payload, method === 'substring' ? 1 : 0) && Number(payload) < 100
          ? OPEN
          : isWhole(payload, 0)
            ? OPEN
            : REFUSED,
      { like: asIs },
    ),
  ),
  computed(
    'count(n.id, { filter: … })',
    (n, payload) => untyped(count)(n['id'], { filter: payload }),
    (payload) => (payload === undefined ? OPEN : REFUSED),
    { like: asIs },
  ),
];

const windows: Position[] = [
  computed('rowNumber().over(…)', (_, payload) => loose(rowNumber())['over']!(payload), never),
  computed(
    'rowNumber().over({ orderBy: … })',
    (_, payload) => loose(rowNumber())['over']!({ orderBy: payload }),
    never,
  ),
  computed(
    'rowNumber().over({ partitionBy: … })',
    (n, payload) => loose(rowNumber())['over']!({ orderBy: n['id'], partitionBy: payload }),
    (payload) => (payload === undefined || (Array.isArray(payload) && payload.length === 0) ? OPEN : REFUSED),
    { like: asIs },
  ),
  computed(
    'count().over({ frame: … })',
    (n, payload) => untyped(count)(n['id'])['over']!({ orderBy: n['id'], frame: payload }),
    (payload) => (payload === undefined ? OPEN : REFUSED),
    { like: asIs },
  ),
  computed(
    'count().over({ frame: { rows: [… , 0] } })',
    (n, payload) => untyped(count)(n['id'])['over']!({ orderBy: n['id'], frame: { rows: [payload, 0] } }),
    (payload) =>
      payload === null ||
      (Number.isInteger(payload) && Math.abs(payload as number) < 2 ** 31 && (payload as number) <= 0)
        ? OPEN
        : REFUSED,
    { like: asIs },
  ),
  computed(
    'lag(n.id, …)',
    (n, payload) => untyped(lag)(n['id'], payload)['over']!({ orderBy: n['id'] }),
    (payload) => (payload === undefined || isWhole(payload, 0) ? OPEN : REFUSED),
    { like: asIs },
  ),
  computed(
    'lag(n.text, 1, …)',
    (n, payload) => untyped(lag)(n['text'], 1, payload)['over']!({ orderBy: n['id'] }),
    (payload) => (payload === undefined ? is(null) : engine === 'mariadb' ? REFUSED : text(is)(payload)),
    { like: (payload) => (payload === undefined ? payload : 'harmless') },
  ),
  computed(
    'ntile(…)',
    (n, payload) => untyped(ntile)(payload)['over']!({ orderBy: n['id'] }),
    (payload) => (isWhole(payload, 1) ? OPEN : REFUSED),
    { like: asIs },
  ),
];

/** A comment of pairs that hold nothing but what may stand in an address. */
const COMMENT = / \/\*(?:[\w.~%-]+='[\w.~%-]+'(?:,(?!\*))?)*\*\/$/;
const tagged = (at: string, tags: (payload: unknown) => unknown, answer: Position['answer']): Position => ({
  at: `tag(${at})`,
  run: (session, payload) => idsOf(first(session)['tag']!(tags(payload))),
  answer,
  like: () => 'harmless',
  plain: (sql) => sql.replace(COMMENT, ' /* tag */'),
});
const fits = (payload: unknown): boolean =>
  typeof payload === 'string' && payload !== '' && payload.isWellFormed() && payload.length < 240;

const sayings: Position[] = [
  tagged('…', asIs, (payload) =>
    fits(payload) ? is([1]) : typeof payload === 'string' && payload.length > 240 ? REFUSED : saysTags(payload),
  ),
  tagged(
    '{ […]: … }',
    (payload) => ({ [typeof payload === 'string' ? payload : '']: payload }),
    (payload) => (fits(payload) ? is([1]) : REFUSED),
  ),
  {
    at: 'explain(…)',
    run: (session, payload) => first(session)['explain']!(payload),
    answer: (payload) => (saysNothing(payload) ? OPEN : REFUSED),
    like: asIs,
    sends: 'any',
  },
  {
    at: 'explain({ analyze: … })',
    run: (session, payload) => first(session)['explain']!({ analyze: payload }),
    answer: (payload) => (payload === undefined || typeof payload === 'boolean' ? OPEN : REFUSED),
    like: asIs,
    sends: 'any',
  },
  {
    at: 'explain({ format: … })',
    run: (session, payload) => first(session)['explain']!({ format: payload }),
    answer: (payload) => (payload === undefined || payload === 'text' ? OPEN : REFUSED),
    like: asIs,
    sends: 'any',
  },
  { at: 'fetchMode(…)', run: (session, payload) => idsOf(first(session)['fetchMode']!(payload)), answer: never },
];

/** An object of texts is tags by their names; one of nothing adds none. */
function saysTags(payload: unknown): Answer {
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) return REFUSED;
  return Object.entries(payload).every(
    ([name, item]) => name !== '' && typeof item === 'string' && item !== '' && item.isWellFormed(),
  )
    ? OPEN
    : REFUSED;
}

export const COMPUTING: readonly Position[] = [...functions, ...windows, ...sayings];
