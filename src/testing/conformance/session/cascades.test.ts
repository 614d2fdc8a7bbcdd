import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, model } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { items, pictureOf, rowsOf } from '../../support/pictures.ts';
import { statementsOf } from '../../support/statements.ts';

/** Nothing is deleted by the database: what goes, the session deletes. */
class Thread extends model('thread', {
  id: f.auto(),
  title: f.string(),
  replies: f.reverse(() => Reply, 'thread', { cascade: 'delete' }),
  drafts: f.reverse(() => Draft, 'thread', { cascade: 'delete-orphan' }),
  notes: f.reverse(() => Remark, 'thread', { cascade: 'delete-orphan' }),
  poll: f.reverseOne(() => Poll, 'thread', { cascade: 'delete-orphan' }),
}) {}
class Reply extends model('reply', {
  id: f.auto(),
  text: f.string(),
  version: f.version(),
  thread: f.foreignKey(() => Thread, { nullable: true }),
  parent: f.foreignKey(() => Reply, { nullable: true }),
  answers: f.reverse(() => Reply, 'parent', { cascade: 'delete' }),
}) {}
class Draft extends model('draft', { id: f.auto(), text: f.string(), thread: f.foreignKey(() => Thread) }) {}
class Remark extends model('remark', {
  id: f.auto(),
  text: f.string(),
  thread: f.foreignKey(() => Thread, { nullable: true }),
}) {}
class Poll extends model('poll', {
  id: f.auto(),
  question: f.string(),
  thread: f.oneToOne(() => Thread),
  options: f.reverse(() => Choice, 'poll', { cascade: 'delete' }),
}) {}
class Choice extends model('choice', { id: f.auto(), text: f.string(), poll: f.foreignKey(() => Poll) }) {}

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Thread, Reply, Draft, Remark, Poll, Choice] });
});
afterEach(() => db.close());

/** Two threads; the first with two replies, of which one has answers in two levels, a draft, a remark, and a poll of two choices. */
async function stored(): Promise<void> {
  await db.transaction((session) => {
    const [one, two] = [new Thread({ title: 'one' }), new Thread({ title: 'two' })];
    const first = new Reply({ text: 'first', thread: one });
    const answer = new Reply({ text: 'answer', parent: first });
    const poll = new Poll({ question: '?', thread: one });
    session.add(one, two, first, new Reply({ text: 'second', thread: one }), answer);
    session.add(new Reply({ text: 'deep', parent: answer }), new Reply({ text: 'other', thread: two }));
    session.add(new Draft({ text: 'draft', thread: one }), new Remark({ text: 'remark', thread: one }), poll);
    session.add(new Choice({ text: 'yes', poll }), new Choice({ text: 'no', poll }));
  });
}

const OTHERS = { thread: [{ id: 2, title: 'two' }], reply: [{ text: 'other', thread_id: 2 }] };
const threads = async (session: Session): Promise<Thread[]> => session.query(Thread).orderBy('id');
/** Everything that the session may have, read into it. */
async function everything(session: Session): Promise<object[]> {
  const all: object[] = await session.query(Thread).orderBy('id').prefetchRelated('poll.options');
  all.push(...(await session.query(Reply).orderBy('id')), ...(await session.query(Draft)));
  return [...all, ...(await session.query(Remark)), ...(await session.query(Poll)), ...(await session.query(Choice))];
}

describe("cascade: 'delete'", () => {
  it('R8: S3: what was never loaded goes with its parent, children first, level by level, each in one statement', async () => {
    await stored();
    await using session = db.session();
    const [one] = await threads(session);
    session.delete(one!);
    const sent = await statementsOf(() => session.commit());
    const deleted = sent
      .filter((sql) => sql.includes('DELETE'))
      .map((sql) => /(?:FROM|DELETE) ["`](\w+)["`]/.exec(sql)![1]);
    expect(deleted.at(-1)).toBe('thread');
    expect(deleted.indexOf('choice')).toBeLessThan(deleted.indexOf('poll'));
    expect(deleted.filter((table) => table === 'reply')).toHaveLength(3);
    // replies, drafts, remarks, polls; answers and choices; answers of answers, and none of these.
    expect(sent.filter((sql) => sql.startsWith('SELECT'))).toHaveLength(8);
    expect(await rowsOf(db)).toMatchObject(OTHERS);
    expect(Object.keys(await rowsOf(db)).sort()).toEqual(['reply', 'thread']);
  });

  it('R8: S7: V3: what goes along has its hooks, its states and its rollback', async () => {
    await stored();
    const seen: string[] = [];
    const stops = [
      Reply.on('beforeDelete', (reply) => void seen.push(`before ${reply.text}`)),
      Reply.on('afterDelete', (reply) => void seen.push(`after ${reply.text}`)),
    ];
    await using session = db.session();
    const all = await everything(session);
    const [one] = await threads(session);
    await session.prefetch([one!], 'replies.answers', 'drafts', 'notes', 'poll');
    const before = pictureOf(session, all);
    const rows = await rowsOf(db);
    const stop = new Error('back');
    const caught = await errorOf(() =>
      session.transaction(async () => {
        session.delete(one!);
        await session.flush();
        expect(seen.splice(0).sort()).toEqual(
          ['answer', 'deep', 'first', 'second'].flatMap((text) => [`after ${text}`, `before ${text}`]).sort(),
        );
        const left = all.filter((entity) => session.state(entity as Thread) !== 'detached');
        expect(left.map((entity) => (entity as Reply).text ?? (entity as Thread).title)).toEqual(['two', 'other']);
        throw stop;
      }),
    );
    expect(caught).toBe(stop);
    expect(pictureOf(session, all)).toEqual(before);
    expect(await rowsOf(db)).toEqual(rows);
    for (const end of stops) end();
    session.delete(one!);
    await session.commit();
    expect(await rowsOf(db)).toMatchObject(OTHERS);
  });

  it('R8: S6: a query over what is to go along writes first, inside a transaction', async () => {
    await stored();
    await db.transaction(async (session) => {
      const [one] = await threads(session);
      session.delete(one!);
      expect(await session.query(Choice).count()).toBe(0);
    });
  });

  it('R8: R3: a child that was moved away stays, one that was moved in goes, a new one is not saved', async () => {
    await stored();
    await using session = db.session();
    const [one, two] = await threads(session);
    const replies = await session.query(Reply).orderBy('id');
    const [first, second, other] = ['first', 'second', 'other'].map((text) =>
      replies.find((reply) => reply.text === text),
    );
    first!.thread = two!;
    other!.thread = one!;
    const made = new Reply({ text: 'new', thread: one! });
    expect(session.state(made)).toBe('pending');
    session.delete(one!);
    await session.commit();
    expect([first, second, other, made].map((reply) => session.state(reply!))).toEqual([
      'persistent',
      'detached',
      'detached',
      'transient',
    ]);
    expect(await db.session().query(Reply).orderBy('id').valuesList('text', 'threadId')).toEqual([
      ['first', two!.id],
      ['answer', null],
      ['deep', null],
    ]);
  });

  it('R8: S8: S9: a flush that fails takes back what it marked; the deletion of the parent can be taken back alone', async () => {
    await stored();
    await using session = db.session();
    const all = await everything(session);
    const [one] = await threads(session);
    const made = new Draft({ text: 'new', thread: one! });
    await db.session().query(Reply).filter({ text: 'deep' }).update({ version: 7 });
    session.delete(one!);
    const before = pictureOf(session, [...all, made]);
    const rows = await rowsOf(db);
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_STALE_OBJECT', model: 'Reply' });
    expect(pictureOf(session, [...all, made])).toEqual(before);
    expect(await rowsOf(db)).toEqual(rows);
    session.add(one!);
    expect(await statementsOf(() => session.commit())).toHaveLength(3);
    expect((await rowsOf(db))['draft']).toMatchObject([{ text: 'draft' }, { text: 'new' }]);
  });

  it('R8: a new parent that is deleted takes its new children with it, until a rollback', async () => {
    await using session = db.session();
    const one = new Thread({ title: 'new' });
    const reply = new Reply({ text: 'reply', thread: one });
    const answer = new Reply({ text: 'answer', parent: reply });
    session.add(one);
    const states = () => [one, reply, answer].map((entity) => session.state(entity));
    expect(states()).toEqual(['pending', 'pending', 'pending']);
    await errorOf(() =>
      session.transaction(() => {
        session.delete(one);
        expect(states()).toEqual(['transient', 'transient', 'transient']);
        throw new Error('back');
      }),
    );
    expect(states()).toEqual(['pending', 'pending', 'pending']);
    session.delete(one);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });
});

describe("cascade: 'delete-orphan'", () => {
  it('R8: R5: what is taken out is deleted, by a required key and by one that may be NULL, loaded or not', async () => {
    await stored();
    for (const load of [true, false]) {
      await using session = db.session();
      const [, two] = await threads(session);
      const drafts = ['a', 'b', 'c'].map((text) => two!.drafts.create({ text }));
      const notes = ['a', 'b', 'c'].map((text) => two!.notes.create({ text }));
      await session.commit();
      if (load) await session.prefetch([two!], 'drafts', 'notes');
      two!.drafts.remove(drafts[0]!);
      two!.notes.remove(notes[0]!);
      notes[1]!.thread = null;
      const shown = load ? [items(two!.drafts), items(two!.notes)] : undefined;
      expect(shown).toEqual(load ? [drafts.slice(1), [notes[2]]] : undefined);
      await session.commit();
      expect([drafts[0]!, ...notes].map((entity) => session.state(entity))).toEqual([
        'detached',
        'detached',
        'detached',
        'persistent',
      ]);
      const left = await rowsOf(db);
      expect(left['draft']?.map(({ text }) => text)).toEqual(['draft', 'b', 'c']);
      expect(left['remark']?.map(({ text }) => text)).toEqual(['remark', 'c']);
      await two!.drafts.load();
      two!.drafts.clear();
      await two!.notes.load();
      two!.notes.set([]);
      await session.commit();
      const empty = await rowsOf(db);
      expect([empty['draft'], empty['remark']]).toMatchObject([[{ text: 'draft' }], [{ text: 'remark' }]]);
    }
  });

  it('R8: R3: what comes to another owner, or back, is none', async () => {
    await stored();
    await using session = db.session();
    const [one, two] = await threads(session);
    await session.prefetch([one!, two!], 'drafts', 'notes');
    const [draft] = items(one!.drafts);
    const [remark] = items(one!.notes);
    one!.drafts.remove(draft!);
    one!.notes.remove(remark!);
    two!.drafts.add(draft!);
    two!.notes.add(remark!);
    await session.commit();
    expect([items(two!.drafts), items(one!.notes)]).toEqual([[draft], []]);
    expect(await rowsOf(db)).toMatchObject({ draft: [{ thread_id: 2 }], remark: [{ thread_id: 2 }] });
    two!.drafts.remove(draft!);
    two!.notes.remove(remark!);
    two!.drafts.add(draft!);
    two!.notes.add(remark!);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    expect([items(two!.drafts), items(two!.notes)]).toEqual([[draft], [remark]]);
  });

  it('R8: a new one that was put in and taken out again is not saved', async () => {
    await stored();
    await using session = db.session();
    const [one] = await threads(session);
    const [draft, remark] = [one!.drafts.create({ text: 'new' }), one!.notes.create({ text: 'new' })];
    one!.drafts.remove(draft);
    one!.notes.remove(remark);
    await session.commit();
    expect([draft, remark].map((entity) => session.state(entity))).toEqual(['transient', 'transient']);
    expect(await rowsOf(db)).toMatchObject({ draft: [{ text: 'draft' }], remark: [{ text: 'remark' }] });
  });

  it('R8: R1: another takes the place in a one-to-one relation: the first is deleted before, with what goes with it', async () => {
    await stored();
    await using session = db.session();
    const [one] = await threads(session);
    const former = await session.query(Poll).one();
    await session.prefetch([one!], 'poll');
    const next = new Poll({ question: 'again?', thread: one! });
    expect([one!.poll, former.threadId]).toEqual([next, null]);
    await session.commit();
    expect(session.state(former)).toBe('detached');
    const left = await rowsOf(db);
    expect([left['poll'], left['choice']]).toMatchObject([[{ question: 'again?', thread_id: 1 }], undefined]);
    one!.poll = null;
    await session.commit();
    expect((await rowsOf(db))['poll']).toBeUndefined();
  });

  it('R8: S7: S8: orphans come back with a savepoint, with a flush that fails, and with rollback()', async () => {
    await stored();
    await using session = db.session();
    const all = await everything(session);
    const [one] = await threads(session);
    await session.prefetch([one!], 'drafts', 'notes');
    const before = pictureOf(session, all);
    const take = () => {
      one!.drafts.clear();
      one!.notes.clear();
    };
    await session.transaction(async () => {
      await errorOf(() =>
        session.transaction(async () => {
          take();
          await session.flush();
          throw new Error('back');
        }),
      );
      expect(pictureOf(session, all)).toEqual(before);
    });
    take();
    const pending = pictureOf(session, all);
    const broken = new Reply({ text: 'x', thread: 99 });
    session.add(broken);
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_FOREIGN_KEY_VIOLATION' });
    expect(pictureOf(session, all)).toEqual(pending);
    await session.rollback();
    expect(pictureOf(session, all)).toEqual(before);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    take();
    await session.commit();
    const left = await rowsOf(db);
    expect([left['draft'], left['remark']]).toEqual([undefined, undefined]);
  });

  it('R8: S6: what was taken out by a required key is written before a query that reads its table', async () => {
    await stored();
    await db.transaction(async (session) => {
      const [one] = await threads(session);
      await one!.drafts.load();
      one!.drafts.clear();
      expect(await session.query(Draft).count()).toBe(0);
    });
  });
});

describe('a cascade', () => {
  it('R8: R2: that nobody knows, or of links, is refused where it is written', async () => {
    expect(await errorOf(() => f.reverse(() => Thread, 'x', { cascade: 'all' as 'delete' }))).toMatchObject({
      code: 'E_DEFINITION',
      field: 'cascade',
      message: "f.reverse() does not know what its 'cascade' says. Use one of: delete, delete-orphan.",
    });
    class Left extends model('left_side', { id: f.auto(), rights: f.manyToMany(() => Right) }) {}
    class Right extends model('right_side', {
      id: f.auto(),
      lefts: f.reverse(() => Left, 'rights', { cascade: 'delete' }),
    }) {}
    expect(await errorOf(() => Left.meta.fields)).toMatchObject({
      code: 'E_DEFINITION',
      problems: [
        'Right.lefts has a cascade, which is for the other side of a foreign key: links of many-to-many relations go with either side.',
      ],
    });
    void Right;
  });
});
