import type { FieldMeta, ModelMeta } from '../metadata.ts';
import type { Expression, SelectStatement } from './expressions.ts';

/** Statements as the compiler takes them: tables and aliases, no relations. */
export type Statement = SelectStatement | InsertStatement | UpdateStatement | UpdateRowsStatement | DeleteStatement;

/** Rows of the named columns; parameters come in the order of `fields`. */
export interface InsertStatement {
  readonly kind: 'insert';
  readonly model: ModelMeta;
  readonly fields: readonly FieldMeta[];
  /** `lists`: any number of rows, in the form that the dialect takes lists in. */
  readonly rows: number | 'lists';
  readonly returning: readonly FieldMeta[];
  /** `nothing`: a row that exists already stays as it is. */
  readonly onConflict: 'error' | 'nothing';
}

export interface UpdateStatement {
  readonly kind: 'update';
  readonly model: ModelMeta;
  readonly alias: string | undefined;
  readonly set: readonly { readonly field: FieldMeta; readonly value: Expression }[];
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
}

export interface DeleteStatement {
  readonly kind: 'delete';
  readonly model: ModelMeta;
  readonly alias: string | undefined;
  readonly where: Expression | undefined;
}
