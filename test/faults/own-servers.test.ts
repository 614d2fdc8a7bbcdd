/** Servers of these tests alone: their certificates are the right one, wrong ones or none, and their settings odd. */
import { readFileSync } from 'node:fs';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ConnectionError, Database, DatabaseError } from 'blazeorm';
import type { ServerOptions } from 'blazeorm';

import { errorOf } from '../support/database.ts';
import { leaksOf } from '../support/leaks.ts';
import { missingMessage, namesOf, wantedDatabases } from '../support/services.ts';
import { startServers } from '../support/start-services.ts';
import { serverUrl } from '../support/test-database.ts';
import { TlsServer } from '../support/tls-server.ts';
import type { CertificateName, TlsServerName } from '../support/tls-server.ts';
import { hostileCases, Note, Odd, Proto } from './hostile.ts';

const SENTINEL = 'S3NT1NEL';
const engines = { postgres: 'postgres_tls', mysql: 'mysql_tls', mariadb: 'mariadb_tls' } as const;
type Engine = keyof typeof engines;

const { databases, required } = wantedDatabases(process.env);
const wanted = Object.entries(engines).filter(([engine]) => databases.includes(engine as Engine));
const servers = await startServers(
  wanted.map(([, name]) => name),
  process.env,
);
afterAll(() => servers.end());
for (const name of namesOf(servers.missing)) {
  const message = missingMessage(name, servers.missing[name]!, required);
  if (required) throw new Error(message);
  process.stderr.write(`${message}\n`);
}

const NAME =
  "The server's certificate is for another host. Check the host in the DSN, or name the one that it is for as 'tlsServerName'.";
const EXPIRED = "The server's certificate has expired, or is not valid yet. Renew it, and check the clock here.";
const SIGNER =
  "Nobody who is trusted has signed the server's certificate. Give the certificate of who signed it as 'tlsCa'.";
const NONE = 'The server has no TLS. Turn it on there, or say tls=disable.';

/** What comes of a connection: that the server sees it encrypted, or not, or the message of the error. */
async function outcome(dsn: string, connection: ServerOptions): Promise<unknown> {
  const opened: Database[] = [];
  try {
    const db = await Database.connect(dsn, { connection: { ...connection, poolSize: 1 } });
    opened.push(db);
    const session = db.session();
    const [row] = dsn.startsWith('postgres')
      ? await session.sql`SELECT ssl::text AS "Value" FROM pg_stat_ssl WHERE pid = pg_backend_pid()`
      : await session.sql`SHOW SESSION STATUS LIKE 'Ssl_cipher'`;
    return ['', 'false'].includes(String(row!['Value'])) ? 'plaintext' : 'encrypted';
  } catch (error) {
    if (error instanceof ConnectionError) return error.message;
    throw error;
  } finally {
    for (const db of opened) await db.close();
  }
}

for (const [engine, name] of wanted as [Engine, TlsServerName][])
  describe.skipIf(!(name in servers.urls))(
    name in servers.urls ? `${engine} · TLS` : `TLS (skipped: this run has no ${name})`,
    () => {
      const server = new TlsServer(name, servers.urls[name] ?? `${engine}://none?tlsCa=none`);
      const ca = server.file('ca.crt');

      /** What comes of each mode, under the server's name and under its address. */
      const outcomes = async (options: ServerOptions = {}): Promise<Record<string, readonly unknown[]>> => {
        const modes: Record<string, ServerOptions> = {
          'tlsCa alone': { tlsCa: ca },
          'verify-full': { tls: 'verify-full', tlsCa: readFileSync(ca, 'utf8') },
          'verify-ca': { tls: 'verify-ca', tlsCa: ca },
          'the system’s': { tls: 'verify-full' },
          require: { tls: 'require' },
        };
        const found: Record<string, readonly unknown[]> = {};
        for (const [mode, given] of Object.entries(modes))
          found[mode] = [
            await outcome(server.at('localhost'), { ...given, ...options }),
            await outcome(server.at('127.0.0.1'), { ...given, ...options }),
          ];
        return found;
      };

      const same = (full: readonly unknown[], authority: unknown): Record<string, readonly unknown[]> => ({
        'tlsCa alone': full,
        'verify-full': full,
        'verify-ca': [authority, authority],
        'the system’s': [SIGNER, SIGNER],
        require: ['encrypted', 'encrypted'],
      });
      const both = (result: unknown): readonly unknown[] => [result, result];

      const cases: readonly (readonly [CertificateName, Record<string, readonly unknown[]>])[] = [
        ['good', same(both('encrypted'), 'encrypted')],
        ['name-only', same(['encrypted', NAME], 'encrypted')],
        ['address-only', same([NAME, 'encrypted'], 'encrypted')],
        ['other-host', same(both(NAME), 'encrypted')],
        ['self-signed', same(both(SIGNER), SIGNER)],
        ['expired', { ...same(both(EXPIRED), EXPIRED), 'the system’s': both(EXPIRED) }],
      ];

      afterAll(() => server.present('good'));

      it.each(cases.filter(([certificate]) => shows(engine, certificate)))(
        'X5: A3: a certificate that is %s, in each mode, by name and by address',
        async (certificate, all) => {
          await server.present(certificate);
          expect(await outcomes()).toEqual(all);
        },
      );

      it('X5: tlsServerName is the name that is checked, and no other', async () => {
        const named = { tlsCa: ca, tlsServerName: 'db.example.org' };
        const found = async (): Promise<unknown[]> => [
          await outcome(server.at('localhost'), named),
          await outcome(server.at('127.0.0.1'), named),
        ];
        await server.present('other-host');
        expect(await found()).toEqual(both('encrypted'));
        await server.present('good');
        expect(await found()).toEqual(both(NAME));
      });

      it('X5: whom to trust is a file, a text, or the certificate of the server itself', async () => {
        await server.present('self-signed');
        const file = server.file('self-signed.crt');
        for (const tlsCa of [file, readFileSync(file, 'utf8')])
          expect(await outcome(server.at('localhost'), { tlsCa })).toBe('encrypted');
      });

      it("X5: a client's certificate is shown to the server, which lets nobody in without one", async () => {
        await server.present('good');
        await server.ask(...certified(engine));
        const dsn = server.at('localhost', 'certified');
        const [tlsCert, tlsKey] = [server.file('client.crt'), server.file('client.key')];
        expect(await outcome(dsn, { tlsCa: ca, tlsCert, tlsKey })).toBe('encrypted');
        expect(await outcome(dsn, { tls: 'require', tlsCert, tlsKey: readFileSync(tlsKey, 'utf8') })).toBe('encrypted');
        for (const without of [{ tlsCa: ca }, { tls: 'disable' }] as const)
          expect(await outcome(dsn, without)).toMatch(/^The server (?:refused|wants) /);
      });

      it('X5: X4: nothing of a password shows, whatever is wrong with the certificate', async () => {
        const dsn = new URL(server.at('127.0.0.1'));
        dsn.password = SENTINEL;
        for (const certificate of ['other-host', 'self-signed'] as const) {
          await server.present(certificate);
          const error = await errorOf(() => Database.connect(dsn.href, { connection: { tlsCa: ca } }));
          expect(leaksOf(error, SENTINEL)).toEqual([]);
        }
      });

      // MariaDB cannot be told to while it runs: there it is the usual server, which has no TLS.
      const plain = engine === 'mariadb' ? serverUrl('mariadb') : server.at('localhost');
      it.skipIf(plain === undefined)(
        `X5: where the server refuses TLS nothing goes as plaintext, unless tls=disable says so${plain === undefined ? ' (skipped: this run has no mariadb)' : ''}`,
        async () => {
          if (engine !== 'mariadb') await server.refuse();
          for (const options of [{ tls: 'require' }, { tls: 'verify-ca', tlsCa: ca }, { tlsCa: ca }] as const)
            expect(await outcome(plain!, options)).toBe(NONE);
          expect(await outcome(plain!, { tls: 'disable' })).toBe('plaintext');
        },
      );
    },
  );

/** MySQL itself refuses to start or go on with a certificate that has expired. */
const shows = (engine: Engine, certificate: CertificateName): boolean =>
  engine !== 'mysql' || certificate !== 'expired';

/** A user who needs a certificate. */
function certified(engine: Engine): string[] {
  return engine === 'postgres'
    ? ['DROP ROLE IF EXISTS certified', 'CREATE ROLE certified LOGIN SUPERUSER']
    : [
        'DROP USER IF EXISTS certified',
        "CREATE USER certified IDENTIFIED BY '' REQUIRE X509",
        'GRANT ALL ON *.* TO certified',
      ];
}

/** What a server says of its sessions, and what ours are to have whatever it says. */
const ODD: Readonly<Record<string, readonly [global: string | number, own: string | number]>> = {
  time_zone: ['+05:45', '+00:00'],
  character_set_server: ['latin1', 'latin1'],
  character_set_client: ['latin1', 'utf8mb4'],
  character_set_connection: ['latin1', 'utf8mb4'],
  character_set_results: ['latin1', 'utf8mb4'],
  autocommit: [0, 1],
  completion_type: ['CHAIN', 'NO_CHAIN'],
  sql_select_limit: [1, '18446744073709551615'],
  sql_auto_is_null: [1, 0],
  foreign_key_checks: [0, 1],
  unique_checks: [0, 1],
  default_storage_engine: ['MyISAM', 'InnoDB'],
  lc_messages: ['de_DE', 'en_US'],
};

const MODES = [
  '',
  'NO_BACKSLASH_ESCAPES,ANSI_QUOTES,PIPES_AS_CONCAT,IGNORE_SPACE,HIGH_NOT_PRECEDENCE,REAL_AS_FLOAT,PAD_CHAR_TO_FULL_LENGTH',
  'ANSI',
];

const quoted = (value: string | number): string => (typeof value === 'number' ? String(value) : `'${value}'`);

for (const [engine, name] of wanted.filter(([item]) => item !== 'postgres') as [Engine, TlsServerName][])
  describe.skipIf(!(name in servers.urls)).each(MODES)(
    `${engine} · odd settings, sql_mode '%s'${name in servers.urls ? '' : ` (skipped: this run has no ${name})`}`,
    (mode) => {
      const server = new TlsServer(name, servers.urls[name] ?? `${engine}://none?tlsCa=none`);
      const address = new URL(server.at('127.0.0.1'));
      address.pathname = '/odd';
      const settings = Object.entries(ODD);

      beforeAll(async () => {
        await server.ask(
          'DROP DATABASE IF EXISTS odd',
          'CREATE DATABASE odd CHARACTER SET latin1',
          ...settings.map(([setting, [value]]) => `SET GLOBAL ${setting} = ${quoted(value)}`),
          `SET GLOBAL sql_mode = '${mode}'`,
        );
      });
      afterAll(() =>
        server.ask(
          'DROP DATABASE odd',
          ...settings.map(([setting]) => `SET GLOBAL ${setting} = DEFAULT`),
          'SET GLOBAL sql_mode = DEFAULT',
        ),
      );

      hostileCases(() => Database.connect(address.href, { models: [Note, Odd, Proto] }), 'mysql2');

      it('A7: X6: what values mean is set', async () => {
        const db = await Database.connect(address.href);
        const text = `SELECT ${settings.map(([setting]) => `@@${setting} AS ${setting}`).join()}, @@sql_mode AS mode`;
        const [row] = await db.session().sql(Object.assign([text], { raw: [text] }));
        const { mode: own, ...others } = row!;
        expect(Object.fromEntries(Object.entries(others).map(([setting, value]) => [setting, String(value)]))).toEqual(
          Object.fromEntries(settings.map(([setting, [, value]]) => [setting, String(value)])),
        );
        expect(String(own).split(',')).toContain('STRICT_TRANS_TABLES');
        expect(String(own)).not.toMatch(/ANSI|BACKSLASH|PIPES|IGNORE_SPACE|HIGH_NOT|REAL|PAD_CHAR/);
        await db.close();
      });

      it('A7: A2: what a column cannot hold is refused, where the server would cut it', async () => {
        const db = await Database.connect(address.href);
        const session = db.session();
        await session.sql`CREATE TABLE narrow (name varchar(3), size tinyint, day date)`;
        for (const write of [
          () => session.sql`INSERT INTO narrow (name) VALUES (${'long'})`,
          () => session.sql`INSERT INTO narrow (size) VALUES (${1000})`,
          () => session.sql`INSERT INTO narrow (day) VALUES (${'2026-02-30'})`,
        ])
          expect(await errorOf(write)).toBeInstanceOf(DatabaseError);
        expect(await session.sql`SELECT * FROM narrow`).toEqual([]);
        await session.sql`DROP TABLE narrow`;
        await db.close();
      });
    },
  );
