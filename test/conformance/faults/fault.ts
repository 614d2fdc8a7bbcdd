/** What can go wrong with one request of a driver, and what was seen of it. */

/**
 * - `refused`: the database answers with an error, as of a constraint
 * - `lost`: the connection is cut before the request arrives
 * - `unanswered`: it is done, and the answer does not arrive
 * - `ended`: an error with which SQLite ends the transaction by itself, as where the disk is full
 */
export type FaultKind = 'refused' | 'lost' | 'unanswered' | 'ended';

/** A way to the database on which the nth request fails, once. */
export interface FaultyWay {
  /** The DSN of the database over this way. */
  readonly url: string;
  /** The `at`th request from now on fails; `Infinity` only counts. */
  arm(kind: FaultKind, at: number): void;
  /** Let everything through again. What failed, as far as something did, and the requests since `arm`. */
  disarm(): Seen;
  close(): Promise<void>;
}

export interface Seen {
  /** The statement of the request that failed. */
  readonly failed: string | undefined;
  readonly requests: readonly string[];
  /** How often something was sent when everything before it had been answered. */
  readonly trips: number;
}
