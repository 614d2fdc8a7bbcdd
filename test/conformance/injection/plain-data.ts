/** What plain data is, and what plain data gives: said a second time, in few words, to compare the library with. */
import { isDeepStrictEqual } from 'node:util';

export type Kind =
  | 'text'
  | 'name'
  | 'number'
  | 'small'
  | 'big'
  | 'ratio'
  | 'price'
  | 'flag'
  | 'day'
  | 'hour'
  | 'at'
  | 'uid'
  | 'color'
  | 'data'
  | 'bytes'
  | 'words'
  | 'custom';

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && !value.includes('\0');
const isWhole = (value: unknown, bits: number): boolean =>
  Number.isInteger(value) && Math.abs((value as number) + 0.5) < 2 ** (bits - 1);
const isMatch = (value: unknown, pattern: RegExp): boolean => typeof value === 'string' && pattern.test(value);

/** Whether a field of the kind may hold the value, or be compared with it. NULL is none. */
export function holds(kind: Kind, value: unknown): boolean {
  switch (kind) {
    case 'text':
    case 'name':
      return isText(value);
    case 'number':
      return isWhole(value, 32);
    case 'small':
      return isWhole(value, 16);
    case 'big':
      return typeof value === 'bigint' && BigInt.asIntN(64, value) === value;
    case 'ratio':
      return Number.isFinite(value);
    case 'price':
      return isMatch(value, /^-?\d{1,8}(\.\d\d?)?$/);
    case 'flag':
      return typeof value === 'boolean';
    case 'day':
      return value === '2026-01-31';
    case 'hour':
      return value === '13:45:00';
    case 'at':
      // Of the payloads only this is one that a database can hold.
      return isDate(value) && value.getTime() === Date.parse('2026-01-31T13:45:00.123Z');
    case 'uid':
      return isMatch(value, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    case 'color':
      return value === 'red' || value === 'green';
    case 'data':
      return isJson(value);
    case 'bytes':
      return Buffer.isBuffer(value);
    case 'words':
      return Array.isArray(value) && Array.from(value as unknown[]).every((item) => item === null || isText(item));
    case 'custom':
      // Numbers and bytes as well; but what a column of text makes of these is the database's to say.
      return isText(value);
  }
}

const isDate = (value: unknown): value is Date => Object.prototype.toString.call(value) === '[object Date]';

/** Whether a value is JSON all through, texts and keys that every database can hold included. */
function isJson(value: unknown): boolean {
  if (value === null || value === undefined || typeof value === 'bigint') return false;
  try {
    const text = JSON.stringify(value) as string | undefined;
    return text !== undefined && isJsonText(JSON.parse(text), value);
  } catch {
    return false;
  }
}

function isJsonText(parsed: unknown, given: unknown): boolean {
  if (typeof parsed === 'string') return isText(parsed);
  if (parsed === null) return typeof given !== 'number';
  if (typeof parsed !== 'object') return true;
  return Object.entries(parsed).every(([key, item]) => isText(key) && isJsonText(item, item));
}

/** Whether a column of the kind may be compared with the value: of a condition in JSON nothing may get lost. */
export const comparable = (kind: Kind, value: unknown): boolean =>
  holds(kind, value) && (kind !== 'data' || losesNothing(value));

function losesNothing(given: unknown): boolean {
  if (typeof given !== 'object' || given === null)
    return ['string', 'boolean', 'number', 'object'].includes(typeof given);
  const { toJSON } = given as { toJSON?: unknown };
  if (typeof toJSON === 'function') return losesNothing(toJSON.call(given));
  if (given instanceof String || given instanceof Number || given instanceof Boolean) return true;
  if (Array.isArray(given)) return Array.from(given as unknown[]).every(losesNothing);
  const parts = Object.values(given) as unknown[];
  return parts.length > 0 ? parts.every(losesNothing) : [null, Object.prototype].includes(Object.getPrototypeOf(given));
}

/** Whether a value is what this JSON says. */
export const isLike = (value: unknown, json: string): boolean =>
  typeof value === 'object' && isDeepStrictEqual(Array.isArray(value) ? value : { ...value }, JSON.parse(json));

/** A value of JSON as the database gives it back. */
export const throughJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value)) as unknown;

/** Whether a row's value is the one that was asked for. */
export function same(kind: Kind, stored: unknown, value: unknown): boolean {
  if (stored === null || stored === undefined) return false;
  if (kind === 'price') return Number(stored) === Number(value);
  if (kind === 'at') return (stored as Date).getTime() === (value as Date).getTime();
  if (kind === 'data') return isDeepStrictEqual(stored, throughJson(value));
  if (kind === 'bytes') return Buffer.compare(stored as Uint8Array, value as Uint8Array) === 0;
  if (kind === 'words') return isDeepStrictEqual(stored, value);
  return stored === value || (stored === 0 && value === 0);
}

/** A value of the same form that means nothing to anybody. */
export function harmless(value: unknown): unknown {
  if (typeof value === 'string') return 'harmless';
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 1 : 1.25;
  if (typeof value === 'bigint') return 1n;
  if (isDate(value)) return new Date('2020-01-01T00:00:00Z');
  if (Buffer.isBuffer(value)) return Buffer.from('harmless');
  if (Array.isArray(value)) return Array.from(value as unknown[], harmless);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.values(throughJson(value) as object).map((item, i) => [`key${i}`, harmless(item)]));
}
