/** Schemas as plain data, to be compared: without names of foreign keys, the order of columns, and who asked for what. */
import type { Expression } from '../../src/core/ast/expressions.ts';
import type { ColumnSchema, ForeignKeySchema, IndexSchema, TableSchema } from '../../src/core/ast/schema.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';

/** A table: two with the same picture are the same to the database. */
export function pictureOf(table: TableSchema, dialect: Dialect): object {
  return {
    schema: table.schema,
    name: table.name,
    columns: byName(table.columns).map((column) => columnPicture(table, column, dialect)),
    primaryKey: table.primaryKey,
    foreignKeys: table.foreignKeys.map(keyPicture).toSorted(asTexts),
    indexes: byName(table.indexes).map((index) => indexPicture(index, dialect)),
    checks: byName(table.checks).map(({ name, condition }) => ({ name, condition: dialect.inline(condition) })),
    comment: table.comment,
  };
}

function columnPicture(table: TableSchema, column: ColumnSchema, dialect: Dialect): object {
  const { name, nullable, identity, generated, comment } = column;
  const { sql, stored } = generated ?? {};
  return {
    name,
    type: dialect.columnType(table, column),
    nullable,
    identity,
    default: column.default,
    generated: generated && { sql, stored },
    comment,
  };
}

function keyPicture({ columns, table, targets, onDelete, onUpdate }: ForeignKeySchema): object {
  return { columns, table: { schema: table.schema, name: table.name }, targets, onDelete, onUpdate };
}

function indexPicture({ name, parts, unique, fullText, where }: IndexSchema, dialect: Dialect): object {
  const text = (expression: Expression | undefined): string | undefined => expression && dialect.inline(expression);
  return {
    name,
    parts: parts.map(({ column, expression, descending }) => ({ column, expression: text(expression), descending })),
    unique,
    fullText,
    where: text(where),
  };
}

/**
 * A table as a database can tell it: it keeps no names of types that are the same to it, and writes conditions in its own words, which
 * are left out here.
 */
export function toldPicture(table: TableSchema, dialect: Dialect): object {
  const { id, features } = dialect;
  const isMysql = id === 'mysql' || id === 'mariadb';
  const columns = table.columns.map((column): ColumnSchema => ({
    ...column,
    nullable: column.nullable || column.generated !== undefined,
    // The one whole number that is the key is counted up, whoever asked for that.
    identity: column.identity || (id === 'sqlite' && isRowNumber(table, column)),
    default: column.default ?? undefined,
    generated: column.generated && { sql: '', stored: id === 'postgres' || column.generated.stored },
    comment: id === 'sqlite' ? undefined : column.comment,
  }));
  const indexes = table.indexes
    .filter(({ fullText }) => features.fullText || fullText === undefined)
    .map((index) => ({
      ...index,
      fullText: isMysql && index.fullText !== undefined ? 'simple' : index.fullText,
      where: undefined,
    }));
  const action = (key: ForeignKeySchema, event: 'onDelete' | 'onUpdate'): ForeignKeySchema['onDelete'] =>
    id === 'mariadb' && key[event] === 'restrict' ? 'no action' : key[event];
  const foreignKeys = table.foreignKeys.map((key) => ({
    ...key,
    onDelete: action(key, 'onDelete'),
    onUpdate: action(key, 'onUpdate'),
  }));
  const checks = table.checks.map(({ name }) => ({ name, condition: NOTHING }));
  return pictureOf(
    { ...table, columns, indexes, foreignKeys, checks, comment: id === 'sqlite' ? undefined : table.comment },
    dialect,
  );
}

const NOTHING: Expression = { kind: 'raw', parts: [], type: { kind: 'bool' }, nullable: true };

function isRowNumber({ primaryKey }: TableSchema, { name, type }: ColumnSchema): boolean {
  return primaryKey.join() === name && (type.kind === 'int' || type.kind === 'bigint');
}

function byName<T extends { readonly name: string }>(items: readonly T[]): T[] {
  return items.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function asTexts(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}
