/** Relation paths: `'author.company'`, `'comments.author'`. */
import type { Model, SHAPE } from './entity.ts';

/** `P` if it is a path of relations of `M`, else the paths that it could be: what an editor completes and an error shows. */
export type Path<M extends Model, P extends string> = PathIn<M[typeof SHAPE]['relation'], P>;
/** The same for what is inferred from an argument that may be something else. */
export type PathOf<M extends Model, P> = PathIn<M[typeof SHAPE]['relation'], P>;
/** The same for paths of to-one relations only. */
export type ToOnePath<M extends Model, P extends string> = PathIn<M[typeof SHAPE]['toOne'], P>;

/** The relations of a model by name, each with those of its target. */
export interface Relations {
  readonly [name: string]: Relations;
}

/** The same for the relations `R`, whose names are `N`. */
export type PathIn<R extends Relations, P, N extends string = keyof R & string> = P extends N
  ? P
  : P extends `${infer H}.${infer T}`
    ? H extends N
      ? `${H}.${PathIn<R[H], T>}`
      : N
    : N;

/** Arguments that are paths of to-one relations, each inferred for itself. */
export type ToOnePaths<M extends Model, P> = PathsIn<M[typeof SHAPE]['toOne'], P>;
// `P` has no bound: of an array, each index would be checked to be one, wherever the type is mapped.
type PathsIn<R extends Relations, P> = { [I in keyof P]: PathIn<R, P[I]> };

/**
 * The paths that arguments claim to load. One whose type is a union claims nothing, for nobody knows which of them it is;
 * nor does a spread array, for nobody knows whether it is empty.
 */
export type Claims<P extends readonly unknown[]> = number extends P['length'] ? never : Each<P>[number];
type Each<P> = { [I in keyof P]: One<P[I]> };

type One<P, All = P> = P extends string
  ? [All] extends [P]
    ? P
    : never
  : P extends AnyClaim
    ? [All] extends [P]
      ? P['~claims']
      : never
    : never;

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
