import type { ValueType } from '../../core/value-types.ts';
import { fitsIn, patternFor, rangeOf } from '../cast-patterns.ts';
import { isWhole } from '../functions.ts';
import type { Printed } from '../functions.ts';
import type { MySQLFlavour } from './types.ts';

/** What holds whatever a number is before it is rounded. */
const WIDE = 'decimal(65, 30)';

/** A value of one type as one of another; NULL where it does not say one. */
export function mysqlCast(dialect: MySQLFlavour, from: ValueType, to: ValueType, value: Printed): string {
  /** A text is looked at first: the server's own cast takes what it can of it. */
  const guarded = (result: Printed): string =>
    isText(from) ? `CASE WHEN ${dialect.regex(value(), `'${patternFor(to)}'`, false)} THEN ${result()} END` : result();
  switch (to.kind) {
    case 'string':
    case 'text': {
      const text = textOf(from, value);
      return to.kind === 'string' && to.maxLength !== undefined ? `LEFT(${text}, ${to.maxLength})` : text;
    }
    case 'int':
    case 'smallInt':
    case 'bigint':
      return wholeOf(from, to, value, guarded);
    case 'float':
      return guarded(() => `CAST(${value()} AS double)`);
    case 'decimal':
      return guarded(() => {
        const rounded = (): string => `ROUND(CAST(${value()} AS ${WIDE}), ${to.scale})`;
        return `CASE WHEN ABS(${rounded()}) < 1${'0'.repeat(to.precision - to.scale)} THEN ${rounded()} END`;
      });
    case 'date':
      return guarded(() => `CAST(${value()} AS date)`);
    default:
      if (from.kind === 'datetime') return value();
      if (from.kind === 'date') return `CAST(${value()} AS datetime(3))`;
      return guarded(() => `CAST(REPLACE(REPLACE(LEFT(${value()}, 23), 'T', ' '), 'Z', '') AS datetime(3))`);
  }
}

function textOf(from: ValueType, value: Printed): string {
  if (from.kind === 'bool') return `CASE WHEN ${value()} THEN 'true' WHEN NOT (${value()}) THEN 'false' END`;
  if (from.kind === 'decimal') return `CAST(CAST(${value()} AS decimal(65, ${from.scale})) AS char)`;
  if (from.kind === 'datetime') return `CONCAT(LEFT(DATE_FORMAT(${value()}, '%Y-%m-%dT%H:%i:%s.%f'), 23), 'Z')`;
  return `CAST(${value()} AS char)`;
}

function wholeOf(from: ValueType, to: ValueType, value: Printed, guarded: (result: Printed) => string): string {
  if (from.kind === 'bool') return `CAST(${value()} AS signed)`;
  if (isWhole(from) && fitsIn(from, to)) return value();
  const [least, greatest] = rangeOf(to);
  const exact = (): string => (isWhole(from) ? value() : `ROUND(CAST(${value()} AS ${WIDE}))`);
  return guarded(() => `CASE WHEN ${exact()} BETWEEN ${least} AND ${greatest} THEN CAST(${exact()} AS signed) END`);
}

function isText({ kind }: ValueType): boolean {
  return kind === 'string' || kind === 'text';
}
