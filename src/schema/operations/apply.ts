import type { ColumnSchema, ForeignKeySchema, Schema, TableName, TableSchema } from '../../core/ast/schema.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { suggest } from '../../utils/naming.ts';
import { unreachable } from '../../utils/unreachable.ts';
import { keyOf } from '../creation-order.ts';
import { changeTable, findTable, findView, tableIn, withTable, withoutTable } from '../state.ts';
import { readsColumn, resolveCheck, resolveIndex, resolveTable, withColumn } from './conditions.ts';
import type { Operation } from './operation.ts';

/**
 * The schema after an operation.
 *
 * @throws MigrationError for one that does not fit: what it names is missing, or there already, or still needed.
 */
export function applyOperation(schema: Schema, operation: Operation): Schema {
  switch (operation.kind) {
    case 'createTable':
      return createTable(schema, resolveTable(operation.table));
    case 'dropTable':
      return dropTable(schema, operation.table);
    case 'renameTable':
      return renameTable(schema, operation.table, operation.to);
    case 'addColumn':
      return changeTable(schema, operation.table, (table) => addColumn(table, operation.column));
    case 'dropColumn':
      return dropColumn(schema, operation.table, operation.column);
    case 'renameColumn':
      return renameColumn(schema, operation.table, operation.from, operation.to);
    case 'alterColumn':
      return changeTable(schema, operation.table, (table) => alterColumn(table, operation.column));
    case 'alterPrimaryKey':
      return changeTable(schema, operation.table, (table) => {
        for (const column of operation.columns) columnIn(table, column);
        return { ...table, primaryKey: operation.columns };
      });
    case 'addForeignKey':
      return changeTable(schema, operation.table, (table) => addForeignKey(schema, table, operation.key));
    case 'addCheck':
      return changeTable(schema, operation.table, (table) => {
        refuseTwin(table, operation.check.name);
        return { ...table, checks: [...table.checks, resolveCheck(table, operation.check)] };
      });
    case 'dropConstraint':
      return changeTable(schema, operation.table, (table) => dropConstraint(table, operation.name));
    case 'validateConstraint':
      constraintIn(tableIn(schema, operation.table), operation.name);
      return schema;
    case 'addIndex':
      return changeTable(schema, operation.table, (table) => {
        refuseTwin(table, operation.index.name);
        const index = resolveIndex(table, operation.index);
        for (const { column } of index.parts) if (column !== undefined) columnIn(table, column);
        return { ...table, indexes: [...table.indexes, index] };
      });
    case 'dropIndex':
      return changeTable(schema, operation.table, (table) => {
        indexIn(table, operation.name);
        return { ...table, indexes: table.indexes.filter(({ name }) => name !== operation.name) };
      });
    case 'renameIndex':
      return changeTable(schema, operation.table, (table) => {
        const index = indexIn(table, operation.from);
        refuseTwin(table, operation.to);
        return {
          ...table,
          indexes: table.indexes.map((other) => (other === index ? { ...index, name: operation.to } : other)),
        };
      });
    case 'commentOnTable':
      return changeTable(schema, operation.table, (table) => ({ ...table, comment: operation.comment }));
    case 'createView': {
      const { view } = operation;
      if (findView(schema, view) !== undefined || findTable(schema, view) !== undefined) throw exists('view', view);
      return { ...schema, views: [...schema.views, view] };
    }
    case 'dropView': {
      const view = findView(schema, operation.view);
      if (view === undefined) throw missing('view', operation.view.name, schema.views);
      return { ...schema, views: schema.views.filter((other) => other !== view) };
    }
    case 'runSql':
      return operation.operations.reduce(applyOperation, schema);
    case 'run':
      return schema;
    default:
      return unreachable(operation);
  }
}

function createTable(schema: Schema, table: TableSchema): Schema {
  if (findTable(schema, table) !== undefined || findView(schema, table) !== undefined) throw exists('table', table);
  for (const column of table.primaryKey) columnIn(table, column);
  const names = table.columns.map(({ name }) => name.toLowerCase());
  const twin = table.columns.find(({ name }, i) => names.indexOf(name.toLowerCase()) !== i);
  if (twin !== undefined) throw exists('column', twin, table);
  for (const { parts } of table.indexes)
    for (const { column } of parts) if (column !== undefined) columnIn(table, column);
  const bare = { ...table, foreignKeys: [] };
  const around = withTable(schema, bare);
  for (const key of table.foreignKeys) addForeignKey(around, bare, key);
  return withTable(schema, table);
}

function dropTable(schema: Schema, name: TableName): Schema {
  const table = tableIn(schema, name);
  for (const other of schema.tables) {
    const key = other.foreignKeys.find((candidate) => keyOf(candidate.table) === keyOf(name));
    if (other !== table && key !== undefined)
      throw new MigrationError(`The table '${name.name}' cannot go while '${other.name}' refers to it.`, {
        constraint: key.name,
        remedy: `Drop the constraint '${key.name}' of '${other.name}' before it.`,
      });
  }
  return withoutTable(schema, name);
}

function renameTable(schema: Schema, name: TableName, to: string): Schema {
  const table = tableIn(schema, name);
  const renamed = { schema: table.schema, name: to };
  if (findTable(schema, renamed) !== undefined || findView(schema, renamed) !== undefined)
    throw exists('table', renamed);
  return {
    ...schema,
    tables: schema.tables.map((other) => ({
      ...other,
      ...(other === table ? { name: to } : {}),
      foreignKeys: other.foreignKeys.map((key) =>
        keyOf(key.table) === keyOf(table) ? { ...key, table: renamed } : key,
      ),
    })),
  };
}

function addColumn(table: TableSchema, column: ColumnSchema): TableSchema {
  if (table.columns.some(({ name }) => name.toLowerCase() === column.name.toLowerCase()))
    throw exists('column', column, table);
  return {
    ...table,
    columns: [...table.columns, column],
    ...(column.identity && table.primaryKey.length === 0 ? { primaryKey: [column.name] } : {}),
  };
}

function dropColumn(schema: Schema, name: TableName, column: string): Schema {
  const table = tableIn(schema, name);
  columnIn(table, column);
  const user =
    table.indexes.find(
      ({ parts, where }) =>
        parts.some(
          (part) => part.column === column || (part.expression !== undefined && readsColumn(part.expression, column)),
        ) ||
        (where !== undefined && readsColumn(where, column)),
    ) ??
    table.checks.find(({ condition }) => readsColumn(condition, column)) ??
    table.foreignKeys.find(({ columns }) => columns.includes(column)) ??
    schema.tables
      .flatMap(({ foreignKeys }) => foreignKeys)
      .find((key) => keyOf(key.table) === keyOf(table) && key.targets.includes(column));
  if (user !== undefined)
    throw new MigrationError(`The column '${column}' of '${name.name}' cannot go while '${user.name}' needs it.`, {
      constraint: user.name,
      remedy: `Drop '${user.name}' before it.`,
    });
  if (table.primaryKey.includes(column) && table.primaryKey.length > 1)
    throw new MigrationError(`The column '${column}' of '${name.name}' is part of the primary key.`, {
      remedy: 'Alter the primary key before it.',
    });
  return changeTable(schema, name, (old) => ({
    ...old,
    columns: old.columns.filter((other) => other.name !== column),
    primaryKey: old.primaryKey.filter((other) => other !== column),
  }));
}

function renameColumn(schema: Schema, name: TableName, from: string, to: string): Schema {
  const table = tableIn(schema, name);
  const column = { ...columnIn(table, from), name: to };
  if (
    from.toLowerCase() !== to.toLowerCase() &&
    table.columns.some((other) => other.name.toLowerCase() === to.toLowerCase())
  )
    throw exists('column', column, table);
  const rename = (columns: readonly string[]): string[] => columns.map((other) => (other === from ? to : other));
  return {
    ...schema,
    tables: schema.tables.map((other) => ({
      ...(other === table ? { ...replaceColumn(other, from, column), primaryKey: rename(other.primaryKey) } : other),
      foreignKeys: other.foreignKeys.map((key) => ({
        ...key,
        columns: other === table ? rename(key.columns) : key.columns,
        targets: keyOf(key.table) === keyOf(table) ? rename(key.targets) : key.targets,
      })),
    })),
  };
}

function alterColumn(table: TableSchema, column: ColumnSchema): TableSchema {
  columnIn(table, column.name);
  return replaceColumn(table, column.name, column);
}

/** With another column in the place of one, wherever the table's own parts speak of it. */
function replaceColumn(table: TableSchema, from: string, column: ColumnSchema): TableSchema {
  return {
    ...table,
    columns: table.columns.map((other) => (other.name === from ? column : other)),
    indexes: table.indexes.map((index) => ({
      ...index,
      parts: index.parts.map((part) =>
        part.column === undefined
          ? { ...part, expression: withColumn(part.expression, from, column) }
          : part.column === from
            ? { ...part, column: column.name }
            : part,
      ),
      where: index.where === undefined ? undefined : withColumn(index.where, from, column),
    })),
    checks: table.checks.map((check) => ({ ...check, condition: withColumn(check.condition, from, column) })),
  };
}

function addForeignKey(schema: Schema, table: TableSchema, key: ForeignKeySchema): TableSchema {
  refuseTwin(table, key.name);
  for (const column of key.columns) columnIn(table, column);
  const target = tableIn(schema, key.table);
  for (const column of key.targets) columnIn(target, column);
  return { ...table, foreignKeys: [...table.foreignKeys, key] };
}

function dropConstraint(table: TableSchema, name: string): TableSchema {
  constraintIn(table, name);
  const others = <T extends { readonly name: string }>(items: readonly T[]): T[] =>
    items.filter((item) => item.name !== name);
  return {
    ...table,
    foreignKeys: others(table.foreignKeys),
    checks: others(table.checks),
    indexes: others(table.indexes),
  };
}

/** @throws MigrationError if the table has no such column. */
export function columnIn(table: TableSchema, name: string): ColumnSchema {
  const column = table.columns.find((other) => other.name === name);
  if (column === undefined) throw missing('column', name, table.columns, table);
  return column;
}

/** @throws MigrationError if the table has no such index. */
export function indexIn(table: TableSchema, name: string): TableSchema['indexes'][number] {
  const index = table.indexes.find((other) => other.name === name);
  if (index === undefined) throw missing('index', name, table.indexes, table);
  return index;
}

/** A foreign key, a check or a unique index. @throws MigrationError if the table has no such. */
export function constraintIn(
  table: TableSchema,
  name: string,
): TableSchema['foreignKeys' | 'checks' | 'indexes'][number] {
  const all = [...table.foreignKeys, ...table.checks, ...table.indexes.filter(({ unique }) => unique)];
  const found = all.find((other) => other.name === name);
  if (found === undefined) throw missing('constraint', name, all, table);
  return found;
}

function refuseTwin(table: TableSchema, name: string): void {
  const all = [...table.foreignKeys, ...table.checks, ...table.indexes];
  if (all.some((other) => other.name === name)) throw exists('index or constraint', { name }, table);
}

function missing(
  what: string,
  name: string,
  there: readonly { readonly name: string }[],
  table?: TableSchema,
): MigrationError {
  const where = table === undefined ? '' : ` in '${table.name}'`;
  const names = there.map((other) => other.name);
  return new MigrationError(`There is no ${what} '${name}'${where} at this point.`, { remedy: suggest(name, names) });
}

function exists(what: string, { name }: { readonly name: string }, table?: TableSchema): MigrationError {
  const where = table === undefined ? '' : ` in '${table.name}'`;
  return new MigrationError(`There is a ${what} '${name}'${where} already at this point.`);
}
