import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { count, f, InvalidQueryError, model, oneOf } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { expectRefused, expectSql, openTestDatabase } from '../../support/database.ts';
import { undone } from '../../support/undone.ts';
import { Category } from '../../support/models.ts';

class Employee extends model('employee', {
  id: f.auto(),
  name: f.string(),
  boss: f.foreignKey(() => Employee, { nullable: true, onDelete: 'set null' }),
  reports: f.reverse(() => Employee, 'boss'),
  friends: f.manyToMany(() => Employee),
}) {}

/** A key of two parts, and a reference to something that is not the key. */
class Part extends model(
  'part',
  {
    kit: f.string({ maxLength: 20 }),
    no: f.int(),
    code: f.string({ maxLength: 20, unique: true }),
    within: f.foreignKey(() => Part, { to: 'code', nullable: true, onDelete: 'no action' }),
    parts: f.reverse(() => Part, 'within'),
  },
  { primaryKey: ['kit', 'no'] },
) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Employee, Part, Category] });
  await db.transaction(async (s) => {
    const [ada, ben, cleo, dan] = ['Ada', 'Ben', 'Cleo', 'Dan'].map((name) => new Employee({ name }));
    ben!.boss = ada!;
    cleo!.boss = ada!;
    dan!.boss = ben!;
    ada!.friends.add(cleo!);
    cleo!.friends.add(dan!);
    s.add(ada!, ben!, cleo!, dan!);
    // Two who are each other's bosses, and one who is their own.
    const [eve, finn, gus] = ['Eve', 'Finn', 'Gus'].map((name) => new Employee({ name }));
    s.add(eve!, finn!, gus!);
    await s.flush();
    eve!.boss = finn!;
    finn!.boss = eve!;
    gus!.boss = gus!;
    const part = (kit: string, no: number, code: string, within: Part | null) => new Part({ kit, no, code, within });
    const car = part('car', 1, 'c', null);
    const engine = part('car', 2, 'e', car);
    s.add(car, engine, part('engine', 1, 'v', engine), part('bike', 1, 'b', null));
  });
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const named = (name: string) => session.query(Employee).filter({ name });
const namesOf = (rows: readonly Employee[]): string[] => rows.map(({ name }) => name).sort();

describe('what a relation leads to, step by step', () => {
  it('Q6: the employees under a manager', async () => {
    const under = named('Ada').recursive('reports');
    expectSql(under.values('name'), {
      sqlite:
        'SELECT t0."name" FROM "employee" AS t0 INNER JOIN (WITH RECURSIVE "reached"("k0") AS (SELECT t1."id" FROM "employee" AS t1 WHERE t1."name" = ? UNION SELECT t2."id" FROM "employee" AS t2 INNER JOIN "reached" AS w ON t2."boss_id" = w."k0") SELECT w."k0" AS "k0" FROM "reached" AS w) AS found ON t0."id" = found."k0"',
      postgres:
        'SELECT t0."name" FROM "employee" AS t0 INNER JOIN (WITH RECURSIVE "reached"("k0") AS (SELECT t1."id" FROM "employee" AS t1 WHERE t1."name" = $1 UNION SELECT t2."id" FROM "employee" AS t2 INNER JOIN "reached" AS w ON t2."boss_id" = w."k0") SELECT w."k0" AS "k0" FROM "reached" AS w) AS found ON t0."id" = found."k0"',
      mysql:
        'SELECT t0.`name` FROM `employee` AS t0 INNER JOIN (WITH RECURSIVE `reached`(`k0`) AS (SELECT t1.`id` FROM `employee` AS t1 WHERE t1.`name` = ? UNION SELECT t2.`id` FROM `employee` AS t2 INNER JOIN `reached` AS w ON t2.`boss_id` = w.`k0`) SELECT w.`k0` AS `k0` FROM `reached` AS w) AS found ON t0.`id` = found.`k0`',
      parameters: ['Ada'],
    });
    expect(namesOf(await under)).toEqual(['Ada', 'Ben', 'Cleo', 'Dan']);
    const loaded = await under.filter({ name: 'Dan' }).selectRelated('boss.boss').prefetchRelated('friends');
    expect(loaded.map((e) => [e.boss?.boss?.name, e.friends.length])).toEqual([['Ada', 0]]);
    expect([await under.count(), await under.exclude({ name: 'Ada' }).count()]).toEqual([4, 3]);
  });

  it('Q6: towards the root, with the depth as an annotation', async () => {
    const up = named('Dan').recursive('boss', { depth: 'level' }).orderBy('level');
    expectSql(up.values('name', 'level'), {
      sqlite:
        'SELECT t0."name", found."depth" FROM "employee" AS t0 INNER JOIN (WITH RECURSIVE "reached"("k0") AS (SELECT t1."id" FROM "employee" AS t1 WHERE t1."name" = ? UNION SELECT t2."boss_id" FROM "employee" AS t2 INNER JOIN "reached" AS w ON t2."id" = w."k0" WHERE t2."boss_id" IS NOT NULL), "walked"("k0", "depth") AS (SELECT t3."id", 0 FROM "employee" AS t3 WHERE t3."name" = ? UNION SELECT t4."boss_id", (w."depth" + 1) FROM "employee" AS t4 INNER JOIN "walked" AS w ON t4."id" = w."k0" WHERE t4."boss_id" IS NOT NULL AND w."depth" < (SELECT COUNT(*) FROM "reached" AS r)) SELECT w."k0" AS "k0", MIN(w."depth") AS "depth" FROM "walked" AS w GROUP BY w."k0") AS found ON t0."id" = found."k0" ORDER BY found."depth"',
      postgres:
        'SELECT t0."name", found."depth" FROM "employee" AS t0 INNER JOIN (WITH RECURSIVE "reached"("k0") AS (SELECT t1."id" FROM "employee" AS t1 WHERE t1."name" = $1 UNION SELECT t2."boss_id" FROM "employee" AS t2 INNER JOIN "reached" AS w ON t2."id" = w."k0" WHERE t2."boss_id" IS NOT NULL), "walked"("k0", "depth") AS (SELECT t3."id", 0 FROM "employee" AS t3 WHERE t3."name" = $2 UNION SELECT t4."boss_id", (w."depth" + 1) FROM "employee" AS t4 INNER JOIN "walked" AS w ON t4."id" = w."k0" WHERE t4."boss_id" IS NOT NULL AND w."depth" < (SELECT COUNT(*) FROM "reached" AS r)) SELECT w."k0" AS "k0", MIN(w."depth") AS "depth" FROM "walked" AS w GROUP BY w."k0") AS found ON t0."id" = found."k0" ORDER BY found."depth"',
      mysql:
        'SELECT t0.`name`, found.`depth` FROM `employee` AS t0 INNER JOIN (WITH RECURSIVE `reached`(`k0`) AS (SELECT t1.`id` FROM `employee` AS t1 WHERE t1.`name` = ? UNION SELECT t2.`boss_id` FROM `employee` AS t2 INNER JOIN `reached` AS w ON t2.`id` = w.`k0` WHERE t2.`boss_id` IS NOT NULL), `walked`(`k0`, `depth`) AS (SELECT t3.`id`, 0 FROM `employee` AS t3 WHERE t3.`name` = ? UNION SELECT t4.`boss_id`, (w.`depth` + 1) FROM `employee` AS t4 INNER JOIN `walked` AS w ON t4.`id` = w.`k0` WHERE t4.`boss_id` IS NOT NULL AND w.`depth` < (SELECT COUNT(*) FROM `reached` AS r)) SELECT w.`k0` AS `k0`, MIN(w.`depth`) AS `depth` FROM `walked` AS w GROUP BY w.`k0`) AS found ON t0.`id` = found.`k0` ORDER BY found.`depth`',
      parameters: ['Dan', 'Dan'],
    });
    expect((await up).map((e) => [e.name, e.level])).toEqual([
      ['Dan', 0],
      ['Ben', 1],
      ['Ada', 2],
    ]);
    expect(await up.filter((e) => e.level.gt(0)).valuesList('name', { flat: true })).toEqual(['Ben', 'Ada']);
    expect(await up.values((e) => ({ level: e.level, n: count() })).orderBy('level')).toEqual([
      { level: 0, n: 1 },
      { level: 1, n: 1 },
      { level: 2, n: 1 },
    ]);
  });

  it('Q6: so many steps at most', async () => {
    const near = session.query(Employee).filter({ name: 'Ada' }).recursive('reports', { maxDepth: 1 });
    expect(namesOf(await near)).toEqual(['Ada', 'Ben', 'Cleo']);
    expect(namesOf(await named('Ada').recursive('reports', { maxDepth: 0 }))).toEqual(['Ada']);
    const levels = named('Ada').recursive('reports', { depth: 'level', maxDepth: 1 }).orderBy('-level', 'name');
    expect((await levels).map((e) => [e.name, e.level])).toEqual([
      ['Ben', 1],
      ['Cleo', 1],
      ['Ada', 0],
    ]);
  });

  it('Q6: circles in the data end it, with and without depth', async () => {
    expect(namesOf(await named('Eve').recursive('boss'))).toEqual(['Eve', 'Finn']);
    expect(namesOf(await named('Gus').recursive('reports'))).toEqual(['Gus']);
    const round = await named('Eve').recursive('reports', { depth: 'level' }).orderBy('level');
    expect(round.map((e) => [e.name, e.level])).toEqual([
      ['Eve', 0],
      ['Finn', 1],
    ]);
  });

  it('Q6: M7: many-to-many, composite keys, a reference to what is not the key', async () => {
    const friends = named('Ada').recursive('friends', { depth: 'far' }).orderBy('far');
    expect((await friends).map((e) => [e.name, e.far])).toEqual([
      ['Ada', 0],
      ['Cleo', 1],
      ['Dan', 2],
    ]);
    const inside = session.query(Part).filter({ code: 'c' }).recursive('parts', { depth: 'deep' });
    expect(await inside.orderBy('deep').values('kit', 'no', 'deep')).toEqual([
      { kit: 'car', no: 1, deep: 0 },
      { kit: 'car', no: 2, deep: 1 },
      { kit: 'engine', no: 1, deep: 2 },
    ]);
    const outside = session.query(Part).filter({ code: 'v' }).recursive('within');
    expect(await outside.orderBy('code').valuesList('code', { flat: true })).toEqual(['c', 'e', 'v']);
  });

  it('Q6: in other queries, in sets, in writes; from sets that are sorted and cut; 3,000 levels', async () => {
    const under = named('Ben').recursive('reports');
    expect(namesOf(await session.query(Employee).filter({ boss: oneOf(under) }))).toEqual(['Dan']);
    expect(namesOf(await named('Ada').recursive('reports').difference(under))).toEqual(['Ada', 'Cleo']);
    expect(namesOf(await under.union(named('Gus')).recursive('boss'))).toEqual(['Ada', 'Ben', 'Dan', 'Gus']);
    expect(namesOf(await session.query(Employee).orderBy('-name').limit(2).recursive('boss'))).toEqual([
      'Eve',
      'Finn',
      'Gus',
    ]);
    await undone(db, async (s) => {
      const own = s.query(Employee).filter({ name: 'Ben' });
      expect(await own.recursive('reports').update({ name: 'x' })).toBe(2);
      expect(await s.query(Employee).filter({ name: 'x' }).delete()).toBe(2);
    });
    await db.transaction(async (s) => {
      const rows = Array.from(
        { length: 3_000 },
        (_, i) => new Category({ id: i + 1, name: `c${i}`, parent: i === 0 ? null : i }),
      );
      await s.query(Category).bulkCreate(rows);
    });
    const deepest = session.query(Category).filter({ id: 1 }).recursive('children', { depth: 'level' });
    expect(await deepest.orderBy('-level').limit(1).values('id', 'level')).toEqual([{ id: 3_000, level: 2_999 }]);
  });
});

describe('refused before anything is sent', () => {
  it('Q14: Q6: relations to others, unknown names, wrong options', async () => {
    const refused = (call: () => unknown, message: string) =>
      expectRefused(db, call, { type: InvalidQueryError, message });
    const all = session.query(Employee);
    await refused(
      () => all.recursive(1 as never),
      'recursive() takes the name of a relation of Employee, not an integer.',
    );
    await refused(
      () => all.recursive('boss', { depht: 'x' } as never),
      "recursive() has no option 'depht'. Did you mean 'depth'?",
    );
    await refused(
      () => all.recursive('boss', { depth: 'name' }),
      "recursive() takes another name for depth: 'name' would hide Employee.name.",
    );
    await refused(
      () => all.recursive('boss', { maxDepth: -1 }),
      'maxDepth() takes a whole number from 0, not this one.',
    );
    await refused(
      () => all.annotate((e) => ({ n: e.reports.count() })).recursive('boss'),
      'recursive() begins with rows, and annotations are for those that it finds: annotate after it.',
    );
    await refused(
      () => all.forUpdate().recursive('boss'),
      'recursive() takes a query that locks no rows: this is for the query around it.',
    );
    await refused(
      () => all.recursive('boss', { depth: 'n' }).union(all),
      'union() loses the depth of recursive(): follow the relation from the whole.',
    );
  });
});
