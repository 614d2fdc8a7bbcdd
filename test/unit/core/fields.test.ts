import { describe, expect, it } from 'vitest';

import { DefinitionError, f, index, InvalidValueError, model, Registry, unique, UnknownFieldError } from 'blazeorm';

import { Author, City, Country, Post, Sample, Venue } from '../../support/models.ts';

/** The constructor as JavaScript sees it: the types would refuse what these tests are about. */
type Loose = new (init?: unknown) => Record<string, unknown>;
const loose = (modelClass: unknown): Loose => modelClass as Loose;

class Everything extends model('everything', {
  id: f.bigAuto(),
  int: f.int({ default: 1 }),
  smallInt: f.smallInt({ default: 2 }),
  bigint: f.bigint({ default: 3n }),
  float: f.float({ default: 0.5 }),
  decimal: f.decimal({ precision: 5, scale: 2, default: '1.50' }),
  string: f.string({ maxLength: 10, default: 'a' }),
  text: f.text({ default: () => 'made' }),
  bool: f.bool({ default: false }),
  date: f.date({ default: '2026-01-31' }),
  time: f.time({ default: '12:00:00' }),
  datetime: f.datetime({ autoNowAdd: true }),
  touched: f.datetime({ autoNow: true }),
  uuid: f.uuid({ default: '0190a000-0000-7000-8000-000000000000' }),
  json: f.json<{ list: number[] }>({ default: { list: [1] } }),
  enum: f.enum(['x', 'y'], { default: 'x' }),
  binary: f.binary({ default: new Uint8Array([1, 2]) }),
  array: f.array(f.int(), { default: [1] }),
  custom: f.custom<URL>(
    { codec: { encode: String, decode: (raw) => new URL(raw as string) }, type: 'text' },
    { nullable: true },
  ),
  version: f.version(),
  filled: f.string({ dbDefault: "'db'" }),
  doubled: f.int({ generated: 'int * 2' }),
}) {}

describe('definitions', () => {
  it('M2, M13: every kind of column is described by the metadata', () => {
    const described = Everything.meta.fields.map((field) => {
      const { name, column, type, nullable, primaryKey, generation } = field as unknown as {
        name: string;
        column: string;
        type: { kind: string };
        nullable: boolean;
        primaryKey: boolean;
        generation: unknown;
      };
      return [name, column, type.kind, nullable, primaryKey, generation];
    });
    expect(described).toEqual([
      ['id', 'id', 'bigint', false, true, 'identity'],
      ['int', 'int', 'int', false, false, undefined],
      ['smallInt', 'small_int', 'smallInt', false, false, undefined],
      ['bigint', 'bigint', 'bigint', false, false, undefined],
      ['float', 'float', 'float', false, false, undefined],
      ['decimal', 'decimal', 'decimal', false, false, undefined],
      ['string', 'string', 'string', false, false, undefined],
      ['text', 'text', 'text', false, false, undefined],
      ['bool', 'bool', 'bool', false, false, undefined],
      ['date', 'date', 'date', false, false, undefined],
      ['time', 'time', 'time', false, false, undefined],
      ['datetime', 'datetime', 'datetime', false, false, 'now on insert'],
      ['touched', 'touched', 'datetime', false, false, 'now on save'],
      ['uuid', 'uuid', 'uuid', false, false, undefined],
      ['json', 'json', 'json', false, false, undefined],
      ['enum', 'enum', 'enum', false, false, undefined],
      ['binary', 'binary', 'binary', false, false, undefined],
      ['array', 'array', 'array', false, false, undefined],
      ['custom', 'custom', 'custom', true, false, undefined],
      ['version', 'version', 'int', false, false, 'version'],
      ['filled', 'filled', 'string', false, false, 'database'],
      ['doubled', 'doubled', 'int', false, false, 'database'],
    ]);
  });

  it('M13: a model knows its relations, key and indexes', () => {
    const { meta } = Post as unknown as {
      meta: {
        relations: { name: string; kind: string; many: boolean; nullable: boolean; target: { name: string } }[];
        primaryKey: string[];
        indexes: { name: string; unique: boolean; parts: { field: { name: string }; descending: boolean }[] }[];
        checks: { name: string }[];
      };
    };
    expect(meta.relations.map((r) => [r.name, r.kind, r.many, r.nullable, r.target.name])).toEqual([
      ['author', 'foreignKey', false, false, 'Author'],
      ['reviewer', 'foreignKey', false, true, 'Author'],
      ['tags', 'manyToMany', true, false, 'Tag'],
      ['comments', 'reverse', true, false, 'Comment'],
    ]);
    expect(meta.primaryKey).toEqual(['id']);
    expect(meta.indexes.map((i) => [i.name, i.unique, i.parts.map((c) => [c.field.name, c.descending])])).toEqual([
      ['post_reviewer_id_idx', false, [['reviewerId', false]]],
      [
        'post_author_id_created_at_idx',
        false,
        [
          ['authorId', false],
          ['createdAt', true],
        ],
      ],
      ['post_title_idx', false, [['title', false]]],
      [
        'post_author_id_title_key',
        true,
        [
          ['authorId', false],
          ['title', false],
        ],
      ],
    ]);
    expect(meta.checks.map((c) => c.name)).toEqual(['views_positive']);
  });

  it('M4: a column may be named otherwise than its attribute', () => {
    const columns = (modelClass: { meta: { fields: readonly { name: string; column: string }[] } }) =>
      modelClass.meta.fields.map((field) => [field.name, field.column]);
    expect(columns(Country)).toEqual([
      ['code', 'iso'],
      ['name', 'country_name'],
      ['dialCode', 'phone'],
    ]);
    expect(columns(City)).toEqual([
      ['id', 'id'],
      ['name', 'label'],
      ['countryId', 'country_iso'],
      ['dialId', 'dial_ref'],
    ]);
  });

  it('M7: a foreign key has the type of what it refers to, a key or another unique column', () => {
    const types = City.meta.fields.map((field) => (field as unknown as { type: { kind: string } }).type.kind);
    expect(types).toEqual(['uuid', 'string', 'string', 'int']);
  });

  it('M13: metadata is frozen through and through, maps too', () => {
    const meta = Venue.meta as unknown as {
      fields: { path: string[]; type: object }[];
      relations: unknown[];
      primaryKey: string[];
      fieldByName: Map<string, unknown>;
      relationByName: Map<string, unknown>;
      embeddedByName: Map<string, { fields: unknown[] }>;
      table: string;
    };
    for (const part of [
      meta,
      meta.fields,
      meta.relations,
      meta.primaryKey,
      ...meta.fields,
      ...meta.fields.map((x) => x.path),
    ]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
    for (const field of meta.fields) expect(Object.isFrozen(field.type)).toBe(true);
    const embedded = meta.embeddedByName.get('address')!;
    expect(Object.isFrozen(embedded) && Object.isFrozen(embedded.fields)).toBe(true);
    for (const map of [meta.fieldByName, meta.relationByName, meta.embeddedByName]) {
      expect(() => map.clear()).toThrow(new TypeError('The metadata of Venue is frozen.'));
      expect(() => map.delete('name')).toThrow(TypeError);
      expect(() => map.set('x', 1)).toThrow(TypeError);
    }
    expect(() => {
      meta.table = 'x';
    }).toThrow(TypeError);
  });

  it.each([
    ["f.string() has no option 'maxlength'. Did you mean 'maxLength'?", () => f.string({ maxlength: 5 } as object)],
    ["f.int() has no option 'nulable'. Did you mean 'nullable'?", () => f.int({ nulable: true } as object)],
    ["f.auto() has no option 'default'.", () => f.auto({ default: 1 } as object)],
    [
      "f.foreignKey() has no option 'ondelete'. Did you mean 'onDelete'?",
      () => f.foreignKey(() => Author, { ondelete: 'cascade' } as object),
    ],
    ["f.manyToMany() has no option 'nullable'.", () => f.manyToMany(() => Author, { nullable: true } as object)],
    [
      "f.embedded() has no option 'prefx'. Did you mean 'prefix'?",
      () => f.embedded({ a: f.int() }, { prefx: 'x' } as object),
    ],
    ["f.version() has no option 'default'.", () => f.version({ default: 3 } as object)],
    ["f.custom() has no option 'codek'. Did you mean 'codec'?", () => f.custom({ codek: {}, type: 'text' } as never)],
    ['f.string() takes its options as an object, not an integer.', () => f.string(20 as never)],
    [
      "f.foreignKey() does not know what its 'onDelete' says. Use one of: cascade, restrict, set null, set default, no action.",
      () => f.foreignKey(() => Author, { onDelete: 'cascade; DROP TABLE post' } as never),
    ],
    ["f.decimal() needs 'precision' as an integer of at least 1.", () => f.decimal({ scale: 2 } as never)],
    ["f.decimal() needs 'precision' as an integer of at least 1.", () => (f.decimal as () => unknown)()],
    ["f.decimal() needs a 'scale' that is not above its 'precision'.", () => f.decimal({ precision: 2, scale: 3 })],
    ["f.string() needs 'maxLength' as an integer of at least 1.", () => f.string({ maxLength: 0 })],
    ["f.string() needs 'maxLength' as an integer of at least 1.", () => f.string({ maxLength: '10; --' } as never)],
    ['f.enum() needs a list of at least one string.', () => f.enum([])],
    ['f.enum() needs a list of at least one string.', () => f.enum([1] as never)],
    [
      'f.array() takes the column that its items are like, as in f.array(f.string()).',
      () => f.array(undefined as never),
    ],
    ["f.custom() needs a 'codec' with encode() and decode().", () => f.custom({ codec: {}, type: 'text' } as never)],
    [
      "f.custom() needs a 'type': the column's type in SQL, or one for each dialect by its name.",
      () => f.custom({ codec: { encode: String, decode: String } } as never),
    ],
    [
      "model('x', …) has no option 'tabel'. Did you mean 'table'?",
      () => model('x', { id: f.auto() }, { tabel: 'y' } as object),
    ],
    ["model('x', …) takes an object of fields, not undefined.", () => (model as (name: string) => unknown)('x')],
    [
      "model('x', …) takes its options as an object, not a string.",
      () => model('x', { id: f.auto() }, 'posts' as never),
    ],
    ["index() has no option 'nme'. Did you mean 'name'?", () => index('a', { nme: 'x' } as never)],
    ["unique() has no option 'where'.", () => unique('a', { where: {} } as never)],
    [
      'index() takes the names of one or more fields, or callbacks, and options last.',
      () => (index as () => unknown)(),
    ],
  ])('M2: refused where it is written: %s', (message, define) => {
    expect(define).toThrow(DefinitionError);
    expect(define).toThrow(
      expect.objectContaining({ code: 'E_DEFINITION', message: expect.stringContaining(message) as string }) as Error,
    );
  });

  it('M2: names that every entity needs cannot be fields', () => {
    const fields = { id: f.auto(), pk: f.int(), load: f.int(), toJSON: f.int(), constructor: f.int() };
    const Bad = class Bad extends (model('bad', fields as unknown as { id: typeof fields.id }) as new (
      init: object,
    ) => object) {};
    expect(() => new Registry([Bad])).toThrow(DefinitionError);
    const problems = ['pk', 'load', 'toJSON', 'constructor'].map(
      (name) => expect.stringContaining(`Bad.${name} clashes with a member that every model has`) as string,
    );
    expect(problemsOf(Bad)).toEqual(problems);
  });

  it('M2: a default that the column cannot hold is found before the first row', () => {
    const Bad = class Bad extends model('bad', {
      id: f.auto(),
      count: f.int({ default: 1.5 }),
      role: f.enum(['a'], { default: 'b' as 'a' }),
      price: f.decimal({ precision: 4, scale: 2, default: '1.005' }),
    }) {};
    expect(problemsOf(Bad)).toEqual([
      'Bad.count has a default that it cannot hold: it takes an integer, not a fractional number.',
      "Bad.role has a default that it cannot hold: it takes one of 'a', not a string.",
      'Bad.price has a default that it cannot hold: it takes at most 2 digits after the point.',
    ]);
  });
});

describe('construction', () => {
  it('M2: defaults are filled in, made anew for each entity, and left to the database where it has them', () => {
    const [a, b] = [new (loose(Everything))({}), new (loose(Everything))({})];
    expect({ ...a }).toEqual({
      id: undefined,
      int: 1,
      smallInt: 2,
      bigint: 3n,
      float: 0.5,
      decimal: '1.50',
      string: 'a',
      text: 'made',
      bool: false,
      date: '2026-01-31',
      time: '12:00:00',
      datetime: undefined,
      touched: undefined,
      uuid: '0190a000-0000-7000-8000-000000000000',
      json: { list: [1] },
      enum: 'x',
      binary: new Uint8Array([1, 2]),
      array: [1],
      custom: null,
      version: 1,
      filled: undefined,
      doubled: undefined,
    });
    expect(a['json']).not.toBe(b['json']);
    expect(a['array']).not.toBe(b['array']);
    expect(a['binary']).not.toBe(b['binary']);
  });

  it.each([
    ['a typo', { titel: 'x' }, 'titel', "Did you mean 'title'?"],
    [
      'the key value of a relation',
      { authorId: 1 },
      'authorId',
      'Give the relation instead: { author: … } takes an instance, a reference or a key.',
    ],
    ['a collection', { comments: [] }, 'comments', 'A collection is filled after construction: comments.add(…).'],
    ['__proto__ from JSON', JSON.parse('{"__proto__": {"isAdmin": true}}') as object, '__proto__', 'Use one of:'],
    ['constructor from JSON', JSON.parse('{"constructor": {"prototype": {}}}') as object, 'constructor', 'Use one of:'],
    ['toString', { toString: 'x' }, 'toString', 'Use one of:'],
  ])('M2, X2: an unknown key is refused: %s', (_, init, field, remedy) => {
    const call = (): unknown => new (loose(Post))(init);
    expect(call).toThrow(UnknownFieldError);
    expect(call).toThrow(
      expect.objectContaining({
        code: 'E_UNKNOWN_FIELD',
        model: 'Post',
        field,
        message: expect.stringContaining(
          `new Post() was given '${field}', which it does not take. ${remedy}`,
        ) as string,
      }) as Error,
    );
  });

  it('M2, X2: keys that are inherited are refused as well', () => {
    const init = Object.create({ secret: 1 }) as object;
    expect(() => new (loose(Post))(init)).toThrow("new Post() was given 'secret', which it does not take.");
    expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  });

  it('M2, X2: what a prototype has is no value of a field', () => {
    const init = Object.create({ title: 'x' }) as object;
    expect(() => new (loose(Post))(init)).toThrow(
      expect.objectContaining({
        code: 'E_INVALID_VALUE',
        message:
          "new Post() was given 'title' by a prototype, and takes values of its own. Give a plain object: { ...values }.",
      }) as Error,
    );
  });

  it.each([[undefined], [null], ['x'], [[]], [3]])('M2: the constructor takes an object, not %j', (init) => {
    const call = (): unknown => new (loose(Post))(init);
    expect(call).toThrow(InvalidValueError);
    expect(call).toThrow(/^new Post\(\) takes an object of field values, not /);
  });

  it('M2: a column that the database generates is not given', () => {
    expect(() => new (loose(Everything))({ doubled: 3 })).toThrow(
      "new Everything() was given 'doubled', which it does not take.",
    );
  });

  it('M10: an embedded value takes its parts, checks their names, and fills what is missing', () => {
    const venue = new Venue({ name: 'Hall', address: { street: 'High St', city: 'Bath' } });
    // oxlint-disable-next-line typescript/no-misused-spread -- what a spread shows is what is tested
    expect({ ...venue }).toEqual({
      id: undefined,
      name: 'Hall',
      address: { street: 'High St', city: 'Bath', floor: null },
    });
    expect(() => new (loose(Venue))({ name: 'x', address: { town: 'Bath' } })).toThrow(
      "Venue.address has no part 'town'.",
    );
    expect(() => new (loose(Venue))({ name: 'x', address: JSON.parse('{"__proto__": 1}') as object })).toThrow(
      "Venue.address has no part '__proto__'.",
    );
    expect(() => new (loose(Venue))({ name: 'x', address: 'High St' })).toThrow(
      'Venue.address takes an object, not a string.',
    );
  });

  it('M6: fields that are spread in belong to each model by itself', () => {
    const stamps = { createdAt: f.datetime({ autoNowAdd: true }), updatedAt: f.datetime({ autoNow: true }) };
    class A extends model('stamp_a', { id: f.auto(), ...stamps }) {}
    class B extends model('stamp_b', { id: f.auto(), note: f.text(), ...stamps }) {}
    expect(A.meta.fields.map((field) => field.name)).toEqual(['id', 'createdAt', 'updatedAt']);
    expect(B.meta.fields.map((field) => field.name)).toEqual(['id', 'note', 'createdAt', 'updatedAt']);
  });

  it('M2: every nullable field of a sample is null when it is not given', () => {
    const { id, ...rest } = new Sample({});
    expect(id).toBeUndefined();
    expect(new Set(Object.values(rest))).toEqual(new Set([null]));
  });
});

function problemsOf(...classes: unknown[]): readonly string[] {
  try {
    new Registry(classes);
  } catch (error) {
    if (error instanceof DefinitionError) return error.problems;
    throw error;
  }
  return [];
}
