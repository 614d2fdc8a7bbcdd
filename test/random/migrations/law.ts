/** The law itself, for one pair of schemas. */
import { Database } from 'blazeorm';
import { diffSchemas, MigrationEngine, replay, schemaOf } from 'blazeorm/schema';
import type { Migration, Operation, Schema } from 'blazeorm/schema';
import { expect } from 'vitest';

import { engineOf } from '../../../src/persistence/database.ts';
import { readsColumn } from '../../../src/schema/operations/conditions.ts';
import { invertAll } from '../../../src/schema/operations/invert.ts';
import { catalogOf, clearDatabase } from './catalog.ts';
import type { Catalog } from './catalog.ts';
import { modelsOf } from './models.ts';
import { readRows, writeRows } from './rows.ts';
import type { Rows } from './rows.ts';
import type { ColumnSpec, Pair, RelationSpec, SchemaSpec, TableSpec } from './spec.ts';
import { plain, valueOf } from './values.ts';

/**
 * Migrates to the first schema, to the second one, back, there again, and to nothing; each time the database is like a fresh one,
 * and has its rows. Gives whether there were any.
 */
export async function holds(url: string, { from, to }: Pair): Promise<boolean> {
  const [fresh, wanted] = [await freshCatalog(url, from), await freshCatalog(url, to)];
  const db = await Database.connect(url);
  try {
    await clearDatabase(db);
    const { dialect } = engineOf(db).adapter;
    const [before, after] = [schemaOf(modelsOf(from), dialect), schemaOf(modelsOf(to), dialect)];
    const first = migrationOf('0001', diffSchemas(replay([]), before, dialect));
    const start = replay([first]);
    expect(diffSchemas(start, before, dialect)).toEqual([]);
    const second = migrationOf('0002', diffSchemas(start, after, dialect), '0001');
    expect(diffSchemas(replay([first, second]), after, dialect)).toEqual([]);

    const migrations = new MigrationEngine(db, [first, second]);
    await migrations.migrate({ to: '0001' });
    expect(await catalogOf(db)).toEqual(fresh);
    const hasRows = keepsRows(second.operations, before);
    if (hasRows) await writeRows(db, before);
    const old = await readRows(db, before);
    await migrations.migrate({ force: true });
    expect(await catalogOf(db)).toEqual(wanted);
    const changed = await readRows(db, after);
    expect(common(changed, to, from)).toEqual(common(old, from, to));
    await migrations.rollback({ to: '0001', force: true });
    expect(await catalogOf(db)).toEqual(fresh);
    expect(common(await readRows(db, before), from, to)).toEqual(common(changed, to, from));
    await migrations.migrate({ force: true });
    expect(await catalogOf(db)).toEqual(wanted);
    expect(common(await readRows(db, after), to, from)).toEqual(common(changed, to, from));
    await migrations.rollback({ force: true });
    expect(await catalogOf(db)).toEqual({});
    return hasRows;
  } finally {
    await db.close();
  }
}

/** What `createAll` makes. */
async function freshCatalog(url: string, spec: SchemaSpec): Promise<Catalog> {
  const db = await Database.connect(url, { models: modelsOf(spec) });
  try {
    await clearDatabase(db);
    await db.createAll({ ifNotExists: false });
    return await catalogOf(db);
  } finally {
    await db.close();
  }
}

function migrationOf(name: string, operations: readonly Operation[], ...earlier: string[]): Migration {
  return { kind: 'migration', name, checksum: name, after: earlier, replaces: [], operations };
}

/** Whether rows can come back: a column that is unique, refers to something or is checked cannot, once its values are gone. */
function keepsRows(operations: readonly Operation[], before: Schema): boolean {
  return invertAll(operations, before).every((operation) => {
    if (operation.kind !== 'addColumn') return true;
    if (operation.column.nullable && operation.column.default === undefined) return true;
    const { name } = operation.column;
    // Whatever table it is, which may have another name at that point.
    return !before.tables.some(
      (table) =>
        table.primaryKey.includes(name) ||
        table.foreignKeys.some(({ columns }) => columns.includes(name)) ||
        table.indexes.some(({ unique, parts }) => unique && parts.some(({ column }) => column === name)) ||
        table.checks.some(({ condition }) => readsColumn(condition, name)),
    );
  });
}

/** Of the rows what both schemas have, table by table and column by column, by their numbers; what is NULL in one may be filled. */
function common(rows: Rows, own: SchemaSpec, other: SchemaSpec): unknown {
  const found: Record<string, unknown> = {};
  for (const table of own.tables) {
    const twin = other.tables.find(({ id }) => id === table.id);
    if (twin === undefined) continue;
    const columns = [...table.columns, ...table.relations].flatMap((item) => {
      const same = [...twin.columns, ...twin.relations].find(({ id }) => id === item.id);
      if (same === undefined || computedBy(item) !== computedBy(same)) return [];
      if (computedBy(item) !== undefined && isFilledIn(table, twin)) return [];
      return [{ item, same }];
    });
    found[table.id] = (rows.get(table.name) ?? [])
      .map((row) =>
        JSON.stringify(
          columns.map(({ item, same }) => {
            const value = row[item.name];
            const isFilled = item.nullable !== same.nullable && 'type' in item;
            // Of few values, one that fills looks like any other.
            if (isFilled && (item.type === 'bool' || item.type === 'enum')) return 'filled';
            return isFilled && ![0, 1].some((n) => value === plain(valueOf(item.type.replace(/\(.*/, ''), n)))
              ? 'filled'
              : value;
          }),
        ),
      )
      .toSorted();
  }
  return found;
}

/** The computed columns are not compared where what they read may have been filled. */
function isFilledIn(table: TableSpec, twin: TableSpec): boolean {
  return table.columns.some(({ id, nullable }) =>
    twin.columns.some((other) => other.id === id && other.nullable !== nullable),
  );
}

function computedBy(item: ColumnSpec | RelationSpec): number | undefined {
  return 'type' in item ? item.generated?.factor : undefined;
}
