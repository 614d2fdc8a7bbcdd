import { createRequire } from 'node:module';
import { createPool } from 'mysql2/promise';
import type { Pool, PoolConnection, PoolOptions } from 'mysql2/promise';

const { version } = createRequire(import.meta.url)('mysql2/package.json') as { version: string };

export const driverVersions: Readonly<Record<string, string>> = { mysql2: version };

/** A pool with the driver's own defaults, but times in UTC. A contestant does one thing at a time: it has one connection. */
export function openMysql(url: string, options: PoolOptions = {}): Pool {
  return createPool({ uri: url, timezone: 'Z', connectionLimit: 1, ...options });
}

export async function inTransaction(pool: Pool, work: (connection: PoolConnection) => Promise<unknown>): Promise<void> {
  const connection = await pool.getConnection();
  try {
    await connection.beginTransaction();
    await work(connection);
    await connection.commit();
  } catch (error) {
    await connection.rollback();
    throw error;
  } finally {
    connection.release();
  }
}
