import type { FieldMeta, KeyMeta } from './metadata.ts';

type Values = Record<string, unknown>;

/** A field's value, through embedded values. */
export function readField(entity: object, field: FieldMeta): unknown {
  if (field.path.length === 1) return (entity as Values)[field.name];
  const outer = (entity as Values)[field.path[0]!] as Values | null | undefined;
  return outer === null ? null : outer?.[field.path[1]!];
}

/** Set a field's value, making the embedded value around it where it is missing. */
export function writeField(entity: object, field: FieldMeta, value: unknown): void {
  if (field.path.length === 1) {
    (entity as Values)[field.name] = value;
    return;
  }
  const outer = ((entity as Values)[field.path[0]!] ??= {}) as Values;
  outer[field.path[1]!] = value;
}

/** The value of a key in memory; undefined where there is none, or it has not been read. */
export function knownValue(entity: object, key: KeyMeta): unknown {
  if (key.parts !== undefined) return tupleOf(key.parts, (part) => knownValue(entity, part));
  return Object.getOwnPropertyDescriptor(entity, key.name)?.value as unknown;
}

/** Values of the parts of a key as its value. */
export function tupleOf(parts: readonly FieldMeta[], valueOf: (part: FieldMeta) => unknown): unknown {
  const values = parts.map(valueOf);
  if (values.includes(null)) return null;
  return values.includes(undefined) ? undefined : Object.freeze(values);
}
