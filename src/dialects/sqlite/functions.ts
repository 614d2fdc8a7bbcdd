import type { DateUnit } from '../../core/ast/expressions.ts';
import { isDay, MILLISECONDS, named } from '../functions.ts';
import type { Production, TableFunction } from '../functions.ts';

const FORMATS: Readonly<Partial<Record<DateUnit, string>>> = {
  year: '%Y-01-01',
  month: '%Y-%m-01',
  week: '%Y-%m-%d',
  day: '%Y-%m-%d',
  hour: '%Y-%m-%d %H:00:00.000',
  minute: '%Y-%m-%d %H:%M:00.000',
  second: '%Y-%m-%d %H:%M:%S.000',
};

/** What SQLite writes its own way, or has from the connection, by a name that begins with `blaze_`. */
export const SQLITE_FUNCTIONS: Readonly<Partial<Record<TableFunction, Production>>> = {
  substring: named('SUBSTR'),
  left: ([text, length]) => `SUBSTR(${text!()}, 1, ${length!()})`,
  right: ([text, length]) => `SUBSTR(${text!()}, MAX(LENGTH(${text!()}) - ${length!()}, 0) + 1)`,
  position: named('INSTR'),
  padStart: named('blaze_pad_start'),
  padEnd: named('blaze_pad_end'),
  repeat: named('blaze_repeat'),
  reverse: named('blaze_reverse'),
  greatest: named('MAX'),
  least: named('MIN'),
  now: () => "strftime('%Y-%m-%d %H:%M:%f', 'now')",
  truncate: ([value], node) => {
    const { unit } = node;
    const time = isDay(node) || unit === 'hour' || unit === 'minute' || unit === 'second' ? '' : ' 00:00:00.000';
    if (unit === 'quarter')
      return `(strftime('%Y-', ${value!()}) || printf('%02d', (strftime('%m', ${value!()}) + 2) / 3 * 3 - 2) || '-01${time}')`;
    // The Sunday that ends the week, and six days back.
    return `strftime('${FORMATS[unit!]!}${time}', ${value!()}${unit === 'week' ? ", 'weekday 0', '-6 days'" : ''})`;
  },
  shift: (args) => `blaze_shift(${args.map((arg) => arg()).join(', ')})`,
  difference: ([end, start], { unit }) =>
    `((blaze_millis(${end!()}) - blaze_millis(${start!()})) / ${MILLISECONDS[unit!]!})`,
};
