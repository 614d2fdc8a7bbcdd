import type { CheckMeta, IndexMeta, ModelMeta } from '../metadata.ts';

/** Statements that define the schema. */
export type DdlStatement = CreateTable | CreateIndex | DropTable;

export interface CreateTable {
  readonly kind: 'createTable';
  readonly model: ModelMeta;
  readonly checks: readonly CheckMeta[];
  readonly ifNotExists: boolean;
}

export interface CreateIndex {
  readonly kind: 'createIndex';
  readonly model: ModelMeta;
  readonly index: IndexMeta;
  readonly ifNotExists: boolean;
}

export interface DropTable {
  readonly kind: 'dropTable';
  readonly model: ModelMeta;
  readonly ifExists: boolean;
}
