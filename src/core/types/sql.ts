/** The `sql` tag, as types. Types only. */
import type { Expr } from './expressions.ts';

/** A piece of SQL made by the `sql` tag: usable as an expression and inside another `sql`. */
export interface SqlFragment<out T = unknown> extends Expr<T> {
  readonly strings: readonly string[];
  readonly values: readonly unknown[];
}

/** A quoted identifier, made by `sql.id`. */
export interface SqlIdentifier {
  readonly identifier: readonly string[];
}

/**
 * The `sql` tag: every interpolated value becomes a parameter; identifiers only by `sql.id`.
 *
 * @example session.query(Post).annotate((p) => ({ size: sql<number>`length(${p.title})` }))
 */
export interface SqlTag {
  <T = unknown>(strings: TemplateStringsArray, ...values: readonly unknown[]): SqlFragment<T>;
  /** A quoted identifier: `sql.id('schema', 'table')`. */
  id(...parts: readonly string[]): SqlIdentifier;
}
