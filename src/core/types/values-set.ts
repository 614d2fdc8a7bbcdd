/** Queries for plain rows. */

/** The SQL of a query and its parameters in the order of their placeholders. */
export interface CompiledSql {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/**
 * A query for plain rows of type `T`, whose columns are `K`. Nothing is sent until it is awaited or iterated over.
 *
 * @example const rows = await session.query(Post).values('title', 'views').orderBy('-views').limit(3);
 */
export interface ValuesSet<out T, out K extends string = keyof T & string> {
  then<R1 = T[], R2 = never>(
    onfulfilled?: ((rows: T[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2>;
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, undefined>;
  /** Sorts by columns of the rows. */
  orderBy(...keys: readonly `${'' | '-'}${K}`[]): ValuesSet<T, K>;
  limit(count: number): ValuesSet<T, K>;
  offset(count: number): ValuesSet<T, K>;
  /** Each row once. What the rows are sorted by has to be among their columns. */
  distinct(): ValuesSet<T, K>;
  /** Stops after so many milliseconds, in the database too, with a `QueryTimeoutError`. */
  timeout(milliseconds: number): ValuesSet<T, K>;
  /** Stops when the signal is aborted, in the database too, with a `QueryAbortedError`. */
  signal(signal: AbortSignal): ValuesSet<T, K>;
  first(): Promise<T | null>;
  all(): Promise<T[]>;
  count(): Promise<number>;
  toSQL(): CompiledSql;
}
