import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  and,
  arrayContains,
  arrayLength,
  arrayOverlaps,
  caseWhen,
  cast,
  contains,
  count,
  day,
  every,
  f,
  gt,
  gte,
  hasKey,
  hour,
  jsonContains,
  jsonPath,
  lag,
  lt,
  lte,
  month,
  none,
  not,
  oneOf,
  or,
  some,
  stringAgg,
  sum,
  year,
} from 'blazeorm';
import type { Database, QuerySet } from 'blazeorm';

import { openTestDatabase } from '../../support/database.ts';
import { Author, Comment, Post, Sample } from '../../support/models.ts';
import { openBlog } from '../../../src/testing/conformance/query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(async () => {
  await db.close();
});

const shapesOf = async (run: () => Promise<unknown>): Promise<number> => {
  const before = db.queryStats().shapes;
  await run();
  return db.queryStats().shapes - before;
};

describe('the structural cache', () => {
  it('Q16: the same structure with other values is compiled once', async () => {
    const session = db.session();
    const run = async (n: number, list: number[], text: string): Promise<number[]> =>
      session
        .query(Post)
        .filter({ views: gt(n), title: contains(text), author: { age: not(lt(n)) }, id: oneOf(list) })
        .filter((p) => p.comments.some((c) => c.score.plus(n).gt(p.views)))
        .orderBy('-views')
        .limit(n + 1_001)
        .offset(n)
        .valuesList('id', { flat: true })
        .all();
    expect(
      await shapesOf(async () => {
        for (let i = 0; i < 20; i++)
          await run(
            i,
            Array.from({ length: i }, (_, k) => k),
            `x${i}'`,
          );
      }),
    ).toBe(1);
  });

  it('Q16: Q6: units, types, frames and what stands between texts are part of the shape; values are not', async () => {
    const posts = () => db.session().query(Post);
    const run = (n: number) => [
      posts().values((p) => ({ x: p.createdAt.truncate('month') })),
      posts().values((p) => ({ x: p.createdAt.truncate('week') })),
      posts().values((p) => ({ x: p.createdAt.difference(new Date(n), 'hour') })),
      posts().values((p) => ({ x: p.createdAt.difference(new Date(n), 'day') })),
      posts().values((p) => ({ x: p.createdAt.add({ days: n }) })),
      posts().values((p) => ({ x: p.createdAt.add({ months: n }) })),
      posts().values((p) => ({ x: cast(p.price, f.decimal({ precision: 6, scale: 2 })) })),
      posts().values((p) => ({ x: cast(p.price, f.decimal({ precision: 5, scale: 2 })) })),
      posts().values((p) => ({ x: cast(p.title, f.string({ maxLength: 3 })) })),
      posts().values((p) => ({ x: cast(p.title, f.string({ maxLength: 4 })) })),
      posts().values((p) => ({ x: caseWhen(p.views.gt(n), n) })),
      posts().values((p) => ({ x: caseWhen(p.views.gt(n), n).otherwise(n) })),
      posts().values((p) => ({ x: sum(p.views) })),
      posts().values((p) => ({ x: sum(p.views, { filter: p.id.gt(n) }) })),
      posts().values((p) => ({ x: sum(p.views).over() })),
      posts().values((p) => ({ x: sum(p.views).over({ partitionBy: p.authorId }) })),
      posts().values((p) => ({ x: sum(p.views).over({ orderBy: p.id }) })),
      posts().values((p) => ({ x: sum(p.views).over({ orderBy: p.id, frame: { rows: [-1, 0] } }) })),
      posts().values((p) => ({ x: sum(p.views).over({ orderBy: p.id, frame: { range: [-1, 0] } }) })),
      posts().values((p) => ({ x: sum(p.views).over({ orderBy: p.id, frame: { rows: [null, 0] } }) })),
      posts().values((p) => ({ x: lag(p.views, 1).over({ orderBy: p.id }) })),
      posts().values((p) => ({ x: lag(p.views, 2).over({ orderBy: p.id }) })),
      posts().values((p) => ({ x: lag(p.views, 2, n).over({ orderBy: p.id }) })),
      posts().values((p) => ({ x: stringAgg(p.title, ',') })),
      posts().values((p) => ({ x: stringAgg(p.title, ';') })),
      posts().values((p) => ({ x: stringAgg(p.title, ';', { orderBy: p.id }) })),
    ];
    const once = run(1);
    const shapes = await shapesOf(async () => {
      for (const n of [1, 2, 3]) for (const query of run(n)) await query;
    });
    expect(shapes).toBe(once.length);
  });

  it('Q16: T8: when a query has to stop is no part of its shape', async () => {
    const query = db
      .session()
      .query(Post)
      .filter({ views: lte(77) });
    query.toSQL();
    const shapes = await shapesOf(async () => {
      query.timeout(1_000).signal(new AbortController().signal).toSQL();
      await query.timeout(2_000);
    });
    expect(shapes).toBe(0);
  });

  it('Q16: what differs in structure is compiled apart', async () => {
    const session = db.session();
    const q = () => session.query(Post);
    const variants: (() => { toSQL(): { sql: string } })[] = [
      () => q().filter({ views: 1 }),
      () => q().filter({ id: 1 }),
      () => q().filter({ views: gt(1) }),
      () => q().filter({ views: gte(1) }),
      () => q().filter({ views: not(gt(1)) }),
      () => q().exclude({ views: not(gt(1)) }),
      () => q().filter({ rating: null }),
      () => q().filter({ views: 1 }).filter({ views: 1 }),
      () => q().filter(or({ views: 1 }, { views: 1 })),
      () =>
        q()
          .filter({ author: { id: 1 } })
          .orderBy('id'),
      () => q().filter({ author: { name: 'x' } }),
      () => q().filter({ reviewer: { name: 'x' } }),
      () => q().filter({ comments: some({ body: 'x' }) }),
      () => q().filter({ comments: none({ body: 'x' }) }),
      () => q().filter({ comments: every({ body: 'x' }) }),
      () => q().filter((p) => p.comments.some((c) => c.body.eq(p.title))),
      () => q().filter((p) => p.comments.some((c) => c.body.eq(c.body))),
      () => q().filter((p) => p.comments.some((c) => p.tags.some((t) => t.name.eq(c.body)))),
      () => q().filter((p) => p.comments.some((c) => p.tags.some((t) => t.name.eq(t.name).and(c.body.eq(c.body))))),
      () => q().orderBy('views'),
      () => q().orderBy('-views'),
      () => q().orderBy((p) => p.views.asc({ nulls: 'first' })),
      () => q().orderBy((p) => p.views.asc({ nulls: 'last' })),
      () => q().orderBy('views').reverse(),
      () => q().limit(1),
      () => q().offset(1),
      () => q().limit(1).offset(1),
      () => q().distinct(),
      () => q().fresh(),
      () => q().forUpdate(),
      () => q().forUpdate({ of: 'self' }),
      () => q().forUpdate({ skipLocked: true }),
      () => q().forUpdate({ noWait: true }),
      () => q().forShare(),
      () => q().selectRelated('author').forUpdate(),
      () => q().selectRelated('author').forUpdate({ of: 'author' }),
      () =>
        q()
          .selectRelated('author')
          .forUpdate({ of: ['author', 'self'] }),
      () => q().only('views'),
      () => q().only('title'),
      () => q().selectRelated('author'),
      () => q().selectRelated('reviewer'),
      () => q().selectRelated('author', 'reviewer'),
      () => q().values('id', 'title'),
      () => q().values('title', 'id'),
      () => q().values((p) => ({ a: p.id, b: p.title })),
      () => q().annotate((p) => ({ a: p.comments.count() })),
      () => q().annotate((p) => ({ b: p.comments.count() })),
      () => q().annotate((p) => ({ a: p.tags.count() })),
      () => q().values((p) => ({ n: count(p.rating), i: p.views.plus(1) })),
      () => q().values((p) => ({ n: count(p.rating), i: p.views.plus(1n) })),
      () => q().values((p) => ({ n: count(p.rating), i: p.views.plus(1.5) })),
      () => q().values((p) => ({ n: p.price.plus('1'), i: p.rating.round(1) })),
      () => q().values((p) => ({ n: p.price.plus('1.0'), i: p.rating.round(1) })),
      () => q().values((p) => ({ n: p.price.plus('1'), i: p.rating.round(2) })),
    ];
    const shapes = await shapesOf(async () => {
      for (const variant of variants) variant().toSQL();
    });
    expect(shapes).toBe(variants.length);
    expect(await shapesOf(async () => variants.forEach((variant) => variant().toSQL()))).toBe(0);
  });

  it('Q16: parts of JSON, of arrays and of dates: values and paths are no structure, types and kinds of steps are', async () => {
    const session = db.session();
    const q = () => session.query(Sample);
    const alike = (n: number) => () => {
      q()
        .filter({ json: jsonPath([`a${n}`, n], n + 0.5) })
        .toSQL();
      q()
        .filter({ json: jsonContains({ a: n, b: [`${n}`] }) })
        .toSQL();
      q()
        .filter({ strings: arrayContains([`${n}`]) })
        .toSQL();
      q()
        .filter({ datetime: year(n + 1), time: hour(gt(n)) })
        .toSQL();
    };
    expect(await shapesOf(async () => [1, 2, 3].forEach((n) => alike(n)()))).toBe(4);
    const apart: (() => { toSQL(): unknown })[] = [
      () => q().filter({ json: jsonPath(['a'], 1) }),
      () => q().filter({ json: jsonPath(['a'], '1') }),
      () => q().filter({ json: jsonPath(['a'], true) }),
      () => q().filter({ json: jsonPath(['a'], null) }),
      () => q().filter({ json: jsonPath([0], 1) }),
      () => q().filter({ json: jsonPath(['a', 'b'], 1) }),
      () => q().filter({ json: hasKey('a') }),
      () => q().filter({ json: jsonContains({ a: [null] }) }),
      () => q().filter({ json: jsonContains({ a: [1] }) }),
      () => q().filter({ json: jsonContains({ a: [] }) }),
      () => q().filter({ json: jsonContains({ a: {} }) }),
      () => q().filter({ strings: arrayOverlaps(['a']) }),
      () => q().filter({ strings: arrayLength(1) }),
      () => q().filter({ datetime: month(1) }),
      () => q().filter({ datetime: day(1) }),
    ];
    expect(await shapesOf(async () => apart.forEach((query) => query().toSQL()))).toBe(apart.length);
  });

  it('Q16: one expression in two places is another shape than two of them, so that no value strays', async () => {
    const session = db.session();
    const shared = () =>
      session
        .query(Post)
        .annotate((p) => ({ n: p.views.plus(1) }))
        .filter((p) => p.n.gt(11))
        .orderBy('id')
        .values('id', 'n');
    const apart = () =>
      session
        .query(Post)
        .annotate((p) => ({ n: p.views.plus(1) }))
        .filter((p) => p.views.plus(190).gt(300))
        .orderBy('id')
        .values('id', 'n');
    const expected = [
      { id: 2, n: 201 },
      { id: 4, n: 201 },
    ];
    expect([await shared(), await apart(), await shared()]).toEqual([expected, expected, expected]);
    const both = (a: number, b: number) =>
      session
        .query(Post)
        .filter((p) => p.views.plus(a).gt(200))
        .values((p) => ({ id: p.id, n: p.views.plus(b) }))
        .orderBy('id')
        .all();
    expect(await both(1, 2)).toEqual([
      { id: 2, n: 202 },
      { id: 4, n: 202 },
    ]);
    expect(await both(200, 3)).toEqual([
      { id: 1, n: 13 },
      { id: 2, n: 203 },
      { id: 4, n: 203 },
    ]);
  });

  it('X1: a name cannot look like structure', async () => {
    const session = db.session();
    const names = ['a', 'a":.1.2,"b', 'a"', 'a\\', "a'", 'a{}', 'x;y', 'ä', 'constructor', 'toString'];
    for (const name of names) {
      const rows = await session
        .query(Post)
        .filter({ id: 1 })
        .values((p) => ({ [name]: p.id, [`${name}2`]: p.views }));
      expect(rows).toEqual([{ [name]: 1, [`${name}2`]: 10 }]);
    }
  });
});

/* ---------- random filters against an evaluator in memory ---------- */

interface PostRow {
  id: number;
  title: string;
  views: number;
  rating: number | null;
  price: string | null;
  published: boolean;
  authorId: number;
  reviewerId: number | null;
}
interface AuthorRow {
  id: number;
  name: string;
  age: number | null;
}
interface CommentRow {
  id: number;
  body: string;
  score: number;
  postId: number;
  authorId: number | null;
}
interface Data {
  posts: PostRow[];
  authors: AuthorRow[];
  comments: CommentRow[];
}

/** A condition in both forms: as a filter, and as a predicate over rows in memory; three-valued as SQL is. */
interface Pair<Row> {
  readonly filter: object;
  readonly holds: (row: Row, data: Data) => boolean | null;
}

const texts = ['', 'a', 'A', 'ab', '%', '_', '*', 'a*b', '[a]', "o'k", 'ä', 'Ä', '😀', '7', '007'];
const text = fc.constantFrom(...texts);
const int = fc.integer({ min: -3, max: 5 });
const cents = fc.integer({ min: -250, max: 1200 });
const money = (value: number): string =>
  `${value < 0 ? '-' : ''}${Math.floor(Math.abs(value) / 100)}.${String(Math.abs(value) % 100).padStart(2, '0')}`;
const toCents = (value: string | null): number | null => (value === null ? null : Math.round(Number(value) * 100));

const compare = <T>(value: T | null, test: (value: T) => boolean): boolean | null =>
  value === null ? null : test(value);
const nullable = (value: boolean | null): boolean => value === true;

const numberTest = (name: string, read: (row: never) => number | null): fc.Arbitrary<Pair<never>> =>
  fc.oneof(
    fc.record({ op: fc.constantFrom('eq', 'gt', 'gte', 'lt', 'lte'), n: int }).map(({ op, n }): Pair<never> => {
      const lookup = { eq: n, gt: gt(n), gte: gte(n), lt: lt(n), lte: lte(n) }[op]!;
      const test = {
        eq: (v: number) => v === n,
        gt: (v: number) => v > n,
        gte: (v: number) => v >= n,
        lt: (v: number) => v < n,
        lte: (v: number) => v <= n,
      }[op]!;
      return { filter: { [name]: lookup }, holds: (row) => compare(read(row), test) };
    }),
    fc.array(int, { maxLength: 3 }).map((list): Pair<never> => ({
      filter: { [name]: oneOf(list) },
      holds: (row) => (list.length === 0 ? false : compare(read(row), (v) => list.includes(v))),
    })),
    int.map((n): Pair<never> => ({
      filter: { [name]: not(gt(n)) },
      holds: (row) => !nullable(compare(read(row), (v) => v > n)),
    })),
    fc.constant<Pair<never>>({ filter: { [name]: null }, holds: (row) => read(row) === null }),
  );

const textTest = (name: string, read: (row: never) => string): fc.Arbitrary<Pair<never>> =>
  fc.oneof(
    text.map((t): Pair<never> => ({ filter: { [name]: t }, holds: (row) => read(row) === t })),
    text.map((t): Pair<never> => ({ filter: { [name]: contains(t) }, holds: (row) => read(row).includes(t) })),
    fc
      .array(text, { maxLength: 3 })
      .map((list): Pair<never> => ({ filter: { [name]: oneOf(list) }, holds: (row) => list.includes(read(row)) })),
  );

const moneyTest: fc.Arbitrary<Pair<never>> = fc
  .record({ op: fc.constantFrom('eq', 'gt', 'lte'), n: cents })
  .map(({ op, n }): Pair<never> => {
    const lookup = { eq: money(n), gt: gt(money(n)), lte: lte(money(n)) }[op]!;
    const test = { eq: (v: number) => v === n, gt: (v: number) => v > n, lte: (v: number) => v <= n }[op]!;
    return { filter: { price: lookup }, holds: (row) => compare(toCents((row as PostRow).price), test) };
  });

const { post: postPair } = fc.letrec<{
  post: Pair<never>;
  author: Pair<never>;
  comment: Pair<never>;
  deep: Pair<never>;
}>((tie) => {
  const combine = (of: fc.Arbitrary<Pair<never>>): fc.Arbitrary<Pair<never>>[] => [
    fc.array(of, { minLength: 0, maxLength: 3 }).map((items): Pair<never> => ({
      filter: and(...(items.map((item) => item.filter) as never[])),
      holds: (row, data) => {
        const values = items.map((item) => item.holds(row, data));
        return values.includes(false) ? false : values.includes(null) ? null : true;
      },
    })),
    fc.array(of, { minLength: 0, maxLength: 3 }).map((items): Pair<never> => ({
      filter: or(...(items.map((item) => item.filter) as never[])),
      holds: (row, data) => {
        const values = items.map((item) => item.holds(row, data));
        return values.includes(true) ? true : values.includes(null) ? null : false;
      },
    })),
    of.map((item): Pair<never> => ({
      filter: not(item.filter as never),
      holds: (row, data) => !nullable(item.holds(row, data)),
    })),
  ];
  const quantified = (
    name: string,
    of: fc.Arbitrary<Pair<never>>,
    rows: (row: never, data: Data) => unknown[],
  ): fc.Arbitrary<Pair<never>> =>
    fc.record({ q: fc.constantFrom('some', 'none', 'every'), of }).map(({ q, of: inner }): Pair<never> => ({
      filter: { [name]: { some, none, every }[q]!(inner.filter as never) },
      holds: (row, data) => {
        const values = rows(row, data).map((item) => nullable(inner.holds(item as never, data)));
        return q === 'some' ? values.includes(true) : q === 'none' ? !values.includes(true) : values.every(Boolean);
      },
    }));
  /** A filter on a relation to one: what is missing is NULL in every column. */
  const joined = (
    name: string,
    of: fc.Arbitrary<Pair<never>>,
    find: (row: never, data: Data) => unknown,
    missing: object,
  ): fc.Arbitrary<Pair<never>> =>
    of.map((inner): Pair<never> => ({
      filter: { [name]: inner.filter },
      holds: (row, data) => inner.holds((find(row, data) ?? missing) as never, data),
    }));
  const noAuthor = { id: null, name: null, age: null };
  const byId = (list: { id: number }[], id: number | null): unknown => list.find((item) => item.id === id);
  const authorTests = fc.oneof(
    numberTest('age', (row: AuthorRow) => row.age),
    numberTest('id', (row: AuthorRow) => row.id),
    text.map((t): Pair<never> => ({
      filter: { name: t },
      holds: (row) => compare((row as AuthorRow).name, (v) => v === t),
    })),
  );
  return {
    post: fc.oneof({ maxDepth: 4, withCrossShrink: true }, tie('deep'), ...combine(tie('post'))),
    deep: fc.oneof(
      numberTest('views', (row: PostRow) => row.views),
      numberTest('rating', (row: PostRow) => row.rating),
      textTest('title', (row: PostRow) => row.title),
      moneyTest,
      fc
        .boolean()
        .map((b): Pair<never> => ({ filter: { published: b }, holds: (row) => (row as PostRow).published === b })),
      joined('author', tie('author'), (row, data) => byId(data.authors, (row as PostRow).authorId), noAuthor),
      joined('reviewer', authorTests, (row, data) => byId(data.authors, (row as PostRow).reviewerId), noAuthor),
      quantified('comments', tie('comment'), (row, data) =>
        data.comments.filter((c) => c.postId === (row as PostRow).id),
      ),
    ),
    author: fc.oneof(
      { maxDepth: 3 },
      authorTests,
      quantified('posts', tie('post'), (row, data) => data.posts.filter((p) => p.authorId === (row as AuthorRow).id)),
      ...combine(tie('author')),
    ),
    comment: fc.oneof(
      { maxDepth: 3 },
      numberTest('score', (row: CommentRow) => row.score),
      textTest('body', (row: CommentRow) => row.body),
      joined('author', authorTests, (row, data) => byId(data.authors, (row as CommentRow).authorId), noAuthor),
      ...combine(tie('comment')),
    ),
  };
});

const dataArbitrary: fc.Arbitrary<Data> = fc
  .record({
    authors: fc.array(fc.record({ name: text, age: fc.option(int) }), { minLength: 1, maxLength: 4 }),
    posts: fc.array(
      fc.record({
        title: text,
        views: fc.nat(5),
        rating: fc.option(int),
        price: fc.option(cents),
        published: fc.boolean(),
        author: fc.nat(),
        reviewer: fc.option(fc.nat()),
      }),
      { maxLength: 8 },
    ),
    comments: fc.array(fc.record({ body: text, score: int, post: fc.nat(), author: fc.option(fc.nat()) }), {
      maxLength: 10,
    }),
  })
  .map(({ authors, posts, comments }) => {
    const seen = new Set<string>();
    const kept = posts.filter((p) => {
      const key = `${p.author % authors.length}/${p.title}`;
      return seen.has(key) ? false : seen.add(key);
    });
    const pick = (n: number | null, length: number): number | null => (n === null ? null : (n % length) + 1);
    return {
      authors: authors.map((a, i) => ({ id: i + 1, ...a })),
      posts: kept.map((p, i) => ({
        id: i + 1,
        title: p.title,
        views: p.views,
        rating: p.rating,
        price: p.price === null ? null : money(p.price),
        published: p.published,
        authorId: pick(p.author, authors.length)!,
        reviewerId: pick(p.reviewer, authors.length),
      })),
      comments:
        kept.length === 0
          ? []
          : comments.map((c, i) => ({
              id: i + 1,
              body: c.body,
              score: c.score,
              postId: pick(c.post, kept.length)!,
              authorId: pick(c.author, authors.length),
            })),
    };
  });

async function store(target: Database, data: Data): Promise<void> {
  await target.transaction(async (session) => {
    await session.query(Comment).unfiltered().delete();
    await session.query(Post).unfiltered().delete();
    await session.query(Author).unfiltered().delete();
    for (const { id, name, age } of data.authors)
      await session.sql`INSERT INTO author (id, name, email, age, role) VALUES (${id}, ${name}, ${`${id}@x.org`}, ${age}, ${'editor'})`;
    for (const p of data.posts) {
      await session.sql`INSERT INTO post (id, title, body, views, rating, price, published, created_at, author_id, reviewer_id)
        VALUES (${p.id}, ${p.title}, ${''}, ${p.views}, ${p.rating}, ${p.price}, ${p.published}, ${new Date(0)}, ${p.authorId}, ${p.reviewerId})`;
    }
    for (const c of data.comments)
      await session.sql`INSERT INTO comment (id, body, approved, score, post_id, author_id) VALUES (${c.id}, ${c.body}, ${true}, ${c.score}, ${c.postId}, ${c.authorId})`;
  });
}

type OrderName = 'views' | '-views' | 'rating' | '-rating' | 'price' | '-price' | 'title' | '-title';
const orderArbitrary = fc.array(
  fc.constantFrom<OrderName>('views', '-views', 'rating', '-rating', 'price', '-price', 'title', '-title'),
  { maxLength: 2 },
);

/** NULL lowest; texts by code point, as their UTF-8 bytes sort. */
function compareRows(a: PostRow, b: PostRow, keys: readonly OrderName[]): number {
  for (const key of keys) {
    const name = key.replace('-', '') as 'views' | 'rating' | 'price' | 'title';
    const [x, y] = [a, b].map((row) => (name === 'price' ? toCents(row.price) : row[name]));
    const order =
      x === y
        ? 0
        : x === null
          ? -1
          : y === null
            ? 1
            : typeof x === 'string'
              ? Buffer.compare(Buffer.from(x), Buffer.from(y as string))
              : (x as number) - (y as number);
    if (order !== 0) return key.startsWith('-') ? -order : order;
  }
  return a.id - b.id;
}

describe('random queries', () => {
  it('Q1, Q2, Q4: filters and orders give what an evaluator in memory gives, cached or fresh', async () => {
    const target = await openTestDatabase();
    await fc.assert(
      fc.asyncProperty(
        dataArbitrary,
        fc.array(
          fc.record({
            pair: postPair,
            exclude: fc.boolean(),
            order: orderArbitrary,
            limit: fc.option(fc.nat(4)),
            offset: fc.option(fc.nat(3)),
          }),
          { minLength: 1, maxLength: 6 },
        ),
        async (data, queries) => {
          await store(target, data);
          const session = target.session();
          for (const { pair, exclude, order, limit, offset } of queries) {
            const start = session.query(Post) as QuerySet<Post>;
            const filtered = (
              exclude ? start.exclude(pair.filter as never) : start.filter(pair.filter as never)
            ).orderBy(...order, 'id');
            const limited = limit === null ? filtered : filtered.limit(limit);
            const query = offset === null ? limited : limited.offset(offset);
            const kept = data.posts
              .filter((row) => nullable(pair.holds(row as never, data)) !== exclude)
              .toSorted((a, b) => compareRows(a, b, order));
            const from = offset ?? 0;
            const expected = kept.slice(from, limit === null ? undefined : from + limit);
            expect((await query.values('id')).map((row) => row.id)).toEqual(expected.map((row) => row.id));
            expect(await query.count()).toBe(expected.length);
            expect(await query.exists()).toBe(expected.length > 0);
            const sums = await filtered.aggregate((p) => ({ n: count(), views: sum(p.views), price: sum(p.price) }));
            const prices = kept.map((row) => toCents(row.price)).filter((price) => price !== null);
            expect(sums).toEqual({
              n: kept.length,
              views: kept.length === 0 ? null : kept.reduce((total, row) => total + row.views, 0),
              price: prices.length === 0 ? null : money(prices.reduce((total, price) => total + price, 0)),
            });
          }
          await session.close();
        },
      ),
      { numRuns: 300, seed: 20_260_131 },
    );
    expect(target.queryStats().shapes).toBeGreaterThan(100);
    await target.close();
  }, 120_000);

  it('Q6: arithmetic of decimals gives what integers in memory give', async () => {
    const target = await openTestDatabase();
    const unit = 10_000n;
    const show = (value: bigint, scale: number): string => {
      const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
      return `${value < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
    };
    const divide = (a: bigint, b: bigint): bigint => {
      const [x, y] = [a < 0n ? -a : a, b < 0n ? -b : b];
      const rounded = (2n * x + y) / (2n * y);
      return a < 0n === b < 0n ? rounded : -rounded;
    };
    const amount = fc.bigInt({ min: -999_999_999_999n, max: 999_999_999_999n });
    const small = fc.bigInt({ min: -99_999n, max: 99_999n }).filter((n) => n !== 0n);
    await fc.assert(
      fc.asyncProperty(amount, small, async (a, b) => {
        await target.transaction(async (session) => {
          await session.query(Sample).unfiltered().delete();
          session.add(new Sample({ decimal: show(a, 4) }));
        });
        const other = show(b, 2);
        const [row] = await target
          .session()
          .query(Sample)
          .values((x) => ({
            plus: x.decimal.plus(other),
            minus: x.decimal.minus(other),
            times: x.decimal.times(other),
            over: x.decimal.dividedBy(other),
            mod: x.decimal.mod(other),
            round: x.decimal.round(2),
            less: x.decimal.lt('0'),
          }));
        const c = b * 100n;
        expect(row).toEqual({
          plus: show(a + c, 4),
          minus: show(a - c, 4),
          times: show(a * b, 6),
          over: show(divide(a * unit * 100n, b), 8),
          mod: show(a % c, 4),
          round: show(divide(a, 100n), 2),
          less: a < 0n,
        });
      }),
      { numRuns: 200, seed: 7_250_131 },
    );
    await target.close();
  }, 60_000);
});
