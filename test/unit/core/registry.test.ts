import { describe, expect, it } from 'vitest';

import { check, Database, DefinitionError, f, index, model, Registry, unique } from 'blazeorm';

import { Author, models, Post } from '../../support/models.ts';

function problemsOf(...classes: unknown[]): readonly string[] {
  try {
    new Registry(classes);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}

/** A target that cannot be typed, because it is wrong. */
const wrong = (value: unknown) => (() => value) as never;

describe('Registry', () => {
  it('M13: it holds the models, what they reach, and the link tables between them', () => {
    const tables = new Registry([Post]).models.map((meta) => meta.table);
    expect(tables.toSorted()).toEqual(['author', 'comment', 'post', 'post_tags', 'profile', 'tag']);
  });

  it('G1: names that a database would cut are refused, and those that are made are short enough', () => {
    const long = 'x'.repeat(64);
    class Long extends model(
      'long',
      { id: f.auto(), [long]: f.int(), other: f.int({ column: `${long}y` }) },
      {
        indexes: [index('other'), index('other', 'id', { name: `${long}z` })],
        constraints: [check(`${long}c`, (l) => (l as unknown as { id: { gte(n: number): never } }).id.gte(0))],
      },
    ) {}
    expect(problemsOf(Long)).toEqual([
      `Long: the name of the column '${long}' has more than 63 bytes: give it another with { column: … }.`,
      `Long: the name of the column '${long}y' has more than 63 bytes: give it another with { column: … }.`,
      `Long: the name of the index '${long}z' has more than 63 bytes: give it another with { name: … }.`,
      `Long: the name of the check '${long}c' has more than 63 bytes: give it another.`,
    ]);
  });

  it('M13: metadata is made once, however many registries ask', () => {
    const [first, second] = [new Registry(models), new Registry([Author])];
    for (const meta of second.models) expect(first.models).toContain(meta);
    expect(first.models.find((meta) => meta.modelClass === (Post as unknown))).toBe(Post.meta);
  });

  it('R2: one error lists every problem of all models', async () => {
    class Owner extends model('owner', {
      id: f.auto(),
      pets: f.reverse(() => Pet, 'ownr'),
      again: f.reverse(() => Pet, 'keeper'),
      twice: f.reverse(() => Pet, 'keeper'),
      single: f.reverseOne(() => Pet, 'keeper2'),
      stranger: f.reverse(() => Pet, 'vet'),
    }) {}
    class Vet extends model('vet', { id: f.auto() }) {}
    class Pet extends model('pet', {
      id: f.auto(),
      owner: f.foreignKey(() => Owner, { nullable: true }),
      keeper: f.foreignKey(() => Owner),
      keeper2: f.foreignKey(() => Owner),
      vet: f.foreignKey(() => Vet, { onDelete: 'set null' }),
      ghost: f.foreignKey(wrong(undefined)),
      text: f.foreignKey(wrong('Owner')),
    }) {}
    class Twin extends model('pet', { key: f.string() }) {}
    const expected = [
      'Pet.ghost refers to something that is not a model: write it as () => TheModel, and check for circular imports.',
      'Pet.text refers to something that is not a model: write it as () => TheModel, and check for circular imports.',
      'Twin has no primary key: add id: f.auto(), or name its fields with { primaryKey: [...] }.',
      "Pet.vet has onDelete: 'set null' but is not nullable.",
      "Owner.pets is the reverse of Pet.ownr, which is no relation of that model. Did you mean 'owner'?",
      'Owner.twice and Owner.again are both the reverse of Pet.keeper: keep one.',
      'Owner.single is the reverse of a relation to many: use f.reverse().',
      'Owner.stranger is the reverse of Pet.vet, which refers to Vet, not to Owner.',
      "Twin and Pet are both on the table 'pet': give one another with { table: … }.",
    ];
    expect(problemsOf(Owner, Twin).toSorted()).toEqual(expected.toSorted());
    const failure: unknown = await Database.connect('sqlite::memory:', { models: [Owner, Twin] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(DefinitionError);
    expect(failure).toMatchObject({ code: 'E_DEFINITION' });
    for (const problem of expected) expect((failure as Error).message).toContain(`  - ${problem}`);
    // The models are wrong wherever they are used, and a failed attempt leaves nothing behind.
    expect(() => Vet.meta.table).not.toThrow();
    expect(() => Owner.meta).toThrow(DefinitionError);
  });

  it('R2: a cycle of required keys is named, a nullable one breaks it', () => {
    class A extends model('cycle_a', { id: f.auto(), b: f.foreignKey(() => B) }) {}
    class B extends model('cycle_b', { id: f.auto(), c: f.foreignKey(() => C) }) {}
    class C extends model('cycle_c', { id: f.auto(), a: f.foreignKey(() => A) }) {}
    expect(problemsOf(A)).toEqual(['A → B → C → A is a cycle of required keys: make one of them nullable.']);
    class D extends model('cycle_d', { id: f.auto(), e: f.foreignKey(() => E) }) {}
    class E extends model('cycle_e', { id: f.auto(), d: f.foreignKey(() => D, { nullable: true }) }) {}
    expect(problemsOf(D)).toEqual([]);
  });

  it('R1: M7: a foreign key to a composite key has to name its fields, or a unique column', () => {
    class Line extends model(
      'line',
      { a: f.int(), b: f.int(), code: f.string({ unique: true }), plain: f.int() },
      { primaryKey: ['a', 'b'] },
    ) {}
    class Bad extends model('bad_fk', {
      id: f.auto(),
      line: f.foreignKey(() => Line),
      plain: f.foreignKey(() => Line, { to: 'plain' }),
      typo: f.foreignKey(() => Line, { to: 'coed' as 'code' }),
      lines: f.manyToMany(() => Line),
    }) {}
    expect(problemsOf(Bad)).toEqual([
      "Bad.line refers to Line, whose key has 2 columns: declare a field for each, and name them in that order, { fields: ['a', 'b'] }; or name one unique column with { to: … }.",
      'Bad.plain refers to Line.plain, which is not unique: add unique: true there.',
      "Bad.typo refers to Line.coed, which is no field. Did you mean 'code'?",
    ]);
    class Good extends model('good_fk', { id: f.auto(), line: f.foreignKey(() => Line, { to: 'code' }) }) {}
    expect(problemsOf(Good)).toEqual([]);
    expect(Good.meta.fields.map((field) => (field as unknown as { type: { kind: string } }).type.kind)).toEqual([
      'int',
      'string',
    ]);
  });

  it('R1: a through model needs one key to each side, two to one side of a self-relation', () => {
    class Left extends model('left', { id: f.auto(), rights: f.manyToMany(() => Right, { through: () => Link }) }) {}
    class Right extends model('right', { id: f.auto() }) {}
    class Link extends model('link', { id: f.auto(), left: f.foreignKey(() => Left) }) {}
    expect(problemsOf(Left)).toEqual([
      'Left.rights goes through Link, which needs exactly one foreign key to Left and one to Right.',
    ]);
    class Node extends model('node', { id: f.auto(), next: f.manyToMany(() => Node, { through: () => Edge }) }) {}
    class Edge extends model('edge', { id: f.auto(), from: f.foreignKey(() => Node) }) {}
    expect(problemsOf(Node)).toEqual(['Node.next goes through Edge, which needs exactly two foreign keys to Node.']);
  });

  it('M7: keys that are missing, doubled, nullable or misnamed', () => {
    class Doubled extends model('k1', { a: f.int({ primaryKey: true }), b: f.int({ primaryKey: true }) }) {}
    class Misnamed extends model('k2', { a: f.int(), b: f.int() }, { primaryKey: ['a', 'c' as 'b'] }) {}
    class Nullable extends model('k3', { a: f.int(), b: f.int({ nullable: true }) }, { primaryKey: ['a', 'b'] }) {}
    class Partly extends model('k4', { a: f.int({ primaryKey: true }), b: f.int() }, { primaryKey: ['b'] }) {}
    expect(problemsOf(Doubled, Misnamed, Nullable, Partly)).toEqual([
      'Doubled has 2 fields with primaryKey: true: for a composite key name them in the options, { primaryKey: [...] }.',
      "Misnamed: the primary key names 'c', which is no field. Did you mean 'a'?",
      'Nullable.b is part of the primary key and cannot be nullable.',
      'Partly: { primaryKey: [...] } must name every field of the key.',
    ]);
  });

  it('M2: names in ordering, indexes and constraints, columns and key values that clash', () => {
    class Bad extends model(
      'clash',
      {
        id: f.auto(),
        title: f.string(),
        heading: f.string({ column: 'TITLE' }),
        author: f.foreignKey(() => Author),
        authorId: f.int(),
        v1: f.version(),
        v2: f.version(),
        odd: 'string' as never,
      },
      {
        ordering: ['-titel' as 'title'],
        indexes: [index('title'), index('title'), index('nope' as 'title')],
        constraints: [unique('heading', { name: 'clash_title_idx' })],
      },
    ) {}
    expect(problemsOf(Bad).toSorted()).toEqual(
      [
        'Bad.odd is not a field: make it with f, as in f.string().',
        "Bad.authorId is the key value of the relation 'author': remove the field of that name, or rename the relation.",
        "Bad.title and Bad.heading share the column 'TITLE': give one another name with { column: … }.",
        "Bad.authorId and Bad.authorId share the column 'author_id': give one another name with { column: … }.",
        'Bad has 2 version fields: keep one.',
        "Bad: ordering names 'titel', which is no field. Did you mean 'title'?",
        "Bad: index() names 'nope', which is no field. Use one of: id, title, heading, authorId, v1, v2, author.",
        "Bad has two indexes or constraints named 'clash_title_idx': give one another name with { name: … }.",
      ].toSorted(),
    );
  });

  it('M2: two tables do not have indexes of one name', () => {
    class Left extends model('left_side', { id: f.auto(), a: f.int() }, { indexes: [index('a', { name: 'by_a' })] }) {}
    class Right extends model(
      'right_side',
      { id: f.auto(), a: f.int() },
      { indexes: [index('a', { name: 'By_A' })] },
    ) {}
    expect(problemsOf(Left, Right)).toEqual([
      "Left and Right both have an index named 'By_A': give one another name with { name: … }.",
    ]);
  });

  it('M2: M13: conditions of constraints are looked at when the database is opened, and a field has a name', async () => {
    class Wrong extends model(
      'wrong',
      { id: f.auto(), n: f.int() },
      { constraints: [check('many', ((w: { m: { gt(n: number): never } }) => w.m.gt(3)) as never)] },
    ) {}
    await expect(Database.connect('sqlite::memory:', { models: [Wrong] })).rejects.toMatchObject({
      code: 'E_UNKNOWN_FIELD',
      model: 'Wrong',
      field: 'm',
    });
    class Nameless extends model('nameless', { id: f.auto(), '': f.int() }) {}
    expect(problemsOf(Nameless)).toEqual(['Nameless has a field without a name.']);
  });

  it('R2: what is not a model is named', () => {
    expect(problemsOf(class Plain {}, 'Post', {}, undefined)).toEqual(
      ['Plain', 'string', 'object', 'undefined'].map(
        (name) => `${name} is not a model: a model is a class that extends model(…).`,
      ),
    );
  });

  it('R2: two classes on one call of model() are refused, and so is a class where a function belongs', () => {
    const Base = model('shared', { id: f.auto() });
    class One extends Base {}
    class Two extends Base {}
    expect(problemsOf(One, Two)).toEqual([
      "One and Two share one call of model('shared', …): each model needs its own.",
    ]);
    class Direct extends model('direct', { id: f.auto(), author: f.foreignKey(Author as never) }) {}
    expect(problemsOf(Direct)).toEqual([
      'Direct.author refers to something that is not a model: write it as () => TheModel, and check for circular imports.',
    ]);
  });

  it('R2: a relation to a model that is not defined yet says so, and is well once it is', () => {
    const Early = class Early extends model('early', { id: f.auto(), late: f.foreignKey(() => Late) }) {};
    expect(problemsOf(Early)).toEqual([
      'Early.late refers to a model that is not defined yet: import its file before the models are first used.',
    ]);
    class Late extends model('late', { id: f.auto() }) {}
    expect(problemsOf(Early)).toEqual([]);
  });

  it('R1: many-to-many of a model with itself has two columns of different names', () => {
    class User extends model('user', { id: f.auto(), friends: f.manyToMany(() => User) }) {}
    const [, link] = new Registry([User]).models;
    expect(link!.table).toBe('user_friends');
    expect(link!.fields.map((field) => field.column)).toEqual(['from_user_id', 'to_user_id']);
  });
});
