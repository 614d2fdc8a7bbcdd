import type { Schema, ViewSchema } from '../core/ast/schema.ts';
import { MariaDBDialect } from '../dialects/mysql/mariadb.ts';
import { MySQLDialect } from '../dialects/mysql/mysql.ts';
import { PostgresDialect } from '../dialects/postgres/postgres.ts';
import { SQLiteDialect } from '../dialects/sqlite/sqlite.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { UnsupportedError } from '../utils/errors.ts';
import { MigrationError } from '../utils/migration-errors.ts';
import { typeKey } from './compare.ts';
import { diffSchemas } from './diff.ts';
import { leavesOf, ordered, replay } from './engine/history.ts';
import { refuseBranches } from './engine/plan.ts';
import { schemaOf } from './of-models.ts';
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

/**
 * The migration that brings the history to where the models are; `undefined` if it is there.
 *
 * @param dialect Whose SQL is compared; what is found is for all databases.
 * @throws MigrationHistoryError where branches met; MigrationError for a required column that nobody can fill.
 */
export function makeMigration(
  models: Iterable<unknown>,
  files: readonly Migration[],
  dialect: Dialect,
  options: { readonly name?: string | undefined; readonly renames?: readonly ColumnRename[] } = {},
): NewMigration | undefined {
  const all = ordered(files);
  refuseBranches(all);
  const { renames = [] } = options;
  const operations = diffSchemas(replay(all), renamed(neutralSchemaOf([...models], dialect), renames), dialect);
  if (operations.length === 0) return undefined;
  refuseUnfilled(operations);
  return made(all, options.name ?? nameOf(operations, all), operations);
}

/** A column that is another one under a new name, as somebody says who knows. */
export interface ColumnRename {
  readonly table: string;
  readonly from: string;
  readonly to: string;
}

/** Columns of a table that go while others of the same type come: they may be the same. */
export function possibleRenames(
  models: Iterable<unknown>,
  files: readonly Migration[],
  dialect: Dialect,
): ColumnRename[] {
  const before = replay(ordered(files));
  const operations = diffSchemas(before, neutralSchemaOf([...models], dialect), dialect);
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

function renamed(schema: Schema, renames: readonly ColumnRename[]): Schema {
  if (renames.length === 0) return schema;
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
  return made(all, name, []);
}

function made(all: readonly Migration[], name: string, operations: readonly Operation[]): NewMigration {
  return { name: nextName(all, name), after: leavesOf(all).map((leaf) => leaf.name), operations, before: replay(all) };
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
  return made(all, 'merge', []);
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

/** The schema of models, with views in the words of every database that has them. */
export function neutralSchemaOf(models: readonly unknown[], dialect: Dialect): Schema {
  const own = schemaOf(models, dialect);
  if (own.views.length === 0) return own;
  const others = [new SQLiteDialect(), new PostgresDialect(), new MySQLDialect(), new MariaDBDialect()];
  const texts = others.map((other) => [other.id, viewsFor(models, other)] as const);
  const views = own.views.map((view): ViewSchema => {
    const sql = texts.flatMap(([id, byKey]) => {
      const text = byKey.get(keyOf(view));
      return text === undefined ? [] : [[id, text] as const];
    });
    const [first] = sql;
    return {
      ...view,
      sql:
        sql.length === others.length && sql.every(([, text]) => text === first![1])
          ? first![1]
          : Object.fromEntries(sql),
    };
  });
  return { ...own, views };
}

function viewsFor(models: readonly unknown[], dialect: Dialect): ReadonlyMap<string, string> {
  try {
    return new Map(
      schemaOf(models, dialect).views.flatMap((view) =>
        typeof view.sql === 'string' ? [[keyOf(view), view.sql]] : [],
      ),
    );
  } catch (error) {
    // What one database lacks keeps nobody from using another.
    if (error instanceof UnsupportedError) return new Map();
    throw error;
  }
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

/** `0003_add_post_views` */
function nextName(all: readonly Migration[], name: string): string {
  const numbers = all.map((migration) => Number(/^\d+/.exec(migration.name)?.[0] ?? 0));
  return `${String(Math.max(0, ...numbers) + 1).padStart(4, '0')}_${name}`;
}

const LONGEST = 48;

/** What the first operations say, as Django does. */
function nameOf(operations: readonly Operation[], all: readonly Migration[]): string {
  if (all.length === 0) return 'initial';
  const parts: string[] = [];
  for (const operation of operations) {
    const part = partOf(operation);
    if (parts.length > 0 && [...parts, part].join('_').length > LONGEST) return `${parts.join('_')}_and_more`;
    parts.push(part);
  }
  return parts.join('_');
}

function partOf(operation: Operation): string {
  const words = wordsOf(operation).join('_').toLowerCase();
  return words
    .replaceAll(/[^a-z\d]+/g, '_')
    .replaceAll(/^_+|_+$/g, '')
    .slice(0, LONGEST);
}

function wordsOf(operation: Operation): readonly string[] {
  switch (operation.kind) {
    case 'createTable':
      return [operation.table.name];
    case 'dropTable':
      return ['drop', operation.table.name];
    case 'renameTable':
      return ['rename', operation.table.name, operation.to];
    case 'addColumn':
    case 'alterColumn':
      return [operation.kind === 'addColumn' ? 'add' : 'alter', operation.table.name, operation.column.name];
    case 'dropColumn':
      return ['drop', operation.table.name, operation.column];
    case 'renameColumn':
      return ['rename', operation.table.name, operation.from, operation.to];
    case 'addForeignKey':
      return ['add', operation.key.name];
    case 'addCheck':
      return ['add', operation.check.name];
    case 'addIndex':
      return ['add', operation.index.name];
    case 'dropConstraint':
    case 'dropIndex':
      return ['drop', operation.name];
    case 'createView':
      return ['view', operation.view.name];
    case 'dropView':
      return ['drop', operation.view.name];
    default:
      return ['table' in operation ? operation.table.name : 'change'];
  }
}
