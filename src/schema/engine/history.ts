import { EMPTY } from '../state.ts';
import type { Schema } from '../../core/ast/schema.ts';
import { applyOperation } from '../operations/apply.ts';
import type { Migration } from '../operations/operation.ts';
import { BlazeError } from '../../utils/errors.ts';
import { MigrationError, MigrationHistoryError } from '../../utils/migration-errors.ts';
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
          remedy: 'Bring the file back from version control, or mend the name.',
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

/** What a history may have wrong, because somebody says that it was put right by hand. */
export interface Tolerance {
  /** A migration that is half done may have been edited meanwhile. */
  readonly halfEdited?: boolean;
}

/**
 * Compare the files with what was applied.
 *
 * @throws MigrationHistoryError for one that was applied and is gone, or changed, or that was applied before one that it comes after.
 */
export function checkHistory(
  migrations: readonly Migration[],
  recorded: readonly Recorded[],
  { halfEdited = false }: Tolerance = {},
): void {
  const byName = new Map(recorded.map((entry) => [entry.name, entry]));
  const files = new Set(migrations.map(({ name }) => name));
  for (const { name } of recorded)
    if (!files.has(name))
      throw new MigrationHistoryError('it was applied to this database, and there is no file of it.', {
        migration: name,
        remedy: 'Bring the file back from version control.',
      });
  for (const migration of migrations) {
    const entry = byName.get(migration.name);
    if (entry === undefined) continue;
    if (entry.checksum !== migration.checksum && !(halfEdited && entry.state !== 'applied')) throw edited(entry);
    for (const earlier of migration.after)
      if (!byName.has(earlier))
        throw new MigrationHistoryError(
          `it was applied to this database, but '${earlier}', which comes before it, was not.`,
          {
            migration: migration.name,
            remedy: 'Take back what was changed about the order, or write another migration that comes after both.',
          },
        );
  }
  const halves = recorded.filter(({ state }) => state !== 'applied');
  if (halves.length > 1)
    throw new MigrationHistoryError(`several migrations are half done: ${halves.map(({ name }) => name).join(', ')}.`, {
      remedy: 'Something else has written into the table of migrations: compare it with the schema.',
    });
}

function edited({ name, state, done }: Recorded): MigrationHistoryError {
  if (state === 'applied')
    return new MigrationHistoryError('its file was edited after it was applied to this database.', {
      migration: name,
      remedy: 'Take the edit back, and write another migration.',
    });
  const [how, call] = state === 'applying' ? ['applied', 'migrate'] : ['rolled back', 'rollback'];
  return new MigrationHistoryError(`its file was edited while it was half ${how}: ${done} of its steps are done.`, {
    migration: name,
    remedy: `Take the edit back and go on; or finish it by hand, and say so with ${call}({ fake: true }).`,
  });
}
