import { afterEach, describe, expect, it } from 'vitest';

import { check, Database, f, gte, index, model, oneOf, unique } from 'blazeorm';
import { SchemaBuilder, SQLiteDialect } from 'blazeorm/schema';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { models, OrderLine } from '../../support/models.ts';
import { plain, rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

const builder = new SchemaBuilder(new SQLiteDialect());
const open: Database[] = [];

async function execute(modelClasses: readonly unknown[]): Promise<Database> {
  const db = await Database.connect('sqlite::memory:', { models: modelClasses });
  open.push(db);
  await db.createAll({ ifNotExists: false });
  return db;
}

afterEach(async () => {
  for (const db of open.splice(0)) await db.close();
});

describe('tables', () => {
  class Owner extends model(
    'owner',
    { id: f.auto(), code: f.string({ unique: true, maxLength: 3 }), pets: f.manyToMany(() => Pet) },
    { comment: 'who' },
  ) {}
  class Pet extends model(
    'pet',
    {
      id: f.uuid({ primaryKey: true }),
      owner: f.foreignKey(() => Owner, { onDelete: 'cascade', onUpdate: 'cascade' }),
      byCode: f.foreignKey(() => Owner, { to: 'code', nullable: true, onDelete: 'set null', column: 'owner_code' }),
      friend: f.foreignKey(() => Pet, { nullable: true, onDelete: 'restrict', index: false }),
      house: f.oneToOne(() => Owner, { nullable: true, onDelete: 'set default' }),
      weight: f.decimal({ precision: 6, scale: 2 }),
      tame: f.bool({ default: true, dbDefault: true }),
      kind: f.enum(['cat', 'dog'], { dbDefault: "'cat'" }),
      born: f.datetime({ dbDefault: 'CURRENT_TIMESTAMP', nullable: true }),
      legs: f.smallInt({ dbDefault: 4 }),
      note: f.text({ default: '' }),
      data: f.json({ nullable: true }),
      blob: f.binary({ nullable: true }),
      big: f.bigint({ nullable: true }),
      ratio: f.float({ nullable: true }),
      day: f.date({ nullable: true }),
      time: f.time({ nullable: true }),
      names: f.array(f.string(), { nullable: true }),
      twice: f.int({ generated: 'legs * 2' }),
      at: f.embedded({ x: f.int(), y: f.int({ nullable: true }) }, { prefix: 'pos_' }),
    },
    {
      indexes: [
        index('owner', '-born'),
        index('kind', { where: { tame: true, kind: 'cat' }, name: 'tame_cats' }),
        index('weight', { unique: true, where: { weight: gte('1.5') } }),
      ],
      constraints: [
        unique('owner', 'kind'),
        check('legs_even', (p) => p.legs.gte(0)),
        check("it's heavy", (p) => p.weight.gte('0.5')),
        check('quoted', (p) => p.note.ne("o'clock?")),
        check('tame_flag', (p) => p.tame.eq(true)),
      ],
    },
  ) {}

  it('G1: whole tables: types, keys, actions, defaults, generated columns, checks with quotes, decimals and booleans', async () => {
    expect(builder.createTableSql(Owner)).toBe(
      [
        'CREATE TABLE "owner" (',
        '  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,',
        '  "code" varchar(3) NOT NULL',
        ')',
      ].join('\n'),
    );
    expect(builder.createTableSql(Pet, { ifNotExists: true })).toBe(
      [
        'CREATE TABLE IF NOT EXISTS "pet" (',
        '  "id" uuid_text NOT NULL,',
        '  "owner_id" integer NOT NULL,',
        '  "owner_code" varchar(3),',
        '  "friend_id" uuid_text,',
        '  "house_id" integer,',
        '  "weight" decimal_text(6, 2) NOT NULL,',
        '  "tame" boolean NOT NULL DEFAULT 1,',
        '  "kind" text NOT NULL DEFAULT (\'cat\'),',
        '  "born" datetime_text DEFAULT (CURRENT_TIMESTAMP),',
        '  "legs" smallint NOT NULL DEFAULT 4,',
        '  "note" text NOT NULL,',
        '  "data" json_text,',
        '  "blob" blob,',
        '  "big" integer,',
        '  "ratio" double,',
        '  "day" date_text,',
        '  "time" time_text,',
        '  "names" array_text,',
        '  "twice" integer GENERATED ALWAYS AS (legs * 2) STORED,',
        '  "pos_x" integer NOT NULL,',
        '  "pos_y" integer,',
        '  PRIMARY KEY ("id"),',
        '  CONSTRAINT "pet_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "owner" ("id") ON DELETE CASCADE ON UPDATE CASCADE,',
        '  CONSTRAINT "pet_owner_code_fkey" FOREIGN KEY ("owner_code") REFERENCES "owner" ("code") ON DELETE SET NULL,',
        '  CONSTRAINT "pet_friend_id_fkey" FOREIGN KEY ("friend_id") REFERENCES "pet" ("id") ON DELETE RESTRICT,',
        '  CONSTRAINT "pet_house_id_fkey" FOREIGN KEY ("house_id") REFERENCES "owner" ("id") ON DELETE SET DEFAULT,',
        '  CONSTRAINT "legs_even" CHECK ("legs" >= 0),',
        '  CONSTRAINT "it\'s heavy" CHECK (CAST(ROUND("weight" * 100) AS INTEGER) >= 50),',
        '  CONSTRAINT "quoted" CHECK ("note" <> \'o\'\'clock?\'),',
        '  CONSTRAINT "tame_flag" CHECK ("tame" = 1)',
        ')',
      ].join('\n'),
    );
    expect(builder.createManyToManySql(Owner)).toEqual([
      [
        'CREATE TABLE "owner_pets" (',
        '  "owner_id" integer NOT NULL,',
        '  "pet_id" uuid_text NOT NULL,',
        '  PRIMARY KEY ("owner_id", "pet_id"),',
        '  CONSTRAINT "owner_pets_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "owner" ("id") ON DELETE CASCADE,',
        '  CONSTRAINT "owner_pets_pet_id_fkey" FOREIGN KEY ("pet_id") REFERENCES "pet" ("id") ON DELETE CASCADE',
        ')',
      ].join('\n'),
    ]);
    expect(builder.createManyToManySql(Pet)).toEqual([]);
    expect(builder.createIndexSql(Pet)).toEqual(
      [
        'CREATE UNIQUE INDEX "pet_house_id_key" ON "pet" ("house_id")',
        'CREATE INDEX "pet_owner_code_idx" ON "pet" ("owner_code")',
        'CREATE INDEX "pet_owner_id_born_idx" ON "pet" ("owner_id", "born" DESC)',
        'CREATE INDEX "tame_cats" ON "pet" ("kind") WHERE ("tame" = 1) AND ("kind" = \'cat\')',
        'CREATE UNIQUE INDEX "pet_weight_key" ON "pet" ("weight") WHERE CAST(ROUND("weight" * 100) AS INTEGER) >= 150',
        'CREATE UNIQUE INDEX "pet_owner_id_kind_key" ON "pet" ("owner_id", "kind")',
      ].map((sql) => sql.replace('("tame" = 1) AND ("kind" = \'cat\')', '"tame" = 1 AND "kind" = \'cat\'')),
    );
    expect(builder.dropTableSql(Pet, { ifExists: true })).toBe('DROP TABLE IF EXISTS "pet"');
  });

  it('G1: M8: what was built runs, and does what it says', async () => {
    const db = await execute([Pet]);
    const session = db.session();
    const id = '0190a0a0-0000-7000-8000-00000000000a';
    const owner = new Owner({ code: 'ann' });
    const pet = new Pet({ id, owner, weight: '2', at: { x: 1 } });
    session.add(pet);
    await session.commit();
    expect([pet.tame, pet.kind, pet.legs, pet.twice]).toEqual([true, 'cat', 4, 8]);
    const heavy = { name: 'CheckViolationError', constraint: "it's heavy" };
    expect(await errorOf(() => session.sql`UPDATE pet SET weight = '0.40'`)).toMatchObject(heavy);
    expect(await errorOf(() => session.sql`UPDATE pet SET tame = 0`)).toMatchObject({ constraint: 'tame_flag' });
    expect(await errorOf(() => session.sql`UPDATE pet SET note = 'o''clock?'`)).toMatchObject({ constraint: 'quoted' });
    await session.sql`UPDATE owner SET id = 5`;
    expect((await rowsOf(db))['pet']).toMatchObject([
      { id, owner_id: 5, weight: '2.00', tame: 1, kind: 'cat', legs: 4, twice: 8, pos_x: 1, pos_y: null },
    ]);
    expect(await session.sql`PRAGMA foreign_key_check`).toEqual([]);
    await session.sql`DELETE FROM owner`;
    expect(await rowsOf(db)).toEqual({});
    await session.close();
  });

  it('G1: M7: a composite key, with a relation in it', () => {
    expect(builder.createTableSql(OrderLine)).toBe(
      [
        'CREATE TABLE "order_line" (',
        '  "order_id" integer NOT NULL,',
        '  "line" integer NOT NULL,',
        '  "product" text NOT NULL,',
        '  "quantity" integer NOT NULL,',
        '  "unit_price" decimal_text(10, 2) NOT NULL,',
        '  PRIMARY KEY ("order_id", "line"),',
        '  CONSTRAINT "order_line_order_id_fkey" FOREIGN KEY ("order_id") REFERENCES "order" ("id") ON DELETE CASCADE',
        ')',
      ].join('\n'),
    );
    expect(builder.createIndexSql(OrderLine)).toEqual([]);
  });

  it('X1: names with quotes, spaces and keywords stay names', async () => {
    class Odd extends model(
      'odd',
      { id: f.auto(), a: f.string({ column: 'drop "table"; --' }), select: f.int({ index: true }) },
      { table: 'the "odd" table', constraints: [check('a "check"', (p) => p.select.gte(0))] },
    ) {}
    const db = await execute([Odd]);
    const session = db.session();
    session.add(new Odd({ a: 'x', select: 1 }));
    await session.commit();
    expect(await rowsOf(db)).toEqual({ 'the "odd" table': [{ id: 1, 'drop "table"; --': 'x', select: 1 }] });
    expect(plain(await session.get(Odd, 1))).toEqual({ id: 1, a: 'x', select: 1 });
    await session.close();
  });

  it('G1: a partial index over a list of values', async () => {
    class Listed extends model(
      'listed',
      { id: f.auto(), kind: f.string() },
      { indexes: [index('kind', { where: { kind: oneOf(['a', 'b']) } })] },
    ) {}
    expect(builder.createIndexSql(Listed)).toEqual([
      `CREATE INDEX "listed_kind_idx" ON "listed" ("kind") WHERE ("kind" = 'a' OR "kind" = 'b')`,
    ]);
    await execute([Listed]);
  });

  it('refuses conditions that read another table, by name', async () => {
    class Parent extends model('parent', { id: f.auto(), name: f.string() }) {}
    class Child extends model(
      'child',
      { id: f.auto(), parent: f.foreignKey(() => Parent) },
      { indexes: [index('parent', { name: 'named', where: { parent: { name: 'x' } as never } })] },
    ) {}
    expect(await errorOf(() => builder.createIndexSql(Child))).toMatchObject({
      name: 'DefinitionError',
      code: 'E_DEFINITION',
      model: 'Child',
      constraint: 'named',
      message: "Child: 'named' reads another table, which a constraint cannot.",
    });
  });
});

describe('createAll and dropAll', () => {
  const tables = (statements: readonly string[]): string[] =>
    statements.flatMap(
      (sql) => /^(?:CREATE TABLE(?: IF NOT EXISTS)?|DROP TABLE(?: IF EXISTS)?) "([^"]+)"/.exec(sql)?.[1] ?? [],
    );

  it('G1: creates each table after those that it refers to, in one transaction, drops in reverse, and does both twice', async () => {
    const db = await Database.connect('sqlite::memory:', { models: [...models].toReversed() });
    open.push(db);
    const created = await statementsOf(() => db.createAll());
    expect([created[0], created.at(-1)]).toEqual(['BEGIN', 'COMMIT']);
    const order = tables(created);
    const late = db.registry.models.flatMap(({ table, relations }) =>
      relations
        .filter(({ owning, target }) => owning && order.indexOf(target.table) > order.indexOf(table))
        .map((relation) => `${table}.${relation.name}`),
    );
    expect(late).toEqual([]);
    expect(order.toSorted()).toEqual(db.registry.models.map(({ table }) => table).toSorted());
    await db.createAll();
    expect(await db.session().sql`PRAGMA foreign_key_check`).toEqual([]);
    const dropped = await statementsOf(() => db.dropAll({ confirm: true }));
    expect(tables(dropped)).toEqual(order.toReversed());
    await db.dropAll({ confirm: true });
    expect(await db.session().sql`SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`).toEqual([]);
    await db.createAll({ ifNotExists: false });
  });

  it('G1: createAll of what exists, without ifNotExists, fails and leaves everything as it was', async () => {
    const db = await openTestDatabase();
    open.push(db);
    await db.session().sql`DROP TABLE comment`;
    const before = await db.session().sql`SELECT name FROM sqlite_schema ORDER BY name`;
    expect(await errorOf(() => db.createAll({ ifNotExists: false }))).toMatchObject({
      name: 'DatabaseError',
      message: expect.stringContaining('already exists'),
    });
    expect(await db.session().sql`SELECT name FROM sqlite_schema ORDER BY name`).toEqual(before);
    await db.createAll();
  });

  it('dropAll wants to be told that it is meant', async () => {
    const db = await openTestDatabase();
    open.push(db);
    for (const options of [undefined, {}, { confirm: false }, { confirm: 'yes' }]) {
      expect(await errorOf(() => db.dropAll(options as never))).toMatchObject({
        name: 'ConfigError',
        code: 'E_CONFIG',
        message: 'dropAll() deletes every row of every model. Say dropAll({ confirm: true }) if that is meant.',
      });
    }
    const empty = await Database.connect('sqlite::memory:');
    open.push(empty);
    expect(await errorOf(() => empty.createAll())).toMatchObject({
      code: 'E_CONFIG',
      message: 'The database was given no models. Pass them: Database.connect(dsn, { models: [...] }).',
    });
  });

  it('G1: tables that refer to each other, with rows in them, are dropped too', async () => {
    class Team extends model('team', { id: f.auto(), captain: f.foreignKey(() => Player, { nullable: true }) }) {}
    class Player extends model('player', { id: f.auto(), team: f.foreignKey(() => Team) }) {}
    const db = await execute([Team]);
    const session = db.session();
    const team = new Team({});
    team.captain = new Player({ team });
    session.add(team);
    await session.commit();
    await db.dropAll({ confirm: true });
    expect(await session.sql`SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'`).toEqual([]);
    await session.close();
  });
});
