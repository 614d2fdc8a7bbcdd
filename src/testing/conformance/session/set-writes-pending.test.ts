/** What waits to be written beside `update()` and `delete()` of a set, and what a rollback shows after them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { f, model, SessionStateError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { items } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

class Writer extends model('writer', {
  id: f.auto(),
  name: f.string(),
  essays: f.reverse(() => Essay, 'writer'),
  lines: f.reverse(() => Line, 'writer', { cascade: 'delete-orphan' }),
  clubs: f.manyToMany(() => Circle, { through: () => Seat }),
  seats: f.reverse(() => Seat, 'writer'),
  badge: f.reverseOne(() => Pin, 'writer'),
}) {}
class Pin extends model('pin', {
  id: f.auto(),
  writer: f.oneToOne(() => Writer, { nullable: true, onDelete: 'set null' }),
}) {}
class Essay extends model('essay', {
  id: f.auto(),
  title: f.string(),
  writer: f.foreignKey(() => Writer, { nullable: true, onDelete: 'set null' }),
  topics: f.manyToMany(() => Topic),
}) {}
class Line extends model('line', { id: f.auto(), writer: f.foreignKey(() => Writer, { onDelete: 'cascade' }) }) {}
class Topic extends model('topic', { id: f.auto(), name: f.string(), essays: f.reverse(() => Essay, 'topics') }) {}
class Circle extends model('circle', {
  id: f.auto(),
  name: f.string(),
  members: f.reverse(() => Writer, 'clubs'),
  seats: f.reverse(() => Seat, 'circle'),
}) {}
class Seat extends model('seat', {
  id: f.auto(),
  writer: f.foreignKey(() => Writer, { onDelete: 'cascade' }),
  circle: f.foreignKey(() => Circle, { onDelete: 'cascade' }),
}) {}

let db: Database;
let session: Session;
let ann: Writer;
let bob: Writer;
let one: Essay;
let two: Essay;
let art: Topic;
let reds: Circle;
let blues: Circle;
let seat: Seat;
beforeAll(async () => {
  db = await openTestDatabase({ models: [Writer, Pin, Topic] });
});
afterAll(() => db.close());
/** Ann wrote One, which is about art, and sits in the Reds; Bob wrote Two. */
beforeEach(async () => {
  await session?.close();
  await db.dropAll({ confirm: true });
  await db.createAll();
  await db.transaction((seed) => {
    const [first, second] = [new Writer({ name: 'Ann' }), new Writer({ name: 'Bob' })];
    const essay = new Essay({ title: 'One', writer: first });
    essay.topics.add(new Topic({ name: 'art' }));
    const circle = new Circle({ name: 'Reds' });
    seed.addAll([first, second, essay, new Essay({ title: 'Two', writer: second }), new Line({ writer: first })]);
    seed.addAll([circle, new Circle({ name: 'Blues' }), new Seat({ writer: first, circle })]);
  });
  await begin(db.session());
});

/** Everything read by a session, every collection loaded. */
async function begin(fresh: Session): Promise<void> {
  session = fresh;
  [ann, bob] = (await session
    .query(Writer)
    .orderBy('id')
    .prefetchRelated('essays', 'lines', 'clubs', 'seats', 'badge')) as unknown as [Writer, Writer];
  [one, two] = (await session.query(Essay).orderBy('id').prefetchRelated('topics')) as unknown as [Essay, Essay];
  [art] = (await session.query(Topic).prefetchRelated('essays')) as unknown as [Topic];
  [reds, blues] = (await session.query(Circle).orderBy('id').prefetchRelated('members', 'seats')) as unknown as [
    Circle,
    Circle,
  ];
  [seat] = (await session.query(Seat)) as unknown as [Seat];
}

/** A collection, whatever it holds. */
interface Held extends Iterable<object> {
  readonly isLoaded: boolean;
}
type Shown = Record<string, readonly unknown[] | 'not loaded'>;

const nameOf = (item: { title?: string; name?: string }): string => item.title ?? item.name ?? 'it';

/** What the collections of a session say, of all that it has. */
function shown(writers: readonly Writer[], topics: readonly Topic[], circles: readonly Circle[]): Shown {
  const all: Shown = {};
  const note = (owner: { name: string }, names: readonly string[]): void => {
    for (const name of names) {
      const held = (owner as unknown as Record<string, Held>)[name]!;
      all[`${owner.name}.${name}`] = held.isLoaded ? Array.from(held, nameOf).toSorted() : 'not loaded';
    }
  };
  for (const writer of writers) note(writer, ['essays', 'lines', 'clubs', 'seats']);
  for (const topic of topics) note(topic, ['essays']);
  for (const circle of circles) note(circle, ['members', 'seats']);
  return all;
}

const isHere = (entity: Writer | Topic | Circle | undefined): boolean =>
  entity !== undefined && session.state(entity) === 'persistent';

/** Memory, where it is loaded, says what the database does; this is what both say. */
async function told(): Promise<Shown> {
  const here = shown(
    [ann, bob].filter((writer) => isHere(writer)),
    [art].filter((topic) => isHere(topic)),
    [reds, blues].filter((circle) => isHere(circle)),
  );
  await using other = db.session();
  const stored = shown(
    await other.query(Writer).orderBy('id').prefetchRelated('essays', 'lines', 'clubs', 'seats'),
    await other.query(Topic).prefetchRelated('essays'),
    await other.query(Circle).orderBy('id').prefetchRelated('members', 'seats'),
  );
  const read = Object.fromEntries(
    Object.entries(stored).map(([name, list]) => [name, here[name] === 'not loaded' ? 'not loaded' : list]),
  );
  expect(here).toEqual(read);
  return stored;
}

const SEEDED: Shown = {
  'Ann.essays': ['One'],
  'Ann.lines': ['it'],
  'Ann.clubs': ['Reds'],
  'Ann.seats': ['it'],
  'Bob.essays': ['Two'],
  'Bob.lines': [],
  'Bob.clubs': [],
  'Bob.seats': [],
  'art.essays': ['One'],
  'Reds.members': ['Ann'],
  'Reds.seats': ['it'],
  'Blues.members': [],
  'Blues.seats': [],
};

const GONE = { 'Ann.essays': [], 'art.essays': [] };
const deletes = (title: string): Promise<number> => session.query(Essay).filter({ title }).delete();
const gives = (title: string, writer: Writer | null): Promise<number> =>
  session
    .query(Essay)
    .filter({ title })
    .update({ writer: writer?.id ?? null });

describe('S7: rollback() after writes of sets outside of a transaction', () => {
  const ways: readonly [string, () => unknown, Shown][] = [
    ['taken out of its collection', () => ann.essays.remove(one), GONE],
    ['given to another', () => bob.essays.add(one), GONE],
    ['given to nobody, by a collection that is cleared', () => ann.essays.clear(), GONE],
    ['taken out of a link, and of its other side', () => one.topics.remove(art), GONE],
    ['taken out of it on the other side', () => art.essays.clear(), GONE],
    ['to be deleted', () => session.delete(one), GONE],
  ];
  for (const [how, change, expected] of ways)
    it(`Q8: S7: R3: R5: what was ${how}, and then deleted by a set, is nowhere`, async () => {
      change();
      expect(await deletes('One')).toBe(1);
      await session.rollback();
      expect([await told(), session.state(one)]).toEqual([{ ...SEEDED, ...expected }, 'detached']);
      expect(await statementsOf(() => session.commit())).toEqual([]);
    });

  it('Q8: S7: R3: what was taken out, and then given another owner by a set, is with that one', async () => {
    ann.essays.remove(one);
    expect(await gives('One', bob)).toBe(1);
    await session.rollback();
    expect(await told()).toEqual({ ...SEEDED, 'Ann.essays': [], 'Bob.essays': ['One', 'Two'] });
    expect([one.writer, one.writerId]).toEqual([bob, bob.id]);
  });

  it('Q8: S7: R3: what was given to a third meanwhile is with the owner that the set gave it', async () => {
    const eve = new Writer({ name: 'Eve' });
    session.add(eve);
    await session.commit();
    await eve.essays.load();
    eve.essays.add(one);
    await gives('One', bob);
    expect([items(ann.essays), items(bob.essays), items(eve.essays)]).toEqual([[], [two], [one]]);
    await session.rollback();
    expect([items(ann.essays), items(bob.essays), items(eve.essays)]).toEqual([[], [two, one], []]);
    eve.essays.add(one);
    await gives('One', ann);
    await session.commit();
    expect([items(ann.essays), items(bob.essays), items(eve.essays)]).toEqual([[], [two], [one]]);
    await gives('One', ann);
    session.expire(ann, 'essays');
    expect([items(await ann.essays.load()), one.writer]).toEqual([[one], ann]);
  });

  it('Q8: S7: R3: one that waits elsewhere is not shown by the owner that a set gave it, when that is loaded', async () => {
    const eve = new Writer({ name: 'Eve' });
    session.add(eve);
    await session.commit();
    await eve.essays.load();
    session.expire(bob, 'essays');
    eve.essays.add(one);
    await gives('One', bob);
    expect([items(await bob.essays.load()), items(eve.essays)]).toEqual([[two], [one]]);
    await session.commit();
    expect([items(bob.essays), items(eve.essays), one.writer]).toEqual([[two], [one], eve]);
  });

  it('Q8: S7: R3: rows that the session does not have are read again', async () => {
    await db.transaction((other) => other.add(new Essay({ title: 'Three', writer: ann.id })));
    bob.essays.add(one);
    await gives('Three', bob);
    await session.rollback();
    expect(await told()).toEqual({ ...SEEDED, 'Bob.essays': ['Three', 'Two'] });
  });

  it('Q8: S7: R5: links through a model: moved, taken out, and deleted by a set', async () => {
    seat.circle = blues;
    expect(await session.query(Seat).unfiltered().delete()).toBe(1);
    await session.rollback();
    const left = { 'Ann.clubs': [], 'Ann.seats': [], 'Reds.members': [], 'Reds.seats': [] };
    expect([await told(), session.state(seat)]).toEqual([{ ...SEEDED, ...left }, 'detached']);
    await reds.members.load();
    reds.members.add(ann);
    await session.commit();
    await ann.clubs.load();
    reds.members.clear();
    await session.query(Seat).unfiltered().update({ circle: blues.id });
    await session.rollback();
    expect((await told())['Ann.clubs']).toEqual(['Blues']);
  });

  it('Q9: S7: R3: R5: what was given to another, and saved by bulkUpdate(), is there', async () => {
    one.writer = bob;
    expect(await session.query(Essay).bulkUpdate([one], ['writer'])).toBe(1);
    seat.circle = blues;
    expect(await session.query(Seat).bulkUpdate([seat], ['circle'])).toBe(1);
    await session.rollback();
    const moved = { 'Ann.clubs': ['Blues'], 'Blues.members': ['Ann'], 'Reds.members': [] };
    expect(await told()).toEqual({
      ...SEEDED,
      ...moved,
      'Ann.essays': [],
      'Bob.essays': ['One', 'Two'],
      'Blues.seats': ['it'],
      'Reds.seats': [],
    });
  });

  it('Q8: S7: R3: what hangs on rows that go with others', async () => {
    const [line] = items(ann.lines);
    ann.lines.remove(line!);
    one.writer = bob;
    session.delete(seat);
    expect(await session.query(Writer).filter({ name: 'Ann' }).delete()).toBe(1);
    await session.rollback();
    expect((await told())['Bob.essays']).toEqual(['Two']);
    expect([session.state(line!), session.state(seat), one.writer, one.writerId]).toEqual([
      'detached',
      'detached',
      null,
      null,
    ]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('Q8: S7: T1: a savepoint that is rolled back shows what is there without it', async () => {
    for (const flushMode of ['auto', 'manual'] as const) {
      await session.close();
      await begin(db.session({ flushMode }));
      const error = new Error('no');
      const thrown = await errorOf(() =>
        session.transaction(async () => {
          ann.essays.remove(one);
          await deletes('One');
          const inner = await errorOf(() =>
            session.transaction(async () => {
              bob.essays.remove(two);
              await deletes('Two');
              await gives('Two', ann);
              throw error;
            }),
          );
          expect(inner).toBe(error);
          expect([items(ann.essays), items(bob.essays), session.state(two)]).toEqual([[], [two], 'persistent']);
          throw error;
        }),
      );
      expect(thrown).toBe(error);
      expect([await told(), one.writer]).toEqual([SEEDED, ann]);
    }
  });

  it('Q8: S7: S8: what flushMode manual left unwritten in a transaction that was committed is given up', async () => {
    await session.close();
    await begin(db.session({ flushMode: 'manual' }));
    bob.essays.add(one);
    await session.transaction(async () => {
      reds.members.clear();
      await deletes('One');
      await session.query(Seat).unfiltered().delete();
    });
    await session.rollback();
    const left = { 'Ann.clubs': [], 'Ann.seats': [], 'Reds.members': [], 'Reds.seats': [] };
    expect(await told()).toEqual({ ...SEEDED, ...GONE, ...left });
    bob.essays.remove(two);
    await session.transaction(async () => {
      await session.flush();
      two.writer = ann;
    });
    await session.rollback();
    expect(await told()).toEqual({ ...SEEDED, ...GONE, ...left, 'Bob.essays': [] });
    expect(two.writer).toBe(null);
  });
});

describe('S3: what waits to be written about a row that a set deletes', () => {
  it('Q8: S3: R5: links to it are given up, whichever side made them, loaded or not', async () => {
    for (const link of [() => two.topics.add(art), () => art.essays.add(two)]) {
      link();
      expect(await deletes('Two')).toBe(1);
      await session.commit();
      expect(await told()).toEqual({ ...SEEDED, 'Bob.essays': [] });
      await session.close();
      await db.transaction((other) => other.add(new Essay({ title: 'Two', writer: 2 })));
      await begin(db.session());
      session.expire(art, 'essays');
      session.expire(two, 'topics');
    }
  });

  it('Q8: S3: R5: links of which it is the owner, and of a set that replaces them', async () => {
    art.essays.set([one, two]);
    await session.query(Topic).unfiltered().delete();
    await session.commit();
    expect([session.state(art), items(one.topics), items(two.topics)]).toEqual(['detached', [], []]);
    await session.close();
    await begin(db.session());
    session.expire(blues, 'members');
    blues.members.set([ann, bob]);
    await session.query(Writer).filter({ name: 'Bob' }).delete();
    expect(items(blues.members)).toEqual([ann]);
    await session.commit();
    expect(await told()).toMatchObject({ 'Ann.clubs': ['Blues', 'Reds'], 'Blues.members': ['Ann'] });
  });

  it('Q8: S3: R3: a reference to it goes back to where the row leads', async () => {
    const line = items(ann.lines)[0]!;
    one.writer = bob;
    bob.lines.add(line);
    await session.query(Writer).filter({ name: 'Bob' }).delete();
    expect([one.writer, one.writerId, line.writer, items(ann.essays), items(ann.lines)]).toEqual([
      ann,
      ann.id,
      ann,
      [one],
      [line],
    ]);
    expect([two.writer, two.writerId]).toEqual([null, null]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await told();
  });

  it('Q8: S3: R3: of a new entity it is null, where that may be', async () => {
    const pin = new Pin({ writer: bob });
    const essay = new Essay({ title: 'Three', writer: bob });
    session.add(pin, essay);
    await session.query(Writer).filter({ name: 'Bob' }).delete();
    expect([pin.writer, essay.writer, essay.writerId]).toEqual([null, null, null]);
    await session.commit();
    expect(await session.query(Essay).filter({ writer: null }).orderBy('id').values('title')).toEqual([
      { title: 'Two' },
      { title: 'Three' },
    ]);
  });

  it('Q8: S3: R3: a new entity that cannot be without it is refused by name, and nothing is sent', async () => {
    const line = new Line({ writer: bob });
    session.add(line);
    await session.query(Writer).filter({ name: 'Bob' }).delete();
    const thrown: unknown[] = [];
    expect(await statementsOf(async () => thrown.push(await errorOf(() => session.commit())))).toEqual([]);
    expect(thrown).toEqual([expect.any(SessionStateError)]);
    expect(thrown[0]).toMatchObject({
      message:
        'Line.writer leads to a Writer whose row was deleted. Let it lead to another, or take the Line out with session.delete().',
      model: 'Line',
      field: 'writer',
    });
    line.writer = ann;
    await session.commit();
    expect(await told()).toMatchObject({ 'Ann.lines': ['it', 'it'] });
  });

  it('Q8: S3: one that is to be deleted itself, or with what goes, is deleted once', async () => {
    session.delete(one, items(ann.lines)[0]!);
    await deletes('One');
    await session.query(Writer).filter({ name: 'Ann' }).delete();
    await session.commit();
    expect([session.state(one), session.state(ann)]).toEqual(['detached', 'detached']);
    await told();
  });

  it('Q8: S7: T1: a rollback of the transaction brings what waited back, too', async () => {
    await session.close();
    await begin(db.session({ flushMode: 'manual' }));
    art.essays.add(two);
    session.delete(one);
    await errorOf(() =>
      session.transaction(async () => {
        await session.query(Essay).unfiltered().delete();
        expect(items(art.essays)).toEqual([]);
        throw new Error('no');
      }),
    );
    expect([items(art.essays), session.state(one), session.state(two)]).toEqual([[one, two], 'deleted', 'persistent']);
    await session.commit();
    expect(await told()).toEqual({ ...SEEDED, 'Ann.essays': [], 'art.essays': ['Two'] });
  });
});
