/** Queries as the library answers them. */
import type { Database, Session } from 'blazeorm';

import { aggregates, cut, querySet, record } from './api.ts';
import type { Loose } from './api.ts';
import type { AnyModel, Models } from './models.ts';
import { picture, plain, treeOf } from './picture.ts';
import type { Tree } from './picture.ts';
import type { Query, Window } from './query.ts';
import { modelOf, relationOf } from './schema.ts';
import type { Graph } from './schema.ts';
import { attributesOf } from './world.ts';
import type { Value } from './values.ts';

/** The library's answer, in the form of `answer`. */
export async function run(db: Database, graph: Graph, models: Models, query: Query): Promise<unknown> {
  await using session = db.session();
  const set = querySet(session, models, query);
  const { end, model, annotations } = query;
  const names = annotations.map(({ name }) => name);
  switch (end.kind) {
    case 'entities': {
      const { only, streamed, select, prefetch } = end;
      let whole = set;
      if (select.length > 0) whole = whole['selectRelated']!(...select);
      if (prefetch.length > 0) whole = whole['prefetchRelated']!(...prefetch);
      if (only !== undefined) whole = whole['only']!(...only);
      const entities =
        streamed === undefined ? await rowsOf(whole) : await collect(whole['iterate']!({ batchSize: streamed }));
      const tree = treeOf([...select, ...prefetch]);
      return entities.map((entity) => entityOf(graph, model, entity as Values, tree, names, only));
    }
    case 'first':
    case 'last': {
      const entity = (await given(set[end.kind]!())) as Values | null;
      return entity === null ? null : entityOf(graph, model, entity, {}, names, undefined);
    }
    case 'count':
    case 'exists':
      return await given(set[end.kind]!());
    case 'values': {
      const { columns, form } = end;
      if (form === 'object') return plainRows(await rowsOf(set['values']!((row: Loose) => record(columns, row))));
      const fields = columns.map(({ name }) => name);
      const rows = await rowsOf(
        form === 'flat' ? set['valuesList']!(fields[0], { flat: true }) : set['valuesList']!(...fields),
      );
      return rows.map((row) => (form === 'flat' ? plain(row) : (row as unknown[]).map(plain)));
    }
    case 'distinct':
      return plainRows(
        await rowsOf(windowed(set['values']!((row: Loose) => record(end.columns, row))['distinct']!(), end.window)),
      );
    case 'groups': {
      const groups = set['values']!((row: Loose) => ({ ...record(end.keys, row), ...aggregates(end.aggregates, row) }));
      return plainRows(await rowsOf(windowed(groups, end.window)));
    }
    case 'aggregate':
      return plainRow((await given(set['aggregate']!((row: Loose) => aggregates(end.aggregates, row)))) as Values);
    case 'update':
    case 'delete':
      return await written(db, graph, models, query);
  }
}

/** The answer to a delete that cascades to more tables than MySQL allows. */
export const REFUSED = Symbol('refused');

/** What a write does, in a transaction that is rolled back. */
async function written(db: Database, graph: Graph, models: Models, query: Query): Promise<unknown> {
  const { end } = query;
  let result: unknown;
  const undo = new Error('rolled back on purpose');
  const transaction = db.transaction(async (session) => {
    const set = querySet(session, models, query);
    const count =
      end.kind === 'update'
        ? await given(
            set['update']!(
              Object.fromEntries(end.changes.map(({ name, value }) => [name, value === null ? null : change(value)])),
            ),
          )
        : await given(set['delete']!());
    result = { written: count, rows: await allRows(session, graph, models) };
    throw undo;
  });
  await transaction.catch((error: unknown) => {
    if (String(error).includes('cascade delete/update exceeds max tables limit')) result = REFUSED;
    else if (error !== undo) throw error;
  });
  return result;
}

function change(value: Exclude<Extract<Query['end'], { kind: 'update' }>['changes'][number]['value'], null>): unknown {
  return value.node === 'constant' ? value.value : (row: Loose) => record([{ name: 'value', value }], row)['value'];
}

type Values = Record<string, Value>;

/** What a query set, or the call of a method of it, gives. */
async function given(call: Loose): Promise<unknown> {
  // Named cast: sets and promises are both awaited; see `Loose`.
  return await (call as unknown as PromiseLike<unknown>);
}

async function rowsOf(set: Loose): Promise<unknown[]> {
  return (await given(set)) as unknown[];
}

async function collect(rows: unknown): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const row of rows as AsyncIterable<unknown>) all.push(row);
  return all;
}

function windowed(set: Loose, window: Window): Loose {
  return cut(set['orderBy']!(...window.order), window);
}

function plainRow(row: Values): Record<string, unknown> {
  return picture(row, Object.keys(row));
}

function plainRows(rows: readonly unknown[]): unknown[] {
  return rows.map((row) => plainRow(row as Values));
}

/** An entity with its annotations and what was loaded of its relations. */
function entityOf(
  graph: Graph,
  model: string,
  entity: Values,
  tree: Tree,
  annotations: readonly string[],
  only: readonly string[] | undefined,
): Record<string, unknown> {
  const { key } = modelOf(graph, model);
  const names = attributesOf(graph, model).filter(
    (name) => only === undefined || only.includes(name) || key.includes(name),
  );
  const relations = Object.entries(tree).map(([name, further]) => {
    const { target, many } = relationOf(graph, model, name);
    const value = entity[name] as unknown;
    if (!many) return [name, value === null ? null : entityOf(graph, target, value as Values, further, [], undefined)];
    return [
      name,
      [...(value as Iterable<Values>)].map((item) => entityOf(graph, target, item, further, [], undefined)),
    ];
  });
  return { ...picture(entity, [...names, ...annotations]), ...Object.fromEntries(relations) };
}

/** All rows of all models, in the order of their keys, read past the session. */
async function allRows(session: Session, graph: Graph, models: Models): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const { name, key } of graph) {
    const set = session.query(models.get(name) as AnyModel) as unknown as Loose;
    all[name] = plainRows(await rowsOf(set['orderBy']!(...key)['values']!(...attributesOf(graph, name))));
  }
  return all;
}
