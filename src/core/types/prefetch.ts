/** `prefetch`: relations that are loaded by a query set of their own. */
import type { ATTRIBUTES, FIELDS, Model } from './entity.ts';
import type { AnyPrefetched, Loadable, PathOf } from './paths.ts';
import type { QuerySet, Row } from './queryset.ts';

declare const OWNER: unique symbol;
declare const CLAIM: unique symbol;

/** What `prefetch` makes, for entities of `M`. `C` is what it claims to load. */
export interface Prefetch<M extends Model, C> {
  readonly [OWNER]: (owner: M) => void;
  readonly [CLAIM]: C;
}

/**
 * A relation that is loaded to a name of its own, for `Loaded`: `Item[]`, or for a relation to one `Item | null`.
 *
 * @example function newest(post: Loaded<Post, Prefetched<'comments', 'latest', Comment[]>>) { return post.latest[0]; }
 */
export interface Prefetched<Path extends string, As extends string, Value> {
  readonly '~path': Path;
  readonly '~as': As;
  readonly '~loaded': Value;
}

/** What a prefetch claims, in one piece, so that no argument of several claims is taken for a choice. */
export interface Claim<C extends Loadable> {
  readonly '~claims': C;
}

/** An argument of `prefetchRelated`: a path, or what `prefetch` makes; `P` is what is inferred from it. */
export type Prefetchable<M extends Model, P> = PathOf<M, P> | Prefetch<M, P>;

/** Options of `prefetch`. `As` is the name that the result goes to. */
export interface PrefetchOptions<As> {
  /** The name of the array on each entity. */
  readonly as: As;
  /** How many rows at most for each entity; those that the order of the query set leaves equal, by their key. */
  readonly limitPerParent?: number;
}

/** The field at the end of a path. */
type FieldAt<M extends Model, P> = P extends `${infer H}.${infer R}`
  ? FieldAt<M[typeof FIELDS][H]['~model'], R>
  : M[typeof FIELDS][P & string];

/** The model that the last relation of a path belongs to. */
type OwnerAt<M extends Model, P> = P extends `${infer H}.${infer R}` ? OwnerAt<M[typeof FIELDS][H]['~model'], R> : M;

/** The path but for its last relation. */
type StepsOf<P> = P extends `${infer H}.${infer R}`
  ? R extends `${string}.${string}`
    ? `${H}.${StepsOf<R>}`
    : H
  : never;

type ValueAt<R extends { readonly kind: string }, Item> = R['kind'] extends 'many' ? Item[] : Item | null;

/** `As` where that is free on the model, else a word why not. */
type FreeName<M extends Model, As> = As extends keyof M | keyof M[typeof ATTRIBUTES] ? `${As & string} is taken` : As;

/** What is loaded below a path. */
type Below<P extends string, L> = L extends string
  ? `${P}.${L}`
  : L extends AnyPrefetched
    ? Prefetched<`${P}.${L['~path']}`, L['~as'], L['~loaded']>
    : never;

/** The type of `prefetch`. */
export interface PrefetchFunction {
  <
    M extends Model,
    const P extends string,
    const As extends string,
    L extends Loadable = never,
    E = unknown,
  >(
    path: PathOf<M, P>,
    options: PrefetchOptions<FreeName<OwnerAt<M, P>, As>>,
    build?: (set: QuerySet<FieldAt<M, P>['~model']>) => QuerySet<FieldAt<M, P>['~model'], L, E>,
  ): Prefetch<M, Claim<StepsOf<P> | Prefetched<P, As, ValueAt<FieldAt<M, P>, Row<FieldAt<M, P>['~model'], L, E>>>>>;
  <M extends Model, const P extends string, L extends Loadable = never, E = unknown>(
    path: PathOf<M, P>,
    build: (set: QuerySet<FieldAt<M, P>['~model']>) => QuerySet<FieldAt<M, P>['~model'], L, E>,
  ): Prefetch<M, Claim<P | Below<P, L>>>;
}
