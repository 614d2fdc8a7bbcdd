import type { DateUnit } from '../../core/ast/expressions.ts';
import type { ValueType } from '../../core/value-types.ts';
import { isDay, MILLISECONDS, named, partsOf, SHARED } from '../functions.ts';
import type { Production, TableFunction } from '../functions.ts';

const FORMATS: Readonly<Partial<Record<DateUnit, string>>> = {
  year: '%Y-01-01',
  month: '%Y-%m-01',
  day: '%Y-%m-%d',
  hour: '%Y-%m-%d %H:00:00',
  minute: '%Y-%m-%d %H:%i:00',
  second: '%Y-%m-%d %H:%i:%s',
};

const INTERVAL = [
  (months: string) => `INTERVAL ${months} MONTH`,
  (days: string) => `INTERVAL ${days} DAY`,
  (milliseconds: string) => `INTERVAL ${milliseconds} * 1000 MICROSECOND`,
];

function isText({ kind }: ValueType): boolean {
  return kind === 'string' || kind === 'text';
}

function start(unit: DateUnit, value: () => string): string {
  if (unit === 'week') return `DATE(${value()}) - INTERVAL WEEKDAY(${value()}) DAY`;
  if (unit === 'quarter')
    return `CONCAT(DATE_FORMAT(${value()}, '%Y-'), LPAD(QUARTER(${value()}) * 3 - 2, 2, '0'), '-01')`;
  return `DATE_FORMAT(${value()}, '${FORMATS[unit]!}')`;
}

/** MariaDB compares texts as numbers where the one that it finds is cast to a number; not what is put together of it. */
function extreme(name: 'greatest' | 'least'): Production {
  const found = SHARED[name]!;
  return (args, node) => (isText(node.type) ? named('CONCAT')([() => found(args, node)], node) : found(args, node));
}

/** What MySQL and MariaDB write their own way. Their sessions are in UTC. */
export const MYSQL_FUNCTIONS: Readonly<Partial<Record<TableFunction, Production>>> = {
  position: ([text, part]) => `INSTR(${text!()}, ${part!()})`,
  greatest: extreme('greatest'),
  least: extreme('least'),
  now: () => 'NOW(3)',
  truncate: ([value], node) => `CAST(${start(node.unit!, value!)} AS ${isDay(node) ? 'date' : 'datetime(3)'})`,
  shift: (args, node) => {
    const value = args[0]!();
    const parts = partsOf(node, args).flatMap((part, i) => (part === undefined ? [] : [INTERVAL[i]!(part())]));
    return `CAST(${[value, ...parts].join(' + ')} AS ${isDay(node) ? 'date' : 'datetime(3)'})`;
  },
  difference: ([end, begin], node) => {
    if (isDay(node)) {
      const days = `DATEDIFF(${end!()}, ${begin!()})`;
      return node.unit === 'week' ? `(${days} DIV 7)` : days;
    }
    return `(TIMESTAMPDIFF(MICROSECOND, ${begin!()}, ${end!()}) DIV ${MILLISECONDS[node.unit!]! * 1000})`;
  },
};
