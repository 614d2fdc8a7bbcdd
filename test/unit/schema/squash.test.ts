import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { check, f, index, unique } from 'blazeorm';
import { PostgresDialect } from 'blazeorm/schema';

import type { Schema } from '../../../src/core/ast/schema.ts';
import { diffSchemas } from '../../../src/schema/diff.ts';
import { applyOperation } from '../../../src/schema/operations/apply.ts';
import {
  addColumn,
  addConstraint,
  addIndex,
  alterColumn,
  commentOnTable,
  createTable,
  createView,
  dropColumn,
  dropConstraint,
  dropIndex,
  dropTable,
  dropView,
  foreignKey,
  renameColumn,
  renameIndex,
  renameTable,
  runSql,
} from '../../../src/schema/operations/builders.ts';
import type { Operation } from '../../../src/schema/operations/operation.ts';
import { squashOperations } from '../../../src/schema/operations/squash.ts';
import { printMigration } from '../../../src/schema/print/print.ts';
import { EMPTY } from '../../../src/schema/state.ts';
import { comparable } from './comparable.ts';
import { anySchema } from './print-schemas.ts';

const dialect = new PostgresDialect();

function printed(operations: readonly Operation[]): string {
  return printMigration({ operations }, { dialect }).replace(/^[^]*?operations: /, '');
}

describe('what is made is made as it will be', () => {
  it('G5: a table has all that comes to it afterwards', () => {
    const operations = [
      createTable('author', { id: f.auto(), nme: f.string() }),
      createTable('blog_post', { id: f.auto(), title: f.text() }),
      addColumn('author', 'age', f.int({ default: 3 })),
      renameColumn('author', 'nme', 'name'),
      addColumn('blog_post', 'author_id', f.int({ default: 1 })),
      addConstraint('blog_post', foreignKey('author_id', 'author', 'id')),
      renameTable('blog_post', 'post'),
      addConstraint(
        'post',
        check('titled', (t) => t.title.ne('')),
      ),
      alterColumn('author', 'age', f.smallInt({ nullable: true })),
      addIndex('author', index('age')),
      dropIndex('author', 'author_age_idx'),
      addConstraint('author', unique('name')),
      commentOnTable('author', 'who'),
    ];
    expect(printed(squashOperations(operations))).toBe(`[
    createTable(
      'author',
      { id: f.auto(), name: f.string(), age: f.smallInt({ nullable: true }) },
      { constraints: [unique('name')], comment: 'who' },
    ),
    createTable(
      'post',
      { id: f.auto(), title: f.text(), author_id: f.int() },
      {
        constraints: [
          foreignKey('author_id', 'author', 'id', { name: 'blog_post_author_id_fkey' }),
          check('titled', (t) => t.title.ne('')),
        ],
      },
    ),
  ],
});
`);
  });

  it('G5: what is made and dropped is nothing; renames of renames are one', () => {
    const operations = [
      addColumn('post', 'a', f.int({ default: 1 })),
      addColumn('post', 'b', f.int({ nullable: true })),
      renameColumn('post', 'x', 'y'),
      alterColumn('post', 'b', f.int({ default: 2 })),
      renameColumn('post', 'y', 'z'),
      dropColumn('post', 'a'),
      createTable('tag', { id: f.auto() }),
      addIndex('post', index('z')),
      renameIndex('post', 'post_z_idx', 'by_z'),
      dropTable('tag'),
      createView('seen', 'SELECT 1'),
      commentOnTable('post', 'one'),
      dropView('seen'),
      commentOnTable('post', 'two'),
      addConstraint('post', foreignKey('z', 'post', 'id')),
      dropConstraint('post', 'post_z_fkey'),
    ];
    expect(squashOperations(operations)).toEqual([
      addColumn('post', 'b', f.int({ default: 2 })),
      renameColumn('post', 'x', 'z'),
      addIndex('post', index('z', { name: 'by_z' })),
      commentOnTable('post', 'two'),
    ]);
  });

  it('G5: nothing passes SQL, and a value of another type fills no column', () => {
    const operations = [
      createTable('post', { id: f.auto() }),
      addColumn('post', 'a', f.int({ default: 1 })),
      runSql('UPDATE post SET a = 2'),
      dropColumn('post', 'a'),
      addColumn('post', 'b', f.int({ default: 1 })),
      runSql('UPDATE post SET b = 2'),
      alterColumn('post', 'b', f.text()),
    ];
    expect(squashOperations(operations)).toEqual([
      { kind: 'createTable', table: expect.objectContaining({ name: 'post' }) as unknown },
      runSql('UPDATE post SET a = 2'),
      dropColumn('post', 'a'),
      addColumn('post', 'b', f.int({ default: 1 })),
      runSql('UPDATE post SET b = 2'),
      alterColumn('post', 'b', f.text()),
    ]);
    const typed = [addColumn('post', 'b', f.int({ default: 1 })), alterColumn('post', 'b', f.text())];
    expect(squashOperations(typed)).toEqual(typed);
  });
});

/** The schemas that the SQL in between finds, and the last one. */
function seen(operations: readonly Operation[], before: Schema): unknown[] {
  let schema = before;
  const all: unknown[] = [];
  for (const operation of operations) {
    if (operation.kind === 'runSql') all.push(comparable(schema));
    schema = applyOperation(schema, operation);
  }
  return [...all, comparable(schema)];
}

describe('what chance makes', () => {
  it('G5: comes to the same schema, and SQL finds the same on the way', () => {
    const steps = fc.array(
      fc.record({ to: anySchema, sql: fc.boolean(), rename: fc.option(fc.constantFrom('zz', 'post', 'tag')) }),
      { minLength: 2, maxLength: 4 },
    );
    let saved = 0;
    fc.assert(
      fc.property(anySchema, steps, (from, all) => {
        const before = diffSchemas(EMPTY, from, dialect).reduce(applyOperation, EMPTY);
        let at = before;
        const operations: Operation[] = [];
        const add = (more: readonly Operation[]): void => {
          operations.push(...more);
          at = more.reduce(applyOperation, at);
        };
        for (const { to, sql, rename } of all) {
          add(diffSchemas(at, to, dialect));
          const [table] = at.tables;
          if (rename !== null && table !== undefined && at.tables.every(({ name }) => name !== rename))
            add([renameTable(table.name, rename), renameColumn(rename, 'id', 'number')]);
          if (sql) add([runSql('SELECT 1')]);
        }
        const fewer = squashOperations(operations);
        saved += operations.length - fewer.length;
        expect(seen(fewer, before)).toEqual(seen(operations, before));
      }),
      { numRuns: 150, seed: 6_000_003 },
    );
    expect(saved).toBeGreaterThan(500);
  });
});
