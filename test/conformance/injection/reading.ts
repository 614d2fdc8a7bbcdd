/** Positions of queries at which a value may stand. */
import {
  and,
  arrayContains,
  arrayLength,
  arrayOverlaps,
  avg,
  between,
  contains,
  count,
  endsWith,
  exact,
  gt,
  gte,
  hasKey,
  icontains,
  iendsWith,
  iexact,
  iregex,
  isNull,
  istartsWith,
  jsonContains,
  jsonPath,
  lt,
  lte,
  not,
  oneOf,
  or,
  Q,
  regex,
  search,
  some,
  sql,
  startsWith,
  year,
} from 'blazeorm';
import type { Session } from 'blazeorm';

import { engine } from '../../../src/testing/support/database.ts';
import { idsOf, KINDS, loose, notes } from './loose.ts';
import type { Columns, Loose } from './loose.ts';
import { Note, Owner, OWNERS, Place, ROWS, Tag, TAGS } from './models.ts';
import type { Row } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { comparable, harmless, holds, isLike, same, throughJson } from './plain-data.ts';
import type { Kind } from './plain-data.ts';

const idsWhere = (test: (row: Row) => boolean): number[] => ROWS.filter(test).map(({ id }) => id as number);
const ALL = idsWhere(() => true);
/** Types are the compiler's: here everything is tried. */
const untyped = (make: unknown): ((value: unknown) => unknown) => make as (value: unknown) => unknown;

const filter = (session: Session, condition: unknown): Loose => idsOf(notes(session)['filter']!(condition));
const where = (
  at: string,
  condition: (payload: unknown) => unknown,
  answer: Position['answer'],
  more = {},
): Position => ({
  at: `filter(${at})`,
  run: (session, payload) => filter(session, condition(payload)),
  answer,
  ...more,
});
const by = (
  at: string,
  condition: (n: Columns, payload: unknown) => unknown,
  answer: Position['answer'],
  more = {},
): Position => where(`(n) => ${at}`, (payload) => (n: Columns) => condition(n, payload), answer, more);

/** The rows whose value is the payload; the rows without one for null, where that asks for them. */
function equal(kind: Kind, { nulls = true, objects = true } = {}) {
  return (payload: unknown): Answer => {
    if (payload === null) return nulls ? is(idsWhere((row) => row[kind] === null)) : REFUSED;
    if (kind === 'custom' && !holds(kind, payload))
      return typeof payload === 'object' && !Buffer.isBuffer(payload) ? REFUSED : OPEN;
    if (kind === 'data' && !objects && typeof payload === 'object') return REFUSED;
    return comparable(kind, payload) ? is(idsWhere((row) => same(kind, row[kind], payload))) : REFUSED;
  };
}

const compared =
  (kind: Kind) =>
  (payload: unknown): Answer => {
    if (kind === 'custom' && !holds(kind, payload))
      return typeof payload === 'object' && !Buffer.isBuffer(payload) ? REFUSED : OPEN;
    if (!holds(kind, payload)) return REFUSED;
    return is(
      idsWhere((row) => {
        const [a, b] = [sortable(kind, row[kind]), sortable(kind, payload)];
        return a !== undefined && b !== undefined && a >= b;
      }),
    );
  };

/** As something that JavaScript sorts as databases do; texts by their bytes. */
function sortable(kind: Kind, value: unknown): number | string | undefined {
  if (value === null || value === undefined) return undefined;
  if (kind === 'text' || kind === 'name') return Buffer.from(value as string).toString('hex');
  if (kind === 'bytes') return Buffer.from(value as Uint8Array).toString('hex');
  return typeof value === 'string' && kind !== 'price' ? value : Number(value);
}

/** Of these kinds databases have an order of their own. */
const ORDERED = (kind: Kind): boolean =>
  !['data', 'words', 'custom', 'flag', 'uid', 'bytes'].includes(kind) &&
  !(engine === 'postgres' && (kind === 'text' || kind === 'name' || kind === 'color'));

const fieldPositions = KINDS.flatMap((kind): Position[] => {
  // null is a value of JSON like others, which no row has here.
  const alone = (payload: unknown): Answer =>
    kind === 'data' && payload === null ? is([]) : equal(kind, { nulls: false })(payload);
  const listed = (payload: unknown): Answer => (kind === 'words' ? REFUSED : alone(payload));
  const each = (payload: unknown): Answer => {
    if (kind === 'words') return REFUSED;
    if (payload === Object(payload) && Symbol.iterator in Object(payload)) {
      const list = [...(payload as Iterable<unknown>)];
      if (kind === 'custom' && list.some((item) => !holds(kind, item))) return OPEN;
      return list.every((item) => comparable(kind, item) || (kind === 'data' && item === null))
        ? is(idsWhere((row) => list.some((item) => same(kind, row[kind], item))))
        : REFUSED;
    }
    return REFUSED;
  };
  return [
    where(`{ ${kind}: … }`, (payload) => ({ [kind]: payload }), equal(kind, { objects: false })),
    where(`{ ${kind}: exact(…) }`, (payload) => ({ [kind]: untyped(exact)(payload) }), equal(kind)),
    where(
      `{ ${kind}: not(exact(…)) }`,
      (payload) => ({ [kind]: untyped(not)(untyped(exact)(payload)) }),
      (payload) => {
        const answer = equal(kind)(payload);
        return answer.kind === 'is' ? is(ALL.filter((id) => !(answer.value as number[]).includes(id))) : answer;
      },
    ),
    where(`{ ${kind}: oneOf([…]) }`, (payload) => ({ [kind]: oneOf([payload]) }), listed),
    where(`{ ${kind}: oneOf(…) }`, (payload) => ({ [kind]: untyped(oneOf)(payload) }), each, {
      like: (payload: unknown) => (Array.isArray(payload) ? [sample(kind)] : [sample(kind)]),
    }),
    where(
      `{ ${kind}: isNull(…) }`,
      (payload) => ({ [kind]: untyped(isNull)(payload) }),
      (payload) =>
        payload === undefined || payload === true
          ? is(idsWhere((row) => row[kind] === null))
          : payload === false
            ? is(idsWhere((row) => row[kind] !== null))
            : REFUSED,
      { like: (payload: unknown) => payload ?? true },
    ),
    by(`n.${kind}.eq(…)`, (n, payload) => n[kind]!['eq']!(payload), equal(kind)),
    by(`n.${kind}.oneOf([…])`, (n, payload) => n[kind]!['oneOf']!([payload]), listed),
    by(
      `n.${kind}.between(…, …)`,
      (n, payload) => n[kind]!['between']!(payload, payload),
      ORDERED(kind)
        ? alone
        : (payload) => {
            const answer = alone(payload);
            return answer.kind === 'is' ? OPEN : answer;
          },
    ),
    ...(ORDERED(kind)
      ? [
          where(`{ ${kind}: gte(…) }`, (payload) => ({ [kind]: untyped(gte)(payload) }), compared(kind)),
          by(`n.${kind}.gte(…)`, (n, payload) => n[kind]!['gte']!(payload), compared(kind)),
        ]
      : []),
  ].map((position) => ({ ...position, like: position.like ?? likeOf(kind) }));
});

/** A value that a field of the kind takes. */
function sample(kind: Kind): unknown {
  return ROWS[1]![kind];
}

/** Of kinds with few forms always the same value; of others one of the payload's form. */
function likeOf(kind: Kind): (payload: unknown) => unknown {
  return (payload) => (payload === null || kind === 'data' || kind === 'words' ? harmlessIn(payload) : sample(kind));
}

/** The same with as many items; in JSON the form of a value is part of what is asked. */
function harmlessIn(payload: unknown): unknown {
  return harmless(payload);
}

/* ---------- texts ---------- */

/** Look-alikes in another case, as some database may see them: whatever is the same once it is upper, lower and decomposed. */
const wide = (text: unknown): string =>
  String(text)
    .normalize('NFKD')
    .toUpperCase()
    .toLowerCase()
    .replace(/[\u0300-\u036f\u0131]/g, (c) => (c === '\u0131' ? 'i' : ''));

function matched(least: (row: string, payload: string) => boolean, most = least) {
  return (payload: unknown): Answer => {
    if (!holds('text', payload)) return REFUSED;
    const found = (test: typeof least): number[] => idsWhere((row) => test(row['text'] as string, payload as string));
    return least === most ? is(found(least)) : { kind: 'between', least: found(least), most: found(most) };
  };
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');

const textPositions: Position[] = [
  ...(
    [
      ['contains', contains, (row: string, text: string) => row.includes(text), undefined],
      ['startsWith', startsWith, (row: string, text: string) => row.startsWith(text), undefined],
      ['endsWith', endsWith, (row: string, text: string) => row.endsWith(text), undefined],
      [
        'iexact',
        iexact,
        (row: string, text: string) => row === text,
        (row: string, text: string) => wide(row) === wide(text),
      ],
      [
        'icontains',
        icontains,
        (row: string, text: string) => row.includes(text),
        (row: string, text: string) => wide(row).includes(wide(text)),
      ],
      [
        'istartsWith',
        istartsWith,
        (row: string, text: string) => row.startsWith(text),
        (row: string, text: string) => wide(row).startsWith(wide(text)),
      ],
      [
        'iendsWith',
        iendsWith,
        (row: string, text: string) => row.endsWith(text),
        (row: string, text: string) => wide(row).endsWith(wide(text)),
      ],
    ] as const
  ).flatMap(([name, make, least, most]): Position[] => [
    where(`{ text: ${name}(…) }`, (payload) => ({ text: untyped(make)(payload) }), matched(least, most)),
    by(`n.text.${name}(…)`, (n, payload) => n['text']![name]!(payload), matched(least, most)),
  ]),
  where(
    '{ text: regex(escaped …) }',
    (payload) => ({ text: untyped(regex)(typeof payload === 'string' ? escaped(payload) : payload) }),
    (payload) =>
      holds('text', payload)
        ? (payload as string).length > 400 || payload === ''
          ? OPEN
          : matched((row, text) => row.includes(text))(payload)
        : REFUSED,
  ),
  // Patterns mean what they mean on each database; what is none is an error there.
  where(
    '{ text: regex(…) }',
    (payload) => ({ text: untyped(regex)(payload) }),
    (payload) => (holds('text', payload) ? OPEN : REFUSED),
  ),
  where(
    '{ text: iregex(…) }',
    (payload) => ({ text: untyped(iregex)(payload) }),
    (payload) => (holds('text', payload) ? OPEN : REFUSED),
  ),
  by(
    'n.text.regex(…)',
    (n, payload) => n['text']!['regex']!(payload),
    (payload) => (holds('text', payload) ? OPEN : REFUSED),
  ),
  where('{ text: search(…) }', (payload) => ({ text: untyped(search)(payload) }), searched),
  by('n.text.search(…)', (n, payload) => n['text']!['search']!(payload), searched),
  by(
    "n.text.concat(…).eq('harmless' + …)",
    (n, payload) =>
      n['text']!['concat']!(payload)['eq']!(`harmless${String(typeof payload === 'symbol' ? '' : payload)}`),
    (payload) =>
      holds('text', payload)
        ? is(idsWhere((row) => `${String(row['text'])}${String(payload)}` === `harmless${String(payload)}`))
        : REFUSED,
  ),
  by(
    'n.name.coalesce(…).eq(…)',
    (n, payload) => n['name']!['coalesce']!(payload)['eq']!(payload),
    equal('name', { nulls: false }),
  ),
];

/** Words and nothing else are searched for; where there is no index of words, every search is refused. */
function searched(payload: unknown): Answer {
  if (engine === 'sqlite' || !holds('text', payload)) return REFUSED;
  // One that stands behind a minus must not be there.
  const words = (payload as string).replaceAll(/(?<!\S)-[\p{L}\p{N}]+/gu, '').match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return REFUSED;
  if ((payload as string).length > 400) return OPEN;
  return {
    kind: 'between',
    least: [],
    most: idsWhere((row) => words.every((word) => wide(row['text']).includes(wide(word)))),
  };
}

/* ---------- relations, embedded values, whole conditions ---------- */

const owned = (id: unknown): Answer => is(idsWhere((row) => row['ownerId'] === id));
const ownedByKey = (payload: unknown): Answer =>
  payload === null ? is([]) : holds('number', payload) ? owned(payload) : REFUSED;
const namedOwner = (payload: unknown): Answer =>
  payload === null
    ? is([])
    : holds('text', payload)
      ? owned(OWNERS.indexOf(payload as string) + 1 || undefined)
      : REFUSED;
const tagged = (payload: unknown): Answer =>
  payload === null ? is([]) : holds('text', payload) ? is(payload === TAGS[0] ? ALL : []) : REFUSED;
const isEmpty = (payload: unknown): boolean => isPlain(payload) && Object.keys(payload as object).length === 0;

function isPlain(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null) return false;
  const prototype: unknown = Object.getPrototypeOf(payload);
  return (prototype === Object.prototype || prototype === null) && Object.getOwnPropertySymbols(payload).length === 0;
}

/** What a payload means as a whole filter: nothing but the names of fields and values of theirs. */
function asFilter(payload: unknown): Answer {
  if (!isPlain(payload)) return REFUSED;
  let ids = ALL;
  for (const [name, value] of Object.entries(payload as object)) {
    const answer =
      name === 'id'
        ? holds('number', value)
          ? is(idsWhere((row) => row['id'] === value))
          : REFUSED
        : name === 'owner'
          ? asOwner(value)
          : (KINDS as readonly string[]).includes(name)
            ? equal(name as Kind, { objects: false })(value)
            : REFUSED;
    if (answer.kind !== 'is') return answer;
    ids = ids.filter((id) => (answer.value as number[]).includes(id));
  }
  return is(ids);
}

function asOwner(value: unknown): Answer {
  if (!isPlain(value)) return ownedByKey(value);
  if (isEmpty(value)) return is(ALL);
  const { id, ...rest } = value as Record<string, unknown>;
  return Object.keys(rest).length === 0 && holds('number', id) ? owned(id) : REFUSED;
}

const opposite = (answer: Answer): Answer =>
  answer.kind === 'is' ? is(ALL.filter((id) => !(answer.value as number[]).includes(id))) : answer;
const asIs = (payload: unknown): unknown => payload;
const alike = { like: (payload: unknown) => (isPlain(payload) ? payload : {}) };

const conditionPositions: Position[] = [
  where('…', asIs, asFilter, alike),
  {
    ...where('…', asIs, asFilter, alike),
    at: 'where(…)',
    run: (session, payload) => idsOf(notes(session)['where']!(payload)),
  },
  {
    ...where('…', asIs, (payload) => opposite(asFilter(payload)), alike),
    at: 'exclude(…)',
    run: (session, payload) => idsOf(notes(session)['exclude']!(payload)),
  },
  where('Q.of(Note, …)', (payload) => Q.of(Note, payload as never), asFilter, alike),
  where('and(…, {})', (payload) => and(payload as never, {}), asFilter, alike),
  where('or(…, { id: -1 })', (payload) => or<Note>(payload as never, { id: -1 }), asFilter, alike),
  where(
    'not(…)',
    (payload) => not(payload as never),
    (payload) => opposite(asFilter(payload)),
    alike,
  ),
  where(
    '() => …',
    (payload) => () => payload,
    () => REFUSED,
  ),
  by(
    'n.id.eq(1).and(…)',
    (n, payload) => n['id']!['eq']!(1)['and']!(payload),
    () => REFUSED,
  ),
  by(
    'n.id.eq(1).or(…)',
    (n, payload) => n['id']!['eq']!(1)['or']!(payload),
    () => REFUSED,
  ),
  by(
    'n[…]',
    (n, payload) => n[typeof payload === 'string' ? payload : '?'],
    () => REFUSED,
  ),
  where('{ owner: … }', (payload) => ({ owner: payload }), asOwner, {
    like: (payload: unknown) => (isPlain(payload) || payload === null ? payload : 1),
  }),
  where('{ ownerId: … }', (payload) => ({ ownerId: payload }), ownedByKey),
  where('{ owner: { name: … } }', (payload) => ({ owner: { name: payload } }), namedOwner),
  where('{ owner: exact(…) }', (payload) => ({ owner: untyped(exact)(payload) }), ownedByKey),
  where(
    '{ owner: oneOf([…]) }',
    (payload) => ({ owner: untyped(oneOf)([payload]) }),
    (payload) => (payload === null ? REFUSED : ownedByKey(payload)),
  ),
  where(
    '{ tags: … }',
    (payload) => ({ tags: payload }),
    (payload) => (isEmpty(payload) ? is(ALL) : idOf(payload)),
    alike,
  ),
  where(
    '{ tags: some(…) }',
    (payload) => ({ tags: untyped(some)(payload) }),
    (payload) => (payload === undefined || isEmpty(payload) ? is(ALL) : idOf(payload)),
    alike,
  ),
  where('{ tags: { name: … } }', (payload) => ({ tags: { name: payload } }), tagged),
  by(
    'n.tags.some(…)',
    (n, payload) => n['tags']!['some']!(payload),
    (payload) => (payload === undefined || isEmpty(payload) ? is(ALL) : idOf(payload)),
    alike,
  ),
  by(
    'n.tags.filter({ name: … }).count().gte(1)',
    (n, payload) => n['tags']!['filter']!({ name: payload })['count']!()['gte']!(1),
    tagged,
  ),
  by('n.owner.name.eq(…)', (n, payload) => n['owner']!['name']!['eq']!(payload), namedOwner),
  where(
    '{ size: … }',
    (payload) => ({ size: payload }),
    (payload) => (payload === null ? is([]) : isEmpty(payload) ? is(ALL) : REFUSED),
    { like: asIs },
  ),
  where(
    '{ size: { label: … } }',
    (payload) => ({ size: { label: payload } }),
    (payload) =>
      payload === null ? is([]) : holds('text', payload) ? is(idsWhere((row) => row['label'] === payload)) : REFUSED,
  ),
  where(
    '{ size: { width: … } }',
    (payload) => ({ size: { width: payload } }),
    (payload) => (payload === null ? is([]) : holds('number', payload) ? is(payload === 1 ? ALL : []) : REFUSED),
  ),
  where(
    '{ at: year(…) }',
    (payload) => ({ at: untyped(year)(payload) }),
    (payload) => (payload === null ? OPEN : Number.isInteger(payload) && holds('number', payload) ? OPEN : REFUSED),
    { like: asIs },
  ),
];

/** A filter by the key of a tag. */
function idOf(payload: unknown): Answer {
  const { id, ...rest } = (isPlain(payload) ? payload : {}) as Record<string, unknown>;
  return Object.keys(rest).length === 0 && holds('number', id) ? is(id === 1 ? ALL : []) : REFUSED;
}

/* ---------- JSON and arrays ---------- */

const ofData = (test: (data: unknown) => boolean): Answer => is(idsWhere((row) => test(row['data'])));
const isScalar = (value: unknown): boolean =>
  holds('data', value) && typeof value !== 'object' && typeof value !== 'function';
/** MariaDB finds no key that begins with a minus, and says so. */
const unfound = (key: unknown): boolean => engine === 'mariadb' && typeof key === 'string' && key.startsWith('-');
/** Where the payload is a key in JSON. */
const KEYED = /jsonPath\(\[…\]|hasKey|jsonContains\(\{|data\.path/;
const withKeys = (position: Position): Position =>
  KEYED.test(position.at)
    ? { ...position, answer: (payload) => (unfound(payload) ? REFUSED : position.answer(payload)) }
    : position;
const member = (data: unknown, key: string): unknown =>
  typeof data === 'object' && data !== null && Object.hasOwn(data, key)
    ? (data as Record<string, unknown>)[key]
    : undefined;
const isPosition = (value: unknown): boolean =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) < 2 ** 31;

/** What counts is the form that a value has in JSON. */
const asJson = {
  like: (payload: unknown) => (JSON.stringify(payload) === undefined ? undefined : harmless(throughJson(payload))),
};

const jsonPositions: Position[] = [
  where(
    "{ data: jsonPath([…], 'harmless') }",
    (payload) => ({ data: jsonPath([payload as string], 'harmless') }),
    (payload) =>
      holds('text', payload)
        ? ofData((data) => member(data, payload as string) === 'harmless')
        : isPosition(payload)
          ? is([])
          : REFUSED,
  ),
  where(
    '{ data: jsonPath([…], …) }',
    (payload) => ({ data: jsonPath([payload as string], payload as string) }),
    (payload) =>
      holds('text', payload)
        ? ofData((data) => member(data, payload as string) === payload)
        : isPosition(payload)
          ? is([])
          : REFUSED,
  ),
  where(
    '{ data: jsonPath([], …) }',
    (payload) => ({ data: jsonPath([], payload as string) }),
    (payload) => (payload === null ? is([]) : isScalar(payload) ? ofData((data) => data === payload) : REFUSED),
  ),
  where(
    "{ data: jsonPath(…, 'x') }",
    (payload) => ({ data: jsonPath(payload as string[], 'x') }),
    (payload) =>
      Array.isArray(payload) &&
      Array.from(payload as unknown[]).every((step) => holds('text', step) || isPosition(step))
        ? is([])
        : REFUSED,
  ),
  where(
    "{ data: jsonPath(['harmless'], startsWith(…)) }",
    (payload) => ({ data: jsonPath(['harmless'], untyped(startsWith)(payload) as never) }),
    (payload) =>
      holds('text', payload)
        ? ofData(
            (data) =>
              String(member(data, 'harmless')).startsWith(payload as string) && member(data, 'harmless') !== undefined,
          )
        : REFUSED,
  ),
  where(
    '{ data: hasKey(…) }',
    (payload) => ({ data: untyped(hasKey)(payload) }),
    (payload) => (holds('text', payload) ? ofData((data) => member(data, payload as string) !== undefined) : REFUSED),
  ),
  where(
    '{ data: jsonContains({ […]: … }) }',
    (payload) => ({ data: jsonContains(typeof payload === 'string' ? { [payload]: payload } : { harmless: payload }) }),
    (payload) => {
      if (holds('text', payload)) return ofData((data) => member(data, payload as string) === payload);
      // JSON would write these as null.
      if (typeof payload === 'number' && !Number.isFinite(payload)) return REFUSED;
      return containable({ harmless: payload });
    },
    asJson,
  ),
  where(
    '{ data: jsonContains(…) }',
    (payload) => ({ data: jsonContains(payload) }),
    (payload) => (holds('text', payload) ? ofData((data) => data === payload) : containable(payload)),
    asJson,
  ),
  by(
    'n.data.path(…).eq(…)',
    (n, payload) => n['data']!['path']!(payload)['eq']!(payload),
    (payload) =>
      holds('text', payload)
        ? ofData((data) => member(data, payload as string) === payload)
        : isPosition(payload)
          ? is([])
          : REFUSED,
  ),
  by(
    "n.data.path('harmless', …).asText().isNull()",
    (n, payload) => n['data']!['path']!('harmless', payload)['asText']!()['isNull']!(),
    (payload) => (holds('text', payload) || isPosition(payload) ? is(ALL) : REFUSED),
  ),
  by(
    'n.data.hasKey(…)',
    (n, payload) => n['data']!['hasKey']!(payload),
    (payload) => (holds('text', payload) ? ofData((data) => member(data, payload as string) !== undefined) : REFUSED),
  ),
  ...(
    [
      ['arrayContains', arrayContains],
      ['arrayOverlaps', arrayOverlaps],
    ] as const
  ).flatMap(([name, make]): Position[] => [
    where(
      `{ words: ${name}([…]) }`,
      (payload) => ({ words: make([payload]) }),
      (payload) =>
        holds('text', payload)
          ? is(idsWhere((row) => ((row['words'] ?? []) as string[]).includes(payload as string)))
          : REFUSED,
    ),
    by(
      `n.words.${name}([…])`,
      (n, payload) => n['words']![name]!([payload]),
      (payload) =>
        holds('text', payload)
          ? is(idsWhere((row) => ((row['words'] ?? []) as string[]).includes(payload as string)))
          : REFUSED,
    ),
    where(
      `{ words: ${name}(…) }`,
      (payload) => ({ words: untyped(make)(payload) }),
      (payload) => (isListOfTexts(payload) ? OPEN : REFUSED),
      {
        like: () => ['harmless'],
      },
    ),
  ]),
  where(
    '{ words: arrayLength(…) }',
    (payload) => ({ words: untyped(arrayLength)(payload) }),
    (payload) =>
      payload === null
        ? OPEN
        : holds('number', payload)
          ? is(idsWhere((row) => (row['words'] as unknown[] | null)?.length === payload))
          : REFUSED,
  ),
];

/** Whether every item is a text, which a set may hold as well as a list. */
function isListOfTexts(payload: unknown): boolean {
  if (typeof payload !== 'object' || payload === null || !(Symbol.iterator in payload)) return false;
  try {
    return [...(payload as Iterable<unknown>)].every((item) => holds('text', item));
  } catch {
    return false;
  }
}

/** JSON that no row contains; arrays in arrays, and what is no JSON, are refused. */
function containable(payload: unknown): Answer {
  if (payload !== null && !comparable('data', payload)) return REFUSED;
  const plain = throughJson(payload);
  if (hasDeepArray(plain)) return REFUSED;
  if (isEmpty(plain) || JSON.stringify(payload).length > 1_000) return OPEN;
  return is(idsWhere((row) => containsAll(row['data'], plain)));
}

function hasDeepArray(value: unknown): boolean {
  if (Array.isArray(value)) return value.some((item) => typeof item === 'object' && item !== null);
  return typeof value === 'object' && value !== null && Object.values(value).some(hasDeepArray);
}

function containsAll(data: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) return Array.isArray(data) && wanted.every((item) => data.includes(item));
  if (typeof wanted !== 'object' || wanted === null) return data === wanted;
  if (typeof data !== 'object' || data === null) return false;
  return Object.entries(wanted).every(([key, item]) => containsAll(member(data, key), item));
}

/* ---------- keys, raw SQL, functions ---------- */

const isSqlValue = (payload: unknown): boolean =>
  holds('text', payload) ||
  holds('big', payload) ||
  holds('flag', payload) ||
  Number.isFinite(payload) ||
  holds('at', payload) ||
  holds('bytes', payload);

/** An integer of more than 32 bits is bound as one of 64. */
const asValue = (payload: unknown): unknown =>
  Number.isSafeInteger(payload) && (payload as number) >= 2 ** 31 ? 2 ** 40 : harmless(payload);

const otherPositions: Position[] = [
  ...(['get', 'getOrFail'] as const).map((call): Position => ({
    at: `session.${call}(Note, …)`,
    run: async (session, payload) =>
      await loose(session)[call]!(Note, payload).then((found) => (found as Note | null)?.text ?? null),
    answer: (payload) => {
      if (!holds('number', payload)) return REFUSED;
      const row = ROWS.find(({ id }) => id === payload);
      return row === undefined && call === 'getOrFail' ? OPEN : is(row?.['text'] ?? null);
    },
    like: () => 1,
  })),
  {
    at: 'session.get(Place, [… , 1])',
    run: async (session, payload) => (await session.get(Place, [payload as string, 1]))?.text ?? null,
    answer: (payload) => (holds('text', payload) ? is(null) : REFUSED),
  },
  {
    at: 'session.get(Place, …)',
    run: (session, payload) => session.get(Place, payload as never),
    answer: () => REFUSED,
  },
  {
    at: 'query(Note).get(…)',
    run: async (session, payload) => notes(session)['get']!(payload),
    answer: (payload) => (asFilter(payload).kind === 'refused' ? REFUSED : OPEN),
    like: () => ({ id: 1 }),
  },
  {
    at: 'query(…)',
    run: (session, payload) => loose(session)['query']!(payload),
    answer: () => REFUSED,
  },
  {
    like: asValue,
    at: 'sql`… = ${…}`',
    run: (session, payload) => filter(session, (n: Note) => sql<boolean>`${n.text} = ${payload}`),
    answer: (payload) => {
      if (holds('text', payload)) return is(idsWhere((row) => row['text'] === payload));
      return payload === null ? is([]) : isSqlValue(payload) ? OPEN : REFUSED;
    },
  },
  {
    like: asValue,
    at: 'session.sql`… ${…}`',
    run: (session, payload) =>
      session.sql`SELECT COUNT(*) AS n FROM note WHERE text = ${payload}`.then(([row]) => Number(row!['n'])),
    answer: (payload) => {
      if (holds('text', payload)) return is(ROWS.filter((row) => row['text'] === payload).length);
      return payload === null ? is(0) : isSqlValue(payload) ? OPEN : REFUSED;
    },
  },
  {
    like: asValue,
    at: 'values(sql`${…}`)',
    run: async (session, payload) => {
      const set = session
        .query(Note)
        .filter({ id: 1 })
        .values(() => ({ said: sql<string>`${payload}` }));
      return (await set).map(({ said }) => said);
    },
    answer: (payload) =>
      payload === null ? is([null]) : holds('text', payload) ? is([payload]) : isSqlValue(payload) ? OPEN : REFUSED,
  },
  {
    at: 'sql(…)',
    run: (session, payload) => filter(session, () => (sql as unknown as (given: unknown) => unknown)(payload)),
    answer: notATemplate,
    like: asIs,
  },
  {
    at: 'session.sql(…)',
    run: (session, payload) => (session.sql as unknown as (given: unknown) => unknown)(payload),
    answer: notATemplate,
    like: asIs,
  },
  {
    at: 'n.number.plus(…).eq(2)',
    run: (session, payload) => filter(session, (n: Columns) => n['number']!['plus']!(payload)['gt']!(1_000_000)),
    answer: (payload) =>
      typeof payload === 'number' && Number.isFinite(payload) ? OPEN : typeof payload === 'bigint' ? OPEN : REFUSED,
  },
  {
    at: 'n.price.times(…).gt(0)',
    run: (session, payload) => filter(session, (n: Columns) => n['price']!['times']!(payload)['isNotNull']!()),
    answer: (payload) => (['number', 'bigint', 'string'].includes(typeof payload) ? OPEN : REFUSED),
    like: asIs,
  },
  {
    at: 'n.ratio.round(…)',
    run: (session, payload) => filter(session, (n: Columns) => n['ratio']!['round']!(payload)['lt']!(0)),
    answer: (payload) =>
      payload === undefined || (Number.isInteger(payload) && (payload as number) >= 0 && (payload as number) <= 15)
        ? is([])
        : REFUSED,
    like: asIs,
  },
  {
    at: 'count(…)',
    run: (session, payload) => loose(session.query(Note))['aggregate']!(() => ({ n: untyped(count)(payload) })),
    // An object alone is options.
    answer: (payload) => (payload === undefined || isEmptyRecord(payload) ? is({ n: ROWS.length }) : REFUSED),
    like: asIs,
  },
  {
    at: 'avg(n.number, …)',
    run: (session, payload) =>
      loose(session.query(Note))['aggregate']!((n: Columns) => ({
        n: (avg as unknown as (...args: unknown[]) => unknown)(n['number'], payload),
      })),
    answer: (payload) => (payload === undefined || isEmptyRecord(payload) || isDistinct(payload) ? OPEN : REFUSED),
    like: asIs,
  },
  {
    at: 'query(Owner).filter({ notes: { text: … } })',
    run: (session, payload) => loose(session.query(Owner))['filter']!({ notes: { text: payload } })['count']!(),
    answer: (payload) =>
      payload === null
        ? is(0)
        : holds('text', payload)
          ? is(new Set(ROWS.filter((row) => row['text'] === payload).map(({ ownerId }) => ownerId)).size)
          : REFUSED,
  },
  {
    at: 'between(…, …) of a key',
    run: (session, payload) => filter(session, { id: between(payload as number, payload as number) }),
    answer: (payload) => (holds('number', payload) ? is(idsWhere((row) => row['id'] === payload)) : REFUSED),
  },
  ...(
    [
      ['gt', gt],
      ['lt', lt],
      ['lte', lte],
    ] as const
  ).map(([name, make]): Position => ({
    at: `{ id: ${name}(…) }`,
    run: (session, payload) => filter(session, { id: untyped(make)(payload) }),
    answer: (payload) =>
      holds('number', payload)
        ? is(
            idsWhere(({ id }) =>
              name === 'gt'
                ? Number(id) > Number(payload)
                : name === 'lt'
                  ? Number(id) < Number(payload)
                  : Number(id) <= Number(payload),
            ),
          )
        : REFUSED,
  })),
  {
    at: 'query(Tag).filter({ name: … })',
    run: (session, payload) => loose(session.query(Tag))['filter']!({ name: payload })['count']!(),
    answer: (payload) =>
      payload === null ? is(0) : holds('text', payload) ? is(TAGS.includes(payload as string) ? 1 : 0) : REFUSED,
  },
];

/** A list that stands as if the tag had been called by a template is one only where code made it. */
function notATemplate(payload: unknown): Answer {
  return Array.isArray(payload) && Object.hasOwn(payload, 'raw') ? OPEN : REFUSED;
}

const isEmptyRecord = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0;
const isDistinct = (payload: unknown): boolean => isLike(payload, '{"distinct":true}');

export const READING: readonly Position[] = [
  ...fieldPositions,
  ...textPositions,
  ...conditionPositions,
  ...jsonPositions.map(withKeys),
  ...otherPositions,
];
