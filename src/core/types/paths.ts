/** Relation paths: `'author.company'`, `'comments.author'`. */
import type { FIELDS, Model } from './entity.ts';
import type { Names } from './instance.ts';

/**
 * `P` if it is a path of relations of `M`, else the paths that it could be: what an editor completes and an error shows.
 */
export type Path<M extends Model, P extends string> = P extends `${infer H}.${infer R}`
  ? H extends Names<M[typeof FIELDS]>['relation']
    ? `${H}.${Path<M[typeof FIELDS][H]['~model'], R>}`
    : Names<M[typeof FIELDS]>['relation']
  : P extends Names<M[typeof FIELDS]>['relation']
    ? P
    : Names<M[typeof FIELDS]>['relation'];

/** The same for paths of to-one relations only. */
export type ToOnePath<M extends Model, P extends string> = P extends `${infer H}.${infer R}`
  ? H extends Names<M[typeof FIELDS]>['toOne']
    ? `${H}.${ToOnePath<M[typeof FIELDS][H]['~model'], R>}`
    : Names<M[typeof FIELDS]>['toOne']
  : P extends Names<M[typeof FIELDS]>['toOne']
    ? P
    : Names<M[typeof FIELDS]>['toOne'];

/** Arguments that are paths, each inferred for itself. */
export type Paths<M extends Model, P extends readonly string[]> = { [I in keyof P]: Path<M, P[I]> };

/** Arguments that are paths of to-one relations, each inferred for itself. */
export type ToOnePaths<M extends Model, P extends readonly string[]> = { [I in keyof P]: ToOnePath<M, P[I]> };

/**
 * The paths that arguments claim to load. One whose type is a union claims nothing, for nobody knows which of them it is;
 * nor does a spread array, for nobody knows whether it is empty.
 */
export type Claims<P extends readonly string[]> = number extends P['length']
  ? never
  : { [I in keyof P]: One<P[I]> }[number];

type One<P, All = P> = P extends unknown ? ([All] extends [P] ? P : never) : never;
