/** What tables of SQLite have and no model can say. */
import type { Rows } from '../../adapters/adapter.ts';
import type { TableSchema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { otherTypes } from './other-types.ts';
import { textOf } from './source.ts';
import { isSameSqliteType } from './sqlite-types.ts';

/**
 * What is odd in a table as a whole, by its name.
 *
 * @param listed Rows of `pragma_table_list`.
 * @param texts Rows of `sqlite_schema`.
 */
export function optionsOf(listed: Rows, texts: Rows): (table: string) => string[] {
  return (table) => {
    const [, , withoutRowid, strict] = listed.find(([name]) => name === table) ?? [];
    const triggers = texts.filter(([type, , , of]) => type === 'trigger' && of === table);
    return [
      ...(Number(withoutRowid) === 1 ? ['It is WITHOUT ROWID, which no model can say.'] : []),
      ...(Number(strict) === 1 ? ['It is STRICT, which no model can say.'] : []),
      ...triggers.map(([, name]) => `It has the trigger '${textOf(name)}', which no model can say.`),
    ];
  };
}

/** @param rows Those of `pragma_table_xinfo`. */
export function columnNotes(dialect: Dialect, table: TableSchema, rows: Rows): string[] {
  const declared = new Map(
    rows.map(([, name, type]) => [textOf(name), textOf(type).replace(/\s*GENERATED ALWAYS$/i, '')]),
  );
  const types = otherTypes(dialect, table, declared, isSameSqliteType);
  return types === undefined ? [] : [types];
}
