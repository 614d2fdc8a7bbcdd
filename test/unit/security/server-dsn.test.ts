import { inspect } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ConfigError, formatDsn, parseDsn, redactDsn } from 'blazeorm';
import type { DsnHost, ParsedDsn } from 'blazeorm';

import { errorOf } from '../../support/database.ts';
import { thrown } from '../../support/thrown.ts';

/** The parts of a DSN that are there. */
const parts = (dsn: string): object => {
  const { scheme, path, options, ...place } = parseDsn(dsn);
  expect(path).toBe('');
  return { scheme, ...place, ...(Object.keys(options).length === 0 ? {} : { options: { ...options } }) };
};

const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' }).filter((value) => !value.includes('\0'));
const port = fc.integer({ min: 1, max: 65_535 });
const host: fc.Arbitrary<DsnHost> = fc.oneof(
  fc
    .tuple(
      fc.oneof(
        fc.domain(),
        fc.ipV4(),
        fc.ipV6(),
        fc.constantFrom('localhost', 'db_1', 'fe80::1%eth0', 'bücher.example'),
      ),
      fc.option(port, { nil: undefined }),
    )
    .map(([name, number]) => (number === undefined ? { host: name } : { host: name, port: number })),
  text.map((name) => ({ socket: `/${name}` })),
  fc.constantFrom({ socket: 'C:/tmp' }, { socket: String.raw`\\.\pipe\mysql` }, { socket: '/tmp/.s.PGSQL.5433' }),
);
const optionName = text.filter((name) => !/^(host|port|user|password|dbname|database|socket|socketPath)$/.test(name));
const server: fc.Arbitrary<ParsedDsn> = fc.record(
  {
    scheme: fc.constantFrom('postgres', 'mysql', 'mariadb'),
    path: fc.constant(''),
    hosts: fc.array(host, { maxLength: 3 }),
    options: fc.dictionary(optionName, fc.string({ unit: 'grapheme' }), { maxKeys: 3, noNullPrototype: true }),
    user: text,
    password: fc.oneof(fc.constant(''), text),
    database: text,
  },
  { requiredKeys: ['scheme', 'path', 'hosts', 'options'] },
);
const file: fc.Arbitrary<ParsedDsn> = fc.record({
  scheme: fc.constant('sqlite'),
  path: fc.oneof(
    text,
    text.map((name) => `/${name}`),
    fc.constantFrom('//a', '/C:/a', 'C:/a', 'C:\\a?b', ':memory:'),
  ),
  hosts: fc.constant([]),
  options: fc.dictionary(text, text, { maxKeys: 3, noNullPrototype: true }),
});

/** Every byte as an escape. */
const escaped = (value: string): string =>
  [...Buffer.from(value)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');

const quoted = (value: string): string => `'${value.replace(/[\\']/g, String.raw`\$&`)}'`;

describe('forms of a DSN of a server', () => {
  it('X3: users, passwords, hosts, ports, databases, options', () => {
    const cases: Record<string, object> = {
      'postgres://ann:secret@db.example.org:5433/app?poolSize=5': {
        scheme: 'postgres',
        user: 'ann',
        password: 'secret',
        hosts: [{ host: 'db.example.org', port: 5433 }],
        database: 'app',
        options: { poolSize: '5' },
      },
      'POSTGRESQL://h/app': { scheme: 'postgres', hosts: [{ host: 'h' }], database: 'app' },
      'mysql://u@h': { scheme: 'mysql', user: 'u', hosts: [{ host: 'h' }] },
      'mariadb://u:@h:/': { scheme: 'mariadb', user: 'u', password: '', hosts: [{ host: 'h' }] },
      'postgres://:pw@h': { scheme: 'postgres', password: 'pw', hosts: [{ host: 'h' }] },
      'postgres://@h': { scheme: 'postgres', hosts: [{ host: 'h' }] },
      'postgres://u:a:b#c@h': { scheme: 'postgres', user: 'u', password: 'a:b#c', hosts: [{ host: 'h' }] },
      'postgres://%40:%3A%2f%3F%25@%68/%2F?a%3D=%26': {
        scheme: 'postgres',
        user: '@',
        password: ':/?%',
        hosts: [{ host: 'h' }],
        database: '/',
        options: { 'a=': '&' },
      },
      'postgres://': { scheme: 'postgres', hosts: [] },
      'postgres:///app': { scheme: 'postgres', hosts: [], database: 'app' },
      'postgres://:5433/app': { scheme: 'postgres', hosts: [{ host: 'localhost', port: 5433 }], database: 'app' },
      'postgres:///?port=5433': { scheme: 'postgres', hosts: [{ host: 'localhost', port: 5433 }] },
      'mysql:///?port=3307': { scheme: 'mysql', hosts: [{ host: 'localhost', port: 3307 }] },
      'postgres://[::1]:5433/app': { scheme: 'postgres', hosts: [{ host: '::1', port: 5433 }], database: 'app' },
      'postgres://[fe80::1%25eth0]': { scheme: 'postgres', hosts: [{ host: 'fe80::1%eth0' }] },
      'postgres://h1:1,[::1]:2,h3/app': {
        scheme: 'postgres',
        hosts: [{ host: 'h1', port: 1 }, { host: '::1', port: 2 }, { host: 'h3' }],
        database: 'app',
      },
      'postgres://h1,h2/?port=7': {
        scheme: 'postgres',
        hosts: [
          { host: 'h1', port: 7 },
          { host: 'h2', port: 7 },
        ],
      },
      'postgres://h/app?host=h&dbname=app&port=1': {
        scheme: 'postgres',
        hosts: [{ host: 'h', port: 1 }],
        database: 'app',
      },
      'postgres:///?host=h1,::1&port=1,2&user=ann&password=a@b': {
        scheme: 'postgres',
        user: 'ann',
        password: 'a@b',
        hosts: [
          { host: 'h1', port: 1 },
          { host: '::1', port: 2 },
        ],
      },
    };
    expect(Object.fromEntries(Object.keys(cases).map((dsn) => [dsn, parts(dsn)]))).toEqual(cases);
  });

  it('X3: Unix sockets, as each driver writes them', () => {
    const cases: Record<string, readonly DsnHost[]> = {
      'postgres:///db?host=/var/run/postgresql': [{ socket: '/var/run/postgresql' }],
      'postgres://user@%2Fvar%2Frun%2Fpostgresql/db': [{ socket: '/var/run/postgresql' }],
      'postgres://%2Ftmp:5433/db': [{ socket: '/tmp/.s.PGSQL.5433' }],
      'postgres:///db?host=/tmp/&port=5433': [{ socket: '/tmp/.s.PGSQL.5433' }],
      'postgres:///db?host=/tmp/.s.PGSQL.5433&port=5433': [{ socket: '/tmp/.s.PGSQL.5433' }],
      'postgres://%2Ftmp,h:5/db': [{ socket: '/tmp' }, { host: 'h', port: 5 }],
      'host=C:/tmp': [{ socket: 'C:/tmp' }],
      'mysql://user:pw@/db?socket=/run/mysqld.sock': [{ socket: '/run/mysqld.sock' }],
      'mysql://user:pw@localhost/db?socketPath=/run/mysqld.sock': [{ socket: '/run/mysqld.sock' }],
      'mariadb://%2Frun%2Fmysqld.sock/db?socket=/run/mysqld.sock': [{ socket: '/run/mysqld.sock' }],
      [String.raw`mysql:///db?socket=\\.\pipe\mysql`]: [{ socket: String.raw`\\.\pipe\mysql` }],
    };
    expect(Object.fromEntries(Object.keys(cases).map((dsn) => [dsn, parseDsn(dsn).hosts]))).toEqual(cases);
  });

  it('X3: keyword strings of libpq: spaces, quotes, backslashes, lists', () => {
    expect(
      parts(String.raw`host=h1,h2 port = 1,2 user='with space' password='a\'b\\' dbname=a\ b sslmode=require`),
    ).toEqual({
      scheme: 'postgres',
      user: 'with space',
      password: String.raw`a'b\ `.trim(),
      hosts: [
        { host: 'h1', port: 1 },
        { host: 'h2', port: 2 },
      ],
      database: 'a b',
      options: { sslmode: 'require' },
    });
    expect(parts(" user=''\n password='' host= h ")).toEqual({
      scheme: 'postgres',
      password: '',
      hosts: [{ host: 'h' }],
    });
    fc.assert(
      fc.property(text, text, text, (user, password, database) => {
        expect(parts(`user=${quoted(user)} password = ${quoted(password)}\tdbname=${quoted(database)}`)).toEqual({
          scheme: 'postgres',
          user,
          password,
          hosts: [],
          database,
        });
      }),
      { seed: 3, numRuns: 300 },
    );
  });

  it('X3: parse after format gives the parts, and format after parse the text', () => {
    fc.assert(
      fc.property(fc.oneof(server, file), (dsn) => {
        const written = formatDsn(dsn);
        const { options, ...place } = parseDsn(written);
        expect(place).toEqual({ ...dsn, options: undefined });
        expect(Object.entries(options)).toEqual(Object.entries(dsn.options));
        expect(formatDsn({ ...place, options })).toBe(written);
      }),
      { seed: 5, numRuns: 2000 },
    );
    fc.assert(
      fc.property(text, text, text, text, (user, password, database, value) => {
        const spelled = `postgres://${escaped(user)}:${escaped(password)}@%68/${escaped(database)}?a=${escaped(value)}`;
        const expected = { scheme: 'postgres', path: '', user, password, hosts: [{ host: 'h' }], database };
        expect(parseDsn(spelled)).toEqual({ ...expected, options: { a: value } });
        expect(parseDsn(formatDsn(parseDsn(spelled)))).toEqual(parseDsn(spelled));
      }),
      { seed: 9, numRuns: 300 },
    );
    expect(formatDsn(parseDsn('postgres://a@%2Ftmp/db'))).toBe('postgres://a@%2Ftmp/db');
    expect(formatDsn(parseDsn('mysql://a@/db?socket=/run/x'))).toBe('mysql://a@/db?socket=/run/x');
  });

  it('X3: formatDsn refuses what no DSN can say', async () => {
    const base = { scheme: 'postgres', path: '', hosts: [] };
    expect(await errorOf(() => formatDsn({ ...base, options: { password: 'x' } }))).toMatchObject({
      code: 'E_CONFIG',
      field: 'password',
      message: "The option 'password' is a part of its own. Give it as user, password, hosts or database.",
    });
    expect(await errorOf(() => formatDsn({ ...base, user: '\ud800', options: {} }))).toMatchObject({
      code: 'E_CONFIG',
      message: 'A part of the DSN holds half a character (a lone surrogate).',
    });
  });

  it('X3: what is ill-formed, or says two things, is refused', async () => {
    const at =
      'The DSN has an @ that does not end the user and password. Write @ : / ? in a user, a password or a name as %40 %3A %2F %3F.';
    const noHost = 'The host is neither a name nor an address nor the path of a socket.';
    const bracket =
      'The DSN has a host that is neither a name nor an address. An IPv6 address stands in brackets, as in [::1]:5432; in a user or password, write @ : / ? as escapes.';
    const noPort = 'The port is a whole number from 1 to 65535.';
    const twice = (part: string): string => `The ${part} is given twice, and not the same. Give it once.`;
    const both = 'The DSN gives a socket and a port. Leave one of them out.';
    const list = String.raw`The DSN is no list of keyword=value. Quote a value with a space, as in password='a b', and write \' and \\ for ' and \ in it.`;
    const escape = 'The DSN has a percent sign that is no escape. Write a plain percent sign as %25.';
    const cases: Record<string, string> = {
      'postgres://a@b@c/d': at,
      'postgres://a/b@c/d': at,
      'postgres://h/a/b': 'The DSN has a slash in the name of the database. Write it as %2F.',
      'postgres:h': "A DSN for postgres begins with 'postgres://'. Write it as in 'postgres://user@host/database'.",
      'postgres://a b/d': noHost,
      'postgres://[h]/d': noHost,
      'postgres:///?host=a%20b': noHost,
      'postgres://::1/d': bracket,
      'postgres://[::1/d': bracket,
      'postgres://h:1:2/d': bracket,
      ...Object.fromEntries(
        ['0', '65536', '123456', '-1', '1e3', 'x', '1.0'].map((p) => [`postgres://h:${p}/d`, noPort]),
      ),
      'host=h port=x': noPort,
      'postgres://u%@h/d': escape,
      'postgres://u:%zz@h/d': escape,
      'postgres://h%/d': escape,
      'postgres://h/%': escape,
      'postgres://h/d?a=%E0%A4': escape,
      'postgres://u%00@h/d': 'The user holds a NUL character.',
      'postgres://u:%00@h/d': 'The password holds a NUL character.',
      'postgres://h/%00': 'The database holds a NUL character.',
      'postgres://h/d?user=%00': 'The user holds a NUL character.',
      'postgres://h1,,h2/d': 'The DSN has an empty host among others. Remove the comma.',
      'postgres://h1,h2/d?port=1,2,3': 'There are not as many ports as hosts. Give one for all, or one for each.',
      'postgres://h/d?poolSize=1&poolSize=1': "The DSN gives the option 'poolSize' twice.",
      'postgres://h/d?x=1&x=1': 'The DSN gives an option twice. Write & in a value as %26.',
      'host=h host=h': "The DSN gives the option 'host' twice.",
      'postgres://h/d?host=i': twice('host'),
      'postgres://h,i/d?host=h': twice('host'),
      'postgres://h:1/d?port=2': twice('port'),
      'postgres://u@h/d?user=v': twice('user'),
      'postgres://u:p@h/d?password=q': twice('password'),
      'postgres://h/d?dbname=e': twice('database'),
      'mysql://h/d?socket=/x': twice('host'),
      'mysql:///d?socket=/x&socketPath=/y': twice('socket'),
      'mysql:///d?socket=x': 'The socket is an absolute path.',
      'mysql:///d?socket=/x&port=1': both,
      'mysql://%2Fx:1/d': both,
      'postgres://%2Ftmp%2F.s.PGSQL.1:2/d': both,
      "host=h password='x": list,
      "host='h'x": list,
      'host=h =x': list,
      'host=h x': list,
    };
    const refused = await Promise.all(
      Object.keys(cases).map(async (dsn) => [dsn, await errorOf(() => parseDsn(dsn))] as const),
    );
    expect(Object.fromEntries(refused.map(([dsn, error]) => [dsn, (error as Error | undefined)?.message]))).toEqual(
      cases,
    );
    for (const [, error] of refused) expect(error).toBeInstanceOf(ConfigError);
  });
});

describe('what is secret in the DSN of a server', () => {
  const SECRET = 'S3NT1NEL';
  const DELIMITERS = ['@', '?', '/', ':', '#', '&', '=', '%', ' ', '//', ',', '[', ']', "'", '\\', '\n'];
  const NAMES = ['host=', 'dbname=', 'port=', 'user=', 'password=', 'h', '5'];
  const pieces = fc
    .array(fc.constantFrom(SECRET, ...DELIMITERS, ...NAMES), { minLength: 1, maxLength: 10 })
    .map((list) => list.join(''));
  const scheme = fc.constantFrom('postgres', 'postgresql', 'mysql', 'mariadb');

  it('X4: user, password and option values are hidden, and keyword strings are shown up to the first secret', () => {
    const cases: Record<string, string> = {
      'postgresql://ann:secret@h1:1,[::1]:2/app?sslmode=require&password=x':
        'postgresql://***@h1:1,[::1]:2/app?sslmode=***&password=***',
      'mysql://u:p@/db?socket=/run/x': 'mysql://***@/db?socket=***',
      'postgres://h/db?poolSize=5&b4d=x&x': 'postgres://h/db?poolSize=***&***&***',
      'host=h port=5 dbname=app user=ann password=x': 'host=h port=5 dbname=app user=*** password=***',
      "password='a b' host=h": 'password=*** host=***',
      'host=h password=a secret': '***',
      'postgres://user:secret/db': 'postgres://***',
      'postgres://u:1/2@h/db': 'postgres://***',
      'postgres://u@h/db?password=a@b': 'postgres://***',
      'sqlite:app.db?key=a@secret': 'sqlite:app.db?key=***',
      'Postgres:x': 'Postgres:***',
      ':memory:': ':memory:',
    };
    expect(Object.fromEntries(Object.keys(cases).map((dsn) => [dsn, redactDsn(dsn)]))).toEqual(cases);
    expect(redactDsn(undefined as never)).toBe('***');
  });

  it('X4: no piece of a user, password or value comes through, at any place, escaped or not', () => {
    fc.assert(
      fc.property(scheme, pieces, pieces, (name, one, two) => {
        for (const dsn of [
          `${name}://user:${one}@host/db`,
          `${name}://${one}:${two}@host/db?sslmode=require`,
          `${name}://u:p@host/db?password=${one}&applicationName=${two}`,
          `${name}://host/db?${one}`,
          `${name}:x${one}`,
          `host=h user=${one} password=${two} dbname=d`,
          `password=${one}`,
          `host=h port=5 password='${one}' user='${two}'`,
          `sqlite:app.db?key=${one}`,
        ])
          expect(redactDsn(dsn)).not.toContain(SECRET);
      }),
      { seed: 13, numRuns: 3000 },
    );
    fc.assert(
      fc.property(server, (dsn) => {
        const secret = {
          ...dsn,
          user: SECRET,
          password: `${dsn.password}${SECRET}`,
          options: { a: SECRET, [SECRET]: '' },
        };
        expect(redactDsn(formatDsn(secret))).not.toContain(SECRET);
      }),
      { seed: 17, numRuns: 500 },
    );
  });

  it('X4: X3: no text makes parseDsn fail otherwise than by a ConfigError that quotes none of it', async () => {
    fc.assert(
      fc.property(scheme, pieces, pieces, (name, one, two) => {
        for (const dsn of [
          `${name}://u:${one}@h/${two}`,
          `${name}:x${one}`,
          `${name}:///d?${one}&${two}`,
          `user=${one} ${two}`,
        ]) {
          const error = thrown(() => parseDsn(dsn));
          expect(error === undefined || error instanceof ConfigError).toBe(true);
          expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
        }
      }),
      { seed: 19, numRuns: 2000 },
    );
  });
});
