import type { CheckMeta, IndexMeta, ModelMeta, RelationMeta } from '../metadata.ts';
import type { Expression } from './expressions.ts';

/** Statements that define the schema. */
export type DdlStatement = CreateTable | AddForeignKey | CreateIndex | DropTable;

export interface CreateTable {
  readonly kind: 'createTable';
  readonly model: ModelMeta;
  /** Checks with their conditions in terms of the table's own columns. */
  readonly checks: readonly (CheckMeta & { readonly expression: Expression })[];
  /** Relations whose foreign keys are added once the tables that they refer to are there. */
  readonly later: readonly RelationMeta[];
  readonly ifNotExists: boolean;
}

export interface AddForeignKey {
  readonly kind: 'addForeignKey';
  readonly model: ModelMeta;
  readonly relation: RelationMeta;
  readonly ifNotExists: boolean;
}

export interface CreateIndex {
  readonly kind: 'createIndex';
  readonly model: ModelMeta;
  readonly index: IndexMeta;
  /** Rows that a partial index covers. */
  readonly where: Expression | undefined;
  readonly ifNotExists: boolean;
}

export interface DropTable {
  readonly kind: 'dropTable';
  readonly model: ModelMeta;
  readonly ifExists: boolean;
}
