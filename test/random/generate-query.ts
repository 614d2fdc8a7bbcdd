/** Whole queries, made by chance. */
import type { Dice } from './dice.ts';
import { anyAggregate, anyCondition, anyExpr, anyValue, typeFor } from './generate.ts';
import type { Context } from './generate.ts';
import type { Aggregate, Constant, End, Expr, Named, Order, Query, Step, Window } from './query.ts';
import { modelOf, relationsOf } from './schema.ts';
import type { Graph, Kind } from './schema.ts';
import { attributesOf, VALUES } from './world.ts';
import type { World } from './world.ts';

export function anyQuery(dice: Dice, world: World): Query {
  const { graph } = world;
  const model = dice.of(graph.map(({ name }) => name));
  const bare: Context = { dice, world, scopes: [model], annotations: [], depth: 3 };
  const annotations = dice.oneIn(4) ? dice.list(1, 2, (i) => ({ name: `computed${i}`, value: anyValue(bare) })) : [];
  const context = { ...bare, annotations };
  const steps = dice.list(0, 2, (): Step => ({
    by: dice.oneIn(4) ? 'exclude' : 'filter',
    style: dice.of(['object', 'callback']),
    condition: anyCondition(context),
  }));
  const end = anyEnd(context, model);
  const cut = CUT[end.kind] && dice.oneIn(3);
  const byModel = modelOf(graph, model).ordering.length > 0 && dice.oneIn(3);
  const order = SORTED[end.kind] && !byModel && (cut || dice.oneIn(2)) ? anyOrder(context, model) : undefined;
  return {
    model,
    annotations,
    steps:
      isWrite(end) && steps.length === 0
        ? [{ by: 'filter', style: 'callback', condition: anyCondition(context) }]
        : steps,
    order,
    reversed: order !== undefined && dice.oneIn(4),
    limit: cut ? dice.below(6) : undefined,
    offset: cut && !isWrite(end) && dice.oneIn(2) ? dice.below(4) : undefined,
    end,
  };
}

const isWrite = (end: End): boolean => end.kind === 'update' || end.kind === 'delete';

/** Which sets can be limited before they are asked. */
const CUT: Readonly<Record<End['kind'], boolean>> = {
  entities: true,
  values: true,
  count: true,
  exists: true,
  aggregate: false,
  first: false,
  last: false,
  update: true,
  delete: true,
  distinct: false,
  groups: false,
};
/** Which sets have an order. */
const SORTED: Readonly<Record<End['kind'], boolean>> = { ...CUT, first: true, last: true };

/** Ends in the key, so that there is one answer. */
function anyOrder(context: Context, model: string): Order[] {
  const { dice, world } = context;
  const by = dice.list(0, 2, (): Order => ({
    by: anyValue({ ...context, depth: 2 }),
    descending: dice.oneIn(2),
    nulls: dice.of([undefined, undefined, 'first', 'last']),
  }));
  return [...by, ...keyOrder(world.graph, model, dice.oneIn(2))];
}

export function keyOrder(graph: Graph, model: string, descending: boolean): Order[] {
  const { key, fields } = modelOf(graph, model);
  return key.map((field) => {
    const { kind } = fields.find((item) => item.name === field)!;
    return { by: { node: 'column', type: typeFor(kind), scope: 0, steps: [], field }, descending, nulls: undefined };
  });
}

function anyEnd(context: Context, model: string): End {
  const {
    dice,
    world: { graph },
  } = context;
  return dice.weighted<End>([
    [
      5,
      () => ({
        kind: 'entities',
        select: dice.oneIn(3) ? dice.list(1, 2, () => anyPath(dice, graph, model, false)).filter(isPath) : [],
        prefetch: dice.oneIn(3) ? dice.list(1, 2, () => anyPath(dice, graph, model, true)).filter(isPath) : [],
        only: dice.oneIn(8) ? dice.some(attributesOf(graph, model)) : undefined,
        streamed: dice.oneIn(8) ? 1 + dice.below(3) : undefined,
      }),
    ],
    [1, () => ({ kind: 'count' })],
    [1, () => ({ kind: 'exists' })],
    [1, () => ({ kind: 'first' })],
    [1, () => ({ kind: 'last' })],
    [
      3,
      () => {
        const form = dice.of(['object', 'tuple', 'flat'] as const);
        return {
          kind: 'values',
          columns:
            form === 'object'
              ? named(dice, 'value', 1, 3, () => anyValue(context))
              : someColumns(context, model, form === 'flat'),
          form,
        };
      },
    ],
    [
      2,
      () => {
        const columns = named(dice, 'value', 1, 2, () => anyValue(context));
        return {
          kind: 'distinct',
          columns,
          window: anyWindow(
            dice,
            columns.map(({ name }) => name),
          ),
        };
      },
    ],
    [
      4,
      () => {
        const keys = named(dice, 'key', 1, 2, () => anyValue({ ...context, depth: 2 }));
        const aggregates = named(dice, 'sum', 1, 3, () => someAggregate(context));
        const first = dice.oneIn(3) ? [aggregates[0]!.name] : [];
        return {
          kind: 'groups',
          keys,
          aggregates,
          window: anyWindow(dice, [...first, ...keys.map(({ name }) => name)]),
        };
      },
    ],
    [3, () => ({ kind: 'aggregate', aggregates: named(dice, 'sum', 1, 3, () => someAggregate(context)) })],
    // Sets of a model with a composite key cannot be written to where they are joined.
    ...(modelOf(graph, model).key.length > 1
      ? []
      : [[2, () => anyUpdate(context, model)] as const, [1, () => ({ kind: 'delete' as const })] as const]),
  ]);
}

const isPath = (path: string): boolean => path !== '';

function named<T>(dice: Dice, name: string, least: number, most: number, make: () => T): Named<T>[] {
  return dice.list(least, most, (i) => ({ name: `${name}${i}`, value: make() }));
}

function anyWindow(dice: Dice, names: readonly string[]): Window {
  const cut = dice.oneIn(3);
  return {
    order: names.map((name) => (dice.oneIn(2) ? `-${name}` : name)),
    limit: cut ? dice.below(5) : undefined,
    offset: cut && dice.oneIn(2) ? dice.below(3) : undefined,
  };
}

/** Columns by their names. */
function someColumns({ dice, world: { graph } }: Context, model: string, one: boolean): Named[] {
  const names = dice.some(attributesOf(graph, model));
  const wanted = names.length === 0 || one ? [dice.of(attributesOf(graph, model))] : names;
  return wanted.map((name) => ({
    name,
    value: { node: 'column', type: typeFor(kindOf(graph, model, name)), scope: 0, steps: [], field: name },
  }));
}

const SUMMED: readonly Kind[] = ['int', 'decimal', 'float', 'bigint', 'text', 'date', 'bool', 'datetime', 'enum'];
const COUNT: Aggregate = {
  fn: 'count',
  argument: undefined,
  distinct: false,
  type: { kind: 'int', scale: 0, digits: 3 },
};

function someAggregate(context: Context): Aggregate {
  return anyAggregate({ ...context, depth: 2 }, [context.dice.of(SUMMED)]) ?? COUNT;
}

/** A path of up to three relations, '' where there are none. */
function anyPath(dice: Dice, graph: Graph, model: string, many: boolean): string {
  const path: string[] = [];
  let at = model;
  for (let i = 0; i <= dice.below(3); i++) {
    const relations = relationsOf(graph, at).filter((relation) => many || !relation.many);
    if (relations.length === 0) break;
    const { name, target } = dice.of(relations);
    path.push(name);
    at = target;
  }
  return path.join('.');
}

export function kindOf(graph: Graph, model: string, attribute: string): Kind {
  const { fields, foreignKeys } = modelOf(graph, model);
  const key = foreignKeys.find(({ name }) => `${name}Id` === attribute);
  if (key !== undefined) return kindOf(graph, key.target, key.to);
  return fields.find((field) => field.name === attribute)!.kind;
}

/** Changes of columns that are neither keys nor unique, none of which reads what a later one sets. */
function anyUpdate(context: Context, model: string): End {
  const {
    dice,
    world: { graph },
  } = context;
  const { fields, key } = modelOf(graph, model);
  const free = fields.filter((field) => !field.unique && !key.includes(field.name));
  const first = dice.of(free);
  const set = [
    first,
    ...dice.some(
      free.filter((field) => field !== first),
      3,
    ),
  ];
  const changes = set.map(({ name, kind, nullable }, i): Named<Expr | null> => {
    if (nullable && dice.oneIn(5)) return { name, value: null };
    const hidden = new Set(set.slice(0, i).map((field) => field.name));
    return { name, value: storable({ ...context, annotations: [], depth: 2, hidden, own: true }, kind, nullable) };
  });
  return { kind: 'update', changes };
}

/** What a column can hold, whatever the row. */
function storable(context: Context, kind: Kind, nullable: boolean): Expr {
  const { dice } = context;
  const type = typeFor(kind);
  const constant: Constant = { node: 'constant', type, value: dice.of(VALUES[kind]) };
  const expr = dice.oneIn(2) ? anyExpr(context, [kind]) : undefined;
  if (expr === undefined || expr.type.digits - expr.type.scale > 7 || expr.type.scale !== type.scale) return constant;
  return nullable ? expr : { node: 'call', fn: 'coalesce', args: [expr, constant], type: expr.type };
}
