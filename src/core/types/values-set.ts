/** Queries for plain rows. */
import type { COLUMN } from './expressions.ts';

/** The rows of a query. */
export declare const ROWS: unique symbol;

/** Any query for plain rows of type `T`. */
export interface RowsOf<out T> {
  readonly [ROWS]: T;
}

/** The SQL of a query and its parameters in the order of their placeholders. */
export interface CompiledSql {
  readonly sql: string;
  readonly parameters: readonly unknown[];
}

/** The same values, each of which may be NULL. */
type OrNull<T> = { readonly [K in keyof T]: T[K] | null } | null;

/** How a plan is shown: as the database's text, or as what its JSON says. `analyze`: the query is run, to show what it took. */
export interface ExplainOptions {
  readonly analyze?: boolean;
  readonly format?: 'text' | 'json';
}

/**
 * A query for plain rows of type `T`, whose columns are `K`, as expressions `X`. Nothing is sent until it is awaited or iterated over.
 *
 * @example const rows = await session.query(Post).values('title', 'views').orderBy('-views').limit(3);
 */
export interface ValuesSet<out T, out K extends string = keyof T & string, out X = unknown> {
  readonly [ROWS]: T;
  readonly [COLUMN]: X;
  then<R1 = T[], R2 = never>(
    onfulfilled?: ((rows: T[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2>;
  [Symbol.asyncIterator](): AsyncIterator<T, undefined, undefined>;
  /** Sorts by columns of the rows. */
  orderBy(...keys: readonly `${'' | '-'}${K}`[]): ValuesSet<T, K, X>;
  limit(count: number): ValuesSet<T, K, X>;
  offset(count: number): ValuesSet<T, K, X>;
  /** Each row once. What the rows are sorted by has to be among their columns. */
  distinct(): ValuesSet<T, K, X>;
  /**
   * The rows of both, each once; with `all`, as often as they are there. The columns are of one type each, and called alike where rows are objects.
   *
   * @example session.query(Author).values('name').union(session.query(Tag).values('name')).orderBy('name')
   */
  union(other: RowsOf<T>, options?: { readonly all?: boolean }): ValuesSet<T, K, X>;
  /** The rows that are in both, each once. */
  intersection(other: RowsOf<OrNull<T>>): ValuesSet<T, K, X>;
  /** The rows that are not in the other, each once. */
  difference(other: RowsOf<OrNull<T>>): ValuesSet<T, K, X>;
  /** Lets a second-level cache keep the rows, as that of entities. @example .cache({ ttl: 60_000 }) */
  cache(options: { readonly ttl: number; readonly tags?: readonly string[] }): ValuesSet<T, K, X>;
  /** Stops after so many milliseconds, in the database too, with a `QueryTimeoutError`. */
  timeout(milliseconds: number): ValuesSet<T, K, X>;
  /** Stops when the signal is aborted, in the database too, with a `QueryAbortedError`. */
  signal(signal: AbortSignal): ValuesSet<T, K, X>;
  first(): Promise<T | null>;
  all(): Promise<T[]>;
  count(): Promise<number>;
  /** Notes in a comment behind the statement who asks. See `QuerySet`. */
  tag(tags: string | Readonly<Record<string, string>>): ValuesSet<T, K>;
  /** The database's plan. See `QuerySet`. */
  explain(options: ExplainOptions & { readonly format: 'json' }): Promise<unknown>;
  explain(options?: ExplainOptions): Promise<string>;
  toSQL(): CompiledSql;
}
