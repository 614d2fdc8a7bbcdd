import type { Position, Replication } from '../replication.ts';

/**
 * Streaming replication by the positions of its log
 * (https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-RECOVERY-CONTROL). Where the next record would be
 * inserted is after every commit, also one that `synchronous_commit = off` has not written out yet.
 */
export const postgresReplication: Replication = {
  async identity(connection) {
    const [row] = await connection.query(
      "SELECT pg_is_in_recovery(), system_identifier || '/' || current_database() FROM pg_control_system()",
      [],
    );
    const [standby, data] = row as [boolean, string];
    return { standby, data };
  },
  async written(connection) {
    const [row] = await connection.query("SELECT (pg_current_wal_insert_lsn() - '0/0')::int8", []);
    return row![0] as Position;
  },
  async replayed(connection) {
    const [row] = await connection.query(
      "SELECT CASE WHEN pg_is_in_recovery() THEN (pg_last_wal_replay_lsn() - '0/0')::int8 END",
      [],
    );
    return (row![0] as Position | null) ?? undefined;
  },
};
