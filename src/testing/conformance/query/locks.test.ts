/** Row locks: their SQL on each database, who may have a row at the same time, and what entities become. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  count,
  InvalidQueryError,
  LockTimeoutError,
  SessionStateError,
  UnknownFieldError,
  UnsupportedError,
} from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import { engine, errorOf, expectRefused, expectSql, noteRefusal, onEngine, shown } from '../../support/database.ts';
import { Author, Post, Profile, Tag } from '../../support/models.ts';
import { openBlog, TITLES } from './blog.ts';

let db: Database;
let session: Session;
beforeAll(async () => {
  // Those of other files belong to databases of their own.
  shown.length = 0;
  db = await openBlog();
  session = db.session();
});
afterAll(async () => {
  await session.close();
  await db.close();
});

const tags = () => session.query(Tag).only('id');
const posts = () => session.query(Post).only('id');

/** The SQL of a query, or why there is none. */
function textOf(query: { toSQL(): { readonly sql: string } }): string {
  try {
    return query.toSQL().sql;
  } catch (error) {
    return error instanceof UnsupportedError ? String(noteRefusal(error)) : 'another error';
  }
}

describe('SQL', () => {
  it('Q11: one table', () => {
    const select = { sqlite: 'SELECT t0."id" FROM "tag" AS t0', mysql: 'SELECT t0.`id` FROM `tag` AS t0' };
    const cases: [ReturnType<typeof tags>, string, string][] = [
      [tags().forUpdate(), ' FOR UPDATE', ' FOR UPDATE'],
      [tags().forUpdate({ skipLocked: true }), ' FOR UPDATE SKIP LOCKED', ' FOR UPDATE SKIP LOCKED'],
      [tags().forUpdate({ noWait: true, of: 'self' }), ' FOR UPDATE NOWAIT', ' FOR UPDATE NOWAIT'],
      [tags().forShare(), ' FOR SHARE', ' LOCK IN SHARE MODE'],
      [tags().forShare({ skipLocked: true }), ' FOR SHARE SKIP LOCKED', ' LOCK IN SHARE MODE SKIP LOCKED'],
      // The last one holds.
      [tags().forUpdate().forShare({ noWait: true }), ' FOR SHARE NOWAIT', ' LOCK IN SHARE MODE NOWAIT'],
    ];
    for (const [query, words, mariadb] of cases)
      expectSql(query, {
        sqlite: select.sqlite,
        postgres: `${select.sqlite}${words}`,
        mysql: `${select.mysql}${words}`,
        mariadb: `${select.mysql}${mariadb}`,
        parameters: [],
      });
  });

  it('Q11: order and limit come before, and plain rows are locked as well', () => {
    expectSql(tags().orderBy('id').limit(1).offset(2).forUpdate({ skipLocked: true }), {
      sqlite: 'SELECT t0."id" FROM "tag" AS t0 ORDER BY t0."id" LIMIT ? OFFSET ?',
      postgres: 'SELECT t0."id" FROM "tag" AS t0 ORDER BY t0."id" LIMIT 1 OFFSET $1::bigint FOR UPDATE SKIP LOCKED',
      mysql: 'SELECT t0.`id` FROM `tag` AS t0 ORDER BY t0.`id` LIMIT ? OFFSET ? FOR UPDATE SKIP LOCKED',
    });
    expectSql(session.query(Tag).forUpdate().values('name'), {
      sqlite: 'SELECT t0."name" FROM "tag" AS t0',
      postgres: 'SELECT t0."name" FROM "tag" AS t0 FOR UPDATE',
      mysql: 'SELECT t0.`name` FROM `tag` AS t0 FOR UPDATE',
    });
  });

  it('Q11: of several tables, those of the model itself are meant; MariaDB locks all, and refuses to choose', () => {
    const filtered = posts().filter({ author: { name: 'Ann' } });
    const sqlite =
      'SELECT t0."id" FROM "post" AS t0 INNER JOIN "author" AS t1 ON t0."author_id" = t1."id" WHERE t1."name" = ';
    const mysql =
      'SELECT t0.`id` FROM `post` AS t0 INNER JOIN `author` AS t1 ON t0.`author_id` = t1.`id` WHERE t1.`name` = ?';
    expectSql(filtered.forUpdate(), {
      sqlite: `${sqlite}?`,
      postgres: `${sqlite}$1 FOR UPDATE OF t0`,
      mysql: `${mysql} FOR UPDATE OF t0`,
      mariadb: `${mysql} FOR UPDATE`,
      parameters: ['Ann'],
    });
    const joined = session.query(Profile).only('id').selectRelated('author');
    const text = (quote: string, lock: string): string => {
      const names = ['name', 'email', 'bio', 'age', 'role'].map((name) => `t1.${quote}${name}${quote}`).join(', ');
      const q = (name: string): string => `${quote}${name}${quote}`;
      return `SELECT t0.${q('id')}, t0.${q('author_id')}, ${names} FROM ${q('profile')} AS t0 INNER JOIN ${q('author')} AS t1 ON t0.${q('author_id')} = t1.${q('id')}${lock}`;
    };
    expectSql(joined.forShare({ of: ['self', 'author'], noWait: true }), {
      sqlite: text('"', ''),
      postgres: text('"', ' FOR SHARE OF t0, t1 NOWAIT'),
      mysql: text('`', ' FOR SHARE OF t0, t1 NOWAIT'),
      mariadb: text('`', ' LOCK IN SHARE MODE NOWAIT'),
    });
    expect(textOf(joined.forUpdate({ of: 'author' }))).toBe(
      onEngine({
        sqlite: text('"', ''),
        postgres: text('"', ' FOR UPDATE OF t1'),
        mysql: text('`', ' FOR UPDATE OF t1'),
        mariadb: 'UnsupportedError: MariaDB cannot do this: to lock rows of some tables of a join only (of).',
      }),
    );
  });

  it('Q11: rows that a LEFT JOIN may not find are locked where the database can', () => {
    const query = session.query(Post).only('id').selectRelated('reviewer');
    // The rows of the model itself can be locked everywhere.
    expect(query.forUpdate().toSQL().sql.split(' ON ')[1]).toBe(
      onEngine({
        sqlite: 't0."reviewer_id" = t1."id"',
        postgres: 't0."reviewer_id" = t1."id" FOR UPDATE OF t0',
        mysql: 't0.`reviewer_id` = t1.`id` FOR UPDATE OF t0',
        mariadb: 't0.`reviewer_id` = t1.`id` FOR UPDATE',
      }),
    );
    expect(
      textOf(query.forUpdate({ of: ['self', 'reviewer'] }))
        .split(' ON ')
        .at(-1),
    ).toBe(
      onEngine({
        sqlite: 't0."reviewer_id" = t1."id"',
        postgres: 'UnsupportedError: PostgreSQL cannot do this: to lock rows of a relation that may be missing (of).',
        mysql: 't0.`reviewer_id` = t1.`id` FOR UPDATE OF t0, t1',
        mariadb: 't0.`reviewer_id` = t1.`id` FOR UPDATE',
      }),
    );
  });
});

it('Q11: whatever was shown runs, and locks', async () => {
  await session.transaction(async () => {
    for (const query of shown) await (query as unknown as PromiseLike<unknown>);
  });
  expect(shown.length).toBeGreaterThan(8);
});

describe('refusals', () => {
  it('Q11: outside of a transaction, or in one that only reads, nothing is sent', async () => {
    await expectRefused(db, () => tags().forUpdate(), {
      type: SessionStateError,
      code: 'E_SESSION_STATE',
      message:
        'Rows of Tag were to be locked outside of a transaction: the lock would end with the statement. Use db.transaction() or session.transaction().',
    });
    await expectRefused(db, () => tags().forShare().iterate().next(), {
      type: SessionStateError,
      message:
        'Rows of Tag were to be locked outside of a transaction: the lock would end with the statement. Use db.transaction() or session.transaction().',
    });
    await db.transaction(
      (reading) =>
        expectRefused(db, () => reading.query(Tag).forUpdate().values('id'), {
          type: SessionStateError,
          message:
            'Rows of Tag were to be locked in a transaction that only reads. Use db.transaction() or session.transaction().',
        }),
      { readOnly: true },
    );
  });

  it('Q11: what gives no rows of a table cannot lock any', async () => {
    const locked = session.query(Tag).filter({ name: 'red' }).forUpdate();
    const cases: [() => unknown, string][] = [
      [() => locked.distinct().toSQL(), 'rows that are distinct'],
      [() => locked.values(() => ({ n: count() })).toSQL(), 'aggregates'],
    ];
    for (const [run, what] of cases)
      await expectRefused(db, run, {
        type: InvalidQueryError,
        message: `A query for ${what} cannot lock rows. Lock them by a query for Tag of its own.`,
      });
    await db.transaction(async (inside) => {
      const red = inside.query(Tag).filter({ name: 'red' }).forUpdate();
      const sent: [() => unknown, string][] = [
        [() => red.count(), 'a count'],
        [() => red.exists(), 'whether there are rows'],
        [() => red.aggregate(() => ({ n: count() })), 'aggregates'],
        [() => red.update({ name: 'x' }), 'update(), which locks by itself,'],
        [() => red.delete(), 'delete(), which locks by itself,'],
      ];
      for (const [run, what] of sent)
        await expectRefused(db, run, {
          type: InvalidQueryError,
          message: `A query for ${what} cannot lock rows. Lock them by a query for Tag of its own.`,
        });
    });
  });

  it('Q11: options that there are not, that contradict each other, or that name what is not selected', async () => {
    const query = session.query(Post) as unknown as { forUpdate(options: unknown): { toSQL(): unknown } };
    const cases: [unknown, typeof InvalidQueryError | typeof UnknownFieldError, string][] = [
      [{ skiplocked: true }, InvalidQueryError, "forUpdate() has no option 'skiplocked'. Did you mean 'skipLocked'?"],
      [{ skipLocked: 1 }, InvalidQueryError, 'forUpdate() takes true or false for skipLocked and noWait.'],
      [
        { skipLocked: true, noWait: true },
        InvalidQueryError,
        'forUpdate() cannot both skip rows that are locked and fail at them. Use one of them.',
      ],
      [
        { of: [] },
        InvalidQueryError,
        "forUpdate() was given no table to lock. Name some, such as of: 'self', or leave it out.",
      ],
      [{ of: 7 }, InvalidQueryError, "forUpdate() takes 'self' and paths of relations for of, not an integer."],
      ['author', InvalidQueryError, 'forUpdate() takes options such as { skipLocked: true }, not a string.'],
      [
        { of: 'author' },
        InvalidQueryError,
        "The rows of 'author' are to be locked, and the query does not select them. Add .selectRelated('author').",
      ],
      [
        { of: 'autor' },
        UnknownFieldError,
        "Post has no relation 'autor' (in the path 'autor'). Did you mean 'author'?",
      ],
    ];
    for (const [options, type, message] of cases)
      await expectRefused(db, () => query.forUpdate(options).toSQL(), { type, message });
  });
});

describe('entities', () => {
  it('Q11: S4: a lock reads what the database says now; what was changed stays', async () => {
    const work = (inside: Session) => async (): Promise<never> => {
      const [first] = await inside.query(Post).filter({ title: TITLES[0] }).selectRelated('author');
      const update = (views: number) =>
        inside.sql`UPDATE post SET views = ${views}, body = 'theirs' WHERE id = ${first!.id}`;
      await update(11);
      await inside.sql`UPDATE author SET name = 'Anna' WHERE id = ${first!.authorId}`;
      first!.body = 'mine';
      const [plain] = await inside.query(Post).filter({ id: first!.id });
      const read = [plain === first, first!.views, first!.body];
      const [locked] = await inside.query(Post).filter({ id: first!.id }).selectRelated('author').forUpdate();
      const afterLock = [locked === first, first!.views, first!.body, locked!.author.name];
      await update(12);
      await inside.query(Post).filter({ id: first!.id }).only('views').fresh();
      const afterFresh = [first!.views, first!.body, first!.title];
      throw Object.assign(new Error('back'), { seen: [read, afterLock, afterFresh] });
    };
    // What is pending is written before the query, or stays as it is.
    for (const flushMode of ['auto', 'manual'] as const) {
      const own = db.session({ flushMode });
      expect(await errorOf(() => own.transaction(work(own)))).toMatchObject({
        seen: [
          [true, 10, 'mine'],
          [true, 11, 'mine', 'Anna'],
          [12, 'mine', TITLES[0]],
        ],
      });
      await own.rollback();
    }
    expect(await session.query(Post).orderBy('id').valuesList('views', { flat: true })).toEqual([10, 200, 0, 200]);
  });

  it('S4: fresh() goes without a transaction, and a rollback takes it back', async () => {
    const own = db.session();
    const [tag] = await own.query(Tag).filter({ name: 'red' });
    await session.query(Tag).filter({ name: 'red' }).update({ name: 'crimson' });
    await own.query(Tag);
    expect(tag!.name).toBe('red');
    await own.query(Tag).fresh();
    expect(tag!.name).toBe('crimson');
    const error = await errorOf(() =>
      own.transaction(async () => {
        await own.query(Tag).filter({ name: 'crimson' }).update({ name: 'never' });
        await own.query(Tag).fresh();
        expect(tag!.name).toBe('never');
        throw new Error('back');
      }),
    );
    expect(error.message).toBe('back');
    expect(tag!.name).toBe('crimson');
    await session.query(Tag).filter({ name: 'crimson' }).update({ name: 'red' });
    // What only stood as a reference is filled.
    const [post] = await own.query(Post).filter({ title: TITLES[0] }).only('id').fresh();
    expect((await own.query(Post).filter({ id: post!.id }).fresh())[0]).toBe(post);
    expect(post).toHaveProperty('title', TITLES[0]);
  });
});

// A transaction that writes has all of SQLite for itself, so that nobody else can come to a row meanwhile.
describe.skipIf(engine === 'sqlite')(
  `two at a time${engine === 'sqlite' ? ' (skipped: SQLite has one writer)' : ''}`,
  () => {
    const names = (inside: Session) => inside.query(Author).orderBy('id');

    it('Q11: skipLocked leaves out what another one holds; noWait fails at it; forShare lets readers in', async () => {
      await db.transaction(async (holder) => {
        const [ann] = await names(holder).limit(1).forUpdate({ skipLocked: true });
        expect(ann!.name).toBe('Ann');
        await db.transaction(async (other) => {
          expect((await names(other).forUpdate({ skipLocked: true })).map(({ name }) => name)).toEqual(['Bob', 'Ünal']);
          expect((await names(other)).map(({ name }) => name)).toEqual(['Ann', 'Bob', 'Ünal']);
        });
        for (const query of [
          (other: Session) => names(other).forUpdate({ noWait: true }),
          (other: Session) => names(other).forShare({ noWait: true }),
        ]) {
          const error = await errorOf(() => db.transaction((other) => query(other).all()));
          expect(error).toBeInstanceOf(LockTimeoutError);
          expect(error).toHaveProperty('code', 'E_LOCK_TIMEOUT');
        }
      });
      await db.transaction(async (holder) => {
        await names(holder).forShare();
        await db.transaction(async (other) => {
          expect(await names(other).forShare({ noWait: true })).toHaveLength(3);
        });
        expect(
          await errorOf(() => db.transaction((other) => names(other).forUpdate({ noWait: true }).all())),
        ).toBeInstanceOf(LockTimeoutError);
      });
    });

    it('Q11: T1: what noWait was refused in a nested transaction is lost with it; but on MariaDB with all around it', async () => {
      await db.transaction(async (holder) => {
        await names(holder).limit(1).forUpdate();
        const outer = db.transaction(async (other) => {
          const refused = await errorOf(() =>
            other.transaction(() => names(other).limit(1).forUpdate({ noWait: true }).all()),
          );
          expect(refused).toBeInstanceOf(LockTimeoutError);
          return names(other).count();
        });
        const outcome = await outer.catch((error: Error) => error.name);
        expect(outcome).toBe(
          onEngine<unknown>({ sqlite: 3, postgres: 3, mysql: 3, mariadb: 'TransactionAbortedError' }),
        );
      });
    });

    it('Q11: who waits for a lock finds what the one before has written', async () => {
      const [first] = await session.query(Author).filter({ name: 'Bob' });
      let waiting: Promise<number | null> | undefined;
      await db.transaction(async (holder) => {
        const [bob] = await holder.query(Author).filter({ name: 'Bob' }).forUpdate();
        waiting = session.transaction(async () => {
          const [locked] = await session.query(Author).filter({ name: 'Bob' }).forUpdate();
          expect(locked).toBe(first);
          return locked!.age;
        });
        bob!.age = 51;
      });
      expect(await waiting).toBe(51);
      await session.query(Author).filter({ name: 'Bob' }).update({ age: null });
    });

    it('Q11: T8: who waits for a lock can be stopped', async () => {
      await db.transaction(async (holder) => {
        await holder.query(Author).forUpdate();
        const error = await errorOf(() => db.transaction((other) => other.query(Author).forUpdate().timeout(40).all()));
        expect(error).toHaveProperty('code', 'E_QUERY_TIMEOUT');
      });
    });

    it('Q11: only the rows of the tables that are meant are locked', async () => {
      await db.transaction(async (holder) => {
        await holder.query(Post).selectRelated('author').forUpdate();
        await db.transaction(async (other) => {
          const free = await names(other).forUpdate({ skipLocked: true });
          expect(free.map(({ name }) => name)).toEqual(
            onEngine({ sqlite: [], postgres: ['Ann', 'Bob', 'Ünal'], mysql: ['Ann', 'Bob', 'Ünal'], mariadb: [] }),
          );
        });
      });
    });

    it('Q11: workers take jobs from one table, none of them twice', async () => {
      const taken = await Promise.all(
        Array.from({ length: 3 }, () =>
          db.transaction(async (worker) => {
            const [job] = await worker.query(Author).orderBy('id').limit(1).forUpdate({ skipLocked: true });
            // All hold theirs until each has one.
            await arrived();
            return job?.name;
          }),
        ),
      );
      expect(new Set(taken)).toEqual(new Set(['Ann', 'Bob', 'Ünal']));
    });

    let present = 0;
    const waiting: (() => void)[] = [];
    const arrived = (): Promise<void> =>
      new Promise((resolve) => {
        waiting.push(resolve);
        if (++present === 3) for (const go of waiting) go();
      });
  },
);
