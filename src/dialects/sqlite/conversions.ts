import { canonicalDecimal } from '../../core/canonical-decimal.ts';
import type { ValueType } from '../../core/value-types.ts';
import { UnsupportedError } from '../../utils/errors.ts';

/** Types that no cast of a query leads to, which a column can become all the same. */
export const UNCAST: ReadonlySet<ValueType['kind']> = new Set([
  'enum',
  'uuid',
  'time',
  'json',
  'array',
  'binary',
  'bool',
]);

const TEXTS = new Set<ValueType['kind']>(['string', 'text', 'enum']);
const NUMBERS = new Set<ValueType['kind']>(['int', 'smallInt', 'bigint', 'float', 'decimal']);
const DAYS = new Set<ValueType['kind']>(['date', 'datetime']);
const JSON_LIKE = new Set<ValueType['kind']>(['json', 'array']);
const DIGIT = '[0-9a-f]';
const UUID = [8, 4, 4, 4, 12].map((count) => DIGIT.repeat(count)).join('-');

/** What json_each() calls the items of a list, for types whose items tell by that what they are. */
const ITEMS: Readonly<Partial<Record<ValueType['kind'], string>>> = {
  int: "'integer', 'null'",
  smallInt: "'integer', 'null'",
  float: "'integer', 'real', 'null'",
  string: "'text', 'null'",
  text: "'text', 'null'",
};

/**
 * A stored value of one type as one of another, in the form in which that is stored; NULL where it says none, which whoever copies
 * rows has to look for.
 *
 * @param to One of `UNCAST`.
 * @param value The column, as SQL.
 * @throws UnsupportedError where no value of the one says a value of the other.
 */
export function storedAs(from: ValueType, to: ValueType, value: string): string {
  const isText = TEXTS.has(from.kind);
  switch (to.kind) {
    case 'bool':
      if (NUMBERS.has(from.kind)) return boolOfNumber(from, value);
      if (isText) return boolOfText(value);
      break;
    case 'enum':
      if (isText) return `CASE WHEN ${value} IN (${to.values.map(quoted).join(', ')}) THEN ${value} END`;
      break;
    case 'uuid':
      if (isText) return `CASE WHEN LOWER(${value}) GLOB '${UUID}' THEN LOWER(${value}) END`;
      break;
    case 'time':
      if (from.kind === 'datetime') return withoutZeros(`SUBSTR(${value}, 12)`);
      if (isText) return timeOfText(value);
      break;
    case 'json':
      if (from.kind === 'bool') return `CASE ${value} WHEN 1 THEN 'true' WHEN 0 THEN 'false' END`;
      if (isText || NUMBERS.has(from.kind) || JSON_LIKE.has(from.kind))
        return `CASE WHEN json_valid(${value}) THEN json(${value}) END`;
      break;
    case 'array':
      if ((isText || JSON_LIKE.has(from.kind)) && ITEMS[to.of.kind] !== undefined)
        return listOf(ITEMS[to.of.kind]!, value);
      break;
    default:
      break;
  }
  throw noWay(from, to);
}

/** @throws UnsupportedError where a cast would take what is stored for something that it is not. */
export function refuseStrangeCast(from: ValueType, to: ValueType): void {
  const isKnown = TEXTS.has(to.kind)
    ? from.kind !== 'binary'
    : TEXTS.has(from.kind) || (DAYS.has(to.kind) ? DAYS : NUMBERS).has(from.kind);
  if (!isKnown && !(from.kind === 'bool' && NUMBERS.has(to.kind))) throw noWay(from, to);
}

function boolOfNumber(from: ValueType, value: string): string {
  const [no, yes] = ['0', '1'].map((n) => (from.kind === 'decimal' ? quoted(canonicalDecimal(n, from.scale)) : n));
  return `CASE ${value} WHEN ${no} THEN 0 WHEN ${yes} THEN 1 END`;
}

/** The words of PostgreSQL (https://www.postgresql.org/docs/current/datatype-boolean.html). */
function boolOfText(value: string): string {
  const word = `LOWER(TRIM(${value}))`;
  return `CASE WHEN ${word} IN ('true', 't', 'yes', 'y', 'on', '1') THEN 1 WHEN ${word} IN ('false', 'f', 'no', 'n', 'off', '0') THEN 0 END`;
}

/** With at most six digits of a second, of which the zeros at the end say nothing. */
function timeOfText(value: string): string {
  const isTime = `${value} GLOB '[0-2][0-9]:[0-5][0-9]:[0-5][0-9]*' AND ${value} < '24'`;
  const hasFraction = `LENGTH(${value}) BETWEEN 10 AND 15 AND SUBSTR(${value}, 9, 1) = '.' AND SUBSTR(${value}, 10) NOT GLOB '*[^0-9]*'`;
  return `CASE WHEN ${isTime} THEN CASE WHEN LENGTH(${value}) = 8 THEN ${value} WHEN ${hasFraction} THEN ${withoutZeros(value)} END END`;
}

/** Of a time that has a fraction. */
function withoutZeros(time: string): string {
  return `RTRIM(RTRIM(${time}, '0'), '.')`;
}

function listOf(items: string, value: string): string {
  const isList = `json_type(${value}) = 'array' AND NOT EXISTS (SELECT 1 FROM json_each(${value}) AS item WHERE item.type NOT IN (${items}))`;
  return `CASE WHEN json_valid(${value}) THEN CASE WHEN ${isList} THEN json(${value}) END END`;
}

function noWay(from: ValueType, to: ValueType): UnsupportedError {
  return new UnsupportedError(`SQLite cannot make a ${to.kind} of a ${from.kind}.`);
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
