/** Positions of what is written: each runs in a transaction that is rolled back, and gives what the table then holds. */
import type { Session } from 'blazeorm';

import { items, KINDS, loose } from './loose.ts';
import { Item, ITEMS, Owner, Tag, TAGS } from './models.ts';
import { is, OPEN, REFUSED } from './net.ts';
import type { Answer, Position } from './net.ts';
import { harmless, holds, isLike, throughJson } from './plain-data.ts';
import type { Kind } from './plain-data.ts';

type Write = Omit<Position, 'writes'>;

/** The values of a field in all rows, in the order of the keys. */
const column = (session: Session, name: string): unknown =>
  loose(session.query(Item))['orderBy']!('id')['valuesList']!(name, { flat: true });

const before = (name: string): unknown[] => ITEMS.map((row) => row[name] ?? null);

/** What a column holds once a value was written to it. */
function kept(kind: Kind, value: unknown): unknown {
  if (value === undefined || value === null) return null;
  if (kind === 'price') return Number(value).toFixed(2);
  if (kind === 'data') return throughJson(value);
  if (kind === 'bytes') return new Uint8Array(value as Uint8Array);
  if (kind === 'words') return [...(value as string[])];
  return value === 0 ? 0 : value;
}

/** What is there after one value was written; `place` is the row, `undefined` for a new one. */
function written(kind: Kind, place?: number, { nothing = REFUSED }: { nothing?: Answer } = {}) {
  return (payload: unknown): Answer => {
    if (payload === undefined) return nothing;
    if (payload === null && kind === 'text') return REFUSED;
    if (payload !== null && !holds(kind, payload)) {
      const isBare = typeof payload !== 'object' || Buffer.isBuffer(payload);
      return kind === 'custom' && isBare && typeof payload !== 'function' && typeof payload !== 'symbol'
        ? OPEN
        : REFUSED;
    }
    // Databases have limits of their own for how deep JSON may be.
    if (kind === 'data' && JSON.stringify(payload).length > 10_000 && typeof payload === 'object') return OPEN;
    const values = before(kind);
    values.splice(place ?? values.length, place === undefined ? 0 : 1, kept(kind, payload));
    return is(values);
  };
}

const sampleOf: Readonly<Record<Kind, unknown>> = {
  text: 'harmless',
  name: 'harmless',
  number: 1,
  small: 1,
  big: 1n,
  ratio: 1.25,
  price: '1.00',
  flag: true,
  day: '2026-01-31',
  hour: '13:45:00',
  at: new Date('2020-01-01T00:00:00Z'),
  uid: '00000000-0000-4000-8000-000000000001',
  color: 'red',
  data: { key: 1 },
  bytes: Buffer.from('harmless'),
  words: ['harmless'],
  custom: 'harmless',
};

const fieldPositions = KINDS.flatMap((kind): Write[] => {
  const like = (payload: unknown): unknown => (payload === null || payload === undefined ? payload : sampleOf[kind]);
  const make = (payload: unknown): Item => new Item({ text: 'new', [kind]: payload } as never);
  return [
    {
      at: `new Item({ ${kind}: … })`,
      run: async (session, payload) => {
        session.add(make(payload));
        await session.flush();
        return column(session, kind);
      },
      answer: written(kind, undefined, kind === 'text' ? {} : { nothing: is([...before(kind), null]) }),
      like,
      sends: 2,
    },
    {
      at: `item.${kind} = …`,
      run: async (session, payload) => {
        const item = await session.getOrFail(Item, 1);
        (item as unknown as Record<string, unknown>)[kind] = payload;
        await session.flush();
        return column(session, kind);
      },
      answer: written(kind, 0, { nothing: OPEN }),
      like,
      sends: 'any',
      prepared: 1,
    },
    {
      at: `update({ ${kind}: … })`,
      run: async (session, payload) => {
        await items(session)['filter']!({ id: 2 })['update']!({ [kind]: payload });
        return column(session, kind);
      },
      answer: written(kind, 1),
      like,
      sends: 2,
    },
    {
      at: `update({ ${kind}: () => … })`,
      run: (session, payload) => items(session)['filter']!({ id: 2 })['update']!({ [kind]: () => payload }),
      answer: () => REFUSED,
    },
    {
      at: `bulkCreate([{ ${kind}: … }, …])`,
      run: async (session, payload) => {
        await items(session)['bulkCreate']!([{ text: 'new', [kind]: payload }, make(payload)]);
        return column(session, kind);
      },
      answer: (payload) => {
        const answer = written(
          kind,
          undefined,
          kind === 'text' ? {} : { nothing: is([...before(kind), null]) },
        )(payload);
        return answer.kind === 'is' ? is([...(answer.value as unknown[]), (answer.value as unknown[]).at(-1)]) : answer;
      },
      like,
      sends: 'any',
    },
    {
      at: `bulkUpdate([item, …], ['${kind}'])`,
      run: async (session, payload) => {
        const found = await session.query(Item).filter({ id: 3 });
        (found[0] as unknown as Record<string, unknown>)[kind] = payload;
        await items(session)['bulkUpdate']!(found, [kind]);
        return column(session, kind);
      },
      answer: written(kind, 2, { nothing: OPEN }),
      like,
      sends: 'any',
      prepared: 1,
    },
  ];
});

/* ---------- names, options, whole rows ---------- */

const own = (name: string, payload: unknown): Record<string, unknown> =>
  Object.fromEntries([[typeof payload === 'symbol' ? 'symbol' : textOf(payload), name]]);

function textOf(payload: unknown): string {
  return typeof payload === 'string' ? payload : `(${typeof payload})`;
}

const first = (session: Session): Promise<Item> => session.getOrFail(Item, 1);

const itemPositions: Write[] = [
  {
    at: 'new Item(…)',
    run: async (session, payload) => {
      session.add(new Item(payload as never));
      await session.flush();
    },
    answer: () => REFUSED,
  },
  {
    at: 'new Item({ […]: 1 })',
    run: async (session, payload) => {
      session.add(new Item({ text: 'new', ...own('1', payload) } as never));
      await session.flush();
    },
    answer: (payload) => (payload === 'text' ? OPEN : REFUSED),
    like: () => 'text',
    sends: 1,
  },
  {
    at: 'new Item({ owner: … })',
    run: async (session, payload) => {
      session.add(new Item({ text: 'new', owner: payload } as never));
      await session.flush();
      return column(session, 'ownerId');
    },
    answer: (payload) =>
      payload === null || payload === undefined
        ? is([...before('ownerId'), null])
        : holds('number', payload)
          ? payload === 1
            ? is([...before('ownerId'), 1])
            : OPEN
          : REFUSED,
    sends: 2,
  },
  {
    at: 'item.owner = …',
    run: async (session, payload) => {
      loose(await first(session));
      const item = await first(session);
      (item as unknown as { owner: unknown }).owner = payload;
      await session.flush();
      return column(session, 'ownerId');
    },
    answer: (payload) => (payload === undefined ? OPEN : payload === null ? is(before('ownerId')) : REFUSED),
    like: () => null,
    sends: 'any',
    prepared: 1,
  },
  {
    at: 'update(…)',
    run: (session, payload) => items(session)['filter']!({ id: 1 })['update']!(payload),
    answer: () => REFUSED,
  },
  {
    at: 'update({ […]: 1 })',
    run: (session, payload) => items(session)['filter']!({ id: 1 })['update']!(own('1', payload)),
    answer: (payload) => (payload === 'text' ? is(1) : REFUSED),
    like: () => 'text',
  },
  {
    at: 'update({ owner: … })',
    run: (session, payload) => items(session)['filter']!({ id: 1 })['update']!({ owner: payload }),
    answer: (payload) => (payload === null || payload === 1 ? is(1) : holds('number', payload) ? OPEN : REFUSED),
  },
  {
    at: 'update() of filter(…)',
    run: (session, payload) => items(session)['filter']!({ text: payload })['update']!({ number: 1 }),
    answer: (payload) =>
      payload === null
        ? is(0)
        : holds('text', payload)
          ? is(ITEMS.filter((row) => row['text'] === payload).length)
          : REFUSED,
  },
  {
    at: 'delete() of filter(…)',
    run: (session, payload) => items(session)['filter']!({ text: payload })['delete']!(),
    answer: (payload) =>
      payload === null
        ? is(0)
        : holds('text', payload)
          ? is(ITEMS.filter((row) => row['text'] === payload).length)
          : REFUSED,
    sends: 'any',
  },
  {
    at: 'bulkCreate(…)',
    run: (session, payload) => items(session)['bulkCreate']!(payload),
    answer: (payload) => (isEmptyList(payload) ? is([]) : REFUSED),
    like: (payload) => payload,
    sends: 0,
  },
  { at: 'bulkCreate([…])', run: (session, payload) => items(session)['bulkCreate']!([payload]), answer: () => REFUSED },
  {
    at: "bulkCreate([{ text: 'new' }], …)",
    run: async (session, payload) => {
      await items(session)['bulkCreate']!([{ text: 'new' }], payload);
    },
    answer: (payload) => (payload === undefined || isEmptyRecord(payload) ? OPEN : REFUSED),
    like: () => undefined,
    sends: 1,
  },
  ...['onConflict', 'conflictFields', 'updateFields', 'batchSize'].map((option): Write => ({
    at: `bulkCreate(…, { ${option}: … })`,
    run: async (session, payload) => {
      await loose(session.query(Tag))['bulkCreate']!([{ name: 'new' }], { [option]: payload });
    },
    answer: (payload) =>
      payload === undefined || (option === 'batchSize' && Number.isInteger(payload) && (payload as number) >= 1)
        ? OPEN
        : REFUSED,
    like: () => undefined,
    sends: 1,
  })),
  ...['conflictFields', 'updateFields'].map((option): Write => ({
    at: `bulkCreate(…, { ${option}: […] })`,
    run: async (session, payload) => {
      await loose(session.query(Tag))['bulkCreate']!([{ name: 'new', label: 'x' }], {
        onConflict: 'update',
        [option]: [payload],
      });
    },
    answer: (payload) => (option === 'conflictFields' && payload === 'id' ? OPEN : REFUSED),
    like: (payload) => payload,
    sends: 'any',
  })),
  {
    at: 'bulkUpdate(…)',
    run: (session, payload) => items(session)['bulkUpdate']!(payload, ['text']),
    answer: (payload) => (isEmptyList(payload) ? is(0) : REFUSED),
    like: (payload) => payload,
    sends: 0,
  },
  {
    at: 'bulkUpdate([…])',
    run: (session, payload) => items(session)['bulkUpdate']!([payload], ['text']),
    answer: () => REFUSED,
  },
  {
    at: 'bulkUpdate([item], …)',
    run: async (session, payload) => items(session)['bulkUpdate']!([await first(session)], payload),
    answer: () => REFUSED,
    prepared: 1,
  },
  {
    at: 'bulkUpdate([item], […])',
    run: async (session, payload) => items(session)['bulkUpdate']!([await first(session)], [payload]),
    answer: (payload) => (payload === 'text' || payload === 'owner' ? OPEN : REFUSED),
    like: (payload) => payload,
    sends: 'any',
    prepared: 1,
  },
  ...['add', 'delete', 'refresh', 'detach', 'state', 'addAll'].map((call): Write => ({
    at: `session.${call}(…)`,
    run: (session, payload) => loose(session)[call]!(payload),
    answer: (payload) => (call === 'addAll' && isNothing(payload) ? is(undefined) : REFUSED),
    like: (payload) => payload,
    sends: 0,
  })),
  { at: 'session.addAll([…])', run: (session, payload) => loose(session)['addAll']!([payload]), answer: () => REFUSED },
  {
    at: 'session.prefetch([…])',
    run: (session, payload) => loose(session)['prefetch']!([payload], 'owner'),
    answer: () => REFUSED,
  },
  {
    at: 'session.prefetch([item], …)',
    run: async (session, payload) => void (await loose(session)['prefetch']!([await first(session)], payload)),
    answer: (payload) => (['owner', 'tags', 'owner.notes', 'tags.notes'].includes(payload as string) ? OPEN : REFUSED),
    like: (payload) => payload,
    sends: 'any',
    prepared: 1,
  },
];

/** Nothing to go through, whatever it is. */
const isEmptyList = (payload: unknown): boolean =>
  typeof payload === 'object' &&
  payload !== null &&
  Symbol.iterator in payload &&
  (payload as { length?: unknown }).length === 0;
const isEmptyRecord = (payload: unknown): boolean =>
  typeof payload === 'object' && payload !== null && Object.keys(payload).length === 0;

/* ---------- rows that are to be there ---------- */

const tagsNow = (session: Session): unknown =>
  loose(session.query(Tag))['orderBy']!('id')['valuesList']!('name', 'label');
const TAG_ROWS = TAGS.map((name) => [name, null]);

const fitsTag = (payload: unknown): boolean => holds('text', payload) && Array.from(payload as string).length <= 200;

const ensuring = (['getOrCreate', 'updateOrCreate'] as const).flatMap((call): Write[] => {
  const ensure = (session: Session, ...args: readonly unknown[]): PromiseLike<unknown> =>
    loose(session.query(Tag))[call]!(...args);
  return [
    { at: `${call}(…)`, run: (session, payload) => ensure(session, payload), answer: () => REFUSED },
    {
      at: `${call}({ […]: 'x' })`,
      run: (session, payload) => ensure(session, own('x', payload)),
      answer: () => REFUSED,
    },
    {
      at: `${call}({ name: … })`,
      run: async (session, payload) => {
        await ensure(session, { name: payload });
        return tagsNow(session);
      },
      answer: (payload) =>
        !fitsTag(payload)
          ? holds('text', payload)
            ? REFUSED
            : REFUSED
          : is(TAGS.includes(payload as string) ? TAG_ROWS : [...TAG_ROWS, [payload, null]]),
      like: (payload) => (TAGS.includes(payload as string) ? TAGS[0] : 'harmless'),
      sends: 'any',
    },
    {
      at: `${call}(…, …)`,
      run: async (session, payload) => {
        await ensure(session, { name: 'new' }, payload);
      },
      answer: (payload) => {
        if (payload === undefined || isEmptyRecord(payload)) return Array.isArray(payload) ? REFUSED : OPEN;
        if (isLike(payload, '{"defaults":{"id":1}}')) return OPEN;
        return REFUSED;
      },
      like: () => undefined,
      sends: 'any',
    },
    {
      at: `${call}(…, { defaults: … })`,
      run: async (session, payload) => {
        await ensure(session, { name: 'new' }, { defaults: payload });
      },
      answer: (payload) =>
        payload === undefined || (isEmptyRecord(payload) && !Array.isArray(payload)) || isKey(payload) ? OPEN : REFUSED,
      like: () => undefined,
      sends: 'any',
    },
    {
      at: `${call}(…, { defaults: { label: … } })`,
      run: async (session, payload) => {
        await ensure(session, { name: 'id' }, { defaults: { label: payload } });
        return tagsNow(session);
      },
      answer: (payload) => {
        if (payload === undefined) return OPEN;
        if (payload !== null && !holds('text', payload)) return REFUSED;
        return is(
          TAG_ROWS.map(([name, label]) => [name, name === 'id' && call === 'updateOrCreate' ? payload : label]),
        );
      },
      like: (payload) => (payload === null || payload === undefined ? payload : 'harmless'),
      sends: 'any',
    },
  ];
});

/** `{ id: … }` names the key of a new row, which `getOrCreate` may be told. */
const isKey = (payload: unknown): boolean => isLike(payload, '{"id":1}');

/* ---------- collections ---------- */

const collections = (
  [
    ['owner.items', (session: Session) => session.getOrFail(Owner, 1)],
    ['tag.items', (session: Session) => session.getOrFail(Tag, 1)],
  ] as const
).flatMap(([at, owner]): Write[] => {
  const loaded = async (session: Session) => ({ list: loose(await (await owner(session)).items.load()) });
  return [
    ...['add', 'remove', 'set', 'create'].map((call): Write => ({
      at: `${at}.${call}(…)`,
      run: async (session, payload) => {
        const { list } = await loaded(session);
        await list[call]!(payload);
        await session.flush();
      },
      answer: (payload) => (call === 'set' && isNothing(payload) ? OPEN : REFUSED),
      like: (payload) => payload,
      sends: 'any',
      prepared: 2,
    })),
    {
      at: `${at}.set([…])`,
      run: async (session, payload) => {
        const { list } = await loaded(session);
        list['set']!([payload]);
        await session.flush();
      },
      answer: () => REFUSED,
      prepared: 2,
    },
    {
      at: `${at}.create({ text: … })`,
      run: async (session, payload) => {
        const { list } = await loaded(session);
        list['create']!({ text: payload });
        await session.flush();
        return column(session, 'text');
      },
      answer: written('text'),
      sends: 'any',
      prepared: 2,
    },
  ];
});

const isNothing = (payload: unknown): boolean => payload === '' || isEmptyList(payload);

export const WRITING: readonly Position[] = [...fieldPositions, ...itemPositions, ...ensuring, ...collections].map(
  (position) => ({
    like: harmless,
    ...position,
    writes: true,
  }),
);
