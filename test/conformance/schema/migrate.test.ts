import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { check, Database, f, index, model, unique } from 'blazeorm';
import { diffSchemas, MigrationEngine, replay, schemaOf } from 'blazeorm/schema';
import type { Migration, Operation, Schema } from 'blazeorm/schema';

import { freshUrl } from '../../../src/testing/support/database.ts';
import { engineOf } from '../../../src/persistence/database.ts';

function before(): unknown[] {
  class Author extends model('author', {
    id: f.auto(),
    name: f.string({ maxLength: 50 }),
    born: f.int({ nullable: true }),
  }) {}
  class Post extends model(
    'post',
    { id: f.auto(), titel: f.string(), body: f.text({ nullable: true }), author: f.foreignKey(() => Author) },
    { indexes: [index('titel')], constraints: [check('titled', (p) => p.titel.ne(''))] },
  ) {}
  return [Author, Post];
}

function after(): unknown[] {
  class Author extends model(
    'writer',
    { id: f.auto(), name: f.string({ maxLength: 80, comment: 'as printed' }), born: f.bigint({ default: 1900n }) },
    { renamedFrom: 'author', constraints: [unique('name')] },
  ) {}
  class Tag extends model('tag', { id: f.auto(), name: f.string({ unique: true }) }) {}
  class Post extends model(
    'post',
    {
      id: f.auto(),
      title: f.string({ renamedFrom: 'titel' }),
      views: f.int({ default: 7 }),
      price: f.decimal({ precision: 8, scale: 2, dbDefault: 0 }),
      author: f.foreignKey(() => Author, { onDelete: 'cascade' }),
      tags: f.manyToMany(() => Tag),
    },
    {
      indexes: [index('title', '-views')],
      constraints: [check('viewed', (p) => p.views.gte(0))],
    },
  ) {}
  return [Author, Post, Tag];
}

let db: Database;
beforeAll(async () => {
  db = await Database.connect(await freshUrl());
});
afterAll(() => db.close());

const migrationOf = (name: string, operations: readonly Operation[], ...earlier: string[]): Migration => ({
  kind: 'migration',
  name,
  checksum: name,
  after: earlier,
  replaces: [],
  operations,
});

describe('migrations', () => {
  it('G2: G3: are applied, taken back, and applied again', async () => {
    const { dialect } = engineOf(db).adapter;
    const first = migrationOf('0001_first', diffSchemas(replay([]), schemaOf(before(), dialect), dialect));
    const there: Schema = replay([first]);
    const second = migrationOf('0002_second', diffSchemas(there, schemaOf(after(), dialect), dialect), '0001_first');
    expect(second.operations.map(({ kind }) => kind)).toMatchInlineSnapshot(`
      [
        "renameTable",
        "renameColumn",
        "dropConstraint",
        "dropConstraint",
        "dropIndex",
        "createTable",
        "createTable",
        "addColumn",
        "addColumn",
        "dropColumn",
        "alterColumn",
        "alterColumn",
        "addIndex",
        "addCheck",
        "addIndex",
        "addForeignKey",
      ]
    `);
    expect(diffSchemas(replay([first, second]), schemaOf(after(), dialect), dialect)).toEqual([]);

    const engine = new MigrationEngine(db, [first, second]);
    await engine.migrate({ to: '0001_first' });
    await using session = db.session();
    await session.sql`INSERT INTO author (name) VALUES ('Ann')`;
    await session.sql`INSERT INTO post (titel, author_id) VALUES ('One', 1)`;
    await engine.migrate({ force: true });
    expect(await session.sql`SELECT title, views, author_id FROM post`).toEqual([
      { title: 'One', views: 7, author_id: 1 },
    ]);
    expect((await session.sql`SELECT born FROM writer`).map(({ born }) => Number(born))).toEqual([1900]);
    await engine.rollback({ to: '0001_first', force: true });
    expect(await session.sql`SELECT titel, body FROM post`).toEqual([{ titel: 'One', body: null }]);
    await engine.migrate({ force: true });
    await engine.rollback({ force: true });
    expect((await engine.status()).map(({ state }) => state)).toEqual(['pending', 'pending']);
  });
});
