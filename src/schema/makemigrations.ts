import type { Schema } from '../core/ast/schema.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { typeKey } from './compare.ts';
import { diffSchemas } from './diff.ts';
import { leavesOf, ordered, replay } from './engine/history.ts';
import { refuseBranches } from './engine/plan.ts';
import { nameOf, nextName } from './migration-names.ts';
import { neutralSchemaOf } from './neutral-schema.ts';
import type { Migration, Operation } from './operations/operation.ts';
import { keyOf } from './creation-order.ts';
import { findTable } from './state.ts';

/** What a new migration has in it. */
export interface NewMigration {
  readonly name: string;
  readonly after: readonly string[];
  readonly operations: readonly Operation[];
  /** The schema that it finds. */
  readonly before: Schema;
}

/** What the models have and the history lacks. */
export interface ModelChanges {
  readonly history: readonly Migration[];
  /** The schemas of the history and of the models. */
  readonly before: Schema;
  readonly wanted: Schema;
  readonly operations: readonly Operation[];
  readonly dialect: Dialect;
}

/**
 * The models compared with the history.
 *
 * @param dialect Whose SQL is compared; what is found is for all databases.
 * @throws MigrationHistoryError where branches met.
 */
export function changesOf(models: Iterable<unknown>, files: readonly Migration[], dialect: Dialect): ModelChanges {
  const history = ordered(files);
  refuseBranches(history);
  return compared(history, replay(history), neutralSchemaOf([...models], dialect), dialect);
}

function compared(history: readonly Migration[], before: Schema, wanted: Schema, dialect: Dialect): ModelChanges {
  return { history, before, wanted, operations: diffSchemas(before, wanted, dialect), dialect };
}

/**
 * The migration that brings the history to where the models are; `undefined` if it is there.
 *
 * @param name What it is called, after its number; by default what its operations say.
 * @throws MigrationError for a required column that nobody can fill.
 */
export function makeMigration({ history, before, operations }: ModelChanges, name?: string): NewMigration | undefined {
  if (operations.length === 0) return undefined;
  refuseUnfilled(operations);
  return made(history, before, name ?? nameOf(operations, history.length === 0), operations);
}

/** A column that is another one under a new name, as somebody says who knows. */
export interface ColumnRename {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** Columns of a table that go while others of the same type come: they may be the same. */
export function possibleRenames({ before, operations }: ModelChanges): ColumnRename[] {
  const come = operations.filter((operation) => operation.kind === 'addColumn');
  return operations.flatMap((gone) => {
    if (gone.kind !== 'dropColumn') return [];
    const old = findTable(before, gone.table)?.columns.find(({ name }) => name === gone.column);
    return come
      .filter(
        ({ table, column }) =>
          keyOf(table) === keyOf(gone.table) && old !== undefined && typeKey(old.type) === typeKey(column.type),
      )
      .map(({ table, column }) => ({ table: table.name, from: gone.column, to: column.name }));
  });
}

/** The same changes, with columns that are others under new names. */
export function withRenames(changes: ModelChanges, renames: readonly ColumnRename[]): ModelChanges {
  if (renames.length === 0) return changes;
  const { history, before, wanted, dialect } = changes;
  return compared(history, before, renamed(wanted, renames), dialect);
}

function renamed(schema: Schema, renames: readonly ColumnRename[]): Schema {
  const formerName = (table: string, column: string): string | undefined =>
    renames.find((rename) => rename.table === table && rename.to === column)?.from;
  return {
    ...schema,
    tables: schema.tables.map((table) => ({
      ...table,
      columns: table.columns.map((column) => ({
        ...column,
        renamedFrom: formerName(table.name, column.name) ?? column.renamedFrom,
      })),
    })),
  };
}

/** A migration that does nothing yet, to be written by hand. @throws MigrationHistoryError where branches met. */
export function emptyMigration(files: readonly Migration[], name: string): NewMigration {
  const all = ordered(files);
  refuseBranches(all);
  return made(all, replay(all), name, []);
}

function made(all: readonly Migration[], before: Schema, name: string, operations: readonly Operation[]): NewMigration {
  return { name: nextName(all, name), after: leavesOf(all).map((leaf) => leaf.name), operations, before };
}

/**
 * The migration that comes after several branches; `undefined` where there is one.
 *
 * @throws MigrationError where the branches do not fit, or make another schema in another order.
 */
export function mergeMigrations(files: readonly Migration[], dialect: Dialect): NewMigration | undefined {
  const all = ordered(files);
  const leaves = leavesOf(all);
  if (leaves.length < 2) return undefined;
  const [one, other] = [replay(all), replay(otherOrder(all))];
  if (diffSchemas(one, other, dialect).length > 0)
    throw new MigrationError('The branches change the same things, and which comes last makes a difference.', {
      remedy: 'Let one of them come after the other, by its list of what it comes after.',
    });
  return made(all, one, 'merge', []);
}

/** Another order in which each comes after those that it names. */
function otherOrder(all: readonly Migration[]): Migration[] {
  const placed = new Set<Migration>();
  const place = (migration: Migration): void => {
    for (const earlier of all) if (migration.after.includes(earlier.name)) place(earlier);
    placed.add(migration);
  };
  for (const migration of all.toReversed()) place(migration);
  return [...placed];
}

/** @throws MigrationError for a required column of a table that is there, of which nobody says what its rows get. */
function refuseUnfilled(operations: readonly Operation[]): void {
  const problems = operations.flatMap((operation) => {
    if (operation.kind !== 'addColumn') return [];
    const { table, column, fill } = operation;
    const isFilled =
      column.nullable ||
      column.identity ||
      fill !== undefined ||
      column.default !== undefined ||
      column.generated !== undefined;
    return isFilled ? [] : [`${table.name}.${column.name}`];
  });
  if (problems.length === 0) return;
  const [is, they] = problems.length === 1 ? ['is', 'it is'] : ['are', 'they are'];
  throw new MigrationError(`${problems.join(', ')} ${is} required, and nobody says what rows that are there get.`, {
    remedy: `Give 'default' or 'dbDefault' to the field, or add the column while ${they} nullable, fill it by run(), and require it then.`,
  });
}
