import { describe, expect, it } from 'vitest';

import { check, f, index, model } from 'blazeorm';
import {
  addColumn,
  alterColumn,
  createTable,
  diffSchemas,
  dropColumn,
  dropConstraint,
  dropIndex,
  dropTable,
  MariaDBDialect,
  migration,
  MySQLDialect,
  PostgresDialect,
  renameColumn,
  replay,
  schemaOf,
  SQLiteDialect,
} from 'blazeorm/schema';
import type { Operation, Schema } from 'blazeorm/schema';

import { stepsOf } from '../../../src/schema/steps/steps.ts';
import { failure } from '../../support/database.ts';
import { models } from '../../support/models.ts';
import { MigrationError } from '../../../src/utils/migration-errors.ts';

const DIALECTS = [new SQLiteDialect(), new PostgresDialect(), new MySQLDialect(), new MariaDBDialect()];
const postgres = new PostgresDialect();
const after = (...operations: Operation[]): Schema =>
  replay([{ ...migration({ operations }), name: '0001', checksum: '' }]);

/** An operation in short. */
function short(operation: Operation): string {
  const {
    table,
    name,
    column,
    from,
    to,
    view,
    index: added,
    check: condition,
    key,
  } = operation as unknown as Record<string, never>;
  const named = (item: unknown): string =>
    item === undefined ? '' : ` ${typeof item === 'string' ? item : (item as { name: string }).name}`;
  return `${operation.kind}${[table, view, name, column, from, to, added, condition, key].map(named).join('')}`;
}

describe('the diff of two schemas', () => {
  it.each(DIALECTS)('G2: has nothing to say of models against themselves, %#', (dialect) => {
    const schema = schemaOf(models, dialect);
    expect(diffSchemas(schema, schemaOf(models, dialect), dialect)).toEqual([]);
    const operations = diffSchemas(replay([]), schema, dialect);
    expect(diffSchemas(after(...operations), schema, dialect)).toEqual([]);
  });

  it('G2: is the same list in the same order, whatever the order of the models', () => {
    const [one, other] = [schemaOf(models, postgres), schemaOf(models.toReversed(), postgres)];
    expect(diffSchemas(replay([]), other, postgres).map(short).toSorted()).toEqual(
      diffSchemas(replay([]), one, postgres).map(short).toSorted(),
    );
    expect(diffSchemas(one, other, postgres)).toEqual([]);
  });

  it('G2: names go on in chains, and what reads a computed column goes and comes with it', () => {
    const before = after(
      createTable('a', { id: f.auto() }),
      createTable(
        'b',
        { id: f.auto(), n: f.int(), m: f.int(), twice: f.int({ generated: 'n * 2' }) },
        {
          indexes: [index('twice', { name: 'by_twice' })],
          constraints: [check('small', (row) => row.twice.lt(9))],
        },
      ),
    );
    class A extends model('b', { id: f.auto() }, { renamedFrom: 'a' }) {}
    class B extends model(
      'c',
      {
        id: f.auto(),
        m: f.int({ renamedFrom: 'n' }),
        k: f.int({ renamedFrom: 'm' }),
        twice: f.int({ generated: 'm * 2', index: true }),
      },
      { renamedFrom: 'b' },
    ) {}
    expect(diffSchemas(before, schemaOf([A, B], postgres), postgres).map(short)).toEqual([
      'renameTable b c',
      'renameTable a b',
      'dropConstraint c small',
      'dropIndex c by_twice',
      'dropColumn c twice',
      'renameColumn c m k',
      'renameColumn c n m',
      'addColumn c twice',
      'addIndex c c_twice_idx',
    ]);
  });

  it('G2: a key that is counted up is the primary key for as long as it is', () => {
    const counted = after(createTable('a', { id: f.auto(), code: f.int() }));
    const plain = after(createTable('a', { id: f.int(), code: f.int() }, { primaryKey: ['code'] }));
    expect(diffSchemas(counted, plain, postgres).map(short)).toEqual(['alterColumn a id', 'alterPrimaryKey a']);
    expect(diffSchemas(plain, counted, postgres).map(short)).toEqual(['alterPrimaryKey a', 'alterColumn a id']);
  });
});

describe('operations that do not fit', () => {
  const table = createTable(
    'post',
    { id: f.auto(), title: f.string() },
    {
      indexes: [index('title', { name: 'by_title' })],
    },
  );

  it.each<readonly [Operation, string]>([
    [dropTable('pots'), "There is no table 'pots' at this point. Did you mean 'post'?"],
    [dropColumn('post', 'titel'), "There is no column 'titel' in 'post' at this point. Did you mean 'title'?"],
    [
      alterColumn('post', 'nothing', f.int()),
      "There is no column 'nothing' in 'post' at this point. Use one of: id, title.",
    ],
    [renameColumn('post', 'title', 'id'), "There is a column 'id' in 'post' already at this point."],
    [addColumn('post', 'Title', f.int()), "There is a column 'Title' in 'post' already at this point."],
    [
      dropColumn('post', 'title'),
      "The column 'title' of 'post' cannot go while 'by_title' needs it. Drop 'by_title' before it.",
    ],
    [dropIndex('post', 'by_titel'), "There is no index 'by_titel' in 'post' at this point. Did you mean 'by_title'?"],
    [dropConstraint('post', 'x'), "There is no constraint 'x' in 'post' at this point. There is none."],
  ])('G2: are refused, naming table, column and remedy, %#', (operation, message) => {
    expect(() => after(table, operation)).toThrow(
      failure(MigrationError, { code: 'E_MIGRATION', message: `0001: ${message}` }),
    );
  });
});

describe('the statements of an operation', () => {
  const before = after(
    createTable(
      'post',
      { id: f.auto(), title: f.string({ nullable: true }), n: f.int() },
      {
        constraints: [check('positive', (row) => row.n.gt(0))],
      },
    ),
  );
  const sqlOf = (operation: Operation, dialect: (typeof DIALECTS)[number]): string[] =>
    stepsOf([operation], before, dialect).map((step) => (step.kind === 'sql' ? step.sql : step.kind));

  it('G1: a column gets another name, and its check goes along', () => {
    const operation = renameColumn('post', 'n', 'amount');
    const mysql =
      'ALTER TABLE `post` DROP CONSTRAINT `positive`, RENAME COLUMN `n` TO `amount`, ADD CONSTRAINT `positive` CHECK (`amount` > 0)';
    expect(DIALECTS.map((dialect) => sqlOf(operation, dialect))).toEqual([
      ['ALTER TABLE "post" RENAME COLUMN "n" TO "amount"'],
      ['ALTER TABLE "post" RENAME COLUMN "n" TO "amount"'],
      [mysql],
      [mysql],
    ]);
  });

  it('G1: a column that becomes required, of another type', () => {
    const operation = alterColumn('post', 'title', f.string({ maxLength: 9, dbDefault: "'x'" }));
    const mysql = [
      "UPDATE `post` SET `title` = ('x') WHERE `title` IS NULL",
      "ALTER TABLE `post` MODIFY COLUMN `title` varchar(9) NOT NULL DEFAULT 'x'",
    ];
    expect(DIALECTS.map((dialect) => sqlOf(operation, dialect))).toEqual([
      ['rebuild'],
      [
        `UPDATE "post" SET "title" = ('x') WHERE "title" IS NULL`,
        'ALTER TABLE "post" ALTER COLUMN "title" TYPE varchar(9) USING "title"',
        `ALTER TABLE "post" ALTER COLUMN "title" SET DEFAULT ('x')`,
        'ALTER TABLE "post" ALTER COLUMN "title" SET NOT NULL',
      ],
      mysql,
      mysql,
    ]);
  });
});
