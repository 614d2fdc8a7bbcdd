import type { FieldMeta, IndexMeta } from './metadata.ts';

/** The fields of an index, in its order; `undefined` for one of which a part is computed. */
export function indexFields({ parts }: IndexMeta): readonly FieldMeta[] | undefined {
  const fields = parts.flatMap(({ field }) => (field === undefined ? [] : [field]));
  return fields.length === parts.length ? fields : undefined;
}
