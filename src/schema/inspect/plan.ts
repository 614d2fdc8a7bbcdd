import type { ColumnSchema, ForeignKeySchema, TableSchema } from '../../core/ast/schema.ts';
import { isWritable } from '../../core/names.ts';
import { MAX_NAME_BYTES } from '../../utils/naming.ts';
import { keyOf } from '../creation-order.ts';
import { attributeNameOf, classNameOf, Names } from './names.ts';
import type { Code } from './print.ts';

/** A model that is to be written: what is decided about it, step by step. */
export interface ModelPlan {
  readonly table: TableSchema;
  readonly className: string;
  /** The attributes that it has so far. */
  readonly names: Names;
  /** Attributes by columns; for the key of a relation that relation. */
  readonly attributes: Map<string, string>;
  /** Foreign keys that are relations, by their columns. */
  readonly relations: Map<string, ToOnePlan>;
  /** Foreign keys of several columns that are relations. */
  readonly composites: CompositePlan[];
  /** What it has beside its columns: collections, other sides. */
  readonly others: (readonly [name: string, code: Code])[];
  /** What the database has and the model cannot say. */
  readonly unsaid: string[];
}

/** A foreign key that is a relation. */
export interface ToOnePlan {
  readonly key: ForeignKeySchema;
  readonly column: ColumnSchema;
  readonly target: ModelPlan;
  /** Whether one row at most has a given key. */
  readonly unique: boolean;
}

/** A foreign key of several columns that is a relation. */
export interface CompositePlan {
  readonly key: ForeignKeySchema;
  /** In the order of the key that they refer to. */
  readonly columns: readonly ColumnSchema[];
  readonly target: ModelPlan;
  readonly unique: boolean;
}

/** Models of all tables that can be ones; a warning for each of the others. */
export function planModels(tables: readonly TableSchema[], classes: Names, warn: (text: string) => void): ModelPlan[] {
  const seen = new Set<string>();
  return tables.flatMap((table) => {
    const key = keyOf(table).toLowerCase();
    const problem = seen.has(key) ? 'Another table differs from it in capitals only' : problemOf(table);
    if (problem !== undefined) {
      warn(`The table '${table.name}' is no model: ${problem}.`);
      return [];
    }
    seen.add(key);
    return [planModel(table, classes)];
  });
}

export function planModel(table: TableSchema, classes: Names): ModelPlan {
  return {
    table,
    className: classes.take(classNameOf(table.name)),
    names: Names.ofAttributes(),
    attributes: new Map(),
    relations: new Map(),
    composites: [],
    others: [],
    unsaid: [],
  };
}

/** Why a table can be no model; undefined if it can. */
function problemOf({ name, columns, primaryKey }: TableSchema): string | undefined {
  if (primaryKey.length === 0) return 'it has no primary key';
  const names = columns.map((column) => column.name);
  const odd = [name, ...names].find((one) => one === '' || !isWritable(one) || Buffer.byteLength(one) > MAX_NAME_BYTES);
  if (odd !== undefined) return `the name '${odd}' is none that every database takes`;
  if (new Set(names.map((one) => one.toLowerCase())).size < names.length)
    return 'two of its columns differ in capitals only';
  const type = columns.find((column) => primaryKey.includes(column.name) && isStructured(column))?.type.kind;
  return type === undefined ? undefined : `a key of ${type} is none`;
}

function isStructured({ type }: ColumnSchema): boolean {
  return type.kind === 'json' || type.kind === 'array';
}

/** Gives each column an attribute: plain ones first, whose names nothing else can change. */
export function nameColumns(
  { table, names, attributes, relations }: ModelPlan,
  nameOf: (relation: ToOnePlan) => string,
): void {
  for (const { name } of table.columns)
    if (!relations.has(name)) attributes.set(name, names.take(attributeNameOf(name)));
  for (const [column, relation] of relations) attributes.set(column, names.take(nameOf(relation), 'Id'));
}

/** The attribute that holds a column's value: for a relation its key. */
export function valueOf({ attributes, relations }: ModelPlan, column: string): string {
  const name = attributes.get(column)!;
  return relations.has(column) ? `${name}Id` : name;
}

/** Whether one row at most has a given value of this column. */
export function isUnique({ primaryKey, indexes }: TableSchema, column: string): boolean {
  if (primaryKey.length === 1 && primaryKey[0] === column) return true;
  return indexes.some(
    ({ unique, where, parts }) => unique && where === undefined && parts.length === 1 && parts[0]!.column === column,
  );
}
