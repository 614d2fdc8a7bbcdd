import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { UnsupportedError } from '../../utils/errors.ts';
import { MigrationLockError } from '../../utils/migration-errors.ts';
import { fileLock } from './file-lock.ts';
import type { MigrationLock } from './file-lock.ts';

export interface LockOptions {
  /** Name of the table that remembers what was applied: databases that have several are migrated side by side. */
  readonly table: string;
  /** The file beside a database that is a file, by which that one is locked. */
  readonly file: string | undefined;
  /** Milliseconds to wait for somebody else. */
  readonly wait: number;
  /** In a cluster: every migrator connects to the same server, where its lock is known. */
  readonly sameServer: boolean;
}

/** Between two tries. */
const PAUSE_MS = 100;

/**
 * Do something while nobody else migrates this database.
 *
 * @throws UnsupportedError where no lock would keep others out; MigrationLockError if somebody else has it for longer than `wait`.
 */
export async function whileLocked<T>(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  options: LockOptions,
  run: () => Promise<T>,
): Promise<T> {
  refuseLockless(connection, dialect, options);
  const lock = lockOf(executor, connection, dialect, options);
  if (lock === undefined) return run();
  const deadline = performance.now() + options.wait;
  while (!(await lock.take())) {
    if (performance.now() >= deadline)
      throw new MigrationLockError('Somebody else is migrating this database.', {
        remedy: 'Wait for the end of that; if it died, its lock goes with its connection, once the server has noticed.',
      });
    await pause(PAUSE_MS);
  }
  let result: T;
  try {
    result = await run();
  } catch (error) {
    // The first error is what went wrong. A connection that is gone has no lock any more.
    await lock.release().catch(() => false);
    throw error;
  }
  if (!(await lock.release()))
    throw new MigrationLockError(
      'The lock was lost while migrations were applied: others may have applied some as well.',
      {
        remedy: 'Connect to the server itself, and not through a proxy that shares connections between transactions.',
      },
    );
  return result;
}

/** @throws UnsupportedError where the lock of a connection says nothing to others. */
function refuseLockless(connection: Connection, { id, name }: Dialect, { sameServer }: LockOptions): void {
  if (connection.perTransaction === true)
    throw new UnsupportedError(
      'Migrations need a connection of their own, and a pooler stands between that lends one for each transaction, as PgBouncer does.',
      {
        feature: 'migrations through a pooler of transactions',
        remedy: 'Give migrations a DSN of the server itself, or say pooler=session if the pooler lends whole sessions.',
      },
    );
  // A server that is one of a cluster cannot say how far apart its keys are.
  if ((id === 'mysql' || id === 'mariadb') && connection.keyStep === 0 && !sameServer)
    throw new UnsupportedError(
      `The server is one of a cluster, where the lock of ${name} keeps nobody out who migrates over another server.`,
      {
        feature: 'a lock for migrations in a cluster',
        remedy: 'Migrate over one server, always the same, and say so: { sameServer: true }.',
      },
    );
}

function lockOf(
  executor: Executor,
  connection: Connection,
  dialect: Dialect,
  { table, file }: LockOptions,
): MigrationLock | undefined {
  const name = createHash('sha256')
    .update(JSON.stringify([dialect.schema ?? null, table]))
    .digest();
  const ask = async (sql: string): Promise<boolean> => {
    const [[answer] = []] = await executor.query(connection, sql, []);
    return Number(answer) === 1;
  };
  switch (dialect.id) {
    case 'sqlite':
      // A database in memory is nobody else's.
      return file === undefined ? undefined : fileLock(executor, connection, dialect.literal({ kind: 'text' }, file));
    case 'postgres': {
      // Of the database: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS
      const key = name.readBigInt64BE().toString();
      return {
        take: () => ask(`SELECT CASE WHEN pg_try_advisory_lock(${key}) THEN 1 ELSE 0 END`),
        release: () => ask(`SELECT CASE WHEN pg_advisory_unlock(${key}) THEN 1 ELSE 0 END`),
      };
    }
    case 'mysql':
    case 'mariadb': {
      // Of the whole server, so the name has the database: https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html
      const text = `SHA2(CONCAT(COALESCE(DATABASE(), ''), '${name.toString('hex')}'), 224)`;
      return { take: () => ask(`SELECT GET_LOCK(${text}, 0)`), release: () => ask(`SELECT RELEASE_LOCK(${text})`) };
    }
  }
}
