import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConfigError, gte } from '../../../index.ts';
import type { Database, SessionOptions } from '../../../index.ts';

import { expectRefused, onEngine } from '../../support/database.ts';
import { Author, Comment } from '../../support/models.ts';
import { plain } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';
import { openBlog } from '../query/blog.ts';

let db: Database;
beforeAll(async () => {
  db = await openBlog();
});
afterAll(() => db.close());

/** Comments with their author, and with their post and its author and reviewer: two of these may be missing. */
function comments(options: SessionOptions, limit = 1_000) {
  return db
    .session(options)
    .query(Comment)
    .selectRelated('author', 'post.author', 'post.reviewer')
    .filter({ post: { author: { id: gte(1) } } })
    .orderBy((comment) => comment.post.title.desc(), 'id')
    .limit(limit);
}

async function pictureOf(options: SessionOptions): Promise<unknown> {
  return (await comments(options)).map((comment) => ({
    ...plain(comment),
    author: plain(comment.author),
    post: { ...plain(comment.post), author: plain(comment.post.author), reviewer: plain(comment.post.reviewer) },
  }));
}

describe('L1: selectRelated promises the objects, and not the join', () => {
  it('L1: L6: by joins and by batches come the same objects', async () => {
    const joined = await pictureOf({ loadStrategy: 'join' });
    expect(joined).toMatchObject([
      { body: 'Hello ORM', author: { name: 'Ünal' }, post: { title: 'ÄÖÜ straße', reviewer: {} } },
      { body: '', author: {}, post: { author: { name: 'Ünal' } } },
      { body: 'first!', author: { name: 'Ann' }, post: { reviewer: {} } },
      { body: 'first', author: { name: 'Bob' }, post: { author: { name: 'Ann' }, reviewer: { name: 'Bob' } } },
      { body: 'second', author: {}, post: { reviewer: { name: 'Bob' } } },
    ]);
    expect(await pictureOf({ loadStrategy: 'batch' })).toEqual(joined);
    expect(await pictureOf({})).toEqual(joined);
  });

  it('L1: by batches each relation is one statement, without what the session has', async () => {
    const author = '"id", "name", "email", "bio", "age", "role"';
    const columns = (alias: string, list: string): string =>
      list.replaceAll('"id"', `${alias}."id"`).replaceAll(/, "/g, `, ${alias}."`);
    const authors = `SELECT ${columns('t0', author)} FROM "author" AS t0 WHERE t0."id"`;
    const post =
      '"id", "title", "body", "views", "rating", "price", "published", "created_at", "author_id", "reviewer_id"';
    const posts = `SELECT ${columns('t0', post)} FROM "post" AS t0 WHERE t0."id"`;
    const list =
      'SELECT t0."id", t0."body", t0."approved", t0."score", t0."post_id", t0."author_id" FROM "comment" AS t0 ORDER BY t0."id" LIMIT';
    const quoted = (sql: string): string => sql.replaceAll('"', '`');
    const inMysql =
      "IN (SELECT v FROM JSON_TABLE(?, '$[*]' COLUMNS (v bigint PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)";
    await expectSent(
      () =>
        db
          .session({ loadStrategy: 'batch' })
          .query(Comment)
          .selectRelated('author', 'post.author', 'post.reviewer')
          .orderBy('id')
          .limit(1_000),
      {
        sqlite: [
          `${list} ?`,
          `${authors} IN (SELECT value FROM json_each(?))`,
          `${posts} IN (SELECT value FROM json_each(?))`,
        ],
        postgres: [`${list} $1::bigint`, `${authors} = ANY($1::integer[])`, `${posts} = ANY($1::integer[])`],
        mysql: [`${quoted(list)} ?`, `${quoted(authors)} ${inMysql}`, `${quoted(posts)} ${inMysql}`],
      },
    );
  });

  it('L1: by itself it joins for few rows, and for many where that is faster', async () => {
    const sent = async (limit: number): Promise<number> => (await statementsOf(() => comments({}, limit))).length;
    expect([await sent(50), await sent(501)]).toEqual(
      onEngine({ sqlite: [1, 1], postgres: [1, 3], mysql: [1, 1], mariadb: [1, 3] }),
    );
  });

  it('Q7: L1: also where the root is read in part, and from the other side of a one-to-one relation', async () => {
    for (const loadStrategy of ['join', 'batch'] as const) {
      const session = db.session({ loadStrategy });
      const some = await session.query(Comment).only('id').selectRelated('author', 'post').orderBy('id').limit(1_000);
      expect(some.map(({ id, author, post }) => [id, author?.name, post.title])).toEqual([
        [1, 'Bob', 'Hello ORM'],
        [2, undefined, 'Hello ORM'],
        [3, 'Ann', 'hello world'],
        [4, 'Ünal', 'ÄÖÜ straße'],
        [5, undefined, 'ÄÖÜ straße'],
      ]);
      const authors = await session.query(Author).selectRelated('profile').orderBy('id').limit(1_000);
      expect(authors.map(({ profile }) => profile?.nickname)).toEqual(['annie', undefined, undefined]);
    }
  });

  it('Q11: rows that are locked are joined: it is one statement', async () => {
    const sent = await statementsOf(() =>
      db.transaction((session) => session.query(Comment).selectRelated('post').limit(1_000).forUpdate(), {
        loadStrategy: 'batch',
      }),
    );
    expect(sent.filter((sql) => sql.startsWith('SELECT'))).toHaveLength(1);
  });

  it('refuses a strategy that there is not', async () => {
    await expectRefused(db, () => db.session({ loadStrategy: 'both' as never }), {
      type: ConfigError,
      message: "The option 'loadStrategy' is one of: auto, join, batch.",
    });
  });
});
