/** What a query is to give: the same rows, sorted, cut and computed in memory. */
import { sortOrder } from './compare.ts';
import { aggregate, evaluate, holds } from './evaluate.ts';
import type { Place } from './evaluate.ts';
import { keyOrder, kindOf } from './generate-query.ts';
import { picture, plain, treeOf } from './picture.ts';
import type { Tree } from './picture.ts';
import type { Named, Order, Query, Window } from './query.ts';
import { modelOf, relationOf } from './schema.ts';
import { attributesOf } from './world.ts';
import type { Row, World } from './world.ts';
import type { Value } from './values.ts';

/** The answer to a query, as plain data. */
export function answer(world: World, query: Query): unknown {
  const { end, model } = query;
  const places = found(world, query);
  switch (end.kind) {
    case 'entities':
      return places.map((place) => entity(place, query, treeOf([...end.select, ...end.prefetch]), end.only));
    case 'first':
    case 'last': {
      const sorted =
        query.order === undefined && modelOf(world.graph, model).ordering.length === 0
          ? sortBy(places, keyOrder(world.graph, model, false))
          : places;
      const one = sorted.at(end.kind === 'first' ? 0 : -1);
      return one === undefined ? null : entity(one, query, treeOf([]), undefined);
    }
    case 'count':
      return places.length;
    case 'exists':
      return places.length > 0;
    case 'values':
      return places.map((place) => {
        const row = rowOf(end.columns, place);
        return end.form === 'object' ? row : end.form === 'tuple' ? Object.values(row) : Object.values(row)[0];
      });
    case 'distinct': {
      const rows = places.map((place) => valuesOf(end.columns, place));
      return windowed(
        rows.filter((row, i) => rows.findIndex((other) => isSame(row, other)) === i),
        end.window,
      );
    }
    case 'groups':
      return windowed(groups(end, places), end.window);
    case 'aggregate':
      return plainRow(Object.fromEntries(end.aggregates.map(({ name, value }) => [name, aggregate(value, places)])));
    case 'update': {
      const changed = new Map(places.map((place) => [place.rows[0]!, changes(place, end.changes)]));
      const { world: after, same } = world.copy();
      for (const [row, values] of changed) Object.assign(same(row).values, values);
      return { written: changed.size, rows: allRows(after) };
    }
    case 'delete': {
      const { world: after, same } = world.copy();
      for (const place of places) after.delete(same(place.rows[0]!));
      return { written: places.length, rows: allRows(after) };
    }
  }
}

/** All rows of a world, by model, in the order of their keys. */
export function allRows(world: World): Record<string, unknown[]> {
  return Object.fromEntries(
    world.graph.map(({ name }) => {
      const places = world.rows(name).map((row): Place => ({ world, rows: [row], annotations: [] }));
      return [
        name,
        sortBy(places, keyOrder(world.graph, name, false)).map(({ rows: [row] }) => attributes(world, row!)),
      ];
    }),
  );
}

/** The rows that pass every filter, sorted and cut. */
function found(world: World, { model, annotations, steps, order, reversed, limit, offset = 0 }: Query): Place[] {
  const all = world.rows(model).map((row): Place => ({ world, rows: [row], annotations }));
  const passed = all.filter((place) =>
    steps.every(({ by, condition }) => holds(condition, place) === (by === 'filter')),
  );
  const sorted = sortBy(passed, order ?? modelOrder(world, model));
  if (reversed) sorted.reverse();
  return sorted.slice(offset, limit === undefined ? undefined : offset + limit);
}

function modelOrder({ graph }: World, model: string): Order[] {
  const { ordering } = modelOf(graph, model);
  if (ordering.length === 0) return [];
  const named = ordering.map((name): Order => {
    const field = name.replace('-', '');
    const kind = kindOf(graph, model, field);
    return {
      by: { node: 'column', type: { kind, scale: 0, digits: 0 }, scope: 0, steps: [], field },
      descending: name.startsWith('-'),
      nulls: undefined,
    };
  });
  return [...named, ...keyOrder(graph, model, false)];
}

function sortBy(places: readonly Place[], order: readonly Order[]): Place[] {
  const keyed = places.map((place) => ({ place, keys: order.map(({ by }) => evaluate(by, place)) }));
  keyed.sort((a, b) =>
    firstDifference(order.map(({ descending, nulls }, i) => sortOrder(a.keys[i]!, b.keys[i]!, descending, nulls))),
  );
  return keyed.map(({ place }) => place);
}

const firstDifference = (results: readonly number[]): number => results.find((result) => result !== 0) ?? 0;

type Values = Record<string, Value>;

function valuesOf(columns: readonly Named[], place: Place): Values {
  return Object.fromEntries(columns.map(({ name, value }) => [name, evaluate(value, place)]));
}

function rowOf(columns: readonly Named[], place: Place): Record<string, unknown> {
  return plainRow(valuesOf(columns, place));
}

function plainRow(values: Values): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, plain(value)]));
}

function isSame(a: Values, b: Values): boolean {
  return Object.keys(a).every((name) => sortOrder(a[name]!, b[name]!, false, undefined) === 0);
}

function windowed(rows: Values[], { order, limit, offset = 0 }: Window): unknown[] {
  const sorted = rows.toSorted((a, b) =>
    firstDifference(
      order.map((key) => sortOrder(a[key.replace('-', '')]!, b[key.replace('-', '')]!, key.startsWith('-'), undefined)),
    ),
  );
  return sorted.slice(offset, limit === undefined ? undefined : offset + limit).map(plainRow);
}

function groups({ keys, aggregates }: Extract<Query['end'], { kind: 'groups' }>, places: readonly Place[]): Values[] {
  const groups: { readonly key: Values; readonly members: Place[] }[] = [];
  for (const place of places) {
    const key = valuesOf(keys, place);
    const group = groups.find((other) => isSame(other.key, key));
    if (group === undefined) groups.push({ key, members: [place] });
    else group.members.push(place);
  }
  return groups.map(({ key, members }) => ({
    ...key,
    ...Object.fromEntries(aggregates.map(({ name, value }) => [name, aggregate(value, members)])),
  }));
}

/** An entity with its annotations and what was loaded of its relations. */
function entity(
  place: Place,
  { annotations }: Query,
  tree: Tree,
  only: readonly string[] | undefined,
): Record<string, unknown> {
  const {
    world,
    rows: [row],
  } = place;
  const computed = Object.fromEntries(annotations.map(({ name, value }) => [name, plain(evaluate(value, place))]));
  return { ...graphOf(world, row!, tree, only), ...computed };
}

function graphOf(world: World, row: Row, tree: Tree, only?: readonly string[]): Record<string, unknown> {
  const relations = Object.entries(tree).map(([name, further]) => {
    const relation = relationOf(world.graph, row.model, name);
    const others = sortRows(world, relation.target, world.many(row, relation)).map((other) =>
      graphOf(world, other, further),
    );
    return [name, relation.many ? others : (others[0] ?? null)];
  });
  return { ...attributes(world, row, only), ...Object.fromEntries(relations) };
}

/** Collections are in the order of their model, else of its key. */
function sortRows(world: World, model: string, rows: readonly Row[]): Row[] {
  const places = rows.map((row): Place => ({ world, rows: [row], annotations: [] }));
  const order = modelOrder(world, model);
  return sortBy(places, order.length > 0 ? order : keyOrder(world.graph, model, false)).map((place) => place.rows[0]!);
}

function attributes({ graph }: World, { model, values }: Row, only?: readonly string[]): Record<string, unknown> {
  const { key } = modelOf(graph, model);
  const names = attributesOf(graph, model).filter(
    (name) => only === undefined || only.includes(name) || key.includes(name),
  );
  return picture(values, names);
}

/** As columns store them: a decimal is a text of all of its digits. */
function changes(place: Place, named: Extract<Query['end'], { kind: 'update' }>['changes']): Values {
  return Object.fromEntries(
    named.map(({ name, value }) => {
      const computed = value === null ? null : evaluate(value, place);
      return [name, plain(computed) as Value];
    }),
  );
}
