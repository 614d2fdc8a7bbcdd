import { typeOf } from '../../core/ast/expressions.ts';
import type { DatePart, DateUnit, Expression, ParamLabel, Typed } from '../../core/ast/expressions.ts';
import { describe } from '../../core/value-types.ts';
import type { ValueType } from '../../core/value-types.ts';
import { InvalidQueryError } from '../../utils/errors.ts';
import { datePart } from '../date-parts.ts';
import { arithmetic, param } from '../nodes.ts';
import { call, INT } from './subject.ts';
import type { Method, Subject } from './subject.ts';

const BIGINT: ValueType = Object.freeze({ kind: 'bigint' });
const WHOLE = new Set<ValueType['kind']>(['int', 'smallInt', 'bigint']);
const ZERO: Expression & Typed = Object.freeze({ kind: 'literal', value: 0, type: INT, nullable: false });

/** What a datetime can be cut to, and a date. */
const UNITS: readonly DateUnit[] = ['year', 'quarter', 'month', 'week', 'day', 'hour', 'minute', 'second'];
const OF_DATES = new Set<DateUnit>(['year', 'quarter', 'month', 'week', 'day']);
/** What time is counted in. */
const COUNTED: readonly DateUnit[] = ['week', 'day', 'hour', 'minute', 'second', 'millisecond'];

/** Parts of a duration: what each is a multiple of. */
const PARTS = {
  years: ['months', 12],
  months: ['months', 1],
  weeks: ['days', 7],
  days: ['days', 1],
  hours: ['milliseconds', 3_600_000],
  minutes: ['milliseconds', 60_000],
  seconds: ['milliseconds', 1_000],
  milliseconds: ['milliseconds', 1],
} as const satisfies Record<string, readonly ['months' | 'days' | 'milliseconds', number]>;

type Part = keyof typeof PARTS;

function part(name: DatePart): Method {
  return ({ node, label }) => datePart(name, node, label);
}

function dateKind({ node, label }: Subject, method: string): 'date' | 'datetime' {
  const { kind } = node.type;
  if (kind === 'date' || kind === 'datetime') return kind;
  throw new InvalidQueryError(`${method}() is for dates, which ${label.model}.${label.field} is not.`, label);
}

function oneOf(
  units: readonly DateUnit[],
  unit: unknown,
  kind: 'date' | 'datetime',
  method: string,
  label: ParamLabel,
): DateUnit {
  const allowed = kind === 'datetime' ? units : units.filter((name) => OF_DATES.has(name));
  const found = allowed.find((name) => name === unit);
  if (found !== undefined) return found;
  throw new InvalidQueryError(
    `${method}() of a ${kind} takes ${allowed.map((name) => `'${name}'`).join(', ')}.`,
    label,
  );
}

function truncate(subject: Subject, unit: unknown): Expression {
  const kind = dateKind(subject, 'truncate');
  const { node, label } = subject;
  return { ...call('truncate', node.type, [node]), unit: oneOf(UNITS, unit, kind, 'truncate', label) };
}

/** How long from another time to this one, in whole units, cut towards zero. */
function difference(subject: Subject, other: unknown, unit: unknown): Expression {
  const kind = dateKind(subject, 'difference');
  const { node, label } = subject;
  const right = subject.expression(other) ?? param(node.type, other, label);
  if (typeOf(right).type.kind !== kind)
    throw new InvalidQueryError(
      `difference() of a ${kind} is from another ${kind}, not from a ${typeOf(right).type.kind}.`,
      label,
    );
  return { ...call('difference', INT, [node, right]), unit: oneOf(COUNTED, unit, kind, 'difference', label) };
}

function add(subject: Subject, duration: unknown): Expression {
  const kind = dateKind(subject, 'add');
  const { node, label } = subject;
  if (typeof duration !== 'object' || duration === null || Array.isArray(duration))
    throw new InvalidQueryError(`add() takes a duration such as { days: 3 }, not ${describe(duration)}.`, label);
  const sums = { months: ZERO, days: ZERO, milliseconds: ZERO };
  for (const [name, value] of Object.entries(duration)) {
    const [unit, factor] = Object.hasOwn(PARTS, name) ? PARTS[name as Part] : []; // Named cast: just looked up.
    if (unit === undefined || (kind === 'date' && unit === 'milliseconds'))
      throw new InvalidQueryError(`add() of a ${kind} has no part '${name}'.`, label);
    const amount = multiple(subject, value, factor!, name);
    sums[unit] = sums[unit] === ZERO ? amount : arithmetic('plus', sums[unit], amount);
  }
  return call('shift', node.type, [node, sums.months, sums.days, sums.milliseconds]);
}

function multiple(subject: Subject, value: unknown, factor: number, name: string): Expression & Typed {
  const { label } = subject;
  const computed = subject.expression(value);
  if (computed === undefined) {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || !Number.isSafeInteger(value * factor))
      throw new InvalidQueryError(`add() takes whole numbers of ${name}, not ${describe(value)}.`, label);
    return param(BIGINT, BigInt(value * factor), label);
  }
  const { kind } = typeOf(computed).type;
  if (!('type' in computed) || !WHOLE.has(kind))
    throw new InvalidQueryError(`add() takes whole numbers of ${name}, not a ${kind}.`, label);
  return factor === 1
    ? computed
    : arithmetic('times', computed, { kind: 'literal', value: factor, type: INT, nullable: false });
}

/** Methods of dates and times. */
export const DATE_METHODS: Readonly<Record<string, Method>> = {
  year: part('year'),
  quarter: part('quarter'),
  month: part('month'),
  day: part('day'),
  dayOfYear: part('dayOfYear'),
  weekDay: part('weekDay'),
  hour: part('hour'),
  minute: part('minute'),
  second: part('second'),
  truncate,
  difference,
  add,
};
