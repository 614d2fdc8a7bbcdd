import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import fc from 'fast-check';
import ts from 'typescript-5.9';
import { describe, expect, it } from 'vitest';

import * as core from 'blazeorm';
import { caseWhen, cast, check, f, index, sql, unique } from 'blazeorm';
import { PostgresDialect } from 'blazeorm/schema';

import type { Schema, TableSchema } from '../../../src/core/ast/schema.ts';
import { metaOf } from '../../../src/core/registry.ts';
import { conditionOf, partOf } from '../../../src/schema/conditions.ts';
import { diffSchemas } from '../../../src/schema/diff.ts';
import { applyOperation } from '../../../src/schema/operations/apply.ts';
import { modelOfTable } from '../../../src/schema/historical.ts';
import * as builders from '../../../src/schema/operations/builders.ts';
import {
  addColumn,
  addConstraint,
  addIndex,
  alterColumn,
  alterPrimaryKey,
  commentOnTable,
  createTable,
  createView,
  dropColumn,
  dropConstraint,
  dropIndex,
  dropView,
  foreignKey,
  renameColumn,
  renameIndex,
  renameTable,
  run,
  runSql,
  validateConstraint,
} from '../../../src/schema/operations/builders.ts';
import type { TableColumns } from '../../../src/schema/operations/builders.ts';
import type { MigrationDefinition, Operation } from '../../../src/schema/operations/operation.ts';
import { printCondition } from '../../../src/schema/print/conditions.ts';
import { plain } from '../../../src/schema/print/plain.ts';
import { printMigration } from '../../../src/schema/print/print.ts';
import { EMPTY } from '../../../src/schema/state.ts';
import { MigrationError } from '../../../src/utils/migration-errors.ts';
import { comparable } from './comparable.ts';
import { anySchema } from './print-schemas.ts';

const RUNS = 150;
const dialect = new PostgresDialect();

/** What a file exports by default, when it is imported. */
function evaluated(source: string): MigrationDefinition {
  const { outputText } = ts.transpileModule(source, {
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
  });
  const modules: Record<string, object> = { blazeorm: core, 'blazeorm/schema': { ...builders, plain } };
  const exports: { default?: MigrationDefinition } = {};
  // oxlint-disable-next-line no-implied-eval -- The text that is tested is code.
  new Function('require', 'exports', outputText)((name: string) => modules[name], exports);
  return exports.default!;
}

function applied(operations: readonly Operation[], before: Schema): Schema {
  return operations.reduce(applyOperation, before);
}

/** Each operation with the schema after it, so that conditions are compared as what they come to. */
function told(operations: readonly Operation[], before: Schema): unknown[] {
  let schema = before;
  return operations.map((operation) => {
    schema = applyOperation(schema, operation);
    const fill = 'fill' in operation ? operation.fill : undefined;
    return {
      kind: operation.kind,
      fill: typeof fill === 'function' ? 'a function' : fill,
      using: 'using' in operation ? operation.using : undefined,
      notValid: 'notValid' in operation && operation.notValid,
      concurrently: 'concurrently' in operation && operation.concurrently,
      after: comparable(schema),
    };
  });
}

const post = createTable(
  { schema: 'blog', name: 'post' },
  {
    id: f.bigAuto({ comment: 'counted' }),
    author_id: f.int(),
    title: f.string({ maxLength: 200, dbDefault: "'it''s'" }),
    views: f.int({ dbDefault: 0 }),
    price: f.decimal({ precision: 10, scale: 2, nullable: true }),
    kind: f.enum(['draft', 'public']),
    tags: f.array(f.string(), { nullable: true }),
    place: f.custom({ codec: plain, type: { postgres: 'point', sqlite: 'text' } }),
    double: f.int({ generated: { sql: 'views * 2', stored: false } }),
    at: f.datetime(),
    settings: f.json(),
  },
  {
    indexes: [
      index('author_id', '-views'),
      index((t) => t.title.lower().desc(), 'at', { name: 'by_title', unique: true, where: (t) => t.kind.eq('public') }),
      index('title', { fullText: 'english' }),
    ],
    constraints: [
      foreignKey('author_id', 'author', 'id', { onDelete: 'cascade' }),
      unique('title', 'author_id'),
      check('views_positive', (t) => t.views.gte(0).and(t.title.contains("it's"), t.price.isNull().not())),
      check('odd', (t) => sql<boolean>`${t.views} <> ${3} OR ${sql.id('a', 'b')} = '\``),
      check('themed', (t) => t.settings.path('theme', 0).asText().ne('dark')),
    ],
    comment: "what's said",
  },
);

describe('a migration', () => {
  it('G3: G5: is written as one writes it by hand', () => {
    const before = applied([createTable('author', { id: f.auto() })], EMPTY);
    const operations = [
      post,
      addColumn('author', 'born', f.datetime({ default: new Date(0), nullable: true })),
      addColumn('author', 'seen', f.datetime({ default: () => new Date() })),
      addColumn('author', 'data', f.json({ default: { 'a b': [1, [2, 3]], __proto__: null, list: [{}, null, 'x'] } })),
      addColumn('author', 'bytes', f.binary({ default: new Uint8Array([1, 255]) })),
      addColumn('author', 'big', f.bigint({ default: -5n })),
      alterColumn('author', 'big', f.text({ nullable: true }), { using: 'big::text' }),
      addConstraint('author', foreignKey(['id'], 'author', ['id'], { name: 'self' }), { notValid: true }),
      validateConstraint('author', 'self'),
      addIndex('author', index('born'), { concurrently: true }),
      renameIndex('author', 'author_born_idx', 'by_birth'),
      dropIndex('author', 'by_birth'),
      alterPrimaryKey('author', ['id', 'big']),
      commentOnTable('author', undefined),
      createView('seen', { sqlite: 'SELECT 1', postgres: 'SELECT\n  `1`' }),
      dropView('seen'),
      runSql({ up: ['UPDATE author SET big = 1', 'SELECT 2'], down: 'SELECT 1' }, { outside: true }),
      dropConstraint('author', 'self'),
      dropColumn('author', 'born'),
      renameColumn('author', 'seen', 'seen_at'),
      renameTable('author', 'writer'),
    ];
    const source = printMigration(
      { after: ['0001_initial'], replaces: ['0002_a', '0003_b'], operations },
      { dialect, before },
    );
    expect(source).toMatchInlineSnapshot(`
      "import { check, f, index, sql, unique } from 'blazeorm';
      import {
        addColumn,
        addConstraint,
        addIndex,
        alterColumn,
        alterPrimaryKey,
        commentOnTable,
        createTable,
        createView,
        dropColumn,
        dropConstraint,
        dropIndex,
        dropView,
        foreignKey,
        migration,
        plain,
        renameColumn,
        renameIndex,
        renameTable,
        runSql,
        validateConstraint,
      } from 'blazeorm/schema';

      export default migration({
        after: ['0001_initial'],
        replaces: ['0002_a', '0003_b'],
        operations: [
          createTable(
            { schema: 'blog', name: 'post' },
            {
              id: f.bigAuto({ comment: 'counted' }),
              author_id: f.int(),
              title: f.string({ maxLength: 200, dbDefault: "'it''s'" }),
              views: f.int({ dbDefault: 0 }),
              price: f.decimal({ precision: 10, scale: 2, nullable: true }),
              kind: f.enum(['draft', 'public']),
              tags: f.array(f.string(), { nullable: true }),
              place: f.custom({ codec: plain, type: { postgres: 'point', sqlite: 'text' } }),
              double: f.int({ generated: { sql: 'views * 2', stored: false } }),
              at: f.datetime(),
              settings: f.json(),
            },
            {
              indexes: [
                index('author_id', '-views'),
                index((t) => t.title.lower().desc(), 'at', {
                  name: 'by_title',
                  unique: true,
                  where: (t) => t.kind.eq('public'),
                }),
                index('title', { fullText: 'english' }),
              ],
              constraints: [
                foreignKey('author_id', 'author', 'id', { onDelete: 'cascade' }),
                unique('title', 'author_id'),
                check('views_positive', (t) => t.views.gte(0).and(t.title.contains("it's"), t.price.isNull().not())),
                check('odd', (t) => sql<boolean>\`\${t.views} <> \${3} OR \${sql.id('a', 'b')} = '\\\`\`),
                check('themed', (t) => t.settings.path('theme', 0).asText().ne('dark')),
              ],
              comment: "what's said",
            },
          ),
          addColumn('author', 'born', f.datetime({ nullable: true, default: new Date('1970-01-01T00:00:00.000Z') })),
          addColumn('author', 'seen', f.datetime({ default: () => new Date() })),
          addColumn('author', 'data', f.json({ default: { 'a b': [1, [2, 3]], list: [{}, null, 'x'] } })),
          addColumn('author', 'bytes', f.binary({ default: Uint8Array.of(1, 255) })),
          addColumn('author', 'big', f.bigint({ default: -5n })),
          alterColumn('author', 'big', f.text({ nullable: true }), { using: 'big::text' }),
          addConstraint('author', foreignKey('id', 'author', 'id', { name: 'self' }), { notValid: true }),
          validateConstraint('author', 'self'),
          addIndex('author', index('born'), { concurrently: true }),
          renameIndex('author', 'author_born_idx', 'by_birth'),
          dropIndex('author', 'by_birth'),
          alterPrimaryKey('author', ['id', 'big']),
          commentOnTable('author', undefined),
          createView('seen', {
            sqlite: 'SELECT 1',
            postgres: \`SELECT
        \\\`1\\\`\`,
          }),
          dropView('seen'),
          runSql({ up: ['UPDATE author SET big = 1', 'SELECT 2'], down: 'SELECT 1' }, { outside: true }),
          dropConstraint('author', 'self'),
          dropColumn('author', 'born'),
          renameColumn('author', 'seen', 'seen_at'),
          renameTable('author', 'writer'),
        ],
      });
      "
    `);
    expect(told(evaluated(source).operations, before)).toEqual(told(operations, before));
  });

  it('G3: what is code of the application is refused by name', () => {
    const print = (operation: Operation) => () => printMigration({ operations: [operation] }, { dialect });
    expect(print(run(() => undefined))).toThrow(
      new MigrationError('run() holds code of the application, which cannot be written into another file.', {
        remedy: 'Copy it by hand.',
      }),
    );
    const odd = addColumn('post', 'at', f.datetime({ default: () => new Date(3) }));
    expect(print(odd)).toThrow(
      new MigrationError("The default of the column 'at' is a function, which cannot be written as text.", {
        remedy:
          'Use strings, numbers, bigints, booleans, null, Dates, Uint8Arrays, and arrays and plain objects of these.',
      }),
    );
  });
});

describe('a condition', () => {
  const table: TableSchema = applied([createTable('author', { id: f.auto() }), post], EMPTY).tables[1]!;
  const shown = (
    condition: (t: TableColumns) => unknown,
    use: 'condition' | 'value' = 'condition',
  ): string | undefined => {
    const meta = metaOf(modelOfTable(table));
    const part = use === 'value' ? partOf(meta, condition, 'x') : undefined;
    return printCondition(part?.expression ?? conditionOf(meta, condition, 'x'), table, dialect, use);
  };
  it.each<[string, (t: TableColumns) => unknown]>([
    ["(t) => t.kind.ne('draft')", (t) => t.kind.ne('draft')],
    ['(t) => t.views.oneOf([1, 2])', (t) => t.views.oneOf([1, 2])],
    ['(t) => t.views.notOneOf([1])', (t) => t.views.notOneOf([1])],
    ["(t) => t.price.between('1', '2.50')", (t) => t.price.between('1', '2.50')],
    ["(t) => t.at.lt(new Date('1970-01-01T00:00:00.000Z'))", (t) => t.at.lt(new Date(0))],
    ["(t) => t.tags.arrayContains(['a'])", (t) => t.tags.arrayContains(['a'])],
    ["(t) => t.settings.path('a').isNotNull()", (t) => t.settings.hasKey('a')],
    ['(t) => caseWhen(t.views.gt(3), 1).otherwise(2).eq(1)', (t) => caseWhen(t.views.gt(3), 1).otherwise(2).eq(1)],
    ["(t) => cast(t.views, f.text()).eq('3')", (t) => cast(t.views, f.text()).eq('3')],
    ['(t) => t.views.plus(1).times(t.views).gt(3)', (t) => t.views.plus(1).times(t.views).gt(3)],
    ["(t) => t.at.add({ days: 2 }).truncate('day').eq(t.at)", (t) => t.at.add({ days: 2 }).truncate('day').eq(t.at)],
  ])('G3: %s', (expected, condition) => {
    expect(shown(condition)).toBe(expected);
  });
});

describe('what chance makes', () => {
  it('G3: G5: a migration that is printed and read again does the same', () => {
    fc.assert(
      fc.property(anySchema, anySchema, (from, to) => {
        const before = applied(diffSchemas(EMPTY, from, dialect), EMPTY);
        const operations = diffSchemas(before, to, dialect);
        const source = printMigration({ after: ['0001'], operations }, { dialect, before });
        const read = evaluated(source);
        expect(told(read.operations, before)).toEqual(told(operations, before));
      }),
      { numRuns: RUNS, seed: 6_000_001 },
    );
  });

  it('G3: G5: and is formatted already', () => {
    const folder = mkdtempSync(join(tmpdir(), 'blazeorm-print-'));
    try {
      const sources = fc
        .sample(fc.tuple(anySchema, anySchema), { numRuns: RUNS, seed: 6_000_002 })
        .map(([from, to]) => {
          const before = applied(diffSchemas(EMPTY, from, dialect), EMPTY);
          return printMigration({ after: ['0001'], operations: diffSchemas(before, to, dialect) }, { dialect, before });
        });
      writeFileSync(join(folder, '.oxfmtrc.json'), JSON.stringify({ printWidth: 120, singleQuote: true }));
      const files = sources.map((source, i) => {
        const file = join(folder, `${i}.ts`);
        writeFileSync(file, source);
        return file;
      });
      execFileSync(join(process.cwd(), 'node_modules/.bin/oxfmt'), [folder], { cwd: folder });
      for (const [i, file] of files.entries()) expect(readFileSync(file, 'utf8')).toBe(sources[i]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
