import type { Connection } from '../../adapters/adapter.ts';
import type { Executor } from '../../adapters/executor.ts';
import { LockTimeoutError } from '../../utils/errors.ts';

/** What keeps migrators apart. It belongs to a connection, and is gone when the connection is. */
export interface MigrationLock {
  /** Whether it was to be had, at once. */
  take(): Promise<boolean>;
  /** Whether it was still held. */
  release(): Promise<boolean>;
}

/** What the file beside the database is called in its connection. */
const ALIAS = 'blaze_migrate';

/**
 * SQLite has no locks of an application's own, and one on the database would last for one transaction. So a small file beside it
 * is opened by the same connection, which keeps the lock on it until it closes it; the system takes it from a process that dies
 * (https://sqlite.org/pragma.html#pragma_locking_mode). The file stays: whoever removed it could remove it under another one.
 *
 * @param file Its path as a text of SQL.
 */
export function fileLock(executor: Executor, connection: Connection, file: string): MigrationLock {
  const script = async (sql: string): Promise<void> => executor.script(connection, sql);
  const detach = async (): Promise<void> => script(`DETACH ${ALIAS}`);
  return {
    async take() {
      const [[patience] = []] = await executor.query(connection, 'SELECT timeout FROM pragma_busy_timeout', []);
      let attached = false;
      await script('PRAGMA busy_timeout = 0');
      try {
        await script(`ATTACH ${file} AS ${ALIAS}`);
        attached = true;
        await script(`PRAGMA ${ALIAS}.locking_mode = EXCLUSIVE; PRAGMA ${ALIAS}.journal_mode = MEMORY`);
        await script(`PRAGMA ${ALIAS}.user_version = 1`);
        return true;
      } catch (error) {
        if (attached) await detach();
        if (!(error instanceof LockTimeoutError)) throw error;
        return false;
      } finally {
        await script(`PRAGMA busy_timeout = ${String(patience)}`);
      }
    },
    async release() {
      await detach();
      return true;
    },
  };
}
