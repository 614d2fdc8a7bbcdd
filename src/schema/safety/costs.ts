import type { DialectId } from '../../dialects/dialect.ts';

/** What a database has to do for an operation on a table with rows. */
export type Action =
  | 'buildIndex'
  | 'buildFullText'
  | 'dropIndex'
  | 'checkKey'
  | 'checkRows'
  | 'requireValues'
  | 'retype'
  | 'store'
  | 'fillComputed'
  | 'number'
  | 'rekey';

/** What others notice of it. */
export interface Cost {
  /** Who waits until it is done. */
  readonly waits: 'writers' | 'readers and writers';
  /** The lock that it takes. */
  readonly lock: string;
  /** Why it takes long; undefined: it does not, once it has the lock. */
  readonly work: string | undefined;
}

const share: Cost = { waits: 'writers', lock: 'SHARE', work: 'every row is read' };
const rewrite: Cost = { waits: 'readers and writers', lock: 'ACCESS EXCLUSIVE', work: 'the table is written anew' };
const scan: Cost = { waits: 'readers and writers', lock: 'ACCESS EXCLUSIVE', work: 'every row is read' };
const copy: Cost = { waits: 'writers', lock: 'SHARED', work: 'the table is copied' };
const inPlace: Cost = { waits: 'writers', lock: 'SHARED', work: 'the table is written anew' };

/** MySQL 9 and MariaDB 10.11: what their tables of online DDL say of an InnoDB table is the same for these. */
const ONLINE_DDL: Readonly<Partial<Record<Action, Cost>>> = {
  buildFullText: copy,
  checkKey: copy,
  checkRows: copy,
  retype: copy,
  store: copy,
  fillComputed: copy,
  number: inPlace,
};

/**
 * What keeps others waiting, for each database; what is not there does not. PostgreSQL: the lock levels of its manual's chapter
 * on ALTER TABLE. MySQL 9 and MariaDB 10.11: their tables of online DDL, each line asked of the server by the tests. SQLite has one
 * writer at a time in any case, and never keeps a reader waiting in WAL mode.
 */
export const COSTS: Readonly<Record<DialectId, Readonly<Partial<Record<Action, Cost>>>>> = {
  sqlite: {},
  postgres: {
    buildIndex: share,
    buildFullText: share,
    dropIndex: { waits: 'readers and writers', lock: 'ACCESS EXCLUSIVE', work: undefined },
    checkKey: { waits: 'writers', lock: 'SHARE ROW EXCLUSIVE', work: 'every row is looked up' },
    checkRows: scan,
    requireValues: scan,
    retype: rewrite,
    store: rewrite,
    fillComputed: rewrite,
    number: rewrite,
    rekey: { waits: 'readers and writers', lock: 'ACCESS EXCLUSIVE', work: 'its index is built' },
  },
  mysql: ONLINE_DDL,
  mariadb: ONLINE_DDL,
};

/** In words, of a table. */
export function costInWords(table: string, { waits, lock, work }: Cost): string {
  const long =
    work === undefined ? ', which is short, but waits for whoever uses the table, and all others behind it' : '';
  return work === undefined
    ? `${capital(waits)} of ${table} wait for it (${lock} lock)${long}.`
    : `${capital(work)} while ${waits} of ${table} wait (${lock} lock).`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
