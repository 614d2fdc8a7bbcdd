import type { Dialect } from '../dialects/dialect.ts';
import type { ExtraColumn } from '../query/plan.ts';
import { DataError } from '../utils/errors.ts';

type Decode = (raw: unknown) => unknown;

/** From the driver's value of a computed column to the application's; `undefined` where it is that already. */
export function decoderOf(dialect: Dialect, { name, type, mayOverflow }: ExtraColumn): Decode | undefined {
  const decode = dialect.codec(type).decode as Decode | undefined; // Named cast: a codec is of its own type's values.
  return decode === undefined && mayOverflow ? (raw) => exact(name, raw) : decode;
}

/**
 * A whole number that was computed. Great ones come from drivers as texts or bigints, and those of SQLite beyond 64 bits as floats.
 *
 * @throws DataError for one that a number does not hold exactly.
 */
function exact(field: string, raw: unknown): unknown {
  if (raw === null) return null;
  const value = Number(raw);
  if (Number.isSafeInteger(value)) return value;
  throw new DataError(`The whole number '${field}' that a query computes is too great for a JavaScript number.`, {
    field,
    fields: [field],
    remedy: 'Compute it as a bigint: cast(x, f.bigint()).',
  });
}
