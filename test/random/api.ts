/** Queries as they are said to the library. */
import {
  and,
  avg,
  between,
  caseWhen,
  contains,
  count,
  day,
  dayOfYear,
  endsWith,
  every,
  exact,
  gt,
  gte,
  hour,
  icontains,
  iendsWith,
  iexact,
  iregex,
  isNull,
  istartsWith,
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
  regex,
  second,
  some,
  startsWith,
  sum,
  weekDay,
  year,
} from 'blazeorm';
import type { Session } from 'blazeorm';

import type { Models } from './models.ts';
import type { Aggregate, Call, Condition, Expr, Members, Named, Order, Query, Window } from './query.ts';

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

/** Refs of the callbacks around an expression, the innermost first. */
type Refs = readonly Loose[];

function at(refs: Refs, scope: number, steps: readonly string[]): Loose {
  return steps.reduce<Loose>((place, step) => place[step]!, refs[scope]!);
}

export function expression(expr: Expr, refs: Refs): unknown {
  switch (expr.node) {
    case 'column':
      return at(refs, expr.scope, expr.steps)[expr.field]!;
    case 'constant':
      return expr.value;
    case 'annotation':
      return refs.at(-1)![expr.name]!;
    case 'call':
      return call(expr, refs);
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
      const value = (row: Loose): unknown => expression(argument, [row, ...refs]);
      return distinct ? of[fn]!(value, { distinct }) : of[fn]!(value);
    }
  }
}

/** Each is a method of its first argument; `round` takes the digits that its type has. */
function call({ fn, args, type }: Call, refs: Refs): unknown {
  const [subject, ...rest] = args.map((arg) => expression(arg, refs));
  return (subject as Loose)[fn]!(...(fn === 'round' ? [type.scale] : rest));
}

function members({ scope, steps, relation, where }: Members, refs: Refs): Loose {
  const all = at(refs, scope, steps)[relation]!;
  return where === undefined ? all : all['filter']!((row: Loose) => condition(where, [row, ...refs]));
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
    default: {
      const { condition: wanted } = node;
      const of = members(node.of, refs);
      return wanted === undefined
        ? of[node.node]!()
        : of[node.node]!((row: Loose) => condition(wanted, [row, ...refs]));
    }
  }
}

function test(node: Extract<Condition, { node: 'test' }>, refs: Refs): unknown {
  const args = node.args.map((arg) => expression(arg, refs));
  const subject = expression(node.subject, refs) as Loose;
  return subject[node.test]!(...(node.test === 'oneOf' || node.test === 'notOneOf' ? [args] : args));
}

/** A condition as an object, with callbacks where an object cannot say it. */
function object(node: Condition): unknown {
  switch (node.node) {
    case 'and':
      return and(...(node.items.map(object) as never[]));
    case 'or':
      return or(...(node.items.map(object) as never[]));
    case 'not':
      return not(object(node.item) as never);
    case 'test': {
      const [subject, wrap] = node.subject.node === 'call' ? partOf(node.subject) : [node.subject, same];
      const values = node.args.map((arg) => (arg.node === 'constant' ? arg.value : undefined));
      if (subject?.node !== 'column' || subject.scope > 0 || values.includes(undefined)) break;
      return nested(subject.steps, { [subject.relation ?? subject.field]: wrap(lookup(node.test, values)) });
    }
    case 'truth':
      if (node.of.node === 'column' && node.of.scope === 0) return nested(node.of.steps, { [node.of.field]: true });
      break;
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
        [node.of.relation]: QUANTIFIERS[node.node](node.condition && (object(node.condition) as never)),
      });
  }
  return (row: Loose) => condition(node, [row]);
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
  if (kind === 'related') return membersLookOut(of, depth) || looksOut(argument, depth + 1);
  return Object.values(node).some((item) => looksOut(item, depth));
}

function membersLookOut(of: unknown, depth: number): boolean {
  const { scope, where } = of as Members;
  return scope > depth || looksOut(where, depth + 1);
}

/** The query set: filters, order and limits. */
export function querySet(session: Session, models: Models, query: Query): Loose {
  // Named cast: see `Loose`.
  let set = session.query(models.get(query.model)!) as unknown as Loose;
  if (query.annotations.length > 0) set = set['annotate']!((row: Loose) => record(query.annotations, row));
  for (const { by, style, condition: wanted } of query.steps)
    set = set[by]!(
      style === 'object' && !mentionsAnnotation(wanted) ? object(wanted) : (row: Loose) => condition(wanted, [row]),
    );
  if (query.order !== undefined) set = set['orderBy']!(...query.order.map(orderKey));
  if (query.reversed) set = set['reverse']!();
  return cut(set, query);
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
function orderKey({ by, descending, nulls }: Order): unknown {
  const name =
    by.node === 'annotation' ? by.name : by.node === 'column' && by.steps.length === 0 ? by.field : undefined;
  if (name !== undefined && nulls === undefined) return `${descending ? '-' : ''}${name}`;
  const options = nulls === undefined ? [] : [{ nulls }];
  return (row: Loose) => (expression(by, [row]) as Loose)[descending ? 'desc' : 'asc']!(...options);
}

export function record(values: readonly Named[], row: Loose): Record<string, unknown> {
  return Object.fromEntries(values.map(({ name, value }) => [name, expression(value, [row])]));
}

export function aggregates(values: readonly Named<Aggregate>[], row: Loose): Record<string, unknown> {
  return Object.fromEntries(
    values.map(({ name, value: { fn, argument, distinct } }) => {
      if (argument === undefined) return [name, FREE[fn]()];
      const value = expression(argument, [row]);
      return [name, distinct ? FREE[fn](value, { distinct }) : FREE[fn](value)];
    }),
  );
}
