/** Roles, databases and environments with settings of their own: the library sets what it relies on, or refuses. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { Database } from 'blazeorm';

import { errorOf } from '../support/database.ts';
import { createTestDatabase, describeOn, serverUrl } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';
import { hostileCases, Note, Odd, Proto } from './hostile.ts';

const models = [Note, Odd, Proto];

describe('sqlite · as it is', () => {
  hostileCases(() => Database.connect('sqlite::memory:', { models }));
});

for (const engine of ['postgres15', 'mysql', 'mariadb'] as const)
  describeOn(engine, 'as it is', () => {
    let server: TestDatabase;
    beforeAll(async () => {
      server = await createTestDatabase(engine);
    });
    afterAll(() => server.drop());
    hostileCases(() => Database.connect(server.url, { models }), engine === 'postgres15' ? 'other' : 'mysql2');
  });

const ODD_SETTINGS = {
  standard_conforming_strings: 'off',
  escape_string_warning: 'off',
  DateStyle: 'German, DMY',
  IntervalStyle: 'sql_standard',
  TimeZone: 'Asia/Kathmandu',
  bytea_output: 'escape',
  extra_float_digits: '-3',
  array_nulls: 'off',
  client_encoding: 'LATIN1',
  transform_null_equals: 'on',
  quote_all_identifiers: 'on',
};

describeOn('postgres', 'a database with odd settings', () => {
  let server: TestDatabase;
  /** Statements on the server, by another database of the same. */
  const onServer = async (...statements: string[]): Promise<void> => {
    const db = await Database.connect(serverUrl('postgres')!);
    for (const text of statements) await db.session().sql(Object.assign([text], { raw: [text] }));
    await db.close();
  };

  beforeAll(async () => {
    server = await createTestDatabase('postgres');
    await onServer(
      ...Object.entries(ODD_SETTINGS).map(([name, value]) => `ALTER DATABASE ${server.name} SET ${name} = '${value}'`),
    );
    vi.stubEnv('PGCLIENTENCODING', 'SQL_ASCII');
    vi.stubEnv('PGOPTIONS', '-c search_path=nowhere');
    vi.stubEnv('PGUSER', 'nobody');
    vi.stubEnv('PGPASSWORD', new URL(server.url).password);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await server.drop();
  });

  hostileCases(() => Database.connect(server.url, { models }));

  it('A7: X6: what values mean is set, and nothing else', async () => {
    const db = await Database.connect(server.url);
    const names = Object.keys(ODD_SETTINGS);
    const rows = await db.session().sql<{ name: string; value: string }>`
      SELECT name, current_setting(name) AS value FROM unnest(${`{${names.join()}}`}::text[]) AS t (name)`;
    expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual({
      ...ODD_SETTINGS,
      standard_conforming_strings: 'on',
      DateStyle: 'ISO, DMY',
      TimeZone: 'UTC',
      bytea_output: 'hex',
      extra_float_digits: '1',
      array_nulls: 'on',
      client_encoding: 'UTF8',
    });
    await db.close();
  });

  it('A3: X4: what stands in the environment for other programs goes nowhere', async () => {
    const db = await Database.connect(server.url);
    expect(await db.session().sql`SELECT current_setting('search_path') AS path`).toEqual([
      { path: '"$user", public' },
    ]);
    await db.close();
    const url = new URL(server.url);
    url.password = '';
    expect(await errorOf(() => Database.connect(url.href))).toMatchObject({
      code: 'E_CONNECTION',
      message: 'The server wants a password. Give it in the DSN.',
    });
  });

  it('A7: an encoding that cannot hold every text, and foreign keys that nobody checks, are refused by name', async () => {
    const cases = [
      ['SQL_ASCII', 'SQL_ASCII'],
      ['LATIN1', 'LATIN1'],
    ] as const;
    for (const [encoding, shown] of cases) {
      const name = `${server.name}_${encoding.toLowerCase()}`;
      await onServer(`CREATE DATABASE ${name} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
      const error = await errorOf(() => Database.connect(server.url.replace(server.name, name)));
      await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
      expect(error).toMatchObject({
        code: 'E_CONNECTION',
        message: `The database stores text as ${shown}, which cannot hold every text. Create it with ENCODING 'UTF8'.`,
      });
    }
    await onServer(`ALTER DATABASE ${server.name} SET session_replication_role = replica`);
    expect(await errorOf(() => Database.connect(server.url))).toMatchObject({
      code: 'E_CONNECTION',
      message:
        "session_replication_role is 'replica', with which foreign keys are not checked. Take it off the role or the database: ALTER ROLE … RESET session_replication_role.",
    });
    await onServer(`ALTER DATABASE ${server.name} RESET session_replication_role`);
  });
});
