/** Values that other programs wrote, which no field of a model would take. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { f, model, UnsupportedError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { engine, errorOf, onEngine, openTestDatabase } from '../../support/database.ts';

class Row extends model('foreign_row', {
  id: f.int({ primaryKey: true }),
  at: f.datetime({ nullable: true }),
  json: f.json<unknown>({ nullable: true }),
  required: f.json<unknown>({ default: () => 1 }),
  note: f.string({ default: '' }),
}) {}

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Row] });
});
afterAll(() => db.close());

describe('rows of other programs', () => {
  it('M3: the null of JSON is read as null, and nothing is written for it', async () => {
    const session = db.session();
    await session.sql`INSERT INTO foreign_row (id, json, required, note) VALUES (1, 'null', 'null', 'a')`;
    const row = await session.getOrFail(Row, 1);
    expect(row).toEqual({ id: 1, at: null, json: null, required: null, note: 'a' });
    const before = db.queryStats().statements;
    await session.commit();
    expect(db.queryStats().statements).toBe(before);
    row.note = 'b';
    await session.commit();
    expect(await session.sql`SELECT json, required, note FROM foreign_row`).toEqual([
      onEngine<object>({
        sqlite: { json: 'null', required: 'null', note: 'b' },
        postgres: { json: null, required: null, note: 'b' },
        mysql: { json: null, required: null, note: 'b' },
      }),
    ]);
    expect(await session.query(Row).filter({ json: null }).count()).toBe(0);
  });

  it('M3: of equal keys in a JSON object the last one counts', async () => {
    const session = db.session();
    await session.sql`INSERT INTO foreign_row (id, json, required, note) VALUES (2, '{"a": 1, "a": {"b": 2}}', '1', '')`;
    expect((await session.getOrFail(Row, 2)).json).toEqual({ a: { b: 2 } });
  });

  if (engine.startsWith('postgres'))
    it('M3: PostgreSQL: a point in time that is no Date is refused by queries, and a text in raw SQL', async () => {
      const texts = [
        'infinity',
        '-infinity',
        '0044-03-15 12:00:00+00 BC',
        '294276-12-31 12:00:00+00',
        '10000-01-01 00:00:00+00',
      ];
      const session = db.session();
      for (const [i, text] of texts.entries()) {
        const id = 100 + i;
        await session.sql`INSERT INTO foreign_row (id, at, required, note) VALUES (${id}, ${text}::text::timestamptz, '1', '')`;
        const error = await errorOf(() => session.get(Row, id));
        expect(error).toBeInstanceOf(UnsupportedError);
        expect(error.message).toBe(
          "A timestamp that is no Date, such as 'infinity', was read. Read it as text, by the sql tag.",
        );
        expect(await session.sql`SELECT at FROM foreign_row WHERE id = ${id}`).toEqual([{ at: text }]);
      }
    });

  if (engine === 'mysql' || engine === 'mariadb')
    it('M3: MySQL: a zero date is refused when it is written and when a query reads it, and a text in raw SQL', async () => {
      const session = db.session();
      const insert = (id: number, text: string) =>
        session.sql`INSERT INTO foreign_row (id, at, required, note) VALUES (${id}, ${text}, '1', '')`;
      for (const text of ['0000-00-00 00:00:00', '2026-00-10 00:00:00', '2026-01-00 00:00:00'])
        expect((await errorOf(() => insert(200, text))).message).toMatch(/Incorrect datetime value/);
      await session.transaction(async () => {
        await session.sql`SET SESSION sql_mode = ''`;
        await insert(201, '0000-00-00 00:00:00');
        await insert(202, '2026-00-10 00:00:00');
        await session.sql`SET SESSION sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE'`;
      });
      for (const id of [201, 202]) {
        const error = await errorOf(() => session.get(Row, id));
        expect(error).toBeInstanceOf(UnsupportedError);
        expect(error.message).toBe(
          "A date that is no Date, such as '0000-00-00', was read. Read it as text, by the sql tag.",
        );
      }
      expect(await session.sql`SELECT at FROM foreign_row WHERE id > 200 ORDER BY id`).toEqual([
        { at: '0000-00-00 00:00:00' },
        { at: '2026-00-10 00:00:00' },
      ]);
    });
});
