/** What databases are given that they cannot take: each case with the values and the password of somebody. */
import { check, f, model, unique } from 'blazeorm';
import type { Database, ServerOptions, Session } from 'blazeorm';

import { errorOf } from '../support/database.ts';
import type { SqlServerName } from '../support/test-database.ts';

/** Stands in every password and value here, and must never stand in anything that is shown. */
export const SENTINEL = 'S3NT1NEL';
/** With what a message may be cut at, and with a part of a statement. */
export const SECRET = `x' "id" ${SENTINEL} 'id" for key\n    at ${SENTINEL}`;

export class Country extends model('country', {
  code: f.string({ primaryKey: true, maxLength: 80 }),
}) {}

export class Account extends model(
  'account',
  {
    id: f.auto(),
    email: f.string({ sensitive: true, maxLength: 80 }),
    token: f.string({ sensitive: true, nullable: true, maxLength: 80 }),
    balance: f.int({ default: 0 }),
    country: f.foreignKey(() => Country, { nullable: true }),
  },
  { constraints: [unique('email'), check('balance_positive', (account) => account.balance.gte(0))] },
) {}

/** A call that has to fail, and the code of its error. */
export interface Refused {
  readonly title: string;
  readonly code: string;
  /** Limits that it needs, on a connection of its own. */
  readonly connection?: ServerOptions;
  readonly run: (db: Database) => unknown;
}

const write =
  (...entities: (() => Account)[]): Refused['run'] =>
  (db) =>
    db.transaction((session) => session.add(...entities.map((entity) => entity())));

const raw =
  (statement: (session: Session) => PromiseLike<unknown>): Refused['run'] =>
  (db) =>
    statement(db.session());

/** The same everywhere. */
const everywhere: readonly Refused[] = [
  {
    title: 'a row that exists',
    code: 'E_UNIQUE_VIOLATION',
    run: write(
      () => new Account({ email: SECRET }),
      () => new Account({ email: SECRET, token: SECRET }),
    ),
  },
  {
    title: 'a row that exists, among many',
    code: 'E_UNIQUE_VIOLATION',
    run: (db) =>
      db.transaction((session) => {
        for (let i = 0; i < 50; i++) session.add(new Account({ email: `${SECRET}${i % 40}`, token: SECRET }));
      }),
  },
  { title: 'a key that exists', code: 'E_UNIQUE_VIOLATION', run: twice },
  {
    title: 'a check that fails',
    code: 'E_CHECK_VIOLATION',
    run: write(() => new Account({ email: SECRET, token: SECRET, balance: -1 })),
  },
  {
    title: 'a row that refers to none',
    code: 'E_FOREIGN_KEY_VIOLATION',
    run: write(() => new Account({ email: SECRET, country: `${SECRET}?` })),
  },
  {
    title: 'no value where one is needed',
    code: 'E_NOT_NULL_VIOLATION',
    run: raw((session) => session.sql`INSERT INTO account (email, token, balance) VALUES (${SECRET}, ${SECRET}, NULL)`),
  },
  {
    title: 'a statement that is none',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELEC email FROM account WHERE token = ${SECRET}`),
  },
  {
    title: 'a table that there is not',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT * FROM nowhere WHERE token = ${SECRET}`),
  },
  {
    title: 'a stream of a column that there is not',
    code: 'E_DATABASE',
    run: async (db) => {
      class Other extends model('account', { id: f.auto(), token: f.string({ column: 'tokens' }) }) {}
      for await (const row of db.session().query(Other).filter({ token: SECRET }).iterate()) void row;
    },
  },
  {
    title: 'a value that the field does not take',
    code: 'E_VALIDATION',
    run: write(() => new Account({ email: SECRET, balance: SECRET as never })),
  },
  {
    title: 'a text that no database can hold',
    code: 'E_VALIDATION',
    run: write(() => new Account({ email: `${SECRET}\0` })),
  },
  {
    title: 'a filter of another type',
    code: 'E_INVALID_VALUE',
    run: (db) =>
      db
        .session()
        .query(Account)
        .filter({ id: SECRET as never }),
  },
];

/** A key is taken by another transaction, so that the database finds it and not the session. */
async function twice(db: Database): Promise<void> {
  await db.transaction((session) => session.add(new Country({ code: SECRET })));
  await db.transaction((session) => session.add(new Country({ code: SECRET })));
}

const sqlite: readonly Refused[] = [
  {
    title: 'a text that is no JSON',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT json(${SECRET})`),
  },
  {
    title: 'a path that is none',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT json_extract('{}', ${SECRET})`),
  },
  {
    title: 'a regular expression that is none',
    code: 'E_INVALID_VALUE',
    run: raw((session) => session.sql`SELECT blaze_regexp('', ${`(${SECRET}`}, 'u')`),
  },
  {
    title: 'a stored text that is no JSON',
    code: 'E_DATABASE',
    run: async (db) => {
      class Stored extends model('stored', { id: f.auto(), value: f.json() }) {}
      const session = db.session();
      await session.sql`CREATE TABLE IF NOT EXISTS stored (id integer primary key, value)`;
      await session.sql`INSERT INTO stored (value) VALUES (${SECRET})`;
      await session.query(Stored);
    },
  },
  {
    title: 'a stored text that is no number',
    code: 'E_DATABASE',
    run: async (db) => {
      class Counted extends model('counted', { id: f.auto(), value: f.bigint() }) {}
      const session = db.session();
      await session.sql`CREATE TABLE IF NOT EXISTS counted (id integer primary key, value)`;
      await session.sql`INSERT INTO counted (value) VALUES (${SECRET})`;
      await session.query(Counted);
    },
  },
];

const postgres: readonly Refused[] = [
  {
    title: 'a text that is no number',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT ${SECRET}::text::integer`),
  },
  {
    title: 'a parameter that is no number',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT * FROM account WHERE id = ${SECRET}`),
  },
  {
    title: 'a value that the column cannot hold',
    code: 'E_DATA',
    run: raw((session) => session.sql`UPDATE account SET email = ${SECRET.repeat(3)}::text::varchar(200)`),
  },
  {
    title: 'a text that is no JSON',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT ${SECRET}::text::jsonb`),
  },
  {
    title: 'a table by a name that there is not',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT ${`"${SENTINEL}"`}::text::regclass`),
  },
  {
    title: 'an array that is none',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT ${`{${SECRET}`}::text::int[]`),
  },
  {
    title: 'a date that is none',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT ${SECRET}::text::timestamptz`),
  },
  {
    title: 'what a function of the application objects to, in words of its own',
    code: 'E_DATABASE',
    run: async (db) => {
      const session = db.session();
      await session.sql`CREATE OR REPLACE FUNCTION object_to(what text) RETURNS void LANGUAGE plpgsql AS
        'BEGIN RAISE EXCEPTION $$No %, please$$, what USING DETAIL = what, HINT = what; END'`;
      await session.sql`SELECT object_to(${SECRET})`;
    },
  },
];

const mysql: readonly Refused[] = [
  {
    title: 'a text that is no number',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`INSERT INTO account (email, balance) VALUES ('x', ${SECRET})`),
  },
  {
    title: 'a value that the column cannot hold',
    code: 'E_DATA',
    run: raw((session) => session.sql`INSERT INTO account (email, balance) VALUES (${SECRET.repeat(9)}, 1)`),
  },
  {
    title: 'a text that is no JSON',
    code: 'E_DATABASE',
    run: raw((session) => session.sql`SELECT * FROM JSON_TABLE(${SECRET}, '$[*]' COLUMNS (a int PATH '$')) t`),
  },
  {
    title: 'a regular expression that is none',
    code: 'E_INVALID_VALUE',
    run: raw((session) => session.sql`SELECT ${'a'} REGEXP ${`(${SECRET}`}`),
  },
  {
    title: 'what a procedure of the application objects to, in words of its own',
    code: 'E_DATABASE',
    run: async (db) => {
      const session = db.session();
      await session.sql`DROP PROCEDURE IF EXISTS object_to`;
      await session.sql`CREATE PROCEDURE object_to(what text)
        BEGIN DECLARE said text DEFAULT concat('No ', what, ', please'); SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = said; END`;
      await session.sql`CALL object_to(${SECRET})`;
    },
  },
];

/** Two transactions that wait for each other's row. */
const deadlock: Refused = {
  title: 'a deadlock',
  code: 'E_DEADLOCK',
  run: async (db) => {
    const [first, second] = await db.transaction(async (session) => {
      const rows = [new Account({ email: `${SECRET}1` }), new Account({ email: `${SECRET}2` })] as const;
      session.add(...rows);
      await session.flush();
      return rows.map(({ id }) => id) as [number, number];
    });
    const locked = [deferred(), deferred()] as const;
    const both = ([mine, other]: readonly [number, number], i: 0 | 1): Promise<void> =>
      db.transaction(async (session) => {
        const touch = (id: number) => session.query(Account).filter({ id }).update({ token: SECRET });
        await touch(mine);
        locked[i].resolve();
        await locked[1 - i]!.promise;
        await touch(other);
      });
    const results = await Promise.allSettled([both([first, second], 0), both([second, first], 1)]);
    for (const result of results) if (result.status === 'rejected') throw result.reason;
  },
};

/** Somebody holds the row, and does not give it back in time. */
const lock: Refused = {
  title: 'a lock that is not to be had',
  code: 'E_LOCK_TIMEOUT',
  connection: { lockTimeout: 300 },
  run: async (db) => {
    const { id } = await db.transaction((session) => {
      const row = new Account({ email: `${SECRET}3` });
      session.add(row);
      return row;
    });
    const touch = (session: Session) => session.query(Account).filter({ id }).update({ token: SECRET });
    await db.transaction(async (session) => {
      await touch(session);
      const error = await errorOf(() => db.transaction(touch));
      throw error;
    });
  },
};

const exhausted: Refused = {
  title: 'a pool that is exhausted',
  code: 'E_ACQUIRE_TIMEOUT',
  connection: { poolSize: 2, acquireTimeout: 1_000 },
  run: (db) =>
    db.transaction(() =>
      db.transaction(() => db.transaction((session) => session.query(Account).filter({ email: SECRET }).count())),
    ),
};

const tooLong = (run: (session: Session) => PromiseLike<unknown>): Refused => ({
  title: 'a statement that takes too long',
  code: 'E_QUERY_TIMEOUT',
  connection: { statementTimeout: 300 },
  run: raw(run),
});

/** Rows by the million, since a server that sleeps may call it no error to be woken. */
const heavy = (session: Session): PromiseLike<unknown> =>
  session.sql`WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 900)
    SELECT count(*) FROM r a, r b, r c WHERE a.n + b.n + c.n + length(${SECRET}) = 0`;

/** Another connection ends this one, by its number, while a statement is under way. */
const gone = (
  number: (session: Session) => PromiseLike<{ id: number | bigint }[]>,
  kill: Kill,
  slow: Slow,
): Refused => ({
  title: 'a server that is gone in the middle of a statement',
  code: 'E_CONNECTION',
  run: (db) =>
    db.transaction(async (session) => {
      const [row] = await number(session);
      const under = errorOf(() => slow(session));
      await kill(db.session(), row!.id);
      throw await under;
    }),
});
type Kill = (session: Session, id: number | bigint) => PromiseLike<unknown>;
type Slow = (session: Session) => PromiseLike<unknown>;

const onPostgres = [
  ...everywhere,
  ...postgres,
  deadlock,
  lock,
  exhausted,
  tooLong((session) => session.sql`SELECT pg_sleep(20), ${SECRET}::text`),
  gone(
    (session) => session.sql`SELECT pg_backend_pid() AS id`,
    (session, id) => session.sql`SELECT pg_terminate_backend(${Number(id)}::int)`,
    (session) => session.sql`SELECT pg_sleep(20), ${SECRET}::text`,
  ),
];
const onMySQL = [
  ...everywhere,
  ...mysql,
  deadlock,
  lock,
  exhausted,
  tooLong(heavy),
  gone(
    (session) => session.sql`SELECT CONNECTION_ID() AS id`,
    (session, id) => session.sql(textOf(`KILL ${id}`)),
    heavy,
  ),
];

export const refusedBy: Readonly<Record<'sqlite' | SqlServerName, readonly Refused[]>> = {
  sqlite: [...everywhere, ...sqlite],
  postgres: onPostgres,
  postgres15: onPostgres,
  mysql: onMySQL,
  mariadb: onMySQL,
};

/** A statement without parameters, where the server takes none. */
function textOf(text: string): TemplateStringsArray {
  return Object.assign([text], { raw: [text] });
}

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
