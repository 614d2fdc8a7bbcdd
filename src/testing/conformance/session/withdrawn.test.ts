import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Post, Profile, Tag } from '../../support/models.ts';
import { items } from '../../support/pictures.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
});

afterEach(() => db.close());

/** A stored author with one post, with a tag. */
async function stored(session: ReturnType<Database['session']>): Promise<{ ann: Author; post: Post }> {
  const ann = new Author({ name: 'Ann', email: 'a@x.org' });
  const post = ann.posts.create({ title: 'Stored' });
  post.tags.add(new Tag({ name: 'stored' }));
  session.add(ann);
  await session.commit();
  return { ann, post };
}

describe('new entities that are not saved after all', () => {
  it.each(['delete', 'detach'] as const)('S1: after %s() no collection and no other side shows one', async (call) => {
    const session = db.session();
    const { ann, post } = await stored(session);
    const unsaved = ann.posts.create({ title: 'Never' });
    const profile = new Profile({ nickname: 'never', author: ann });
    const tag = new Tag({ name: 'never' });
    post.tags.add(tag);
    session.add(profile);
    expect(items(ann.posts).length).toBe(2);
    session[call](unsaved, profile, tag);
    expect(items(ann.posts).map(({ title }) => title)).toEqual(['Stored']);
    expect(items(post.tags).map(({ name }) => name)).toEqual(['stored']);
    expect(ann.profile).toBeNull();
    await session.commit();
    expect(items(ann.posts).length).toBe(await ann.posts.query().count());
    expect(items(post.tags).length).toBe(await post.tags.query().count());
    expect([unsaved, profile, tag].map((entity) => session.state(entity))).toEqual(Array(3).fill('transient'));
    await session.close();
  });

  it('S1: the other side of a link does not show its owner any more', async () => {
    const session = db.session();
    const { ann, post } = await stored(session);
    const tag = items(post.tags).at(0)!;
    const unsaved = new Post({ title: 'Never', author: ann });
    unsaved.tags.add(tag);
    expect(items(tag.posts).length).toBe(2);
    session.delete(unsaved);
    await session.commit();
    expect(items(tag.posts).map(({ title }) => title)).toEqual(['Stored']);
    await session.close();
  });

  it('S1: added again, one is shown and saved where it was', async () => {
    const session = db.session();
    const { ann, post } = await stored(session);
    const again = ann.posts.create({ title: 'Again' });
    const tag = new Tag({ name: 'again' });
    post.tags.add(tag);
    session.delete(again, tag);
    session.add(again, tag);
    expect(items(ann.posts).map(({ title }) => title)).toEqual(['Stored', 'Again']);
    await session.commit();
    expect(await ann.posts.query().count()).toBe(2);
    expect(items(post.tags).map(({ name }) => name)).toEqual(['stored', 'again']);
    expect(await post.tags.query().count()).toBe(2);
    await session.close();
  });

  it('S1: given another owner meanwhile, it is shown there alone', async () => {
    const session = db.session();
    const { ann } = await stored(session);
    const bob = new Author({ name: 'Bob', email: 'b@x.org' });
    const post = ann.posts.create({ title: 'Moved' });
    session.delete(post);
    post.author = bob;
    session.add(bob, post);
    await session.commit();
    expect([items(ann.posts).length, items(bob.posts).length]).toEqual([1, 1]);
    expect([await ann.posts.query().count(), await bob.posts.query().count()]).toEqual([1, 1]);
    await session.close();
  });

  it('S1: a rollback of the transaction shows it again', async () => {
    const session = db.session();
    const { ann } = await stored(session);
    const post = ann.posts.create({ title: 'Pending' });
    const error = await errorOf(() =>
      session.transaction(() => {
        session.delete(post);
        expect(items(ann.posts).length).toBe(1);
        throw new Error('no');
      }),
    );
    expect(error).toMatchObject({ message: 'no' });
    expect(session.state(post)).toBe('pending');
    expect(items(ann.posts).map(({ title }) => title)).toEqual(['Stored', 'Pending']);
    await session.commit();
    expect(await ann.posts.query().count()).toBe(2);
    await session.close();
  });
});
