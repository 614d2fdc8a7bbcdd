import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import type { DialectId } from '../../dialects/dialect.ts';
import { MigrationLockError } from '../../utils/migration-errors.ts';

/** How a database keeps migrators apart: by a lock of the connection, which is gone when the connection is. */
interface LockWords {
  /** Gives 1 where the lock was had. */
  readonly take: (name: string) => string;
  readonly release: (name: string) => string;
}

/**
 * PostgreSQL: https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS.
 * MySQL: https://dev.mysql.com/doc/refman/8.4/en/locking-functions.html; MariaDB has the same.
 * SQLite has one writer: there each transaction looks at the record again before it does anything.
 */
const LOCKS: Readonly<Record<DialectId, LockWords | undefined>> = {
  sqlite: undefined,
  postgres: {
    take: (name) => `SELECT CASE WHEN pg_try_advisory_lock(${keyOf(name)}) THEN 1 ELSE 0 END`,
    release: (name) => `SELECT CASE WHEN pg_advisory_unlock(${keyOf(name)}) THEN 1 ELSE 0 END`,
  },
  mysql: { take: (name) => `SELECT GET_LOCK('${name}', 0)`, release: (name) => `SELECT RELEASE_LOCK('${name}')` },
  mariadb: { take: (name) => `SELECT GET_LOCK('${name}', 0)`, release: (name) => `SELECT RELEASE_LOCK('${name}')` },
};

/** Between two tries. */
const PAUSE_MS = 100;

/**
 * Do something while nobody else migrates this database.
 *
 * @param scope Names the database and the table of migrations: those of others have a lock of their own.
 * @param wait Milliseconds.
 * @throws MigrationLockError if somebody else has the lock for longer.
 */
export async function whileLocked<T>(
  executor: Executor,
  connection: Connection,
  { id, scope, wait }: { readonly id: DialectId; readonly scope: string; readonly wait: number },
  run: () => Promise<T>,
): Promise<T> {
  const words = LOCKS[id];
  if (words === undefined) return run();
  const name = `blaze_${createHash('sha256').update(scope).digest('hex').slice(0, 32)}`;
  const ask = async (sql: string): Promise<boolean> => {
    const [[answer] = []] = await executor.query(connection, sql, []);
    return Number(answer) === 1;
  };
  const deadline = performance.now() + wait;
  while (!(await ask(words.take(name)))) {
    if (performance.now() >= deadline)
      throw new MigrationLockError('Somebody else is migrating this database.', {
        remedy: 'Wait for it to end, or look for a connection that was left open; the lock goes with the connection.',
      });
    await pause(PAUSE_MS);
  }
  let result: T;
  try {
    result = await run();
  } catch (error) {
    // The first error is what went wrong. A connection that is gone has no lock any more.
    await ask(words.release(name)).catch(() => false);
    throw error;
  }
  if (!(await ask(words.release(name))))
    throw new MigrationLockError(
      'The lock was lost while migrations were applied: others may have applied some as well.',
      {
        remedy: 'Connect to the server itself, and not through a proxy that shares connections between transactions.',
      },
    );
  return result;
}

/** 64 bits of the name, as PostgreSQL wants a key. */
function keyOf(name: string): string {
  return createHash('sha256').update(name).digest().readBigInt64BE().toString();
}
