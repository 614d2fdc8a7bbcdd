import { typeOf } from '../../core/ast/expressions.ts';
import { isDay, MILLISECONDS, partsOf, SHARED } from '../functions.ts';
import type { Printed, Production, TableFunction } from '../functions.ts';
import { mayBeNull } from '../nullability.ts';

/** Numbers of characters are of 32 bits, and other whole numbers of 64. */
function sized(fn: TableFunction): Production {
  return ([text, ...sizes], node) =>
    SHARED[fn]!(
      [
        text!,
        ...sizes.map(
          (size): Printed =>
            () =>
              `CAST(${size()} AS integer)`,
        ),
      ],
      node,
    );
}

function padded(fn: 'padStart' | 'padEnd'): Production {
  return ([text, length, fill], node) => SHARED[fn]!([text!, () => `CAST(${length!()} AS integer)`, fill!], node);
}

/** Where one is NULL, all is: the server's own function passes over it. */
function extreme(name: string): Production {
  return (args, node) => {
    const tests = args.filter((_, i) => mayBeNull(node.args[i]!)).map((arg) => `${arg()} IS NOT NULL`);
    const value = rounded(`${name}(${args.map((arg) => arg()).join(', ')})`, node);
    return tests.length === 0 ? value : `CASE WHEN ${tests.join(' AND ')} THEN ${value} END`;
  };
}

/** One of several decimals comes with the digits of its own. */
export function rounded(sql: string, { type, args }: Pick<Parameters<Production>[1], 'type' | 'args'>): string {
  if (type.kind !== 'decimal') return sql;
  const same = args.every((arg) => {
    const { type: of } = typeOf(arg);
    return of.kind === 'decimal' && of.scale === type.scale;
  });
  return same ? sql : `ROUND(${sql}, ${type.scale})`;
}

const INTERVAL = [
  (months: string) => `months => CAST(${months} AS integer)`,
  (days: string) => `days => CAST(${days} AS integer)`,
  (milliseconds: string) => `secs => CAST(${milliseconds} AS double precision) / 1000`,
];

/** What PostgreSQL writes its own way. Dates and times are those of UTC, whatever the zone of the session. */
export const POSTGRES_FUNCTIONS: Readonly<Partial<Record<TableFunction, Production>>> = {
  substring: sized('substring'),
  left: sized('left'),
  right: sized('right'),
  repeat: sized('repeat'),
  padStart: padded('padStart'),
  padEnd: padded('padEnd'),
  position: ([text, part]) => `STRPOS(${text!()}, ${part!()})`,
  sign: ([value]) => `CAST(SIGN(${value!()}) AS integer)`,
  greatest: extreme('GREATEST'),
  least: extreme('LEAST'),
  nullIf: ([value, other], node) => rounded(`NULLIF(${value!()}, ${other!()})`, node),
  now: () => "DATE_TRUNC('milliseconds', STATEMENT_TIMESTAMP())",
  truncate: ([value], node) =>
    isDay(node)
      ? `CAST(DATE_TRUNC('${node.unit!}', CAST(${value!()} AS timestamp)) AS date)`
      : `DATE_TRUNC('${node.unit!}', ${value!()}, 'UTC')`,
  shift: (args, node) => {
    const value = isDay(node) ? `CAST(${args[0]!()} AS timestamp)` : `(${args[0]!()} AT TIME ZONE 'UTC')`;
    const parts = partsOf(node, args).flatMap((part, i) => (part === undefined ? [] : [INTERVAL[i]!(part())]));
    const sum = `(${value} + MAKE_INTERVAL(${parts.join(', ')}))`;
    return isDay(node) ? `CAST(${sum} AS date)` : `(${sum} AT TIME ZONE 'UTC')`;
  },
  difference: ([end, start], node) => {
    const between = `(${end!()} - ${start!()})`;
    if (isDay(node)) return node.unit === 'week' ? `(${between} / 7)` : between;
    const unit = MILLISECONDS[node.unit!]!;
    return `CAST(TRUNC(EXTRACT(EPOCH FROM ${between}) * 1000${unit === 1 ? '' : ` / ${unit}`}) AS bigint)`;
  },
};
