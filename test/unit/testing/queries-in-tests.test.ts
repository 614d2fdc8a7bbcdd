import { ConfigError, Database, f, model, NPlusOneError, QueryCountError, withCorrelationId } from 'blazeorm';
import { conformance, expectQueries, failOnNPlusOne } from 'blazeorm/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { errorOf } from '../../support/database.ts';

class Tag extends model('tag', { id: f.auto(), name: f.string() }) {}
class Label extends model('label', { id: f.auto(), label: f.string({ unique: true }) }) {}

let db: Database;

beforeEach(async () => {
  db = await Database.connect('sqlite::memory:', { models: [Tag, Label] });
  await db.createAll();
});
afterEach(() => db.close());

const getAll = async (count: number): Promise<void> => {
  await using session = db.session();
  for (let id = 1; id <= count; id++) await session.get(Tag, id);
};

it('K2: expectQueries gives what the function gives, and does not count transactions or what is sent beside it', async () => {
  await db.transaction((session) => session.add(new Tag({ name: 'red' })));
  const beside = (async () => {
    for (let i = 0; i < 5; i++) await db.session().query(Tag).count();
  })();
  const tags = await expectQueries(1, () => db.session().query(Tag));
  expect(tags.map(({ name }) => name)).toEqual(['red']);
  expect(await expectQueries(0, () => 'nothing')).toBe('nothing');
  await expectQueries(1, () =>
    db.transaction((session) => session.add(new Tag({ name: 'a' }), new Tag({ name: 'b' }))),
  );
  await beside;
});

it('K2: X4: expectQueries fails with the statements, without their values', async () => {
  const error = await errorOf(() =>
    expectQueries(1, async () => {
      await db.session().query(Tag).filter({ name: 's3cret' });
      await db.session().query(Tag).count();
    }),
  );
  expect(error).toBeInstanceOf(QueryCountError);
  expect(error.message).toBe(
    '1 statement was expected, and 2 sent:\n1. SELECT t0."id", t0."name" FROM "tag" AS t0 WHERE t0."name" = ?\n2. SELECT COUNT(*) FROM "tag" AS t0',
  );
  expect((await errorOf(() => expectQueries(2, () => undefined))).message).toBe(
    '2 statements were expected, and 0 sent.',
  );
  const own = new Error('of the function');
  expect(await errorOf(() => expectQueries(2, () => Promise.reject(own)))).toBe(own);
});

it('K2: X4: expectQueries shows raw SQL without its literals', async () => {
  const error = await errorOf(() =>
    expectQueries(0, () => db.session().sql`SELECT name FROM tag WHERE name = 's3cret' OR id = 4711`),
  );
  expect(error.message).toBe(
    '0 statements were expected, and 1 sent:\n1. SELECT name FROM tag WHERE name = ? OR id = ?',
  );
});

it.each<[unknown, unknown, string]>([
  [
    '1',
    () => 0,
    'expectQueries() takes how many statements are expected, from 0, not a string. Write expectQueries(2, () => …).',
  ],
  [
    1.5,
    () => 0,
    'expectQueries() takes how many statements are expected, from 0, not a fractional number. Write expectQueries(2, () => …).',
  ],
  [
    -1,
    () => 0,
    'expectQueries() takes how many statements are expected, from 0, not this one. Write expectQueries(2, () => …).',
  ],
  [
    1,
    Promise.resolve(),
    'expectQueries() takes a function that sends them, not an instance of Promise. Write expectQueries(2, () => …): what is called before is not counted.',
  ],
])('K2: expectQueries(%s, %s) is refused', async (count, fn, message) => {
  const error = await errorOf(() => expectQueries(count as number, fn as () => unknown));
  expect(error).toBeInstanceOf(ConfigError);
  expect(error.message).toBe(message);
});

it.each<[unknown, string]>([
  [0, 'not this one'],
  [2.5, 'not a fractional number'],
  ['5', 'not a string'],
])('K2: failOnNPlusOne with a threshold of %s is refused', async (threshold, not) => {
  const message = `failOnNPlusOne() takes a threshold of at least 2 repetitions, ${not}. Leave it out for 5.`;
  for (const call of [
    () => failOnNPlusOne({ threshold: threshold as number }),
    () => failOnNPlusOne(() => 0, { threshold: threshold as number }),
  ])
    expect(await errorOf(call)).toMatchObject({ name: 'ConfigError', message });
});

it('K2: the conformance suite refuses an area that does not exist', async () => {
  const target = { name: 'mine', dialect: 'sqlite', createDatabase: () => ({ url: 'sqlite::memory:' }) } as const;
  const error = await errorOf(() => conformance(target, { areas: ['sesion' as 'session'] }));
  expect(error).toBeInstanceOf(ConfigError);
  expect(error.message).toMatch(/^The conformance suite has no area 'sesion'\. There are: loading, models, /);
});

it('K2: O2: failOnNPlusOne watches a function, whatever sessions it uses, and nothing beside it', async () => {
  const beside = getAll(9);
  expect(await failOnNPlusOne(() => getAll(4).then(() => 'done'))).toBe('done');
  await beside;
  const error = await errorOf(() => failOnNPlusOne(() => getAll(6)));
  expect(error).toBeInstanceOf(NPlusOneError);
  expect((error as NPlusOneError).findings.map(({ times, remedy, model: name }) => [times, remedy, name])).toEqual([
    [6, 'read all of them at once: session.query(Tag).inBulk(keys)', 'Tag'],
  ]);
  expect(error.message).toMatch(
    /^N\+1 suspected: 6× SELECT … FROM "tag" AS t0 WHERE t0\."id" = \?, at test\/unit\/testing\/queries-in-tests\.test\.ts:20; read all of them at once: session\.query\(Tag\)\.inBulk\(keys\)\.$/,
  );
  expect(await errorOf(() => failOnNPlusOne(() => getAll(3), { threshold: 3 }))).toBeInstanceOf(NPlusOneError);
  const own = new Error('of the function');
  expect(await errorOf(() => failOnNPlusOne(() => getAll(6).then(() => Promise.reject(own))))).toBe(own);
});

it('K2: O2: failOnNPlusOne without a function watches from then on, until it is ended', async () => {
  const check = failOnNPlusOne();
  await getAll(6);
  expect(check).toThrow(NPlusOneError);
  const quiet = failOnNPlusOne({ threshold: 7 });
  await getAll(6);
  quiet();
  await getAll(9);
  expect(quiet).not.toThrow();
});

describe('a session for each turn of a loop', () => {
  const byName = async (name: string): Promise<Tag | undefined> => (await db.session().query(Tag).filter({ name }))[0];
  const names = Array.from({ length: 6 }, (_, i) => `n${i}`);

  it('K2: O2: is found with all sessions together, one after the other or side by side', async () => {
    const error = await errorOf(() =>
      failOnNPlusOne(async () => {
        for (const name of names) await byName(name);
      }),
    );
    expect(error).toBeInstanceOf(NPlusOneError);
    expect(error.message).toMatch(
      /^N\+1 suspected: 6× SELECT … FROM "tag" AS t0 WHERE t0\."name" = \?, at test\/unit\/testing\/queries-in-tests\.test\.ts:\d+; ask for all of them at once: \.filter\(\{ name: oneOf\(values\) \}\)\.$/,
    );
    expect((error as NPlusOneError).findings.map(({ session }) => session)).toEqual([undefined]);
    const side = await errorOf(() => failOnNPlusOne(() => Promise.all(names.map(byName))));
    expect((side as NPlusOneError).findings.map(({ times }) => times)).toEqual([6]);
  });

  it('K2: O2: is no alarm where each turn asks for the same, is a transaction, or has a correlation id', async () => {
    await failOnNPlusOne(async () => {
      for (let i = 0; i < 6; i++) await byName('same');
      for (const name of names)
        await db.transaction(async (session) => {
          for (const tag of await session.query(Tag).filter({ name })) tag.name = 'changed';
        });
      for (const name of names) await withCorrelationId(`request ${name}`, () => byName(name));
    });
    const check = failOnNPlusOne();
    for (const name of names) await byName(name);
    expect(check()).toBe(undefined);
  });
});

it('K2: O2: getOrCreate and updateOrCreate are writes; who looks for each row himself is told how to read all', async () => {
  const names = Array.from({ length: 6 }, (_, i) => `n${i}`);
  await failOnNPlusOne(async () => {
    await using session = db.session();
    for (const label of names) await session.query(Label).getOrCreate({ label });
    for (const label of names) await session.query(Label).getOrCreate({ label });
    for (const label of names) await session.query(Label).updateOrCreate({ label });
  });
  const error = await errorOf(() =>
    failOnNPlusOne(async () => {
      await using session = db.session();
      for (const label of names.map((name) => `${name} 2`)) {
        const there = await session.query(Label).filter({ label }).first();
        if (there === null) await session.query(Label).bulkCreate([{ label }]);
      }
    }),
  );
  expect((error as NPlusOneError).findings.map(({ remedy }) => remedy)).toEqual([
    "read all of them at once: session.query(Label).inBulk(values, { field: 'label' })",
  ]);
});
