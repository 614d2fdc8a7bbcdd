import { InvalidValueError } from '../utils/errors.ts';
import type { FieldMeta, ModelMeta } from './metadata.ts';
import { invalidValue, comparisonProblem } from './value-types.ts';

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

/** A key as the identity map stores it: single keys as they are, composite and binary ones as a text without doubles. */
export function mapKey(meta: ModelMeta, key: unknown): unknown {
  if (meta.key.length === 1) return key instanceof Uint8Array ? Buffer.from(key).toString('hex') : key;
  return compositeMapKey(key as readonly unknown[]);
}

export function compositeMapKey(parts: readonly unknown[]): string {
  let text = '';
  for (const part of parts) {
    const value = part instanceof Uint8Array ? Buffer.from(part).toString('hex') : String(part);
    text += `${typeof part === 'string' ? 's' : 'n'}${value.length}:${value}`;
  }
  return text;
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
  // A UUID has two spellings; rows have it in lower case.
  return meta.key.some(isUuid)
    ? parts.map((part: unknown, i) => (isUuid(meta.key[i]!) ? String(part).toLowerCase() : part))
    : parts;
}

function isUuid(field: FieldMeta): boolean {
  return field.type.kind === 'uuid';
}

/** @throws InvalidValueError if the field cannot hold the value; null counts as wrong unless the field takes it. */
export function checkValue(field: FieldMeta, value: unknown): void {
  if (value === null && field.nullable) return;
  const problem = comparisonProblem(field.type, value);
  if (problem !== undefined) throw invalidValue(field.model.name, field.name, problem);
}
