import type { FieldMeta } from '../core/metadata.ts';

/** A value that can be changed in place, copied, so that what it is now is still known then. */
export function copyOf(value: unknown, kind: FieldMeta['type']['kind']): unknown {
  if (typeof value !== 'object' || value === null || kind === 'custom') return value;
  if (value instanceof Date) return new Date(value);
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return value.map((item) => copyOf(item, kind));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, copyOf(item, kind)]));
}
