import type { Connection, Rows } from '../adapters/adapter.ts';
import type { Executor } from '../adapters/executor.ts';
import { isReplicasFault } from '../adapters/replicas.ts';
import type { EntityGroup, RelationLoader, RelationTree } from '../core/loader.ts';
import { isOf, ownRow, rootOf } from '../core/inheritance.ts';
import { keyOf, mapKey } from '../core/keys.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { State } from '../core/state.ts';
import type { Row } from '../core/state.ts';
import type { ServerRole } from '../core/types/index.ts';
import { UNSCOPED } from '../query/active-scopes.ts';
import type { ScopeConditions } from '../query/scope-conditions.ts';
import type { Loading, QueryState } from '../query/state.ts';
import { SessionStateError } from '../utils/errors.ts';
import { chain, isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { ApartLoader } from './apart.ts';
import type { WhyApart } from './apart.ts';
import type { CacheAccess } from './cached/cache-access.ts';
import { keyRows } from './cached/key-rows.ts';
import type { CompiledCache } from './compiled.ts';
import type { Engine } from './engine.ts';
import { gone } from './gone.ts';
import { IdentityMap } from './identity-map.ts';
import { readField, writeField } from './entity-codec.ts';
import { LastingJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import { rowsByKey } from './key-query.ts';
import { withStrategy } from './loading/strategy.ts';
import type { LoadStrategy } from './loading/strategy.ts';

/** Rows that the session has, in whole or in part. */
const REREAD: Loading = { relation: undefined, onDemand: false };
const PARTS: Loading = { relation: undefined, onDemand: true };

/** What the session decides and the workspace must ask: when to flush, and where entities find their loader. */
export interface WorkspaceOwner {
  readonly loader: RelationLoader;
  /** Write pending changes to these models first, where the rules say so. */
  beforeRead(reads: ReadonlySet<ModelMeta>, workspace: Workspace): Promise<void> | undefined;
  /** That of the transaction, if one is open. */
  readonly executor: Executor;
  /** Inside a transaction: its connection and its journal. */
  readonly currentTransaction:
    | { readonly connection: Connection; readonly journal: Journal; readonly readOnly: boolean }
    | undefined;
  /** Outside of one: what has been done to memory since the last write. */
  readonly journal: Journal;
  readonly label: string;
  /** Tells which entities have to stay. */
  mayNotLeave(): (entity: object) => boolean;
  /** Tell hooks of what a query has read. */
  announce(groups: readonly EntityGroup[]): Promise<void>;
}

/** Which rows are seen; which server to read from, where there are replicas; where the tables are; how `selectRelated` loads. */
interface Place {
  readonly scopes: ScopeConditions;
  readonly using: ServerRole | undefined;
  readonly schema: string | undefined;
  readonly loadStrategy: LoadStrategy;
}

/** What a workspace has from another: its entities; and its own executor, or a connection that is held for it. */
interface Shared {
  readonly of: Workspace;
  readonly executor: Executor | undefined;
  readonly held: Connection | undefined;
  /** Whose entities, and what these ask, in place of the other's own. */
  readonly identityMap?: IdentityMap;
  readonly loader?: RelationLoader | undefined;
}

/** The entities of a session and its way to the database: what queries, loading and flushing work on. */
export class Workspace {
  readonly engine: Engine;
  readonly identityMap: IdentityMap;
  readonly #owner: WorkspaceOwner;
  readonly #place: Place;
  readonly #pendingGroups: Map<ModelMeta, EntityGroup>;
  /** For work with bounds of its own. */
  readonly #executor: Executor | undefined;
  /** Outside of a transaction: all is sent on this one. */
  readonly #held: Connection | undefined;
  /** For entities that are no part of the session. */
  readonly #loader: RelationLoader | undefined;

  /** @throws UnsupportedError, ConfigError for a schema that cannot be. */
  constructor(engine: Engine, owner: WorkspaceOwner, place: Place, shared?: Shared) {
    this.engine = engine;
    this.#owner = owner;
    this.#place = place;
    this.identityMap = shared?.identityMap ?? shared?.of.identityMap ?? new IdentityMap();
    this.#loader = shared?.loader;
    this.#pendingGroups = shared === undefined ? new Map<ModelMeta, EntityGroup>() : shared.of.#pendingGroups;
    this.#executor = shared?.executor;
    this.#held = shared?.held;
    if (place.schema !== undefined) engine.compiledIn(place.schema);
  }

  /** The same entities, and another way to the database. */
  through(executor: Executor): Workspace {
    return this.#with({ executor });
  }

  /** The same entities, on a connection that the caller holds. */
  on(held: Connection): Workspace {
    return this.#with({ held });
  }

  /** Whether statements that are sent at once go to one connection, which does not wait for each answer. */
  get pipelines(): boolean {
    return this.engine.adapter.pipelines === true && this.#connection !== undefined;
  }

  get #connection(): Connection | undefined {
    return this.#owner.currentTransaction?.connection ?? this.#held;
  }

  /** The same, with another view of the session's entities. */
  withEntities(identityMap: IdentityMap): Workspace {
    return this.#with({ identityMap });
  }

  /** The same way to the database, for entities that are no part of the session. */
  apart(why: WhyApart): Workspace {
    const identityMap = new IdentityMap();
    return this.#with({ identityMap, loader: new ApartLoader(identityMap, this.loader, why) });
  }

  #with(changes: Partial<Shared>): Workspace {
    const own = { of: this, executor: this.#executor, held: this.#held, loader: this.#loader };
    return new Workspace(this.engine, this.#owner, this.#place, { ...own, ...changes });
  }

  /** What loads for these entities. */
  get loader(): RelationLoader {
    return this.#loader ?? this.#owner.loader;
  }

  /** Tells which entities may not leave the session: something of them is to be written, or put back. */
  mayNotLeave(): (entity: object) => boolean {
    return this.#owner.mayNotLeave();
  }

  get executor(): Executor {
    return this.#executor ?? this.#owner.executor;
  }

  get compiled(): CompiledCache {
    return this.engine.compiledIn(this.#place.schema);
  }

  /** The models of the database, as far as they are known, and those of the session's entities. */
  get models(): ReadonlySet<ModelMeta> {
    return new Set([...this.engine.models, ...Array.from(this.identityMap.entries(), ([meta]) => meta)]);
  }

  /** Where the tables are of models that name no schema. */
  get place(): string | undefined {
    return this.#place.schema;
  }

  /** The connection of the transaction, if one is open. */
  get transaction(): Connection | undefined {
    return this.#owner.currentTransaction?.connection;
  }

  /** That of the transaction, or of the savepoint in it, if one is open. */
  get transactionJournal(): Journal | undefined {
    return this.#owner.currentTransaction?.journal;
  }

  /** The scopes of the session. */
  get scopes(): ScopeConditions {
    return this.#place.scopes;
  }

  /** A query as it is sent: what is to be joined may come by queries of its own. */
  asSent(state: QueryState): QueryState {
    return withStrategy(state, this.#place.loadStrategy, this.compiled.dialect.features);
  }

  beforeRead(reads: ReadonlySet<ModelMeta>): Promise<void> | undefined {
    return this.#owner.beforeRead(reads, this);
  }

  /** Where it is noted what a write of its own does to memory: outside of a transaction no rollback takes that back. */
  get journal(): Journal {
    return this.transactionJournal ?? new LastingJournal(this.#owner.journal);
  }

  /** Whether nothing may be written: inside a transaction that only reads. */
  get isReadOnly(): boolean {
    return this.#owner.currentTransaction?.readOnly === true;
  }

  /** A group for the entities of one query. */
  group(
    meta: ModelMeta,
    requested?: RelationTree,
    kind: EntityGroup['kind'] = 'loaded',
    fetchMode?: EntityGroup['fetchMode'],
  ): EntityGroup {
    return {
      kind,
      loader: this.loader,
      meta,
      members: [],
      targets: [],
      requested,
      fetchMode,
      origin: undefined,
    };
  }

  announce(groups: readonly EntityGroup[]): Promise<void> {
    return this.#owner.announce(groups);
  }

  /** The one group of new entities of a model. */
  pendingGroup(meta: ModelMeta): EntityGroup {
    let group = this.#pendingGroups.get(meta);
    if (group === undefined) this.#pendingGroups.set(meta, (group = this.group(meta, undefined, 'pending')));
    return group;
  }

  /** Whether every field of the entity is there. */
  isFull(entity: object): boolean {
    const row = State.row(entity);
    return row !== null && !row.includes(undefined);
  }

  /** Run on the transaction's connection, or on one borrowed for as long as it takes. */
  read<T>(run: (connection: Connection) => MaybePromise<T>, server: ServerRole | undefined): MaybePromise<T> {
    const { adapter } = this.engine;
    return adapter.isReplica === undefined
      ? this.#on('read', run, undefined)
      : this.#readFromServers(run, server ?? this.#place.using, (connection) => adapter.isReplica!(connection));
  }

  write<T>(run: (connection: Connection) => MaybePromise<T>): MaybePromise<T> {
    return this.#on('write', run, undefined);
  }

  /** A read that the replica was the end of, not the statement, is run once more, on the primary. */
  async #readFromServers<T>(
    run: (connection: Connection) => MaybePromise<T>,
    server: ServerRole | undefined,
    isReplica: (connection: Connection) => boolean,
  ): Promise<T> {
    let onReplica = false;
    const noting = (connection: Connection): MaybePromise<T> => {
      onReplica = isReplica(connection);
      return run(connection);
    };
    try {
      return await this.#on('read', noting, server);
    } catch (error) {
      if (!onReplica || !isReplicasFault(error)) throw error;
      return this.#on('read', run, 'primary');
    }
  }

  /** A connection for longer than one call. */
  async borrow(
    mode: 'read' | 'stream',
    purpose: string,
    server: ServerRole | undefined,
  ): Promise<{ readonly connection: Connection; readonly done: () => void }> {
    const here = this.#connection;
    if (here !== undefined) return { connection: here, done: () => undefined };
    await this.engine.connect();
    const connection = await this.executor.acquire({ mode, purpose, server: server ?? this.#place.using });
    return { connection, done: () => this.executor.release(connection) };
  }

  /**
   * Read rows again and overwrite what the application has not changed. Entities whose row is gone leave the session. A row
   * that the session has is read whatever scopes say; a reference is seen by them like everything that is read first. With a
   * `cache` rows may come from there.
   *
   * @returns the entities that are still there.
   */
  async refresh(
    meta: ModelMeta,
    entities: readonly object[],
    scopes = UNSCOPED,
    loads: Loading = REREAD,
    cache?: CacheAccess,
  ): Promise<object[]> {
    const { keyOfRow } = this.compiled.codec(meta);
    const rows = new Map<unknown, Row>();
    for (const row of await this.#rowsOf(meta, entities, scopes, loads, cache)) rows.set(keyOfRow(row), row);
    const present: object[] = [];
    for (const entity of entities) {
      const row = rows.get(mapKey(meta, keyOf(meta, entity)));
      if (row === undefined) this.#evict(meta, entity);
      else {
        const own = ownRow(meta, row);
        // A row that another program has made one of another class: the entity stays what it is.
        if (State.row(entity) === null || isOf(entity, own.meta)) this.#refreshOne(own.meta, entity, own.row);
        present.push(entity);
      }
    }
    return present;
  }

  /** Read entities of one model again, whatever is known of them. */
  async reload(meta: ModelMeta, entities: readonly object[]): Promise<void> {
    const flushed = this.beforeRead(new Set([rootOf(meta)]));
    if (flushed !== undefined) await flushed;
    const references = entities.filter((entity) => State.row(entity) === null);
    const rows = entities.filter((entity) => State.row(entity) !== null);
    if (references.length > 0)
      await this.refresh(meta, references, this.scopes, ledTo(references[0]!), this.engine.cache);
    if (rows.length > 0) await this.refresh(meta, rows, UNSCOPED, PARTS);
  }

  /** Give an entity what was read of its row just now; what the application has changed stays. */
  overwrite(meta: ModelMeta, entity: object, fields: readonly FieldMeta[], values: Row, group: EntityGroup): void {
    const codec = this.compiled.codec(meta);
    const known = State.row(entity);
    State.setGroup(entity, group);
    if (known === null || !this.isFull(entity)) codec.fill(entity, fields, values, group);
    if (known === null) return;
    const row = [...State.row(entity)!];
    fields.forEach((field, i) => (row[field.index] = values[i]));
    if (!row.includes(undefined)) return this.#refreshOne(meta, entity, row);
    this.#remember(meta, entity);
    const changed = codec.diff(entity, known)?.indexes ?? [];
    for (const field of fields)
      if (!changed.includes(field.index)) writeField(entity, field, codec.decodeField(field, row[field.index]));
    State.setRow(entity, row);
  }

  /** @throws SessionStateError where no lock could last: outside of a transaction, or in one that only reads. */
  refuseLock(meta: ModelMeta): void {
    const transaction = this.#owner.currentTransaction;
    if (transaction !== undefined && !transaction.readOnly) return;
    throw new SessionStateError(
      transaction === undefined
        ? `Rows of ${meta.name} were to be locked outside of a transaction: the lock would end with the statement.`
        : `Rows of ${meta.name} were to be locked in a transaction that only reads.`,
      { model: meta.name, remedy: 'Use db.transaction() or session.transaction().' },
    );
  }

  /** The entity of a whole row that was just read: the one that is there, read again, or `fresh`, which takes it over. */
  adopt(meta: ModelMeta, row: Row, fresh: object): object {
    const codec = this.compiled.codec(meta);
    const map = this.identityMap.of(meta);
    const key = codec.keyOfRow(row);
    const known = map.get(key);
    if (known !== undefined) {
      this.#refreshOne(meta, known, row);
      return known;
    }
    codec.assign(fresh, row);
    State.setRow(fresh, row);
    State.setGroup(fresh, this.group(meta));
    State.group(fresh)!.members.push(fresh);
    map.set(key, fresh);
    return fresh;
  }

  #refreshOne(meta: ModelMeta, entity: object, row: Row): void {
    const codec = this.compiled.codec(meta);
    const known = State.row(entity);
    this.#remember(meta, entity);
    if (!this.isFull(entity)) codec.fill(entity, meta.fields, row, this.group(meta));
    if (known === null) return;
    const changed = (codec.diff(entity, known)?.indexes ?? []).map((index) => meta.fields[index]!);
    const values = changed.map((field) => readField(entity, field));
    codec.assign(entity, row);
    changed.forEach((field, i) => writeField(entity, field, values[i]));
    State.setRow(entity, row);
  }

  #evict(meta: ModelMeta, entity: object): void {
    this.#remember(meta, entity);
    this.identityMap.of(meta).delete(mapKey(meta, keyOf(meta, entity)));
    if (State.row(entity) === null) return;
    State.setGroup(entity, null);
    gone.add(entity);
  }

  #remember(meta: ModelMeta, entity: object): void {
    this.#owner.currentTransaction?.journal.touch(meta, entity);
  }

  async #rowsOf(
    meta: ModelMeta,
    entities: readonly object[],
    scopes: ScopeConditions,
    loads: Loading,
    cache: CacheAccess | undefined,
  ): Promise<Rows> {
    const keys = entities.map((entity) => meta.key.map((field) => readField(entity, field)));
    // What the database says now, not what it said when a replica last heard of it.
    const read = (wanted: readonly (readonly unknown[])[]): MaybePromise<Rows> => {
      const { state } = rowsByKey(meta, wanted, scopes);
      const request = { kind: 'entities' as const, state: { ...state, loads } };
      const { compiled, parameters } = this.compiled.query(request);
      return this.read((connection) => this.executor.query(connection, compiled.sql, parameters, request), 'primary');
    };
    return cache?.keeps(meta) === true
      ? keyRows(this, cache, { meta, keys, scopes, using: 'primary', read })
      : read(keys);
  }

  #on<T>(
    mode: 'read' | 'write',
    run: (connection: Connection) => MaybePromise<T>,
    server: ServerRole | undefined,
  ): MaybePromise<T> {
    const here = this.#connection;
    if (here !== undefined) return run(here);
    return chain(this.engine.connect(), () =>
      chain(this.executor.acquire({ mode, purpose: this.#owner.label, server }), (connection) =>
        this.#lend(connection, run),
      ),
    );
  }

  #lend<T>(connection: Connection, run: (connection: Connection) => MaybePromise<T>): MaybePromise<T> {
    let result: MaybePromise<T>;
    try {
      result = run(connection);
    } catch (error) {
      this.executor.release(connection);
      throw error;
    }
    if (isPromise(result)) return result.finally(() => this.executor.release(connection));
    this.executor.release(connection);
    return result;
  }
}

/** The relation by which a reference came. */
function ledTo(reference: object): Loading {
  return { relation: State.group(reference)?.origin?.relation, onDemand: true };
}
