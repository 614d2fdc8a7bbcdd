import type { ColumnSchema, ForeignKeySchema, TableName } from '../../core/ast/schema.ts';
import type { CheckDefinition, IndexDefinition, UniqueDefinition } from '../../core/definitions.ts';
import { ColumnDefinition } from '../../core/definitions.ts';
import type { ReferentialAction } from '../../core/metadata.ts';
import type { Check, ColumnRefs, Fields, Index, Unique } from '../../core/types/index.ts';
import { describe } from '../../core/value-types.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { shortName, suggest } from '../../utils/naming.ts';
import { own } from '../../utils/own.ts';
import type {
  DraftCheck,
  DraftIndex,
  DraftPart,
  DraftTable,
  MigrationDefinition,
  Operation,
  RunFunction,
  SqlText,
} from './operation.ts';

/** A table by its name; by both names where it stands in a schema. */
export type TableLike = string | { readonly schema: string; readonly name: string };

/** A foreign key, as `foreignKey()` makes it. */
export interface ForeignKeyDefinition {
  readonly kind: 'foreignKey';
  readonly columns: readonly string[];
  readonly table: TableLike;
  readonly targets: readonly string[];
  readonly options: ForeignKeyOptions;
}

export interface ForeignKeyOptions {
  readonly name?: string;
  readonly onDelete?: ReferentialAction;
  readonly onUpdate?: ReferentialAction;
}

type Constraint = ForeignKeyDefinition | CheckDefinition | UniqueDefinition;

/** What of a table is no column; its conditions get the columns `R`. */
export interface TableOptions<in R = TableColumns> {
  readonly primaryKey?: readonly string[];
  readonly indexes?: readonly Index<string, string, R>[];
  readonly constraints?: readonly (ForeignKeyDefinition | Unique<string> | Check<R>)[];
  readonly comment?: string;
}

/**
 * The columns of a table that another operation has made, of which the compiler knows neither names nor types. The bound is `any`,
 * and not an interface with an index signature, which would ask for `t['views']!['gte']!(0)` under strict settings.
 */
// oxlint-disable-next-line typescript/no-explicit-any -- see above
export type TableColumns = any;

/**
 * A migration: what a file in the folder of migrations exports by default.
 *
 * @param definition `after`: names of the migrations that come before it; `operations`, in order.
 * @example
 * ```ts
 * import { f } from 'blazeorm';
 * import { addColumn, migration } from 'blazeorm/schema';
 * export default migration({
 *   after: ['0001_initial'],
 *   operations: [addColumn('post', 'views', f.int({ dbDefault: 0 }))],
 * });
 * ```
 */
export function migration(definition: {
  readonly after?: readonly string[];
  readonly replaces?: readonly string[];
  readonly operations: readonly Operation[];
}): MigrationDefinition {
  const { after = [], replaces = [], operations, ...others } = own(definition);
  refuseOthers('migration()', others, ['after', 'replaces', 'operations']);
  if (
    !Array.isArray(operations) ||
    operations.some((operation) => typeof (operation as { kind?: unknown })?.kind !== 'string')
  )
    throw new MigrationError("migration() takes 'operations' as a list of what createTable() and its like make.");
  return Object.freeze({ kind: 'migration', after: [...after], replaces: [...replaces], operations: [...operations] });
}

/**
 * CREATE TABLE, with columns by their names in the database.
 *
 * @param options `primaryKey` where it is not `f.auto()`; `indexes`, made by `index()`; `constraints`, made by `foreignKey()`,
 *   `check()` and `unique()`.
 */
export function createTable<const C extends Fields>(
  table: TableLike,
  columns: C,
  options: TableOptions<ColumnRefs<C>> = {},
): Operation {
  const { primaryKey, indexes = [], constraints = [], comment, ...others } = own(options);
  refuseOthers('createTable()', others, ['primaryKey', 'indexes', 'constraints', 'comment']);
  const name = tableNamed(table);
  const all = Object.entries(columns).map(([column, definition]) => columnNamed(column, definition));
  const given = constraints as readonly object[] as readonly Constraint[]; // Named cast: what the builders make.
  const draft: DraftTable = {
    ...name,
    columns: all,
    primaryKey: primaryKey ?? all.filter(({ identity }) => identity).map((column) => column.name),
    foreignKeys: given.filter((item) => item.kind === 'foreignKey').map((item) => foreignKeyOn(name, item)),
    indexes: [
      ...(indexes as readonly object[] as readonly IndexDefinition[]),
      ...given.filter((item) => item.kind === 'unique'),
    ].map((item) => indexOn(name, item)),
    checks: given.filter((item) => item.kind === 'check').map(checkOf),
    comment,
  };
  return { kind: 'createTable', table: draft };
}

/** DROP TABLE, with every row. */
export function dropTable(table: TableLike): Operation {
  return { kind: 'dropTable', table: tableNamed(table) };
}

/** Another name for a table. Code that runs meanwhile still asks for the old one. */
export function renameTable(table: TableLike, to: string): Operation {
  return { kind: 'renameTable', table: tableNamed(table), to };
}

/**
 * A new column.
 *
 * @param definition Made with `f`. With `dbDefault` the database goes on filling it; a `default` fills the rows that are there
 *   and is gone then.
 */
export function addColumn(table: TableLike, name: string, definition: unknown): Operation {
  const column = columnNamed(name, definition);
  const fill = (definition as ColumnDefinition).options.default;
  return { kind: 'addColumn', table: tableNamed(table), column, fill };
}

/** A column goes, with what it holds. */
export function dropColumn(table: TableLike, name: string): Operation {
  return { kind: 'dropColumn', table: tableNamed(table), column: name };
}

/** Another name for a column. Code that runs meanwhile still asks for the old one. */
export function renameColumn(table: TableLike, from: string, to: string): Operation {
  return { kind: 'renameColumn', table: tableNamed(table), from, to };
}

/**
 * A column becomes what `definition` says, made with `f`: type, nullable, `dbDefault`, comment, generated.
 *
 * @param options `using`: SQL that makes a value of the new type from the old one. A `default` in the definition is what rows get
 *   that have NULL.
 */
export function alterColumn(
  table: TableLike,
  name: string,
  definition: unknown,
  options: { readonly using?: string } = {},
): Operation {
  const { using, ...others } = own(options);
  refuseOthers('alterColumn()', others, ['using']);
  const column = columnNamed(name, definition);
  const fill = (definition as ColumnDefinition).options.default;
  return { kind: 'alterColumn', table: tableNamed(table), column, fill, using };
}

/** Other columns as the primary key. */
export function alterPrimaryKey(table: TableLike, columns: readonly string[]): Operation {
  return { kind: 'alterPrimaryKey', table: tableNamed(table), columns };
}

/**
 * A foreign key, a check or a unique constraint.
 *
 * @param options `notValid`: rows that are there are not looked at now, but by `validateConstraint`, which keeps no writer out.
 *   PostgreSQL knows it; elsewhere all rows are looked at here.
 */
export function addConstraint(
  table: TableLike,
  constraint: ForeignKeyDefinition | Unique<string> | Check<TableColumns>,
  options: { readonly notValid?: boolean } = {},
): Operation {
  const { notValid = false, ...others } = own(options);
  refuseOthers('addConstraint()', others, ['notValid']);
  const name = tableNamed(table);
  const item = constraint as object as Constraint; // Named cast: what the builders make.
  switch (item.kind) {
    case 'foreignKey':
      return { kind: 'addForeignKey', table: name, key: foreignKeyOn(name, item), notValid };
    case 'check':
      return { kind: 'addCheck', table: name, check: checkOf(item), notValid };
    case 'unique':
      return { kind: 'addIndex', table: name, index: indexOn(name, item), concurrently: false };
    default:
      throw new MigrationError('addConstraint() takes what foreignKey(), check() or unique() makes.');
  }
}

/** A foreign key, a check or a unique constraint goes. */
export function dropConstraint(table: TableLike, name: string): Operation {
  return { kind: 'dropConstraint', table: tableNamed(table), name };
}

/** Look at the rows that were there before a constraint that was added with `notValid`. */
export function validateConstraint(table: TableLike, name: string): Operation {
  return { kind: 'validateConstraint', table: tableNamed(table), name };
}

/**
 * CREATE INDEX; its columns are named as in the database.
 *
 * @param options `concurrently`: on PostgreSQL writers go on meanwhile, and it stands outside of the migration's transaction.
 */
export function addIndex(
  table: TableLike,
  definition: Index<string, string, TableColumns> | Unique<string>,
  options: { readonly concurrently?: boolean } = {},
): Operation {
  const { concurrently = false, ...others } = own(options);
  refuseOthers('addIndex()', others, ['concurrently']);
  const name = tableNamed(table);
  const index = indexOn(name, definition as object as IndexDefinition | UniqueDefinition);
  return { kind: 'addIndex', table: name, index, concurrently };
}

export function dropIndex(
  table: TableLike,
  name: string,
  options: { readonly concurrently?: boolean } = {},
): Operation {
  const { concurrently = false, ...others } = own(options);
  refuseOthers('dropIndex()', others, ['concurrently']);
  return { kind: 'dropIndex', table: tableNamed(table), name, concurrently };
}

export function renameIndex(table: TableLike, from: string, to: string): Operation {
  return { kind: 'renameIndex', table: tableNamed(table), from, to };
}

export function commentOnTable(table: TableLike, comment: string | undefined): Operation {
  return { kind: 'commentOnTable', table: tableNamed(table), comment };
}

/** A view, by its query in SQL: one for all databases, or one for each by its name. */
export function createView(view: TableLike, sql: string | Readonly<Record<string, string>>): Operation {
  return { kind: 'createView', view: { ...tableNamed(view), sql } };
}

export function dropView(view: TableLike): Operation {
  return { kind: 'dropView', view: tableNamed(view) };
}

/**
 * SQL of your own: a text, a list of statements, or one of these for each database by its name.
 *
 * @param options `operations`: what it amounts to, so that the history knows; `outside`: not in a transaction; `reviewed`: you
 *   have looked at what it does to those who use the database meanwhile, and nothing more is said of it; `repeatable`: doing it
 *   twice does no harm, so that it is done again where it was interrupted and nobody knows how far it came.
 */
export function runSql(
  sql: SqlText | { readonly up: SqlText; readonly down?: SqlText },
  options: {
    readonly operations?: readonly Operation[];
    readonly outside?: boolean;
    readonly reviewed?: boolean;
    readonly repeatable?: boolean;
  } = {},
): Operation {
  const { operations = [], outside = false, reviewed = false, repeatable = false, ...others } = own(options);
  refuseOthers('runSql()', others, ['operations', 'outside', 'reviewed', 'repeatable']);
  const isPair = typeof sql === 'object' && !Array.isArray(sql) && 'up' in sql;
  const { up, down } = isPair ? (sql as { up: SqlText; down?: SqlText }) : { up: sql as SqlText, down: undefined };
  return {
    kind: 'runSql',
    up,
    down,
    operations,
    outside,
    ...(reviewed ? { reviewed } : {}),
    ...(repeatable ? { repeatable } : {}),
  };
}

/**
 * Code that changes rows, with a session and with the models as they are at this point of the history.
 *
 * @param up What is done; `{ up, down }` with a way back. It may be done again after an interruption where it stands `outside`.
 */
export function run(
  steps: RunFunction | { readonly up: RunFunction; readonly down?: RunFunction },
  options: { readonly outside?: boolean } = {},
): Operation {
  const { outside = false, ...others } = own(options);
  refuseOthers('run()', others, ['outside']);
  const { up, down } = typeof steps === 'function' ? { up: steps, down: undefined } : steps;
  if (typeof up !== 'function') throw new MigrationError(`run() takes a function, not ${describe(up)}.`);
  return { kind: 'run', up, down, outside };
}

/**
 * A foreign key, for `createTable` and `addConstraint`.
 *
 * @param columns One or more of the table's.
 * @param table The other table.
 * @param targets Its columns, in the same order.
 */
export function foreignKey(
  columns: string | readonly string[],
  table: TableLike,
  targets: string | readonly string[],
  options: ForeignKeyOptions = {},
): ForeignKeyDefinition {
  const { name, onDelete, onUpdate, ...others } = own(options);
  refuseOthers('foreignKey()', others, ['name', 'onDelete', 'onUpdate']);
  const lists = [columns, targets].map((list) => (typeof list === 'string' ? [list] : list)) as [string[], string[]];
  return {
    kind: 'foreignKey',
    columns: lists[0],
    table,
    targets: lists[1],
    options: {
      ...(name === undefined ? {} : { name }),
      ...(onDelete === undefined ? {} : { onDelete }),
      ...(onUpdate === undefined ? {} : { onUpdate }),
    },
  };
}

function tableNamed(table: TableLike): TableName {
  if (typeof table === 'string') return { schema: undefined, name: table };
  return { schema: table.schema, name: table.name };
}

/** What belongs to indexes and relations, or to entities, is no part of a column here. */
const NOT_HERE = ['unique', 'index', 'column', 'validators', 'schema', 'renamedFrom'] as const;

function columnNamed(name: string, definition: unknown): ColumnSchema {
  if (!(definition instanceof ColumnDefinition))
    throw new MigrationError(`The column '${name}' is made with f, as in f.string().`, {
      remedy: 'A relation is its column and a foreignKey() among the constraints.',
    });
  const { type, options, generation } = definition;
  const strange = NOT_HERE.find((option) => options[option] !== undefined);
  if (strange !== undefined)
    throw new MigrationError(`The column '${name}' has the option '${strange}', which a migration says elsewhere.`, {
      remedy: 'Indexes and constraints are given to createTable(), addIndex() and addConstraint().',
    });
  const { generated, dbDefault, nullable = false, comment } = options;
  return Object.freeze({
    name,
    type,
    nullable,
    identity: generation === 'identity',
    default: dbDefault,
    generated:
      generated === undefined
        ? undefined
        : Object.freeze(
            typeof generated === 'string'
              ? { sql: generated, stored: true }
              : { sql: generated.sql, stored: generated.stored !== false },
          ),
    comment,
  });
}

function foreignKeyOn(
  { name: table }: TableName,
  { columns, table: target, targets, options }: ForeignKeyDefinition,
): ForeignKeySchema {
  const {
    name = shortName(`${table}_${columns.join('_')}_fkey`),
    onDelete = 'no action',
    onUpdate = 'no action',
  } = options;
  return Object.freeze({ name, columns, table: tableNamed(target), targets, onDelete, onUpdate });
}

function checkOf({ name, condition }: CheckDefinition): DraftCheck {
  return { name, condition: { kind: 'unresolved', input: condition } };
}

/** A column, `-` for descending; or a callback that computes a value of some, which waits for the table. */
function partNamed(field: unknown): DraftPart {
  if (typeof field !== 'string') return { expression: { kind: 'unresolved', input: field } };
  return field.startsWith('-') ? { column: field.slice(1), descending: true } : { column: field, descending: false };
}

function indexOn({ name: table }: TableName, item: IndexDefinition | UniqueDefinition): DraftIndex {
  const parts = item.fields.map(partNamed);
  const { name, unique, fullText, where } =
    item.kind === 'unique'
      ? { name: item.name, unique: true, fullText: undefined, where: undefined }
      : { unique: false, ...item.options };
  const columns = parts.map(({ column }) => column ?? '');
  return {
    name: name ?? shortName([table, ...columns, unique ? 'key' : 'idx'].join('_')),
    parts,
    unique,
    fullText: fullText === true ? 'simple' : fullText === false ? undefined : fullText,
    where: where === undefined ? undefined : { kind: 'unresolved', input: where },
  };
}

function refuseOthers(call: string, others: object, known: readonly string[]): void {
  const [stranger] = Object.keys(others);
  if (stranger !== undefined)
    throw new MigrationError(`${call} has no option '${stranger}'.`, {
      field: stranger,
      remedy: suggest(stranger, known),
    });
}
