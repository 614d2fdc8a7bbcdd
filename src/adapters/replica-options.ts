import { ConfigError } from '../utils/errors.ts';
import { ConnectionConfig } from './config.ts';
import type { ConnectionOptions } from './config.ts';

/** Replicas of a database, and what is asked of them. */
export interface ReplicaOptions {
  /**
   * Standbys of the server, each by its DSN or configuration: reads outside of transactions go there. PostgreSQL only. The
   * option `connection` holds for them too.
   */
  readonly replicas?: readonly (string | ConnectionConfig)[] | undefined;
  /** Milliseconds that a replica may lag behind the primary and still be read from. By default it may lag as it likes. */
  readonly maxReplicaLag?: number | undefined;
}

/**
 * Where the replicas are; none where none is wanted.
 *
 * @throws ConfigError for what cannot be a replica, and for a lag of no replica.
 */
export function replicaConfigs(
  scheme: string,
  { replicas = [], maxReplicaLag }: ReplicaOptions,
  connection: ConnectionOptions,
): readonly ConnectionConfig[] {
  if (!Array.isArray(replicas))
    throw refused("The option 'replicas' is a list of DSNs.", 'Write [dsn], also if it is one.');
  if (maxReplicaLag !== undefined && !(maxReplicaLag > 0 && Number.isFinite(maxReplicaLag)))
    throw new ConfigError("The option 'maxReplicaLag' is a number of milliseconds above 0.", {
      field: 'maxReplicaLag',
    });
  if (maxReplicaLag !== undefined && replicas.length === 0)
    throw new ConfigError("The option 'maxReplicaLag' has no effect without 'replicas'.", { field: 'maxReplicaLag' });
  if (replicas.length > 0 && scheme !== 'postgres')
    throw refused(`Replicas are read from on PostgreSQL, not on ${scheme}.`, "Leave out 'replicas'.");
  return replicas.map((source) => replicaConfig(source as string | ConnectionConfig, connection));
}

function replicaConfig(source: string | ConnectionConfig, connection: ConnectionOptions): ConnectionConfig {
  if (typeof source !== 'string' && !(source instanceof ConnectionConfig))
    throw refused('A replica is a DSN or a ConnectionConfig.', "Give it a text such as 'postgres://app@replica/shop'.");
  const config = typeof source === 'string' ? ConnectionConfig.fromDsn(source, connection) : source.with(connection);
  if (config.scheme !== 'postgres')
    throw refused(
      `A replica of a PostgreSQL server was given a DSN for ${config.scheme}.`,
      'Give the DSN of a standby.',
    );
  // How far a replica has come is asked of one connection, and has to hold for all.
  if (config.hosts.length > 1)
    throw refused(`The replica ${config.toString()} is several servers.`, 'Give each server as a replica of its own.');
  return config;
}

function refused(message: string, remedy: string): ConfigError {
  return new ConfigError(message, { field: 'replicas', remedy });
}
