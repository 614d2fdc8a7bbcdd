import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, hooks, InvalidQueryError, model, SessionStateError } from '../../../index.ts';
import type { Database, EntityEvent, Session } from '../../../index.ts';

import { errorOf, openTestDatabase } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';

/** A base class with hooks of its own, as models of an application share them. */
class Note extends model('note', {
  id: f.auto(),
  text: f.string(),
  slug: f.string({ default: '' }),
  size: f.int({ default: 0 }),
  entries: f.reverse(() => Entry, 'note'),
}) {}
class Entry extends model('entry', {
  id: f.auto(),
  what: f.string(),
  note: f.foreignKey(() => Note, { nullable: true, onDelete: 'set null' }),
}) {}

let db: Database;
const stops: (() => void)[] = [];
const on = (event: EntityEvent, hook: Parameters<typeof Note.on<Note>>[1]): void =>
  void stops.push(Note.on(event, hook));
const all = (hook: () => void): void => void stops.push(hook);

beforeEach(async () => {
  db = await openTestDatabase({ models: [Note, Entry] });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await db.close();
});

const EVENTS: readonly EntityEvent[] = [
  'beforeValidate',
  'afterValidate',
  'beforeSave',
  'afterSave',
  'beforeDelete',
  'afterDelete',
  'afterLoad',
  'afterCommit',
  'afterRollback',
];

/** Notes every event, with what the hook was told. */
function watch(): string[] {
  const seen: string[] = [];
  for (const event of EVENTS)
    on(event, async (note, { created, changes }) => {
      await Promise.resolve();
      seen.push(
        `${event} ${note.text}${created ? ' new' : ''}${Object.keys(changes).length > 0 ? ` ${JSON.stringify(changes)}` : ''}`,
      );
    });
  for (const event of ['beforeFlush', 'afterFlush', 'afterCommit', 'afterRollback'] as const)
    all(
      hooks.on(event, ({ created, updated, deleted }) => {
        const counts = [created, updated, deleted].map((list) => list.length).join('/');
        seen.push(`${event}: ${counts}`);
      }),
    );
  return seen;
}

describe('hooks', () => {
  it('V3: run in their order around an insert, an update and a delete, and are told of each', async () => {
    const seen = watch();
    const session = db.session();
    const note = new Note({ text: 'a' });
    session.add(note);
    await session.commit();
    expect(seen.splice(0)).toEqual([
      'beforeFlush: 1/0/0',
      'beforeValidate a new',
      'afterValidate a new',
      'beforeSave a new',
      'afterSave a new',
      'afterFlush: 1/0/0',
      'afterCommit a new',
      'afterCommit: 1/0/0',
    ]);
    note.text = 'b';
    await session.commit();
    const change = '{"text":{"from":"a","to":"b"}}';
    expect(seen.splice(0)).toEqual([
      'beforeFlush: 0/1/0',
      `beforeValidate b ${change}`,
      `afterValidate b ${change}`,
      `beforeSave b ${change}`,
      `afterSave b ${change}`,
      'afterFlush: 0/1/0',
      `afterCommit b ${change}`,
      'afterCommit: 0/1/0',
    ]);
    const other = db.session();
    const [read] = await other.query(Note);
    expect(seen.splice(0)).toEqual(['afterLoad b']);
    await other.query(Note);
    expect(seen.splice(0)).toEqual([]);
    other.delete(read!);
    await other.commit();
    expect(seen).toEqual([
      'beforeFlush: 0/0/1',
      'beforeDelete b',
      'afterDelete b',
      'afterFlush: 0/0/1',
      'afterCommit b',
      'afterCommit: 0/0/1',
    ]);
  });

  it('V3: beforeSave may change what is saved, add to it, and query', async () => {
    on('beforeSave', async (note, { session, created }) => {
      note.slug = note.text.toLowerCase();
      note.size = await session.query(Note).count();
      if (created) session.add(new Entry({ what: `made ${note.text}`, note }));
    });
    await db.transaction((session) => session.add(new Note({ text: 'One' })));
    await db.transaction((session) => session.add(new Note({ text: 'Two' })));
    const session = db.session();
    expect(await session.query(Note).orderBy('id').valuesList('slug', 'size')).toEqual([
      ['one', 0],
      ['two', 1],
    ]);
    expect(await session.query(Entry).orderBy('id').valuesList('what', 'noteId')).toEqual([
      ['made One', 1],
      ['made Two', 2],
    ]);
  });

  it('V3: what hooks add after a flush is written before the commit, also in a savepoint; without an end it is refused', async () => {
    on('afterSave', (note, { session }) => session.add(new Entry({ what: `saved ${note.text}` })));
    await db.transaction(async (session) => {
      session.add(new Note({ text: 'one' }));
      await session.transaction(() => session.add(new Note({ text: 'two' })));
      session.add(new Note({ text: 'three' }));
    });
    expect(await db.session().query(Entry).orderBy('id').valuesList('what', { flat: true })).toEqual([
      'saved one',
      'saved two',
      'saved three',
    ]);
    on('afterSave', (_note, { session }) => session.add(new Note({ text: 'again' })));
    expect(await errorOf(() => db.transaction((session) => session.add(new Note({ text: 'four' }))))).toMatchObject({
      code: 'E_SESSION_STATE',
      message:
        'After 100 flushes at the end of a transaction its hooks still left something to write. Let a hook of afterSave, afterDelete or afterFlush change something only where it has to.',
    });
    expect(await db.session().query(Note).count()).toBe(3);
  });

  it('V3: an error before the commit takes everything back, wherever it comes from', async () => {
    for (const event of ['beforeValidate', 'afterValidate', 'beforeSave', 'afterSave'] as const) {
      const stop = Note.on(event, () => {
        throw new Error(`no: ${event}`);
      });
      const session = db.session();
      const note = new Note({ text: event });
      session.add(new Entry({ what: 'beside' }), note);
      expect((await errorOf(() => session.commit())).message).toBe(`no: ${event}`);
      expect(session.state(note)).toBe('pending');
      expect(note.id).toBeUndefined();
      expect(await db.session().query(Entry).count()).toBe(0);
      stop();
      // Nothing is half-remembered: the same session saves both.
      await session.commit();
      expect(await db.session().query(Note).count()).toBe(1);
      await db.session().query(Note).unfiltered().delete();
      await db.session().query(Entry).unfiltered().delete();
    }
  });

  it('V3: T1: what a hook objected to in a flush inside a transaction cannot be committed', async () => {
    const stop = Note.on('afterSave', () => {
      throw new Error('no');
    });
    const failed = await errorOf(() =>
      db.transaction(async (session) => {
        session.add(new Note({ text: 'a' }));
        expect((await errorOf(() => session.flush())).message).toBe('no');
      }),
    );
    stop();
    expect(failed.message).toBe('no');
    expect(await db.session().query(Note).count()).toBe(0);
  });

  it('V3: afterCommit comes once, after the outermost commit; what a savepoint took back is told as such', async () => {
    const seen: string[] = [];
    on('afterCommit', async (note, { session }) => {
      // The transaction is over: what is there can be read by anybody.
      seen.push(`commit ${note.text} of ${await session.query(Note).count()}`);
    });
    on('afterRollback', (note) => void seen.push(`rollback ${note.text}`));
    await db.transaction(async (session) => {
      session.add(new Note({ text: 'outer' }));
      await session.transaction(async () => {
        session.add(new Note({ text: 'inner' }));
        await session.flush();
      });
      await errorOf(() =>
        session.transaction(async () => {
          session.add(new Note({ text: 'lost' }));
          await session.flush();
          throw new Error('undo');
        }),
      );
      expect(seen.splice(0)).toEqual(['rollback lost']);
    });
    expect(seen.splice(0)).toEqual(['commit outer of 2', 'commit inner of 2']);
    await errorOf(() =>
      db.transaction(async (session) => {
        session.add(new Note({ text: 'gone' }));
        await session.flush();
        throw new Error('undo');
      }),
    );
    expect(seen).toEqual(['rollback gone']);
  });

  it('V3: an error in afterCommit is a warning and does not fail what is done', async () => {
    on('afterCommit', () => {
      throw new Error('too late');
    });
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    await db.transaction((session) => session.add(new Note({ text: 'a' })));
    expect(await warned).toMatchObject({ name: 'BlazeWarning', code: 'BLAZE_HOOK' });
    expect(await db.session().query(Note).count()).toBe(1);
  });

  it('V3: hooks of a base class come first, those of another model not at all, and each can be taken back', async () => {
    const seen: string[] = [];
    all(hooks.on('beforeSave', (entity) => void seen.push(`any ${entity.constructor.name}`)));
    on('beforeSave', () => void seen.push('first'));
    const stop = Note.on('beforeSave', () => void seen.push('second'));
    stop();
    stop();
    on('beforeSave', () => void seen.push('third'));
    await db.transaction((session) => session.add(new Entry({ what: 'x' })));
    expect(seen.splice(0)).toEqual(['any Entry']);
    await db.transaction((session) => session.add(new Note({ text: 'x' })));
    expect(seen).toEqual(['any Note', 'first', 'third']);
  });

  it('V3: a flush inside a hook is refused, and everything else still works', async () => {
    let refused: unknown;
    on('beforeSave', async (_note, { session }) => {
      refused = await errorOf(() => session.flush());
    });
    await db.transaction((session) => session.add(new Note({ text: 'a' })));
    expect(refused).toBeInstanceOf(SessionStateError);
    expect(await db.session().query(Note).count()).toBe(1);
  });

  it('V3: events that are none, and hooks that are no functions, are refused', async () => {
    expect(await errorOf(() => Note.on('beforeSafe' as 'beforeSave', () => undefined))).toMatchObject({
      message: "There is no event 'beforeSafe' to listen to here. Did you mean 'beforeSave'?",
    });
    expect(await errorOf(() => hooks.on('afterCommit', {} as () => void))).toBeInstanceOf(InvalidQueryError);
  });

  it('V3: afterLoad sees joined and prefetched entities, each once, and partial ones when they are whole', async () => {
    await db.transaction((session) => {
      const note = new Note({ text: 'n' });
      session.add(new Entry({ what: 'a', note }), new Entry({ what: 'b', note }));
    });
    const seen: string[] = [];
    on('afterLoad', (note) => void seen.push(note.text));
    const session: Session = db.session();
    await session.query(Entry).selectRelated('note');
    expect(seen.splice(0)).toEqual(['n']);
    const [entry] = await db.session().query(Entry).orderBy('id');
    await entry!.note!.load();
    expect(seen.splice(0)).toEqual(['n']);
    const [partial] = await db.session().query(Note).only('size');
    expect(seen).toEqual([]);
    expect(partial!.size).toBe(0);
  });

  it('V3: S4: where nothing is to be written, nothing is sent and nobody is told', async () => {
    const seen = watch();
    const session = db.session();
    expect(await statementsOf(() => session.commit())).toEqual([]);
    await db.transaction((tx) => tx.query(Note).count());
    expect(seen).toEqual([]);
  });

  it('V3: hooks of a flush outside of a transaction cost no statement', async () => {
    const seen = watch();
    const session = db.session();
    session.add(new Note({ text: 'a' }));
    const [begin, insert, commit, ...more] = await statementsOf(() => session.commit());
    expect([begin, insert?.startsWith('INSERT'), commit, more]).toEqual(['BEGIN', true, 'COMMIT', []]);
    expect(seen).toContain('afterCommit a new');
  });

  it('V3: nobody listens: no statement more', async () => {
    const quiet = await statementsOf(() => db.transaction((session) => session.add(new Note({ text: 'a' }))));
    expect(quiet).toHaveLength(3);
  });
});
