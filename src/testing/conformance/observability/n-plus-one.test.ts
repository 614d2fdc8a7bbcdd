/** One query for each of many things: what is told of it, and what is none. */
import { fileURLToPath } from 'node:url';
import { relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { gt, NPlusOneError, oneOf } from '../../../index.ts';
import type { Database, NPlusOne, PerformanceOptions, Session } from '../../../index.ts';

import { errorOf, onEngine, openTestDatabase } from '../../support/database.ts';
import { Author, Category, Comment, Post, Tag } from '../../support/models.ts';

const POSTS = 6;
const FILE = relative(process.cwd(), fileURLToPath(import.meta.url)).replaceAll('\\', '/');

let db: Database;
let session: Session;
let findings: NPlusOne[];

async function open(
  performance: PerformanceOptions = { nPlusOne: (finding) => findings.push(finding) },
): Promise<void> {
  db = await openTestDatabase({ performance, fetchMode: 'one' });
  await db.transaction((writing) => {
    for (let i = 1; i <= POSTS; i++) {
      const author = new Author({ name: `a${i}`, email: `a${i}@example.org` });
      const post = new Post({ title: `p${i}`, author });
      post.tags.add(new Tag({ name: `t${i}` }));
      writing.add(new Comment({ body: 'x', post }));
    }
  });
  session = db.session();
}

beforeEach(async () => {
  findings = [];
  await open();
});

afterEach(() => db.close());

/** What is found until now: a session that is closed repeats nothing any more. */
async function found(): Promise<readonly NPlusOne[]> {
  await session.close();
  return findings;
}

/** The place of the line behind the one that calls it. */
function nextLine(): string {
  const [, , caller] = new Error('where').stack!.split('\n');
  return `${FILE}:${Number(/:(\d+):\d+\)?$/.exec(caller!)![1]) + 1}`;
}

/** How this database says what is the same on all of them. */
const from = (table: string, column: string): string =>
  onEngine({
    sqlite: `SELECT … FROM "${table}" AS t0 WHERE t0."${column}" = ?`,
    postgres: `SELECT … FROM "${table}" AS t0 WHERE t0."${column}" = $1`,
    mysql: `SELECT … FROM \`${table}\` AS t0 WHERE t0.\`${column}\` = ?`,
  });
const JSON_LIST = 'SELECT v FROM JSON_TABLE(?, ? COLUMNS (v bigint PATH ? NULL ON EMPTY ERROR ON ERROR)) AS list';
const loading = (table: string, column: string, ...order: string[]): string => {
  const keys = order.map((key) => onEngine({ sqlite: `t0."${key}"`, mysql: `t0.\`${key}\`` })).join(', ');
  const rest = keys === '' ? '' : ` ORDER BY ${keys}`;
  return onEngine({
    sqlite: `SELECT … FROM "${table}" AS t0 WHERE t0."${column}" IN (SELECT value FROM json_each(?))${rest}`,
    postgres: `SELECT … FROM "${table}" AS t0 WHERE t0."${column}" = ANY($1::integer[])${rest}`,
    mysql: `SELECT … FROM \`${table}\` AS t0 WHERE t0.\`${column}\` IN (${JSON_LIST})${rest}`,
  });
};

describe('O2: a query for each of many things is found, with its line and what to call instead', () => {
  it('O2: relations that are loaded in a loop', async () => {
    const posts = await session.query(Post).orderBy('id');
    const comments = nextLine();
    for (const post of posts) await post.comments.load();
    const author = nextLine();
    for (const post of posts) await post.author.load();
    const tags = nextLine();
    for (const post of posts) await post.tags.load();
    expect((await found()).map(({ message }) => message)).toEqual([
      `N+1 suspected: 6× ${loading('comment', 'post_id', 'id')}, at ${comments}; add .prefetchRelated('comments') to the query of Post`,
      `N+1 suspected: 6× ${loading('author', 'id')}, at ${author}; add .selectRelated('author') to the query of Post`,
      `N+1 suspected: 6× ${loading('post_tags', 'post_id', 'post_id', 'tag_id')}, at ${tags}; add .prefetchRelated('tags') to the query of Post`,
    ]);
  });

  it('O2: rows by their keys, by a unique field, by another', async () => {
    const get = nextLine();
    for (let id = 1; id <= POSTS; id++) await session.get(Tag, id);
    const emails = Array.from({ length: POSTS }, (_, i) => `a${i + 1}@example.org`);
    const email = nextLine();
    for (const one of emails) await session.query(Author).filter({ email: one }).first();
    const title = nextLine();
    for (let id = 1; id <= POSTS; id++) await session.query(Post).filter({ title: `p${id}` });
    const order = onEngine({ sqlite: ' ORDER BY t0."id"', mysql: ' ORDER BY t0.`id`' });
    expect((await found()).map(({ message }) => message)).toEqual([
      `N+1 suspected: 6× ${from('tag', 'id')}, at ${get}; read all of them at once: session.query(Tag).inBulk(keys)`,
      `N+1 suspected: 6× ${from('author', 'email')}${order} LIMIT ?, at ${email}; read all of them at once: session.query(Author).inBulk(values, { field: 'email' })`,
      `N+1 suspected: 6× ${from('post', 'title')}, at ${title}; ask for all of them at once: .filter({ title: oneOf(values) })`,
    ]);
  });

  it('O2: members of an owner, and how many there are, side by side', async () => {
    const posts = await session.query(Post).orderBy('id');
    const members = nextLine();
    await Promise.all(posts.map((post) => session.query(Comment).filter({ post })));
    const some = nextLine();
    await Promise.all(posts.map(async (post) => await post.comments.query().orderBy('-id')));
    const count = nextLine();
    await Promise.all(posts.map((post) => session.query(Comment).filter({ post }).count()));
    const exists = nextLine();
    await Promise.all(posts.map((post) => session.query(Comment).filter({ post }).exists()));
    const remedies = (await found()).map(({ times, callSite, remedy }) => [times, callSite, remedy]);
    expect(remedies).toEqual([
      [6, members, "add .prefetchRelated('comments') to the query of Post"],
      [6, some, "add .prefetchRelated(prefetch('comments', (comments) => …)) to the query of Post"],
      [6, count, 'add .annotate((post) => ({ n: post.comments.count() })) to the query of Post'],
      [6, exists, 'add .annotate((post) => ({ has: post.comments.some() })) to the query of Post'],
    ]);
  });

  it('O2: resolvers that a library calls for each object, and functions that call themselves', async () => {
    const site: string[] = [];
    const resolvers = {
      author: async (post: Post): Promise<string> => {
        site[0] = nextLine();
        return (await post.author.load()).name;
      },
    };
    const resolve = async (post: Post): Promise<object> => ({
      title: post.title,
      author: await resolvers.author(post),
    });
    // One after the other, as a schema does that says so; side by side the loads would be one statement.
    for (const post of await session.query(Post).orderBy('id')) expect(await resolve(post)).toHaveProperty('author');

    let parent = new Category({ name: 'root' });
    session.add(parent);
    for (let i = 0; i < POSTS; i++) session.add((parent = new Category({ name: `c${i}`, parent })));
    await session.commit();
    const descend = async (category: Category): Promise<number> => {
      site[1] = nextLine();
      const children = await session.query(Category).filter({ parent: category });
      const below = await Promise.all(children.map(descend));
      return below.reduce((sum, n) => sum + n, 1);
    };
    expect(await descend(await session.query(Category).filter({ name: 'root' }).one())).toBe(7);
    expect((await found()).map(({ times, callSite, remedy }) => [times, callSite, remedy])).toEqual([
      [6, site[0], "add .selectRelated('author') to the query of Post"],
      [7, site[1], "add .recursive('children') to the query of Category, which reads the whole tree"],
    ]);
  });

  it('O2: the same again, where nothing was written between; raw SQL, and with its values in the text', async () => {
    const same = nextLine();
    for (let i = 0; i < POSTS; i++) await session.query(Tag).filter({ name: 't1' });
    const raw = nextLine();
    for (let i = 1; i <= POSTS; i++) await session.sql`SELECT name FROM tag WHERE id = ${i}`;
    const texts = Array.from({ length: POSTS }, (_, i) => `SELECT id FROM tag WHERE name = 't${i}' OR id = ${i}`);
    const literal = nextLine();
    for (const text of texts) await session.sql(Object.assign([text], { raw: [text] }));
    const placeholder = onEngine({ sqlite: '?', postgres: '$1' });
    expect((await found()).map(({ message }) => message)).toEqual([
      `N+1 suspected: 6× ${from('tag', 'name')}, at ${same}; it asked for the same each time: ask once and keep what it gave`,
      `N+1 suspected: 6× SELECT … FROM tag WHERE id = ${placeholder}, at ${raw}; ask for all of them in one statement`,
      `N+1 suspected: 6× SELECT … FROM tag WHERE name = ? OR id = ?, at ${literal}; ask for all of them in one statement`,
    ]);
  });

  it('O2: parts of rows that were left out, one after the other', async () => {
    const posts = await session.query(Post).only('title').orderBy('id');
    const site = nextLine();
    for (const post of posts) await post.load();
    expect((await found()).map(({ callSite, remedy }) => [callSite, remedy])).toEqual([
      [site, 'read all fields that are needed with the query of Post: it left some out by only() or defer()'],
    ]);
  });
});

describe('O2: no alarm', () => {
  it('O2: for inserts, updates, deletes, and rows that a flush or upsert looks for', async () => {
    for (let i = 0; i < POSTS; i++) {
      session.add(new Tag({ name: `new ${i}` }));
      await session.commit();
      await session
        .query(Tag)
        .filter({ name: `new ${i}` })
        .update({ name: `newer ${i}` });
      await session.query(Tag).bulkCreate([new Tag({ name: `more ${i}` })]);
      await session
        .query(Tag)
        .filter({ name: `more ${i}` })
        .delete();
    }
    expect(await found()).toEqual([]);
  });

  it('O2: for pages, by number, by cursor, by a key that the last one ended with', async () => {
    for (let offset = 0; offset < POSTS; offset++) await session.query(Post).orderBy('id').limit(1).offset(offset);
    for (let after: string | undefined, i = 0; i < POSTS; i++) {
      const page = await session
        .query(Post)
        .orderBy('id')
        .page({ first: 1, ...(after !== undefined && { after }) });
      after = page.pageInfo.endCursor ?? undefined;
    }
    for (let last = 0, i = 0; i < POSTS; i++) {
      const [post] = await session
        .query(Post)
        .filter({ id: gt(last) })
        .orderBy('id')
        .limit(1);
      last = post!.id;
    }
    for (let i = 0; i < POSTS; i++) await session.sql`SELECT id FROM post ORDER BY id LIMIT 1 OFFSET ${i}`;
    expect(await found()).toEqual([]);
  });

  it('O2: for batches of keys, streams whose batches are prefetched, and relations that are loaded for all at once', async () => {
    for (let i = 1; i <= POSTS; i++) await session.query(Post).filter({ id: oneOf([i, i + 1]) });
    for await (const post of session.query(Post).prefetchRelated('comments').iterate({ batchSize: 1 }))
      expect(post.comments.length).toBe(1);
    for (let i = 1; i <= POSTS; i++) await session.query(Post).inBulk([i, i + 1]);
    const peers = db.session({ fetchMode: 'peers' });
    for (const post of await peers.query(Post)) {
      await post.comments.load();
      await post.author.load();
    }
    await peers.close();
    const side = await session.query(Post);
    await Promise.all(side.map((post) => post.tags.load()));
    expect(await found()).toEqual([]);
  });

  it('O2: for what comes again after a pause, what is read again after a write, and queues', async () => {
    for (let i = 0; i < POSTS; i++) {
      await session.query(Tag).filter({ name: 't1' });
      const until = performance.now() + 150;
      await vi.waitUntil(() => performance.now() > until, { interval: 20 });
    }
    for (let i = 0; i < POSTS; i++) {
      await session.query(Category).filter({ name: 'none' }).count();
      await session
        .query(Category)
        .filter({ name: `n${i}` })
        .update({ name: 'x' });
    }
    expect(await found()).toEqual([]);
  });

  it('O2: for fewer than the threshold, for sessions that have another, for several sessions', async () => {
    for (let i = 1; i < 5; i++) await session.get(Tag, i);
    for (let i = 1; i <= POSTS; i++) await db.session().get(Tag, i);
    const patient = db.session({ performanceThreshold: 7 });
    for (let i = 1; i <= POSTS; i++) await patient.get(Author, i);
    const [one, other] = [db.session(), db.session()];
    for (let i = 1; i <= 3; i++) await one.get(Tag, i);
    for (let i = 1; i <= 3; i++) await one.get(Tag, i + 3).then((tag) => tag);
    await other.close();
    expect(await found()).toEqual([]);
  });
});

it('O2: where it is to be an error, the statement that makes it one fails, and the session goes on', async () => {
  await db.close();
  await open({ nPlusOne: 'throw' });
  const tags: (Tag | null)[] = [];
  const failure = await errorOf(async () => {
    for (let id = 1; id <= POSTS; id++) tags.push(await session.get(Tag, id));
  });
  expect(failure).toBeInstanceOf(NPlusOneError);
  expect(failure.message).toContain(`N+1 suspected: 5× ${from('tag', 'id')}, at ${FILE}:`);
  expect(failure.message).toMatch(/; read all of them at once: session\.query\(Tag\)\.inBulk\(keys\)\.$/);
  expect(tags.length).toBe(4);
  expect(await session.query(Tag).count()).toBe(POSTS);
});
