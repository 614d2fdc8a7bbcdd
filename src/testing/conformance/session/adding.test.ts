import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { Author, Comment, Post, Tag } from '../../support/models.ts';
import { items, rowsOf } from '../../support/pictures.ts';
import { expectSent, rows } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
});

afterEach(() => db.close());

const post = (title: string, author: Author): Post => new Post({ title, author });

describe('adding', () => {
  it('R6: S3: parents and children link in one flush, in whatever order they are added', async () => {
    for (const order of [
      [0, 1, 2],
      [2, 1, 0],
      [1, 0, 2],
      [1, 2, 0],
      [0, 2, 1],
      [2, 0, 1],
    ]) {
      const own = await openTestDatabase();
      const author = new Author({ name: 'Ann', email: 'ann@x.org' });
      const item = post('One', author);
      const comment = new Comment({ body: 'Well', post: item });
      const session = own.session();
      for (const i of order) session.add([author, item, comment][i]!);
      await session.commit();
      expect(await rowsOf(own)).toMatchObject({
        author: [{ id: 1 }],
        post: [{ id: 1, author_id: 1 }],
        comment: [{ id: 1, post_id: 1, author_id: null }],
      });
      expect([author.id, item.authorId, comment.postId]).toEqual([1, 1, 1]);
      await own.close();
    }
  });

  it('R8: saves what a new entity reaches: over references, collections and collections of collections', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'ann@x.org' });
    const first = author.posts.create({ title: 'One' });
    author.posts.add(new Post({ title: 'Two', author }));
    first.tags.add(new Tag({ name: 'orm' }), new Tag({ name: 'sql' }));
    first.comments.create({ body: 'Well' });
    session.add(author);
    const states = [author, ...items(author.posts), ...items(first.tags), ...items(first.comments)].map((entity) =>
      session.state(entity),
    );
    expect(states).toEqual(['pending', 'pending', 'pending', 'pending', 'pending', 'pending']);
    await session.commit();
    const { post: posts, tag, comment, post_tags: links } = await rowsOf(db);
    expect(posts!.map((row) => [row['title'], row['author_id']])).toEqual([
      ['One', 1],
      ['Two', 1],
    ]);
    expect([tag, comment!.length, links]).toEqual([
      [
        { id: 1, name: 'orm' },
        { id: 2, name: 'sql' },
      ],
      1,
      [
        { post_id: 1, tag_id: 1 },
        { post_id: 1, tag_id: 2 },
      ],
    ]);
    await session.close();
  });

  it('R8: saves what is linked after add, to pending and to persistent entities', async () => {
    const session = db.session();
    const author = new Author({ name: 'Ann', email: 'ann@x.org' });
    const item = post('One', author);
    session.add(item);
    item.reviewer = new Author({ name: 'Bob', email: 'bob@x.org' });
    item.tags.add(new Tag({ name: 'orm' }));
    await session.commit();
    item.reviewer = new Author({ name: 'Cid', email: 'cid@x.org' });
    item.comments.create({ body: 'Well', author: new Author({ name: 'Dan', email: 'dan@x.org' }) });
    await item.tags.load();
    item.tags.add(new Tag({ name: 'sql' }));
    expect(session.state(item.reviewer as never)).toBe('pending');
    await session.commit();
    const rows = await rowsOf(db);
    expect(rows['author']!.map((row) => row['name'])).toEqual(['Ann', 'Bob', 'Cid', 'Dan']);
    expect(rows['post']).toMatchObject([{ id: 1, author_id: 1, reviewer_id: 3 }]);
    expect(rows['comment']).toMatchObject([{ post_id: 1, author_id: 4 }]);
    expect(rows['post_tags']).toEqual([
      { post_id: 1, tag_id: 1 },
      { post_id: 1, tag_id: 2 },
    ]);
    expect((item.reviewer as unknown as Author).id).toBe(item.reviewerId);
    await session.close();
  });

  it('S5: M7: keys that the database gives come back to the right entity, mixed with keys that were given', async () => {
    const session = db.session();
    const tags = Array.from(
      { length: 100 },
      (_, i) => new Tag({ name: `t${i}`, ...(i % 7 === 3 ? { id: 1_000 + i } : {}) }),
    );
    session.add(...tags);
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', '100× INSERT INTO "tag" ("id", "name") VALUES (?, ?)', 'COMMIT'],
      postgres: [
        'BEGIN',
        'INSERT INTO "tag" ("id", "name") SELECT * FROM unnest($1::bigint[], $2::text[]) AS v(column1, column2)',
        'INSERT INTO "tag" ("name") SELECT * FROM unnest($1::text[]) AS v(column1) RETURNING "id"',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        `INSERT INTO \`tag\` (\`id\`, \`name\`) VALUES ${rows(8, '(?, ?)')}`,
        'INSERT INTO `tag` (`id`, `name`) VALUES (?, ?), (?, ?), (?, ?), (?, ?)',
        'INSERT INTO `tag` (`id`, `name`) VALUES (?, ?), (?, ?)',
        `INSERT INTO \`tag\` (\`name\`) VALUES ${rows(80, '(?)')}`,
        'INSERT INTO `tag` (`name`) VALUES (?), (?), (?), (?)',
        'INSERT INTO `tag` (`name`) VALUES (?), (?)',
        'COMMIT',
      ],
    });
    const stored = (await rowsOf(db))['tag']!;
    expect(new Map(stored.map((row) => [row['name'], row['id']]))).toEqual(
      new Map(tags.map((tag) => [tag.name, tag.id])),
    );
    await session.close();
  });
});
