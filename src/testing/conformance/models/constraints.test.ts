/** Every kind of constraint, violated on every way to the database: the error names model, fields and constraint. */
import { afterAll, beforeEach, describe, expect, it } from 'vitest';

import { BlazeError, check, f, model, unique } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { engine, errorOf, onEngine, openTestDatabase } from '../../support/database.ts';

class Team extends model('v_team', { id: f.int({ primaryKey: true }), title: f.string({ column: 'team_title' }) }) {}
class Member extends model(
  'v_member',
  {
    id: f.int({ primaryKey: true }),
    email: f.string({ unique: true, column: 'e_mail', maxLength: 20 }),
    nick: f.string({ nullable: true, maxLength: 5 }),
    age: f.smallInt({ default: 1 }),
    team: f.foreignKey(() => Team, { column: 'team_ref' }),
  },
  { constraints: [unique('team', 'nick'), check('member_age', (m) => m.age.gte(0))] },
) {}

let db: Database;
beforeEach(async () => {
  db ??= await openTestDatabase({ models: [Team, Member] });
  await db.transaction(async (session) => {
    await session.query(Member).unfiltered().delete();
    await session.query(Team).unfiltered().delete();
    session.add(new Team({ id: 1, title: 'a' }), new Team({ id: 2, title: 'b' }));
    await session.flush();
    session.add(
      new Member({ id: 1, email: 'a', nick: 'x', team: 1 }),
      new Member({ id: 2, email: 'b', nick: 'y', team: 2 }),
    );
  });
});
afterAll(() => db.close());

interface Details {
  readonly code: string;
  readonly model?: string | undefined;
  readonly field?: string | undefined;
  readonly fields?: readonly string[] | undefined;
  readonly constraint?: string | undefined;
}

/** What the error says, all of it. */
async function detailsOf(work: (session: Session) => unknown): Promise<Details> {
  const session = db.session();
  const error = await errorOf(async () => {
    await work(session);
    await session.commit();
  });
  await session.rollback();
  expect(error).toBeInstanceOf(BlazeError);
  const { code, model: owner, field, fields, constraint, cause, sql } = error as BlazeError;
  expect(cause).toBeInstanceOf(Error);
  expect(sql).toMatch(/INSERT|UPDATE|DELETE/);
  return JSON.parse(JSON.stringify({ code, model: owner, field, fields, constraint })) as Details;
}

const UNIQUE = {
  code: 'E_UNIQUE_VIOLATION',
  model: 'Member',
  field: 'email',
  fields: ['email'],
  constraint: 'v_member_e_mail_key',
};
const PRIMARY: Details = {
  code: 'E_UNIQUE_VIOLATION',
  model: 'Member',
  field: 'id',
  fields: ['id'],
  ...onEngine<object>({ sqlite: {}, postgres: { constraint: 'v_member_pkey' }, mysql: { constraint: 'PRIMARY' } }),
};
const COMPOSITE = {
  code: 'E_UNIQUE_VIOLATION',
  model: 'Member',
  fields: ['teamId', 'nick'],
  constraint: 'v_member_team_ref_nick_key',
};
const FOREIGN: Details = {
  code: 'E_FOREIGN_KEY_VIOLATION',
  model: 'Member',
  field: 'team',
  fields: ['team'],
  ...(engine === 'sqlite' ? {} : { constraint: 'v_member_team_ref_fkey' }),
};
const CHECK = {
  code: 'E_CHECK_VIOLATION',
  model: 'Member',
  field: 'age',
  fields: ['age'],
  constraint: 'member_age',
};
const NOT_NULL = { code: 'E_NOT_NULL_VIOLATION', model: 'Team', field: 'title', fields: ['title'] };
/** SQLite does not say which foreign key, and of raw SQL nobody knows the model. */
const RAW_FOREIGN: Details = engine === 'sqlite' ? { code: FOREIGN.code } : FOREIGN;
/** MariaDB names the index, not its table. */
const RAW_PRIMARY: Details = engine === 'mariadb' ? { code: PRIMARY.code, constraint: 'PRIMARY' } : PRIMARY;
/** MySQL and MariaDB name the column, not its table. */
const RAW_NOT_NULL: Details =
  engine === 'mysql' || engine === 'mariadb' ? { code: NOT_NULL.code, fields: ['team_title'] } : NOT_NULL;

describe('V2, A2: violations in a flush', () => {
  it.each<[string, (session: Session) => unknown, Details]>([
    ['unique', (s) => s.add(new Member({ id: 3, email: 'a', team: 1 })), UNIQUE],
    ['primary key', (s) => s.add(new Member({ id: 1, email: 'c', team: 1 })), PRIMARY],
    ['unique of several', (s) => s.add(new Member({ id: 3, email: 'c', nick: 'x', team: 1 })), COMPOSITE],
    ['foreign key', (s) => s.add(new Member({ id: 3, email: 'c', nick: 'z', team: 9 })), FOREIGN],
    ['check', (s) => s.add(new Member({ id: 3, email: 'c', age: -1, team: 1 })), CHECK],
    [
      'many rows, one of them wrong',
      (s) => s.add(...[3, 4, 5].map((id) => new Member({ id, email: id === 4 ? 'a' : `${id}`, team: 1 }))),
      UNIQUE,
    ],
  ])('%s, on insert', async (_, work, expected) => {
    expect(await detailsOf(work)).toEqual(expected);
  });

  it.each<[string, (member: Member) => unknown, Details]>([
    ['unique', (m) => (m.email = 'a'), UNIQUE],
    ['unique of several', (m) => Object.assign(m, { nick: 'x', teamId: 1 }), COMPOSITE],
    ['foreign key', (m) => (m.teamId = 9), FOREIGN],
    ['check', (m) => (m.age = -1), CHECK],
  ])('%s, on update', async (_, change, expected) => {
    expect(await detailsOf(async (s) => change(await s.getOrFail(Member, 2)))).toEqual(expected);
  });

  it('foreign key, on delete of what is referred to', async () => {
    expect(await detailsOf(async (s) => s.delete(await s.getOrFail(Team, 1)))).toEqual(FOREIGN);
  });
});

describe('V2, A2: violations by the write of a set', () => {
  const second = (s: Session) => s.query(Member).filter({ id: 2 });
  it.each<[string, (session: Session) => PromiseLike<unknown>, Details]>([
    ['unique', (s) => second(s).update({ email: 'a' }), UNIQUE],
    ['unique of several', (s) => second(s).update({ nick: 'x', team: 1 }), COMPOSITE],
    ['foreign key', (s) => second(s).update({ team: 9 }), FOREIGN],
    ['check', (s) => second(s).update({ age: -1 }), CHECK],
    ['foreign key on delete', (s) => s.query(Team).filter({ id: 1 }).delete(), FOREIGN],
    [
      'a number out of range',
      (s) => second(s).update({ age: (m) => m.age.plus(40_000) }),
      {
        code: 'E_DATA',
        model: 'Member',
        ...onEngine<object>({
          sqlite: { field: 'age', fields: ['age'] },
          postgres: {},
          mysql: { field: 'age', fields: ['age'] },
        }),
      },
    ],
  ])('%s', async (_, work, expected) => {
    expect(await detailsOf(work)).toEqual(expected);
  });
});

describe('V2, A2: violations by raw SQL', () => {
  it.each<[string, (session: Session) => PromiseLike<unknown>, Details]>([
    ['unique', (s) => s.sql`INSERT INTO v_member (id, e_mail, age, team_ref) VALUES (3, 'a', 1, 1)`, UNIQUE],
    ['primary key', (s) => s.sql`INSERT INTO v_member (id, e_mail, age, team_ref) VALUES (1, 'c', 1, 1)`, RAW_PRIMARY],
    ['unique of several', (s) => s.sql`UPDATE v_member SET nick = 'x', team_ref = 1 WHERE id = 2`, COMPOSITE],
    ['foreign key', (s) => s.sql`UPDATE v_member SET team_ref = 9`, RAW_FOREIGN],
    ['foreign key on delete', (s) => s.sql`DELETE FROM v_team`, RAW_FOREIGN],
    ['check', (s) => s.sql`UPDATE v_member SET age = -1`, CHECK],
    ['not null', (s) => s.sql`UPDATE v_team SET team_title = NULL`, RAW_NOT_NULL],
    ['not null on insert', (s) => s.sql`INSERT INTO v_team (id) VALUES (7)`, RAW_NOT_NULL],
  ])('%s', async (_, work, expected) => {
    expect(await detailsOf(work)).toEqual(expected);
  });

  if (engine !== 'sqlite')
    it('a text that is too long, a number that is too large', async () => {
      const where = (column: string) => onEngine<object>({ sqlite: {}, mysql: { fields: [column] } });
      expect(await detailsOf((s) => s.sql`UPDATE v_member SET nick = 'abcdef' WHERE id = 1`)).toEqual({
        code: 'E_DATA',
        ...where('nick'),
      });
      expect(await detailsOf((s) => s.sql`UPDATE v_member SET age = ${40_000} WHERE id = 1`)).toEqual({
        code: 'E_DATA',
        ...where('age'),
      });
    });

  it('a table of no model keeps its own names', async () => {
    const session = db.session();
    await session.sql`CREATE TABLE v_other (n int NOT NULL, CONSTRAINT v_other_n UNIQUE (n))`;
    await session.sql`INSERT INTO v_other (n) VALUES (1)`;
    expect(await detailsOf((s) => s.sql`INSERT INTO v_other (n) VALUES (1)`)).toEqual(
      onEngine<Details>({
        sqlite: { code: 'E_UNIQUE_VIOLATION', model: 'v_other', fields: ['n'] },
        postgres: { code: 'E_UNIQUE_VIOLATION', model: 'v_other', fields: ['n'], constraint: 'v_other_n' },
        mysql: { code: 'E_UNIQUE_VIOLATION', model: 'v_other', constraint: 'v_other_n' },
        mariadb: { code: 'E_UNIQUE_VIOLATION', constraint: 'v_other_n' },
      }),
    );
    await session.sql`DROP TABLE v_other`;
  });
});
