/** Keys of every kind, in all that keys are for: identity, references, links, loading, updates and deletes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, InvalidValueError, model, oneOf } from '../../../index.ts';
import type { AnyColumn, Column, Database } from '../../../index.ts';

import { engine, errorOf, expectRefused, openTestDatabase } from '../../support/database.ts';

/** A kind of key: four values of it, and another spelling of the first. */
interface Key {
  readonly name: string;
  readonly field: AnyColumn;
  readonly values: readonly [unknown, unknown, unknown, unknown];
  readonly again: () => unknown;
  readonly wrong: readonly [value: unknown, problem: string];
}

const primary = { primaryKey: true } as const;
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);
const codec = {
  encode: (at: { readonly x: number; readonly y: number }) => `${at.x}/${at.y}`,
  decode: (stored: unknown) => {
    const [x, y] = String(stored).split('/').map(Number);
    return { x: x!, y: y! };
  },
};

const KEYS: readonly Key[] = [
  {
    name: 'int',
    field: f.int(primary),
    values: [0, -1, 2 ** 31 - 1, 7],
    again: () => 0,
    wrong: ['1', 'takes an integer, not a string'],
  },
  {
    name: 'bigint',
    field: f.bigint(primary),
    values: [2n ** 53n + 1n, -(2n ** 63n), 2n ** 63n - 1n, 1n],
    again: () => BigInt('9007199254740993'),
    wrong: [1, 'takes a bigint (as in 1n), not an integer'],
  },
  {
    name: 'uuid',
    field: f.uuid(primary),
    values: [
      '0190a000-0000-7000-8000-00000000000a',
      '0190a000-0000-7000-8000-00000000000b',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '00000000-0000-0000-0000-000000000000',
    ],
    again: () => '0190A000-0000-7000-8000-00000000000A',
    wrong: ['x', 'takes a UUID, not a string'],
  },
  {
    name: 'string',
    field: f.string({ ...primary, maxLength: 40 }),
    values: ['admin', 'ADMIN', 'admin ', "ädmin's 😀"],
    again: () => 'admin',
    wrong: [1, 'takes a string, not an integer'],
  },
  {
    name: 'decimal',
    field: f.decimal({ ...primary, precision: 10, scale: 2 }),
    values: ['1.50', '-1.50', '0.00', '10.00'],
    again: () => '01.5',
    wrong: [1.5, "takes a decimal as a string ('12.50'), not a fractional number"],
  },
  {
    name: 'date',
    field: f.date(primary),
    values: ['2026-01-31', '0001-01-01', '9999-12-31', '2026-02-01'],
    again: () => '2026-01-31',
    wrong: ['2026-02-30', "takes a date that exists, from '0001-01-01' to '9999-12-31'"],
  },
  {
    name: 'time',
    field: f.time(primary),
    values: ['12:30:00.5', '12:30:00', '00:00:00', '23:59:59.999999'],
    again: () => '12:30:00.500',
    wrong: ['24:00:00', "takes a time as 'HH:MM:SS[.ffffff]', not a string"],
  },
  {
    name: 'datetime',
    field: f.datetime(primary),
    values: [
      '2026-01-31T12:00:00.001Z',
      '2026-01-31T12:00:00.002Z',
      '1970-01-01T00:00:00.000Z',
      '9999-12-31T23:59:59.999Z',
    ].map((text) => new Date(text)) as unknown as Key['values'],
    again: () => new Date('2026-01-31T12:00:00.001Z'),
    wrong: [0, 'takes a Date, not an integer'],
  },
  {
    name: 'binary',
    field: f.binary(primary),
    values: [bytes(0, 255), bytes(0), bytes(1, 39, 92), bytes(0, 254)],
    again: () => bytes(0, 255),
    wrong: ['00ff', 'takes a Uint8Array, not a string'],
  },
  {
    name: 'custom',
    field: f.custom({ codec, type: { sqlite: 'text', postgres: 'text', mysql: 'varchar(100)' } }, primary as object),
    values: [
      { x: 1, y: 2 },
      { x: 1, y: 3 },
      { x: 0, y: 0 },
      { x: -1, y: 0 },
    ],
    again: () => ({ x: 1, y: 2 }),
    wrong: [undefined, 'takes a value, not undefined'],
  },
];

function modelsOf({ name, field }: Key) {
  class Owner extends model(`${name}_owner`, {
    id: field as unknown as Column<unknown, 'primary'>, // Named cast: the cases are the same for keys of all types.
    label: f.string({ default: '' }),
    things: f.reverse(() => Thing, 'owner'),
    badge: f.reverseOne(() => Badge, 'owner'),
    among: f.reverse(() => Thing, 'others'),
  }) {}
  class Thing extends model(`${name}_thing`, {
    id: f.auto(),
    place: f.int(),
    owner: f.foreignKey(() => Owner, { nullable: true }),
    others: f.manyToMany(() => Owner),
  }) {}
  class Badge extends model(`${name}_badge`, { id: f.auto(), owner: f.oneToOne(() => Owner) }) {}
  return { Owner, Thing, Badge };
}

const cases = KEYS.map((key) => ({ ...key, ...modelsOf(key) }));

class Pair extends model(
  'key_pair',
  { at: f.datetime(), code: f.string({ maxLength: 20 }), label: f.string({ default: '' }) },
  { primaryKey: ['at', 'code'] },
) {}

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({
    models: [...cases.flatMap(({ Owner, Thing, Badge }) => [Owner, Thing, Badge]), Pair],
  });
});
afterAll(() => db.close());

describe.each(cases)('M7: keys of type $name', ({ name, Owner, Thing, Badge, values, again, wrong }) => {
  beforeAll(() =>
    db.transaction((session) => {
      const owners = values.map((id, i) => new Owner({ id, label: `owner ${i}` }));
      const things = owners.map((owner, place) => new Thing({ place, owner: place === 3 ? null : owner }));
      things.forEach((thing, i) => thing.others.add(owners[i]!, owners[(i + 1) % 4]!));
      session.add(...things, ...owners, new Badge({ owner: owners[1]! }));
    }),
  );
  const labels = (owners: Iterable<{ readonly label: string }>): string[] =>
    [...owners].map(({ label }) => label).sort();

  it('each row is one object, by get, queries and references alike', async () => {
    const session = db.session();
    const first = await session.getOrFail(Owner, values[0] as never);
    expect(first.label).toBe('owner 0');
    expect(first.id).toEqual(values[0]);
    expect(await session.get(Owner, again() as never)).toBe(first);
    const all = await session.query(Owner).orderBy('label');
    expect(all[0]).toBe(first);
    expect(all.map(({ id }) => id)).toEqual(values);
    const things = await session.query(Thing).orderBy('place');
    expect(things.map(({ owner }) => owner)).toEqual([all[0], all[1], all[2], null]);
    expect(things[0]!.owner).toBe(first);
    const [found] = await session.query(Thing).filter({ ownerId: again() as never });
    expect(found).toBe(things[0]);
    expect(await session.query(Thing).filter({ owner: first }).count()).toBe(1);
    expect(
      await session
        .query(Owner)
        .filter({ id: oneOf([...values]) } as never)
        .count(),
    ).toBe(4);
  });

  it('joins, prefetches and load(), in sessions that know nothing yet', async () => {
    const joined = await db.session().query(Thing).selectRelated('owner').orderBy('place');
    expect(joined.map(({ owner }) => owner?.label)).toEqual(['owner 0', 'owner 1', 'owner 2', undefined]);
    const fetched = await db.session().query(Thing).prefetchRelated('owner', 'others').orderBy('place');
    expect(fetched.map(({ owner }) => owner?.label)).toEqual(['owner 0', 'owner 1', 'owner 2', undefined]);
    expect(fetched.map(({ others }) => labels(others))).toEqual([
      ['owner 0', 'owner 1'],
      ['owner 1', 'owner 2'],
      ['owner 2', 'owner 3'],
      ['owner 0', 'owner 3'],
    ]);
    const owners = await db.session().query(Owner).prefetchRelated('things', 'badge').orderBy('label');
    expect(owners.map(({ things }) => things.map(({ place }) => place))).toEqual([[0], [1], [2], []]);
    expect(owners.map(({ badge }) => badge === null)).toEqual([true, false, true, true]);
    const things = await db.session().query(Thing).orderBy('place');
    expect((await things[2]!.owner!.load()).label).toBe('owner 2');
    expect(labels(await things[0]!.others.load())).toEqual(['owner 0', 'owner 1']);
    expect(await things[1]!.others.query().count()).toBe(2);
  });

  it('references by key, changes, links and deletes', async () => {
    const session = db.session();
    const thing = new Thing({ place: 50, owner: again() as never });
    session.add(thing);
    await session.commit();
    const owner = await session.getOrFail(Owner, values[0] as never);
    expect(thing.owner).toBe(owner);
    expect((await session.refresh(thing)).ownerId).toEqual(values[0]);
    owner.label = 'changed';
    thing.ownerId = values[3] as never;
    await session.commit();
    await thing.others.load();
    thing.others.add(owner);
    await session.commit();
    thing.others.remove(owner);
    await session.commit();
    const other = db.session();
    expect((await other.getOrFail(Owner, again() as never)).label).toBe('changed');
    const [read] = await other.query(Thing).filter({ place: 50 }).prefetchRelated('owner', 'others');
    expect([read!.owner?.label, read!.others.length]).toEqual(['owner 3', 0]);
    owner.label = 'owner 0';
    session.delete(thing);
    await session.commit();
    const extra = new Owner({ id: name === 'custom' ? { x: 9, y: 9 } : (shifted(values[3]) as never) });
    session.add(extra);
    await session.commit();
    session.delete(extra);
    await session.commit();
    expect(await db.session().query(Owner).count()).toBe(4);
  });

  it('what is no key is refused before anything is sent', async () => {
    await expectRefused(db, () => db.session().get(Owner, wrong[0] as never), {
      type: InvalidValueError,
      message: `Owner.id ${wrong[1]}.`,
    });
  });
});

/** Another value of the type of this one. */
function shifted(value: unknown): unknown {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'bigint') return value + 1n;
  if (value instanceof Date) return new Date(value.getTime() - 1);
  if (value instanceof Uint8Array) return bytes(...value, 1);
  const text = value as string;
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return '2026-03-01';
  if (text.includes('.') && text.includes(':')) return '01:00:00';
  return /^[\d.]+$/.test(text) ? '77.00' : text.length === 36 ? '0190a000-0000-7000-8000-0000000000ff' : `${text}!`;
}

describe('M7: composite keys with a point in time', () => {
  it('rows of one second are told apart', async () => {
    const session = db.session();
    const at = (ms: number): Date => new Date(1_767_225_600_000 + ms);
    const pairs = [1, 2, 3].map((ms) => new Pair({ at: at(ms), code: 'a', label: `${ms}` }));
    session.add(...pairs, new Pair({ at: at(1), code: 'A', label: 'upper' }));
    await session.commit();
    const other = db.session();
    const rows = await other.query(Pair).orderBy('label');
    expect(rows.map(({ label }) => label)).toEqual(['1', '2', '3', 'upper']);
    expect(await other.get(Pair, [at(2), 'a'])).toBe(rows[1]);
    rows[1]!.label = 'two';
    other.delete(rows[0]!);
    await other.commit();
    expect(await db.session().query(Pair).orderBy('label').valuesList('label', { flat: true })).toEqual([
      '3',
      'two',
      'upper',
    ]);
    expect(await other.query(Pair).filter({ code: 'a' }).update({ label: 'set' })).toBe(2);
    expect(rows[1]!.label).toBe('set');
  });
});

if (engine === 'mysql' || engine === 'mariadb')
  it('M7, S1: where the table’s own collation takes two texts for one, the key is what the database returned', async () => {
    class Login extends model('legacy_login', { name: f.string({ primaryKey: true }), visits: f.int() }) {}
    class Visit extends model('legacy_visit', { id: f.auto(), login: f.foreignKey(() => Login) }) {}
    const own = await openTestDatabase({ models: [Login, Visit] });
    const session = own.session();
    await session.sql`ALTER TABLE legacy_visit DROP FOREIGN KEY legacy_visit_login_id_fkey`;
    for (const table of ['legacy_login', 'legacy_visit'])
      await session.sql`ALTER TABLE ${session.sql.id(table)} CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci`;
    session.add(new Login({ name: 'admin', visits: 1 }));
    await session.commit();
    const other = own.session();
    const upper = await other.getOrFail(Login, 'ADMIN');
    expect(upper).toEqual({ name: 'admin', visits: 1 });
    expect(await other.get(Login, 'admin')).toBe(upper);
    expect(await other.get(Login, 'Admin ')).toBe(upper);
    expect(await other.query(Login)).toEqual([upper]);
    upper.visits = 2;
    await other.commit();
    expect((await own.session().getOrFail(Login, 'admin')).visits).toBe(2);
    const twin = own.session();
    twin.add(new Login({ name: 'ADMIN ', visits: 0 }));
    expect(await errorOf(() => twin.commit())).toMatchObject({
      code: 'E_UNIQUE_VIOLATION',
      model: 'Login',
      field: 'name',
    });
    await twin.rollback();
    await own.close();
  });
