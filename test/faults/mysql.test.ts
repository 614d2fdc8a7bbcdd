/** What MySQL and MariaDB do that the conformance cases do not show: locks, ended transactions, lost connections, errors. */
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, expect, it } from 'vitest';

import {
  AcquireTimeoutError,
  check,
  CommitOutcomeUnknownError,
  ConnectionError,
  Database,
  DeadlockError,
  f,
  LockTimeoutError,
  model,
  TransactionAbortedError,
  unique,
} from 'blazeorm';
import type { DatabaseOptions, Session } from 'blazeorm';

import { openCommitProxy } from '../support/commit-proxy.ts';
import { errorFrom, errorOf } from '../support/database.ts';
import { createTestDatabase, describeOn } from '../support/test-database.ts';
import type { TestDatabase } from '../support/test-database.ts';

class Owner extends model('owner', {
  id: f.auto(),
  name: f.string({ maxLength: 60, unique: true }),
  items: f.reverse(() => Item, 'owner'),
}) {}
class Item extends model(
  'item',
  {
    id: f.auto(),
    name: f.string({ maxLength: 20, column: 'label' }),
    size: f.int({ default: 1 }),
    owner: f.foreignKey(() => Owner, { nullable: true }),
    keeper: f.foreignKey(() => Owner, { nullable: true, onDelete: 'restrict' }),
  },
  { constraints: [unique('name', 'size'), check('size_positive', (item) => item.size.gt(0))] },
) {}
class Page extends model('page', { id: f.auto(), text: f.string({ maxLength: 2000 }) }) {}

/** A point that all have to reach before any goes on; who comes later passes. */
function meeting(count: number): () => Promise<void> {
  let arrived = 0;
  let open = (): void => undefined;
  const met = new Promise<void>((resolve) => (open = resolve));
  return async () => {
    if (++arrived === count) open();
    await met;
  };
}

for (const server of ['mysql', 'mariadb'] as const)
  describeOn(server, 'the adapter', () => {
    let database: TestDatabase;
    let db: Database;
    const open = (options: DatabaseOptions = {}, url = database.url): Promise<Database> =>
      Database.connect(url, { models: [Owner, Item, Page], connection: { lockTimeout: 5000 }, ...options });

    beforeAll(async () => {
      database = await createTestDatabase(server);
      db = await open();
      await db.createAll();
      await db.createAll();
    });

    afterAll(async () => {
      await db.close();
      await database.drop();
    });

    /** The keys of two owners, of which transactions want both. */
    let ids = { one: 0, two: 0 };
    const clear = async (): Promise<void> => {
      const session = db.session();
      for (const table of ['item', 'owner', 'page']) await session.sql`DELETE FROM ${session.sql.id(table)}`;
      const [one, two] = await db.transaction((own) => {
        const owners = [new Owner({ name: 'one' }), new Owner({ name: 'two' })] as const;
        own.add(...owners);
        return owners;
      });
      ids = { one: one.id, two: two.id };
    };
    const names = async (): Promise<readonly string[]> =>
      db.session().query(Owner).orderBy('name').valuesList('name', { flat: true });
    /** By its key, so that nothing beside the row is locked. */
    const lock = (session: Session, name: 'one' | 'two'): Promise<unknown> =>
      session.sql`SELECT name FROM owner WHERE id = ${ids[name]} FOR UPDATE`;
    /** Runs while another transaction holds the row of an owner. */
    const whileLocked = <T>(run: () => Promise<T>): Promise<T> =>
      db.transaction(async (holder) => {
        await lock(holder, 'one');
        return run();
      });

    it('T5: T2: a lock that was waited for in vain ends the whole transaction, also where the error is caught', async () => {
      await clear();
      const own = await open({ connection: { lockTimeout: 1000, poolSize: 1 } });
      const waits: unknown[] = [];
      const run = (careless: boolean): Promise<void> =>
        own.transaction(async (session) => {
          session.add(new Owner({ name: 'never' }));
          await session.flush();
          try {
            await session.sql`UPDATE owner SET name = 'three' WHERE id = ${ids.one}`;
          } catch (error) {
            waits.push(error);
            // Rolled back by now, as another connection sees, though the server itself ended the statement alone.
            await db.transaction((other) => other.add(new Owner({ name: 'never' })));
            await db.session().query(Owner).filter({ name: 'never' }).delete();
            if (!careless) throw error;
          }
        });
      const [thrown, caught] = await whileLocked(async () => [
        await errorOf(() => run(false)),
        await errorOf(() => run(true)),
      ]);
      expect(waits[0]).toBe(thrown);
      for (const wait of waits) expect(wait).toBeInstanceOf(LockTimeoutError);
      expect(waits).toHaveLength(2);
      expect(thrown!.message).toBe('A lock was not to be had in time: the transaction was rolled back.');
      expect(caught).toBeInstanceOf(TransactionAbortedError);
      expect(caught!.message).toBe(
        'The transaction was rolled back after an error: nothing of it is kept. Let its function throw, and run it again.',
      );
      expect(await names()).toEqual(['one', 'two']);
      await own.transaction((session) => session.add(new Owner({ name: 'later' })));
      expect(await names()).toEqual(['later', 'one', 'two']);
      await own.close();
    });

    it('T5: Q11: a lock that is not to be waited for fails at once; on MariaDB, which says the same of both, its transaction too', async () => {
      await clear();
      const run = () =>
        db.transaction(async (session) => {
          session.add(new Owner({ name: 'tried' }));
          await session.flush();
          const query = session.sql`SELECT name FROM owner WHERE id = ${ids.one} FOR UPDATE NOWAIT`;
          expect(await errorOf(() => query)).toBeInstanceOf(LockTimeoutError);
        });
      const error = await whileLocked(() => errorFrom(run));
      const ended = [(error as Error | undefined)?.name, ((error as Error | undefined)?.cause as Error)?.name];
      expect([...ended, ...(await names())]).toEqual(
        server === 'mysql'
          ? [undefined, undefined, 'one', 'tried', 'two']
          : ['TransactionAbortedError', 'LockTimeoutError', 'one', 'two'],
      );
    });

    /** Two transactions that lock the same rows in opposite orders. */
    const cross = async (
      options: { retry?: number },
      onError?: (session: Session) => Promise<void>,
    ): Promise<{ readonly runs: number; readonly errors: readonly Error[] }> => {
      const met = meeting(2);
      let runs = 0;
      const run = (first: 'one' | 'two', second: 'one' | 'two'): Promise<void> =>
        db.transaction(async (session) => {
          runs++;
          session.add(new Owner({ name: `${first} before ${second}` }));
          await session.flush();
          await lock(session, first);
          await met();
          const locked = lock(session, second);
          await (onError === undefined ? locked : locked.catch(() => onError(session)));
        }, options);
      const settled = await Promise.allSettled([run('one', 'two'), run('two', 'one')]);
      return { runs, errors: settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as Error] : [])) };
    };

    it('T4: of two transactions in a deadlock one gets DeadlockError, and nothing of it is kept', async () => {
      await clear();
      const { runs, errors } = await cross({});
      expect([runs, errors.map(({ name }) => name)]).toEqual([2, ['DeadlockError']]);
      expect((await names()).filter((name) => !name.includes('before'))).toEqual(['one', 'two']);
      expect(await names()).toHaveLength(3);
    });

    it('T4: with a retry the one that was ended runs again, as a whole', async () => {
      await clear();
      expect(await cross({ retry: 3 })).toEqual({ runs: 3, errors: [] });
      expect(await names()).toEqual(['one', 'one before two', 'two', 'two before one']);
    });

    it('T4: S7: a deadlock that a flush meets is one too: memory is restored, and a retry runs all again', async () => {
      await clear();
      const met = meeting(2);
      const firsts: Owner[] = [];
      const run = (first: 'one' | 'two', second: 'one' | 'two'): Promise<void> =>
        db.transaction(
          async (session) => {
            const a = await session.getOrFail(Owner, ids[first]);
            const b = await session.getOrFail(Owner, ids[second]);
            if (firsts.length < 2) firsts.push(a);
            a.name += '!';
            await session.flush();
            await met();
            b.name += '?';
            await session.flush();
          },
          { retry: 3 },
        );
      await Promise.all([run('one', 'two'), run('two', 'one')]);
      for (const name of await names()) expect(name).toMatch(/^(?:one|two)(?:!\?|\?!)$/);
      // Of the first runs one was kept, and the other took back what it had written.
      expect(firsts.filter(({ name }) => name === 'one' || name === 'two')).toHaveLength(1);
    });

    it('T2: a transaction that the server has ended cannot write, nest or commit', async () => {
      await clear();
      const inside: Error[] = [];
      const { errors } = await cross({}, async (session) => {
        inside.push(await errorOf(() => session.sql`INSERT INTO owner (name) VALUES ('never')`));
        inside.push(await errorOf(() => session.transaction(() => 1)));
      });
      for (const error of [...inside, ...errors]) {
        expect(error).toBeInstanceOf(TransactionAbortedError);
        expect(error.cause).toBeInstanceOf(DeadlockError);
      }
      expect([inside.length, errors.length]).toEqual([2, 1]);
      expect(await names()).toHaveLength(3);
    });

    /** Ends a connection from another one. */
    const kill = async (session: Session): Promise<void> => {
      const [row] = await session.sql<{ id: number }>`SELECT CONNECTION_ID() AS id`;
      const other = await mysql.createConnection(database.url);
      await other.query(`KILL ${row!.id}`);
      await other.end();
    };

    it('T7: a connection that is killed fails its transaction, and another takes its place', async () => {
      await clear();
      const own = await open({ connection: { poolSize: 1 } });
      const lost = new Owner({ name: 'lost' });
      const error = await errorOf(() =>
        own.transaction(async (session) => {
          session.add(lost);
          await session.flush();
          await kill(session);
          await session.query(Owner).count();
        }),
      );
      expect(error).toBeInstanceOf(ConnectionError);
      expect(error.message).toBe(
        'The connection to the server was lost. What was not committed is not kept: run the transaction again.',
      );
      expect(lost.id).toBeUndefined();
      expect(await names()).toEqual(['one', 'two']);
      const flushing = await errorOf(() =>
        own.transaction(async (session) => {
          await kill(session);
          session.add(lost);
          await session.flush();
        }),
      );
      expect(flushing).toBeInstanceOf(ConnectionError);
      const careless = await errorOf(() =>
        own.transaction(async (session) => {
          await kill(session);
          await session
            .query(Owner)
            .count()
            .catch(() => undefined);
        }),
      );
      expect(careless).toBeInstanceOf(TransactionAbortedError);
      expect(careless.cause).toBeInstanceOf(ConnectionError);
      // The error of the closure is what comes out, though the connection that it has to be rolled back on is gone.
      const first = new Error('mine');
      const second = await errorOf(() =>
        own.transaction(async (session) => {
          await kill(session);
          throw first;
        }),
      );
      expect(second).toBe(first);
      // While it is idle: who comes next has another one, or learns that it was lost.
      await kill(own.session());
      const early = await own
        .session()
        .query(Owner)
        .count()
        .catch((failure: unknown) => failure);
      expect(early === 2 || early instanceof ConnectionError).toBe(true);
      expect(await own.session().query(Owner).count()).toBe(2);
      await own.close();
    });

    it('T3: the answer to COMMIT is lost: CommitOutcomeUnknownError, not retried, and the rows say what became of it', async () => {
      await clear();
      const proxy = await openCommitProxy(database.url);
      const own = await open({ connection: { poolSize: 1 } }, proxy.url);
      for (const [fate, kept] of [
        ['is lost', false],
        ['is done and not answered', true],
      ] as const) {
        const owner = new Owner({ name: fate });
        let runs = 0;
        proxy.fate = fate;
        const error = await errorOf(() =>
          own.transaction(
            (session) => {
              runs++;
              session.add(owner);
            },
            { retry: 5 },
          ),
        );
        proxy.fate = 'passes';
        expect(error).toBeInstanceOf(CommitOutcomeUnknownError);
        expect(error.message).toBe(
          'COMMIT got no clear answer: the transaction may be kept, or not. Look whether what it wrote is there before you run it again.',
        );
        expect(error.cause).toBeInstanceOf(ConnectionError);
        expect([runs, owner.id]).toEqual([1, undefined]);
        expect(await own.session().query(Owner).filter({ name: fate }).exists()).toBe(kept);
      }
      await own.close();
      await proxy.close();
    });

    it('T1: isolation and read-only take effect in the server, for one transaction only', async () => {
      await clear();
      const own = await open({ connection: { poolSize: 1 } });
      // Dirty rows are seen, and what is read by a serializable transaction is locked: each level by what it alone does.
      await db.transaction(async (other) => {
        other.add(new Owner({ name: 'dirty' }));
        await other.flush();
        const seen = (isolation?: 'read uncommitted'): Promise<number> =>
          own.transaction((session) => session.query(Owner).count(), isolation === undefined ? {} : { isolation });
        expect([await seen('read uncommitted'), await seen()]).toEqual([3, 2]);
        await other.query(Owner).filter({ name: 'dirty' }).delete();
      });
      const locked = await own.transaction(
        async (session) => {
          await session.query(Owner).filter({ id: ids.one }).one();
          return errorOf(() => db.session().sql`SELECT name FROM owner WHERE id = ${ids.one} FOR UPDATE NOWAIT`);
        },
        { isolation: 'serializable' },
      );
      expect(locked).toBeInstanceOf(LockTimeoutError);
      const counts = (isolation: 'read committed' | 'repeatable read', name: string): Promise<number[]> =>
        own.transaction(
          async (session) => {
            const before = await session.query(Owner).count();
            await db.transaction((other) => other.add(new Owner({ name })));
            return [before, await session.query(Owner).count()];
          },
          { isolation },
        );
      expect(await counts('read committed', 'three')).toEqual([2, 3]);
      expect(await counts('repeatable read', 'four')).toEqual([3, 3]);
      const error = await errorOf(() =>
        own.transaction((session) => session.add(new Owner({ name: 'x' })), { readOnly: true }),
      );
      expect(error).toMatchObject({ code: 'E_READ_ONLY' });
      await own.transaction((session) => session.add(new Owner({ name: 'five' })));
      expect(await names()).toEqual(['five', 'four', 'one', 'three', 'two']);
      await own.close();
    });

    it('T1: S7: savepoints in savepoints: what fails is taken back alone, in the database and in memory', async () => {
      await clear();
      const lost = new Owner({ name: 'lost' });
      await db.transaction(async (session) => {
        session.add(new Owner({ name: 'outer' }));
        await session.transaction(async () => {
          session.add(new Owner({ name: 'middle' }));
          const error = await errorOf(() =>
            session.transaction(async () => {
              session.add(lost);
              await session.flush();
              await session.transaction(() => session.add(new Owner({ name: 'one' })));
            }),
          );
          expect(error).toMatchObject({ code: 'E_UNIQUE_VIOLATION', model: 'Owner', fields: ['name'] });
        });
      });
      expect(lost.id).toBeUndefined();
      expect(await names()).toEqual(['middle', 'one', 'outer', 'two']);
    });

    it('A1: who finds the pool exhausted learns who holds it, and the pool goes on', async () => {
      const small = await open({ connection: { poolSize: 2, acquireTimeout: 150 } });
      const met = meeting(3);
      const held = meeting(3);
      const holders = [1, 2].map(() =>
        small.transaction(async () => {
          await met();
          await held();
        }),
      );
      await met();
      const error = await errorOf(() => small.session().query(Owner).count());
      expect(error).toBeInstanceOf(AcquireTimeoutError);
      expect(error.message).toBe(
        'No connection for a query within 150 ms: all 2 are held by 2 × a transaction. Is a query of another session awaited inside a transaction? Use its own session there, make transactions shorter, or raise poolSize.',
      );
      await held();
      await Promise.all(holders);
      const counts = await Promise.all(Array.from({ length: 20 }, () => small.session().query(Owner).count()));
      expect(new Set(counts).size).toBe(1);
      await small.close();
    });

    it('A2: V2: S8: each constraint has its error, named by model and fields, and leaves the transaction usable', async () => {
      await clear();
      const owner = await db.session().query(Owner).filter({ name: 'one' }).one();
      await db.transaction((session) => session.add(new Item({ name: 'a', owner: owner.id, keeper: owner.id })));
      await db.transaction(async (session) => {
        const cases: [Owner | Item, object][] = [
          [
            new Owner({ name: 'one' }),
            {
              name: 'UniqueViolationError',
              model: 'Owner',
              field: 'name',
              fields: ['name'],
              constraint: 'owner_name_key',
              message: "A row with the same 'owner_name_key' exists (Owner.name).",
            },
          ],
          [
            new Owner({ name: 'z', id: owner.id }),
            {
              name: 'UniqueViolationError',
              model: 'Owner',
              fields: ['id'],
              constraint: 'PRIMARY',
              message: 'A row with the same primary key exists (Owner.id).',
            },
          ],
          [
            new Item({ name: 'a' }),
            {
              name: 'UniqueViolationError',
              model: 'Item',
              fields: ['name', 'size'],
              constraint: 'item_label_size_key',
              message: "A row with the same 'item_label_size_key' exists (Item.name, Item.size).",
            },
          ],
          [
            new Item({ name: 'b', owner: 999_999 }),
            {
              name: 'ForeignKeyViolationError',
              model: 'Item',
              field: 'owner',
              constraint: 'item_owner_id_fkey',
              message: 'A row refers to one that does not exist, or is still referred to (Item.owner).',
            },
          ],
          [
            new Item({ name: 'b', keeper: 999_999 }),
            { name: 'ForeignKeyViolationError', model: 'Item', field: 'keeper', constraint: 'item_keeper_id_fkey' },
          ],
          [
            new Item({ name: 'b', size: -1 }),
            {
              name: 'CheckViolationError',
              model: 'Item',
              constraint: 'size_positive',
              message: "The check 'size_positive' failed (Item.size).",
            },
          ],
        ];
        for (const [entity, expected] of cases) {
          session.add(entity);
          expect(await errorOf(() => session.flush())).toMatchObject(expected);
          session.delete(entity);
        }
        expect(await errorOf(() => session.sql`INSERT INTO item (label, size) VALUES (NULL, 1)`)).toMatchObject({
          name: 'NotNullViolationError',
          fields: ['label'],
          message: 'The column label must have a value.',
        });
        expect(await errorOf(() => session.query(Owner).filter({ name: 'one' }).delete())).toMatchObject({
          name: 'ForeignKeyViolationError',
          message: expect.stringContaining('still referred to') as string,
        });
        session.add(new Owner({ name: 'free' }));
      });
      expect(await names()).toEqual(['free', 'one', 'two']);
    });

    it('A3: A7: a session begins strict, in UTC and UTF-8, and the settings that were asked for have an effect', async () => {
      await clear();
      const own = await open({ connection: { readOnly: true, statementTimeout: 100, lockTimeout: 1500, poolSize: 1 } });
      const session = own.session();
      const [settings] =
        await session.sql`SELECT @@sql_mode AS mode, @@time_zone AS zone, @@foreign_key_checks AS checks,
        @@character_set_client AS client, @@character_set_results AS results, @@collation_connection AS collation,
        @@innodb_lock_wait_timeout AS wait`;
      expect({ ...settings, mode: String(settings!['mode']).split(',').toSorted().join(',') }).toEqual({
        mode:
          server === 'mysql'
            ? 'ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES'
            : 'ERROR_FOR_DIVISION_BY_ZERO,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,NO_ZERO_DATE,NO_ZERO_IN_DATE,STRICT_TRANS_TABLES',
        zone: '+00:00',
        checks: 1,
        client: 'utf8mb4',
        results: 'utf8mb4',
        collation: server === 'mysql' ? 'utf8mb4_0900_bin' : 'utf8mb4_nopad_bin',
        wait: 2,
      });
      session.add(new Owner({ name: 'x' }));
      expect(await errorOf(() => session.commit())).toMatchObject({
        code: 'E_READ_ONLY',
        message:
          'The database is open for reading only. Write in a transaction without readOnly, on a connection that may write.',
      });
      // MySQL limits queries, by which it does not count SLEEP() as interrupted.
      expect(
        await errorOf(
          () => own.session().sql`SELECT COUNT(*) FROM information_schema.COLLATIONS a, information_schema.COLLATIONS b,
            information_schema.COLLATIONS c, information_schema.COLLATIONS d WHERE CONCAT(a.ID, b.ID, c.ID, d.ID) = ''`,
        ),
      ).toMatchObject({ code: 'E_QUERY_TIMEOUT' });
      expect(await own.session().query(Owner).count()).toBe(2);
      await own.close();
    });

    it('S5: M7: keys come back to the right entities: many rows, given keys among them, writers beside', async () => {
      await clear();
      // What is counted up begins above the keys that are given.
      await db.transaction((session) => {
        const owner = new Owner({ id: 1_000_000, name: 'first' });
        session.add(new Item({ id: 1_000_000, name: 'first', owner }));
      });
      const write = (prefix: string, first: number): Promise<Item[]> =>
        db.transaction(
          (session) => {
            const items = Array.from({ length: 500 }, (_, i) => {
              const key = i % 100 === 7 ? { id: first + i } : {};
              return new Item({ name: `${prefix}${i}`, owner: new Owner({ name: `${prefix}${i}`, ...key }), ...key });
            });
            session.add(...items);
            return items;
          },
          { retry: 10 },
        );
      const items = (await Promise.all(['a', 'b', 'c', 'd'].map((prefix, i) => write(prefix, 1_000 * (i + 1))))).flat();
      const stored = new Map(
        (
          await db.session().sql<{ label: string }>`SELECT i.label, i.id, i.owner_id, o.name FROM item i
            JOIN owner o ON o.id = i.owner_id WHERE i.label <> 'first'`
        ).map((row) => [row.label, row]),
      );
      expect(stored.size).toBe(2_000);
      for (const item of items)
        expect(stored.get(item.name)).toEqual({
          label: item.name,
          id: item.id,
          owner_id: (item.owner as Owner).id,
          name: item.name,
        });
    });

    it('Q12: 100,000 rows are read one by one while the server waits, and who stops early frees the connection', async () => {
      await clear();
      const own = await open({ connection: { poolSize: 1 } });
      const numbers = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, i) => i));
      await own.session().sql`INSERT INTO page (text) SELECT REPEAT('x', 500)
        FROM JSON_TABLE(${numbers(1000)}, '$[*]' COLUMNS (n int PATH '$')) AS a,
        JSON_TABLE(${numbers(100)}, '$[*]' COLUMNS (n int PATH '$')) AS b`;
      const session = own.session();
      const [row] = await session.sql<{ id: number }>`SELECT CONNECTION_ID() AS id`;
      const working = async (): Promise<boolean> => {
        const rows = await db.session().sql`SELECT command FROM information_schema.processlist
          WHERE id = ${row!.id} AND command <> 'Sleep'`;
        return rows.length === 1;
      };
      let seen = 0;
      let length = 0;
      const states: boolean[] = [];
      for await (const page of session.query(Page).orderBy('id')) {
        length += page.text.length;
        if (++seen % 1_000 === 0) session.clear();
        // Fifty million bytes fit into no buffer on the way: what was not read yet was not sent yet.
        if (seen === 1_000 || seen === 50_000) states.push(await working());
      }
      expect([seen, length, states, await working()]).toEqual([100_000, 50_000_000, [true, true], false]);
      for await (const page of own.session().query(Page).orderBy('id')) {
        expect(page.text).toHaveLength(500);
        break;
      }
      expect(await own.session().query(Page).count()).toBe(100_000);
      await own.close();
    }, 60_000);
  });
