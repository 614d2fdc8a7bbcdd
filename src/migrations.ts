import type { Connection } from './adapters/adapter.ts';
import { borrowed, lent } from './adapters/borrowed.ts';
import type { Database } from './database.ts';
import { contextOf } from './migration-code.ts';
import type { MigrationCode } from './migration-code.ts';
import { engineOf } from './persistence/database.ts';
import { Engine } from './persistence/engine.ts';
import { openSession } from './persistence/session.ts';
import { MigrationEngine as CoreEngine } from './schema/engine/engine.ts';
import type { EngineOptions } from './schema/engine/options.ts';
import type { CodeTerms, MigrationTarget } from './schema/engine/target.ts';
import { schemaOf } from './schema/of-models.ts';
import type { Migration, Operation } from './schema/operations/operation.ts';
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
  readonly #engine: Engine;

  /** @throws MigrationError for an option that does not exist. */
  constructor(db: Database, migrations: readonly Migration[], options: EngineOptions = {}) {
    const engine = engineOf(db);
    super(targetOf(engine), migrations, options);
    this.#engine = engine;
  }

  /**
   * What the models say and the migrations do not, as operations: none, where every change of the models has its migration.
   * Nothing is asked of the database.
   */
  check(models: Iterable<unknown>): Operation[] {
    return this.pending(schemaOf([...models], dialectOf(this.#engine)));
  }
}

function targetOf(engine: Engine): MigrationTarget {
  const { executor, config } = engine;
  const isFile = config?.scheme === 'sqlite' && config.path !== '' && config.path !== ':memory:';
  return {
    executor,
    get dialect() {
      return dialectOf(engine);
    },
    lockFile: isFile ? `${config.path}-migrate` : undefined,
    runCode: (step, terms) => runCode(engine, step, terms),
  };
}

function dialectOf(engine: Engine): MigrationTarget['dialect'] {
  return engine.compiledIn(engine.options.schema).dialect;
}

/** Code of a migration gets a session; its transactions are savepoints where the migration is in one. */
async function runCode(engine: Engine, step: RunStep, terms: CodeTerms): Promise<void> {
  const session = openSession(engineFor(engine, step, terms.connection));
  const code = step.run as MigrationCode; // Named cast: what the schema calls its context is this.
  await session.run(async () => code(contextOf(session, step, terms)));
  await session.commit();
  await session.close();
}

/** The database itself where code stands outside; but where one connection writes, it is the one that the migration has. */
function engineFor(engine: Engine, { outside }: RunStep, connection: Connection): Engine {
  if (outside && engine.adapter.dialect.features.rowLocks !== undefined) return engine;
  const { schema } = engine.options;
  const adapter = (outside ? lent : borrowed)(engine.adapter, connection);
  return new Engine(adapter, undefined, schema === undefined ? {} : { schema });
}
