import { UnsupportedError } from '../utils/errors.ts';
import type { Adapter } from './adapter.ts';
import type { ConnectionConfig } from './config.ts';
import { MySQLAdapter } from './mysql/mysql.ts';
import { PostgresAdapter } from './postgres/postgres.ts';
import { postgresReplication } from './postgres/replication.ts';
import { Replica } from './replica.ts';
import { ReplicatedAdapter } from './replicas.ts';
import { SQLiteAdapter } from './sqlite/sqlite.ts';

/**
 * The adapter for a DSN's scheme.
 *
 * @throws UnsupportedError for a database that has none yet.
 */
export async function openAdapter({ scheme }: ConnectionConfig): Promise<Adapter> {
  if (scheme === 'sqlite') return new SQLiteAdapter();
  if (scheme === 'postgres') return new PostgresAdapter();
  if (scheme === 'mysql' || scheme === 'mariadb') return new MySQLAdapter();
  throw new UnsupportedError(`There is no adapter for ${scheme} in this version.`, {
    remedy: "Use a DSN such as 'sqlite:app.db', or pass an adapter of your own.",
  });
}

/** The adapter for a PostgreSQL server and replicas of it. `maxLag`: milliseconds, or as much as it likes. */
export function openReplicated(replicas: readonly ConnectionConfig[], maxLag: number | undefined): Adapter {
  return new ReplicatedAdapter(
    new PostgresAdapter(),
    replicas.map((config) => new Replica(new PostgresAdapter(), config, postgresReplication, maxLag)),
    postgresReplication,
    maxLag,
  );
}
