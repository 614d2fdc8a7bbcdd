import { inspect } from 'node:util';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { BlazeError, ConnectionConfig, Database, redactDsn } from 'blazeorm';

import { errorOf } from '../../support/database.ts';

/** What a configuration says it is. */
const parsed = (dsn: string): unknown[] => {
  const config = ConnectionConfig.fromDsn(dsn);
  return [config.scheme, config.path, config.options];
};

describe('forms of a DSN', () => {
  it('X3: every form for SQLite: names, absolute and relative files, memory, Windows, percent escapes, options', () => {
    expect(parsed('sqlite:app.db')).toEqual(['sqlite', 'app.db', {}]);
    expect(parsed('sqlite3:app.db')).toEqual(['sqlite', 'app.db', {}]);
    expect(parsed('file:app.db')).toEqual(['sqlite', 'app.db', {}]);
    expect(parsed('SQLite:app.db')).toEqual(['sqlite', 'app.db', {}]);
    expect(parsed('sqlite://app.db')).toEqual(['sqlite', 'app.db', {}]);
    expect(parsed('sqlite:./data/app.db')).toEqual(['sqlite', './data/app.db', {}]);
    expect(parsed('sqlite:/var/app.db')).toEqual(['sqlite', '/var/app.db', {}]);
    expect(parsed('sqlite:///var/app.db')).toEqual(['sqlite', '/var/app.db', {}]);
    expect(parsed('sqlite::memory:')).toEqual(['sqlite', ':memory:', {}]);
    expect(parsed('sqlite://:memory:')).toEqual(['sqlite', ':memory:', {}]);
    expect(parsed(':memory:')).toEqual(['sqlite', ':memory:', {}]);
    expect(parsed('sqlite:C:\\data\\app.db')).toEqual(['sqlite', 'C:\\data\\app.db', {}]);
    expect(parsed('sqlite:///C:/data/app.db')).toEqual(['sqlite', 'C:/data/app.db', {}]);
    expect(parsed('sqlite:a%20b%3F%25.db')).toEqual(['sqlite', 'a b?%.db', {}]);
    expect(parsed('sqlite:a@b.db')).toEqual(['sqlite', 'a@b.db', {}]);
    expect(parsed('sqlite:ü/日本.db')).toEqual(['sqlite', 'ü/日本.db', {}]);
    expect(parsed('sqlite:app.db?')).toEqual(['sqlite', 'app.db', {}]);
    expect(parsed('sqlite:app.db?busyTimeout=5&acquireTimeout=6&readOnly&driver=node:sqlite&synchronous=full')).toEqual(
      [
        'sqlite',
        'app.db',
        { busyTimeout: 5, acquireTimeout: 6, readOnly: true, driver: 'node:sqlite', synchronous: 'full' },
      ],
    );
    expect(parsed('sqlite:app.db?readOnly=0&journalMode=delete')).toEqual([
      'sqlite',
      'app.db',
      { readOnly: false, journalMode: 'delete' },
    ]);
  });

  it('X3: any file name survives being escaped', () => {
    fc.assert(
      fc.property(
        fc.string({ minLength: 1, unit: 'grapheme' }).filter((name) => !/^[a-z]:[\\/]/i.test(name)),
        (name) => {
          expect(parsed(`sqlite:${encodeURIComponent(name)}`)).toEqual(['sqlite', name, {}]);
        },
      ),
      { seed: 7, numRuns: 300 },
    );
  });

  it('A3: options given in code override those of the DSN, as values of their type', () => {
    const config = ConnectionConfig.fromDsn('sqlite:app.db?busyTimeout=1&synchronous=off', {
      busyTimeout: 2,
      readOnly: 'false' as never,
      acquireTimeout: undefined as never,
    });
    expect(config.options).toEqual({ busyTimeout: 2, synchronous: 'off', readOnly: false });
    expect(Object.isFrozen(config.options)).toBe(true);
  });

  it('A3: what cannot be used is refused by name', async () => {
    const cases: [() => unknown, object][] = [
      [() => ConnectionConfig.fromDsn(''), { message: "A DSN is a text such as 'sqlite:app.db'." }],
      [() => ConnectionConfig.fromDsn(undefined as never), { message: "A DSN is a text such as 'sqlite:app.db'." }],
      [
        () => ConnectionConfig.fromDsn('app.db'),
        { message: "The DSN has no scheme. Begin it with one, as in 'sqlite:app.db'." },
      ],
      [
        () => ConnectionConfig.fromDsn('oracle:app'),
        { message: 'The DSN has an unknown scheme. Use one of: sqlite, postgres, mysql, mariadb.' },
      ],
      [
        () => ConnectionConfig.fromDsn('C:\\data\\app.db'),
        { message: 'The DSN has an unknown scheme. Use one of: sqlite, postgres, mysql, mariadb.' },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:'),
        { message: "The DSN names no file. Name one, as in 'sqlite:app.db', or use 'sqlite::memory:'." },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:50%.db'),
        { message: 'The DSN has a percent sign that is no escape. Write a plain percent sign as %25.' },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db?busyTimeot=1'),
        { field: 'busyTimeot', message: "There is no connection option 'busyTimeot'. Did you mean 'busyTimeout'?" },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db?__proto__=1'),
        { field: '__proto__', message: expect.stringContaining("There is no connection option '__proto__'.") },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db', { cache: 'shared' } as never),
        { field: 'cache', message: expect.stringContaining("There is no connection option 'cache'.") },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db?busyTimeout=1&busyTimeout=2'),
        { field: 'busyTimeout', message: "The DSN gives the option 'busyTimeout' twice." },
      ],
      ...['-1', '1.5', 'x', '', ' ', '1e99', 'Infinity', '2147483648'].map((value): [() => unknown, object] => [
        () => ConnectionConfig.fromDsn(`sqlite:a.db?busyTimeout=${value}`),
        { field: 'busyTimeout', message: "The option 'busyTimeout' is a whole number of milliseconds." },
      ]),
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db?readOnly=yes'),
        { field: 'readOnly', message: "The option 'readOnly' is true or false." },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db?journalMode=off'),
        { field: 'journalMode', message: "The option 'journalMode' is one of: wal, delete, truncate, memory." },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite::memory:?readOnly=true'),
        {
          field: 'readOnly',
          message: "A database in memory is empty, and 'readOnly' would keep it so. Leave one of them out.",
        },
      ],
      [
        () => ConnectionConfig.fromDsn('sqlite:a.db?readOnly=true', { journalMode: 'wal' }),
        {
          fields: ['readOnly', 'journalMode'],
          message: "The option 'journalMode' changes the file, which 'readOnly' forbids. Leave one of them out.",
        },
      ],
      [
        () => ConnectionConfig.fromEnv('BLAZE_TEST_URL', {}),
        {
          message:
            'The environment variable BLAZE_TEST_URL is not set. Set it to a DSN, as in BLAZE_TEST_URL=sqlite:app.db.',
        },
      ],
      [
        () => ConnectionConfig.fromEnv('DATABASE_URL', { DATABASE_URL: '' }),
        {
          message:
            'The environment variable DATABASE_URL is not set. Set it to a DSN, as in DATABASE_URL=sqlite:app.db.',
        },
      ],
    ];
    for (const [call, expected] of cases)
      expect(await errorOf(call)).toMatchObject({ name: 'ConfigError', code: 'E_CONFIG', ...expected });
    expect(ConnectionConfig.fromEnv('X', { X: 'sqlite:a.db' }).path).toBe('a.db');
    expect(await errorOf(() => Database.connect('sqlite::memory:', { modls: [] } as never))).toMatchObject({
      code: 'E_CONFIG',
      field: 'modls',
      message: expect.stringContaining("Database.connect() has no option 'modls'."),
    });
  });
});

describe('what is secret', () => {
  const SECRET = 'S3NT1NEL';

  it('X4: redactDsn shows where, and neither who nor how', () => {
    const cases: Record<string, string> = {
      'postgres://ann:secret@db.example.org/app': 'postgres://***@db.example.org/app',
      'postgres://ann@db/app': 'postgres://***@db/app',
      'mysql://u:p@[::1]:3306/app?ssl-key=k&charset=utf8': 'mysql://***@[::1]:3306/app?***&charset=***',
      'postgres://u:p@ss/w?rd@host/db?password=x': 'postgres://***',
      'postgres://u:p#w@host/db': 'postgres://***@host/db',
      'postgres:host=h password=x': 'postgres:***',
      'sqlite:app.db?key=x': 'sqlite:app.db?key=***',
      'sqlite::memory:': 'sqlite::memory:',
      'host=h password=x': 'host=h password=***',
      'p4ss:word': '***',
      '': '***',
    };
    expect(Object.fromEntries(Object.keys(cases).map((dsn) => [dsn, redactDsn(dsn)]))).toEqual(cases);
  });

  it('X4: no piece of a password comes through, wherever it stands and whatever it holds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('postgres', 'mysql', 'mariadb', 'postgresql'),
        fc.array(fc.constantFrom(SECRET, '@', '?', '/', ':', '#', '&', '=', '%', ' ', '//'), {
          minLength: 1,
          maxLength: 8,
        }),
        fc.constantFrom('', '?sslmode=require', `?password=${SECRET}`, `?${SECRET}`),
        (scheme, parts, options) => {
          expect(redactDsn(`${scheme}://user:${parts.join('')}@host/db${options}`)).not.toContain(SECRET);
        },
      ),
      { seed: 11, numRuns: 500 },
    );
  });

  it('X4: not in inspect, JSON, string, spread or keys of a configuration, nor in errors', async () => {
    const config = ConnectionConfig.fromDsn(`postgres://ann:${SECRET}@h/db?password=${SECRET}`);
    const shown = [
      inspect(config, { depth: 9, showHidden: true }),
      JSON.stringify({ config }),
      String(config),
      JSON.stringify(Object.entries(config)),
      Object.keys(config).join(),
      JSON.stringify(Object.getOwnPropertyDescriptors(config)),
    ];
    for (const text of shown) expect(text).not.toContain(SECRET);
    expect(shown.slice(0, 3)).toEqual([
      'ConnectionConfig(postgres://***@h/db?password=***)',
      '{"config":"postgres://***@h/db?password=***"}',
      'postgres://***@h/db?password=***',
    ]);
    for (const call of [
      () => ConnectionConfig.fromDsn(`${SECRET}@h/db`),
      () => ConnectionConfig.fromDsn(`oracle://u:${SECRET}@h`),
      () => ConnectionConfig.fromDsn(`sqlite:${SECRET}%.db`),
      () => ConnectionConfig.fromDsn(`sqlite:a.db?busyTimeout=${SECRET}`),
      () => ConnectionConfig.fromEnv('X', { X: SECRET }),
      () => Database.connect(`postgres://ann:${SECRET}@h/db`),
    ]) {
      const error = await errorOf(call);
      expect(error).toBeInstanceOf(BlazeError);
      expect(inspect(error, { depth: 9, showHidden: true })).not.toContain(SECRET);
    }
  });
});
