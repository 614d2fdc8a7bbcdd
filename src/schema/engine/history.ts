import { EMPTY } from '../state.ts';
import type { Schema } from '../../core/ast/schema.ts';
import { applyOperation } from '../operations/apply.ts';
import type { Migration } from '../operations/operation.ts';
import { BlazeError } from '../../utils/errors.ts';
import { MigrationError, MigrationHistoryError } from '../../utils/migration-errors.ts';
import { suggest } from '../../utils/naming.ts';
import type { Recorded } from './record.ts';

/**
 * The files in an order in which each comes after those that it names; by name where nothing else decides.
 *
 * @throws MigrationHistoryError for names that are there twice or not at all, and for circles.
 */
export function ordered(migrations: readonly Migration[]): Migration[] {
  const byName = new Map<string, Migration>();
  for (const migration of migrations) {
    if (byName.has(migration.name))
      throw new MigrationHistoryError('there are two migrations of this name.', { migration: migration.name });
    byName.set(migration.name, migration);
  }
  const placed = new Set<Migration>();
  const place = (migration: Migration, trail: readonly Migration[]): void => {
    if (placed.has(migration)) return;
    if (trail.includes(migration))
      throw new MigrationHistoryError(
        `it comes after itself, by ${[...trail, migration].map(({ name }) => name).join(' → ')}.`,
        {
          migration: migration.name,
        },
      );
    for (const name of migration.after) {
      const earlier = byName.get(name);
      if (earlier === undefined)
        throw new MigrationHistoryError(`it comes after '${name}', of which there is no file.`, {
          migration: migration.name,
          remedy: suggest(name, byName.keys()),
        });
      place(earlier, [...trail, migration]);
    }
    placed.add(migration);
  };
  for (const migration of [...migrations].toSorted((a, b) => (a.name < b.name ? -1 : 1))) place(migration, []);
  return [...placed];
}

/** The migrations that none comes after: more than one where branches met. */
export function leavesOf(migrations: readonly Migration[]): Migration[] {
  const followed = new Set(migrations.flatMap(({ after }) => after));
  return migrations.filter(({ name }) => !followed.has(name));
}

/** The schema after all of these, in their order. @throws MigrationError that names the migration. */
export function replay(migrations: readonly Migration[], from: Schema = EMPTY): Schema {
  let schema = from;
  for (const { name, operations } of migrations)
    for (const operation of operations) {
      try {
        schema = applyOperation(schema, operation);
      } catch (error) {
        if (!(error instanceof BlazeError)) throw error;
        throw error instanceof MigrationError && error.migration !== undefined
          ? error
          : new MigrationError(error.message, { migration: name, cause: error });
      }
    }
  return schema;
}

/**
 * Compare the files with what was applied.
 *
 * @throws MigrationHistoryError for one that was applied and is gone, or changed, or that was applied before one that it comes after.
 */
export function checkHistory(migrations: readonly Migration[], recorded: readonly Recorded[]): void {
  const byName = new Map(recorded.map((entry) => [entry.name, entry]));
  const files = new Set(migrations.map(({ name }) => name));
  const replaced = new Set(migrations.flatMap(({ replaces }) => replaces));
  for (const { name } of recorded)
    if (!files.has(name) && !replaced.has(name))
      throw new MigrationHistoryError('it was applied to this database, and there is no file of it.', {
        migration: name,
        remedy: 'Bring the file back from version control.',
      });
  for (const { name, checksum, after } of migrations) {
    const entry = byName.get(name);
    if (entry === undefined) continue;
    if (entry.checksum !== checksum)
      throw new MigrationHistoryError('its file was edited after it was applied to this database.', {
        migration: name,
        remedy: 'Take the edit back, and write another migration.',
      });
    for (const earlier of after)
      if (!byName.has(earlier))
        throw new MigrationHistoryError(
          `it was applied to this database, but '${earlier}', which comes before it, was not.`,
          {
            migration: name,
          },
        );
  }
  const halves = recorded.filter(({ state }) => state !== 'applied');
  if (halves.length > 1)
    throw new MigrationHistoryError(`several migrations are half done: ${halves.map(({ name }) => name).join(', ')}.`);
}
