/** Queries inside of expressions. Types only. */
import type { COLUMN, Cond, NULLABLE } from './expressions.ts';

/** Any query that can stand inside of another. */
export interface AnyQuery {
  readonly [COLUMN]: unknown;
}

/** A query of one column, which is `N` where it may be NULL. */
export interface ColumnOf<out N> {
  readonly [COLUMN]: { readonly [NULLABLE]: N };
}

/**
 * Query sets as expressions. Columns of the query around them may stand in them.
 *
 * @example session.query(Author).filter((a) => exists(session.query(Post).filter((p) => p.authorId.eq(a.id))))
 */
export interface SubqueryFunctions {
  /** Whether the query has rows. */
  readonly exists: (query: AnyQuery) => Cond;
  /** The one value of a query of one column; NULL where it has no row. */
  readonly subquery: <N>(query: ColumnOf<N>) => N;
}
