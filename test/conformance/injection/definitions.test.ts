/** Names and values in the definitions of models: whatever is in them, the schema means that and nothing else. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { BlazeError, check, Database, DefinitionError, f, index, model, Registry, unique } from 'blazeorm';

import { errorFrom, freshUrl } from '../../../src/testing/support/database.ts';
import { Owner, Tag } from './models.ts';
import { pictureOf } from './net.ts';
import { OTHERS, TEXTS } from './payloads.ts';

/** What is there beside, and has to stay. */
class Guard extends model('guard', { id: f.auto(), text: f.text() }) {}

let url: string;
let guard: Database;
beforeAll(async () => {
  url = await freshUrl();
  guard = await Database.connect(url, { models: [Guard] });
  await guard.createAll();
  await guard.transaction((session) => session.add(new Guard({ text: "'; --" })));
});
afterAll(() => guard.close());

/** A model in which a text stands wherever a text may stand. */
function modelOf(text: string) {
  return class Hostile extends model(
    'hostile',
    {
      id: f.auto(),
      value: f.text({ column: text, comment: text, default: text }),
      color: f.enum([text, 'other'], { default: text }),
      kept: f.string({ maxLength: 200, default: text }),
      place: f.embedded({ part: f.text({ nullable: true }) }, { prefix: `${text}_` }),
    },
    {
      table: `${text}t`,
      comment: text,
      indexes: [index('color', { name: `${text}i` })],
      constraints: [check(`${text}c`, (row) => row.kept.ne(`${text}!`)), unique('kept', { name: `${text}u` })],
    },
  ) {};
}

/** Make its table, write, read, be refused by its check, and drop it. The error if that cannot be. */
async function lifeOf(text: string): Promise<unknown> {
  let db: Database | undefined;
  try {
    const Hostile = modelOf(text);
    db = await Database.connect(url, { models: [Hostile] });
    await db.createAll();
    await db.createAll();
    const session = db.session();
    session.add(new Hostile({ value: text, place: { part: text } }));
    await session.commit();
    const rows = await db
      .session()
      .query(Hostile)
      .filter({ value: text, color: text, place: { part: text } })
      .values();
    expect(rows).toEqual([{ id: 1, value: text, color: text, kept: text, 'place.part': text }]);
    session.add(new Hostile({ kept: `${text}!`, place: {} }));
    await expect(session.commit()).rejects.toMatchObject({ code: 'E_CHECK_VIOLATION' });
    return undefined;
  } catch (error) {
    if (!(error instanceof BlazeError)) throw error;
    return error;
  } finally {
    // What was not made is not there to be dropped; what is left over shows in the picture.
    await errorFrom(() => db?.dropAll({ confirm: true }));
    await db?.close();
  }
}

/** Short enough for a name, and no two the same whatever the case. */
const NAMES = [
  ...new Map(TEXTS.filter((text) => Buffer.byteLength(text) < 40).map((text) => [text.toLowerCase(), text])).values(),
];

/** What no server takes in a name. */
const isName = (text: string): boolean => text.isWellFormed() && !text.includes('\0');

describe('X1: X6: G1: names and values in definitions', () => {
  it('stand in the schema as they are, or are refused by a typed error', async () => {
    const before = await pictureOf(guard);
    const made: string[] = [];
    const refused: string[] = [];
    for (const text of NAMES) {
      const statements = guard.queryStats().statements;
      const error = await lifeOf(text);
      (error === undefined ? made : refused).push(text);
      if (!isName(text) && (error as BlazeError | undefined)?.code !== 'E_DEFINITION') made.push(`${text}\0`);
      expect(guard.queryStats().statements).toBe(statements);
      expect([text, await pictureOf(guard)]).toEqual([text, before]);
    }
    expect(made).toEqual(
      expect.arrayContaining(["'", '"', '`', '\\', ';', '--', "'; DROP TABLE note; --", '?', '$1', '$$', '%s']),
    );
    expect(made.filter((text) => !isName(text))).toEqual([]);
    expect(refused).toEqual(expect.arrayContaining(['\0', '\ud800']));
  }, 240_000);
});

/** A model with something at a place where a text or a number is wanted. */
const DEFINITIONS: readonly (readonly [at: string, define: (payload: never) => unknown])[] = [
  ['the name of a model', (name) => class A extends model(name, { id: f.auto() }) {}],
  ['the table', (table) => class A extends model('a', { id: f.auto() }, { table }) {}],
  ['the schema', (schema) => class A extends model('a', { id: f.auto() }, { schema }) {}],
  ['a comment', (comment) => class A extends model('a', { id: f.auto() }, { comment }) {}],
  ['a column', (column) => class A extends model('a', { id: f.auto(), b: f.int({ column }) }) {}],
  [
    'the column of a relation',
    (column) => class A extends model('a', { id: f.auto(), b: f.foreignKey(() => Owner, { column }) }) {},
  ],
  [
    'the table between',
    (table) => class A extends model('a', { id: f.auto(), b: f.manyToMany(() => Tag, { table }) }) {},
  ],
  ['a prefix', (prefix) => class A extends model('a', { id: f.auto(), b: f.embedded({ c: f.int() }, { prefix }) }) {}],
  [
    'the name of an index',
    (name) => class A extends model('a', { id: f.auto(), b: f.int() }, { indexes: [index('b', { name })] }) {},
  ],
  [
    'the name of a unique key',
    (name) => class A extends model('a', { id: f.auto(), b: f.int() }, { constraints: [unique('b', { name })] }) {},
  ],
  [
    'the name of a check',
    (name) =>
      class A extends model('a', { id: f.auto(), b: f.int() }, { constraints: [check(name, (row) => row.b.gt(0))] }) {},
  ],
  ['the values of an enum', (value) => class A extends model('a', { id: f.auto(), b: f.enum([value]) }) {}],
  ['a default', (value) => class A extends model('a', { id: f.auto(), b: f.text({ default: value }) }) {}],
  ['a length', (maxLength) => class A extends model('a', { id: f.auto(), b: f.string({ maxLength }) }) {}],
  ['a scale', (scale) => class A extends model('a', { id: f.auto(), b: f.decimal({ precision: 9, scale }) }) {}],
  ['a key', (key) => class A extends model('a', { id: f.int() }, { primaryKey: [key] as never }) {}],
  ['an order', (order) => class A extends model('a', { id: f.auto() }, { ordering: [order] as never }) {}],
  [
    'the target of a key',
    (to) => class A extends model('a', { id: f.auto(), b: f.foreignKey(() => Owner, { to }) }) {},
  ],
  [
    'what a deletion does',
    (onDelete) => class A extends model('a', { id: f.auto(), b: f.foreignKey(() => Owner, { onDelete }) }) {},
  ],
  [
    'the language of an index',
    (fullText) => class A extends model('a', { id: f.auto(), b: f.text() }, { indexes: [index('b', { fullText })] }) {},
  ],
  ['options', (options) => class A extends model('a', { id: f.auto() }, options) {}],
  ['fields', (fields) => class A extends (model('a', fields) as unknown as new () => object) {}],
  ['a field', (field) => class A extends model('a', { id: f.auto(), b: field }) {}],
];

/** Values that are right at one place or another, or that say nothing. */
const RIGHT: ReadonlySet<unknown> = new Set([undefined, null, true, false, 0, -0, 1, 7]);
const saysNothing = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;

it.each(DEFINITIONS)('X1: X2: %s is what it has to be, or a typed error', (_, define) => {
  const problems: string[] = [];
  for (const { name, value } of OTHERS) {
    if (RIGHT.has(value)) continue;
    try {
      void new Registry([define(value as never)]);
      if (typeof value !== 'function' && !saysNothing(value)) problems.push(`${name} was taken`);
    } catch (error) {
      if (!(error instanceof BlazeError)) problems.push(`${name}: ${String(error)}`);
    }
  }
  expect(problems.slice(0, 5)).toEqual([]);
});

it('X2: X1: parts of an embedded value by names that every object has are refused', () => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    const parts = Object.fromEntries([[name, f.int({ nullable: true })]]);
    const Base = model('a', { id: f.auto(), b: f.embedded(parts as never) }) as unknown as new () => object;
    expect(() => new Registry([class A extends Base {}])).toThrow(DefinitionError);
  }
});
