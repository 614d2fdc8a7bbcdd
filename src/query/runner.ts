import type { Bounds } from '../core/bounds.ts';
import type { CompiledSql } from '../core/types/index.ts';
import type { Creation, Saving } from './creation.ts';
import type { ExplainOptions } from './explain.ts';
import type { Wanted } from './get-or-create.ts';
import type { QueryRequest, QueryState } from './state.ts';

type Of<K extends QueryRequest['kind']> = Extract<QueryRequest, { kind: K }>;

/** The rows of a page. */
export interface PageRows {
  readonly entities: readonly object[];
  /** The values that the first and the last row are sorted by; none without rows. */
  readonly ends: readonly (readonly unknown[])[];
  /** Whether there is a row beyond. */
  readonly more: boolean;
}

/** A request that is run again and again with other values: the object itself is what its statement is known by. */
export type PreparedRequest = Of<'entities' | 'values'>;

/** What a query set needs of a session: something that answers requests. `query` knows no more of sessions than this. */
export interface QueryRunner {
  /** Entities, in order, with everything that was asked for loaded. */
  entities(state: QueryState): Promise<object[]>;
  /** At most `size` entities and their ends; the state asks for one more. `backward`: in the opposite order. */
  page(state: QueryState, size: number, backward: boolean): Promise<PageRows>;
  /** Rows of decoded values, in the order of the request's columns. */
  rows(request: Of<'values' | 'aggregate' | 'count' | 'exists' | 'links'>): Promise<unknown[][]>;
  /** The same rows as the database gives them, so many at a time; who stops early ends the query. */
  batches(request: Of<'values'>, batchSize: number): AsyncIterable<unknown[][]>;
  /** Entities one by one. */
  iterate(state: QueryState, batchSize: number): AsyncIterableIterator<object>;
  /** Entities, or rows of decoded values, with the values of a prepared request. */
  prepared(request: PreparedRequest, given: Readonly<Record<string, unknown>>): Promise<unknown[]>;
  /** The number of rows written. */
  write(request: Of<'update' | 'delete' | 'insertFrom'>): Promise<number>;
  /** New rows; gives the entities of all of them, in their order. */
  create(creation: Creation, bounds: Bounds | undefined): Promise<object[]>;
  /** One row, made where there is none; and whether it was made. `update`: one that exists takes the new values. */
  ensure(
    wanted: Wanted,
    update: boolean,
    bounds: Bounds | undefined,
  ): Promise<readonly [entity: object, created: boolean]>;
  /** Some fields of entities that are stored. Gives the number of rows. */
  save(saving: Saving, bounds: Bounds | undefined): Promise<number>;
  compile(request: QueryRequest): CompiledSql;
  /** The database's plan for a request. */
  explain(request: QueryRequest, options: ExplainOptions): Promise<unknown>;
}
