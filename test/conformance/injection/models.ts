/** What the payloads meet: one table to read from, whose rows hold every text among the payloads, and one to write to. */
import { f, index, model, scope, subModel } from 'blazeorm';
import type { Database, DatabaseOptions } from 'blazeorm';

import { engine } from '../../../src/testing/support/database.ts';

import { TEXTS } from './payloads.ts';
import { holds } from './plain-data.ts';

/** A codec that checks nothing: what it is given goes to the driver, if the library lets it. */
const careless = { encode: (value: unknown) => value as string, decode: (raw: unknown) => raw };
const CUSTOM = { codec: careless, type: { sqlite: 'text', postgres: 'text', mysql: 'longtext', mariadb: 'longtext' } };

/** A field of every kind. */
const fields = {
  id: f.auto(),
  text: f.text(),
  name: f.string({ nullable: true }),
  number: f.int({ nullable: true }),
  small: f.smallInt({ nullable: true }),
  big: f.bigint({ nullable: true }),
  ratio: f.float({ nullable: true }),
  price: f.decimal({ precision: 10, scale: 2, nullable: true }),
  flag: f.bool({ nullable: true }),
  day: f.date({ nullable: true }),
  hour: f.time({ nullable: true }),
  at: f.datetime({ nullable: true }),
  uid: f.uuid({ nullable: true }),
  color: f.enum(['red', 'green'], { nullable: true }),
  data: f.json<unknown>({ nullable: true }),
  bytes: f.binary({ nullable: true }),
  words: f.array(f.string(), { nullable: true }),
  custom: f.custom<unknown>(CUSTOM, { nullable: true }),
};

export class Note extends model(
  'note',
  {
    ...fields,
    size: f.embedded({ label: f.string({ nullable: true }), width: f.int({ nullable: true }) }, { nullable: true }),
    owner: f.foreignKey(() => Owner, { nullable: true }),
    tags: f.manyToMany(() => Tag),
  },
  {
    indexes: [index('text', { fullText: true })],
    scopes: {
      named: scope((n, name: string) => n.name.eq(name), { default: false }),
      /** In force where a session gives it a value. */
      within: scope((n, name: string) => n.name.eq(name)),
    },
  },
) {}

export class Owner extends model('owner', {
  id: f.auto(),
  name: f.string(),
  notes: f.reverse(() => Note, 'owner'),
  items: f.reverse(() => Item, 'owner'),
}) {}

/** Found by a text that is unique. */
export class Tag extends model('tag', {
  id: f.auto(),
  name: f.string({ unique: true, maxLength: 200 }),
  label: f.text({ nullable: true }),
  notes: f.reverse(() => Note, 'tags'),
  items: f.reverse(() => Item, 'tags'),
}) {}

/** A key of two parts. */
export class Place extends model(
  'place',
  { row: f.string({ maxLength: 200 }), seat: f.int(), text: f.text() },
  { primaryKey: ['row', 'seat'] },
) {}

/** Two classes in one table, in a tree. */
export class Word extends model(
  'word',
  {
    id: f.auto(),
    text: f.text(),
    kind: f.enum(['plain', 'loud']),
    parent: f.foreignKey(() => Word, { nullable: true }),
    children: f.reverse(() => Word, 'parent'),
  },
  { discriminator: 'kind', discriminatorValue: 'plain', subclasses: () => [Loud] },
) {}
export class Loud extends subModel(Word, 'loud', { shout: f.text({ nullable: true }) }) {}

/** Written to, always in a transaction that is rolled back. */
export class Item extends model('item', {
  ...fields,
  owner: f.foreignKey(() => Owner, { nullable: true }),
  tags: f.manyToMany(() => Tag),
}) {}

export const models = [Note, Owner, Tag, Place, Word, Loud, Item];

/** A database of which all that is said to one connection holds for the next call. */
export const ONE_CONNECTION: DatabaseOptions = engine === 'sqlite' ? {} : { connection: { poolSize: 1 } };

/** A row of `Note` as the tests know it. */
export type Row = Readonly<Record<string, unknown>>;

const STORED = TEXTS.filter((text) => holds('text', text));

/** The rows of `Note`, in the order of their keys: one for each text, and values of the other kinds to be found or missed. */
export const ROWS: readonly Row[] = [...STORED, 'harmless'].map((text, i) => ({
  id: i + 1,
  text,
  name: text,
  number: i % 4 === 0 ? null : i,
  small: i % 4 === 0 ? null : i,
  big: i % 4 === 0 ? null : BigInt(i),
  ratio: i % 4 === 0 ? null : i / 2,
  price: i % 4 === 0 ? null : `${i}.50`,
  flag: i % 3 === 0 ? null : i % 3 === 1,
  day: i % 4 === 0 ? null : '2026-01-31',
  hour: i % 4 === 0 ? null : '13:45:00',
  at: i % 4 === 0 ? null : new Date('2026-01-31T13:45:00.123Z'),
  uid: i % 4 === 0 ? null : '00000000-0000-4000-8000-000000000001',
  color: i % 4 === 0 ? null : i % 2 === 0 ? 'red' : 'green',
  data: i % 2 === 0 ? { [text]: text } : text,
  bytes: i % 4 === 0 ? null : new Uint8Array(Buffer.from(text)),
  words: i % 4 === 0 ? null : [text, 'x'],
  custom: text,
  ownerId: (i % 2) + 1,
  label: text,
}));

/** The rows of `Word`: a plain one, and below it a loud one for each text. */
export const WORDS: readonly Row[] = [
  { id: 1, text: 'root', shout: null },
  ...[...STORED, 'harmless'].map((text, i) => ({ id: i + 2, text, shout: text })),
];

/** The rows of `Item` that are there before each write. */
export const ITEMS: readonly Row[] = ['first', 'second', "'; --"].map((text, i) => ({ id: i + 1, text, name: text }));

export const OWNERS = ['Ann', "Bob'; --"];
export const TAGS = ['one', "two' OR 1=1 --", 'id'];

/** Fill a fresh database. */
export async function fill(db: Database): Promise<void> {
  await db.createAll();
  await db.transaction(async (session) => {
    const owners = OWNERS.map((name) => new Owner({ name }));
    const tags = TAGS.map((name) => new Tag({ name }));
    session.add(...owners, ...tags, new Place({ row: "a'", seat: 1, text: 'here' }));
    for (const { id: _, ownerId, label, ...row } of ROWS) {
      const note = new Note({ ...row, owner: owners[Number(ownerId) - 1]!, size: { label, width: 1 } } as never);
      session.add(note);
      note.tags.add(tags[0]!);
    }
    for (const { id: _, ...row } of ITEMS) session.add(new Item(row as never));
    const [{ text }, ...loud] = WORDS as readonly [Row, ...Row[]];
    const root = new Word({ text: text as string });
    session.add(root);
    await session.flush();
    for (const row of loud)
      session.add(new Loud({ text: row['text'] as string, shout: row['shout'] as string, parent: root }));
    await session.flush();
  });
}
