import { resolve } from 'node:path';
import { ConnectionConfig } from '../adapters/config.ts';
import { Database } from '../database.ts';
import { MigrationEngine } from '../migrations.ts';
import type { EngineOptions } from '../schema/engine/options.ts';
import { readMigrations } from '../schema/files.ts';
import type { Migration } from '../schema/operations/operation.ts';
import { ConfigError } from '../utils/errors.ts';
import { loadModels, loadProject } from './load.ts';
import type { Project } from './load.ts';
import type { Output } from './output.ts';

/** What every command can be told. */
export interface CommonOptions {
  readonly config?: string;
  readonly url?: string;
}

/** What commands work with: the project, and the database once it is wanted. */
export class Context {
  readonly project: Project;
  readonly output: Output;
  readonly #url: string | undefined;

  private constructor(project: Project, output: Output, url: string | undefined) {
    this.project = project;
    this.output = output;
    this.#url = url;
  }

  static async open(cwd: string, output: Output, { config, url }: CommonOptions): Promise<Context> {
    return new Context(await loadProject(cwd, config), output, url);
  }

  /** The folder of the migrations. */
  get folder(): string {
    return resolve(this.project.folder, this.project.config.migrations ?? 'migrations');
  }

  /** Where the database is. @throws ConfigError where nobody says it. */
  get connection(): ConnectionConfig {
    const { url, connection } = this.project.config;
    const given = this.#url ?? url ?? process.env['DATABASE_URL'];
    if (given === undefined)
      throw new ConfigError('Nobody says where the database is.', {
        remedy: "Give 'url' in the configuration, set DATABASE_URL, or use --url.",
      });
    return ConnectionConfig.fromDsn(given, connection ?? {});
  }

  models(): Promise<unknown[]> {
    return loadModels(this.project);
  }

  migrations(): Promise<Migration[]> {
    return readMigrations(this.folder, this.project.load);
  }

  /** Work with the database, which is closed afterwards. */
  async withDatabase<T>(run: (db: Database) => Promise<T>, models: readonly unknown[] = []): Promise<T> {
    const { schema } = this.project.config;
    const db = await Database.connect(this.connection, { models, ...(schema === undefined ? {} : { schema }) });
    try {
      return await run(db);
    } finally {
      await db.close();
    }
  }

  /**
   * Work with the engine on an empty database.
   *
   * @throws ConfigError where nobody names one, and none can be had in memory.
   */
  async withScratch<T>(
    given: string | undefined,
    run: (engine: MigrationEngine, scratch: Database) => Promise<T>,
  ): Promise<T> {
    const { scratchUrl, table, schema } = this.project.config;
    const inMemory = this.connection.scheme === 'sqlite' ? 'sqlite::memory:' : undefined;
    const url = given ?? scratchUrl ?? inMemory;
    if (url === undefined)
      throw new ConfigError('Nobody names an empty database to try migrations on.', {
        field: 'scratchUrl',
        remedy: "Give 'scratchUrl' in the configuration, or use --scratch.",
      });
    const migrations = await this.migrations();
    const db = await Database.connect(url, schema === undefined ? {} : { schema });
    try {
      return await run(new MigrationEngine(db, migrations, { table }), db);
    } finally {
      await db.close();
    }
  }

  /** Work with the engine on the database. */
  async withEngine<T>(
    run: (engine: MigrationEngine, db: Database) => Promise<T>,
    options: EngineOptions = {},
  ): Promise<T> {
    const migrations = await this.migrations();
    const { table, lockTimeout, statementTimeout } = this.project.config;
    return this.withDatabase((db) =>
      run(new MigrationEngine(db, migrations, { table, lockTimeout, statementTimeout, ...options }), db),
    );
  }
}
