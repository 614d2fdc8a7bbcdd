import type { PrefetchFunction } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';

/** A relation to load by a query set of its own, as it was asked for. Which model it is about is known where it is used. */
export class Prefetch {
  readonly path: string;
  readonly as: string | undefined;
  readonly limitPerParent: unknown;
  readonly build: ((set: object) => unknown) | undefined;

  constructor(path: string, options: Readonly<Record<string, unknown>>, build: Prefetch['build']) {
    this.path = path;
    this.as = options['as'] as string | undefined;
    this.limitPerParent = options['limitPerParent'];
    this.build = build;
    Object.freeze(this);
  }
}

const OPTIONS = ['as', 'limitPerParent'];

function makePrefetch(path: unknown, ...rest: readonly unknown[]): Prefetch {
  if (typeof path !== 'string' || path === '')
    throw new InvalidQueryError(`prefetch() takes a path such as 'posts.comments' first, not ${describe(path)}.`);
  const [options = {}, build, ...more] = typeof rest[0] === 'function' ? [{}, ...rest] : rest;
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new InvalidQueryError(`prefetch('${path}') takes its options as an object, not ${describe(options)}.`);
  if (more.length > 0 || (build !== undefined && typeof build !== 'function'))
    throw new InvalidQueryError(`prefetch('${path}') takes a path, options, and a function of a query set.`);
  const unknown = Object.keys(options).find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined)
    throw new InvalidQueryError(`prefetch('${path}') has no option '${unknown}'.`, {
      remedy: suggest(unknown, OPTIONS),
    });
  return new Prefetch(path, options as Readonly<Record<string, unknown>>, build as Prefetch['build']);
}

/**
 * A relation to load by a query set of your own: filtered, sorted, cut. What it finds goes to an array of its own name, `as`,
 * because a collection is never half full; only what leaves nothing out goes without a name into the collection itself.
 *
 * @param path Relations as in `prefetchRelated`; what comes before the last is loaded, too.
 * @param options `as`: the name of the array. `limitPerParent`: how many at most for each entity.
 * @param build Makes the query set: it is given all rows of the relation's model.
 * @throws InvalidQueryError for options that there are not. Names are checked where a query set takes it.
 * @example
 * ```ts
 * import { f, model, prefetch } from 'blazeorm';
 * import type { Session } from 'blazeorm';
 * class Post extends model('post', { id: f.auto(), comments: f.reverse(() => Comment, 'post') }) {}
 * class Comment extends model('comment', { id: f.auto(), body: f.text(), post: f.foreignKey(() => Post) }) {}
 *
 * export const withLatest = (session: Session) =>
 *   session
 *     .query(Post)
 *     .prefetchRelated(prefetch('comments', { as: 'latest', limitPerParent: 3 }, (c) => c.orderBy('-id')));
 * ```
 */
export const prefetch = makePrefetch as unknown as PrefetchFunction; // Named cast: which model it is about exists for the compiler only.
