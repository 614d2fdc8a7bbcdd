import { types } from 'node:util';
import { InvalidValueError } from '../utils/errors.ts';
import { unreachable } from '../utils/unreachable.ts';
import { canonicalDecimal } from './canonical-decimal.ts';

/** Two pure functions between a value of the application and the value that the driver stores. */
export interface CustomCodec<T = unknown> {
  /** Application → driver: a string, number, bigint or Uint8Array. Never called with null. */
  encode(value: T): string | number | bigint | Uint8Array;
  /** Driver → application. Never called with null. */
  decode(value: unknown): T;
}

/** What a column holds, without a word on any database. A closed union: dialects switch over it exhaustively. */
export type ValueType =
  | { readonly kind: 'int' | 'smallInt' | 'bigint' | 'float' | 'text' | 'uuid' | 'bool' | 'date' | 'time' | 'datetime' }
  | { readonly kind: 'string'; readonly maxLength: number | undefined }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'binary' }
  /** `parts`: what an object in it consists of, where that is known. */
  | { readonly kind: 'json'; readonly parts?: Readonly<Record<string, JsonPart>> }
  | { readonly kind: 'array'; readonly of: ValueType }
  /** `columnType`: in DDL, for all dialects or for each by its name. */
  | {
      readonly kind: 'custom';
      readonly codec: CustomCodec;
      readonly columnType: string | Readonly<Record<string, string>>;
    };

/** A part of an object in a column of JSON. */
export interface JsonPart {
  readonly type: ValueType;
  readonly nullable: boolean;
}

const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.\d{1,6})?$/;
const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

/** The range that JavaScript's Date and every database's timestamp share: years 1 to 9999, UTC. */
const MIN_DATE = Date.UTC(2001, 0, 1) - 730_485 * 86_400_000;
const MAX_DATE = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

const INT_RANGES = { int: [-2_147_483_648, 2_147_483_647], smallInt: [-32_768, 32_767] } as const;

/**
 * What is wrong with a value that a column of this type is compared with: a text may be longer than any that is stored.
 * Words and `undefined` as of `problemWith`.
 */
export function comparisonProblem(type: ValueType, value: unknown): string | undefined {
  return problemWith(type.kind === 'string' ? TEXT : type, value);
}

const TEXT: ValueType = Object.freeze({ kind: 'text' });

/** What is wrong with `value` for a column of this type, in words that end "…, not X"; `undefined` if it is right. */
export function problemWith(type: ValueType, value: unknown): string | undefined {
  switch (type.kind) {
    case 'int':
    case 'smallInt': {
      if (typeof value !== 'number' || !Number.isInteger(value)) return `takes an integer, not ${describe(value)}`;
      const [low, high] = INT_RANGES[type.kind];
      return value < low || value > high ? `takes an integer from ${low} to ${high}` : undefined;
    }
    case 'bigint':
      if (typeof value !== 'bigint') return `takes a bigint (as in 1n), not ${describe(value)}`;
      return value < MIN_INT64 || value > MAX_INT64 ? 'takes a bigint of 64 bits' : undefined;
    case 'float':
      return typeof value === 'number' && Number.isFinite(value)
        ? undefined
        : `takes a finite number, not ${describe(value)}`;
    case 'decimal':
      return decimalProblem(type.precision, type.scale, value);
    case 'string':
      if (typeof value !== 'string') return `takes a string, not ${describe(value)}`;
      return textProblem(value) ?? lengthProblem(value, type.maxLength);
    case 'text':
      return typeof value === 'string' ? textProblem(value) : `takes a string, not ${describe(value)}`;
    case 'uuid':
      return typeof value === 'string' && UUID.test(value) ? undefined : `takes a UUID, not ${describe(value)}`;
    case 'enum':
      if (typeof value === 'string' && type.values.includes(value)) return undefined;
      return `takes one of ${type.values.map((v) => `'${v}'`).join(', ')}, not ${describe(value)}`;
    case 'bool':
      return typeof value === 'boolean' ? undefined : `takes true or false, not ${describe(value)}`;
    case 'date':
      return dateProblem(value);
    case 'time':
      return typeof value === 'string' && TIME.test(value)
        ? undefined
        : `takes a time as 'HH:MM:SS[.ffffff]', not ${describe(value)}`;
    case 'datetime': {
      if (!types.isDate(value)) return `takes a Date, not ${describe(value)}`;
      const time = value.getTime();
      if (Number.isNaN(time)) return 'takes a valid Date, not an invalid one';
      return time < MIN_DATE || time > MAX_DATE ? 'takes a Date in the years 1 to 9999' : undefined;
    }
    case 'binary':
      return types.isUint8Array(value) ? undefined : `takes a Uint8Array, not ${describe(value)}`;
    case 'json':
      return jsonProblem(value) ?? (type.parts === undefined ? undefined : partsProblem(type.parts, value));
    case 'array':
      return arrayProblem(type.of, value);
    case 'custom':
      return value === undefined ? 'takes a value, not undefined' : undefined;
    default:
      return unreachable(type);
  }
}

/** Whether several texts of a type mean the same value, of which a database keeps one. */
export function hasManyForms(type: ValueType): boolean {
  if (type.kind === 'array') return hasManyForms(type.of);
  return type.kind === 'uuid' || type.kind === 'decimal' || type.kind === 'time';
}

/** Of the texts that mean the same the one that a database keeps. */
export function canonical(type: ValueType, text: string): string {
  if (type.kind === 'uuid') return text.toLowerCase();
  if (type.kind === 'decimal') return canonicalDecimal(text, type.scale);
  return type.kind === 'time' ? shortTime(text) : text;
}

/** A time without the zeros at the end of a fraction. */
export function shortTime(value: string): string {
  return value.includes('.') ? value.replace(/\.?0+$/, '') : value;
}

/** The error for a value that a field cannot hold. It names model, field and remedy, never the value. */
export function invalidValue(model: string, field: string, problem: string): InvalidValueError {
  return new InvalidValueError(`${model}.${field} ${problem}.`, { model, field });
}

/** A value's kind in words: its type, never its content. */
export function describe(value: unknown): string {
  if (value === null) return 'null';
  if (value === undefined) return 'undefined';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'number') {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return 'an infinite number';
    return Number.isInteger(value) ? 'an integer' : 'a fractional number';
  }
  if (typeof value === 'object') {
    const prototype = Object.getPrototypeOf(value) as { constructor?: unknown } | null;
    if (prototype === null || prototype === Object.prototype) return 'a plain object';
    // Who merges JSON into an object may have made a prototype of it, where `constructor` is any value.
    const name = typeof prototype.constructor === 'function' ? prototype.constructor.name : 'Object';
    return name === 'Object' ? 'an object with a prototype of its own' : `an instance of ${name}`;
  }
  return { string: 'a string', boolean: 'a boolean', bigint: 'a bigint', symbol: 'a symbol', function: 'a function' }[
    typeof value as 'string' | 'boolean' | 'bigint' | 'symbol' | 'function'
  ];
}

function textProblem(value: string): string | undefined {
  if (!value.isWellFormed()) return 'takes well-formed Unicode text: this string has half of a surrogate pair';
  return value.includes('\0') ? 'takes text without NUL characters' : undefined;
}

/** Databases count characters, of which those beyond 16 bits are two units of a string here. */
function lengthProblem(value: string, maxLength: number | undefined): string | undefined {
  if (maxLength === undefined || value.length <= maxLength) return undefined;
  let length = 0;
  for (const _ of value) if (++length > maxLength) return `takes at most ${maxLength} characters`;
  return undefined;
}

function decimalProblem(precision: number, scale: number, value: unknown): string | undefined {
  if (typeof value !== 'string') return `takes a decimal as a string ('12.50'), not ${describe(value)}`;
  if (!DECIMAL.test(value)) return "takes a decimal as a string of digits ('12.50'), not another text";
  const point = value.indexOf('.');
  const wholeDigits = point < 0 ? value.length : point;
  // The usual case: so few digits that it cannot matter which of them are zeros, or the sign.
  if (wholeDigits <= precision - scale && (point < 0 || value.length - point - 1 <= scale)) return undefined;
  const [whole = '', fraction = ''] = value.replace('-', '').split('.');
  if (fraction.replace(/0+$/, '').length > scale) return `takes at most ${scale} digits after the point`;
  if (whole.replace(/^0+/, '').length > precision - scale)
    return `takes at most ${precision - scale} digits before the point`;
  return undefined;
}

function dateProblem(value: unknown): string | undefined {
  if (typeof value !== 'string') return `takes a date as 'YYYY-MM-DD', not ${describe(value)}`;
  const parts = DATE.exec(value);
  if (parts === null) return "takes a date as 'YYYY-MM-DD', not another text";
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const exists = year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month);
  return exists ? undefined : "takes a date that exists, from '0001-01-01' to '9999-12-31'";
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function jsonProblem(value: unknown): string | undefined {
  if (value === undefined || typeof value === 'function' || typeof value === 'symbol' || typeof value === 'bigint') {
    return `takes a JSON value, not ${describe(value)}`;
  }
  try {
    // A value such as { toJSON() { return undefined } } has no JSON text.
    const text: string | undefined = JSON.stringify(value);
    if (text === undefined) return 'takes a value that has a JSON form';
    // JSON writes NaN and Infinity as null, and what is no character as an escape: look closer only where there is one.
    if (text.includes('null') && holdsNoNumber(value))
      return 'takes a JSON value, and NaN and Infinity have no JSON form';
    return UNFIT.test(text) ? problemInTexts(JSON.parse(text)) : undefined;
  } catch (error) {
    return `takes a value that has a JSON form (${error instanceof TypeError ? 'it is circular or holds a bigint' : 'toJSON failed'})`;
  }
}

/** JSON's form of NUL and of surrogates, which it escapes where they are alone. */
const UNFIT = /\\u(?:0000|d[89a-f])/;

/** What is wrong with a text in a JSON value: PostgreSQL and MySQL take no other than those that a column of text takes. */
function problemInTexts(value: unknown): string | undefined {
  if (typeof value === 'string') return textProblem(value);
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const problem = textProblem(key) ?? problemInTexts(inner);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** Whether there is a NaN or an infinite number in a value that JSON would write. */
function holdsNoNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value);
  return typeof value === 'object' && value !== null && Object.values(value).some(holdsNoNumber);
}

function arrayProblem(of: ValueType, value: unknown): string | undefined {
  if (!Array.isArray(value)) return `takes an array, not ${describe(value)}`;
  for (let i = 0; i < value.length; i++) {
    const problem = value[i] === null ? undefined : problemWith(of, value[i]);
    if (problem !== undefined) return `item ${i} ${problem}`;
  }
  return undefined;
}

function partsProblem(parts: Readonly<Record<string, JsonPart>>, value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return `takes an object of its parts, not ${describe(value)}`;
  const unknown = Object.keys(value).find((name) => !Object.hasOwn(parts, name));
  if (unknown !== undefined) return `has no part '${unknown}'`;
  for (const [name, { type, nullable }] of Object.entries(parts)) {
    const part = (value as Readonly<Record<string, unknown>>)[name];
    if (nullable && (part === null || part === undefined)) continue;
    const problem = problemWith(type, part);
    if (problem !== undefined) return `has a part '${name}' that ${problem}`;
  }
  return undefined;
}
