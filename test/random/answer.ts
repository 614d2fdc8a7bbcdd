/** What a query is to give: the same rows, sorted, cut and computed in memory. */
import { sortOrder } from './compare.ts';
import { aggregate, evaluate, holds, holdsFor, sorted } from './evaluate.ts';
import type { Place } from './evaluate.ts';
import { kindOf } from './generate-query.ts';
import { keyOrder } from './generate.ts';
import { picture, plain, treeOf } from './picture.ts';
import type { Tree } from './picture.ts';
import type { Combination, Named, Order, Part, Query, SomeRows, Window } from './query.ts';
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
      return places.map((place) => entity(place, query, treeOf([...end.select, ...end.prefetch]), end.only, end.some));
    case 'first':
    case 'last': {
      const inOrder =
        query.order === undefined && modelOf(world.graph, model).ordering.length === 0
          ? sorted(places, keyOrder(world.graph, model, false))
          : places;
      const one = inOrder.at(end.kind === 'first' ? 0 : -1);
      return one === undefined ? null : entity(one, query, treeOf([]), undefined);
    }
    case 'pages':
      return places.map((place) => entity(place, query, {}, undefined));
    case 'inBulk':
      return end.keys.flatMap((key) => {
        const fields = end.field === undefined ? modelOf(world.graph, model).key : [end.field];
        const place = places.find(({ rows: [row] }) => fields.every((name, i) => row!.values[name] === key[i]));
        return place === undefined ? [] : [[key, entity(place, query, {}, undefined)]];
      });
    case 'together': {
      const { by, all, columns, other } = end;
      const left = places.map((place) => valuesOf(columns, place));
      const right = passing(world, other).map((place) => Object.values(valuesOf(other.columns, place)));
      const names = columns.map(({ name }) => name);
      const rows = together(
        by,
        all,
        left,
        right.map((values) => Object.fromEntries(names.map((name, i) => [name, values[i]!]))),
        isSame,
      );
      return windowed(rows, end.window);
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
      return { written: new Set(places.map(({ rows: [row] }) => row)).size, rows: allRows(after) };
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
        sorted(places, keyOrder(world.graph, name, false)).map(({ rows: [row] }) => attributes(world, row!)),
      ];
    }),
  );
}

/** The rows that pass every filter, sorted and cut. */
function found(world: World, query: Query): Place[] {
  const { chosen, reversed, limit, offset = 0, annotations } = query;
  const peers: Place[] = [];
  const start = sourceOf(world, query).map((place) => ({ ...place, annotations, peers }));
  // Windows are made of the rows that other conditions leave.
  peers.push(...start.filter((place) => passes(place, query.steps)));
  const met = peers.filter((place) => chosen === undefined || holds(chosen, place));
  const inOrder = sorted(met, orderOf(world, query));
  if (reversed) inOrder.reverse();
  return inOrder.slice(offset, limit === undefined ? undefined : offset + limit);
}

function passes(place: Place, steps: Query['steps']): boolean {
  return steps.every(({ by, condition }) => holds(condition, place) === (by === 'filter'));
}

function passing(world: World, { model, steps }: { model: string; steps: Query['steps'] }): Place[] {
  const all = world.rows(model).map((row): Place => ({ world, rows: [row], annotations: [] }));
  return all.filter((place) => passes(place, steps));
}

/** Pages end in the key, in the direction of the last sort key. */
function orderOf(world: World, { model, order, end }: Query): Order[] {
  const given = order ?? modelOrder(world, model);
  if (end.kind !== 'pages') return [...given];
  return [...given, ...keyOrder(world.graph, model, given.at(-1)?.descending ?? false)];
}

/** The rows that a query begins with. */
function sourceOf(world: World, { model, source }: Query): Place[] {
  const part = ({ steps, order, limit }: Part): Place[] =>
    sorted(passing(world, { model, steps }), order ?? []).slice(0, limit);
  if (source === undefined) return passing(world, { model, steps: [] });
  if (source.kind === 'combined') {
    const sameRow = (a: Place, b: Place): boolean => a.rows[0] === b.rows[0];
    return together(source.by, source.all, part(source.left), part(source.right), sameRow);
  }
  const { relation, maxDepth = Infinity } = source;
  const places = part(source.start).map((place): Place => ({ ...place, depth: 0 }));
  // While rows are added, later ones are those of further steps.
  for (const place of places) {
    if (place.depth! >= maxDepth) continue;
    for (const row of world.many(place.rows[0]!, relationOf(world.graph, model, relation)))
      if (!places.some(({ rows }) => rows[0] === row)) places.push({ ...place, rows: [row], depth: place.depth! + 1 });
  }
  return places;
}

/** As sets, or with `all` as bags: each of the other side's takes one away, or lets one stay. */
function together<T>(
  by: Combination,
  all: boolean,
  left: readonly T[],
  right: readonly T[],
  same: (a: T, b: T) => boolean,
): T[] {
  const once = (items: readonly T[]): T[] =>
    all ? [...items] : items.filter((item, i) => items.findIndex((other) => same(item, other)) === i);
  if (by === 'union') return once([...left, ...right]);
  const others = once(right);
  return once(left).filter((item) => {
    const at = others.findIndex((other) => same(item, other));
    if (at >= 0) others.splice(at, 1);
    return at >= 0 === (by === 'intersection');
  });
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

function groups(
  { keys, aggregates, having = [] }: Extract<Query['end'], { kind: 'groups' }>,
  places: readonly Place[],
): Values[] {
  const groups: { readonly key: Values; readonly members: Place[] }[] = [];
  for (const place of places) {
    const key = valuesOf(keys, place);
    const group = groups.find((other) => isSame(other.key, key));
    if (group === undefined) groups.push({ key, members: [place] });
    else group.members.push(place);
  }
  const kept = groups.filter(({ key, members }) =>
    having.every(({ of, test, args }) => {
      const at = members[0]!;
      const subject = 'key' in of ? key[of.key]! : aggregate(of, members);
      return holdsFor(test, [subject, ...args.map((arg) => evaluate(arg, at))]);
    }),
  );
  return kept.map(({ key, members }) => ({
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
  some: readonly SomeRows[] = [],
): Record<string, unknown> {
  const {
    world,
    rows: [row],
  } = place;
  const computed = Object.fromEntries(annotations.map(({ name, value }) => [name, plain(evaluate(value, place))]));
  const named = some.map(({ as, relation, where, order, limit }) => {
    const all = world.many(row!, relationOf(world.graph, row!.model, relation));
    const met = all
      .map((other): Place => ({ world, rows: [other], annotations: [] }))
      .filter((at) => where === undefined || holds(where, at));
    return [
      as,
      sorted(met, order)
        .slice(0, limit)
        .map(({ rows: [other] }) => attributes(world, other!)),
    ];
  });
  return { ...graphOf(world, row!, tree, only), ...computed, ...Object.fromEntries(named) };
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
  return sorted(places, order.length > 0 ? order : keyOrder(world.graph, model, false)).map((place) => place.rows[0]!);
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
