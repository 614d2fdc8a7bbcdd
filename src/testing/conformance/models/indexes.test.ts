/** Indexes over computed values and over some rows: made, kept, and named in errors. */
import { afterAll, describe, expect, it } from 'vitest';

import { Database, DefinitionError, f, index, model, UnknownFieldError } from '../../../index.ts';

import { errorOf, freshUrl, supports } from '../../support/database.ts';

class Shelf extends model(
  'ix_shelf',
  {
    id: f.int({ primaryKey: true }),
    label: f.string({ maxLength: 40 }),
    width: f.int(),
    height: f.int(),
    open: f.bool({ default: true }),
  },
  {
    indexes: [
      index((s) => s.label.trim(), '-width', { name: 'ix_shelf_label', unique: true }),
      index((s) => s.width.times(s.height).desc(), { name: 'ix_shelf_area', where: (s) => s.open.eq(true) }),
      index('height', { where: (s) => s.width.gt(3) }),
    ],
  },
) {}

const COMPUTED = 'indexes over computed values';
const opened: Database[] = [];

async function open(models: readonly unknown[]): Promise<Database> {
  const db = await Database.connect(await freshUrl(), { models });
  opened.push(db);
  return db;
}

afterAll(async () => {
  for (const db of opened) await db.close();
});

describe('indexes over computed values', () => {
  it('G1: are made, keep what is unique, and are named by model, fields and index', async () => {
    const db = await open([Shelf]);
    const create = () => db.createAll();
    const supported = await supports(COMPUTED, create, {
      mariadb: {
        model: 'Shelf',
        constraint: 'ix_shelf_label',
        message:
          "MariaDB has no indexes over computed values, which 'ix_shelf_label' of Shelf needs. Make it over a generated column: f.string({ generated: … }).",
      },
    });
    expect(db.queryStats().statements).toBe(0);
    if (!supported) return;
    await create();
    await db.transaction((session) => {
      session.add(new Shelf({ id: 1, label: 'a', width: 1, height: 5 }));
      session.add(new Shelf({ id: 2, label: 'a', width: 2, height: 4 }));
      session.add(new Shelf({ id: 3, label: ' b', width: 1, height: 9, open: false }));
    });
    const error = await errorOf(() =>
      db.transaction((session) => session.add(new Shelf({ id: 4, label: ' a ', width: 2, height: 1 }))),
    );
    expect(error).toMatchObject({
      code: 'E_UNIQUE_VIOLATION',
      model: 'Shelf',
      fields: ['label', 'width'],
      constraint: 'ix_shelf_label',
    });
    const session = db.session();
    const found = session
      .query(Shelf)
      .filter((s) => s.label.trim().oneOf(['a', 'b']))
      .orderBy((s) => s.width.times(s.height).desc());
    expect(await found.valuesList('id')).toEqual([[3], [2], [1]]);
    await session.close();
  });

  it('G1: what is unique of a computed value is no key of an upsert', async () => {
    const db = await open([Shelf]);
    const error = await errorOf(() =>
      db
        .session()
        .query(Shelf)
        .bulkCreate([{ id: 1, label: 'a', width: 1, height: 5 }], {
          onConflict: 'update',
          conflictFields: ['label', 'width'],
        }),
    );
    expect(error.message).toContain('No unique key of Shelf is over');
    expect(db.queryStats().statements).toBe(0);
  });

  it('G1: a function that SQLite has from its connections only is refused there', async () => {
    class Lower extends model(
      'ix_lower',
      { id: f.auto(), name: f.string({ maxLength: 20 }), label: f.string() },
      {
        indexes: [
          index(
            (l) => l.name.lower(),
            (l) => l.label.length(),
            { name: 'ix_lower_name', unique: true },
          ),
        ],
      },
    ) {}
    const db = await open([Lower]);
    const create = () => db.createAll();
    const supported =
      (await supports(COMPUTED, create, { mariadb: { model: 'Lower', constraint: 'ix_lower_name' } })) &&
      (await supports('to compute lower() in a constraint', create, {
        sqlite: { message: 'SQLite cannot do this: to compute lower() in a constraint.' },
      }));
    if (!supported) return;
    await create();
    await db.transaction((session) => session.add(new Lower({ name: 'Ann', label: 'x' })));
    const error = await errorOf(() => db.transaction((session) => session.add(new Lower({ name: 'aNN', label: 'y' }))));
    expect(error).toMatchObject({ code: 'E_UNIQUE_VIOLATION', model: 'Lower', constraint: 'ix_lower_name' });
  });
});

describe('bad input', () => {
  it('G1: is refused where it stands, or before anything is sent', async () => {
    expect(() => index(() => null as never, {})).toThrow(
      new DefinitionError(["index() with a callback needs a name, as in { name: 'by_title' }."], { field: 'name' }),
    );
    expect(() => index(3 as never, {})).toThrow(
      new DefinitionError(['index() takes the names of one or more fields, or callbacks, and options last.']),
    );
    class Typo extends model(
      'ix_typo',
      { id: f.auto(), name: f.string() },
      { indexes: [index((t) => (t as never as { nam: never }).nam, { name: 'ix_typo_name' })] },
    ) {}
    const typo = await errorOf(() => open([Typo]));
    expect(typo).toBeInstanceOf(UnknownFieldError);
    expect(typo.message).toBe("Typo has no field 'nam'. Did you mean 'name'?");
    class Nulls extends model(
      'ix_nulls',
      { id: f.auto(), name: f.string() },
      { indexes: [index((n) => n.name.desc({ nulls: 'first' }), { name: 'ix_nulls_name' })] },
    ) {}
    expect(await errorOf(() => open([Nulls]))).toEqual(
      new DefinitionError(["Nulls: 'ix_nulls_name' says where NULL is sorted, which an index cannot."], {
        model: 'Nulls',
        constraint: 'ix_nulls_name',
      }),
    );
  });

  it('G1: another table cannot be read', async () => {
    class Box extends model(
      'ix_box',
      { id: f.auto(), shelf: f.foreignKey(() => Shelf) },
      { indexes: [index((b) => (b as never as { shelf: { label: never } }).shelf.label, { name: 'ix_box_label' })] },
    ) {}
    expect(await errorOf(() => open([Box, Shelf]))).toEqual(
      new DefinitionError(["Box: 'ix_box_label' reads another table, which a constraint cannot."], {
        model: 'Box',
        constraint: 'ix_box_label',
      }),
    );
  });
});
