import type { DatePart } from '../../core/ast/expressions.ts';
import { datePart } from '../date-parts.ts';
import type { Method } from './subject.ts';

function part(name: DatePart): Method {
  return ({ node, label }) => datePart(name, node, label);
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
};
