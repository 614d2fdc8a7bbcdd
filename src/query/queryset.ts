import type { Expression, OrderNode } from '../core/ast/expressions.ts';
import { fieldPath, negation, TRUE } from '../core/ast/expressions.ts';
import { withSignal, withTimeout } from '../core/bounds.ts';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';
import type { CompiledSql, ServerRole } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, MultipleResultsError, NotFoundError } from '../utils/errors.ts';
import type { ScopeConditions } from './scope-conditions.ts';
import { expressionNode, refuseAggregates } from './expressions.ts';
import { fieldChange, fieldOf } from './changes.ts';
import { cachedQuery, refuseCachedStream } from './cached-query.ts';
import { combinedRows } from './combine.ts';
import { parseFilter } from './filter.ts';
import { creation, saving } from './creation.ts';
import { wanted } from './get-or-create.ts';
import { groupedState, ModelGroups } from './groups.ts';
import { inBulk } from './in-bulk.ts';
import { insertFrom } from './insert-from.ts';
import { DEFAULT_BATCH, fetchModeOf, limitOf, wholeNumber } from './limits.ts';
import { withParts } from './embedded.ts';
import { lockState } from './locks.ts';
import { Nestable } from './nested.ts';
import { path } from './nodes.ts';
import { OrderKey, refuseUnordered } from './order-key.ts';
import { OwnRefs } from './own-refs.ts';
import { own } from '../utils/own.ts';
import { readPage } from './pages.ts';
import { addPaths } from './paths.ts';
import { addPrefetches, hides, namesOfRelations, refusePrefetched } from './prefetches.ts';
import type { QuerySets } from './prefetches.ts';
import { recursiveRows } from './recursive.ts';
import type { QueryRunner } from './runner.ts';
import { askedFor, bypassed } from './scope-names.ts';
import { initialState } from './state.ts';
import type { NamedExpression, QueryState } from './state.ts';
import { explainOptions } from './explain.ts';
import { withTags } from './tags.ts';
import { ModelValuesSet } from './values-set.ts';
import { checkRowsWrite, checkSetWrite } from './write-checks.ts';

/**
 * A query for entities as it runs. Immutable: every method gives a new one; nothing is sent until it is awaited or
 * iterated. `QuerySet` in `core/types` is what the compiler sees.
 */
export class ModelQuerySet extends Nestable implements PromiseLike<object[]> {
  readonly #runner: QueryRunner;
  readonly #state: QueryState;

  constructor(runner: QueryRunner, state: QueryState) {
    super(state);
    this.#runner = runner;
    this.#state = state;
  }

  static of(runner: QueryRunner, meta: ModelMeta, scopes: ScopeConditions): ModelQuerySet {
    return new ModelQuerySet(runner, initialState(meta, scopes, runner));
  }

  /** For those who make query sets and read what they were told. */
  static sets(runner: QueryRunner, scopes: ScopeConditions): QuerySets {
    return {
      open: (meta) => ModelQuerySet.of(runner, meta, scopes),
      stateOf: (set) => (typeof set === 'object' && set !== null && #state in set ? set.#state : undefined),
    };
  }

  /** For prepared queries. */
  static parts(set: ModelQuerySet): { readonly runner: QueryRunner; readonly state: QueryState } {
    return { runner: set.#runner, state: set.#state };
  }

  filter(condition: unknown): ModelQuerySet {
    return this.#filtered(condition, (node) => node);
  }

  where(condition: unknown): ModelQuerySet {
    return this.filter(condition);
  }

  exclude(condition: unknown): ModelQuerySet {
    return this.#filtered(condition, negation);
  }

  orderBy(...keys: readonly unknown[]): ModelQuerySet {
    const own = new OwnRefs(this.#state);
    const order = keys.map((key) => this.#orderKey(key, own));
    for (const { expression } of order) refuseUnordered(expression, `orderBy() of ${this.#state.meta.name}`);
    return this.#with({ order, reversed: false, origins: own.origins });
  }

  reverse(): ModelQuerySet {
    return this.#with({ reversed: !this.#state.reversed });
  }

  limit(count: number): ModelQuerySet {
    return this.#with({ limit: limitOf(this.#state.meta, count) });
  }

  offset(count: number): ModelQuerySet {
    return this.#with({ offset: wholeNumber(this.#state.meta, 'offset', count) });
  }

  distinct(): ModelQuerySet {
    return this.#with({ distinct: true });
  }

  selectRelated(...paths: readonly unknown[]): ModelQuerySet {
    return this.#with({ joined: addPaths(this.#state.meta, this.#state.joined, paths, true) });
  }

  prefetchRelated(...paths: readonly unknown[]): ModelQuerySet {
    return this.#with(addPrefetches(this.#state, paths, ModelQuerySet.sets(this.#runner, this.#state.scopes)));
  }

  annotate(callback: (refs: object) => Readonly<Record<string, unknown>>): ModelQuerySet {
    const { meta, annotations, prefetches } = this.#state;
    const own = new OwnRefs(this.#state);
    const added = this.#named('annotate()', callback, own);
    for (const { name } of added) {
      refusePrefetched(meta, name, prefetches);
      if (hides(meta, name))
        throw new InvalidQueryError(`The annotation '${name}' would hide ${meta.name}.${name}: give it another name.`, {
          model: meta.name,
          field: name,
        });
    }
    const kept = annotations.filter(({ name }) => !added.some((item) => item.name === name));
    return this.#with({ annotations: [...kept, ...added], origins: own.origins });
  }

  union(other: unknown, options: unknown = {}): ModelQuerySet {
    return new ModelQuerySet(this.#runner, combinedRows('union', this.#state, other, options));
  }

  intersection(other: unknown, ...options: readonly unknown[]): ModelQuerySet {
    return new ModelQuerySet(this.#runner, combinedRows('intersection', this.#state, other, options[0]));
  }

  difference(other: unknown, ...options: readonly unknown[]): ModelQuerySet {
    return new ModelQuerySet(this.#runner, combinedRows('difference', this.#state, other, options[0]));
  }

  recursive(relation: unknown, options: unknown = {}): ModelQuerySet {
    return new ModelQuerySet(this.#runner, recursiveRows(this.#state, relation, options));
  }

  groupBy(...keys: readonly unknown[]): ModelGroups {
    const own = new OwnRefs(this.#state);
    const groups = keys.map((key) => this.#groupKey(key, own));
    const state = groupedState(this.#state, groups, own.origins);
    return new ModelGroups(state, (grouped) => new ModelQuerySet(this.#runner, grouped));
  }

  only(...names: readonly string[]): ModelQuerySet {
    const wanted = new Set(names.map((name) => this.#field(name)));
    return this.#narrow((field) => wanted.has(field));
  }

  defer(...names: readonly string[]): ModelQuerySet {
    const unwanted = new Set(names.map((name) => this.#field(name)));
    return this.#narrow((field) => !unwanted.has(field));
  }

  unfiltered(): ModelQuerySet {
    return this.#with({ unfiltered: true });
  }

  forUpdate(options: unknown = {}): ModelQuerySet {
    return this.#with({ lock: lockState(this.#state.meta, 'update', options) });
  }

  forShare(options: unknown = {}): ModelQuerySet {
    return this.#with({ lock: lockState(this.#state.meta, 'share', options) });
  }

  fresh(): ModelQuerySet {
    return this.#with({ fresh: true, using: this.#state.using ?? 'primary' });
  }

  readOnly(): ModelQuerySet {
    return this.#with({ readOnly: true });
  }

  cache(options: unknown): ModelQuerySet {
    return this.#with({ cached: cachedQuery(this.#state.meta, options) });
  }

  timeout(milliseconds: number): ModelQuerySet {
    return this.#with({ bounds: withTimeout(this.#state.bounds, milliseconds) });
  }

  signal(signal: AbortSignal): ModelQuerySet {
    return this.#with({ bounds: withSignal(this.#state.bounds, signal) });
  }

  fetchMode(mode: unknown): ModelQuerySet {
    return this.#with({ fetchMode: fetchModeOf(this.#state.meta, mode) });
  }

  using(server: ServerRole): ModelQuerySet {
    if (server !== 'primary' && server !== 'replica')
      throw new InvalidQueryError("using() takes 'primary' or 'replica'.", {
        model: this.#state.meta.name,
      });
    return this.#with({ using: server });
  }

  unscoped(...names: readonly unknown[]): ModelQuerySet {
    return this.#with({ scopes: this.#state.scopes.without(bypassed(this.#state.meta, names)) });
  }

  scoped(name: unknown, ...value: readonly unknown[]): ModelQuerySet {
    return this.filter(askedFor(this.#state.meta, name, value));
  }

  pipe<R>(fn: (query: this) => R): R {
    if (typeof fn !== 'function')
      throw new InvalidQueryError(`pipe() takes a function of a query, not ${describe(fn)}.`, {
        model: this.#state.meta.name,
      });
    return fn(this);
  }

  none(): ModelQuerySet {
    return this.#with({ empty: true });
  }

  values(...args: readonly unknown[]): ModelValuesSet {
    return this.#values(args, 'object');
  }

  valuesList(...args: readonly unknown[]): ModelValuesSet {
    const last = args.at(-1);
    const options =
      typeof last === 'object' && last !== null && !Array.isArray(last) ? (last as { flat?: boolean }) : undefined;
    const unknown = Object.keys(options ?? {}).find((key) => key !== 'flat');
    if (unknown !== undefined)
      throw new InvalidQueryError(`valuesList() has no option '${unknown}'.`, {
        model: this.#state.meta.name,
        remedy: 'Use { flat: true } or none.',
      });
    const { flat = false } = own(options ?? {});
    if (typeof flat !== 'boolean')
      throw new InvalidQueryError(`valuesList() takes flat as true or false, not ${describe(flat)}.`, {
        model: this.#state.meta.name,
      });
    const names = options === undefined ? args : args.slice(0, -1);
    if (flat && names.length !== 1)
      throw new InvalidQueryError('valuesList() with { flat: true } takes exactly one column.', {
        model: this.#state.meta.name,
      });
    return this.#values(names, flat ? 'flat' : 'tuple');
  }

  async aggregate(callback: (refs: object) => Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
    const own = new OwnRefs(this.#state);
    const columns = this.#named('aggregate()', callback, own);
    if (this.#state.empty)
      return Object.fromEntries(columns.map(({ name, expression }) => [name, ofNoRows(expression)]));
    const rows = await this.#runner.rows({
      kind: 'aggregate',
      state: { ...this.#state, origins: own.origins },
      columns,
    });
    return Object.fromEntries(columns.map(({ name }, i) => [name, rows[0]?.[i] ?? null]));
  }

  async count(): Promise<number> {
    if (this.#state.empty) return 0;
    const rows = await this.#runner.rows({ kind: 'count', state: this.#state, columns: undefined });
    return rows[0]![0] as number;
  }

  async exists(): Promise<boolean> {
    if (this.#state.empty) return false;
    const state = { ...this.#state, limit: this.#state.limit ?? limitOf(this.#state.meta, 1) };
    return (await this.#runner.rows({ kind: 'exists', state })).length > 0;
  }

  async first(): Promise<object | null> {
    const { order, meta, limit } = this.#state;
    const sorted = (order ?? meta.ordering).length > 0 ? this : this.#with({ order: keyOrder(meta) });
    return limit?.value === 0 ? null : ((await sorted.limit(1))[0] ?? null);
  }

  async last(): Promise<object | null> {
    if (this.#state.limit !== undefined || this.#state.offset !== undefined) {
      throw new InvalidQueryError('last() of a limited set is ambiguous: reverse the order and take first().', {
        model: this.#state.meta.name,
      });
    }
    return (await this.reverse().limit(1))[0] ?? null;
  }

  async one(): Promise<object> {
    const { meta } = this.#state;
    const found = await (this.#state.limit === undefined ? this.limit(2) : this);
    if (found.length === 1) return found[0]!;
    if (found.length === 0) throw new NotFoundError(`No ${meta.name} matches the query.`, { model: meta.name });
    throw new MultipleResultsError(`More than one ${meta.name} matches the query.`, {
      model: meta.name,
      remedy: 'Filter by something unique, or use first().',
    });
  }

  /** Without an argument: the only row. An argument that is undefined is a mistake like any other. */
  async get(...condition: readonly unknown[]): Promise<object> {
    return (condition.length === 0 ? this : this.filter(condition[0])).one();
  }

  async inBulk(keys: unknown, options?: unknown): Promise<Map<unknown, object>> {
    return inBulk(this.#runner, this.#state, keys, options);
  }

  async page(options: unknown): Promise<object> {
    return readPage(this.#runner, this.#state, options);
  }

  all(): Promise<object[]> {
    return this.#state.empty ? Promise.resolve([]) : this.#runner.entities(this.#state);
  }

  iterate(options: { batchSize?: number } = {}): AsyncIterableIterator<object> {
    const { batchSize = DEFAULT_BATCH } = options;
    if (!Number.isInteger(batchSize) || batchSize < 1)
      throw new InvalidQueryError('iterate() takes a batchSize of at least 1.');
    refuseCachedStream(this.#state);
    return this.#runner.iterate(this.#state, batchSize);
  }

  [Symbol.asyncIterator](): AsyncIterator<object, undefined, undefined> {
    return this.iterate() as AsyncIterator<object, undefined, undefined>;
  }

  // A query set is awaitable on purpose: `await qs` gives its entities.
  then<R1 = object[], R2 = never>(
    onfulfilled?: ((entities: object[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.all().then(onfulfilled, onrejected);
  }

  async update(changes: Readonly<Record<string, unknown>>): Promise<number> {
    if (typeof changes !== 'object' || changes === null)
      throw new InvalidQueryError(`update() takes an object of field values, not ${describe(changes)}.`, {
        model: this.#state.meta.name,
      });
    const own = new OwnRefs(this.#state);
    const parsed = withParts(this.#state.meta, changes).map(([name, value]) =>
      fieldChange(this.#state.meta, name, value, own.make),
    );
    if (parsed.length === 0)
      throw new InvalidQueryError('update() was given nothing to set.', { model: this.#state.meta.name });
    checkSetWrite(this.#state, 'update');
    const state = { ...this.#state, origins: own.origins };
    return state.empty ? 0 : this.#runner.write({ kind: 'update', state, changes: parsed });
  }

  async delete(): Promise<number> {
    checkSetWrite(this.#state, 'delete');
    return this.#state.empty ? 0 : this.#runner.write({ kind: 'delete', state: this.#state });
  }

  async insertFrom(query: unknown, mapping: unknown): Promise<number> {
    checkRowsWrite(this.#state, 'insertFrom');
    const { meta, owner } = this.#state;
    const request = insertFrom(meta, owner, query, mapping);
    return request.state.empty ? 0 : this.#runner.write(request);
  }

  async bulkCreate(rows: unknown, options: unknown = {}): Promise<object[]> {
    checkRowsWrite(this.#state, 'bulkCreate');
    return this.#runner.create(creation(this.#state, rows, options), this.#state.bounds);
  }

  async bulkUpdate(entities: unknown, fields: unknown): Promise<number> {
    checkRowsWrite(this.#state, 'bulkUpdate');
    return this.#runner.save(saving(this.#state.meta, entities, fields), this.#state.bounds);
  }

  async getOrCreate(by: unknown, options: unknown = {}): Promise<readonly [object, boolean]> {
    checkRowsWrite(this.#state, 'getOrCreate');
    return this.#runner.ensure(wanted(this.#state, 'getOrCreate', by, options), false, this.#state.bounds);
  }

  async updateOrCreate(by: unknown, options: unknown = {}): Promise<readonly [object, boolean]> {
    checkRowsWrite(this.#state, 'updateOrCreate');
    return this.#runner.ensure(wanted(this.#state, 'updateOrCreate', by, options), true, this.#state.bounds);
  }

  tag(tags: unknown): ModelQuerySet {
    return this.#with({ tags: withTags(this.#state.meta, this.#state.tags, tags) });
  }

  async explain(options: unknown = {}): Promise<unknown> {
    const asked = explainOptions(this.#state.meta, options);
    return this.#runner.explain({ kind: 'entities', state: this.#state }, asked);
  }

  toSQL(): CompiledSql {
    return this.#runner.compile({ kind: 'entities', state: this.#state });
  }

  #with(changes: Partial<QueryState>): ModelQuerySet {
    return new ModelQuerySet(this.#runner, withKeys({ ...this.#state, ...changes }));
  }

  #filtered(condition: unknown, as: (node: Expression) => Expression): ModelQuerySet {
    const own = new OwnRefs(this.#state);
    const node = as(parseFilter(this.#state.meta, condition, own));
    // What holds for every row is no filter: `filter({}).delete()` writes to all rows, and has to say so.
    return node === TRUE ? this : this.#with({ where: [...this.#state.where, node], origins: own.origins });
  }

  #orderKey(key: unknown, own: OwnRefs): OrderNode {
    if (typeof key === 'function') {
      const order: unknown = (key as (refs: object) => unknown)(own.make());
      const node =
        order instanceof OrderKey
          ? OrderKey.node(order)
          : { expression: expressionNode(order, 'orderBy()'), descending: false, nulls: undefined };
      refuseAggregates(node.expression, `orderBy() of ${this.#state.meta.name}`);
      return node;
    }
    if (typeof key !== 'string')
      throw new InvalidQueryError(`orderBy() takes names such as '-createdAt' and callbacks, not ${describe(key)}.`, {
        model: this.#state.meta.name,
      });
    const descending = key.startsWith('-');
    return { expression: this.#column(descending ? key.slice(1) : key), descending, nulls: undefined };
  }

  #groupKey(key: unknown, own: OwnRefs): Expression {
    if (typeof key !== 'function') return this.#column(key);
    const node = expressionNode((key as (refs: object) => unknown)(own.make()), 'groupBy()');
    refuseAggregates(node, `groupBy() of ${this.#state.meta.name}`);
    return node;
  }

  /** A column or annotation by name. */
  #column(name: unknown): Expression {
    const annotation = this.#state.annotations.find((item) => item.name === name);
    return annotation === undefined ? path([], this.#field(name as string)) : annotation.expression;
  }

  #field(name: unknown): FieldMeta {
    const { meta, annotations } = this.#state;
    return fieldOf(
      meta,
      name,
      annotations.map((item) => item.name),
    );
  }

  #named(
    place: string,
    callback: (refs: object) => Readonly<Record<string, unknown>>,
    own: OwnRefs,
  ): NamedExpression[] {
    if (typeof callback !== 'function')
      throw new InvalidQueryError(`${place} takes a callback that gives named expressions.`, {
        model: this.#state.meta.name,
      });
    const record = callback(own.make());
    if (typeof record !== 'object' || record === null)
      throw new InvalidQueryError(`${place} takes a callback that gives an object of expressions.`, {
        model: this.#state.meta.name,
      });
    const named = Object.entries(record).map(([name, value]) => ({
      name,
      expression: expressionNode(value, `'${name}' of ${place}`),
    }));
    if (named.length === 0)
      throw new InvalidQueryError(`${place} was given no expression.`, { model: this.#state.meta.name });
    if (Object.hasOwn(record, '__proto__')) throw new InvalidQueryError(`${place} cannot name a value '__proto__'.`);
    return named;
  }

  #values(args: readonly unknown[], form: 'object' | 'tuple' | 'flat'): ModelValuesSet {
    const [first] = args;
    if (typeof first === 'function') {
      const own = new OwnRefs(this.#state);
      const columns = this.#named('values()', first as never, own);
      return new ModelValuesSet(this.#runner, { ...this.#state, origins: own.origins }, columns, form);
    }
    const names = args.length > 0 ? args : this.#state.meta.fields.map((field) => field.name);
    const columns = names.map((name) => ({ name: name as string, expression: this.#column(name) }));
    return new ModelValuesSet(this.#runner, this.#state, columns, form);
  }

  #narrow(keep: (field: FieldMeta) => boolean): ModelQuerySet {
    const { meta, fields } = this.#state;
    return this.#with({
      fields: (fields ?? meta.fields).filter(
        (field) => field.primaryKey || field === meta.inheritance?.discriminator || keep(field),
      ),
    });
  }
}

function keyOrder(meta: ModelMeta): OrderNode[] {
  return meta.key.map((field) => ({ expression: fieldPath(field), descending: false, nulls: undefined }));
}

/** A row of some fields that is to have relations has the keys of these as well. */
function withKeys(state: QueryState): QueryState {
  const { meta, fields } = state;
  const names = fields === undefined ? [] : namesOfRelations(state);
  if (fields === undefined || names.length === 0) return state;
  const keys = names.flatMap((name) => partsOf(meta.relationByName.get(name)!.sourceField));
  return { ...state, fields: meta.fields.filter((field) => fields.includes(field) || keys.includes(field)) };
}

/** What an aggregate of no rows is: counts are 0, everything else is NULL. */
function ofNoRows(expression: Expression): number | null {
  return expression.kind === 'aggregate' && expression.fn === 'count' ? 0 : null;
}
