import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { InvalidQueryError, prefetch, SessionStateError, UnknownFieldError } from '../../../index.ts';
import type { Database, QuerySet } from '../../../index.ts';

import { errorOf, expectRefused } from '../../support/database.ts';
import { Author, Post, Tag } from '../../support/models.ts';
import type { Comment } from '../../support/models.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

type Build = (set: QuerySet<Comment>) => unknown;

/** As a program would that the compiler does not look at. */
const untyped = prefetch as unknown as (path: unknown, ...rest: readonly unknown[]) => never;
const posts = (...paths: readonly unknown[]) =>
  (db.session().query(Post).prefetchRelated as (...args: readonly unknown[]) => unknown)(...paths);

describe('L2: a prefetch that cannot be is refused before anything is sent', () => {
  it('L2: what is filtered, limited or computed has a name of its own: a collection is never half full', async () => {
    const cases: readonly (readonly [string, Build | undefined, object])[] = [
      ['filtered', (c) => c.filter({ approved: true }), {}],
      ['filtered', (c) => c.none(), {}],
      ['limited', undefined, { limitPerParent: 2 }],
      ['annotated', (c) => c.annotate((comment) => ({ n: comment.score.plus(1) })), {}],
    ];
    for (const [what, build, options] of cases) {
      const call = (): unknown => posts(untyped('comments', options, build));
      await expectRefused(db, call, {
        type: InvalidQueryError,
        message: `prefetch('comments') is ${what}, and Post.comments holds all rows as they are. Give the result a name of its own: prefetch('comments', { as: '…' }, …).`,
      });
      expect(await errorOf(call)).toMatchObject({ model: 'Post', field: 'comments' });
    }
  });

  it('L2: the name hides no field, relation, key, method, nor what every object has', async () => {
    for (const as of ['title', 'comments', 'authorId', 'load', 'pk', 'toString', 'constructor', '__proto__'])
      await expectRefused(db, () => posts(untyped('comments', { as })), {
        type: InvalidQueryError,
        message: `prefetch('comments', { as: '${as}' }) would hide Post.${as}: give it another name.`,
      });
    await expectRefused(db, () => posts(untyped('author.posts', { as: 'domain' })), {
      type: InvalidQueryError,
      message: "prefetch('author.posts', { as: 'domain' }) would hide Author.domain: give it another name.",
    });
    for (const as of ['', 7, null, {}])
      expect(await errorOf(() => posts(untyped('comments', { as })))).toMatchObject({
        code: 'E_INVALID_QUERY',
        message: expect.stringMatching(/^The option 'as' of prefetch\('comments'\) is a name, not /),
      });
  });

  it('L2: a name is one thing', async () => {
    const shown = prefetch('comments', { as: 'shown' });
    const twice = "Two prefetches of Post go to the name 'shown'.";
    await expectRefused(db, () => posts(shown, untyped('tags', { as: 'shown' })), {
      type: InvalidQueryError,
      message: twice,
    });
    const sorted = prefetch('comments', (c: QuerySet<Comment>) => c.orderBy('-id'));
    await expectRefused(db, () => posts(sorted, sorted), {
      type: InvalidQueryError,
      message: 'Post.comments is prefetched twice, each time by a query set of its own.',
    });
    const both = "'shown' is an annotation and a prefetch of Post: give one another name.";
    const query = db.session().query(Post);
    const annotated = query.annotate((p) => ({ shown: p.comments.count() }));
    await expectRefused(db, () => annotated.prefetchRelated(shown as never), {
      type: InvalidQueryError,
      message: both,
    });
    await expectRefused(
      db,
      () => query.prefetchRelated(shown as never).annotate((p) => ({ shown: p.comments.count() })),
      { type: InvalidQueryError, message: both },
    );
  });

  it('L2: what is about the whole query is told to that', async () => {
    const limited: readonly Build[] = [(c) => c.limit(3), (c) => c.offset(1)];
    for (const build of limited) {
      const call = (): unknown => posts(untyped('comments', { as: 'some' }, build));
      await expectRefused(db, call, {
        type: InvalidQueryError,
        message:
          "The limit() or offset() of prefetch('comments') would be of all Comment rows together. Use the option limitPerParent: prefetch('…', { as: '…', limitPerParent: 3 }).",
      });
    }
    await expectRefused(db, () => posts(untyped('comments', { as: 'some' }, ((c) => c.forUpdate()) as Build)), {
      type: InvalidQueryError,
      message:
        "prefetch('comments') was given a query set with a lock. Set it for the query that the prefetch is part of.",
    });
    await expectRefused(db, () => posts(untyped('comments', { as: 'some' }, ((c) => c.timeout(5)) as Build)), {
      type: InvalidQueryError,
      message:
        "prefetch('comments') was given a query set with a timeout or signal. Set it for the query that the prefetch is part of.",
    });
  });

  it('L2: limits, paths and functions that make no sense', async () => {
    for (const [value, named] of [
      [0, 'this one'],
      [-1, 'this one'],
      [1.5, 'this one'],
      [Number.NaN, 'this one'],
      ['3', 'a text'],
      [null, 'null'],
    ] as const)
      expect(await errorOf(() => posts(untyped('comments', { as: 'some', limitPerParent: value })))).toMatchObject({
        code: 'E_INVALID_QUERY',
        message: expect.stringMatching(
          /^The option 'limitPerParent' of prefetch\('comments'\) is a whole number from 1, not /,
        ),
        ...(named === 'this one' ? { model: 'Post' } : {}),
      });
    await expectRefused(db, () => posts(untyped('author', { as: 'some', limitPerParent: 1 })), {
      type: InvalidQueryError,
      message: "prefetch('author') leads to one Author: there is nothing to limit.",
    });
    await expectRefused(db, () => posts(untyped('coments', { as: 'some' })), {
      type: UnknownFieldError,
      message: "Post has no relation 'coments' (in the path 'coments'). Did you mean 'comments'?",
    });
    const wrong =
      "The function of prefetch('comments') gives a query set of Comment, as in (set) => set.filter({ … }).";
    for (const build of [
      () => undefined,
      () => [],
      () => db.session().query(Tag),
      (c: QuerySet<Comment>) => c.values(),
    ])
      await expectRefused(db, () => posts(untyped('comments', { as: 'some' }, build)), {
        type: InvalidQueryError,
        message: wrong,
      });
    expect(await errorOf(() => untyped('comments', { of: 'some' }))).toMatchObject({
      message: "prefetch('comments') has no option 'of'. Use one of: as, limitPerParent.",
    });
    for (const args of [
      ['comments', 'shown'],
      ['comments', {}, 'shown'],
      ['comments', {}, () => 1, 2],
      ['comments', []],
    ])
      expect(await errorOf(() => untyped(...(args as [string])))).toBeInstanceOf(InvalidQueryError);
    for (const path of [undefined, '', 7, ['comments']])
      expect(await errorOf(() => untyped(path))).toMatchObject({
        message: expect.stringMatching(/^prefetch\(\) takes a path such as 'posts.comments' first, not /),
      });
    // One that only looks like what prefetch() makes is no path either.
    await expectRefused(db, () => posts({ path: 'comments', as: 'some', build: undefined }), {
      type: InvalidQueryError,
      message: "A path of Post is a text such as 'author.company', not a plain object.",
    });
  });

  it('L2: session.prefetch refuses what belongs to another session', async () => {
    const [author] = await db.session().query(Author);
    expect(await errorOf(() => db.session().prefetch([author!], prefetch('posts', { as: 'some' })))).toBeInstanceOf(
      SessionStateError,
    );
  });
});
