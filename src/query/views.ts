import { fieldPath } from '../core/ast/expressions.ts';
import type { RawExpression, SelectStatement } from '../core/ast/expressions.ts';
import type { ModelClassValue, ModelMeta } from '../core/metadata.ts';
import type { CompiledSql } from '../core/types/index.ts';
import { metaOf } from '../core/registry.ts';
import { DefinitionError, InvalidQueryError } from '../utils/errors.ts';
import { UNSCOPED } from './active-scopes.ts';
import { planQuery } from './planner.ts';
import { ModelQuerySet } from './queryset.ts';
import type { QueryRunner } from './runner.ts';
import { Fragment, rawNode } from './sql.ts';
import type { QueryRequest } from './state.ts';
import { ModelValuesSet } from './values-set.ts';

/** What a view shows, as a statement; and the models that it reads, where that is known. */
export interface PlannedView {
  readonly query: SelectStatement | RawExpression;
  readonly reads: ReadonlySet<ModelMeta> | undefined;
}

const planned = new WeakMap<ModelMeta, PlannedView>();

/**
 * The query of a view; `undefined` for one that is made elsewhere. Its tables are seen as they are, without scopes.
 *
 * @throws DefinitionError for one whose columns are not the model's.
 */
export function planView(meta: ModelMeta): PlannedView | undefined {
  if (meta.view === undefined || meta.view === true) return undefined;
  let view = planned.get(meta);
  if (view === undefined) planned.set(meta, (view = makeView(meta)));
  return view;
}

function makeView(meta: ModelMeta): PlannedView {
  const { view } = meta;
  const recorder = new Recorder();
  const told: unknown = typeof view === 'function' ? (view as (query: unknown) => unknown)(recorder.query) : view;
  if (told instanceof Fragment) return { query: rawNode(told.strings, told.values), reads: undefined };
  if (!(told instanceof ModelValuesSet) && !(told instanceof ModelQuerySet))
    throw wrong(meta, 'gives neither a query nor sql`…`');
  const request = recorder.requestOf(told);
  if (request.kind !== 'values' && request.kind !== 'entities') throw wrong(meta, 'gives no rows');
  const { state } = request;
  const named =
    request.kind === 'values'
      ? request.columns
      : state.meta.fields.map((field) => ({ name: field.name, expression: fieldPath(field) }));
  // A view has no order of its own, unless it is cut by it.
  const order = state.order ?? (state.limit === undefined && state.offset === undefined ? [] : undefined);
  const plan = planQuery({ kind: 'values', state: { ...state, order }, columns: inOrder(meta, named) });
  if (plan.kind !== 'values') throw wrong(meta, 'gives no rows');
  const { statement } = plan;
  const columns = statement.columns.map((column, i) => ({ ...column, as: meta.fields[i]!.column }));
  return { query: { ...statement, columns }, reads: plan.reads };
}

/** The columns of the query in the order of the model's fields. */
function inOrder<N extends { readonly name: string }>(meta: ModelMeta, named: readonly N[]): N[] {
  const strange = named.find(({ name }) => !meta.fieldByName.has(name));
  if (strange !== undefined) throw wrong(meta, `has a column '${strange.name}', which is no field of the model`);
  return meta.fields.map((field) => {
    const found = named.find(({ name }) => name === field.name);
    if (found === undefined) throw wrong(meta, `lacks the column '${field.name}'`);
    return found;
  });
}

/** What a query set hands to whoever compiles it; nothing else can be done with it here. */
class Recorder {
  #request: QueryRequest | undefined;
  readonly #runner = new Proxy({} as QueryRunner, {
    get: (_, name) => (name === 'compile' ? this.#record : refuse),
  });

  readonly query = (modelClass: ModelClassValue): ModelQuerySet =>
    ModelQuerySet.of(this.#runner, metaOf(modelClass), UNSCOPED);

  requestOf(query: ModelQuerySet | ModelValuesSet): QueryRequest {
    query.toSQL();
    return this.#request!;
  }

  readonly #record = (request: QueryRequest): CompiledSql => {
    this.#request = request;
    return { sql: '', parameters: [] };
  };
}

const refuse = (): never => {
  throw new InvalidQueryError('The query of a view is not run where it is defined.');
};

function wrong({ name }: ModelMeta, problem: string): DefinitionError {
  return new DefinitionError([`The view of ${name} ${problem}.`], {
    model: name,
    remedy: 'Name every column of the model, as in (query) => query(Post).values((p) => ({ id: p.id, … })).',
  });
}
