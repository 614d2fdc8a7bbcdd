import type { Connection } from './adapter.ts';
import type { Pooled } from './pool.ts';

/** A place in the log of a primary, which its replicas replay. It only grows. */
export type Position = number | bigint;

/** What is to be known of a server before it is taken for a primary or a replica. */
export interface Identity {
  readonly standby: boolean;
  /** The same for a primary and all that follow it. */
  readonly data: string;
}

/** What a database with replicas is asked; each database in its own words. */
export interface Replication {
  identity(connection: Connection): Promise<Identity>;
  /** How far the primary has come: all that is committed is before it. */
  written(connection: Connection): Promise<Position>;
  /** How far a replica has come: whoever reads there sees all that is before it. Undefined of a server that follows nobody. */
  replayed(connection: Connection): Promise<Position | undefined>;
}

/** A connection to a primary or a replica. */
export interface ReplicationConnection extends Connection, Pooled {
  /** It was lost while something may have been committed. */
  readonly uncertain: boolean;
  /** Close it without a word to the server: what runs on it fails, though no answer ever comes. */
  abandon(): void;
}
