import type { Schema } from '../../core/ast/schema.ts';
import type { Dialect } from '../../dialects/dialect.ts';
import { BlazeError } from '../../utils/errors.ts';
import { MigrationError, MigrationHistoryError } from '../../utils/migration-errors.ts';
import { suggest } from '../../utils/naming.ts';
import { invertAll } from '../operations/invert.ts';
import type { Migration, Operation } from '../operations/operation.ts';
import { stepsOf } from '../steps.ts';
import type { Step } from '../steps.ts';
import { checkHistory, leavesOf, ordered, replay } from './history.ts';
import type { Recorded } from './record.ts';

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

/**
 * What is to be applied, in order.
 *
 * @param to The last one; all, by default.
 * @throws MigrationHistoryError where files and record do not agree, where branches met, and for half a way back.
 */
export function planForward(
  files: readonly Migration[],
  recorded: readonly Recorded[],
  dialect: Dialect,
  to?: string,
): PlannedMigration[] {
  const all = inOrder(files, recorded);
  const half = recorded.find(({ state }) => state === 'reverting');
  if (half !== undefined)
    throw new MigrationHistoryError('it is half rolled back.', {
      migration: half.name,
      remedy: 'Roll it back to the end first.',
    });
  const wanted = to === undefined ? all : upTo(all, to);
  if (to === undefined) refuseBranches(all);
  const applied = appliedNames(all, recorded);
  const plans: PlannedMigration[] = [];
  let before = replay([]);
  for (const migration of all) {
    const after = replay([migration], before);
    if (wanted.includes(migration) && !applied.has(migration.name))
      plans.push(planned(migration, 'forward', migration.operations, before, dialect, recorded));
    before = after;
  }
  return plans;
}

/**
 * What is to be taken back, the last one first.
 *
 * @param to What stays applied, with all that it comes after; `undefined`: everything goes.
 * @throws IrreversibleMigrationError for one from which there is no way back.
 */
export function planBack(
  files: readonly Migration[],
  recorded: readonly Recorded[],
  dialect: Dialect,
  to: string | undefined,
): PlannedMigration[] {
  const all = inOrder(files, recorded);
  const half = recorded.find(({ state }) => state === 'applying');
  if (half !== undefined)
    throw new MigrationHistoryError('it is half applied.', {
      migration: half.name,
      remedy: 'Apply it to the end first, by migrating to it.',
    });
  const kept = to === undefined ? [] : upTo(all, to);
  const applied = appliedNames(all, recorded);
  const plans: PlannedMigration[] = [];
  let before = replay([]);
  for (const migration of all) {
    const after = replay([migration], before);
    if (applied.has(migration.name) && !kept.includes(migration)) {
      const back = named(migration, () => invertAll(migration.operations, before));
      plans.push(planned(migration, 'back', back, after, dialect, recorded));
    }
    before = after;
  }
  return plans.toReversed();
}

/** The files in order, once they agree with the record. */
export function inOrder(files: readonly Migration[], recorded: readonly Recorded[]): Migration[] {
  const all = ordered(files);
  checkHistory(all, recorded);
  return all;
}

/** The names of what is applied to the end; one that stands for several is, when all of these are. */
export function appliedNames(all: readonly Migration[], recorded: readonly Recorded[]): Set<string> {
  const names = new Set(recorded.filter(({ state }) => state !== 'applying').map(({ name }) => name));
  for (const { name, replaces } of all)
    if (replaces.length > 0 && replaces.every((other) => names.has(other))) names.add(name);
  return names;
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
  const state = direction === 'forward' ? 'applying' : 'reverting';
  const entry = recorded.find((other) => other.name === migration.name && other.state === state);
  return { migration, direction, operations, before, steps, recorded: entry };
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
