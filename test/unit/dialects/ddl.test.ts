import { describe, expect, it } from 'vitest';

import {
  CheckViolationError,
  check,
  DefinitionError,
  f,
  index,
  model,
  oneOf,
  Registry,
  sql,
  unique,
  UnsupportedError,
} from 'blazeorm';
import { SchemaBuilder, SQLiteDialect } from 'blazeorm/schema';

import { failure, openTestDatabase } from '../../support/database.ts';
import { Author, City, Country, models, OrderLine, Post, Sample, Venue } from '../../support/models.ts';

const builder = new SchemaBuilder(new SQLiteDialect());
type Target = Parameters<SchemaBuilder['createTableSql']>[0];
const table = (modelClass: unknown): string => builder.createTableSql(modelClass as Target);
const indexes = (modelClass: unknown): string[] => builder.createIndexSql(modelClass as Target);

class Odd extends model(
  'odd "table"',
  {
    id: f.uuid({ primaryKey: true }),
    name: f.string({ column: 'na"me', dbDefault: "'it''s'" }),
    n: f.int({ dbDefault: 5, index: true }),
    on: f.bool({ dbDefault: true }),
    off: f.bool({ dbDefault: false }),
    nothing: f.text({ nullable: true, dbDefault: null }),
    at: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP' }),
    price: f.decimal({ precision: 8, scale: 2, default: '0' }),
    double: f.int({ generated: 'n * 2' }),
    triple: f.int({ generated: { sql: 'n * 3', stored: true } }),
    url: f.custom<URL>(
      { codec: { encode: String, decode: (raw) => new URL(raw as string) }, type: 'url_text' },
      { nullable: true },
    ),
    point: f.custom<string>({
      codec: { encode: String, decode: String },
      type: { postgres: 'point', sqlite: 'point_text' },
    }),
    other: f.custom<string>({ codec: { encode: String, decode: String }, type: { postgres: 'point' } }),
    color: f.enum(['red', "o'range"], { default: 'red' }),
    big: f.bigint({ default: 0n }),
    raw: f.binary({ default: new Uint8Array([1]) }),
  },
  {
    indexes: [
      index('-n', 'name', { name: 'by "n"', unique: true }),
      index('price', { where: { color: oneOf(['red', "o'range"]), on: true } as never }),
    ],
    constraints: [
      unique('name', 'n', { name: 'odd_once' }),
      check('odd_text', (o) => o.name.ne('it\'s ? "x"').and(o.color.eq("o'range").or(o.n.between(-1, 2_147_483_647)))),
      check('odd_price', (o) => o.price.gte('0.50').and(o.price.times(2).lt('9.99'))),
      check('odd_big', (o) => o.big.lte(9_223_372_036_854_775_807n)),
      check('odd_raw', (o) => sql<boolean>`length(${o.name}) > ${3} OR ${o.raw} = ${new Uint8Array([255])}`),
      check('odd_match', (o) => o.name.contains('*?').not()),
    ],
  },
) {}

describe('CREATE TABLE', () => {
  it('G1: columns, key, foreign keys and checks', () => {
    expect(table(Author)).toBe(`CREATE TABLE "author" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" varchar(120) NOT NULL,
  "email" text NOT NULL,
  "bio" text,
  "age" integer,
  "role" text NOT NULL
)`);
    expect(table(Post)).toBe(`CREATE TABLE "post" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "title" varchar(200) NOT NULL,
  "body" text NOT NULL,
  "views" integer NOT NULL,
  "rating" double,
  "price" decimal_text(10, 2),
  "published" boolean NOT NULL,
  "created_at" datetime_text NOT NULL,
  "author_id" integer NOT NULL,
  "reviewer_id" integer,
  CONSTRAINT "post_author_id_fkey" FOREIGN KEY ("author_id") REFERENCES "author" ("id") ON DELETE CASCADE,
  CONSTRAINT "post_reviewer_id_fkey" FOREIGN KEY ("reviewer_id") REFERENCES "author" ("id") ON DELETE SET NULL,
  CONSTRAINT "views_positive" CHECK ("views" >= 0)
)`);
  });

  it('G1, M3: every type has a name that keeps its values as they are', () => {
    expect(table(Sample)).toBe(`CREATE TABLE "sample" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "int" integer,
  "small_int" smallint,
  "bigint" integer,
  "float" double,
  "decimal" decimal_text(12, 4),
  "wide" decimal_text(38, 10),
  "string" varchar(255),
  "text" text,
  "bool" boolean,
  "date" date_text,
  "time" time_text,
  "datetime" datetime_text,
  "uuid" uuid_text,
  "json" json_text,
  "enum" text,
  "binary" blob,
  "strings" array_text,
  "bigints" array_text
)`);
  });

  it('G1, M4, M7: given keys, composite keys, keys to unique columns, names of columns', () => {
    expect(table(OrderLine)).toBe(`CREATE TABLE "order_line" (
  "order_id" integer NOT NULL,
  "line" integer NOT NULL,
  "product" text NOT NULL,
  "quantity" integer NOT NULL,
  "unit_price" decimal_text(10, 2) NOT NULL,
  PRIMARY KEY ("order_id", "line"),
  CONSTRAINT "order_line_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order" ("id") ON DELETE CASCADE
)`);
    expect(table(City)).toBe(`CREATE TABLE "city" (
  "id" uuid_text NOT NULL,
  "label" text NOT NULL,
  "country_iso" varchar(2) NOT NULL,
  "dial_ref" integer,
  PRIMARY KEY ("id"),
  CONSTRAINT "city_country_iso_fkey" FOREIGN KEY ("country_iso") REFERENCES "countries" ("iso") ON DELETE RESTRICT,
  CONSTRAINT "city_dial_ref_fkey" FOREIGN KEY ("dial_ref") REFERENCES "countries" ("phone")
)`);
    expect(table(Venue)).toBe(`CREATE TABLE "venue" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" text NOT NULL,
  "address_street" text NOT NULL,
  "address_city" text NOT NULL,
  "address_floor" integer
)`);
  });

  it('G1: the table of a many-to-many relation', () => {
    expect(builder.createManyToManySql(Post as unknown as Target)).toEqual([
      `CREATE TABLE "post_tags" (
  "post_id" integer NOT NULL,
  "tag_id" integer NOT NULL,
  PRIMARY KEY ("post_id", "tag_id"),
  CONSTRAINT "post_tags_post_id_fkey" FOREIGN KEY ("post_id") REFERENCES "post" ("id") ON DELETE CASCADE,
  CONSTRAINT "post_tags_tag_id_fkey" FOREIGN KEY ("tag_id") REFERENCES "tag" ("id") ON DELETE CASCADE
)`,
    ]);
  });

  it('G1, M8, X1: defaults, generated columns, custom types, and names with quotes', () => {
    expect(table(Odd)).toBe(`CREATE TABLE "odd ""table""" (
  "id" uuid_text NOT NULL,
  "na""me" text NOT NULL DEFAULT ('it''s'),
  "n" integer NOT NULL DEFAULT 5,
  "on" boolean NOT NULL DEFAULT 1,
  "off" boolean NOT NULL DEFAULT 0,
  "nothing" text DEFAULT NULL,
  "at" datetime_text NOT NULL DEFAULT (CURRENT_TIMESTAMP),
  "price" decimal_text(8, 2) NOT NULL,
  "double" integer GENERATED ALWAYS AS (n * 2) STORED,
  "triple" integer GENERATED ALWAYS AS (n * 3) STORED,
  "url" url_text,
  "point" point_text NOT NULL,
  "other" text NOT NULL,
  "color" text NOT NULL,
  "big" integer NOT NULL,
  "raw" blob NOT NULL,
  PRIMARY KEY ("id"),
  CONSTRAINT "odd_text" CHECK ("na""me" <> 'it''s ? "x"' AND ("color" = 'o''range' OR "n" BETWEEN -1 AND 2147483647)),
  CONSTRAINT "odd_price" CHECK (CAST(ROUND("price" * 100) AS INTEGER) >= 50 AND (CAST(ROUND("price" * 100) AS INTEGER) * 2) < 999),
  CONSTRAINT "odd_big" CHECK ("big" <= 9223372036854775807),
  CONSTRAINT "odd_raw" CHECK ((length("na""me") > 3 OR "raw" = x'ff')),
  CONSTRAINT "odd_match" CHECK (NOT ("na""me" GLOB '*[*][?]*'))
)`);
    expect(indexes(Odd)).toEqual([
      'CREATE UNIQUE INDEX "by ""n""" ON "odd ""table""" ("n" DESC, "na""me")',
      'CREATE INDEX "odd ""table""_price_idx" ON "odd ""table""" ("price") WHERE ("color" = \'red\' OR "color" = \'o\'\'range\') AND "on" = 1',
      'CREATE UNIQUE INDEX "odd_once" ON "odd ""table""" ("na""me", "n")',
    ]);
  });

  it('M5, G1: a schema, IF NOT EXISTS, DROP', () => {
    class Tenant extends model('note', { id: f.auto(), text: f.text({ index: true }) }, { schema: 'tenant "1"' }) {}
    expect(builder.createTableSql(Tenant as unknown as Target, { ifNotExists: true })).toBe(
      'CREATE TABLE IF NOT EXISTS "tenant ""1"""."note" (\n  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,\n  "text" text NOT NULL\n)',
    );
    expect(builder.dropTableSql(Tenant as unknown as Target, { ifExists: true })).toBe(
      'DROP TABLE IF EXISTS "tenant ""1"""."note"',
    );
    expect(builder.dropTableSql(Country as unknown as Target)).toBe('DROP TABLE "countries"');
  });

  it('G1: a check that other programs could not evaluate is refused', () => {
    const refusal = (
      condition: (b: { name: { lower(): { eq(v: string): never }; icontains(v: string): never } }) => never,
    ): (() => string) => {
      class Bad extends model(
        'bad',
        { id: f.auto(), name: f.string() },
        { constraints: [check('odd', condition as never)] },
      ) {}
      return () => table(Bad);
    };
    expect(refusal((b) => b.name.lower().eq('x'))).toThrow(
      failure(UnsupportedError, {
        code: 'E_UNSUPPORTED',
        message: 'SQLite cannot do this: to compute lower() in a constraint.',
      }),
    );
    expect(refusal((b) => b.name.icontains('x'))).toThrow(
      failure(UnsupportedError, {
        code: 'E_UNSUPPORTED',
        message: 'SQLite cannot do this: to ignore case, or match a regular expression, in a constraint.',
      }),
    );
  });

  it('G1: a check that reads another table is refused', () => {
    class Bad extends model(
      'bad_check',
      { id: f.auto(), author: f.foreignKey(() => Author) },
      {
        constraints: [
          check('far', (b) => (b as unknown as { author: { name: { eq(v: string): never } } }).author.name.eq('x')),
        ],
      },
    ) {}
    expect(() => table(Bad)).toThrow(
      failure(DefinitionError, {
        code: 'E_DEFINITION',
        message: "Bad: 'far' reads another table, which a constraint cannot.",
      }),
    );
  });
});

describe('in the database', () => {
  it('G1, M8: the statements run, their checks hold, and their defaults are read back', async () => {
    const db = await openTestDatabase({ models: [Odd] });
    const make = (values: object = {}): Odd =>
      new Odd({
        id: '0190a000-0000-7000-8000-000000000001',
        point: '1',
        other: '2',
        price: '1.00',
        raw: new Uint8Array([255]),
        color: "o'range",
        ...values,
      });
    const odd = make();
    await db.transaction((session) => session.add(odd));
    expect([odd.name, odd.n, odd.on, odd.off, odd.double, odd.triple, odd.at instanceof Date]).toEqual([
      "it's",
      5,
      true,
      false,
      10,
      15,
      true,
    ]);
    const fails = (values: object) =>
      db.transaction((session) =>
        session.add(make({ id: '0190a000-0000-7000-8000-000000000002', name: 'other', n: 9, ...values })),
      );
    await expect(fails({ name: 'it\'s ? "x"' })).rejects.toThrow(CheckViolationError);
    await expect(fails({ price: '0.49' })).rejects.toThrow(CheckViolationError);
    await expect(fails({ price: '5.00' })).rejects.toThrow(CheckViolationError);
    await expect(fails({ name: 'a*?b' })).rejects.toThrow(CheckViolationError);
    expect(await db.session().query(Odd).count()).toBe(1);
    await db.close();
  });

  it('G1: every index that is made exists, partial and unique ones as such', async () => {
    const db = await openTestDatabase();
    const expected = new Registry(models).models.flatMap((meta) => meta.indexes.map((item) => item.name)).toSorted();
    const rows = await db.session().sql<{
      name: string;
    }>`SELECT name FROM sqlite_schema WHERE type = ${'index'} AND sql IS NOT NULL ORDER BY name`;
    expect(rows.map((row) => row.name).toSorted()).toEqual(expected);
    await db.createAll();
    await expect(db.createAll({ ifNotExists: false })).rejects.toThrow(/already exists/);
    await db.dropAll({ confirm: true });
    expect(await db.session().sql`SELECT name FROM sqlite_schema WHERE name NOT LIKE ${'sqlite_%'}`).toEqual([]);
    await db.close();
  });

  it('M3: no declared type turns a text into a number', async () => {
    const db = await openTestDatabase();
    await db.transaction((session) =>
      session.add(
        new Sample({
          string: '007',
          text: '1e3',
          decimal: '1.50',
          date: '2024-02-29',
          time: '12:00:00',
          json: 5,
          enum: 'red',
          uuid: '01900000-0000-7000-8000-000000000000',
          datetime: new Date(0),
          bool: true,
          int: 5,
          bigint: 5n,
          float: 5,
        }),
      ),
    );
    const [row] = await db.session().sql<
      Record<string, string>
    >`SELECT typeof("string") AS string, typeof("text") AS text, typeof("decimal") AS decimal, typeof("date") AS date, typeof("time") AS time,
      typeof("json") AS json, typeof("enum") AS enum, typeof("uuid") AS uuid, typeof("datetime") AS datetime, typeof("bool") AS bool, typeof("int") AS int, typeof("bigint") AS bigint, typeof("float") AS float FROM sample`;
    expect(row).toEqual({
      string: 'text',
      text: 'text',
      decimal: 'text',
      date: 'text',
      time: 'text',
      json: 'text',
      enum: 'text',
      uuid: 'text',
      datetime: 'text',
      bool: 'integer',
      int: 'integer',
      bigint: 'integer',
      float: 'real',
    });
    await db.close();
  });
});
