import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { AcquireTimeoutError, f, model, NoSessionError, ReadOnlyError, Session } from '../../../index.ts';
import type { ConnectionOptions, Database } from '../../../index.ts';

import { errorFrom, errorOf, onEngine, openTestDatabase, supports } from '../../support/database.ts';
import { Author, Post, Profile, Tag } from '../../support/models.ts';
import { pictureOf, plain, rowsOf } from '../../support/pictures.ts';
import { expectSent, statementsOf } from '../../support/statements.ts';

let db: Database;

beforeEach(async () => {
  db = await openTestDatabase({ models: [Author] });
  await db.transaction((session) => {
    const ann = new Author({ name: 'Ann', email: 'a@x.org' });
    const post = new Post({ title: 'One', author: ann });
    post.tags.add(new Tag({ name: 'a' }));
    session.add(post, new Profile({ nickname: 'ann', author: ann }));
  });
});

afterEach(() => db.close());

const tagNames = async (): Promise<unknown[]> => ((await rowsOf(db))['tag'] ?? []).map((row) => row['name']);

describe('rollback', () => {
  it('S7: restores fields, keys, states, deleted entities, collections, embedded values and links', async () => {
    const session = db.session();
    const [ann] = await session.query(Author).selectRelated('profile').prefetchRelated('posts.tags');
    const post = ann!.posts.at(0)!;
    const tag = post.tags.at(0)!;
    const profile = ann!.profile as Profile;
    const entities = [ann!, post, tag, profile];
    const before = pictureOf(session, entities);
    const made: (Author | Post | Tag | Profile)[] = [];
    const error = await errorFrom(() =>
      session.transaction(async () => {
        const bob = new Author({ name: 'Bob', email: 'b@x.org' });
        const two = new Post({ title: 'Two', author: bob });
        made.push(bob, two);
        session.add(two);
        await session.flush();
        ann!.name = 'Anna';
        post.author = bob;
        two.tags.add(tag);
        await session.flush();
        expect([two.id, bob.id, session.state(two)]).toEqual([2, 2, 'persistent']);
        session.delete(profile);
        await session.flush();
        ann!.bio = 'not flushed';
        post.tags.clear();
        const other = new Profile({ nickname: 'other', author: ann! });
        made.push(other);
        session.add(other);
        throw new Error('mine');
      }),
    );
    expect(error).toMatchObject({ message: 'mine' });
    expect(pictureOf(session, entities)).toEqual(before);
    expect(made.map((entity) => [session.state(entity), entity.id])).toEqual([
      ['transient', undefined],
      ['transient', undefined],
      ['transient', undefined],
    ]);
    expect(await statementsOf(() => session.commit())).toEqual([]);
    expect(ann!.profile).toBe(profile);
    await session.close();
  });

  it('S7: restores what was unwritten when it began, values that were changed in place among it', async () => {
    class Note extends model('note', {
      id: f.auto(),
      text: f.string(),
      data: f.json<{ n: number }>(),
      at: f.datetime(),
      next: f.foreignKey(() => Note, { nullable: true }),
    }) {}
    const own = await openTestDatabase({ models: [Note] });
    const session = own.session();
    const stored = new Note({ text: 'stored', data: { n: 1 }, at: new Date(1) });
    session.add(stored);
    await session.commit();
    stored.data.n = 2;
    stored.at.setTime(2);
    const [pending, other] = [
      new Note({ text: 'pending', data: { n: 1 }, at: new Date(1), next: stored }),
      new Note({ text: 'other', data: { n: 1 }, at: new Date(1) }),
    ];
    session.add(pending);
    const before = pictureOf(session, [stored, pending]);
    await errorFrom(() =>
      session.transaction(async () => {
        stored.data.n = 3;
        stored.at.setTime(3);
        stored.next = pending;
        pending.data.n = 3;
        pending.text = 'changed';
        pending.next = other;
        await session.flush();
        pending.data.n = 4;
        throw new Error('mine');
      }),
    );
    expect(pictureOf(session, [stored, pending])).toEqual(before);
    await session.commit();
    expect((await own.session().query(Note).orderBy('id')).map(plain)).toEqual([
      { id: 1, text: 'stored', data: { n: 2 }, at: new Date(2), nextId: null },
      { id: pending.id, text: 'pending', data: { n: 1 }, at: new Date(1), nextId: 1 },
    ]);
    await own.close();
  });

  it('S7: forgets collections that were loaded inside, which show what was never committed', async () => {
    const session = db.session();
    const ann = (await session.get(Author, 1))!;
    await errorFrom(() =>
      session.transaction(async () => {
        session.add(new Post({ title: 'Two', author: 1 }));
        await session.flush();
        expect((await ann.posts.load()).length).toBe(2);
        throw new Error('mine');
      }),
    );
    expect((await ann.posts.load()).map((post) => post.title)).toEqual(['One']);
  });

  it('S7: restores an entity that was deleted by its key alone', async () => {
    const session = db.session();
    const post = (await session.get(Post, 1))!;
    const reference = post.author as unknown as Author;
    await errorFrom(() =>
      session.transaction(async () => {
        session.delete(post, reference);
        await session.flush();
        throw new Error('mine');
      }),
    );
    expect([session.state(post), session.state(reference), post.author]).toEqual([
      'persistent',
      'persistent',
      reference,
    ]);
    expect(await post.author.load()).toBe(reference);
    expect(reference.name).toBe('Ann');
  });

  it('S7: M9: versions and times go back with the rest', async () => {
    class Doc extends model('doc', {
      id: f.auto(),
      text: f.string(),
      version: f.version(),
      at: f.datetime({ autoNow: true }),
    }) {}
    const own = await openTestDatabase({ models: [Doc] });
    const session = own.session();
    const doc = new Doc({ text: 'a' });
    session.add(doc);
    await session.commit();
    const before = plain(doc);
    await errorFrom(() =>
      session.transaction(async () => {
        doc.text = 'b';
        await session.flush();
        doc.text = 'c';
        await session.flush();
        expect(doc.version).toBe(3);
        throw new Error('mine');
      }),
    );
    expect(plain(doc)).toEqual(before);
    doc.text = 'd';
    await session.commit();
    expect(doc.version).toBe(2);
    await own.close();
  });
});

describe('savepoints', () => {
  it('S7: T1: three deep: each goes back to where it began, and the ones around it go on', async () => {
    const session = db.session();
    const tag = (await session.get(Tag, 1))!;
    const names: string[] = [];
    await expectSent(
      () =>
        session.transaction(async () => {
          tag.name = 'one';
          await session.transaction(async () => {
            tag.name = 'two';
            const error = await errorFrom(() =>
              session.transaction(async () => {
                tag.name = 'three';
                await session.flush();
                session.add(new Tag({ name: 'lost' }));
                throw new Error('mine');
              }),
            );
            names.push((error as Error).message, tag.name);
            await session.transaction(() => session.add(new Tag({ name: 'kept' })));
          });
          names.push(tag.name);
          await errorFrom(() =>
            session.transaction(() => {
              tag.name = 'four';
              throw new Error('mine');
            }),
          );
          names.push(tag.name);
        }),
      {
        sqlite: [
          'BEGIN',
          'SAVEPOINT',
          'UPDATE "tag" SET "name" = ? WHERE "id" = ?',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'SAVEPOINT',
          'UPDATE "tag" SET "name" = ? WHERE "id" = ?',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'SAVEPOINT',
          'UPDATE "tag" SET "name" = ? WHERE "id" = ?',
          'RELEASE SAVEPOINT',
          'ROLLBACK TO SAVEPOINT',
          'SAVEPOINT',
          'INSERT INTO "tag" ("id", "name") VALUES (?, ?)',
          'RELEASE SAVEPOINT',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'ROLLBACK TO SAVEPOINT',
          'COMMIT',
        ],
        postgres: [
          'BEGIN',
          'SAVEPOINT',
          'UPDATE "tag" SET "name" = $1 WHERE "id" = $2',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'SAVEPOINT',
          'UPDATE "tag" SET "name" = $1 WHERE "id" = $2',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'SAVEPOINT',
          'UPDATE "tag" SET "name" = $1 WHERE "id" = $2',
          'RELEASE SAVEPOINT',
          'ROLLBACK TO SAVEPOINT',
          'SAVEPOINT',
          'INSERT INTO "tag" ("name") VALUES ($1) RETURNING "id"',
          'RELEASE SAVEPOINT',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'ROLLBACK TO SAVEPOINT',
          'COMMIT',
        ],
        mysql: [
          'BEGIN',
          'SAVEPOINT',
          'UPDATE `tag` SET `name` = ? WHERE `id` = ?',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'SAVEPOINT',
          'UPDATE `tag` SET `name` = ? WHERE `id` = ?',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'SAVEPOINT',
          'UPDATE `tag` SET `name` = ? WHERE `id` = ?',
          'RELEASE SAVEPOINT',
          'ROLLBACK TO SAVEPOINT',
          'SAVEPOINT',
          'INSERT INTO `tag` (`name`) VALUES (?)',
          'RELEASE SAVEPOINT',
          'RELEASE SAVEPOINT',
          'SAVEPOINT',
          'ROLLBACK TO SAVEPOINT',
          'COMMIT',
        ],
      },
    );
    expect(names).toEqual(['mine', 'two', 'two', 'two']);
    expect(await tagNames()).toEqual(['two', 'kept']);
  });

  it('S7: an error that is caught inside costs the flush alone', async () => {
    const session = db.session();
    await session.transaction(async () => {
      session.add(new Tag({ name: 'first' }));
      await session.flush();
      const twin = new Tag({ name: 'a' });
      session.add(new Tag({ name: 'second' }), twin);
      expect(await errorFrom(() => session.flush())).toMatchObject({
        code: 'E_UNIQUE_VIOLATION',
        model: 'Tag',
        field: 'name',
      });
      session.delete(twin);
    });
    expect(await tagNames()).toEqual(['a', 'first', 'second']);
  });

  it('S10: parallel savepoints of one session are refused; the one that began is kept', async () => {
    const session = db.session();
    const outcomes = await session.transaction(() =>
      Promise.allSettled([
        session.transaction(async () => {
          session.add(new Tag({ name: 'first' }));
          await sleep(5);
        }),
        session.transaction(() => session.add(new Tag({ name: 'second' }))),
      ]),
    );
    expect(outcomes).toMatchObject([
      { status: 'fulfilled' },
      {
        status: 'rejected',
        reason: {
          code: 'E_SESSION_STATE',
          message:
            'This session is already in a transaction that did not begin here. Await one transaction before the next, or use a session for each.',
        },
      },
    ]);
    expect(await tagNames()).toEqual(['a', 'first']);
  });

  it('S10: parallel transactions of one session are refused; flushes take turns', async () => {
    const session = db.session();
    const outcomes = await Promise.allSettled([
      session.transaction(() => sleep(5)),
      session.transaction(() => sleep(5)),
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    session.add(new Tag({ name: 'b' }));
    await expectSent(() => Promise.all([session.flush(), session.flush(), session.commit()]), {
      sqlite: ['BEGIN', 'INSERT INTO "tag" ("id", "name") VALUES (?, ?)', 'COMMIT'],
      postgres: ['BEGIN', 'INSERT INTO "tag" ("name") VALUES ($1) RETURNING "id"', 'COMMIT'],
      mysql: ['BEGIN', 'INSERT INTO `tag` (`name`) VALUES (?)', 'COMMIT'],
    });
    session.add(new Tag({ name: 'a' }));
    const flushes = await Promise.allSettled([session.flush(), session.flush()]);
    expect(flushes).toMatchObject([
      { reason: { code: 'E_UNIQUE_VIOLATION' } },
      { reason: { code: 'E_UNIQUE_VIOLATION' } },
    ]);
  });

  it('S10: a savepoint that is not awaited is refused, with all that the transaction did', async () => {
    const session = db.session();
    let inner: Promise<unknown> | undefined;
    const error = await errorOf(() =>
      session.transaction(() => {
        session.add(new Tag({ name: 'outer' }));
        inner = errorFrom(() =>
          session.transaction(async () => {
            session.add(new Tag({ name: 'inner' }));
            await sleep(10);
          }),
        );
        return sleep(1).then(() => undefined);
      }),
    );
    expect(error).toMatchObject({
      code: 'E_SESSION_STATE',
      message: 'A nested transaction is still running at the end of the one around it. Await it.',
    });
    expect(await inner).toMatchObject({
      code: 'E_SESSION_STATE',
      message: 'A nested transaction was still running when the one around it ended: nothing of it is kept. Await it.',
    });
    expect(await tagNames()).toEqual(['a']);
    expect(await statementsOf(() => session.commit())).toEqual([]);
  });

  it('T1: options that only the outermost can have, and options that nobody knows, are refused', async () => {
    const session = db.session();
    await session.transaction(async () => {
      expect(await errorOf(() => session.transaction(() => 1, { readOnly: true }))).toMatchObject({
        code: 'E_SESSION_STATE',
        message: 'A nested transaction is a savepoint: isolation and readOnly belong to the outermost.',
      });
      expect(await errorOf(() => session.commit())).toMatchObject({
        code: 'E_SESSION_STATE',
        message:
          'commit() was called inside a transaction that ends by itself. Return from its function to commit it; call flush() to write now.',
      });
      expect(await errorOf(() => session.rollback())).toMatchObject({
        code: 'E_SESSION_STATE',
        message:
          'rollback() was called inside a transaction that ends by itself. Throw an error to roll it back; return to commit it.',
      });
      expect(await errorOf(() => session.clear())).toMatchObject({
        code: 'E_SESSION_STATE',
        message: 'clear() was called inside a transaction. Return from its function first.',
      });
      expect(await errorOf(() => session.close())).toMatchObject({
        code: 'E_SESSION_STATE',
        message: 'close() was called inside a transaction. Return from its function first.',
      });
    });
    const sent = await statementsOf(async () => {
      expect(await errorOf(() => session.transaction(() => 1, { read: true } as never))).toMatchObject({
        code: 'E_INVALID_QUERY',
        field: 'read',
        message: "A transaction has no option 'read'.",
      });
      expect(await errorOf(() => session.transaction(() => 1, { readOnly: 1 } as never))).toMatchObject({
        code: 'E_INVALID_QUERY',
        message: 'readOnly is true or false, not an integer.',
      });
      expect(await errorOf(() => session.transaction(() => 1, { retry: 1 }))).toMatchObject({
        code: 'E_SESSION_STATE',
        message: 'A retry needs a fresh session each time. Use db.transaction(fn, { retry }).',
      });
      expect(await errorOf(() => db.transaction(() => 1, { retry: -1 }))).toMatchObject({
        code: 'E_INVALID_QUERY',
        field: 'retry',
        message: "The option 'retry' is a whole number from 0.",
      });
    });
    expect(sent).toEqual([]);
  });

  it('T1: an isolation level takes effect in the server, or is refused by name', async () => {
    const session = db.session();
    const counts = (isolation: 'read committed' | 'repeatable read', name: string): Promise<number[]> =>
      session.transaction(
        async (own) => {
          const before = await own.query(Tag).count();
          await db.transaction((other) => other.add(new Tag({ name })));
          return [before, await own.query(Tag).count()];
        },
        { isolation },
      );
    expect(await session.transaction(() => 1, { isolation: 'serializable' })).toBe(1);
    const supported = await supports('isolation levels but serializable', () => counts('read committed', 'b'), {
      sqlite: { message: "SQLite has one isolation level, 'serializable', and cannot give 'read committed'." },
    });
    if (!supported) return;
    expect(await counts('read committed', 'b')).toEqual([1, 2]);
    expect(await counts('repeatable read', 'c')).toEqual([2, 2]);
  });

  it('T1: a read-only transaction reads one state and refuses to write, and the connection is as before', async () => {
    const session = db.session();
    expect(await session.transaction((own) => own.query(Tag).count(), { readOnly: true })).toBe(1);
    const tag = new Tag({ name: 'b' });
    const error = await errorOf(() => session.transaction((own) => own.add(tag), { readOnly: true }));
    expect(error).toMatchObject({ code: 'E_READ_ONLY' });
    expect(session.state(tag)).toBe('transient');
    await db.transaction((other) => other.add(new Tag({ name: 'b' })));
    expect(await tagNames()).toEqual(['a', 'b']);
  });
});

describe('T1: a transaction that only reads', () => {
  it('T1: refuses each way to write before anything of it is sent, by model, and lasts where that is caught', async () => {
    const session = db.session();
    const message =
      'Tag rows were to be written in a transaction that only reads. Begin it without readOnly: true, or write them in another.';
    const fresh = new Tag({ name: 'x' });
    const ways: Record<string, () => PromiseLike<unknown>> = {
      flush: async () => {
        session.add(fresh);
        await session.flush();
      },
      'a query that flushes first': () => session.query(Tag).count(),
      update: () => session.query(Tag).unfiltered().update({ name: 'x' }),
      delete: () => session.query(Tag).unfiltered().delete(),
      bulkCreate: () => session.query(Tag).bulkCreate([{ name: 'x' }]),
      getOrCreate: () => session.query(Tag).getOrCreate({ name: 'x' }),
    };
    const error = await errorOf(() =>
      session.transaction(
        async () => {
          for (const [way, write] of Object.entries(ways)) {
            let refused: unknown;
            const sent = await statementsOf(async () => (refused = await errorOf(async () => write())));
            expect([way, refused]).toEqual([
              way,
              expect.objectContaining({ code: 'E_READ_ONLY', model: 'Tag', message }),
            ]);
            expect([way, sent.filter((text) => /INSERT|UPDATE|DELETE/.test(text))]).toEqual([way, []]);
            if (way.startsWith('a query')) session.delete(fresh);
          }
          await session.sql`INSERT INTO tag (name) VALUES ('x')`;
        },
        { readOnly: true },
      ),
    );
    expect(error).toBeInstanceOf(ReadOnlyError);
    expect(error).toMatchObject({
      message:
        'The database is open for reading only. Write in a transaction without readOnly, on a connection that may write.',
    });
    expect(await tagNames()).toEqual(['a']);
    await session.close();
  });
});

describe('a transaction that is ended by hand', () => {
  it('T2: BEGIN, COMMIT and ROLLBACK by hand are refused, and nothing is half kept', async () => {
    const session = db.session();
    const calls = {
      COMMIT: () => session.sql`COMMIT`,
      END: () => session.sql`  ; END`,
      ROLLBACK: () => session.sql`-- now
        /* and
        here */ rollback to blaze_1`,
      BEGIN: () => session.sql`begin immediate`,
      SAVEPOINT: () => session.sql`SAVEPOINT x`,
      RELEASE: () => session.sql`RELEASE x`,
    };
    for (const [word, call] of Object.entries(calls)) {
      const refused = {
        code: 'E_INVALID_QUERY',
        message: `session.sql does not send ${word}: the session would not know of it. Use session.transaction(): it commits when its function returns, and rolls back when it throws.`,
      };
      const sent = await statementsOf(async () => {
        expect(await errorOf(call)).toMatchObject(refused);
        const error = await errorOf(() =>
          session.transaction(async () => {
            session.add(new Tag({ name: 'never' }));
            await session.flush();
            await call();
          }),
        );
        expect(error).toMatchObject(refused);
      });
      expect(sent.at(-1)).toBe('ROLLBACK');
    }
    expect(await session.sql`SELECT 'COMMIT' AS "begin"`).toEqual([{ begin: 'COMMIT' }]);
    await session.transaction(() => session.add(new Tag({ name: 'later' })));
    expect(await tagNames()).toEqual(['a', 'later']);
  });
});

describe('the current session', () => {
  it('S11: is found across awaits, inside db.transaction, session.transaction and run', async () => {
    const session = db.session();
    await db.transaction(async (own) => {
      await sleep(1);
      expect(Session.current()).toBe(own);
      expect(await Author.objects().count()).toBe(1);
      await own.transaction(async () => {
        await sleep(1);
        expect(Session.current()).toBe(own);
      });
    });
    await session.run(async () => {
      await sleep(1);
      expect(Session.current()).toBe(session);
      expect(await Author.admins()).toEqual([]);
    });
  });

  it('S11: transactions that run side by side have their own', async () => {
    const seen = await Promise.all(
      [1, 2, 3].map((n) =>
        db.session().run(async () => {
          const session = Session.current();
          await sleep(4 - n);
          return Session.current() === session;
        }),
      ),
    );
    expect(seen).toEqual([true, true, true]);
  });

  it('S11: outside there is none, and one that has ended refuses', async () => {
    expect(() => Session.current()).toThrow(NoSessionError);
    expect(await errorOf(() => Session.current())).toMatchObject({
      code: 'E_NO_SESSION',
      message: 'No session is current here. Call it inside db.transaction(), session.transaction() or session.run().',
    });
    expect(await errorOf(() => Author.objects())).toMatchObject({
      code: 'E_NO_SESSION',
      model: 'Author',
      message:
        'Author.objects() was called outside of a session. Call it inside db.transaction() or session.run(), or use session.query(Author).',
    });
    let leaked: Promise<unknown> | undefined;
    let end = (): void => undefined;
    const over = new Promise<void>((resolve) => (end = resolve));
    await db.transaction(() => {
      leaked = over.then(() => errorFrom(() => Author.objects()));
    });
    end();
    expect(await leaked).toMatchObject({
      code: 'E_SESSION_STATE',
      message: 'The session is closed. Open another with db.session().',
    });
  });

  it('T7: A1: a query on another session inside a transaction waits in vain, and the error says who holds the connection', async () => {
    const pooled =
      'No connection for a query within 200 ms: all 1 are held by a transaction. Is a query of another session awaited inside a transaction? Use its own session there, make transactions shorter, or raise poolSize.';
    const narrow = await openTestDatabase({
      connection: onEngine<ConnectionOptions>({
        sqlite: { acquireTimeout: 40 },
        postgres: { acquireTimeout: 200, poolSize: 1 },
        mysql: { acquireTimeout: 200, poolSize: 1 },
      }),
    });
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    try {
      const other = narrow.session();
      const error = await errorOf(() => narrow.transaction(() => other.query(Tag).count()));
      expect(error).toBeInstanceOf(AcquireTimeoutError);
      expect(error).toMatchObject({
        code: 'E_ACQUIRE_TIMEOUT',
        message: onEngine({
          sqlite:
            'No connection for a query within 40 ms: it is held by a transaction. Is a query of another session awaited inside that transaction? Use its own session there, or make the transaction shorter.',
          postgres: pooled,
          mysql: pooled,
        }),
      });
      expect(await other.query(Tag).count()).toBe(0);
      await sleep(1);
    } finally {
      process.off('warning', listen);
    }
    await narrow.close();
    expect(warnings.filter((warning) => (warning as { code?: string }).code === 'BLAZE_ESCAPED')).toHaveLength(1);
  });
});

describe('auto-flush', () => {
  it('S6: inside a transaction a query first writes what is pending for the tables it reads, and only then', async () => {
    const session = db.session();
    await session.transaction(async () => {
      session.add(new Tag({ name: 'b' }));
      await expectSent(() => session.query(Author).count(), {
        sqlite: ['SELECT COUNT(*) FROM "author" AS t0'],
        postgres: ['SELECT COUNT(*) FROM "author" AS t0'],
        mysql: ['SELECT COUNT(*) FROM `author` AS t0'],
      });
      expect(await session.query(Tag).count()).toBe(2);
      expect(await statementsOf(() => session.query(Tag).count())).toHaveLength(1);
      const post = (await session.get(Post, 1))!;
      post.title = 'Changed';
      expect(await session.query(Post).filter({ title: 'Changed' }).count()).toBe(1);
      post.tags.add((await session.get(Tag, 2))!);
      expect(
        await session
          .query(Post)
          .filter({ tags: { name: 'b' } })
          .count(),
      ).toBe(1);
      session.delete(post);
      expect(
        await session
          .query(Author)
          .filter({ posts: { title: 'Changed' } })
          .count(),
      ).toBe(0);
    });
  });

  it("S6: flushMode 'commit' and 'manual' write at the end, and when told to", async () => {
    for (const flushMode of ['commit', 'manual'] as const) {
      const session = db.session({ flushMode });
      await session.transaction(async () => {
        session.add(new Tag({ name: flushMode }));
        expect(await session.query(Tag).filter({ name: flushMode }).count()).toBe(0);
      });
      expect(await session.query(Tag).filter({ name: flushMode }).count()).toBe(flushMode === 'commit' ? 1 : 0);
      await session.commit();
      expect(await session.query(Tag).filter({ name: flushMode }).count()).toBe(1);
    }
    const session = db.session({ flushMode: 'manual' });
    await session.transaction(async () => {
      session.add(new Tag({ name: 'nested' }));
      await expectSent(() => session.transaction(() => undefined), {
        sqlite: ['SAVEPOINT', 'RELEASE SAVEPOINT'],
        postgres: ['SAVEPOINT', 'RELEASE SAVEPOINT'],
        mysql: ['SAVEPOINT', 'RELEASE SAVEPOINT'],
      });
      await session.flush();
    });
    expect(await tagNames()).toEqual(['a', 'commit', 'manual', 'nested']);
  });

  it('S6: outside of a transaction nothing is written before commit, and a query that misses it warns once', async () => {
    const warnings: (string | undefined)[] = [];
    const listen = (warning: Error & { code?: string }): void => void warnings.push(warning.code);
    process.on('warning', listen);
    try {
      const session = db.session();
      session.add(new Tag({ name: 'b' }));
      expect(await session.query(Tag).count()).toBe(1);
      expect(await session.query(Tag).count()).toBe(1);
      await session.close();
      await db.session().close();
      const other = db.session();
      (await other.get(Tag, 1))!.name = 'lost';
      await other.close();
      await sleep(1);
    } finally {
      process.off('warning', listen);
    }
    expect(warnings).toEqual(['BLAZE_UNWRITTEN', 'BLAZE_LOST']);
    expect(await tagNames()).toEqual(['a']);
  });

  it('S6: raw SQL inside a transaction sees what is pending', async () => {
    await db.transaction(async (session) => {
      session.add(new Tag({ name: 'b' }));
      expect(await session.sql`SELECT name FROM tag ORDER BY id`).toEqual([{ name: 'a' }, { name: 'b' }]);
    });
  });
});

describe('writes of sets', () => {
  it('Q10: update brings tracked entities in step and keeps what is unwritten', async () => {
    const session = db.session();
    const [ann] = await session.query(Author);
    ann!.name = 'Anna';
    expect(await session.query(Author).filter({ email: 'a@x.org' }).update({ name: 'Annie', bio: 'set' })).toBe(1);
    expect(plain(ann)).toEqual({ id: 1, name: 'Anna', email: 'a@x.org', bio: 'set', age: null, role: 'editor' });
    await session.commit();
    expect((await rowsOf(db))['author']).toMatchObject([{ name: 'Anna', bio: 'set' }]);
  });

  it('Q10: S7: delete lets go of tracked entities, and a rollback takes them back', async () => {
    const session = db.session();
    const tag = (await session.get(Tag, 1))!;
    await errorFrom(() =>
      session.transaction(async () => {
        expect(await session.query(Tag).filter({ name: 'a' }).delete()).toBe(1);
        expect([session.state(tag), await session.get(Tag, 1)]).toEqual(['detached', null]);
        throw new Error('mine');
      }),
    );
    expect([session.state(tag), await session.get(Tag, 1)]).toEqual(['persistent', tag]);
    expect(await session.query(Tag).filter({ name: 'a' }).delete()).toBe(1);
    expect([session.state(tag), tag.name]).toEqual(['detached', 'a']);
  });

  it('Q14: without a filter they are refused, before anything is sent', async () => {
    const session = db.session();
    const sent = await statementsOf(async () => {
      expect(await errorOf(() => session.query(Tag).update({ name: 'x' }))).toMatchObject({
        code: 'E_UNFILTERED_WRITE',
        model: 'Tag',
        message: 'update() would write every Tag. Add a filter, or say .unfiltered() before .update().',
      });
      expect(await errorOf(() => session.query(Tag).delete())).toMatchObject({
        code: 'E_UNFILTERED_WRITE',
        model: 'Tag',
        message: 'delete() would write every Tag. Add a filter, or say .unfiltered() before .delete().',
      });
    });
    expect(sent).toEqual([]);
    expect(await session.query(Post).unfiltered().delete()).toBe(1);
  });
});
