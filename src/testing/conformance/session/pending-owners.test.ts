import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { InvalidValueError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Tag } from '../../support/models.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
});

afterEach(() => db.close());

/** A new author with a post that has a tag. */
function unsaved(): Author {
  const ann = new Author({ name: 'Ann', email: 'a@x.org' });
  ann.posts.create({ title: 'One' }).tags.add(new Tag({ name: 'orm' }));
  return ann;
}

describe('queries over the collections of new entities', () => {
  it('S2: inside a transaction the owner is written first, and its key is what is asked for', async () => {
    await db.transaction(async (session) => {
      const ann = unsaved();
      session.add(ann);
      const titles = ann.posts.query().filter({ title: 'One' });
      expect((await titles).map(({ title }) => title)).toEqual(['One']);
    });
    await db.transaction(async (session) => {
      const bob = new Author({ name: 'Bob', email: 'b@x.org' });
      const post = bob.posts.create({ title: 'Two' });
      post.tags.add(new Tag({ name: 'sql' }));
      session.add(bob);
      expect(await post.tags.query().count()).toBe(1);
    });
    await db.transaction(async (session) => {
      const eve = new Author({ name: 'Eve', email: 'e@x.org' });
      eve.posts.create({ title: 'Three' });
      session.add(eve);
      const titles: string[] = [];
      for await (const { title } of eve.posts.query()) titles.push(title);
      expect(titles).toEqual(['Three']);
    });
  });

  it('S2: outside of one it is refused, before anything is sent, until the owner is written', async () => {
    const session = db.session();
    const ann = unsaved();
    session.add(ann);
    const refused = {
      message: expect.stringContaining('Author.posts.query() was called for an Author that has no key yet.'),
      model: 'Author',
      field: 'posts',
    };
    const error = await errorOf(() => ann.posts.query());
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error).toMatchObject(refused);
    await session.commit();
    expect(await ann.posts.query().count()).toBe(1);
    await session.close();
  });

  it('S2: so it is where a transaction does not write before it reads', async () => {
    const session = db.session({ flushMode: 'commit' });
    const error = await errorOf(() =>
      session.transaction(async () => {
        const ann = unsaved();
        session.add(ann);
        await ann.posts.query();
      }),
    );
    expect(error).toBeInstanceOf(InvalidValueError);
    await session.close();
  });
});
