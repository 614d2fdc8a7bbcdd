import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { f, hooks, model, QueryTimeoutError, SessionStateError } from '../../../index.ts';
import type { Database, EntityEvent, Session } from '../../../index.ts';

import { engine, errorOf, openTestDatabase } from '../../support/database.ts';
import { items, pictureOf, rowsOf } from '../../support/pictures.ts';

class Note extends model('note', {
  id: f.auto(),
  text: f.string(),
  slug: f.string({ default: '' }),
  tags: f.manyToMany(() => Label),
  entries: f.reverse(() => Entry, 'note'),
}) {}
class Label extends model('label', { id: f.auto(), name: f.string() }) {}
class Entry extends model('entry', {
  id: f.auto(),
  what: f.string(),
  note: f.foreignKey(() => Note, { nullable: true }),
}) {}

let db: Database;
const stops: (() => void)[] = [];
const on = (event: EntityEvent, hook: Parameters<typeof Note.on<Note>>[1]): void =>
  void stops.push(Note.on(event, hook));

beforeEach(async () => {
  db = await openTestDatabase({ models: [Note, Entry] });
});
afterEach(async () => {
  for (const stop of stops.splice(0)) stop();
  await db.close();
});

/** Two notes and a label of a session, stored, with changes that wait. */
async function prepared(
  session: Session,
): Promise<{ readonly notes: [Note, Note]; readonly all: object[]; readonly label: Label }> {
  const notes: [Note, Note] = [new Note({ text: 'one' }), new Note({ text: 'two' })];
  const [label, entry] = [new Label({ name: 'l' }), new Entry({ what: 'stored' })];
  session.add(...notes, label, entry);
  for (const note of notes) expect([items(note.tags), items(note.entries)]).toEqual([[], []]);
  await session.commit();
  return { notes, label, all: [...notes, label, entry] };
}

/** What a hook does before another one fails: changes, additions, links, deletions, and rows of its own. */
function meddle(label: Label, failing: () => boolean): void {
  on('beforeSave', async (note, { session }) => {
    note.slug = note.text.toUpperCase();
    if (note.text.startsWith('two')) {
      if (failing()) throw new Error('no');
      return;
    }
    session.add(new Entry({ what: 'added', note }));
    note.tags.add(label);
    session.delete(...(await session.query(Entry).filter({ what: 'stored' })));
    await session.query(Label).filter({ name: 'l' }).update({ name: 'set' });
    await session.query(Entry).bulkCreate([{ what: 'bulk' }]);
  });
}

describe('a hook that fails before anything is written', () => {
  it('V3: S7: S8: leaves what was pending before the flush and nothing else, in a transaction that goes on', async () => {
    await using session = db.session();
    const { notes, all, label } = await prepared(session);
    let fails = true;
    meddle(label, () => fails);
    await session.transaction(async () => {
      notes[0].text = 'one more';
      notes[1].text = 'two more';
      const made = new Entry({ what: 'mine', note: notes[1] });
      session.add(made);
      const before = pictureOf(session, [...all, made]);
      expect((await errorOf(() => session.flush())).message).toBe('no');
      expect(pictureOf(session, [...all, made])).toEqual(before);
      expect(await session.query(Label).valuesList('name', { flat: true })).toEqual(['l']);
      fails = false;
      await session.flush();
      expect(items(notes[0].entries).map(({ what }) => what)).toEqual(['added']);
    });
    const rows = await rowsOf(db);
    expect(rows['note']).toMatchObject([
      { text: 'one more', slug: 'ONE MORE' },
      { text: 'two more', slug: 'TWO MORE' },
    ]);
    // Once each, though the hook ran twice.
    expect(rows['entry']?.map(({ what }) => what).sort()).toEqual(['added', 'bulk', 'mine']);
    expect(rows['note_tags']).toEqual([{ note_id: notes[0].id, label_id: label.id }]);
    expect(rows['label']).toMatchObject([{ name: 'set' }]);
  });

  it('V3: S7: S8: the same outside of a transaction, and where only the last entity breaks a rule', async () => {
    await using session = db.session();
    const { notes, all, label } = await prepared(session);
    let fails = true;
    meddle(label, () => fails);
    notes[0].text = 'one more';
    notes[1].text = 'two more';
    const before = pictureOf(session, all);
    const stored = await rowsOf(db);
    expect((await errorOf(() => session.commit())).message).toBe('no');
    expect(pictureOf(session, all)).toEqual(before);
    expect(await rowsOf(db)).toEqual(stored);
    fails = false;
    await session.commit();
    expect((await rowsOf(db))['entry']?.map(({ what }) => what).sort()).toEqual(['added', 'bulk']);
  });

  it('V1: S8: values that a schema put in place go back where another entity is refused', async () => {
    class Item extends model('item', {
      id: f.auto(),
      code: f.string({
        validators: [
          {
            '~standard': {
              version: 1,
              vendor: 'test',
              validate: (value: unknown) =>
                value === 'bad' ? { issues: [{ message: 'bad' }] } : { value: String(value).trim() },
            },
          },
        ],
      }),
    }) {}
    const own = await openTestDatabase({ models: [Item] });
    await using session = own.session();
    const [good, bad] = [new Item({ code: ' a ' }), new Item({ code: 'bad' })];
    session.add(good, bad);
    expect(await errorOf(() => session.commit())).toMatchObject({ code: 'E_VALIDATION' });
    expect([good.code, session.state(good)]).toEqual([' a ', 'pending']);
    bad.code = ' b';
    await session.commit();
    expect(await rowsOf(own)).toMatchObject({ item: [{ code: 'a' }, { code: 'b' }] });
    await own.close();
  });
});

/** A hook that does not return until it is let. */
function endless(): { readonly hook: () => Promise<void>; readonly release: () => void } {
  const end = deferred();
  return { hook: () => end.promise, release: end.resolve };
}

interface Deferred {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function deferred(): Deferred {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = () => done()));
  return { promise, resolve };
}

describe('a hook that never returns', () => {
  it('V3: T8: does not outlive the timeout of its transaction, which is rolled back, wherever the hook was called', async () => {
    for (const event of ['beforeSave', 'afterSave'] as const)
      for (const explicit of [true, false]) {
        const { hook, release } = endless();
        const stop = Note.on(event, hook);
        await using session = db.session();
        const note = new Note({ text: 'a' });
        const error = await errorOf(() =>
          session.transaction(
            async () => {
              session.add(note);
              if (explicit) await session.flush();
            },
            { timeout: 60 },
          ),
        );
        stop();
        expect(error).toBeInstanceOf(QueryTimeoutError);
        expect(error.message).toBe('The transaction took longer than 60 ms, and was stopped.');
        expect([session.state(note), note.id]).toEqual(['transient', undefined]);
        expect(await rowsOf(db)).toEqual({});
        release();
      }
  });

  it('V3: T8: sends nothing more after that, and the session can be used again once it has returned', async () => {
    const held = deferred();
    const done = deferred();
    let late: unknown;
    const stop = Note.on('beforeSave', async (_note, { session }) => {
      await held.promise;
      late = await errorOf(() => session.query(Label).filter({ name: 'x' }).update({ name: 'y' }));
      done.resolve();
    });
    await using session = db.session();
    const error = await errorOf(() => session.transaction(() => session.add(new Note({ text: 'a' })), { timeout: 60 }));
    stop();
    expect(error).toBeInstanceOf(QueryTimeoutError);
    expect(await errorOf(() => session.query(Label).count())).toBeInstanceOf(SessionStateError);
    held.resolve();
    await done.promise;
    expect(late).toBeInstanceOf(QueryTimeoutError);
    await new Promise((resolve) => setImmediate(resolve));
    await session.transaction(() => session.add(new Note({ text: 'b' })));
    expect(await rowsOf(db)).toMatchObject({ note: [{ text: 'b' }] });
  });

  it('V3: T1: T8: in a nested transaction with a timeout of its own it condemns the whole', async () => {
    const { hook, release } = endless();
    const stop = Note.on('beforeSave', hook);
    await using session = db.session();
    let inner: unknown;
    const error = await errorOf(() =>
      session.transaction(async () => {
        inner = await errorOf(() => session.transaction(() => session.add(new Note({ text: 'a' })), { timeout: 60 }));
      }),
    );
    stop();
    release();
    expect(inner).toBeInstanceOf(QueryTimeoutError);
    expect(error).toBe(inner);
    expect(await rowsOf(db)).toEqual({});
  });
});

describe('hooks of one session in those of another', () => {
  it('V3: S10: what would wait for itself through another session is refused', async () => {
    const seen: unknown[] = [];
    // A database in memory has one connection, which the outer transaction has: the inner session reads nothing.
    await using a = db.session();
    await using b = db.session();
    const stop = hooks.on('beforeFlush', async ({ session }) => {
      if (session === a)
        await errorOf(() => b.flush()).then(
          (error) => seen.push(error),
          () => undefined,
        );
      else {
        seen.push(await errorOf(() => a.flush()));
        seen.push(await errorOf(() => a.transaction(() => undefined)));
        throw new Error('that is all');
      }
    });
    stops.push(stop);
    a.add(new Note({ text: 'a' }));
    b.add(new Note({ text: 'b' }));
    if (engine === 'sqlite') {
      // The hook of `b` would wait for the connection of `a`: it is called by `a`'s rules alone.
      stop();
      class Ruled extends model('label', {
        id: f.auto(),
        name: f.string({
          validators: [
            async () => {
              seen.push(await errorOf(() => a.flush()), await errorOf(() => a.transaction(() => undefined)));
            },
          ],
        }),
      }) {}
      const own = await openTestDatabase({ models: [Ruled] });
      await using c = own.session();
      c.add(new Ruled({ name: 'c' }));
      stops.push(hooks.on('beforeFlush', async ({ session }) => void (session === a && (await c.commit()))));
      await a.commit();
      await own.close();
    } else await a.commit();
    expect(seen.filter((error) => error instanceof SessionStateError).map((error) => (error as Error).message)).toEqual(
      [
        'A flush was asked for inside a hook of a flush: it would wait for itself. Change, add or delete entities: the flush that is under way, or the next one, writes them.',
        'A transaction was asked for inside a hook of a flush: it would wait for itself. Change, add or delete entities: the flush that is under way, or the next one, writes them.',
      ],
    );
    expect((await rowsOf(db))['note']).toMatchObject([{ text: 'a' }]);
  });
});
