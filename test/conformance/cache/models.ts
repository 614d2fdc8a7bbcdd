/** A small library whose rows are kept; loans are not. */
import { Database, f, model } from 'blazeorm';
import type { DatabaseOptions } from 'blazeorm';

import { freshUrl } from '../../support/database.ts';

export class Writer extends model(
  'writer',
  {
    id: f.auto(),
    name: f.string({ maxLength: 40 }),
    born: f.date({ nullable: true }),
    worth: f.decimal({ precision: 10, scale: 2, default: '0.00' }),
    fans: f.bigint({ default: 0n }),
    seal: f.binary({ nullable: true }),
    facts: f.json<Record<string, unknown>>({ nullable: true }),
    seen: f.datetime({ nullable: true }),
    books: f.reverse(() => Book, 'writer'),
  },
  { cache: { ttl: 600_000 } },
) {}

export class Book extends model(
  'book',
  {
    id: f.auto(),
    title: f.string({ maxLength: 40 }),
    copies: f.int({ default: 1 }),
    writer: f.foreignKey(() => Writer, { onDelete: 'cascade' }),
    shelf: f.foreignKey(() => Shelf, { nullable: true, onDelete: 'set null' }),
    topics: f.manyToMany(() => Topic),
  },
  { cache: { ttl: 600_000 } },
) {}

export class Shelf extends model(
  'shelf',
  { id: f.auto(), code: f.string({ maxLength: 10 }) },
  { cache: { ttl: 600_000 } },
) {}

export class Topic extends model(
  'topic',
  { code: f.string({ primaryKey: true, maxLength: 20 }), name: f.string({ maxLength: 20 }) },
  { cache: { ttl: 600_000 } },
) {}

/** With a key of two parts. */
export class Place extends model(
  'place',
  { hall: f.int(), row: f.int(), label: f.string({ maxLength: 20 }) },
  { primaryKey: ['hall', 'row'], cache: { ttl: 600_000 } },
) {}

export class Loan extends model('loan', { id: f.auto(), book: f.foreignKey(() => Book, { onDelete: 'cascade' }) }) {}

export const models = [Writer, Book, Shelf, Topic, Place, Loan];

/** The writer's values: one of every type. */
export const ann = () => ({
  name: 'Ann',
  born: '1970-01-02',
  worth: '12.50',
  fans: 9_007_199_254_740_993n,
  seal: new Uint8Array([0, 255, 7]),
  facts: { a: [1, { b: null }], text: '"\u2028' },
  seen: new Date('2024-02-29T12:34:56.789Z'),
});

/** A fresh database with one writer, two books and what belongs to them. */
export async function openLibrary(options: DatabaseOptions): Promise<Database> {
  const db = await Database.connect(await freshUrl(), { models, ...options });
  await db.createAll();
  await db.transaction(async (session) => {
    const shelf = new Shelf({ code: 'A1' });
    const writer = new Writer(ann());
    const topic = new Topic({ code: 'sea', name: 'The sea' });
    const first = new Book({ title: 'First', writer, shelf });
    first.topics.add(topic);
    session.add(first, new Book({ title: 'Second', writer }), new Place({ hall: 1, row: 2, label: 'left' }));
    await session.flush();
    session.add(new Loan({ book: first }));
  });
  return db;
}
