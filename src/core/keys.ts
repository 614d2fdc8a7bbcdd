import { InvalidValueError } from '../utils/errors.ts';
import type { FieldMeta, KeyMeta, ModelMeta } from './metadata.ts';
import { canonical, invalidValue, comparisonProblem, hasManyForms } from './value-types.ts';

/** The primary key of an entity as the application sees it: a value, or a frozen tuple. `undefined` while it has none. */
export function keyOf(meta: ModelMeta, entity: object): unknown {
  const values = entity as Record<string, unknown>;
  if (meta.key.length === 1) return values[meta.key[0]!.name];
  const key = meta.key.map((field) => values[field.name]);
  return key.some((part) => part === undefined || part === null) ? undefined : Object.freeze(key);
}

/** Whether a key is complete, so that the row can be named. */
export function hasKey(meta: ModelMeta, entity: object): boolean {
  const key = keyOf(meta, entity);
  return key !== undefined && key !== null;
}

/** A key as the identity map stores it: single keys as a Map compares them, composite ones as a text without doubles. */
export function mapKey(meta: ModelMeta, key: unknown): unknown {
  return meta.key.length === 1 ? fieldKey(meta.key[0]!, key) : compositeMapKey(meta, key as readonly unknown[]);
}

export function compositeMapKey({ key }: ModelMeta, parts: readonly unknown[]): string {
  return partsKey(key, parts);
}

function partsKey(key: readonly FieldMeta[], parts: readonly unknown[]): string {
  let text = '';
  for (let i = 0; i < parts.length; i++) {
    const part = fieldKey(key[i]!, parts[i]);
    const value = String(part);
    text += `${typeof part === 'string' ? 's' : 'n'}${value.length}:${value}`;
  }
  return text;
}

/** Whether two values of a key are one. */
export function sameKey(field: KeyMeta, a: unknown, b: unknown): boolean {
  return a === b || (a !== undefined && b !== undefined && fieldKey(field, a) === fieldKey(field, b));
}

/** A key's value as a Map compares it: one for each value, whatever object or spelling stands for it. */
export function fieldKey(key: KeyMeta, value: unknown): unknown {
  if (key.parts !== undefined)
    return value === null || value === undefined ? value : partsKey(key.parts, value as readonly unknown[]);
  const { type } = key;
  if (typeof value === 'string') return hasManyForms(type) ? canonical(type, value) : value;
  if (typeof value !== 'object' || value === null) return value;
  const stored = type.kind === 'custom' ? type.codec.encode(value) : value;
  if (stored instanceof Uint8Array) return Buffer.from(stored).toString('hex');
  return stored instanceof Date ? stored.getTime() : stored;
}

/**
 * Check a key that came from outside: the right number of parts, each a value that its field can hold.
 *
 * @throws InvalidValueError naming model and field.
 */
export function checkKey(meta: ModelMeta, key: unknown): readonly unknown[] {
  const parts = meta.key.length === 1 ? [key] : key;
  if (!Array.isArray(parts) || parts.length !== meta.key.length) {
    const names = meta.key.map((field) => field.name).join(', ');
    throw new InvalidValueError(`The key of ${meta.name} is a list of ${meta.key.length} values: [${names}].`, {
      model: meta.name,
      fields: meta.key.map((field) => field.name),
    });
  }
  for (let i = 0; i < parts.length; i++) checkValue(meta.key[i]!, parts[i]);
  return meta.key.some(({ type }) => hasManyForms(type))
    ? parts.map((part: unknown, i) => (typeof part === 'string' ? canonical(meta.key[i]!.type, part) : part))
    : parts;
}

/** @throws InvalidValueError if the field cannot hold the value; null counts as wrong unless the field takes it. */
export function checkValue(field: FieldMeta, value: unknown): void {
  if (value === null && field.nullable) return;
  const problem = comparisonProblem(field.type, value);
  if (problem !== undefined) throw invalidValue(field.model.name, field.name, problem);
}
