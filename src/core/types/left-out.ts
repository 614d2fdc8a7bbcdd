/** Rows of which only some columns are read: `only` and `defer`. */
import type { FIELDS, Model } from './entity.ts';

/** Among the annotations of a query: columns that it leaves out. */
export declare const LEFT_OUT: unique symbol;

/**
 * Says of a query that it leaves columns out, as the keys of `Columns`: what several calls leave out adds up in an intersection. It
 * stands among the annotations, so that a query that reads whole rows pays nothing for it.
 */
export interface LeftOut<Columns> {
  readonly [LEFT_OUT]: Columns;
}

/** The columns of a key that a field says by itself: they are read always. Those of a composite key are named like others. */
export type AlwaysRead<M extends Model> = KeyName<M[typeof FIELDS]>;

type KeyName<F> = {
  [K in keyof F & string]: F[K] extends { readonly '~primary': never } ? never : K | `${K}Id`;
}[keyof F & string];
