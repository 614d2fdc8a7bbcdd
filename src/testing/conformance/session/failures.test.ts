import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { TransactionAbortedError } from '../../../index.ts';
import type { Database, Session } from '../../../index.ts';

import {
  Author,
  Category,
  Comment,
  Order,
  OrderLine,
  Post,
  Profile,
  Sample,
  Tag,
  Venue,
} from '../../support/models.ts';
import { errorFrom, onEngine } from '../../support/database.ts';
import { InjectedFault } from '../../faults.ts';
import type { Faults } from '../../faults.ts';
import { openFaulty } from '../../support/faults.ts';
import { pictureOf, rowsOf } from '../../support/pictures.ts';

let db: Database;
let faults: Faults;

beforeEach(async () => {
  ({ db, faults } = await openFaulty());
  await db.transaction((session) => {
    const [ann, bob] = [new Author({ name: 'Ann', email: 'a@x.org' }), new Author({ name: 'Bob', email: 'b@x.org' })];
    const tags = ['a', 'b', 'c'].map((name) => new Tag({ name }));
    for (const title of ['One', 'Two', 'Three']) {
      const post = new Post({ title, author: ann, reviewer: bob });
      post.tags.add(tags[0]!, tags[1]!);
      post.comments.create({ body: `on ${title}`, author: bob });
      session.add(post);
    }
    session.add(
      ...tags,
      new Profile({ nickname: 'ann', author: ann }),
      new Venue({ name: 'v', address: { street: 's', city: 'c' } }),
      new Sample({ json: { a: 1 }, datetime: new Date(1) }),
    );
  });
});

afterEach(() => db.close());

interface Work {
  readonly session: Session;
  /** Everything that is looked at before and after. */
  readonly entities: object[];
  /** Those of them that are new. */
  readonly made: {
    readonly cid: Author;
    readonly four: Post;
    readonly fresh: Tag;
    readonly root: Category;
    readonly leaf: Category;
    readonly order: Order;
    readonly line: OrderLine;
    readonly newProfile: Profile;
  };
  readonly change: () => void;
}

/** A session with a loaded graph, and changes of every kind to make to it: some twenty statements. */
async function workOn(database: Database): Promise<Work> {
  const session = database.session();
  const authors = await session
    .query(Author)
    .orderBy('id')
    .prefetchRelated('posts', 'reviews')
    .selectRelated('profile');
  const posts = await session.query(Post).orderBy('id').prefetchRelated('tags', 'comments');
  const tags = await session.query(Tag).orderBy('id').prefetchRelated('posts');
  const profile = await session.query(Profile).one();
  const venue = await session.query(Venue).one();
  const sample = await session.query(Sample).one();
  const comments = await session.query(Comment).orderBy('id');
  const cid = new Author({ name: 'Cid', email: 'c@x.org' });
  const four = new Post({ title: 'Four', author: cid, reviewer: cid });
  const fresh = new Tag({ name: 'fresh' });
  const root = new Category({ name: 'root' });
  const leaf = new Category({ name: 'leaf', parent: root });
  const order = new Order({ customer: 'c' });
  const line = new OrderLine({ order, line: 1, product: 'p', unitPrice: '1.50' });
  const newProfile = new Profile({ nickname: 'cid', author: cid });
  const made = { cid, four, fresh, root, leaf, order, line, newProfile };
  const change = (): void => {
    session.add(leaf, line, newProfile, four);
    four.tags.add(fresh, tags[0]!);
    posts[0]!.title = 'One!';
    posts[0]!.author = authors[1]!;
    posts[1]!.reviewer = null;
    posts[1]!.tags.remove(tags[0]!);
    posts[1]!.tags.add(tags[2]!);
    tags[2]!.name = 'c!';
    venue.address.city = 'other';
    (sample.json as { a: number }).a = 2;
    sample.datetime!.setTime(2);
    session.delete(posts[2]!, comments[2]!, profile);
  };
  return {
    session,
    entities: [...authors, ...posts, ...tags, profile, venue, sample, ...comments, ...Object.values(made)],
    made,
    change,
  };
}

/** What is in the database when the work is written. Keys that failed attempts used up are not given again everywhere. */
const expected = ({ cid, four, fresh, root, leaf, order }: Work['made']) => ({
  author: [{ id: 1 }, { id: 2 }, { id: cid.id, name: 'Cid' }],
  post: [
    { id: 1, title: 'One!', author_id: 2, reviewer_id: 2 },
    { id: 2, author_id: 1, reviewer_id: null },
    { id: four.id, title: 'Four', author_id: cid.id, reviewer_id: cid.id },
  ],
  tag: [{ name: 'a' }, { name: 'b' }, { name: 'c!' }, { id: fresh.id, name: 'fresh' }],
  post_tags: [
    { post_id: 1, tag_id: 1 },
    { post_id: 1, tag_id: 2 },
    { post_id: 2, tag_id: 2 },
    { post_id: 2, tag_id: 3 },
    { post_id: four.id, tag_id: 1 },
    { post_id: four.id, tag_id: fresh.id },
  ],
  comment: [{ body: 'on One' }, { body: 'on Two' }],
  profile: [{ nickname: 'cid', author_id: cid.id }],
  category: [
    { id: root.id, name: 'root', parent_id: null },
    { id: leaf.id, name: 'leaf', parent_id: root.id },
  ],
  order: [{ id: order.id, customer: 'c' }],
  order_line: [{ order_id: order.id, line: 1, unit_price: '1.50' }],
  venue: [{ address_city: 'other' }],
  sample: [
    onEngine<object>({
      sqlite: { json: '{"a":2}', datetime: '1970-01-01 00:00:00.002' },
      postgres: { json: { a: 2 }, datetime: new Date(2) },
      mysql: { json: { a: 2 }, datetime: new Date(2) },
    }),
  ],
});

/** How many statements it takes: fewer where several rows go in one. */
async function statementsOfWork(): Promise<number> {
  const work = await workOn(db);
  faults.set('statement', Number.POSITIVE_INFINITY);
  await errorFrom(() =>
    work.session.transaction(async (session) => {
      work.change();
      await session.flush();
      throw new Error('only counted');
    }),
  );
  faults.clear();
  return faults.seen;
}

/** How the work is written: bare, in a transaction, in a savepoint whose failure is caught. */
const ways: Record<string, (work: Work) => Promise<unknown>> = {
  'a bare commit': (work) => errorFrom(() => work.session.commit()),
  'a transaction': (work) => errorFrom(() => work.session.transaction(() => undefined)),
  'the middle of a transaction': (work) => errorFrom(() => work.session.transaction((session) => session.flush())),
  'an auto-flush': (work) => errorFrom(() => work.session.transaction((session) => session.query(Post).count())),
};

describe('a statement that fails', () => {
  for (const [name, write] of Object.entries(ways)) {
    it(`S7: S8: in ${name}: the database has nothing of it, memory is what it was, and a second try succeeds`, async () => {
      const database = await rowsOf(db);
      const count = await statementsOfWork();
      for (const part of [0, 1, 2, 3, 4]) {
        const at = Math.max(1, Math.floor((part * count) / 4));
        const work = await workOn(db);
        work.change();
        const memory = pictureOf(work.session, work.entities);
        faults.set('statement', at);
        expect(await write(work)).toBeInstanceOf(InjectedFault);
        faults.clear();
        expect(await rowsOf(db), `database after fault ${at}`).toEqual(database);
        expect(pictureOf(work.session, work.entities), `memory after fault ${at}`).toEqual(memory);
        if (at < count) continue;
        await work.session.commit();
        expect(await rowsOf(db)).toMatchObject(expected(work.made));
        expect(
          work.entities
            .map((entity) => work.session.state(entity as never))
            .filter((state) => state === 'pending' || state === 'deleted'),
        ).toEqual([]);
      }
    });
  }

  it('S7: S8: at every place in a bare commit', async () => {
    const database = await rowsOf(db);
    const count = await statementsOfWork();
    expect(count).toBe(onEngine({ sqlite: 20, postgres: 18, mysql: 19 }));
    for (let at = 1; at <= count; at++) {
      const work = await workOn(db);
      work.change();
      const memory = pictureOf(work.session, work.entities);
      faults.set('statement', at);
      expect(await errorFrom(() => work.session.commit())).toBeInstanceOf(InjectedFault);
      faults.clear();
      expect(await rowsOf(db)).toEqual(database);
      expect(pictureOf(work.session, work.entities)).toEqual(memory);
    }
    const work = await workOn(db);
    work.change();
    faults.set('statement', count + 1);
    await work.session.commit();
    faults.clear();
    expect(await rowsOf(db)).toMatchObject(expected(work.made));
  });

  it('S7: at every place in a savepoint: what came before it stays, what came in it goes, and the transaction goes on', async () => {
    const database = await rowsOf(db);
    const count = await statementsOfWork();
    let end: unknown;
    for (let at = 1; at <= count + 1; at++) {
      const work = await workOn(db);
      const before = new Tag({ name: 'before' });
      let inner: unknown;
      let clean: unknown;
      let after: unknown;
      const outer = await errorFrom(() =>
        work.session.transaction(async (session) => {
          session.add(before);
          await session.flush();
          clean = pictureOf(session, [...work.entities, before]);
          inner = await errorFrom(() =>
            session.transaction(async () => {
              work.change();
              faults.set('statement', at);
              await session.flush();
            }),
          );
          faults.clear();
          after = pictureOf(session, [...work.entities, before]);
          if (inner === undefined) throw new InjectedFault('the end');
        }),
      );
      if (inner === undefined) {
        end = [at - count, (outer as Error).message, await rowsOf(db), work.session.state(before)];
        break;
      }
      expect([outer, inner]).toEqual([undefined, expect.any(InjectedFault)]);
      // New entities are nobody's until they are added: only what the session had comes back whole.
      const had = work.entities.length - Object.keys(work.made).length;
      expect((after as unknown[]).slice(0, had)).toEqual((clean as unknown[]).slice(0, had));
      expect((after as { state: string }[]).slice(had).map(({ state }) => state)).toEqual(
        (clean as { state: string }[]).slice(had).map(({ state }) => state),
      );
      expect(await rowsOf(db)).toEqual({ ...database, tag: [...database['tag']!, { id: before.id, name: 'before' }] });
      work.session.delete(before);
      await work.session.commit();
      expect(await rowsOf(db)).toEqual(database);
    }
    expect(end).toEqual([1, 'the end', database, 'transient']);
  });
});

describe('a transaction that cannot begin or end', () => {
  for (const call of ['begin', 'commit'] as const) {
    it(`S8: ${call.toUpperCase()} fails: nothing is kept, memory is what it was, a second try succeeds`, async () => {
      for (const name of ['a bare commit', 'a transaction']) {
        const work = await workOn(db);
        work.change();
        const memory = pictureOf(work.session, work.entities);
        const database = await rowsOf(db);
        faults.set(call);
        expect(await ways[name]!(work)).toBeInstanceOf(InjectedFault);
        faults.clear();
        expect(await rowsOf(db)).toEqual(database);
        expect(pictureOf(work.session, work.entities)).toEqual(memory);
        if (name !== 'a transaction') continue;
        await work.session.commit();
        expect(await rowsOf(db)).toMatchObject(expected(work.made));
      }
    });
  }

  it('S8: COMMIT fails after changes made inside: they are gone too', async () => {
    const session = db.session();
    const post = (await session.get(Post, 1))!;
    const tag = new Tag({ name: 'inside' });
    faults.set('commit');
    const error = await errorFrom(() =>
      session.transaction(async () => {
        post.title = 'inside';
        session.add(tag);
        await session.flush();
        post.views = 9;
      }),
    );
    expect(error).toBeInstanceOf(InjectedFault);
    expect([post.title, post.views, session.state(post), session.state(tag), tag.id]).toEqual([
      'One',
      0,
      'persistent',
      'transient',
      undefined,
    ]);
  });

  for (const call of ['savepoint', 'release'] as const) {
    it(`S7: ${call.toUpperCase()} fails: the savepoint is taken back, and the transaction goes on`, async () => {
      const session = db.session();
      const [outside, inside] = [new Tag({ name: 'outside' }), new Tag({ name: 'inside' })];
      await session.transaction(async () => {
        session.add(outside);
        await session.flush();
        faults.set(call);
        const error = await errorFrom(() => session.transaction(() => session.add(inside)));
        expect(error).toBeInstanceOf(InjectedFault);
      });
      expect((await rowsOf(db))['tag']!.map((row) => row['name'])).toEqual(['a', 'b', 'c', 'outside']);
      expect([session.state(outside), session.state(inside), inside.id]).toEqual([
        'persistent',
        'transient',
        undefined,
      ]);
    });
  }

  it('T2: a rollback to a savepoint that fails condemns the transaction: nothing of it can be committed', async () => {
    const session = db.session();
    const database = await rowsOf(db);
    const seen: unknown[] = [];
    const error = await errorFrom(() =>
      session.transaction(async () => {
        faults.set('rollbackTo');
        seen.push(
          await errorFrom(() =>
            session.transaction(async () => {
              session.add(new Tag({ name: 'inside' }));
              await session.flush();
              throw new Error('mine');
            }),
          ),
        );
        session.add(new Tag({ name: 'after' }));
      }),
    );
    expect(seen[0]).toBeInstanceOf(TransactionAbortedError);
    expect(error).toBe(seen[0]);
    expect(error).toMatchObject({
      code: 'E_TRANSACTION_ABORTED',
      message: 'A write failed, and so did its rollback: the transaction cannot be committed.',
    });
    expect((error as { cause: AggregateError }).cause.errors.map((item: Error) => item.message)).toEqual([
      'mine',
      'A fault at rollbackTo 1.',
    ]);
    expect(await rowsOf(db)).toEqual(database);
    session.add(new Tag({ name: 'usable' }));
    await session.commit();
  });

  it('S8: T7: a rollback that fails is told with its cause, and leaves no transaction on the connection', async () => {
    const session = db.session();
    const database = await rowsOf(db);
    for (const run of [
      () =>
        session.transaction(async () => {
          session.add(new Tag({ name: 'inside' }));
          await session.flush();
          throw new Error('mine');
        }),
      async () => {
        session.add(new Tag({ name: 'a' }));
        await session.commit();
      },
    ]) {
      faults.set('rollback');
      const error = await errorFrom(run);
      expect(error).toMatchObject({ name: 'TransactionAbortedError', code: 'E_TRANSACTION_ABORTED' });
      expect((error as { cause: AggregateError }).cause.errors).toHaveLength(2);
      await session.rollback();
      expect(await rowsOf(db)).toEqual(database);
    }
    await db.transaction((other) => other.add(new Tag({ name: 'usable' })));
  });
});

describe('rollback()', () => {
  it('S7: outside of a transaction: every entity goes back to its row, collections and links too', async () => {
    const work = await workOn(db);
    const memory = pictureOf(work.session, work.entities);
    work.change();
    expect(pictureOf(work.session, work.entities)).not.toEqual(memory);
    await work.session.rollback();
    const clean = pictureOf(work.session, work.entities) as { linked: Record<string, unknown> }[];
    const old = work.entities.length - Object.keys(work.made).length;
    expect(clean.slice(0, old)).toEqual(memory.slice(0, old));
    expect(work.entities.slice(old).map((entity) => work.session.state(entity as never))).toEqual(
      Array.from({ length: 8 }, () => 'transient'),
    );
    const database = await rowsOf(db);
    await work.session.commit();
    expect(await rowsOf(db)).toEqual(database);
  });

  it('S7: links that were rolled back are not written with the next ones', async () => {
    const session = db.session();
    const [post] = await session.query(Post).orderBy('id').prefetchRelated('tags');
    const [, , c] = await session.query(Tag).orderBy('id');
    post!.tags.add(c!);
    await session.rollback();
    expect(post!.tags.map((tag) => tag.name)).toEqual(['a', 'b']);
    post!.tags.remove(post!.tags.at(0)!);
    await session.commit();
    expect((await rowsOf(db))['post_tags']!.filter((row) => row['post_id'] === 1)).toEqual([{ post_id: 1, tag_id: 2 }]);
  });
});
