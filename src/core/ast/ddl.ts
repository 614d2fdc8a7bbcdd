import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  TableName,
  TableSchema,
  ViewSchema,
} from './schema.ts';

/** Statements that define the schema. A closed union: dialects switch over it exhaustively. */
export type DdlStatement =
  | CreateSchema
  | CreateTable
  | DropTable
  | RenameTable
  | AddColumn
  | DropColumn
  | RenameColumn
  | AlterColumn
  | AlterPrimaryKey
  | AddForeignKey
  | DropForeignKey
  | CreateIndex
  | DropIndex
  | RenameIndex
  | AddCheck
  | DropCheck
  | ValidateConstraint
  | CommentOnTable
  | CreateView
  | DropView;

/** Where it is missing. */
export interface CreateSchema {
  readonly kind: 'createSchema';
  readonly name: string;
}

/** With its keys and checks; indexes are statements of their own, but where `features.indexesInTable` says otherwise. */
export interface CreateTable {
  readonly kind: 'createTable';
  readonly table: TableSchema;
  readonly ifNotExists: boolean;
}

export interface DropTable {
  readonly kind: 'dropTable';
  readonly table: TableName;
  readonly ifExists: boolean;
  /** Foreign keys of other tables to it go as well. */
  readonly cascade?: boolean;
}

/** In the same schema. */
export interface RenameTable {
  readonly kind: 'renameTable';
  readonly table: TableName;
  readonly to: string;
}

export interface AddColumn {
  readonly kind: 'addColumn';
  /** As it is with the column. */
  readonly table: TableSchema;
  readonly column: ColumnSchema;
}

export interface DropColumn {
  readonly kind: 'dropColumn';
  readonly table: TableName;
  readonly column: string;
}

export interface RenameColumn {
  readonly kind: 'renameColumn';
  /** As it is afterwards. */
  readonly table: TableSchema;
  readonly from: string;
  readonly to: string;
  /** What reads it and does not follow by itself everywhere, as it is afterwards: checks, and indexes of words. */
  readonly readers?: { readonly checks: readonly CheckSchema[]; readonly indexes: readonly IndexSchema[] };
}

/** Type, NOT NULL, default, comment, expression: whatever differs between `from` and `to`, which have one name. */
export interface AlterColumn {
  readonly kind: 'alterColumn';
  /** As it is afterwards. */
  readonly table: TableSchema;
  readonly from: ColumnSchema;
  readonly to: ColumnSchema;
  /** How values of the old type become ones of the new, where the database cannot tell. SQL. */
  readonly using?: string | undefined;
}

export interface AlterPrimaryKey {
  readonly kind: 'alterPrimaryKey';
  readonly table: TableSchema;
  readonly from: readonly string[];
}

export interface AddForeignKey {
  readonly kind: 'addForeignKey';
  readonly table: TableName;
  readonly key: ForeignKeySchema;
  readonly ifNotExists: boolean;
  /** Not now: rows that are there are checked later, by `validateConstraint`. */
  readonly notValid?: boolean;
}

export interface DropForeignKey {
  readonly kind: 'dropForeignKey';
  /** As it is afterwards. */
  readonly table: TableSchema;
  readonly key: ForeignKeySchema;
}

export interface CreateIndex {
  readonly kind: 'createIndex';
  readonly table: TableSchema;
  readonly index: IndexSchema;
  readonly ifNotExists: boolean;
  /** Without keeping writers out; not inside of a transaction then. */
  readonly concurrently?: boolean;
}

export interface DropIndex {
  readonly kind: 'dropIndex';
  /** As it is afterwards. */
  readonly table: TableSchema;
  readonly index: IndexSchema;
  readonly concurrently?: boolean;
}

export interface RenameIndex {
  readonly kind: 'renameIndex';
  readonly table: TableName;
  readonly from: string;
  readonly to: string;
}

export interface AddCheck {
  readonly kind: 'addCheck';
  readonly table: TableName;
  readonly check: CheckSchema;
  readonly notValid?: boolean;
}

export interface DropCheck {
  readonly kind: 'dropCheck';
  readonly table: TableName;
  readonly name: string;
}

/** Look at the rows that were there before a constraint that was added `notValid`. */
export interface ValidateConstraint {
  readonly kind: 'validateConstraint';
  readonly table: TableName;
  readonly name: string;
}

export interface CommentOnTable {
  readonly kind: 'commentOnTable';
  readonly table: TableName;
  readonly comment: string | undefined;
}

export interface CreateView {
  readonly kind: 'createView';
  readonly view: ViewSchema;
  /** In place of one that is there. */
  readonly replace: boolean;
}

export interface DropView {
  readonly kind: 'dropView';
  readonly view: TableName;
  readonly ifExists: boolean;
}
