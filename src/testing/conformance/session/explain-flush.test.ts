import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, hooks, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { Author, Category, Comment, Post, Profile, Tag } from '../../support/models.ts';
import { items, rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

class Owner extends model('owner', {
  id: f.auto(),
  name: f.string(),
  notes: f.reverse(() => Note, 'owner', { cascade: 'delete-orphan' }),
}) {}

class Note extends model('note', { id: f.auto(), owner: f.foreignKey(() => Owner) }) {}

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author, Category, Owner] });
});
afterEach(() => db.close());

/** What is planned, without the statements themselves. */
async function plan(session: Session): Promise<unknown[]> {
  const statements = await session.explainFlush();
  return statements.map(({ operation, model: of, rows, entities }) => [
    `${operation} ${of} ${rows}`,
    ...entities.map(({ entity, why }) => [entity, why]),
  ]);
}

/** The statements of a plan are those that the flush then sends, each so often as there are runs of it. */
async function expectAsSent(session: Session): Promise<void> {
  const planned = (await session.explainFlush()).map(({ sql }) => sql);
  const sent = await statementsOf(() => session.commit());
  const writes = sent.map((sql) => sql.replace(/^\d+× /, '')).filter((sql) => /^(INSERT|UPDATE|DELETE)/.test(sql));
  expect(planned).toEqual(writes.filter((sql, i) => sql !== writes[i - 1]));
}

describe('explainFlush', () => {
  it('S4: tells the statements of a flush in their order, and why each entity is in them; nothing is sent', async () => {
    await using session = db.session();
    const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
    const post = new Post({ title: 'One', author: ann });
    const tag = new Tag({ name: 'orm' });
    post.tags.add(tag);
    const profile = new Profile({ nickname: 'b', author: bob });
    session.add(post, profile);
    expect(await plan(session)).toEqual(
      expect.arrayContaining([
        ['insert Author 2', [ann, 'new'], [bob, 'new']],
        ['insert Post 1', [post, 'new']],
        ['insert Profile 1', [profile, 'new']],
        ['insert Tag 1', [tag, 'new']],
      ]),
    );
    expect((await plan(session)).at(-1)).toEqual([
      expect.stringMatching(/^insert .* 1$/),
      [post, 'link of Post and Tag'],
      [tag, 'link of Post and Tag'],
    ]);
    expect(await statementsOf(() => session.explainFlush())).toEqual([]);
    expect([ann.id, session.state(ann), session.state(tag)]).toEqual([undefined, 'pending', 'pending']);
    await expectAsSent(session);

    post.title = 'Two';
    post.author = bob;
    post.tags.remove(tag);
    session.delete(profile);
    expect(await plan(session)).toEqual([
      ['update Post 1', [post, 'changed: title, author']],
      [
        expect.stringMatching(/^delete .* 1$/),
        [post, 'link of Post and Tag, taken out'],
        [tag, 'link of Post and Tag, taken out'],
      ],
      ['delete Profile 1', [profile, 'deleted']],
    ]);
    await expectAsSent(session);
    expect(await plan(session)).toEqual([]);
  });

  it('S4: many rows are told as they are sent, each in its statement', async () => {
    await using session = db.session();
    const ann = new Author({ name: 'Ann', email: 'a@x.org' });
    const posts = Array.from({ length: 70 }, (_, i) => new Post({ title: `T${i}`, author: ann }));
    session.add(...posts);
    const inserted = (await session.explainFlush()).filter(({ model: of }) => of === 'Post');
    expect(inserted.flatMap(({ entities }) => entities.map(({ entity }) => entity))).toEqual(posts);
    await expectAsSent(session);
    for (const post of posts) post.views = 7;
    expect((await session.explainFlush()).flatMap(({ entities }) => entities.map(({ why }) => why))).toEqual(
      Array(70).fill('changed: views'),
    );
    await expectAsSent(session);
    session.delete(...posts);
    expect((await session.explainFlush()).reduce((sum, { rows }) => sum + rows, 0)).toBe(70);
    await expectAsSent(session);
  });

  it('S4: R8: what goes with others is told with its relation, and is as it was', async () => {
    await using session = db.session();
    const owner = new Owner({ name: 'o' });
    const [kept, orphan] = [owner.notes.create({}), owner.notes.create({})];
    session.add(owner);
    await session.commit();
    owner.notes.remove(orphan);
    expect(await plan(session)).toEqual([['delete Note 1', [orphan, 'orphan of Owner.notes']]]);
    expect(session.state(orphan)).toBe('persistent');
    session.delete(owner);
    const before = await rowsOf(db);
    const [notes, owners] = await plan(session);
    expect(notes).toEqual([
      'delete Note 2',
      ...[orphan, kept].map((note) => [note, note === orphan ? 'orphan of Owner.notes' : 'goes with Owner.notes']),
    ]);
    expect(owners).toEqual(['delete Owner 1', [owner, 'deleted']]);
    expect([await rowsOf(db), session.state(kept), items(owner.notes)]).toEqual([before, 'persistent', [kept]]);
    await expectAsSent(session);
  });

  it('S4: V3: calls no hooks of a flush, and works inside a transaction', async () => {
    const heard: string[] = [];
    const off = hooks.on('beforeFlush', () => void heard.push('beforeFlush'));
    await using session = db.session();
    await session.transaction(async () => {
      const comment = new Comment({
        body: 'c',
        post: new Post({ title: 'p', author: new Author({ name: 'A', email: 'a@x.org' }) }),
      });
      session.add(comment);
      expect((await session.explainFlush()).map(({ operation, model: of }) => `${operation} ${of}`)).toEqual([
        'insert Author',
        'insert Post',
        'insert Comment',
      ]);
      expect([heard, session.state(comment)]).toEqual([[], 'pending']);
    });
    off();
  });
});
