/** `prefetch`: relations that are loaded by a query set of their own. */
import type { ATTRIBUTES, FIELDS, Model } from './entity.ts';
import type { AnyPrefetched, Loadable, PathOf } from './paths.ts';
import type { Claim, Prefetch, Prefetched } from './prefetched.ts';
import type { QuerySet, Row } from './queryset.ts';

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

/** `As` where that is free on the model, else a word why not. Of a model that is not known yet, everything is. */
type FreeName<M extends Model, As> = string extends keyof M[typeof ATTRIBUTES]
  ? As
  : As extends keyof M | keyof M[typeof ATTRIBUTES]
    ? `${As & string} is taken`
    : As;

/** What is loaded below a path. */
type Below<P extends string, L> = L extends string
  ? `${P}.${L}`
  : L extends AnyPrefetched
    ? Prefetched<`${P}.${L['~path']}`, L['~as'], L['~item']>
    : never;

type TargetAt<M extends Model, P> = FieldAt<M, P>['~model'];

/** The type of `prefetch`. */
export interface PrefetchFunction {
  <
    M extends Model,
    const P extends string,
    const As extends string,
    T extends Model = TargetAt<M, P>,
    L extends Loadable = never,
    E = unknown,
  >(
    path: PathOf<M, P>,
    options: PrefetchOptions<FreeName<OwnerAt<M, P>, As>>,
    build?: (set: QuerySet<TargetAt<M, P>>) => QuerySet<T, L, E>,
  ): Prefetch<M, Claim<StepsOf<P> | Prefetched<P, As, Row<T, L, E>>>>;
  <M extends Model, const P extends string, L extends Loadable = never>(
    path: PathOf<M, P>,
    build: (set: QuerySet<TargetAt<M, P>>) => QuerySet<TargetAt<M, P>, L>,
  ): Prefetch<M, Claim<P | Below<P, L>>>;
}
