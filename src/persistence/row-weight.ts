import type { FieldMeta } from '../core/metadata.ts';
import type { ValueType } from '../core/value-types.ts';

type Parameters = readonly unknown[];

/** What stands in a statement beside each value: a placeholder, its type, its length. */
const OVERHEAD = 20;
/** Of values whose type limits them: numbers, dates, times, UUIDs. */
const SMALL = 40;

/**
 * Whether rows fit into one statement of so many bytes. Nothing is counted where the types of the fields say that even
 * `most` rows do.
 */
export function fitsInto(
  maxBytes: number | undefined,
  fields: readonly FieldMeta[],
  most: number,
): (rows: readonly Parameters[]) => boolean {
  if (maxBytes === undefined) return () => true;
  const row = fields.reduce((sum, { type }) => sum + OVERHEAD + mostBytes(type), 0);
  return row * most <= maxBytes ? () => true : (rows) => bytesOfRows(rows) <= maxBytes;
}

function mostBytes(type: ValueType): number {
  switch (type.kind) {
    case 'string':
      return (type.maxLength ?? Infinity) * 4;
    case 'text':
    case 'enum':
    case 'binary':
    case 'json':
    case 'array':
    case 'custom':
      return Infinity;
    case 'decimal':
      return SMALL + type.precision;
    default:
      return SMALL;
  }
}

/** At most: no unit of a text has more than three bytes. */
function bytesOfRows(rows: readonly Parameters[]): number {
  let sum = 0;
  for (const row of rows)
    for (const value of row) {
      sum += OVERHEAD;
      if (typeof value === 'string') sum += value.length * 3;
      else sum += value instanceof Uint8Array ? value.byteLength : SMALL;
    }
  return sum;
}
