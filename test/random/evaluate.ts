/** What expressions and conditions mean, as the documents say it: written without a look at the library. */
import { CASTS } from './casts.ts';
import { compare, sortOrder } from './compare.ts';
import { Decimal } from './decimal.ts';
import { FUNCTIONS, NULL_FUNCTIONS } from './functions.ts';
import type {
  Aggregate,
  Column,
  Condition,
  Expr,
  Inner,
  Members,
  Named,
  Order,
  Sub,
  TestName,
  Windowed,
} from './query.ts';
import { modelOf, relationOf } from './schema.ts';
import { NULL_TESTS, TESTS } from './tests.ts';
import type { Row, World } from './world.ts';
import type { Known, Value } from './values.ts';

/** Where an expression stands: the rows of the callbacks around it, the innermost first. */
export interface Place {
  readonly world: World;
  readonly rows: readonly Row[];
  readonly annotations: readonly Named[];
  /** The rows that windows look at, of the query that is the outermost. */
  readonly peers?: readonly Place[];
  /** How many steps led to the row of the outermost query. */
  readonly depth?: number;
}

/** The value of an expression for a row. */
export function evaluate(expr: Expr, place: Place): Value {
  switch (expr.node) {
    case 'column':
      return column(expr, place);
    case 'constant':
      return exact(expr.value, expr.type.kind);
    case 'call':
      return call(
        expr.fn,
        expr.args.map((arg) => evaluate(arg, place)),
        expr,
      );
    case 'cast': {
      const value = evaluate(expr.of, place);
      return value === null ? null : CASTS[expr.to](value, expr.of.type);
    }
    case 'inner':
      return inner(expr, place);
    case 'window':
      return overWindow(expr, place);
    case 'depth':
      return place.depth!;
    case 'choice': {
      const chosen = holds(expr.when, place) ? expr.then : expr.otherwise;
      return chosen === undefined ? null : atScale(evaluate(chosen, place), expr.type);
    }
    case 'related': {
      const rows = members(expr.of, place);
      return aggregate(
        expr,
        rows.map((row) => inside(row, place)),
      );
    }
    case 'annotation': {
      const { value } = place.annotations.find((item) => item.name === expr.name)!;
      return evaluate(value, { ...place, rows: place.rows.slice(-1) });
    }
    case 'asked':
      return holds(expr.condition, place);
  }
}

/** Whether a condition holds: it does, or it does not. */
export function holds(condition: Condition, place: Place): boolean {
  switch (condition.node) {
    case 'and':
      return condition.items.every((item) => holds(item, place));
    case 'or':
      return condition.items.some((item) => holds(item, place));
    case 'not':
      return !holds(condition.item, place);
    case 'truth':
      return evaluate(condition.of, place) === true;
    case 'test': {
      if (condition.test === 'eq' && isNullConstant(condition.args[0]))
        return evaluate(condition.subject, place) === null;
      return holdsFor(
        condition.test,
        [condition.subject, ...condition.args].map((arg) => evaluate(arg, place)),
      );
    }
    case 'exists':
      return rowsOf(condition.of, place).length > 0;
    case 'among': {
      const subject = evaluate(condition.subject, place);
      const values = rowsOf(condition.of, place).map((at) => evaluate(condition.column, at));
      const found = values.some((value) => value !== null && subject !== null && compare(value, subject) === 0);
      return found !== condition.not;
    }
    case 'some':
    case 'none':
    case 'every': {
      const { condition: wanted } = condition;
      const met = members(condition.of, place).map((row) => wanted === undefined || holds(wanted, inside(row, place)));
      if (condition.node === 'every') return met.every(Boolean);
      return met.some(Boolean) === (condition.node === 'some');
    }
  }
}

/** Whether a test holds for a value and the others. */
export function holdsFor(test: TestName, values: readonly Value[]): boolean {
  if (!NULL_TESTS.has(test) && values.includes(null)) return false;
  return (TESTS[test] as (...args: Value[]) => boolean)(...values);
}

/** `eq(null)` asks whether there is a value; NULL as the value of an expression is equal to nothing. */
function isNullConstant(expr: Expr | undefined): boolean {
  return expr?.node === 'constant' && expr.value === null;
}

function inside(row: Row, place: Place): Place {
  return { ...place, rows: [row, ...place.rows] };
}

/** The row at the end of relations to one, if there is one. */
function rowAt(world: World, row: Row, steps: readonly string[]): Row | undefined {
  return steps.reduce<Row | undefined>((at, step) => at && world.one(at, relationOf(world.graph, at.model, step)), row);
}

function column({ scope, steps, field }: Column, { world, rows }: Place): Value {
  const row = rowAt(world, rows[scope]!, steps);
  if (row === undefined) return null;
  return exact(row.values[field]!, kindOf(world, row.model, field));
}

/** Decimals are texts in rows. */
function exact(value: Value, kind: string): Value {
  return kind === 'decimal' && value !== null ? Decimal.of(value as string) : value;
}

function kindOf(world: World, model: string, field: string): string {
  return modelOf(world.graph, model).fields.find(({ name }) => name === field)?.kind ?? 'key';
}

/** The members of a relation for which its filter holds. */
function members({ scope, steps, relation, where }: Members, place: Place): Row[] {
  const owner = rowAt(place.world, place.rows[scope]!, steps);
  if (owner === undefined) return [];
  const rows = place.world.many(owner, relationOf(place.world.graph, owner.model, relation));
  return where === undefined ? rows : rows.filter((row) => holds(where, inside(row, place)));
}

function call(
  fn: Extract<Expr, { node: 'call' }>['fn'],
  args: Value[],
  { args: given, type }: Extract<Expr, { node: 'call' }>,
): Value {
  if (fn === 'coalesce' || fn === 'concat' || fn === 'nullIf') return atScale(NULL_FUNCTIONS[fn](args), type);
  if (args.includes(null)) return null;
  return FUNCTIONS[fn](
    args as Known[],
    given.map((arg) => arg.type),
    type,
  );
}

/** With all the digits of its type. */
function atScale(value: Value, { scale }: Expr['type']): Value {
  return value instanceof Decimal ? value.at(scale) : value;
}

/** The rows of a query inside of another. */
function rowsOf({ model, where, order, limit }: Sub, place: Place): Place[] {
  const all = place.world.rows(model).map((row) => inside(row, place));
  const met = all.filter((at) => where === undefined || holds(where, at));
  return sorted(met, order).slice(0, limit);
}

function inner({ of, value }: Inner, place: Place): Value {
  const rows = rowsOf(of, place);
  if ('aggregate' in value) return aggregate(value.aggregate, rows);
  return rows[0] === undefined ? null : evaluate(value.column, rows[0]);
}

/** Rows in order: equal ones stay as they are. */
export function sorted(places: readonly Place[], order: readonly Order[]): Place[] {
  const keyed = places.map((place) => ({ place, keys: order.map(({ by }) => evaluate(by, place)) }));
  keyed.sort((a, b) => inOrder(order, a.keys, b.keys));
  return keyed.map(({ place }) => place);
}

function inOrder(order: readonly Order[], a: readonly Value[], b: readonly Value[]): number {
  const differences = order.map(({ descending, nulls }, i) => sortOrder(a[i]!, b[i]!, descending, nulls));
  return differences.find((difference) => difference !== 0) ?? 0;
}

/** What a window function says of a row: the frame ends with the row, or with those that are equal to it. */
function overWindow({ fn, argument, partitionBy, orderBy, running, type }: Windowed, place: Place): Value {
  const keysOf = (at: Place): Value[] => partitionBy.map((item) => evaluate(item, at));
  const own = keysOf(place);
  const partition = (place.peers ?? []).filter((at) => keysOf(at).every((key, i) => isSame(key, own[i]!)));
  const rows = sorted(partition, orderBy);
  const at = rows.findIndex(({ rows: [row] }) => row === place.rows[0]);
  const keys = rows.map((row) => orderBy.map(({ by }) => evaluate(by, row)));
  const first = keys.findIndex((key) => inOrder(orderBy, key, keys[at]!) === 0);
  const last = keys.findLastIndex((key) => inOrder(orderBy, key, keys[at]!) === 0);
  switch (fn) {
    case 'rowNumber':
      return at + 1;
    case 'rank':
      return first + 1;
    case 'denseRank':
      return (
        keys
          .filter((key, i) => i === 0 || inOrder(orderBy, key, keys[i - 1]!) !== 0)
          .findLastIndex((key) => inOrder(orderBy, key, keys[at]!) <= 0) + 1
      );
    case 'lag':
    case 'lead': {
      const other = rows[fn === 'lag' ? at - 1 : at + 1];
      return other === undefined ? null : evaluate(argument!, other);
    }
    case 'firstValue':
      return evaluate(argument!, rows[0]!);
    default:
      return aggregate({ fn, argument, distinct: false, type }, rows.slice(0, (running ? at : last) + 1));
  }
}

function isSame(a: Value, b: Value): boolean {
  return sortOrder(a, b, false, undefined) === 0;
}

/** Of the values that are not NULL; none is NULL, but for `count`. */
export function aggregate({ fn, argument, distinct, type }: Aggregate, places: readonly Place[]): Value {
  if (argument === undefined) return places.length;
  const all = places.map((place) => evaluate(argument, place)).filter((value) => value !== null);
  const values = distinct ? all.filter((value, i) => all.findIndex((other) => compare(other, value) === 0) === i) : all;
  if (fn === 'count') return values.length;
  if (values.length === 0) return null;
  if (fn === 'min' || fn === 'max') return values.reduce((a, b) => (compare(a, b) < 0 === (fn === 'min') ? a : b));
  const total = values.reduce((a, b) => FUNCTIONS.plus([a, b], [], argument.type) as Known);
  return fn === 'sum' ? total : FUNCTIONS.dividedBy([total, values.length], [], type);
}
