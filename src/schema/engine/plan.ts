import type { Schema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { BlazeError } from '../../utils/errors.ts';
import { MigrationError, MigrationHistoryError } from '../../utils/migration-errors.ts';
import { suggest } from '../../utils/naming.ts';
import { invertAll } from '../operations/invert.ts';
import type { Migration, Operation } from '../operations/operation.ts';
import { stepsOf } from '../steps/steps.ts';
import { transactionWord } from './atomic.ts';
import type { Step } from '../steps/step.ts';
import { checkHistory, leavesOf, ordered, replay } from './history.ts';
import type { Recorded } from './record.ts';
import { settleReplaced } from './replaced.ts';
import type { Settled } from './replaced.ts';
import { checkSquashes } from './squashed.ts';

/** One migration as it is to be done, forward or back. */
export interface PlannedMigration {
  readonly migration: Migration;
  readonly direction: 'forward' | 'back';
  readonly operations: readonly Operation[];
  /** The schema before it is done, in this direction. */
  readonly before: Schema;
  readonly steps: readonly Step[];
  /** How far it has come already. */
  readonly recorded: Recorded | undefined;
}

/** What is asked of a plan. */
export interface PlanOptions {
  /** The last one to apply; what stays applied, with all that it comes after, on the way back. */
  readonly to?: string | undefined;
  /** How many, at most. */
  readonly count?: number | undefined;
  /** Nothing is to be done but to remember it so: what was done by hand need not be as the files say. */
  readonly fake?: boolean | undefined;
}

/** Migrations that are to be done, in order, and those that count as applied and are not recorded yet. */
export interface Plan {
  readonly migrations: readonly PlannedMigration[];
  readonly adopted: readonly Migration[];
}

/**
 * What is to be applied, in order.
 *
 * @throws MigrationHistoryError where files and record do not agree, or files that stand for others do not lead where these do; where branches met;
 * for half a way back.
 */
export function planForward(
  files: readonly Migration[],
  record: readonly Recorded[],
  dialect: Dialect,
  { to, count, fake = false }: PlanOptions = {},
): Plan {
  checkSquashes(files, dialect);
  const { migrations: all, recorded, adopted } = inOrder(files, record, fake);
  const half = recorded.find(({ state }) => state === 'reverting');
  if (half !== undefined)
    throw new MigrationHistoryError('it is half rolled back.', {
      migration: half.name,
      remedy: 'Roll it back to the end first.',
    });
  const wanted = to === undefined ? all : upTo(all, to);
  if (to === undefined) refuseBranches(all);
  const applied = appliedNames(recorded);
  const befores = schemasBefore(all);
  const migrations = wanted
    .filter(({ name }) => !applied.has(name))
    .slice(0, count)
    .map((migration) =>
      planned(migration, 'forward', migration.operations, befores.get(migration)!, dialect, recorded),
    );
  return { migrations, adopted };
}

/**
 * What is to be taken back, the last one first.
 *
 * @throws IrreversibleMigrationError for one from which there is no way back.
 */
export function planBack(
  files: readonly Migration[],
  record: readonly Recorded[],
  dialect: Dialect,
  { to, count, fake = false }: PlanOptions = {},
): Plan {
  const { migrations: all, recorded, adopted } = inOrder(files, record, fake);
  const half = recorded.find(({ state }) => state === 'applying');
  if (half !== undefined && !fake)
    throw new MigrationHistoryError('it is half applied.', {
      migration: half.name,
      remedy: 'Apply it to the end first; or take it back by hand, and say so with rollback({ fake: true }).',
    });
  const kept = to === undefined ? [] : upTo(all, to);
  const begun = new Set(recorded.map(({ name }) => name));
  const befores = schemasBefore(all);
  const migrations = all
    .filter((migration) => begun.has(migration.name) && !kept.includes(migration))
    .toReversed()
    .slice(0, count)
    .map((migration) => {
      const before = befores.get(migration)!;
      // What is taken back by hand needs no way back.
      const back = fake ? [] : named(migration, () => invertAll(migration.operations, before));
      return planned(migration, 'back', back, replay([migration], before), dialect, recorded);
    });
  return { migrations, adopted };
}

/** The schema before each of them. */
function schemasBefore(all: readonly Migration[]): Map<Migration, Schema> {
  const befores = new Map<Migration, Schema>();
  let schema = replay([]);
  for (const migration of all) {
    befores.set(migration, schema);
    schema = replay([migration], schema);
  }
  return befores;
}

/** The files in order, once they agree with the record. */
export function inOrder(
  files: readonly Migration[],
  record: readonly Recorded[],
  halfEdited = false,
): Settled & { readonly migrations: readonly Migration[] } {
  const settled = settleReplaced(files, record);
  const migrations = ordered(settled.migrations);
  checkHistory(migrations, settled.recorded, { halfEdited });
  return { ...settled, migrations };
}

/** @throws MigrationHistoryError for files that contradict each other, whatever a database has of them. */
export function checkFiles(files: readonly Migration[]): void {
  replay(ordered(settleReplaced(files, []).migrations));
}

/** The schema to which the files lead, or those up to one. @throws MigrationHistoryError, MigrationError */
export function schemaAfter(files: readonly Migration[], to?: string): Schema {
  const all = ordered(settleReplaced(files, []).migrations);
  return replay(to === undefined ? all : upTo(all, to));
}

/** The names of what is applied to the end, or half taken back. */
function appliedNames(recorded: readonly Recorded[]): Set<string> {
  return new Set(recorded.filter(({ state }) => state !== 'applying').map(({ name }) => name));
}

/** @throws MigrationHistoryError where two migrations come after the same one, and nothing after both. */
export function refuseBranches(all: readonly Migration[]): void {
  const leaves = leavesOf(all).map(({ name }) => name);
  if (leaves.length > 1)
    throw new MigrationHistoryError(
      `There are ${leaves.length} migrations that none comes after: ${leaves.join(', ')}.`,
      {
        remedy: `Write one that comes after all of them: blaze makemigrations --merge.`,
      },
    );
}

/** A migration and all that it comes after. @throws MigrationError if there is none of that name. */
function upTo(all: readonly Migration[], name: string): Migration[] {
  const byName = new Map(all.map((migration) => [migration.name, migration]));
  const wanted = new Set<Migration>();
  const add = (migration: Migration): void => {
    wanted.add(migration);
    for (const earlier of migration.after) add(byName.get(earlier)!);
  };
  const found = byName.get(name);
  if (found === undefined)
    throw new MigrationError(`There is no migration '${name}'.`, { remedy: suggest(name, byName.keys()) });
  add(found);
  return all.filter((migration) => wanted.has(migration));
}

function planned(
  migration: Migration,
  direction: PlannedMigration['direction'],
  operations: readonly Operation[],
  before: Schema,
  dialect: Dialect,
  recorded: readonly Recorded[],
): PlannedMigration {
  const steps = named(migration, () => stepsOf(operations, before, dialect));
  refuseTransactions(migration, steps);
  const state = direction === 'forward' ? 'applying' : 'reverting';
  const entry = recorded.find((other) => other.name === migration.name && other.state === state);
  return { migration, direction, operations, before, steps, recorded: entry };
}

/** @throws MigrationError for SQL that begins or ends the transaction in which its record stands. */
function refuseTransactions({ name }: Migration, steps: readonly Step[]): void {
  for (const step of steps) {
    if (step.kind !== 'sql' || !step.own) continue;
    const word = transactionWord(step.sql);
    if (word !== undefined)
      throw new MigrationError(`runSql() does not send ${word}: the transaction is the migration's.`, {
        migration: name,
        remedy: 'Leave it out; with { outside: true } each statement stands for itself.',
        sql: step.sql,
      });
  }
}

/** Errors of a migration say of which. */
function named<T>({ name }: Migration, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof BlazeError) || (error instanceof MigrationError && error.migration !== undefined))
      throw error;
    if (error instanceof MigrationError) {
      const { remedy, message } = error;
      const text = remedy === undefined ? message : message.slice(0, -remedy.length - 1);
      // The same kind of error, with the name in front.
      const Kind = error.constructor as typeof MigrationError;
      throw new Kind(text, { migration: name, remedy, cause: error });
    }
    throw new MigrationError(error.message, { migration: name, cause: error });
  }
}
