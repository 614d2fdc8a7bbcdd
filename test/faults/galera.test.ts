/** What a cluster does that one server does not: three that take writes, conflicts at COMMIT, servers that come and go. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { CommitOutcomeUnknownError, ConnectionError, Database, DeadlockError, f, model } from 'blazeorm';
import type { DatabaseOptions, Session } from 'blazeorm';

import {
  ask,
  caughtUp,
  createClusterDatabase,
  endServer,
  hasScriptedCluster,
  isWhole,
  startServer,
  statusOf,
} from '../support/cluster.ts';
import type { ClusterDatabase, ServerNumber } from '../support/cluster.ts';
import { errorOf } from '../support/database.ts';
import { describeOn } from '../support/test-database.ts';

class Author extends model('author', {
  id: f.auto(),
  name: f.string({ maxLength: 60, unique: true }),
  posts: f.reverse(() => Post, 'author'),
}) {}
class Post extends model('post', {
  id: f.auto(),
  title: f.string({ maxLength: 60, unique: true }),
  author: f.foreignKey(() => Author),
}) {}
class Counter extends model('counter', { name: f.string({ maxLength: 20, primaryKey: true }), n: f.int() }) {}
/** One row for each transaction that is to be done once: its key is chosen before it is tried. */
class Entry extends model('entry', {
  id: f.auto(),
  key: f.string({ maxLength: 60, unique: true }),
  amount: f.int(),
}) {}

const SERVERS: readonly ServerNumber[] = [1, 2, 3];

/** A statement, and whatever else has to be done once and together with it. */
async function deposit(session: Session, key: string, amount: number): Promise<void> {
  session.add(new Entry({ key, amount }));
  await session
    .query(Counter)
    .filter({ name: 'sum' })
    .update({ n: (c) => c.n.plus(amount) });
}

describeOn('galera', 'a cluster', () => {
  let cluster: ClusterDatabase;
  let db: Database;
  /** Connected to one server each. */
  let servers: Record<ServerNumber, Database>;
  const models = [Author, Post, Counter, Entry];
  const open = (url: string, options: DatabaseOptions = {}): Promise<Database> =>
    Database.connect(url, { models, ...options });

  beforeAll(async () => {
    await isWhole();
    cluster = await createClusterDatabase();
    db = await open(cluster.url);
    await db.createAll();
    await caughtUp();
    servers = {
      1: await open(cluster.urlOf(1)),
      2: await open(cluster.urlOf(2)),
      3: await open(cluster.urlOf(3)),
    };
  });

  afterAll(async () => {
    for (const server of SERVERS) await servers[server].close();
    await db.close();
    await cluster.drop();
  });

  const clear = async (): Promise<void> => {
    const session = servers[1].session();
    for (const table of ['post', 'author', 'entry', 'counter']) await session.sql`DELETE FROM ${session.sql.id(table)}`;
    await servers[1].transaction((own) => own.add(new Counter({ name: 'sum', n: 0 })));
    await caughtUp();
  };

  const database = (): string => cluster.url.slice(cluster.url.lastIndexOf('/') + 1);
  const rowsOf = (server: ServerNumber, sql: string): Promise<unknown[][]> =>
    ask(server, sql.replaceAll('@.', `${database()}.`));
  /** Entries and sum as one server has them. */
  const stored = async (server: ServerNumber): Promise<{ readonly keys: unknown[]; readonly sum: unknown }> => {
    const keys = (await rowsOf(server, 'SELECT `key` FROM @.entry ORDER BY `key`')).flat();
    const [row] = await rowsOf(server, 'SELECT n FROM @.counter');
    return { keys, sum: row?.[0] };
  };
  const nameOf = async (session: Session): Promise<string> =>
    (await session.sql<{ name: string }>`SELECT @@wsrep_node_name AS name`)[0]!.name;

  /** New authors with two posts each. Every tenth author has a key of its own choice, below all that are counted up. */
  const library = (prefix: string, first: number, count: number): readonly Post[] =>
    Array.from({ length: count }, (_, i) => {
      const name = `${prefix} ${i}`;
      const author = new Author({ name, ...(i % 10 === 7 ? { id: first + i } : {}) });
      return ['a', 'b'].map((letter) => new Post({ title: `${name} ${letter}`, author }));
    }).flat();
  /** The entities have the keys that the database has for their names, and posts have the keys of their authors. */
  const expectStored = async (server: ServerNumber, posts: readonly Post[]): Promise<void> => {
    const found = await rowsOf(
      server,
      'SELECT p.title, p.id, a.name, a.id FROM @.post p JOIN @.author a ON a.id = p.author_id',
    );
    const byTitle = new Map(found.map((row) => [row[0], row]));
    expect(posts.map(({ title }) => byTitle.get(title))).toEqual(
      posts.map((post) => {
        const author = post.author as Author;
        expect(post.authorId).toBe(author.id);
        return [post.title, post.id, author.name, author.id];
      }),
    );
  };

  it('S5: A1: keys that are counted up in steps come back right: many rows, given keys among them, writers on every server', async () => {
    await clear();
    await servers[1].transaction((session) => session.add(new Author({ id: 100_000, name: 'first' })));
    await caughtUp();
    const [step] = await servers[2].session().sql`SELECT @@auto_increment_increment AS step`;
    expect(step).toEqual({ step: 3 });
    const written = await Promise.all(
      SERVERS.flatMap((server) =>
        [1, 2, 3].map((turn) =>
          servers[server].transaction(
            (session) => {
              const posts = library(`${server}-${turn}`, server * 10_000 + turn * 1_000, 60);
              session.add(...posts);
              return posts;
            },
            { retry: 10 },
          ),
        ),
      ),
    );
    for (const server of SERVERS) await expectStored(server, written.flat());
    expect((await rowsOf(2, 'SELECT COUNT(*) FROM @.post'))[0]).toEqual([9 * 60 * 2]);
  });

  it('T4: S7: a conflict with another server shows at COMMIT: DeadlockError, nothing is kept, memory is restored', async () => {
    await clear();
    const session = servers[1].session();
    const counter = await session.query(Counter).one();
    const entry = new Entry({ key: 'lost', amount: 5 });
    const error = await errorOf(() =>
      session.transaction(async () => {
        counter.n = 5;
        session.add(entry);
        await session.flush();
        await servers[2].transaction((other) => deposit(other, 'kept', 7));
      }),
    );
    expect(error).toBeInstanceOf(DeadlockError);
    expect(error.message).toBe('The transaction was ended to resolve a deadlock.');
    expect([counter.n, entry.id, session.state(entry)]).toEqual([0, undefined, 'transient']);
    for (const server of SERVERS) expect(await stored(server)).toEqual({ keys: ['kept'], sum: 7 });
    // The session is usable, and the entity can be added anew.
    await session.refresh(counter);
    counter.n++;
    session.add(entry);
    await session.commit();
    for (const server of SERVERS) expect(await stored(server)).toEqual({ keys: ['kept', 'lost'], sum: 8 });
  });

  it('T4: a retry runs the whole closure again: writers on every server, nothing is lost, nothing is applied twice', async () => {
    await clear();
    let runs = 0;
    const keys = SERVERS.flatMap((server) => Array.from({ length: 12 }, (_, i) => `${server}-${i}`));
    const write = async (server: ServerNumber): Promise<void> => {
      for (const key of keys.filter((own) => own.startsWith(`${server}-`)))
        await servers[server].transaction(
          (session) => {
            runs++;
            return deposit(session, key, 1);
          },
          { retry: 50 },
        );
    };
    await Promise.all(SERVERS.map(write));
    for (const server of SERVERS) expect(await stored(server)).toEqual({ keys: keys.toSorted(), sum: keys.length });
    // They met: what the test is about has happened.
    expect(runs).toBeGreaterThan(keys.length);
  });

  it('A7: T7: a server that was cut off from the others is refused by name, and the next host is taken', async () => {
    await clear();
    const own = await open(cluster.url, { connection: { poolSize: 1 } });
    expect(await nameOf(own.session())).toBe('galera1');
    const isolate = (on: 0 | 1): Promise<unknown> =>
      ask(1, `SET GLOBAL wsrep_provider_options = 'gmcast.isolate=${on}'`);
    await isolate(1);
    try {
      await vi.waitFor(async () => expect(await statusOf(1, 'wsrep_ready')).toBe('OFF'), {
        timeout: 30_000,
        interval: 100,
      });
      const refused = await errorOf(() => open(cluster.urlOf(1)));
      expect(refused).toBeInstanceOf(ConnectionError);
      expect(refused.message).toBe(
        'The server has no part in its cluster at the moment. Name several hosts in the DSN, so that another one is taken.',
      );
      // On the connection that is open the first statement learns it, inside a transaction or not; then another is opened.
      const lost = await errorOf(() => own.transaction((session) => deposit(session, 'lost', 1)));
      expect(lost).toBeInstanceOf(ConnectionError);
      expect(lost.message).toBe(
        'The server has no part in its cluster at the moment. What was not committed is not kept: run the transaction again, on another server.',
      );
      await own.transaction((session) => deposit(session, 'kept', 1));
      expect(await nameOf(own.session())).toBe('galera2');
    } finally {
      await isolate(0);
      await isWhole();
      await own.close();
    }
    for (const server of SERVERS) expect(await stored(server)).toEqual({ keys: ['kept'], sum: 1 });
  }, 60_000);

  const scripted = hasScriptedCluster();
  const title = (text: string): string =>
    scripted ? text : `${text} (skipped: the cluster is not that of scripts/services.sh)`;

  it.skipIf(!scripted)(
    title('S5: T7: a server leaves: its transactions fail, and keys on open connections follow the new distance'),
    async () => {
      await clear();
      const leaving = await open(cluster.urlOf(3), { connection: { poolSize: 1 } });
      const staying = await open(cluster.urlOf(1), { connection: { poolSize: 1 } });
      await staying.transaction((session) => session.add(new Author({ id: 200_000, name: 'before' })));
      const [before] = await staying.session()
        .sql`SELECT @@auto_increment_increment AS step, CONNECTION_ID() AS connection`;
      const written = library('after', 1, 30);
      try {
        const error = await errorOf(() =>
          leaving.transaction(async (session) => {
            await deposit(session, 'lost', 3);
            await session.flush();
            await endServer('stop', 3);
            await session.query(Entry).count();
          }),
        );
        expect(error).toBeInstanceOf(ConnectionError);
        await staying.transaction((session) => session.add(...written));
        const [after] = await staying.session()
          .sql`SELECT @@auto_increment_increment AS step, CONNECTION_ID() AS connection`;
        expect([before, after]).toEqual([
          { step: 3, connection: before!['connection'] },
          { step: 2, connection: before!['connection'] },
        ]);
        await expectStored(2, written);
      } finally {
        await startServer(3);
        await leaving.close();
        await staying.close();
      }
      for (const server of SERVERS) {
        await expectStored(server, written);
        expect(await stored(server)).toEqual({ keys: [], sum: 0 });
      }
    },
    60_000,
  );

  it.skipIf(!scripted).each(['stop', 'kill'] as const)(
    title('T3: T7: A1: %s of the server that all write to: nothing is lost, nothing is applied twice'),
    async (how) => {
      await clear();
      const own = await open(cluster.url, { connection: { poolSize: 4 } });
      expect(await nameOf(own.session())).toBe('galera1');
      const acknowledged: string[] = [];
      const unexpected: unknown[] = [];
      let failures = 0;
      let ended = false;
      /** Whether the row of a transaction is there, on a server that waits until it has all that was written before. */
      const isKept = async (key: string): Promise<boolean> =>
        (await rowsOf(2, `SELECT 1 FROM @.entry WHERE \`key\` = '${key}'`)).length > 0;
      const isLost = (error: unknown): boolean => error instanceof ConnectionError;
      /** One deposit, until it is known to be kept: an outcome that is unknown is looked up, never guessed. */
      const settle = async (key: string): Promise<void> => {
        for (let doubtful = false; ; failures++) {
          try {
            if (!doubtful || !(await isKept(key)))
              await own.transaction((session) => deposit(session, key, 1), { retry: 20 });
            acknowledged.push(key);
            return;
          } catch (error) {
            if (error instanceof CommitOutcomeUnknownError) doubtful = true;
            else if (!isLost(error)) throw error;
          }
        }
      };
      const writer = async (name: string): Promise<void> => {
        try {
          for (let i = 0; !ended; i++) await settle(`${name}-${i}`);
        } catch (error) {
          unexpected.push(error);
        }
      };
      const atLeast = (count: number): Promise<void> =>
        vi.waitFor(() => expect(unexpected.length > 0 || acknowledged.length >= count).toBe(true), {
          timeout: 30_000,
          interval: 10,
        });

      const writers = ['a', 'b', 'c', 'd'].map(writer);
      try {
        await atLeast(40);
        await endServer(how, 1);
        const before = acknowledged.length;
        await atLeast(before + 40);
        ended = true;
        await Promise.all(writers);
        expect(await nameOf(own.session())).toBe('galera2');
      } finally {
        ended = true;
        await startServer(1);
      }
      await own.close();
      expect(unexpected).toEqual([]);
      expect(failures).toBeGreaterThan(0);
      for (const server of SERVERS)
        expect(await stored(server)).toEqual({ keys: acknowledged.toSorted(), sum: acknowledged.length });
    },
    90_000,
  );
});
