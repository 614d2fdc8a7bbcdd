/** What SQL of the application's own is asked for besides: all of it is refused. */
import type { Shared } from './row.ts';

export interface SqlRow {
  /** Names of the rules. */
  readonly rules: readonly string[];
  /** What the table of the docs says of them. */
  readonly says: string;
  /** Statements that they find, on the databases that have them. */
  readonly statements: Readonly<Partial<Record<Shared, readonly [string, ...string[]]>>>;
}

const MYSQL = ['TRUNCATE TABLE comment', 'DELETE FROM comment', 'DROP DATABASE elsewhere'] as const;

export const ROWS_OF_SQL: readonly SqlRow[] = [
  {
    rules: ['truncate', 'delete every row', 'drop schema', 'drop database'],
    says: 'data is lost',
    statements: {
      postgres: ['TRUNCATE comment', 'DELETE FROM comment', 'DROP SCHEMA public CASCADE', 'DROP DATABASE elsewhere'],
      mysql: MYSQL,
      mariadb: MYSQL,
    },
  },
  {
    rules: ['update every row'],
    says: 'all rows stay locked until the last one is written: `backFill()`',
    statements: {
      postgres: ['UPDATE post SET views = 1'],
      mysql: ['UPDATE post SET views = 1'],
      mariadb: ['UPDATE post SET views = 1'],
    },
  },
  {
    rules: ['whole table'],
    says: '`VACUUM FULL`, `CLUSTER`, `REINDEX`, `REFRESH`, `EXCLUDE`, `LOCK TABLE`: nobody comes near it',
    statements: {
      postgres: [
        'VACUUM FULL post',
        'CLUSTER post',
        'REINDEX TABLE post',
        'ALTER TABLE post ADD CONSTRAINT e EXCLUDE USING gist (views WITH =)',
        'LOCK TABLE post',
      ],
      mysql: ['LOCK TABLES post WRITE'],
      mariadb: ['LOCK TABLES post WRITE'],
    },
  },
  {
    rules: ['concurrently in a transaction'],
    says: '`CONCURRENTLY` and `VACUUM` without `{ outside: true }`',
    statements: { postgres: ['CREATE INDEX CONCURRENTLY i ON post (views)', 'VACUUM post'] },
  },
  {
    rules: ['SQL that nobody looked at'],
    says: 'it cannot be read, or no parser is installed',
    statements: {
      postgres: ["DO $$ BEGIN EXECUTE 'DROP TABLE post'; END $$"],
      mysql: ['OPTIMIZE TABLE post'],
      mariadb: ['OPTIMIZE TABLE post'],
    },
  },
];
