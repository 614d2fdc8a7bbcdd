import { check, f, index, unique } from 'blazeorm';
import {
  addColumn,
  addConstraint,
  addIndex,
  alterColumn,
  alterPrimaryKey,
  createTable,
  dropColumn,
  dropIndex,
  dropTable,
  foreignKey,
  renameColumn,
  renameTable,
  run,
  validateConstraint,
} from 'blazeorm/schema';
import type { Operation } from 'blazeorm/schema';

import type { Row } from './row.ts';
import {
  alsoInto,
  asArticle,
  headlined,
  oldCode,
  textual,
  unliked,
  untitled,
  writesOnly,
  writesState,
} from './tables.ts';

/** A migration's condition is in terms of columns, which no model types here. */
const VIEWED = check('viewed', (p: { views: { gte(other: number): never } }) => p.views.gte(0));

const SAME = 'the same';
const AS_MYSQL = 'the same as MySQL';
const NOTHING = '–';
/** As it is done where there is no way round it. */
const QUIET = 'alone, in an hour in which few write';

/** A column whose type the application says itself. */
function custom(name: string, type: string): Operation {
  return addColumn('post', name, f.custom({ type, codec: { encode: String, decode: String } }, { nullable: true }));
}

export const ROWS_OF_TABLE: readonly Row[] = [
  {
    operation: 'index',
    rules: ['add index'],
    says: { postgres: 'writers wait (SHARE) · stages: `CONCURRENTLY`', mysql: 'in place', mariadb: 'in place' },
    cases: [{ title: 'an index', operations: [addIndex('post', index('title'))] }],
  },
  {
    operation: 'index of words',
    rules: ['add index'],
    says: {
      postgres: SAME,
      mysql: `writers wait, the table is copied: its words stand in a column of their own · ${QUIET}`,
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'an index of words',
        operations: [addIndex('post', index('body', { name: 'post_words', fullText: true }))],
      },
    ],
  },
  {
    operation: 'unique index or constraint',
    rules: ['add unique'],
    says: { postgres: 'as an index', mysql: 'in place', mariadb: 'in place' },
    cases: [{ title: 'a unique constraint', operations: [addConstraint('post', unique('id', 'title'))] }],
  },
  {
    operation: '… whose values are there twice',
    rules: ['unique values'],
    says: { postgres: 'advice', mysql: 'advice', mariadb: 'advice' },
    cases: [
      {
        title: 'a unique constraint of what is there twice',
        operations: [addConstraint('post', unique('title'))],
        ends: 'failed',
      },
    ],
  },
  {
    operation: 'index of more than three columns',
    rules: ['wide index'],
    says: { postgres: 'advice; otherwise as an index', mysql: 'advice', mariadb: 'advice' },
    cases: [{ title: 'a wide index', operations: [addIndex('post', index('author_id', 'title', 'views', 'likes'))] }],
  },
  {
    operation: 'index dropped',
    rules: ['drop index'],
    says: {
      postgres: 'all wait (ACCESS EXCLUSIVE), shortly · stages: `CONCURRENTLY`',
      mysql: 'in place',
      mariadb: 'in place',
    },
    cases: [{ title: 'no index any more', operations: [dropIndex('post', 'post_body_idx')] }],
  },
  {
    operation: 'foreign key',
    rules: ['add foreign key'],
    says: {
      postgres: 'writers of both tables wait (SHARE ROW EXCLUSIVE) · stages: NOT VALID, then VALIDATE',
      mysql: 'writers wait, the table is copied · stages: for new rows, in place, then a look at the others in batches',
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'a foreign key',
        operations: [addConstraint('post', foreignKey('author_id', 'author', 'id'))],
        returns: true,
      },
    ],
  },
  {
    operation: 'check',
    rules: ['add check'],
    says: {
      postgres: 'all wait (ACCESS EXCLUSIVE) · stages: NOT VALID, then VALIDATE',
      mysql: `writers wait, the table is copied, to enforce one that was not enforced as well · stages: a trigger refuses new rows, a look at the others in batches; the check itself ${QUIET}`,
      mariadb: AS_MYSQL,
    },
    cases: [{ title: 'a check', operations: [addConstraint('post', VIEWED)], returns: true }],
  },
  {
    operation: 'NOT VALID and VALIDATE in one migration',
    rules: ['validate at once'],
    says: { postgres: 'the lock is held meanwhile · stages: two migrations', mysql: NOTHING, mariadb: NOTHING },
    cases: [
      {
        title: 'a check that is validated at once',
        on: ['postgres'],
        operations: [addConstraint('post', VIEWED, { notValid: true }), validateConstraint('post', 'viewed')],
      },
    ],
  },
  {
    operation: 'primary key',
    rules: ['alter primary key'],
    says: {
      postgres: 'all wait (ACCESS EXCLUSIVE) · stages: an index `CONCURRENTLY`, which becomes the key',
      mysql: 'in place',
      mariadb: 'in place',
    },
    cases: [
      { title: 'another primary key', operations: [alterPrimaryKey('comment', ['id', 'post_id'])], returns: true },
    ],
  },
  {
    operation: 'column with a constant default, or none',
    rules: [],
    says: { postgres: 'at once', mysql: 'at once', mariadb: 'at once' },
    cases: [
      {
        title: 'columns with a default, and without one',
        operations: [
          addColumn('post', 'rank', f.int({ dbDefault: 0 })),
          addColumn('post', 'note', f.string({ maxLength: 40, nullable: true })),
        ],
      },
    ],
  },
  {
    operation: 'column with a default of its own for each row',
    rules: ['add computed default'],
    says: {
      postgres: 'all wait, the table is written anew · stages: column, default, batches, NOT NULL',
      mysql: 'writers wait, the table is copied · the same stages',
      mariadb: 'for functions such as `uuid()` the same as MySQL',
    },
    cases: [
      {
        title: 'a computed default',
        operations: {
          sqlite: [addColumn('post', 'mark', f.string({ maxLength: 40, dbDefault: 'lower(hex(randomblob(8)))' }))],
          postgres: [addColumn('post', 'mark', f.string({ maxLength: 40, dbDefault: 'md5(random()::text)' }))],
          mysql: [addColumn('post', 'mark', f.string({ maxLength: 40, dbDefault: '(lower(title))' }))],
          mariadb: [addColumn('post', 'mark', f.string({ maxLength: 40, dbDefault: 'uuid()' }))],
        },
      },
    ],
  },
  {
    operation: 'required column, filled once',
    rules: ['add required column'],
    says: {
      postgres: 'INSERTs of code that runs fail · stages: the default stays until code is deployed',
      mysql: SAME,
      mariadb: SAME,
    },
    cases: [
      {
        title: 'a required column',
        operations: [addColumn('post', 'state', f.string({ maxLength: 10, default: 'new' }))],
        deployed: [writesState],
      },
    ],
  },
  {
    operation: 'required column that nobody fills',
    rules: ['add required column'],
    says: { postgres: 'refused: fails where there are rows', mysql: SAME, mariadb: SAME },
    cases: [
      {
        title: 'a required column that nobody fills',
        operations: [addColumn('post', 'rank', f.int())],
        ends: 'refused',
      },
    ],
  },
  {
    operation: 'stored generated column',
    rules: ['add stored column'],
    says: {
      postgres: `all wait, the table is written anew: there is no other way to store it · ${QUIET}`,
      mysql: `writers wait, the table is copied · ${QUIET}`,
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'a stored column',
        operations: [addColumn('post', 'twice', f.int({ generated: 'views * 2' }))],
      },
    ],
  },
  {
    operation: 'generated column changed',
    rules: ['change generated column'],
    says: { postgres: SAME, mysql: 'the same, or its values are lost', mariadb: AS_MYSQL },
    cases: [
      {
        title: 'another expression of a stored column',
        given: [addColumn('post', 'twice', f.int({ generated: 'views * 2' }))],
        operations: [alterColumn('post', 'twice', f.int({ generated: 'views * 3' }))],
      },
    ],
  },
  {
    operation: 'column that counts',
    rules: ['add counting column', 'small key'],
    says: {
      postgres: `all wait, the table is written anew: each row gets its number · ${QUIET}`,
      mysql: `writers wait · ${QUIET}`,
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'a column that counts',
        given: [createTable('log', { line: f.string({ maxLength: 10 }) })],
        operations: [addColumn('log', 'id', f.auto())],
        code: alsoInto('log', oldCode),
      },
    ],
  },
  {
    operation: 'column dropped',
    rules: ['drop column'],
    says: {
      postgres: 'code that runs fails · stages: nullable first, then code is deployed, then dropped',
      mysql: SAME,
      mariadb: SAME,
    },
    cases: [
      { title: 'no required column any more', operations: [dropColumn('post', 'title')], deployed: [untitled] },
      { title: 'no nullable column any more', operations: [dropColumn('post', 'likes')], deployed: [unliked] },
    ],
  },
  {
    operation: 'column renamed',
    rules: ['rename column'],
    says: {
      postgres: `code that runs fails · stages: a second column, kept in step by a trigger, with the same indexes; not for columns in keys or checks`,
      mysql: 'the same; in the end the old one goes while the table is locked for one statement that is done at once',
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'another name of a column',
        operations: [renameColumn('post', 'title', 'headline')],
        deployed: [headlined],
        returns: true,
      },
      {
        title: 'another name of a column that an index has',
        operations: [renameColumn('post', 'body', 'text')],
        deployed: [textual],
        returns: true,
      },
      {
        title: 'another name of a column that a check reads',
        given: [
          addConstraint(
            'post',
            check('seen', (p) => p.views.gte(0)),
          ),
        ],
        operations: [renameColumn('post', 'views', 'seen')],
        ends: 'refused',
      },
    ],
  },
  {
    operation: 'table renamed',
    rules: ['rename table'],
    says: {
      postgres: 'code that runs fails · stages: a view of the old name',
      mysql: 'code that runs fails · stages: a view of the new name, whose place the table takes in one statement',
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'another name of a table',
        operations: [renameTable('post', 'article')],
        deployed: [asArticle],
        returns: true,
      },
    ],
  },
  {
    operation: 'table dropped',
    rules: ['drop table'],
    says: {
      postgres: 'refused until confirmed · stages: a migration of its own, after code was deployed',
      mysql: SAME,
      mariadb: SAME,
    },
    cases: [
      {
        title: 'no table any more',
        given: [createTable('draft', { id: f.auto(), line: f.string({ maxLength: 10 }) })],
        operations: [dropTable('draft')],
        code: alsoInto('draft', oldCode),
        deployed: [oldCode],
      },
    ],
  },
  {
    operation: 'type changed',
    rules: ['change type'],
    says: {
      postgres:
        'all wait, the table is written anew · stages: a second column, kept in step by a trigger, with the same indexes, then the two change places; not for columns in keys or checks',
      mysql:
        'writers wait, the table is copied · the same stages; the two change places while the table is locked for one statement that is done at once',
      mariadb: AS_MYSQL,
    },
    cases: [
      {
        title: 'another type',
        operations: [alterColumn('post', 'views', f.bigint())],
        deployed: { postgres: [writesOnly], mysql: [], mariadb: [] },
        returns: true,
      },
      {
        title: 'another type, computed, with a default',
        operations: [
          alterColumn('post', 'likes', f.bigint({ nullable: true, dbDefault: 5 }), { using: 'likes + views' }),
        ],
        deployed: { postgres: [writesOnly], mysql: [], mariadb: [] },
      },
      {
        title: 'another type of a column that indexes have',
        given: [addIndex('post', index('views')), addConstraint('post', unique('id', 'views'))],
        operations: [alterColumn('post', 'views', f.bigint())],
        deployed: { postgres: [writesOnly], mysql: [], mariadb: [] },
        returns: true,
      },
      {
        title: 'another type of a column that a check reads',
        given: [
          addConstraint(
            'post',
            check('seen', (p) => p.views.gte(0)),
          ),
        ],
        operations: [alterColumn('post', 'views', f.bigint())],
        code: writesOnly,
      },
    ],
  },
  {
    operation: '… `varchar` longer',
    rules: [],
    says: {
      postgres: 'at once',
      mysql: 'at once up to 63 characters, and from 64 on',
      mariadb: 'at once from up to 31 characters to any number, up to 63, and from 64 on',
    },
    cases: [
      {
        title: 'a longer text',
        operations: [alterColumn('post', 'title', f.string({ maxLength: 300 }))],
        code: writesOnly,
      },
    ],
  },
  {
    operation: '… `varchar` to `text`, `numeric` with more digits before the point, `timestamptz` with more after it',
    rules: ['change type'],
    says: { postgres: 'at once', mysql: 'as a change of type', mariadb: 'as a change of type' },
    cases: [
      {
        title: 'a text without a limit',
        operations: [alterColumn('post', 'title', f.text())],
        code: writesOnly,
      },
    ],
  },
  {
    operation: '… that PostgreSQL does at once',
    rules: ['prepared type'],
    says: {
      postgres: 'advice: a statement that was prepared before fails once on each connection',
      mysql: NOTHING,
      mariadb: NOTHING,
    },
    cases: [
      {
        title: 'a type that statements know',
        on: ['postgres'],
        given: [addColumn('post', 'price', f.decimal({ precision: 8, scale: 2, nullable: true }))],
        operations: [alterColumn('post', 'price', f.decimal({ precision: 10, scale: 2, nullable: true }))],
      },
    ],
  },
  {
    operation: '… to a narrower one',
    rules: ['narrow type'],
    says: { postgres: 'fails', mysql: 'fails', mariadb: 'fails' },
    cases: [
      {
        title: 'a shorter text',
        operations: [alterColumn('post', 'title', f.string({ maxLength: 3 }))],
        ends: 'failed',
      },
      {
        title: 'a smaller number',
        given: [addColumn('post', 'size', f.int({ dbDefault: 100_000 }))],
        operations: [alterColumn('post', 'size', f.smallInt())],
        ends: 'failed',
      },
    ],
  },
  {
    operation: 'NOT NULL',
    rules: ['require value'],
    says: {
      postgres: 'all wait (ACCESS EXCLUSIVE) · stages: check NOT VALID, batches, VALIDATE, NOT NULL, no check',
      mysql: 'advice; with a fill every row is locked · stages: batches, NOT NULL',
      mariadb: AS_MYSQL,
    },
    cases: [{ title: 'NOT NULL', operations: [alterColumn('post', 'likes', f.int({ default: 0 }))] }],
  },
  {
    operation: 'NULL allowed',
    rules: ['allow null'],
    says: { postgres: 'advice', mysql: 'advice', mariadb: 'advice' },
    cases: [{ title: 'NULL', operations: [alterColumn('post', 'views', f.int({ nullable: true }))] }],
  },
  {
    operation: 'rows filled after the schema was changed in the same migration',
    rules: ['fill while altering'],
    says: {
      postgres: 'what is locked stays locked · stages: a migration of its own; or `backFill()`',
      mysql: NOTHING,
      mariadb: NOTHING,
    },
    cases: [
      {
        title: 'rows that are filled after a change',
        on: ['postgres'],
        operations: [
          addColumn('post', 'note', f.string({ maxLength: 10, nullable: true })),
          run(async ({ session }) => {
            await session.sql`UPDATE post SET note = 'n' WHERE id <= 5`;
          }),
        ],
      },
    ],
  },
  {
    operation: 'types that are regretted',
    rules: ['padded text', 'serial', 'plain json', 'time without zone'],
    says: { postgres: 'advice; `serial` as a column that counts', mysql: 'advice', mariadb: 'advice' },
    cases: [
      {
        title: 'types that are regretted',
        on: ['postgres'],
        operations: [custom('padded', 'char(3)'), custom('raw', 'json'), custom('at', 'timestamp')],
      },
      { title: 'a serial number', on: ['postgres'], operations: [custom('number', 'bigserial')] },
    ],
  },
];
