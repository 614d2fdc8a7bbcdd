import type { Expression } from '../core/ast/expressions.ts';
import type { SubqueryFunctions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { ExpressionBuilder } from './expressions.ts';
import { existsIn, Nestable, valueOf } from './nested.ts';
import type { SetState } from './state.ts';

const made =
  (call: string, make: (set: SetState) => Expression) =>
  (query: unknown): ExpressionBuilder => {
    const set = Nestable.set(query);
    if (set === undefined) throw new InvalidQueryError(`${call} takes a query, not ${describe(query)}.`);
    return new ExpressionBuilder(make(set), set.state.meta.name);
  };

const functions = {
  exists: made('exists()', existsIn),
  subquery: made('subquery()', valueOf),
} as unknown as SubqueryFunctions; // Named cast: the types of results follow from phantom members of the queries.

/**
 * Whether a query has rows. Columns of the query around it may stand in it.
 *
 * @throws InvalidQueryError for a query that locks rows, loads relations or has bounds of its own.
 * @example
 * ```ts
 * import { exists, f, model } from 'blazeorm';
 * import type { Session } from 'blazeorm';
 *
 * class Author extends model('author', { id: f.auto(), name: f.string() }) {}
 * class Post extends model('post', { id: f.auto(), title: f.string(), author: f.foreignKey(() => Author) }) {}
 *
 * export const named = (session: Session) =>
 *   session.query(Author).filter((a) => exists(session.query(Post).filter((p) => p.authorId.eq(a.id).and(p.title.eq(a.name)))));
 * ```
 */
export const exists: SubqueryFunctions['exists'] = functions.exists;

/**
 * The one value of a query of one column; NULL where it has no row. Give it `limit(1)`, or an aggregate: more than one row is an
 * error on most databases.
 *
 * @throws InvalidQueryError for a query of several columns, and as `exists`.
 * @example
 * ```ts
 * import { f, model, subquery } from 'blazeorm';
 * import type { Session } from 'blazeorm';
 *
 * class Author extends model('author', { id: f.auto(), name: f.string() }) {}
 * class Post extends model('post', { id: f.auto(), title: f.string(), author: f.foreignKey(() => Author) }) {}
 *
 * export const withLatest = (session: Session) =>
 *   session.query(Author).annotate((a) => ({
 *     latest: subquery(
 *       session.query(Post).filter((p) => p.authorId.eq(a.id)).orderBy('-id').limit(1).valuesList('title', { flat: true }),
 *     ),
 *   }));
 * ```
 */
export const subquery: SubqueryFunctions['subquery'] = functions.subquery;
