import type { Adapter } from '../adapters/adapter.ts';
import { commented } from '../adapters/commented.ts';
import type { SqlCommenter } from '../adapters/commented.ts';
import { ConnectionConfig } from '../adapters/config.ts';
import type { ConnectionOptions } from '../adapters/config.ts';
import { healthOf } from '../adapters/health.ts';
import type { ServerHealth } from '../adapters/health.ts';
import { openAdapter, openReplicated } from '../adapters/open.ts';
import { replicaConfigs } from '../adapters/replica-options.ts';
import type { ReplicaOptions } from '../adapters/replica-options.ts';
import type { CacheBackend } from '../cache/backend.ts';
import type { Bounds } from '../core/bounds.ts';
import { Registry } from '../core/registry.ts';
import { describe } from '../core/value-types.ts';
import type { CacheApi, TransactionOptions } from '../core/types/index.ts';
import { ConfigError, InvalidQueryError } from '../utils/errors.ts';
import { isLogger } from '../utils/logging.ts';
import type { Logger } from '../utils/logging.ts';
import { own } from '../utils/own.ts';
import { CacheAccess } from './cached/cache-access.ts';
import { cacheApi } from './cached/invalidation.ts';
import type { ExportOptions, QueryReport } from '../utils/performance/report.ts';
import type { TrackedTotals } from '../utils/performance/table.ts';
import { Engine } from './engine.ts';
import { checkSessionOptions } from './options.ts';
import type { SessionOptions } from './options.ts';
import { isTransient, pause } from './retry.ts';
import { notMeasured } from './session-stats.ts';
import { endSession, openSession } from './session.ts';
import type { Session } from './session.ts';
import type { TrackingOptions } from './tracking.ts';

/** Settings of a database: models, session defaults, and the connection's own. */
export interface DatabaseOptions extends SessionOptions, ReplicaOptions, TrackingOptions {
  /** The models; what they reach is included. Checked at once, all problems in one error. */
  readonly models?: readonly unknown[];
  /** Settings of the connection, which override those of the DSN. */
  readonly connection?: ConnectionOptions;
  /** An adapter of your own; by default the DSN's scheme decides. */
  readonly adapter?: Adapter;
  /**
   * Hears of every statement, transaction and flush (at `debug`), of what failed, and of warnings: any logger with the shape of pino. It is used
   * as it is, and cannot fail what it hears of.
   */
  readonly logger?: Logger;
  /**
   * Tags for the statement that is about to be sent, written into a comment at its end
   * ([sqlcommenter](https://google.github.io/sqlcommenter/)). Tags that are others each time, as `traceparent` is, make other texts of one
   * statement, which is prepared anew for each.
   */
  readonly sqlCommenter?: SqlCommenter;
  /** Keeps rows and results outside of sessions, for models and queries that ask for it. Whoever made it closes it. */
  readonly cache?: CacheBackend;
}

/** What has been sent so far. */
export interface QueryStats {
  /** Statements run; a statement run for many rows counts each run. */
  readonly statements: number;
  /** Distinct statements prepared. */
  readonly prepared: number;
  /** Shapes of queries compiled and kept. */
  readonly shapes: number;
  /** What was measured, in sum, where the option `performance` is on. */
  readonly tracked?: TrackedTotals;
}

const OPTIONS = new Set([
  'models',
  'connection',
  'adapter',
  'logger',
  'sqlCommenter',
  'cache',
  'replicas',
  'maxReplicaLag',
  'fetchMode',
  'flushMode',
  'loadStrategy',
  'using',
  'schema',
  'scopes',
  'unscoped',
  'performance',
  'performanceThreshold',
  'slowQueryMs',
]);
const HEALTH_MS = 5_000;

const engines = new WeakMap<DatabaseCore, Engine>();

/**
 * A database, for as long as the program runs: connections, dialect, compiled queries. Sessions are opened on it. What
 * defines the schema is added by the class of the same name that the package exports.
 */
export class DatabaseCore {
  readonly registry: Registry;
  protected readonly engine: Engine;

  protected constructor(engine: Engine, registry: Registry) {
    engines.set(this, engine);
    this.engine = engine;
    this.registry = registry;
  }

  /**
   * Open a database and check the models.
   *
   * @param source A DSN (`sqlite:app.db`, `sqlite::memory:`) or a `ConnectionConfig`.
   * @throws ConfigError, DriverMissingError, ConnectionError, DefinitionError
   */
  static async connect<D extends DatabaseCore>(
    this: { readonly prototype: D },
    source: string | ConnectionConfig,
    given: DatabaseOptions = {},
  ): Promise<D> {
    const options = own(given);
    for (const name of Object.keys(options))
      if (!OPTIONS.has(name))
        throw new ConfigError(`Database.connect() has no option '${name}'.`, {
          field: name,
          remedy: `Use one of: ${[...OPTIONS].join(', ')}.`,
        });
    const { fetchMode, flushMode, loadStrategy, using, schema, scopes, unscoped, performanceThreshold } = options;
    checkSessionOptions({
      ...(fetchMode && { fetchMode }),
      ...(flushMode && { flushMode }),
      ...(loadStrategy && { loadStrategy }),
      ...(using && { using }),
      ...(schema !== undefined && { schema }),
      ...(scopes !== undefined && { scopes }),
      ...(unscoped !== undefined && { unscoped }),
      ...(performanceThreshold !== undefined && { performanceThreshold }),
    });
    if (typeof source !== 'string' && !(source instanceof ConnectionConfig))
      throw new ConfigError(`Database.connect() takes a DSN or a ConnectionConfig, not ${describe(source)}.`, {
        remedy: "Give it a text such as 'sqlite:app.db'.",
      });
    const config =
      typeof source === 'string'
        ? ConnectionConfig.fromDsn(source, options.connection)
        : source.with(options.connection ?? {});
    const registry = new Registry(options.models ?? []);
    checkListeners(options);
    const { logger, sqlCommenter } = options;
    const plain = await adapterFor(config, options);
    const adapter =
      sqlCommenter === undefined ? plain : commented(plain, sqlCommenter, (...all) => engine.warn(...all));
    const engine = new Engine(adapter, config, options, registry.models);
    if (logger !== undefined) engine.logTo(logger);
    engine.track(options);
    await engine.connect();
    // `this` is the class that connect was called on; its constructor is protected to everyone else.
    const Class = this as unknown as new (engine: Engine, registry: Registry) => D;
    try {
      if (options.cache !== undefined) engine.cache = cacheOf(options.cache, engine, config);
      engine.compiledIn(schema);
      return new Class(engine, registry);
    } catch (error) {
      await adapter.close();
      throw error;
    }
  }

  /**
   * A new session. It takes a connection only while it needs one. `signal` stops all that it does when it is aborted,
   * `timeout` each statement, and each wait for a connection, that takes longer.
   */
  session(options: SessionOptions & Bounds = {}): Session {
    return openSession(this.engine, options);
  }

  /**
   * Run the closure in a transaction on a session of its own: written and committed when it returns, rolled back, in
   * the database and in memory, when it throws.
   */
  async transaction<T>(
    fn: (session: Session) => T | Promise<T>,
    options: TransactionOptions & Omit<SessionOptions, 'using'> = {},
  ): Promise<T> {
    const {
      retry = 0,
      fetchMode,
      flushMode,
      loadStrategy,
      schema,
      scopes,
      unscoped,
      performanceThreshold,
      ...rest
    } = own(options);
    if (!Number.isInteger(retry) || retry < 0)
      throw new InvalidQueryError("The option 'retry' is a whole number from 0.", { field: 'retry' });
    if (typeof fn !== 'function') throw new InvalidQueryError(`transaction() takes a function, not ${describe(fn)}.`);
    for (let attempt = 0; ; attempt++) {
      const session = this.session({
        ...(fetchMode === undefined ? {} : { fetchMode }),
        ...(flushMode === undefined ? {} : { flushMode }),
        ...(loadStrategy === undefined ? {} : { loadStrategy }),
        ...(schema === undefined ? {} : { schema }),
        ...(scopes === undefined ? {} : { scopes }),
        ...(unscoped === undefined ? {} : { unscoped }),
        ...(performanceThreshold === undefined ? {} : { performanceThreshold }),
      });
      try {
        return await session.transaction(fn, rest);
      } catch (error) {
        if (attempt >= retry || !isTransient(error)) throw error;
        this.engine.units.retried(attempt + 1, error);
        await pause(attempt);
      } finally {
        endSession(session);
      }
    }
  }

  /** What is told of changes that the library does not see, where the database has a second-level cache. */
  get cache(): CacheApi {
    const { cache, options } = this.engine;
    return cacheApi(() => ({ cache, place: options.schema, transaction: undefined }));
  }

  /** What has been sent so far, by all sessions. */
  queryStats(): QueryStats {
    const { executor, compiled, tracker } = this.engine;
    const { statements, prepared } = executor;
    return { statements, prepared, shapes: compiled.size, ...(tracker && { tracked: tracker.totals() }) };
  }

  /**
   * All that was measured: each kind of statement with its counts, times and percentiles, what was slow, and what loops repeat.
   *
   * @param options `reset`: begin anew afterwards. `includeSamples`: the slowest runs of each kind.
   * @throws ConfigError where the option `performance` is not on.
   */
  exportQueryStats(options: ExportOptions = {}): QueryReport {
    const { tracker } = this.engine;
    if (tracker === undefined) throw notMeasured();
    return tracker.export(own(options));
  }

  /** Count and measure from now on. */
  resetQueryStats(): void {
    this.engine.executor.reset();
    this.engine.tracker?.reset();
  }

  /**
   * Ask each server whether it is there: a trivial statement, on a connection of the pool. Never fails: what is wrong is in
   * the answer.
   *
   * @param options `timeout`: milliseconds that a server has to answer. Default 5000.
   */
  async health(options: { readonly timeout?: number } = {}): Promise<readonly ServerHealth[]> {
    const { timeout = HEALTH_MS } = own(options);
    const { adapter, executor, config } = this.engine;
    if (adapter.health !== undefined) return adapter.health(timeout);
    const ask = async (): Promise<void> => {
      const connection = await executor.acquire({ mode: 'read', purpose: 'a look at the database' });
      try {
        await executor.query(connection, 'SELECT 1', []);
      } finally {
        executor.release(connection);
      }
    };
    return [await healthOf('primary', String(config), timeout, ask)];
  }

  /** For logs: the DSN without what is secret, and the names of the models. */
  toJSON(): { readonly config: string; readonly models: readonly string[] } {
    return { config: String(this.engine.config), models: this.registry.models.map(({ name }) => name) };
  }

  /** Close every connection. Sessions of this database are of no use afterwards. */
  async close(): Promise<void> {
    this.engine.tracker?.settle();
    await this.engine.adapter.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** What a database is made of, for those parts of the package that stand beside its sessions. */
export function engineOf(db: DatabaseCore): Engine {
  return engines.get(db)!;
}

/** @throws ConfigError for a logger that is none, or tags that are made by nothing. */
function checkListeners({ logger, sqlCommenter }: DatabaseOptions): void {
  if (logger !== undefined && !isLogger(logger))
    throw new ConfigError("The option 'logger' is an object with the methods debug, info, warn and error, as pino's.", {
      field: 'logger',
    });
  if (sqlCommenter !== undefined && typeof sqlCommenter !== 'function')
    throw new ConfigError(`The option 'sqlCommenter' is a function, not ${describe(sqlCommenter)}.`, {
      field: 'sqlCommenter',
    });
}

/** @throws ConfigError for what is no backend, or may not keep what the models would have it keep. */
function cacheOf(backend: CacheBackend, engine: Engine, config: ConnectionConfig): CacheAccess | undefined {
  const { adapter, models } = engine;
  return CacheAccess.of(backend, {
    config,
    models,
    reader: adapter.dialect.name,
    warnOnce: (code, text) => engine.warnOnce(code, text),
  });
}

/** @throws ConfigError for replicas that cannot be. */
async function adapterFor(config: ConnectionConfig, options: DatabaseOptions): Promise<Adapter> {
  const replicas = replicaConfigs(config.scheme, options, options.connection ?? {});
  if (replicas.length === 0) return options.adapter ?? openAdapter(config);
  if (options.adapter === undefined) return openReplicated(replicas, options.maxReplicaLag);
  throw new ConfigError("An adapter of your own has no 'replicas'.", {
    fields: ['adapter', 'replicas'],
    remedy: 'Leave one of them out.',
  });
}
