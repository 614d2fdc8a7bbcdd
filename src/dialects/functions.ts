import { typeOf } from '../core/ast/expressions.ts';
import type { CallExpression, DateFunction, DateUnit, NumberFunction, TextFunction } from '../core/ast/expressions.ts';
import type { ValueType } from '../core/value-types.ts';

/** An argument: its text is made where it stands, as often as it stands there, so that parameters keep their order. */
export type Printed = () => string;

/** How a database writes a function. */
export type Production = (args: readonly Printed[], node: CallExpression) => string;

/** Functions that stand in tables, one of what databases share and one for each of what differs. */
export type TableFunction = TextFunction | NumberFunction | DateFunction | 'greatest' | 'least' | 'nullIf';

/** A function of this name, its arguments in a row. */
export function named(name: string): Production {
  return (args) => `${name}(${args.map((arg) => arg()).join(', ')})`;
}

function pad(name: string): Production {
  // SQL's own functions cut what is longer.
  return ([text, length, fill]) =>
    `CASE WHEN CHAR_LENGTH(${text!()}) >= ${length!()} THEN ${text!()} ELSE ${name}(${text!()}, ${length!()}, ${fill!()}) END`;
}

function whole(name: string): Production {
  return ([value], { type }) => (isWhole(type) ? value!() : `${name}(${value!()})`);
}

export const SHARED: Readonly<Partial<Record<TableFunction, Production>>> = {
  replace: named('REPLACE'),
  substring: named('SUBSTRING'),
  left: named('LEFT'),
  right: named('RIGHT'),
  padStart: pad('LPAD'),
  padEnd: pad('RPAD'),
  trimStart: named('LTRIM'),
  trimEnd: named('RTRIM'),
  reverse: named('REVERSE'),
  repeat: named('REPEAT'),
  floor: whole('FLOOR'),
  ceil: whole('CEIL'),
  // Where there is no such number, some databases give NULL and others an error.
  sqrt: ([value]) => `CASE WHEN ${value!()} >= 0 THEN SQRT(${value!()}) END`,
  ln: ([value]) => `CASE WHEN ${value!()} > 0 THEN LN(${value!()}) END`,
  power: ([base, exponent]) =>
    `CASE WHEN ${base!()} > 0 OR (${base!()} = 0 AND ${exponent!()} >= 0) OR (${base!()} < 0 AND ${exponent!()} = FLOOR(${exponent!()})) THEN POWER(${base!()}, ${exponent!()}) END`,
  exp: named('EXP'),
  sign: named('SIGN'),
  greatest: named('GREATEST'),
  least: named('LEAST'),
  nullIf: named('NULLIF'),
};

/** Functions of real numbers. */
export const REAL: ReadonlySet<string> = new Set(['sqrt', 'ln', 'power', 'exp']);

/** How many milliseconds a unit has. */
export const MILLISECONDS: Readonly<Partial<Record<DateUnit, number>>> = {
  week: 604_800_000,
  day: 86_400_000,
  hour: 3_600_000,
  minute: 60_000,
  second: 1_000,
  millisecond: 1,
};

export function isWhole({ kind }: ValueType): boolean {
  return kind === 'int' || kind === 'smallInt' || kind === 'bigint';
}

/** Whether the first argument is a date without a time. */
export function isDay({ args }: CallExpression): boolean {
  return typeOf(args[0]!).type.kind === 'date';
}

/** The parts of a duration that are there: months, days and milliseconds. */
export function partsOf({ args }: CallExpression, printed: readonly Printed[]): (Printed | undefined)[] {
  return [1, 2, 3].map((i) => (args[i]!.kind === 'literal' ? undefined : printed[i]!));
}
