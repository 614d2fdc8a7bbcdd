import type { Connection } from './adapters/adapter.ts';
import { borrowed } from './adapters/borrowed.ts';
import { Engine } from './persistence/engine.ts';
import { openSession } from './persistence/session.ts';
import { engineOf } from './persistence/database.ts';
import type { Database } from './database.ts';
import { modelOfTable } from './schema/historical.ts';
import { MigrationEngine as CoreEngine } from './schema/engine/engine.ts';
import type { EngineOptions, MigrationTarget, RunProgress } from './schema/engine/engine.ts';
import type { Migration } from './schema/operations/operation.ts';
import type { RunStep } from './schema/steps.ts';

/**
 * Applies migrations to a database, and takes them back: one migrator at a time, each step recorded, so that what was
 * interrupted goes on where it stopped.
 *
 * @example
 * ```ts
 * import { Database } from 'blazeorm';
 * import { MigrationEngine, readMigrations } from 'blazeorm/schema';
 * const db = await Database.connect('sqlite:app.db');
 * const engine = new MigrationEngine(db, await readMigrations('migrations'));
 * await engine.migrate();
 * ```
 */
export class MigrationEngine extends CoreEngine {
  constructor(db: Database, migrations: readonly Migration[], options: EngineOptions = {}) {
    super(targetOf(engineOf(db)), migrations, options);
  }
}

function targetOf(engine: Engine): MigrationTarget {
  const { executor, config } = engine;
  return {
    executor,
    get dialect() {
      return engine.compiledIn(engine.options.schema).dialect;
    },
    scope: String(config),
    runCode: (step, connection, progress) => runCode(engine, step, connection, progress),
  };
}

/** Code of a migration gets a session; its transactions are savepoints where the migration is in one. */
async function runCode(
  engine: Engine,
  step: RunStep,
  connection: Connection | undefined,
  progress: RunProgress,
): Promise<void> {
  const { schema } = engine.options;
  const own =
    connection === undefined
      ? engine
      : new Engine(borrowed(engine.adapter, connection), undefined, schema === undefined ? {} : { schema });
  const session = openSession(own, {});
  const models = Object.fromEntries(step.schema.tables.map((table) => [table.name, modelOfTable(table)]));
  await session.run(async () => step.run({ session, models, progress }));
  await session.commit();
}
