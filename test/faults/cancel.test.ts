/** Timeouts and abort signals: what they stop is stopped in the server, and nothing else is. */
import { getEventListeners, once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Server, Socket } from 'node:net';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import {
  count,
  Database,
  f,
  InvalidQueryError,
  model,
  QueryAbortedError,
  QueryTimeoutError,
  sql,
  statementChannel,
} from 'blazeorm';
import type { DatabaseOptions, Session, StatementEvent } from 'blazeorm';

import { errorOf, expectRefused } from '../support/database.ts';
import { createTestDatabase, describeOn } from '../support/test-database.ts';
import type { SqlServerName, TestDatabase } from '../support/test-database.ts';

class Shelf extends model('shelf', {
  id: f.auto(),
  name: f.string(),
  books: f.reverse(() => Book, 'shelf'),
}) {}
class Book extends model('book', {
  id: f.auto(),
  title: f.string(),
  shelf: f.foreignKey(() => Shelf),
  pages: f.reverse(() => Page, 'book'),
}) {}
class Page extends model('page', { id: f.auto(), text: f.string(), book: f.foreignKey(() => Book) }) {}

const models = [Shelf, Book, Page];

/** What differs between the servers: how they wait, and how they show what runs. */
const postgres = {
  isPostgres: true,
  sleep: (seconds: number) => sql`pg_sleep(${seconds})`,
  slow: () => sql<boolean>`(SELECT pg_sleep(30)) IS NULL`,
  running: (session: Session) =>
    session.sql<{ n: number }>`SELECT count(*)::int AS n FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active'
      AND backend_type = 'client backend'`,
  connection: (session: Session) => session.sql<{ id: number }>`SELECT pg_backend_pid() AS id`,
  stop: (session: Session, id: number) => session.sql`SELECT pg_cancel_backend(${id})`,
};
const mysql: typeof postgres = {
  isPostgres: false,
  sleep: (seconds) => sql`SLEEP(${seconds})`,
  slow: () => sql<boolean>`SLEEP(30) = 7`,
  running: async (session) => {
    const database = await session.sql<{ name: string }>`SELECT DATABASE() AS name`;
    const all = await session.sql<{ db: string; Command: string; Info: string | null }>`SHOW PROCESSLIST`;
    const busy = all.filter(({ db, Command, Info }) => {
      const isWatcher = Info?.startsWith('SHOW') === true;
      return db === database[0]!.name && (Command === 'Query' || Command === 'Execute') && !isWatcher;
    });
    return [{ n: busy.length }];
  },
  connection: (session) => session.sql<{ id: number }>`SELECT CONNECTION_ID() AS id`,
  // MySQL takes no parameter there.
  stop: (session, id) => session.sql(Object.assign([`KILL QUERY ${id}`], { raw: [''] })),
};
const servers: readonly [SqlServerName, typeof postgres][] = [
  ['postgres', postgres],
  ['postgres15', postgres],
  ['mysql', mysql],
  ['mariadb', mysql],
];

/** A way to a server that can be frozen: then nothing gets through, and nobody is told. */
class Proxy {
  frozen = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(host: string, port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, host);
      for (const [from, to] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(from);
        from.on('data', (chunk) => void (this.frozen || to.write(chunk)));
        from.on('close', () => to.destroy());
        from.on('error', () => undefined);
      }
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  static async start(host: string, port: number): Promise<Proxy> {
    const proxy = new Proxy(host, port);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Numbers from 0 to 1 that are the same at every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe.each(servers)('%s', (name, is) => {
  describeOn(name, 'cancellation', () => {
    let server: TestDatabase;
    let db: Database;
    let watcher: Session;
    let closeWatcher: () => Promise<void>;

    const open = async (connection: NonNullable<DatabaseOptions['connection']> = {}, url = server.url) => {
      const opened = await Database.connect(url, { models, connection });
      onTestFinished(() => opened.close());
      return opened;
    };

    beforeAll(async () => {
      server = await createTestDatabase(name);
      db = await Database.connect(server.url, { models });
      await db.createAll();
      const beside = await Database.connect(server.url, { connection: { poolSize: 1 } });
      closeWatcher = () => beside.close();
      watcher = beside.session();
      await db.transaction((session) => {
        for (const letter of ['a', 'b', 'c']) {
          const shelf = new Shelf({ name: letter });
          for (const n of [1, 2])
            session.add(new Page({ text: '…', book: new Book({ title: `${letter}${n}`, shelf }) }));
        }
      });
    });

    afterAll(async () => {
      await db.close();
      await closeWatcher();
      await server.drop();
    });

    const running = async (): Promise<number> => (await is.running(watcher))[0]!.n;

    /** Wait until so many statements run in the server, besides the one that asks. */
    const untilRunning = async (wanted: number): Promise<void> => {
      while ((await running()) !== wanted) await after(2);
    };

    /** Start something slow, and abort it once the server runs it. */
    const abortWhenRunning = async (start: (signal: AbortSignal) => PromiseLike<unknown>): Promise<Error> => {
      const controller = new AbortController();
      const failing = errorOf(() => start(controller.signal));
      await untilRunning(1);
      controller.abort(new Error('the client has gone'));
      return failing;
    };

    /** The connection of a pool of one that the statements of a session run on. */
    const connectionOf = async (session: Session): Promise<number> => (await is.connection(session))[0]!.id;

    it('T8: an abort stops the statement in the server, whatever kind of query it is', async () => {
      const session = db.session();
      const slow = session.query(Book).filter(() => is.slow());
      const cases: readonly ((signal: AbortSignal) => PromiseLike<unknown>)[] = [
        (signal) => slow.signal(signal),
        (signal) => slow.signal(signal).first(),
        (signal) => slow.signal(signal).one(),
        (signal) => slow.signal(signal).count(),
        (signal) => slow.signal(signal).exists(),
        (signal) => slow.signal(signal).aggregate(() => ({ n: count() })),
        (signal) => slow.values('title').signal(signal),
        (signal) => slow.signal(signal).update({ title: 'never' }),
        (signal) => slow.signal(signal).delete(),
        (signal) => slow.signal(signal).iterate().next(),
      ];
      for (const start of cases) {
        const error = await abortWhenRunning(start);
        expect(error).toBeInstanceOf(QueryAbortedError);
        expect(error).toMatchObject({
          code: 'E_QUERY_ABORTED',
          message: 'The query was aborted by its signal.',
          cause: new Error('the client has gone'),
        });
        await untilRunning(0);
      }
      expect(await session.query(Book).orderBy('id').valuesList('title', { flat: true })).toEqual([
        'a1',
        'a2',
        'b1',
        'b2',
        'c1',
        'c2',
      ]);
    });

    it('T8: a timeout is a QueryTimeoutError with the SQL, and an abort is none', async () => {
      const session = db.session();
      const slow = session.query(Shelf).filter(() => is.slow());
      const error = await errorOf(() => slow.timeout(50));
      expect(error).toBeInstanceOf(QueryTimeoutError);
      expect(error).toMatchObject({
        code: 'E_QUERY_TIMEOUT',
        message: 'The query took longer than 50 ms, and was stopped.',
        sql: slow.toSQL().sql,
      });
      await untilRunning(0);
      const aborted = await abortWhenRunning((signal) => slow.timeout(60_000).signal(signal));
      expect(aborted).toBeInstanceOf(QueryAbortedError);
      expect(aborted).not.toBeInstanceOf(QueryTimeoutError);
      // The standard's own timeouts are signals, too.
      expect(await errorOf(() => slow.signal(AbortSignal.timeout(50)))).toMatchObject({
        code: 'E_QUERY_ABORTED',
        cause: { name: 'TimeoutError' },
      });
      expect(await session.query(Shelf).timeout(10_000).count()).toBe(3);
    });

    it('T8: with a signal that is aborted already, nothing is sent', async () => {
      const session = db.session();
      const books = session.query(Book).filter({ title: 'a1' }).signal(AbortSignal.abort('over'));
      const before = db.queryStats().statements;
      for (const run of [
        () => books,
        () => books.count(),
        () => books.exists(),
        () => books.update({ title: 'never' }),
        () => books.delete(),
        () =>
          session
            .query(Shelf)
            .signal(AbortSignal.abort('over'))
            .bulkCreate([{ name: 'never' }]),
        () => books.values('id'),
        () => books.iterate().next(),
        () => db.session({ signal: AbortSignal.abort('over') }).get(Book, 1),
        () => db.session({ signal: AbortSignal.abort('over') }).sql`SELECT 1`,
        () => db.transaction(() => undefined, { signal: AbortSignal.abort('over') }),
      ])
        expect(await errorOf(run)).toMatchObject({ code: 'E_QUERY_ABORTED', cause: 'over' });
      expect(db.queryStats().statements).toBe(before);
      expect(await session.query(Book).count()).toBe(6);
    });

    it('T8: the bounds of a session hold for each of its statements', async () => {
      const controller = new AbortController();
      const session = db.session({ timeout: 800, signal: controller.signal });
      expect(await session.query(Book).count()).toBe(6);
      expect(await errorOf(() => session.sql`SELECT ${is.sleep(30)}`)).toBeInstanceOf(QueryTimeoutError);
      await untilRunning(0);
      expect(await session.query(Book).count()).toBe(6);
      const [book] = await session.query(Book).filter({ title: 'a1' });
      controller.abort();
      expect(await errorOf(() => session.query(Book))).toBeInstanceOf(QueryAbortedError);
      expect(await errorOf(() => book!.shelf.load())).toBeInstanceOf(QueryAbortedError);
      session.add(new Shelf({ name: 'never' }));
      expect(await errorOf(() => session.commit())).toBeInstanceOf(QueryAbortedError);
      expect(await db.session().query(Shelf).count()).toBe(3);
    });

    it('T8: in a transaction a cancelled statement fails like any other; a savepoint takes it back', async () => {
      const small = await open({ poolSize: 1 });
      await small.transaction(async (session) => {
        session.add(new Shelf({ name: 'kept' }));
        await session.flush();
        const error = await errorOf(() =>
          session.transaction(() =>
            session
              .query(Shelf)
              .filter(() => is.slow())
              .timeout(300),
          ),
        );
        expect(error).toBeInstanceOf(QueryTimeoutError);
        expect(await session.query(Shelf).filter({ name: 'kept' }).count()).toBe(1);
      });
      expect(await small.session().query(Shelf).filter({ name: 'kept' }).delete()).toBe(1);
      const outcome = small.transaction(async (session) => {
        session.add(new Shelf({ name: 'perhaps' }));
        await session.flush();
        await errorOf(() =>
          session
            .query(Shelf)
            .filter(() => is.slow())
            .timeout(300),
        );
        return session.query(Shelf).filter({ name: 'perhaps' }).count();
      });
      // PostgreSQL aborts a transaction at any error; MySQL and MariaDB take back the statement alone.
      const settled = await outcome.catch((error: unknown) => (error as { code: unknown }).code);
      expect(settled).toBe(is.isPostgres ? 'E_TRANSACTION_ABORTED' : 1);
      expect(await small.session().query(Shelf).filter({ name: 'perhaps' }).delete()).toBe(is.isPostgres ? 0 : 1);
    });

    it('T8: a transaction that takes too long is rolled back: memory, database, connection', async () => {
      const small = await open({ poolSize: 1 });
      const session = small.session();
      const [shelf] = await session.query(Shelf).filter({ name: 'a' });
      const error = await errorOf(() =>
        session.transaction(
          async () => {
            shelf!.name = 'changed';
            await session.flush();
            await session.query(Book).filter(() => is.slow());
          },
          { timeout: 60 },
        ),
      );
      expect(error).toBeInstanceOf(QueryTimeoutError);
      expect(shelf!.name).toBe('a');
      await untilRunning(0);
      expect(await session.query(Shelf).filter({ name: 'changed' }).count()).toBe(0);
      // The session goes on.
      await session.transaction(() => void (shelf!.name = 'z'), { timeout: 20_000 });
      expect(await watcher.sql`SELECT name FROM shelf WHERE id = ${shelf!.id}`).toEqual([{ name: 'z' }]);
      shelf!.name = 'a';
      await session.commit();
    });

    it('T8: a transaction is rolled back at once while its function waits for something else, and sends nothing more', async () => {
      const small = await open({ poolSize: 1 });
      const session = small.session();
      const controller = new AbortController();
      let goOn!: () => void;
      const elsewhere = new Promise<void>((resolve) => (goOn = resolve));
      const late: Error[] = [];
      let work: Promise<void> | undefined;
      const doWork = async (): Promise<void> => {
        await session.query(Shelf).filter({ name: 'a' }).update({ name: 'changed' });
        controller.abort();
        await elsewhere;
        late.push(await errorOf(() => session.query(Shelf)));
        late.push(await errorOf(() => session.sql`DELETE FROM page`));
        late.push(await errorOf(() => session.transaction(() => undefined)));
      };
      const failing = errorOf(() => session.transaction(() => (work = doWork()), { signal: controller.signal }));
      expect(await failing).toBeInstanceOf(QueryAbortedError);
      // Its locks are gone, and its connection is with the others.
      expect(await small.session().query(Shelf).filter({ name: 'a' }).timeout(20_000).update({ name: 'a' })).toBe(1);
      goOn();
      await work;
      await after(0);
      for (const error of late) expect(error).toBeInstanceOf(QueryAbortedError);
      expect(late).toHaveLength(3);
      expect(await session.query(Page).count()).toBe(6);
    });

    it('T8: S8: a flush that waits for a lock is cancelled; what was pending is pending still', async () => {
      const session = db.session();
      const [shelf] = await session.query(Shelf).filter({ name: 'b' });
      await db.transaction(async (holder) => {
        await holder.query(Shelf).filter({ name: 'b' }).update({ name: 'b' });
        shelf!.name = 'waited';
        const inside = await errorOf(() =>
          session.transaction(
            async () => {
              session.add(new Shelf({ name: 'new' }));
              await session.flush();
            },
            { timeout: 60 },
          ),
        );
        expect(inside).toBeInstanceOf(QueryTimeoutError);
        // A query has what it makes the session write under its own bounds.
        const before = await errorOf(() => session.transaction(() => session.query(Shelf).timeout(60)));
        expect(before).toBeInstanceOf(QueryTimeoutError);
      });
      await untilRunning(0);
      expect(shelf!.name).toBe('waited');
      await session.commit();
      expect(await db.session().query(Shelf).filter({ name: 'waited' }).update({ name: 'b' })).toBe(1);
      expect(await db.session().query(Shelf).count()).toBe(3);
    });

    it('T8: rows that are read one by one: an abort ends the statement, between rows and within a wait', async () => {
      const small = await open({ poolSize: 1 });
      for (const inTransaction of [false, true]) {
        const read = async (session: Session): Promise<unknown> => {
          const controller = new AbortController();
          const seen: string[] = [];
          const error = await errorOf(async () => {
            for await (const book of session
              .query(Book)
              .orderBy('id')
              .signal(controller.signal)
              .iterate({ batchSize: 1 })) {
              seen.push(book.title);
              if (seen.length === 2) controller.abort();
            }
          });
          expect(error).toBeInstanceOf(QueryAbortedError);
          expect(seen).toEqual(['a1', 'a2']);
          return undefined;
        };
        if (inTransaction) await small.transaction(read);
        else await read(small.session());
        await untilRunning(0);
        expect(await small.session().query(Book).count()).toBe(6);
      }
      const error = await errorOf(async () => {
        for await (const _ of small
          .session()
          .query(Book)
          .filter(() => is.slow())
          .timeout(50))
          continue;
      });
      expect(error).toBeInstanceOf(QueryTimeoutError);
      await untilRunning(0);
      expect(await small.session().query(Book).count()).toBe(6);
    });

    it('T8: the end of a stream that was aborted does not hit what runs beside it', async () => {
      const seen = await db.transaction(async (session) => {
        const controller = new AbortController();
        const stream = session.query(Book).orderBy('id').signal(controller.signal).iterate({ batchSize: 1 });
        const first = await stream.next();
        const beside = session.sql<{ word: string }>`SELECT ${is.sleep(0.1)}, 'beside' AS word`;
        controller.abort();
        const error = await errorOf(() => stream.next());
        return [(first.value as Book).title, error.name, (await beside)[0]!.word, await session.query(Book).count()];
      });
      expect(seen).toEqual(['a1', 'QueryAbortedError', 'beside', 6]);
    });

    it('T8: A1: whoever waits for a connection leaves the queue at once; the holder of the last one can be cancelled', async () => {
      const small = await open({ poolSize: 1 });
      const id = await connectionOf(small.session());
      const controller = new AbortController();
      const holding = small
        .session()
        .query(Book)
        .filter(() => is.slow());
      const held = errorOf(() => holding);
      await untilRunning(1);
      const waiting = errorOf(() => small.session().query(Book).signal(controller.signal));
      expect(await errorOf(() => small.session().query(Book).timeout(30))).toMatchObject({
        code: 'E_QUERY_TIMEOUT',
        message: 'The query took longer than 30 ms, and was stopped.',
      });
      const later = small.session().query(Book).count();
      controller.abort();
      expect(await waiting).toBeInstanceOf(QueryAbortedError);
      expect(await running()).toBe(1);
      // Somebody at the server stops the holder: that is no abort.
      await is.stop(watcher, id);
      expect(await held).toBeInstanceOf(QueryTimeoutError);
      expect(await later).toBe(6);
      // The very connection that is the last one.
      const error = await abortWhenRunning((signal) =>
        small
          .session()
          .query(Book)
          .filter(() => is.slow())
          .signal(signal),
      );
      expect(error).toBeInstanceOf(QueryAbortedError);
      expect(await small.session().query(Book).count()).toBe(6);
    });

    it('T8: R4: what prefetchRelated loads is under the same bounds', async () => {
      const session = db.session();
      const controller = new AbortController();
      const sent: string[] = [];
      const listen = (event: unknown): void => {
        sent.push((event as StatementEvent).sql);
        if (sent.length === 2) controller.abort();
      };
      statementChannel.subscribe(listen);
      onTestFinished(() => {
        statementChannel.unsubscribe(listen);
      });
      const error = await errorOf(() => session.query(Shelf).prefetchRelated('books.pages').signal(controller.signal));
      statementChannel.unsubscribe(listen);
      expect(error).toBeInstanceOf(QueryAbortedError);
      expect(sent).toHaveLength(2);
      const shelves = await session.query(Shelf).orderBy('id').prefetchRelated('books.pages').timeout(20_000);
      expect(shelves.map((shelf) => shelf.books.map((book) => book.pages.length))).toEqual([
        [1, 1],
        [1, 1],
        [1, 1],
      ]);
    });

    it('T8: of parallel statements in one transaction only the one that is meant is cancelled', async () => {
      const parallel = (abort: (first: Promise<unknown>) => Promise<void>): Promise<unknown[]> =>
        db
          .transaction(async (session) => {
            const controller = new AbortController();
            const first = session.sql<{ word: string }>`SELECT ${is.sleep(0.1)}, 'first' AS word`;
            const slow = session
              .query(Book)
              .filter(() => is.slow())
              .signal(controller.signal)
              .all();
            const third = session.sql<{ word: string }>`SELECT 'third' AS word`;
            const all = Promise.allSettled([first, slow, third]);
            await abort(first);
            controller.abort();
            const outcomes = (await all).map((result) =>
              result.status === 'fulfilled'
                ? (result.value[0] as { word: string }).word
                : (result.reason as { code: string }).code,
            );
            throw Object.assign(new Error('rolled back'), { outcomes });
          })
          .catch((error: unknown) => (error as { outcomes: unknown[] }).outcomes);
      // Stopped before it was sent, as long as the first one runs, it leaves the transaction as it was.
      expect(await parallel(() => Promise.resolve())).toEqual(['first', 'E_QUERY_ABORTED', 'third']);
      const whenSent = async (first: Promise<unknown>): Promise<void> => {
        await first;
        await untilRunning(1);
      };
      const third = is.isPostgres ? 'E_TRANSACTION_ABORTED' : 'third';
      expect(await parallel(whenSent)).toEqual(['first', 'E_QUERY_ABORTED', third]);
    });

    it.each([1, 2, 3])(
      'T8: aborted at random moments, no statement hits the next one on its connection (seed %i)',
      { timeout: 120_000 },
      async (seed) => {
        const next = random(seed);
        const small = await open({ poolSize: 1 });
        const session = small.session();
        const id = await connectionOf(session);
        const outcomes: unknown[] = [];
        const counts = { done: 0, stopped: 0 };
        for (let i = 0; i < 150; i++) {
          const [length, wait] = [next() * 0.006, next() * 8];
          const controller = new AbortController();
          const timer = setTimeout(() => controller.abort(i), wait);
          const sleeps = is.isPostgres
            ? sql<boolean>`(SELECT pg_sleep(${length})) IS NOT NULL`
            : sql<boolean>`SLEEP(${length}) = 0`;
          const work = (): Promise<unknown> =>
            session
              .query(Book)
              .filter({ title: 'a1' })
              .filter(() => sleeps)
              .signal(controller.signal)
              .values(() => ({ n: sql<number>`${i} + 0` }))
              .all()
              .then(([row]) => Number(row!.n))
              .catch((error: unknown) => (error instanceof QueryAbortedError ? ['stopped', error.cause] : error));
          // Alone, in a transaction, in a savepoint.
          const failing = (): Promise<unknown> =>
            session
              .transaction(async () => {
                const result = await work();
                if (Array.isArray(result)) throw Object.assign(new Error('back'), { result });
                return result;
              })
              .catch((error: unknown) => (error as { result?: unknown }).result ?? error);
          const outcome = await [work, failing, () => session.transaction(failing)][i % 3]!();
          clearTimeout(timer);
          outcomes.push(typeof outcome === 'number' ? outcome : (outcome as unknown[])[1]);
          counts[typeof outcome === 'number' ? 'done' : 'stopped']++;
          expect(await session.query(Book).orderBy('id').valuesList('id', { flat: true })).toHaveLength(6);
          expect((await session.sql<{ n: number }>`SELECT ${i} + 0 AS n`).map(({ n }) => Number(n))).toEqual([i]);
        }
        // Each has its own number, from the database or from its own signal.
        expect(outcomes).toEqual(Array.from({ length: 150 }, (_, i) => i));
        expect(counts.stopped).toBeGreaterThan(10);
        expect(counts.done).toBeGreaterThan(10);
        // None of it has cost the connection.
        expect(await connectionOf(session)).toBe(id);
      },
    );

    it('T8: a server that does not answer the cancellation costs the connection, and the pool has another', async () => {
      const target = new URL(server.url);
      const proxy = await Proxy.start(target.hostname, Number(target.port));
      onTestFinished(() => proxy.stop());
      const through = new URL(server.url);
      through.host = `127.0.0.1:${proxy.port}`;
      const small = await open({ poolSize: 1, connectTimeout: 300 }, through.href);
      const id = await connectionOf(small.session());
      const controller = new AbortController();
      const failing = errorOf(() =>
        small
          .session()
          .query(Book)
          .filter(() => is.slow())
          .signal(controller.signal),
      );
      await untilRunning(1);
      proxy.frozen = true;
      controller.abort();
      expect(await failing).toBeInstanceOf(QueryAbortedError);
      proxy.frozen = false;
      expect(await connectionOf(small.session())).not.toBe(id);
      await is.stop(watcher, id);
      await untilRunning(0);
    });

    it("T8: the server's own limit is a QueryTimeoutError, too", async () => {
      const limited = await open({ statementTimeout: 40, poolSize: 1 });
      const session = limited.session();
      const error = await errorOf(() =>
        session
          .query(Book)
          .filter(() => is.slow())
          .signal(new AbortController().signal),
      );
      expect(error).toBeInstanceOf(QueryTimeoutError);
      expect(error).toHaveProperty('cause');
      expect(await session.query(Book).count()).toBe(6);
    });
  });
});

// Both drivers of SQLite are synchronous: nothing can be stopped in its middle, but everything before and in between.
describe('sqlite', () => {
  const open = async (dsn = 'sqlite::memory:'): Promise<Database> => {
    const db = await Database.connect(dsn, { models });
    onTestFinished(() => db.close());
    await db.createAll();
    await db.transaction((session) => {
      for (const name of ['a', 'b', 'c']) session.add(new Shelf({ name }));
    });
    return db;
  };
  const names = (db: Database) => db.session().query(Shelf).orderBy('id').valuesList('name', { flat: true });

  it('T8: with a signal that is aborted already, nothing is sent', async () => {
    const db = await open();
    const before = db.queryStats().statements;
    const signal = AbortSignal.abort('over');
    const shelves = db.session().query(Shelf).filter({ name: 'a' }).signal(signal);
    for (const run of [
      () => shelves,
      () => shelves.count(),
      () => shelves.delete(),
      () =>
        db
          .session()
          .query(Shelf)
          .signal(signal)
          .bulkCreate([{ name: 'never' }]),
      () => shelves.iterate().next(),
      () => shelves.values('name'),
      () => db.session({ signal }).getOrFail(Shelf, 1),
      () => db.session({ signal }).sql`SELECT 1`,
      () => db.transaction(() => undefined, { signal }),
    ])
      expect(await errorOf(run)).toMatchObject({ code: 'E_QUERY_ABORTED', cause: 'over' });
    expect(db.queryStats().statements).toBe(before);
    expect(await names(db)).toEqual(['a', 'b', 'c']);
  });

  it('T8: between rows of a stream, and between the queries of prefetchRelated', async () => {
    const db = await open();
    const controller = new AbortController();
    const seen: string[] = [];
    const error = await errorOf(async () => {
      for await (const shelf of db.session().query(Shelf).signal(controller.signal).iterate({ batchSize: 1 })) {
        seen.push(shelf.name);
        controller.abort();
      }
    });
    expect(error).toBeInstanceOf(QueryAbortedError);
    expect(seen).toEqual(['a']);
    // By the clock: no timer comes between rows that are there at once.
    const slow = await errorOf(async () => {
      for await (const _ of db.session().query(Shelf).timeout(5).iterate({ batchSize: 1 })) {
        const end = performance.now() + 6;
        while (performance.now() < end);
      }
    });
    expect(slow).toBeInstanceOf(QueryTimeoutError);
    const before = db.queryStats().statements;
    const stop = new AbortController();
    const listen = (): void => stop.abort();
    statementChannel.subscribe(listen);
    const failed = await errorOf(() => db.session().query(Shelf).prefetchRelated('books').signal(stop.signal));
    statementChannel.unsubscribe(listen);
    expect(failed).toBeInstanceOf(QueryAbortedError);
    expect(db.queryStats().statements).toBe(before + 1);
    // A stream that was left holds nobody up.
    await db.transaction((session) => session.add(new Shelf({ name: 'd' })));
    expect(await names(db)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('T8: whoever waits for the one connection leaves the queue at once', async () => {
    const db = await open();
    const controller = new AbortController();
    let later: Promise<number> | undefined;
    await db.transaction(async (holder) => {
      await holder.query(Shelf).filter({ name: 'a' }).update({ name: 'z' });
      const waiting = errorOf(() => db.session().query(Shelf).signal(controller.signal));
      const timed = errorOf(() => db.transaction(() => undefined, { timeout: 20 }));
      later = db.session().query(Shelf).count();
      expect(await timed).toMatchObject({
        code: 'E_QUERY_TIMEOUT',
        message: 'The transaction took longer than 20 ms, and was stopped.',
      });
      controller.abort();
      expect(await waiting).toBeInstanceOf(QueryAbortedError);
    });
    expect(await later).toBe(3);
    expect(await names(db)).toEqual(['z', 'b', 'c']);
  });

  it('T8: a transaction ends between its statements, and what it did is taken back', async () => {
    const db = await open();
    const controller = new AbortController();
    const session = db.session();
    const [shelf] = await session.query(Shelf).filter({ name: 'a' });
    const error = await errorOf(() =>
      session.transaction(
        async () => {
          shelf!.name = 'changed';
          await session.flush();
          controller.abort(new Error('the client has gone'));
          await session.query(Shelf);
        },
        { signal: controller.signal },
      ),
    );
    expect(error).toMatchObject({ code: 'E_QUERY_ABORTED', cause: new Error('the client has gone') });
    expect(shelf!.name).toBe('a');
    // An abort that nobody looks at before the end is an abort all the same.
    const late = new AbortController();
    const last = errorOf(() =>
      session.transaction(
        () => {
          shelf!.name = 'changed';
          late.abort();
        },
        { signal: late.signal },
      ),
    );
    expect(await last).toBeInstanceOf(QueryAbortedError);
    expect(await names(db)).toEqual(['a', 'b', 'c']);
    // In a nested one, it ends that.
    await session.transaction(async () => {
      shelf!.name = 'kept';
      const inner = await errorOf(() =>
        session.transaction(
          async () => {
            shelf!.name = 'lost';
            await session.query(Shelf);
          },
          { signal: AbortSignal.abort() },
        ),
      );
      expect(inner).toBeInstanceOf(QueryAbortedError);
    });
    expect(await names(db)).toEqual(['kept', 'b', 'c']);
  });

  it('T8: one signal for many queries is listened to once, and not after they have ended', async () => {
    const db = await open();
    const controller = new AbortController();
    const { signal } = controller;
    const warnings: Error[] = [];
    const listen = (warning: Error): void => void warnings.push(warning);
    process.on('warning', listen);
    onTestFinished(() => void process.off('warning', listen));
    const counts = await Promise.all(
      Array.from({ length: 50 }, () => db.session().query(Shelf).signal(signal).count()),
    );
    expect(counts).toEqual(Array.from({ length: 50 }, () => 3));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await after(0);
    expect(warnings).toEqual([]);
  });

  it('T8: bounds that are none are refused by name', async () => {
    const db = await open();
    const shelves = db.session().query(Shelf);
    for (const timeout of [-1, 0, Number.NaN, Infinity, 2 ** 31])
      for (const run of [
        () => shelves.timeout(timeout),
        () => shelves.values('name').timeout(timeout),
        () => db.session({ timeout }),
        () => db.transaction(() => undefined, { timeout }),
      ])
        await expectRefused(db, run, {
          type: InvalidQueryError,
          message: 'A timeout is a number of milliseconds from 1 to 2147483647, not this one.',
        });
    await expectRefused(db, () => shelves.timeout('1' as unknown as number), {
      type: InvalidQueryError,
      message: 'A timeout is a number of milliseconds from 1 to 2147483647, not a string.',
    });
    for (const run of [
      () => shelves.signal({} as AbortSignal),
      () => shelves.values('name').signal({} as AbortSignal),
      () => db.session({ signal: {} as AbortSignal }),
      () => db.transaction(() => undefined, { signal: {} as AbortSignal }),
    ])
      await expectRefused(db, run, {
        type: InvalidQueryError,
        message: 'A signal is an AbortSignal, not a plain object.',
      });
    const nothing = undefined as unknown as number & AbortSignal;
    await expectRefused(db, () => shelves.timeout(nothing), {
      type: InvalidQueryError,
      message: 'timeout() takes a number of milliseconds.',
    });
    await expectRefused(db, () => shelves.signal(nothing), {
      type: InvalidQueryError,
      message: 'signal() takes an AbortSignal.',
    });
  });
});
