import type { OrderNode } from '../core/ast/expressions.ts';
import { withSignal, withTimeout } from '../core/bounds.ts';
import type { CompiledSql } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError, UnknownFieldError } from '../utils/errors.ts';
import { suggest } from '../utils/naming.ts';
import { cachedQuery, refuseCachedStream } from './cached-query.ts';
import { combinedValues } from './combine.ts';
import type { Combination } from './combine.ts';
import { DEFAULT_BATCH, limitOf, wholeNumber } from './limits.ts';
import { Nestable } from './nested.ts';
import { explainOptions } from './explain.ts';
import { withTags } from './tags.ts';
import type { QueryRunner } from './runner.ts';
import type { NamedExpression, QueryRequest, QueryState } from './state.ts';

/** A query for plain rows: objects, tuples, or the values of one column. */
export class ModelValuesSet extends Nestable implements PromiseLike<unknown[]> {
  readonly #runner: QueryRunner;
  readonly #state: QueryState;
  readonly #columns: readonly NamedExpression[];
  readonly #form: 'object' | 'tuple' | 'flat';

  constructor(
    runner: QueryRunner,
    state: QueryState,
    columns: readonly NamedExpression[],
    form: 'object' | 'tuple' | 'flat',
  ) {
    super(state, columns);
    this.#runner = runner;
    this.#state = state;
    this.#columns = columns;
    this.#form = form;
  }

  /** For prepared queries: the request, and what becomes of its rows. */
  static parts(set: ModelValuesSet): {
    readonly request: Extract<QueryRequest, { kind: 'values' }>;
    readonly shaped: (rows: unknown[][]) => unknown[];
  } {
    return { request: set.#request(), shaped: (rows) => set.#shaped(rows) };
  }

  orderBy(...keys: readonly unknown[]): ModelValuesSet {
    return this.#with({ order: keys.map((key) => this.#orderKey(key)), reversed: false });
  }

  limit(count: number): ModelValuesSet {
    return this.#with({ limit: limitOf(this.#state.meta, count) });
  }

  offset(count: number): ModelValuesSet {
    return this.#with({ offset: wholeNumber(this.#state.meta, 'offset', count) });
  }

  distinct(): ModelValuesSet {
    return this.#with({ distinct: true });
  }

  union(other: unknown, options: unknown = {}): ModelValuesSet {
    return this.#combined('union', other, options);
  }

  intersection(other: unknown, ...options: readonly unknown[]): ModelValuesSet {
    return this.#combined('intersection', other, options[0]);
  }

  difference(other: unknown, ...options: readonly unknown[]): ModelValuesSet {
    return this.#combined('difference', other, options[0]);
  }

  cache(options: unknown): ModelValuesSet {
    return this.#with({ cached: cachedQuery(this.#state.meta, options) });
  }

  timeout(milliseconds: number): ModelValuesSet {
    return this.#with({ bounds: withTimeout(this.#state.bounds, milliseconds) });
  }

  signal(signal: AbortSignal): ModelValuesSet {
    return this.#with({ bounds: withSignal(this.#state.bounds, signal) });
  }

  async first(): Promise<unknown> {
    return this.#state.limit?.value === 0 ? null : ((await this.limit(1))[0] ?? null);
  }

  async count(): Promise<number> {
    if (this.#state.empty) return 0;
    const rows = await this.#runner.rows({ kind: 'count', state: this.#state, columns: this.#columns });
    return rows[0]![0] as number;
  }

  async all(): Promise<unknown[]> {
    if (this.#state.empty) return [];
    return this.#shaped(await this.#runner.rows(this.#request()));
  }

  then<R1 = unknown[], R2 = never>(
    onfulfilled?: ((rows: unknown[]) => R1 | PromiseLike<R1>) | null,
    onrejected?: ((reason: unknown) => R2 | PromiseLike<R2>) | null,
  ): Promise<R1 | R2> {
    return this.all().then(onfulfilled, onrejected);
  }

  /** As many rows as one batch holds are in memory, however many there are. */
  async *[Symbol.asyncIterator](): AsyncGenerator<unknown, undefined, undefined> {
    refuseCachedStream(this.#state);
    if (this.#state.empty) return undefined;
    for await (const rows of this.#runner.batches(this.#request(), DEFAULT_BATCH))
      for (const row of this.#shaped(rows)) yield row;
    return undefined;
  }

  tag(tags: unknown): ModelValuesSet {
    return this.#with({ tags: withTags(this.#state.meta, this.#state.tags, tags) });
  }

  async explain(options: unknown = {}): Promise<unknown> {
    return this.#runner.explain(this.#request(), explainOptions(this.#state.meta, options));
  }

  toSQL(): CompiledSql {
    return this.#runner.compile(this.#request());
  }

  #request(): Extract<QueryRequest, { kind: 'values' }> {
    return { kind: 'values', state: this.#state, columns: this.#columns };
  }

  #shaped(rows: unknown[][]): unknown[] {
    if (this.#form === 'tuple') return rows;
    if (this.#form === 'flat') return rows.map((row) => row[0]);
    const names = this.#columns.map(({ name }) => name);
    return rows.map((row) => {
      const record: Record<string, unknown> = {};
      for (let i = 0; i < names.length; i++) record[names[i]!] = row[i];
      return record;
    });
  }

  #with(changes: Partial<QueryState>): ModelValuesSet {
    return new ModelValuesSet(this.#runner, { ...this.#state, ...changes }, this.#columns, this.#form);
  }

  #combined(call: Combination, other: unknown, options?: unknown): ModelValuesSet {
    const { state, columns } = combinedValues(
      call,
      this.#state,
      this.#columns,
      this.#form === 'object',
      other,
      options,
    );
    return new ModelValuesSet(this.#runner, state, columns, this.#form);
  }

  #orderKey(key: unknown): OrderNode {
    if (typeof key !== 'string')
      throw new InvalidQueryError(`orderBy() of values takes names of their columns, not ${describe(key)}.`);
    const descending = key.startsWith('-');
    const name = descending ? key.slice(1) : key;
    const column = this.#columns.find((item) => item.name === name);
    if (column !== undefined) return { expression: column.expression, descending, nulls: undefined };
    throw new UnknownFieldError(`The values have no column '${name}'.`, {
      field: name,
      remedy: suggest(
        name,
        this.#columns.map((item) => item.name),
      ),
    });
  }
}
