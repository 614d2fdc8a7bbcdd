import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Post, Tag } from '../../support/models.ts';
import { rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
});

afterEach(() => db.close());

const post = (title: string, author: Author): Post => new Post({ title, author });

describe('while a flush runs', () => {
  it('S10: what is added, changed, linked or deleted meanwhile is for the next flush', async () => {
    const session = db.session();
    const [first, second, third] = ['a', 'b', 'c'].map((name) => new Tag({ name }));
    session.add(first!);
    const commit = session.commit();
    session.add(second!);
    await commit;
    expect([session.state(first!), session.state(second!)]).toEqual(['persistent', 'pending']);
    await session.commit();
    first!.name = 'A';
    const update = session.commit();
    session.delete(second!);
    session.add(third!);
    await update;
    expect([session.state(second!), session.state(third!)]).toEqual(['deleted', 'pending']);
    // Deleted while it is being inserted: inserted, and deleted by the next flush.
    const insert = session.commit();
    session.delete(third!);
    await insert;
    expect(session.state(third!)).toBe('deleted');
    await session.commit();
    expect((await rowsOf(db))['tag']).toEqual([{ id: 1, name: 'A' }]);
    await session.close();
  });

  it('S10: links too, and a query that flushes takes nothing away', async () => {
    await db.transaction(async (session) => {
      const item = post('One', new Author({ name: 'Ann', email: 'a@x.org' }));
      const [red, blue] = [new Tag({ name: 'red' }), new Tag({ name: 'blue' })];
      session.add(item, red, blue);
      item.tags.add(red);
      const counting = session.query(Tag).count();
      item.tags.add(blue);
      const late = new Tag({ name: 'late' });
      session.add(late);
      expect(await counting).toBe(2);
      expect(session.state(late)).toBe('pending');
      item.tags.add(late);
    });
    expect(((await rowsOf(db))['post_tags'] ?? []).length).toBe(3);
    await db.transaction((session) =>
      Promise.all(
        ['x', 'y', 'z'].map(async (name) => {
          session.add(new Tag({ name }));
          await session.flush();
        }),
      ),
    );
    expect((await db.session().query(Tag).orderBy('id').valuesList('name', { flat: true })).slice(3)).toEqual([
      'x',
      'y',
      'z',
    ]);
  });

  it('S8: a new entity that was deleted while its insert failed is forgotten', async () => {
    await db.transaction((session) => session.add(new Tag({ name: 'taken' })));
    const session = db.session();
    const tag = new Tag({ name: 'taken' });
    session.add(tag);
    const commit = errorOf(() => session.commit());
    session.delete(tag);
    expect(await commit).toMatchObject({ code: 'E_UNIQUE_VIOLATION' });
    expect(session.state(tag)).toBe('transient');
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await session.close();
  });
});
