import type { Registry } from './core/registry.ts';
import { DatabaseCore } from './persistence/database.ts';
import type { Engine } from './persistence/engine.ts';
import { SchemaBuilder } from './schema/builder.ts';
import { ConfigError } from './utils/errors.ts';
import { own } from './utils/own.ts';

/**
 * A database, for as long as the program runs. Open one, keep it, and open sessions on it.
 *
 * @example
 * ```ts
 * import { Database, f, model } from 'blazeorm';
 * class Genre extends model('genre', { id: f.auto(), name: f.string() }) {}
 *
 * const db = await Database.connect('sqlite::memory:', { models: [Genre] });
 * await db.createAll();
 * await db.transaction(async (session) => {
 *   session.add(new Genre({ name: 'Rock' }));
 * });
 * await db.close();
 * ```
 */
export class Database extends DatabaseCore {
  protected constructor(engine: Engine, registry: Registry) {
    super(engine, registry);
    this.#builder().checkConditions(registry.models);
  }

  /**
   * Create the tables and indexes of all models, in one transaction where the database can. What exists is left as it is, unless
   * `ifNotExists: false` asks for an error. `schema` is where the tables of models go that name none, as for a session;
   * schemas that are missing are created.
   */
  async createAll(options: { readonly ifNotExists?: boolean; readonly schema?: string } = {}): Promise<void> {
    const { schema, ifNotExists = true } = own(options);
    await this.#run(this.#builder(schema).createSql(this.#models(), { ifNotExists }));
  }

  /**
   * Drop the tables of all models, with everything in them; with `schema` those of models that name none, in that one.
   * `confirm: true` says that this is meant.
   */
  async dropAll(options: { readonly confirm: true; readonly schema?: string }): Promise<void> {
    const { confirm, schema } = own(options);
    if (confirm !== true)
      throw new ConfigError('dropAll() deletes every row of every model.', {
        remedy: 'Say dropAll({ confirm: true }) if that is meant.',
      });
    const models = this.#models().filter((meta) => schema === undefined || meta.schema === undefined);
    await this.#run(this.#builder(schema).dropSql(models, { ifExists: true }));
    await this.engine.cache?.level.clear();
  }

  #builder(schema = this.engine.options.schema): SchemaBuilder {
    return new SchemaBuilder(this.engine.compiledIn(schema).dialect);
  }

  #models(): Database['registry']['models'] {
    const { models } = this.registry;
    if (models.length === 0)
      throw new ConfigError('The database was given no models.', {
        remedy: 'Pass them: Database.connect(dsn, { models: [...] }).',
      });
    return models;
  }

  async #run(statements: readonly string[]): Promise<void> {
    const { executor, adapter } = this.engine;
    const connection = await executor.acquire({ mode: 'write', purpose: 'a change of the schema' });
    try {
      if (!adapter.dialect.features.transactionalDdl) {
        for (const sql of statements) await executor.script(connection, sql);
        return;
      }
      await executor.begin(connection, {});
      try {
        for (const sql of statements) await executor.script(connection, sql);
        await executor.commit(connection);
      } catch (error) {
        await executor.rollback(connection);
        throw error;
      }
    } finally {
      executor.release(connection);
    }
  }
}
