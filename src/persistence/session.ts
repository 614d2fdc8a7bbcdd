import type { Adapter, Rows } from '../adapters/adapter.ts';
import type { ConnectionConfig } from '../adapters/config.ts';
import { withEachBounded } from '../adapters/bounded-executor.ts';
import { Executor } from '../adapters/executor.ts';
import type { Bounds } from '../core/bounds.ts';
import { checkKey, hasKey, keyOf, mapKey } from '../core/keys.ts';
import { currentSession } from '../core/loader.ts';
import type { EntityGroup, ChangingCollection, RelationLoader } from '../core/loader.ts';
import { isOf, modelOf, ownRow, rootOf } from '../core/inheritance.ts';
import { metaOfEntity } from '../core/model.ts';
import type { KeyMeta, LinkMeta, ModelClassValue, ModelMeta, RelationMeta } from '../core/metadata.ts';
import { refuseReadOnly } from '../core/read-only.ts';
import { metaOf } from '../core/registry.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import { isHeard } from '../core/listeners.ts';
import type {
  CacheApi,
  EntityState,
  FlushStatement,
  ServerRole,
  SessionApi,
  SessionSql,
  SessionStats,
  TransactionOptions,
} from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { ActiveScopes } from '../query/active-scopes.ts';
import { addPrefetches } from '../query/prefetches.ts';
import { ModelQuerySet } from '../query/queryset.ts';
import type { QueryRunner } from '../query/runner.ts';
import { initialState } from '../query/state.ts';
import { InvalidValueError, NoSessionError, NotFoundError, SessionStateError } from '../utils/errors.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { withArticle, withCapitalArticle } from '../utils/naming.ts';
import { own } from '../utils/own.ts';
import type { ExportOptions, QueryReport } from '../utils/performance/report.ts';
import { cacheApi } from './cached/invalidation.ts';
import type { CacheAccess } from './cached/cache-access.ts';
import { keyRows } from './cached/key-rows.ts';
import type { KeyQuery } from './compiled.ts';
import { Engine } from './engine.ts';
import { rowsByKey } from './key-query.ts';
import type { SessionOptions } from './options.ts';
import type { Journal } from './journal.ts';
import { MergeGraph } from './merge-graph.ts';
import type { Merger } from './merger.ts';
import { flushedFirst } from './flushed-first.ts';
import { storedValue } from './stored-value.ts';
import { dropUnwrittenRows } from './unwritten-rows.ts';
import { loadRelations } from './loading/prefetches.ts';
import { isKnown, knownKey, membersOf } from './relation-query.ts';
import { membersAtHand } from './replacements.ts';
import { sessionSettings } from './session-settings.ts';
import { sessionSql } from './session-sql.ts';
import { SessionParts } from './session-parts.ts';
import { SessionStatements } from './session-stats.ts';
import { TransactionScope } from './transaction-scope.ts';
import { refuseInside } from './transaction-options.ts';
import { UnitOfWork } from './unit-of-work.ts';
import { Workspace } from './workspace.ts';
import type { WorkspaceOwner } from './workspace.ts';

/**
 * A session as it runs: a facade over its parts. `Session` below is its typed face. It hands work on and holds no SQL:
 * the workspace has the entities, the runner answers queries, `Transactions` writes, the loaders load.
 */
class RunningSession implements RelationLoader, WorkspaceOwner {
  readonly #engine: Engine;
  readonly #ownsEngine: boolean;
  readonly #work = new UnitOfWork();
  readonly #statements: SessionStatements;
  readonly #workspace: Workspace;
  readonly #scope: TransactionScope;
  readonly #parts: SessionParts;
  #closed = false;
  #sql: SessionSql | undefined;

  constructor(
    source: Engine | Adapter,
    options: SessionOptions & Bounds & { readonly config?: ConnectionConfig } = {},
  ) {
    this.#ownsEngine = !(source instanceof Engine);
    this.#engine = source instanceof Engine ? source : new Engine(source, options.config, options);
    const settings = sessionSettings(this.#engine, options);
    const { fetchMode, flushMode, loadStrategy, using, schema, bounds } = settings;
    this.#statements = new SessionStatements(this.#engine, settings.performanceThreshold);
    const executor = new Executor(this.#engine.executor, this.#statements);
    const scopes = new ActiveScopes(settings.scopes);
    this.#workspace = new Workspace(this.#engine, this, { scopes, using, schema, loadStrategy });
    const sender = bounds === undefined ? executor : withEachBounded(executor, bounds);
    this.#scope = new TransactionScope(this.#workspace, this.#work, flushMode, sender);
    // Named cast: the running class to its typed face, as hooks see it.
    this.#parts = new SessionParts(this as unknown as SessionApi, this.#scope, fetchMode);
  }

  /** The session of the running scope. @throws NoSessionError */
  static current(): RunningSession {
    const session = currentSession.getStore();
    if (session instanceof RunningSession) return session;
    throw new NoSessionError('No session is current here.', {
      remedy: 'Call it inside db.transaction(), session.transaction() or session.run().',
    });
  }

  get sql(): SessionSql {
    this.#refuseClosed();
    return (this.#sql ??= sessionSql(this.#workspace, () => this.#parts.flushes.beforeRaw()));
  }

  get cache(): CacheApi {
    return cacheApi(() => {
      this.#refuseClosed();
      const { place, transaction } = this.#workspace;
      return { cache: this.#engine.cache, place, transaction };
    });
  }

  query(modelClass: ModelClassValue): ModelQuerySet {
    this.#refuseClosed();
    return ModelQuerySet.of(this.#parts.runner, metaOf(modelClass), this.#workspace.scopes);
  }

  async get(modelClass: ModelClassValue, pk: unknown): Promise<object | null> {
    this.#refuseClosed();
    const meta = metaOf(modelClass);
    const parts = checkKey(meta, pk);
    const known = this.#workspace.identityMap.of(meta).get(mapKey(meta, parts.length === 1 ? parts[0] : parts));
    const trusted = !meta.restricted || !this.#workspace.scopes.bypassed;
    if (trusted && known !== undefined && this.#workspace.isFull(known))
      return this.#work.deleted.has(known) || !isOf(known, meta) ? null : known;
    if (meta.restricted) return this.#getScoped(meta, parts);
    const connecting = this.#engine.connect();
    if (connecting !== undefined) await connecting;
    const byKey = this.#workspace.compiled.byKey(meta);
    const flushed = this.#workspace.beforeRead(byKey.reads);
    if (flushed !== undefined) await flushed;
    const { cache } = this.#engine;
    const pending =
      cache?.keeps(meta) === true ? this.#cached(cache, meta, parts, byKey) : this.#byKey(byKey, parts, undefined);
    const [row] = isPromise(pending) ? await pending : pending;
    if (row === undefined) return null;
    const entity = this.#adopt(meta, row);
    if (isHeard('afterLoad')) await this.#parts.lifecycle.loaded([entity]);
    return entity;
  }

  #byKey(query: KeyQuery, key: readonly unknown[], server: ServerRole | undefined): MaybePromise<Rows> {
    const parameters = key.map((part, i) => query.encoders[i]!(part));
    return this.#workspace.read(
      (connection) => this.#workspace.executor.query(connection, query.sql, parameters, query),
      server,
    );
  }

  #cached(cache: CacheAccess, meta: ModelMeta, key: readonly unknown[], query: KeyQuery): Promise<Rows> {
    return keyRows(this.#workspace, cache, {
      meta,
      keys: [key],
      scopes: this.#workspace.scopes,
      using: undefined,
      read: ([only], server) => this.#byKey(query, only!, server),
    });
  }

  /** By a query like any other, so that the model's conditions hold. */
  async #getScoped(meta: ModelMeta, key: readonly unknown[]): Promise<object | null> {
    const { state } = rowsByKey(meta, [key], this.#workspace.scopes);
    const [entity = null] = await this.#parts.runner.entities(state);
    return entity !== null && this.#work.deleted.has(entity) ? null : entity;
  }

  async getOrFail(modelClass: ModelClassValue, pk: unknown): Promise<object> {
    const entity = await this.get(modelClass, pk);
    if (entity !== null) return entity;
    throw new NotFoundError(`There is no ${modelClass.name} with this key.`, { model: modelClass.name });
  }

  add(...entities: readonly object[]): void {
    this.#refuseClosed();
    for (const entity of entities) refuseReadOnly(this.#checkEntity(entity), 'inserted');
    for (const entity of entities) this.#parts.additions.add(entity);
  }

  addAll(entities: Iterable<object>): void {
    if (typeof (entities as Partial<Iterable<object>> | undefined)?.[Symbol.iterator] !== 'function')
      throw new InvalidValueError(`addAll() takes a list of entities, not ${describe(entities)}.`);
    this.add(...entities);
  }

  delete(...entities: readonly object[]): void {
    this.#refuseClosed();
    for (const entity of entities) {
      const meta = this.#checkEntity(entity);
      refuseReadOnly(meta, 'deleted');
      const state = this.state(entity);
      if (state === 'transient' || state === 'detached') {
        throw new SessionStateError(`${withCapitalArticle(meta.name)} that is ${state} cannot be deleted.`, {
          model: meta.name,
          remedy: 'Read it in this session first.',
        });
      }
    }
    for (const entity of entities) {
      if (this.#work.added.has(entity)) {
        // A flush that is under way inserts it: the next one deletes it.
        if (this.#scope.flushing !== undefined) this.#work.deleted.add(entity);
        else for (const unsaved of [entity, ...this.#parts.cascades.unsavedWith(entity)]) this.#work.withdraw(unsaved);
      } else if (State.row(entity) !== null || hasKey(metaOfEntity(entity), entity)) this.#work.deleted.add(entity);
    }
  }

  async refresh(entity: object): Promise<object> {
    this.#refuseClosed();
    const meta = this.#checkEntity(entity);
    this.#refuseUnless('refreshed', meta, entity);
    const [present] = await this.#workspace.refresh(meta, [entity]);
    if (present === undefined)
      throw new NotFoundError(`The row of this ${meta.name} does not exist any more.`, { model: meta.name });
    return present;
  }

  async merge(given: unknown, ...values: readonly unknown[]): Promise<object> {
    this.#refuseClosed();
    const graph = new MergeGraph(this);
    const isClass = typeof given === 'function';
    const meta = isClass ? metaOf(given as unknown as ModelClassValue) : this.#checkEntity(given);
    refuseReadOnly(meta, 'inserted');
    const root = isClass ? graph.addValues(meta, values[0]) : graph.addEntity(given as object);
    return this.#merger.merge(graph, root);
  }

  expire(entity: object, ...names: readonly string[]): void {
    this.#refuseClosed();
    this.#refuseUnless('expired', this.#checkEntity(entity), entity);
    this.#parts.expirer.expire(entity, names);
  }

  expireAll(): void {
    this.#refuseClosed();
    const expirer = this.#parts.expirer;
    for (const [, entities] of this.#workspace.identityMap.entries())
      for (const entity of entities) if (this.state(entity) === 'persistent') expirer.expire(entity, []);
  }

  async prefetch(entities: Iterable<object>, ...paths: readonly unknown[]): Promise<object[]> {
    this.#refuseClosed();
    const all = [...entities];
    if (all.length === 0) return all;
    const own = this.#checkEntity(all[0]);
    const meta = all.every((entity) => State.is(entity) && modelOf(entity) === own) ? own : rootOf(own);
    for (const entity of all) {
      if (rootOf(this.#checkEntity(entity)) !== rootOf(meta))
        throw new InvalidValueError(
          `prefetch() takes entities of one model: ${withArticle(metaOfEntity(entity).name)} is among those of ${meta.name}.`,
          { model: meta.name },
        );
      if (State.group(entity)?.loader !== this)
        throw new SessionStateError(
          `prefetch() was given ${withArticle(meta.name)} that does not belong to this session.`,
          {
            model: meta.name,
          },
        );
    }
    const { scopes } = this.#workspace;
    const asked = addPrefetches(initialState(meta, scopes), paths, ModelQuerySet.sets(this.#parts.runner, scopes));
    await loadRelations(this.#workspace, this.#parts.batch, { meta, ...asked }, all);
    return all;
  }

  state(entity: object): EntityState {
    this.#checkEntity(entity);
    const group = State.group(entity);
    if (group === null) return State.row(entity) === null ? 'transient' : 'detached';
    if (group.loader !== this || this.#closed) return 'detached';
    if (this.#work.deleted.has(entity)) return 'deleted';
    return this.#work.added.has(entity) ? 'pending' : 'persistent';
  }

  flush(): Promise<void> {
    this.#refuseClosed();
    return this.#parts.flushes.flush();
  }

  async explainFlush(): Promise<readonly FlushStatement[]> {
    this.#refuseClosed();
    return this.#parts.flushes.explain();
  }

  async commit(): Promise<void> {
    this.#refuseClosed();
    if (this.#scope.current !== undefined) {
      throw new SessionStateError('commit() was called inside a transaction that ends by itself.', {
        remedy: 'Return from its function to commit it; call flush() to write now.',
      });
    }
    await this.#parts.flushes.flush();
  }

  async rollback(): Promise<void> {
    this.#refuseClosed();
    await this.#parts.transactions.discard();
  }

  async transaction<T>(fn: (session: RunningSession) => T | Promise<T>, given: TransactionOptions = {}): Promise<T> {
    this.#refuseClosed();
    const options = own(given);
    if (options.retry !== undefined)
      throw new SessionStateError('A retry needs a fresh session each time.', {
        remedy: 'Use db.transaction(fn, { retry }).',
      });
    refuseInside(options, this.#around !== undefined);
    return this.#parts.transactions.run(() => currentSession.run(this, async () => fn(this)), options);
  }

  run<T>(fn: () => T): T {
    this.#refuseClosed();
    return currentSession.run(this, fn);
  }

  queryStats(): SessionStats {
    return this.#statements.stats();
  }

  exportQueryStats(options: ExportOptions = {}): QueryReport {
    return this.#statements.export(own(options));
  }

  resetQueryStats(): void {
    this.#statements.reset();
  }

  clear(): void {
    this.#refuseInTransaction('clear()');
    if (this.#scope.hasUnwritten)
      throw new SessionStateError(
        'clear() would lose what has been added, changed, deleted or linked and is not written.',
        { remedy: 'Call commit() or rollback() first.' },
      );
    for (const [, entities] of this.#workspace.identityMap.entries())
      for (const entity of entities) State.setGroup(entity, null);
    this.#workspace.identityMap.clear();
  }

  detach(...entities: readonly object[]): void {
    for (const entity of entities) {
      const meta = this.#checkEntity(entity);
      const map = this.#workspace.identityMap.of(meta);
      const key = hasKey(meta, entity) ? mapKey(meta, keyOf(meta, entity)) : undefined;
      if (map.get(key) === entity) map.delete(key);
      if (this.#work.added.has(entity)) this.#work.withdraw(entity);
      else this.#work.forget(entity);
      State.setGroup(entity, null);
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    // What still runs in a transaction that was stopped finds the session closed.
    if (!this.#scope.isStopped) this.#refuseInTransaction('close()');
    if (this.#scope.hasUnwritten) {
      this.#engine.warnOnce(
        'BLAZE_LOST',
        'A session was closed with entities added, changed, deleted or linked that were never written. Call session.commit() before it is closed.',
      );
    }
    this.end();
    if (this.#ownsEngine) await this.#engine.adapter.close();
  }

  /** Close without a look for unwritten changes: after a transaction of its own there are none. */
  end(): void {
    this.#closed = true;
    this.#statements.end();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /* ---------- for the workspace ---------- */

  get loader(): RelationLoader {
    return this;
  }

  get executor(): Executor {
    return this.#scope.executor;
  }

  get currentTransaction(): WorkspaceOwner['currentTransaction'] {
    return this.#scope.current;
  }

  get journal(): Journal {
    return this.#scope.journal;
  }

  get label(): string {
    return 'a query';
  }

  mayNotLeave(): (entity: object) => boolean {
    const isPending = this.#work.pending();
    const { journals } = this.#scope;
    return (entity) => isPending(entity) || journals.some((journal) => journal.concerns(entity));
  }

  announce(groups: readonly EntityGroup[]): Promise<void> {
    return this.#parts.lifecycle.loaded(groups.flatMap(({ members }) => members));
  }

  beforeRead(reads: ReadonlySet<ModelMeta>, workspace: Workspace): Promise<void> | undefined {
    if (this.#scope.current === undefined) this.#warnOfEscape();
    return this.#scope.hides(reads) ? this.#parts.flushes.beforeRead(workspace) : undefined;
  }

  /* ---------- for entities ---------- */

  get open(): boolean {
    return !this.#closed;
  }

  entitiesOf(meta: ModelMeta): ReadonlyMap<unknown, object> {
    return this.#workspace.identityMap.of(meta);
  }

  reference(relation: RelationMeta, key: unknown, from: object): object {
    return this.#parts.peers.reference(relation, key, from);
  }

  loadedTarget(relation: RelationMeta, key: unknown): object | undefined {
    return relation.toKey
      ? this.#workspace.identityMap.of(relation.target).get(mapKey(relation.target, key))
      : undefined;
  }

  storedValue(entity: object, key: KeyMeta): unknown {
    return storedValue(this.#workspace.compiled, entity, key);
  }

  async loadEntity(entity: object): Promise<void> {
    this.#refuseClosed();
    await this.#parts.peers.loadEntity(entity);
    if (isHeard('afterLoad')) await this.#parts.lifecycle.loaded([entity]);
  }

  loadRelation(entity: object, relation: RelationMeta): Promise<void> {
    this.#refuseClosed();
    return this.#parts.peers.loadRelation(entity, relation);
  }

  queryRelation(entity: object, relation: RelationMeta): ModelQuerySet {
    this.#refuseClosed();
    let runner: QueryRunner = this.#parts.runner;
    const { compiled } = this.#workspace;
    if (!isKnown(compiled, entity, relation)) {
      // The flush that comes before a query inside a transaction gives the key that the query is about.
      if (!this.#scope.flushesBeforeReads) knownKey(compiled, entity, relation);
      runner = flushedFirst(this.#parts.runner, () => this.#flushFor(entity, relation));
    }
    return new ModelQuerySet(runner, {
      ...membersOf(compiled, entity, relation, this.#workspace.scopes),
      owner: this.#parts.runner,
    });
  }

  async #flushFor(entity: object, relation: RelationMeta): Promise<void> {
    if (!isKnown(this.#workspace.compiled, entity, relation) && this.#scope.flushesBeforeReads)
      await this.#parts.flushes.flush();
  }

  membersAtHand(owner: object, relation: RelationMeta): object[] {
    this.#refuseClosed();
    return membersAtHand(this.#workspace, this.#work, owner, relation);
  }

  unlinked(link: LinkMeta, source: object, target: object): void {
    dropUnwrittenRows(this.#workspace, this.#work, { link, source, target });
  }

  collectionChanges(collection: ChangingCollection): void {
    this.#scope.journal.touchCollection(collection);
    this.#work.collections.add(collection);
  }

  cascadeSave(entity: object, owner: object): void {
    if (!this.#work.deleted.has(owner)) this.#parts.additions.add(entity);
  }

  /* ---------- parts ---------- */

  /** An entity of a row that was read by key. */
  #adopt(asked: ModelMeta, read: Row): object {
    const { meta, row } = ownRow(asked, read);
    const codec = this.#workspace.compiled.codec(meta);
    const map = this.#workspace.identityMap.of(meta);
    const key = codec.keyOfRow(row);
    const group = this.#workspace.group(meta);
    const known = map.get(key);
    if (known !== undefined) {
      if (!this.#workspace.isFull(known)) codec.fill(known, meta.fields, row, group);
      return known;
    }
    const entity = new codec.construct(row, group);
    group.members.push(entity);
    map.set(key, entity);
    return entity;
  }

  get #merger(): Merger {
    return this.#parts.merger((entity) => this.add(entity));
  }

  /** @throws SessionStateError for an entity that has no row in this session. */
  #refuseUnless(done: 'refreshed' | 'expired', { name }: ModelMeta, entity: object): void {
    const state = this.state(entity);
    if (state === 'persistent') return;
    throw new SessionStateError(`${withCapitalArticle(name)} that is ${state} cannot be ${done}.`, { model: name });
  }

  #checkEntity(entity: unknown): ModelMeta {
    if (State.is(entity)) return modelOf(entity);
    throw new InvalidValueError(`A session takes entities, not ${describe(entity)}.`, {
      remedy: 'Make one with new TheModel({ … }).',
    });
  }

  /** The other session of this database whose transaction the running scope is in. */
  get #around(): RunningSession | undefined {
    const session = currentSession.getStore();
    if (session === this || !(session instanceof RunningSession) || session.#engine !== this.#engine) return undefined;
    return session.#scope.current === undefined ? undefined : session;
  }

  /** A query that runs beside the transaction that it was written in sees nothing of it, and is no part of it. */
  #warnOfEscape(): void {
    if (this.#around === undefined) return;
    this.#engine.warnOnce(
      'BLAZE_ESCAPED',
      'A query ran on another session while a transaction was current: it is no part of that transaction. Use the session that the transaction hands to its function.',
    );
  }

  #refuseClosed(): void {
    if (this.#closed)
      throw new SessionStateError('The session is closed.', { remedy: 'Open another with db.session().' });
  }

  #refuseInTransaction(call: string): void {
    if (this.#scope.current !== undefined)
      throw new SessionStateError(`${call} was called inside a transaction.`, {
        remedy: 'Return from its function first.',
      });
  }
}

/** What `new Session(adapter, options)` takes. */
export interface SessionConstructor {
  /**
   * A session of its own: connects at first use, and closes the adapter with itself. Where there is a `Database`, use
   * `db.session()`.
   */
  new (adapter: Adapter, options: SessionOptions & Bounds & { readonly config: ConnectionConfig }): Session;
  /** The session of the running scope. @throws NoSessionError outside of one. */
  current(): Session;
}

/**
 * A unit of work: entities each once, changes found and written together, a connection only while one is needed.
 * Short-lived, and not shared between requests.
 *
 * @example
 * ```ts
 * import { Database, f, model } from 'blazeorm';
 * class Genre extends model('genre', { id: f.auto(), name: f.string() }) {}
 * const db = await Database.connect('sqlite::memory:', { models: [Genre] });
 * await db.createAll();
 * await using session = db.session();
 * session.add(new Genre({ name: 'Rock' }));
 * await session.commit();
 * ```
 */
export type Session = SessionApi;

/** The class of sessions. */
export const Session = RunningSession as unknown as SessionConstructor; // Named cast: models' types exist for the compiler only.

/** A session on an engine that a database shares among its sessions. */
export function openSession(engine: Engine, options: SessionOptions & Bounds = {}): Session {
  return new RunningSession(engine, options) as unknown as Session; // Named cast, as above.
}

/** Close a session whose transaction has ended. */
export function endSession(session: Session): void {
  (session as unknown as RunningSession).end(); // Named cast, the way back.
}
