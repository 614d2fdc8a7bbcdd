import { typeOf } from '../core/ast/expressions.ts';
import type { AggregateExpression, AggregateName, Expression, StringList } from '../core/ast/expressions.ts';
import type { AggregateFunctions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { own } from '../utils/own.ts';
import { conditionNode, ExpressionBuilder, expressionNode, refuseAggregates, refuseWindows } from './expressions.ts';
import { aggregateType, isNumeric, isTextual, labelOf, notFor } from './nodes.ts';
import { refuseUnknown } from './options.ts';
import { refuseUnordered } from './order-key.ts';
import { ordersOf, windowOf } from './windows.ts';

/** An aggregate of the query's rows. `over` makes of it a value of each row. */
class AggregateBuilder extends ExpressionBuilder {
  over(options: unknown = {}): ExpressionBuilder {
    const node = ExpressionBuilder.node(this) as AggregateExpression; // Named cast: only aggregates are built so.
    if (node.distinct)
      throw new InvalidQueryError(`${node.fn}() over a window takes every row, and not each value once.`);
    if (node.list !== undefined)
      throw new InvalidQueryError('stringAgg() is an aggregate of groups, and of no windows.');
    return new ExpressionBuilder(Object.freeze({ ...node, over: windowOf(options) }), ExpressionBuilder.root(this));
  }
}

/** What an aggregate is of, checked: one row stands for itself there. */
export function aggregateArgument(fn: AggregateName, value: unknown, place: string, root: string): Expression {
  const node = expressionNode(value, place);
  refuseAggregates(node, place);
  refuseWindows(node, place);
  if ((fn === 'sum' || fn === 'avg') && !isNumeric(typeOf(node).type)) throw notFor(fn, 'numbers', labelOf(node, root));
  if (fn === 'min' || fn === 'max') refuseUnordered(node, `${fn}()`);
  if (fn === 'stringAgg' && !isTextual(typeOf(node).type)) throw notFor(fn, 'text', labelOf(node, root));
  return node;
}

function aggregateFunction(fn: AggregateName) {
  return (...given: readonly unknown[]): ExpressionBuilder => {
    // count({ filter }) counts rows.
    const [value, options] = fn === 'count' && isOptions(given[0]) ? [undefined, given[0]] : given;
    const counted = value === undefined && fn === 'count';
    const argument = counted ? undefined : aggregateArgument(fn, value, `${fn}()`, 'The query');
    const { distinct, filter } = aggregateOptions(fn, argument, options, ['distinct', 'filter']);
    const type = aggregateType(fn, argument === undefined ? undefined : typeOf(argument).type);
    const root = ExpressionBuilder.is(value) ? ExpressionBuilder.root(value) : 'The query';
    const nullable = fn !== 'count';
    return new AggregateBuilder({ kind: 'aggregate', fn, argument, distinct, filter, type, nullable }, root);
  };
}

function isOptions(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !ExpressionBuilder.is(value);
}

/** What `stringAgg` was told, checked. */
export function stringList(argument: Expression, separator: unknown, orders: unknown, distinct: boolean): StringList {
  if (typeof separator !== 'string' || separator.includes('\0'))
    throw new InvalidQueryError(`stringAgg() takes a text to stand between two others, not ${describe(separator)}.`);
  const orderBy = ordersOf(orders);
  for (const { expression } of orderBy) {
    refuseAggregates(expression, 'orderBy of stringAgg()');
    refuseWindows(expression, 'orderBy of stringAgg()');
    if (distinct && !isSameColumn(expression, argument))
      throw new InvalidQueryError('stringAgg() with { distinct: true } can be sorted by the text itself only.');
  }
  return { orderBy, separator };
}

/** Texts of the group in a row. */
function textsOf(value: unknown, separator: unknown, options: unknown = {}): ExpressionBuilder {
  const argument = aggregateArgument('stringAgg', value, 'stringAgg()', 'The query');
  const { distinct, filter } = aggregateOptions('stringAgg', argument, options, ['distinct', 'filter', 'orderBy']);
  const { orderBy } = own(options as { orderBy?: unknown }); // Named cast: its keys are known by now.
  const node: AggregateExpression = {
    kind: 'aggregate',
    fn: 'stringAgg',
    argument,
    distinct,
    filter,
    list: stringList(argument, separator, orderBy, distinct),
    type: aggregateType('stringAgg', undefined),
    nullable: true,
  };
  return new AggregateBuilder(Object.freeze(node), 'The query');
}

function isSameColumn(left: Expression, right: Expression): boolean {
  if (left === right) return true;
  if (left.kind !== 'path' || right.kind !== 'path' || left.field !== right.field) return false;
  return left.steps.length === right.steps.length && left.steps.every((step, i) => step === right.steps[i]);
}

/** Whether each value counts once, and which rows count. @throws InvalidQueryError for options that are not known. */
export function aggregateOptions(
  fn: AggregateName,
  argument: Expression | undefined,
  options: unknown = {},
  allowed: readonly string[],
): { readonly distinct: boolean; readonly filter: Expression | undefined } {
  const known = fn === 'min' || fn === 'max' ? allowed.filter((name) => name !== 'distinct') : allowed;
  if (typeof options !== 'object' || options === null)
    throw new InvalidQueryError(`${fn}() takes its options as an object, not ${describe(options)}.`);
  refuseUnknown(`${fn}()`, options, known);
  const { distinct = false, filter } = own(options as { distinct?: unknown; filter?: unknown }); // Named cast: no other keys.
  if (typeof distinct !== 'boolean')
    throw new InvalidQueryError(`${fn}() takes distinct as true or false, not ${describe(distinct)}.`);
  if (distinct && argument === undefined)
    throw new InvalidQueryError('count() with { distinct: true } needs to know of what.', {
      remedy: 'Give it an expression: count(p.authorId, { distinct: true }).',
    });
  if (filter === undefined) return { distinct, filter: undefined };
  const condition = conditionNode(filter);
  refuseAggregates(condition, `The filter of ${fn}()`);
  refuseWindows(condition, `The filter of ${fn}()`);
  return { distinct, filter: condition };
}

/** Whether a condition holds in all rows of the group, or in any: the least or the greatest of false and true. */
function ofConditions(fn: 'min' | 'max') {
  const aggregate = aggregateFunction(fn);
  return (condition: unknown, options?: unknown): ExpressionBuilder => {
    conditionNode(condition);
    return aggregate(condition, options);
  };
}

/** The aggregate functions as they run; typed below, one by one. */
const aggregates = {
  count: aggregateFunction('count'),
  sum: aggregateFunction('sum'),
  avg: aggregateFunction('avg'),
  min: aggregateFunction('min'),
  max: aggregateFunction('max'),
  boolAnd: ofConditions('min'),
  boolOr: ofConditions('max'),
  stringAgg: textsOf,
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
/** Whether a condition is true wherever it is not NULL; NULL for no rows. @example boolAnd(p.published) */
export const boolAnd: AggregateFunctions['boolAnd'] = aggregates.boolAnd;
/** Whether a condition is true anywhere; NULL for no rows. @example boolOr(p.views.gt(100)) */
export const boolOr: AggregateFunctions['boolOr'] = aggregates.boolOr;
/**
 * Texts in a row, with another between them; NULL for no rows, and without those that are NULL.
 *
 * @example stringAgg(t.name, ', ', { orderBy: t.name.asc() })
 */
export const stringAgg: AggregateFunctions['stringAgg'] = aggregates.stringAgg;
