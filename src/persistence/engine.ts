import type { Adapter } from '../adapters/adapter.ts';
import type { ConnectionConfig } from '../adapters/config.ts';
import { Executor } from '../adapters/executor.ts';
import { statementDatabase } from '../adapters/statement-database.ts';
import type { ModelMeta } from '../core/metadata.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import type { Logger } from '../utils/logging.ts';
import { own } from '../utils/own.ts';
import type { CacheAccess } from './cached/cache-access.ts';
import { describe } from './statement-origin.ts';
import { trackerFor } from './tracking.ts';
import type { TrackingOptions } from './tracking.ts';
import type { PerformanceTracker } from '../utils/performance.ts';
import { emitWarning } from '../utils/warnings.ts';
import type { Warn } from '../utils/warnings.ts';
import { CompiledCache } from './compiled.ts';
import { DatabaseLog } from './database-log.ts';
import { ErrorNames } from './name-errors.ts';
import type { SessionOptions } from './options.ts';
import { scopesOf } from './scope-settings.ts';
import type { ScopeOptions } from './scope-settings.ts';
import { Units } from './units.ts';

/** Of so many schemas what was compiled is kept. */
const MAX_SCHEMAS = 100;

/** Settings that every session of a database begins with. */
export type SessionDefaults = Required<Omit<SessionOptions, 'schema' | 'performanceThreshold' | keyof ScopeOptions>> & {
  readonly schema: string | undefined;
};

/** What sessions of one database share, and outlives them: adapter, executor, everything compiled. */
export class Engine {
  readonly adapter: Adapter;
  readonly executor: Executor;
  readonly options: SessionDefaults;
  /** What the database says of scopes, and the models that have them. */
  readonly scopes: ScopeOptions;
  readonly models: readonly ModelMeta[];
  readonly errorNames: ErrorNames;
  /** Rows that outlive sessions; set once the database is connected. */
  cache: CacheAccess | undefined;
  readonly config: ConnectionConfig | undefined;
  /** What measures its statements, if anything does. */
  tracker: PerformanceTracker | undefined;
  /** Transactions and flushes, for who listens. */
  readonly units: Units;
  /** Undefined where there is no logger. */
  log: DatabaseLog | undefined;
  readonly #warned = new Set<string>();
  #compiled: CompiledCache | undefined;
  #connecting: Promise<void> | undefined;

  constructor(
    adapter: Adapter,
    config: ConnectionConfig | undefined,
    options: SessionOptions = {},
    models: readonly ModelMeta[] = [],
  ) {
    this.adapter = adapter;
    this.executor = new Executor(adapter, undefined, { database: statementDatabase(adapter, config), describe });
    this.units = new Units(this.executor.database);
    this.options = {
      fetchMode: options.fetchMode ?? 'peers',
      flushMode: options.flushMode ?? 'auto',
      loadStrategy: options.loadStrategy ?? 'auto',
      using: options.using,
      schema: options.schema,
    };
    this.scopes = own({
      ...(options.scopes && { scopes: options.scopes }),
      ...(options.unscoped && { unscoped: options.unscoped }),
    });
    this.models = models;
    if (models.length > 0) scopesOf(this.scopes, {}, models);
    this.config = config;
    this.errorNames = new ErrorNames(models);
  }

  /** Compiled queries; made for the dialect that the server turned out to speak. */
  get compiled(): CompiledCache {
    const { dialect } = this.adapter;
    if (this.#compiled?.dialect !== dialect) this.#compiled = new CompiledCache(dialect, undefined, this.models);
    return this.#compiled;
  }

  /**
   * What is compiled for tables of a schema; the latest hundred are kept.
   *
   * @throws UnsupportedError where there are no schemas; ConfigError for what is no name of one.
   */
  compiledIn(schema: string | undefined): CompiledCache {
    const { compiled } = this;
    if (schema === undefined) return compiled;
    let found = this.#schemas.get(schema);
    if (found?.base === compiled) return found;
    found = new CompiledCache(compiled.dialect.inSchema(schema), compiled, this.models);
    this.#schemas.delete(schema);
    this.#schemas.set(schema, found);
    if (this.#schemas.size > MAX_SCHEMAS) this.#schemas.delete(this.#schemas.keys().next().value!);
    return found;
  }

  readonly #schemas = new Map<string, CompiledCache>();

  /** Connect at first use; once. */
  connect(): MaybePromise<void> {
    if (this.config === undefined || this.#connected) return undefined;
    this.#connecting ??= this.#open(this.config);
    return this.#connecting;
  }

  /** What failed is tried again at the next use: the server may be up by then. */
  async #open(config: ConnectionConfig): Promise<void> {
    try {
      await this.adapter.connect(config);
      this.#connected = true;
    } finally {
      this.#connecting = undefined;
    }
  }

  #connected = false;

  /** Measure its statements, as the options say. @throws ConfigError */
  track(options: TrackingOptions & SessionOptions): void {
    this.tracker = trackerFor(options, {
      executor: this.executor,
      dialect: () => this.adapter.dialect,
      warn: this.warn,
    });
    if (this.tracker !== undefined) this.executor.observers.add((event) => this.tracker!.add(event));
  }

  /** A warning that is worth giving once for each database. */
  warnOnce(code: string, text: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    this.warn(code, text);
  }

  /** What is wrong and is no error of anybody's call: the process is told, and the logger. */
  readonly warn: Warn = (code, message) => {
    emitWarning(code, message);
    this.log?.warning(code, message);
  };

  /** The same for an error that nobody else is told. */
  readonly fault: Warn = (code, message) => {
    emitWarning(code, message);
    this.log?.write('error', () => ({ event: 'fault', code }), message);
  };

  /** What is done here, and what is wrong, goes to a logger too. */
  logTo(logger: Logger): void {
    const log = new DatabaseLog(logger, this.executor.database);
    this.log = log;
    this.executor.observers.add(log.statement);
    this.units.add(log.unit);
    if ('warn' in this.adapter) this.adapter.warn = this.warn;
  }
}
