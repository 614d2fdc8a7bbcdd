import type { Expression } from '../core/ast/expressions.ts';
import type {
  ColumnSchema,
  ForeignKeySchema,
  IndexSchema,
  Schema,
  TableName,
  TableSchema,
} from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { foreignKeyKey, generatedKey, indexKey, isSameColumn, typeKey } from './compare.ts';
import type { Comparison } from './compare.ts';
import { creationOrder, forwardReferences, keyOf } from './creation-order.ts';
import { applyOperation } from './operations/apply.ts';
import { readsColumn } from './operations/conditions.ts';
import type { Operation } from './operations/operation.ts';
import { columnRenames, tableRenames } from './renames.ts';
import { findTable } from './state.ts';
import { createdViews, droppedViews } from './view-diff.ts';

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
  const how = { dialect, stored: options.stored ?? false };
  const tables = new TableDiff(from, to, how).run();
  const dropped = droppedViews(from, to, dialect, tables);
  const created = createdViews(from, to, dropped);
  return [...dropped, ...tables, ...created];
}

/** The operations on tables; views are out of the way meanwhile. */
class TableDiff {
  readonly #to: Schema;
  readonly #how: Comparison;
  readonly #operations: Operation[] = [];
  /** What there is after the operations so far. */
  #at: Schema;

  constructor(from: Schema, to: Schema, how: Comparison) {
    this.#at = { ...from, views: [] };
    this.#to = to;
    this.#how = how;
  }

  run(): Operation[] {
    for (const operation of tableRenames(this.#at, this.#to)) this.#do(operation);
    for (const table of this.#common()) this.#dropComputed(table);
    for (const table of this.#common())
      for (const operation of columnRenames(this.#now(table), table)) this.#do(operation);
    for (const table of this.#common()) this.#dropParts(table);
    this.#dropKeysOfGoing();
    this.#createTables();
    for (const table of this.#common()) this.#changeColumns(table);
    this.#dropTables();
    for (const table of this.#common()) this.#addParts(table);
    for (const table of this.#common()) this.#addForeignKeys(table);
    return this.#operations;
  }

  #do(operation: Operation): void {
    this.#operations.push(operation);
    this.#at = applyOperation(this.#at, operation);
  }

  #keyOf(key: ForeignKeySchema): string {
    return foreignKeyKey(this.#how, key);
  }

  /** Tables that are there already, as they are to be. */
  #common(): TableSchema[] {
    return sorted(this.#to.tables).filter((table) => findTable(this.#at, table) !== undefined);
  }

  #now(table: TableName): TableSchema {
    return findTable(this.#at, table)!;
  }

  /**
   * Computed columns that change are made anew, and so are those that read a column that changes: no database alters an expression,
   * and few alter what one reads. Whatever reads them goes first.
   */
  #dropComputed(wanted: TableSchema): void {
    const table = nameOf(wanted);
    const now = this.#now(wanted);
    const renamed = new Map(columnRenames(now, wanted).map(({ from, to }) => [from, to]));
    const afterwards = ({ name }: ColumnSchema): ColumnSchema | undefined =>
      columnOf(wanted, renamed.get(name) ?? name);
    const moved = now.columns.filter((column) => {
      const other = afterwards(column);
      return other === undefined || renamed.has(column.name) || typeKey(other.type) !== typeKey(column.type);
    });
    for (const column of now.columns) {
      const { generated } = column;
      const other = afterwards(column);
      if (generated === undefined && (other?.generated === undefined || renamed.has(column.name))) continue;
      const stays = generated !== undefined && other !== undefined && other.generated === undefined;
      const isSame = generatedKey(column) === (other === undefined ? undefined : generatedKey(other));
      const reads =
        generated !== undefined && moved.some(({ name }) => name !== column.name && generated.sql.includes(name));
      if (isSame && !reads && !moved.includes(column)) continue;
      this.#dropReaders(now, column.name);
      if (stays)
        this.#do({
          kind: 'alterColumn',
          table,
          column: { ...column, generated: undefined },
          fill: undefined,
          using: undefined,
        });
      else this.#do({ kind: 'dropColumn', table, column: column.name });
    }
  }

  /** Constraints and indexes of a column, which come back with it. */
  #dropReaders(now: TableSchema, column: string): void {
    const table = nameOf(now);
    const { indexes, checks, foreignKeys } = this.#now(now);
    for (const { name, columns } of foreignKeys)
      if (columns.includes(column)) this.#do({ kind: 'dropConstraint', table, name });
    for (const { name, condition } of checks)
      if (readsColumn(condition, column)) this.#do({ kind: 'dropConstraint', table, name });
    for (const index of indexes)
      if (
        index.parts.some((part) => part.column === column) ||
        expressionsOf(index).some((node) => readsColumn(node, column))
      )
        this.#do({ kind: 'dropIndex', table, name: index.name, concurrently: false });
  }

  /** Constraints and indexes that are not wanted any more, or not as they are. */
  #dropParts(wanted: TableSchema): void {
    const table = nameOf(wanted);
    const now = this.#now(wanted);
    const keys = new Set(wanted.foreignKeys.map((key) => this.#keyOf(key)));
    for (const key of now.foreignKeys)
      if (!keys.has(this.#keyOf(key)) || this.#isDisturbed(now, key) || this.#isInTheWay(wanted, key))
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
      const same = this.#sameIndex(wanted, index);
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

  /** Columns that become ones of another type, if not here, then on another database. */
  #changing(now: TableSchema): string[] {
    const wanted = findTable(this.#to, now);
    const others = now.columns.filter(({ name, type }) => {
      const other = wanted === undefined ? undefined : columnOf(wanted, name);
      return other !== undefined && typeKey(other.type) !== typeKey(type);
    });
    return [...this.#retyped(now), ...others.map(({ name }) => name)];
  }

  /** Whether a key has kept the name, from a table or column that was renamed, that another one is to have. */
  #isInTheWay(wanted: TableSchema, key: ForeignKeySchema): boolean {
    return this.#to.tables.some((table) =>
      table.foreignKeys.some(
        (other) => other.name === key.name && (table !== wanted || this.#keyOf(other) !== this.#keyOf(key)),
      ),
    );
  }

  /** Whether a foreign key is in the way of what happens to the columns on either side. */
  #isDisturbed(now: TableSchema, { columns, table, targets }: ForeignKeySchema): boolean {
    const target = findTable(this.#at, table);
    const wanted = findTable(this.#to, table);
    if (target === undefined || wanted === undefined) return false;
    const isBacked = (by: TableSchema): boolean => uniqueLists(by).some((list) => isSameList(list, targets));
    return (
      this.#changing(now).some((name) => columns.includes(name)) ||
      this.#changing(target).some((name) => targets.includes(name)) ||
      !isSameList(target.primaryKey, wanted.primaryKey) ||
      isBacked(target) !== isBacked(wanted)
    );
  }

  /** The index that is wanted and is this one: by its name, or else under another one that no index has. */
  #sameIndex(wanted: TableSchema, index: IndexSchema): IndexSchema | undefined {
    const key = indexKey(this.#how, index);
    const same = wanted.indexes.filter((other) => indexKey(this.#how, other) === key);
    return (
      same.find(({ name }) => name === index.name) ??
      // Names of indexes are those of the whole schema on some databases.
      same.find(({ name }) => this.#at.tables.every(({ indexes }) => indexes.every((other) => other.name !== name)))
    );
  }

  /** Tables that go and refer to each other, or to what changes before they go: their keys go first. */
  #dropKeysOfGoing(): void {
    const going = creationOrder(sorted(this.#at.tables).filter((table) => findTable(this.#to, table) === undefined));
    const circles = new Set(forwardReferences(going));
    for (const table of going)
      for (const key of table.foreignKeys)
        if (circles.has(key) || this.#isDisturbed(table, key))
          this.#do({ kind: 'dropConstraint', table: nameOf(table), name: key.name });
  }

  /** Whether what a foreign key refers to gets another type yet: that of the new table would not be the same. */
  #isMoving({ table, targets }: ForeignKeySchema): boolean {
    const target = findTable(this.#at, table);
    return target !== undefined && this.#changing(target).some((name) => targets.includes(name));
  }

  #createTables(): void {
    const fresh = creationOrder(sorted(this.#to.tables).filter((table) => findTable(this.#at, table) === undefined));
    const circles = new Set(forwardReferences(fresh));
    for (const table of fresh) {
      // What is unique by an index is so when all indexes are there.
      const isKey = ({ table: target, targets }: ForeignKeySchema): boolean =>
        (keyOf(target) === keyOf(table) ? table : findTable(this.#at, target))?.primaryKey.join('\0') ===
        targets.join('\0');
      const foreignKeys = table.foreignKeys.filter((key) => !circles.has(key) && isKey(key) && !this.#isMoving(key));
      const { renamedFrom: _renamed, ...rest } = table;
      this.#do({ kind: 'createTable', table: { ...rest, columns: table.columns.map(bare), foreignKeys } });
    }
  }

  #changeColumns(wanted: TableSchema): void {
    const table = nameOf(wanted);
    const isThere = (column: ColumnSchema): boolean => columnOf(this.#now(wanted), column.name) !== undefined;
    // A computed column reads others, which are there before it and go after it.
    const added = wanted.columns.filter((column) => !isThere(column) && !column.identity);
    for (const column of added) if (column.generated === undefined) this.#addColumn(table, column);
    // A key that is counted up is the primary key before it is, and as long as it is.
    const common = wanted.columns.filter(isThere);
    for (const column of common)
      if (!column.identity || columnOf(this.#now(wanted), column.name)!.identity) this.#alterColumn(wanted, column);
    this.#changeKey(wanted);
    for (const column of common) this.#alterColumn(wanted, column);
    for (const column of added) if (column.generated !== undefined) this.#addColumn(table, column);
    for (const { name } of this.#now(wanted).columns)
      if (columnOf(wanted, name) === undefined) this.#do({ kind: 'dropColumn', table, column: name });
    if (this.#now(wanted).comment !== wanted.comment && !(this.#how.stored && !this.#how.dialect.features.comments))
      this.#do({ kind: 'commentOnTable', table, comment: wanted.comment });
  }

  #addColumn(table: TableName, column: ColumnSchema): void {
    this.#do({ kind: 'addColumn', table, column: bare(column), fill: column.fill });
  }

  #alterColumn(wanted: TableSchema, column: ColumnSchema): void {
    const now = this.#now(wanted);
    const old = columnOf(now, column.name)!;
    if (isSameColumn(this.#how, [now, old], [this.#afterwards(now, wanted), column])) return;
    const fill = old.nullable && !column.nullable ? column.fill : undefined;
    this.#do({ kind: 'alterColumn', table: nameOf(wanted), column: bare(column), fill, using: undefined });
  }

  #changeKey(wanted: TableSchema): void {
    const table = nameOf(wanted);
    const columns = wanted.primaryKey;
    if (isSameList(this.#now(wanted).primaryKey, columns)) return;
    const going = this.#now(wanted).columns.find(
      ({ identity, name }) => identity && columnOf(wanted, name) === undefined,
    );
    if (going !== undefined) this.#do({ kind: 'dropColumn', table, column: going.name });
    const counted = wanted.columns.find(
      ({ identity, name }) => identity && columnOf(this.#now(wanted), name) === undefined,
    );
    if (counted !== undefined) {
      if (this.#now(wanted).primaryKey.length > 0) this.#do({ kind: 'alterPrimaryKey', table, columns: [] });
      this.#addColumn(table, counted);
    }
    if (!isSameList(this.#now(wanted).primaryKey, columns)) this.#do({ kind: 'alterPrimaryKey', table, columns });
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
    const there = new Set(this.#now(wanted).foreignKeys.map((key) => this.#keyOf(key)));
    for (const key of wanted.foreignKeys)
      if (!there.has(this.#keyOf(key)))
        this.#do({ kind: 'addForeignKey', table: nameOf(wanted), key, notValid: false });
  }
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

function isSameList(one: readonly string[], other: readonly string[]): boolean {
  return one.join('\0') === other.join('\0');
}

function nameOf({ schema, name }: TableName): TableName {
  return { schema, name };
}

function sorted(tables: readonly TableSchema[]): TableSchema[] {
  return tables.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}
