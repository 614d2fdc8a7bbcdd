import type { BeginOptions, Connection } from '../../../src/adapters/adapter.ts';
import { Executor } from '../../../src/adapters/executor.ts';
import type { Database } from '../../../src/index.ts';
import { engineOf } from '../../../src/persistence/database.ts';
import type { Traffic } from '../traffic.ts';

/** Locks with which others cannot write. */
const STRONG = ['ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock'];

/** What others were kept from while it lasted: a table that was locked, and rows of it that were read or written meanwhile. */
export interface Hold {
  readonly table: string;
  readonly rows: number;
}

/**
 * Sees how each statement of a migration treats those who write meanwhile, without a clock. PostgreSQL: before a transaction
 * commits, which locks it holds and how many rows it has gone through under them; one that keeps no writer out is held open until
 * others have committed, and what is done `CONCURRENTLY` is made to last until they have. MySQL and MariaDB: each ALTER TABLE asks
 * for `LOCK=NONE`, so that the server refuses what it cannot do while others write.
 */
export class Witness extends Executor {
  readonly holds: Hold[] = [];
  /** Transactions and statements during which others have committed. */
  passed = 0;
  /** Off where a stage says that others wait. */
  isStrict = true;
  readonly #engine: string;
  readonly #traffic: Traffic;
  #before = new Map<string, number>();

  private constructor(source: Executor, engine: string, traffic: Traffic) {
    super(source);
    this.#engine = engine;
    this.#traffic = traffic;
  }

  /** Watch all that is sent to a database from now on. */
  static of(db: Database, engine: string, traffic: Traffic): Witness {
    const own = engineOf(db);
    const witness = new Witness(own.executor, engine, traffic);
    Object.defineProperty(own, 'executor', { value: witness });
    return witness;
  }

  override async script(connection: Connection, sql: string): Promise<void> {
    if (!this.isStrict) return super.script(connection, sql);
    if (this.#engine !== 'postgres') return super.script(connection, sql.split(';\n').map(withoutLock).join(';\n'));
    if (!/\bCONCURRENTLY\b/.test(sql)) return super.script(connection, sql);
    return this.#lasting(async () => super.script(connection, sql));
  }

  override async begin(connection: Connection, options: BeginOptions): Promise<void> {
    await super.begin(connection, options);
    if (this.#isWatched) this.#before = await this.#rowsOf(connection);
  }

  override async commit(connection: Connection): Promise<void> {
    if (this.#isWatched) await this.#look(connection);
    return super.commit(connection);
  }

  get #isWatched(): boolean {
    return this.isStrict && this.#engine === 'postgres';
  }

  async #look(connection: Connection): Promise<void> {
    const strong = STRONG.map((mode) => `'${mode}'`).join(', ');
    const held = await super.query(
      connection,
      `SELECT DISTINCT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation AND c.relkind = 'r'
       JOIN pg_stat_user_tables s ON s.relid = c.oid
       WHERE l.pid = pg_backend_pid() AND l.granted AND l.mode IN (${strong}) AND c.relname <> 'blaze_migration'`,
      [],
    );
    if (held.length === 0) return this.#pass();
    const after = await this.#rowsOf(connection);
    for (const [name] of held) {
      const table = String(name);
      this.holds.push({ table, rows: (after.get(table) ?? 0) - (this.#before.get(table) ?? 0) });
    }
  }

  /** Rows of each table that this connection has gone through: what the server has not counted up yet, for longer than a transaction. */
  async #rowsOf(connection: Connection): Promise<Map<string, number>> {
    const rows = await super.query(
      connection,
      'SELECT relname, seq_tup_read + COALESCE(idx_tup_fetch, 0) + n_tup_upd FROM pg_stat_xact_user_tables',
      [],
    );
    return new Map(rows.map(([table, count]) => [String(table), Number(count)]));
  }

  /** Others commit while it goes on. */
  async #pass(): Promise<void> {
    await this.#traffic.flow(3);
    this.passed++;
  }

  /** It waits for a transaction that has written before it, which ends once others have committed. */
  async #lasting(run: () => Promise<void>): Promise<void> {
    const { adapter } = this.shared;
    const older = await adapter.acquire({ mode: 'write', purpose: 'a transaction that is older' });
    try {
      await older.begin({});
      await older.query('LOCK TABLE post, comment IN ROW EXCLUSIVE MODE', []);
      const done = run();
      await this.#pass();
      await older.rollback();
      await done;
    } finally {
      adapter.release(older);
    }
  }
}

/** With the word that makes the server refuse what keeps writers out. */
function withoutLock(sql: string): string {
  if (/\bALGORITHM=/.test(sql)) return sql;
  if (/^(?:SET STATEMENT .* FOR )?ALTER TABLE\b/.test(sql)) return `${sql}, LOCK=NONE`;
  return /^CREATE (?:UNIQUE )?INDEX\b/.test(sql) ? `${sql} LOCK=NONE` : sql;
}
