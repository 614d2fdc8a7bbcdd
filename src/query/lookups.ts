/**
 * Lookups: tests of a value in a filter, `{ views: gte(100) }`. They are values of a class, so no object that comes from
 * outside can pass for one.
 */
import type { DatePart } from '../core/ast/expressions.ts';
import type {
  ArrayParts,
  CollectionLookupFunction,
  JsonParts,
  JsonScalar,
  LOOKUP,
  LookupName,
  LookupOf,
  MembersOf,
} from '../core/types/index.ts';

/**
 * A test of a value of type `V`; made by the functions below.
 *
 * @example session.query(Post).filter({ views: gte(100), title: not(icontains('draft')) })
 */
export class Lookup<out V> implements LookupOf<V> {
  declare readonly [LOOKUP]: V;
  readonly name: LookupName;
  readonly value: unknown;
  readonly negated: boolean;

  constructor(name: LookupName, value: unknown, negated = false) {
    this.name = name;
    this.value = value;
    this.negated = negated;
    Object.freeze(this);
  }

  /** The opposite test. */
  negate(): Lookup<V> {
    return new Lookup<V>(this.name, this.value, !this.negated);
  }
}

/** Equal; for a JSON field the only way to ask for an object. @example { settings: exact({ theme: 'dark' }) } */
export function exact<V>(value: V): LookupOf<V> {
  return new Lookup('exact', value);
}

/** Equal, whatever the case. @example { email: iexact('Ann@Example.org') } */
export function iexact(text: string): LookupOf<string> {
  return new Lookup('iexact', text);
}

/** Contains the text; `%` and `_` are plain characters. @example { title: contains('50%') } */
export function contains(text: string): LookupOf<string> {
  return new Lookup('contains', text);
}

/** Contains the text, whatever the case. @example { title: icontains('orm') } */
export function icontains(text: string): LookupOf<string> {
  return new Lookup('icontains', text);
}

/** Begins with the text. @example { title: startsWith('Re:') } */
export function startsWith(text: string): LookupOf<string> {
  return new Lookup('startsWith', text);
}

/** Begins with the text, whatever the case. @example { title: istartsWith('re:') } */
export function istartsWith(text: string): LookupOf<string> {
  return new Lookup('istartsWith', text);
}

/** Ends with the text. @example { email: endsWith('.org') } */
export function endsWith(text: string): LookupOf<string> {
  return new Lookup('endsWith', text);
}

/** Ends with the text, whatever the case. @example { email: iendsWith('.ORG') } */
export function iendsWith(text: string): LookupOf<string> {
  return new Lookup('iendsWith', text);
}

/** Greater than. @example { views: gt(100) } */
export function gt<V extends number | bigint | string | Date>(value: V): LookupOf<V> {
  return new Lookup('gt', value);
}

/** Greater than or equal. @example { createdAt: gte(new Date('2026-01-01')) } */
export function gte<V extends number | bigint | string | Date>(value: V): LookupOf<V> {
  return new Lookup('gte', value);
}

/** Less than. @example { views: lt(100) } */
export function lt<V extends number | bigint | string | Date>(value: V): LookupOf<V> {
  return new Lookup('lt', value);
}

/** Less than or equal. @example { price: lte('9.99') } */
export function lte<V extends number | bigint | string | Date>(value: V): LookupOf<V> {
  return new Lookup('lte', value);
}

/** Between two values, both included. @example { views: between(10, 20) } */
export function between<V extends number | bigint | string | Date>(low: V, high: V): LookupOf<V> {
  return new Lookup('between', Object.freeze([low, high]));
}

/**
 * One of the values, or of those that a query gives: of its column, or the keys of its entities. An empty list matches nothing.
 *
 * @example { role: oneOf(['admin', 'editor']), authorId: oneOf(session.query(Author).filter({ age: gt(30) })) }
 */
export function oneOf<V>(values: Iterable<V> | MembersOf<V | null>): LookupOf<V> {
  return new Lookup('oneOf', listOf(values));
}

/** NULL, or with `false` not NULL. @example { reviewer: isNull(false) } */
export function isNull<V = null>(value = true): LookupOf<V> {
  return new Lookup('isNull', value);
}

/** Matches the regular expression. @example { code: regex('^[A-Z]{3}$') } */
export function regex(pattern: string): LookupOf<string> {
  return new Lookup('regex', pattern);
}

/** Matches the regular expression, whatever the case. @example { code: iregex('^[a-z]{3}$') } */
export function iregex(pattern: string): LookupOf<string> {
  return new Lookup('iregex', pattern);
}

/** The type of `year` and its like: lookups of a part of a date or time, in UTC. A number means that part exactly. */
export type DatePartLookup = (test: number | LookupOf<number>) => LookupOf<Date & string>;

function partLookup(part: DatePart): DatePartLookup {
  return (test) => new Lookup('datePart', Object.freeze({ part, test }));
}

/** The year is such; a range of the column, so that an index serves. @example { createdAt: year(2026) } */
export const year: DatePartLookup = partLookup('year');

/** The quarter of the year is such, 1 to 4. @example { createdAt: quarter(1) } */
export const quarter: DatePartLookup = partLookup('quarter');

/** The month is such, 1 to 12. @example { createdAt: month(oneOf([6, 7, 8])) } */
export const month: DatePartLookup = partLookup('month');

/** The day of the month is such, 1 to 31. @example { createdAt: day(1) } */
export const day: DatePartLookup = partLookup('day');

/** The day of the year is such, 1 to 366. @example { createdAt: dayOfYear(gt(365)) } */
export const dayOfYear: DatePartLookup = partLookup('dayOfYear');

/** The day of the week is such, 1 on Mondays to 7 on Sundays. @example { createdAt: weekDay(gte(6)) } */
export const weekDay: DatePartLookup = partLookup('weekDay');

/** The hour is such, 0 to 23, in UTC. @example { createdAt: hour(between(9, 16)) } */
export const hour: DatePartLookup = partLookup('hour');

/** The minute is such, 0 to 59. @example { createdAt: minute(0) } */
export const minute: DatePartLookup = partLookup('minute');

/** The second is such, 0 to 59. @example { createdAt: second(0) } */
export const second: DatePartLookup = partLookup('second');

/**
 * Has these words, all of them, in any order, whatever their case: of a text with an index of words. Words in quotes stand in
 * a row; one after a minus must not be there. @example { title: search('typed orm -php') }
 */
export function search(text: string): LookupOf<string> {
  return new Lookup('search', text);
}

/**
 * A part of a JSON value: a text is a key of an object, a number a position in an array. Compared with what it is: `'1'` is
 * not `1`. `null` is JSON's null; `isNull()` asks whether there is nothing. @example { settings: jsonPath(['sizes', 0], gte(3)) }
 */
export function jsonPath(
  path: readonly (string | number)[],
  test: JsonScalar | LookupOf<JsonScalar | JsonParts>,
): LookupOf<JsonParts> {
  const steps: unknown = Array.isArray(path) ? Object.freeze([...path]) : path;
  return new Lookup('jsonPath', Object.freeze({ path: steps, test }));
}

/** A JSON object with this key, whatever its value. @example { settings: hasKey('theme') } */
export function hasKey(key: string): LookupOf<JsonParts> {
  return new Lookup('hasKey', key);
}

/**
 * A JSON value with these parts: an object with these keys, of which each value contains what is given for it; an array with
 * these items, in any order. @example { settings: jsonContains({ theme: 'dark', sizes: [3] }) }
 */
export function jsonContains(value: unknown): LookupOf<JsonParts> {
  return new Lookup('jsonContains', value);
}

/** An array that has all of these items; with none, every array. @example { tags: arrayContains(['orm', 'sql']) } */
export function arrayContains<V>(items: Iterable<V>): LookupOf<ArrayParts<V>> {
  return new Lookup('arrayContains', listOf(items));
}

/** An array that has any of these items. @example { tags: arrayOverlaps(['orm', 'sql']) } */
export function arrayOverlaps<V>(items: Iterable<V>): LookupOf<ArrayParts<V>> {
  return new Lookup('arrayOverlaps', listOf(items));
}

/** An array of so many items. @example { tags: arrayLength(gte(2)) } */
export function arrayLength(test: number | LookupOf<number>): LookupOf<ArrayParts<never>> {
  return new Lookup('arrayLength', test);
}

/** A list as an array. A text is iterable as well, and never meant by letters; the field's check says what is wrong with other things. */
function listOf(values: unknown): unknown {
  const isList = typeof values === 'object' && values !== null && Symbol.iterator in values;
  return isList ? Object.freeze([...(values as Iterable<unknown>)]) : values;
}

/** A member of the collection fulfils the condition; without one: there is a member. @example { tags: some({ name: 'orm' }) } */
export const some: CollectionLookupFunction = (condition) => new Lookup('some', condition);

/** No member of the collection fulfils the condition; without one: there is none. @example { comments: none() } */
export const none: CollectionLookupFunction = (condition) => new Lookup('none', condition);

/** Every member of the collection fulfils the condition. @example { comments: every({ approved: true }) } */
export const every: CollectionLookupFunction = (condition) => new Lookup('every', condition);
