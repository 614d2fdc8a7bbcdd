/** Raw SQL whose text has placeholders of its own, or values where none can stand, is refused before it is sent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { InvalidQueryError, sql } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { engine, expectRefused, onEngine, openTestDatabase } from '../../support/database.ts';
import { Tag } from '../../support/models.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase();
  session = db.session();
  session.add(new Tag({ name: 'a?b' }));
  await session.commit();
});
afterAll(() => db.close());

const refused = (placeholders: string, values: string) => ({
  type: InvalidQueryError,
  message: `The SQL of sql\`…\` has ${placeholders} and ${values}. Write each value as \${value}, outside of quotes and comments, and no placeholder by hand.`,
});

describe('A2: placeholders of raw SQL', () => {
  it('in texts, names and comments are none', async () => {
    const rows = await session.sql`SELECT name AS ${sql.id('a?"`b')}, '? $1 :a' AS x /* ? $1 :a */ FROM tag -- ? $1
      WHERE name = ${'a?b'} AND 'it''s ?' <> ${'?'}`;
    expect(rows).toEqual([{ 'a?"`b': 'a?b', x: '? $1 :a' }]);
  });

  it('written by hand are refused', async () => {
    await expectRefused(
      db,
      () => session.sql`SELECT name FROM tag WHERE name = ? OR name = $1 OR name = ${'a'}`,
      onEngine({
        sqlite: refused('3 placeholders', '1 value'),
        postgres: refused('2 placeholders', '1 value'),
        mysql: refused('2 placeholders', '1 value'),
      }),
    );
    if (engine === 'sqlite')
      await expectRefused(db, () => session.sql`SELECT :name, @x`, refused('2 placeholders', '0 values'));
  });

  it('inside of quotes or a comment are refused', async () => {
    await expectRefused(db, () => session.sql`SELECT '${'a'}'`, refused('0 placeholders', '1 value'));
    await expectRefused(db, () => session.sql`SELECT 1 -- ${1}`, refused('0 placeholders', '1 value'));
    await expectRefused(db, () => session.sql`SELECT 1 /* ${1} */`, refused('0 placeholders', '1 value'));
    await expectRefused(
      db,
      async () => session.query(Tag).filter((t) => sql<boolean>`${t.name} = '${'a'}'` as never),
      refused('0 placeholders', '1 value'),
    );
  });

  if (engine.startsWith('postgres'))
    it('PostgreSQL: operators with a question mark, and dollar quotes, are what they are', async () => {
      expect(
        await session.sql`SELECT '{"a": 1}'::jsonb ? ${'a'} AS has, $$ $1 ? $$ AS text, E'\\'$1' AS escaped`,
      ).toEqual([{ has: true, text: ' $1 ? ', escaped: "'$1" }]);
    });
});
