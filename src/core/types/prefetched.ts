/** What `prefetch` makes, and what it claims to load. */
import type { Model, SHAPE } from './entity.ts';
import type { Loadable, PathIn, PathOf, Relations } from './paths.ts';

declare const OWNER: unique symbol;
declare const CLAIM: unique symbol;

/** What `prefetch` makes, for entities of `M`. `C` is what it claims to load. */
export interface Prefetch<M extends Model, C> {
  readonly [OWNER]: (owner: M) => void;
  readonly [CLAIM]: C;
}

/**
 * A relation that is loaded to a name of its own, for `Loaded`: there it is an array of items, or for a relation to one the
 * item or null.
 *
 * @example function newest(post: Loaded<Post, Prefetched<'comments', 'latest', Comment>>) { return post.latest[0]; }
 */
export interface Prefetched<Path extends string, As extends string, Item> {
  readonly '~path': Path;
  readonly '~as': As;
  readonly '~item': Item;
}

/** What a prefetch claims, in one piece, so that no argument of several claims is taken for a choice. */
export interface Claim<C extends Loadable> {
  readonly '~claims': C;
}

/** An argument of `prefetchRelated`: a path, or what `prefetch` makes; `P` is what is inferred from it. */
export type Prefetchable<M extends Model, P> = PathOf<M, P> | Prefetch<M, P>;

/**
 * Arguments that are paths or prefetches, each inferred for itself. The second half gives `prefetch` its model: the compiler asks
 * for the type of an argument while `P` is not known yet, and a mapped type is nothing then.
 */
export type Prefetchables<M extends Model, P extends readonly unknown[]> =
  | PrefetchablesIn<M, M[typeof SHAPE]['relation'], P>
  | readonly Prefetch<M, unknown>[];
type PrefetchablesIn<M extends Model, R extends Relations, P> = {
  [I in keyof P]: PathIn<R, P[I]> | Prefetch<M, P[I]>;
};
