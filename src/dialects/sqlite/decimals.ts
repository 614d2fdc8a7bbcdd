import { canonicalDecimal } from '../../core/canonical-decimal.ts';
import { DataError, UnsupportedError } from '../../utils/errors.ts';

/**
 * Exact decimals on a database that has none. A column stores canonical text with exactly `scale` digits after the
 * point ('0.99'), which reads back as it was written. Where SQL computes, compares or sorts, the text is lifted to a
 * scaled integer (99), so that sums and comparisons are exact in 64 bits. A computed result leaves the database as
 * '~' and its digits, which no stored value begins with.
 */
const MARK = '~';

/** A decimal as an integer of units of its last digit: `'0.99'` at scale 2 → `99n`; what is finer is rounded. */
export function scaledInteger(value: string, scale: number): bigint {
  return BigInt(canonicalDecimal(value, scale).replace('.', ''));
}

/** What the database gave for a decimal: canonical text, a marked scaled integer, or a number of an older table. */
export function decodeDecimal(raw: string | number, scale: number): string {
  if (typeof raw === 'number') return raw.toFixed(scale);
  if (!raw.startsWith(MARK)) return raw;
  const negative = raw.startsWith('-', 1);
  const digits = raw.slice(negative ? 2 : 1).padStart(scale + 1, '0');
  // What exceeds 64 bits has become a float in SQLite, and its digits are not those of the result.
  if (!/^\d+$/.test(digits))
    throw new UnsupportedError('SQLite cannot do this: to compute decimals of more than 18 digits.', {
      feature: 'to compute decimals of more than 18 digits',
    });
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return negative ? `-${text}` : text;
}

/** SQL that marks a scaled integer on its way out. */
export function markScaled(sql: string): string {
  return `'${MARK}' || ${sql}`;
}

/**
 * A quotient of integers as SQL, rounded half away from zero, in integers throughout. Each part is printed where it
 * stands, as often as it stands there, so that its parameters are bound in the order of the text.
 */
export function rounded(dividend: () => string, divisor: () => string): string {
  return `(${dividend()} / ${divisor()} + ${dividend()} % ${divisor()} * 2 / ${divisor()})`;
}

/** A scaled integer as the text that a column of this type stores; `refusal`: what it is if it has too many digits. */
export function decimalText(
  scaled: string,
  { precision, scale }: { readonly precision: number; readonly scale: number },
  refusal?: string,
): string {
  const unit = powerOfTen(scale);
  // printf writes NULL as 0.
  const text =
    scale === 0
      ? 'CAST(v AS TEXT)'
      : `printf('%s%d.%0${scale}d', CASE WHEN v < 0 THEN '-' ELSE '' END, ABS(v) / ${unit}, ABS(v) % ${unit})`;
  const tooLong = refusal === undefined ? '' : `WHEN ABS(v) >= ${powerOfTen(precision)} THEN ${refusal} `;
  return `(SELECT CASE ${tooLong}WHEN v IS NOT NULL THEN ${text} END FROM (SELECT ${scaled} AS v))`;
}

/** `10^n` as SQL. */
export function powerOfTen(n: number): string {
  return `1${'0'.repeat(n)}`;
}

/** What other databases say of a value that a column cannot hold. */
export function outOfRange(model: string, field: string, what: string): DataError {
  return new DataError(`${model}.${field} was set to a ${what} that it cannot hold.`, {
    model,
    field,
    fields: [field],
  });
}
