import { conjunction } from '../core/ast/expressions.ts';
import type {
  CallExpression,
  CompareOperator,
  DatePart,
  Expression,
  ParamLabel,
  Typed,
} from '../core/ast/expressions.ts';
import type { ValueType } from '../core/value-types.ts';
import { InvalidQueryError } from '../utils/errors.ts';
import { Lookup } from './lookups.ts';
import { param } from './nodes.ts';

/** Makers of nodes for parts of dates and times, which are in UTC. */

const INT: ValueType = Object.freeze({ kind: 'int' });
const OF_TIMES = new Set<DatePart>(['hour', 'minute', 'second']);

/** A part as a number. @throws InvalidQueryError for what has no such part. */
export function datePart(part: DatePart, node: Expression & Typed, label: ParamLabel): CallExpression {
  const { kind } = node.type;
  if (kind !== 'datetime' && kind !== (OF_TIMES.has(part) ? 'time' : 'date'))
    throw new InvalidQueryError(
      `${part}() is for ${OF_TIMES.has(part) ? 'times' : 'dates'}, which ${label.model}.${label.field} is not.`,
      label,
    );
  return { kind: 'call', fn: part, args: [node], type: INT, nullable: node.nullable };
}

/**
 * A test of the year as one of the column itself, which an index serves: from the first day of one year to that of another.
 * `undefined` for tests that are no ranges.
 */
export function yearRange(node: Expression & Typed, test: unknown, label: ParamLabel): Expression | undefined {
  const [name, value] = test instanceof Lookup ? [test.name, test.value] : ['exact', test];
  if (test instanceof Lookup && test.negated) return undefined;
  const years = name === 'between' ? (value as readonly unknown[]) : [value, value];
  const [low, high] = years.map((year) => (isYear(year) ? year : undefined));
  if (low === undefined || high === undefined || high === LAST_YEAR) return undefined;
  const from = (operator: CompareOperator, year: number): Expression => ({
    kind: 'compare',
    operator,
    left: node,
    right: param(
      node.type,
      node.type.kind === 'date' ? firstDay(year) : new Date(`${firstDay(year)}T00:00:00Z`),
      label,
    ),
  });
  switch (name) {
    case 'exact':
    case 'between':
      return conjunction([from('gte', low), from('lt', high + 1)]);
    case 'gte':
      return from('gte', low);
    case 'gt':
      return from('gte', low + 1);
    case 'lt':
      return from('lt', low);
    case 'lte':
      return from('lt', low + 1);
    default:
      return undefined;
  }
}

/** What a column can hold. */
const LAST_YEAR = 9999;

function isYear(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= LAST_YEAR;
}

function firstDay(year: number): string {
  return `${String(year).padStart(4, '0')}-01-01`;
}
