/** Every kind of field on every path that a value can take to the database and back. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  between,
  count,
  exact,
  f,
  gt,
  gte,
  InvalidValueError,
  lt,
  lte,
  max,
  min,
  model,
  not,
  oneOf,
  UnsupportedError,
} from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { engine, expectRefused, onEngine, openTestDatabase } from '../../support/database.ts';
import { KINDS } from './kinds.ts';
import type { Kind, Value } from './kinds.ts';

/** The models of one kind: a value, one that refers to it, and one with many of them. */
function modelsOf({ name, field }: Kind) {
  class Box extends model(`${name}_box`, {
    id: f.auto(),
    place: f.int(),
    value: field,
    shelf: f.foreignKey(() => Shelf, { nullable: true }),
  }) {}
  class Holder extends model(`${name}_holder`, { id: f.auto(), box: f.foreignKey(() => Box) }) {}
  class Shelf extends model(`${name}_shelf`, {
    id: f.auto(),
    boxes: f.reverse(() => Box, 'shelf'),
    chosen: f.manyToMany(() => Box),
  }) {}
  return { Box, Holder, Shelf };
}

const cases = KINDS.map((kind) => ({ ...kind, ...modelsOf(kind) }));
type Case = (typeof cases)[number];

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: cases.flatMap(({ Box, Holder, Shelf }) => [Box, Holder, Shelf]) });
});
afterAll(() => db.close());

const backs = (values: readonly Value[]): unknown[] => values.map(({ back }) => back);

/** The rows that were written: a value each, and a last one without. */
async function write({ Box, Holder, Shelf, values }: Case): Promise<void> {
  await db.transaction(async (session) => {
    for (const model of [Holder, Shelf, Box])
      await session
        .query(model as typeof Box)
        .unfiltered()
        .delete();
    const boxes = [
      ...values.map(({ given }, place) => new Box({ place, value: given })),
      new Box({ place: values.length }),
    ];
    const shelf = new Shelf({});
    shelf.boxes.add(...boxes);
    shelf.chosen.add(...boxes);
    session.add(shelf, ...boxes.map((box) => new Holder({ box })));
    await session.flush();
    expect(boxes.map(({ value }) => unsigned(value))).toEqual([...backs(values), null]);
  });
}

const hasValue = (items: Iterable<object>): unknown[] => [...items].map((item) => (item as { value: unknown }).value);
const sorted = <T extends { readonly place: number }>(items: Iterable<T>): T[] =>
  [...items].sort((a, b) => a.place - b.place);

describe.each(cases)('M3: $name', (kind) => {
  const { Box, Holder, Shelf, values, structured = false, compare } = kind;
  const written = [...backs(values), null];
  const table = Box.meta.table;
  /** What stands for a value in a filter. */
  const term = (value: unknown): never => (structured ? exact(value) : value) as never;
  const places = (condition: object): Promise<number[]> =>
    db
      .session()
      .query(Box)
      .filter(condition as never)
      .orderBy('place')
      .valuesList('place', { flat: true })
      .all();
  const placesWhere = (test: (value: never) => boolean): number[] =>
    written.flatMap((value, place) => (value !== null && test(value as never) ? [place] : []));

  beforeAll(() => write(kind));

  it('select, values, valuesList, iterate, get, refresh, only', async () => {
    const session = db.session();
    const boxes = await session.query(Box).orderBy('place');
    expect(hasValue(boxes)).toEqual(written);
    for (const box of boxes) await session.refresh(box);
    expect(hasValue(boxes)).toEqual(written);
    expect(hasValue(await db.session().query(Box).orderBy('place').values('value'))).toEqual(written);
    expect(await db.session().query(Box).orderBy('place').valuesList('value', { flat: true })).toEqual(written);
    const streamed: object[] = [];
    for await (const box of db.session().query(Box).orderBy('place').iterate({ batchSize: 3 })) streamed.push(box);
    expect(hasValue(streamed)).toEqual(written);
    const other = db.session();
    const got: object[] = [];
    for (const { id } of boxes) got.push(await other.getOrFail(Box, id));
    expect(hasValue(got)).toEqual(written);
    expect(hasValue(await db.session().query(Box).only('value').orderBy('place'))).toEqual(written);
  });

  it('joins, prefetches of each kind, and load()', async () => {
    const joined = await db.session().query(Holder).selectRelated('box').orderBy('id');
    expect(hasValue(joined.map(({ box }) => box))).toEqual(written);
    const byKey = await db.session().query(Holder).prefetchRelated('box').orderBy('id');
    expect(hasValue(byKey.map(({ box }) => box))).toEqual(written);
    const [shelf] = await db.session().query(Shelf).prefetchRelated('boxes', 'chosen');
    expect(hasValue(sorted(shelf!.boxes))).toEqual(written);
    expect(hasValue(sorted(shelf!.chosen))).toEqual(written);
    const [holder] = await db.session().query(Holder).orderBy('id').limit(1);
    expect(hasValue([await holder!.box.load()])).toEqual(written.slice(0, 1));
    const [late] = await db.session().query(Shelf);
    expect(hasValue(sorted(await late!.chosen.load()))).toEqual(written);
    const through = await db
      .session()
      .query(Holder)
      .orderBy('id')
      .values((h) => ({ value: h.box.value }));
    expect(hasValue(through)).toEqual(written);
  });

  it('what was read and not changed is not written', async () => {
    const session = db.session();
    const boxes = await session.query(Box).orderBy('place');
    const before = db.queryStats().statements;
    await session.commit();
    expect(db.queryStats().statements).toBe(before);
    expect(hasValue(boxes)).toEqual(written);
  });

  it('filters: equal, one of, none of, NULL', async () => {
    const groups = values.map(({ back }) => placesWhere((value) => same(value, back)));
    const found: number[][] = [];
    for (const { given } of values) found.push(await places({ value: term(given) }));
    expect(found).toEqual(groups);
    expect(await places({ value: null })).toEqual([values.length]);
  });

  if (!structured)
    it('filters: one of, and not equal', async () => {
      const all = placesWhere(() => true);
      expect(await places({ value: oneOf(values.map(({ given }) => given)) })).toEqual(all);
      const first = placesWhere((value) => same(value, values[0]!.back));
      expect(await places({ value: oneOf([values[0]!.given]) })).toEqual(first);
      expect(await places({ value: not(exact(values[0]!.given)) })).toEqual([
        ...all.filter((place) => !first.includes(place)),
        values.length,
      ]);
    });

  const isRefused = engine === 'sqlite' && kind.name.startsWith('wid');
  if (isRefused)
    it('SQLite does not compare or sort decimals of more than 18 digits', async () => {
      const refused = {
        type: UnsupportedError,
        message: 'SQLite cannot do this: to compute, compare or sort decimals of more than 18 digits.',
      };
      const rows = db.session().query(Box);
      await expectRefused(db, async () => rows.orderBy('value'), refused);
      await expectRefused(db, () => places({ value: gt('1') }), refused);
      await expectRefused(db, async () => rows.aggregate((box) => ({ least: min(box.value as never) })), refused);
    });
  if (compare !== undefined && !isRefused)
    it('filters and orders by size', async () => {
      const by = compare as (a: unknown, b: unknown) => number;
      for (const { given, back } of values.slice(0, 12)) {
        const where = (test: (sign: number) => boolean): number[] => placesWhere((value) => test(by(value, back)));
        const found = [gt, gte, lt, lte].map((lookup) => places({ value: lookup(given as never) }));
        expect(await Promise.all(found)).toEqual([
          where((sign) => sign > 0),
          where((sign) => sign >= 0),
          where((sign) => sign < 0),
          where((sign) => sign <= 0),
        ]);
      }
      const [low, high] = [values[0]!.back, values.at(-1)!.back].sort(by);
      expect(await places({ value: between(low as never, high as never) })).toEqual(
        placesWhere((value) => by(value, low) >= 0 && by(value, high) <= 0),
      );
      const ordered = [...backs(values)].sort(by);
      const rows = db
        .session()
        .query(Box)
        .exclude({ value: null } as never);
      expect(await rows.orderBy('value').valuesList('value', { flat: true })).toEqual(ordered);
      expect(await rows.orderBy('-value').valuesList('value', { flat: true })).toEqual(ordered.toReversed());
      const found = await rows.aggregate((box) => ({
        least: min(box.value as never),
        greatest: max(box.value as never),
        all: count(box.value as never),
      }));
      expect(found).toEqual({ least: ordered[0], greatest: ordered.at(-1), all: values.length });
      const kinds = await rows.orderBy('value').distinct().valuesList('value', { flat: true });
      expect(kinds).toEqual(ordered.filter((value, i) => i === 0 || by(value, ordered[i - 1]) !== 0));
    });

  it('update by flush: one row, all rows; update of a set', async () => {
    const session = db.session();
    const boxes = await session.query(Box).orderBy('place');
    const rotate = (by: number): Value[] => values.map((_, i) => values[(i + by) % values.length]!);
    const read = async (): Promise<unknown[]> => hasValue(await db.session().query(Box).orderBy('place'));
    for (const [i, { given }] of rotate(1).entries()) {
      boxes[i]!.value = given;
      await session.commit();
    }
    expect(await read()).toEqual([...backs(rotate(1)), null]);
    for (const [i, { given }] of rotate(2).entries()) boxes[i]!.value = given;
    boxes.at(-1)!.value = values[0]!.given;
    await session.commit();
    expect(await read()).toEqual([...backs(rotate(2)), values[0]!.back]);
    for (const box of boxes) box.value = null;
    await session.commit();
    expect(await read()).toEqual(boxes.map(() => null));
    for (const [place, { given }] of values.entries())
      expect(await db.session().query(Box).filter({ place }).update({ value: given })).toBe(1);
    expect(await read()).toEqual(written);
  });

  it('one row at a time; with a key that is given', async () => {
    const session = db.session();
    const boxes = values.map(({ given }, i) => new Box({ id: 10_000 + i, place: 10_000 + i, value: given }));
    for (const box of boxes) {
      session.add(box);
      await session.commit();
    }
    expect(hasValue(boxes).map(unsigned)).toEqual(backs(values));
    const rows = db
      .session()
      .query(Box)
      .filter({ place: gte(10_000) });
    expect(hasValue(await rows.orderBy('place'))).toEqual(backs(values));
    await rows.delete();
  });

  it('a statement of the application’s own', async () => {
    const session = db.session();
    const read = await session.sql<{ value: unknown }>`SELECT value FROM ${session.sql.id(table)} ORDER BY place`;
    const { raw = (value: never): unknown => value } = kind;
    // What a database makes of JSON and of arrays is its own.
    const known = !structured || kind.raw !== undefined;
    const shown = (value: unknown): unknown => (value === null ? null : known ? raw(value as never) : 'given');
    const found = hasValue(read).map((value) => (known || value === null ? value : 'given'));
    expect(found).toEqual(written.map(shown));
  });

  if (!structured)
    it('a value in a statement of the application’s own', async () => {
      const session = db.session();
      const found: number[][] = [];
      for (const { back } of values) {
        const rows = await session.sql<{ place: number }>`
          SELECT place FROM ${session.sql.id(table)} WHERE value = ${back} ORDER BY place`;
        found.push(rows.map(({ place }) => place));
      }
      expect(found).toEqual(values.map(({ back }) => placesWhere((value) => same(value, back))));
    });

  it.each(kind.refused.map(([value, problem], i) => ({ i, value, problem })))(
    'refused before anything is sent, $i: $problem',
    async ({ value, problem }) => {
      const message = `Box.value ${problem}.`;
      const session = db.session();
      session.add(new Box({ place: 0, value }));
      await expectRefused(db, () => session.flush(), { type: InvalidValueError, message });
      await session.rollback();
      if (typeof value === 'function') return;
      const set = db.session().query(Box).filter({ place: 0 });
      await expectRefused(db, async () => set.update({ value: value as never }), { type: InvalidValueError, message });
    },
  );

  it.each([1, 2, 3])('any value comes back as it was (seed %i)', async (seed) => {
    await fc.assert(
      fc.asyncProperty(fc.array(kind.any, { minLength: 1, maxLength: 20 }), async (given) => {
        const session = db.session();
        await session
          .query(Box)
          .filter({ place: gte(50_000) })
          .delete();
        const boxes = given.map((value, i) => new Box({ place: 50_000 + i, value }));
        session.add(...boxes);
        await session.commit();
        const rows = db
          .session()
          .query(Box)
          .filter({ place: gte(50_000) });
        expect(hasValue(await rows.orderBy('place'))).toEqual(given);
        for (const box of boxes) box.value = null;
        await session.commit();
        for (const [i, box] of boxes.entries()) box.value = given[i];
        await session.commit();
        expect(hasValue(await rows.orderBy('place').values('value'))).toEqual(given);
        const equal: number[] = [];
        for (const [i, value] of given.slice(0, 3).entries())
          equal.push(await rows.filter({ place: 50_000 + i, value: term(value) } as never).count());
        expect(equal).toEqual(given.slice(0, 3).map(() => 1));
        const among = structured ? given.length : await rows.filter({ value: oneOf(given) } as never).count();
        expect(among).toBe(given.length);
      }),
      { seed, numRuns: 5 },
    );
  });
});

/** Whether two values are one in the database. */
const same = (a: unknown, b: unknown): boolean => JSON.stringify(plain(a)) === JSON.stringify(plain(b));

/** Zero has no sign in any database; in memory it stays what the application wrote. */
const unsigned = (value: unknown): unknown => (value === 0 ? 0 : value);

/** A value in a form that JSON tells apart. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return [...value];
  if (Array.isArray(value)) return ['array', ...value.map(plain)];
  if (typeof value === 'object' && value !== null && !(value instanceof Date))
    return Object.entries(value)
      .map(([key, inner]) => [key, plain(inner)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  return value;
}

describe('M3: what is large', () => {
  const { Box } = cases.find(({ name }) => name === 'text')!;
  const { Box: Bytes } = cases.find(({ name }) => name === 'binary')!;
  it('a megabyte of text, and of bytes', async () => {
    const text = `${'Ünï😀'.repeat(125_000)}'"\\`;
    const bytes = Uint8Array.from({ length: 2 ** 20 }, (_, i) => (i * 7) % 256);
    const session = db.session();
    const [a, b] = [new Box({ place: 1, value: text }), new Box({ place: 2, value: 'short' })];
    const [c, d] = [new Bytes({ place: 1, value: bytes }), new Bytes({ place: 2, value: new Uint8Array([1]) })];
    session.add(a, b, c, d);
    await session.commit();
    [a.value, b.value, c.value, d.value] = ['short', text, new Uint8Array([1]), bytes];
    await session.commit();
    const other = db.session();
    const [x, y] = [await other.getOrFail(Box, b.id), await other.getOrFail(Bytes, d.id)];
    expect(x.value === text).toBe(true);
    expect(Buffer.compare(y.value as Uint8Array, bytes)).toBe(0);
    expect(
      await other
        .query(Box)
        .filter({ id: b.id, value: oneOf([text]) } as never)
        .count(),
    ).toBe(1);
    expect(onEngine({ sqlite: Object.getPrototypeOf(y.value) as object })).toBe(Uint8Array.prototype);
  });
});
