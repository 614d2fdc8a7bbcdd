/** Rows of tables, whatever models these came of: written and read by models that are made of the tables. */
import type { Database, Model, ModelType } from 'blazeorm';
import type { Schema, TableSchema } from 'blazeorm/schema';

import { creationOrder, forwardReferences } from '../../../src/schema/creation-order.ts';
import { attributeOf, modelOfTable } from '../../../src/schema/historical.ts';
import { plain, valueOf } from './values.ts';

const ROWS = 3;

/** A model of which the compiler knows nothing. */
type AnyModel = ModelType<Model> & (new (init: Readonly<Record<string, unknown>>) => Model);
// Named cast: the metadata's class, as one that can be queried.
const modelOf = (table: TableSchema): AnyModel => modelOfTable(table) as unknown as AnyModel;

/** Three rows in each table; the last one has NULL wherever it may, and so has every row where a circle wants it. */
export async function writeRows(db: Database, { tables }: Schema): Promise<void> {
  // Required keys first; what is left of circles can be NULL.
  const isRequired = (table: TableSchema, columns: readonly string[]): boolean =>
    table.columns.every(({ name, nullable }) => !columns.includes(name) || !nullable);
  const required = tables.map((table) => ({
    ...table,
    foreignKeys: table.foreignKeys.filter(({ columns }) => isRequired(table, columns)),
  }));
  const ordered = creationOrder(required).map(({ name }) => tables.find((table) => table.name === name)!);
  const late = new Set(forwardReferences(ordered));
  await using session = db.session();
  for (const table of ordered) {
    const empty = new Set(table.foreignKeys.filter((key) => late.has(key)).flatMap(({ columns }) => columns));
    const Row = modelOf(table);
    for (let row = 0; row < ROWS; row++) {
      const values = table.columns
        .filter(({ generated }) => generated === undefined)
        .map(({ name, type, nullable }) => [
          attributeOf(name),
          nullable && (empty.has(name) || row === ROWS - 1) ? null : valueOf(type.kind, row),
        ]);
      session.add(new Row(Object.fromEntries(values)));
    }
    await session.commit();
  }
}

/** Rows by table; each as what its values mean, by column. */
export type Rows = ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;

export async function readRows(db: Database, { tables }: Schema): Promise<Rows> {
  const rows = new Map<string, Readonly<Record<string, unknown>>[]>();
  for (const table of tables) {
    await using session = db.session();
    const found = await session.query(modelOf(table)).readOnly();
    rows.set(
      table.name,
      found.map((row) =>
        Object.fromEntries(
          // Named cast: an entity of which the compiler knows nothing.
          table.columns.map(({ name }) => [
            name,
            plain((row as unknown as Record<string, unknown>)[attributeOf(name)]),
          ]),
        ),
      ),
    );
  }
  return rows;
}
