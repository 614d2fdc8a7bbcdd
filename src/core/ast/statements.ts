import type { FieldMeta, ModelMeta } from '../metadata.ts';
import type { Expression, SelectStatement } from './expressions.ts';

/** Statements as the compiler takes them: tables and aliases, no relations. */
export type Statement =
  | SelectStatement
  | InsertStatement
  | InsertFromStatement
  | UpdateStatement
  | UpdateRowsStatement
  | FindRowsStatement
  | DeleteStatement
  | DeleteRowsStatement;

/** Rows of the named columns; parameters come in the order of `fields`. */
export interface InsertStatement {
  readonly kind: 'insert';
  readonly model: ModelMeta;
  readonly fields: readonly FieldMeta[];
  /** `lists`: any number of rows, in the form that the dialect takes lists in. */
  readonly rows: number | 'lists';
  readonly returning: readonly FieldMeta[];
  /** `nothing`: a row that exists already stays as it is, whatever key says so. */
  readonly onConflict: 'error' | 'nothing' | OnConflict;
}

/** Rows that a query gives; its columns are those of `fields`, in their order. */
export interface InsertFromStatement {
  readonly kind: 'insertFrom';
  readonly model: ModelMeta;
  readonly fields: readonly FieldMeta[];
  readonly query: SelectStatement;
}

/** What becomes of a row whose values of these fields exist already. A conflict of another key is an error. */
export interface OnConflict {
  /** The fields of one unique key. */
  readonly by: readonly FieldMeta[];
  /** Fields that take the new values, a version that counts up; none: the row stays as it is. */
  readonly set: readonly FieldMeta[];
}

export interface UpdateStatement {
  readonly kind: 'update';
  readonly model: ModelMeta;
  readonly alias: string | undefined;
  /** In an order in which each value is read before it is changed, unless they are `circular`. */
  readonly set: readonly { readonly field: FieldMeta; readonly value: Expression }[];
  readonly circular?: true;
  readonly where: Expression | undefined;
}

/** Several rows, each to values of its own. Parameters row by row: `fields`, then those by which the row is found. */
export interface UpdateRowsStatement {
  readonly kind: 'updateRows';
  readonly model: ModelMeta;
  readonly fields: readonly FieldMeta[];
  readonly by: readonly FieldMeta[];
  /** `lists`: any number, as in an INSERT. */
  readonly rows: number | 'lists';
  /** Fields that count up in every row, and take no parameter: the version. */
  readonly counted: readonly FieldMeta[];
}

/**
 * The rows that have these values, whole, each after the number that was given with its values. Parameters row by row:
 * the number, then `by`.
 */
export interface FindRowsStatement {
  readonly kind: 'findRows';
  readonly model: ModelMeta;
  readonly by: readonly FieldMeta[];
  /** `lists`: any number, as in an INSERT. */
  readonly rows: number | 'lists';
  /** Rows that others have committed are to be found, whatever the transaction saw before. */
  readonly locked: boolean;
}

export interface DeleteStatement {
  readonly kind: 'delete';
  readonly model: ModelMeta;
  readonly alias: string | undefined;
  readonly where: Expression | undefined;
}

/** Any number of rows, each found by values of its own. Parameters as those of an INSERT of `lists`. */
export interface DeleteRowsStatement {
  readonly kind: 'deleteRows';
  readonly model: ModelMeta;
  readonly by: readonly FieldMeta[];
}
