import type { DialectId } from '../../dialects/dialect.ts';

/** What a database offers to those who change a table that is in use. */
export interface Abilities {
  /** Something of it may be refused at all: one that has one writer at a time, and files of its own, has no crowd to hurt. */
  readonly shared: boolean;
  /** Indexes that are built while others write. */
  readonly concurrentIndexes: boolean;
  /** Checks that first hold for new rows only. */
  readonly lateChecks: boolean;
  /** Foreign keys in the same way; `unchecked`: rows that are there are never looked at. */
  readonly lateKeys: 'validated' | 'unchecked' | undefined;
  /** Changes of the schema that are rolled back, and hold what they lock until the transaction ends. */
  readonly transactional: boolean;
  /**
   * How a column can have two names, or two types, for a while, kept in step by triggers; and in the end these change places in one
   * transaction, or while the table is locked.
   */
  readonly bridges: 'in a transaction' | 'locked' | undefined;
  /** Statements that are prepared keep the types of their columns. */
  readonly plansTypes: boolean;
}

/** MySQL 9 and MariaDB 10.11 are alike in this. */
const MYSQL: Abilities = {
  shared: true,
  concurrentIndexes: false,
  lateChecks: false,
  lateKeys: 'unchecked',
  transactional: false,
  bridges: 'locked',
  plansTypes: false,
};

export const ABILITIES: Readonly<Record<DialectId, Abilities>> = {
  sqlite: {
    shared: false,
    concurrentIndexes: false,
    lateChecks: false,
    lateKeys: undefined,
    transactional: true,
    bridges: undefined,
    plansTypes: false,
  },
  postgres: {
    shared: true,
    concurrentIndexes: true,
    lateChecks: true,
    lateKeys: 'validated',
    transactional: true,
    bridges: 'in a transaction',
    plansTypes: true,
  },
  mysql: MYSQL,
  mariadb: MYSQL,
};
