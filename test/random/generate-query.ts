/** Whole queries, made by chance. */
import type { Dice } from './dice.ts';
import {
  anyChosen,
  anyOrder,
  anySource,
  anySteps,
  anyWindowed,
  COMBINATIONS,
  depthOf,
  named,
  someAggregate,
} from './generate-parts.ts';
import { anyCondition, anyExpr, anyValue, constantFor, typeFor } from './generate.ts';
import type { Context } from './generate.ts';
import type { Constant, End, Expr, Having, Named, Query, SomeRows, TestName, Window } from './query.ts';
import { modelOf, relationsOf } from './schema.ts';
import type { Graph, Kind } from './schema.ts';
import { attributesOf, VALUES } from './world.ts';
import type { World } from './world.ts';

export function anyQuery(dice: Dice, world: World): Query {
  const { graph } = world;
  const model = dice.of(graph.map(({ name }) => name));
  const bare: Context = { dice, world, scopes: [model], annotations: [], depth: 3 };
  const source = dice.oneIn(7) ? anySource(bare, model) : undefined;
  const plain = [...depthOf(source), ...(dice.oneIn(4) ? named(dice, 'computed', 1, 2, () => anyValue(bare)) : [])];
  const context = { ...bare, annotations: plain };
  // Which of two equal rows comes first in a window nobody says.
  const twice = source?.kind === 'combined' && source.all;
  const windows = !twice && dice.oneIn(6) ? named(dice, 'window', 1, 2, () => anyWindowed(bare, model)) : [];
  const asked = windows.length > 0 ? anyRows(context, model, windows) : anyEnd(context, model);
  const end: End = twice && asked.kind === 'pages' ? { kind: 'count' } : asked;
  const cut = CUT[end.kind] && dice.oneIn(3);
  const byModel = modelOf(graph, model).ordering.length > 0 && dice.oneIn(3);
  const order = SORTED[end.kind] && !byModel && (cut || dice.oneIn(2)) ? anyOrder(context, model) : undefined;
  // Pages add the key themselves.
  const loose = end.kind === 'pages' && dice.oneIn(2) ? order?.slice(0, 1) : undefined;
  return {
    model,
    source,
    annotations: [...plain, ...windows],
    steps: anySteps(context, isWrite(end) ? 1 : 0),
    chosen: windows.length > 0 && dice.oneIn(2) ? anyChosen(context, windows) : undefined,
    order: loose ?? order,
    reversed: order !== undefined && loose === undefined && dice.oneIn(4),
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
  pages: false,
  inBulk: false,
  together: false,
};
/** Which sets have an order. */
const SORTED: Readonly<Record<End['kind'], boolean>> = { ...CUT, first: true, last: true, pages: true };

/** What can be asked of rows that windows say something of. */
function anyRows(context: Context, model: string, windows: readonly Named[]): End {
  const { dice } = context;
  const columns = windows.map(({ name, value }): Named => ({
    name: `of${name}`,
    value: { node: 'annotation', name, type: value.type },
  }));
  return dice.weighted<End>([
    [4, () => anyEntities(context, model)],
    [1, () => ({ kind: 'count' })],
    [1, () => ({ kind: 'exists' })],
    [
      2,
      () => ({
        kind: 'values',
        columns: [...columns, ...named(dice, 'value', 0, 2, () => anyValue(context))],
        form: 'object',
      }),
    ],
  ]);
}

function anyEntities(context: Context, model: string): End {
  const {
    dice,
    world: { graph },
  } = context;
  return {
    kind: 'entities',
    select: dice.oneIn(3) ? dice.list(1, 2, () => anyPath(dice, graph, model, false)).filter(isPath) : [],
    prefetch: dice.oneIn(3) ? dice.list(1, 2, () => anyPath(dice, graph, model, true)).filter(isPath) : [],
    only: dice.oneIn(8) ? dice.some(attributesOf(graph, model)) : undefined,
    streamed: dice.oneIn(8) ? 1 + dice.below(3) : undefined,
    readOnly: dice.oneIn(6),
    some: dice.oneIn(6) ? anySomeRows(context, model) : [],
  };
}

/** Some rows of a relation to many, or of two. */
function anySomeRows({ dice, world }: Context, model: string): SomeRows[] {
  const relations = relationsOf(world.graph, model).filter(({ many }) => many);
  if (relations.length === 0) return [];
  return dice.list(1, 2, (i) => {
    const { name, target } = dice.of(relations);
    const context: Context = { dice, world, scopes: [target], annotations: [], depth: 2 };
    return {
      relation: name,
      as: `some${i}`,
      limit: dice.oneIn(2) ? 1 + dice.below(3) : undefined,
      where: dice.oneIn(2) ? anyCondition(context) : undefined,
      order: anyOrder(context, target),
    };
  });
}

/** Keys of rows that are there, and of none. */
function anyKeys({ dice, world }: Context, model: string): End {
  const { key, fields } = modelOf(world.graph, model);
  const unique = fields.find((field) => field.unique && !key.includes(field.name));
  const by = unique !== undefined && dice.oneIn(3) ? [unique.name] : key;
  const there = dice.some(world.rows(model)).map(({ values }) => by.map((name) => values[name]!));
  const other = by.map((name) => dice.of(VALUES[kindOf(world.graph, model, name)]));
  const keys = [other, ...there.toReversed()];
  return {
    kind: 'inBulk',
    field: by === key ? undefined : by[0],
    keys: keys.filter((values, i) => keys.findIndex((item) => item.join() === values.join()) === i),
  };
}

/** Values of two models as one set: of types that are alike. */
function anyTogether(context: Context): End | undefined {
  const { dice, world } = context;
  const other = dice.of(world.graph.map(({ name }) => name));
  const there: Context = { dice, world, scopes: [other], annotations: [], depth: 2 };
  const kinds = dice.list(1, 2, () => dice.of<Kind>(['int', 'text', 'bool', 'date', 'datetime', 'float', 'bigint']));
  const left = kinds.map((kind) => anyExpr({ ...context, depth: 2 }, [kind]));
  const right = kinds.map((kind) => anyExpr(there, [kind]));
  const columns = (values: readonly (Expr | undefined)[]): Named[] =>
    values.flatMap((value, i) => (value === undefined ? [] : [{ name: `value${i}`, value }]));
  if ([...left, ...right].includes(undefined)) return undefined;
  const by = dice.of(COMBINATIONS);
  return {
    kind: 'together',
    by,
    all: by === 'union' && dice.oneIn(2),
    columns: columns(left),
    other: { model: other, steps: anySteps(there, 0), columns: columns(right) },
    window: anyWindow(
      dice,
      kinds.map((_, i) => `value${i}`),
    ),
  };
}

function anyEnd(context: Context, model: string): End {
  const { dice } = context;
  return dice.weighted<End>([
    [5, () => anyEntities(context, model)],
    [2, () => ({ kind: 'pages', size: 1 + dice.below(4), backward: dice.oneIn(2) })],
    [1, () => anyKeys(context, model)],
    [2, () => anyTogether(context) ?? { kind: 'count' }],
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
          having: dice.oneIn(2) ? dice.list(0, 2, () => anyHaving(context, keys)) : undefined,
          window: anyWindow(dice, [...first, ...keys.map(({ name }) => name)]),
        };
      },
    ],
    [3, () => ({ kind: 'aggregate', aggregates: named(dice, 'sum', 1, 3, () => someAggregate(context)) })],
    [2, () => anyUpdate(context, model)],
    [1, () => ({ kind: 'delete' })],
  ]);
}

const isPath = (path: string): boolean => path !== '';

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

/** A condition on a group. */
function anyHaving(context: Context, keys: readonly Named[]): Having {
  const { dice } = context;
  const { name, value } = dice.of(keys);
  const of = dice.oneIn(3) ? { key: name, type: value.type } : someAggregate(context);
  if (dice.oneIn(5)) return { of, test: dice.of(['isNull', 'isNotNull']), args: [] };
  const test = dice.of<TestName>(of.type.kind === 'bool' ? ['eq', 'ne'] : ['eq', 'ne', 'gt', 'lte']);
  return { of, test, args: [constantFor(dice, of.type)] };
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
