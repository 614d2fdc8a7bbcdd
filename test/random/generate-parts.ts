/** Parts of queries, made by chance: where rows come from, filters, orders, windows. */
import type { Dice } from './dice.ts';
import { anyAggregate, anyCondition, anyValue, constantFor, keyOrder, typeFor } from './generate.ts';
import type { Context } from './generate.ts';
import type { Aggregate, Condition, Expr, Named, Order, Part, Source, Step, Windowed } from './query.ts';
import { relationsOf } from './schema.ts';
import type { Kind } from './schema.ts';

export function named<T>(dice: Dice, name: string, least: number, most: number, make: () => T): Named<T>[] {
  return dice.list(least, most, (i) => ({ name: `${name}${i}`, value: make() }));
}

export function anySteps(context: Context, least: number): Step[] {
  const { dice } = context;
  return dice.list(least, 2, (): Step => ({
    by: dice.oneIn(4) ? 'exclude' : 'filter',
    style: dice.of(['object', 'callback']),
    condition: anyCondition(context),
  }));
}

/** Ends in the key, so that there is one answer. */
export function anyOrder(context: Context, model: string): Order[] {
  const { dice, world } = context;
  const by = dice.list(0, 2, (): Order => ({
    by: anyValue({ ...context, depth: Math.min(2, context.depth) }),
    descending: dice.oneIn(2),
    nulls: dice.of([undefined, undefined, 'first', 'last']),
  }));
  return [...by, ...keyOrder(world.graph, model, dice.oneIn(2))];
}

export const COMBINATIONS = ['union', 'intersection', 'difference'] as const;

/** Sets that are put together, or a relation of the model to itself that is followed. */
export function anySource(context: Context, model: string): Source {
  const { dice, world } = context;
  const own = relationsOf(world.graph, model).filter(({ target }) => target === model);
  if (own.length > 0 && dice.oneIn(2))
    return {
      kind: 'recursive',
      start: anyPart(context, model),
      relation: dice.of(own).name,
      maxDepth: dice.oneIn(2) ? dice.below(4) : undefined,
      depth: dice.oneIn(2),
    };
  const by = dice.of(COMBINATIONS);
  return {
    kind: 'combined',
    by,
    all: by === 'union' && dice.oneIn(2),
    left: anyPart(context, model),
    right: anyPart(context, model),
  };
}

function anyPart(context: Context, model: string): Part {
  const { dice } = context;
  const cut = dice.oneIn(4);
  return {
    steps: anySteps({ ...context, depth: 2 }, 1),
    order: cut ? anyOrder({ ...context, depth: 1 }, model) : undefined,
    limit: cut ? dice.below(4) : undefined,
  };
}

/** The annotation that counts the steps. */
export function depthOf(source: Source | undefined): Named[] {
  if (source?.kind !== 'recursive' || !source.depth) return [];
  return [{ name: 'level', value: { node: 'depth', type: typeFor('int') } }];
}

const SUMMED: readonly Kind[] = ['int', 'decimal', 'float', 'bigint', 'text', 'date', 'bool', 'datetime', 'enum'];
const COUNT: Aggregate = {
  fn: 'count',
  argument: undefined,
  distinct: false,
  type: { kind: 'int', scale: 0, digits: 3 },
};

export function someAggregate(context: Context): Aggregate {
  return anyAggregate({ ...context, depth: Math.min(2, context.depth) }, [context.dice.of(SUMMED)]) ?? COUNT;
}

/** What a window says of each row. Where it matters which of equal rows comes first, none are equal. */
export function anyWindowed(given: Context, model: string): Windowed {
  const { dice } = given;
  const context = { ...given, annotations: [], depth: 1 };
  const partitionBy = dice.list(0, 1, () => anyValue(context));
  const total = anyOrder(context, model);
  const loose = dice.oneIn(2) ? total.slice(0, 1) : total;
  const window = { node: 'window', type: typeFor('int'), argument: undefined, running: false, partitionBy } as const;
  const fn = dice.of(['rowNumber', 'rank', 'denseRank', 'lag', 'lead', 'firstValue', 'aggregate'] as const);
  switch (fn) {
    case 'rowNumber':
      return { ...window, fn, orderBy: total };
    case 'rank':
    case 'denseRank':
      return { ...window, fn, orderBy: loose };
    case 'lag':
    case 'lead':
    case 'firstValue': {
      const argument = anyValue(context);
      return { ...window, fn, argument, type: argument.type, orderBy: total };
    }
    case 'aggregate': {
      const running = dice.oneIn(2);
      const orderBy = running ? total : dice.oneIn(3) ? [] : loose;
      const { fn: of, argument, type } = someAggregate(context);
      return { ...window, fn: of, argument, type, running, orderBy };
    }
  }
}

/** A condition that looks at windows, and maybe at the row, too. */
export function anyChosen(context: Context, windows: readonly Named[]): Condition {
  const { dice } = context;
  const { name, value } = dice.of(windows);
  const subject: Expr = { node: 'annotation', name, type: value.type };
  const test: Condition = dice.oneIn(3)
    ? { node: 'test', test: dice.of(['isNull', 'isNotNull']), subject, args: [] }
    : {
        node: 'test',
        test: dice.of(value.type.kind === 'bool' ? ['eq', 'ne'] : ['lte', 'gt', 'eq', 'ne']),
        subject,
        args: [constantFor(dice, value.type)],
      };
  return dice.oneIn(3) ? { node: dice.of(['and', 'or']), items: [test, anyCondition({ ...context, depth: 1 })] } : test;
}
