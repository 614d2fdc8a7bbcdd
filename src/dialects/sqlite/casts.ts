import type { ValueType } from '../../core/value-types.ts';
import { fitsIn, rangeOf } from '../cast-patterns.ts';
import { isWhole } from '../functions.ts';
import type { Printed } from '../functions.ts';

/**
 * A value of one type as one of another, where no decimal is among them; NULL where it does not say one. Texts are read by
 * functions of the connection.
 */
export function sqliteCast(from: ValueType, to: ValueType, value: Printed): string {
  switch (to.kind) {
    case 'string':
    case 'text': {
      const text = textOf(from, value);
      return to.kind === 'string' && to.maxLength !== undefined ? `SUBSTR(${text}, 1, ${to.maxLength})` : text;
    }
    case 'int':
    case 'smallInt':
    case 'bigint':
      return wholeOf(from, to, value);
    case 'float':
      return isText(from) ? `blaze_number(${value()})` : `CAST(${value()} AS REAL)`;
    case 'date':
      if (isText(from)) return `blaze_date(${value()})`;
      return from.kind === 'date' ? value() : `SUBSTR(${value()}, 1, 10)`;
    default:
      if (isText(from)) return `blaze_datetime(${value()})`;
      return from.kind === 'date' ? `(${value()} || ' 00:00:00.000')` : value();
  }
}

function textOf(from: ValueType, value: Printed): string {
  if (from.kind === 'bool') return `CASE ${value()} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
  if (from.kind === 'datetime') return `(REPLACE(${value()}, ' ', 'T') || 'Z')`;
  return isWhole(from) ? `CAST(${value()} AS TEXT)` : value();
}

function wholeOf(from: ValueType, to: ValueType, value: Printed): string {
  if (from.kind === 'bool' || (isWhole(from) && fitsIn(from, to))) return `CAST(${value()} AS INTEGER)`;
  return inRange(
    to,
    isText(from) ? () => `blaze_whole(${value()})` : isWhole(from) ? value : () => `ROUND(${value()})`,
  );
}

/** A number as a whole one, NULL where the type cannot hold it. */
export function inRange(to: ValueType, value: Printed): string {
  const [least, greatest] = rangeOf(to);
  return `CASE WHEN ${value()} BETWEEN ${least} AND ${greatest} THEN CAST(${value()} AS INTEGER) END`;
}

function isText({ kind }: ValueType): boolean {
  return kind === 'string' || kind === 'text';
}
