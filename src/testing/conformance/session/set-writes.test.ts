import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model, NotLoadedError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Club, Comment, Country, Membership, Person, Post, Profile, Tag } from '../../support/models.ts';
import { items } from '../../support/pictures.ts';

class Shop extends model('shop', {
  id: f.auto(),
  code: f.string({ unique: true, maxLength: 20 }),
  cards: f.reverse(() => Card, 'shop'),
}) {}

class Card extends model('card', {
  id: f.auto(),
  shop: f.foreignKey(() => Shop, { to: 'code', nullable: true, onUpdate: 'cascade', onDelete: 'set null' }),
}) {}

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author, Country, Person, Shop] });
});
afterEach(() => db.close());

/** Two authors with a post each; Bob reviews and comments that of Ann. */
async function blog(session: Session): Promise<{ ann: Author; bob: Author; one: Post; two: Post; comment: Comment }> {
  const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
  const one = new Post({ title: 'One', author: ann, reviewer: bob });
  const two = new Post({ title: 'Two', author: bob });
  one.tags.add(new Tag({ name: 'orm' }));
  const comment = new Comment({ body: 'Well', post: one, author: bob });
  session.add(one, two, comment);
  await session.commit();
  return { ann, bob, one, two, comment };
}

describe('writes of sets and what the session holds', () => {
  it('Q8: S1: what was deleted, and what went with it, leaves the session and its collections', async () => {
    await using session = db.session();
    const { ann, bob, one, two, comment } = await blog(session);
    const tag = items(one.tags)[0]!;
    expect(await session.query(Post).filter({ title: 'One' }).delete()).toBe(1);
    expect([one, comment, two].map((entity) => session.state(entity))).toEqual(['detached', 'detached', 'persistent']);
    expect([items(ann.posts), items(bob.reviews), items(bob.comments), items(tag.posts)]).toEqual([[], [], [], []]);
    expect(items(bob.posts)).toEqual([two]);
    expect(await session.get(Comment, comment.id)).toBeNull();
  });

  it('Q8: S1: so it is where what stands between them was never read, and where a key becomes null', async () => {
    await using writer = db.session();
    const { ann, one, comment } = await blog(writer);
    const eve = new Author({ name: 'Eve', email: 'e@x.org' });
    one.reviewer = eve;
    writer.add(eve);
    await writer.commit();
    await using session = db.session();
    const post = await session.getOrFail(Post, one.id);
    await session.query(Author).filter({ id: eve.id }).delete();
    expect([post.reviewerId, post.reviewer]).toEqual([null, null]);
    await using other = db.session();
    const left = await other.getOrFail(Comment, comment.id);
    await other.query(Author).filter({ id: ann.id }).delete();
    expect(other.state(left)).toBe('detached');
  });

  it('Q8: S9: a rollback brings all of it back', async () => {
    await using session = db.session();
    const { ann, bob, one, comment } = await blog(session);
    const error = await errorOf(() =>
      session.transaction(async () => {
        await session.query(Post).filter({ title: 'One' }).delete();
        await session.query(Post).filter({ title: 'Two' }).update({ author: ann.id });
        throw new Error('no');
      }),
    );
    expect(error).toMatchObject({ message: 'no' });
    expect([one, comment].map((entity) => session.state(entity))).toEqual(['persistent', 'persistent']);
    expect(items(ann.posts)).toEqual([one]);
    expect(items(bob.posts).map(({ title, authorId }) => [title, authorId])).toEqual([['Two', bob.id]]);
    expect(items(bob.comments)).toEqual([comment]);
  });

  it('Q8: S1: rows that are given another owner change places in loaded collections', async () => {
    await using session = db.session();
    const { ann, bob, one, two } = await blog(session);
    await session.query(Post).filter({ title: 'One' }).update({ author: bob.id, reviewer: null });
    expect([one.authorId, one.author, one.reviewerId, one.reviewer]).toEqual([bob.id, bob, null, null]);
    expect([items(ann.posts), items(bob.posts), items(bob.reviews)]).toEqual([[], [two, one], []]);
    await session.commit();
    expect(await ann.posts.query().count()).toBe(0);
    const profile = new Profile({ nickname: 'p', author: ann });
    session.add(profile);
    await session.commit();
    await session.query(Profile).filter({ id: profile.id }).update({ author: bob.id });
    expect([ann.profile, bob.profile, profile.author]).toEqual([null, profile, bob]);
  });

  it('Q8: S1: what the application has changed and not written stays', async () => {
    await using session = db.session();
    const { ann, bob, one } = await blog(session);
    const eve = new Author({ name: 'Eve', email: 'e@x.org' });
    expect(items(eve.posts)).toEqual([]);
    session.add(eve);
    await session.commit();
    one.author = eve;
    await session.query(Post).filter({ title: 'One' }).update({ author: bob.id });
    expect([one.author, items(eve.posts), items(ann.posts)]).toEqual([eve, [one], []]);
    expect(items(bob.posts).includes(one)).toBe(false);
    await session.commit();
    expect(await eve.posts.query().count()).toBe(1);
  });

  it('Q8: S1: a key that the database changes in rows that refer to it is known', async () => {
    await using session = db.session();
    const shop = new Shop({ code: 'old' });
    const card = new Card({ shop });
    session.add(card);
    await session.commit();
    await session.query(Shop).filter({ code: 'old' }).update({ code: 'new' });
    expect([shop.code, card.shopId, card.shop, items(shop.cards)]).toEqual(['new', 'new', shop, [card]]);
  });

  it('Q8: R5: links through a model whose rows were deleted are read again', async () => {
    await using session = db.session();
    const person = new Person({ name: 'Ann' });
    const club = new Club({ name: 'Chess' });
    session.add(person, club, new Membership({ person, club, since: '2026-01-31' }));
    await session.commit();
    await person.clubs.load();
    await session.query(Membership).filter({ clubId: club.id }).delete();
    expect(await errorOf(() => items(person.clubs))).toBeInstanceOf(NotLoadedError);
    expect(items(await person.clubs.load())).toEqual([]);
  });
});

describe('S1: rows that the session does not have, and its loaded collections', () => {
  const titles = (author: Author): string[] => items(author.posts).map(({ title }) => title);
  const isLoaded = (collection: object): boolean => (collection as { isLoaded: boolean }).isLoaded;
  const two = async (): Promise<void> => {
    await using session = db.session();
    await blog(session);
  };
  /** Both authors with their posts. */
  const authors = async (session: Session): Promise<[Author, Author]> =>
    (await session.query(Author).orderBy('id').prefetchRelated('posts')) as unknown as [Author, Author];

  it('Q8: S1: what was moved or made behind it: read again, with what waits to be written', async () => {
    await two();
    await using session = db.session();
    const [ann, bob] = await authors(session);
    await db.transaction((other) => other.add(new Post({ title: 'Three', author: ann.id })));
    const fresh = new Post({ title: 'Fresh', author: ann });
    session.add(fresh);
    expect(await session.query(Post).filter({ title: 'Three' }).update({ author: bob.id })).toBe(1);
    expect([isLoaded(ann.posts), isLoaded(bob.posts)]).toEqual([false, false]);
    await session.prefetch([ann, bob], 'posts');
    expect([titles(ann), titles(bob)]).toEqual([
      ['One', 'Fresh'],
      ['Two', 'Three'],
    ]);
    await session.commit();
    expect(await ann.posts.query().count()).toBe(2);
  });

  it('Q8: S1: where all rows that were met are there, collections stay loaded', async () => {
    await two();
    await using session = db.session();
    const [ann, bob] = await authors(session);
    expect(await session.query(Post).filter({ title: 'One' }).update({ author: bob.id })).toBe(1);
    expect([titles(ann), titles(bob)]).toEqual([[], ['Two', 'One']]);
  });

  it('Q8: S9: inside a transaction a rollback loads them again as they were', async () => {
    await two();
    await using session = db.session();
    const [ann, bob] = await authors(session);
    await db.transaction((other) => other.add(new Post({ title: 'Three', author: ann.id })));
    await errorOf(() =>
      session.transaction(async () => {
        await session.query(Post).unfiltered().update({ author: bob.id });
        throw new Error('no');
      }),
    );
    expect([titles(ann), titles(bob)]).toEqual([['One'], ['Two']]);
  });

  it('Q9: S1: rows that are made in bulk are in them, by entity or key, new or written over', async () => {
    await two();
    await using session = db.session();
    const [ann, bob] = await authors(session);
    const [one] = items(ann.posts);
    await session
      .query(Post)
      .bulkCreate([{ title: 'Three', author: ann.id }, new Post({ title: 'Four', author: bob })]);
    expect([titles(ann), titles(bob)]).toEqual([
      ['One', 'Three'],
      ['Two', 'Four'],
    ]);
    await session.query(Post).bulkCreate([{ id: one!.id, title: 'One', author: bob.id }], {
      onConflict: 'update',
      conflictFields: ['id'],
      updateFields: ['authorId'],
    } as never);
    expect([titles(ann), titles(bob)]).toEqual([['Three'], ['Two', 'Four', 'One']]);
    await session.prefetch([ann], 'profile');
    expect(ann.profile).toBeNull();
    await session.query(Profile).bulkCreate([{ nickname: 'p', author: ann.id }]);
    expect(ann.profile).toMatchObject({ nickname: 'p' });
  });

  it('Q9: R1: rows of a model between two show on both sides', async () => {
    await using session = db.session();
    const [person, club] = [new Person({ name: 'Ann' }), new Club({ name: 'Chess' })];
    session.add(person, club);
    expect([items(person.clubs), items(club.members)]).toEqual([[], []]);
    await session.commit();
    await session.query(Membership).bulkCreate([{ person: person.id, club: club.id, since: '2026-01-31' }]);
    expect([items(person.clubs), items(club.members)]).toEqual([[club], [person]]);
  });

  it('Q8: S7: outside of a transaction it lasts: rollback() gives up what was pending, and shows nothing that is gone', async () => {
    await two();
    await using session = db.session();
    const [ann, bob] = await authors(session);
    const [one] = items(ann.posts);
    ann.posts.add(new Post({ title: 'pending', author: ann }));
    bob.posts.add(new Post({ title: 'pending', author: bob }));
    await session.query(Post).bulkCreate([{ title: 'Three', author: bob.id }]);
    expect(await session.query(Post).filter({ title: 'One' }).delete()).toBe(1);
    expect([titles(ann), titles(bob)]).toEqual([['pending'], ['Two', 'pending', 'Three']]);
    await session.rollback();
    expect([titles(ann), titles(bob), session.state(one!)]).toEqual([[], ['Two', 'Three'], 'detached']);
    const [, second] = [ann, items(bob.posts)[0]!];
    second.author = ann;
    await session.query(Post).filter({ title: 'Three' }).update({ author: ann.id });
    await session.rollback();
    expect([titles(ann), titles(bob)]).toEqual([['Three'], ['Two']]);
  });
});
