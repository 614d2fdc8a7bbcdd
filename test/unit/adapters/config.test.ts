import { inspect } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ConfigError, ConnectionConfig, Database } from 'blazeorm';

import { SERVER_ALIASES } from '../../../src/adapters/server-aliases.ts';
import { SERVER_PARSERS } from '../../../src/adapters/server-options.ts';
import { SQLITE_PARSERS } from '../../../src/adapters/sqlite-options.ts';
import { mayShowName } from '../../../src/security/option-names.ts';
import { errorOf } from '../../support/database.ts';
import { thrown } from '../../support/thrown.ts';
import { recordingAdapter } from './recording-adapter.ts';

const DEFAULTS = {
  poolSize: 10,
  acquireTimeout: 10_000,
  connectTimeout: 10_000,
  idleTimeout: 30_000,
  maxLifetime: 0,
  statementTimeout: 0,
  lockTimeout: 0,
  prepare: true,
  pooler: 'auto',
  pipeline: true,
  readOnly: false,
  tls: 'disable',
};

const PEM = '-----BEGIN CERTIFICATE-----';

const server = (dsn: string): object => ConnectionConfig.fromDsn(dsn).server;

async function refused(cases: readonly (readonly [call: () => unknown, message: string])[]): Promise<void> {
  const errors = await Promise.all(cases.map(([call]) => errorOf(call)));
  expect(errors.map((error) => (error as Error | undefined)?.message)).toEqual(cases.map(([, message]) => message));
  for (const error of errors) expect(error).toBeInstanceOf(ConfigError);
}

describe('the configuration of a server', () => {
  it('A3: who, where and what; ports and settings by default', () => {
    const config = ConnectionConfig.fromDsn('postgres://ann:secret@h1,h2:5433,%2Ftmp/app');
    expect([config.scheme, config.path, config.options, config.user, config.password(), config.database]).toEqual([
      'postgres',
      '',
      {},
      'ann',
      'secret',
      'app',
    ]);
    expect(config.hosts).toEqual([{ host: 'h1', port: 5432 }, { host: 'h2', port: 5433 }, { socket: '/tmp' }]);
    expect(config.server).toEqual(DEFAULTS);
    expect(config.tlsKey()).toBeUndefined();
    for (const frozen of [config, config.hosts, config.hosts[0], config.server])
      expect(Object.isFrozen(frozen)).toBe(true);
    const hosts = (dsn: string): unknown => ConnectionConfig.fromDsn(dsn).hosts;
    expect(hosts('mysql://')).toEqual([{ host: 'localhost', port: 3306 }]);
    expect(hosts('mariadb://h')).toEqual([{ host: 'h', port: 3306 }]);
    expect(hosts('dbname=app')).toEqual([{ host: 'localhost', port: 5432 }]);
    expect(hosts('sqlite:a.db')).toEqual([]);
    const empty = ConnectionConfig.fromDsn('postgres://u:@h');
    expect([empty.password(), empty.database]).toEqual(['', undefined]);
  });

  it('A3: every option, in the DSN and in code; code counts for more', () => {
    const query =
      'poolSize=1&acquireTimeout=2&connectTimeout=3&idleTimeout=0&maxLifetime=5&statementTimeout=6&lockTimeout=7' +
      `&applicationName=a%20b&prepare=false&pipeline=0&readOnly&tls=verify-ca&tlsCa=${PEM}&tlsCert=c&tlsKey=k&tlsServerName=n`;
    const settings = {
      poolSize: 1,
      acquireTimeout: 2,
      connectTimeout: 3,
      idleTimeout: 0,
      maxLifetime: 5,
      statementTimeout: 6,
      lockTimeout: 7,
      applicationName: 'a b',
      prepare: false,
      pooler: 'auto',
      pipeline: false,
      readOnly: true,
      tls: 'verify-ca',
      tlsCa: PEM,
      tlsCert: 'c',
      tlsServerName: 'n',
    } as const;
    for (const scheme of ['postgres', 'mysql', 'mariadb']) {
      const config = ConnectionConfig.fromDsn(`${scheme}://h?${query}`);
      expect([config.server, config.tlsKey()]).toEqual([settings, 'k']);
      const inCode = ConnectionConfig.fromDsn(`${scheme}://h?poolSize=9&prepare=true`, { ...settings, tlsKey: 'k' });
      expect([inCode.server, inCode.tlsKey()]).toEqual([settings, 'k']);
    }
    const base = ConnectionConfig.fromDsn('postgres://u:p@h?poolSize=1&readOnly');
    const other = base.with({ poolSize: 2, applicationName: undefined as never });
    expect([other.server, other.password(), String(other), base.server.poolSize]).toEqual([
      { ...DEFAULTS, poolSize: 2, readOnly: true },
      'p',
      'postgres://***@h?poolSize=***&readOnly'.replace('&readOnly', '&***'),
      1,
    ]);
    expect(ConnectionConfig.fromDsn('sqlite:a.db?busyTimeout=1').with({ busyTimeout: 2 }).options).toEqual({
      busyTimeout: 2,
    });
  });

  it("A3: other drivers' names, in DSNs alone", async () => {
    expect(server('postgres://h?connect_timeout=3&application_name=a&sslmode=verify-full&sslcert=c&sslkey=k')).toEqual({
      ...DEFAULTS,
      connectTimeout: 3000,
      applicationName: 'a',
      tls: 'verify-full',
      tlsCert: 'c',
    });
    expect(server('host=h sslmode=verify-ca sslrootcert=ca.pem')).toMatchObject({ tls: 'verify-ca', tlsCa: 'ca.pem' });
    expect(server('mysql://h?connectTimeout=3&ssl-mode=VERIFY_IDENTITY')).toMatchObject({
      connectTimeout: 3,
      tls: 'verify-full',
    });
    await refused([
      [
        () => server('postgres://h?sslmode=require&tls=require'),
        "The options 'sslmode' and 'tls' are the same. Give one of them.",
      ],
      [
        () => server('postgres://h?connect_timeout=0'),
        "The option 'connect_timeout' is a whole number of seconds from 1.",
      ],
      [
        () => ConnectionConfig.fromDsn('postgres://h', { sslmode: 'require' } as never),
        "There is no connection option 'sslmode'. Outside of a DSN it is called 'tls'.",
      ],
    ]);
  });

  it('X5: A3: who asks for TLS gets all of it, unless the DSN says less; nothing falls back to plaintext', async () => {
    const cases: Record<string, string> = {
      'postgres://h': 'disable',
      'postgres://h?ssl=true': 'verify-full',
      'postgres://h?ssl': 'verify-full',
      'postgres://h?tls=true': 'verify-full',
      'postgres://h?ssl=false': 'disable',
      'postgres://h?tls=require': 'require',
      'postgres://h?sslmode=require': 'require',
      'postgres://h?sslmode=disable': 'disable',
      'postgres://h?sslmode=require&sslrootcert=ca.pem': 'verify-ca',
      'postgres://h?sslrootcert=system': 'verify-full',
      'postgres://h?sslmode=verify-full&sslrootcert=system': 'verify-full',
      'postgres://h?tlsCa=ca.pem': 'verify-full',
      'postgres://h?tlsServerName=n': 'verify-full',
      'mysql://h?ssl=true': 'verify-full',
      'mysql://h?ssl-mode=REQUIRED': 'require',
      'mysql://h?ssl-mode=disabled': 'disable',
      'mariadb://h?ssl-mode=VERIFY_CA&tlsCa=ca.pem': 'verify-ca',
    };
    expect(
      Object.fromEntries(Object.keys(cases).map((dsn) => [dsn, ConnectionConfig.fromDsn(dsn).server.tls])),
    ).toEqual(cases);
    const plaintext = (name: string, value: string): string =>
      `The option '${name}' does not take '${value}': it may fall back to plaintext. Use tls=verify-full, or tls=disable where that is meant.`;
    await refused([
      [() => server('postgres://h?sslmode=prefer'), plaintext('sslmode', 'prefer')],
      [() => server('postgres://h?sslmode=allow'), plaintext('sslmode', 'allow')],
      [() => server('mysql://h?ssl-mode=PREFERRED'), plaintext('ssl-mode', 'preferred')],
      [() => ConnectionConfig.fromDsn('postgres://h', { tls: 'prefer' as never }), plaintext('tls', 'prefer')],
      [() => server('postgres://h?tls=yes'), "The option 'tls' is one of: disable, require, verify-ca, verify-full."],
      [
        () => server('mysql://h?ssl-mode=require'),
        "The option 'ssl-mode' is one of: DISABLED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY.",
      ],
      [
        () => server('postgres://h?tls=disable&tlsCa=x'),
        "The option 'tlsCa' has no effect without TLS. Say tls=verify-full.",
      ],
      [
        () => server('postgres://h?tls=require&tlsCa=x'),
        "With tls=require no certificate is checked, so 'tlsCa' has no effect. Say tls=verify-ca or tls=verify-full.",
      ],
      [
        () => server('postgres://h?tls=verify-ca'),
        "With tls=verify-ca any name passes, so it needs a 'tlsCa' that signs for nobody else. Give one, or say tls=verify-full.",
      ],
      [
        () => server('postgres://h?tls=require&sslrootcert=system'),
        "With sslrootcert=system anything less than 'verify-full' checks nothing. Say sslmode=verify-full.",
      ],
      [() => server('postgres://h?tlsKey=x'), "The options 'tlsCert' and 'tlsKey' need each other. Give both."],
      [
        () => server('postgres://h?tlsCert=-----BEGIN PRIVATE KEY-----&tlsKey=x'),
        "The option 'tlsCert' holds a private key. Give that as 'tlsKey'.",
      ],
      [
        () => server('postgres:///?host=/tmp&tls=require'),
        'PostgreSQL has no TLS on a Unix socket. Name a host, or leave TLS out.',
      ],
    ]);
  });

  it('A3: options of another scheme, unknown ones and values that cannot be are refused by name', async () => {
    const integer = (name: string, unit = ' of milliseconds'): string =>
      `The option '${name}' is a whole number${unit}.`;
    const all = Object.keys(SERVER_PARSERS).join(', ');
    await refused([
      [
        () => server('postgres://h?journalMode=wal'),
        `The option 'journalMode' is SQLite's, not for postgres. Use one of: ${all}.`,
      ],
      [
        () => ConnectionConfig.fromDsn('mysql://h', { busyTimeout: 1 }),
        "The option 'busyTimeout' is SQLite's, not for mysql. Did you mean 'idleTimeout'?",
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db', { poolSize: 1 }),
        `The option 'poolSize' is for servers, not for sqlite. Use one of: ${Object.keys(SQLITE_PARSERS).join(', ')}.`,
      ],
      [() => server('postgres://h?poolsize=1'), "There is no connection option 'poolsize'. Did you mean 'poolSize'?"],
      [() => server('postgres://h?charset=x'), `There is no connection option 'charset'. Use one of: ${all}.`],
      [
        () => server('postgres://h?b4d=x'),
        `The DSN has an option that there is not. Use one of: ${all}. Write & in a value as %26.`,
      ],
      [
        () => ConnectionConfig.fromDsn('postgres://h', { b4d: 1 } as never),
        `There is no connection option 'b4d'. Use one of: ${all}.`,
      ],
      ...['0', '-1', 'x', '1.5', '2147483648'].map(
        (value) => [() => server(`postgres://h?poolSize=${value}`), integer('poolSize', ' from 1')] as const,
      ),
      [() => server('postgres://h?connectTimeout=0'), integer('connectTimeout', ' of milliseconds from 1')],
      ...['acquireTimeout', 'idleTimeout', 'maxLifetime', 'statementTimeout', 'lockTimeout'].map(
        (name) => [() => server(`mysql://h?${name}=x`), integer(name)] as const,
      ),
      ...['prepare', 'pipeline', 'readOnly'].map(
        (name) => [() => server(`mysql://h?${name}=x`), `The option '${name}' is true or false.`] as const,
      ),
      ...['applicationName', 'tlsServerName'].flatMap((name) =>
        ['', '%00'].map(
          (value) =>
            [
              () => server(`mysql://h?${name}=${value}`),
              `The option '${name}' is a text, and not an empty one.`,
            ] as const,
        ),
      ),
    ]);
    const aliases = Object.values(SERVER_ALIASES).flatMap((list) => list.map(({ name }) => name));
    for (const name of [...Object.keys(SERVER_PARSERS), ...Object.keys(SQLITE_PARSERS), ...aliases])
      expect([name, mayShowName(name)]).toEqual([name, true]);
  });

  it('A5: A3: a pooler of transactions keeps no prepared statements; one is meant on PostgreSQL alone', async () => {
    const shown = (dsn: string): unknown[] => {
      const { pooler, prepare } = ConnectionConfig.fromDsn(dsn).server;
      return [pooler, prepare];
    };
    expect(shown('postgres://h')).toEqual(['auto', true]);
    expect(shown('postgres://h?pooler=transaction')).toEqual(['transaction', false]);
    expect(shown('postgres://h?pooler=transaction&prepare=false')).toEqual(['transaction', false]);
    expect(shown('postgres://h?pooler=session')).toEqual(['session', true]);
    expect(shown('postgres://h?pgbouncer=true')).toEqual(['transaction', false]);
    expect(shown('postgres://h?pgbouncer=false')).toEqual(['auto', true]);
    await refused([
      [
        () => server('postgres://h?pooler=transaction&prepare=true'),
        "A pooler that lends a connection for one transaction does not keep prepared statements. Leave 'prepare' out.",
      ],
      [() => server('postgres://h?pooler=x'), "The option 'pooler' is one of: auto, transaction, session."],
      [() => server('mysql://h?pooler=session'), "The option 'pooler' is PostgreSQL's, not for mysql."],
      [
        () => ConnectionConfig.fromDsn('mariadb://h', { pooler: 'transaction' }),
        "The option 'pooler' is PostgreSQL's, not for mariadb.",
      ],
    ]);
  });

  it("A3: libpq's variables, only where they are asked for", async () => {
    const env = {
      PGHOST: 'h1,/tmp',
      PGPORT: '1,2',
      PGUSER: 'ann',
      PGPASSWORD: "p'w @",
      PGDATABASE: 'app',
      PGSSLMODE: '',
      OTHER: 'x',
    };
    const config = ConnectionConfig.fromPgEnv(env);
    expect([config.scheme, config.user, config.password(), config.database, config.hosts, config.server]).toEqual([
      'postgres',
      'ann',
      "p'w @",
      'app',
      [{ host: 'h1', port: 1 }, { socket: '/tmp/.s.PGSQL.2' }],
      DEFAULTS,
    ]);
    expect(String(config)).toBe('postgres://***@h1:1,%2Ftmp%2F.s.PGSQL.2/app');
    const verified = ConnectionConfig.fromPgEnv({ PGSSLMODE: 'verify-full', PGHOST: '' });
    expect([verified.hosts, verified.server.tls]).toEqual([[{ host: 'localhost', port: 5432 }], 'verify-full']);
    expect(ConnectionConfig.fromPgEnv({ PGSSLMODE: 'require' }).with({ tls: 'verify-full' }).server.tls).toBe(
      'verify-full',
    );
    const all = ConnectionConfig.fromPgEnv({
      PGSSLMODE: 'require',
      PGSSLROOTCERT: 'ca.pem',
      PGSSLCERT: 'c',
      PGSSLKEY: 'k',
      PGAPPNAME: 'a b',
      PGCONNECT_TIMEOUT: '3',
      PGCHANNELBINDING: 'prefer',
      PGTARGETSESSIONATTRS: 'any',
      PGDATA: '/var/lib/postgresql',
    });
    expect([all.server, all.tlsKey()]).toEqual([
      {
        ...DEFAULTS,
        tls: 'verify-ca',
        tlsCa: 'ca.pem',
        tlsCert: 'c',
        applicationName: 'a b',
        connectTimeout: 3000,
      },
      'k',
    ]);
    expect(ConnectionConfig.fromEnv('X', { ...env, X: 'postgres://h/db' }).user).toBeUndefined();
    await refused([
      [
        () => ConnectionConfig.fromPgEnv({}),
        'None of the variables of PostgreSQL is set. Set PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE or PGSSLMODE.',
      ],
      [
        () => ConnectionConfig.fromPgEnv({ PGSSLMODE: 'prefer' }),
        "The option 'PGSSLMODE' does not take 'prefer': it may fall back to plaintext. Use tls=verify-full, or tls=disable where that is meant.",
      ],
      ...(
        [
          ['PGSERVICE', 'x'],
          ['PGHOSTADDR', '10.0.0.1'],
          ['PGOPTIONS', '-c role=x'],
          ['PGTARGETSESSIONATTRS', 'read-write'],
          ['PGCHANNELBINDING', 'require'],
          ['PGSSLCRL', 'x'],
        ] as const
      ).map(
        ([name, value]) =>
          [
            () => ConnectionConfig.fromPgEnv({ PGHOST: 'h', [name]: value }),
            `The variable ${name} has no effect here. Unset it, and give what it says in a DSN or as an option, if there is one for it.`,
          ] as const,
      ),
      [
        () => ConnectionConfig.fromPgEnv({ PGSSLROOTCERT: 'system', PGSSLMODE: 'require' }),
        "With sslrootcert=system anything less than 'verify-full' checks nothing. Say sslmode=verify-full.",
      ],
      [
        () => ConnectionConfig.fromPgEnv({ PGSSLCERT: 'c', PGSSLMODE: 'verify-full' }),
        "The options 'tlsCert' and 'tlsKey' need each other. Give both.",
      ],
      [() => ConnectionConfig.fromPgEnv({ PGPORT: 'x' }), 'The port is a whole number from 1 to 65535.'],
    ]);
  });

  it('A3: connect() takes options of both kinds, also over those of a configuration', async () => {
    const adapter = recordingAdapter();
    const config = ConnectionConfig.fromDsn('postgres://h?poolSize=1&readOnly=true');
    await Database.connect(config, { adapter, connection: { poolSize: 3 } });
    await Database.connect('mysql://h?tls=require', { adapter, connection: { tls: 'verify-full' } });
    await Database.connect('sqlite:a.db', { adapter, connection: { busyTimeout: 3 } });
    expect(adapter.configs.map((item) => [item.server.poolSize, item.server.tls, item.options])).toEqual([
      [3, 'disable', {}],
      [10, 'verify-full', {}],
      [10, 'disable', { busyTimeout: 3 }],
    ]);
  });
});

describe('what is secret in a configuration', () => {
  const SECRET = 'S3NT1NEL';
  const KEY = `-----BEGIN PRIVATE KEY-----${SECRET}`;

  it('X4: neither password nor key shows, whatever looks', () => {
    const dsn = `postgres://ann:${SECRET}@h1,h2/db?password=${SECRET}&tlsCert=c&tlsKey=${encodeURIComponent(KEY)}`;
    const configs = [
      ConnectionConfig.fromDsn(dsn),
      ConnectionConfig.fromDsn(`host=h1,h2 password=${SECRET}`),
      ConnectionConfig.fromDsn(`mysql://u:${SECRET}@/db?socket=/run/x`),
      ConnectionConfig.fromPgEnv({ PGPASSWORD: SECRET, PGHOST: 'h' }),
      ConnectionConfig.fromDsn(`postgres://u:${SECRET}@h`).with({ tlsCert: 'c', tlsKey: KEY }),
    ];
    expect(configs.map((config) => config.password())).toEqual(configs.map(() => SECRET));
    expect(configs.at(-1)?.tlsKey()).toBe(KEY);
    for (const config of configs)
      for (const value of [config, config.server, config.hosts, Object.assign({}, config), structuredClone(config)])
        for (const shown of [
          inspect(value, { depth: 9, showHidden: true }),
          inspect(value, { depth: 9, showHidden: true, getters: true, customInspect: false }),
          JSON.stringify({ value }),
          Reflect.apply(String, undefined, [value]),
          `${Object.keys(value).join()} ${Object.values(value).join()}`,
          JSON.stringify(Object.getOwnPropertyDescriptors(value)),
        ])
          expect(shown).not.toContain(SECRET);
  });

  it('X4: nor in the message, stack, fields or cause of any error, wherever it stands', () => {
    const pieces = fc
      .array(fc.constantFrom(SECRET, '@', '?', '/', ':', '#', '&', '=', '%', ' ', "'", '\\', ','), { maxLength: 8 })
      .map((list) => list.join(''));
    const option = fc.constantFrom(
      ...Object.keys(SERVER_PARSERS),
      'sslmode',
      'ssl',
      'ssl-mode',
      'connect_timeout',
      'port',
    );
    fc.assert(
      fc.property(fc.constantFrom('postgres', 'mysql', 'mariadb'), pieces, option, (scheme, piece, name) => {
        for (const call of [
          () => ConnectionConfig.fromDsn(`${scheme}://u:${piece}@h/db?${name}=1`),
          () => ConnectionConfig.fromDsn(`${scheme}://u:p@h/db?password=${piece}&${name}=${SECRET}`),
          () => ConnectionConfig.fromDsn(`${scheme}://h/db?${piece}`),
          () => ConnectionConfig.fromDsn(`user=u password=${piece} ${name}=${SECRET}`),
          () => ConnectionConfig.fromDsn(`${scheme}://h`, { [name]: SECRET }),
          () => ConnectionConfig.fromPgEnv({ PGPORT: piece, PGSSLMODE: SECRET }),
          () => ConnectionConfig.fromEnv('X', { X: `${scheme}:${piece}` }),
        ]) {
          const error = thrown(call);
          expect(error === undefined || error instanceof ConfigError).toBe(true);
          expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
          expect(String((error as Error | undefined)?.stack)).not.toContain(SECRET);
        }
      }),
      { seed: 23, numRuns: 1000 },
    );
  });
});
