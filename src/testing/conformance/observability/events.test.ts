/** What listeners are told of each statement. */
import { afterEach, beforeEach, expect, it, onTestFinished } from 'vitest';

import { statementChannel, withCorrelationId } from '../../../index.ts';
import type { Database, StatementEvent } from '../../../index.ts';

import { engine, errorOf, openTestDatabase } from '../../support/database.ts';
import { Author, Comment, Post, Tag } from '../../support/models.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase();
});

afterEach(() => db.close());

function listen(): StatementEvent[] {
  const heard: StatementEvent[] = [];
  const note = (message: unknown): void => {
    const event = message as StatementEvent;
    if (!event.sql.startsWith('SET')) heard.push(event);
  };
  statementChannel.subscribe(note);
  onTestFinished(() => {
    statementChannel.unsubscribe(note);
  });
  return heard;
}

const picture = ({ kind, runs, rows, subject }: StatementEvent): unknown[] => [
  kind,
  runs,
  rows,
  subject?.model,
  subject?.table,
  subject?.relation,
];

it('O3: a statement says its kind, its rows and what it is about: queries, loading, writes, transactions', async () => {
  const heard = listen();
  await db.transaction(async (session) => {
    const ann = new Author({ name: 'Ann', email: 'ann@example.org' });
    session.add(new Post({ title: 'One', author: ann }));
  });
  expect(heard.map(picture)).toEqual([
    ['control', 1, undefined, undefined, undefined, undefined],
    ['write', 1, 1, undefined, undefined, undefined],
    ['write', 1, 1, undefined, undefined, undefined],
    ['control', 1, undefined, undefined, undefined, undefined],
  ]);
  heard.length = 0;

  const session = db.session({ fetchMode: 'one' });
  const [post] = await session.query(Post).prefetchRelated('tags').orderBy('id');
  await post!.author.load();
  await post!.comments.load();
  await session.query(Comment).filter({ body: 'x' }).update({ body: 'y' });
  await session.sql`SELECT ${session.sql.id('name')} FROM ${session.sql.id('author')}`;
  const names: string[] = [];
  for await (const { name } of session.query(Author).iterate()) names.push(name);
  expect(names).toEqual(['Ann']);
  expect(heard.map(picture)).toEqual([
    ['read', 1, 1, 'Post', 'post', undefined],
    ['read', 1, 0, 'post_tags', 'post_tags', 'Post.tags'],
    ['read', 1, 1, 'Author', 'author', 'Post.author'],
    ['read', 1, 0, 'Comment', 'comment', 'Post.comments'],
    ['write', 1, 0, 'Comment', 'comment', undefined],
    ['read', 1, 1, undefined, undefined, undefined],
    ['read', 1, 1, 'Author', 'author', undefined],
  ]);
});

it('O3: it says its database, its session, its transaction, and the id that it was given', async () => {
  const heard = listen();
  const [one, other] = [db.session(), db.session()];
  await one.query(Tag);
  await withCorrelationId('request 1', async () => {
    await other.transaction(() => other.query(Tag));
    await one.query(Tag);
  });
  await other.transaction(() => other.query(Tag));
  await other.query(Tag);
  const first = heard[0]!.session!;
  expect(
    heard.map(({ session, transaction, correlationId }) => [session! - first, transaction, correlationId]),
  ).toEqual([
    [0, undefined, undefined],
    [1, 1, 'request 1'],
    [1, 1, 'request 1'],
    [1, 1, 'request 1'],
    [0, undefined, 'request 1'],
    [1, 2, undefined],
    [1, 2, undefined],
    [1, 2, undefined],
    [1, undefined, undefined],
  ]);
  expect(new Set(heard.map(({ database }) => database)).size).toBe(1);
  const { id, dialect, name, host } = heard[0]!.database;
  expect([typeof id, dialect, typeof name, typeof host]).toEqual([
    'number',
    engine,
    'string',
    engine === 'sqlite' ? 'undefined' : 'string',
  ]);
});

it('O3: X4: one that fails says so, and no event shows a value, however it is looked at', async () => {
  const heard = listen();
  const session = db.session();
  const failure = await errorOf(() => session.sql`SELECT ${'s3cret'} FROM nowhere`);
  await session.query(Author).filter({ email: 's3cret' });
  expect(heard.map(({ kind, rows, error }) => [kind, rows, error])).toEqual([
    ['read', undefined, failure],
    ['read', 0, undefined],
  ]);
  const { inspect } = await import('node:util');
  const looked = heard.map((event) => inspect(event, { depth: 9, showHidden: true }) + JSON.stringify(event));
  expect(looked.join('\n')).not.toContain('s3cret');
});
