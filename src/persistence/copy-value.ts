import type { FieldMeta } from '../core/metadata.ts';

/** Deeper than any JSON that a database takes. What is deeper is refused when it is written, and stays as it is until then. */
const DEEPEST = 1_000;

/** A value that can be changed in place, copied, so that what it is now is still known then. Nothing is refused here. */
export function copyOf(value: unknown, kind: FieldMeta['type']['kind'], depth = 0): unknown {
  if (typeof value !== 'object' || value === null || kind === 'custom' || depth > DEEPEST) return value;
  // By its prototype anything can be a Date.
  if (value instanceof Date) return Object.prototype.toString.call(value) === '[object Date]' ? new Date(value) : value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map((item) => copyOf(item, kind, depth + 1));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copyOf(item, kind, depth + 1)]));
}
