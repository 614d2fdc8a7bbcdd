import type { CheckMeta, IndexMeta, ModelMeta, RelationMeta } from '../metadata.ts';
import type { Expression, RawExpression, SelectStatement } from './expressions.ts';

/** Statements that define the schema. */
export type DdlStatement = CreateSchema | CreateTable | AddForeignKey | CreateIndex | DropTable | CreateView | DropView;

/** Where it is missing. */
export interface CreateSchema {
  readonly kind: 'createSchema';
  readonly name: string;
}

export interface CreateTable {
  readonly kind: 'createTable';
  readonly model: ModelMeta;
  /** Checks with their conditions in terms of the table's own columns. */
  readonly checks: readonly (Pick<CheckMeta, 'name'> & { readonly expression: Expression })[];
  /** Indexes that are made with the table. */
  readonly indexes: readonly TableIndex[];
  /** Relations whose foreign keys are added once the tables that they refer to are there. */
  readonly later: readonly RelationMeta[];
  readonly ifNotExists: boolean;
}

/** An index, and the rows that a partial one covers. */
export interface TableIndex {
  readonly index: IndexMeta;
  readonly where: Expression | undefined;
}

export interface AddForeignKey {
  readonly kind: 'addForeignKey';
  readonly model: ModelMeta;
  readonly relation: RelationMeta;
  readonly ifNotExists: boolean;
}

export interface CreateIndex extends TableIndex {
  readonly kind: 'createIndex';
  readonly model: ModelMeta;
  readonly ifNotExists: boolean;
}

export interface DropTable {
  readonly kind: 'dropTable';
  readonly model: ModelMeta;
  readonly ifExists: boolean;
}

export interface CreateView {
  readonly kind: 'createView';
  readonly model: ModelMeta;
  /** Its columns are in the order of the model's, under their names; of raw SQL that is the author's to see to. */
  readonly query: SelectStatement | RawExpression;
  /** In place of one that is there. */
  readonly replace: boolean;
}

export interface DropView {
  readonly kind: 'dropView';
  readonly model: ModelMeta;
  readonly ifExists: boolean;
}
