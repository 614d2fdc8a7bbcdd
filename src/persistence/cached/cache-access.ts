import { randomBytes } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Connection } from '../../adapters/adapter.ts';
import type { ConnectionConfig } from '../../adapters/config.ts';
import type { CacheBackend } from '../../cache/backend.ts';
import { digest, formOf, safe } from '../../cache/names.ts';
import { NoOpCache } from '../../cache/no-op.ts';
import { SecondLevelCache } from '../../cache/second-level.ts';
import type { Load, Wanted } from '../../cache/second-level.ts';
import type { Rows } from '../../cache/row-text.ts';
import type { FieldMeta, ModelMeta } from '../../core/metadata.ts';
import {
  CommitOutcomeUnknownError,
  ConfigError,
  ConnectionError,
  QueryAbortedError,
  QueryTimeoutError,
} from '../../utils/errors.ts';
import type { MaybePromise } from '../../utils/maybe-promise.ts';
import { Changes } from './changes.ts';
import { CacheCounts } from './counts.ts';

/** What the cache of a database has to know of it. */
export interface CachedDatabase {
  readonly config: ConnectionConfig;
  readonly models: readonly ModelMeta[];
  /** Whose rows it keeps: two that read the same value otherwise have another name. */
  readonly reader: string;
  readonly warnOnce: (code: string, text: string) => void;
}

/** Which databases a backend is for, by their names: a name has one server. */
const served = new WeakMap<CacheBackend, Map<string, string>>();

/** A database's way to its second-level cache: what may be taken from it, and what transactions have changed. */
export class CacheAccess {
  readonly level: SecondLevelCache;
  readonly models: ReadonlySet<ModelMeta>;
  readonly counts = new CacheCounts();
  /** Of the transactions that are open, by their connections. */
  readonly #changes = new WeakMap<Connection, Changes>();
  readonly #forms = new Map<ModelMeta, string>();
  readonly #reader: string;
  readonly #warnOnce: CachedDatabase['warnOnce'];

  private constructor(backend: CacheBackend, { config, models, reader, warnOnce }: CachedDatabase) {
    this.level = new SecondLevelCache(backend, `${nameOf(backend, config)}:`, (text) => warnOnce('BLAZE_CACHE', text));
    this.models = new Set(models);
    this.#reader = reader;
    this.#warnOnce = warnOnce;
    if (this.level.shared) refuseSensitive(models);
    this.level.connect();
  }

  /** @throws ConfigError for what is no backend, or may not have what the models would have it keep. */
  static of(backend: CacheBackend, database: CachedDatabase): CacheAccess | undefined {
    if (database.models.length === 0)
      throw new ConfigError("The option 'cache' needs the models: it has to know which tables change with others.", {
        fields: ['cache', 'models'],
        remedy: 'Pass them: Database.connect(dsn, { models: [...], cache }).',
      });
    return backend instanceof NoOpCache ? undefined : new CacheAccess(backend, database);
  }

  /** Whether rows of a model are kept by their keys. */
  keeps(meta: ModelMeta): boolean {
    return meta.cache !== undefined && this.models.has(meta);
  }

  /** Whether results of queries over these may be kept. */
  keepsResultsOf(reads: Iterable<ModelMeta>): boolean {
    if (!this.level.shared) return true;
    for (const meta of reads) {
      if (!isSensitive(meta)) continue;
      this.#warnOnce(
        'BLAZE_CACHE_SENSITIVE',
        `Results of queries over ${meta.name} are not kept in this cache: it has sensitive fields. Say cache: { ttl, sensitive: true } in the model if that is meant.`,
      );
      return false;
    }
    return true;
  }

  /** The form of a model's rows, for the keys of entries. */
  formOf(meta: ModelMeta): string {
    let form = this.#forms.get(meta);
    if (form === undefined) this.#forms.set(meta, (form = formOf(columnsOf(meta), this.#reader)));
    return form;
  }

  /** The text that stands for a result. */
  resultKey(sql: string, parameters: string): string {
    return `result:${digest(JSON.stringify([this.#reader, sql, parameters]))}`;
  }

  /** The rows of each entry of a model, from the cache or loaded. */
  async rows({ name }: ModelMeta, wanted: readonly Wanted[], load: Load): Promise<Rows[]> {
    let misses = 0;
    const rows = await this.level.rows(wanted, (positions, leased) => {
      misses += positions.length;
      return load(positions, leased);
    });
    this.counts.add(name, wanted.length - misses, misses);
    return rows;
  }

  /** What of a model is there. */
  async look({ name }: ModelMeta, wanted: readonly Wanted[]): Promise<(Rows | undefined)[]> {
    const seen = await this.level.look(wanted);
    const hits = seen.filter((rows) => rows !== undefined).length;
    this.counts.add(name, hits, wanted.length - hits);
    return seen;
  }

  /**
   * What may be done with it here: inside of a transaction, at most look at what the transaction has not changed, and only where
   * each of its statements sees what is committed by then.
   */
  useIn(connection: Connection | undefined, marks: Iterable<string>): 'load' | 'look' | 'nothing' {
    if (connection === undefined) return 'load';
    const changes = this.#changes.get(connection);
    return changes !== undefined && changes.seesCommitted && !changes.concerns(marks) ? 'look' : 'nothing';
  }

  begin(connection: Connection, isolation: string | undefined): void {
    this.#changes.set(connection, new Changes(isolation === 'read committed'));
  }

  /** Note what the transaction on a connection changes; false if there is none. */
  note(connection: Connection | undefined, marks: Iterable<string>): boolean {
    const changes = connection === undefined ? undefined : this.#changes.get(connection);
    if (changes === undefined) return false;
    for (const mark of marks) changes.add(mark);
    return true;
  }

  /** What a statement does of which nothing is known: from now on the transaction looks at nothing. */
  noteUnknown(connection: Connection | undefined): void {
    if (connection !== undefined) this.#changes.get(connection)?.addUnknown();
  }

  /** Commit, while nobody is shown what it changes. */
  commit(connection: Connection, commit: () => MaybePromise<void>): MaybePromise<void> {
    const changes = this.#changes.get(connection);
    this.#changes.delete(connection);
    return changes === undefined || changes.marks.size === 0 ? commit() : this.changing(changes.marks, commit);
  }

  /** What has been rolled back changes nothing. */
  forget(connection: Connection): void {
    this.#changes.delete(connection);
  }

  changing<T>(marks: Iterable<string>, run: () => MaybePromise<T>): Promise<T> {
    return this.level.changing(marks, run, isUnknown);
  }
}

/** What a query for a model reads of each row. */
export function columnsOf({ inheritance, fields }: ModelMeta): readonly FieldMeta[] {
  return inheritance?.columns ?? fields;
}

/** Whether it may still come about, later: the connection is gone, or its statement was stopped. */
function isUnknown(error: unknown): boolean {
  return [CommitOutcomeUnknownError, ConnectionError, QueryTimeoutError, QueryAbortedError].some(
    (type) => error instanceof type,
  );
}

/** Whether values of it should not leave the process. */
function isSensitive({ fields, cache }: ModelMeta): boolean {
  return cache?.sensitive !== true && fields.some(({ sensitive }) => sensitive);
}

/** @throws ConfigError */
function refuseSensitive(models: readonly ModelMeta[]): void {
  const found = models.filter((meta) => meta.cache !== undefined && isSensitive(meta)).map(({ name }) => name);
  if (found.length === 0) return;
  throw new ConfigError(`This cache is a server, and rows of ${found.join(', ')} have sensitive fields.`, {
    field: 'cache',
    remedy: 'Say cache: { ttl, sensitive: true } in the model if they may go there, or leave its cache out.',
  });
}

/**
 * The name of a database among those that share a backend: that which its server knows it by, or its file. By which address the
 * server is reached is no part of it: the same database would have two names.
 *
 * @throws ConfigError where databases of two servers would share entries.
 */
function nameOf(backend: CacheBackend, { scheme, path, database, hosts }: ConnectionConfig): string {
  const isFile = scheme === 'sqlite' && path !== '' && path !== ':memory:';
  const name = isFile ? fileOf(path) : scheme === 'sqlite' ? randomBytes(9).toString('base64url') : (database ?? '');
  const address = JSON.stringify(hosts);
  let names = served.get(backend);
  if (names === undefined) served.set(backend, (names = new Map()));
  if ((names.get(name) ?? address) !== address)
    throw new ConfigError('This cache holds rows of a database of the same name on another server.', {
      field: 'cache',
      remedy: 'Give each server a cache of its own.',
    });
  names.set(name, address);
  return safe(name);
}

/** However a file is named, it is one. */
function fileOf(path: string): string {
  try {
    return realpathSync(path);
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'ENOENT') throw error;
    return resolve(path);
  }
}
