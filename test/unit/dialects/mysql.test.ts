import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { avg, check, contains, count, f, iexact, index, model, not, oneOf, Session, sql, sum, unique } from 'blazeorm';
import { SchemaBuilder } from 'blazeorm/schema';

import { MariaDBDialect, MySQLDialect } from '../../../src/mysql.ts';
import { splitScript } from '../../../src/adapters/mysql/script.ts';
import { readServer, sessionSettings } from '../../../src/adapters/mysql/session-settings.ts';
import { wrapError } from '../../../src/adapters/mysql/errors.ts';
import { metaOf } from '../../../src/core/registry.ts';
import type { ValueType } from '../../../src/core/value-types.ts';
import { CompiledCache } from '../../../src/persistence/compiled.ts';
import { UNSCOPED } from '../../../src/query/active-scopes.ts';
import { parseFilter } from '../../../src/query/filter.ts';
import { initialState } from '../../../src/query/state.ts';
import { Author, Category, Post, Sample, Tag } from '../../support/models.ts';

const mysql = new MySQLDialect();
const mariadb = new MariaDBDialect();

/** A session that compiles and never connects. */
function offline(dialect: MySQLDialect): Session {
  const refuse = (): never => expect.fail('nothing is to be sent');
  return new Session(
    {
      dialect,
      connect: refuse,
      acquire: refuse,
      release: refuse,
      close: () => undefined,
      prepared: 0,
    } as ConstructorParameters<typeof Session>[0],
    {} as ConstructorParameters<typeof Session>[1],
  );
}

interface Compilable {
  toSQL(): { readonly sql: string; readonly parameters: readonly unknown[] };
}

/** The whole text on both; `mariadb` where it is another than MySQL's with its own collation. */
function expectBoth(
  query: (session: Session) => Compilable,
  expected: { readonly mysql: string; readonly mariadb?: string; readonly parameters: readonly unknown[] },
): void {
  const other = expected.mariadb ?? expected.mysql.replaceAll('utf8mb4_0900_bin', 'utf8mb4_nopad_bin');
  expect(query(offline(mysql)).toSQL()).toEqual({ sql: expected.mysql, parameters: expected.parameters });
  expect(query(offline(mariadb)).toSQL()).toEqual({ sql: other, parameters: expected.parameters });
}

const at = new Date('2026-01-31T13:45:00.123Z');
const uuid = '0190A000-0000-7000-8000-00000000000A';

describe('queries', () => {
  it('Q5: matches escape their wildcards; both sides in lower case where case is ignored', () => {
    expectBoth(
      (session) =>
        session
          .query(Post)
          .only('id')
          .filter({ title: contains('50%_|\\'), author: { name: iexact('ann') } }),
      {
        mysql:
          "SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` WHERE t0.`title` LIKE ? ESCAPE '|' AND LOWER(t1.`name`) = LOWER(?)",
        parameters: ['%50|%|_||\\%', 'ann'],
      },
    );
    expectBoth(
      (session) =>
        session
          .query(Post)
          .only('id')
          .filter((p) => p.title.startsWith(p.body).or(p.title.contains(p.body))),
      {
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE LEFT(t0.`title`, CHAR_LENGTH(t0.`body`)) = t0.`body` OR INSTR(t0.`title`, t0.`body`) > 0',
        parameters: [],
      },
    );
  });

  it('Q5: regular expressions are each database’s own', () => {
    expectBoth(
      (session) =>
        session
          .query(Post)
          .only('id')
          .filter((p) => p.title.regex('^a').and(p.title.iregex('^b'))),
      {
        mysql:
          "SELECT t0.`id` FROM `post` AS t0 WHERE REGEXP_LIKE(t0.`title`, ?, 'c') AND REGEXP_LIKE(t0.`title`, ?, 'i')",
        mariadb:
          "SELECT t0.`id` FROM `post` AS t0 WHERE t0.`title` REGEXP CONCAT('(?-i)', ?) AND t0.`title` REGEXP CONCAT('(?i)', ?)",
        parameters: ['^a', '^b'],
      },
    );
  });

  it('Q10: NULL is the lowest value by itself; limits are bound, and none is the largest number', () => {
    expectBoth(
      (session) =>
        session
          .query(Post)
          .only('id')
          .orderBy(
            (p) => p.rating.asc({ nulls: 'last' }),
            (p) => p.price.desc({ nulls: 'first' }),
            (p) => p.rating.desc({ nulls: 'last' }),
            'views',
          )
          .limit(10)
          .offset(5),
      {
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 ORDER BY t0.`rating` IS NULL, t0.`rating`, t0.`price` IS NULL DESC, t0.`price` DESC, t0.`rating` DESC, t0.`views` LIMIT ? OFFSET ?',
        parameters: [10, 5],
      },
    );
    expectBoth((session) => session.query(Tag).only('id').offset(5), {
      mysql: 'SELECT t0.`id` FROM `tag` AS t0 LIMIT 18446744073709551615 OFFSET ?',
      parameters: [5],
    });
  });

  it('Q3: lists are one JSON text, read as what the column holds', () => {
    const list = (column: string, type: string, value = 'v'): string =>
      `t0.\`${column}\` IN (SELECT ${value} FROM JSON_TABLE(?, '$[*]' COLUMNS (v ${type} PATH '$' NULL ON EMPTY ERROR ON ERROR)) AS list)`;
    const text = 'longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin';
    expectBoth(
      (session) =>
        session
          .query(Sample)
          .only('id')
          .filter({
            int: oneOf([1, 2]),
            bigint: oneOf([2n ** 62n]),
            float: oneOf([0.1]),
            decimal: oneOf(['1.5']),
            string: oneOf(['a"b']),
            bool: oneOf([true]),
            date: oneOf(['2026-01-31']),
            time: oneOf(['10:00:00.500']),
            datetime: oneOf([at]),
            uuid: oneOf([uuid]),
            binary: oneOf([new Uint8Array([1, 255])]),
          }),
      {
        mysql: `SELECT t0.\`id\` FROM \`sample\` AS t0 WHERE ${[
          list('int', 'bigint'),
          list('bigint', 'bigint'),
          list('float', 'double'),
          list('decimal', 'decimal(12, 4)'),
          list('string', text),
          list('bool', 'tinyint'),
          list('date', 'date'),
          list('time', 'time(6)'),
          list('datetime', 'datetime(3)'),
          list('uuid', 'char(36) CHARACTER SET ascii COLLATE ascii_bin'),
          list('binary', text, 'UNHEX(v)'),
        ].join(' AND ')}`,
        parameters: [
          '[1,2]',
          '[4611686018427387904]',
          '[0.1]',
          '["1.5000"]',
          '["a\\"b"]',
          '[1]',
          '["2026-01-31"]',
          '["10:00:00.5"]',
          '["2026-01-31 13:45:00.123"]',
          '["0190a000-0000-7000-8000-00000000000a"]',
          '["01FF"]',
        ],
      },
    );
  });

  it('Q6: what is computed has the type that it has on other databases', () => {
    expectBoth(
      (session) =>
        session.query(Post).values((p) => ({
          half: p.views.dividedBy(2),
          more: p.views.plus(1.5),
          third: p.price.dividedBy(3),
          round: p.rating.round(1),
          line: p.title.concat('!', p.body),
          length: p.title.length(),
          year: p.createdAt.year(),
          rated: p.rating.coalesce(0),
        })),
      {
        mysql:
          "SELECT (CAST(t0.`views` AS double) / NULLIF(?, 0)), (t0.`views` + CAST(? AS double)), ROUND((t0.`price` / NULLIF(CAST(? AS decimal(38, 0)), 0)), 6), CASE WHEN ABS(t0.`rating`) < 1e44 THEN CAST(ROUND(CAST(t0.`rating` AS decimal(65, 20)), 1) AS double) ELSE t0.`rating` END, CONCAT(t0.`title`, COALESCE(?, ''), COALESCE(t0.`body`, '')), CHAR_LENGTH(t0.`title`), CAST(YEAR(t0.`created_at`) AS signed), COALESCE(t0.`rating`, CAST(? AS double)) FROM `post` AS t0",
        parameters: [2, 1.5, '3', '!', 0],
      },
    );
    expectBoth(
      (session) =>
        session.query(Post).values((p) => ({
          author: p.author.id,
          rows: count(),
          mean: avg(p.views),
          views: sum(p.views),
          price: avg(p.price),
        })),
      {
        mysql:
          'SELECT t0.`author_id`, COUNT(*), AVG(CAST(t0.`views` AS double)), CAST(SUM(t0.`views`) AS signed), ROUND(AVG(t0.`price`), 6) FROM `post` AS t0 GROUP BY t0.`author_id`',
        parameters: [],
      },
    );
  });

  it('Q3: decimals are compared as decimals, NULL differs from every value, raw SQL keeps its values as they are', () => {
    expectBoth(
      (session) =>
        session
          .query(Post)
          .only('id')
          .filter((p) =>
            p.price
              .eq('1.5')
              .or(p.rating.ne(1.5))
              .or(p.createdAt.lt(at))
              .or(sql<boolean>`${p.views} > ${5}`),
          ),
      {
        mysql:
          'SELECT t0.`id` FROM `post` AS t0 WHERE ((t0.`price` = CAST(? AS decimal(10, 2)) OR NOT (t0.`rating` <=> ?)) OR t0.`created_at` < ?) OR (t0.`views` > ?)',
        parameters: ['1.50', 1.5, '2026-01-31 13:45:00.123', 5],
      },
    );
    expectBoth(
      (session) =>
        session
          .query(Post)
          .only('id')
          .filter(not({ rating: 1 })),
      {
        mysql: 'SELECT t0.`id` FROM `post` AS t0 WHERE (t0.`rating` = ?) IS NOT TRUE',
        parameters: [1],
      },
    );
  });
});

describe('writes', () => {
  const [author, sample, category, tag] = [Author, Sample, Category, Tag].map((item) => metaOf(item));
  const field = (meta: typeof author, name: string) => meta!.fieldByName.get(name)!;

  it('S5: several rows of values; a row of defaults; a row that exists stays', () => {
    const compiled = new CompiledCache(mysql);
    const fields = [field(tag, 'name')];
    expect(compiled.insert(tag!, fields, { rows: 2 })).toBe('INSERT INTO `tag` (`name`) VALUES (?), (?)');
    expect(compiled.insert(tag!, [], {})).toBe('INSERT INTO `tag` () VALUES ()');
    expect(compiled.insert(tag!, fields, { onConflict: 'nothing' })).toBe(
      'INSERT INTO `tag` (`name`) VALUES (?) ON DUPLICATE KEY UPDATE `id` = `id`',
    );
    expect([mysql.features.returning, mariadb.features.returning]).toEqual([false, true]);
    expect(new CompiledCache(mariadb).insert(tag!, fields, { returning: tag!.key })).toBe(
      'INSERT INTO `tag` (`name`) VALUES (?) RETURNING `id`',
    );
  });

  it('S5: updates of many rows take them as one JSON text', () => {
    const compiled = new CompiledCache(mysql);
    const fields = [field(sample, 'decimal'), field(sample, 'binary')];
    expect(compiled.updateRows(sample!, fields, sample!.key, 'lists')).toBe(
      "UPDATE JSON_TABLE(?, '$[*]' COLUMNS (column1 decimal(12, 4) PATH '$[0]' NULL ON EMPTY ERROR ON ERROR, column2 longtext CHARACTER SET utf8mb4 COLLATE utf8mb4_0900_bin PATH '$[1]' NULL ON EMPTY ERROR ON ERROR, column3 bigint PATH '$[2]' NULL ON EMPTY ERROR ON ERROR)) AS v STRAIGHT_JOIN `sample` ON `sample`.`id` = v.column3 SET `sample`.`decimal` = v.column1, `sample`.`binary` = UNHEX(v.column2)",
    );
  });

  it('Q10: rows of a written table are found first where others are the condition', () => {
    const compiled = new CompiledCache(mysql);
    const state = { ...initialState(category!, UNSCOPED), where: [parseFilter(category!, { parent: { name: 'x' } })] };
    const keys =
      '(SELECT * FROM (SELECT t1.`id` FROM `category` AS t1 LEFT JOIN `category` AS t2 ON t1.`parent_id` = t2.`id` WHERE t2.`name` = ? LIMIT 18446744073709551615) AS found)';
    const { sql: text } = compiled.query({ kind: 'delete', state }).compiled;
    expect(text.replaceAll(/\bt\d\b/g, 't')).toBe(
      `DELETE FROM \`category\` WHERE \`category\`.\`id\` IN ${keys}`.replaceAll(/\bt\d\b/g, 't'),
    );
    const limited = compiled.query({
      kind: 'delete',
      state: { ...initialState(author!, UNSCOPED), limit: LIMIT },
    }).compiled;
    expect(limited.sql.replaceAll(/\bt\d\b/g, 't')).toBe(
      'DELETE FROM `author` WHERE `author`.`id` IN (SELECT * FROM (SELECT t.`id` FROM `author` AS t LIMIT ?) AS found)',
    );
  });
});

const LIMIT = {
  kind: 'param',
  value: 1,
  type: { kind: 'int' },
  nullable: false,
  label: { model: 'Author', field: 'limit' },
} as const;

describe('DDL', () => {
  class Left extends model('left', { id: f.auto(), right: f.foreignKey(() => Right, { nullable: true }) }) {}
  class Right extends model('right', { id: f.auto(), left: f.foreignKey(() => Left, { nullable: true }) }) {}
  class Kinds extends model(
    'kinds',
    {
      id: f.uuid({ primaryKey: true }),
      code: f.string(),
      note: f.string(),
      body: f.text(),
      key: f.binary(),
      on: f.bool({ dbDefault: true }),
      at: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP' }),
      point: f.custom<string>({ codec: { encode: String, decode: String }, type: { mysql: 'point' } }),
      double: f.int({ generated: 'size * 2' }),
      size: f.int(),
    },
    {
      constraints: [
        unique('code', 'key'),
        check('kinds_note', (k) =>
          k.note
            .ne("it's \\ ?")
            .and(k.size.oneOf([1, 2]))
            .and(k.at.gt(at)),
        ),
      ],
    },
  ) {}
  type Target = Parameters<SchemaBuilder['createTableSql']>[0];
  const target = (modelClass: unknown): Target => modelClass as Target;

  it('G1: a table with its indexes, texts with a limit where an index holds them', () => {
    const table = `CREATE TABLE \`kinds\` (
  \`id\` char(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  \`code\` varchar(255) NOT NULL,
  \`note\` longtext NOT NULL,
  \`body\` longtext NOT NULL,
  \`key\` varbinary(255) NOT NULL,
  \`on\` tinyint(1) NOT NULL DEFAULT 1,
  \`at\` datetime(3) NOT NULL DEFAULT (CURRENT_TIMESTAMP),
  \`point\` point NOT NULL,
  \`double\` int GENERATED ALWAYS AS (size * 2) STORED,
  \`size\` int NOT NULL,
  PRIMARY KEY (\`id\`),
  CONSTRAINT \`kinds_note\` CHECK (\`note\` <> 'it''s \\\\ ?' AND (\`size\` = 1 OR \`size\` = 2) AND \`at\` > '2026-01-31 13:45:00.123'),
  UNIQUE INDEX \`kinds_code_key_key\` (\`code\`, \`key\`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_bin`;
    expect(new SchemaBuilder(mysql).createSql([target(Kinds)])).toEqual([table]);
    expect(new SchemaBuilder(mariadb).createSql([target(Kinds)])).toEqual([
      table.replace('utf8mb4_0900_bin', 'utf8mb4_nopad_bin'),
    ]);
  });

  it('G1: keys of a circle are added where they are missing, and dropped unchecked', () => {
    const builder = new SchemaBuilder(mysql);
    const statements = builder.createSql([target(Left), target(Right)], { ifNotExists: true });
    expect(statements.slice(2)).toEqual([
      `SET @blaze = IF(EXISTS(SELECT 1 FROM information_schema.table_constraints WHERE constraint_schema = DATABASE() AND table_name = 'right' AND constraint_name = 'right_left_id_fkey'), 'DO 0', 'ALTER TABLE \`right\` ADD CONSTRAINT \`right_left_id_fkey\` FOREIGN KEY (\`left_id\`) REFERENCES \`left\` (\`id\`)');
PREPARE blaze FROM @blaze;
EXECUTE blaze;
DEALLOCATE PREPARE blaze`,
    ]);
    expect(builder.dropSql([target(Left), target(Right)])).toEqual([
      'SET foreign_key_checks = 0',
      'DROP TABLE `left`',
      'DROP TABLE `right`',
      'SET foreign_key_checks = 1',
    ]);
  });

  it('G1: what there is not is refused by name', () => {
    class Rare extends model(
      'rare',
      { id: f.auto(), on: f.bool() },
      { indexes: [index('on', { name: 'rare_once', unique: true, where: { on: true } })] },
    ) {}
    class Child extends model('child', {
      id: f.auto(),
      parent: f.foreignKey(() => Left, { nullable: true, onDelete: 'set default' }),
    }) {}
    class Wide extends model('wide', { id: f.auto(), d: f.decimal({ precision: 38, scale: 31 }) }) {}
    for (const [item, message] of [
      [Rare, "MariaDB has no partial indexes, which the unique 'rare_once' needs."],
      [Child, "MariaDB has no SET DEFAULT for foreign keys. Use 'set null', or 'restrict'."],
      [Wide, 'MariaDB has decimals of at most 65 digits, 30 of them after the point.'],
    ] as const)
      expect(() => new SchemaBuilder(mariadb).createTableSql(target(item))).toThrow(
        expect.objectContaining({ code: 'E_UNSUPPORTED', message }) as Error,
      );
  });
});

describe('values', () => {
  const trip = (type: ValueType, value: unknown, through = (raw: unknown): unknown => raw): unknown => {
    const codec = mysql.codec(type) as { encode: (v: unknown) => unknown; decode?: (v: unknown) => unknown };
    const raw = through(codec.encode(value));
    return codec.decode === undefined ? raw : codec.decode(raw);
  };
  const dates = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

  it('M3: numbers, dates, times and bytes come back as they were', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (n) => trip({ kind: 'bigint' }, n) === n),
    );
    // What exceeds 53 bits comes as text.
    fc.assert(
      fc.property(fc.bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n }), (n) => trip({ kind: 'bigint' }, n, String) === n),
    );
    fc.assert(fc.property(dates, (date) => (trip({ kind: 'datetime' }, date) as Date).getTime() === date.getTime()));
    fc.assert(fc.property(fc.boolean(), (flag) => trip({ kind: 'bool' }, flag) === flag));
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        const back = trip({ kind: 'binary' }, bytes) as Uint8Array;
        expect(back).toEqual(bytes);
        return back !== bytes && back.constructor === Uint8Array;
      }),
    );
    expect(trip({ kind: 'time' }, '10:00:00.120000')).toBe('10:00:00.12');
    expect(trip({ kind: 'datetime' }, at, () => '2026-01-31 13:45:00')).toEqual(new Date('2026-01-31T13:45:00Z'));
    expect(trip({ kind: 'decimal', precision: 10, scale: 2 }, '7', () => '7.0000')).toBe('7.00');
  });

  it('M3: arrays are JSON, whatever their items', () => {
    const of = (type: ValueType): ValueType => ({ kind: 'array', of: type });
    fc.assert(
      fc.property(fc.array(fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }))), (items) => {
        expect(trip(of({ kind: 'bigint' }), items)).toEqual(items);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.option(fc.string({ unit: 'grapheme' }))), (items) => {
        expect(trip(of({ kind: 'string', maxLength: undefined }), items)).toEqual(items);
      }),
    );
    expect(trip(of({ kind: 'binary' }), [new Uint8Array([0, 255]), null])).toEqual([new Uint8Array([0, 255]), null]);
    expect(trip(of({ kind: 'datetime' }), [at])).toEqual([at]);
  });
});

describe('servers', () => {
  const server = { keyStep: 3, maxPacket: 4_194_304, identity: 'here' };
  const say = (version: string, comment = '', { cluster = 0, ready = 'ON' } = {}) =>
    readServer((sql) =>
      Promise.resolve(
        sql.startsWith('SHOW') ? [['wsrep_ready', ready]] : [[version, comment, 3, 4_194_304, 'here', cluster]],
      ),
    );

  it('A2: the server says which it is; too old a version is refused', async () => {
    expect(await say('9.7.4')).toEqual({ ...server, mariadb: false });
    expect(await say('8.4.0', 'MySQL Community Server')).toEqual({ ...server, mariadb: false });
    expect(await say('10.11.19-MariaDB-0+deb12u1')).toEqual({ ...server, mariadb: true });
    expect(await say('5.5.5-11.4.2-MariaDB')).toEqual({ ...server, mariadb: true });
    await expect(say('8.0.36')).rejects.toThrow('MySQL 8.4 or later is needed. Upgrade the server.');
    await expect(say('10.6.1-MariaDB')).rejects.toThrow('MariaDB 10.11 or later is needed. Upgrade the server.');
    await expect(say('8.0.11-TiDB-v8.5.1')).rejects.toThrow(
      'The server is TiDB, which lacks JSON_TABLE, with which lists and rows are sent. Use MySQL or MariaDB.',
    );
  });

  it('A7: a server that has no part in its cluster is refused; where keys are counted by its size, nobody relies on that', async () => {
    const percona = 'Percona XtraDB Cluster (GPL), Release rel2, Revision 1, WSREP version 26.4.3';
    expect(await say('10.11.19-MariaDB', '', { cluster: 1 })).toEqual({ ...server, mariadb: true, keyStep: 0 });
    expect(await say('8.4.3-3.1', percona)).toEqual({ ...server, mariadb: false, keyStep: 0 });
    const refused =
      'The server has no part in its cluster at the moment. Name several hosts in the DSN, so that another one is taken.';
    await expect(say('10.11.19-MariaDB', '', { cluster: 1, ready: 'OFF' })).rejects.toThrow(refused);
    await expect(say('8.4.3-3.1', percona, { ready: 'OFF' })).rejects.toThrow(refused);
  });

  it('A2: a session is strict, in UTC, and has the limits that were asked for', () => {
    const settings = { statementTimeout: 1500, lockTimeout: 1200, readOnly: true } as Parameters<
      typeof sessionSettings
    >[2];
    expect(sessionSettings({ mariadb: true }, 'utf8mb4_nopad_bin', settings)).toEqual([
      'SET NAMES utf8mb4 COLLATE utf8mb4_nopad_bin',
      "SET sql_mode = 'STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION,NO_AUTO_VALUE_ON_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO', time_zone = '+00:00', foreign_key_checks = 1, group_concat_max_len = 4294967295, unique_checks = 1, max_recursive_iterations = 10000000, autocommit = 1, completion_type = 'NO_CHAIN', sql_select_limit = 18446744073709551615, sql_auto_is_null = 0, default_storage_engine = 'InnoDB', lc_messages = 'en_US', innodb_lock_wait_timeout = 2, lock_wait_timeout = 2, max_statement_time = 1.5",
      'SET SESSION TRANSACTION READ ONLY',
    ]);
    expect(sessionSettings({ mariadb: false }, 'utf8mb4_0900_bin', { ...settings, readOnly: false })[1]).toContain(
      'max_execution_time = 1500',
    );
  });

  it('A1: a script is sent statement by statement', () => {
    const statements = [
      'SELECT \'a;b\', "c;\\"d", `e;f`',
      "SELECT 'it''s; \\'so\\''",
      '/* one; two */ SELECT 1',
      '-- three; four\nSELECT 2',
    ];
    expect(splitScript(` ${statements.join(';\n')};\n; `)).toEqual(statements);
  });

  it('A1: G1: a trigger or a routine is one statement, with the blocks in it', () => {
    const statements = [
      'CREATE TRIGGER a BEFORE INSERT ON p FOR EACH ROW SET NEW.a = 1',
      "CREATE TRIGGER IF NOT EXISTS b BEFORE INSERT ON p FOR EACH ROW IF NEW.h IS NULL THEN SET NEW.h = IF(a, 1, ';'); ELSE SET NEW.t = CASE x WHEN 1 THEN 2 END; END IF",
      "CREATE DEFINER=`a`@`b` PROCEDURE p() BEGIN DECLARE x int; l: LOOP LEAVE l; END LOOP; WHILE x DO SET x = 0; END WHILE; REPEAT SET y = REPEAT('a', 2); UNTIL x END REPEAT; IF (x) THEN BEGIN END; ELSEIF x THEN SET x = 1; END IF; END",
      'CREATE TABLE event (begin int)',
      'BEGIN',
      'COMMIT',
    ];
    expect(splitScript(statements.join(';\n'))).toEqual(statements);
  });

  it('X4: errors are told apart by number', () => {
    const of = (errno: number, sqlMessage: string, sqlState = 'HY000') =>
      wrapError(Object.assign(new Error(sqlMessage), { errno, sqlState, sqlMessage, code: 'WRONG' }), 'SQL');
    expect(of(1062, "Duplicate entry 's3cret' for key 'author.author_email_key'", '23000')).toMatchObject({
      code: 'E_UNIQUE_VIOLATION',
      constraint: 'author_email_key',
      message: "A row with the same 'author_email_key' exists.",
    });
    expect(of(1062, "Duplicate entry '1' for key 'PRIMARY'", '23000')).toMatchObject({ constraint: 'PRIMARY' });
    expect(
      of(1452, 'a foreign key constraint fails (`d`.`post`, CONSTRAINT `post_author_id_fkey` FOREIGN KEY …)', '23000'),
    ).toMatchObject({ code: 'E_FOREIGN_KEY_VIOLATION', constraint: 'post_author_id_fkey' });
    expect(of(3819, "Check constraint 'positive' is violated.")).toMatchObject({ constraint: 'positive' });
    expect(of(4025, 'CONSTRAINT `positive` failed for `d`.`t`', '23000')).toMatchObject({
      code: 'E_CHECK_VIOLATION',
      constraint: 'positive',
    });
    expect(of(1048, "Column 'name' cannot be null", '23000')).toMatchObject({
      code: 'E_NOT_NULL_VIOLATION',
      fields: ['name'],
    });
    const codes: Readonly<Record<number, string>> = {
      1205: 'E_LOCK_TIMEOUT',
      3572: 'E_LOCK_TIMEOUT',
      1213: 'E_DEADLOCK',
      1020: 'E_SERIALIZATION',
      3024: 'E_QUERY_TIMEOUT',
      1969: 'E_QUERY_TIMEOUT',
      1317: 'E_QUERY_TIMEOUT',
      1792: 'E_READ_ONLY',
      1064: 'E_DATABASE',
      4031: 'E_CONNECTION',
      1047: 'E_CONNECTION',
    };
    for (const [errno, code] of Object.entries(codes)) expect(of(Number(errno), 'text')).toHaveProperty('code', code);
    expect(wrapError(new Error('Connection lost'), undefined)).toHaveProperty('code', 'E_CONNECTION');
  });
});
