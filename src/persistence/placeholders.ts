import { randomInt, randomUUID } from 'node:crypto';
import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import { partsOf } from '../core/relation-keys.ts';

/** A value that a row has for a moment, so that another can take the one that it had. */
export interface Placeholder {
  readonly field: FieldMeta;
  readonly value: unknown;
}

/** Letters of a text that nobody else has. */
const LENGTH = 24;
/** With fewer it might be somebody's. */
const SHORTEST = 8;

/**
 * What one of some fields, which are unique together, can be for the time between two statements: NULL, which is equal to nothing,
 * or a value that no row has. A value that other rows refer to is not NULL, which the database would hand on to them.
 *
 * @returns undefined where there is none: keys, references that are required, and types of which few values are known.
 */
export function placeholderFor(fields: readonly FieldMeta[], models: Iterable<ModelMeta>): Placeholder | undefined {
  const free = fields.filter(({ primaryKey, generatedAs }) => !primaryKey && generatedAs === undefined);
  const referred = new Set<FieldMeta>();
  for (const { relations } of models)
    for (const { owning, targetField } of relations)
      if (owning) for (const part of partsOf(targetField)) referred.add(part);
  const nullable = free.find((field) => field.nullable && !referred.has(field));
  if (nullable !== undefined) return { field: nullable, value: null };
  for (const field of free) {
    const value = field.relation === undefined ? strangeValue(field) : undefined;
    if (value !== undefined) return { field, value };
  }
  return undefined;
}

function strangeValue({ type }: FieldMeta): unknown {
  switch (type.kind) {
    case 'uuid':
      return randomUUID();
    case 'text':
      return strangeText(LENGTH);
    case 'string': {
      const length = Math.min(type.maxLength ?? LENGTH, LENGTH);
      return length < SHORTEST ? undefined : strangeText(length);
    }
    case 'int':
      return -randomInt(1, 2 ** 31);
    case 'bigint':
      return -BigInt(randomInt(1, 2 ** 47));
    default:
      return undefined;
  }
}

function strangeText(length: number): string {
  return `~${randomUUID().replaceAll('-', '')}`.slice(0, length);
}
