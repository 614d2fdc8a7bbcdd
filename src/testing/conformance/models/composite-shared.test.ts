/** Composite keys of relations that share fields with others, and with the key of their own row. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, InvalidValueError, isNull, model, not, oneOf, SessionStateError } from '../../../index.ts';
import type { Database } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

class Tenant extends model('cs_tenant', { id: f.int({ primaryKey: true }), name: f.string({ maxLength: 20 }) }) {}

class Order extends model(
  'cs_order',
  {
    tenant: f.foreignKey(() => Tenant),
    number: f.int(),
    title: f.string({ maxLength: 20 }),
    lines: f.reverse(() => Line, 'order', { cascade: 'delete-orphan' }),
    tasks: f.reverse(() => Task, 'order'),
  },
  { primaryKey: ['tenant', 'number'] },
) {}

class Line extends model('cs_line', {
  id: f.auto(),
  tenantId: f.int(),
  orderNumber: f.int(),
  item: f.string({ maxLength: 20 }),
  order: f.foreignKey(() => Order, { fields: ['tenantId', 'orderNumber'] }),
}) {}

/** Its tenant is a relation, and a part of two others. */
class Task extends model('cs_task', {
  id: f.int({ primaryKey: true }),
  tenant: f.foreignKey(() => Tenant),
  orderNumber: f.int({ nullable: true }),
  worker: f.string({ maxLength: 9, nullable: true }),
  order: f.foreignKey(() => Order, { fields: ['tenant', 'orderNumber'], nullable: true }),
  person: f.foreignKey(() => Person, { fields: ['tenant', 'worker'], nullable: true }),
}) {}

class Person extends model(
  'cs_person',
  { tenant: f.foreignKey(() => Tenant), name: f.string({ maxLength: 9 }), tasks: f.reverse(() => Task, 'person') },
  { primaryKey: ['tenant', 'name'] },
) {}

/** Its key is the key of what it is about. */
class Detail extends model(
  'cs_detail',
  {
    tenantId: f.int(),
    orderNumber: f.int(),
    text: f.string({ maxLength: 20 }),
    order: f.oneToOne(() => Order, { fields: ['tenantId', 'orderNumber'] }),
  },
  { primaryKey: ['tenantId', 'orderNumber'] },
) {}

let db: Database;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Tenant, Order, Line, Task, Person, Detail] });
});
afterAll(() => db.close());

beforeEach(async () => {
  await db.transaction(async (session) => {
    for (const one of [Detail, Task, Line, Person, Order, Tenant])
      await session
        .query(one as typeof Tenant)
        .unfiltered()
        .delete();
    for (const id of [1, 2]) {
      const tenant = new Tenant({ id, name: `t${id}` });
      session.add(tenant, new Person({ tenant, name: 'ann' }));
      for (const number of [1, 2]) session.add(new Order({ tenant, number, title: `${id}/${number}` }));
    }
  });
});

describe('M7: relations that share a field', () => {
  it('R1: the fields say where each leads: who sets one of them last decides for all', async () => {
    const session = db.session();
    const [first, second] = [await session.getOrFail(Tenant, 1), await session.getOrFail(Tenant, 2)];
    const order = await session.getOrFail(Order, [1, 1]);
    const elsewhere = await session.getOrFail(Order, [2, 1]);
    const task = new Task({ id: 1, order });
    session.add(task);
    expect([task.tenant, task.tenantId, task.orderNumber]).toEqual([first, 1, 1]);
    task.tenant = second;
    expect([task.order, task.orderNumber]).toEqual([elsewhere, 1]);
    task.order = order;
    expect([task.tenant, task.tenantId]).toEqual([first, 1]);
    task.order = null;
    expect([task.tenant, task.tenantId, task.orderNumber]).toEqual([first, 1, null]);
    task.order = elsewhere;
    task.person = await session.getOrFail(Person, [2, 'ann']);
    await session.flush();
    const [read] = await db.session().query(Task).selectRelated('order', 'person.tenant', 'tenant');
    expect([read!.order!.title, read!.person!.tenant.name, read!.tenant.name]).toEqual(['2/1', 't2', 't2']);
    expect(read!.person!.tenant).toBe(read!.tenant);
  });

  it('R1: a constructor is not given two that contradict each other', async () => {
    const session = db.session();
    const order = await session.getOrFail(Order, [1, 1]);
    const person = await session.getOrFail(Person, [2, 'ann']);
    const error = await errorOf(() => new Task({ id: 1, order, person }));
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(error.message).toBe(
      "new Task() was given 'person' and 'order', and they have different values of tenantId. 'person' alone sets tenantId and worker.",
    );
    const near = await session.getOrFail(Person, [1, 'ann']);
    const task = new Task({ id: 1, order, person: near, tenant: 1 });
    expect([task.tenantId, task.order, task.person]).toEqual([1, order, near]);
  });

  it('S3: new ones that turn out to contradict each other are refused by name, and nothing is written', async () => {
    class Firm extends model('cs_firm', { id: f.auto(), name: f.string({ maxLength: 9 }) }) {}
    class Site extends model(
      'cs_site',
      { firm: f.foreignKey(() => Firm), code: f.int() },
      { primaryKey: ['firm', 'code'] },
    ) {}
    class Visit extends model('cs_visit', {
      id: f.auto(),
      site: f.foreignKey(() => Site, { fields: ['firm', 'code'] }),
      firm: f.foreignKey(() => Firm),
      code: f.int(),
    }) {}
    const own = await openTestDatabase({ models: [Firm, Site, Visit] });
    const session = own.session();
    const site = new Site({ firm: new Firm({ name: 'a' }), code: 1 });
    session.add(new Visit({ firm: new Firm({ name: 'b' }), site }));
    const error = await errorOf(() => session.flush());
    expect(error).toBeInstanceOf(SessionStateError);
    expect(error).toMatchObject({ model: 'Visit' });
    expect(error.message).toMatch(/^Visit\.(site|firm) leads to an entity with another value than Visit\.firmId, /);
    await session.rollback();
    expect(await own.session().query(Visit).count()).toBe(0);

    const after = own.session();
    const [firm, other] = [new Firm({ name: 'c' }), new Firm({ name: 'd' })];
    after.add(new Visit({ site: new Site({ firm, code: 2 }), firm }), other);
    await after.flush();
    const visit = await after.query(Visit).one();
    expect([visit.firm, visit.firmId, visit.code]).toEqual([firm, firm.id, 2]);
    // It had a key, and waits for one now.
    visit.firm = new Firm({ name: 'e' });
    visit.site = new Site({ firm: visit.firm as Firm, code: 2 });
    await after.flush();
    expect(await own.session().query(Visit).values('firmId', 'code')).toEqual([{ firmId: visit.firmId, code: 2 }]);
    await own.close();
  });

  it('S1: loaded collections follow the relation, and what was stored follows the fields', async () => {
    const session = db.session();
    const orders = await session.query(Order).prefetchRelated('tasks').orderBy('tenantId', 'number');
    const task = new Task({ id: 1, order: orders[0]! });
    session.add(task);
    await session.flush();
    const held = (): number[] => orders.map(({ tasks }) => tasks.length);
    expect(held()).toEqual([1, 0, 0, 0]);
    task.order = orders[3]!;
    expect(held()).toEqual([0, 0, 0, 1]);
    await session.flush();
    orders[1]!.tasks.add(task);
    expect([task.tenantId, task.orderNumber, ...held()]).toEqual([1, 2, 0, 1, 0, 0]);
    session.expire(task, 'order');
    await session.refresh(task);
    expect([task.tenantId, task.orderNumber, ...held()]).toEqual([2, 2, 0, 0, 0, 1]);
  });

  it('R8: what is taken out of a composite relation that owns it is deleted, and goes with its owner', async () => {
    const session = db.session();
    const order = await session.query(Order).prefetchRelated('lines').filter({ tenantId: 1, number: 1 }).one();
    const lines = ['a', 'b', 'c'].map((item) => new Line({ order, item }));
    session.add(...lines, new Line({ order: [2, 1], item: 'stays' }));
    await session.flush();
    order.lines.remove(lines[0]!);
    order.lines.set([lines[1]!]);
    await session.flush();
    const left = () => db.session().query(Line).orderBy('item').valuesList('item', { flat: true });
    expect(await left()).toEqual(['b', 'stays']);
    session.delete(order);
    await session.flush();
    expect(await left()).toEqual(['stays']);
  });

  it('S6: keys do not change: neither by a field nor by the relation', async () => {
    const session = db.session();
    const detail = new Detail({ order: [1, 1], text: 'x' });
    session.add(detail);
    await session.flush();
    detail.orderNumber = 2;
    const error = await errorOf(() => session.flush());
    expect(error.message).toBe(
      'The key Detail.orderNumber of a stored entity was changed. Insert a new entity and delete the old one.',
    );
    await session.rollback();
    const moving = db.session();
    const kept = await moving.getOrFail(Detail, [1, 1]);
    expect(kept.text).toBe('x');
    kept.order = await moving.getOrFail(Order, [1, 2]);
    const byRelation = await errorOf(() => moving.flush());
    expect(byRelation.message).toBe(error.message);
    await moving.rollback();
    expect(await db.session().query(Detail).values('tenantId', 'orderNumber')).toEqual([
      { tenantId: 1, orderNumber: 1 },
    ]);
  });

  it('Q2: Q6: filters by the whole relation, in writes as well', async () => {
    const session = db.session();
    const [one, two] = [await session.getOrFail(Order, [1, 1]), await session.getOrFail(Order, [2, 2])];
    await session.query(Task).bulkCreate([
      { id: 1, order: one },
      { id: 2, order: [2, 2] },
      { id: 3, tenant: 1, orderNumber: null },
      { id: 4, order: two, person: [2, 'ann'] },
    ]);
    const tasks = session.query(Task).orderBy('id');
    const ids = (filter: Parameters<typeof tasks.filter>[0]): PromiseLike<number[]> =>
      tasks.filter(filter).valuesList('id', { flat: true });
    expect(await ids({ order: one })).toEqual([1]);
    expect(await ids({ order: oneOf([one, two]) })).toEqual([1, 2, 4]);
    expect(await ids({ order: oneOf([]) })).toEqual([]);
    expect(await ids({ order: isNull() })).toEqual([3]);
    expect(await ids({ order: not(isNull()) })).toEqual([1, 2, 4]);
    expect(await ids({ person: null, order: two })).toEqual([2]);
    expect(await tasks.exclude({ order: two }).valuesList('id', { flat: true })).toEqual([1, 3]);
    expect(await ids((t) => t.order.title.eq('2/2').or(t.person.tenant.name.eq('t1')))).toEqual([2, 4]);
    expect(
      await session
        .query(Order)
        .filter({ tasks: { id: 4 } })
        .valuesList('title', { flat: true }),
    ).toEqual(['2/2']);
    expect(
      await session
        .query(Task)
        .filter({ order: { title: '2/2' } })
        .update({ worker: null }),
    ).toBe(2);
    expect(
      await session
        .query(Task)
        .filter({ order: oneOf([two]) })
        .delete(),
    ).toBe(2);
    expect(await ids({})).toEqual([1, 3]);
    const [task] = await session.query(Task).filter({ id: 1 });
    task!.order = await session.getOrFail(Order, [1, 2]);
    expect(await session.query(Task).bulkUpdate([task!], ['order'])).toBe(1);
    expect(
      await db
        .session()
        .query(Task)
        .filter({ order: [1, 2] })
        .count(),
    ).toBe(1);
  });

  it('S8: detached and merged graphs keep the whole key; one row stays one object', async () => {
    const session = db.session();
    session.add(new Task({ id: 1, order: [1, 1], person: [1, 'ann'] }));
    await session.flush();
    await session.commit();
    const reading = db.session();
    const task = await reading.query(Task).selectRelated('order', 'person').one();
    reading.detach(task);
    expect([task.tenantId, task.orderNumber, (task.order as Order).pk]).toEqual([1, 1, [1, 1]]);
    task.order = null;
    const other = db.session();
    const merged = await other.merge(task);
    expect([merged.order, merged.tenantId, merged.orderNumber, merged.worker]).toEqual([null, 1, null, 'ann']);
    expect((merged.person as Person).tenantId).toBe(1);
    await other.flush();
    const sent = await statementsOf(async () => {
      const fresh = db.session();
      const all = await fresh.query(Task).prefetchRelated('person.tasks', 'tenant').orderBy('id');
      expect(all[0]!.person!.tasks.map((one) => one)).toEqual(all);
    });
    expect(sent.length).toBe(4);
  });
});
