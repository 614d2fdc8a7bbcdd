/** Queries that are prepared once and run with other values. */
import type { Model, ModelType } from './entity.ts';
import type { QuerySet } from './queryset.ts';
import type { SessionApi } from './session.ts';

/** A query that has been built, and waits for its parameters `P`. Its rows are `T`. */
export interface Prepared<P, T> {
  /** All rows. Throws `InvalidValueError` for a parameter that is missing or of another type, before anything is sent. */
  all(session: SessionApi, parameters: P): Promise<T[]>;
  /** The first row, or null. Say `limit(1)` in the query where there may be many. */
  first(session: SessionApi, parameters: P): Promise<T | null>;
  /** The only row. Throws `NotFoundError` or `MultipleResultsError`. */
  one(session: SessionApi, parameters: P): Promise<T>;
}

/** `prepare`. */
export interface PrepareFunction {
  /**
   * A query that is built once, for all sessions and databases. `p` names its parameters, and its annotation is their type. Each may stand
   * wherever a value can, a list in `oneOf`, a limit or an offset; but NULL is another query, and no parameter.
   *
   * @example const byEmail = prepare(Author, (q, p: { email: string }) => q.filter({ email: p.email }));
   */
  <M extends Model, P, T>(model: ModelType<M>, build: (query: QuerySet<M>, p: P) => Rows<T>): Prepared<P, T>;
}

/** A query set, or values. */
interface Rows<out T> {
  then<R = T[]>(onfulfilled?: ((rows: T[]) => R | PromiseLike<R>) | null): Promise<R>;
  toSQL(): unknown;
}
