/** Whom the first `.load()` of a relation loads for: all that came from the same query, this one alone, or nobody. */
export type FetchMode = 'peers' | 'one' | 'raise';

/** When pending changes are written before a query: inside transactions, at commit only, or when told to. */
export type FlushMode = 'auto' | 'commit' | 'manual';

/** Settings of a session; a database has them for all of its sessions. */
export interface SessionOptions {
  /** Whom the first `.load()` loads for. Default `peers`. */
  readonly fetchMode?: FetchMode;
  /** Default `auto`. */
  readonly flushMode?: FlushMode;
}
