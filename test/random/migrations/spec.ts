/** Schemas made by chance, as data: what two of them have in common has one number in both. */

/** What a column holds, by a name that says all of it. */
export type TypeName =
  | 'smallInt'
  | 'int'
  | 'bigint'
  | 'float'
  | 'decimal(6,2)'
  | 'decimal(10,4)'
  | 'decimal(12,0)'
  | 'string(40)'
  | 'string(120)'
  | 'string'
  | 'text'
  | 'enum'
  | 'bool'
  | 'date'
  | 'datetime'
  | 'time'
  | 'uuid'
  | 'json'
  | 'binary'
  | 'array';

export interface ColumnSpec {
  readonly id: number;
  readonly name: string;
  readonly renamedFrom?: string | undefined;
  readonly type: TypeName;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly dbDefault?: string | number | boolean | undefined;
  /** Whether rows that are there get a value where it is missing: the model has a default. */
  readonly fill: boolean;
  /** Computed from another column. */
  readonly generated?: { readonly from: number; readonly factor: number; readonly stored: boolean } | undefined;
  readonly comment?: string | undefined;
}

export type Action = 'no action' | 'restrict' | 'cascade' | 'set null' | 'set default';

export interface RelationSpec {
  readonly id: number;
  readonly name: string;
  readonly renamedFrom?: string | undefined;
  /** A table's number. */
  readonly target: number;
  /** The number of the column that it refers to. */
  readonly to: number;
  readonly nullable: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly onDelete: Action;
  readonly onUpdate: Action;
}

export interface IndexSpec {
  readonly id: number;
  readonly parts: readonly { readonly column: number; readonly descending: boolean }[];
  readonly unique: boolean;
  /** The column whose rows it covers where it is, or is not, NULL. */
  readonly where?: { readonly column: number; readonly isNull: boolean } | undefined;
}

export interface CheckSpec {
  readonly id: number;
  readonly column: number;
  readonly form: number;
}

export interface LinkSpec {
  readonly id: number;
  readonly target: number;
}

export interface TableSpec {
  readonly id: number;
  readonly name: string;
  readonly renamedFrom?: string | undefined;
  readonly comment?: string | undefined;
  /** Numbers of columns. */
  readonly key: readonly number[];
  /** Whether the database counts the key up. */
  readonly identity: boolean;
  readonly columns: readonly ColumnSpec[];
  readonly relations: readonly RelationSpec[];
  readonly indexes: readonly IndexSpec[];
  readonly checks: readonly CheckSpec[];
  readonly links: readonly LinkSpec[];
}

export interface ViewSpec {
  readonly id: number;
  readonly name: string;
  readonly table: number;
  /** Without those of the key, which it has as well. */
  readonly columns: readonly number[];
}

export interface SchemaSpec {
  readonly tables: readonly TableSpec[];
  readonly views: readonly ViewSpec[];
}

/** Two schemas, the second of which came of the first by some changes. */
export interface Pair {
  readonly from: SchemaSpec;
  readonly to: SchemaSpec;
  /** What was changed, for who reads a failure. */
  readonly edits: readonly string[];
}

export function isNumber(type: TypeName): boolean {
  return /^(?:smallInt|int|bigint|float|decimal)/.test(type);
}

export function isText(type: TypeName): boolean {
  return type === 'text' || type.startsWith('string');
}

/** Types whose values differ from row to row, and that can stand in a key. */
export function isKeyable(type: TypeName): boolean {
  return isText(type) || ['smallInt', 'int', 'bigint', 'uuid', 'date', 'decimal(6,2)'].includes(type);
}
