/** Relation paths: `'author.company'`, `'comments.author'`. */
import type { Fields } from './columns.ts';
import type { Model, SHAPE } from './entity.ts';
import type { Names } from './instance.ts';

/** `P` if it is a path of relations of `M`, else the paths that it could be: what an editor completes and an error shows. */
export type Path<M extends Model, P extends string> = PathIn<M[typeof SHAPE], P>;
/** The same for what is inferred from an argument that may be something else. */
export type PathOf<M extends Model, P> = PathIn<M[typeof SHAPE], P>;
type PathIn<S extends AnyShape, P> =
  P extends RelationOf<S>
    ? P
    : P extends `${infer H}.${infer R}`
      ? H extends RelationOf<S>
        ? `${H}.${PathIn<S['fields'][H]['~shape'], R>}`
        : RelationOf<S>
      : RelationOf<S>;

/** The same for paths of to-one relations only. */
export type ToOnePath<M extends Model, P extends string> = ToOnePathOf<M[typeof SHAPE], P>;
type ToOnePathOf<S extends AnyShape, P extends string> =
  P extends ToOneOf<S>
    ? P
    : P extends `${infer H}.${infer R}`
      ? H extends ToOneOf<S>
        ? `${H}.${ToOnePathOf<S['fields'][H]['~shape'], R>}`
        : ToOneOf<S>
      : ToOneOf<S>;

interface AnyShape {
  readonly fields: Fields;
  readonly names: { readonly [id: string]: Names<Fields, string> };
}

type RelationOf<S extends AnyShape> = S['names'][keyof S['names']]['relation'];
type ToOneOf<S extends AnyShape> = S['names'][keyof S['names']]['toOne'];

/** Arguments that are paths of to-one relations, each inferred for itself. */
export type ToOnePaths<M extends Model, P extends readonly string[]> = {
  [I in keyof P]: ToOnePathOf<M[typeof SHAPE], P[I]>;
};

/**
 * The paths that arguments claim to load. One whose type is a union claims nothing, for nobody knows which of them it is;
 * nor does a spread array, for nobody knows whether it is empty.
 */
export type Claims<P extends readonly unknown[]> = number extends P['length']
  ? never
  : { [I in keyof P]: One<P[I]> }[number];

type One<P, All = P> = P extends string | AnyClaim ? ([All] extends [P] ? Claimed<P> : never) : never;
type Claimed<P extends string | AnyClaim> = P extends AnyClaim ? P['~claims'] : P;

/** What a prefetch claims, in one piece, so that no argument of several claims is taken for a choice. */
interface AnyClaim {
  readonly '~claims': Loadable;
}

/** What can be loaded: paths, and relations that go to names of their own. */
export type Loadable = string | AnyPrefetched;

/** A relation that is loaded to a name of its own: any `Prefetched`. */
export interface AnyPrefetched {
  readonly '~path': string;
  readonly '~as': string;
  readonly '~item': unknown;
}
