import { typeOf } from '../core/ast/expressions.ts';
import type { AggregateName, Expression } from '../core/ast/expressions.ts';
import type { AggregateFunctions } from '../core/types/index.ts';
import { describe } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { ExpressionBuilder, expressionNode, refuseAggregates } from './expressions.ts';
import { aggregateType, isNumeric, labelOf, notFor } from './nodes.ts';

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
