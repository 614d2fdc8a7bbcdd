import type { ValueType } from '../../core/value-types.ts';
import { fitsIn, patternFor, rangeOf } from '../cast-patterns.ts';
import { isWhole } from '../functions.ts';
import type { Printed } from '../functions.ts';
import { castType } from './types.ts';

/** A value of one type as one of another; NULL where it does not say one. */
export function postgresCast(from: ValueType, to: ValueType, value: Printed): string {
  switch (to.kind) {
    case 'string':
    case 'text': {
      const text = textOf(from, value);
      return to.kind === 'string' && to.maxLength !== undefined ? `LEFT(${text}, ${to.maxLength})` : text;
    }
    case 'int':
    case 'smallInt':
    case 'bigint':
      return wholeOf(from, to, value);
    case 'float':
      return guarded(from, to, value, () => `CAST(${value()} AS double precision)`);
    case 'decimal':
      return guarded(from, to, value, () => {
        const rounded = (): string => `ROUND(CAST(${value()} AS numeric), ${to.scale})`;
        return `CASE WHEN ABS(${rounded()}) < 1e${to.precision - to.scale} THEN ${rounded()} END`;
      });
    case 'date':
      return guarded(from, to, value, () =>
        from.kind === 'datetime' ? `CAST(${value()} AT TIME ZONE 'UTC' AS date)` : `CAST(${value()} AS date)`,
      );
    default:
      if (from.kind === 'datetime') return value();
      if (from.kind === 'date') return `(CAST(${value()} AS timestamp) AT TIME ZONE 'UTC')`;
      return guarded(
        from,
        to,
        value,
        () => `(CAST(REPLACE(LEFT(${value()}, 23), 'Z', '') AS timestamp) AT TIME ZONE 'UTC')`,
      );
  }
}

/** A text is looked at first: the server's own cast fails. */
function guarded(from: ValueType, to: ValueType, value: Printed, result: Printed): string {
  if (!isText(from)) return result();
  return `CASE WHEN ${value()} ~ '${patternFor(to)}' THEN ${result()} END`;
}

function textOf(from: ValueType, value: Printed): string {
  if (from.kind === 'decimal') return `CAST(ROUND(${value()}, ${from.scale}) AS text)`;
  if (from.kind === 'date') return `TO_CHAR(${value()}, 'YYYY-MM-DD')`;
  if (from.kind === 'datetime') return `TO_CHAR(${value()} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
  return `CAST(${value()} AS text)`;
}

function wholeOf(from: ValueType, to: ValueType, value: Printed): string {
  if (from.kind === 'bool') return `CASE WHEN ${value()} THEN 1 WHEN NOT (${value()}) THEN 0 END`;
  if (isWhole(from) && fitsIn(from, to)) return `CAST(${value()} AS ${castType(to)})`;
  const [least, greatest] = rangeOf(to);
  const exact = (): string => (isWhole(from) ? value() : `ROUND(CAST(${value()} AS numeric))`);
  return guarded(
    from,
    to,
    value,
    () => `CASE WHEN ${exact()} BETWEEN ${least} AND ${greatest} THEN CAST(${exact()} AS ${castType(to)}) END`,
  );
}

function isText({ kind }: ValueType): boolean {
  return kind === 'string' || kind === 'text';
}
