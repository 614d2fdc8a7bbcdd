import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { check, f, model, unique, UniqueViolationError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';
import { errorOf, openTestDatabase } from '../../support/database.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

class Slot extends model('slot', {
  id: f.int({ primaryKey: true }),
  label: f.string({ unique: true, maxLength: 20 }),
  note: f.string({ default: '' }),
  visits: f.reverse(() => Visit, 'slot'),
}) {}
class Visit extends model('visit', {
  id: f.auto(),
  who: f.string(),
  slot: f.foreignKey(() => Slot, { onDelete: 'cascade' }),
}) {}
/** Two columns that are unique together, one of which may be NULL; and a version. */
class Seat extends model(
  'seat',
  {
    id: f.int({ primaryKey: true }),
    hall: f.string(),
    place: f.int({ nullable: true }),
    rank: f.int({ unique: true }),
    version: f.version(),
  },
  { constraints: [unique('hall', 'place')] },
) {}
/** No value can stand in for a day, for a letter, or for what a rule of the database is against. */
class Day extends model(
  'day',
  {
    id: f.int({ primaryKey: true }),
    day: f.date({ unique: true }),
    letter: f.string({ maxLength: 1, unique: true }),
    size: f.int({ unique: true }),
  },
  { constraints: [check('size_is_positive', (d) => d.size.gt(0))] },
) {}
class Holder extends model('holder', { id: f.int({ primaryKey: true }), name: f.string() }) {}
class Pass extends model('pass', {
  id: f.int({ primaryKey: true }),
  holder: f.oneToOne(() => Holder, { nullable: true }),
}) {}

let db: Database;
let session: Session;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Slot, Visit, Seat, Day, Holder, Pass] });
});
afterAll(() => db.close());
beforeEach(async () => {
  await session?.close();
  session = db.session();
  await db.transaction(async (seed) => {
    for (const each of [Visit, Slot, Seat, Day, Pass, Holder])
      await seed
        .query(each as typeof Slot)
        .unfiltered()
        .delete();
    seed.addAll(['a', 'b', 'c'].map((label, i) => new Slot({ id: i + 1, label })));
    seed.addAll([1, 2].map((id) => new Seat({ id, hall: 'x', place: id, rank: id })));
    seed.addAll([1, 2].map((id) => new Day({ id, day: `2026-01-0${id}`, letter: 'ab'[id - 1]!, size: id })));
    seed.addAll([1, 2].map((id) => new Holder({ id, name: `h${id}` })));
    await seed.flush();
    seed.addAll([1, 2].map((id) => new Pass({ id, holder: id })));
  });
});

const REMEDY =
  'Another entity of this flush may be giving the value up, which is written afterwards: change or delete that one, flush, and then this one.';
const labels = (): PromiseLike<unknown[]> => db.session().query(Slot).orderBy('id').valuesList('id', 'label');
const slots = (): Promise<Slot[]> => session.query(Slot).orderBy('id') as unknown as Promise<Slot[]>;

describe('S3: a unique value that one entity takes over from another', () => {
  it('S3: two exchange it: one of them makes way, by one statement more', async () => {
    const [one, two] = await slots();
    [one!.label, two!.label] = ['b', 'a'];
    await expectSent(() => session.commit(), {
      sqlite: [
        'BEGIN',
        'UPDATE "slot" SET "label" = ? WHERE "id" = ?',
        '2× UPDATE "slot" SET "label" = ? WHERE "id" = ?',
        'COMMIT',
      ],
      postgres: [
        'BEGIN',
        'UPDATE "slot" SET "label" = $1 WHERE "id" = $2',
        '2× UPDATE "slot" SET "label" = $1 WHERE "id" = $2',
        'COMMIT',
      ],
      mysql: [
        'BEGIN',
        'UPDATE `slot` SET `label` = ? WHERE `id` = ?',
        '2× UPDATE `slot` SET `label` = ? WHERE `id` = ?',
        'COMMIT',
      ],
    });
    expect([one!.label, two!.label, await labels()]).toEqual([
      'b',
      'a',
      [
        [1, 'b'],
        [2, 'a'],
        [3, 'c'],
      ],
    ]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('S3: in a ring of three too, also where other fields are changed with it', async () => {
    const [one, two, three] = await slots();
    [one!.label, two!.label, three!.label] = ['b', 'c', 'a'];
    two!.note = 'changed';
    await session.commit();
    expect(await labels()).toEqual([
      [1, 'b'],
      [2, 'c'],
      [3, 'a'],
    ]);
  });

  it('S3: one after the other needs no statement more, in whatever order they were changed', async () => {
    const [one, two, three] = await slots();
    [one!.label, two!.label, three!.label] = ['b', 'c', 'd'];
    const sent = await statementsOf(() => session.commit());
    expect(sent.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(['BEGIN', '3× UPDATE', 'COMMIT']);
    expect(await labels()).toEqual([
      [1, 'b'],
      [2, 'c'],
      [3, 'd'],
    ]);
  });

  it('S3: many exchange it at once: all of them make way by one statement', async () => {
    await db.transaction((seed) =>
      seed.addAll(Array.from({ length: 40 }, (_, i) => new Slot({ id: 10 + i, label: `n${i}` }))),
    );
    const many = (await slots()).slice(3);
    for (let i = 0; i < many.length; i += 2)
      [many[i]!.label, many[i + 1]!.label] = [many[i + 1]!.label, many[i]!.label];
    await session.commit();
    expect((await labels()).slice(3)).toEqual(
      Array.from({ length: 40 }, (_, i) => [10 + i, `n${i % 2 === 0 ? i + 1 : i - 1}`]),
    );
  });

  it('S3: a new one takes it from one that is changed, or deleted: that one goes first', async () => {
    const [one, two] = await slots();
    one!.label = 'z';
    session.delete(two!);
    session.add(new Slot({ id: 8, label: 'a' }), new Slot({ id: 9, label: 'b' }));
    const sent = await statementsOf(() => session.commit());
    expect(sent.map((text) => /\b(?:BEGIN|UPDATE|DELETE|INSERT|COMMIT)\b/.exec(text)?.[0])).toEqual([
      'BEGIN',
      'UPDATE',
      'DELETE',
      'INSERT',
      'COMMIT',
    ]);
    expect(await labels()).toEqual([
      [1, 'z'],
      [3, 'c'],
      [8, 'a'],
      [9, 'b'],
    ]);
  });

  it('S3: one that is changed takes it from one that is deleted', async () => {
    const [one, two] = await slots();
    session.delete(one!);
    two!.label = 'a';
    await session.commit();
    expect(await labels()).toEqual([
      [2, 'a'],
      [3, 'c'],
    ]);
  });

  it('S3: S5: a row takes the key of one that is deleted: what belongs to either stays with it', async () => {
    const [one] = await slots();
    session.add(new Visit({ who: 'old', slot: one! }));
    await session.commit();
    const old = await session.query(Visit).one();
    session.delete(one!);
    const next = new Slot({ id: 1, label: 'a' });
    const visit = new Visit({ who: 'new', slot: next });
    session.add(next, visit);
    await session.commit();
    expect([session.state(one!), session.state(old), session.state(next), session.state(visit)]).toEqual([
      'detached',
      'detached',
      'persistent',
      'persistent',
    ]);
    expect([await session.get(Slot, 1), visit.slot]).toEqual([next, next]);
    expect(await db.session().query(Visit).valuesList('who', 'slotId')).toEqual([['new', 1]]);
    await errorOf(() =>
      session.transaction(async () => {
        session.delete(next);
        session.add(new Slot({ id: 1, label: 'other' }));
        await session.flush();
        throw new Error('no');
      }),
    );
    expect([await session.get(Slot, 1), session.state(next), next.label]).toEqual([next, 'persistent', 'a']);
    expect((await labels())[0]).toEqual([1, 'a']);
  });

  it('S3: S4: several columns that are unique together, a NULL in one of them, and a version', async () => {
    const [one, two] = await session.query(Seat).orderBy('id');
    [one!.place, two!.place] = [2, 1];
    [one!.rank, two!.rank] = [2, 1];
    await session.commit();
    expect(await db.session().query(Seat).orderBy('id').valuesList('id', 'place', 'rank', 'version')).toEqual([
      [1, 2, 2, 2],
      [2, 1, 1, 2],
    ]);
  });

  it('S3: R1: the other side of a one-to-one relation', async () => {
    const [one, two] = await session.query(Pass).orderBy('id');
    const [first, second] = await session.query(Holder).orderBy('id');
    one!.holder = second!;
    two!.holder = first!;
    await session.commit();
    expect(await db.session().query(Pass).orderBy('id').valuesList('id', 'holderId')).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('S3: S10: explainFlush() says who makes way', async () => {
    const [one, two] = await slots();
    [one!.label, two!.label] = ['b', 'a'];
    const told = await session.explainFlush();
    expect(told.map(({ operation, rows, entities }) => [operation, rows, entities.map(({ why }) => why)])).toEqual([
      ['update', 1, ['another takes its label']],
      ['update', 2, ['changed: label', 'changed: label']],
    ]);
    await session.rollback();
  });

  for (const [title, change, field] of [
    ['a type of which no value is strange', (a: Day, b: Day) => ([a.day, b.day] = [b.day, a.day]), 'day'],
    ['too short for a strange one', (a: Day, b: Day) => ([a.letter, b.letter] = [b.letter, a.letter]), 'letter'],
    ['a rule of the database', (a: Day, b: Day) => ([a.size, b.size] = [b.size, a.size]), 'size'],
  ] as const)
    it(`S3: V2: where no value can stand in, it is explained, nothing is kept, and a flush between solves it: ${title}`, async () => {
      const days = (): PromiseLike<unknown[]> =>
        db.session().query(Day).orderBy('id').valuesList('day', 'letter', 'size');
      const before = await days();
      const [one, two] = await session.query(Day).orderBy('id');
      change(one!, two!);
      const error = await errorOf(() => session.commit());
      expect(error).toBeInstanceOf(UniqueViolationError);
      expect(error).toMatchObject({ model: 'Day', fields: [field], remedy: REMEDY });
      expect(await days()).toEqual(before);
    });

  it('V2: a value that a stranger has is no such thing', async () => {
    session.add(new Slot({ id: 9, label: 'a' }));
    const error = await errorOf(() => session.commit());
    expect(error).toBeInstanceOf(UniqueViolationError);
    expect(error).not.toHaveProperty('remedy');
  });
});
