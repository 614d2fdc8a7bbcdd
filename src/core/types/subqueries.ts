/** Queries inside of expressions. Types only. */
import type { Cond, NULLABLE } from './expressions.ts';
import type { MembersOf } from './members.ts';

/** The expression that a query of one column gives. */
export declare const COLUMN: unique symbol;

/** A query of one column, which may be NULL as `N`. */
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
  readonly exists: (query: MembersOf<unknown>) => Cond;
  /** The one value of a query of one column; NULL where it has no row. */
  readonly subquery: <N>(query: ColumnOf<N>) => N;
}
