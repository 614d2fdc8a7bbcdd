/** Queries as the library answers them. */
import { prefetch, UnsupportedError } from 'blazeorm';
import type { Database, Session } from 'blazeorm';

import { aggregates, asker, cut, having, querySet, record, someRows, stepped } from './api.ts';
import type { Ask, Loose, Refs } from './api.ts';
import { engine } from '../support/database.ts';
import type { AnyModel, Models } from './models.ts';
import { picture, plain, treeOf } from './picture.ts';
import type { Tree } from './picture.ts';
import type { Query, SomeRows, Window } from './query.ts';
import { modelOf, relationOf } from './schema.ts';
import type { Graph } from './schema.ts';
import { attributesOf } from './world.ts';
import type { Value } from './values.ts';

/** What a database does not do, by the reason that it gives. */
export const refusals = new Map<string, number>();

/** The library's answer, in the form of `answer`; `REFUSED` for what the database does not do, and says so by name. */
export async function run(db: Database, graph: Graph, models: Models, query: Query): Promise<unknown> {
  try {
    return await answered(db, graph, models, query);
  } catch (error) {
    if (String(error).includes(NO_PLAN)) return refused(NO_PLAN);
    if (!(error instanceof UnsupportedError)) throw error;
    return refused(error.message);
  }
}

async function answered(db: Database, graph: Graph, models: Models, query: Query): Promise<unknown> {
  await using session = db.session();
  const ask = asker(session, models);
  const set = querySet(ask, query);
  const { end, model, annotations } = query;
  const names = annotations.map(({ name }) => name);
  const within = (row: Loose): Refs => ({ rows: [row], ask });
  switch (end.kind) {
    case 'entities': {
      const { only, streamed, select, prefetch: batched, some, readOnly } = end;
      let whole = readOnly ? set['readOnly']!() : set;
      if (select.length > 0) whole = whole['selectRelated']!(...select);
      if (batched.length > 0) whole = whole['prefetchRelated']!(...batched);
      for (const { relation, as, limit, ...rows } of some)
        whole = whole['prefetchRelated']!(
          NAMED(relation, { as, ...(limit !== undefined && { limitPerParent: limit }) }, someRows(rows, ask)),
        );
      if (only !== undefined) whole = whole['only']!(...only);
      const entities =
        streamed === undefined ? await rowsOf(whole) : await collect(whole['iterate']!({ batchSize: streamed }));
      const tree = treeOf([...select, ...batched]);
      return entities.map((entity) => ({
        ...entityOf(graph, model, entity as Values, tree, names, only),
        ...Object.fromEntries(some.map((item) => [item.as, namedRows(graph, model, entity as Values, item)])),
      }));
    }
    case 'first':
    case 'last': {
      const entity = (await given(set[end.kind]!())) as Values | null;
      return entity === null ? null : entityOf(graph, model, entity, {}, names, undefined);
    }
    case 'pages': {
      const entities = await walk(set, end);
      return entities.map((entity) => entityOf(graph, model, entity as Values, {}, names, undefined));
    }
    case 'inBulk': {
      const composite = end.field === undefined && modelOf(graph, model).key.length > 1;
      const keys = end.keys.map((key) => (composite ? key : key[0]));
      const found = (await given(
        set['inBulk']!(keys, ...(end.field === undefined ? [] : [{ field: end.field }])),
      )) as Map<unknown, Values>;
      return Array.from(found, ([key, entity]) => [
        composite ? key : [key],
        entityOf(graph, model, entity, {}, names, undefined),
      ]);
    }
    case 'together': {
      const others = stepped(ask(end.other.model), end.other.steps, ask);
      const rows = set['values']!((row: Loose) => record(end.columns, within(row)))[end.by]!(
        others['values']!((row: Loose) => record(end.other.columns, within(row))),
        ...(end.all ? [{ all: true }] : []),
      );
      return plainRows(await rowsOf(windowed(rows, end.window)));
    }
    case 'count':
    case 'exists':
      return await given(set[end.kind]!());
    case 'values': {
      const { columns, form } = end;
      if (form === 'object')
        return plainRows(await rowsOf(set['values']!((row: Loose) => record(columns, within(row)))));
      const fields = columns.map(({ name }) => name);
      const rows = await rowsOf(
        form === 'flat' ? set['valuesList']!(fields[0], { flat: true }) : set['valuesList']!(...fields),
      );
      return rows.map((row) => (form === 'flat' ? plain(row) : (row as unknown[]).map(plain)));
    }
    case 'distinct':
      return plainRows(
        await rowsOf(
          windowed(set['values']!((row: Loose) => record(end.columns, within(row)))['distinct']!(), end.window),
        ),
      );
    case 'groups': {
      const groups = grouped(set, end, ask)['values']!((row: Loose) => ({
        ...keysOf(end, within(row)),
        ...aggregates(end.aggregates, within(row)),
      }));
      return plainRows(await rowsOf(windowed(groups, end.window)));
    }
    case 'aggregate':
      return plainRow(
        (await given(set['aggregate']!((row: Loose) => aggregates(end.aggregates, within(row))))) as Values,
      );
    case 'update':
    case 'delete':
      return await written(db, graph, models, query);
  }
}

// Named cast: paths are made by chance.
const NAMED = prefetch as unknown as (...args: unknown[]) => unknown;

function namedRows(graph: Graph, model: string, entity: Values, { as, relation }: SomeRows): unknown[] {
  const { target } = relationOf(graph, model, relation);
  return (entity[as] as unknown as Values[]).map((item) => entityOf(graph, target, item, {}, [], undefined));
}

/** Grouped by its keys as annotations, where groups are chosen from. */
function grouped(set: Loose, end: Groups, ask: Ask): Loose {
  if (end.having === undefined) return set;
  const keys = end.keys.map(({ name, value }) => ({ name: `by_${name}`, value }));
  const named = set['annotate']!((row: Loose) => record(keys, { rows: [row], ask }));
  const groups = named['groupBy']!(...keys.map(({ name }) => name));
  const wanted = end.having;
  return wanted.length === 0 ? groups : groups['having']!((row: Loose) => having(wanted, { rows: [row], ask }));
}

function keysOf({ keys, having: wanted }: Groups, refs: Refs): Record<string, unknown> {
  if (wanted === undefined) return record(keys, refs);
  return Object.fromEntries(keys.map(({ name }) => [name, refs.rows[0]![`by_${name}`]]));
}

type Groups = Extract<Query['end'], { kind: 'groups' }>;

interface Page {
  readonly items: readonly unknown[];
  readonly pageInfo: {
    readonly startCursor: string | null;
    readonly endCursor: string | null;
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
  };
}

/** All pages, one after the other. */
async function walk(set: Loose, { size, backward }: Extract<Query['end'], { kind: 'pages' }>): Promise<unknown[]> {
  const all: unknown[] = [];
  let cursor: string | null = null;
  for (;;) {
    const options = backward ? { last: size, before: cursor } : { first: size, after: cursor };
    const { items, pageInfo } = (await given(set['page']!(options))) as Page;
    if (backward) all.unshift(...items);
    else all.push(...items);
    if (!(backward ? pageInfo.hasPreviousPage : pageInfo.hasNextPage)) return all;
    if (items.length < size) throw new Error('A page that is not full says that another one follows');
    cursor = backward ? pageInfo.startCursor : pageInfo.endCursor;
  }
}

/** The answer where the database does not do what is asked, or MySQL not what its foreign keys say. */
export const REFUSED = Symbol('refused');

function refused(message: string): typeof REFUSED {
  refusals.set(message, (refusals.get(message) ?? 0) + 1);
  return REFUSED;
}

/** What MySQL says of a query in which its optimizer has lost its way (1815). */
const NO_PLAN = 'Optimizer failed to find a plan';
const TOO_MANY = 'cascade delete/update exceeds max tables limit';
const DANGLING = 'foreign keys are left that refer to no row';

/** Whether a row refers to one that is not there. */
function danglesIn(graph: Graph, rows: Record<string, Record<string, unknown>[]>): boolean {
  return graph.some(({ name, foreignKeys }) =>
    foreignKeys.some((key) => {
      const there = new Set(rows[key.target]!.map((row) => row[key.to]));
      return rows[name]!.some((row) => row[`${key.name}Id`] !== null && !there.has(row[`${key.name}Id`]));
    }),
  );
}

/** What a write does, in a transaction that is rolled back. */
async function written(db: Database, graph: Graph, models: Models, query: Query): Promise<unknown> {
  const { end } = query;
  let result: unknown;
  const undo = new Error('rolled back on purpose');
  const transaction = db.transaction(async (session) => {
    const ask = asker(session, models);
    const set = querySet(ask, query);
    const count =
      end.kind === 'update'
        ? await given(
            set['update']!(
              Object.fromEntries(
                end.changes.map(({ name, value }) => [name, value === null ? null : change(value, ask)]),
              ),
            ),
          )
        : await given(set['delete']!());
    const rows = await allRows(session, graph, models);
    // MySQL 9.7 forgets foreign keys now and then, where a delete leads to one table by several ways: those of the server itself.
    result = engine === 'mysql' && danglesIn(graph, rows) ? refused(DANGLING) : { written: count, rows };
    throw undo;
  });
  await transaction.catch((error: unknown) => {
    if (String(error).includes(TOO_MANY)) result = refused(TOO_MANY);
    else if (error !== undo) throw error;
  });
  return result;
}

function change(
  value: Exclude<Extract<Query['end'], { kind: 'update' }>['changes'][number]['value'], null>,
  ask: Ask,
): unknown {
  return value.node === 'constant'
    ? value.value
    : (row: Loose) => record([{ name: 'value', value }], { rows: [row], ask })['value'];
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

function plainRows(rows: readonly unknown[]): Record<string, unknown>[] {
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
async function allRows(
  session: Session,
  graph: Graph,
  models: Models,
): Promise<Record<string, Record<string, unknown>[]>> {
  const all: Record<string, Record<string, unknown>[]> = {};
  for (const { name, key } of graph) {
    const set = session.query(models.get(name) as AnyModel) as unknown as Loose;
    all[name] = plainRows(await rowsOf(set['orderBy']!(...key)['values']!(...attributesOf(graph, name))));
  }
  return all;
}
