import { describe, expect, it } from 'vitest';

import { queryTextOf } from '../../../src/observe/otel/statement-shape.ts';
import { summaryOf } from '../../../src/observe/otel/summary.ts';

const summary = (sql: string, quotes: 'standard' | 'mysql' = 'standard'): string => summaryOf(sql, quotes).text;

describe('the summary of a statement', () => {
  it.each([
    // The examples of the convention.
    ['SELECT * FROM wuser_table WHERE username = ?', 'SELECT wuser_table'],
    [
      'INSERT INTO shipping_details (order_id, address) SELECT order_id, address FROM orders WHERE order_id = ?',
      'INSERT shipping_details SELECT orders',
    ],
    ['SELECT * FROM songs, artists WHERE songs.artist_id == artists.id', 'SELECT songs artists'],
    [
      'SELECT order_date FROM (SELECT * FROM orders o JOIN customers c ON o.customer_id = c.customer_id)',
      'SELECT SELECT orders customers',
    ],
    ['SELECT * FROM "song list", artists', 'SELECT "song list" artists'],
    // What this library writes.
    [
      'SELECT "t0"."id" FROM "post" AS "t0" LEFT JOIN "author" AS "t1" ON "t1"."id" = "t0"."author_id"',
      'SELECT post author',
    ],
    ['SELECT "id" FROM "shop"."post" WHERE "id" = $1 FOR UPDATE', 'SELECT shop.post'],
    [
      'INSERT INTO "post" ("title") VALUES (?) ON CONFLICT ("title") DO UPDATE SET "views" = ? RETURNING "id"',
      'INSERT post',
    ],
    ['INSERT OR IGNORE INTO "post" ("title") VALUES (?)', 'INSERT post'],
    ['UPDATE "post" SET "views" = ?, "title" = ? WHERE "id" = ?', 'UPDATE post'],
    [
      'UPDATE "post" AS "p" SET "views" = "v"."a" FROM (VALUES (1, 2)) AS "v" ("k", "a") WHERE "p"."id" = "v"."k"',
      'UPDATE post',
    ],
    [
      'DELETE FROM "post" WHERE EXISTS (SELECT 1 FROM "comment" WHERE "post_id" = "post"."id")',
      'DELETE post SELECT comment',
    ],
    [
      'WITH RECURSIVE "tree" ("id") AS (SELECT "id" FROM "node" UNION ALL SELECT "n"."id" FROM "node" AS "n" JOIN "tree" ON 1) SELECT * FROM "tree"',
      'SELECT node SELECT node SELECT',
    ],
    ['SELECT "p"."id" FROM json_each(?) AS "k" JOIN "post" AS "p" ON "p"."id" = "k"."value"', 'SELECT post'],
    ['SELECT EXTRACT(YEAR FROM "created_at"), "a" IS DISTINCT FROM "b" FROM "post"', 'SELECT post'],
    [
      'CREATE TABLE IF NOT EXISTS "post" ("id" INTEGER PRIMARY KEY, "a" INTEGER REFERENCES "author" ("id") ON DELETE CASCADE ON UPDATE CASCADE)',
      'CREATE TABLE post',
    ],
    ['CREATE UNIQUE INDEX "by_title" ON "post" ("title")', 'CREATE INDEX by_title'],
    ['DROP TABLE "post"', 'DROP TABLE post'],
    ['EXPLAIN QUERY PLAN SELECT 1 FROM "post"', 'EXPLAIN SELECT post'],
    ['PRAGMA foreign_keys = ON', 'PRAGMA'],
    ['', ''],
  ])('O4: %s', (sql, expected) => {
    expect(summary(sql)).toBe(expected);
  });

  it('O4: MySQL has other quotes', () => {
    expect(summary('SELECT `p`.`id` FROM `post` AS `p` WHERE `p`.`title` = "FROM x" # FROM y', 'mysql')).toBe(
      'SELECT post',
    );
    expect(summary('INSERT INTO `post` (`id`) VALUES (?) ON DUPLICATE KEY UPDATE `id` = `id`', 'mysql')).toBe(
      'INSERT post',
    );
    expect(summary('REPLACE INTO `post` (`id`) VALUES (REPLACE(?, 1, 2))', 'mysql')).toBe('REPLACE post');
  });

  it('O4: it has at most 255 characters, and whole words', () => {
    const tables = Array.from({ length: 60 }, (_, i) => `"table_${i}"`);
    const text = summary(`SELECT * FROM ${tables.join(', ')}`);
    expect(text.length).toBeLessThanOrEqual(255);
    expect(text).toMatch(/^SELECT table_0 table_1 .* table_\d\d$/);
  });
});

describe('the text of a statement', () => {
  it('O4: X4: stays where it has placeholders', () => {
    expect(queryTextOf('SELECT \'a\', 1 FROM "post" WHERE "id" = $1', 'standard')).toBe(
      'SELECT \'a\', 1 FROM "post" WHERE "id" = $1',
    );
  });

  it.each([
    [
      'standard',
      `SELECT 'it''s', E'a\\'b', X'ab', $$secret$$, $t$ secret $t$, 1.5e3, true FROM "post 1"`,
      'SELECT ?, ?, ?, ?, ?, ?, ? FROM "post 1"',
    ],
    ['standard', `SELECT 'ends in \\', 'secret'`, 'SELECT ?, ?'],
    ['mysql', `SELECT 'a\\'secret', "secret", 0xFF FROM \`post\``, 'SELECT ?, ?, ? FROM `post`'],
    ['standard', "SELECT 'not closed", 'SELECT ?'],
  ] as const)('O4: X4: has no literal where it has none (%s: %s)', (quotes, sql, expected) => {
    expect(queryTextOf(sql, quotes)).toBe(expected);
  });
});
