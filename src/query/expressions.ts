import { conjunction, disjunction, typeOf } from '../core/ast/expressions.ts';
import type {
  AggregateName,
  CompareOperator,
  DatePart,
  Expression,
  FunctionName,
  JsonExpression,
  MatchOperator,
  OrderNode,
  Typed,
} from '../core/ast/expressions.ts';
import type { AggregateFunctions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError, InvalidValueError } from '../utils/errors.ts';
import { arrayLength, arrayTest } from './arrays.ts';
import { datePart } from './date-parts.ts';
import { hasKey, jsonAs, jsonAt, jsonContains, jsonIs, jsonLike } from './json.ts';
import { among, Nestable } from './nested.ts';
import { aggregateType, arithmetic, isNumeric, labelOf, list, operand, param, plainValue } from './nodes.ts';
import { searchFor } from './search.ts';
import { hasAggregate } from './walk.ts';

const INT: ValueType = Object.freeze({ kind: 'int' });
const TEXT: ValueType = Object.freeze({ kind: 'text' });

/** A sort key from `asc()` or `desc()`. */
export class OrderKey {
  readonly direction: 'asc' | 'desc';
  readonly nulls: 'first' | 'last' | undefined;
  readonly #expression: Expression;

  constructor(expression: Expression, direction: 'asc' | 'desc', nulls: 'first' | 'last' | undefined) {
    if (nulls !== undefined && nulls !== 'first' && nulls !== 'last') {
      throw new InvalidQueryError("An order takes { nulls: 'first' } or { nulls: 'last' }.");
    }
    this.#expression = expression;
    this.direction = direction;
    this.nulls = nulls;
  }

  static node(order: OrderKey): OrderNode {
    return { expression: order.#expression, descending: order.direction === 'desc', nulls: order.nulls };
  }
}

/**
 * An expression under construction: what columns are in the callback form. One class at run time; the interfaces in
 * `core/types` say which methods the compiler shows for which type. The node is private, so no object from outside can
 * pass for an expression.
 */
export class ExpressionBuilder {
  readonly #node: Expression;
  readonly #root: string;

  constructor(node: Expression, root: string) {
    this.#node = node;
    this.#root = root;
  }

  static is(value: unknown): value is ExpressionBuilder {
    return typeof value === 'object' && value !== null && #node in value;
  }

  static node(builder: ExpressionBuilder): Expression {
    return builder.#node;
  }

  static root(builder: ExpressionBuilder): string {
    return builder.#root;
  }

  eq(other: unknown): ExpressionBuilder {
    if (this.#isPart()) return this.#make(jsonIs(this.#json(), other, this.#label()));
    return other === null ? this.isNull() : this.#compare('eq', other);
  }

  ne(other: unknown): ExpressionBuilder {
    if (this.#isPart()) return this.eq(other).not();
    return other === null ? this.isNotNull() : this.#compare('ne', other);
  }

  gt(other: unknown): ExpressionBuilder {
    return this.#compare('gt', other);
  }

  gte(other: unknown): ExpressionBuilder {
    return this.#compare('gte', other);
  }

  lt(other: unknown): ExpressionBuilder {
    return this.#compare('lt', other);
  }

  lte(other: unknown): ExpressionBuilder {
    return this.#compare('lte', other);
  }

  between(low: unknown, high: unknown): ExpressionBuilder {
    return this.#make({ kind: 'between', operand: this.#node, low: this.#value(low), high: this.#value(high) });
  }

  oneOf(values: unknown): ExpressionBuilder {
    const set = Nestable.set(values);
    if (set !== undefined) return this.#make(among(typed(this.#node), set, this.#label()));
    return this.#make({ kind: 'inList', operand: this.#node, list: list(this.#typed().type, values, this.#label()) });
  }

  notOneOf(values: unknown): ExpressionBuilder {
    return this.oneOf(values).not();
  }

  isNull(): ExpressionBuilder {
    return this.#make({ kind: 'isNull', operand: this.#node, negated: false });
  }

  isNotNull(): ExpressionBuilder {
    return this.#make({ kind: 'isNull', operand: this.#node, negated: true });
  }

  coalesce(...others: unknown[]): ExpressionBuilder {
    const args = [this.#node, ...others.map((other) => this.#value(other))];
    return this.#make({
      kind: 'call',
      fn: 'coalesce',
      args,
      type: this.#typed().type,
      nullable: args.every((arg) => typeOf(arg).nullable),
    });
  }

  asc(options: { nulls?: 'first' | 'last' } = {}): OrderKey {
    return new OrderKey(this.#node, 'asc', options.nulls);
  }

  desc(options: { nulls?: 'first' | 'last' } = {}): OrderKey {
    return new OrderKey(this.#node, 'desc', options.nulls);
  }

  and(...others: unknown[]): ExpressionBuilder {
    return this.#make(conjunction([this.#node, ...others.map((other) => conditionNode(other))]));
  }

  or(...others: unknown[]): ExpressionBuilder {
    return this.#make(disjunction([this.#node, ...others.map((other) => conditionNode(other))]));
  }

  not(): ExpressionBuilder {
    return this.#make({ kind: 'not', operand: this.#node });
  }

  plus(other: unknown): ExpressionBuilder {
    return this.#arithmetic('plus', other);
  }

  minus(other: unknown): ExpressionBuilder {
    return this.#arithmetic('minus', other);
  }

  times(other: unknown): ExpressionBuilder {
    return this.#arithmetic('times', other);
  }

  dividedBy(other: unknown): ExpressionBuilder {
    return this.#arithmetic('dividedBy', other);
  }

  mod(other: unknown): ExpressionBuilder {
    return this.#arithmetic('modulo', other);
  }

  abs(): ExpressionBuilder {
    return this.#call('abs', this.#number('abs'));
  }

  neg(): ExpressionBuilder {
    return this.#call('negate', this.#number('neg'));
  }

  round(digits = 0): ExpressionBuilder {
    if (!Number.isInteger(digits) || digits < 0 || digits > 15)
      throw new InvalidQueryError('round() takes 0 to 15 digits.');
    const given = this.#number('round');
    const type = given.kind === 'decimal' ? { ...given, scale: Math.min(digits, given.scale) } : given;
    return this.#call('round', type, { kind: 'literal', value: digits, type: INT, nullable: false });
  }

  lower(): ExpressionBuilder {
    return this.#call('lower', this.#text('lower'));
  }

  upper(): ExpressionBuilder {
    return this.#call('upper', this.#text('upper'));
  }

  trim(): ExpressionBuilder {
    return this.#call('trim', this.#text('trim'));
  }

  length(): ExpressionBuilder {
    this.#text('length');
    return this.#call('length', INT);
  }

  concat(...others: unknown[]): ExpressionBuilder {
    this.#text('concat');
    const tail = others.map((other) => (ExpressionBuilder.is(other) ? other.#node : param(TEXT, other, this.#label())));
    return this.#call('concat', TEXT, ...tail);
  }

  year(): ExpressionBuilder {
    return this.#datePart('year');
  }

  quarter(): ExpressionBuilder {
    return this.#datePart('quarter');
  }

  month(): ExpressionBuilder {
    return this.#datePart('month');
  }

  day(): ExpressionBuilder {
    return this.#datePart('day');
  }

  dayOfYear(): ExpressionBuilder {
    return this.#datePart('dayOfYear');
  }

  weekDay(): ExpressionBuilder {
    return this.#datePart('weekDay');
  }

  hour(): ExpressionBuilder {
    return this.#datePart('hour');
  }

  minute(): ExpressionBuilder {
    return this.#datePart('minute');
  }

  second(): ExpressionBuilder {
    return this.#datePart('second');
  }

  path(...steps: unknown[]): ExpressionBuilder {
    return this.#make(jsonAt(typed(this.#node), steps, this.#label()));
  }

  hasKey(key: unknown): ExpressionBuilder {
    return this.#make(hasKey(typed(this.#node), key, this.#label()));
  }

  jsonContains(value: unknown): ExpressionBuilder {
    return this.#make(jsonContains(typed(this.#node), value, this.#label()));
  }

  asText(): ExpressionBuilder {
    return this.#make(jsonAs(this.#json(), 'text'));
  }

  asNumber(): ExpressionBuilder {
    return this.#make(jsonAs(this.#json(), 'number'));
  }

  asBool(): ExpressionBuilder {
    return this.#make(jsonAs(this.#json(), 'bool'));
  }

  search(text: unknown): ExpressionBuilder {
    return this.#make(searchFor(this.#node, text, this.#label()));
  }

  arrayContains(items: unknown): ExpressionBuilder {
    return this.#make(arrayTest('contains', typed(this.#node), items, this.#label()));
  }

  arrayOverlaps(items: unknown): ExpressionBuilder {
    return this.#make(arrayTest('overlaps', typed(this.#node), items, this.#label()));
  }

  arrayLength(): ExpressionBuilder {
    return this.#make(arrayLength(typed(this.#node), this.#label()));
  }

  iexact(text: unknown): ExpressionBuilder {
    return this.#match('exact', true, text);
  }

  contains(text: unknown): ExpressionBuilder {
    return this.#match('contains', false, text);
  }

  icontains(text: unknown): ExpressionBuilder {
    return this.#match('contains', true, text);
  }

  startsWith(text: unknown): ExpressionBuilder {
    return this.#match('startsWith', false, text);
  }

  istartsWith(text: unknown): ExpressionBuilder {
    return this.#match('startsWith', true, text);
  }

  endsWith(text: unknown): ExpressionBuilder {
    return this.#match('endsWith', false, text);
  }

  iendsWith(text: unknown): ExpressionBuilder {
    return this.#match('endsWith', true, text);
  }

  regex(pattern: unknown): ExpressionBuilder {
    return this.#match('regex', false, pattern);
  }

  iregex(pattern: unknown): ExpressionBuilder {
    return this.#match('regex', true, pattern);
  }

  #make(node: Expression): ExpressionBuilder {
    return new ExpressionBuilder(Object.freeze(node), this.#root);
  }

  #typed(): Typed {
    return typeOf(this.#node);
  }

  #label(): ReturnType<typeof labelOf> {
    return labelOf(this.#node, this.#root);
  }

  #value(other: unknown): Expression {
    if (ExpressionBuilder.is(other)) return other.#node;
    // Raw SQL has no type that a value could be checked by: the value speaks for itself.
    if (this.#node.kind === 'raw') return plainValue(other, this.#label());
    return param(this.#typed().type, other, this.#label());
  }

  /** Whether this is a part of JSON, which is compared as what the other is. */
  #isPart(): boolean {
    return this.#node.kind === 'json' && this.#node.as === 'json';
  }

  #json(): JsonExpression {
    return jsonAt(typed(this.#node), [], this.#label());
  }

  #compare(operator: CompareOperator, other: unknown): ExpressionBuilder {
    if (this.#isPart() && other !== null)
      return this.#make(jsonLike(this.#json(), other, this.#label())).#compare(operator, other);
    return this.#make({ kind: 'compare', operator, left: this.#node, right: this.#value(other) });
  }

  #arithmetic(operator: Parameters<typeof arithmetic>[0], other: unknown): ExpressionBuilder {
    const type = this.#number(operator);
    const right = ExpressionBuilder.is(other) ? other.#node : operand(type, other, this.#label());
    if (!isNumeric(typeOf(right).type)) throw notFor(operator, 'numbers', labelOf(right, this.#root));
    return this.#make(arithmetic(operator, typed(this.#node), typed(right)));
  }

  #call(fn: FunctionName, type: ValueType, ...args: Expression[]): ExpressionBuilder {
    const nullable = this.#typed().nullable;
    return this.#make({ kind: 'call', fn, args: [this.#node, ...args], type, nullable });
  }

  #datePart(part: DatePart): ExpressionBuilder {
    return this.#make(datePart(part, typed(this.#node), this.#label()));
  }

  #match(operator: MatchOperator, insensitive: boolean, pattern: unknown): ExpressionBuilder {
    this.#text(operator);
    const node = ExpressionBuilder.is(pattern) ? pattern.#node : param(TEXT, pattern, this.#label());
    return this.#make({ kind: 'match', operator, insensitive, operand: this.#node, pattern: node });
  }

  #number(call: string): ValueType {
    const { type } = this.#typed();
    if (!isNumeric(type)) throw notFor(call, 'numbers', this.#label());
    return type;
  }

  #text(call: string): ValueType {
    const { type } = this.#typed();
    if (!isTextual(type)) throw notFor(call, 'text', this.#label());
    return TEXT;
  }
}

/** Types that text lookups and functions work on. */
export function isTextual(type: ValueType): boolean {
  return type.kind === 'string' || type.kind === 'text' || type.kind === 'enum';
}

function typed(node: Expression): Expression & Typed {
  return 'type' in node ? node : Object.freeze({ kind: 'call', fn: 'coalesce', args: [node], ...typeOf(node) });
}

export function notFor(call: string, what: string, label: { model: string; field: string }): InvalidQueryError {
  return new InvalidQueryError(`${call}() is for ${what}, which ${label.model}.${label.field} is not.`, label);
}

/** The node of a condition given as an expression. */
export function conditionNode(value: unknown): Expression {
  if (!ExpressionBuilder.is(value)) {
    throw new InvalidQueryError(`A condition is an expression such as p.views.gt(3), not ${describe(value)}.`);
  }
  const node = ExpressionBuilder.node(value);
  if (node.kind !== 'raw' && typeOf(node).type.kind !== 'bool')
    throw new InvalidQueryError('A condition must be true or false, and this expression is neither.');
  return node;
}

/** @throws InvalidQueryError for an aggregate where each row stands alone. */
export function refuseAggregates(node: Expression, place: string): void {
  if (!hasAggregate(node)) return;
  throw new InvalidQueryError(`${place} is about single rows and cannot hold an aggregate of the query.`, {
    remedy: 'Aggregate a relation, as in p.comments.count(), or use values() or aggregate().',
  });
}

/** The node of any expression. */
export function expressionNode(value: unknown, place: string): Expression {
  if (ExpressionBuilder.is(value)) return ExpressionBuilder.node(value);
  throw new InvalidValueError(`${place} takes an expression such as p.views, not ${describe(value)}.`);
}

function aggregateFunction(fn: AggregateName) {
  return (value?: unknown, options?: unknown): ExpressionBuilder => {
    const argument = value === undefined && fn === 'count' ? undefined : expressionNode(value, `${fn}()`);
    const distinct = isDistinct(fn, argument, options);
    if (argument !== undefined) {
      refuseAggregates(argument, `${fn}()`);
      if ((fn === 'sum' || fn === 'avg') && !isNumeric(typeOf(argument).type))
        throw notFor(fn, 'numbers', labelOf(argument, 'The query'));
    }
    const type = aggregateType(fn, argument === undefined ? undefined : typeOf(argument).type);
    const root = ExpressionBuilder.is(value) ? ExpressionBuilder.root(value) : 'The query';
    return new ExpressionBuilder(
      { kind: 'aggregate', fn, argument, distinct, filter: undefined, type, nullable: fn !== 'count' },
      root,
    );
  };
}

/** Whether each value counts once. @throws InvalidQueryError for options that are not known. */
export function isDistinct(fn: AggregateName, argument: Expression | undefined, options: unknown): boolean {
  if (options === undefined) return false;
  const known = fn === 'count' || fn === 'sum' || fn === 'avg';
  if (typeof options !== 'object' || options === null)
    throw new InvalidQueryError(`${fn}() takes an expression${known ? ' and { distinct: true }' : ''} only.`);
  const unknown = Object.keys(options).find((key) => !known || key !== 'distinct');
  if (unknown !== undefined)
    throw new InvalidQueryError(`${fn}() has no option '${unknown}'.`, {
      remedy: known ? 'Use { distinct: true } or none.' : 'Take it away.',
    });
  const { distinct = false } = options as { distinct?: unknown }; // Named cast: an object with no other key.
  if (typeof distinct !== 'boolean')
    throw new InvalidQueryError(`${fn}() takes distinct as true or false, not ${describe(distinct)}.`);
  if (distinct && argument === undefined)
    throw new InvalidQueryError('count() with { distinct: true } needs to know of what.', {
      remedy: 'Give it an expression: count(p.authorId, { distinct: true }).',
    });
  return distinct;
}

/** The aggregate functions as they run; typed below, one by one. */
const aggregates = {
  count: aggregateFunction('count'),
  sum: aggregateFunction('sum'),
  avg: aggregateFunction('avg'),
  min: aggregateFunction('min'),
  max: aggregateFunction('max'),
} as unknown as AggregateFunctions; // Named cast: the types of results follow from phantom members of the arguments.

/** How many rows, or rows in which the expression is not NULL. */
export const count: AggregateFunctions['count'] = aggregates.count;
/** The sum; NULL for no rows. Exact for integers and decimals. */
export const sum: AggregateFunctions['sum'] = aggregates.sum;
/** The mean; NULL for no rows. Of decimals: a decimal with four digits more. */
export const avg: AggregateFunctions['avg'] = aggregates.avg;
/** The least value; NULL for no rows. */
export const min: AggregateFunctions['min'] = aggregates.min;
/** The greatest value; NULL for no rows. */
export const max: AggregateFunctions['max'] = aggregates.max;
