import type { FieldMeta, ModelMeta } from '../core/metadata.ts';
import type { Row } from '../core/state.ts';

/** New rows that one INSERT takes: of all of them the same fields are given, and the same left to the database. */
export interface InsertBatch {
  readonly given: readonly FieldMeta[];
  readonly wanted: readonly FieldMeta[];
  /** Where the rows stand among all. */
  readonly indexes: readonly number[];
}

/** Rows in their order, so many to a batch as are alike. */
export function batchesOf(meta: ModelMeta, rows: readonly Row[]): InsertBatch[] {
  const batches: (InsertBatch & { readonly shape: string; readonly indexes: number[] })[] = [];
  rows.forEach((row, i) => {
    const isGiven = meta.fields.map((field) => !isLeftOut(field, row[field.index]));
    const shape = isGiven.map(Number).join('');
    const last = batches.at(-1);
    if (last?.shape === shape) last.indexes.push(i);
    else
      batches.push({
        shape,
        given: meta.fields.filter((_, f) => isGiven[f]),
        wanted: meta.fields.filter((_, f) => !isGiven[f]),
        indexes: [i],
      });
  });
  return batches;
}

function isLeftOut(field: FieldMeta, value: unknown): boolean {
  return value === undefined || field.generatedAs !== undefined || (field.generation === 'identity' && value === null);
}
