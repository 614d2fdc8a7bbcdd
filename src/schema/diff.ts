import type { Expression } from '../core/ast/expressions.ts';
import type {
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  Schema,
  TableName,
  TableSchema,
  ViewSchema,
} from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { snakeCase } from '../utils/naming.ts';
import { foreignKeyKey, indexKey, isSameColumn } from './compare.ts';
import type { Comparison } from './compare.ts';
import { creationOrder, forwardReferences, keyOf } from './creation-order.ts';
import { applyOperation } from './operations/apply.ts';
import { readsColumn } from './operations/conditions.ts';
import type { Operation } from './operations/operation.ts';
import { findTable, findView } from './state.ts';

/**
 * The operations that make one schema of another, in an order in which each can be done; the same ones, in the same order,
 * whenever it is asked. Names of foreign keys are not compared, nor is the order of columns.
 *
 * @param dialect Whose SQL conditions and views are compared in.
 * @param options `stored`: only what this database can tell apart, as when one side was read from it.
 */
export function diffSchemas(
  from: Schema,
  to: Schema,
  dialect: Dialect,
  options: { readonly stored?: boolean } = {},
): Operation[] {
  return new Diff(from, to, { dialect, stored: options.stored ?? false }).run();
}

class Diff {
  readonly #to: Schema;
  readonly #how: Comparison;
  readonly #operations: Operation[] = [];
  /** What there is after the operations so far. */
  #at: Schema;

  constructor(from: Schema, to: Schema, how: Comparison) {
    this.#at = from;
    this.#to = to;
    this.#how = how;
  }

  run(): Operation[] {
    this.#renameTables();
    for (const table of this.#common()) this.#renameColumns(table);
    this.#dropViews();
    for (const table of this.#common()) this.#dropParts(table);
    this.#dropKeysOfGoing();
    this.#createTables();
    for (const table of this.#common()) this.#changeColumns(table);
    this.#dropTables();
    for (const table of this.#common()) this.#addParts(table);
    for (const table of this.#common()) this.#addForeignKeys(table);
    this.#createViews();
    return this.#operations;
  }

  #do(operation: Operation): void {
    this.#operations.push(operation);
    this.#at = applyOperation(this.#at, operation);
  }

  /** Tables that are there already, as they are to be. */
  #common(): TableSchema[] {
    return sorted(this.#to.tables).filter((table) => findTable(this.#at, table) !== undefined);
  }

  #now(table: TableName): TableSchema {
    return findTable(this.#at, table)!;
  }

  #renameTables(): void {
    for (const table of sorted(this.#to.tables)) {
      const { schema, name, renamedFrom } = table;
      if (renamedFrom === undefined || findTable(this.#at, table) !== undefined) continue;
      const old = { schema, name: renamedFrom };
      if (findTable(this.#at, old) === undefined || findTable(this.#to, old) !== undefined) continue;
      this.#do({ kind: 'renameTable', table: old, to: name });
    }
  }

  #renameColumns(table: TableSchema): void {
    for (const column of table.columns) {
      const now = this.#now(table);
      if (column.renamedFrom === undefined || columnOf(now, column.name) !== undefined) continue;
      const old = formerNames(column.renamedFrom).find(
        (name) => columnOf(now, name) !== undefined && columnOf(table, name) === undefined,
      );
      if (old !== undefined) this.#do({ kind: 'renameColumn', table: nameOf(table), from: old, to: column.name });
    }
  }

  /** Those that go or change, and those that read a table that changes: most databases refuse to alter what a view reads. */
  #dropViews(): void {
    for (const view of [...this.#at.views].toReversed())
      if (!this.#stays(view)) this.#do({ kind: 'dropView', view: nameOf(view) });
  }

  #stays(view: ViewSchema): boolean {
    const wanted = findView(this.#to, view);
    if (wanted === undefined || this.#viewSql(wanted) !== this.#viewSql(view)) return false;
    const text = String(this.#viewSql(view));
    return this.#at.tables.every((table) => !text.includes(table.name) || !this.#changes(table));
  }

  #viewSql({ sql }: ViewSchema): string | undefined {
    return typeof sql === 'string' ? sql : sql[this.#how.dialect.id];
  }

  /** Whether columns of a table change or go. */
  #changes(table: TableSchema): boolean {
    const wanted = findTable(this.#to, table);
    if (wanted === undefined) return true;
    return table.columns.some((column) => {
      const other = columnOf(wanted, column.name);
      return other === undefined || !isSameColumn(this.#how, [table, column], [wanted, other]);
    });
  }

  /** Constraints and indexes that are not wanted any more, or not as they are. */
  #dropParts(wanted: TableSchema): void {
    const table = nameOf(wanted);
    const now = this.#now(wanted);
    const keys = new Set(wanted.foreignKeys.map(foreignKeyKey));
    for (const key of now.foreignKeys)
      if (!keys.has(foreignKeyKey(key)) || this.#isDisturbed(now, key))
        this.#do({ kind: 'dropConstraint', table, name: key.name });
    const retyped = this.#retyped(now);
    const reads = (node: Expression): boolean => retyped.some((column) => readsColumn(node, column));
    for (const check of now.checks) {
      const other = wanted.checks.find(({ name }) => name === check.name);
      const { dialect } = this.#how;
      if (
        other === undefined ||
        dialect.inline(other.condition) !== dialect.inline(check.condition) ||
        reads(check.condition)
      )
        this.#do({ kind: 'dropConstraint', table, name: check.name });
    }
    for (const index of now.indexes) {
      const same = this.#sameIndex(wanted, now, index);
      if (same === undefined || expressionsOf(index).some(reads))
        this.#do({ kind: 'dropIndex', table, name: index.name, concurrently: false });
      else if (same.name !== index.name) this.#do({ kind: 'renameIndex', table, from: index.name, to: same.name });
    }
  }

  /** Columns that become ones of another type: whatever compares their values is made again. */
  #retyped(now: TableSchema): string[] {
    const wanted = findTable(this.#to, now);
    if (wanted === undefined) return [];
    const { dialect } = this.#how;
    return now.columns.flatMap((column) => {
      const other = columnOf(wanted, column.name);
      const same = other === undefined || dialect.columnType(wanted, other) === dialect.columnType(now, column);
      return same ? [] : [column.name];
    });
  }

  /** Whether a foreign key is in the way of what happens to the columns on either side. */
  #isDisturbed(now: TableSchema, { columns, table, targets }: ForeignKeySchema): boolean {
    const target = findTable(this.#at, table);
    const wanted = findTable(this.#to, table);
    if (target === undefined || wanted === undefined) return false;
    const isBacked = (by: TableSchema): boolean =>
      uniqueLists(by).some((list) => list.join('\0') === targets.join('\0'));
    return (
      this.#retyped(now).some((name) => columns.includes(name)) ||
      this.#retyped(target).some((name) => targets.includes(name)) ||
      target.primaryKey.join('\0') !== wanted.primaryKey.join('\0') ||
      isBacked(target) !== isBacked(wanted)
    );
  }

  /** The index that is wanted and is this one: by its name, or else under another one that no index has. */
  #sameIndex(wanted: TableSchema, now: TableSchema, index: IndexSchema): IndexSchema | undefined {
    const key = indexKey(this.#how, index);
    const same = wanted.indexes.filter((other) => indexKey(this.#how, other) === key);
    return (
      same.find(({ name }) => name === index.name) ??
      same.find(({ name }) => now.indexes.every((other) => other.name !== name))
    );
  }

  /** Tables that go and refer to each other: their keys go first. */
  #dropKeysOfGoing(): void {
    const going = creationOrder(sorted(this.#at.tables).filter((table) => findTable(this.#to, table) === undefined));
    const circles = new Set(forwardReferences(going));
    for (const table of going)
      for (const key of table.foreignKeys)
        if (circles.has(key)) this.#do({ kind: 'dropConstraint', table: nameOf(table), name: key.name });
  }

  #createTables(): void {
    const fresh = creationOrder(sorted(this.#to.tables).filter((table) => findTable(this.#at, table) === undefined));
    const circles = new Set(forwardReferences(fresh));
    for (const table of fresh) {
      // What is unique by an index is so when all indexes are there.
      const isKey = ({ table: target, targets }: ForeignKeySchema): boolean =>
        (keyOf(target) === keyOf(table) ? table : findTable(this.#at, target))?.primaryKey.join('\0') ===
        targets.join('\0');
      const foreignKeys = table.foreignKeys.filter((key) => !circles.has(key) && isKey(key));
      const { renamedFrom: _renamed, ...rest } = table;
      this.#do({ kind: 'createTable', table: { ...rest, columns: table.columns.map(bare), foreignKeys } });
    }
  }

  #changeColumns(wanted: TableSchema): void {
    const table = nameOf(wanted);
    for (const column of wanted.columns) {
      const now = this.#now(wanted);
      const old = columnOf(now, column.name);
      if (old === undefined) this.#do({ kind: 'addColumn', table, column: bare(column), fill: column.fill });
      else if (!isSameColumn(this.#how, [now, old], [this.#afterwards(now, wanted), column])) {
        const fill = old.nullable && !column.nullable ? column.fill : undefined;
        this.#do({ kind: 'alterColumn', table, column: bare(column), fill, using: undefined });
      }
    }
    if (this.#now(wanted).primaryKey.join('\0') !== wanted.primaryKey.join('\0'))
      this.#do({ kind: 'alterPrimaryKey', table, columns: wanted.primaryKey });
    for (const column of this.#now(wanted).columns)
      if (columnOf(wanted, column.name) === undefined) this.#do({ kind: 'dropColumn', table, column: column.name });
    if (this.#now(wanted).comment !== wanted.comment && !(this.#how.stored && !this.#how.dialect.features.comments))
      this.#do({ kind: 'commentOnTable', table, comment: wanted.comment });
  }

  /** As the table is to be; types that depend on indexes are compared as if these were there already. */
  #afterwards(now: TableSchema, wanted: TableSchema): TableSchema {
    return this.#how.stored ? wanted : now;
  }

  #dropTables(): void {
    const going = creationOrder(sorted(this.#at.tables).filter((table) => findTable(this.#to, table) === undefined));
    for (const table of going.toReversed()) this.#do({ kind: 'dropTable', table: nameOf(table) });
  }

  #addParts(wanted: TableSchema): void {
    const table = nameOf(wanted);
    const now = this.#now(wanted);
    for (const index of wanted.indexes)
      if (now.indexes.every(({ name }) => name !== index.name))
        this.#do({ kind: 'addIndex', table, index, concurrently: false });
    for (const check of wanted.checks)
      if (now.checks.every(({ name }) => name !== check.name))
        this.#do({ kind: 'addCheck', table, check, notValid: false });
  }

  #addForeignKeys(wanted: TableSchema): void {
    const there = new Set(this.#now(wanted).foreignKeys.map(foreignKeyKey));
    for (const key of wanted.foreignKeys)
      if (!there.has(foreignKeyKey(key)))
        this.#do({ kind: 'addForeignKey', table: nameOf(wanted), key, notValid: false });
  }

  #createViews(): void {
    for (const view of this.#to.views)
      if (findView(this.#at, view) === undefined) this.#do({ kind: 'createView', view });
  }
}

/** The names that a column may have had: what a model says is the name of the field, or of the column. */
function formerNames(given: string): string[] {
  return [given, snakeCase(given), `${snakeCase(given)}_id`];
}

function expressionsOf({ parts, where }: IndexSchema): Expression[] {
  return [...parts.map(({ expression }) => expression), where].filter((node) => node !== undefined);
}

/** The lists of columns that a foreign key can refer to. */
function uniqueLists({ primaryKey, indexes }: TableSchema): (readonly string[])[] {
  const unique = indexes.filter((index) => index.unique && index.where === undefined);
  return [primaryKey, ...unique.map(({ parts }) => parts.map(({ column }) => column ?? ''))];
}

/** A column without what only the diff needs. */
function bare({ renamedFrom: _renamed, fill: _fill, ...column }: ColumnSchema): ColumnSchema {
  return column;
}

function columnOf({ columns }: TableSchema, name: string): ColumnSchema | undefined {
  return columns.find((column) => column.name === name);
}

function nameOf({ schema, name }: TableName): TableName {
  return { schema, name };
}

function sorted(tables: readonly TableSchema[]): TableSchema[] {
  return tables.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
