import type { Connection, Rows } from '../adapters/adapter.ts';
import { withinBounds } from '../adapters/bounded-executor.ts';
import type { Cancellation } from '../adapters/cancellation.ts';
import type { Bounds } from '../core/bounds.ts';
import { isHeard } from '../core/listeners.ts';
import type { EntityGroup, RelationTree } from '../core/loader.ts';
import type { CompiledSql } from '../core/types/index.ts';
import { isPromise } from '../utils/maybe-promise.ts';
import type { MaybePromise } from '../utils/maybe-promise.ts';
import { checkWritten } from '../query/pins.ts';
import type { Segment } from '../query/plan.ts';
import { requestedTree } from '../query/prefetches.ts';
import type { Creation, Saving } from '../query/creation.ts';
import type { Wanted } from '../query/get-or-create.ts';
import type { PageRows, PreparedRequest, QueryRunner } from '../query/runner.ts';
import type { ExplainOptions } from '../query/explain.ts';
import type { QueryRequest, QueryState } from '../query/state.ts';
import { READ_ONLY } from './apart.ts';
import { decoderOf } from './column-decoder.ts';
import { throughCache } from './cached/results.ts';
import type { BoundQuery } from './compiled.ts';
import { explain } from './explain.ts';
import type { Overwrite } from './hydrator.ts';
import type { Creator } from './creator.ts';
import type { BatchLoader } from './loading/batched.ts';
import { loadRelations } from './loading/prefetches.ts';
import { writeSet } from './set-writes.ts';
import { StreamedBatches } from './streamed.ts';
import type { UnitOfWork } from './unit-of-work.ts';
import type { Workspace } from './workspace.ts';

type Of<K extends QueryRequest['kind']> = Extract<QueryRequest, { kind: K }>;

/** Some rows of a query, as its decoders or its hydrator take them. */
interface Batch {
  readonly query: BoundQuery;
  readonly rows: Rows;
}

/** What makes rows by calls of their own, on a way to the database. */
type Creating = (workspace: Workspace) => Creator;

/** The way of a query, stage by stage: compile → pending changes first → execute → hydrate → load. */
export class SessionRunner implements QueryRunner {
  readonly #workspace: Workspace;
  readonly #work: UnitOfWork;
  readonly #loader: BatchLoader;
  readonly #creating: Creating;

  constructor(workspace: Workspace, work: UnitOfWork, loader: BatchLoader, creating: Creating) {
    this.#workspace = workspace;
    this.#work = work;
    this.#creating = creating;
    this.#loader = loader;
  }

  async entities(asked: QueryState): Promise<object[]> {
    if (asked.bounds !== undefined) return this.#within(asked.bounds, (runner) => runner.entities(unbounded(asked)));
    if (asked.readOnly) return this.#apart().entities(tracked(asked));
    if (asked.lock !== undefined) this.#workspace.refuseLock(asked.meta);
    const connecting = this.#connect();
    if (connecting !== undefined) await connecting;
    const state = this.#workspace.asSent(asked);
    const request = { kind: 'entities' as const, state };
    const query = this.#workspace.compiled.query(request);
    const flushed = this.#workspace.beforeRead(query.compiled.plan.reads);
    if (flushed !== undefined) await flushed;
    const pending = this.#fetch(query, request);
    return this.#loaded(state, query, isPromise(pending) ? await pending : pending);
  }

  async page(asked: QueryState, size: number, backward: boolean): Promise<PageRows> {
    if (asked.bounds !== undefined)
      return this.#within(asked.bounds, (runner) => runner.page(unbounded(asked), size, backward));
    if (asked.readOnly) return this.#apart().page(tracked(asked), size, backward);
    const { state, query, rows } = await this.#read(asked);
    const more = rows.length > size;
    const found = more ? rows.slice(0, size) : rows;
    if (backward) found.reverse();
    const ends = found.length === 0 ? [] : this.#keysOf(query, [found[0]!, found.at(-1)!]);
    return { entities: await this.#loaded(state, query, found), ends, more };
  }

  async rows(request: Of<'values' | 'aggregate' | 'count' | 'exists' | 'links'>): Promise<unknown[][]> {
    const { state } = request;
    if (state.bounds !== undefined)
      return this.#within(state.bounds, (runner) => runner.rows({ ...request, state: unbounded(state) }));
    if (state.lock !== undefined) this.#workspace.refuseLock(state.meta);
    const connecting = this.#connect();
    if (connecting !== undefined) await connecting;
    const query = this.#workspace.compiled.query(request);
    const flushed = this.#workspace.beforeRead(query.compiled.plan.reads);
    if (flushed !== undefined) await flushed;
    const pending = this.#fetch(query, request);
    return decodeRows(isPromise(pending) ? await pending : pending, query.compiled.decoders);
  }

  async prepared(request: PreparedRequest, given: Readonly<Record<string, unknown>>): Promise<unknown[]> {
    const { state: asked } = request;
    if (asked.bounds !== undefined)
      return this.#within(asked.bounds, (runner) => runner.prepared({ ...request, state: unbounded(asked) }, given));
    if (asked.readOnly) return this.#apart().prepared({ ...request, state: tracked(asked) }, given);
    if (asked.lock !== undefined) this.#workspace.refuseLock(asked.meta);
    const connecting = this.#connect();
    if (connecting !== undefined) await connecting;
    const state = request.kind === 'entities' ? this.#workspace.asSent(asked) : asked;
    const sent = state === asked ? request : { ...request, state };
    const query = this.#workspace.compiled.prepared(sent, given);
    const flushed = this.#workspace.beforeRead(query.compiled.plan.reads);
    if (flushed !== undefined) await flushed;
    const pending = this.#fetch(query, sent);
    const rows = isPromise(pending) ? await pending : pending;
    if (request.kind === 'values') return decodeRows(rows, query.compiled.decoders);
    return this.#loaded({ ...state, scopes: this.#workspace.scopes }, query, rows);
  }

  async *iterate(state: QueryState, batchSize: number): AsyncGenerator<object, undefined, undefined> {
    if (state.empty) return undefined;
    if (state.bounds !== undefined) {
      yield* this.#streamWithin(state.bounds, (runner) => runner.iterate(unbounded(state), batchSize));
      return undefined;
    }
    const streamed = new StreamedBatches(this.#workspace);
    for await (const { query, rows } of this.#stream({ kind: 'entities', state }, batchSize)) {
      const runner = state.readOnly ? this.#apart() : this.#through(streamed.next());
      yield* await runner.#loaded(state, query, rows);
    }
    return undefined;
  }

  async *batches(request: Of<'values'>, batchSize: number): AsyncGenerator<unknown[][], undefined, undefined> {
    const { state } = request;
    if (state.bounds !== undefined) {
      const plain = { ...request, state: unbounded(state) };
      yield* this.#streamWithin(state.bounds, (runner) => runner.batches(plain, batchSize));
      return undefined;
    }
    for await (const { query, rows } of this.#stream(request, batchSize))
      yield decodeRows(rows, query.compiled.decoders);
    return undefined;
  }

  async write(request: Of<'update' | 'delete' | 'insertFrom'>): Promise<number> {
    const { state } = request;
    checkWritten(this.#workspace.scopes, request);
    if (state.bounds !== undefined)
      return this.#within(state.bounds, (runner) => runner.write({ ...request, state: unbounded(state) }));
    const connecting = this.#connect();
    if (connecting !== undefined) await connecting;
    const query = this.#workspace.compiled.query(request);
    return writeSet(this.#workspace, this.#work, request, query);
  }

  async create(creation: Creation, bounds?: Bounds): Promise<object[]> {
    if (bounds !== undefined) return this.#within(bounds, (runner) => runner.create(creation));
    await this.#connect();
    return this.#creating(this.#workspace).create(creation);
  }

  async ensure(wanted: Wanted, update: boolean, bounds?: Bounds): Promise<readonly [object, boolean]> {
    if (bounds !== undefined) return this.#within(bounds, (runner) => runner.ensure(wanted, update));
    await this.#connect();
    return this.#creating(this.#workspace).ensure(wanted, update);
  }

  async save(saving: Saving, bounds?: Bounds): Promise<number> {
    if (bounds !== undefined) return this.#within(bounds, (runner) => runner.save(saving));
    await this.#connect();
    return this.#creating(this.#workspace).save(saving);
  }

  compile(request: QueryRequest): CompiledSql {
    const sent = request.kind === 'entities' ? { ...request, state: this.#workspace.asSent(request.state) } : request;
    const { sql, parameters } = this.#workspace.compiled.query(sent);
    return { sql, parameters };
  }

  async explain(request: QueryRequest, options: ExplainOptions): Promise<unknown> {
    const { bounds } = request.state;
    if (bounds === undefined) return explain(this.#workspace, request, options);
    const plain = { ...request, state: unbounded(request.state) } as QueryRequest;
    return this.#within(bounds, (runner) => runner.explain(plain, options));
  }

  /** All that one query set leads to, under the same bounds: what is flushed before it, and what is loaded after it. */
  async #within<T>(bounds: Bounds, run: (runner: SessionRunner) => Promise<T>): Promise<T> {
    const { runner, cancellation } = this.#bounded(bounds);
    try {
      cancellation.check();
      return await run(runner);
    } finally {
      cancellation.end();
    }
  }

  async *#streamWithin<T>(
    bounds: Bounds,
    stream: (runner: SessionRunner) => AsyncGenerator<T, undefined, undefined>,
  ): AsyncGenerator<T, void, undefined> {
    const { runner, cancellation } = this.#bounded(bounds);
    try {
      cancellation.check();
      yield* stream(runner);
    } finally {
      cancellation.end();
    }
  }

  /** The way of a query whose rows come batch by batch. Who stops early, or fails, frees cursor and connection. */
  async *#stream(request: Of<'entities' | 'values'>, batchSize: number): AsyncGenerator<Batch, void, undefined> {
    const { state } = request;
    if (state.lock !== undefined) this.#workspace.refuseLock(state.meta);
    const connecting = this.#connect();
    if (connecting !== undefined) await connecting;
    const { executor, compiled } = this.#workspace;
    const query = compiled.query(request);
    const flushed = this.#workspace.beforeRead(query.compiled.plan.reads);
    if (flushed !== undefined) await flushed;
    const { connection, done } = await this.#workspace.borrow('stream', 'a stream of rows', state.using);
    try {
      let rows: Rows = [];
      for await (const row of executor.iterate(connection, query.sql, query.parameters, request)) {
        rows.push(row);
        if (rows.length < batchSize) continue;
        yield { query, rows };
        rows = [];
      }
      if (rows.length > 0) yield { query, rows };
    } finally {
      done();
    }
  }

  #bounded(bounds: Bounds): { readonly runner: SessionRunner; readonly cancellation: Cancellation } {
    const { executor, cancellation } = withinBounds(this.#workspace.executor, 'query', bounds);
    return { runner: this.#through(this.#workspace.through(executor)), cancellation };
  }

  /** The same by another way to the database, or with another view of the session's entities. */
  #through(workspace: Workspace, loader = this.#loader.through(workspace)): SessionRunner {
    const runner = new SessionRunner(workspace, this.#work, loader, this.#creating);
    loader.use(runner);
    return runner;
  }

  /** For entities that are no part of the session: they know those alone that came with them. */
  #apart(): SessionRunner {
    const workspace = this.#workspace.apart(READ_ONLY);
    return this.#through(workspace, this.#loader.apart(workspace));
  }

  /** Before anything is compiled: which dialect a server speaks may be known only then. */
  #connect(): MaybePromise<void> {
    return this.#workspace.engine.connect();
  }

  #fetch(query: BoundQuery, request: QueryRequest): MaybePromise<Rows> {
    const { cache } = this.#workspace.engine;
    const { state } = request;
    const read = (using: QueryState['using']): MaybePromise<Rows> =>
      this.#workspace.read(
        (connection: Connection) => this.#workspace.executor.query(connection, query.sql, query.parameters, request),
        using,
      );
    return cache === undefined || (state.byKey === undefined && state.cached === undefined)
      ? read(state.using)
      : throughCache(this.#workspace, cache, state, query, read);
  }

  readonly #overwrite: Overwrite = (meta, entity, fields, values, group) =>
    this.#workspace.overwrite(meta, entity, fields, values, group);

  /** The way of a query up to its rows. */
  async #read(asked: QueryState): Promise<Batch & { readonly state: QueryState }> {
    if (asked.lock !== undefined) this.#workspace.refuseLock(asked.meta);
    await this.#connect();
    const state = this.#workspace.asSent(asked);
    const request = { kind: 'entities' as const, state };
    const query = this.#workspace.compiled.query(request);
    await this.#workspace.beforeRead(query.compiled.plan.reads);
    return { state, query, rows: await this.#fetch(query, request) };
  }

  /** What rows are sorted by, of each of these. */
  #keysOf({ compiled: { plan } }: BoundQuery, rows: Rows): unknown[][] {
    if (plan.kind !== 'entities') throw new TypeError('Only a query for entities has sort keys.');
    const { dialect } = this.#workspace.compiled;
    const columns = plan.shape.keys.map((key) => ({ position: key.position, decode: decoderOf(dialect, key) }));
    return rows.map((row) =>
      columns.map(({ position, decode }) => {
        const raw = row[position];
        return raw === null || decode === undefined ? raw : decode(raw);
      }),
    );
  }

  #group(segment: Segment, requested: RelationTree, fetchMode: EntityGroup['fetchMode']): EntityGroup {
    return this.#workspace.group(
      segment.meta,
      segment.parent === undefined && requested.size > 0 ? requested : undefined,
      'loaded',
      fetchMode,
    );
  }

  /** Relations that can be asked for side by side have one connection, held until all of them are there. */
  async #load(state: QueryState, entities: readonly object[]): Promise<void> {
    if (!loadsMore(state) || entities.length === 0) return;
    const { adapter } = this.#workspace.engine;
    if (adapter.pipelines !== true || this.#workspace.pipelines || !hasSiblings(state.batched))
      return this.#loadHere(state, entities);
    const { connection, done } = await this.#workspace.borrow('read', 'relations of a query', state.using);
    try {
      await this.#through(this.#workspace.on(connection)).#loadHere(state, entities);
    } finally {
      done();
    }
  }

  async #loadHere(state: QueryState, entities: readonly object[]): Promise<void> {
    await loadRelations(this.#workspace, this.#loader.within(state), state, entities);
  }

  /** The entities of some rows, with what they were to be loaded with. */
  async #loaded(state: QueryState, { compiled }: BoundQuery, rows: Rows): Promise<object[]> {
    const { identityMap } = this.#workspace;
    const hydrator = compiled.hydrator!;
    const requested = requestedTree(state);
    const groups = hydrator.segments.map((segment) => this.#group(segment, requested, state.fetchMode));
    const entities = hydrator.hydrate(rows, identityMap, groups, hydrator.fresh ? this.#overwrite : undefined);
    if (isHeard('afterLoad')) await this.#workspace.announce(groups);
    if (loadsMore(state)) await this.#load(state, entities);
    return entities;
  }
}

function hasSiblings(tree: RelationTree): boolean {
  return tree.size > 1 || [...tree.values()].some(hasSiblings);
}

/** Whether anything comes by further queries. */
function loadsMore({ batched, prefetches }: QueryState): boolean {
  return batched.size > 0 || prefetches.length > 0;
}

function unbounded(state: QueryState): QueryState {
  return { ...state, bounds: undefined };
}

function tracked(state: QueryState): QueryState {
  return { ...state, readOnly: false };
}

/** Decode in place: rows of values belong to nobody else. */
function decodeRows(rows: Rows, decoders: readonly (((raw: unknown) => unknown) | undefined)[] | undefined): Rows {
  if (decoders === undefined) return rows;
  for (const row of rows) {
    for (let i = 0; i < decoders.length; i++) {
      const decode = decoders[i];
      if (decode !== undefined && row[i] !== null) row[i] = decode(row[i]);
    }
  }
  return rows;
}
