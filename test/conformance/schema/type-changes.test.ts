/** Columns that become ones of another type: what their values become, what is refused, and what has to be confirmed. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from 'blazeorm';
import {
  alterColumn,
  ConfirmationRequiredError,
  createTable,
  diffSchemas,
  MigrationEngine,
  MigrationError,
  schemaOf,
} from 'blazeorm/schema';
import type { ApplyOptions, Migration, Operation } from 'blazeorm/schema';

import { engine, errorOf, failure, freshUrl, onEngine } from '../../support/database.ts';
import { LiveDatabase } from '../../support/live-schema.ts';

const isMysql = engine === 'mysql' || engine === 'mariadb';

type Field = Parameters<typeof createTable>[1][string];

let db: LiveDatabase;
beforeEach(async () => {
  db = (await LiveDatabase.connect(await freshUrl())) as LiveDatabase;
});
afterEach(() => db.close());

const file = (name: string, after: readonly string[], operations: readonly Operation[]): Migration => ({
  kind: 'migration',
  name,
  checksum: name,
  after,
  replaces: [],
  operations,
});

/** A table of one column with these values, as SQL, and what changes the type of that column. */
async function changing(
  from: Field,
  values: readonly string[],
  to: Field,
  using?: string,
): Promise<(options?: ApplyOptions) => Promise<unknown>> {
  const first = file('0001', [], [createTable('t', { id: f.auto(), v: from })]);
  await new MigrationEngine(db, [first]).migrate();
  for (const value of values) await db.run(`INSERT INTO t (v) VALUES (${value})`);
  const second = file('0002', ['0001'], [alterColumn('t', 'v', to, using === undefined ? {} : { using })]);
  return (options = { acknowledge: true }) => new MigrationEngine(db, [first, second]).migrate(options);
}

const stored = (): Promise<unknown> => db.session().sql`SELECT v FROM t ORDER BY id`;
const refused = (message: string): Error => failure(MigrationError, { message: expect.stringContaining(message) });

describe('values of a column that gets another type', () => {
  it.runIf(!isMysql)('G7: become what `using` says (on SQLite and PostgreSQL)', async () => {
    const change = await changing(f.text(), ["'100'"], f.int(), 'length(v)');
    await change();
    expect(await stored()).toEqual([{ v: 3 }]);
  });

  it.runIf(isMysql)(
    'G7: do not become what `using` says, which is refused by name (on MySQL and MariaDB)',
    async () => {
      const change = await changing(f.text(), ["'100'"], f.int(), 'length(v)');
      const name = engine === 'mysql' ? 'MySQL' : 'MariaDB';
      expect(await errorOf(change)).toMatchObject({
        message: expect.stringContaining(`0002: ${name} has no USING, which 't'.'v' is altered by.`),
        cause: { code: 'E_UNSUPPORTED', field: 'v' },
      });
      expect(await stored()).toEqual([{ v: '100' }]);
    },
  );

  it('G7: are whole ones of it, which filters find', async () => {
    class Was extends model('t', {
      id: f.auto(),
      ok: f.text(),
      key: f.text(),
      at: f.text(),
      data: f.text(),
      n: f.int(),
    }) {}
    class Is extends model('t', {
      id: f.auto(),
      ok: f.bool(),
      key: f.uuid(),
      at: f.time(),
      data: f.json<unknown>(),
      n: f.bool(),
    }) {}
    const engineOf = (file: Migration[]): MigrationEngine => new MigrationEngine(db, file);
    const [before, after] = [Was, Is].map((one) => schemaOf([one], db.dialect));
    const first = file('0001', [], diffSchemas({ tables: [], views: [] }, before!, db.dialect));
    await engineOf([first]).migrate();
    const key = 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11';
    const [yes, no] = onEngine({ sqlite: ['Yes', 'false'], postgres: ['Yes', 'false'], mysql: ['1', '0'] });
    await db.run(
      `INSERT INTO t (ok, key, at, data, n) VALUES ('${yes}', '${key.toUpperCase()}', '10:00:01.500', '{"a": [1]}', 1)`.replaceAll(
        'key,',
        `${db.dialect.quote('key')},`,
      ),
      `INSERT INTO t (ok, key, at, data, n) VALUES ('${no}', '${key.replace('a0', 'B0')}', '23:59:59', 'null', 0)`.replaceAll(
        'key,',
        `${db.dialect.quote('key')},`,
      ),
    );
    const second = file('0002', ['0001'], diffSchemas(before!, after!, db.dialect));
    await engineOf([first, second]).migrate({ acknowledge: true });

    const session = db.session();
    expect(await session.query(Is).filter({ ok: true, n: true, key }).values('ok', 'key', 'at', 'data', 'n')).toEqual([
      { ok: true, key, at: '10:00:01.5', data: { a: [1] }, n: true },
    ]);
    expect(await session.query(Is).filter({ ok: false, n: false }).values('key', 'at', 'data')).toEqual([
      { key: key.replace('a0', 'b0'), at: '23:59:59', data: null },
    ]);
  });

  const MISFITS: readonly (readonly [from: Field, value: string, to: Field, type: string])[] = [
    [f.text(), "'maybe'", f.bool(), 'bool'],
    [f.int(), '2', f.bool(), 'bool'],
    [f.decimal({ precision: 6, scale: 2 }), "'1.50'", f.bool(), 'bool'],
    [f.text(), "'zz'", f.uuid(), 'uuid'],
    [f.text(), "'25:00:00'", f.time(), 'time'],
    [f.text(), "'{nope'", f.json(), 'json'],
    [f.text(), "'1.7'", f.int(), 'int'],
    [f.text(), "'2024-02-30x'", f.date(), 'date'],
  ];

  /** What the server itself refuses is told in its own words. */
  const isLookedAt = (type: string): boolean => engine === 'sqlite' || (isMysql && type !== 'json');

  for (const [from, value, to, type] of MISFITS)
    it(`G7: A1: that are none of type ${type}, as ${value}, are refused, and stay`, async () => {
      const change = await changing(from, [value], to);
      const before = await stored();
      const error = await errorOf(change);
      expect(error).toBeInstanceOf(MigrationError);
      expect(error.message).toContain(
        isLookedAt(type) ? `1 values of 't'.'v' cannot become ones of type ${type}.` : '',
      );
      expect(await stored()).toEqual(before);
      // Once they are put right it goes on.
      await db.run('DELETE FROM t');
      await change();
      expect(await stored()).toEqual([]);
    });

  it.runIf(engine === 'sqlite')(
    'G7: A1: of types of which none becomes the other are refused (on SQLite; servers have words of their own)',
    async () => {
      const cases: readonly (readonly [Field, Field, string])[] = [
        [f.int(), f.datetime(), 'datetime'],
        [f.text(), f.binary(), 'binary'],
        [f.binary(), f.text(), 'text'],
        [f.date(), f.uuid(), 'uuid'],
      ];
      for (const [from, to, type] of cases) {
        const change = await changing(from, [], to);
        await expect(change()).rejects.toThrow(refused(`Nobody can tell how 'v' becomes a column of type ${type}.`));
        await db.run('DROP TABLE t', 'DROP TABLE blaze_migration');
      }
    },
  );
});

describe('types in which values lose something', () => {
  const CASES: readonly (readonly [from: Field, value: string, to: Field])[] = [
    [f.decimal({ precision: 10, scale: 4 }), "'1.2345'", f.decimal({ precision: 10, scale: 2 })],
    [f.decimal({ precision: 10, scale: 4 }), "'2.5000'", f.int()],
    [f.float(), '2.5', f.int()],
    [f.bigint(), '9007199254740993', f.float()],
    [f.datetime(), "'2024-01-02 10:00:00.000'", f.date()],
  ];

  for (const [from, value, to] of CASES)
    it(`G10: A6: are confirmed by name: ${value} as ${to.type.kind}`, async () => {
      const change = await changing(from, [value], to);
      const before = await stored();
      await expect(change()).rejects.toThrow(
        failure(ConfirmationRequiredError, {
          message:
            "This destroys what cannot be brought back: alter column t.v. If that is meant, confirm it by name: 'alter column t.v'.",
        }),
      );
      expect(await stored()).toEqual(before);
      await change({ confirm: ['alter column t.v'] });
      expect(await stored()).not.toEqual(before);
    });

  it('G10: A6: are wider ones on the way back, so that is confirmed too; what `using` says is meant', async () => {
    const [narrow, wide] = [f.decimal({ precision: 10, scale: 2 }), f.decimal({ precision: 10, scale: 4 })];
    const first = file('0001', [], [createTable('t', { id: f.auto(), v: narrow })]);
    const second = file('0002', ['0001'], [alterColumn('t', 'v', wide)]);
    const migrations = new MigrationEngine(db, [first, second]);
    await migrations.migrate({ acknowledge: true });
    await expect(migrations.rollback({ to: '0001', acknowledge: true })).rejects.toThrow(ConfirmationRequiredError);
    await migrations.rollback({ to: '0001', confirm: ['alter column t.v'] });
    expect((await migrations.status()).map(({ state }) => state)).toEqual(['applied', 'pending']);
    const meant = file('0002', ['0001'], [alterColumn('t', 'v', f.int(), { using: 'round(v)' })]);
    if (!isMysql) await new MigrationEngine(db, [first, meant]).migrate({ acknowledge: true });
  });
});
