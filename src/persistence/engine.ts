import type { Adapter } from '../adapters/adapter.ts';
import type { ConnectionConfig } from '../adapters/config.ts';
import { Executor } from '../adapters/executor.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { CompiledCache } from './compiled.ts';
import type { SessionOptions } from './options.ts';

/** What sessions of one database share, and outlives them: adapter, executor, everything compiled. */
export class Engine {
  readonly adapter: Adapter;
  readonly executor: Executor;
  readonly options: Required<SessionOptions>;
  readonly config: ConnectionConfig | undefined;
  readonly #warned = new Set<string>();
  #compiled: CompiledCache | undefined;
  #connecting: Promise<void> | undefined;

  constructor(adapter: Adapter, config: ConnectionConfig | undefined, options: SessionOptions = {}) {
    this.adapter = adapter;
    this.executor = new Executor(adapter);
    this.options = {
      fetchMode: options.fetchMode ?? 'peers',
      flushMode: options.flushMode ?? 'auto',
      using: options.using,
    };
    this.config = config;
  }

  /** Compiled queries; made for the dialect that the server turned out to speak. */
  get compiled(): CompiledCache {
    const { dialect } = this.adapter;
    if (this.#compiled?.dialect !== dialect) this.#compiled = new CompiledCache(dialect);
    return this.#compiled;
  }

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

  /** A warning that is worth giving once for each database. */
  warnOnce(code: string, text: string): void {
    if (this.#warned.has(code)) return;
    this.#warned.add(code);
    process.emitWarning(text, { type: 'BlazeWarning', code });
  }
}
