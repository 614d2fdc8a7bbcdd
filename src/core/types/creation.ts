/** What `bulkCreate` takes. */
import type { EntityOf, FIELDS, Model, SHAPE } from './entity.ts';
import type { Init } from './instance.ts';

/** A new entity, or what its constructor takes. */
export type NewRow<M extends Model> = EntityOf<M> | (Init<M> & PlainInput);

/** Refuses entities of other models, which would pass where the names of their fields do. */
interface PlainInput {
  readonly [FIELDS]?: undefined;
}

/** A column by its name, or the key of a to-one relation by the relation's. */
type Named<M extends Model> = keyof M[typeof SHAPE]['column'] | keyof M[typeof SHAPE]['toOne'];

/** Options of `bulkCreate`. */
export interface BulkCreateOptions<M extends Model> {
  /** What becomes of a row that exists already: an error (by default), it stays as it is, or it takes the new values. */
  readonly onConflict?: 'error' | 'ignore' | 'update';
  /**
   * The fields of the unique key by which a row exists; by default the only one whose values are given. A conflict of any
   * other key is a `UniqueViolationError`.
   */
  readonly conflictFields?: readonly Named<M>[];
  /** What takes new values; by default everything but the key and the conflict's fields. */
  readonly updateFields?: readonly Named<M>[];
  /** Rows in one statement at most, where fewer than usual are wanted. */
  readonly batchSize?: number;
}
