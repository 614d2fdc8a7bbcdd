/** Tags of the application on every statement, on each database. */
import { beforeAll, describe, expect, it } from 'vitest';

import { ConfigError, Database, f, model, sql } from 'blazeorm';
import type { BlazeError, DatabaseOptions, SqlCommenter } from 'blazeorm';

import { errorOf, freshUrl, onEngine } from '../../support/database.ts';
import { statementsOf } from '../../support/statements.ts';
import { warningsOf } from '../../support/warnings.ts';

class Note extends model('note', { id: f.auto(), text: f.string() }) {}

let url: string;
beforeAll(async () => {
  url = await freshUrl();
});

async function open(sqlCommenter: SqlCommenter): Promise<Database> {
  const db = await Database.connect(url, { models: [Note], sqlCommenter });
  await db.createAll();
  return db;
}

/** What was sent, as the error of a statement that the database refuses shows it. */
async function sentBy(db: Database): Promise<string | undefined> {
  return ((await errorOf(() => db.session().sql`SELECT nothing FROM nowhere WHERE a = ${1}`)) as BlazeError).sql;
}

const placeholder = (): string => onEngine({ sqlite: '?', postgres: '$1' });

describe('sqlCommenter', () => {
  it('O3: tags stand at the end of each statement, sorted and encoded; what is undefined or empty is left out', async () => {
    let route = '/notes/:id';
    await using db = await open(() => ({
      route,
      application: 'shop',
      shard: 3,
      debug: false,
      none: undefined,
      empty: '',
    }));
    expect(await sentBy(db)).toBe(
      `SELECT nothing FROM nowhere WHERE a = ${placeholder()} /*application='shop',debug='false',route='%2Fnotes%2F%3Aid',shard='3'*/`,
    );
    route = '/notes';
    expect(await sentBy(db)).toMatch(/,route='%2Fnotes',shard='3'\*\/$/);
  });

  it('O3: tags of a query stay beside them; listeners hear of the statement without what is others each time', async () => {
    await using db = await open(() => ({ traceparent: '00-1-2-01', tag: 'all' }));
    const query = db.session().query(Note).tag('feed');
    const [sent] = await statementsOf(() => query.count());
    expect(sent).toMatch(/ \/\*tag='feed'\*\/$/);
    const error = (await errorOf(() => query.filter(() => sql<boolean>`nowhere.nothing = 1`).count())) as BlazeError;
    expect(error.sql).toMatch(/ \/\*tag='feed',traceparent='00-1-2-01'\*\/$/);
  });

  const hostile = [
    '*/ DROP TABLE note; --',
    "'; DELETE FROM note; --",
    '/*! DROP TABLE note */',
    '? $1 :name %s',
    'line\nbreak\0null',
    '\ud800',
    'x'.repeat(5_000),
  ];
  it.each(hostile.map((text) => [JSON.stringify(text).slice(0, 40), text]))(
    'O3: X4: nothing in a tag changes a statement: %s',
    async (_, text) => {
      await using db = await open(() => ({ [text]: text, text }));
      await db.session().query(Note).unfiltered().delete();
      await db.transaction(async (session) => {
        session.add(new Note({ text: "a '?' and $1" }), new Note({ text: 'b' }));
      });
      await db
        .session()
        .query(Note)
        .bulkCreate([{ text: 'c' }]);
      const session = db.session();
      expect(await session.query(Note).orderBy('text').valuesList('text', { flat: true })).toEqual([
        "a '?' and $1",
        'b',
        'c',
      ]);
      const streamed: string[] = [];
      for await (const note of session.query(Note).orderBy('text').iterate()) streamed.push(note.text);
      expect(streamed).toHaveLength(3);
      expect(await session.query(Note).filter({ text: 'b' }).update({ text: 'd' })).toBe(1);
      const sent = await sentBy(db);
      expect(sent).toMatch(/^SELECT nothing FROM nowhere WHERE a = \S+ \/\*(?:[\w.~%-]+='[\w.~%-]*',?)+\*\/$/);
      expect(sent!.length).toBeLessThan(6_000);
    },
  );

  it('O3: a function that throws, or gives what is no tag, is reported once, and the query answers', async () => {
    const cases: readonly (readonly [SqlCommenter, string])[] = [
      [
        () => {
          throw new TypeError('no request');
        },
        'no request',
      ],
      [() => ({ user: { name: 'ann' } }) as unknown as { user: string }, 'a tag is a text, a number or a boolean.'],
    ];
    for (const [bad, reason] of cases) {
      await using db = await open(bad);
      const count = (text: string): Promise<number> => db.session().query(Note).filter({ text }).count();
      let counts: number[] = [];
      const warnings = await warningsOf(async () => {
        counts = [await count('y'), await count('z')];
      });
      expect(counts).toEqual([0, 0]);
      expect(await sentBy(db)).toBe(`SELECT nothing FROM nowhere WHERE a = ${placeholder()}`);
      expect(warnings).toEqual([
        `BLAZE_COMMENTER: 'sqlCommenter' failed, and is not reported again: TypeError: ${reason}`,
      ]);
    }
  });

  it('O3: what is no function is refused', async () => {
    const given = { sqlCommenter: { route: '/' } } as unknown as DatabaseOptions;
    const error = await errorOf(() => Database.connect(url, given));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe("The option 'sqlCommenter' is a function, not a plain object.");
  });
});
