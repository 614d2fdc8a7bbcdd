/** The blog on each database: the same pages, to the letter, and each in as few statements as it says. */
import { Database } from 'blazeorm';
import { describe, expect, it } from 'vitest';

import * as blog from '../../examples/blog/blog.ts';
import { models } from '../../examples/blog/models.ts';
import { runBlog } from '../../examples/blog/run.ts';
import { seed } from '../../examples/blog/seed.ts';
import { freshUrl } from '../support/database.ts';
import { statementsOf } from '../support/statements.ts';

describe('the blog example', () => {
  it('K3: Q13: shows the same pages as on SQLite', async () => {
    const [here, onSqlite] = [await runBlog(await freshUrl()), await runBlog('sqlite::memory:')];
    expect(here).toEqual(onSqlite);
    expect(here.seeded).toEqual({ authors: 5, posts: 40, comments: 60 });
    expect(here.feed.map(({ posts }) => posts.map(({ title }) => title))).toEqual([
      [
        'Sessions and their history',
        'Sessions for beginners',
        'Sessions in practice',
        'Sessions explained',
        'Locks and their history',
      ],
      ['Locks at scale', 'Locks for beginners', 'Locks explained', 'Types and their history', 'Types at scale'],
    ]);
    expect(here.authors[0]).toEqual({
      name: 'Ada Lovelace',
      posts: 8,
      favourites: [
        { title: 'Cursors explained', views: 240 },
        { title: 'Transactions explained', views: 185 },
      ],
    });
    expect(here.post).toEqual({
      title: 'Transactions for beginners',
      author: 'Barbara Liskov',
      tags: ['design', 'tests'],
      comments: ['Edgar Codd: Thank you!', 'Ada Lovelace: What about NULL?'],
    });
    expect(here.search).toEqual(['Types explained', 'Types at scale']);
    expect(here.archive.map(({ year, month, posts }) => `${year}-${month}: ${posts}`)).toEqual([
      '2026-1: 8',
      '2026-2: 8',
      '2026-3: 9',
      '2026-4: 8',
      '2026-5: 1',
    ]);
  });

  it('K3: L1: takes a statement for each page, and one more for each relation that is prefetched', async () => {
    await using db = await Database.connect(await freshUrl(), { models });
    await db.createAll();
    await seed(db);
    const counts: Record<string, number> = {};
    for (const [name, show] of Object.entries({
      feed: blog.feed,
      authors: blog.authorsWithPosts,
      archive: blog.archive,
      tags: blog.tagCloud,
    })) {
      counts[name] = (await statementsOf(() => show(db.session()))).length;
    }
    counts['post'] = (await statementsOf(() => blog.postBySlug(db.session(), 'joins-explained'))).length;
    counts['search'] = (await statementsOf(() => blog.search(db.session(), '% sql'))).length;
    // Tags are reached over a table of links: two.
    expect(counts).toEqual({ feed: 1, authors: 2, archive: 1, tags: 1, post: 4, search: 1 });
  });
});
