/** The tables that are in use while they change, and the code that uses them. */
import { f, index } from 'blazeorm';
import type { Session } from 'blazeorm';
import { createTable, foreignKey } from 'blazeorm/schema';
import type { Operation } from 'blazeorm/schema';

import type { Work } from '../traffic.ts';

/** Two batches of a back-fill. */
export const ROWS = 1200;

export const TABLES: readonly Operation[] = [
  createTable('author', { id: f.auto(), name: f.string({ maxLength: 40 }) }),
  createTable(
    'post',
    {
      id: f.auto(),
      author_id: f.int(),
      title: f.string({ maxLength: 100 }),
      views: f.int(),
      likes: f.int({ nullable: true }),
      body: f.string({ maxLength: 200 }),
    },
    { indexes: [index('body')] },
  ),
  createTable(
    'comment',
    { id: f.auto(), post_id: f.int(), text: f.string({ maxLength: 40 }) },
    { constraints: [foreignKey('post_id', 'post', 'id')], indexes: [index('post_id')] },
  ),
];

/** Rows for them, of which a tenth has no likes. */
export function rowsSql(): string[] {
  const digits = `(SELECT 0 AS n${Array.from({ length: 9 }, (_, i) => ` UNION ALL SELECT ${i + 1}`).join('')})`;
  const hundreds = `(SELECT 0 AS n${Array.from({ length: ROWS / 100 - 1 }, (_, i) => ` UNION ALL SELECT ${i + 1}`).join('')})`;
  return [
    "INSERT INTO author (id, name) VALUES (1, 'Ann')",
    `INSERT INTO post (author_id, title, views, likes, body) SELECT 1, 'title', 1, CASE WHEN a.n = 0 THEN NULL ELSE 1 END, 'body' FROM ${digits} a, ${digits} b, ${hundreds} c`,
  ];
}

/** One of the rows that were there from the beginning. */
const oneOf = (turn: number): number => (turn % ROWS) + 1;

/** What every transaction does besides: a row of a table that refers to the one that changes. */
async function comments({ sql }: Session, turn: number): Promise<void> {
  await sql`INSERT INTO comment (post_id, text) VALUES (${oneOf(turn)}, 'c')`;
}

/** Each inserts one row, changes another one, and reads. */
export const oldCode: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, title, views, likes, body) VALUES (1, ${`new ${turn}`}, ${turn}, 1, 'b')`;
  await sql`UPDATE post SET views = ${turn % 30_000}, likes = 2 WHERE id = ${oneOf(turn)}`;
  await sql`SELECT id, title, views, likes, body FROM post WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that writes what it is given, and reads nothing back: no statement of it has columns whose types it knows. */
export const writesOnly: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, title, views, likes, body) VALUES (1, ${`new ${turn}`}, ${turn}, 1, 'b')`;
  await sql`UPDATE post SET views = ${turn % 30_000} WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that knows a column `state`. */
export const writesState: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, title, views, body, state) VALUES (1, 't', ${turn}, 'b', 'seen')`;
  await sql`UPDATE post SET state = 'seen' WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that knows no title. */
export const untitled: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, views, body) VALUES (1, ${turn}, 'b')`;
  await sql`UPDATE post SET views = ${turn % 30_000} WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that knows no likes. */
export const unliked: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, title, views, body) VALUES (1, 't', ${turn}, 'b')`;
  await sql`UPDATE post SET views = ${turn % 30_000} WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that knows the title as `headline`. */
export const headlined: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, headline, views, body) VALUES (1, ${`new ${turn}`}, ${turn}, 'b')`;
  await sql`UPDATE post SET headline = ${`t ${turn}`} WHERE id = ${oneOf(turn)}`;
  await sql`SELECT id, headline FROM post WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that knows the body as `text`. */
export const textual: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO post (author_id, title, views, text) VALUES (1, 't', ${turn}, ${`new ${turn}`})`;
  await sql`UPDATE post SET text = ${`t ${turn}`} WHERE id = ${oneOf(turn)}`;
  await sql`SELECT id, text FROM post WHERE text = ${`t ${turn}`}`;
  await comments(session, turn);
};

/** Code that knows the table as `article`. */
export const asArticle: Work = async (session, turn) => {
  const { sql } = session;
  await sql`INSERT INTO article (author_id, title, views, body) VALUES (1, 'new', ${turn}, 'b')`;
  await sql`UPDATE article SET views = ${turn % 30_000} WHERE id = ${oneOf(turn)}`;
  await sql`SELECT id, title, views FROM article WHERE id = ${oneOf(turn)}`;
  await comments(session, turn);
};

/** Code that writes into another table as well. */
export function alsoInto(table: 'log' | 'draft', work: Work): Work {
  return async (session, turn) => {
    await work(session, turn);
    if (table === 'log') await session.sql`INSERT INTO log (line) VALUES ('l')`;
    else await session.sql`INSERT INTO draft (line) VALUES ('l')`;
  };
}
