/** Queries as they are said to the library. */
import {
  and,
  avg,
  between,
  caseWhen,
  cast,
  contains,
  count,
  day,
  denseRank,
  dayOfYear,
  endsWith,
  every,
  exact,
  exists,
  f,
  firstValue,
  greatest,
  gt,
  gte,
  hour,
  icontains,
  iendsWith,
  iexact,
  iregex,
  isNull,
  istartsWith,
  lag,
  lead,
  least,
  lt,
  lte,
  max,
  min,
  minute,
  month,
  none,
  not,
  oneOf,
  or,
  quarter,
  rank,
  regex,
  rowNumber,
  second,
  some,
  startsWith,
  subquery,
  sum,
  weekDay,
  year,
} from 'blazeorm';
import type { Session } from 'blazeorm';

import { PRECISION } from './casts.ts';
import type { Models } from './models.ts';
import type {
  Aggregate,
  Call,
  Condition,
  Expr,
  Having,
  Inner,
  Members,
  Named,
  Order,
  Part,
  Query,
  Sub,
  Window,
  Windowed,
} from './query.ts';
import { SCALE } from './schema.ts';

/** A callback's parameter, an expression or a query set: what the compiler knows nothing of, since its names are made by chance. */
export interface Loose {
  readonly [name: string]: Loose & ((...args: unknown[]) => Loose);
}

const FREE = { count, sum, avg, min, max } as unknown as Record<
  Aggregate['fn'],
  (value?: unknown, options?: unknown) => unknown
>;

/** The lookups that are called as the tests are. */
const LOOKUPS = {
  gt,
  gte,
  lt,
  lte,
  between,
  contains,
  startsWith,
  endsWith,
  iexact,
  icontains,
  istartsWith,
  iendsWith,
  regex,
  iregex,
};
const PARTS = { year, quarter, month, day, dayOfYear, weekDay, hour, minute, second };
const QUANTIFIERS = { some, none, every };

const TYPES = {
  int: f.int(),
  bigint: f.bigint(),
  float: f.float(),
  decimal: f.decimal({ precision: PRECISION, scale: SCALE }),
  text: f.text(),
  date: f.date(),
  datetime: f.datetime(),
};

// Named casts: functions for the compiler's names, called with what is made by chance.
const NESTED = { cast, exists, subquery, greatest, least } as unknown as Record<
  'cast' | 'exists' | 'subquery' | 'greatest' | 'least',
  (...args: unknown[]) => unknown
>;
const WINDOWS = {
  rowNumber,
  rank,
  denseRank,
  lag,
  lead,
  firstValue,
  count,
  sum,
  avg,
  min,
  max,
} as unknown as Record<Windowed['fn'], (...args: unknown[]) => Loose>;

/** Makes a query set of a model by its name. */
export type Ask = (model: string) => Loose;

/** The query sets of a session. */
export function asker(session: Session, models: Models): Ask {
  // Named cast: see `Loose`.
  return (model) => session.query(models.get(model)!) as unknown as Loose;
}

/** Where an expression is said. */
export interface Refs {
  /** The parameters of the callbacks around it, the innermost first. */
  readonly rows: readonly Loose[];
  readonly ask: Ask;
}

const inside = (row: Loose, { rows, ask }: Refs): Refs => ({ rows: [row, ...rows], ask });

function at(refs: Refs, scope: number, steps: readonly string[]): Loose {
  return steps.reduce<Loose>((place, step) => place[step]!, refs.rows[scope]!);
}

export function expression(expr: Expr, refs: Refs): unknown {
  switch (expr.node) {
    case 'column':
      return at(refs, expr.scope, expr.steps)[expr.field]!;
    case 'constant':
      return expr.value;
    case 'annotation':
      return refs.rows.at(-1)![expr.name]!;
    case 'call':
      return call(expr, refs);
    case 'cast':
      return NESTED.cast(expression(expr.of, refs), TYPES[expr.to]);
    case 'inner':
      return inner(expr, refs);
    case 'window':
      return overWindow(expr, refs);
    case 'depth':
      throw new Error('The depth of recursive() is no expression of a callback.');
    case 'choice': {
      const branch = caseWhen(
        condition(expr.when, refs) as never,
        expression(expr.then, refs) as never,
      ) as unknown as Loose;
      return branch['otherwise']!(...(expr.otherwise === undefined ? [null] : [expression(expr.otherwise, refs)]));
    }
    case 'asked':
      return condition(expr.condition, refs);
    case 'related': {
      const { argument, fn, distinct } = expr;
      const of = members(expr.of, refs);
      if (argument === undefined) return of[fn]!();
      const value = (row: Loose): unknown => expression(argument, inside(row, refs));
      return distinct ? of[fn]!(value, { distinct }) : of[fn]!(value);
    }
  }
}

/** Each is a method of its first argument, but for a few; `round` takes the digits that its type has. */
function call({ fn, args, type }: Call, refs: Refs): unknown {
  const [subject, ...rest] = args.map((arg) => expression(arg, refs));
  if (fn === 'greatest' || fn === 'least') return NESTED[fn](subject, ...rest);
  if (fn === 'add') return (subject as Loose)[fn]!({ months: rest[0], days: rest[1] });
  return (subject as Loose)[fn]!(...(fn === 'round' ? [type.scale] : rest));
}

/** A query inside of another. */
function setOf({ model, where, order, limit }: Sub, refs: Refs): Loose {
  let set = refs.ask(model);
  if (where !== undefined) set = set['filter']!((row: Loose) => condition(where, inside(row, refs)));
  if (order.length > 0) set = set['orderBy']!(...order.map((key) => orderKey(key, refs)));
  return cut(set, { limit, offset: undefined });
}

function inner({ of, value }: Inner, refs: Refs): unknown {
  return NESTED.subquery(
    setOf(of, refs)['values']!((row: Loose) =>
      'column' in value
        ? { value: expression(value.column, inside(row, refs)) }
        : aggregates([{ name: 'value', value: value.aggregate }], inside(row, refs)),
    ),
  );
}

function overWindow({ fn, argument, partitionBy, orderBy, running }: Windowed, refs: Refs): unknown {
  const args = argument === undefined ? [] : [expression(argument, refs)];
  return WINDOWS[fn](...args)['over']!({
    ...(partitionBy.length > 0 && { partitionBy: partitionBy.map((item) => expression(item, refs)) }),
    ...(orderBy.length > 0 && { orderBy: orderBy.map((key) => sortKey(key, refs)) }),
    ...(running && { frame: { rows: [null, 0] } }),
  });
}

function members({ scope, steps, relation, where }: Members, refs: Refs): Loose {
  const all = at(refs, scope, steps)[relation]!;
  return where === undefined ? all : all['filter']!((row: Loose) => condition(where, inside(row, refs)));
}

/** A condition in a callback. */
function condition(node: Condition, refs: Refs): unknown {
  switch (node.node) {
    case 'and':
    case 'or': {
      const [first, ...rest] = node.items.map((item) => condition(item, refs));
      return (first as Loose)[node.node]!(...rest);
    }
    case 'not':
      return (condition(node.item, refs) as Loose)['not']!();
    case 'truth':
      return expression(node.of, refs);
    case 'test':
      return test(node, refs);
    case 'exists':
      return NESTED.exists(setOf(node.of, refs));
    case 'among':
      return (expression(node.subject, refs) as Loose)[node.not ? 'notOneOf' : 'oneOf']!(listOf(node, refs));
    default: {
      const { condition: wanted } = node;
      const of = members(node.of, refs);
      return wanted === undefined
        ? of[node.node]!()
        : of[node.node]!((row: Loose) => condition(wanted, inside(row, refs)));
    }
  }
}

/** The values of a query's column. */
function listOf({ of, column }: Extract<Condition, { node: 'among' }>, refs: Refs): Loose {
  const set = setOf(of, refs);
  if (column.node === 'column' && column.scope === 0 && column.steps.length === 0)
    return set['valuesList']!(column.field, { flat: true });
  return set['values']!((row: Loose) => ({ value: expression(column, inside(row, refs)) }));
}

function test(node: Extract<Condition, { node: 'test' }>, refs: Refs): unknown {
  const args = node.args.map((arg) => expression(arg, refs));
  const subject = expression(node.subject, refs) as Loose;
  return subject[node.test]!(...(node.test === 'oneOf' || node.test === 'notOneOf' ? [args] : args));
}

/** A condition as an object, with callbacks where an object cannot say it. */
function object(node: Condition, ask: Ask): unknown {
  switch (node.node) {
    case 'and':
      return and(...(node.items.map((item) => object(item, ask)) as never[]));
    case 'or':
      return or(...(node.items.map((item) => object(item, ask)) as never[]));
    case 'not':
      return not(object(node.item, ask) as never);
    case 'test': {
      const [subject, wrap] = node.subject.node === 'call' ? partOf(node.subject) : [node.subject, same];
      const values = node.args.map((arg) => (arg.node === 'constant' ? arg.value : undefined));
      if (subject?.node !== 'column' || subject.scope > 0 || values.includes(undefined)) break;
      return nested(subject.steps, { [subject.relation ?? subject.field]: wrap(lookup(node.test, values)) });
    }
    case 'truth':
      if (node.of.node === 'column' && node.of.scope === 0) return nested(node.of.steps, { [node.of.field]: true });
      break;
    case 'among': {
      const { subject, of, column } = node;
      if (
        subject.node !== 'column' ||
        subject.scope > 0 ||
        looksOut(of.where, 0) ||
        looksOut(of.order, 0) ||
        looksOut(column, 0)
      )
        break;
      const list = oneOf(listOf(node, { rows: [], ask }) as never);
      return nested(subject.steps, { [subject.field]: node.not ? not(list as never) : list });
    }
    case 'some':
    case 'none':
    case 'every':
      if (
        node.of.scope > 0 ||
        node.of.where !== undefined ||
        (node.condition !== undefined && looksOut(node.condition, 0))
      )
        break;
      return nested(node.of.steps, {
        [node.of.relation]: QUANTIFIERS[node.node](node.condition && (object(node.condition, ask) as never)),
      });
    case 'exists':
      break;
  }
  return (row: Loose) => condition(node, { rows: [row], ask });
}

const same = (value: unknown): unknown => value;
const nested = (steps: readonly string[], inner: object): object =>
  steps.reduceRight((value, step) => ({ [step]: value }), inner);

/** Parts of dates are lookups around another one. */
function partOf({ fn, args: [subject] }: Call): readonly [Expr | undefined, (inner: unknown) => unknown] {
  switch (fn) {
    case 'year':
    case 'quarter':
    case 'month':
    case 'day':
    case 'dayOfYear':
    case 'weekDay':
    case 'hour':
    case 'minute':
    case 'second':
      return [subject, (inner) => PARTS[fn](inner as never)];
    default:
      return [undefined, same];
  }
}

/** A test as a lookup: those of the same name, or what says the same. */
function lookup(name: Extract<Condition, { node: 'test' }>['test'], values: readonly unknown[]): unknown {
  switch (name) {
    case 'eq':
      return values[0];
    case 'ne':
      return values[0] === null ? isNull(false) : not(exact(values[0]) as never);
    case 'oneOf':
      return oneOf(values);
    case 'notOneOf':
      return not(oneOf(values) as never);
    case 'isNotNull':
      return isNull(false);
    case 'isNull':
      return isNull();
    default:
      return (LOOKUPS[name] as (...args: never[]) => unknown)(...(values as never[]));
  }
}

/** Whether something in a condition belongs to a row further out than `depth` callbacks, or to the query. */
function looksOut(node: unknown, depth: number): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Date) return false;
  const { scope, node: kind, of, condition: wanted, argument } = node as Record<string, unknown>;
  if (kind === 'annotation' || (typeof scope === 'number' && scope > depth)) return true;
  if (kind === 'some' || kind === 'none' || kind === 'every')
    return membersLookOut(of, depth) || looksOut(wanted, depth + 1);
  if (kind === 'exists' || kind === 'among' || kind === 'inner') {
    const { subject, column, value } = node as Record<string, unknown>;
    return looksOut(subject, depth) || [of, column, value].some((item) => looksOut(item, depth + 1));
  }
  if (kind === 'related') return membersLookOut(of, depth) || looksOut(argument, depth + 1);
  return Object.values(node).some((item) => looksOut(item, depth));
}

function membersLookOut(of: unknown, depth: number): boolean {
  const { scope, where } = of as Members;
  return scope > depth || looksOut(where, depth + 1);
}

/** The query set: where it comes from, filters, order and limits. */
export function querySet(ask: Ask, query: Query): Loose {
  let set = sourceOf(ask, query);
  const computed = query.annotations.filter(({ value }) => value.node !== 'depth');
  if (computed.length > 0) set = set['annotate']!((row: Loose) => record(computed, { rows: [row], ask }));
  set = stepped(set, query.steps, ask);
  const { chosen } = query;
  if (chosen !== undefined) set = set['filter']!((row: Loose) => condition(chosen, { rows: [row], ask }));
  if (query.order !== undefined) set = set['orderBy']!(...query.order.map((key) => orderKey(key, { rows: [], ask })));
  if (query.reversed) set = set['reverse']!();
  return cut(set, query);
}

function sourceOf(ask: Ask, { model, source, annotations }: Query): Loose {
  const part = (of: Part): Loose => partOfSet(ask, model, of);
  if (source === undefined) return ask(model);
  if (source.kind === 'combined')
    return part(source.left)[source.by]!(part(source.right), ...(source.all ? [{ all: true }] : []));
  const { maxDepth } = source;
  const depth = annotations.find(({ value }) => value.node === 'depth')?.name;
  return part(source.start)['recursive']!(source.relation, {
    ...(maxDepth !== undefined && { maxDepth }),
    ...(depth !== undefined && { depth }),
  });
}

function partOfSet(ask: Ask, model: string, { steps, order, limit }: Part): Loose {
  let set = stepped(ask(model), steps, ask);
  if (order !== undefined) set = set['orderBy']!(...order.map((key) => orderKey(key, { rows: [], ask })));
  return cut(set, { limit, offset: undefined });
}

export function stepped(set: Loose, steps: Query['steps'], ask: Ask): Loose {
  return steps.reduce(
    (whole, { by, style, condition: wanted }) =>
      whole[by]!(
        style === 'object' && !mentionsAnnotation(wanted)
          ? object(wanted, ask)
          : (row: Loose) => condition(wanted, { rows: [row], ask }),
      ),
    set,
  );
}

/** The function of a `prefetch`: some of the rows of a relation, in an order. */
export function someRows({ where, order }: Pick<Sub, 'where' | 'order'>, ask: Ask): (set: Loose) => Loose {
  return (set) => {
    const some = where === undefined ? set : set['filter']!((row: Loose) => condition(where, { rows: [row], ask }));
    return some['orderBy']!(...order.map((key) => orderKey(key, { rows: [], ask })));
  };
}

function mentionsAnnotation(node: unknown): boolean {
  if (typeof node !== 'object' || node === null || node instanceof Date) return false;
  return (node as { node?: unknown }).node === 'annotation' || Object.values(node).some(mentionsAnnotation);
}

export function cut(set: Loose, { limit, offset }: Pick<Window, 'limit' | 'offset'>): Loose {
  let result = set;
  if (limit !== undefined) result = result['limit']!(limit);
  if (offset !== undefined) result = result['offset']!(offset);
  return result;
}

/** By its name, where that says it. */
export function orderKey(order: Order, refs: Refs): unknown {
  const { by, descending, nulls } = order;
  const name =
    by.node === 'annotation'
      ? by.name
      : by.node === 'column' && by.steps.length === 0 && by.scope === 0
        ? by.field
        : undefined;
  if (name !== undefined && nulls === undefined) return `${descending ? '-' : ''}${name}`;
  return (row: Loose) => sortKey(order, inside(row, refs));
}

function sortKey({ by, descending, nulls }: Order, refs: Refs): unknown {
  return (expression(by, refs) as Loose)[descending ? 'desc' : 'asc']!(...(nulls === undefined ? [] : [{ nulls }]));
}

export function record(values: readonly Named[], refs: Refs): Record<string, unknown> {
  return Object.fromEntries(values.map(({ name, value }) => [name, expression(value, refs)]));
}

export function aggregates(values: readonly Named<Aggregate>[], refs: Refs): Record<string, unknown> {
  return Object.fromEntries(values.map(({ name, value }) => [name, aggregate(value, refs)]));
}

function aggregate({ fn, argument, distinct }: Aggregate, refs: Refs): unknown {
  if (argument === undefined) return FREE[fn]();
  const value = expression(argument, refs);
  return distinct ? FREE[fn](value, { distinct }) : FREE[fn](value);
}

/** Conditions on groups, all of which hold. */
export function having(items: readonly Having[], refs: Refs): unknown {
  const [first, ...rest] = items.map(({ of, test: name, args }) =>
    ('key' in of ? refs.rows[0]![`by_${of.key}`]! : (aggregate(of, refs) as Loose))[name]!(
      ...args.map((arg) => expression(arg, refs)),
    ),
  );
  return rest.length === 0 ? first : first!['and']!(...rest);
}
