import { types } from 'node:util';
import { describe } from '../../core/value-types.ts';
import { MigrationError } from '../../utils/migration-errors.ts';
import { array, arrow, call, object, string, text } from './code.ts';
import type { Code } from './code.ts';

/**
 * A value of the application as code.
 *
 * @param place What it is for, for messages.
 * @throws MigrationError for what has no literal: instances of classes, symbols, functions.
 */
export function valueCode(value: unknown, place: string): Code {
  const code = codeOf(value, new Set());
  if (code !== undefined) return code;
  throw new MigrationError(`${place} is ${describe(value)}, which cannot be written as text.`, {
    remedy: 'Use strings, numbers, bigints, booleans, null, Dates, Uint8Arrays, and arrays and plain objects of these.',
  });
}

/** The same; `undefined` for what has no literal. */
export function plainCode(value: unknown): Code | undefined {
  return codeOf(value, new Set());
}

/** A value that rows are filled with: also a function that gives the time, as `autoNow` does. */
export function fillCode(value: unknown, place: string): Code | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'function' && isClock(value)) return arrow('', text('new Date()'));
  return valueCode(value, place);
}

/** Functions of the application are code, which a migration cannot import; that of `autoNow` gives nothing but the time. */
function isClock(value: object): boolean {
  return /^\(\)\s*=>\s*new Date(?:\(\))?$/.test(Function.prototype.toString.call(value));
}

function codeOf(value: unknown, around: ReadonlySet<object>): Code | undefined {
  switch (typeof value) {
    case 'string':
      return string(value);
    case 'number':
      return text(Object.is(value, -0) ? '-0' : String(value).replace('e+', 'e'));
    case 'bigint':
      return text(`${value}n`);
    case 'boolean':
    case 'undefined':
      return text(String(value));
    case 'object':
      return value === null ? text('null') : objectCode(value, around);
    default:
      return undefined;
  }
}

function objectCode(value: object, around: ReadonlySet<object>): Code | undefined {
  if (types.isDate(value)) return dateCode(value);
  if (types.isUint8Array(value)) return call('Uint8Array.of', ...[...value].map((byte) => text(String(byte))));
  if (around.has(value)) return undefined;
  const inside = new Set(around).add(value);
  if (Array.isArray(value)) return listCode(value, inside);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype) return undefined;
  const members = Object.entries(value).map(([name, inner]) => [name, codeOf(inner, inside)] as const);
  if (members.some(([, code]) => code === undefined)) return undefined;
  return { kind: 'object', members: members as readonly (readonly [string, Code])[] };
}

function listCode(values: readonly unknown[], around: ReadonlySet<object>): Code | undefined {
  const codes = Array.from(values, (item) => codeOf(item, around));
  return codes.includes(undefined) ? undefined : array(codes as readonly Code[]);
}

function dateCode(value: Date): Code {
  const time = value.getTime();
  return call('new Date', Number.isNaN(time) ? text('NaN') : string(value.toISOString()));
}

/** Options, where there are any. */
export function optionsCode(members: Readonly<Record<string, Code | undefined>>): Code | undefined {
  const code = object(members);
  return code.kind === 'object' && code.members.length > 0 ? code : undefined;
}
