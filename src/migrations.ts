import type { Connection } from './adapters/adapter.ts';
import { borrowed, lent } from './adapters/borrowed.ts';
import type { Database } from './database.ts';
import { contextOf } from './migration-code.ts';
import type { MigrationCode } from './migration-code.ts';
import { asSaid, differences, listed, liveSchema, onScratch, schemasOf, walk } from './migration-verify.ts';
import type { MigrationProblem } from './migration-verify.ts';
import { engineOf } from './persistence/database.ts';
import { Engine } from './persistence/engine.ts';
import { openSession } from './persistence/session.ts';
import { MigrationEngine as CoreEngine } from './schema/engine/engine.ts';
import type { ApplyOptions, EngineOptions } from './schema/engine/options.ts';
import type { PlannedMigration } from './schema/engine/plan.ts';
import { MIGRATION_TABLE } from './schema/engine/record.ts';
import type { CodeTerms, MigrationTarget } from './schema/engine/target.ts';
import { schemaOf } from './schema/of-models.ts';
import type { Migration, Operation } from './schema/operations/operation.ts';
import type { RunStep } from './schema/steps/step.ts';
import { MigrationHistoryError } from './utils/migration-errors.ts';
import { own } from './utils/own.ts';

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
  readonly #db: Database;
  readonly #files: readonly Migration[];
  readonly #given: EngineOptions;

  /** @throws MigrationError for an option that does not exist. */
  constructor(db: Database, migrations: readonly Migration[], options: EngineOptions = {}) {
    const engine = engineOf(db);
    super(targetOf(engine), migrations, options);
    this.#engine = engine;
    this.#db = db;
    this.#files = migrations;
    this.#given = options;
  }

  override migrate(options?: ApplyOptions): Promise<PlannedMigration[]> {
    return this.#forgetting(() => super.migrate(options));
  }

  override rollback(options?: ApplyOptions): Promise<PlannedMigration[]> {
    return this.#forgetting(() => super.rollback(options));
  }

  /** What a migration does to rows is not known. */
  async #forgetting<T>(run: () => Promise<T>): Promise<T> {
    try {
      return await run();
    } finally {
      await this.#engine.cache?.level.clear();
    }
  }

  /**
   * What the models say and the migrations do not, as operations: none, where every change of the models has its migration.
   * Nothing is asked of the database.
   */
  check(models: Iterable<unknown>): Operation[] {
    return this.pending(schemaOf([...models], dialectOf(this.#engine)));
  }

  /**
   * Apply each migration to this database, take it back, and apply it again: `verify` says where the schema is another one then.
   * For an empty database that was made for this, and is empty again afterwards.
   *
   * @throws MigrationError for a database that has anything in it; for a migration that fails.
   */
  async verify(): Promise<MigrationProblem[]> {
    return onScratch(this.#db, schemasOf(this.#files), () => walk(this.#db, this, this.#table));
  }

  /**
   * What somebody has changed in this database by other means: the operations that would make it again what its migrations have
   * made. Both are read from databases, so that no difference of words is taken for one.
   *
   * @param scratch An empty database of the same kind, to which the migrations are applied; it is empty again afterwards.
   * @param options `to`: compare with the migrations up to this one, rather than with those that are recorded here.
   * @throws MigrationError for a scratch database that has anything in it.
   */
  async drift(scratch: Database, options: { readonly to?: string | undefined } = {}): Promise<Operation[]> {
    const { to } = own(options);
    const recorded = new Set((await this.recorded()).map(({ name }) => name));
    const files = to === undefined ? this.#files.filter(({ name }) => recorded.has(name)) : this.#files;
    return onScratch(scratch, schemasOf(files), async () => {
      const migrations = new MigrationEngine(scratch, files, this.#given);
      await migrations.migrate({ to, force: true });
      const said = migrations.schema(to);
      const [live, wanted] = [await liveSchema(this.#db, this.#table), await liveSchema(scratch, this.#table)];
      return differences(asSaid(live, said, scratch), asSaid(wanted, said, scratch), scratch);
    });
  }

  /**
   * Take over a database that was not made by migrations: they are remembered as applied, if it has what they would have made.
   *
   * @param scratch An empty database of the same kind, to compare with.
   * @param options `to`: the last migration that it has already.
   * @throws MigrationHistoryError that says what differs; nothing is remembered then.
   */
  async adopt(scratch: Database, options: { readonly to: string }): Promise<void> {
    const { to } = own(options);
    const found = await this.drift(scratch, { to });
    if (found.length > 0)
      throw new MigrationHistoryError(`the database differs from what it makes: ${listed(found)}.`, {
        migration: to,
        remedy: 'Put the database right, or write the migration as the database is.',
      });
    await this.migrate({ to, fake: true });
  }

  get #table(): string {
    return this.#given.table ?? MIGRATION_TABLE;
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
