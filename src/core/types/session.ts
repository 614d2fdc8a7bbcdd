/** The typed surface of a session. */
import type { ExportOptions, QueryReport } from '../../utils/performance/report.ts';
import type { TrackedTotals } from '../../utils/performance/table.ts';
import type { SqlIdentifier } from './sql.ts';
import type { Claims } from './paths.ts';
import type { Member, Model, ModelType, PkOf, SHAPE } from './entity.ts';
import type { Prefetchables } from './prefetched.ts';
import type { Loaded, QuerySet } from './queryset.ts';

/** What the second-level cache is told of changes that the library does not see. Without a cache it does nothing. */
export interface CacheApi {
  /**
   * Forgets rows of a model, all or those of these keys, and results that were read from its table; inside of a transaction when
   * that commits. For raw SQL, triggers, and what other programs write.
   *
   * @throws CacheUnavailableError outside of a transaction, where the cache cannot be reached.
   * @example await session.cache.invalidate(Post); await db.cache.invalidate(Post, 1, 2);
   */
  invalidate<M extends Model>(model: ModelType<M>, ...keys: readonly PkOf<M>[]): Promise<void>;
  /** Forgets results that were given one of these tags. */
  invalidate(what: { readonly tags: readonly string[] }): Promise<void>;
  /**
   * Forgets everything, of all databases that share the cache.
   *
   * @throws CacheUnavailableError where the cache cannot be reached.
   */
  clear(): Promise<void>;
  /** How often this database had from the cache what was asked of it, and how often it had to be read, since it was opened. */
  stats(): CacheStats;
}

/** Rows by key are one each, and the result of a query is one. */
export interface CacheStats {
  readonly hits: number;
  readonly misses: number;
  /** The same by the model that was queried. */
  readonly models: Readonly<Record<string, { readonly hits: number; readonly misses: number }>>;
}

/** Where an entity stands in its life with a session. */
export type EntityState = 'transient' | 'pending' | 'persistent' | 'deleted' | 'detached';

/** How transactions are kept apart; what a database lacks is refused by name. */
export type IsolationLevel = 'read uncommitted' | 'read committed' | 'repeatable read' | 'serializable';

/** Options of a transaction. */
export interface TransactionOptions {
  readonly isolation?: IsolationLevel;
  readonly readOnly?: boolean;
  /** It has to last when it returns: a `SessionStateError` where it would be a savepoint of a transaction around it. */
  readonly durable?: boolean;
  /** How often the closure is run again, on a fresh session, after a deadlock or a serialization failure. */
  readonly retry?: number;
  /** Rolls the transaction back when it is aborted: a `QueryAbortedError`. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds that the closure may take, each time it is run; then it is rolled back: a `QueryTimeoutError`. */
  readonly timeout?: number | undefined;
}

/** The `sql` tag of a session: sends the statement, gives its rows. @example await session.sql<{ n: number }>`select 1 as n` */
export interface SessionSql {
  <T = Record<string, unknown>>(strings: TemplateStringsArray, ...values: readonly unknown[]): Promise<T[]>;
  id(...parts: readonly string[]): SqlIdentifier;
}

/** One statement that a flush would send, and whom it is about. */
export interface FlushStatement {
  readonly sql: string;
  /** How many rows it writes, in all of its runs. */
  readonly rows: number;
  /** The model whose table it writes; of links, that of the table between. */
  readonly model: string;
  readonly operation: 'insert' | 'update' | 'delete';
  /** For each row its entity; for each link both. `why`: `'new'`, `'changed: title, views'`, `'deleted'`, `'orphan of Post.comments'` … */
  readonly entities: readonly { readonly entity: Model; readonly why: string }[];
}

/** What `merge` takes of a row: some of what the constructor does. */
export type MergeValues<M extends Model> = Partial<M[typeof SHAPE]['required']> & M[typeof SHAPE]['optional'];

/** What of an entity can be forgotten by name: columns, embedded values, relations. The key is none of it. */
export type Expirable<M extends Model> =
  | keyof M[typeof SHAPE]['column']
  | keyof M[typeof SHAPE]['settable']
  | keyof M[typeof SHAPE]['relation'];

/** What a session has sent so far. */
export interface SessionStats {
  /** Statements run; a statement run for many rows counts each run. */
  readonly statements: number;
  /** What was measured, in sum, where the option `performance` of the database is on. */
  readonly tracked?: TrackedTotals;
}

/**
 * A unit of work: an identity map, the changes to it, and a transaction while one is needed. Short-lived, not shared
 * between requests. `S` is the class that `transaction` hands to its closure.
 */
export interface SessionApi {
  /** A query for entities. @example await session.query(Post).filter({ published: true }) */
  query<M extends Model>(model: ModelType<M>): QuerySet<M>;
  /** The entity with that primary key, or null. @example await session.get(Post, id) */
  get<M extends Model>(model: ModelType<M>, pk: PkOf<M>): Promise<Member<M> | null>;
  /** The entity with that primary key. Throws `NotFoundError`. */
  getOrFail<M extends Model>(model: ModelType<M>, pk: PkOf<M>): Promise<Member<M>>;
  /** Puts new entities, and the new ones they reach, under the session's care: inserted by the next flush. */
  add(...entities: readonly Model[]): void;
  addAll(entities: Iterable<Model>): void;
  /**
   * Copies the state of an entity of another session, of none any more, or new, onto this session's own entity of the same
   * row, which is read if need be, and gives that one; a row that does not exist is added. So is all that is loaded of its
   * relations: collections are made the same. Or the values of a row, of which those that are given are copied.
   *
   * @throws StaleObjectError if it has a version, and the row has another by now.
   * @example const post = await session.merge(Post, { id: 1, title: 'from a form' });
   */
  merge<M extends Model>(entity: M): Promise<M>;
  merge<M extends Model>(model: ModelType<M>, values: MergeValues<M>): Promise<Member<M>>;
  /** Marks entities: deleted by the next flush. */
  delete(...entities: readonly Model[]): void;
  /** Reads the entity's row again and overwrites unchanged fields. */
  refresh<M extends Model>(entity: M): Promise<M>;
  /**
   * Forgets what is known of an entity's row, or of the fields and relations that are named, with changes of them that are not
   * written. They throw `NotLoadedError` until `load()`, `refresh()` or a query that reads the row has filled them.
   *
   * @throws SessionStateError for an entity that is not persistent here.
   * @example session.expire(post, 'title', 'tags'); await post.load();
   */
  expire<M extends Model>(entity: M, ...names: readonly Expirable<M>[]): void;
  /** The same for every persistent entity; what is added or deleted and not written stays so. */
  expireAll(): void;
  /** Loads relations of entities that are there already. @example await session.prefetch(posts, 'comments.author') */
  prefetch<M extends Model, const P extends readonly unknown[]>(
    entities: Iterable<M>,
    ...paths: Prefetchables<M, P>
  ): Promise<Loaded<M, Claims<P>>[]>;
  state(entity: Model): EntityState;
  /** Writes all changes, atomically. */
  flush(): Promise<void>;
  /**
   * The statements that a flush would send now, in their order, and why each entity is in them. Nothing is written and no hook of
   * a flush is called; what goes with deleted entities by `cascade` is read. What a flush reads back is not among them.
   *
   * @throws what the flush would throw before it sends anything for links and circles.
   * @example for (const { sql, rows } of await session.explainFlush()) console.log(rows, sql);
   */
  explainFlush(): Promise<readonly FlushStatement[]>;
  commit(): Promise<void>;
  /**
   * Give up all that is pending: entities and collections are what the database has. What has been written outside of a transaction
   * stays, by sets and in bulk too. Where a timeout or signal has stopped a transaction whose function still runs, it is
   * waited for, and what it has changed since is given up.
   *
   * @throws SessionStateError inside of a transaction.
   */
  rollback(): Promise<void>;
  /** What this session has sent so far. */
  queryStats(): SessionStats;
  /**
   * All that was measured of its statements: counts, times and percentiles of each kind, what was slow, and what loops repeat.
   *
   * @param options `reset`: begin anew afterwards. `includeSamples`: the slowest runs of each kind.
   * @throws ConfigError where the option `performance` of the database is not on.
   */
  exportQueryStats(options?: ExportOptions): QueryReport;
  /** Counts and measures from now on. */
  resetQueryStats(): void;
  /** Runs the closure in a transaction, or in a savepoint of the current one. */
  transaction<T>(fn: (session: this) => T | Promise<T>, options?: TransactionOptions): Promise<T>;
  /** Runs the closure with this session as the current one. */
  run<T>(fn: () => T): T;
  /** Forgets every entity; throws if changes would be lost. */
  clear(): void;
  /** Forgets entities; they stay readable. */
  detach(...entities: readonly Model[]): void;
  close(): Promise<void>;
  readonly sql: SessionSql;
  readonly cache: CacheApi;
  [Symbol.asyncDispose](): Promise<void>;
}
