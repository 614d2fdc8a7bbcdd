/** Classes that share a table, as they are defined: what they know of each other, and what is refused. */
import { describe, expect, it } from 'vitest';

import { DefinitionError, f, index, model, Registry, subModel } from 'blazeorm';
import { MySQLDialect, PostgresDialect, SchemaBuilder, SQLiteDialect } from 'blazeorm/schema';

import { Animal, animals, Cat, Dog } from '../../../src/testing/support/animals.ts';

const problemsOf = (make: () => unknown): readonly string[] => {
  try {
    make();
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
};

describe('models that share a table', () => {
  it('M11: M13: know each other', () => {
    expect(Cat.meta.inheritance).toEqual({
      root: Animal.meta,
      discriminator: Cat.meta.fieldByName.get('kind'),
      value: 'cat',
      columns: Cat.meta.fields,
      variants: new Map([['cat', { meta: Cat.meta, positions: [0, 1, 2, 3, 4, 5] }]]),
    });
    expect([...Animal.meta.inheritance!.variants]).toEqual([
      ['cat', { meta: Cat.meta, positions: [0, 1, 2, 3, 4, 5] }],
      ['dog', { meta: Dog.meta, positions: [0, 1, 2, 3, 4, 6, 7, 8] }],
    ]);
    expect(Animal.meta.inheritance!.columns.map(({ model: { name }, column }) => `${name}.${column}`)).toEqual([
      'Animal.id',
      'Animal.name',
      'Animal.kind',
      'Animal.owner_id',
      'Animal.mother_id',
      'Cat.lives',
      'Dog.breed',
      'Dog.trick',
      'Dog.kennel_id',
    ]);
    expect(Object.isFrozen(Animal.meta.inheritance)).toBe(true);
    expect(Dog.meta.relations.map(({ name, index: at, model: { name: owner } }) => [owner, name, at])).toEqual([
      ['Dog', 'owner', 0],
      ['Dog', 'mother', 1],
      ['Dog', 'kennel', 2],
      ['Dog', 'friends', 3],
    ]);
    expect(Dog.meta.indexes.map(({ name }) => name)).toEqual([
      'animal_name_key',
      'animal_owner_id_idx',
      'animal_mother_id_idx',
      'animal_kennel_id_idx',
      'animal_breed_idx',
    ]);
    expect(Dog.meta.ordering.map(({ field }) => field.name)).toEqual(['id']);
  });

  it('M11: G1: are one table on every database', () => {
    const sqlOf = (dialect: ConstructorParameters<typeof SchemaBuilder>[0]): string =>
      new SchemaBuilder(dialect).createTableSql(Dog);
    expect(sqlOf(new SQLiteDialect())).toBe(
      `CREATE TABLE "animal" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "name" varchar(40) NOT NULL,
  "kind" text NOT NULL,
  "owner_id" integer,
  "mother_id" integer,
  "lives" integer,
  "breed" varchar(40),
  "trick" varchar(40),
  "kennel_id" integer,
  CONSTRAINT "animal_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "owner" ("id"),
  CONSTRAINT "animal_mother_id_fkey" FOREIGN KEY ("mother_id") REFERENCES "animal" ("id"),
  CONSTRAINT "animal_kennel_id_fkey" FOREIGN KEY ("kennel_id") REFERENCES "kennel" ("id"),
  CONSTRAINT "dog_breed" CHECK ("kind" <> 'dog' OR "breed" <> ''),
  CONSTRAINT "animal_cat_required" CHECK ("kind" <> 'cat' OR "lives" IS NOT NULL),
  CONSTRAINT "animal_dog_required" CHECK ("kind" <> 'dog' OR "breed" IS NOT NULL)
)`,
    );
    const statements = new SchemaBuilder(new PostgresDialect()).createSql(animals);
    expect(statements.filter((sql) => sql.includes('"animal"')).map((sql) => sql.split('\n')[0])).toEqual([
      'CREATE TABLE "animal" (',
      'CREATE TABLE "owner" (',
      'CREATE TABLE "animal_friends" (',
      'CREATE UNIQUE INDEX "animal_name_key" ON "animal" ("name")',
      'CREATE INDEX "animal_owner_id_idx" ON "animal" ("owner_id")',
      'CREATE INDEX "animal_mother_id_idx" ON "animal" ("mother_id")',
      'CREATE INDEX "animal_kennel_id_idx" ON "animal" ("kennel_id")',
      'CREATE INDEX "animal_breed_idx" ON "animal" ("breed")',
      'ALTER TABLE "animal" ADD CONSTRAINT "animal_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "owner" ("id")',
    ]);
    expect(sqlOf(new MySQLDialect())).toContain("CONSTRAINT `dog_breed` CHECK (`kind` <> 'dog' OR `breed` <> '')");
  });

  it('M11: G1: require no key that the database itself may set', () => {
    class Item extends model(
      'item',
      { id: f.auto(), kind: f.string({ maxLength: 9 }) },
      { discriminator: 'kind', subclasses: () => [Part] },
    ) {}
    class Part extends subModel(Item, 'part', { of: f.foreignKey(() => Item, { onDelete: 'cascade' }) }) {}
    expect(new SchemaBuilder(new SQLiteDialect()).createTableSql(Part)).toBe(
      `CREATE TABLE "item" (
  "id" integer PRIMARY KEY AUTOINCREMENT NOT NULL,
  "kind" varchar(9) NOT NULL,
  "of_id" integer,
  CONSTRAINT "item_of_id_fkey" FOREIGN KEY ("of_id") REFERENCES "item" ("id") ON DELETE CASCADE
)`,
    );
  });

  it('M11: M2: are refused where they do not fit together', () => {
    class Fits extends model(
      'fits',
      { id: f.auto(), kind: f.string({ nullable: true }) },
      { discriminator: 'kind', subclasses: (): unknown => [Alpha, Beta, Stranger] },
    ) {}
    class Alpha extends subModel(Fits, 'a', { size: f.int() }) {}
    class Beta extends subModel(Fits, 'a', { size: f.int() }) {}
    class Unnamed extends subModel(Fits, 'c') {}
    class Stranger extends model('stranger', { id: f.auto() }) {}
    expect(problemsOf(() => new Registry([Fits, Unnamed]))).toEqual([
      'Fits.kind cannot be a discriminator: it has to be an enum, a text or an integer, and not nullable.',
      'Fits names a subclass at place 3 that does not extend it: write class … extends subModel(Fits, …).',
      "Alpha and Beta have the same discriminator 'a'.",
      "Alpha.size and Beta.size share the column 'size' of fits: move it to Fits, or give one another name with { column: … }.",
      'Unnamed extends Fits, which does not name it: add it to { subclasses: () => [...] }.',
    ]);

    class Empty extends model(
      'empty',
      { id: f.auto(), kind: f.enum(['a', 'b']) },
      { discriminator: 'kind', subclasses: () => [] },
    ) {}
    class None extends model('none', { id: f.auto() }, { discriminator: 'sort', subclasses: () => [] } as never) {}
    class Valued extends model('valued', { id: f.auto() }, { discriminatorValue: 'x' } as never) {}
    class Wide extends model(
      'wide',
      { id: f.auto(), kind: f.enum(['a']) },
      { discriminator: 'kind', subclasses: () => [Wider] },
    ) {}
    class Wider extends subModel(Wide, 'z' as never, {}) {}
    class Plain extends model('plain', { id: f.auto() }) {}
    class Lost extends (subModel as (...args: unknown[]) => typeof Plain)(Plain, 'x', {}) {}
    expect(problemsOf(() => new Registry([Empty, None, Valued, Wide, Lost]))).toEqual([
      'Empty has a discriminator and names no subclasses: () => [...].',
      'None has subclasses and needs the name of a field as their discriminator.',
      'Valued has a discriminatorValue and no discriminator: name the field with { discriminator: … }.',
      "Wider: Wide.kind cannot be 'z': it takes one of 'a', not a string.",
      'Lost extends Plain, which has no discriminator: give it { discriminator: …, subclasses: () => [Lost] }.',
      "Lost and Plain are both on the table 'plain': give one another with { table: … }.",
    ]);
  });

  it('M11: M2: are refused where they are written', () => {
    expect(problemsOf(() => subModel(Cat as never, 'lion', {}))).toEqual([
      'subModel(Cat, …): Cat is a subclass itself, and a subclass cannot be extended again.',
    ]);
    expect(problemsOf(() => subModel(Animal, 'lion', { name: f.string() }))).toEqual([
      "subModel(Animal, …) has a field 'name', which Animal has already: give it another name.",
    ]);
    expect(problemsOf(() => subModel(Animal, 'lion', {}, { table: 'lion' } as never))).toEqual([
      "subModel(Animal, …) has no option 'table'.",
    ]);
    expect(() => subModel({} as never, 'lion')).toThrow(
      'subModel() takes the class that it extends first, not a plain object.',
    );
    expect(() => subModel(Animal, '')).toThrow(
      'subModel(Animal, …) takes the value of the discriminator next, not a string.',
    );
    expect(problemsOf(() => subModel(Animal, 'lion', { mane: f.bool() }, { indexes: [index('mane')] }))).toEqual([]);
  });
});
