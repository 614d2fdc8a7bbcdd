import type { FieldMeta } from './metadata.ts';

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

/** A value in memory; undefined where there is none, or it has not been read. */
export function knownValue(entity: object, { name }: FieldMeta): unknown {
  return Object.getOwnPropertyDescriptor(entity, name)?.value as unknown;
}
