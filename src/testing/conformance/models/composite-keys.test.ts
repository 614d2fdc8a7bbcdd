/** Relations to models with composite keys: all that other relations can do, by keys of two columns and more. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, InvalidValueError, isNull, model, not, oneOf, prefetch } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

class Tenant extends model('ck_tenant', { id: f.auto(), name: f.string({ maxLength: 20 }) }) {}

/** A key that contains a foreign key. */
class Order extends model(
  'ck_order',
  {
    tenant: f.foreignKey(() => Tenant),
    number: f.int(),
    title: f.string({ maxLength: 20 }),
    lines: f.reverse(() => Line, 'order'),
    invoice: f.reverseOne(() => Invoice, 'order'),
    labels: f.manyToMany(() => Label),
    notes: f.reverse(() => Note, 'order'),
  },
  { primaryKey: ['tenant', 'number'] },
) {}

/** A key that contains a composite foreign key; the tenant belongs to two relations. */
class Line extends model(
  'ck_line',
  {
    tenant: f.foreignKey(() => Tenant),
    orderNumber: f.int(),
    position: f.int(),
    item: f.string({ maxLength: 20 }),
    order: f.foreignKey(() => Order, { fields: ['tenant', 'orderNumber'], onDelete: 'cascade' }),
    shipments: f.reverse(() => Shipment, 'line'),
  },
  { primaryKey: ['tenant', 'orderNumber', 'position'], ordering: ['position'] },
) {}

/** Nullable, by two of its three fields. */
class Shipment extends model('ck_shipment', {
  id: f.auto(),
  tenant: f.foreignKey(() => Tenant),
  orderNumber: f.int({ nullable: true }),
  position: f.int({ nullable: true }),
  line: f.foreignKey(() => Line, { fields: ['tenant', 'orderNumber', 'position'], nullable: true }),
}) {}

class Invoice extends model('ck_invoice', {
  id: f.auto(),
  tenantId: f.int(),
  orderNumber: f.int(),
  order: f.oneToOne(() => Order, { fields: ['tenantId', 'orderNumber'] }),
}) {}

class Label extends model('ck_label', {
  id: f.auto(),
  text: f.string({ maxLength: 20 }),
  orders: f.reverse(() => Order, 'labels'),
}) {}

class Note extends model('ck_note', {
  id: f.auto(),
  tenantId: f.int({ nullable: true }),
  orderNumber: f.int({ nullable: true }),
  order: f.foreignKey(() => Order, {
    fields: ['tenantId', 'orderNumber'],
    nullable: true,
    onDelete: 'set null',
  }),
}) {}

/** A tree, and links of the model with itself. */
class Part extends model(
  'ck_part',
  {
    tenant: f.foreignKey(() => Tenant),
    code: f.string({ maxLength: 10 }),
    parentCode: f.string({ maxLength: 10, nullable: true }),
    parent: f.foreignKey(() => Part, { fields: ['tenant', 'parentCode'], nullable: true }),
    children: f.reverse(() => Part, 'parent'),
    fits: f.manyToMany(() => Part),
  },
  { primaryKey: ['tenant', 'code'] },
) {}

class Student extends model(
  'ck_student',
  {
    school: f.int(),
    number: f.int(),
    courses: f.manyToMany(() => Course, { through: () => Enrolment }),
  },
  { primaryKey: ['school', 'number'] },
) {}

class Course extends model(
  'ck_course',
  { school: f.int(), code: f.string({ maxLength: 10 }), students: f.reverse(() => Student, 'courses') },
  { primaryKey: ['school', 'code'] },
) {}

/** Both of its keys have the school. */
class Enrolment extends model(
  'ck_enrolment',
  {
    school: f.int(),
    studentNumber: f.int(),
    courseCode: f.string({ maxLength: 10 }),
    grade: f.int({ nullable: true }),
    student: f.foreignKey(() => Student, { fields: ['school', 'studentNumber'], onDelete: 'cascade' }),
    course: f.foreignKey(() => Course, { fields: ['school', 'courseCode'], onDelete: 'cascade' }),
  },
  { primaryKey: ['school', 'studentNumber', 'courseCode'] },
) {}

const models = [Tenant, Order, Line, Shipment, Invoice, Label, Note, Part, Student, Course, Enrolment];

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models });
  // Keys that the database counts up begin after those of the cases.
  await db.transaction(async (session) => {
    const first = [1, 2, 3].map((i) => new Tenant({ name: `${i}` }));
    session.add(...first);
    await session.flush();
    for (const one of first) session.delete(one);
  });
});
afterAll(() => db.close());

beforeEach(async () => {
  await db.transaction(async (session) => {
    await session.query(Part).unfiltered().update({ parent: null });
    for (const one of [Shipment, Invoice, Note, Line, Order, Label, Part, Enrolment, Student, Course, Tenant])
      await session
        .query(one as typeof Tenant)
        .unfiltered()
        .delete();
    const [a, b] = [new Tenant({ id: 1, name: 'a' }), new Tenant({ id: 2, name: 'b' })];
    const orders = [a, b].map((tenant) => new Order({ tenant, number: 1, title: `first of ${tenant.name}` }));
    session.add(...orders, new Order({ tenant: a, number: 2, title: 'second of a' }));
    for (const order of orders)
      for (const position of [1, 2]) session.add(new Line({ order, position, item: `${order.title} ${position}` }));
  });
});

const items = (lines: Iterable<{ readonly item: string }>): string[] => [...lines].map(({ item }) => item);

describe('M7: keys of several columns', () => {
  it('R1: set by the relation, whole: its fields follow, and those that are shared', async () => {
    const session = db.session();
    const lines = await session.query(Line).orderBy('tenantId', 'orderNumber', 'position');
    expect(lines.map(({ pk }) => pk)).toEqual([
      [1, 1, 1],
      [1, 1, 2],
      [2, 1, 1],
      [2, 1, 2],
    ]);
    const shipment = new Shipment({ line: lines[3]! });
    expect([shipment.tenantId, shipment.orderNumber, shipment.position]).toEqual([2, 1, 2]);
    expect(shipment.line).toBe(lines[3]);
    const byKey = new Shipment({ line: [1, 1, 2] });
    expect([byKey.tenantId, byKey.orderNumber, byKey.position]).toEqual([1, 1, 2]);
    session.add(shipment, byKey);
    expect(byKey.line).toBe(lines[1]);
    await session.flush();
    expect(await session.query(Shipment).orderBy('id').values('tenantId', 'orderNumber', 'position')).toEqual([
      { tenantId: 2, orderNumber: 1, position: 2 },
      { tenantId: 1, orderNumber: 1, position: 2 },
    ]);
  });

  it('R1: what contradicts itself is refused; the key of a wrong length too', async () => {
    const session = db.session();
    const line = await session.getOrFail(Line, [1, 1, 1]);
    const other = await session.getOrFail(Tenant, 2);
    const twice = await errorOf(() => new Shipment({ tenant: other, line }));
    expect(twice).toBeInstanceOf(InvalidValueError);
    expect(twice.message).toBe(
      "new Shipment() was given 'line' and 'tenant', and they have different values of tenantId. 'line' alone sets tenantId and orderNumber and position.",
    );
    expect(new Shipment({ tenant: await session.getOrFail(Tenant, 1), line }).line).toBe(line);
    const short = await errorOf(() => new Shipment({ line: [1, 1] as never }));
    expect(short.message).toBe('The key of Line is a list of 3 values: [tenantId, orderNumber, position].');
  });

  it('Q2: joins compare all columns; L1: one query', async () => {
    let lines: readonly { readonly item: string; readonly order: { readonly title: string } }[] = [];
    await expectSent(
      async () => {
        lines = await db
          .session()
          .query(Line)
          .filter({ order: { title: 'first of b' } })
          .selectRelated('order')
          .orderBy('position');
      },
      {
        sqlite: [
          'SELECT t0."tenant_id", t0."order_number", t0."position", t0."item", t1."tenant_id", t1."number", t1."title" FROM "ck_line" AS t0 INNER JOIN "ck_order" AS t1 ON (t0."tenant_id" = t1."tenant_id" AND t0."order_number" = t1."number") WHERE t1."title" = ? ORDER BY t0."position"',
        ],
        postgres: [
          'SELECT t0."tenant_id", t0."order_number", t0."position", t0."item", t1."tenant_id", t1."number", t1."title" FROM "ck_line" AS t0 INNER JOIN "ck_order" AS t1 ON (t0."tenant_id" = t1."tenant_id" AND t0."order_number" = t1."number") WHERE t1."title" = $1 ORDER BY t0."position"',
        ],
        mysql: [
          'SELECT t0.`tenant_id`, t0.`order_number`, t0.`position`, t0.`item`, t1.`tenant_id`, t1.`number`, t1.`title` FROM `ck_line` AS t0 INNER JOIN `ck_order` AS t1 ON (t0.`tenant_id` = t1.`tenant_id` AND t0.`order_number` = t1.`number`) WHERE t1.`title` = ? ORDER BY t0.`position`',
        ],
      },
    );
    expect(lines.map(({ item, order }) => [item, order.title])).toEqual([
      ['first of b 1', 'first of b'],
      ['first of b 2', 'first of b'],
    ]);
  });

  it('Q2: filters by entity, key, lists, null and conditions; some() and every() of the other side', async () => {
    const session = db.session();
    const order = await session.getOrFail(Order, [2, 1]);
    const found = async (filter: Parameters<ReturnType<typeof lines>['filter']>[0]): Promise<string[]> =>
      items(await lines().filter(filter));
    const lines = () => session.query(Line).orderBy('tenantId', 'position');
    expect(await found({ order })).toEqual(['first of b 1', 'first of b 2']);
    expect(await found({ order: [1, 1], position: 2 })).toEqual(['first of a 2']);
    expect(await found({ order: oneOf([order, [1, 2]]) })).toEqual(['first of b 1', 'first of b 2']);
    expect(await found({ order: not(oneOf([order])) })).toEqual(['first of a 1', 'first of a 2']);
    expect(await found({ order: { title: 'first of a', tenant: { name: 'a' } } })).toEqual([
      'first of a 1',
      'first of a 2',
    ]);
    expect(await found((l) => l.order.title.eq('first of a').and(l.order.tenant.name.eq('b')))).toEqual([]);
    const orders = await session.query(Order).filter({ lines: { item: 'first of b 2' } });
    expect(orders).toEqual([order]);
    expect(
      await session
        .query(Order)
        .filter((o) => o.lines.none())
        .values('number', 'tenantId'),
    ).toEqual([{ number: 2, tenantId: 1 }]);
    expect(
      await session
        .query(Order)
        .orderBy('tenantId', 'number')
        .values((o) => ({ n: o.lines.count() })),
    ).toEqual([{ n: 2 }, { n: 0 }, { n: 2 }]);
    const lookup = await errorOf(() => session.query(Line).filter({ order: oneOf(session.query(Order)) as never }));
    expect(lookup.message).toContain('Line.order refers to Order by a composite key, and oneOf() is for one column');
  });

  it('Q2: NULL in one part refers to nothing', async () => {
    const session = db.session();
    const tenant = await session.getOrFail(Tenant, 1);
    session.add(new Shipment({ line: [1, 1, 1] }), new Shipment({ tenant }), new Shipment({ tenant, orderNumber: 1 }));
    await session.flush();
    const all = await db.session().query(Shipment).selectRelated('line').orderBy('id');
    expect(all.map(({ line }) => line?.item ?? null)).toEqual(['first of a 1', null, null]);
    expect(await session.query(Shipment).filter({ line: null }).count()).toBe(2);
    expect(
      await session
        .query(Shipment)
        .filter({ line: isNull(false) })
        .count(),
    ).toBe(1);
    const [first] = await session.query(Shipment).filter({ line: { item: 'first of a 1' } });
    first!.line = null;
    expect([first!.tenantId, first!.orderNumber, first!.position]).toEqual([1, null, null]);
    await session.flush();
    expect(await db.session().query(Shipment).filter({ line: null }).count()).toBe(3);
  });

  it('L1: L3: references, load() and prefetches: one query for all keys', async () => {
    const session = db.session();
    const lines = await session.query(Line).orderBy('tenantId', 'position');
    const [first] = lines;
    expect(first!.order.pk).toEqual([1, 1]);
    expect(lines[1]!.order).toBe(first!.order);
    expect((await statementsOf(() => first!.order.load())).length).toBe(1);
    expect(lines.map(({ order }) => (order as Order).title)).toEqual([
      'first of a',
      'first of a',
      'first of b',
      'first of b',
    ]);
    const orders = await db.session().query(Order).prefetchRelated('lines', 'invoice').orderBy('tenantId', 'number');
    expect(orders.map(({ lines: own }) => items(own))).toEqual([
      ['first of a 1', 'first of a 2'],
      [],
      ['first of b 1', 'first of b 2'],
    ]);
    expect(orders.map(({ invoice }) => invoice)).toEqual([null, null, null]);
    const tops = await db
      .session()
      .query(Order)
      .orderBy('tenantId', 'number')
      .prefetchRelated(prefetch('lines', { as: 'top', limitPerParent: 1 }, (l) => l.orderBy('-position')));
    expect(tops.map(({ top }) => items(top))).toEqual([['first of a 2'], [], ['first of b 2']]);
    const peers = await db.session().query(Order).orderBy('tenantId', 'number');
    expect((await statementsOf(() => peers[0]!.lines.load())).length).toBe(1);
    expect(items(peers[2]!.lines as unknown as Line[])).toEqual(['first of b 1', 'first of b 2']);
  });

  it('R3: collections: add, remove, set, clear, create; both sides and all fields in step', async () => {
    const session = db.session();
    const order = await session.query(Order).prefetchRelated('lines').filter({ tenantId: 1, number: 2 }).one();
    const made = order.lines.create({ position: 7, item: 'made' });
    expect([made.tenantId, made.orderNumber, made.order]).toEqual([1, 2, order]);
    await session.flush();
    expect(items(await order.lines.query())).toEqual(['made']);
    const line = await session.query(Line).prefetchRelated('shipments').filter({ position: 7 }).one();
    const [one, two] = [new Shipment({ tenant: 1 }), new Shipment({ line: [1, 1, 1] })];
    line.shipments.add(one, two);
    await session.flush();
    expect([two.orderNumber, two.position, two.line]).toEqual([2, 7, line]);
    line.shipments.remove(one);
    expect([one.tenantId, one.orderNumber, one.line]).toEqual([1, null, null]);
    line.shipments.set([one]);
    await session.flush();
    expect(await session.query(Shipment).filter({ line }).valuesList('id', { flat: true })).toEqual([one.id]);
    line.shipments.clear();
    await session.flush();
    expect(
      await db
        .session()
        .query(Shipment)
        .filter({ line: isNull(false) })
        .count(),
    ).toBe(0);
    const unread = (await db.session().query(Line).filter({ position: 7 }))[0]!;
    expect(await unread.shipments.query().count()).toBe(0);
  });

  it('S3: new rows get the keys of new rows, through two levels; what belongs to others goes by the key', async () => {
    const session = db.session();
    const tenant = new Tenant({ name: 'c' });
    const order = new Order({ tenant, number: 5, title: 'new' });
    const line = new Line({ order, position: 1, item: 'new' });
    const shipment = new Shipment({ line });
    expect(shipment.tenantId).toBeUndefined();
    session.add(shipment);
    await session.flush();
    expect([order.tenantId, line.tenantId, shipment.tenantId]).toEqual([tenant.id, tenant.id, tenant.id]);
    expect(await session.get(Line, [tenant.id, 5, 1])).toBe(line);
    const unsaved = await errorOf(async () => {
      const other = db.session();
      const stray = new Shipment({
        line: new Line({
          order: new Order({ tenant: new Tenant({ name: 'd' }), number: 1, title: 'x' }),
          position: 9,
          item: 'x',
        }),
      });
      await other.query(Shipment).filter({ line: stray.line as Line });
    });
    expect(unsaved).toBeInstanceOf(InvalidValueError);
  });

  it('R2: one to one: unique, from both sides', async () => {
    const session = db.session();
    const order = await session.query(Order).selectRelated('invoice').filter({ number: 2 }).one();
    expect(order.invoice).toBeNull();
    const invoice = new Invoice({ order });
    session.add(invoice);
    await session.flush();
    expect(order.invoice).toBe(invoice);
    const again = await db
      .session()
      .query(Order)
      .selectRelated('invoice')
      .filter({ invoice: { id: invoice.id } })
      .one();
    expect(again.invoice!.id).toBe(invoice.id);
    const error = await errorOf(() => db.transaction((other) => other.add(new Invoice({ order: [1, 2] }))));
    expect(error).toMatchObject({ code: 'E_UNIQUE_VIOLATION', model: 'Invoice', fields: ['tenantId', 'orderNumber'] });
  });

  it('R1: the database refuses what leads nowhere, with model and fields', async () => {
    const error = await errorOf(() =>
      db.transaction((session) => session.add(new Line({ order: [1, 9], position: 1, item: 'x' }))),
    );
    expect(error).toMatchObject({ code: 'E_FOREIGN_KEY_VIOLATION', model: 'Line' });
  });

  it('S7: R6: a deleted row takes along, or sets to NULL, by the whole key, in memory too', async () => {
    const session = db.session();
    const note = new Note({ order: [2, 1] });
    const other = new Note({ order: [1, 1] });
    session.add(note, other);
    await session.flush();
    const lines = await session.query(Line).orderBy('tenantId', 'position');
    const order = await session.getOrFail(Order, [2, 1]);
    session.delete(order);
    await session.flush();
    expect([note.tenantId, note.orderNumber, note.order]).toEqual([null, null, null]);
    expect([other.tenantId, other.orderNumber]).toEqual([1, 1]);
    expect(lines.map((line) => session.state(line))).toEqual(['persistent', 'persistent', 'detached', 'detached']);
    expect(await db.session().query(Note).orderBy('id').values('tenantId', 'orderNumber')).toEqual([
      { tenantId: null, orderNumber: null },
      { tenantId: 1, orderNumber: 1 },
    ]);
  });

  it('R4: a tree: levels, circles closed afterwards, recursion', async () => {
    const session = db.session();
    const tenant = await session.getOrFail(Tenant, 1);
    const root = new Part({ tenant, code: 'root' });
    const child = new Part({ code: 'child', parent: root, tenant });
    const leaf = new Part({ code: 'leaf', parent: child, tenant });
    session.add(leaf, new Part({ tenant: 2, code: 'root' }));
    await session.flush();
    expect(
      await session
        .query(Part)
        .filter({ tenant, parent: { code: 'root' } })
        .valuesList('code', { flat: true }),
    ).toEqual(['child']);
    expect(items2(await session.query(Part).filter({ tenant, code: 'root' }).recursive('children'))).toEqual([
      'child',
      'leaf',
      'root',
    ]);
    expect(items2(await session.query(Part).filter({ tenant, code: 'leaf' }).recursive('parent'))).toEqual([
      'child',
      'leaf',
      'root',
    ]);
    const [x, y] = [new Part({ tenant, code: 'x' }), new Part({ tenant, code: 'y' })];
    x.parent = y;
    y.parent = x;
    session.add(x);
    await session.flush();
    const stored = await db
      .session()
      .query(Part)
      .filter({ code: oneOf(['x', 'y']) })
      .orderBy('code');
    expect(stored.map(({ parentCode }) => parentCode)).toEqual(['y', 'x']);
    session.delete(x);
    session.delete(y);
    await session.flush();
    expect(await db.session().query(Part).count()).toBe(4);
  });

  it('R5: many to many without a model: columns of both keys, both ways, of the model with itself', async () => {
    const session = db.session();
    const orders = await session.query(Order).prefetchRelated('labels').orderBy('tenantId', 'number');
    const [red, blue] = [new Label({ text: 'red' }), new Label({ text: 'blue' })];
    orders[0]!.labels.add(red, blue);
    orders[2]!.labels.add(red);
    await session.flush();
    const labels = await db.session().query(Label).prefetchRelated('orders').orderBy('text');
    expect(labels.map((label) => label.orders.map(({ pk }) => pk).toSorted(([a], [b]) => a - b))).toEqual([
      [[1, 1]],
      [
        [1, 1],
        [2, 1],
      ],
    ]);
    const again = await db.session().query(Order).prefetchRelated('labels').orderBy('tenantId', 'number');
    expect(again.map((order) => order.labels.map(({ text }) => text).toSorted())).toEqual([
      ['blue', 'red'],
      [],
      ['red'],
    ]);
    expect(
      await session
        .query(Order)
        .filter({ labels: { text: 'blue' } })
        .count(),
    ).toBe(1);
    expect(
      await session
        .query(Label)
        .filter({ orders: { tenantId: 2, number: 1 } })
        .valuesList('text', { flat: true }),
    ).toEqual(['red']);
    orders[0]!.labels.remove(red);
    await session.flush();
    expect(
      await db
        .session()
        .query(Label)
        .filter({ orders: { tenant: { id: 1 } } })
        .count(),
    ).toBe(1);
    const tops = await db
      .session()
      .query(Label)
      .orderBy('text')
      .prefetchRelated(prefetch('orders', { as: 'last', limitPerParent: 1 }, (o) => o.orderBy('-tenantId')));
    expect(tops.map(({ last }) => last.map(({ pk }) => pk))).toEqual([[[1, 1]], [[2, 1]]]);

    const tenant = await session.getOrFail(Tenant, 1);
    const [nut, bolt] = [new Part({ tenant, code: 'nut' }), new Part({ tenant, code: 'bolt' })];
    nut.fits.add(bolt);
    session.add(nut);
    await session.flush();
    const parts = await db.session().query(Part).prefetchRelated('fits').orderBy('code');
    expect(parts.map(({ fits }) => fits.map(({ code }) => code))).toEqual([[], ['bolt']]);
    parts[1]!.fits.clear();
    nut.fits.clear();
    await session.flush();
    expect(
      await db
        .session()
        .query(Part)
        .filter((p) => p.fits.some())
        .count(),
    ).toBe(0);
  });

  it('R5: many to many through a model whose keys share a column', async () => {
    const session = db.session();
    const student = new Student({ school: 1, number: 1 });
    const [maths, art] = [new Course({ school: 1, code: 'maths' }), new Course({ school: 1, code: 'art' })];
    student.courses.add(maths);
    session.add(student, art);
    await session.flush();
    session.add(new Enrolment({ student, course: art, grade: 1 }));
    await session.flush();
    expect(
      await session.query(Enrolment).orderBy('courseCode').valuesList('school', 'studentNumber', 'courseCode', 'grade'),
    ).toEqual([
      [1, 1, 'art', 1],
      [1, 1, 'maths', null],
    ]);
    const read = await db.session().query(Student).prefetchRelated('courses').one();
    expect(read.courses.map(({ code }) => code)).toEqual(['art', 'maths']);
    expect(
      await session
        .query(Course)
        .filter({ students: { school: 1, number: 1 } })
        .count(),
    ).toBe(2);
    student.courses.remove(maths);
    await session.flush();
    expect(await db.session().query(Enrolment).valuesList('courseCode', { flat: true })).toEqual(['art']);
    session.delete(student);
    await session.flush();
    expect(await db.session().query(Enrolment).count()).toBe(0);
  });

  it('Q6: bulk writes: update() by the relation, bulkCreate, upsert, getOrCreate', async () => {
    const session = db.session();
    const line = await session.getOrFail(Line, [2, 1, 2]);
    await session.query(Shipment).bulkCreate([{ line }, { line: [1, 1, 1] }]);
    expect(
      await session
        .query(Shipment)
        .filter({ line: [1, 1, 1] })
        .update({ line }),
    ).toBe(1);
    expect(await session.query(Shipment).filter({ line }).count()).toBe(2);
    expect(await session.query(Shipment).filter({ line }).update({ line: null })).toBe(2);
    expect(await session.query(Shipment).values('tenantId', 'orderNumber', 'position')).toEqual([
      { tenantId: 2, orderNumber: null, position: null },
      { tenantId: 2, orderNumber: null, position: null },
    ]);
    const [invoice, created] = await session.query(Invoice).getOrCreate({ order: [1, 1] });
    expect([created, invoice.orderNumber]).toEqual([true, 1]);
    const [same, anew] = await db
      .session()
      .query(Invoice)
      .getOrCreate({ order: [1, 1] });
    expect([same.id, anew]).toEqual([invoice.id, false]);
  });

  it('S8: refresh, expire, merge and rollback: relation and fields tell one story', async () => {
    const session = db.session();
    const note = new Note({ order: [1, 1] });
    session.add(note);
    await session.flush();
    const [first, second] = [await session.getOrFail(Order, [1, 1]), await session.getOrFail(Order, [1, 2])];
    await first.notes.load();
    await second.notes.load();
    note.order = second;
    expect([note.orderNumber, membersOf(first.notes), membersOf(second.notes)]).toEqual([2, 0, 1]);
    session.expire(note, 'order');
    expect([membersOf(first.notes), membersOf(second.notes)]).toEqual([1, 0]);
    await session.refresh(note);
    expect([note.tenantId, note.orderNumber, note.order]).toEqual([1, 1, first]);
    const undone = await errorOf(() =>
      session.transaction(async () => {
        note.order = second;
        await session.flush();
        expect(await session.query(Note).filter({ order: second }).count()).toBe(1);
        throw new Error('back');
      }),
    );
    expect(undone.message).toBe('back');
    expect([note.orderNumber, note.order, membersOf(first.notes), membersOf(second.notes)]).toEqual([1, first, 1, 0]);

    const away = await db.session().getOrFail(Note, note.id);
    away.orderNumber = 2;
    await session.merge(away);
    expect([note.order, membersOf(first.notes), membersOf(second.notes)]).toEqual([second, 0, 1]);
    const json = JSON.parse(JSON.stringify(await session.query(Note).selectRelated('order'))) as unknown;
    expect(json).toEqual([
      { id: note.id, tenantId: 1, orderNumber: 2, order: { tenantId: 1, number: 2, title: 'second of a' } },
    ]);
  });
});

function items2(parts: Iterable<{ readonly code: string }>): string[] {
  return [...parts].map(({ code }) => code).toSorted();
}

/** Those of a collection that was loaded by itself. */
function membersOf(collection: unknown): number {
  return (collection as readonly unknown[]).length;
}
