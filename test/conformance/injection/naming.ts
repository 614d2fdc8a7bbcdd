/** Positions at which a query takes names, numbers and options. */
import { prefetch, sql } from 'blazeorm';
import type { Session } from 'blazeorm';

import { engine } from '../../../src/testing/support/database.ts';
import { idsOf, KINDS, loose, notes } from './loose.ts';
import type { Columns, Loose } from './loose.ts';
import { Owner, ROWS } from './models.ts';
import type { Note } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { holds, isLike } from './plain-data.ts';

/** Of all names those of columns are these, and these have a relation's meaning. */
const COLUMNS = new Set<unknown>(['id', ...KINDS]);
const RELATIONS = new Set<unknown>(['owner', 'tags', 'owner.notes', 'tags.notes']);
const asIs = (payload: unknown): unknown => payload;
const few = (session: Session): Loose => notes(session)['filter']!({ id: 1 });

const position = (
  at: string,
  run: (session: Session, payload: unknown) => unknown,
  answer: Position['answer'],
  more: Partial<Position> = {},
): Position => ({
  at,
  run,
  answer,
  like: asIs,
  ...more,
});

/** Open for one of the names, refused for whatever else. */
const oneOf =
  (names: ReadonlySet<unknown>) =>
  (payload: unknown): Answer =>
    names.has(payload) ? OPEN : REFUSED;
const never = (): Answer => REFUSED;
const whole =
  (least: number, most = Number.MAX_SAFE_INTEGER) =>
  (payload: unknown): boolean =>
    Number.isSafeInteger(payload) && (payload as number) >= least && (payload as number) <= most;
const isRecord = (payload: unknown): payload is Readonly<Record<string, unknown>> =>
  typeof payload === 'object' && payload !== null && !Array.isArray(payload);
const isEmpty = (payload: unknown): boolean => isRecord(payload) && Object.keys(payload).length === 0;

const names: Position[] = [
  position(
    'orderBy(…)',
    (session, payload) => few(session)['orderBy']!(payload)['valuesList']!('id'),
    (payload) => (COLUMNS.has(payload) || payload === '-id' ? OPEN : REFUSED),
  ),
  position(
    "orderBy('-' + …)",
    (session, payload) =>
      few(session)['orderBy']!(typeof payload === 'string' ? `-${payload}` : payload)['valuesList']!('id'),
    oneOf(COLUMNS),
  ),
  position('orderBy(() => …)', (session, payload) => few(session)['orderBy']!(() => payload)['all']!(), never),
  position(
    'orderBy(n.id.asc({ nulls: … }))',
    (session, payload) => few(session)['orderBy']!((n: Columns) => n['id']!['asc']!({ nulls: payload }))['all']!(),
    (payload) => (payload === undefined ? OPEN : REFUSED),
  ),
  position(
    'orderBy(n.id.desc(…))',
    (session, payload) => few(session)['orderBy']!((n: Columns) => n['id']!['desc']!(payload))['all']!(),
    (payload) => (payload === undefined || isEmpty(payload) || isLike(payload, '[]') ? OPEN : REFUSED),
  ),
  position('values(…)', (session, payload) => few(session)['values']!(payload), oneOf(COLUMNS)),
  position("values('id', …)", (session, payload) => few(session)['values']!('id', payload), oneOf(COLUMNS)),
  position(
    "values('id').orderBy(…)",
    (session, payload) => few(session)['values']!('id')['orderBy']!(payload),
    oneOf(new Set(['id', '-id'])),
  ),
  position('values(() => …)', (session, payload) => few(session)['values']!(() => payload), never),
  position('values(() => ({ n: … }))', (session, payload) => few(session)['values']!(() => ({ n: payload })), never),
  position(
    'values((n) => ({ […]: n.id }))',
    (session, payload) => few(session)['values']!((n: Columns) => Object.fromEntries([[key(payload), n['id']]])),
    (payload) => (key(payload) === '__proto__' ? REFUSED : is([{ [key(payload)]: 1 }])),
    { like: () => 'harmless' },
  ),
  position(
    'values((n) => ({ […]: n.id })).orderBy(…)',
    (session, payload) =>
      few(session)['values']!((n: Columns) => Object.fromEntries([[key(payload), n['id']]]))['orderBy']!(key(payload))[
        'distinct'
      ]!(),
    (payload) => (key(payload) === '__proto__' || key(payload).startsWith('-') ? REFUSED : is([{ [key(payload)]: 1 }])),
    { like: () => 'harmless' },
  ),
  position(
    'valuesList(…)',
    (session, payload) => few(session)['valuesList']!(payload),
    (payload) => (COLUMNS.has(payload) || isEmpty(payload) ? OPEN : REFUSED),
  ),
  position(
    "valuesList('id', …)",
    (session, payload) => few(session)['valuesList']!('id', payload),
    (payload) =>
      COLUMNS.has(payload) || isEmpty(payload) || (isRecord(payload) && isLike(payload, '{"flat":true}'))
        ? OPEN
        : REFUSED,
  ),
  position(
    "valuesList('id', { flat: … })",
    (session, payload) => few(session)['valuesList']!('id', { flat: payload }),
    (payload) => (payload === undefined || typeof payload === 'boolean' ? OPEN : REFUSED),
  ),
  position('only(…)', (session, payload) => few(session)['only']!(payload)['all']!(), oneOf(COLUMNS)),
  position('defer(…)', (session, payload) => few(session)['defer']!(payload)['all']!(), oneOf(COLUMNS)),
  position('annotate(…)', (session, payload) => few(session)['annotate']!(payload)['all']!(), never),
  position('annotate(() => …)', (session, payload) => few(session)['annotate']!(() => payload)['all']!(), never),
  position(
    'annotate((n) => ({ […]: n.id }))',
    async (session, payload) => {
      const [note] = (await few(session)['annotate']!((n: Columns) =>
        Object.fromEntries([[key(payload), n['id']]]),
      )) as Record<string, unknown>[];
      return note![key(payload)];
    },
    (payload) => (mayAnnotate(key(payload)) ? is(1) : REFUSED),
    { like: () => 'harmless' },
  ),
  position(
    'aggregate((n) => ({ […]: n.id.max() }))',
    (session, payload) =>
      few(session)['aggregate']!(() => Object.fromEntries([[key(payload), sql<number>`MAX(${1})`]])),
    (payload) => (key(payload) === '__proto__' ? REFUSED : OPEN),
    { like: () => 'harmless' },
  ),
  position('aggregate(() => …)', (session, payload) => few(session)['aggregate']!(() => payload), never),
  position(
    'selectRelated(…)',
    (session, payload) => few(session)['selectRelated']!(payload)['all']!(),
    oneOf(new Set(['owner'])),
  ),
  position(
    'selectRelated(deep …)',
    (session, payload) => few(session)['selectRelated']!(`owner.${text(payload)}`)['all']!(),
    never,
  ),
  position(
    'prefetchRelated(…)',
    (session, payload) => few(session)['prefetchRelated']!(payload)['all']!(),
    oneOf(RELATIONS),
    { sends: 'any' },
  ),
  position(
    'prefetch(…)',
    (session, payload) =>
      few(session)['prefetchRelated']!((prefetch as unknown as (path: unknown) => unknown)(payload))['all']!(),
    oneOf(RELATIONS),
    { sends: 'any' },
  ),
  position(
    "prefetch('tags', …)",
    (session, payload) =>
      few(session)['prefetchRelated']!((prefetch as unknown as (...args: unknown[]) => unknown)('tags', payload))[
        'all'
      ]!(),
    (payload) => (payload === undefined || isEmpty(payload) ? OPEN : REFUSED),
    { sends: 'any' },
  ),
  position(
    "prefetch('tags', { as: … })",
    async (session, payload) => {
      const named = (prefetch as unknown as (...args: unknown[]) => unknown)('tags', { as: payload }, (tags: Loose) =>
        tags['filter']!({ id: 1 }),
      );
      const [note] = (await few(session)['prefetchRelated']!(named)) as Record<string, unknown>[];
      return (note![payload as string] as unknown[]).length;
    },
    (payload) => (typeof payload === 'string' && payload !== '' && mayAnnotate(payload) ? is(1) : REFUSED),
    { like: () => 'harmless', sends: 'any' },
  ),
  position(
    "prefetch('tags', { as: 'some', limitPerParent: … })",
    (session, payload) =>
      few(session)['prefetchRelated']!(
        (prefetch as unknown as (...args: unknown[]) => unknown)(
          'tags',
          { as: 'some', limitPerParent: payload },
          (tags: Loose) => tags['orderBy']!('name'),
        ),
      )['all']!(),
    (payload) => (payload === undefined || whole(0)(payload) ? OPEN : REFUSED),
    { sends: 'any' },
  ),
  position(
    "prefetch('tags', { as: 'some' }, () => …)",
    (session, payload) =>
      few(session)['prefetchRelated']!(
        (prefetch as unknown as (...args: unknown[]) => unknown)('tags', { as: 'some' }, () => payload),
      )['all']!(),
    never,
    { sends: 'any' },
  ),
  position('scoped(…)', (session, payload) => few(session)['scoped']!(payload)['all']!(), never),
  position(
    "scoped('named', …)",
    (session, payload) => idsOf(notes(session)['scoped']!('named', payload)),
    (payload) =>
      payload === null
        ? is(ROWS.filter((row) => row['name'] === null).map(({ id }) => id))
        : holds('name', payload)
          ? is(ROWS.filter((row) => row['name'] === payload).map(({ id }) => id))
          : REFUSED,
    { like: (payload) => (payload === null ? null : 'harmless') },
  ),
  position('unscoped(…)', (session, payload) => few(session)['unscoped']!(payload)['all']!(), never),
  position(
    'using(…)',
    (session, payload) => few(session)['using']!(payload)['all']!(),
    oneOf(new Set(['primary', 'replica'])),
  ),
  position('forUpdate(…)', (session, payload) => few(session)['forUpdate']!(payload)['all']!(), locks),
  position('forShare(…)', (session, payload) => few(session)['forShare']!(payload)['all']!(), locks),
  ...['of', 'skipLocked', 'noWait'].map((option) =>
    position(
      `forUpdate({ ${option}: … })`,
      (session, payload) => few(session)['forUpdate']!({ [option]: payload })['all']!(),
      (payload) =>
        payload === undefined || (option !== 'of' && typeof payload === 'boolean') ? locks(undefined) : REFUSED,
    ),
  ),
  ...['timeout', 'signal'].map((call) =>
    position(
      `${call}(…)`,
      (session, payload) => few(session)[call]!(payload)['all']!(),
      (payload) =>
        call === 'timeout' && typeof payload === 'number' && payload >= 1 && payload < 2 ** 31 ? OPEN : REFUSED,
      { like: () => 60_000 },
    ),
  ),
];

/** Rows are locked in transactions, and on SQLite not at all. */
function locks(payload: unknown): Answer {
  return payload === undefined || isEmpty(payload) ? OPEN : REFUSED;
}

/** A name for what is computed: any, unless an entity has something by that name. */
function mayAnnotate(name: string): boolean {
  const own = ['owner', 'ownerId', 'tags', 'size', 'pk', 'load', 'toJSON'];
  return !COLUMNS.has(name) && !own.includes(name) && !(name in {});
}

function text(payload: unknown): string {
  return typeof payload === 'string' ? payload : '?';
}

/** A payload as the name of something. */
function key(payload: unknown): string {
  return typeof payload === 'string' ? payload : `(${typeof payload})`;
}

/* ---------- numbers and pages ---------- */

/** Limits that are small are part of the text on PostgreSQL. */
const shaped = { plain: (sql: string) => sql.replace(/LIMIT \d+/, 'LIMIT ?') };

/** What somebody may write into a cursor. */
function inCursor(list: readonly unknown[]): string {
  try {
    return JSON.stringify(list, (_, item: unknown) => (typeof item === 'bigint' ? String(item) : item));
  } catch {
    // What is no JSON cannot be sent by anybody.
    return '[]';
  }
}

const numbers: Position[] = [
  position(
    'limit(…)',
    (session, payload) => idsOf(notes(session)['limit']!(payload)),
    (payload) => (whole(0)(payload) ? is(ROWS.slice(0, payload as number).map(({ id }) => id)) : REFUSED),
    shaped,
  ),
  position(
    'offset(…)',
    (session, payload) => idsOf(notes(session)['offset']!(payload)),
    (payload) => (whole(0)(payload) ? is(ROWS.slice(payload as number).map(({ id }) => id)) : REFUSED),
    shaped,
  ),
  position(
    "values('id').limit(…)",
    (session, payload) => notes(session)['values']!('id')['limit']!(payload),
    (payload) => (whole(0)(payload) ? OPEN : REFUSED),
  ),
  position(
    "values('id').offset(…)",
    (session, payload) => notes(session)['values']!('id')['offset']!(payload),
    (payload) => (whole(0)(payload) ? OPEN : REFUSED),
  ),
  position(
    'iterate({ batchSize: … })',
    async (session, payload) => {
      const ids: unknown[] = [];
      for await (const note of few(session)['iterate']!({ batchSize: payload }) as unknown as AsyncIterable<Note>)
        ids.push(note.id);
      return ids;
    },
    (payload) => (payload === undefined || (Number.isInteger(payload) && (payload as number) >= 1) ? OPEN : REFUSED),
  ),
  position(
    'page(…)',
    (session, payload) => few(session)['page']!(payload),
    (payload) => (isRecord(payload) && isLike(payload, '{"first":1}') ? OPEN : REFUSED),
  ),
  ...['first', 'last'].map((option) =>
    position(
      `page({ ${option}: … })`,
      (session, payload) => few(session)['page']!({ [option]: payload }),
      (payload) => (whole(0, Number.MAX_SAFE_INTEGER - 1)(payload) ? OPEN : REFUSED),
    ),
  ),
  position(
    'page({ first: 1, after: … })',
    (session, payload) => few(session)['page']!({ first: 1, after: payload }),
    (payload) => (payload === undefined || payload === null ? OPEN : REFUSED),
  ),
  position(
    'page({ last: 1, before: … })',
    (session, payload) => few(session)['page']!({ last: 1, before: payload }),
    (payload) => (payload === undefined || payload === null ? OPEN : REFUSED),
  ),
  position(
    'page({ first: 1, totalCount: … })',
    (session, payload) => few(session)['page']!({ first: 1, totalCount: payload }),
    (payload) => (payload === undefined || typeof payload === 'boolean' ? OPEN : REFUSED),
    { sends: 'any' },
  ),
  // A cursor that somebody wrote: of this order, with a value of theirs.
  position(
    'page({ after: a cursor with … })',
    async (session, payload) => {
      const query = loose(session.query(Owner))['orderBy']!('name');
      const { pageInfo } = (await query['page']!({ first: 1 })) as unknown as { pageInfo: { startCursor: string } };
      const [signature] = JSON.parse(Buffer.from(pageInfo.startCursor, 'base64url').toString()) as [string];
      const forged = Buffer.from(inCursor([signature, payload, 1])).toString('base64url');
      const { items } = (await query['page']!({ first: 9, after: forged })) as unknown as { items: Owner[] };
      return items.map(({ name }) => name).filter((name) => name !== 'Ann' && !name.startsWith('Bob'));
    },
    (payload) => {
      const value = JSON.parse(inCursor([payload])) as unknown[];
      return holds('text', value[0]) && (value[0] as string).length < 1_000 ? is([]) : OPEN;
    },
    { prepared: 1, like: () => 'harmless', sends: 2 },
  ),
];

/* ---------- identifiers ---------- */

const quote = (name: string): string =>
  engine === 'mysql' || engine === 'mariadb' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;
/** The statement with the name that the payload gave taken out. */
const withoutName = (statement: string, payload: unknown): string =>
  typeof payload === 'string' ? statement.replaceAll(quote(payload), '(name)') : statement;
const isName = (payload: unknown): boolean => holds('text', payload) && payload !== '';

const identifiers: Position[] = [
  position(
    'session.sql.id(…)',
    async (session, payload) => {
      const [row] = await session.sql`SELECT 1 AS ${session.sql.id(payload as string)}`;
      return Object.keys(row!).length;
    },
    (payload) => (isName(payload) ? OPEN : REFUSED),
    { plain: withoutName, like: () => 'harmless' },
  ),
  position(
    "session.sql.id('note', …)",
    (session, payload) => session.sql`SELECT COUNT(${session.sql.id('note', payload as string)}) AS n FROM note`,
    (payload) => (isName(payload) ? OPEN : REFUSED),
    { plain: withoutName, like: () => 'id' },
  ),
  position(
    'sql.id(…) in a filter',
    (session, payload) => idsOf(notes(session)['filter']!(() => sql<boolean>`${sql.id(payload as string)} IS NULL`)),
    (payload) => (isName(payload) ? OPEN : REFUSED),
    { plain: (statement) => statement.replace(/\(("|`)[^]*\1 IS NULL\)/, '(name)'), like: () => 'name' },
  ),
];

export const NAMING: readonly Position[] = [...names, ...numbers, ...identifiers];
