import type { Expression } from '../../core/ast/expressions.ts';
import type {
  CheckSchema,
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  TableName,
  TableSchema,
  ViewSchema,
} from '../../core/ast/schema.ts';

/**
 * What a migration does, step by step, without a word on any one database: data, so that it can be replayed, turned round,
 * looked at before it runs, and printed. A closed union.
 */
export type Operation =
  | CreateTableOperation
  | DropTableOperation
  | RenameTableOperation
  | AddColumnOperation
  | DropColumnOperation
  | RenameColumnOperation
  | AlterColumnOperation
  | AlterPrimaryKeyOperation
  | AddForeignKeyOperation
  | AddCheckOperation
  | DropConstraintOperation
  | ValidateConstraintOperation
  | AddIndexOperation
  | DropIndexOperation
  | RenameIndexOperation
  | CommentOnTableOperation
  | CreateViewOperation
  | DropViewOperation
  | RunSqlOperation
  | RunOperation;

/** A condition as a migration file says it: a callback or filter, which is resolved when the table is known. */
export interface Unresolved {
  readonly kind: 'unresolved';
  readonly input: unknown;
}

export type Condition = Expression | Unresolved;

/** A part of the schema whose conditions may still have to be resolved. */
export type Draft<T> = T extends CheckSchema
  ? { readonly name: string; readonly condition: Condition }
  : T extends IndexSchema
    ? Omit<IndexSchema, 'where' | 'parts'> & {
        readonly where: Condition | undefined;
        readonly parts: readonly DraftPart[];
      }
    : never;

export type DraftPart =
  | { readonly column: string; readonly expression?: undefined; readonly descending: boolean }
  | { readonly column?: undefined; readonly expression: Expression; readonly descending: boolean }
  /** Its direction is the callback's. */
  | { readonly column?: undefined; readonly expression: Unresolved; readonly descending?: undefined };

export type DraftCheck = Draft<CheckSchema>;
export type DraftIndex = Draft<IndexSchema>;

export interface DraftTable extends Omit<TableSchema, 'checks' | 'indexes'> {
  readonly checks: readonly DraftCheck[];
  readonly indexes: readonly DraftIndex[];
}

export interface CreateTableOperation {
  readonly kind: 'createTable';
  readonly table: DraftTable;
}

export interface DropTableOperation {
  readonly kind: 'dropTable';
  readonly table: TableName;
}

export interface RenameTableOperation {
  readonly kind: 'renameTable';
  readonly table: TableName;
  readonly to: string;
}

export interface AddColumnOperation {
  readonly kind: 'addColumn';
  readonly table: TableName;
  readonly column: ColumnSchema;
  /** What rows that are there get: a value of the application, or a function that gives it. */
  readonly fill: unknown;
}

export interface DropColumnOperation {
  readonly kind: 'dropColumn';
  readonly table: TableName;
  readonly column: string;
}

export interface RenameColumnOperation {
  readonly kind: 'renameColumn';
  readonly table: TableName;
  readonly from: string;
  readonly to: string;
}

export interface AlterColumnOperation {
  readonly kind: 'alterColumn';
  readonly table: TableName;
  /** As it is afterwards; the name is that of a column that is there. */
  readonly column: ColumnSchema;
  /** What rows get that have NULL, where the column becomes NOT NULL. */
  readonly fill: unknown;
  /** How an old value becomes one of the new type, where the database cannot tell. SQL. */
  readonly using: string | undefined;
}

export interface AlterPrimaryKeyOperation {
  readonly kind: 'alterPrimaryKey';
  readonly table: TableName;
  readonly columns: readonly string[];
}

export interface AddForeignKeyOperation {
  readonly kind: 'addForeignKey';
  readonly table: TableName;
  readonly key: ForeignKeySchema;
  readonly notValid: boolean;
}

export interface AddCheckOperation {
  readonly kind: 'addCheck';
  readonly table: TableName;
  readonly check: DraftCheck;
  readonly notValid: boolean;
}

/** A foreign key, a check or a unique constraint, by its name. */
export interface DropConstraintOperation {
  readonly kind: 'dropConstraint';
  readonly table: TableName;
  readonly name: string;
}

export interface ValidateConstraintOperation {
  readonly kind: 'validateConstraint';
  readonly table: TableName;
  readonly name: string;
}

export interface AddIndexOperation {
  readonly kind: 'addIndex';
  readonly table: TableName;
  readonly index: DraftIndex;
  readonly concurrently: boolean;
}

export interface DropIndexOperation {
  readonly kind: 'dropIndex';
  readonly table: TableName;
  readonly name: string;
  readonly concurrently: boolean;
}

export interface RenameIndexOperation {
  readonly kind: 'renameIndex';
  readonly table: TableName;
  readonly from: string;
  readonly to: string;
}

export interface CommentOnTableOperation {
  readonly kind: 'commentOnTable';
  readonly table: TableName;
  readonly comment: string | undefined;
}

export interface CreateViewOperation {
  readonly kind: 'createView';
  readonly view: ViewSchema;
}

export interface DropViewOperation {
  readonly kind: 'dropView';
  readonly view: TableName;
}

/** One text, or one for each database by its name; several statements as a list. */
export type SqlText = string | readonly string[] | Readonly<Partial<Record<string, string | readonly string[]>>>;

/** SQL of the application's own. What it does to the schema is not known, unless `operations` say it. */
export interface RunSqlOperation {
  readonly kind: 'runSql';
  readonly up: SqlText;
  readonly down: SqlText | undefined;
  /** What it amounts to, for the state that is replayed. */
  readonly operations: readonly Operation[];
  /** Not inside of a transaction. */
  readonly outside: boolean;
  /** Somebody has looked at what it does to those who use the database meanwhile. */
  readonly reviewed?: boolean;
  /** Doing it twice does no harm: what was interrupted is done again, and nobody is asked. */
  readonly repeatable?: boolean;
}

/** What it gets is the concern of whoever runs it: `MigrationContext`. */
export type RunFunction = (context: never) => void | Promise<void>;

/** What a back-fill writes: data, so that it can be printed. */
export interface BackFill {
  readonly table: TableName;
  /** SQL for each column, in terms of the row. */
  readonly set: Readonly<Record<string, string>>;
  /** SQL for the rows that are meant; all, by default. */
  readonly where: string | undefined;
  /** How many rows are written, and locked, at a time. */
  readonly batch: number;
}

/** What is asked of every row: data, so that it can be printed. */
export interface RowCheck {
  readonly table: TableName;
  /** SQL that is not false for any row. */
  readonly condition: string;
  /** How many rows are read at a time. */
  readonly batch: number;
}

/** Code that changes rows. */
export interface RunOperation {
  readonly kind: 'run';
  readonly up: RunFunction;
  readonly down: RunFunction | undefined;
  /** In transactions of its own, many if it likes: done again from the beginning if it was interrupted. */
  readonly outside: boolean;
  /** What it writes, where it is a back-fill, and no other code. */
  readonly backFill?: BackFill;
  /** What it looks for, where it is a look at rows, and no other code. */
  readonly rowCheck?: RowCheck;
}

/** One file. */
export interface MigrationDefinition {
  readonly kind: 'migration';
  /** Names of the migrations that come before it. */
  readonly after: readonly string[];
  /** Names of those that it stands for, where several were squashed into it. */
  readonly replaces: readonly string[];
  readonly operations: readonly Operation[];
}

/** A migration with the name of its file, and a sum over its text. */
export interface Migration extends MigrationDefinition {
  readonly name: string;
  readonly checksum: string;
}
