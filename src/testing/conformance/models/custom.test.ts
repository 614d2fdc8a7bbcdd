/** Types of the application's own, by a codec: on every path that a value can take, and when the codec fails. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { CodecError, exact, f, isNull, max, min, model, not, oneOf, some } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

/** Cents; the codec refuses what is negative, as what it reads. */
class Money {
  readonly cents: number;

  constructor(cents: number) {
    this.cents = cents;
  }
}
const money = {
  type: 'integer',
  codec: {
    encode(value: Money): number {
      if (value.cents < 0) throw new RangeError(`${value.cents} is a debt`);
      return value.cents;
    },
    decode(stored: unknown): Money {
      if (Number(stored) < 0) throw new RangeError(`${String(stored)} is a debt`);
      return new Money(Number(stored));
    },
  },
};
/** A code such as DE-7, kept as `de7`. */
class Code {
  readonly land: string;
  readonly number: number;

  constructor(land: string, number: number) {
    this.land = land;
    this.number = number;
  }
}
const code = {
  type: 'varchar(20)',
  codec: {
    encode: ({ land, number }: Code) => `${land.toLowerCase()}${number}`,
    decode: (stored: unknown) => new Code(String(stored).slice(0, 2).toUpperCase(), Number(String(stored).slice(2))),
  },
};

class Shop extends model('shop', {
  code: f.custom<Code>(code, { primaryKey: true }),
  rent: f.custom<Money>(money, { nullable: true }),
  parent: f.foreignKey(() => Shop, { nullable: true }),
  wares: f.manyToMany(() => Ware),
  branches: f.reverse(() => Shop, 'parent'),
}) {}

class Ware extends model('ware', {
  id: f.auto(),
  price: f.custom<Money>(money),
  history: f.embedded({ first: f.custom<Money>(money) }, { nullable: true }),
}) {}

const euro = (value: number): Money => new Money(value * 100);
const [BONN, KIEL] = [new Code('DE', 1), new Code('DE', 2)];
let db: Database;

/** The shop in Bonn has a branch in Kiel, and both sell one ware. */
beforeEach(async () => {
  db = await openTestDatabase({ models: [Shop, Ware] });
  const session = db.session();
  const bonn = new Shop({ code: BONN, rent: euro(500) });
  const kiel = new Shop({ code: KIEL, parent: bonn });
  const ware = new Ware({ price: euro(3), history: { first: euro(2) } });
  bonn.wares.add(ware);
  kiel.wares.add(ware);
  session.add(bonn, kiel);
  await session.commit();
});

afterEach(() => db.close());

describe('a custom type', () => {
  it('M10: M3: M7: comes back on every path', async () => {
    const session = db.session();
    const kiel = (await session.get(Shop, new Code('DE', 2)))!;
    expect([kiel.code, kiel.rent]).toEqual([KIEL, null]);
    expect(kiel.code).toBeInstanceOf(Code);
    expect(await session.get(Shop, KIEL)).toBe(kiel);
    const bonn = await kiel.parent!.load();
    expect(bonn.rent).toEqual(euro(500));
    expect([...(await bonn.branches.load())]).toEqual([kiel]);
    const [ware] = await bonn.wares.load();
    expect([ware!.price, ware!.history]).toEqual([euro(3), { first: euro(2) }]);
    const [joined] = await db
      .session()
      .query(Shop)
      .filter({ code: KIEL })
      .selectRelated('parent')
      .prefetchRelated('wares');
    expect([joined!.parent!.rent, joined!.wares.at(0)!.price]).toEqual([euro(500), euro(3)]);
    expect(
      await session
        .query(Shop)
        .filter({ rent: isNull(false) })
        .values('code', 'rent'),
    ).toEqual([{ code: BONN, rent: euro(500) }]);
    expect(await session.query(Ware).aggregate((w) => ({ low: min(w.price), high: max(w.history.first) }))).toEqual({
      low: euro(3),
      high: euro(2),
    });
  });

  it('M10: Q1: is filtered by, alone, in lists and across relations', async () => {
    const shops = db.session().query(Shop);
    const count = (condition: Parameters<typeof shops.filter>[0]): Promise<number> => shops.filter(condition).count();
    expect(await count({ code: new Code('DE', 1) })).toBe(1);
    expect(await count({ rent: euro(500) })).toBe(1);
    // A row without a rent stays.
    expect(await count({ rent: not(exact<Money | null>(euro(500))) })).toBe(1);
    expect(await count({ code: oneOf([BONN, KIEL, new Code('FR', 1)]) })).toBe(2);
    expect(await count({ parent: { rent: euro(500) } })).toBe(1);
    expect(await count({ parent: BONN })).toBe(1);
    expect(await count({ wares: some({ price: euro(3), history: { first: euro(2) } }) })).toBe(2);
    expect(await count((s) => s.wares.min((w) => w.price).eq(euro(3)))).toBe(2);
  });

  it('M10: S4: Q10: is written where it is another value, and only then', async () => {
    const session = db.session();
    const [bonn] = await session.query(Shop).filter({ code: BONN });
    bonn!.rent = euro(500);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    bonn!.rent = euro(600);
    await session.commit();
    expect(
      await db
        .session()
        .query(Shop)
        .filter({ rent: euro(600) })
        .count(),
    ).toBe(1);
    await session
      .query(Shop)
      .unfiltered()
      .update({ rent: euro(700) });
    expect(bonn!.rent).toEqual(euro(700));
    await session.query(Ware).bulkCreate([{ price: euro(1) }, { price: euro(9) }]);
    expect(await session.query(Ware).orderBy('-price').valuesList('price', { flat: true })).toEqual([
      euro(9),
      euro(3),
      euro(1),
    ]);
  });

  it('M10: X4: names the field whose codec fails, and no value', async () => {
    const session = db.session();
    const debt = new Money(-1);
    const calls = [
      () => session.query(Ware).filter({ price: debt }),
      () => session.query(Ware).filter({ price: oneOf([debt]) }),
      () => session.query(Shop).filter({ wares: some({ price: debt }) }),
      () => session.query(Ware).unfiltered().update({ price: debt }),
      () => session.query(Ware).bulkCreate([{ price: debt }]),
      () => db.transaction((own) => own.add(new Ware({ price: debt }))),
    ];
    for (const call of calls) {
      const error = (await errorOf(call)) as CodecError;
      expect(error).toBeInstanceOf(CodecError);
      expect([error.message, error.code, error.model, error.field]).toEqual([
        'The codec of Ware.price failed to encode a value.',
        'E_CODEC',
        'Ware',
        'price',
      ]);
      expect(error.cause).toBeInstanceOf(RangeError);
    }
    await session.sql`UPDATE ware SET price = -1`;
    for (const call of [
      () => session.query(Ware).values('price'),
      () => db.session().query(Ware),
      () => db.session().query(Shop).prefetchRelated('wares'),
      () => session.query(Ware).aggregate((w) => ({ low: min(w.price) })),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(CodecError);
      expect(error.message).toBe('The codec of Ware.price failed to decode a value.');
    }
    await session.sql`UPDATE ware SET history_first = -1, price = 1`;
    expect((await errorOf(() => session.query(Ware).values((w) => ({ first: w.history.first })))).message).toBe(
      'The codec of Ware.history.first failed to decode a value.',
    );
  });
});
