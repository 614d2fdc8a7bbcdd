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
  /** Triggers in SQL, and renames in the same transaction as what they belong to: a column can have two names for a while. */
  readonly bridges: boolean;
  /** Statements that are prepared keep the types of their columns. */
  readonly plansTypes: boolean;
  /** What a narrower type does to values that do not fit. */
  readonly narrowing: 'cuts texts' | 'fails';
}

export const ABILITIES: Readonly<Record<DialectId, Abilities>> = {
  sqlite: {
    shared: false,
    concurrentIndexes: false,
    lateChecks: false,
    lateKeys: undefined,
    transactional: true,
    bridges: false,
    plansTypes: false,
    narrowing: 'fails',
  },
  postgres: {
    shared: true,
    concurrentIndexes: true,
    lateChecks: true,
    lateKeys: 'validated',
    transactional: true,
    bridges: true,
    plansTypes: true,
    narrowing: 'cuts texts',
  },
  mysql: {
    shared: true,
    concurrentIndexes: false,
    lateChecks: false,
    lateKeys: 'unchecked',
    transactional: false,
    bridges: false,
    plansTypes: false,
    narrowing: 'fails',
  },
  mariadb: {
    shared: true,
    concurrentIndexes: false,
    lateChecks: false,
    lateKeys: 'unchecked',
    transactional: false,
    bridges: false,
    plansTypes: false,
    narrowing: 'fails',
  },
};
