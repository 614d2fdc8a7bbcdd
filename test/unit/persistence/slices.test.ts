import { afterEach, describe, expect, it } from 'vitest';

import { Database, prefetch } from 'blazeorm';
import { SQLiteAdapter } from 'blazeorm/sqlite';

import { slicesOf } from '../../../src/persistence/loading/slices.ts';
import { Author, models, Post, Tag } from '../../support/models.ts';
import { statementsOf } from '../../support/statements.ts';

describe('L3: keys go in as many statements as a server takes them in', () => {
  it('L3: one where nothing is said, or all fit', () => {
    const keys = [1, 2, 3];
    expect(slicesOf(keys, undefined)).toEqual([keys]);
    expect(slicesOf(keys, 1_000_000)).toEqual([keys]);
    expect(slicesOf([], 1_000_000)).toEqual([[]]);
  });

  it('L3: by the bytes that they may take at most, each key in one of them', () => {
    const keys = Array.from({ length: 300_000 }, (_, i) => i);
    const slices = slicesOf(keys, 4_194_304);
    expect(slices.map((slice) => slice.length)).toEqual([91_750, 91_750, 91_750, 24_750]);
    expect(slices.flat()).toEqual(keys);
    expect(slicesOf(['a'.repeat(100), 'é', '"'], 600)).toEqual([['a'.repeat(100)], ['é', '"']]);
    expect(slicesOf([new Uint8Array(200), new Uint8Array(1)], 600)).toEqual([
      [new Uint8Array(200)],
      [new Uint8Array(1)],
    ]);
  });

  it('L3: one key alone is sent whatever it takes: the server has the last word', () => {
    expect(slicesOf(['x'.repeat(10_000), 'y'], 100)).toEqual([['x'.repeat(10_000)], ['y']]);
  });
});

/** As a server that takes two keys at a time. */
class NarrowAdapter extends SQLiteAdapter {
  readonly maxBytes = 200;
}

describe('L3: what comes in several statements is the same', () => {
  let db: Database;
  afterEach(() => db.close());

  it('L3: L2: collections, links, ranks and entities', async () => {
    db = await Database.connect('sqlite::memory:', { models, adapter: new NarrowAdapter() });
    await db.createAll();
    await db.transaction((session) => {
      const tags = ['a', 'b', 'c'].map((name) => new Tag({ name }));
      for (let i = 0; i < 5; i++) {
        const author = new Author({ name: `A${i}`, email: `${i}` });
        for (const title of ['x', 'y', 'z']) {
          const post = new Post({ title, author });
          post.tags.add(...tags.slice(0, 1 + (i % 3)));
          session.add(post);
        }
      }
    });
    let authors: unknown;
    const sent = await statementsOf(async () => {
      const found = await db
        .session()
        .query(Author)
        .orderBy('id')
        .prefetchRelated(
          'posts.tags',
          prefetch('posts', { as: 'last', limitPerParent: 2 }, (p) => p.orderBy('-title')),
          prefetch('posts.tags', { as: 'first', limitPerParent: 1 }, (t) => t.orderBy('name')),
        );
      authors = found.map((author) => [
        author.posts.map((post) => [post.title, post.tags.length, post.first.map(({ name }) => name).join()]),
        author.last.map(({ title }) => title).join(),
      ]);
    });
    const of = (n: number): unknown => [
      ['x', n, 'a'],
      ['y', n, 'a'],
      ['z', n, 'a'],
    ];
    expect(authors).toEqual([1, 2, 3, 1, 2].map((n) => [of(n), 'z,y']));
    // Five authors go in three lists, fifteen posts in eight, three tags in two.
    expect(sent).toHaveLength(1 + 3 + 8 + 2 + 3 + 8);
  });
});
