/** Columns that the database fills in: left out of INSERT, and read back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, InvalidQueryError, InvalidValueError, model, UnsupportedError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { engine, errorOf, expectRefused, onEngine, openTestDatabase } from '../../support/database.ts';

class Ticket extends model('ticket', {
  id: f.auto(),
  title: f.string({ dbDefault: "'un''titled'" }),
  size: f.int({ dbDefault: 3 }),
  open: f.bool({ dbDefault: true }),
  price: f.decimal({ precision: 10, scale: 2, dbDefault: "'9.90'" }),
  day: f.date({ dbDefault: "'2026-01-31'" }),
  note: f.string({ nullable: true, dbDefault: "'none'" }),
  double: f.int({ generated: 'size * 2' }),
  triple: f.int({ generated: { sql: 'size * 3', stored: false } }),
}) {}

class Wide extends model('wide_ticket', { id: f.bigAuto(), kind: f.string({ dbDefault: "'a'" }), n: f.int() }) {}
class Plain extends model('plain_ticket', { id: f.auto() }) {}
class Given extends model('given_ticket', {
  code: f.string({ primaryKey: true }),
  rank: f.int({ dbDefault: 7 }),
}) {}
class Pair extends model(
  'pair_ticket',
  { left: f.int(), right: f.bigint(), rank: f.int({ dbDefault: 1 }), sum: f.int({ generated: '"left" + 1' }) },
  { primaryKey: ['left', 'right'] },
) {}
class Token extends model('token', {
  id: f.uuid({
    primaryKey: true,
    dbDefault: onEngine({
      sqlite:
        "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(2)) || '-' || hex(randomblob(6)))",
      postgres: 'gen_random_uuid()',
      mysql: 'uuid()',
    }),
  }),
  name: f.string(),
}) {}
const isMySQL = engine === 'mysql' || engine === 'mariadb';
class MySQLPair extends model(
  'pair_ticket',
  { left: f.int(), right: f.bigint(), rank: f.int({ dbDefault: 1 }), sum: f.int({ generated: '`left` + 1' }) },
  { primaryKey: ['left', 'right'] },
) {}
const Both = isMySQL ? MySQLPair : Pair;

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Ticket, Wide, Plain, Given, Both, Token] });
});
afterAll(() => db.close());

const DEFAULTS = { title: "un'titled", size: 3, open: true, price: '9.90', day: '2026-01-31', note: 'none' };
/** The fields of an entity. */
const plain = (entity: object | null): object => Object.assign({}, entity);
const sent = async (work: () => Promise<unknown>): Promise<number> => {
  const before = db.queryStats().statements;
  await work();
  return db.queryStats().statements - before;
};

describe('columns that the database fills in', () => {
  it('M8: one row, with and without values', async () => {
    const session = db.session();
    const bare = new Ticket({});
    session.add(bare);
    await session.commit();
    const given = new Ticket({
      id: 50_000,
      title: 'x',
      size: 5,
      open: false,
      price: '1.5',
      day: '2026-02-01',
      note: null,
    });
    session.add(given);
    await session.commit();
    expect(plain(bare)).toEqual({ id: bare.id, ...DEFAULTS, double: 6, triple: 9 });
    const values = { id: 50_000, title: 'x', size: 5, open: false, price: '1.50', day: '2026-02-01', note: null };
    expect(plain(given)).toEqual({ ...values, double: 10, triple: 15 });
    const other = db.session();
    expect(plain(await other.get(Ticket, bare.id))).toEqual(plain(bare));
    expect(plain(await other.get(Ticket, 50_000))).toEqual(plain(given));
    expect(await sent(() => session.commit())).toBe(0);
  });

  it('M8: many rows, some with values and some without, get what is theirs', async () => {
    const session = db.session();
    const tickets = Array.from(
      { length: 600 },
      (_, i) => new Ticket(i < 500 ? { size: i } : { size: i, title: `t${i}` }),
    );
    session.add(...tickets);
    const statements = await sent(() => session.commit());
    // MySQL reads back by a second statement.
    expect(statements).toBe(onEngine({ sqlite: 600, postgres: 2, mysql: 8, mariadb: 6 }));
    const rows = await db
      .session()
      .query(Ticket)
      .filter((t) => t.size.gte(0))
      .orderBy('id');
    const stored = new Map(rows.map((row) => [row.id, plain(row)]));
    expect(tickets.map(({ id }) => stored.get(id))).toEqual(tickets.map((ticket) => plain(ticket)));
    expect(tickets.map(({ size, double, triple, title }) => [size, double, triple, title])).toEqual(
      tickets.map((_, i) => [i, i * 2, i * 3, i < 500 ? "un'titled" : `t${i}`]),
    );
    const ids = tickets.map(({ id }) => id);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('M8: what is computed follows an update, of one row and of many', async () => {
    const session = db.session();
    const tickets = [new Ticket({ size: 1 }), new Ticket({ size: 2 }), new Ticket({ size: 3 })];
    session.add(...tickets);
    await session.commit();
    for (const ticket of tickets) ticket.size += 10;
    const statements = await sent(() => session.commit());
    expect(statements).toBe(onEngine({ sqlite: 4, postgres: 2, mysql: 2 }));
    expect(tickets.map(({ size, double, triple }) => [size, double, triple])).toEqual([
      [11, 22, 33],
      [12, 24, 36],
      [13, 26, 39],
    ]);
    expect(await sent(() => session.commit())).toBe(0);
    const set = session.query(Ticket).filter({ id: tickets[0]!.id });
    await set.update({ size: (t) => t.size.plus(1) });
    expect([tickets[0]!.size, tickets[0]!.double]).toEqual([12, 24]);
  });

  it('M8: nothing is written to a computed column', async () => {
    const session = db.session();
    const message = /Ticket/;
    expect(() => new Ticket({ double: 5 } as never)).toThrow(message);
    const ticket = new Ticket({});
    session.add(ticket);
    await session.commit();
    (ticket as { double: number }).double = 5;
    await expectRefused(db, () => session.commit(), {
      type: InvalidValueError,
      message:
        'Ticket.double was set, and the database computes it. Change what it is computed from, or refresh() the entity.',
    });
    await session.rollback();
    await expectRefused(
      db,
      async () =>
        session
          .query(Ticket)
          .filter({ id: 1 })
          .update({ double: 1 } as never),
      {
        type: InvalidQueryError,
        message: 'update() cannot set Ticket.double: it is generated.',
      },
    );
  });

  it('M8: keys of 64 bits; a row of nothing but its key', async () => {
    const session = db.session();
    const wide = [1, 2, 3].map((n) => new Wide({ n }));
    const bare = [new Plain({}), new Plain({})];
    session.add(...wide, ...bare);
    await session.commit();
    expect(wide.map(({ id, kind, n }) => [typeof id, kind, n])).toEqual([1, 2, 3].map((n) => ['bigint', 'a', n]));
    expect(plain(await db.session().get(Wide, wide[1]!.id))).toEqual(plain(wide[1]!));
    expect(new Set(bare.map(({ id }) => id)).size).toBe(2);
    const given = new Wide({ id: 2n ** 60n + 1n, n: 9 });
    session.add(given);
    await session.commit();
    expect(
      await db
        .session()
        .query(Wide)
        .filter({ id: 2n ** 60n + 1n })
        .valuesList('kind', { flat: true }),
    ).toEqual(['a']);
  });

  it('M8: rows that bring their keys, single and composite', async () => {
    const session = db.session();
    const given = ['b', 'a', 'c'].map((code) => new Given({ code }));
    const pairs = [3, 1, 2].map((left) => new Both({ left, right: BigInt(10 - left) }));
    session.add(...given, ...pairs);
    await session.commit();
    expect(given.map((row) => plain(row))).toEqual(['b', 'a', 'c'].map((code) => ({ code, rank: 7 })));
    expect(pairs.map((row) => plain(row))).toEqual(
      [3, 1, 2].map((left) => ({ left, right: BigInt(10 - left), rank: 1, sum: left + 1 })),
    );
    for (const pair of pairs) pair.rank = pair.left;
    await session.commit();
    expect(plain(await db.session().get(Both, [2, 8n]))).toEqual({ left: 2, right: 8n, rank: 2, sum: 3 });
  });

  if (engine === 'mysql')
    it('M8: MySQL does not say which keys it made by an expression', async () => {
      const session = db.session();
      session.add(new Token({ name: 'a' }));
      const error = await errorOf(() => session.commit());
      expect(error).toBeInstanceOf(UnsupportedError);
      expect(error.message).toBe(
        'MySQL does not tell which key it made for Token.id. Give the key yourself, or let the database count it up with f.auto().',
      );
    });
  else
    it('M8: keys that the database makes by an expression come back', async () => {
      const session = db.session();
      const tokens = ['a', 'b', 'c'].map((name) => new Token({ name }));
      session.add(...tokens);
      await session.commit();
      const rows = await db.session().query(Token).orderBy('name');
      expect(rows.map((row) => plain(row))).toEqual(tokens.map((token) => plain(token)));
      expect(new Set(tokens.map(({ id }) => id)).size).toBe(3);
    });

  it('M8, S7: after a rollback what the database had filled in is unset again', async () => {
    const session = db.session();
    const tickets = [new Ticket({}), new Ticket({ size: 1 })];
    await errorOf(() =>
      session.transaction(async () => {
        session.add(...tickets);
        await session.flush();
        expect(tickets[0]!.title).toBe("un'titled");
        throw new Error('back');
      }),
    );
    expect(tickets.map(({ id, title, size, double }) => [id, title, size, double])).toEqual([
      [undefined, undefined, undefined, undefined],
      [undefined, undefined, 1, undefined],
    ]);
  });
});
