import { channel } from 'node:diagnostics_channel';

/** A pool as it is at the moment. */
export interface PoolState {
  /** Where its server is, and the database: `db.example.org:5432/app`. */
  readonly name: string;
  /** How many connections it may have. */
  readonly max: number;
  readonly idle: number;
  readonly used: number;
  /** How many wait for one. */
  readonly pending: number;
}

/** What happened to a connection of a pool. */
export interface ConnectionEvent {
  /**
   * It was `opened`, or that `failed`; it was `lent` and `returned`; it was `closed`; or somebody gave up waiting for one (`timeout`).
   */
  readonly kind: 'opened' | 'failed' | 'lent' | 'returned' | 'closed' | 'timeout';
  readonly pool: PoolState;
  /** How long it took to be opened, was waited for, or was used; nothing where it was closed. */
  readonly durationMs: number | undefined;
  readonly error: unknown;
}

/** `diagnostics_channel` of the connections of all pools; nobody listening costs one check. */
export const connectionChannel = channel('blazeorm:connection');
