/** Tables in schemas: of a model, and of a session. On MySQL and MariaDB a schema is a database. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { check, ConfigError, Database, f, index, model, UnsupportedError } from 'blazeorm';

import { engine, errorOf, expectRefused, failure, freshUrl, noteRefusal, onEngine } from '../../support/database.ts';
import { serverUrl } from '../../support/test-database.ts';

/** Where the server is missing all cases are skipped, and what they share is in memory. */
const isSQLite = engine === 'sqlite' || serverUrl(engine) === undefined;
let url = '';
let db: Database;

/** Names that are all this file's, since databases of MySQL are the server's. */
const unique = `t${process.pid}_${Date.now() % 1_000_000}`;
const SHOP = isSQLite ? 'shop' : `${unique}_shop`;
const TENANTS = [`${unique}_a`, `${unique} "b" \`b\` 'b' $blaze$ ü;`];

class Customer extends model('customer', { id: f.auto(), name: f.string({ unique: true }) }, { schema: SHOP }) {}
class Note extends model(
  'note',
  {
    id: f.auto(),
    text: f.string({ index: true }),
    size: f.int({ default: 0 }),
    parent: f.foreignKey(() => Note, { nullable: true, onDelete: 'cascade' }),
    children: f.reverse(() => Note, 'parent'),
    tags: f.manyToMany(() => Label),
  },
  { indexes: [index('size', 'text')], constraints: [check('note_size', (n) => n.size.gte(0))] },
) {}
/** From the tables of each session to those that they share. */
class Visit extends model('visit', {
  id: f.auto(),
  note: f.foreignKey(() => Note),
  customer: f.foreignKey(() => Customer),
}) {}
class Label extends model('label', { id: f.auto(), name: f.string(), notes: f.reverse(() => Note, 'tags') }) {}
class Order extends model(
  'shop_order',
  { id: f.auto(), customer: f.foreignKey(() => Customer, { onDelete: 'cascade' }), n: f.int({ index: true }) },
  { schema: SHOP },
) {}

beforeAll(async () => {
  url = await freshUrl();
  db = await Database.connect(url, { models: [Customer, Note, Label, Order, ...(isSQLite ? [] : [Visit])] });
  if (isSQLite) await db.session().sql`ATTACH ':memory:' AS shop`;
  await db.createAll();
});
afterAll(async () => {
  const { sql } = db.session();
  if (!isSQLite && !engine.startsWith('postgres')) {
    await db.dropAll({ confirm: true, schema: new URL(url).pathname.slice(1) });
    for (const name of [...TENANTS, SHOP]) await sql`DROP DATABASE IF EXISTS ${sql.id(name)}`;
  }
  await db.close();
});

describe('M5: a model in a schema', () => {
  it('is created, written, read, joined and deleted there', async () => {
    const session = db.session();
    const [ann, bob] = [new Customer({ name: 'Ann' }), new Customer({ name: 'Bob' })];
    session.add(...[ann, ann, bob].map((customer, n) => new Order({ customer, n })));
    await session.commit();
    for (const order of await session.query(Order)) order.n += 10;
    await session.commit();
    const orders = db.session().query(Order).selectRelated('customer').orderBy('n');
    expect((await orders).map(({ n, customer }) => [n, customer.name])).toEqual([
      [10, 'Ann'],
      [11, 'Ann'],
      [12, 'Bob'],
    ]);
    expect(orders.filter({ customer: { name: 'Ann' } }).toSQL().sql).toContain(
      onEngine({
        sqlite: '"shop"."shop_order" AS t0',
        postgres: `"${SHOP}"."shop_order" AS t0`,
        mysql: `\`${SHOP}\`.\`shop_order\` AS t0`,
      }),
    );
    expect(
      await session
        .query(Order)
        .filter({ customer: { name: 'Ann' } })
        .update({ n: (o) => o.n.plus(1) }),
    ).toBe(2);
    session.delete(bob);
    await session.commit();
    const rows = await session.sql`SELECT n FROM ${session.sql.id(SHOP, 'shop_order')} ORDER BY n`;
    expect(rows).toEqual([{ n: 11 }, { n: 12 }]);
  });

  it('V2: its errors have its names', async () => {
    const session = db.session();
    session.add(new Customer({ name: 'Ann' }));
    await expect(session.commit()).rejects.toMatchObject({ model: 'Customer', field: 'name' });
  });

  it('is created once, and dropped with all that it has', async () => {
    await db.createAll();
    expect(await db.session().query(Customer).count()).toBe(1);
  });
});

if (isSQLite)
  it('M5: SQLite has no schemas for a session, which is said when it is opened', async () => {
    const refused = failure(UnsupportedError, {
      code: 'E_UNSUPPORTED',
      message:
        'SQLite has no schemas. Use a file for each, or attach one and name it in the options of its models, { schema: … }.',
    });
    noteRefusal(await errorOf(() => db.session({ schema: 'tenant' })));
    expect(() => db.session({ schema: 'tenant' })).toThrow(refused);
    await expect(db.createAll({ schema: 'tenant' })).rejects.toThrow(refused);
    await expect(db.transaction(() => 1, { schema: 'tenant' })).rejects.toThrow(refused);
    await expect(Database.connect('sqlite::memory:', { schema: 'tenant' })).rejects.toThrow(refused);
    const far = await Database.connect('sqlite::memory:', { models: [Visit] });
    await expect(far.createAll()).rejects.toThrow(
      failure(UnsupportedError, {
        model: 'Visit',
        field: 'customer',
        message: 'SQLite has no foreign keys from one file to another, as Visit.customer. Give both models one schema.',
      }),
    );
    await far.close();
  });
else
  describe('M5: a session in a schema', () => {
    beforeAll(async () => {
      for (const schema of TENANTS) await db.createAll({ schema });
      for (const schema of TENANTS) await db.createAll({ schema });
    });

    it('writes and reads its own tables, at the same time as others, on the same connections', async () => {
      await Promise.all(
        TENANTS.map((schema, t) =>
          db.transaction(
            async (session) => {
              const parent = new Note({ text: `parent ${t}` });
              const child = new Note({ text: `child ${t}`, parent, size: t });
              child.tags.add(new Label({ name: `label ${t}` }));
              session.add(child);
              await session.flush();
              child.size += 1;
            },
            { schema },
          ),
        ),
      );
      for (const [t, schema] of TENANTS.entries()) {
        const session = db.session({ schema });
        const notes = await session
          .query(Note)
          .selectRelated('parent')
          .prefetchRelated('tags', 'children')
          .orderBy('id');
        expect(
          notes.map(({ text, size, parent, tags, children }) => ({
            text,
            size,
            parent: parent?.text,
            tags: tags.map(({ name }) => name),
            children: children.map((child) => child.text),
          })),
        ).toEqual([
          { text: `parent ${t}`, size: 0, parent: undefined, tags: [], children: [`child ${t}`] },
          { text: `child ${t}`, size: t + 1, parent: `parent ${t}`, tags: [`label ${t}`], children: [] },
        ]);
        expect(
          await session
            .query(Note)
            .filter({ tags: { name: `label ${t}` } })
            .count(),
        ).toBe(1);
        expect((await session.get(Note, notes[0]!.id))?.text).toBe(`parent ${t}`);
        const streamed: string[] = [];
        for await (const note of session.query(Note).orderBy('id').iterate()) streamed.push(note.text);
        expect(streamed).toEqual([`parent ${t}`, `child ${t}`]);
      }
      expect(await db.session().query(Note).count()).toBe(0);
    });

    it('shares tables of models that name their schema', async () => {
      for (const schema of TENANTS)
        await db.transaction(
          async (session) => {
            const [note] = await session.query(Note).orderBy('id').limit(1);
            const [customer] = await session.query(Customer).filter({ name: 'Ann' });
            session.add(new Visit({ note: note!, customer: customer! }));
          },
          { schema },
        );
      const visits = await db.session({ schema: TENANTS[1]! }).query(Visit).selectRelated('customer', 'note');
      expect(visits.map(({ customer, note }) => [customer.name, note.text])).toEqual([['Ann', 'parent 1']]);
    });

    it('many rows, updates and deletes of a set, errors', async () => {
      const [schema] = TENANTS;
      const session = db.session({ schema: schema! });
      const notes = Array.from({ length: 50 }, (_, i) => new Note({ text: 'many', size: i }));
      session.add(...notes);
      await session.commit();
      for (const note of notes) note.size += 1;
      await session.commit();
      const many = session.query(Note).filter({ text: 'many' });
      expect(await many.update({ size: (n) => n.size.plus(1) })).toBe(50);
      expect(notes.map(({ size }) => size)).toEqual(notes.map((_, i) => i + 2));
      await expect(many.update({ size: -1 })).rejects.toMatchObject({ model: 'Note', constraint: 'note_size' });
      expect(await many.delete()).toBe(50);
    });

    it('is the default of a database, where it is given', async () => {
      const own = await Database.connect(await freshUrl(), { models: [Label], schema: TENANTS[0]! });
      expect(own.session().query(Label).toSQL().sql).toBe(
        onEngine({
          sqlite: '',
          postgres: `SELECT t0."id", t0."name" FROM "${TENANTS[0]}"."label" AS t0`,
          mysql: `SELECT t0.\`id\`, t0.\`name\` FROM \`${TENANTS[0]}\`.\`label\` AS t0`,
        }),
      );
      await own.close();
    });

    it('is dropped alone', async () => {
      await db.dropAll({ confirm: true, schema: TENANTS[1]! });
      expect(await db.session({ schema: TENANTS[0]! }).query(Visit).count()).toBe(1);
      expect(await db.session().query(Customer).count()).toBe(1);
      await expect(db.session({ schema: TENANTS[1]! }).query(Note).count()).rejects.toMatchObject({
        code: 'E_DATABASE',
      });
    });
  });

it('M5: what is no name of a schema is refused', async () => {
  const message = "The option 'schema' is the name of a schema.";
  await expectRefused(db, () => db.session({ schema: 7 as never }), { type: ConfigError, message });
  if (isSQLite) return;
  for (const schema of ['', 'a\0b', 'a\nb', '\ud800'])
    await expectRefused(db, () => db.session({ schema }), { type: ConfigError, message });
  await expectRefused(db, () => db.session({ schema: 'ü'.repeat(onEngine({ sqlite: 0, postgres: 32, mysql: 65 })) }), {
    type: ConfigError,
    message: onEngine({
      sqlite: '',
      postgres: 'The name of a schema has at most 63 bytes on this database.',
      mysql: 'The name of a schema has at most 64 characters on this database.',
    }),
  });
});
