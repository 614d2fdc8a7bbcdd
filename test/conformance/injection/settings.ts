/** Positions of what is said when a database, a session or a transaction is opened. */
import { ConnectionConfig, Database, formatDsn, parseDsn } from 'blazeorm';
import type { Session } from 'blazeorm';

import { engine } from '../../../src/testing/support/database.ts';
import { idsOf, loose, notes } from './loose.ts';
import { models, Note, ROWS } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { holds } from './plain-data.ts';

const asIs = (payload: unknown): unknown => payload;
/** What has no key of its own says nothing. */
const isNothing = (payload: unknown): boolean => Object.keys(Object(payload)).length === 0;
const never = (): Answer => REFUSED;
const only =
  (...values: readonly unknown[]) =>
  (payload: unknown): Answer =>
    values.includes(payload) ? OPEN : REFUSED;

type Run = (open: (payload: unknown) => Session, payload: unknown) => unknown;

/** Statements of a query of a session that was opened so. */
const session = (
  at: string,
  options: (payload: unknown) => unknown,
  answer: Position['answer'],
  read: Run = (open, payload) => notes(open(payload))['count']!(),
  more: Partial<Position> = {},
): Position => ({
  at: `session(${at})`,
  run: (_, payload, db) => read((given) => db.session(options(given) as never), payload),
  answer,
  like: asIs,
  ...more,
});

const transaction = (
  at: string,
  options: (payload: unknown) => unknown,
  answer: Position['answer'],
  like: Position['like'] = asIs,
): Position => ({
  at: `transaction(fn, ${at})`,
  run: (_, payload, db) => db.transaction((own) => own.query(Note).count(), options(payload) as never),
  answer,
  like,
});

const quote = (name: string): string =>
  engine === 'mysql' || engine === 'mariadb' ? `\`${name.replaceAll('`', '``')}\`` : `"${name.replaceAll('"', '""')}"`;

/** A name that every server may have for a schema. */
function isSchema(payload: unknown): payload is string {
  return (
    typeof payload === 'string' &&
    payload !== '' &&
    payload.isWellFormed() &&
    !/\p{Cc}/u.test(payload) &&
    Buffer.byteLength(payload) <= 63
  );
}

const schemaOf = (payload: unknown): Answer => {
  const table = quote('note');
  if (payload !== undefined && (engine === 'sqlite' || !isSchema(payload))) return REFUSED;
  return is(payload === undefined ? table : `${quote(payload as string)}.${table}`);
};

/** What a query of a session reads from. */
const tableOf: Run = (open, payload) =>
  / FROM ([^]*) AS t0$/.exec(open(payload).query(Note).only('id').toSQL().sql)?.[1];

export const SETTINGS: readonly Position[] = [
  session('…', asIs, (payload) => (isNothing(payload) ? OPEN : REFUSED)),
  session('{ […]: 1 }', (payload) => ({ [typeof payload === 'string' ? payload : '?']: 1 }), never),
  session(
    '{ schema: … }',
    (schema) => ({ schema }),
    (payload) => (payload === undefined || (engine !== 'sqlite' && isSchema(payload)) ? schemaOf(payload) : REFUSED),
    tableOf,
    { sends: 0 },
  ),
  ...['fetchMode', 'flushMode', 'loadStrategy'].map((option) =>
    session(`{ ${option}: … }`, (payload) => ({ [option]: payload }), only(undefined)),
  ),
  session('{ using: … }', (using) => ({ using }), only(undefined, 'primary', 'replica')),
  session(
    '{ timeout: … }',
    (timeout) => ({ timeout }),
    (payload) =>
      payload === undefined || (typeof payload === 'number' && payload >= 1 && payload < 2 ** 31) ? OPEN : REFUSED,
    undefined,
    { like: () => 60_000 },
  ),
  session('{ signal: … }', (signal) => ({ signal }), only(undefined)),
  session(
    '{ scopes: … }',
    (scopes) => ({ scopes }),
    (payload) => (isNothing(payload) ? OPEN : REFUSED),
  ),
  session(
    '{ scopes: { within: … } }',
    (within) => ({ scopes: { within } }),
    (payload) => {
      if (!holds('name', payload)) return REFUSED;
      return is(ROWS.filter((row) => row['name'] === payload).map(({ id }) => id));
    },
    (open, payload) => idsOf(notes(open(payload))),
  ),
  session(
    '{ unscoped: … }',
    (unscoped) => ({ unscoped }),
    (payload) => (payload === undefined || (Array.isArray(payload) && payload.length === 0) ? OPEN : REFUSED),
  ),
  transaction('…', asIs, (payload) => (isNothing(payload) ? OPEN : REFUSED)),
  transaction('{ isolation: … }', (isolation) => ({ isolation }), only(undefined, 'serializable')),
  transaction('{ readOnly: … }', (readOnly) => ({ readOnly }), only(undefined, true, false)),
  transaction(
    '{ retry: … }',
    (retry) => ({ retry }),
    (payload) => (payload === undefined || (Number.isInteger(payload) && (payload as number) >= 0) ? OPEN : REFUSED),
  ),
  transaction(
    '{ timeout: … }',
    (timeout) => ({ timeout }),
    (payload) =>
      payload === undefined || (typeof payload === 'number' && payload >= 1 && payload < 2 ** 31) ? OPEN : REFUSED,
    () => 60_000,
  ),
  transaction('{ signal: … }', (signal) => ({ signal }), only(undefined)),
  transaction(
    '{ schema: … }',
    (schema) => ({ schema }),
    (payload) => (payload === undefined || (typeof payload === 'string' && engine !== 'sqlite') ? OPEN : REFUSED),
  ),
  {
    at: 'transaction(…)',
    run: (_, payload, db) => loose(db)['transaction']!(payload),
    answer: (payload) => (typeof payload === 'function' ? OPEN : REFUSED),
    like: asIs,
    sends: 0,
  },
  {
    at: 'session.transaction(fn, { isolation: … })',
    run: (own, payload) => own.transaction(() => 1, { isolation: payload as never }),
    answer: only(undefined, 'serializable'),
    like: asIs,
    sends: 0,
  },
  // What is created goes with the database of these cases; what is dropped would be missed.
  {
    at: 'dropAll({ confirm: … })',
    run: (_, payload, db) => loose(db)['dropAll']!({ confirm: payload === true ? 'true' : payload }),
    answer: never,
  },
  { at: 'dropAll(…)', run: (_, payload, db) => loose(db)['dropAll']!(payload), answer: never },
  {
    at: 'dropAll({ schema: … })',
    run: (_, payload, db) => (payload === undefined ? 0 : loose(db)['dropAll']!({ confirm: true, schema: payload })),
    answer: (payload) =>
      payload === undefined || (isSchema(payload) && engine !== 'sqlite')
        ? OPEN
        : payload === null
          ? REFUSED
          : typeof payload === 'string' && engine !== 'sqlite'
            ? OPEN
            : REFUSED,
    like: (payload) => (typeof payload === 'string' ? 'harmless' : undefined),
    sends: 'any',
    plain: (sql, payload) => (typeof payload === 'string' ? sql.replace(`${quote(payload)}.`, '(name).') : sql),
  },
  {
    at: 'createAll({ schema: … })',
    run: (_, payload, db) =>
      loose(db)['createAll']!({ schema: typeof payload === 'string' && engine !== 'sqlite' ? '' : (payload ?? null) }),
    answer: never,
  },
  { at: 'Database.connect(…)', run: (_, payload) => Database.connect(payload as string), answer: never },
  {
    at: 'Database.connect(dsn, …)',
    run: (_, payload) => Database.connect('sqlite::memory:', payload as never).then((db) => db.close()),
    answer: (payload) => (isNothing(payload) ? OPEN : REFUSED),
    like: () => undefined,
    sends: 0,
  },
  {
    at: 'Database.connect(dsn, { models: … })',
    run: (_, payload) => Database.connect('sqlite::memory:', { models: payload as never }).then((db) => db.close()),
    answer: (payload) =>
      payload === undefined ||
      payload === null ||
      payload === '' ||
      (typeof payload === 'object' &&
        payload !== null &&
        Symbol.iterator in payload &&
        [...(payload as unknown[])].length === 0)
        ? OPEN
        : REFUSED,
    like: () => undefined,
    sends: 0,
  },
  {
    at: 'Database.connect(dsn, { connection: … })',
    run: (_, payload) =>
      Database.connect('sqlite::memory:', { models, connection: payload as never }).then((db) => db.close()),
    answer: (payload) => (isEmptyish(payload) ? OPEN : REFUSED),
    like: () => undefined,
    sends: 0,
  },
  ...['busyTimeout', 'acquireTimeout', 'readOnly'].map((option): Position => ({
    at: `a DSN with ${option}=…`,
    run: (_, payload) =>
      void ConnectionConfig.fromDsn(
        `sqlite::memory:?${option}=${encodeURIComponent(typeof payload === 'string' && payload.isWellFormed() ? payload : '?')}`,
      ),
    answer: (payload) => (['true', '1'].includes(payload as string) ? OPEN : REFUSED),
    like: () => '1',
    sends: 0,
  })),
  {
    at: 'a DSN with an option …',
    run: (_, payload) => ConnectionConfig.fromDsn(`sqlite::memory:?${typeof payload === 'string' ? payload : '?'}=1`),
    answer: (payload) => (payload === '' || payload === '#' ? OPEN : REFUSED),
    sends: 0,
  },
  ...(['user', 'password', 'database'] as const).map((part): Position => ({
    at: `a DSN with the ${part} …`,
    run: (_, payload) => {
      const place = parseDsn('postgres://ann:secret@localhost:5432/app');
      return parseDsn(formatDsn({ ...place, [part]: typeof payload === 'string' ? payload : 'x' }))[part];
    },
    answer: (payload) => (holds('text', payload) && payload !== '' ? is(payload) : OPEN),
    like: () => 'harmless',
    sends: 0,
  })),
];

const isEmptyish = (payload: unknown): boolean =>
  payload === undefined || (typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0);
