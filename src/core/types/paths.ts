/** Relation paths: `'author.company'`, `'comments.author'`. */
import type { Fields } from './columns.ts';
import type { Model, SHAPE } from './entity.ts';
import type { Names } from './instance.ts';

/** `P` if it is a path of relations of `M`, else the paths that it could be: what an editor completes and an error shows. */
export type Path<M extends Model, P extends string> = PathOf<M[typeof SHAPE], P>;
type PathOf<S extends AnyShape, P extends string> =
  P extends RelationOf<S>
    ? P
    : P extends `${infer H}.${infer R}`
      ? H extends RelationOf<S>
        ? `${H}.${PathOf<S['fields'][H]['~shape'], R>}`
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

/** Arguments that are paths, each inferred for itself. */
export type Paths<M extends Model, P extends readonly string[]> = { [I in keyof P]: PathOf<M[typeof SHAPE], P[I]> };

/** Arguments that are paths of to-one relations, each inferred for itself. */
export type ToOnePaths<M extends Model, P extends readonly string[]> = {
  [I in keyof P]: ToOnePathOf<M[typeof SHAPE], P[I]>;
};

/**
 * The paths that arguments claim to load. One whose type is a union claims nothing, for nobody knows which of them it is;
 * nor does a spread array, for nobody knows whether it is empty.
 */
export type Claims<P extends readonly string[]> = number extends P['length']
  ? never
  : { [I in keyof P]: One<P[I]> }[number];

type One<P, All = P> = P extends unknown ? ([All] extends [P] ? P : never) : never;
