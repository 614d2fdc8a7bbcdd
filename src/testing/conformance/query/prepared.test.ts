import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { contains, InvalidQueryError, InvalidValueError, gte, NotFoundError, oneOf, prepare } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, expectRefused, openTestDatabase } from '../../support/database.ts';
import { Author, Post } from '../../support/models.ts';
import { openBlog } from './blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

const byEmail = prepare(Author, (q, p: { email: string }) => q.filter({ email: p.email }));
const popular = prepare(Post, (q, p: { least: number; text: string; ids: number[]; count: number }) =>
  q
    .filter({ views: gte(p.least), title: contains(p.text), id: oneOf(p.ids) })
    .filter((post) => post.author.id.ne(p.least))
    .selectRelated('author')
    .prefetchRelated('comments')
    .orderBy('-id')
    .limit(p.count),
);
const titles = prepare(Post, (q, p: { views: number }) =>
  q.filter({ views: p.views }).orderBy('id').valuesList('title', { flat: true }),
);

describe('prepare()', () => {
  it('Q16: runs with other values, in any session, for entities and for values', async () => {
    const session = db.session();
    const ann = await byEmail.one(session, { email: 'ann@x.org' });
    expect(ann.name).toBe('Ann');
    expect(await byEmail.first(session, { email: 'ann@x.org' })).toBe(ann);
    expect((await byEmail.all(db.session(), { email: 'bob@y.com' })).map(({ name }) => name)).toEqual(['Bob']);
    expect(await byEmail.first(session, { email: "' OR 1=1 --" })).toBeNull();
    const given = { least: 0, text: 'o', ids: [1, 2, 3, 4], count: 2 };
    const shown = async (values: typeof given) =>
      (await popular.all(db.session(), values)).map(({ id, author, comments }) => [id, author.name, comments.length]);
    expect(await shown(given)).toEqual([
      [3, 'Bob', 0],
      [2, 'Ann', 1],
    ]);
    expect(await shown({ ...given, least: 5 })).toEqual([
      [2, 'Ann', 1],
      [1, 'Ann', 2],
    ]);
    expect(await shown({ ...given, text: '%' })).toEqual([[3, 'Bob', 0]]);
    expect(await shown({ ...given, ids: [] })).toEqual([]);
    expect(await shown({ ...given, count: 0 })).toEqual([]);
    expect(await titles.all(session, { views: 10 })).toEqual(['Hello ORM']);
  });

  it('Q16: on several databases, in a transaction, with what is pending written before', async () => {
    const other = await openTestDatabase();
    expect(await byEmail.all(other.session(), { email: 'ann@x.org' })).toEqual([]);
    await other.transaction(async (session) => {
      session.add(new Author({ name: 'Eve', email: 'eve@x.org' }));
      expect((await byEmail.one(session, { email: 'eve@x.org' })).name).toBe('Eve');
    });
    await other.close();
  });

  it('Q16: is compiled once', async () => {
    await titles.all(db.session(), { views: 0 });
    const { shapes } = db.queryStats();
    for (let views = 0; views < 20; views++) await titles.all(db.session(), { views });
    expect(db.queryStats().shapes).toBe(shapes);
  });

  it('Q16: X1: values are checked before anything is sent', async () => {
    const session = db.session();
    const cases: [unknown, abstract new (...args: never) => Error, string][] = [
      [
        {},
        InvalidValueError,
        "The parameter 'email' of a prepared query of Author was not given. Give it: { email: … }.",
      ],
      [
        { email: undefined },
        InvalidValueError,
        "The parameter 'email' of a prepared query of Author was not given. Give it: { email: … }.",
      ],
      [{ email: null }, InvalidValueError, 'Author.email takes a string, not null.'],
      [{ email: { __raw: '1=1' } }, InvalidValueError, 'Author.email takes a string, not a plain object.'],
      [{ email: ['a'] }, InvalidValueError, 'Author.email takes a string, not an array.'],
      [
        { email: 'a', mail: 'b' },
        InvalidQueryError,
        "A prepared query of Author has no parameter 'mail'. Did you mean 'email'?",
      ],
      ['ann', InvalidQueryError, 'A prepared query of Author takes an object of its parameters, not a string.'],
    ];
    for (const [given, type, message] of cases)
      await expectRefused(db, () => byEmail.all(session, given as { email: string }), { type, message });
    const good = { least: 0, text: 'o', ids: [1], count: 2 };
    for (const [bad, message] of [
      [{ ids: 1 }, 'Post.id takes a list here, not an integer.'],
      [{ ids: ['1'] }, 'Post.id takes an integer, not a string.'],
      [{ count: -1 }, 'limit() takes a whole number from 0, not this one.'],
      [{ count: '2' }, 'limit() takes a whole number from 0, not a string.'],
      [{ least: 1.5 }, 'Post.views takes an integer, not a fractional number.'],
    ] as const)
      expect((await errorOf(() => popular.all(session, { ...good, ...bad } as typeof good))).message).toBe(message);
    await expect(byEmail.one(session, { email: 'nobody' })).rejects.toThrow(NotFoundError);
  });

  it('Q16: what cannot be prepared is refused when it is built', async () => {
    const session = db.session();
    const text = prepare(Author, (q, p: { name: string }) => q.filter({ name: `${p.name}!` }));
    expect((await errorOf(() => text.all(session, { name: 'a' }))).message).toBe(
      "The parameter 'name' of a prepared query has no value while the query is built. Hand it on as it is: q.filter({ email: p.email }).",
    );
    const run = prepare(Author, (q) => q.first() as never);
    expect((await errorOf(() => run.all(session, {}))).message).toMatch(
      /^prepare\(\) of Author takes a callback that gives a query/,
    );
  });
});
