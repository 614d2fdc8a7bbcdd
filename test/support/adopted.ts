/** A database that exists, taken over: models that `inspect` wrote, the migration that `makemigrations` makes of them, `adopt`. */
import { inspect, MigrationEngine, printMigration, readMigrations, runSql } from '../../src/schema.ts';
import type { Inspected, Migration } from '../../src/schema.ts';
import type { ModelClassValue } from '../../src/core/metadata.ts';
import { changesOf, makeMigration } from '../../src/schema/makemigrations.ts';
import { freshUrl } from '../../src/testing/support/database.ts';
import type { Folder } from './inspected.ts';
import { LiveDatabase } from './live-schema.ts';

export interface Inspection extends Inspected {
  readonly models: readonly ModelClassValue[];
  /** What the models make of an empty history, as it was written to a file and read again. */
  readonly migrations: readonly Migration[];
}

/**
 * Models of a database as files, and the migration of them as a file.
 *
 * @param first SQL of a migration that comes before it.
 */
export async function inspected(
  db: LiveDatabase,
  folder: Folder,
  name: string,
  first: readonly string[] = [],
): Promise<Inspection> {
  const written = inspect(await db.introspect());
  const models = await folder.load(written.files, name);
  const prelude: Migration[] =
    first.length === 0
      ? []
      : [
          {
            kind: 'migration',
            name: '0001_first',
            checksum: '',
            after: [],
            replaces: [],
            operations: [runSql({ up: first, down: [] })],
          },
        ];
  const made = makeMigration(changesOf(models, prelude, db.dialect), 'initial')!;
  const text = printMigration(made, { dialect: db.dialect, before: made.before });
  const path = folder.write([{ name: `${made.name}.ts`, text }], `${name}-migrations`);
  const migrations = [...prelude, ...(await readMigrations(path))];
  return { ...written, models, migrations };
}

/** What `makemigrations` would find now, and how `adopt` ends: with an empty text, or with what it says. */
export async function takeOver(
  db: LiveDatabase,
  { models, migrations }: Inspection,
): Promise<{ readonly changes: number; readonly adopted: string }> {
  const { operations } = changesOf(models, migrations, db.dialect);
  const scratch = await LiveDatabase.connect(await freshUrl());
  const to = migrations.at(-1)!.name;
  try {
    await new MigrationEngine(db, migrations).adopt(scratch, { to });
    return { changes: operations.length, adopted: '' };
  } catch (error) {
    return { changes: operations.length, adopted: (error as Error).message };
  } finally {
    await scratch.close();
  }
}
