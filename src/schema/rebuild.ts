import type { ColumnSchema, Schema, TableName, TableSchema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { typeKey } from './compare.ts';
import { keyOf } from './creation-order.ts';
import { constraintIn } from './operations/apply.ts';
import type { Operation } from './operations/operation.ts';
import { tableIn } from './state.ts';

/**
 * A table that is made anew, because SQLite alters little in place: how it was, how it is to be, and where the values of its columns
 * come from. How it is done is in `rebuild-steps.ts`.
 */
export class Rebuild {
  readonly before: TableSchema;
  readonly after: TableSchema;
  /** SQL in terms of the old table, for each column of the new one that is written. */
  readonly sources: ReadonlyMap<string, string>;
  /** Columns of another type, none of whose values may get lost: SQL that is NULL for those that would be. */
  readonly converted: ReadonlyMap<string, string>;

  constructor(
    before: TableSchema,
    after: TableSchema,
    sources: ReadonlyMap<string, string>,
    converted: ReadonlyMap<string, string>,
  ) {
    this.before = before;
    this.after = after;
    this.sources = sources;
    this.converted = converted;
  }

  /** This and another one of the same table, done in one; undefined if the second reads what the first has changed. */
  with(next: Rebuild): Rebuild | undefined {
    if (keyOf(this.after) !== keyOf(next.before)) return undefined;
    const isPlain = this.after.columns.every(
      ({ name, generated }) => generated !== undefined || this.sources.get(name) === quoted(name),
    );
    const sources = new Map<string, string>();
    for (const [column, source] of next.sources) {
      const first = this.sources.get(column);
      if (isPlain) sources.set(column, source);
      else if (source !== quoted(column)) return undefined;
      // Without a source the first one leaves a column to its default.
      else if (first !== undefined) sources.set(column, first);
    }
    const converted = new Map([...this.converted, ...next.converted].filter(([name]) => sources.has(name)));
    return new Rebuild(this.before, next.after, sources, converted);
  }
}

/** Whether SQLite does it without making the table anew (https://sqlite.org/lang_altertable.html). */
export function isAlteredInPlace(operation: Operation, before: Schema): boolean {
  switch (operation.kind) {
    case 'alterColumn':
    case 'alterPrimaryKey':
    case 'addForeignKey':
    case 'addCheck':
      return false;
    case 'dropConstraint':
      return 'parts' in constraintIn(tableIn(before, operation.table), operation.name);
    case 'addColumn': {
      const { column, fill } = operation;
      if (column.identity || column.generated?.stored === true) return false;
      if (column.generated !== undefined) return true;
      // A default that is computed is refused where there are rows.
      const constant = column.default === undefined || typeof column.default !== 'string';
      return constant && fill === undefined && (column.nullable || (column.default ?? null) !== null);
    }
    case 'dropColumn': {
      const table = tableIn(before, operation.table);
      return (
        !table.primaryKey.includes(operation.column) && table.columns.every(({ generated }) => generated === undefined)
      );
    }
    default:
      return true;
  }
}

export function rebuildOf(operation: Operation, before: Schema, after: Schema, dialect: Dialect): Rebuild {
  // Every operation that is not done in place is about one table, which keeps its name.
  const { table } = operation as Operation & { readonly table: TableName };
  const [from, to] = [tableIn(before, table), tableIn(after, table)];
  const sources = new Map<string, string>();
  for (const column of to.columns) {
    if (column.generated !== undefined) continue;
    const old = from.columns.find(({ name }) => name === column.name);
    const source = old === undefined ? fillOf(operation, column, dialect) : valueOf(operation, old, column, dialect);
    if (source !== undefined) sources.set(column.name, source);
  }
  return new Rebuild(from, to, sources, convertedBy(operation, from, sources, dialect));
}

/** What is filled in for NULL is not looked at: it would stand for what is lost. */
function convertedBy(
  operation: Operation,
  { columns }: TableSchema,
  sources: ReadonlyMap<string, string>,
  dialect: Dialect,
): Map<string, string> {
  if (operation.kind !== 'alterColumn' || operation.using !== undefined) return new Map();
  const { column } = operation;
  const from = columns.find(({ name }) => name === column.name);
  if (from === undefined || !sources.has(column.name)) return new Map();
  return new Map([[column.name, converted(from, column, dialect)]]);
}

function fillOf(operation: Operation, column: ColumnSchema, dialect: Dialect): string | undefined {
  if (operation.kind !== 'addColumn' || operation.fill === undefined || column.default !== undefined) return undefined;
  return literalOf(column, operation.fill, dialect);
}

function valueOf(operation: Operation, from: ColumnSchema, to: ColumnSchema, dialect: Dialect): string {
  if (operation.kind !== 'alterColumn' || operation.column.name !== to.name) return quoted(to.name);
  const value = operation.using ?? converted(from, to, dialect);
  if (to.nullable || !from.nullable) return value;
  const fill = operation.fill === undefined ? defaultSql(to, dialect) : literalOf(to, operation.fill, dialect);
  return fill === undefined ? value : `COALESCE(${value}, ${fill})`;
}

/** What the database itself puts where nothing is given, as SQL. */
export function defaultSql({ default: value }: ColumnSchema, dialect: Dialect): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return `(${value})`;
  return typeof value === 'boolean' ? dialect.literal({ kind: 'bool' }, value) : String(value);
}

function literalOf(column: ColumnSchema, fill: unknown, dialect: Dialect): string {
  return dialect.literal(column.type, typeof fill === 'function' ? (fill as () => unknown)() : fill);
}

/** A value of the old type as one of the new. @throws MigrationError where SQL has no words for it. */
function converted(from: ColumnSchema, to: ColumnSchema, dialect: Dialect): string {
  if (typeKey(from.type) === typeKey(to.type)) return quoted(to.name);
  try {
    return dialect.conversion(from, to.type);
  } catch (error) {
    if (!(error instanceof UnsupportedError)) throw error;
    throw new MigrationError(`Nobody can tell how '${to.name}' becomes a column of type ${to.type.kind}.`, {
      cause: error,
      remedy: "Say it in SQL, alterColumn(…, { using: '…' }).",
    });
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
