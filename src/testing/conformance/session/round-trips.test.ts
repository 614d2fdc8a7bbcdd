/** So few statements as a flush takes, asserted whole; how often it waits for a server is asserted on the wire, elsewhere. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Database, Session } from '../../../index.ts';

import { openTestDatabase } from '../../support/database.ts';
import { Category, Tag } from '../../support/models.ts';
import { expectSent, rows } from '../../support/statements.ts';

let db: Database;
let session: Session;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Tag, Category] });
  session = db.session();
});

afterEach(async () => {
  await session.close();
  await db.close();
});

const onMySQL = (collation: string): string =>
  `UPDATE JSON_TABLE(?, '$[*]' COLUMNS (column1 longtext CHARACTER SET utf8mb4 COLLATE ${collation} PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 bigint PATH '$[1]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN \`category\` ON \`category\`.\`id\` = v.column2 SET \`category\`.\`name\` = v.column1`;

describe('a thousand rows', () => {
  it('S5: are inserted by two statements on PostgreSQL at most, by four on MySQL and MariaDB, by one prepared on SQLite', async () => {
    const tags = Array.from({ length: 1_000 }, (_, i) => new Tag({ name: `t${i}` }));
    session.add(...tags);
    const { prepared } = db.queryStats();
    await expectSent(() => session.commit(), {
      sqlite: ['BEGIN', '1000× INSERT INTO "tag" ("id", "name") VALUES (?, ?)', 'COMMIT'],
      postgres: [
        'BEGIN',
        'INSERT INTO "tag" ("name") SELECT * FROM unnest($1::text[]) AS v(column1) RETURNING "id"',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        ...[896, 96, 8].map((count) => `INSERT INTO \`tag\` (\`name\`) VALUES ${rows(count, '(?)')}`),
        'COMMIT',
      ],
    });
    // On MySQL and MariaDB many values go in the text of a statement, which is not prepared then: of these the last is.
    expect(db.queryStats().prepared - prepared).toBe(1);
    const stored = await db.session().query(Tag).valuesList('name', 'id');
    expect(new Map(stored)).toEqual(new Map(tags.map(({ name, id }) => [name, id])));
  });

  it('S4: of which one field changed are updated by one statement on servers, by one prepared on SQLite', async () => {
    const categories = Array.from({ length: 1_000 }, (_, i) => new Category({ name: `c${i}` }));
    session.add(...categories);
    await session.commit();
    for (const category of categories) category.name += '!';
    const { prepared } = db.queryStats();
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        `10× UPDATE "category" SET "name" = v.column1 FROM (VALUES ${rows(100, '(?, ?)')}) AS v WHERE "category"."id" = v.column2`,
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'UPDATE "category" SET "name" = v.column1 FROM (SELECT * FROM unnest($1::text[], $2::bigint[]) AS v(column1, column2)) AS v WHERE "category"."id" = v.column2',
        'COMMIT',
      ],
      mysql: ['BEGIN', onMySQL('utf8mb4_0900_bin'), 'COMMIT'],
      mariadb: ['BEGIN', onMySQL('utf8mb4_nopad_bin'), 'COMMIT'],
    });
    expect(db.queryStats().prepared - prepared).toBe(1);
    const stored = await db.session().query(Category).valuesList('name', 'id');
    expect(new Map(stored)).toEqual(new Map(categories.map(({ name, id }) => [name, id])));
  });
});
